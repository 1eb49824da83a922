"""Reading the same images twice costs nothing: a diagnosis compares one answer's images with those of many mistakes.

@remembered
def reading(images): ...
"""

from __future__ import annotations

import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from torch import Tensor

KEPT = 64

Found = TypeVar("Found")


def remembered(read: Callable[[Any], Found]) -> Callable[[Any], Found]:
    """`read`, which looks up what it has found for the last 64 tensors by their bytes; anything else is read anew."""
    kept: OrderedDict[str, Found] = OrderedDict()

    @functools.wraps(read)
    def look_up(images: Any) -> Found:
        if not isinstance(images, Tensor):
            return read(images)
        key = hashlib.sha256(images.contiguous().numpy().tobytes()).hexdigest()
        if key not in kept:
            kept[key] = read(images)
            while len(kept) > KEPT:
                kept.popitem(last=False)
        return kept[key]

    return look_up
