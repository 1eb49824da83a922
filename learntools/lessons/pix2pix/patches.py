"""Question 3: how much of the image one logit of a PatchGAN sees, found by asking its gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import equal, exercise


def receptive_field(network, x):
    """The side of the square of pixels of x (1, C, H, W) that the logit in the middle depends on."""
    x = x.clone().requires_grad_()
    logits = network(x)
    middle = logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2]
    (gradient,) = torch.autograd.grad(middle, x)
    rows = gradient.abs().sum(dim=(0, 1, 3)).nonzero()
    return int(rows.max() - rows.min() + 1)


def stack(seed: int, channels: int, kinds: list[list[int]]) -> nn.Module:
    """Convolutions with these kernels, strides and paddings, and a leaky ReLU after each but the last."""
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for index, (kernel, stride, padding) in enumerate(kinds):
        last = index == len(kinds) - 1
        layers.append(nn.Conv2d(channels, 1 if last else 3, kernel, stride, padding))
        layers += [] if last else [nn.LeakyReLU(0.2)]
        channels = 3
    return nn.Sequential(*layers)


def _gradient(network: nn.Module, x: Tensor, choose: Any) -> Tensor:
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(choose(network(x)), x)
    return gradient


def _middle(logits: Tensor) -> Tensor:
    return logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2]


def _side(gradient: Tensor) -> int:
    rows = gradient.abs().sum(dim=(0, 1, 3)).nonzero()
    return int(rows.max() - rows.min() + 1)


def _without_asking(network, x):
    _middle(network(x)).backward()
    return _side(x.grad)


def _nothing_asked(network, x):
    (gradient,) = torch.autograd.grad(_middle(network(x)), x)
    return _side(gradient)


def _adds_up(network, x):
    x.requires_grad_()
    _middle(network(x)).backward()
    return _side(x.grad)


def _no_grad(network, x):
    with torch.no_grad():
        logits = network(x.requires_grad_())
    _middle(logits).backward()
    return _side(x.grad)


def _strides_ignored(network, x):
    kernels = [layer.kernel_size[0] for layer in network if isinstance(layer, nn.Conv2d)]
    return 1 + sum(kernel - 1 for kernel in kernels)


def _of_the_weights(network, x):
    network(x).sum().backward()
    return next(network.parameters()).grad.shape[-1]


@exercise(answer="receptive_field", points=3)
class q3:
    """The side of the square of pixels that one logit depends on."""

    hints = [
        "A pixel on which a logit depends has a gradient: if the pixel changed a little, the logit would change. "
        "Where the gradient is exactly 0, the logit does not look. So: the gradient of which logit, by what?",
        "`x = x.clone().requires_grad_()`, then `logits = network(x)`, and one logit in the middle of its grid. "
        "`torch.autograd.grad(logit, x)` gives a tuple with the gradient, of the shape of `x`.",
        "In which rows is anything different from 0? The last of them minus the first, plus 1: from row 3 to row 5 "
        "are three rows.",
    ]
    reference = receptive_field
    praise = "One logit sees a square of that side, wherever it stands: this is the patch in PatchGAN."

    def scenario(rng: Any):
        second = [[rng.integer(3, 6), 2, 1], [rng.integer(3, 5), 1, 1], [3, 2, rng.integer(0, 2)]]
        return {
            "stacks": [[[4, 2, 1], [4, 2, 1], [4, 1, 1]], second, [[5, 1, 2], [rng.integer(4, 7), 1, 1]]],
            "images": [rng.images(1, 4, 60, 72), rng.images(1, 2, 64, 56)],
            "seed": rng.seed(),
        }

    def observe(answer: Any, s: Any):
        first, second = s.images
        sides = [
            answer(stack(s.seed + i, x.shape[1], kinds), x)
            for i, (kinds, x) in enumerate(zip(s.stacks, (first, second, first), strict=True))  # one image twice
        ]
        return {"patches": sides[0], "others": sides[1], "no stride": sides[2]}

    expect = [
        equal("patches", share=1, label="the side for a stack with two strides of 2"),
        equal("others", share=1, label="the side for another stack with two strides of 2"),
        equal("no stride", share=1, label="the side for a stack without strides"),
    ]
    mistakes = {
        "all logits": (
            lambda network, x: _side(_gradient(network, x, lambda logits: logits.sum())),
            "`receptive_field` takes the gradient of all logits together, and together they see the whole image. Pick "
            "one logit, in the middle, and ask for its gradient alone.",
        ),
        "area": (
            lambda network, x: int((_gradient(network, x, _middle).abs().sum(dim=(0, 1)) > 0).sum()),
            "`receptive_field` counts all the pixels that the logit sees: that is the area of the square. Asked for is "
            "its side: how many rows, or how many columns, does it have?",
        ),
        "all channels": (
            lambda network, x: int((_gradient(network, x, _middle) != 0).sum()),
            "`receptive_field` counts every number of the gradient that is not 0, in each channel of each pixel. Asked "
            "for is the side of the square: in how many rows is there anything?",
        ),
        "corner": (
            lambda network, x: _side(_gradient(network, x, lambda logits: logits[0, 0, 0, 0])),
            "`receptive_field` asks the logit in the corner, and a part of its square lies outside of the image, in "
            "the padding. Take one from the middle of the grid.",
        ),
        "last corner": (
            lambda network, x: _side(_gradient(network, x, lambda logits: logits[0, 0, -1, -1])),
            "`receptive_field` asks the logit in the last corner, and its square is cut off by the edge of the image. "
            "Take one from the middle of the grid.",
        ),
        "off by one": (
            lambda network, x: _side(_gradient(network, x, _middle)) - 1,
            "`receptive_field` is one short: from row 3 to row 5 it is two steps, but three rows. Count both the first "
            "and the last.",
        ),
        "x does not ask": (
            _without_asking,
            "`receptive_field` never tells torch that it wants a gradient for `x`, so `x.grad` stays None: by itself "
            "torch keeps gradients for weights only. Which method of `x` asks for one?",
        ),
        "grad of what does not ask": (
            _nothing_asked,
            "`receptive_field` asks for the gradient by `x`, but `x` never said that it wants one, so torch has kept "
            "no way back to it. Which method says so, before the network runs?",
        ),
        "adds up": (
            _adds_up,
            "`receptive_field` is right for a new image, but not for one that it has seen: `x.grad` keeps the gradient "
            "of the last call, and `backward` adds to it. Work on a copy of `x`, or use `torch.autograd.grad`.",
        ),
        "no_grad": (
            _no_grad,
            "`receptive_field` runs the network under `torch.no_grad()`, so there is no way back from the logit to the "
            "pixels. Here the gradient is what you are after: leave the `no_grad` out.",
        ),
        "strides ignored": (
            _strides_ignored,
            "`receptive_field` adds up the kernels as if no layer had a stride. After a stride of 2 each step of the "
            "next layer is two pixels wide. Or do not calculate at all: ask the gradient.",
        ),
        "the grid": (
            lambda network, x: network(x).shape[-1],
            "`receptive_field` gives the size of the grid of logits, which is how many patches there are. Asked for is "
            "how many pixels one of them spans.",
        ),
        "the kernel": (
            _of_the_weights,
            "`receptive_field` gives the side of the first layer's kernel. The layers above look at what it has made, "
            "so one logit sees much more: ask for the gradient by `x`, not by the weights.",
        ),
        "half": (
            lambda network, x: _side(_gradient(network, x, _middle)) // 2,
            "`receptive_field` gives about half of the side: from the middle to the edge of the square. Count from "
            "one edge to the other.",
        ),
    }
