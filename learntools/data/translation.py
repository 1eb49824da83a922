"""Images to translate: pairs that show the same thing twice, and two sets that only have a style each.

    pairs = emoji_pairs("train")                   # a: line art, b: the same emoji in colour, 1,384 of each
    styles = emoji_styles("test", size=32)         # a: Twemoji, b: OpenMoji of the same 252 emoji, for scoring
    unpaired(emoji_styles("train", size=32))       # the same as two sets, which a training draws from independently

Domain "a" is always translated to "b", and in a CycleGAN back. Everything rests as uint8, as in an `ImageSet`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.data.emoji_atlas import emoji
from learntools.data.files import DataError
from learntools.data.images import find_device, to_float, to_uint8


@dataclass(frozen=True, eq=False, repr=False)
class Unpaired:
    """Two sets of images, of which no one says what belongs together.

    a: uint8 (N, C, H, W).   b: uint8 (M, C, H, W).   names_a, names_b: one for each image, or empty.

    Raises DataError when something is not such a tensor, or a set is empty.
    """

    a: Tensor
    b: Tensor
    names_a: tuple[str, ...] = ()
    names_b: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, images in (("a", self.a), ("b", self.b)):
            if not isinstance(images, Tensor) or images.dtype != torch.uint8 or images.ndim != 4:
                found = f"{images.dtype}, {tuple(images.shape)}" if isinstance(images, Tensor) else type(images)
                raise DataError(f"Images {name!r} are uint8 (N, C, H, W), 0 to 255, and these are {found}.")
            if not len(images):
                raise DataError(f"There is no image in set {name!r}: give it at least one.")
        if self.a.shape[2:] != self.b.shape[2:]:
            sizes = " and ".join("×".join(map(str, images.shape[2:])) for images in (self.a, self.b))
            raise DataError(f"The two sets have images of {sizes} pixels: load both at the same size.")

    def __len__(self) -> int:
        return max(len(self.a), len(self.b))

    def __repr__(self) -> str:
        shape = "×".join(map(str, self.a.shape[1:]))
        return f"{type(self).__name__}({len(self.a):,} and {len(self.b):,} images {shape}, on {self.a.device})"

    def floats(self, index: Tensor | slice | list[int] | None = None) -> tuple[Tensor, Tensor]:
        """Both sides at `index` (all if None) as float32 in [-1, 1]."""
        chosen = slice(None) if index is None else index
        return to_float(self.a[chosen]), to_float(self.b[chosen])

    def to(self, device: str | torch.device) -> Self:
        """The same on another device. Raises DataError when this machine has no such device."""
        there = find_device(device)
        return replace(self, a=self.a.to(there), b=self.b.to(there))


@dataclass(frozen=True, eq=False, repr=False)
class Pairs(Unpaired):
    """Pairs: a[i] and b[i] show the same thing, and `names_a[i]` says which.

    Raises DataError as `Unpaired` does, and when one side has more images than the other.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.a) != len(self.b):
            raise DataError(f"Pairs need as many images on each side, and here are {len(self.a)} and {len(self.b)}.")

    @property
    def names(self) -> tuple[str, ...]:
        return self.names_a


def emoji_pairs(split: str | None = "train", size: int = 64, device: str | torch.device = "cpu") -> Pairs:
    """OpenMoji's line art (a) and colour (b) of the same emoji: 1,384 pairs to train with, 252 to test.

    size: 64 or less; smaller images are means over areas. Split by base emoji, as `data.emoji` says.
    Raises DataError for another split or size, or a device that is not there.
    """
    return _styles("line", "openmoji", split, size, device)


def emoji_styles(split: str | None = "train", size: int = 64, device: str | torch.device = "cpu") -> Pairs:
    """Twemoji (a) and OpenMoji (b), two artists' drawings of the same emoji, in the same order.

    They are true pairs, and good for scoring. To train without using that, take `unpaired(emoji_styles("train"))`.

    Each is in its artist's own frame: Twemoji fill their square to the edge, and OpenMoji leave a wide margin. So an
    empty white image is nearer to an OpenMoji than its Twemoji is (L1 0.35 and 0.45 at 32 pixels, test split), and
    whoever judges translations should know both figures. `models.cyclegan.matching_zoom` finds the difference in size.

    Raises DataError as `emoji_pairs` does.
    """
    return _styles("twemoji", "openmoji", split, size, device)


def unpaired(pairs: Pairs) -> Unpaired:
    """The two sides as sets of their own; a training draws from each without regard to the other."""
    return Unpaired(pairs.a, pairs.b, pairs.names_a, pairs.names_b)


def _styles(a: str, b: str, split: str | None, size: int, device: str | torch.device) -> Pairs:
    _fits(size)
    first, second = emoji(a, split, device), emoji(b, split, device)
    return Pairs(shrunk(first.images, size), shrunk(second.images, size), first.names, second.names)


def _fits(size: int) -> None:
    if not 8 <= size <= 64:
        raise DataError(f"Emoji are 64×64, and can be had from 8 to 64 pixels wide, not {size}.")


def shrunk(images: Tensor, size: int) -> Tensor:
    """uint8 (N, C, H, W) → uint8 (N, C, size, size), each pixel a mean over the area that it stands for."""
    height, width = images.shape[2:]
    if (height, width) == (size, size):
        return images
    x = to_float(images)
    if height % size == width % size == 0:
        return to_uint8(F.interpolate(x, size=(size, size), mode="area"))
    return to_uint8(F.interpolate(x, size=(size, size), mode="bilinear", antialias=True, align_corners=False))
