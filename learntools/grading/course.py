"""An nbgrader course made from the lessons: its sources, its configuration, its gradebook.

    create(Path("my_course"), ["convolutions"])
    course = Course(Path("my_course"))
    course.key("02_convolutions"), course.students("02_convolutions")

nbgrader's own commands work in that folder as in any other course.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from learntools.grading import GradingError
from learntools.grading.handed import Handed, look
from learntools.grading.key import Key, from_notebook

CONFIGURATION = "nbgrader_config.py"
_TEXT = '''\
"""nbgrader's settings for this course; `learntools course new` wrote them, and they are yours to change."""

import os
import sys

if "nbgrader" in sys.argv[0]:  # its own runs cut every training to two seconds; a JupyterLab started here does not
    os.environ.setdefault("LEARNTOOLS_QUICK", "1")

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = {name!r}
c.CourseDirectory.db_url = {db}

# Answers become blanks with the lessons' own wording, and damaged notebooks are mended before they are graded.
c.GenerateAssignment.preprocessors = {generate}
c.Autograde.sanitize_preprocessors = {sanitize}
c.Autograde.autograde_preprocessors = {autograde}
c.Execute.timeout = 120
c.ExportApp.plugin_class = "learntools.grading.export.CsvExport"  # a name with a comma stays in its column
'''
_FILE = '"sqlite:///" + os.path.join(os.path.dirname(os.path.abspath(__file__)), "gradebook.db")'
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
        GradingError: the folder is not empty, or cannot be made.
        AuthoringError: there is no such lesson, or no repository of the course around.
    """
    from learntools import authoring
    from learntools.authoring import build
    from learntools.authoring.course import repository as address

    folder = folder.resolve()
    try:
        if folder.exists() and not folder.is_dir():
            raise GradingError(f"{folder} is a file: name a folder that does not exist yet.")
        if folder.exists() and any(folder.iterdir()):
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
        folder.chmod(0o700)  # it will hold grades
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")  # nor may they be published with a repository
        for path, text in made.items():
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
        for name in ("release", "submitted", "autograded", "feedback"):
            (folder / name).mkdir()
        name = re.sub(r"\W+", "_", folder.name).strip("_") or "course"
        lists = {"generate": _GENERATE, "sanitize": _SANITIZE, "autograde": _AUTOGRADE}
        text = _TEXT.format(name=name, db=repr(db) if db else _FILE, **{k: _listed(v) for k, v in lists.items()})
        (folder / CONFIGURATION).write_text(text, encoding="utf-8")
    except OSError as error:
        raise GradingError(f"{folder} cannot be made: {error.strerror or error}.") from None
    return list(made)


def _listed(parts: Sequence[str]) -> str:
    return "\n".join(["[", *(f'    "{part}",' for part in parts), "]"])


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
        """nbgrader's configuration of this course; what that sets for the whole process is undone.

        Raises:
            GradingError: it is no valid Python, or fails.
        """
        from traitlets.config.loader import PyFileConfigLoader

        before = dict(os.environ)
        try:
            return PyFileConfigLoader(CONFIGURATION, path=str(self.folder)).load_config()
        except Exception as error:
            raise GradingError(f"{CONFIGURATION} cannot be used: {type(error).__name__}: {error}") from None
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
            GradingError: it has not been generated yet, or cannot be read.
        """
        import nbformat

        path = self.folder / "release" / stem / f"{stem}.ipynb"
        if not path.is_file():
            raise GradingError(
                f"{stem} has not been released: run `nbgrader generate_assignment {stem}` in {self.folder} first."
            )
        try:
            return from_notebook(stem, nbformat.read(path, as_version=4))
        except (OSError, ValueError) as error:
            said = str(error).partition("\n")[0][:120]
            raise GradingError(
                f"release/{stem}/{stem}.ipynb cannot be read ({said}): "
                f"run `nbgrader generate_assignment {stem} --force` in {self.folder}."
            ) from None

    def students(self, stem: str) -> list[str]:
        """Who has handed something in, by name; those too into whose folder one cannot look."""
        return sorted(path.name for path in self._folders() if _is_there(path / stem))

    def misplaced(self, stem: str) -> list[str]:
        """Notebooks that lie where no command looks for them, in a sentence for each folder."""
        found = []
        lessons = {path.name for path in (self.folder / "source").glob("*")}
        for path in self._folders():
            if path.suffix == ".ipynb":
                found.append(f"submitted/{path.name} was not graded: it belongs into submitted/STUDENT/{stem}/.")
            elif not _is_there(path / stem) and (loose := self._loose(path, stem)):
                student = "STUDENT" if path.name in lessons else path.name
                found.append(
                    f"submitted/{path.name}/{loose} was not graded: it belongs into submitted/{student}/{stem}/."
                )
        return found

    def _loose(self, folder: Path, stem: str) -> str:
        """The first notebook in a student's folder that lies in no lesson's; empty where there is none."""
        others = {path.name for path in (self.folder / "source").glob("*")} - {stem}
        for place, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if name not in others and not name.startswith((".", "__")))
            for name in sorted(files):
                one = Path(place, name)
                if one.suffix.lower() == ".ipynb" and one.stem not in others and not name.startswith("."):
                    return one.relative_to(folder).as_posix()
        return ""

    def _folders(self) -> list[Path]:
        """What lies in `submitted`: students' folders, as a rule."""
        folder = self.folder / "submitted"
        try:
            return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__")))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise GradingError(f"{folder} cannot be opened: {error.strerror}.") from None

    def handed_in(self, student: str, stem: str) -> Handed:
        """The notebook and the files of one student."""
        return look(self.folder / "submitted" / student / stem)


def _is_there(path: Path) -> bool:
    """Whether it exists, or one may not know."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
