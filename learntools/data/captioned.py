"""Photographs and what people wrote about them: a folder of your own, Flickr8k, COCO.

    captioned_folder("photos", "captions.csv", size=64)    # any of four kinds of captions file
    flickr8k("train", size=64)                             # 6,000 photos with five captions each, 1.1 GB to download
    coco_captions("coco", "val2017", limit=1000)           # from the copy of COCO that you have

The images are cut and shrunk as `unpaired_folders` does it. Captions stay as they were written, but for their white
space. What cannot be used is left out (an image that is not there or is damaged, a caption without words), and one
warning says what.

Flickr8k goes to `platforms.home()/cache` or to `root`, and a download that broke off goes on where it stopped. The
photos belong to those who took them, are meant for research that is not commercial, and are no part of this course.
Hodosh, Young and Hockenmaier 2013, doi 10.1613/jair.3994; COCO: Chen et al. 2015, arXiv:1504.00325.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from learntools.data import files
from learntools.data.download import Archive, UnavailableError, fetch
from learntools.data.files import DataError
from learntools.data.folders import checked, existing, listed
from learntools.data.images import find_device, to_float
from learntools.data.pictures import UnreadableError, middle, upright
from learntools.data.vocabulary import Vocabulary, words_of

KINDS = (
    "Flickr8k's lines (`name.jpg#0`, a tab, the caption), CSV with the header `image,caption`, COCO's captions_*.json, "
    "or JSON like {file name: [captions]}"
)
SPLITS = ("train", "dev", "test")
SOURCE = "https://github.com/jbrownlee/Datasets/releases/download/Flickr8k"
#: zip → its MD5, as torchvision for R publishes them (mlverse/torchvision, R/dataset-flickr.R); there is no SHA-256.
ARCHIVES = {
    "Flickr8k_text.zip": "bf6c1abcb8e4a833b7f922104de18627",
    "Flickr8k_Dataset.zip": "f18a1e2920de5bd84dae7cf08ec78978",
}
#: zip → the folder that it is unpacked to, and what is taken out of it. The images' folder is misspelt in the zip too.
CONTENT = {
    "Flickr8k_text.zip": ("Flickr8k_text", r"Flickr8k\.token\.txt|Flickr_8k\.(?:train|dev|test)Images\.txt"),
    "Flickr8k_Dataset.zip": ("Flicker8k_Dataset", r"\w[\w.-]*\.jpe?g"),
}

LeftOut = dict[str, list[str]]  # why → what


@dataclass(frozen=True, eq=False, repr=False)
class Captioned:
    """Images with one or more captions each.

    images: uint8 (N, 3, S, S).   captions: for each image a tuple of strings, at least one.
    names: one for each image, such as its file's, or empty.

    Raises DataError when something is not so.
    """

    images: Tensor
    captions: tuple[tuple[str, ...], ...]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        x = self.images
        is_pixels = isinstance(x, Tensor) and x.dtype == torch.uint8 and x.ndim == 4 and x.numel() > 0
        if not is_pixels or x.shape[1:] != (3, x.shape[2], x.shape[2]):
            found = f"{x.dtype}, {tuple(x.shape)}" if isinstance(x, Tensor) else type(x).__name__
            raise DataError(f"Images are uint8 (N, 3, S, S), 0 to 255, at least one, and these are {found}.")
        if len(self.captions) != len(x) or len(self.names) not in (0, len(x)):
            raise DataError(
                f"Each image has its captions and its name, and here are {len(x)} images, {len(self.captions)} times "
                f"captions and {len(self.names)} names."
            )
        for i, sentences in enumerate(self.captions):
            if isinstance(sentences, str) or not sentences or not all(isinstance(s, str) and s for s in sentences):
                raise DataError(f"Captions are a tuple of strings for each image, and those of image {i} are not.")

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        shape = "×".join(map(str, self.images.shape[1:]))
        count = sum(map(len, self.captions))
        return f"{type(self).__name__}({len(self):,} images {shape}, {count:,} captions, on {self.images.device})"

    def floats(self, index: Tensor | slice | list[int] | None = None) -> Tensor:
        """The images at `index` (all if None) as float32 in [-1, 1]."""
        return to_float(self.images if index is None else self.images[index])

    def to(self, device: str | torch.device) -> Self:
        """The same on another device. Raises DataError when this machine has no such device."""
        return replace(self, images=self.images.to(find_device(device)))


class Sentences:
    """Captioned images as batches of images and words, for `fit`: a random image, and one of its captions.

    x, y = Sentences(flickr8k(), vocabulary).draw(32)      # uint8 (32, 3, S, S), int64 (32, T) with PAD

    What is drawn is decided by torch's random state. longest: words of a caption with <start> and <end>; longer ones
    are cut.
    """

    def __init__(self, captioned: Captioned, vocabulary: Vocabulary, longest: int = 30):
        self.captioned, self.vocabulary, self.longest = captioned, vocabulary, longest

    def draw(self, count: int, device: str | torch.device = "cpu") -> tuple[Tensor, Tensor]:
        """`count` images uint8 (count, 3, S, S) and one caption of each, int64 (count, T)."""
        index = torch.randint(len(self.captioned), (count,))
        chosen = [self.captioned.captions[i] for i in index.tolist()]
        which = (torch.rand(count) * torch.tensor([len(found) for found in chosen])).long().tolist()
        words = self.vocabulary.encode_all([found[i] for found, i in zip(chosen, which, strict=True)])
        if words.shape[1] > self.longest:
            words = self.vocabulary.encode_all([found[i] for found, i in zip(chosen, which, strict=True)], self.longest)
        images = self.captioned.images
        return images[index.to(images.device)].to(device), words.to(device)


def captioned_folder(
    images_folder: str | Path,
    captions_file: str | Path,
    size: int = 64,
    limit: int | None = None,
    *,
    device: str | torch.device = "cpu",
) -> Captioned:
    """The images of a folder that a captions file names, uint8 (N, 3, size, size), in the file's order.

    captions_file: UTF-8, in one of four forms, which are told apart by what is in them: Flickr8k's lines, such as
    `dog.jpg#0`, a tab and the caption; CSV with a header that has `image` and `caption` in it; COCO's captions_*.json;
    or a JSON object {file name: [captions]}. `limit`: only the first so many images. `names` are the file names.

    Warns of what is left out. Raises DataError when the folder or the file is not there, the file is of no such form,
    no image is left, or for an impossible size, limit or device.
    """
    there = checked(size, limit, device)
    left_out: LeftOut = {}
    captions = read_captions(captions_file, left_out)
    return _loaded(existing(images_folder), captions, left_out, size, limit).to(there)


def flickr8k(
    split: str | None = "train",
    size: int = 64,
    root: str | Path | None = None,
    limit: int | None = None,
    *,
    device: str | torch.device = "cpu",
) -> Captioned:
    """Flickr8k: photos of people and animals doing something, uint8 (N, 3, size, size), with five captions each.

    split: "train" (6,000), "dev" or "test" (1,000 each), in the order of the published lists; None for all that have
    captions.   root: the folder that is the set, or that has or will have `flickr8k/`; default the cache. There it is
    found as published or as Kaggle has it: Flickr8k.token.txt or captions.txt and, in another folder, the images.
    What is not there is downloaded (1.1 GB). Kaggle's copy has no splits: take None and divide it by image yourself.

    Warns of what is left out. Raises DataError for another split, when the set is neither there nor to be had, and as
    `captioned_folder` does.
    """
    there = checked(size, limit, device)
    if split is not None and split not in SPLITS:
        raise DataError(f"Flickr8k has no split {split!r}: choose from 'train', 'dev' and 'test', or None for all.")
    place = _flickr8k_folder(root)
    text = _fetched("Flickr8k_text.zip", place, _text_of)
    chosen = None if split is None else _names_of(split, text)  # it says what is missing before the long download
    images = _fetched("Flickr8k_Dataset.zip", place, _images_of)
    left_out: LeftOut = {}
    captions = read_captions(text, left_out)
    if chosen is not None:
        captions = {name: captions.get(name, []) for name in chosen}
    return _loaded(images, captions, left_out, size, limit).to(there)


def coco_captions(
    root: str | Path,
    split: str = "val2017",
    size: int = 64,
    limit: int | None = None,
    *,
    device: str | torch.device = "cpu",
) -> Captioned:
    """COCO's photos of everyday scenes from your copy, uint8 (N, 3, size, size), with five captions each or a few more.

    root: the folder with `annotations/captions_SPLIT.json`, and `SPLIT/` or `images/SPLIT/`.   split: "train2017"
    (118,287 photos, so take a `limit`), "val2017" (5,000), or those of 2014.
    Nothing is downloaded. Warns of what is left out. Raises DataError as `captioned_folder` does.
    """
    there = checked(size, limit, device)
    place = existing(root)
    file = place / "annotations" / f"captions_{split}.json"
    if not file.is_file():
        raise DataError(
            f"There is no {file}: from cocodataset.org/#download take {split}.zip and its annotations, and unpack both "
            f"in {place}."
        )
    images = next((folder for folder in (place / split, place / "images" / split) if folder.is_dir()), place / split)
    left_out: LeftOut = {}
    captions = read_captions(file, left_out)
    return _loaded(existing(images), captions, left_out, size, limit).to(there)


def read_captions(file: str | Path, left_out: LeftOut | None = None) -> dict[str, list[str]]:
    """{file name of an image: its captions} as a captions file has them, in its order, empty ones too.

    left_out: is told of lines that cannot be read, {why: [line 7, …]}. Bytes that are not UTF-8 become surrogates.
    Raises DataError for a file that is not there or is of no known form.
    """
    path = Path(file).expanduser()
    lost = {} if left_out is None else left_out
    try:
        text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
    except FileNotFoundError:
        start = "" if path.is_absolute() else f", which starts from {Path.cwd()}"
        raise DataError(f"There is no captions file {path}: correct the path{start}.") from None
    except OSError as error:
        raise DataError(f"The captions file {path} cannot be read ({error.strerror}): choose another.") from None
    if "\0" in text:
        raise DataError(f"{path} is no captions file in UTF-8: give a text file of {KINDS}.")
    if text.lstrip().startswith(("{", "[")):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path} begins like JSON and is not ({error}): write it again, as {KINDS}.") from None
        return _of_json(found, path, lost)
    header = [cell.strip(' "\r').lower() for cell in text.partition("\n")[0].split(",")]
    if "image" in header and "caption" in header:
        return _of_csv(text, header.index("image"), header.index("caption"), path, lost)
    if "\t" in text:
        return _of_lines(text, lost)
    raise DataError(f"{path} is of no form that can be read here: give {KINDS}.")


def _of_lines(text: str, lost: LeftOut) -> dict[str, list[str]]:
    captions: dict[str, list[str]] = {}
    for number, line in enumerate(text.split("\n"), 1):  # splitlines() would also split at odd characters in a caption
        before, tab, sentence = line.rstrip("\r").partition("\t")
        name = re.sub(r"#\d+$", "", before.strip())
        if tab and name:
            captions.setdefault(name, []).append(sentence)
        elif line.strip():
            lost.setdefault("not a name, a tab and a caption", []).append(f"line {number}")
    return captions


def _of_csv(text: str, image: int, caption: int, path: Path, lost: LeftOut) -> dict[str, list[str]]:
    captions: dict[str, list[str]] = {}
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        columns = len(next(rows))
        for row in rows:
            # A comma in a caption without quotation marks makes another cell.
            name, rest = row[image : image + 1], row[caption : None if caption == columns - 1 else caption + 1]
            sentence = ",".join(rest).strip()
            if "\n" in sentence:
                lost.setdefault("several lines: is a quotation mark open?", []).append(f"line {rows.line_num}")
            elif rest and name and name[0].strip():
                captions.setdefault(name[0].strip(), []).append(sentence)
            elif row:
                lost.setdefault("not an image and a caption", []).append(f"line {rows.line_num}")
    except csv.Error as error:
        raise DataError(
            f"{path} cannot be read at line {rows.line_num} ({error}): look for a quotation mark that is not closed."
        ) from None
    return captions


def _of_json(found: Any, path: Path, lost: LeftOut) -> dict[str, list[str]]:
    try:
        if isinstance(found, dict) and {"images", "annotations"} <= found.keys():
            names = {image["id"]: image["file_name"] for image in found["images"]}
            captions: dict[str, list[str]] = {name: [] for name in names.values()}
            for annotation in found["annotations"]:
                if annotation["image_id"] in names:
                    captions[names[annotation["image_id"]]].append(annotation["caption"])
                else:
                    lost.setdefault("of an image that is not listed", []).append(f"image_id {annotation['image_id']}")
        else:
            captions = {name: [its] if isinstance(its, str) else list(its) for name, its in found.items()}
    except KeyError as error:
        raise DataError(
            f"{path} looks like COCO's, but an entry has no {error}: take captions_*.json, and not instances_*.json."
        ) from None
    except (AttributeError, TypeError):  # a list, or numbers where texts should be
        raise DataError(f"{path} is JSON of another form: give {KINDS}.") from None
    if not all(isinstance(text, str) for name, its in captions.items() for text in (name, *its)):
        raise DataError(f"{path} has captions or names that are no texts: give {KINDS}.")
    return captions


def _loaded(folder: Path, captions: dict[str, list[str]], left_out: LeftOut, size: int, limit: int | None) -> Captioned:
    """The first `limit` images with a caption that can be loaded; of the rest, why."""
    found = []
    for name, sentences in captions.items():
        if len(found) == limit:
            break
        texts, path, why = _texts(name, sentences, left_out), _path(folder, name), None
        if not texts:
            why = "without a caption"
        elif path is None:
            why = "not there"
        else:
            try:
                image = upright(path, at_least=2 * size)
                found.append((middle(image, 0, image.width, size), texts, name))
            except UnreadableError as error:
                why = str(error)
        if why:
            left_out.setdefault(why, []).append(_printable(name))
    # Groups, because thousands that are not there must not hide the one that is damaged.
    said = "; ".join(f"{listed(names)} ({why})" for why, names in left_out.items())
    if not found:
        raise DataError(
            f"No image in {folder} can be used with these captions: {said or 'there are no captions'}. Give the folder "
            "that the captions are about."
        )
    if said:
        count = sum(map(len, left_out.values()))
        warnings.warn(f"With {folder}, {count:,} left out: {said}.", UserWarning, stacklevel=3)
    images, texts, names = zip(*found, strict=True)
    return Captioned(torch.stack(images), texts, names)


def _texts(name: str, sentences: list[str], left_out: LeftOut) -> tuple[str, ...]:
    """The captions that can be used, in one line each. Of an image that keeps some, the others are noted."""
    good, lost = [], []
    for sentence in sentences:
        text = " ".join(sentence.split())
        if not words_of(text):
            lost.append("an empty caption")
        elif _printable(text + name) != text + name:
            lost.append("a caption that is not UTF-8")
        else:
            good.append(text)
    if good:
        for why in lost:
            left_out.setdefault(why, []).append(_printable(name))
    return tuple(good)


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _path(folder: Path, name: str) -> Path | None:
    forms = (name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD")))  # a Mac writes é as two characters
    return next((folder / form for form in forms if os.path.isfile(folder / form)), None)


# --- Flickr8k: where it lies, and how it comes there ------------------------------------------------------------------


def _flickr8k_folder(root: str | Path | None) -> Path:
    if root is None:
        return files.cache_folder() / "flickr8k"
    place = Path(root).expanduser()
    is_the_set = _text_of(place) is not None and not (place / "flickr8k").is_dir()
    return place if is_the_set else place / "flickr8k"


def _text_of(place: Path) -> Path | None:
    return _inside(place, ("Flickr8k.token.txt", "captions.txt"), Path.is_file)


def _images_of(place: Path) -> Path | None:
    return _inside(place, ("Flicker8k_Dataset", "Flickr8k_Dataset", "images", "Images"), Path.is_dir)


def _inside(place: Path, names: tuple[str, ...], is_it: Callable[[Path], bool]) -> Path | None:
    """The first of these in the folder or in a folder of it."""
    try:
        folders = (place, *sorted(path for path in place.iterdir() if path.is_dir() and path.suffix != ".unpacking"))
    except OSError:  # not there, as a rule; the download will say what else
        return None
    return next((folder / name for name in names for folder in folders if is_it(folder / name)), None)


def _names_of(split: str, text: Path) -> list[str]:
    file = text.parent / f"Flickr_8k.{split}Images.txt"
    try:
        return file.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        raise DataError(
            f"The list of the images of split {split!r} is not there: take it from {SOURCE}/Flickr8k_text.zip and put "
            f"it at {file}, or take None for all images (Kaggle's copy has no splits)."
        ) from None


def _fetched(name: str, place: Path, find: Callable[[Path], Path | None]) -> Path:
    """What `find` finds in `place`, where a published zip is downloaded to and unpacked if it finds nothing."""
    folder, wanted = CONTENT[name]
    archive = Archive(f"{SOURCE}/{name}", f"the unpacked {name}", ARCHIVES[name])
    # Only the end of an entry's name is taken, so none can lead out of the folder.
    ends = re.compile(f"(?:.*/)?({wanted})", re.IGNORECASE)
    try:
        fetch(archive, place / folder, ends, lambda: find(place) is not None)
    except UnavailableError as why:
        raise DataError(
            f"Flickr8k cannot be had, for {why}: try again, or download {archive.url} elsewhere and put it at "
            f"{place / name}, or take photos and captions of your own: captioned_folder()."
        ) from None
    found = find(place)
    assert found is not None, "what has been unpacked is found"
    return found
