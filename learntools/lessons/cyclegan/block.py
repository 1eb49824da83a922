"""Question 2: a residual block, judged by what it does to images, at their edges too."""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import WrongKind, exercise, true
from learntools.core.plain import name as called
from learntools.models.cyclegan import ResidualBlock


class _Block(nn.Module):
    """The right block, with layers or the last line exchanged."""

    def __init__(self, channels, *, second: Any = "reflect", padding=1, last: Any = nn.InstanceNorm2d, after=None):
        super().__init__()
        conv = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        again = nn.Conv2d(channels, channels, 3, padding=padding, padding_mode=second)
        layers = [conv, nn.InstanceNorm2d(channels), nn.ReLU(), again]
        layers += ([last(channels)] if last else []) + ([after] if after else [])
        self.change = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.change(x)


class _Shared(_Block):
    """The same convolution twice."""

    def __init__(self, channels):
        super().__init__(channels)
        conv, norm, relu, _, _ = self.change
        self.change = nn.Sequential(conv, norm, relu, conv, norm)


class _InPlace(_Block):
    def forward(self, x):
        x += self.change(x)
        return x


class _Alone(_Block):
    def forward(self, x):
        return self.change(x)


class _Twice(_Block):
    def forward(self, x):
        return 2 * x + self.change(x)


class _Clipped(_Block):
    def forward(self, x):
        return torch.relu(x + self.change(x))


class _Times(_Block):
    def forward(self, x):
        return x * self.change(x)


class _Beside(_Block):
    def forward(self, x):
        return torch.cat([x, self.change(x)], dim=1)


class _Before(_Block):
    """f(x) + f(x)."""

    def forward(self, x):
        y = self.change(x)
        return y + y


def _output(network: nn.Module, x: Tensor) -> Tensor:
    value = network(x)
    if not isinstance(value, Tensor):
        raise WrongKind(
            f"gives back {called(value)} where a tensor is expected: look at the last line of its `forward`, is there "
            "a `return`?"
        )
    return value


def _silenced(network: nn.Module) -> nn.Module:
    """All weights to 0, so that convolutions say nothing whatever they see."""
    with torch.no_grad():
        for value in network.parameters():
            value.zero_()
    return network


def _size(value: Tensor, x: Tensor) -> str:
    if value.shape == x.shape:
        return "as it was"
    return "other channels" if value.shape[0] == x.shape[0] and value.shape[2:] == x.shape[2:] else "another size"


