"""An nbgrader course made from the lessons: its sources, its configuration, its gradebook.

    create(Path("my_course"), ["convolutions"])
    course = Course(Path("my_course"))
    course.key("02_convolutions"), course.students("02_convolutions")

nbgrader's own commands work in that folder as in any other course.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learntools.grading import GradingError
from learntools.grading.key import Key, from_notebook

CONFIGURATION = "nbgrader_config.py"
_TEXT = '''\
"""nbgrader's settings for this course; `learntools course new` wrote them, and they are yours to change."""

import os

os.environ.setdefault("LEARNTOOLS_QUICK", "1")  # nbgrader's own runs cut every training to two seconds

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = {name!r}
c.CourseDirectory.db_url = {db!r}

# Answers become blanks with the lessons' own wording, and damaged notebooks are mended before they are graded.
c.GenerateAssignment.preprocessors = {generate}
c.Autograde.sanitize_preprocessors = {sanitize}
c.Autograde.autograde_preprocessors = {autograde}
c.Execute.timeout = 120
'''
_OURS = "learntools.grading.nbgrader_parts"
_NB = "nbgrader.preprocessors"
_GENERATE = [
    f"{_NB}.IncludeHeaderFooter", f"{_NB}.LockCells", f"{_OURS}.BlankAnswers", f"{_NB}.ClearOutput",
    f"{_NB}.CheckCellMetadata", f"{_NB}.ComputeChecksums", f"{_NB}.SaveCells", f"{_NB}.ClearHiddenTests",
    f"{_NB}.ClearMarkScheme", f"{_NB}.ComputeChecksums", f"{_NB}.CheckCellMetadata",
]  # fmt: skip
_SANITIZE = [
    f"{_NB}.ClearOutput", f"{_OURS}.MendCells", f"{_NB}.DeduplicateIds", f"{_NB}.OverwriteKernelspec",
    f"{_NB}.OverwriteCells", f"{_NB}.CheckCellMetadata",
]  # fmt: skip
_AUTOGRADE = [
    f"{_OURS}.ExecuteNeeded", f"{_NB}.IgnorePattern", "nbconvert.preprocessors.ClearMetadataPreprocessor",
    f"{_NB}.LimitOutput", f"{_NB}.SaveAutoGrades", f"{_NB}.AssignLatePenalties", f"{_NB}.CheckCellMetadata",
]  # fmt: skip


def create(folder: Path, lessons: Sequence[str] = (), db: str = "") -> list[Path]:
    """Make a course in an empty folder, with these lessons or all; the notebooks of its source.

    Args:
        db: an SQLAlchemy address of the gradebook, such as postgresql://user@host/name; a file in the folder if empty.

    Raises:
        GradingError: the folder is not empty.
        AuthoringError: there is no such lesson, or no repository of the course around.
    """
    from learntools import authoring
    from learntools.authoring import build
    from learntools.authoring.course import repository as address

    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GradingError(f"{folder} is not empty: name a folder that does not exist yet.")
    chosen = [authoring.lesson(name) for name in lessons] if lessons else authoring.lessons()
    repository = address(authoring.root())
    made = {
        folder / "source" / item.stem / f"{item.stem}.ipynb": build.text(
            build.notebook(item, source=True, repository=repository)
        )
        for item in chosen
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in made.items():
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    for name in ("release", "submitted", "autograded", "feedback"):
        (folder / name).mkdir()
    address = db or f"sqlite:///{folder / 'gradebook.db'}"
    name = re.sub(r"\W+", "_", folder.name).strip("_") or "course"
    lists = {"generate": _GENERATE, "sanitize": _SANITIZE, "autograde": _AUTOGRADE}
    text = _TEXT.format(name=name, db=address, **{name: _listed(parts) for name, parts in lists.items()})
    (folder / CONFIGURATION).write_text(text, encoding="utf-8")
    return list(made)


def _listed(parts: Sequence[str]) -> str:
    return "\n".join(["[", *(f'    "{part}",' for part in parts), "]"])


@dataclass(frozen=True)
class Handed:
    """What one student handed in.

    Attributes:
        notebook: the notebook file; None if there is none.
        files: what lies beside it and may be used, by name.
        remarks: what was left out or is unusual.
    """

    notebook: Path | None
    files: dict[str, Path]
    remarks: list[str]


SMALL = 24 * 2**20  # bytes of one file beside the notebook
ALL_SMALL = 64 * 2**20
USABLE = (".safetensors", ".json", ".csv", ".txt", ".md", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".py")


class Course:
    """The folder of an nbgrader course.

    Raises:
        GradingError: it is none.
    """

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        if not (self.folder / CONFIGURATION).is_file():
            raise GradingError(f"{folder} is no nbgrader course: it has no {CONFIGURATION}. See learntools course new.")

    def settings(self) -> Any:
        """nbgrader's configuration of this course."""
        from traitlets.config.loader import PyFileConfigLoader

        before = dict(os.environ)
        try:
            return PyFileConfigLoader(CONFIGURATION, path=str(self.folder)).load_config()
        finally:
            os.environ.clear()
            os.environ.update(before)

    @property
    def db_url(self) -> str:
        """Where the gradebook is; a relative SQLite file belongs to the course's folder."""
        url = str(self.settings().CourseDirectory.get("db_url", "")) or "sqlite:///gradebook.db"
        found = re.fullmatch(r"sqlite:///(?!/)(.+)", url)
        return f"sqlite:///{self.folder / found[1]}" if found and not re.match(r"[A-Za-z]:", found[1]) else url

    @property
    def course_id(self) -> str:
        return str(self.settings().CourseDirectory.get("course_id", ""))

    def stem(self, lesson: str) -> str:
        """The assignment that `lesson` means: `02_convolutions`, `02` or `convolutions`."""
        known = sorted(path.name for path in (self.folder / "source").glob("*") if path.is_dir())
        for stem in known:
            number, _, name = stem.partition("_")
            if lesson in (stem, number, name, number.lstrip("0") or "0"):
                return stem
        raise GradingError(f"This course has no lesson {lesson!r}: it has {', '.join(known) or 'none'}.")

    def key(self, stem: str) -> Key:
        """The lesson as it was handed out.

        Raises:
            GradingError: it has not been generated yet.
        """
        import nbformat

        path = self.folder / "release" / stem / f"{stem}.ipynb"
        if not path.is_file():
            raise GradingError(
                f"{stem} has not been released: run `nbgrader generate_assignment {stem}` in {self.folder} first."
            )
        return from_notebook(stem, nbformat.read(path, as_version=4))

    def students(self, stem: str) -> list[str]:
        """Who has handed something in, by name."""
        folder = self.folder / "submitted"
        found = folder.iterdir() if folder.is_dir() else ()
        return sorted(one.name for one in found if (one / stem).is_dir() and not one.name.startswith("."))

    def handed_in(self, student: str, stem: str) -> Handed:
        """The notebook and the files of one student; of links and oversized or unknown files only a remark."""
        folder = self.folder / "submitted" / student / stem
        remarks: list[str] = []
        files: dict[str, Path] = {}
        notebooks: list[Path] = []
        room = ALL_SMALL
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.name == "timestamp.txt":
                continue
            if path.is_symlink() or not path.is_file():
                if not path.name.startswith("__"):
                    remarks.append(f"{path.name} is no file and was left out.")
            elif path.suffix.lower() == ".ipynb":
                notebooks.append(path)
            elif path.suffix.lower() not in USABLE:
                remarks.append(f"{path.name} was left out: files of this kind are not opened.")
            elif (size := path.stat().st_size) > min(SMALL, room):
                remarks.append(f"{path.name} was left out: it has {size / 2**20:.0f} MB; {SMALL // 2**20} are allowed.")
            elif path.suffix.lower() == ".safetensors" and (trouble := damaged(path)):
                remarks.append(f"{path.name} was left out: {trouble}.")
            else:
                files[path.name] = path
                room -= size
        named = [path for path in notebooks if path.name == f"{stem}.ipynb"]
        if not named and notebooks:
            named = sorted(notebooks, key=lambda path: (stem not in path.stem, -path.stat().st_size))[:1]
            remarks.append(f"The notebook is called {named[0].name}; it was taken for {stem}.ipynb.")
        return Handed(named[0] if named else None, files, remarks)


def damaged(path: Path) -> str:
    """What is wrong with a safetensors file, read from its header alone; empty where nothing is."""
    import json

    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, 2**24):
            return "it is no safetensors file"
        try:
            header = json.loads(file.read(length))
            ends = [item["data_offsets"][1] for name, item in header.items() if name != "__metadata__"]
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            return "it is no safetensors file"
    if not ends or max(ends) != size - 8 - length:
        return "it is cut off, or holds no weights"
    return ""


def read_roster(content: bytes) -> list[dict[str, str]]:
    """Students from a CSV file: a column `id`, and where there are such first_name, last_name, email.

    Raises:
        GradingError: there is no column `id`, or an id is missing, twice there, or cannot name a folder.
    """
    text = content.decode("utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    names = {str(name).strip().lower().replace(" ", "_"): name for name in (rows[0] if rows else {}) if name}
    if "id" not in names:
        raise GradingError("The roster needs a first line with the columns: id, first_name, last_name, email.")
    students: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows, 2):
        student = {name: (row[names[name]] or "").strip() for name in _COLUMNS if name in names}
        if not any((value or "").strip() for value in row.values() if isinstance(value, str)):
            continue
        identity = student["id"]
        if not re.fullmatch(r"[^\s/\\+.][^/\\+\n]*", identity):
            raise GradingError(f"Line {number} of the roster: {identity!r} is no id, as a folder cannot be called so.")
        if identity in students:
            raise GradingError(f"Line {number} of the roster: the id {identity!r} is there twice.")
        students[identity] = student
    return list(students.values())


_COLUMNS = ("id", "first_name", "last_name", "email")
