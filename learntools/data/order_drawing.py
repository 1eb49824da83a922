"""How an order becomes a real image: emoji of OpenMoji, tinted, one in the middle or two side by side, on white.

    draw([(("blue", "rabbit"), ("", "bus"))])      # uint8 (1, 3, 64, 64)

All things of one size are laid on the canvas at once, on the device, from sprites that are made at the first use.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.data import files
from learntools.data.emoji_atlas import emoji
from learntools.data.images import find_device
from learntools.data.nouns import things

SIDE = 64  # pixels of an image, in height and width
ARTIST = "openmoji"

#: the colour of middle grey in each tint, 0 to 255; darker greys go towards black, lighter ones towards white
TINTS = {
    "red": (235, 50, 50),
    "yellow": (245, 205, 20),
    "green": (60, 175, 75),
    "blue": (70, 140, 245),
    "purple": (165, 80, 205),
}
_MIDDLE = 0.55  # the grey that becomes the tint itself
_PALEST = 0.85  # how far white goes towards white: a white thing that is tinted is pale

_ALONE, _PAIRED = 40, 30  # pixels of a thing, alone and as one of two
_SHIFT = 2  # pixels by which a whole image lies beside the middle
_GAP = 2  # pixels between two things

Named = tuple[str, str]  # (colour, noun)


class Placed(NamedTuple):
    """How an image lies: pixels beside the middle, to the right and down."""

    right: int = 0
    down: int = 0

    @classmethod
    def anyhow(cls, rng: random.Random) -> Placed:
        return cls(rng.randint(-_SHIFT, _SHIFT), rng.randint(-_SHIFT, _SHIFT))


def draw(
    orders: Sequence[Sequence[Named]], placed: Sequence[Placed] = (), device: str | torch.device = "cpu"
) -> Tensor:
    """One image of each order (one thing, or two from left to right), uint8 (N, 3, 64, 64), made on the device.

    placed: how each image lies; all in the middle if empty. Nothing leaves the image.
    """
    there, folder = find_device(device), files.folder()
    canvas = torch.full((len(orders) * SIDE * SIDE, 3), 255.0, device=there)  # a row of colours for each pixel
    by_size: dict[int, list[tuple[int, int]]] = {_ALONE: [], _PAIRED: []}
    for n, order in enumerate(orders):
        right, down = placed[n] if placed else Placed()
        size = _ALONE if len(order) == 1 else _PAIRED
        first = (SIDE - size * len(order) - _GAP * (len(order) - 1)) // 2
        right = max(min(right, first), -first)
        for i, named in enumerate(order):
            top, left = (SIDE - size) // 2 + down, first + right + i * (size + _GAP)
            by_size[size].append(((n * SIDE + top) * SIDE + left, _places()[named]))
    for size, entries in by_size.items():
        if entries:
            places, which = torch.tensor(entries, device=there).unbind(1)
            colour, clear = _sprites(folder, size, str(there))
            row = torch.arange(size, device=there)
            pixels = (places[:, None, None] + row[:, None] * SIDE + row).flatten()
            canvas[pixels] = canvas[pixels] * clear[which].reshape(-1, 1) + colour[which].reshape(-1, 3)
    return canvas.round_().to(torch.uint8).view(-1, SIDE, SIDE, 3).permute(0, 3, 1, 2).contiguous()


def tinted(colours: Tensor, tint: str) -> Tensor:
    """Colours (N, 3, H, W), 0 to 1, in shades of one tint, by how light they are; as they are for the tint ""."""
    if not tint:
        return colours
    light = (colours * colours.new_tensor((0.299, 0.587, 0.114)).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    shade = colours.new_tensor(TINTS[tint]).view(1, 3, 1, 1) / 255
    above = ((light - _MIDDLE) / (1 - _MIDDLE)).clamp(0, 1) * _PALEST
    return torch.lerp(shade * (light / _MIDDLE).clamp(0, 1), torch.ones_like(colours), above)


@functools.cache
def _places() -> dict[Named, int]:
    """(tint, noun) → its place among the sprites; every noun that is not sold in colours has all tints."""
    nouns = [noun for noun, drawn in things().items() if not drawn[0].colour]
    return {(tint, noun): i for i, (tint, noun) in enumerate((t, n) for t in ("", *TINTS) for n in nouns)}


@functools.lru_cache(maxsize=8)
def _sprites(folder: Path, size: int, device: str) -> tuple[Tensor, Tensor]:
    """Every noun in every tint at one size: colour times alpha (sprites, size·size, 3), 0 to 255, and how much of the
    ground shows through (sprites, size·size), 0 to 1."""
    emojis = emoji(ARTIST, None)
    index = {name: i for i, name in enumerate(emojis.names)}
    chosen = torch.tensor([index[things()[noun][0].emoji] for tint, noun in _places() if not tint])
    alpha = emojis.alpha[chosen].float() / 255
    painted = emojis.images[chosen].float() / 255 - (1 - alpha)  # on white, less the white: colour times alpha
    small = F.interpolate(torch.cat([painted, alpha], 1), size=(size, size), mode="bilinear", antialias=True)
    painted, alpha = small[:, :3].clamp(0, 1), small[:, 3:].clamp(0, 1)
    pure = (painted / alpha.clamp(min=1e-3)).clamp(0, 1)
    every = torch.cat([tinted(pure, tint) * alpha for tint in ("", *TINTS)])
    clear = 1 - alpha.repeat(1 + len(TINTS), 1, 1, 1)
    return (255 * every).flatten(2).transpose(1, 2).to(device), clear.flatten(1).to(device)
