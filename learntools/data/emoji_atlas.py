"""1,636 emoji, each drawn four times at 64×64: OpenMoji's line art and colour, Twemoji and Noto.

    outlines = emoji("line"); colour = emoji("openmoji")      # the same emoji at the same position: pairs
    colour.names[0], colour.table[0]["tags"]                  # "grinning face", "cheerful, cheery, face, …"

The split is by base emoji (data/emoji_bases.py): all variants of one emoji are on one side, else a test image has been
seen in training in another colour, gender or direction. `data/README.md` has sources, licences and known traps.
"""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import torch

from learntools.data import files
from learntools.data.files import DataError
from learntools.data.images import ImageSet, find_device

STYLES = ("openmoji", "line", "twemoji", "noto")
OF_SCENES = ("fluent", "blob", "emojione")  # artists of the things in scenes alone, and not quite of all
SPLITS = ("train", "test")
CELL = 64  # pixels; an atlas is a grid of such cells, in the table's order, row by row


@dataclass(frozen=True, eq=False, repr=False)
class EmojiSet(ImageSet):
    """Emoji in one style on white. `labels` are the Unicode groups ("food-drink", …), `classes` their names.

    images: uint8 (N, 3, 64, 64).   alpha: uint8 (N, 1, 64, 64), 255 where the drawing covers the white entirely.
    table: one dict for each emoji with index, emoji, code_point, name, tags, group, subgroup, base, split, all strings.

    On another background b in 0..1, the emoji is `images/255 - (1 - alpha/255) * (1 - b)`.
    """

    alpha: torch.Tensor
    table: tuple[dict[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The Unicode names, such as "woman astronaut"."""
        return tuple(row["name"] for row in self.table)

    def to(self, device: str | torch.device) -> Self:
        return replace(super().to(device), alpha=self.alpha.to(find_device(device)))


def emoji(style: str = "openmoji", split: str | None = "train", device: str | torch.device = "cpu") -> EmojiSet:
    """The emoji of one split ("train" 1,384, "test" 252, None for all 1,636) as one artist drew them.

    style: "openmoji" (colour), "line" (OpenMoji's outlines, black on white), "twemoji" or "noto". The same split gives
    the same emoji in the same order in every one of these. "fluent", "blob" and "emojione" have 157, 134 and 133 emoji,
    those of `learntools.data.nouns`. Every call gives fresh tensors; what is read from disk is kept.
    Raises DataError for another style or split, a missing or damaged file, or a device that is not there.
    """
    if style not in (*STYLES, *OF_SCENES):
        known = ", ".join(map(repr, (*STYLES, *OF_SCENES)))
        raise DataError(f"There is no emoji style {style!r}: choose from {known}.")
    if split is not None and split not in SPLITS:
        raise DataError(f"The emoji have no split {split!r}: choose from 'train', 'test' and None for both.")
    there = find_device(device)
    folder = files.folder()
    rows = _table(folder)
    images, alpha = _atlas(folder, style)
    drawn = alpha.flatten(1).any(dim=1).tolist()
    chosen = torch.tensor([i for i, row in enumerate(rows) if split in (None, row["split"]) and drawn[i]])
    table = tuple(dict(rows[i]) for i in chosen.tolist())
    groups = tuple(dict.fromkeys(row["group"] for row in rows))
    return EmojiSet(
        images=images[chosen].to(there),
        labels=torch.tensor([groups.index(row["group"]) for row in table], device=there),
        classes=groups,
        alpha=alpha[chosen].to(there),
        table=table,
    )


@functools.lru_cache(maxsize=2)
def _table(folder: Path) -> list[dict[str, str]]:
    """emoji.csv, one dict a row. `folder` is in the key, so moving LEARNTOOLS_DATA is noticed."""
    return list(csv.DictReader(io.StringIO(files.read("emoji/emoji.csv").decode("utf-8"))))


@functools.lru_cache(maxsize=len(STYLES) + len(OF_SCENES))
def _atlas(folder: Path, style: str) -> tuple[torch.Tensor, torch.Tensor]:
    """All emoji of one style: uint8 (N, 3, 64, 64) on white, and alpha, uint8 (N, 1, 64, 64). Never handed out."""
    sheet = files.read_image(f"emoji/{style}.webp", "RGBA")
    rows, columns = sheet.shape[0] // CELL, sheet.shape[1] // CELL
    cells = sheet.reshape(rows, CELL, columns, CELL, 4).transpose(0, 2, 4, 1, 3).reshape(-1, 4, CELL, CELL)
    cells = cells[: len(_table(folder))].astype(np.uint16)
    colour, alpha = cells[:, :3], cells[:, 3:]
    # In whole numbers, rounded to the nearest, so the same pixels on every machine; 65,152 at most, which 16 bits hold.
    on_white = (colour * alpha + 255 * (255 - alpha) + 127) // 255
    return torch.from_numpy(on_white.astype(np.uint8)), torch.from_numpy(alpha.astype(np.uint8))
