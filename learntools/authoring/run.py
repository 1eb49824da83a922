"""Execute a lesson's notebook in a real kernel, as a learner would, and see what its checks say.

    from learntools.authoring import lesson
    from learntools.authoring.run import run
    result = run(lesson("convolutions"), learner=True)
    result.good, result.questions, result.problems, result.html

The verdicts come from the kernel's own record of progress, kept in a folder of its own for this run, so a check that
says nothing, or that does not run, cannot be taken for a good one.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from learntools import platforms
from learntools.authoring import build
from learntools.authoring.course import Lesson, repository
from learntools.authoring.kernel import kernel_of
from learntools.core.exercise import Exercise
from learntools.core.kinds import MODEL
from learntools.core.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED

CELL_SECONDS = 900
LARGEST = 5_000_000  # bytes of a notebook with its outputs: a larger one is slow to open and to save
NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Question:
    """What the check of one question said, and what it should have said.

    Attributes:
        name, answer: `q1`, and the learner's variable.
        outcome, expected: of `learntools.core.verdict.OUTCOMES`; `not checked` where no verdict was recorded.
        seconds: how long the check cell took.
    """

    name: str
    answer: str
    outcome: str
    expected: str
    seconds: float

    @property
    def good(self) -> bool:
        """Whether the check said what it should; `expected` may name several outcomes, with " or " between them."""
        return self.outcome in self.expected.split(" or ")


@dataclass
class Run:
    """What came of one execution.

    Attributes:
        questions: one for each exercise of the lesson.
        problems: cells that raised or never ended, anything that an answer or a check wrote to stderr (nbgrader gives
            no points for those), and a notebook that has become too large.
        remarks: what other cells wrote to stderr.
        seconds: the whole run, the start of the kernel included.
        slowest: the cell that took longest, in words.
        notebook, html: the executed notebook, as both.
    """

    lesson: str
    learner: bool
    notebook: Path
    html: Path
    questions: list[Question] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    seconds: float = 0.0
    slowest: str = ""

    @property
    def good(self) -> bool:
        """Whether every cell ran and every check said what it should."""
        return not self.problems and all(question.good for question in self.questions)


def run(
    lesson: Lesson,
    folder: Path,
    *,
    learner: bool = False,
    quick: bool = False,
    watch: Callable[[Question], None] = lambda question: None,
    python: str | Path = sys.executable,
    variables: Mapping[str, str] = os.environ,
) -> Run:
    """Execute the solved notebook of a lesson, or with `learner` the untouched one, and write it into `folder`.

    Files that the notebook itself writes go to a folder of their own in there.

    Args:
        folder: such as `build/` of the checkout.
        quick: cut every training to two seconds.
        watch: called with each question as soon as it has been checked.
        python: whose kernel it runs in.
        variables: the environment there.

    Raises:
        AuthoringError: the notebook cannot be built.
    """
    start = time.perf_counter()
    stem = lesson.stem + ("-learner" if learner else "")
    notebook = build.notebook(lesson, solved=not learner, repository=repository(lesson.script.parents[1]))
    notebook.metadata["learntools"] = {"learner": learner, "quick": quick}
    place = (folder / stem).resolve()
    place.mkdir(parents=True, exist_ok=True)
    result = Run(lesson.name, learner, folder / f"{stem}.ipynb", folder / f"{stem}.html")
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        _share_cache(home)
        expected = {item.name: _expected(item, learner, quick) for item in lesson.exercises}
        watcher = _Watcher(lesson, home / "progress.jsonl", expected, watch)
        result.problems += _execute(notebook, place, python, _environment(variables, home, quick), watcher)
    result.questions, result.slowest = watcher.questions(), watcher.slowest()
    _read_outputs(notebook, result)
    with contextlib.suppress(OSError):
        place.rmdir()  # where the notebook wrote nothing
    nbformat.write(notebook, result.notebook)
    size = result.notebook.stat().st_size
    if size > LARGEST:
        result.problems.append(f"The notebook has {size / 1e6:.1f} MB with its outputs; at most {LARGEST / 1e6:g} fit.")
    result.html.write_text(page(notebook, folder), encoding="utf-8")
    result.seconds = time.perf_counter() - start
    return result


def page(notebook: NotebookNode, folder: Path) -> str:
    """The notebook as one HTML page, with its pictures inside; `folder` is where its relative links start."""
    import logging

    from nbconvert import HTMLExporter

    quiet = logging.getLogger("learntools.nbconvert")
    quiet.setLevel(logging.ERROR)  # it warns of every picture without an alternative text
    exporter = HTMLExporter(embed_images=True, log=quiet)
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.metadata.get("jupyter", {}).get("source_hidden"):  # folded in JupyterLab, and so on the page
            cell.metadata["transient"] = {"remove_source": True}
    return exporter.from_notebook_node(notebook, resources={"metadata": {"path": str(folder)}})[0]


def _expected(exercise: Exercise, learner: bool, quick: bool) -> str:
    """What a question's check should say. Two seconds train no good model: in a quick run it need only be judged."""
    if learner:
        return NOT_ATTEMPTED
    return f"{CORRECT} or {INCORRECT}" if quick and exercise.kind == MODEL else CORRECT


