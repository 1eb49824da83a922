"""Question 7: the trained network, which must enlarge emoji that it has never seen better than bicubic does.

It gets 63 small held-out emoji, and `reading` compares what it makes of them with the truth. Nothing is drawn by
chance, so a check of the same weights always ends alike: its flake rate is 0. What differs is how well a training turns
out; `tests/test_super_resolution.py` keeps the answers that must not pass below the marks.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.core import Expectation, WrongKind, exercise
from learntools.core.compare import Difference
from learntools.core.plain import name as called
from learntools.lessons.pretended import changed
from learntools.lessons.remembered import handed_out
from learntools.lessons.super_resolution.reading import held_out, reading
from learntools.models.super_resolution import SRResNet


def small_srresnet() -> SRResNet:
    """The network of this lesson, untrained: six blocks of 32 channels, no norms, over a bicubic enlargement."""
    return SRResNet(blocks=6, width=32, norm=False, kernel=3, over="bicubic")


def _shipped(prefix: str) -> nn.Module:
    from learntools.data import weights

    network = small_srresnet()
    tensors = {
        key.removeprefix(prefix): value for key, value in weights("super_resolution").items() if key.startswith(prefix)
    }
    network.load_state_dict(tensors)
    return network.eval().requires_grad_(False)


@handed_out
def pretrained() -> nn.Module:
    """The course's own generator, trained with D, in eval mode; `data/weights/super_resolution.md` says how."""
    return _shipped("generator.")


@handed_out
def pretrained_srresnet() -> nn.Module:
    """The same before it met D: trained on pixels alone."""
    return _shipped("srresnet.")


def trained(training, recipe, images):
    result = training.fit(recipe, images, seconds=75, seed=1)
    return result.generator


_Pretended = changed(pretrained)


class _Untrained(nn.Module):
    """A network that is left all of the work, with random weights, drawn when it is called: not when imported."""

    def forward(self, x):
        return SRResNet(blocks=1, width=8, norm=False, kernel=3).eval()(x)


def _from_small(how: str):
    """What `data.enlarge` makes of the small images."""

    def made(y: Tensor, x: Tensor) -> Tensor:
        from learntools.data import enlarge

        return enlarge(x, how=how).clamp(-1, 1)

    return made


def _grey(y: Tensor, x: Tensor) -> Tensor:
    return y.mean(dim=1, keepdim=True).expand_as(y)


def _noisy(y: Tensor, x: Tensor) -> Tensor:
    """A chequered pattern on everything, as a pixel shuffle makes it that did not start calmly."""
    rows, columns = torch.arange(y.shape[2]), torch.arange(y.shape[3])
    board = ((rows[:, None] + columns) % 2 * 2 - 1).to(y)
    return (0.8 * y + 0.35 * board).clamp(-1, 1)