@exercise(answer="ResidualBlock", points=2)
class q2:
    """A block that adds a change to what it is given."""

    hints = [
        "Where all its weights are 0, the block should hand on its input as it is. What must `forward` do with `x` "
        "besides sending it through `self.change`?",
        "The second half of `change` is like its first: a convolution from `channels` to `channels` that keeps the "
        "size, with the same `padding_mode`, and a norm. There is no ReLU after it: a change may be negative.",
    ]
    reference = ResidualBlock
    praise = "With weights of 0 it leaves everything as it is: the block only has to learn what to change."

    def scenario(rng: Any):
        return {
            "x": rng.normal(3, 6, 5, 8),
            "tiles": rng.normal(2, 6, 2, 2).repeat(1, 1, 4, 3)[:, :, :7],
            "seed": rng.seed(),
        }

    def observe(answer: Any, s: Any):
        torch.manual_seed(s.seed)
        network = answer(6)
        if not isinstance(network, nn.Module):
            raise WrongKind("does not make a network: the line of its class needs `nn.Module` between the parentheses.")
        given = s.x.clone()
        y = _output(network, given)
        seen = {"size": _size(y, s.x)}
        if seen["size"] != "as it was":
            return seen
        y.square().sum().backward()
        silent = _output(_silenced(answer(6)), s.x)
        with torch.no_grad():
            tiled = network(s.tiles)  # a pattern of period 2, which a mirror at the edge continues
            change = y - s.x
            alone, louder = network(s.x[:1]) - s.x[:1], network(3 * s.x) - 3 * s.x
            unlike = [tiled[:, :, 2:] - tiled[:, :, :-2], tiled[..., 2:] - tiled[..., :-2]]
            mean, spread = change.mean(dim=(2, 3)), change.std(dim=(2, 3))
        kept = torch.allclose(silent, s.x, atol=1e-4)
        return seen | {
            "kept": kept,
            "kept in part": bool(torch.isclose(silent, s.x, atol=1e-4).any()),
            "silent": torch.allclose(silent, torch.zeros_like(silent), atol=1e-4),
            "edge": all(float(part.abs().max()) < 1e-2 for part in unlike),
            "steady": torch.allclose(louder, change, atol=1e-2),
            "normed": bool(mean.abs().max() < 1e-3 and (spread - 1).abs().max() < 0.1),
            "both ways": bool((change < -1e-4).any() and (change > 1e-4).any()),
            "times the change": [bool((y.detach().std(dim=(2, 3)) - many).abs().max() < 0.1 * many) for many in (1, 2)],
            "input left": torch.equal(given, s.x),
            "alone": torch.allclose(alone, change[:1], atol=1e-3),
            "weights of two": sum(value.numel() for value in network.parameters()) >= 2 * 6 * 6 * 9,
            "weights": sum(value.ndim == 4 and value.grad is not None for value in network.parameters()),
        }

    expect = [
        true("kept", share=2, why="with weights of 0 the block must hand on its input unchanged, so that it is added"),
        true("edge", share=1, why="a regular pattern should stay regular up to its edge: mirror there, in both halves"),
        true("normed", share=1, why="the change leaves through an instance norm, with mean 0 and spread 1"),
        true(
            "weights of two", share=1, why="each of the two convolutions has weights of its own, to learn other things"
        ),
        true("input left", share=0, why="the caller's `x` must be left as it is"),
        true("alone", share=1, why="each image goes its own way, whatever else is in the batch"),
    ]
    mistakes = {
        "nothing added": (
            _Alone,
            "`ResidualBlock` gives back the change alone, and the input is lost: with all weights at 0 nothing comes "
            "out. Its last line should hand on `x` as well.",
        ),
        "one convolution twice": (
            _Shared,
            "`ResidualBlock` runs the image through the same convolution twice, so both halves have to share one set "
            "of weights. Make a second one: each should learn something of its own.",
        ),
        "added in place": (
            _InPlace,
            "`ResidualBlock` writes the sum into `x` itself, so whoever called it finds the input changed. Make a new "
            "tensor for the sum, and leave `x` as it came.",
        ),
        "added twice": (
            _Twice,
            "`ResidualBlock` hands on twice its input. After a few blocks, images would be many times as loud. Add the "
            "input to the change once.",
        ),
        "change added to itself": (
            _Before,
            "`ResidualBlock` adds the change to itself, and the input is lost. One of the two terms in its last line "
            "should be `x`, as it came in.",
        ),
        "multiplied": (
            _Times,
            "`ResidualBlock` multiplies its input by the change. With weights of 0 everything would vanish; adding "
            "leaves the input alone where there is nothing to change.",
        ),
        "side by side": (
            _Beside,
            "`ResidualBlock` lays its input beside the change, as a U-Net's skip does, so that the channels double. In "
            "a residual block the two are added, and the size stays.",
        ),
        "ReLU after the sum": (
            _Clipped,
            "`ResidualBlock` cuts off what is negative after adding. Then it cannot hand on its input as it is: the "
            "sum should leave the block without another ReLU.",
        ),
        "ReLU at the end": (
            functools.partial(_Block, after=nn.ReLU()),
            "In `ResidualBlock` the change ends in a ReLU, so it can only add and never take away. A change must be "
            "free to be negative: end with the norm.",
        ),
        "zeros at the edge": (
            functools.partial(_Block, second="zeros"),
            "In `ResidualBlock` the second convolution sees zeros beyond the edge, which leave a frame around every "
            "picture. The first one mirrors the image there; let the second do the same.",
        ),
        "no second norm": (
            functools.partial(_Block, last=None),
            "In `ResidualBlock` no norm follows the second convolution, so nothing says how loud the change may be, "
            "and many blocks in a row can blow up. Close `change` as its first half is closed.",
        ),
        "batch norm": (
            functools.partial(_Block, last=nn.BatchNorm2d),
            "In `ResidualBlock` the second norm mixes the images of a batch: one image comes out differently in other "
            "company. An instance norm, as in the first half, looks at one image by itself.",
        ),
        "no padding": (
            functools.partial(_Block, padding=0, second="zeros"),
            "In `ResidualBlock` the second convolution has no padding, so the change is smaller than the input and "
            "cannot be added to it. How did the first convolution keep the size?",
        ),
    }
