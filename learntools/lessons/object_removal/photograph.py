"""A photograph of the learner's own, behind something, or with something on it painted over in magenta.

covered, mask, picture = behind("holiday.jpg", "fence")     # (1, 3, 256, 256) in [-1, 1], and the mask, 0 or 1
covered, mask = painted_over("holiday_painted.png")         # what is pure magenta is to go
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.data import square, to_float
from learntools.data.covers import DRAWERS
from learntools.data.files import DataError

SIDE = 256  # pixels; the network has learned at 64, and reads any size that is divisible by 32
SCALE = {
    "fence": 1.25,
    "scribble": 1.25,
    "object": 1.6,
}  # covers are about as large, in pixels, as those it learned from


def behind(source: Any, kind: str = "fence", seed: int = 0, size: int = SIDE) -> tuple[Tensor, Tensor, Tensor]:
    """The square in the middle of a picture, behind a cover of this kind: covered, mask, and the picture itself.

    source: whatever `data.picture` takes.   seed: another one draws another cover.
    Raises DataError for another kind, or what is no picture.
    """
    if kind not in DRAWERS:
        raise DataError(f"There is no cover {kind!r}: choose from {', '.join(DRAWERS)}.")
    picture = square(source, size)[None]
    cover = DRAWERS[kind](1, size, random=torch.Generator().manual_seed(seed), scale=SCALE[kind])
    return to_float(cover.over(picture)), cover.mask.float(), to_float(picture)


def painted_over(source: Any, size: int = SIDE) -> tuple[Tensor, Tensor]:
    """A picture on which something was painted over in magenta (red 255, green 0, blue 255), and the mask of that.

    Where a brush has soft edges or the file was saved as JPEG the colour is not pure any more, so the mask is made two
    pixels wider. Raises DataError where nothing is magenta, or for what is no picture.
    """
    picture = to_float(square(source, size))[None]
    magenta = (picture[:, :1] > 0.5) & (picture[:, 1:2] < -0.4) & (picture[:, 2:] > 0.5)
    if not bool(magenta.any()):
        raise DataError("Nothing on this picture is magenta: paint over what shall go with red 255, green 0, blue 255.")
    return picture, F.max_pool2d(magenta.float(), 5, stride=1, padding=2)
