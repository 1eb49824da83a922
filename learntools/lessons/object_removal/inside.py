"""Question 3: the distance to the truth inside of a mask, whatever its area."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from learntools.core import close, exercise


def l1_inside(x, y, mask):
    """The mean absolute difference over the values that the mask covers, in all channels of all pictures."""
    return ((x - y).abs() * mask).sum() / (mask.sum() * x.shape[1])


def _each_picture_alike(x, y, mask):
    own = ((x - y).abs() * mask).sum(dim=(1, 2, 3)) / (mask.sum(dim=(1, 2, 3)) * x.shape[1])
    return own.mean()


def _as_index(x, y, mask):
    return (x - y).abs()[mask.bool()].mean()


def as_number(value: Any) -> Any:
    """A one-element result as a number, anything else as it is."""
    return float(value) if isinstance(value, Tensor) and value.numel() == 1 else value


@exercise(answer="l1_inside", points=2)
class q3:
    """L1 inside of a mask: the mean over the values that it covers."""

    hints = [
        "A mean is a sum divided by a count. The sum runs over the absolute differences, each times the mask, so that "
        "what lies outside adds nothing. And which numbers are counted?",
        "The mask has one channel, the pictures have three: a covered pixel holds three values, so the count is "
        "`mask.sum() * x.shape[1]`.",
    ]
    reference = l1_inside
    praise = "Small holes and large ones are measured alike, and what lies outside plays no part."

    def scenario(rng: Any):
        share = torch.tensor([0.15, 0.6]).view(2, 1, 1, 1)
        mask = (rng.uniform(2, 1, 8, 6) < share).float()
        mask[:, :, 2, :2], mask[:, :, 0, 0] = 1.0, 0.0
        x, y = rng.images(2, 3, 8, 6), rng.images(2, 3, 8, 6)
        x[0] = y[0] + 0.2 * (x[0] - y[0]) + torch.tensor([0.3, 0.0, -0.1]).view(3, 1, 1)
        x[:, :, 2, :2] = y[:, :, 2, :2]  # covered, and right: a difference of 0 counts too
        return {"x": x, "y": y, "mask": mask}

    def observe(answer: Any, s: Any):
        x, y = s.x.clone(), s.y.clone()
        return {
            "result": as_number(answer(s.x, s.y, s.mask)),
            "outside": as_number(answer(x, y, 1 - s.mask)),
            "one": as_number(answer(s.x[:1, :1].clone(), s.y[:1, :1].clone(), s.mask[:1].clone())),
        }

    expect = [
        close("result", share=2, label="the result", why="a mean over the covered values of all pictures"),
        close("outside", share=0.5, label="the result for the mask `1 - mask`"),
        close("one", share=0.5, label="the result for one grey picture"),
    ]
    mistakes = {
        "the mean over all pixels": (
            lambda x, y, mask: ((x - y).abs() * mask).mean(),
            "`l1_inside` divides by the number of all pixels, so a thin fence seems to be removed better than a thick "
            "one, only because it covers less. Divide by how many values the mask covers.",
        ),
        "the other side": (
            lambda x, y, mask: l1_inside(x, y, 1 - mask),
            "`l1_inside` measures outside of the mask, where nobody had to paint anything. The mask is 1 where the "
            "picture was covered: take it as it is.",
        ),
        "the mask ignored": (
            lambda x, y, mask: (x - y).abs().mean(),
            "`l1_inside` never looks at the mask: it is the plain L1 of lesson 05, in which the many pixels that were "
            "never covered hide those few that matter.",
        ),
        "channels forgotten": (
            lambda x, y, mask: ((x - y).abs() * mask).sum() / mask.sum(),
            "`l1_inside` adds up three channels and divides by the number of pixels, so it is three times too large "
            "for colour. How many values does a covered pixel hold?",
        ),
        "each picture alike": (
            _each_picture_alike,
            "`l1_inside` takes a mean for each picture and then the mean of those, so three pixels of a small hole "
            "weigh as much as a thousand of a large one. Asked for is one mean over all covered values.",
        ),
        "the sum": (
            lambda x, y, mask: ((x - y).abs() * mask).sum(),
            "`l1_inside` adds the differences up and never divides, so twice as many pictures are twice as far off. "
            "Divide by the number of covered values.",
        ),
        "squares": (
            lambda x, y, mask: ((x - y) ** 2 * mask).sum() / (mask.sum() * x.shape[1]),
            "`l1_inside` squares the differences: that is called L2, and is another measure. L1 takes their absolute "
            "values.",
        ),
        "signs kept": (
            lambda x, y, mask: ((x - y) * mask).sum() / (mask.sum() * x.shape[1]),
            "`l1_inside` keeps the signs, so too bright and too dark cancel out, and a bad filling may get a 0. Take "
            "the absolute value of each difference before anything is summed.",
        ),
        "signs kept too long": (
            lambda x, y, mask: (((x - y) * mask).sum() / (mask.sum() * x.shape[1])).abs(),
            "`l1_inside` takes the absolute value of the sum, and by then too bright and too dark have cancelled out. "
            "It belongs to each difference by itself.",
        ),
        "the mask as an index": (
            _as_index,
            "`l1_inside` uses the mask as an index, but it has one channel, and the pictures have three, so torch "
            "finds no place for it. Multiply by the mask, or expand it to the pictures' shape first.",
        ),
    }
