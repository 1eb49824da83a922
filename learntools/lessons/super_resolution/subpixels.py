"""Question 3: channels become pixels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.core import close, exercise, grad, leaf, shape


def pixel_shuffle(x, r):
    """(N, C · r², H, W) → (N, C, r · H, r · W): each r² channels become a square of r × r pixels, row by row."""
    n, channels, height, width = x.shape
    x = x.reshape(n, channels // r**2, r, r, height, width)
    return x.permute(0, 1, 4, 2, 5, 3).reshape(n, channels // r**2, r * height, r * width)


def _split(x: Tensor, r: int) -> Tensor:
    n, channels, height, width = x.shape
    return x.reshape(n, channels // r**2, r, r, height, width)


def _joined(x: Tensor, r: int, *order: int) -> Tensor:
    """The six axes (n, c, row, column, height, width) in this order, joined two by two."""
    n, channels, height, width = x.shape
    return _split(x, r).permute(*order).reshape(n, channels // r**2, r * height, r * width)


def _channels_inside(x: Tensor, r: int) -> Tensor:
    """The other convention, TensorFlow's: the channel runs fastest."""
    n, channels, height, width = x.shape
    x = x.reshape(n, r, r, channels // r**2, height, width)
    return x.permute(0, 3, 4, 1, 5, 2).reshape(n, channels // r**2, r * height, r * width)


def _bare_reshape(x: Tensor, r: int) -> Tensor:
    n, channels, height, width = x.shape
    return x.reshape(n, channels // r**2, r * height, r * width)


def _first_of_each(x: Tensor, r: int) -> Tensor:
    return F.interpolate(x[:, :: r**2], scale_factor=r, mode="nearest")


def _mean_of_each(x: Tensor, r: int) -> Tensor:
    return F.interpolate(_split(x, r).mean(dim=(2, 3)), scale_factor=r, mode="nearest")


@exercise(answer="pixel_shuffle", points=3)
class q3:
    """Turn each r² channels into a square of r × r pixels."""

    hints = [
        "Take the channels apart first: `x.reshape(n, c, r, r, h, w)`, where c is what remains after dividing by r². "
        "The two r are the row and the column within the square.",
        "Rows of the result are made of `h` and the first r, with r running faster; columns of `w` and the second r. "
        "So which order of the six axes do you need before the last reshape?",
        "`permute` brings the axes into (n, c, h, r, w, r). Then h and r lie side by side, and so do w and r: a "
        "reshape joins them.",
    ]
    reference = pixel_shuffle
    praise = "Not a single number is computed: they only move. The convolution before has made them."

    def scenario(rng: Any):
        return {"x": rng.normal(2, 12, 3, 4), "nine": rng.normal(1, 18, 2, 3)}

    def observe(answer: Any, s: Any):
        x = leaf(s.x)
        y = answer(x, 2)
        weights = torch.arange(float(y.numel())).view_as(y) if isinstance(y, Tensor) else 1.0
        loss = (y * weights).sum() if isinstance(y, Tensor) and y.requires_grad else None
        return {"y": y, "nine": answer(s.nine, 3), "d_x": grad(loss, x) if loss is not None else None}

    expect = [
        shape("y", (2, 3, 6, 8), why="a quarter of the channels, twice the sides", label="the result"),
        close("y", share=2, label="the result"),
        close("nine", share=1, label="the result for r = 3"),
        close("d_x", share=0, label="the gradient that comes back to `x`", why="the result must still hang on `x`"),
    ]
    mistakes = {
        "bare reshape": (
            _bare_reshape,
            "`pixel_shuffle` has the right shape, but a reshape alone reads the numbers on in the order in which they "
            "lie: rows of one channel are torn apart. The axes must be put in order first.",
        ),
        "rows and columns swapped": (
            lambda x, r: _joined(x, r, 0, 1, 4, 3, 5, 2),
            "`pixel_shuffle` fills each little square column by column, so that it is mirrored at its diagonal. The "
            "second channel of four belongs to the right of the first, not below it.",
        ),
        "copies side by side": (
            lambda x, r: _joined(x, r, 0, 1, 2, 4, 3, 5),
            "`pixel_shuffle` sets whole small images side by side, like tiles. What belongs together are the four "
            "pixels of one place: within a row of the result, the columns of the square run faster than the places.",
        ),
        "tiles, swapped": (
            lambda x, r: _joined(x, r, 0, 1, 3, 4, 2, 5),
            "`pixel_shuffle` sets whole small images side by side, and in the wrong order too. Each place of `x` "
            "should become one little square: which axis must run faster within a row of the result?",
        ),
        "columns tiled": (
            lambda x, r: _joined(x, r, 0, 1, 4, 2, 3, 5),
            "`pixel_shuffle` has the rows right, but along the columns it sets whole images side by side. Do with the "
            "columns as you did with the rows: the place first, then the column within the square.",
        ),
        "rows tiled": (
            lambda x, r: _joined(x, r, 0, 1, 2, 4, 5, 3),
            "`pixel_shuffle` has the columns right, but along the rows it stacks whole images. Do with the rows as you "
            "did with the columns: the place first, then the row within the square.",
        ),
        "channel runs fastest": (
            _channels_inside,
            "`pixel_shuffle` takes channels 0, 3, 6 and 9 for the first square, as another framework does. In torch "
            "the r² channels of a square stand next to each other: 0, 1, 2 and 3.",
        ),
        "height and width exchanged": (
            lambda x, r: _joined(x, r, 0, 1, 5, 2, 4, 3),
            "`pixel_shuffle` mixes up height and width, and the reshape at the end hides it. With an image that is not "
            "square you see it at once: h belongs to the rows.",
        ),
        "first channel repeated": (
            _first_of_each,
            "`pixel_shuffle` repeats one channel of each group as large square pixels and drops the others. Each of "
            "them has a pixel of its own to fill.",
        ),
        "averaged": (
            _mean_of_each,
            "`pixel_shuffle` averages the channels of a group, so all pixels of a square are alike and what the "
            "convolution has made of the detail is gone. The numbers only move; nothing is computed.",
        ),
        "squares upside down": (
            lambda x, r: _split(x, r).flip(2).permute(0, 1, 4, 2, 5, 3).reshape(_bare_reshape(x, r).shape),
            "`pixel_shuffle` turns each little square upside down. The first r channels are its upper row.",
        ),
        "cut off": (
            lambda x, r: pixel_shuffle(x.detach(), r),
            "`pixel_shuffle` gives the right numbers, but they no longer hang on `x`: the convolution before it would "
            "learn nothing. Move the numbers with `reshape` and `permute`, which keep the graph.",
        ),
        "way back": (
            lambda x, r: F.pixel_unshuffle(F.interpolate(x, scale_factor=r * r), r)[:, : x.shape[1] // r**2],
            "`pixel_shuffle` goes the other way: pixels become channels. Here channels become pixels, so the image "
            "grows, and has fewer channels.",
        ),
    }
