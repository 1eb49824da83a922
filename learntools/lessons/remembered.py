"""What is worth making once: readings of the same images, and the course's own networks.

@remembered
def reading(images): ...

@handed_out
def pretrained(): ...
"""

from __future__ import annotations

import copy
import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

KEPT = 64

Found = TypeVar("Found")


def by_bytes(images: Any) -> str | None:
    """A checksum of a tensor's type, shape and values; None for what is no tensor."""
    if not isinstance(images, Tensor):
        return None
    key = hashlib.sha256(f"{images.dtype}{tuple(images.shape)}".encode())
    flat = images.detach().cpu().contiguous().reshape(-1)
    key.update(flat.view(torch.uint8).numpy().tobytes())  # as bytes, for NumPy has no bfloat16
    return key.hexdigest()


def remembered(
    read: Callable[[Any], Found], kept: int = KEPT, by: Callable[[Any], Hashable | None] = by_bytes
) -> Callable[[Any], Found]:
    """`read`, which looks up what it has found for the last `kept` images, or whatever else `by` can tell apart.

    A diagnosis compares one answer's images with those of many mistakes: the same images come again and again. What
    `by` gives None for is read anew.
    """
    found: OrderedDict[Hashable, Found] = OrderedDict()

    @functools.wraps(read)
    def look_up(thing: Any) -> Found:
        name = by(thing)
        if name is None:
            return read(thing)
        if name not in found:
            found[name] = read(thing)
            while len(found) > kept:
                found.popitem(last=False)
        return found[name]

    return look_up


class handed_out(Generic[Found]):
    """`make`, which is called once: every call gives a copy of one's own.

    A learner may train the network that `q8.truth()` gave, or leave it in train mode, where merely looking through it
    changes its running statistics; neither touches what the next check compares with.
    """

    def __init__(self, make: Callable[[], Found]):
        functools.update_wrapper(self, make)
        self._make = make
        self._made: list[Found] = []

    def __call__(self) -> Found:
        return copy.deepcopy(self.kept())

    def kept(self) -> Found:
        """The one that the copies are of, for a checker's own eyes. Making it costs the learner no random number."""
        if not self._made:
            with torch.random.fork_rng(devices=[]):
                self._made.append(self._make())
        return self._made[0]

    @property
    def made(self) -> bool:
        """Whether it has been asked for."""
        return bool(self._made)
