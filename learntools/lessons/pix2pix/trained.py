"""Question 8: the trained generator, which must colour drawings that it has never seen.

It gets 126 held-out line drawings, and `reading` compares what it makes of them with the truth. Nothing is drawn by
chance, so a check of the same weights always ends alike: its flake rate is 0. What differs is how well a training
turns out; `tests/test_pix2pix.py` keeps the answers that must not pass below the marks.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.core import Expectation, WrongKind, exercise
from learntools.core.compare import Difference
from learntools.core.plain import name as called
from learntools.lessons.pix2pix.reading import COLOURS, held_out, reading
from learntools.lessons.pretended import changed
from learntools.lessons.remembered import handed_out
from learntools.models.pix2pix import UNet


@handed_out
def pretrained() -> nn.Module:
    """The course's own generator, in eval mode, of the notebook's form; `data/weights/pix2pix.md` says how it was made.

    Everything in the lesson that wants a trained generator takes it from here.
    """
    from learntools.data import weights

    generator = UNet(width=24, depth=5, dropout=2)
    generator.load_state_dict(weights("pix2pix"))
    return generator.eval().requires_grad_(False)


def trained(training, recipe, pairs):
    result = training.fit(recipe, pairs, seconds=120, seed=1)
    return result.generator


_Pretended = changed(pretrained)


class _Untrained(nn.Module):
    """A U with random weights, drawn when it is called: importing this module leaves the random state alone."""

    def forward(self, x):
        return UNet(width=8, depth=4, dropout=0).eval()(x)


def _one_colour(y: Tensor, x: Tensor) -> Tensor:
    """What the outlines enclose is filled with one colour, the same for every emoji.

    A place is inside where ink lies to its left, right, above and below.
    """
    ink = (x.mean(dim=1, keepdim=True) < 0).float()
    sides = [ink.cumsum(2), ink.cumsum(3), ink.flip(2).cumsum(2).flip(2), ink.flip(3).cumsum(3).flip(3)]
    inside = torch.stack(sides).amin(dim=0) > 0
    colour = torch.tensor([0.65, 0.62, -0.44]).view(1, 3, 1, 1)
    return torch.where(inside & (ink == 0), colour, x)


def _grey(y: Tensor, x: Tensor) -> Tensor:
    return y.mean(dim=1, keepdim=True).expand_as(y)


def _translated(generator: nn.Module, x: Tensor) -> Tensor:
    """A batch of images; WrongKind where something else comes of it."""
    try:
        images = generator(x)
    except (RuntimeError, TypeError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise WrongKind(
            f"fails on drawings {tuple(x.shape)}: {first} Is it the generator of this lesson, of the class that was "
            "trained?"
        ) from None
    if not isinstance(images, Tensor) or images.shape != x.shape:
        what = f"{tuple(images.shape)}" if isinstance(images, Tensor) else called(images)
        raise WrongKind(
            f"gives back {what} for drawings {tuple(x.shape)}, where images of the same shape are expected. Is it the "
            "generator of this lesson, and not its discriminator?"
        )
    return images


def _colours_in(got: Any, expected: Any) -> Difference | None:
    """Also how two wrong generators are compared: they are alike where the same word describes both."""
    seen, wanted = reading(got), reading(expected)
    return None if seen.word == wanted.word else Difference("value", seen.sentence)


def _has_colour(got: Any, expected: Any) -> Difference | None:
    seen = reading(got)
    return None if seen.word in (COLOURS, "faint", "one colour") else Difference("value", seen.sentence)


@exercise(answer="generator", points=4, kind="model", seconds=60)
class q8:
    """A trained generator that colours drawings it has never seen."""

    hints = [
        "Did the training cell run to its end, and has the cell after it written the file? The preview should show "
        "yellow faces.",
        "A network is made with its class, and the weights come from the file: `network.load_state_dict(...)` takes "
        "what `load_file` gives. Without that line the network is as random as on its first day.",
        "If it stays too far from the truth, train for longer: double the seconds in the training cell. On a slow "
        "machine two minutes hold fewer steps.",
    ]
    reference = trained
    outcome = pretrained
    praise = "It colours emoji that it has never seen, nearer to their designers than the bare drawing is."

    def scenario(rng: Any):
        return {}

    def observe(answer: Any, s: Any):
        drawings, _ = held_out()
        weight = next(iter(answer.parameters()), drawings)
        answer.eval()
        with torch.no_grad():
            parts = [_translated(answer, x.to(weight.device)).float().cpu() for x in drawings.split(63)]
        return {"images": torch.cat(parts)}

    expect = [
        Expectation("images", 1, "", _has_colour, "what it paints", compares=False),
        Expectation("images", 3, "", _colours_in, "what it paints", compares=True),
    ]
    mistakes = {
        "untrained": (
            _Untrained(),
            "`generator` paints no emoji yet: its images are as formless as those of a network that was hardly "
            "trained, or not at all. Did its weights come from the file? A new network has random ones.",
        ),
        "drawing copied": (
            _Pretended(after=lambda y, x: x),
            "`generator` gives back the drawing as it is. The skips make that easy, and it is not far from the truth, "
            "but nobody has coloured anything: was the target really the coloured emoji, and did G train?",
        ),
        "grey": (
            _Pretended(after=_grey),
            "`generator` paints in shades of grey. Are the targets in colour, and do all three channels reach the "
            "loss?",
        ),
        "trained too briefly": (
            _Pretended(after=lambda y, x: 0.85 * x + 0.15 * y),
            "`generator` has begun to colour, but so faintly that little more than the drawing is seen. It needs more "
            "steps: let it train for longer.",
        ),
        "one colour for all": (
            _Pretended(after=_one_colour),
            "`generator` fills every outline with the same colour. A face is yellow, but a leaf is not: either it "
            "needs more steps, or what it sees of the drawing does not reach the place where it chooses colours.",
        ),
        "always the same": (
            _Pretended(after=lambda y, x: held_out()[1].mean(dim=0).expand_as(x)),
            "`generator` paints the same picture whatever is drawn. Does its `forward` use the drawing? Look at what "
            "it makes of two emoji side by side.",
        ),
        "another emoji": (
            _Pretended(after=lambda y, x: y.roll(1, 0)),
            "`generator` paints emoji, but each one is some other drawing's. The order of a batch must stay as it is: "
            "image i of the result belongs to drawing i.",
        ),
        "mirrored": (
            _Pretended(after=lambda y, x: y.flip(3)),
            "`generator` paints each emoji mirrored. If you flip images to have more of them, the drawing and its "
            "partner must be flipped together, or not at all.",
        ),
        "red and blue swapped": (
            _Pretended(after=lambda y, x: y.flip(1)),
            "`generator` swaps red and blue, so yellow faces turn to cyan. Some libraries read images as blue, green, "
            "red: were the targets loaded by one of them?",
        ),
        "blurred": (
            _Pretended(after=lambda y, x: F.interpolate(F.avg_pool2d(y, 8), scale_factor=8, mode="bilinear")),
            "`generator` puts its colours about where they belong, but the outlines have gone. They should pass along "
            "the skips: does each level of the way up get what the way down has seen?",
        ),
        "from 0 to 1": (
            _Pretended(after=lambda y, x: (y + 1) / 2),
            "The images of `generator` run from 0 to 1, so that its black is mid-grey to everybody else in this "
            "lesson. Here images run from -1 to 1, as tanh gives them: leave them like that.",
        ),
        "negative": (
            _Pretended(after=lambda y, x: -y),
            "`generator` paints negatives, dark where the truth is light. White paper is 1 and black ink is -1; was a "
            "sign turned round, in the data or in the network?",
        ),
        "bytes": (
            _Pretended(after=lambda y, x: (y + 1) * 127.5),
            "The values of `generator` go far beyond [-1, 1], as if they were bytes. Here images run from -1 to 1, as "
            "tanh gives them; bytes are only for storing.",
        ),
        "not a number": (
            _Pretended(after=lambda y, x: y * float("nan")),
            "The images of `generator` are full of NaN, which is no number at all: somewhere in its training a value "
            "went beyond every limit. Train again, with a lower learning rate if it happens twice.",
        ),
    }
