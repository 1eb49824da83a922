"""What a lesson's answer cells make, found by running the script's cells in this process, without a kernel.

    from learntools.authoring import lesson
    from learntools.authoring.replay import replay
    with replay(lesson("convolutions")) as answers:          # or learner=True, for what the blanks make
        answers["q1"].value

Every answer cell is run, and every cell before and between them that a graded run runs as well: not those that train or
demonstrate. They run in a folder of their own, so that what they write goes with it.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import types
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from learntools.authoring.course import Lesson
from learntools.authoring.script import Cell, read
from learntools.core.find import MISSING

SKIPPED = {"train", "demo"}


@dataclass(frozen=True)
class Answer:
    """What one answer cell left behind.

    Attributes:
        value: the object of the exercise's name, or `MISSING`.
        problem: the first cell since the answer before this one that raised, in words; empty when all ran.
    """

    value: Any
    problem: str = ""


@contextlib.contextmanager
def replay(lesson: Lesson, *, learner: bool = False) -> Iterator[dict[str, Answer]]:
    """The answers of a lesson's script by question; with `learner`, what the untouched cells make."""
    cells = read(lesson.script)
    # A module of its own, which classes and functions of the cells find again by their `__module__`.
    space = types.ModuleType(f"cells_of_{lesson.name}_{'learner' if learner else 'solved'}")
    sys.modules[space.__name__] = space
    try:
        with _quietly(), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            answers = _run(cells, lesson, learner, vars(space))
        yield answers
    finally:
        sys.modules.pop(space.__name__, None)


def _run(cells: Sequence[Cell], lesson: Lesson, learner: bool, space: dict[str, Any]) -> dict[str, Answer]:
    variable = {exercise.name: exercise.answer for exercise in lesson.exercises}
    answers: dict[str, Answer] = {}
    problem = ""
    for cell in cells:
        if cell.kind != "code" or cell.check or (not cell.answer and SKIPPED.intersection(cell.tags)):
            continue
        try:
            exec(compile(cell.blank if learner else cell.solved, f"<{cell}>", "exec"), space)
        except Exception as error:
            problem = problem or f"{cell} raises {type(error).__name__}: {error}"
        if cell.answer in variable:
            answers[cell.answer] = Answer(space.get(variable[cell.answer], MISSING), problem)
            problem = ""
    if problem and answers:  # in a cell after the last answer
        last = list(answers)[-1]
        answers[last] = Answer(answers[last].value, answers[last].problem or problem)
    return answers


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Nothing is printed or drawn on a screen, and what would train takes seconds."""
    import matplotlib as mpl
    from matplotlib import pyplot

    backend, before, quick = mpl.get_backend(), set(pyplot.get_fignums()), os.environ.get("LEARNTOOLS_QUICK")
    os.environ["LEARNTOOLS_QUICK"] = "1"
    pyplot.switch_backend("Agg")
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        for figure in set(pyplot.get_fignums()) - before:
            pyplot.close(figure)
        pyplot.switch_backend(backend)
        if quick is None:
            del os.environ["LEARNTOOLS_QUICK"]
        else:
            os.environ["LEARNTOOLS_QUICK"] = quick
