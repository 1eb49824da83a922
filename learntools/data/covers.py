"""What stands in front of a picture: wire fences, scribbles, things to eat; drawn by the dozen, on the device.

    fence = fences(16, 64)                      # 16 different ones for pictures of 64×64
    covered = fence.over(pictures)              # uint8 (16, 3, 64, 64)
    fence.mask                                  # bool (16, 1, 64, 64), True wherever the picture is touched

No two are alike: pitch, thickness, angle, colour and waviness of a fence, the way and the pen of a scribble, the kind,
size and place of a thing are drawn anew. `random`, a torch.Generator on the same device, makes them repeatable; without
one torch's own random state decides, so that a seeded training always sees the same.

Edges are soft, as in a photograph: a pixel that a wire covers by half is a mixture. The mask counts it as covered.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.data import files
from learntools.data.emoji_atlas import emoji

KINDS = ("fence", "scribble", "object")
THINGS = "food-drink"  # the group of emoji that lie in front, and are never part of a picture
ARTISTS = ("openmoji", "twemoji", "noto")

_THING = 32  # pixels, the size from which things are made a little smaller or larger
_POINTS = 72  # of a stroke on 64 pixels, near enough to each other to make a line


@dataclass(frozen=True)
class Covers:
    """Covers of some pictures. colour: (N, 3, H, W), 0 to 255.   alpha: (N, 1, H, W), how much it hides, 0 to 1."""

    colour: Tensor
    alpha: Tensor

    @property
    def mask(self) -> Tensor:
        """Where the picture is touched, bool (N, 1, H, W)."""
        return self.alpha > 0

    def over(self, pictures: Tensor) -> Tensor:
        """Pictures (N, 3, H, W), 0 to 255 → uint8 of the same shape, behind the covers."""
        below = pictures.float()
        return (below + (self.colour - below) * self.alpha).round_().to(torch.uint8)

    def __getitem__(self, chosen: Tensor | slice) -> Covers:
        return Covers(self.colour[chosen], self.alpha[chosen])


class Draw:
    """Random numbers for `count` covers, each (count, 1, 1), on one device."""

    def __init__(self, count: int, device: str | torch.device = "cpu", random: torch.Generator | None = None):
        self.count, self.device, self.random = count, device, random

    def uniform(self, low: float = 0.0, high: float = 1.0, *more: int) -> Tensor:
        shape = (self.count, *more, 1, 1)
        return low + (high - low) * torch.rand(shape, device=self.device, generator=self.random)

    def whole(self, below: int, *more: int) -> Tensor:
        """Whole numbers from 0 to below - 1, (count,)."""
        return torch.randint(below, (self.count, *more), device=self.device, generator=self.random)


def fences(
    count: int,
    size: int = 64,
    device: str | torch.device = "cpu",
    random: torch.Generator | None = None,
    scale: float | None = None,
) -> Covers:
    """Chain-link fences: two families of slightly wavy wires that cross, lit from the front.

    scale: 1 for wires as on a picture of 64×64; by default they grow with `size`.
    """
    draw, scale = Draw(count, device, random), scale or size / 64
    y, x = _grid(size, device)
    pitch = draw.uniform(10, 22) * scale
    thickness = torch.minimum(draw.uniform(1.1, 2.8) * scale, 0.19 * pitch)
    distance = torch.full((count, size, size), math.inf, device=device)
    for slope in (1, -1):
        angle = slope * draw.uniform(math.radians(32), math.radians(58))
        across, along = x * angle.cos() + y * angle.sin(), y * angle.cos() - x * angle.sin()
        wave = draw.uniform(0, 0.12) * (2 * math.pi * (along / (pitch * draw.uniform(2, 5)) + draw.uniform())).sin()
        place = across / pitch + wave + draw.uniform()
        distance = torch.minimum(distance, (place - place.floor() - 0.5).abs() * pitch)
    alpha = (thickness / 2 + 0.5 - distance).clamp(0, 1)
    light = 1 - 0.45 * (distance / (thickness / 2 + 0.5)).clamp(max=1).square()  # a wire is round
    grey = draw.uniform(45, 250, 1)
    tint = draw.uniform(-1, 1, 3) * torch.where(draw.uniform(0, 1, 1) < 0.5, 12.0, 90.0)
    return Covers(((grey + tint) * light[:, None]).clamp(0, 255), alpha[:, None])


def scribbles(
    count: int,
    size: int = 64,
    device: str | torch.device = "cpu",
    random: torch.Generator | None = None,
    scale: float | None = None,
) -> Covers:
    """One to three strokes of a pen in one colour, each a smooth curve that loops about."""
    draw, scale = Draw(count, device, random), scale or size / 64
    many = round(_POINTS * max(1.0, size / 64 / scale))
    time = torch.linspace(0, 1, many, device=device)
    points = []
    for _ in range(3):
        way = torch.zeros(count, many, 2, device=device)
        for turns, reach in ((0.5, 0.28), (1.0, 0.2), (1.7, 0.12)):
            phase, far = draw.uniform(0, 2 * math.pi, 2), draw.uniform(0.3, 1, 2) * reach
            way += (far * (2 * math.pi * turns * time[None, None, None] + phase).cos()).squeeze(2).transpose(1, 2)
        points.append(size * (way + draw.uniform(0.25, 0.75, 2).squeeze(-1).transpose(1, 2)))
    away = torch.stack([_distance(way, size) for way in points], dim=1)  # (count, 3, size, size)
    fewer = torch.arange(3, device=device).view(1, 3, 1, 1) > draw.whole(3, 1)[..., None, None]
    away = away.masked_fill(fewer, math.inf).amin(dim=1, keepdim=True)
    alpha = (draw.uniform(1.1, 2.4, 1) * scale + 0.5 - away).clamp(0, 1)
    return Covers(draw.uniform(0, 255, 3).expand(-1, -1, size, size), alpha)


def objects(
    count: int,
    size: int = 64,
    device: str | torch.device = "cpu",
    random: torch.Generator | None = None,
    scale: float | None = None,
    split: str = "train",
) -> Covers:
    """One thing to eat or drink before each picture, of a third to a half of its width.

    split: of the emoji; those of "test" lie before no picture of a training.
    """
    draw, scale = Draw(count, device, random), scale or size / 64
    things = _things(files.folder(), split, str(device))
    side = draw.uniform(20, 32) * scale  # of the picture's pixels
    left, top = (draw.uniform() * (size - side) for _ in range(2))
    mirrored = torch.where(draw.uniform() < 0.5, -1.0, 1.0)
    y, x = _grid(size, device)
    # where each pixel of the picture lies on the thing, -1 to 1 from edge to edge
    across, down = ((place - start) / side * 2 - 1 for place, start in ((x, left), (y, top)))
    where = torch.stack([mirrored * across, down.expand_as(across)], dim=-1)
    drawn = F.grid_sample(things[draw.whole(len(things))], where, mode="bilinear", align_corners=False)
    alpha = drawn[:, 3:]
    alpha = torch.where(alpha < 0.03, 0.0, alpha)  # a trace that nobody sees
    return Covers((drawn[:, :3] / drawn[:, 3:].clamp(min=1e-3)).clamp(0, 255), alpha)


DRAWERS = {"fence": fences, "scribble": scribbles, "object": objects}


def _distance(points: Tensor, size: int) -> Tensor:
    """From each pixel to the nearest of these points (N, P, 2) of x and y, (N, size, size)."""
    middles = torch.arange(size, device=points.device) + 0.5
    across, down = ((points[..., i : i + 1] - middles).square() for i in (0, 1))  # (N, P, size) each
    return (down[..., None] + across[:, :, None]).amin(dim=1).sqrt()


def _grid(size: int, device: str | torch.device) -> tuple[Tensor, Tensor]:
    """y and x of the middle of each pixel, (1, size, size) each."""
    middles = torch.arange(size, device=device) + 0.5
    y, x = torch.meshgrid(middles, middles, indexing="ij")
    return y[None], x[None]


@functools.lru_cache(maxsize=4)
def _things(folder: Path, split: str, device: str) -> Tensor:
    """The things by every artist, (N, 4, 32, 32): colour times alpha, 0 to 255, and alpha, 0 to 1."""
    found = []
    for artist in ARTISTS:
        drawn = emoji(artist, split)
        chosen = drawn.labels == drawn.classes.index(THINGS)
        alpha = drawn.alpha[chosen].float() / 255
        painted = drawn.images[chosen].float() - (1 - alpha) * 255  # on white, less the white
        found.append(F.interpolate(torch.cat([painted, alpha], 1), size=(_THING, _THING), mode="area"))
    return torch.cat(found).to(device)
