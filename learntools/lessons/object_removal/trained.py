"""Question 7: the trained network, which must take covers away from pictures that it has never seen.

It gets 120 held-out pictures twice, with the mask and without, and `reading` compares what it makes of them with the
truth. Nothing is drawn by chance, so a check of the same weights always ends alike: its flake rate is 0. What differs
is how well a training turns out; `tests/test_object_removal.py` keeps the answers that must not pass below the marks.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import Expectation, WrongKind, exercise
from learntools.core.compare import Difference
from learntools.core.plain import name as called
from learntools.lessons.object_removal.reading import RESTORED, held_out, reading
from learntools.lessons.pretended import changed
from learntools.lessons.remembered import handed_out
from learntools.models.object_removal import Remover, told
from learntools.models.pix2pix import UNet


@handed_out
def pretrained() -> Remover:
    """The course's own network, in eval mode; `data/weights/object_removal.md` says how it was made.

    Everything in the lesson that wants a trained network takes it from here.
    """
    from learntools.data import weights

    network = Remover(UNet(channels=4, out_channels=4, width=24, depth=4, dropout=0))
    network.load_state_dict(weights("object_removal"))
    return network.eval().requires_grad_(False)


def trained(training, recipe, covered):
    result = training.fit(recipe, covered, seconds=150, seed=1)
    return result.generator


_Pretended = changed(pretrained)


class _Untrained(nn.Module):
    """A network with random weights, drawn when it is called: importing this module leaves the random state alone."""

    def forward(self, x):
        return Remover(UNet(channels=4, out_channels=4, width=8, depth=4, dropout=0)).eval()(x)


def _hole(y: Tensor, x: Tensor, filled: Tensor) -> Tensor:
    """Told holes filled with this, everything else as the network makes it."""
    return torch.where(x[:, 3:] > 0, filled, y)


def _untold(y: Tensor, x: Tensor, instead: Tensor) -> Tensor:
    """This for pictures of which nothing is told."""
    return torch.where(x[:, 3:].amax(dim=(1, 2, 3), keepdim=True) > 0, y, instead)


def _still_there(y: Tensor, x: Tensor) -> Tensor:
    """The cover, put back where it was."""
    test = held_out()
    return test.covered if len(x) == len(test.covered) else x[:, :3]


def _mean(y: Tensor, x: Tensor) -> Tensor:
    from learntools.metrics import mean_filled

    return _hole(y, x, mean_filled(x[:, :3], x[:, 3:]))


def _made(network: nn.Module, x: Tensor) -> Tensor:
    """A batch of images; WrongKind where something else comes of it."""
    try:
        images = network(x)
    except (RuntimeError, TypeError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise WrongKind(
            f"fails on inputs {tuple(x.shape)}: {first} Is it the network of this lesson, of the class that was "
            "trained, with four channels in?"
        ) from None
    if not isinstance(images, Tensor) or images.shape != (len(x), 3, *x.shape[2:]):
        what = f"{tuple(images.shape)}" if isinstance(images, Tensor) else called(images)
        raise WrongKind(
            f"gives back {what} for inputs {tuple(x.shape)}, where pictures {(len(x), 3, *x.shape[2:])} are expected. "
            "Does its forward put the picture and the paint together, with `assemble`?"
        )
    return images


def _taken_away(got: Any, expected: Any) -> Difference | None:
    """Also how two wrong networks are compared: they are alike where the same word describes both."""
    seen, wanted = reading(got), reading(expected)
    return None if seen.word == wanted.word else Difference("value", seen.sentence)


def _when_told(got: Any, expected: Any) -> Difference | None:
    seen = reading(got)
    alike = (RESTORED, "only when told", "paints everywhere")
    return None if seen.word in alike else Difference("value", seen.sentence)


@exercise(answer="remover", points=4, kind="model", seconds=60)
class q7:
    """A trained network that takes away what stands in front of pictures it has never seen."""

    hints = [
        "Did the training cell run to its end, and has the cell after it written the file? In the preview the fences "
        "should have gone.",
        "A network is made with its class, and the weights come from the file: `network.load_state_dict(...)` takes "
        "what `load_file` gives. Without that line the network is as random as on its first day.",
        "If it stays too far from the truth, train for longer: double the seconds in the training cell. On a slow "
        "machine 150 seconds hold fewer steps.",
    ]
    reference = trained
    outcome = pretrained
    praise = "It takes covers away from pictures that it has never seen, told where they are or not."

    def scenario(rng: Any):
        return {}

    def observe(answer: Any, s: Any):
        test = held_out()
        weight = next(iter(answer.parameters()), test.covered)
        answer.eval()
        with torch.no_grad():
            inputs = (told(test.covered, test.masks), told(test.covered))
            made = [_made(answer, x.to(weight.device)).float().cpu() for x in inputs]
        return {"images": torch.stack(made)}

    expect = [
        Expectation("images", 2, "", _when_told, "what it makes", compares=False),
        Expectation("images", 2, "", _taken_away, "what it makes", compares=True),
    ]
    mistakes = {
        "untrained": (
            _Untrained(),
            "`remover` adds hardly anything to the smooth filling that it starts from, as a new network does. Did its "
            "weights come from the file, and was it trained for long enough?",
        ),
        "left empty": (
            _Pretended(after=lambda y, x: _hole(y, x, torch.zeros_like(y))),
            "`remover` leaves the told holes mid-grey, as `network_input` hands them over. Is the paint lost in "
            "`assemble`, or is the smooth filling left out at the beginning of `look`?",
        ),
        "no picture": (
            _Pretended(after=lambda y, x: 0.05 * y),
            "`remover` shows no picture, not even where nothing was covered. What is known should come through "
            "untouched: does its `forward` end with `assemble`, and did the weights come from the file?",
        ),
        "still there": (
            _Pretended(after=_still_there),
            "`remover` gives the picture back with the cover still on it. Did it learn with the true pictures as "
            "targets, and does `assemble` put its paint where the mask is 1?",
        ),
        "mean colour": (
            _Pretended(after=_mean),
            "`remover` fills each hole with about the mean colour of its picture. A new network is nearer than that, "
            "for it starts from the smooth filling. Does `look` begin with `smooth_fill`, and is what the U-Net makes "
            "added to it?",
        ),
        "trained too briefly": (
            _Pretended(after=lambda y, x: _hole(y, x, y * 0.3 + 0.25)),
            "`remover` paints something into the holes, but it is too far from what was there. It needs more steps: "
            "let it train for longer.",
        ),
        "known pixels changed": (
            _Pretended(after=lambda y, x: (y + 0.12 * (y.roll(1, 3) - y).sign()).clamp(-1, 1)),
            "`remover` changes pixels that were never covered. When the hole is told they are known exactly: "
            "`assemble` should take them from its input, not from the network.",
        ),
        "the rest painted": (
            _Pretended(after=lambda y, x: torch.where(x[:, 3:] > 0, x[:, :3], 0.5 * y)),
            "`remover` keeps the hole and paints over the rest. Is the mask the wrong way round in `assemble`, or was "
            "it turned round on the way into the network?",
        ),
        "only when told": (
            _Pretended(after=lambda y, x: _untold(y, x, x[:, :3])),
            "`remover` fills told holes well, but when nothing is told the cover stays, or too much of it. Finding "
            "takes more steps than filling: let it train for longer, with 300 seconds instead of 150. If you have "
            "changed the recipe: does half of each batch still have nothing told?",
        ),
        "paints everywhere": (
            _Pretended(after=lambda y, x: _untold(y, x, (y + 0.2 * (y.roll(1, 3) - y).sign()).clamp(-1, 1))),
            "When nothing is told, `remover` repaints too much of the picture, and what was never covered suffers. It "
            "has not yet learned where the cover is: let it train for longer. If you have changed the recipe: is "
            "`mask_loss` still in it?",
        ),
        "shifted": (
            _Pretended(after=lambda y, x: y.roll(2, 3)),
            "`remover` moves the pictures by two pixels, also where nothing was covered. `assemble` takes those "
            "pixels from the input, so no training can move them: is something padded, cut off or rolled in its "
            "`forward`?",
        ),
        "mirrored": (
            _Pretended(after=lambda y, x: y.flip(3)),
            "`remover` gives each picture back mirrored, also where nothing was covered. `assemble` takes those "
            "pixels from the input, so no training can flip them: is there a `flip` in its `forward`?",
        ),
        "another picture": (
            _Pretended(after=lambda y, x: y.roll(1, 0)),
            "`remover` makes fine pictures, but each one is some other input's. The order of a batch must stay as it "
            "is: picture i of the result belongs to input i.",
        ),
        "always the same": (
            _Pretended(after=lambda y, x: held_out().pictures.mean(dim=0).expand_as(y)),
            "`remover` makes the same picture whatever it gets. Does its `forward` use the input? Look at what it "
            "makes of two pictures side by side.",
        ),
        "red and blue swapped": (
            _Pretended(after=lambda y, x: y.flip(1)),
            "`remover` swaps red and blue, also where nothing was covered. `assemble` takes those pixels from the "
            "input: was the order of channels turned round in its `forward`?",
        ),
        "from 0 to 1": (
            _Pretended(after=lambda y, x: (y + 1) / 2),
            "The pictures of `remover` run from 0 to 1, so that its black is mid-grey to everybody else in this "
            "lesson. Here pictures run from -1 to 1: leave them like that.",
        ),
        "negative": (
            _Pretended(after=lambda y, x: -y),
            "`remover` makes negatives, dark where the truth is light, also where nothing was covered. `assemble` "
            "takes those pixels from the input: was a sign turned round in its `forward`?",
        ),
        "bytes": (
            _Pretended(after=lambda y, x: (y + 1) * 127.5),
            "The values of `remover` go far beyond [-1, 1], as if they were bytes. Here pictures run from -1 to 1; "
            "bytes are only for storing.",
        ),
        "not a number": (
            _Pretended(after=lambda y, x: y * float("nan")),
            "The pictures of `remover` are full of NaN, which is no number at all: somewhere in its training a value "
            "went beyond every limit. Train again, with a lower learning rate if it happens twice.",
        ),
    }
