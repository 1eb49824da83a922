"""learntools: exercises, reference models, training loops and data for the course *Models that Create*.

from learntools.lessons.convolutions import q1
q1.check()

import learntools
learntools.progress()
learntools.report(name="Ada")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from learntools.core.progress import Progress, Question
    from learntools.core.report import Report

__version__ = "0.1.0"


def progress() -> Progress:
    """What you have solved, tried and not yet opened, in every lesson of the course, and where to go on."""
    from learntools.core.progress import summarise

    return summarise(_questions())


def report(path: str | os.PathLike[str] = "learntools-report.html", name: str = "") -> Report:
    """Write one page about what you have done, to print or to save as PDF; an earlier report there is replaced.

    Args:
        path: an HTML file, in the current folder unless it says more.
        name: yours, if it should stand on the page.

    Raises:
        ValueError: `path` does not end in .html, or its folder does not exist.
        FileExistsError: `path` is there already and is something else than a report.
    """
    from learntools.core.report import write

    return write(_questions(), path, name)


def _questions() -> list[Question]:
    from learntools.core.progress import Question
    from learntools.lessons import COURSE, exercises, names

    places = {lesson: place for place, lesson in COURSE.items()}
    return [
        Question(lesson, item.name, item.answer, item.points, places[lesson])
        for lesson in names()
        for item in exercises(lesson)
    ]
