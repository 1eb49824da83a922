"""A set of images as one uint8 tensor on one device, and the way from there to [-1, 1] and back.

    clothes = fashion_mnist("train", device="cuda")
    for x, y in clothes.batches(128):       # x float32 (128, 1, 28, 28) in [-1, 1], y int64 (128,)
        ...

A float copy of a whole set would be four times as large, and converting a batch costs less than moving one, so images
rest as uint8 and become floats batch by batch, where the model is. There is no DataLoader process in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import torch

from learntools.data.files import DataError

Index = torch.Tensor | slice | list[int]


def to_float(images: torch.Tensor) -> torch.Tensor:
    """uint8 0..255 → float32 in [-1, 1], same shape and device; 0 becomes exactly -1 and 255 exactly 1."""
    if images.dtype != torch.uint8:
        raise DataError(f"to_float takes uint8 images of 0..255, and these are {images.dtype}: convert them once only.")
    return images.to(torch.float32).div_(127.5).sub_(1)


def to_uint8(images: torch.Tensor) -> torch.Tensor:
    """Floats in [-1, 1] → uint8 0..255, rounded to the nearest; what lies outside is clipped. Undoes `to_float`."""
    if not images.is_floating_point():
        raise DataError(f"to_uint8 takes floats in [-1, 1], and these are {images.dtype}: convert them once only.")
    return images.detach().float().add(1).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8)


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images with a label each. The tensors are the caller's own: changing them changes no other set.

    images: uint8 (N, C, H, W), 0..255.   labels: int64 (N,), indices into `classes`, on the same device.
    """

    images: torch.Tensor
    labels: torch.Tensor
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        shape = "×".join(map(str, self.images.shape[1:]))
        return f"{type(self).__name__}({len(self):,} images {shape}, {len(self.classes)} classes, on {self.device})"

    @property
    def device(self) -> torch.device:
        return self.images.device

    def floats(self, index: Index | None = None) -> torch.Tensor:
        """The images at `index` (a tensor, slice or list of positions; all if None) as float32 in [-1, 1]."""
        return to_float(self.images if index is None else self.images[index])

    def batches(
        self, size: int, *, shuffle: bool = True, generator: torch.Generator | None = None
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """One epoch of (x float32 in [-1, 1], y int64), `size` at a time.

        Shuffled, the last incomplete batch is left out, for it would weigh its images more than the others; in order,
        every image comes. `generator` is a CPU generator, so a seed gives one order on every device.
        Raises DataError when not even one batch can be had.
        """
        count = len(self)
        if size < 1 or (shuffle and size > count):
            raise DataError(f"A batch of {size} cannot be drawn from {count} images: choose a size from 1 to {count}.")
        order = torch.randperm(count, generator=generator).to(self.device) if shuffle else None
        for start in range(0, count - size + 1 if shuffle else count, size):
            chosen = slice(start, start + size) if order is None else order[start : start + size]
            yield self.floats(chosen), self.labels[chosen]

    def to(self, device: str | torch.device) -> Self:
        """The same set on another device. Raises DataError when this machine has no such device."""
        there = find_device(device)
        return replace(self, images=self.images.to(there), labels=self.labels.to(there))


def find_device(device: str | torch.device) -> torch.device:
    """The device, once it is known to work here. Raises DataError."""
    try:
        found = torch.device(device)
        torch.empty(1, device=found).fill_(0)
    except torch.OutOfMemoryError:  # a RuntimeError too, but the device is there
        raise
    # Without a driver, a build without CUDA, an index too high, a misspelt name: each raises a type of its own.
    except (RuntimeError, AssertionError, NotImplementedError, ImportError, TypeError):
        usable = ["cpu"] + [f"cuda:{i}" for i in range(torch.cuda.device_count())]
        if torch.backends.mps.is_available():
            usable.append("mps")
        choices = ", ".join(f"{name!r}" for name in usable)
        raise DataError(f"There is no device {str(device)!r} on this machine: choose from {choices}.") from None
    return found
