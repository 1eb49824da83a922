"""Pictures, and the same pictures behind something: pairs without end, for taking it away again.

    x, y = Covered().draw(16)       # uint8 (16, 4, 64, 64): red, green, blue, mask; and the pictures, (16, 3, 64, 64)
    test = held_out()               # 360 covered pictures that no training has seen: `test.kinds` says behind what

A batch has as many fences as scribbles and things, and as many emoji as pieces of photographs. Emoji lie on white, on a
colour, on two that blend, or on a piece of a photograph. The split is by base emoji, as everywhere (`data.emoji`), and
two whole photographs are held out; what lies in front of a test picture is new too.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.data import files
from learntools.data.covers import ARTISTS, DRAWERS, KINDS, THINGS, Covers, Draw
from learntools.data.emoji_atlas import CELL, emoji
from learntools.data.files import DataError
from learntools.data.images import to_float, to_uint8
from learntools.data.photographs import photo, photos

TEST_PHOTOS = ("coffee", "raccoon")
TEST_PICTURES = 360  # 60 of each kind of cover before each kind of picture

_SHRUNK = (1.0, 1.5, 2.0, 3.0, 4.0)  # how much smaller photographs are made before pieces are cut out
_SEED = 10  # of the held-out pictures


class Covered:
    """Covered pictures for training: what `fit` draws its batches from.

    draw(16) gives x, uint8 (16, 4, size, size), the covered picture with its mask (255 where it is touched) as a
    fourth channel, and y, uint8 (16, 3, size, size), the pictures themselves.

    Args:
        split: "train", or "test" for pictures and things that no training sees.
        size: pixels of a side. Emoji are 64, so larger pictures are pieces of photographs only.
        kinds: of covers, from `covers.KINDS`; a batch has about as many of each.
        random: a torch.Generator on the device that decides; without one torch's own random state.

    Raises DataError for another split or kind, or when no photograph is large enough.
    """

    def __init__(
        self,
        split: str = "train",
        size: int = 64,
        kinds: tuple[str, ...] = KINDS,
        random: torch.Generator | None = None,
    ):
        if split not in ("train", "test"):
            raise DataError(f"Covered pictures have no split {split!r}: choose 'train' or 'test'.")
        if not kinds or not set(kinds) <= set(KINDS):
            raise DataError(f"Covers are {', '.join(KINDS)}, and not {kinds!r}.")
        self.split, self.size, self.kinds, self.random = split, size, tuple(kinds), random
        _photographs(files.folder(), split, size, "cpu")

    def __repr__(self) -> str:
        return f"Covered({self.split!r}: {self.size}×{self.size} pictures without end, behind {', '.join(self.kinds)})"

    def draw(self, count: int, device: str | torch.device = "cpu") -> tuple[Tensor, Tensor]:
        pictures = draw_pictures(count, self.split, self.size, device, self.random)
        covers = self._covers(count, device)
        mask = covers.mask.to(torch.uint8) * 255
        return torch.cat([covers.over(pictures), mask], dim=1), pictures

    def _covers(self, count: int, device: str | torch.device) -> Covers:
        """As many of each kind, in the order of `kinds`; chance decides which ones get what is left over."""
        first = int(torch.randint(len(self.kinds), ())) if self.random is None else 0  # on the CPU: no GPU waits
        drawn = []
        for i, kind in enumerate(self.kinds):
            share = (count + (i + first) % len(self.kinds)) // len(self.kinds)
            options = {"split": self.split} if kind == "object" else {}
            drawn.append(DRAWERS[kind](share, self.size, device, self.random, **options))
        return Covers(torch.cat([each.colour for each in drawn]), torch.cat([each.alpha for each in drawn]))


def draw_pictures(
    count: int,
    split: str = "train",
    size: int = 64,
    device: str | torch.device = "cpu",
    random: torch.Generator | None = None,
) -> Tensor:
    """Emoji and pieces of photographs in turns, uint8 (count, 3, size, size); pieces only for another size than 64."""
    draw = Draw(count, device, random)
    pieces = _pieces(draw, split, size)
    if size != CELL:
        return pieces.to(torch.uint8)
    draw = Draw((count + 1) // 2, device, random)  # every second picture is an emoji, from the first on
    colour, alpha = _emoji(files.folder(), split, str(device))
    which = draw.whole(len(colour))
    painted = torch.cat([colour[which], alpha[which]], dim=1)
    painted = torch.where(draw.uniform(0, 1, 1) < 0.5, painted.flip(3), painted).float()
    pieces[::2] = painted[:, :3] - (1 - painted[:, 3:] / 255) * (255 - _grounds(draw, pieces[::2]))
    return pieces.round_().clamp_(0, 255).to(torch.uint8)


def _grounds(draw: Draw, pieces: Tensor) -> Tensor:
    """What emoji lie on, (count, 3, size, size): white, a colour, two that blend, or a piece of a photograph."""
    size = pieces.shape[-1]
    one, other = (draw.uniform(20, 255, 3).expand(-1, -1, size, size) for _ in range(2))
    angle = draw.uniform(0, 6.283, 1)
    steps = torch.linspace(-0.5, 0.5, size, device=pieces.device)
    ramp = (0.5 + angle.cos() * steps[None, None, None] + angle.sin() * steps[None, None, :, None]).clamp(0, 1)
    kind = draw.uniform(0, 1, 1)
    ground = torch.where(kind < 0.25, 255.0, one)
    ground = torch.where(kind > 0.45, torch.lerp(one, other, ramp), ground)
    return torch.where(kind > 0.7, pieces, ground)


def _pieces(draw: Draw, split: str, size: int) -> Tensor:
    """Square pieces of photographs at several scales, half of them mirrored, (count, 3, size, size), 0 to 255."""
    pixels, places = _photographs(files.folder(), split, size, str(draw.device))
    start, height, width = places[draw.whole(len(places))].unbind(1)
    top, left = ((draw.uniform().flatten() * (side - size + 1)).long() for side in (height, width))
    row = torch.arange(size, device=pixels.device)
    columns = torch.where(draw.uniform().flatten()[:, None] < 0.5, size - 1 - row, row)
    rows = start[:, None] + (top[:, None] + row) * width[:, None] + left[:, None]
    return pixels[rows[:, :, None] + columns[:, None, :]].permute(0, 3, 1, 2).float()


@functools.lru_cache(maxsize=4)
def _photographs(folder: Path, split: str, size: int, device: str) -> tuple[Tensor, Tensor]:
    """Every photograph of a split at every scale at which it is large enough: all pixels in a row, uint8 (pixels, 3),
    and for each of them where it starts, its height and its width, int64 (M, 3)."""
    rows, places, start = [], [], 0
    for name in photos():
        if (name in TEST_PHOTOS) != (split == "test"):
            continue
        whole = to_float(photo(name))[None]
        for times in _SHRUNK:
            height, width = (int(side / times) for side in whole.shape[2:])
            if min(height, width) < size:
                continue
            small = F.interpolate(whole, size=(height, width), mode="bilinear", antialias=True, align_corners=False)
            rows.append(to_uint8(small)[0].permute(1, 2, 0).reshape(-1, 3))
            places.append((start, height, width))
            start += height * width
    if not places:
        raise DataError(f"No photograph is {size} pixels high and wide: choose a smaller size.")
    return torch.cat(rows).to(device), torch.tensor(places, device=device)


@functools.lru_cache(maxsize=4)
def _emoji(folder: Path, split: str, device: str) -> tuple[Tensor, Tensor]:
    """Every emoji but the things that lie in front, by three artists: on white, uint8 (M, 3, 64, 64), and alpha."""
    images, alphas = [], []
    for artist in ARTISTS:
        drawn = emoji(artist, split)
        chosen = drawn.labels != drawn.classes.index(THINGS)
        images.append(drawn.images[chosen])
        alphas.append(drawn.alpha[chosen])
    return torch.cat(images).to(device), torch.cat(alphas).to(device)


@dataclass(frozen=True)
class HeldOut:
    """Covered pictures to test with. covered, pictures: uint8 (N, 3, H, W).   masks: bool (N, 1, H, W).

    kinds: what covers each, such as "fence".   sorts: what each is, "emoji" or "photograph".
    """

    covered: Tensor
    masks: Tensor
    pictures: Tensor
    kinds: tuple[str, ...]
    sorts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.covered)

    def floats(self) -> tuple[Tensor, Tensor, Tensor]:
        """covered, masks and pictures as float32: images in [-1, 1], masks 0 or 1."""
        return to_float(self.covered), self.masks.float(), to_float(self.pictures)


@functools.lru_cache(maxsize=2)
def held_out(count: int = TEST_PICTURES, size: int = 64) -> HeldOut:
    """The same covered test pictures on every machine: the kinds in turns of a third, emoji and photographs in turns.

    Treat the tensors as read-only: every call gives the same ones.
    """
    random = torch.Generator().manual_seed(_SEED)
    x, pictures = Covered("test", size, random=random).draw(count)
    kinds = tuple(kind for i, kind in enumerate(KINDS) for _ in range((count + i) // len(KINDS)))
    sorts = tuple("emoji" if size == CELL and i % 2 == 0 else "photograph" for i in range(count))
    return HeldOut(x[:, :3].contiguous(), x[:, 3:] > 0, pictures, kinds, sorts)
