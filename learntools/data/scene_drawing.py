"""How a scene becomes an image: emoji of any size, mirrored or not, laid over a plain ground.

    render(draw_scenes(100, seed=1))       # uint8 (100, 3, 64, 64); import both from learntools.data.scenes

All things of one size are drawn at once, on the device, from sprites that are made at the first use: a training draws
its scenes anew for every batch, and should wait for its network, not for them.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.data import files
from learntools.data.emoji_atlas import OF_SCENES, STYLES, emoji
from learntools.data.files import DataError
from learntools.data.images import find_device
from learntools.data.nouns import things

if TYPE_CHECKING:
    from learntools.data.scenes import Scene

SIDE = 64  # pixels of a scene, in height and width

_NUMBER = {artist: number for number, artist in enumerate((*STYLES, *OF_SCENES))}  # artist → place among the sprites


def render(scenes: Sequence[Scene], device: str | torch.device = "cpu") -> Tensor:
    """The scenes as images, uint8 (N, 3, 64, 64), made on the device."""
    there, folder = find_device(device), files.folder()
    grounds = torch.tensor([scene.background for scene in scenes], dtype=torch.float32, device=there)
    canvas = grounds[:, None].expand(-1, SIDE * SIDE, 3).reshape(-1, 3).clone()  # a row of colours for each pixel
    by_size: dict[int, list[tuple[int, int, int, bool]]] = {}
    for n, scene in enumerate(scenes):
        for thing in scene.things:
            top, left = thing.y - thing.size // 2, thing.x - thing.size // 2
            place = (n * SIDE + top) * SIDE + left
            if thing.emoji not in has_drawn(thing.artist):
                raise DataError(f"{thing.artist} has not drawn {thing.emoji!r}: choose another artist for it.")
            which = _places()[thing.emoji]
            by_size.setdefault(thing.size, []).append((place, which, _NUMBER[thing.artist], thing.mirrored))
    for size, entries in by_size.items():
        places, which, artist, mirrored = torch.tensor(entries, device=there).unbind(1)
        colour, clear = _sprites(folder, size, str(there))
        row = torch.arange(size, device=there)
        columns = torch.where(mirrored[:, None] == 1, size - 1 - row, row)  # (things, size)
        pixels = (places[:, None, None] + row[:, None] * SIDE + columns[:, None, :]).flatten()
        canvas[pixels] = canvas[pixels] * clear[artist, which].reshape(-1, 1) + colour[artist, which].reshape(-1, 3)
    return canvas.round_().to(torch.uint8).view(-1, SIDE, SIDE, 3).permute(0, 3, 1, 2).contiguous()


@functools.lru_cache(maxsize=8)
def has_drawn(artist: str) -> frozenset[str]:
    """The emoji of `things()` that this artist has drawn. Raises DataError where there is no such artist."""
    if artist not in _NUMBER:
        raise DataError(f"There is no artist {artist!r} of scenes: choose from {', '.join(_NUMBER)}.")
    return frozenset(_places()) & frozenset(emoji(artist, None).names)


@functools.cache
def _places() -> dict[str, int]:
    """Emoji name → its place among the sprites."""
    return {drawn.emoji: i for i, drawn in enumerate(d for found in things().values() for d in found)}


@functools.lru_cache(maxsize=32)
def _sprites(folder: Path, size: int, device: str) -> tuple[Tensor, Tensor]:
    """Every emoji of `things()` by every artist at one size: its colour times alpha (artists, emoji, size·size, 3), 0
    to 255, and how much of the ground shows through (artists, emoji, size·size), 0 to 1. What an artist has not drawn
    is nothing at all."""
    colours, clears = [], []
    for artist in _NUMBER:
        emojis = emoji(artist, None)
        index = {name: i for i, name in enumerate(emojis.names)}
        drawn = torch.tensor([name in index for name in _places()])
        chosen = torch.tensor([index.get(name, 0) for name in _places()])
        alpha = emojis.alpha[chosen].float() / 255 * drawn.view(-1, 1, 1, 1)
        painted = emojis.images[chosen].float() - (1 - alpha) * 255  # on white, less the white: colour times alpha
        painted = painted * drawn.view(-1, 1, 1, 1)
        small = F.interpolate(torch.cat([painted, alpha], 1), size=(size, size), mode="bilinear", antialias=True)
        rows = small.flatten(2).transpose(1, 2)
        colours.append(rows[..., :3].clamp(0, 255))
        clears.append(1 - rows[..., 3].clamp(0, 1))
    return torch.stack(colours).to(device), torch.stack(clears).to(device)
