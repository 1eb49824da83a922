"""What was made of 120 held-out covered pictures, with the mask told and without, in one word; for question 7.

Three numbers decide, and none of them is drawn by chance:

    inside     L1 inside of told masks, as a share of what the smooth filling has there, which nobody had to learn
    outside    L1 outside of told masks, where the true pixels were given
    found      L1 inside when nothing is told, as a share of what leaving the cover there has
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from learntools.lessons.remembered import remembered
from learntools.models.object_removal import smooth_fill

NEAR = 0.98  # told, L1 inside must be at most this part of the smooth filling's
KEPT = 0.01  # and outside of the mask at most this
FOUND = 0.65  # untold, L1 inside must be at most this part of the untouched cover's
DAMAGED = 0.06  # and outside at most this

RESTORED = "taken away"


@dataclass(frozen=True)
class Reading:
    """The word by which results are compared, the sentence that a learner reads, and the three numbers."""

    word: str
    sentence: str
    inside: float = float("inf")
    outside: float = float("inf")
    found: float = float("inf")


@dataclass(frozen=True)
class Test:
    """The held-out pictures: covered and true (120, 3, 64, 64) in [-1, 1], and masks (120, 1, 64, 64), 0 or 1."""

    covered: Tensor
    masks: Tensor
    pictures: Tensor
    smooth: float  # L1 inside, of the smooth filling
    untouched: float  # and of leaving it as it is


@functools.lru_cache(maxsize=1)
def held_out() -> Test:
    """Every third held-out picture of the course."""
    from learntools.data import covered
    from learntools.metrics import l1_inside

    x, masks, pictures = (part[::3] for part in covered.held_out().floats())
    smooth = l1_inside(smooth_fill(x, masks), pictures, masks)
    return Test(x, masks, pictures, smooth, l1_inside(x, pictures, masks))


@remembered
def reading(images: Any) -> Reading:
    """The reading of these images (2, 120, 3, 64, 64), of told masks first; the very same ones are looked up."""
    return _read(images) if isinstance(images, Tensor) else Reading("no images", "is no batch of images")


def _read(images: Tensor) -> Reading:
    from learntools.metrics import l1_inside

    if not bool(images.isfinite().all()):
        return Reading("not a number", "is not a number everywhere")
    low, high = float(images.min()), float(images.max())
    if low < -1.02 or high > 1.02:
        return Reading("out of range", f"runs from {low:.3g} to {high:.3g}, expected from -1 to 1")
    if low >= 0:
        return Reading("from 0 to 1", f"runs from {low:.3g} to {high:.3g}, expected from -1 to 1")
    test = held_out()
    told, untold = images
    inside = l1_inside(told, test.pictures, test.masks) / test.smooth
    outside = l1_inside(told, test.pictures, 1 - test.masks)
    found = l1_inside(untold, test.pictures, test.masks) / test.untouched
    damaged = l1_inside(untold, test.pictures, 1 - test.masks)
    numbers = inside, outside, found
    if outside > KEPT:
        said = f"changes pixels that were never covered, by {outside:.3f} on average, expected at most {KEPT}"
        return Reading(_why_damaged(told, test), said, *numbers)
    if inside > NEAR:
        said = f"is off in the told holes by {inside:.0%} of what the smooth filling is, expected at most {NEAR:.0%}"
        return Reading(_why_empty(told, test), said, *numbers)
    if damaged > DAMAGED:
        said = f"changes the uncovered pixels by {damaged:.3f} when nothing is told, expected at most {DAMAGED}"
        return Reading("paints everywhere", said, *numbers)
    if found > FOUND:
        said = (
            f"is off by {found:.0%} of what the untouched cover is where it must find the cover by itself, expected at "
            f"most {FOUND:.0%}"
        )
        return Reading("only when told", said, *numbers)
    return Reading(
        RESTORED, f"is off by {inside:.0%} of the smooth filling where told, by {found:.0%} untold", *numbers
    )


def _why_damaged(told: Tensor, test: Test) -> str:
    """Why known pixels are not what they were."""

    def near(images: Tensor) -> bool:
        return float((images - test.pictures).abs().mean()) < 0.12

    if float(told.std(dim=0).mean()) < 1e-3:
        return "always the same"
    if float(told.std()) < 0.1:
        return "no picture"
    if near(-told):
        return "negative"
    if near(told.flip(1)):
        return "red and blue swapped"
    if near(told.flip(3)):
        return "mirrored"
    if any(near(told.roll(step, axis)) for step in (-4, -2, 2, 4) for axis in (2, 3)):
        return "shifted"
    given = (told - test.covered * (1 - test.masks)).abs()
    if float((given * test.masks).mean()) < 1e-3:
        return "the rest painted"
    nearest = torch.cdist(told[..., ::8, ::8].flatten(1), test.pictures[..., ::8, ::8].flatten(1), p=1).argmin(dim=1)
    if int((nearest == torch.arange(len(told))).sum()) < len(told) // 4:
        return "another picture" if len(nearest.unique()) > len(told) // 2 else "no picture"
    return "known pixels changed"


def _why_empty(told: Tensor, test: Test) -> str:
    """Why told holes are far from the truth, although all around is as it was."""
    from learntools.metrics import l1_inside, mean_filled

    def off(images: Tensor) -> float:
        return l1_inside(told, images, test.masks)

    if off(test.covered) < 0.02:
        return "still there"
    if off(torch.zeros_like(told)) < 0.05:
        return "left empty"
    if off(smooth_fill(test.covered, test.masks)) < 0.03:
        return "smooth"
    if off(mean_filled(test.covered, test.masks)) < 0.05:
        return "mean colour"
    return "not near enough"
