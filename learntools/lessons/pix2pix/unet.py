"""Question 2: the way through a U-Net, with what each level saw on the way down laid beside what comes up."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from learntools.core import close, exercise, grad, leaf, shape
from learntools.lessons.pix2pix.layers import u_layers


def through_the_u(x, down, up):
    """The U-Net's forward: `down` from the outermost layer to the bottom, `up` from the bottom out again."""
    seen = []
    for layer in down:
        x = layer(x)
        seen.append(x)
    x = up[0](seen.pop())
    for layer in up[1:]:
        x = layer(torch.cat([seen.pop(), x], dim=1))
    return x


def _through(x, down, up, join, bottom=lambda x: x):
    """The same with another way of joining: `join(skip, x, image)`."""
    image, seen = x, []
    for layer in down:
        x = layer(x)
        seen.append(x)
    x = up[0](bottom(seen.pop()))
    for layer in up[1:]:
        x = layer(join(seen.pop(), x, image))
    return x


def _empties_the_lists(x, down, up):
    seen = []
    while len(down):
        x = down.pop(0)(x)
        seen.append(x)
    x = up.pop(0)(seen.pop())
    while len(up):
        x = up.pop(0)(torch.cat([seen.pop(), x], dim=1))
    return x


def _from_the_front(x, down, up):
    seen = []
    for layer in down:
        x = layer(x)
        seen.append(x)
    for index, layer in enumerate(up[1:]):
        x = layer(torch.cat([seen[index], up[0](x) if index == 0 else x], dim=1))
    return x


def _outermost_only(x, down, up):
    first = down[0](x)
    x = first
    for layer in down[1:]:
        x = layer(x)
    for layer in up[:-1]:
        x = layer(x)
    return up[-1](torch.cat([first, x], dim=1))


@exercise(answer="through_the_u", points=3)
class q2:
    """Lead an image down and up again, with the skip connections."""

    hints = [
        "On the way down keep what each layer gives, in a list. On the way up each layer but the first needs two "
        "things side by side: which ones, and from which end of the list do they come?",
        "`seen.pop()` takes the last thing that was kept, and the first one that it gives is the bottom itself. It "
        "goes into `up[0]` alone.",
        "For every other layer of `up`: `torch.cat([seen.pop(), x], dim=1)`, the skip first.",
    ]
    reference = through_the_u
    praise = "What each level saw on the way down stands beside what comes up: no outline has to squeeze through."

    def scenario(rng: Any):
        return {
            "x": rng.images(2, 3, 16, 8),
            "deep": rng.images(1, 2, 16, 32),
            "seed": rng.seed(),
        }

    def observe(answer: Any, s: Any):
        down, up = u_layers(s.seed, [3, 5, 4], out_channels=3)
        x = leaf(s.x)
        result = answer(x, down, up)
        down, up = u_layers(s.seed + 1, [2, 4, 3, 5], out_channels=1)
        deep = [answer(half, down, up) for half in s.deep.split(16, dim=3)]
        return {"result": result, "d_x": grad(result, x), "deep": torch.cat(deep, dim=3)}

    expect = [
        shape("result", label="the result", why="an image of the same size as `x`"),
        close("result", share=2, label="the result", why="look at what each layer of `up` gets, and in which order"),
        close("deep", share=0.5, label="the result of a U with four levels, called twice"),
        close("d_x", share=1, label="the gradient that comes back to `x`", why="it must find its way along the skips"),
    ]
    mistakes = {
        "no skips": (
            lambda x, down, up: _through(x, down, up, lambda skip, x, image: x),
            "`through_the_u` goes down and up without a look aside: that is the encoder-decoder, where all must "
            "squeeze through the bottom. Lay beside `x` what the same level saw on the way down.",
        ),
        "added": (
            lambda x, down, up: _through(x, down, up, lambda skip, x, image: skip + x),
            "`through_the_u` adds the skip to what comes from below, so the two are mixed before a layer has seen "
            "them. Here they stay side by side, as more channels. Which function lays tensors beside each other?",
        ),
        "averaged": (
            lambda x, down, up: _through(x, down, up, lambda skip, x, image: (skip + x) / 2),
            "`through_the_u` averages the skip with what comes from below, so the layer cannot tell the two apart. "
            "Lay them side by side instead, as more channels.",
        ),
        "other order": (
            lambda x, down, up: _through(x, down, up, lambda skip, x, image: torch.cat([x, skip], dim=1)),
            "`through_the_u` lays the right two things side by side, but the other way round. Weights go by place: a "
            "network that was trained with the skip first would confuse the two.",
        ),
        "along the batch": (
            lambda x, down, up: _through(x, down, up, lambda skip, x, image: torch.cat([skip, x], dim=0)),
            "`through_the_u` puts the skips below one another as if they were more images, so the batch grows from "
            "level to level. They belong into the channels: which dimension is that in (N, C, H, W)?",
        ),
        "bottom twice": (
            lambda x, down, up: _through(
                x,
                down,
                up,
                lambda skip, x, image: torch.cat([skip, x], dim=1),
                bottom=lambda x: torch.cat([x, x], dim=1),
            ),
            "`through_the_u` gives the bottom to the first layer of `up` twice, as its own skip. At the bottom there "
            "is nothing yet to lay beside it: `up[0]` takes it alone.",
        ),
        "from the wrong end": (
            _from_the_front,
            "`through_the_u` takes the skips from the front of the list, so the largest meets the smallest and they "
            "do not fit. On the way up, what was kept last is needed first.",
        ),
        "lists emptied": (
            _empties_the_lists,
            "`through_the_u` takes the layers out of `down` or `up` for good, so the second image finds them missing. "
            "The layers belong to the network: go through the lists, and leave them as they are.",
        ),
        "outermost only": (
            _outermost_only,
            "`through_the_u` has a single skip, at the outermost level. The levels within have one each too, or what "
            "they saw is lost at the bottom.",
        ),
        "the image as a skip": (
            lambda x, down, up: _through(
                x, down, up, lambda skip, x, image: torch.cat([F.interpolate(image, x.shape[2:]), x], dim=1)
            ),
            "`through_the_u` lays the image itself beside what comes up, made smaller to fit. What a layer needs is "
            "what the layers on the way down have found in it, at its own size.",
        ),
        "itself": (
            lambda x, down, up: _through(x, down, up, lambda skip, x, image: torch.cat([x, x], dim=1)),
            "`through_the_u` lays what comes from below beside itself, and what was seen on the way down is never "
            "used. Which list holds it?",
        ),
        "cut off": (
            lambda x, down, up: _through(x, down, up, lambda skip, x, image: torch.cat([skip.detach(), x], dim=1)),
            "`through_the_u` shows the right picture, but cuts the skips off from where they came from. Then the way "
            "down learns nothing from them: leave the `detach` to D's step.",
        ),
    }
