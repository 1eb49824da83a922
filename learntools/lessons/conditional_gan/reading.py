"""What 500 ordered images are, in one word, as the course's judge sees them; for question 8.

The images come sorted: 50 for the order 0, then 50 for the order 1, and so on. The judge is a classifier trained on
real clothes; the discriminator that a generator was trained with never judges it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from learntools.lessons.remembered import remembered

EACH = 50  # orders of each class
NEEDED = 0.60  # of the orders must be obeyed
VARIED = 0.06  # how far a pixel must spread over images of the same class, averaged; real clothes: 0.2 and more

AS_ASKED = "as asked"
ALIKE = "as asked, but all alike"


@dataclass(frozen=True)
class Reading:
    """The word by which images are compared, the sentence that a learner reads, and the measured accuracy."""

    word: str
    sentence: str
    accuracy: float = 0.0


@remembered
def reading(images: Any) -> Reading:
    """The reading of these images (500, 1, 28, 28); looked up where the very same ones have been read before."""
    return _read(images) if isinstance(images, Tensor) else Reading("no images", "is no batch of images")


def _read(x: Tensor) -> Reading:
    if not bool(x.isfinite().all()):
        return Reading("not a number", "is not a number everywhere")
    low, high = float(x.min()), float(x.max())
    if low < -1.01 or high > 1.01:
        return Reading("out of range", f"runs from {low:.3g} to {high:.3g}, expected from -1 to 1")
    if low >= 0:
        return Reading("from 0 to 1", f"runs from {low:.3g} to {high:.3g}, expected from -1 to 1")
    guesses = guess(x).reshape(10, -1)  # a row for each class that was ordered
    asked = torch.arange(10)[:, None]
    accuracy = float((guesses == asked).float().mean())
    counts = torch.stack([row.bincount(minlength=10) for row in guesses])  # (ordered, seen)
    often = counts.max(dim=1)
    others = int((often.indices != asked[:, 0]).sum())
    said = f"shows what was ordered in {accuracy:.0%} of 500 orders, expected at least {NEEDED:.0%}"
    if accuracy >= NEEDED:
        spread = x.reshape(10, -1, *x.shape[1:]).std(dim=1).flatten(1).mean(dim=1)
        if float(spread.median()) < VARIED:
            return Reading(ALIKE, f"hardly varies within a class (a pixel by {spread.median():.3f})", accuracy)
        return Reading(AS_ASKED, said, accuracy)
    if float(x[:, :, [0, 0, -1, -1], [0, -1, 0, -1]].mean()) > 0.5:  # real clothes lie on black
        return Reading("negative", said, accuracy)
    if float((x < -0.9).float().mean()) < 0.1:  # half of every real picture is black
        return Reading("no clothes", said, accuracy)
    if int(counts.sum(dim=0).max()) > 0.8 * guesses.numel():
        return Reading("one kind", said, accuracy)
    if others >= 6 and len(often.indices.unique()) >= 6 and float(often.values.float().mean()) > 0.5 * EACH:
        return Reading("another class", said, accuracy)
    return Reading("at random" if accuracy < 0.2 else "in part", said, accuracy)


@torch.no_grad()
def guess(x: Tensor) -> Tensor:
    """The class that the judge sees in each image."""
    return torch.cat([_judge()(part).argmax(dim=1) for part in x.split(250)])


@functools.lru_cache(maxsize=1)
def _judge() -> torch.nn.Module:
    from learntools.metrics import load_judge

    return load_judge()
