"""Question 4: a start without a checkerboard, judged by what comes out behind the pixel shuffle."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.core import close, equal, exercise, true


@torch.no_grad()
def start_alike(conv, r):
    """In place: of each r² output channels, all become like the first."""
    for values in (conv.weight, conv.bias):
        values.copy_(values[:: r**2].repeat_interleave(r**2, dim=0))


def _set(conv: nn.Conv2d, change: Any, bias: bool = True) -> None:
    with torch.no_grad():
        for values in (conv.weight, conv.bias) if bias else (conv.weight,):
            values.copy_(change(values))  # type: ignore[union-attr]


def _alike(values: Tensor, r: int) -> Tensor:
    return values[:: r**2].repeat_interleave(r**2, dim=0)


def _averages(values: Tensor, r: int) -> Tensor:
    return values.unflatten(0, (-1, r**2)).mean(dim=1).repeat_interleave(r**2, dim=0)


def _new_parameters(conv: nn.Conv2d, r: int) -> None:
    for name in ("weight", "bias"):
        setattr(conv, name, nn.Parameter(_alike(getattr(conv, name).detach(), r)))


def _fixed(conv: nn.Conv2d, r: int) -> None:
    start_alike(conv, r)
    conv.requires_grad_(False)


def convolution(seed: int, channels: int, r: int) -> nn.Conv2d:
    """A convolution before a pixel shuffle, with random weights and a bias."""
    torch.manual_seed(seed)
    conv = nn.Conv2d(3, channels * r**2, 3, padding=1)
    with torch.no_grad():
        conv.bias.copy_(torch.randn(channels * r**2))  # type: ignore[union-attr]
    return conv


def _checkerboard(conv: nn.Conv2d, x: Tensor, r: int) -> Tensor:
    """How much the r × r pixels of one place differ, the mean over the places, for each channel: (channels,)."""
    with torch.no_grad():
        y = F.pixel_shuffle(conv(x), r)
    n, c, height, width = y.shape
    squares = y.reshape(n, c, height // r, r, width // r, r)
    return squares.std(dim=(3, 5)).mean(dim=(0, 2, 3))


@exercise(answer="start_alike", points=2, pure=False)
class q4:
    """Start a convolution so that the pixel shuffle behind it shows no checkerboard."""

    hints = [
        "Which output channels become one square? The first r², then the next r², and so on. Within such a group all "
        "weights, and all biases, should be equal.",
        "`conv.weight[:: r**2]` is the first of each group, and `.repeat_interleave(r**2, dim=0)` repeats each of them "
        "in its place. `conv.weight.copy_(...)` writes into the weights, inside `torch.no_grad()`.",
        "The bias has one number for each output channel, so it takes the same treatment.",
    ]
    reference = start_alike
    praise = "All pixels of a square start equal: the layer begins as nearest neighbours, and learns to differ."

    def scenario(rng: Any):
        return {"x": rng.images(2, 3, 5, 4), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        found: dict[str, Any] = {"boards": [], "same": True, "learns": True}
        for place, (channels, r) in enumerate(((4, 2), (2, 3))):
            conv = convolution(s.seed + place, channels, r)
            before = conv.weight, conv.bias
            answer(conv, r)
            found["boards"].append(_checkerboard(conv, s.x, r))
            found[f"weight{r}"], found[f"bias{r}"] = conv.weight.detach().clone(), conv.bias.detach().clone()  # type: ignore[union-attr]
            found["same"] &= conv.weight is before[0] and conv.bias is before[1]
            found["learns"] &= all(value.requires_grad for value in conv.parameters())
        calm = all(bool((board < 1e-5).all()) for board in found["boards"])
        shapes = [list(found[name].shape) for name in ("weight2", "weight3")]
        return {**found, "calm": calm, "shapes": shapes}

    expect = [
        true("calm", share=2, why="behind the pixel shuffle, the r × r pixels of one place must all be equal"),
        equal("shapes", share=0, label="the shapes of the weights"),
        close("weight2", share=0.5, label="the weights for r = 2", why="the first of each group stays as it was"),
        close("weight3", share=0.5, label="the weights for r = 3", why="the first of each group stays as it was"),
        close("bias2", share=0.5, label="the bias", why="the first of each group stays as it was"),
        close("bias3", share=0, label="the bias for r = 3"),
        close("boards", share=0, label="the checkerboard"),
        true("learns", share=0, why="the weights must still be able to learn"),
        true("same", share=0, why="an optimiser may hold the parameters already: write into them, in place"),
    ]
    mistakes = {
        "nothing changed": (
            lambda conv, r: _alike(conv.weight.detach().clone(), r),
            "`start_alike` leaves the weights of `conv` as they were. Did you change a copy? `conv.weight.copy_(...)` "
            "writes into the convolution itself.",
        ),
        "repeated as a whole": (
            lambda conv, r: _set(conv, lambda v: v[:: r**2].repeat(r**2, *[1] * (v.ndim - 1))),
            "`start_alike` repeats the chosen filters as a whole, 0 1 2 3 0 1 2 3, so the channels of one square still "
            "differ. Each must be repeated in its place: 0 0 0 0 1 1 1 1.",
        ),
        "bias forgotten": (
            lambda conv, r: _set(conv, lambda v: _alike(v, r), bias=False),
            "`start_alike` has calmed the weights, but the biases still differ within each group, and a constant "
            "pattern stays on every square. Do with `conv.bias` as with `conv.weight`.",
        ),
        "r instead of r squared": (
            lambda conv, r: _set(
                conv,
                lambda v: v[::r][: -(-len(v) // r)].repeat_interleave(r, dim=0)[: len(v)],
            ),
            "`start_alike` makes groups of r channels, which is one row of a square: within a row the pixels agree, "
            "and the rows still differ. How many channels does a whole square have?",
        ),
        "all filters alike": (
            lambda conv, r: _set(conv, lambda v: v[:1].expand_as(v).clone()),
            "`start_alike` makes every filter equal to the first one. There is no checkerboard, but all channels of "
            "the result see the same and learn the same. Only those of one square should start alike.",
        ),
        "zeros": (
            lambda conv, r: _set(conv, torch.zeros_like),
            "`start_alike` sets everything to 0. That is calm, but nothing passes through, neither the image nor a "
            "gradient for the layers before. The first filter of each group should stay as it was.",
        ),
        "ones": (
            lambda conv, r: _set(conv, torch.ones_like),
            "`start_alike` sets all weights to the same number. No checkerboard, but every channel now does the same. "
            "Keep the first filter of each group, with its random weights.",
        ),
        "averages": (
            lambda conv, r: _set(conv, lambda v: _averages(v, r)),
            "`start_alike` puts the average in the place of each group. They agree, but averages of random weights are "
            "r times weaker, so the signal fades. Keep the first one of each group instead.",
        ),
        "first quarter": (
            lambda conv, r: _set(conv, lambda v: v[: len(v) // r**2].repeat_interleave(r**2, dim=0)),
            "`start_alike` repeats the filters at the beginning, each r² times. There is no checkerboard, but asked "
            "for was that the first of each group stays as it was, and most of those have been replaced.",
        ),
        "new parameters": (
            _new_parameters,
            "`start_alike` gives `conv` new parameters in the place of the old ones. An optimiser that was made before "
            "goes on moving the old ones, and nobody uses those. Write into the ones that are there.",
        ),
        "can no longer learn": (
            _fixed,
            "`start_alike` leaves the right weights, but they no longer ask for a gradient: the layer would stay like "
            "that for ever. Equal is only how they start. Use `torch.no_grad()` around the writing instead.",
        ),
        "last of each group": (
            lambda conv, r: _set(conv, lambda v: v[r**2 - 1 :: r**2].repeat_interleave(r**2, dim=0)),
            "`start_alike` keeps the last of each group instead of the first. It is as calm, but the task says which "
            "one stays, so that everybody's layer starts from the same weights.",
        ),
    }
