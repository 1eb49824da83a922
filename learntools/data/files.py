"""Where the shipped data lies, and how it is read: every file is checked before it is used.

    from learntools.data import files
    files.read("emoji/emoji.csv")     # the bytes, or a DataError that says what to do
    files.verify()                    # [] when every shipped file is whole

The folder is `$LEARNTOOLS_DATA` if that is set, else `data/` of the checkout that this file stands in, else the copy
inside the installed package. What marks it as ours is `checksums.sha256`, the list of every shipped file.

Big compressed files are unpacked once into `platforms.home()/cache` (by default `~/.learntools/cache`). The last eight
bytes of a gzip file are the CRC-32 and the size of what it holds, so a cached copy is compared with its source each
time it is read, and a damaged, stale or foreign one is replaced without a word.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import struct
import time
import uuid
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from learntools import platforms

if TYPE_CHECKING:
    import numpy as np

CHECKSUMS = "checksums.sha256"
REPAIR = "take it again from the repository (git checkout -- data) or reinstall learntools"


class DataError(Exception):
    """Data cannot be had as asked. The message is one sentence: what is wrong, and what to do."""


def folder() -> Path:
    """The folder of shipped data. Raises DataError when there is none."""
    chosen = os.environ.get("LEARNTOOLS_DATA")
    package = Path(__file__).resolve().parents[1]
    places = [Path(chosen).expanduser()] if chosen else [package.parent / "data", package / "shipped"]
    for place in places:
        if (place / CHECKSUMS).is_file():
            return place
    looked = " and ".join(str(place) for place in places)
    cure = "correct or unset LEARNTOOLS_DATA" if chosen else "reinstall learntools or set LEARNTOOLS_DATA"
    raise DataError(f"The course's data is not here (looked for {CHECKSUMS} in {looked}): {cure}.")


def cache_folder() -> Path:
    """Where unpacked and downloaded copies are kept, beside the learner's record. It may not exist, nor be writable."""
    return platforms.home() / "cache"


def checksums() -> dict[str, str]:
    """{name: SHA-256 in hex} of every shipped file, names relative to `folder()` with forward slashes."""
    path = folder() / CHECKSUMS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    except (OSError, ValueError):  # unreadable; or not text, or not two words a line
        raise DataError(f"The list of checksums {path} cannot be read: {REPAIR}.") from None


def read(name: str) -> bytes:
    """The bytes of one shipped file, after comparing their SHA-256 (1 ms for each MB) with the list.

    Raises DataError when the file is missing, unreadable or differs.
    """
    path = folder() / name
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"The data file {path} is missing: {REPAIR}.") from None
    except OSError as error:
        raise DataError(f"The data file {path} cannot be read ({error.strerror}): {REPAIR}.") from None
    expected = checksums().get(name)
    if expected is None:
        raise DataError(f"The data file {path} is not in {CHECKSUMS}: {REPAIR}.")
    if hashlib.sha256(content).hexdigest() != expected:
        raise DataError(f"The data file {path} is damaged (its checksum differs): {REPAIR}.")
    return content


def read_image(name: str, mode: str) -> np.ndarray:
    """One shipped picture as uint8 (H, W, channels), in a Pillow mode such as "RGB". Raises as `read` does."""
    import numpy as np
    from PIL import Image  # costs time that `import learntools.data` need not

    content = read(name)
    try:
        with Image.open(io.BytesIO(content)) as image:
            return np.array(image.convert(mode))
    except OSError:  # the file is whole, so it is Pillow that was built without this format
        raise DataError(f"This Pillow cannot read {Path(name).suffix} files: pip install --upgrade pillow.") from None


def read_gzip(name: str) -> bytes:
    """The unpacked content of one shipped `.gz` file, from the cache when that holds a true copy.

    Raises DataError as `read` does. A cache that cannot be read or written only costs time.
    """
    copy = cache_folder() / name.removesuffix(".gz")
    with contextlib.suppress(OSError):
        content = copy.read_bytes()
        if (zlib.crc32(content), len(content)) == _crc_and_size(folder() / name):
            return content
    content = zlib.decompress(read(name), wbits=31)  # 31: with a gzip header, and its CRC compared
    _write_whole(copy, content)
    return content


def verify() -> list[str]:
    """One sentence for each shipped file that is missing or damaged; an empty list when all is well."""
    try:
        names = checksums()
    except DataError as error:
        return [str(error)]
    problems = []
    for name in names:
        try:
            read(name)
        except DataError as error:
            problems.append(str(error))
    return problems


def _crc_and_size(path: Path) -> tuple[int, int]:
    """CRC-32 and size of what the gzip file holds, by its own last eight bytes; (0, 0) if it is too short."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() < 8:
            return 0, 0
        file.seek(-8, os.SEEK_END)
        crc, size = struct.unpack("<II", file.read(8))
    return crc, size


def _write_whole(path: Path, content: bytes) -> None:
    """Write the file so that nobody ever sees half of it; do without where the folder cannot be written."""
    # A name of its own for each writer: two notebooks may start at once.
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for leftover in path.parent.glob(f"{path.name}.*.part"):
            if leftover.stat().st_mtime < time.time() - 3600:  # of a process that was killed, not of one at work
                leftover.unlink()
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
