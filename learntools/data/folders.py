"""Images of your own: a folder of pairs drawn side by side, or two folders, as one uint8 tensor for each side.

    paired_folder("facades/train", size=64, a="right")       # each file holds both: photo left, label map right
    unpaired_folders("horses", "zebras", size=64)            # two styles; nothing says what belongs together

JPEG, PNG, WebP, BMP and GIF (its first picture), in grey, colour, CMYK, 16 bits or with transparency (put on white),
turned as the camera noted. Each is cut to the square in its middle and shrunk with Pillow's BOX filter, which takes the
mean over areas as `shrunk` does; a smaller one is enlarged bicubically. A file that cannot be used is left out, and one
warning names what was. The order is 1, 2, 10 on every machine.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor

from learntools.data.files import DataError
from learntools.data.images import find_device
from learntools.data.pictures import UnreadableError, middle, upright
from learntools.data.translation import Pairs, Unpaired

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif")
KINDS = "JPEG, PNG, WebP, BMP or GIF"
NAMED = 3  # so many files are named in a sentence; of the others their number is given

Item = TypeVar("Item")
Loaded = TypeVar("Loaded")


class _UnusableError(Exception):
    """The name of a file that is left out, and why, in a few words."""


def paired_folder(
    folder: str | Path,
    size: int = 64,
    *,
    a: str = "left",
    limit: int | None = None,
    device: str | torch.device = "cpu",
) -> Pairs:
    """Pairs from files that hold both images side by side, as the pix2pix sets do: uint8 (N, 3, size, size) a side.

    a: which half is the input, "left" or "right".   limit: only the first so many.   Names: the files', without suffix.
    Warns of files that are left out: damaged, of an odd width, or too many pixels. Raises DataError for a folder that
    is not there or has no image to use, an impossible size, limit or half, or a device that is not there.
    """
    if a not in ("left", "right"):
        raise DataError(f"The input is one half of each image: a is 'left' or 'right', not {a!r}.")
    there = checked(size, limit, device)
    skipped: list[str] = []
    found = _usable(_images_in(folder), lambda path: (_stem(path), *_halves(path, size)), limit, skipped)
    _report(skipped, bool(found), folder)
    names, left, right = zip(*found, strict=True)
    sides = torch.stack(left), torch.stack(right)
    first, second = sides if a == "left" else sides[::-1]
    return Pairs(first, second, names, names).to(there)


def paired_folders(
    folder_a: str | Path,
    folder_b: str | Path,
    size: int = 64,
    *,
    limit: int | None = None,
    device: str | torch.device = "cpu",
    name: Callable[[Path], str] | None = None,
) -> Pairs:
    """Pairs from two folders, where the same file name makes a pair: uint8 (N, 3, size, size) a side.

    name: what of a path both have in common; by default the file's name without suffix, so cat.jpg goes with cat.png.
    Warns of files that are left out: without a partner, or as `paired_folder` does. Raises DataError as that does.
    """
    there = checked(size, limit, device)
    skipped: list[str] = []
    named_a, named_b = (_by_name(_images_in(folder), name or _stem, skipped) for folder in (folder_a, folder_b))
    both = [(key, named_a[key], named_b[key]) for key in named_a if key in named_b]
    if not both:
        raise DataError(
            f"No image in {folder_a} has a partner in {folder_b}: give the two images of a pair the same file name."
        )
    for one, other in ((named_a, named_b), (named_b, named_a)):
        skipped += [
            f"{path.parent.name}/{path.name} (without a partner)" for key, path in one.items() if key not in other
        ]
    found = _usable(both, lambda pair: (pair[0], _single(pair[1], size), _single(pair[2], size)), limit, skipped)
    _report(skipped, bool(found), folder_a, folder_b)
    names, images_a, images_b = zip(*found, strict=True)
    return Pairs(torch.stack(images_a), torch.stack(images_b), names, names).to(there)


def unpaired_folders(
    folder_a: str | Path,
    folder_b: str | Path,
    size: int = 64,
    *,
    limit: int | None = None,
    device: str | torch.device = "cpu",
) -> Unpaired:
    """Two sets of images that only have a style each: uint8 (N, 3, size, size) and (M, 3, size, size).

    limit: only the first so many of each. Warns and raises as `paired_folder` does.
    """
    there = checked(size, limit, device)
    all_skipped: list[str] = []
    sides = []
    for folder in (folder_a, folder_b):
        skipped: list[str] = []
        found = _usable(_images_in(folder), lambda path: (_stem(path), _single(path, size)), limit, skipped)
        if not found:
            _report(skipped, False, folder)
        sides.append(zip(*found, strict=True))
        all_skipped += skipped
    _report(all_skipped, True, folder_a, folder_b)
    (names_a, images_a), (names_b, images_b) = sides
    return Unpaired(torch.stack(images_a), torch.stack(images_b), names_a, names_b).to(there)


def checked(size: int, limit: int | None, device: str | torch.device) -> torch.device:
    """The device. What is impossible is said, as a DataError, before the first of perhaps a thousand images is read."""
    if not isinstance(size, int) or size < 1:
        raise DataError(f"An image is a whole number of pixels wide, 1 or more, not {size!r}.")
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise DataError(f"The limit is how many images to take, 1 or more, or None for all, not {limit!r}.")
    return find_device(device)


def existing(folder: str | Path) -> Path:
    """The path of a folder with images. Raises DataError when there is none."""
    place = Path(folder).expanduser()
    try:
        is_folder = stat.S_ISDIR(place.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):  # not there, or below a file
        start = "" if place.is_absolute() else f", which starts from {Path.cwd()}"
        raise DataError(f"There is no folder {place}: correct the path{start}.") from None
    except OSError as error:
        raise DataError(f"The folder {place} cannot be read ({error.strerror}): choose another.") from None
    if not is_folder:
        raise DataError(f"{place} is a file: give the folder that the images are in (a zip, unpack first).")
    return place


def _images_in(folder: str | Path) -> list[Path]:
    """The image files right in this folder, by their suffix, hidden ones left out, in natural order."""
    place = existing(folder)
    try:
        visible = [path for path in place.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise DataError(f"The folder {place} cannot be read ({error.strerror}): choose another.") from None
    images = [path for path in visible if path.suffix.lower() in SUFFIXES and path.is_file()]
    if not images:
        inside = listed([path.name for path in sorted(visible, key=_natural) if path.is_dir()] or ["no folder"])
        raise DataError(
            f"There are no images right in {place}, and in it is {inside}: give the folder that holds {KINDS} files."
        )
    return sorted(images, key=_natural)


def _natural(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """2 before 10, and the same on every machine: no locale, no order of the file system."""
    parts = re.findall(r"([0-9]+)|([^0-9]+)", _stem(path).casefold())
    return [(0, int(number), "") if number else (1, 0, text) for number, text in parts], path.name


def _stem(path: Path) -> str:
    return unicodedata.normalize("NFC", path.stem)  # a Mac writes é as two characters


def _by_name(paths: list[Path], name: Callable[[Path], str], skipped: list[str]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for path in paths:
        first = named.setdefault(name(path), path)
        if first != path:
            skipped.append(f"{path.parent.name}/{path.name} (would be a pair with the partner of {first.name})")
    return named


def _usable(
    items: Iterable[Item], load: Callable[[Item], Loaded], limit: int | None, skipped: list[str]
) -> list[Loaded]:
    """The first `limit` that can be loaded; of those that cannot, why."""
    found: list[Loaded] = []
    for item in items:
        if len(found) == limit:
            break
        try:
            found.append(load(item))
        except _UnusableError as why:
            skipped.append(str(why))
    return found


def _report(skipped: list[str], any_left: bool, *folders: str | Path) -> None:
    """One sentence on all that was left out: a warning, or a DataError when nothing is left."""
    where = " and ".join(str(folder) for folder in folders)
    if not any_left:
        raise DataError(
            f"No image in {where} can be used, for there is only {listed(skipped)}: put whole images there."
        )
    if skipped:
        count = f"{len(skipped)} files were" if len(skipped) > 1 else "1 file was"
        warnings.warn(f"In {where}, {count} left out: {listed(skipped)}.", UserWarning, stacklevel=3)


def listed(names: list[str]) -> str:
    """`a, b and c`, or `a, b, c and 5,622 more`."""
    shown = names[:NAMED] + ([f"{len(names) - NAMED:,} more"] if len(names) > NAMED else [])
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)


def _halves(path: Path, size: int) -> tuple[Tensor, Tensor]:
    image = _upright(path)
    if image.width % 2:
        raise _UnusableError(f"{path.name} (its width, {image.width}, is odd, so it has no halves)")
    half = image.width // 2
    return middle(image, 0, half, size), middle(image, half, image.width, size)


def _single(path: Path, size: int) -> Tensor:
    # A photograph of 12 million pixels need not be decoded in full: a JPEG can be had at a half, a quarter, an eighth.
    image = _upright(path, at_least=2 * size)
    return middle(image, 0, image.width, size)


def _upright(path: Path, at_least: int | None = None) -> Image.Image:
    """The image in RGB on white, turned as its EXIF says. Raises _UnusableError."""
    try:
        return upright(path, at_least)
    except UnreadableError as why:
        raise _UnusableError(f"{path.name} ({why})") from None