def _enlarged(network: nn.Module, x: Tensor) -> Tensor:
    """A batch of images four times as large; WrongKind where something else comes of it."""
    try:
        images = network(x)
    except (RuntimeError, TypeError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise WrongKind(
            f"fails on small images {tuple(x.shape)}: {first} Is it the network of this lesson, of the class that was "
            "trained?"
        ) from None
    want = (*x.shape[:2], 4 * x.shape[2], 4 * x.shape[3])
    if not isinstance(images, Tensor) or tuple(images.shape) != want:
        what = f"{tuple(images.shape)}" if isinstance(images, Tensor) else called(images)
        raise WrongKind(
            f"gives back {what} for small images {tuple(x.shape)}, where {want} is expected: four times as high and as "
            "wide. Is it the generator, and not D?"
        )
    return images


def _is_sharper(got: Any, expected: Any) -> Difference | None:
    """Also how two wrong networks are compared: they are alike where the same word describes both."""
    seen, wanted = reading(got), reading(expected)
    return None if seen.word == wanted.word else Difference("value", seen.sentence)


def _is_nearer(got: Any, expected: Any) -> Difference | None:
    seen = reading(got)
    return None if seen.gain > 0 else Difference("value", seen.sentence)


@exercise(answer="network", points=4, kind="model", seconds=60)
class q7:
    """A trained network that enlarges emoji it has never seen, better than bicubic."""

    hints = [
        "Did both training cells run to their ends? The last line of the second one writes the file.",
        "A network is made with its class, and the weights come from the file: `network.load_state_dict(...)` takes "
        "what `load_file` gives. Without that line it is a bicubic enlargement, as on its first day.",
        "If it is not sharp enough, train for longer: double the seconds of the first training. On a slow machine a "
        "minute holds fewer steps.",
    ]
    reference = trained
    outcome = pretrained
    praise = "It enlarges emoji that it has never seen, sharper and nearer to the truth than bicubic."

    def scenario(rng: Any):
        return {}

    def observe(answer: Any, s: Any):
        small, _ = held_out()
        weight = next(iter(answer.parameters()), small)
        answer.eval()
        with torch.no_grad():
            parts = [_enlarged(answer, x.to(weight.device)).float().cpu() for x in small.split(32)]
        return {"images": torch.cat(parts)}

    expect = [
        Expectation("images", 1, "", _is_nearer, "what it makes", compares=False),
        Expectation("images", 3, "", _is_sharper, "what it makes", compares=True),
    ]
    mistakes = {
        "bicubic": (
            _Pretended(after=_from_small("bicubic")),
            "`network` gives the bicubic enlargement and adds nothing to it. That is how a new one begins: did its "
            "weights come from the file, and did the training run?",
        ),
        "nearest": (
            _Pretended(after=_from_small("nearest")),
            "`network` makes each pixel a square of four by four. That is how large pixels look, not how the emoji "
            "looked: did the network learn, and is its answer used?",
        ),
        "untrained": (
            _Untrained(),
            "`network` makes no emoji yet: its images are as formless as those of random weights. Is it of the class "
            "that was trained, and did the weights come from the file?",
        ),
        "trained too briefly": (
            _Pretended(after=lambda y, x: 0.93 * _from_small("bicubic")(y, x) + 0.07 * y),
            "`network` is not near enough to the truth: what it adds to bicubic helps too little, or even harms. If "
            "the first training had few steps, let it run for longer. If it had many, look at its preview: did the "
            "edges get better at all?",
        ),
        "blurred": (
            _Pretended(after=lambda y, x: F.interpolate(F.avg_pool2d(y, 8), scale_factor=8, mode="bilinear")),
            "`network` makes images that are softer than the bicubic ones. Is it shrunk and enlarged once more on the "
            "way, or was it trained to give the small image back?",
        ),
        "checkerboard": (
            _Pretended(after=_noisy),
            "`network` lays a pattern over everything: its edges are stronger than the truth's. Look closely at a "
            "plain surface. Too strong a verdict of D can do that, or sub-pixels that did not start alike.",
        ),
        "shifted": (
            _Pretended(after=lambda y, x: y.roll((2, 2), (2, 3))),
            "`network` draws everything a little beside its place. The eye hardly sees that, but each edge now misses "
            "its own. Was the sharp image moved after it had been shrunk?",
        ),
        "mirrored": (
            _Pretended(after=lambda y, x: y.flip(3)),
            "`network` mirrors what it enlarges. Flips that meet only one image of a pair would blur it, for they "
            "meet only half of them. Is there a `flip` in its `forward`, or in what is done with its result?",
        ),
        "turned": (
            _Pretended(after=lambda y, x: y.transpose(2, 3)),
            "`network` exchanges rows and columns. On square images nothing crashes. Did a pixel shuffle of your own "
            "mix up height and width?",
        ),
        "red and blue swapped": (
            _Pretended(after=lambda y, x: y.flip(1)),
            "`network` swaps red and blue. The small images are made from the sharp ones, so a wrong order in the "
            "files would be in both, and change nothing. Are the channels turned round in its `forward`, or in what "
            "is done with its result?",
        ),
        "grey": (
            _Pretended(after=_grey),
            "`network` gives grey images. The small ones have colours: are all three channels used on the way?",
        ),
        "another emoji": (
            _Pretended(after=lambda y, x: y.roll(1, 0)),
            "`network` gives sharp emoji, but each one is some other small image's. The order of a batch must stay as "
            "it is.",
        ),
        "always the same": (
            _Pretended(after=lambda y, x: held_out()[1].mean(dim=0).expand_as(y)),
            "`network` gives the same picture for every small image. Does its `forward` use `x`? Look at two "
            "enlargements side by side.",
        ),
        "from 0 to 1": (
            _Pretended(after=lambda y, x: (y + 1) / 2),
            "The images of `network` run from 0 to 1, so that its black is mid-grey to everybody else in this lesson. "
            "Here images run from -1 to 1: leave them like that.",
        ),
        "negative": (
            _Pretended(after=lambda y, x: -y),
            "`network` makes negatives, dark where the truth is light. Was a sign turned round, in the data or where "
            "the two parts are added?",
        ),
        "bytes": (
            _Pretended(after=lambda y, x: (y + 1) * 127.5),
            "The values of `network` go far beyond [-1, 1], as if they were bytes. Here images run from -1 to 1; bytes "
            "are only for storing.",
        ),
        "not a number": (
            _Pretended(after=lambda y, x: y * float("nan")),
            "The images of `network` are full of NaN, which is no number at all: somewhere in its training a value "
            "went beyond every limit. Train again, with a lower learning rate if it happens twice.",
        ),
    }
