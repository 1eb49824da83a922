"""The sets of the pix2pix and CycleGAN papers, downloaded once to your machine: facades, maps, horse2zebra.

    facades("train", size=64)            # 400 pairs: label map (a) → photo of a facade (b), 35 MB to download
    horse2zebra("train", size=64)        # 1,067 horses and 1,334 zebras, nothing paired, 117 MB
    maps("test", size=64)                # 1,098 pairs: aerial photo (a) → street map (b), 1.5 GB

They go to `platforms.home()/cache` or to `root`. A download that broke off goes on where it stopped. Where there is no
network, put what you downloaded elsewhere into that folder: NAME.zip, or NAME/ with trainA, trainB, testA and testB in
it, or, of pairs side by side, NAME/train and NAME/test. The sets belong to others (CMP Prague, Google, ImageNet), are
meant for research, and are no part of this course, whose own emoji need no network.

Isola et al. 2017, arXiv:1611.07004; Zhu et al. 2017, arXiv:1703.10593.
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
from collections.abc import Iterator
from pathlib import Path

import torch

from learntools.data import files
from learntools.data.files import DataError
from learntools.data.folders import paired_folder, paired_folders, unpaired_folders
from learntools.data.images import find_device
from learntools.data.translation import Pairs, Unpaired

SOURCE = "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets"
#: name → bytes and SHA-256 of its zip, as TensorFlow Datasets publishes them (url_checksums/cycle_gan.txt).
ARCHIVES = {
    "facades": (35_135_868, "9a31ebf3a31b9b5cd195dd5bf62e9308e00cb94604d1019e3889ac84248695c0"),
    "horse2zebra": (116_867_962, "a74d9d392eecca9966b51287a76ca126af473d9de4f3e8fc0e9cda08fa1730a1"),
    "maps": (1_476_754_427, "639534f69dbf9f36bef8d6292a7698006361221f83f0285d7c9ca78afe6e8a9e"),
}
SPLITS = ("train", "test")
TIMEOUT = 20  # seconds without a sign of the server
CHUNK = 1 << 18  # bytes


def facades(
    split: str = "train", size: int = 64, device: str | torch.device = "cpu", root: str | Path | None = None
) -> Pairs:
    """CMP facades: label map (a), photo (b); 400 pairs to train with, 106 to test. uint8 (N, 3, size, size) a side.

    root: the folder that has, or will have, `facades/`; default the cache. Raises DataError for another split, or when
    the set is neither there nor to be had, and as `paired_folder` does.
    """
    return _pairs("facades", "B", split, size, device, root)  # in the files A is the photo and B the label map


def maps(
    split: str = "train", size: int = 64, device: str | torch.device = "cpu", root: str | Path | None = None
) -> Pairs:
    """Google Maps: aerial photo (a), street map (b), as in the files; 1,096 pairs to train with, 1,098 to test.

    uint8 (N, 3, size, size) a side. The download is 1.5 GB. Raises DataError as `facades` does.
    """
    return _pairs("maps", "A", split, size, device, root)


def horse2zebra(
    split: str = "train", size: int = 64, device: str | torch.device = "cpu", root: str | Path | None = None
) -> Unpaired:
    """Horses (a) and zebras (b) from ImageNet: 1,067 and 1,334 to train with, 120 and 140 to test.

    uint8 (N, 3, size, size) and (M, 3, size, size). Raises DataError as `facades` does.
    """
    there = find_device(device)  # before an hour of downloading
    place = _folder("horse2zebra", split, root)
    return unpaired_folders(place / f"{split}A", place / f"{split}B", size, device=there)


def _pairs(name: str, a: str, split: str, size: int, device: str | torch.device, root: str | Path | None) -> Pairs:
    """a: which side is the input, "A" or "B"."""
    there = find_device(device)
    place = _folder(name, split, root)
    if (place / split).is_dir():  # pix2pix's own form, where A is the left half and B the right one
        return paired_folder(place / split, size, a="left" if a == "A" else "right", device=there)
    b = "B" if a == "A" else "A"
    return paired_folders(place / f"{split}{a}", place / f"{split}{b}", size, device=there, name=_number)


def _number(path: Path) -> str:
    """The images of a pair are called 1_A.jpg and 1_B.jpg."""
    return re.sub("_[AB]$", "", path.stem)


def _folder(name: str, split: str, root: str | Path | None) -> Path:
    """The unpacked set, downloaded if need be."""
    if split not in SPLITS:
        raise DataError(f"The set {name} has no split {split!r}: choose from 'train' and 'test'.")
    place = (files.cache_folder() if root is None else Path(root).expanduser()) / name
    if _is_there(place):
        return place
    by_hand, part = place.with_name(f"{name}.zip"), place.with_name(f"{name}.zip.part")
    try:
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise DataError(f"{place} is something else than the set {name}: move it away, or choose another root.")
        place.parent.mkdir(parents=True, exist_ok=True)
        if by_hand.exists():
            if not _is_whole(by_hand, name):
                raise DataError(
                    f"{by_hand} is not the published file (its checksum differs): delete it or download it again, or "
                    f"unpack it to {place} yourself if you trust it."
                )
            _unpack(by_hand, place)  # and it stays: it is the learner's
            return place
        _download(name, part)
        if not _is_whole(part, name):
            part.unlink(missing_ok=True)
            raise _unavailable(name, place, "what came is not the published file (its checksum differs)")
        _unpack(part, place)
        part.unlink(missing_ok=True)
    except OSError as error:
        if _is_there(place):  # two notebooks wanted it at once, and the other one was faster
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return place
        raise _unavailable(name, place, f"{place.parent} cannot be written ({error.strerror or error})") from None
    return place


def _is_there(place: Path) -> bool:
    return any((place / folder).is_dir() for folder in ("trainA", "testA", "train", "test"))


def _unavailable(name: str, place: Path, what: str) -> DataError:
    url = f"{SOURCE}/{name}.zip"
    return DataError(
        f"The set {name} cannot be had, for {what}: try again, or download {url} elsewhere and put it at "
        f"{place.with_name(f'{name}.zip')} (or, unpacked, at {place}), or use the course's own emoji, which need no "
        "network: emoji_pairs() and emoji_styles()."
    )


def _download(name: str, part: Path) -> None:
    """Fill `part` from where it ends.

    Every chunk is written at its own place and never appended, so two processes at once do each other no harm.
    """
    from tqdm.auto import tqdm

    size = ARCHIVES[name][0]
    part.touch()
    if part.stat().st_size > size:
        os.truncate(part, 0)
    start = end = part.stat().st_size
    if start == size:
        return
    with (
        part.open("r+b") as file,
        tqdm(
            desc=f"{name}.zip", total=size, initial=start, unit="B", unit_scale=True, leave=False, disable=None
        ) as bar,
    ):
        for position, chunk in _chunks(name, part, start):
            file.seek(position)
            file.write(chunk)
            end = position + len(chunk)
            bar.update(end - bar.n)
            if end > size:  # not our file, as the checksum will say
                return
    if end < size:
        ended = f"the connection ended after {end / 1e6:.1f} of {size / 1e6:.1f} MB"
        raise _unavailable(name, part.with_name(name), ended)


def _chunks(name: str, part: Path, start: int) -> Iterator[tuple[int, bytes]]:
    """(position, bytes) from `start` on, or from 0 if the server cannot resume. Trouble on the way is a DataError."""
    url = f"{SOURCE}/{name}.zip"
    asked = {"User-Agent": "learntools"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=asked), timeout=TIMEOUT) as answer:
            position = start if answer.status == http.client.PARTIAL_CONTENT else 0
            while chunk := answer.read(CHUNK):
                yield position, chunk
                position += len(chunk)
    except urllib.error.HTTPError as error:
        what = f"its server answered {error.code} ({error.reason})"
    except (OSError, http.client.HTTPException) as error:  # no network, no such host, a stall, a broken connection
        reason = getattr(error, "reason", error)
        why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        what = f"its server cannot be reached ({why})"
    else:
        return
    raise _unavailable(name, part.with_name(name), what)


def _is_whole(path: Path, name: str) -> bool:
    size, digest = ARCHIVES[name]
    if path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def _unpack(archive: Path, place: Path) -> None:
    """The images of the four folders and nothing else, so that nobody ever sees half of them."""
    for leftover in place.parent.glob(f"{place.name}.*.unpacking"):
        if leftover.stat().st_mtime < time.time() - 3600:  # of a process that was killed, not of one at work
            shutil.rmtree(leftover, ignore_errors=True)
    # Names are taken only as they should be, so none can lead out of the folder.
    wanted = re.compile(rf"{place.name}/((?:train|test)[AB])/(\w[\w.-]*\.(?:jpe?g|png))", re.IGNORECASE)
    temporary = place.with_name(f"{place.name}.{uuid.uuid4().hex}.unpacking")
    try:
        with zipfile.ZipFile(archive) as content:
            for entry in content.namelist():
                if match := wanted.fullmatch(entry):
                    target = temporary / match[1] / match[2]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with content.open(entry) as source, target.open("wb") as file:
                        shutil.copyfileobj(source, file)
        with contextlib.suppress(FileNotFoundError):
            place.rmdir()  # empty, as was seen before; Windows would not rename onto it
        os.replace(temporary, place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