class _Watcher:
    """Reads the verdicts from the kernel's record while the notebook runs."""

    def __init__(self, lesson: Lesson, record: Path, expected: dict[str, str], watch: Callable[[Question], None]):
        self._lesson, self._record, self._expected, self._watch = lesson, record, expected, watch
        self._started = 0.0
        self._times: list[tuple[float, str]] = []
        self._found: dict[str, Question] = {}

    def before(self, cell: NotebookNode, cell_index: int) -> None:
        self._started = time.perf_counter()

    def after(self, cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        seconds = time.perf_counter() - self._started
        self._times.append((seconds, f"{cell_index + 1} ({first_line(cell)}), {seconds:.1f} s"))
        name = question_of(cell)
        if name and (found := self._question(name, seconds)):
            self._found[name] = found
            self._watch(found)

    def slowest(self) -> str:
        """The cell that took longest, in words."""
        return max(self._times, default=(0.0, "none"))[1]

    def questions(self) -> list[Question]:
        """One for every exercise; those whose check never came to an end included."""
        made = []
        for exercise in self._lesson.exercises:
            missing = Question(exercise.name, exercise.answer, NOT_CHECKED, self._expected[exercise.name], 0.0)
            made.append(self._found.get(exercise.name, missing))
            if exercise.name not in self._found:
                self._watch(missing)
        return made

    def _question(self, name: str, seconds: float) -> Question | None:
        exercise = next((item for item in self._lesson.exercises if item.name == name), None)
        if exercise is None:
            return None
        outcome = NOT_CHECKED
        with contextlib.suppress(OSError):
            for line in self._record.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                if (entry["lesson"], entry["question"]) == (exercise.lesson, name):
                    outcome = entry["outcome"]
        return Question(name, exercise.answer, outcome, self._expected[name], seconds)


def _execute(
    notebook: NotebookNode, place: Path, python: str | Path, environment: dict[str, str], watcher: _Watcher
) -> list[str]:
    """Run every cell, also those after one that raised; return what kept the notebook from being run to its end."""
    client = NotebookClient(
        notebook,
        km=kernel_of(python),
        timeout=CELL_SECONDS,
        allow_errors=True,
        record_timing=False,
        store_widget_state=False,  # an exported page shows an explorer's still picture, and needs no network
        on_cell_execute=watcher.before,
        on_cell_executed=watcher.after,
    )
    try:
        client.execute(cwd=str(place), env=environment, cleanup_kc=True)  # nbclient leaves a manager of ours running
    except CellTimeoutError:
        return [f"A cell was stopped after {CELL_SECONDS} seconds."]
    except DeadKernelError:
        return ["The kernel died (most often for lack of memory)."]
    return []


def _environment(variables: Mapping[str, str], home: Path, quick: bool) -> dict[str, str]:
    environment = {name: value for name, value in variables.items() if name not in _NOT_FOR_THE_KERNEL}
    environment |= {"LEARNTOOLS_HOME": str(home), "IPYTHONDIR": str(home / "ipython")}
    return environment | ({"LEARNTOOLS_QUICK": "1"} if quick else {})


#: What would make the notebook behave otherwise than in a learner's hands.
_NOT_FOR_THE_KERNEL = ("LEARNTOOLS_QUICK", "NBGRADER_EXECUTION", "MPLBACKEND", "PYTHONWARNINGS")


def _share_cache(home: Path) -> None:
    """Let the run use the data that is already unpacked; without, it is unpacked again."""
    with contextlib.suppress(OSError):
        cache = (platforms.home() / "cache").resolve()
        cache.mkdir(parents=True, exist_ok=True)
        (home / "cache").symlink_to(cache, target_is_directory=True)


def _read_outputs(notebook: NotebookNode, result: Run) -> None:
    for number, cell in enumerate(notebook.cells, start=1):
        graded = "nbgrader" in cell.metadata
        for output in cell.get("outputs", []):
            place = f"Cell {number} ({first_line(cell)})"
            if output.output_type == "error":
                result.problems.append(f"{place} raised {output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr" and output.text.strip():
                said = f"{place} wrote to stderr: {output.text.strip().splitlines()[0]}"
                (result.problems if graded else result.remarks).append(said)


def question_of(cell: NotebookNode) -> str:
    """`q1` for the check cell of question 1; empty for every other cell."""
    graded = cell.metadata.get("nbgrader", {})
    return graded["grade_id"].removesuffix("-check") if graded.get("grade") else ""


def first_line(cell: NotebookNode) -> str:
    """How a message names a cell."""
    return next((line.strip() for line in cell.source.splitlines() if line.strip()), "")[:60]
