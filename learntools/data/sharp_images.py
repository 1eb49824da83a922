"""Sharp images to learn super-resolution from, and the way to their small copies: emoji by three artists, and patches.

    source = sharp("train")                          # draws batches of sharp images 64×64, without end
    x = shrink(to_float(source.draw(16)[0]))         # (16, 3, 16, 16): what the network sees
    y = enlarge(x)                                   # (16, 3, 64, 64): what it must do better than
    sharp_emoji("test"), sharp_photographs("test")   # held out, uint8 (756, 3, 64, 64) and (N, 3, 64, 64)

No pairs are needed: whoever has a sharp image has a small one too.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.data.emoji_atlas import emoji
from learntools.data.files import DataError
from learntools.data.images import to_float, to_uint8
from learntools.data.photographs import photo, photos

FACTOR = 4
SIZE = 64  # pixels of a sharp image
ARTISTS = ("openmoji", "twemoji", "noto")
HELD_OUT = ("cat", "coffee")  # photographs that no training sees
#: The photographs are JPEG files, whose traces a network would learn to draw: they are first shrunk by these factors.
CLEANED = {"train": (2 / 3, 1 / 2), "test": (1 / 2,)}
ROOM = 4  # pixels by which an emoji moves, so that it meets the grid of the small image in every way


def shrink(y: Tensor, factor: int = FACTOR) -> Tensor:
    """Images (N, C, H, W) in [-1, 1] → (N, C, H / factor, W / factor), bicubic without steps, rounded to bytes.

    The kernel is the one of MATLAB's `imresize` and of Pillow, as in the papers. H and W must be divisible by `factor`.
    Raises DataError otherwise.
    """
    height, width = y.shape[-2:]
    if height % factor or width % factor:
        raise DataError(f"Images of {height}×{width} pixels cannot be shrunk by {factor}: cut them to a multiple.")
    small = F.interpolate(y.float(), size=(height // factor, width // factor), mode="bicubic", antialias=True)
    return ((small.clamp(-1, 1) + 1) * 127.5).round().div(127.5).sub(1)


def enlarge(x: Tensor, factor: int = FACTOR, how: str = "bicubic") -> Tensor:
    """Images (N, C, H, W) → (N, C, factor · H, factor · W), by "bicubic" (which may overshoot a little) or "nearest".

    Raises DataError for another `how`.
    """
    size = (x.shape[-2] * factor, x.shape[-1] * factor)
    if how == "nearest":
        return F.interpolate(x, size=size, mode="nearest")
    if how != "bicubic":
        raise DataError(f"`how` is 'bicubic' or 'nearest', and not {how!r}.")
    # antialias: enlarging has nothing to smooth, but torch takes the papers' kernel (a = -0.5) only with it
    return F.interpolate(x.float(), size=size, mode="bicubic", antialias=True)


def sharp_emoji(split: str = "train", artists: Sequence[str] = ARTISTS) -> Tensor:
    """The emoji of a split, artist after artist, uint8 (N, 3, 64, 64); split by base emoji, as `data.emoji` says."""
    return torch.cat([emoji(artist, split).images for artist in artists])


def sharp_photographs(split: str = "test", size: int = SIZE) -> Tensor:
    """The photographs of a split in squares side by side, uint8 (N, 3, size, size), what is left at the edges left out.

    The cat and the coffee are the test, the other seven are for training. All are shrunk to half their size first,
    because they are JPEG files.
    """
    found = []
    for whole in _photographs(split, (1 / 2,)):
        rows, columns = whole.shape[1] // size, whole.shape[2] // size
        cut = whole[:, : rows * size, : columns * size].reshape(3, rows, size, columns, size)
        found.append(cut.permute(1, 3, 0, 2, 4).reshape(-1, 3, size, size))
    return torch.cat(found)


@dataclass(frozen=True, eq=False, repr=False)
class Sharp:
    """A source of sharp images (see `training.Source`): emoji, moved a little, and patches of photographs.

    emoji: uint8 (N, 3, S, S), or none of them.   photographs: uint8 (3, H, W) each, larger than `size`.
    size: of what is drawn; S, where there are emoji.
    share: the share of each batch that are patches.
    """

    emoji: Tensor
    photographs: tuple[Tensor, ...]
    size: int = SIZE
    share: float = 0.5

    def __repr__(self) -> str:
        return (
            f"Sharp({len(self.emoji):,} emoji, and patches of {len(self.photographs)} photographs, "
            f"{self.size}×{self.size})"
        )

    def draw(self, count: int, device: str | torch.device = "cpu") -> tuple[Tensor, Tensor]:
        """Images uint8 (count, 3, size, size), and 0 for each emoji, 1 for each patch."""
        patches = round(self.share * count) if len(self.emoji) else count
        parts = []
        if count > patches:
            index = torch.randint(len(self.emoji), (count - patches,))
            down, right = torch.randint(2 * ROOM + 1, (2,)).tolist()
            padded = F.pad(self.emoji[index], [ROOM] * 4, value=255)  # white, as an emoji's paper
            parts.append(padded[:, :, down : down + self.size, right : right + self.size])
        if patches:
            chosen = torch.multinomial(self._pixels(), patches, replacement=True).tolist()
            parts.append(torch.stack([self._patch(self.photographs[i]) for i in chosen]))
        kinds = torch.tensor([0] * (count - patches) + [1] * patches)
        return torch.cat(parts).to(device), kinds.to(device)

    def _pixels(self) -> Tensor:
        """A large photograph is drawn from more often than a small one."""
        return torch.tensor([float(whole.shape[1] * whole.shape[2]) for whole in self.photographs])

    def _patch(self, whole: Tensor) -> Tensor:
        down, right = (int(torch.randint(side - self.size + 1, ())) for side in whole.shape[1:])
        return whole[:, down : down + self.size, right : right + self.size]


def sharp(split: str = "train", size: int = SIZE, share: float = 0.5) -> Sharp:
    """Emoji by all three artists and patches of photographs, of one split; for another size than 64, patches alone.

    share: the share of each batch that are patches.
    Raises DataError for another split.
    """
    images = sharp_emoji(split) if size == SIZE else torch.empty(0, 3, size, size, dtype=torch.uint8)
    return Sharp(images, _photographs(split, CLEANED[split]), size, share)


@functools.lru_cache(maxsize=4)
def _photographs(split: str, sizes: tuple[float, ...]) -> tuple[Tensor, ...]:
    if split not in CLEANED:
        raise DataError(f"The photographs have no split {split!r}: choose from 'train' and 'test'.")
    chosen = [name for name in photos() if (name in HELD_OUT) == (split == "test")]
    found = []
    for name in chosen:
        whole = to_float(photo(name))[None]
        for scale in sizes:
            sides = (round(whole.shape[2] * scale), round(whole.shape[3] * scale))
            reduced = F.interpolate(whole, size=sides, mode="bicubic", antialias=True).clamp(-1, 1)
            found.append(to_uint8(reduced)[0])
    return tuple(found)
