"""Where a checkout keeps its scripts, notebooks and pictures, and which script belongs to which lesson.

from learntools.authoring import lesson
lesson("02").script     # …/solutions/02_convolutions.py
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from learntools.authoring.script import AuthoringError

if TYPE_CHECKING:
    from learntools.core.exercise import Exercise


@dataclass(frozen=True)
class Lesson:
    """A script and its exercises.

    Attributes:
        name: the lesson module's name, such as `convolutions`.
        script: path of the script; its stem, such as `02_convolutions`, names everything made from it.
        exercises: in the order of their numbers.
    """

    name: str
    script: Path
    exercises: Sequence[Exercise]

    @property
    def stem(self) -> str:
        """`02_convolutions`"""
        return self.script.stem


def root() -> Path:
    """The checkout: the one this package lies in, else the one around the working directory.

    Raises:
        AuthoringError: there is none.
    """
    here = Path.cwd()
    for folder in (Path(__file__).resolve().parents[2], here, *here.parents):
        if (folder / "solutions").is_dir() and (folder / "learntools" / "lessons").is_dir():
            return folder
    raise AuthoringError(
        "This needs the course's repository (its solutions/ folder), and there is none here: "
        "clone the repository and run the command inside it."
    )


def lesson(name: str, folder: Path | None = None) -> Lesson:
    """The lesson that `name` means: `convolutions`, `02`, `02_convolutions`, or a file of that name.

    Raises:
        AuthoringError: there is no such lesson.
    """
    from learntools import lessons as course

    known = {found: number for number, found in course.COURSE.items() if found in course.names()}
    wanted = Path(name).stem
    for found, number in known.items():
        if wanted in (found, number, number.lstrip("0") or "0", f"{number}_{found}"):
            script = (folder or root()) / "solutions" / f"{number}_{found}.py"
            return Lesson(found, script, course.exercises(found))
    listed = ", ".join(f"{number} {found}" for found, number in known.items()) or "none"
    raise AuthoringError(f"There is no lesson {name!r}. The lessons are: {listed}.")


def lessons(folder: Path | None = None) -> list[Lesson]:
    """Every lesson, in the course's order."""
    from learntools import lessons as course

    return [lesson(name, folder) for name in course.names()]


def repository(folder: Path) -> str:
    """Where the course is published, from `[tool.learntools]` in pyproject.toml; empty where it is not."""
    file = folder / "pyproject.toml"
    if not file.is_file():
        return ""
    settings = tomllib.loads(file.read_text(encoding="utf-8"))
    return str(settings.get("tool", {}).get("learntools", {}).get("repository", "")).rstrip("/").removesuffix(".git")
