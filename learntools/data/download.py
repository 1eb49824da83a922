"""Published zips, downloaded once and unpacked: how `online` and `captioned` come to sets that others have made.

    archive = Archive("https://example.org/cats.zip", "the set cats", sha256, size)
    fetch(archive, folder / "cats", re.compile(r"cats/(\\w+\\.jpg)"), is_there)     # folder/cats/*.jpg, or an error

The zip comes to the folder that the set is to lie in, as `cats.zip.part`, and goes when it has been unpacked. A
download that broke off goes on where it stopped. Nothing is unpacked unless the checksum is right, nobody ever sees
half of a set, and two processes at once do each other no harm. A `cats.zip` that somebody has put there is used, and
stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import re
import shutil
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from learntools.data.files import DataError

TIMEOUT = 20  # seconds without a sign of the server
CHUNK = 1 << 18  # bytes
DIGESTS = {32: "md5", 64: "sha256"}  # digits in hex → what they are


class UnavailableError(Exception):
    """Why an archive cannot be had, as the rest of a sentence that begins "… cannot be had, for"."""


@dataclass(frozen=True)
class Archive:
    """A published zip.

    holds: what to call its content in a sentence.   checksum: in hex, SHA-256 or, where nothing better is published,
    MD5.   size: bytes, None if unknown.
    """

    url: str
    holds: str
    checksum: str
    size: int | None = None

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


def fetch(archive: Archive, target: Path, wanted: re.Pattern[str], is_there: Callable[[], bool]) -> None:
    """Make the folder `target`, with what is wanted of the archive; nothing when `is_there()` says that it is made.

    wanted: matches the whole name of an entry; its groups, joined by "/", are the file's path in `target`. They must
        match nothing that leads out of it.

    Raises UnavailableError; DataError for a zip put there by hand that is not the published one, and for a target that
    is something else.
    """
    by_hand, part = target.with_name(archive.name), target.with_name(f"{archive.name}.part")
    try:
        is_taken = target.exists() and (not target.is_dir() or any(target.iterdir()))
        if is_there():  # asked afterwards: by now another process may have made it
            return
        if is_taken:
            raise DataError(f"{target} is something else than {archive.holds}: move it away, or choose another root.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if by_hand.exists():
            if not _is_whole(by_hand, archive):
                raise DataError(
                    f"{by_hand} is not the published file (its checksum differs): delete it or download it again, or "
                    f"unpack it to {target} yourself if you trust it."
                )
            _unpack(by_hand, target, wanted)  # and it stays: it is the learner's
            return
        _download(archive, part)
        if not _is_whole(part, archive):
            part.unlink(missing_ok=True)
            raise UnavailableError("what came is not the published file (its checksum differs)")
        _unpack(part, target, wanted)
        part.unlink(missing_ok=True)
    except OSError as error:
        if not is_there():
            raise UnavailableError(f"{target.parent} cannot be written ({error.strerror or error})") from None
        with contextlib.suppress(OSError):  # two notebooks wanted it at once, and the other one was faster
            part.unlink(missing_ok=True)


def _download(archive: Archive, part: Path) -> None:
    """Fill `part` from where it ends.

    Every chunk is written at its own place and never appended, so two processes at once do each other no harm.
    """
    from tqdm.auto import tqdm

    part.touch()
    total = archive.size
    if total is not None and part.stat().st_size > total:
        os.truncate(part, 0)
    start = end = part.stat().st_size
    if start == total:
        return
    with (
        part.open("r+b") as file,
        tqdm(
            desc=archive.name, total=total, initial=start, unit="B", unit_scale=True, leave=False, disable=None
        ) as bar,
    ):
        for position, chunk, announced in _chunks(archive, start):
            file.seek(position)
            file.write(chunk)
            end = position + len(chunk)
            bar.total = total = archive.size or announced
            bar.update(end - bar.n)
            if total and end > total:  # not our file, as the checksum will say
                return
        if end == total:
            file.truncate()  # of a server that sent all again, over a part that was longer
    if total and end < total:
        raise UnavailableError(f"the connection ended after {end / 1e6:.1f} of {total / 1e6:.1f} MB")


def _chunks(archive: Archive, start: int) -> Iterator[tuple[int, bytes, int | None]]:
    """(position, bytes, size of all if known) from `start` on, or from 0 if the server cannot resume.

    The first has no bytes, so that it is known what should have come. None at all when there is nothing after `start`.
    Raises UnavailableError for trouble on the way.
    """
    asked = {"User-Agent": "learntools"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(archive.url, headers=asked), timeout=TIMEOUT) as answer:
            position = start if answer.status == http.client.PARTIAL_CONTENT else 0
            length = answer.headers.get("Content-Length")
            total = position + int(length) if length else None
            yield position, b"", total
            while chunk := answer.read(CHUNK):
                yield position, chunk, total
                position += len(chunk)
    except urllib.error.HTTPError as error:
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            return
        what = f"its server answered {error.code} ({error.reason})"
    except (OSError, http.client.HTTPException) as error:  # no network, no such host, a stall, a broken connection
        reason = getattr(error, "reason", error)
        why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        what = f"its server cannot be reached ({why})"
    else:
        return
    raise UnavailableError(what)


def _is_whole(path: Path, archive: Archive) -> bool:
    if archive.size not in (None, path.stat().st_size):
        return False
    kind = DIGESTS[len(archive.checksum)]
    with path.open("rb") as file:
        return (
            hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest() == archive.checksum
        )


def _unpack(zipped: Path, target: Path, wanted: re.Pattern[str]) -> None:
    """What is wanted and nothing else, so that nobody ever sees half of it."""
    for leftover in target.parent.glob(f"{target.name}.*.unpacking"):
        if leftover.stat().st_mtime < time.time() - 3600:  # of a process that was killed, not of one at work
            shutil.rmtree(leftover, ignore_errors=True)
    temporary = target.with_name(f"{target.name}.{uuid.uuid4().hex}.unpacking")
    try:
        temporary.mkdir()
        with zipfile.ZipFile(zipped) as content:
            for entry in content.namelist():
                if match := wanted.fullmatch(entry):
                    file = temporary.joinpath(*match.groups())
                    file.parent.mkdir(parents=True, exist_ok=True)
                    with content.open(entry) as source, file.open("wb") as copy:
                        shutil.copyfileobj(source, copy)
        with contextlib.suppress(FileNotFoundError):
            target.rmdir()  # empty, as was seen before; Windows would not rename onto it
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
