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

import re
from pathlib import Path

import torch

from learntools.data import files
from learntools.data.download import Archive, UnavailableError, fetch
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
    size, checksum = ARCHIVES[name]
    archive = Archive(f"{SOURCE}/{name}.zip", f"the set {name}", checksum, size)
    # Names are taken only as they should be, so none can lead out of the folder.
    wanted = re.compile(rf"{name}/((?:train|test)[AB])/(\w[\w.-]*\.(?:jpe?g|png))", re.IGNORECASE)
    try:
        fetch(archive, place, wanted, lambda: _is_there(place))
    except UnavailableError as why:
        raise DataError(
            f"The set {name} cannot be had, for {why}: try again, or download {archive.url} elsewhere and put it at "
            f"{place.with_name(archive.name)} (or, unpacked, at {place}), or use the course's own emoji, which need no "
            "network: emoji_pairs() and emoji_styles()."
        ) from None
    return place


def _is_there(place: Path) -> bool:
    return any((place / folder).is_dir() for folder in ("trainA", "testA", "train", "test"))
