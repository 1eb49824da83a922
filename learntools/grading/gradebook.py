"""nbgrader's gradebook of a course: opened, with what goes wrong in words, and its students.

with opened(course) as gradebook:        # nbgrader's own `Gradebook`
    find(gradebook, course, "02_convolutions")
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from learntools.grading import GradingError
from learntools.grading.course import Course


def ready(course: Course, stem: str) -> None:
    """Nothing, if results of this lesson can be entered: better asked before a class is graded than after.

    Raises:
        GradingError: the lesson is not in the gradebook, or the gradebook cannot be used.
    """
    with opened(course) as gradebook:
        find(gradebook, course, stem)


def find(gradebook: Any, course: Course, stem: str) -> None:
    """Raises GradingError where the lesson is not in the gradebook."""
    from nbgrader.api import MissingEntry

    try:
        gradebook.find_notebook(stem, stem)
    except MissingEntry:
        raise GradingError(
            f"{stem} is not in the gradebook: run `nbgrader generate_assignment {stem} --force` in {course.folder}."
        ) from None


@contextlib.contextmanager
def opened(course: Course) -> Iterator[Any]:
    """nbgrader's `Gradebook`; what its database complains of becomes a GradingError."""
    from nbgrader.api import Gradebook

    with _sentences(course.db_url), Gradebook(course.db_url, course.course_id) as gradebook:
        yield gradebook


@contextlib.contextmanager
def _programs() -> Iterator[None]:
    """nbgrader starts `alembic`, which lies beside this Python, whether or not that folder is on the path."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


@contextlib.contextmanager
def _sentences(url: str) -> Iterator[None]:
    """What goes wrong with a gradebook, in words."""
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    try:
        with _programs(), warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own models make some
            yield
    except SQLAlchemyError as error:
        raise GradingError(
            f"The gradebook cannot be used: {said(error)}. Its address is in nbgrader_config.py; "
            "after an update of nbgrader, `nbgrader db upgrade` may be needed."
        ) from None
    except ImportError as error:
        name = error.name or ""
        raise GradingError(
            f"A gradebook at {url.partition(':')[0]}:// needs the Python package {name}: "
            f"pip install {_DRIVERS.get(name, name)}"
        ) from None


_DRIVERS = {"psycopg": "'psycopg[binary]'", "psycopg2": "psycopg2-binary"}


def said(error: Exception) -> str:
    """The first line of a database's complaint."""
    if isinstance(error, UnicodeError) or isinstance(getattr(error, "orig", None), UnicodeError):
        return "its name cannot be written in UTF-8"
    return str(error).strip().partition("\n")[0].rstrip(".")


def reachable(url: str) -> None:
    """Nothing, if there is a database at this address.

    Raises:
        GradingError: there is none, its driver is missing, or it lets nobody in.
    """
    from sqlalchemy import create_engine

    if url and not url.startswith("sqlite"):  # a file is made when it is needed
        with _sentences(url):
            engine = create_engine(url)
            try:
                engine.connect().close()
            finally:
                engine.dispose()


def enroll(course: Course, students: Sequence[dict[str, str]]) -> int:
    """Enter these students into the gradebook, or correct their names; how many there are now."""
    with opened(course) as gradebook:
        for student in students:
            known: dict[str, Any] = {name: value for name, value in student.items() if name != "id" and value}
            gradebook.update_or_create_student(student["id"], **known)
        return len(gradebook.students)


def enrolled(course: Course) -> list[str]:
    """The ids of all students in the gradebook."""
    with opened(course) as gradebook:
        return sorted(str(student.id) for student in gradebook.students)
