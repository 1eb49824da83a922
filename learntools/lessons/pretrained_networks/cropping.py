"""Question 3: the middle square of a picture, without distorting it.

The third picture of the scenario is one where cutting off and rounding differ: 55 * (58 / 55) is a little below 58. Its
crop is as long as its shorter side, as in the notebook's `crop(horse, 256, 256)`, so a missing row is seen.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from learntools.core import close, exercise, shape
from learntools.models.recognition import resize

ELSE = "it should show the middle, cut out after the shorter side became `short_side`"
WHOLE = "the crop whose size is `short_side` itself"


def centre_crop(x, short_side, size):
    """Pictures (N, 3, H, W) → the shorter side becomes `short_side`; then the middle (N, 3, size, size)."""
    height, width = x.shape[-2:]
    scale = short_side / min(height, width)
    x = resize(x, round(height * scale), round(width * scale))
    return _middle(x, size)


def _middle(x: Tensor, size: int) -> Tensor:
    top, left = (x.shape[-2] - size) // 2, (x.shape[-1] - size) // 2
    return x[..., top : top + size, left : left + size]


def _resized(x: Tensor, to: int, longer: bool = False) -> Tensor:
    height, width = x.shape[-2:]
    scale = to / (max if longer else min)(height, width)
    return resize(x, round(height * scale), round(width * scale))


def _swapped(x, short_side, size):
    height, width = x.shape[-2:]
    scale = short_side / min(height, width)
    return _middle(resize(x, round(width * scale), round(height * scale)), size)


def _from_the_middle_on(x, short_side, size):
    x = _resized(x, short_side)
    top, left = x.shape[-2] // 2, x.shape[-1] // 2
    return x[..., top : top + size, left : left + size]


def _lower_right(x, short_side, size):
    x = _resized(x, short_side)
    return x[..., x.shape[-2] - size :, x.shape[-1] - size :]


def _one_offset(x, short_side, size):
    x, rest = _resized(x, short_side), (short_side - size) // 2
    return x[..., rest : rest + size, rest : rest + size]


def _cut_off(x, short_side, size):
    height, width = x.shape[-2:]
    scale = short_side / min(height, width)
    return _middle(resize(x, int(height * scale), int(width * scale)), size)


def _whole_factor(x, short_side, size):
    height, width = x.shape[-2:]
    scale = round(short_side / min(height, width))
    return _middle(resize(x, height * scale, width * scale), size)


def _upside_down(x, short_side, size):
    height, width = x.shape[-2:]
    scale = min(height, width) / short_side
    return _middle(resize(x, round(height * scale), round(width * scale)), size)


def _from_the_end(x, short_side, size):
    x = _resized(x, short_side)
    top, left = (x.shape[-2] - size) // 2, (x.shape[-1] - size) // 2
    return x[..., top:-top, left:-left]


def _slope(rng: Any, height: int, width: int) -> Tensor:
    """A picture without any detail, (1, 3, height, width): every way of resizing makes the same of it.

    Red rises along the columns, green along the rows, and blue falls along both.
    """
    rows, columns = torch.linspace(0, 1, height).view(-1, 1), torch.linspace(0, 1, width).view(1, -1)
    rows, columns = rows.expand(height, width), columns.expand(height, width)
    steep = rng.uniform(3, 1, 1, low=200, high=240)
    return (torch.stack([columns, rows, 1 - (rows + columns) / 2]) * steep)[None]


@exercise(answer="centre_crop", points=3)
class q3:
    """The middle of a picture, after its shorter side was brought to a given length."""

    hints = [
        "By which factor must the shorter side change? `min(height, width)` is the shorter one. Height and width must "
        "both change by this same factor.",
        "`resize(x, new_height, new_width)` wants whole numbers: `round(...)`. Then there is (new_height - size) too "
        "much, half of it above: that half is where the crop begins.",
        "`x[..., top : top + size, left : left + size]` cuts rows and columns out of all channels at once.",
    ]
    reference = centre_crop
    praise = "One factor for both sides, so nothing is squeezed, and then the middle."

    def scenario(rng: Any):
        return {"wide": _slope(rng, 48, 80), "tall": _slope(rng, 40, 32), "whole": _slope(rng, 55, 110)}

    def observe(answer: Any, s: Any):
        return {
            "wide": answer(s.wide, 24, 16),
            "tall": answer(s.tall, 64, 40),
            "whole": answer(s.whole, 58, 58),
        }

    expect = [
        shape("wide", (1, 3, 16, 16), why="the square that was asked for", label="the crop of a wide picture"),
        close("wide", share=1, rtol=0, atol=0.018, label="the crop of a wide picture", why=ELSE),
        shape("tall", (1, 3, 40, 40), why="the square that was asked for", label="the crop of a tall picture"),
        close("tall", share=1, rtol=0, atol=0.018, label="the crop of a tall picture", why=ELSE),
        shape("whole", (1, 3, 58, 58), why="the shorter side is needed in full", label=WHOLE),
        close("whole", share=0, rtol=0, atol=0.018, label=WHOLE, why=ELSE),
    ]
    mistakes = {
        "squeezed": (
            lambda x, short_side, size: resize(x, size, size),
            "`centre_crop` squeezes the whole picture into a square, and a cat gets thin. Change both sides by the "
            "same factor, and cut off what does not fit.",
        ),
        "squeezed, then cropped": (
            lambda x, short_side, size: _middle(resize(x, short_side, short_side), size),
            "`centre_crop` makes a square of the picture first, which distorts it, and crops then. Only the shorter "
            "side gets the length `short_side`; the longer one stays longer by the same factor.",
        ),
        "not resized": (
            lambda x, short_side, size: _middle(x, size),
            "`centre_crop` cuts out the middle without resizing first, so of a large photo only a small detail is "
            "left. First bring the shorter side to `short_side`.",
        ),
        "not cropped": (
            lambda x, short_side, size: _resized(x, short_side),
            "`centre_crop` resizes well and stops there: the result is not a square yet. Cut the middle out of it, "
            "`size` rows and `size` columns.",
        ),
        "upper left corner": (
            lambda x, short_side, size: _resized(x, short_side)[..., :size, :size],
            "`centre_crop` cuts out the upper left corner. What is photographed mostly stands in the middle: leave off "
            "as much on the left as on the right, and as much above as below.",
        ),
        "lower right corner": (
            _lower_right,
            "`centre_crop` leaves all that is too much on the left and above, and so cuts out the lower right corner. "
            "Half of it belongs on either side.",
        ),
        "one offset for both": (
            _one_offset,
            "`centre_crop` leaves as much off at the left as above, though one side is longer. Rows and columns each "
            "have their own rest, and half of it comes first.",
        ),
        "always the width": (
            lambda x, short_side, size: _middle(
                resize(x, round(x.shape[-2] * short_side / x.shape[-1]), short_side), size
            ),
            "`centre_crop` always brings the width to `short_side`. That is right for tall pictures; in a wide one the "
            "height is the shorter side, and becomes too short for the cut.",
        ),
        "always the height": (
            lambda x, short_side, size: _middle(
                resize(x, short_side, round(x.shape[-1] * short_side / x.shape[-2])), size
            ),
            "`centre_crop` always brings the height to `short_side`. That is right for wide pictures; in a tall one "
            "the width is the shorter side, and it ends below `short_side`. Which side is shorter? `min` knows.",
        ),
        "factor upside down": (
            _upside_down,
            "`centre_crop` divides the wrong way round: its factor enlarges what should be made smaller, and the other "
            "way about. The shorter side times the factor must be `short_side`.",
        ),
        "a whole factor": (
            _whole_factor,
            "`centre_crop` makes a whole number of the factor, and for a picture twice too large that is 0: no row "
            "would be left. Keep the factor as it is, and round the two sides that come of it.",
        ),
        "cut off instead of rounded": (
            _cut_off,
            "`centre_crop` cuts off what stands behind the point. The shorter side may come out as 57.99999 where 58 "
            "is meant, and then loses a row: go to the nearest whole number, with `round`.",
        ),
        "a square first": (
            lambda x, short_side, size: resize(_middle(x, min(x.shape[-2:])), size, size),
            "`centre_crop` cuts out a square as large as the picture allows and shrinks it to `size`, so nothing is "
            "cut off the shorter side. It should have `short_side` pixels when you cut.",
        ),
        "counted from the end": (
            _from_the_end,
            "`centre_crop` counts the end of the cut from the other side, `top:-top`. Where nothing is to be cut off, "
            "that is `0:-0`, which is empty: say `top : top + size` instead.",
        ),
        "from the middle on": (
            _from_the_middle_on,
            "`centre_crop` begins its cut in the middle and takes what lies to the right and below. The middle should "
            "be the centre of the cut: where must it begin then?",
        ),
        "the longer side": (
            lambda x, short_side, size: _middle(_resized(x, short_side, longer=True), size),
            "`centre_crop` brings the longer side to `short_side`, so the shorter one becomes shorter still, and may "
            "not reach for the cut. Which of the two sides should the factor be made of?",
        ),
        "resized to the crop": (
            lambda x, short_side, size: _middle(_resized(x, size), size),
            "`centre_crop` brings the shorter side to `size` at once, so nothing is cut off there and the thing looks "
            "smaller than in training. Resize to `short_side` first; the crop comes then.",
        ),
        "sides swapped": (
            _swapped,
            "`centre_crop` gives `resize` the width where it wants the height, so the picture is distorted. Images "
            "have rows first: height, then width.",
        ),
    }
