"""A few photographs that anyone may use for anything (CC0 or public domain), as tensors.

photo("cat").shape        # torch.Size([3, 300, 451])
photos()["cat"].author    # "Stéfan van der Walt"
"""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import dataclass
from pathlib import Path

import torch

from learntools.data import files
from learntools.data.files import DataError
from learntools.data.images import find_device


@dataclass(frozen=True)
class Credit:
    """Whose photograph it is, and where it comes from. `height` and `width` are in pixels."""

    name: str
    title: str
    author: str
    licence: str
    source: str
    height: int
    width: int


def photos() -> dict[str, Credit]:
    """{name: credit} of every photograph that ships, by name."""
    return {
        name: Credit(
            name, row["title"], row["author"], row["licence"], row["source"], int(row["height"]), int(row["width"])
        )
        for name, row in _rows(files.folder()).items()
    }


def photo(name: str, device: str | torch.device = "cpu") -> torch.Tensor:
    """One photograph as uint8 (3, H, W), 0..255, its short side at most 512 pixels; grey ones have equal channels.

    Raises DataError for an unknown name (it lists the known ones), a missing or damaged file, or an absent device.
    """
    rows = _rows(files.folder())
    if name not in rows:
        raise DataError(f"There is no photo {name!r}: choose from {', '.join(map(repr, rows))}.")
    pixels = files.read_image(f"photos/{rows[name]['file']}", "RGB")
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous().to(find_device(device))


@functools.lru_cache(maxsize=2)
def _rows(folder: Path) -> dict[str, dict[str, str]]:
    """photos.csv by name. `folder` is in the key, so moving LEARNTOOLS_DATA is noticed."""
    text = files.read("photos/photos.csv").decode("utf-8")
    return {row["name"]: row for row in csv.DictReader(io.StringIO(text))}
