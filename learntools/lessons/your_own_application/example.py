"""A small example of what the learner's own folders should look like: PNG files and, for captions, a CSV file.

    write_example("pairs", "example_pairs")          # → ("example_pairs/colour", "example_pairs/outline")
    write_example("captions", "example_captions")    # → ("example_captions/images", "example_captions/captions.csv")

Names are as the page wants them: what stands before `--` is the thing, and what stands after it the variant.
"""

from __future__ import annotations

import csv
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

PAIRS, STYLES, SCENES = 200, 200, 600  # images on a side
#: What a few hundred captions are enough to learn.
NOUNS = ("banana", "bicycle", "book", "car", "cat", "circle", "duck", "heart", "house", "key", "rose", "square")


def write_example(kind: str, folder: str | Path, count: int | None = None) -> tuple[str, str]:
    """Write the example of a kind into `folder`; gives FOLDER_A and FOLDER_B, or the images' folder and the captions.

    count: images on each side; by default so many that a short training has something to learn from.
    """
    place = Path(folder)
    if kind == "captions":
        return _scenes(place, count or SCENES)
    from learntools.data import emoji

    styles = ("twemoji", "openmoji") if kind == "two styles" else ("openmoji", "line")
    first, second = (emoji(style) for style in styles)
    names, bases = _names(first.table), [row["base"] for row in first.table]
    if kind == "two styles":  # other things on each side: nothing here is a pair
        a, b = (place / style for style in styles)
        for folder, images, odd in ((a, first.images, 0), (b, second.images, 1)):
            side = [i for i, base in enumerate(bases) if zlib.crc32(base.encode()) % 2 == odd]
            chosen = [side[i] for i in _spread(len(side), count or STYLES)]
            _write(folder, [names[i] for i in chosen], images[chosen])
        return str(a), str(b)
    chosen = _spread(len(names), count or PAIRS)
    some = [names[i] for i in chosen]
    if kind == "side by side":
        _write(place, some, torch.cat([first.images[chosen], second.images[chosen]], dim=3))
        return str(place), ""
    _write(place / "colour", some, first.images[chosen])
    _write(place / "outline", some, second.images[chosen])
    return str(place / "colour"), str(place / "outline")


def _names(table: Sequence[dict[str, str]]) -> list[str]:
    """A file name for each emoji: that of the first of its base, `--`, and which variant of it this is."""
    groups: dict[str, str] = {}
    seen: Counter[str] = Counter()
    names = []
    for row in table:
        name = re.sub(r"\W+", "_", row["name"]).strip("_")
        if name in groups.values() and row["base"] not in groups:  # a keycap has a sign for a name
            name += "_" + row["base"]
        group = groups.setdefault(row["base"], name)
        seen[group] += 1
        names.append(f"{group}--{seen[group]}")
    return names


def _spread(of: int, count: int) -> list[int]:
    """`count` positions, spread evenly over `of`; all of them where there are no more."""
    return [i * of // count for i in range(count)] if count < of else list(range(of))


def _scenes(place: Path, count: int) -> tuple[str, str]:
    from learntools.data.scenes import draw_scenes, render

    drawn = draw_scenes(20 * count, seed=11, artists=("openmoji",), plain=1.0, counts=(1,))
    scenes = [scene for scene in drawn if scene.things[0].noun in NOUNS][:count]
    names = [f"scene_{i}" for i in range(1, count + 1)]
    _write(place / "images", names, render(scenes))
    file = place / "captions.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(["image", "caption"])
        for i, (name, scene) in enumerate(zip(names, scenes, strict=True)):
            rows.writerows([f"{name}.png", sentence] for sentence in scene.captions(seed=i, count=2))
    return str(place / "images"), str(file)


def _write(folder: Path, names: list[str], images: Tensor) -> None:
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for name, image in zip(names, images, strict=True):
        Image.fromarray(image.permute(1, 2, 0).numpy()).save(folder / f"{name}.png")
