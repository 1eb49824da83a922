"""What a lesson was when it was handed out: its cells, its questions, and what each is worth.

key = from_notebook("02_convolutions", nbformat.read("release/…/02_convolutions.ipynb", as_version=4))

Points and cell names are read from the notebook that learners were given, as an instructor may have changed them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from learntools.grading import GradingError
from learntools.grading.names import meaning

ANSWER, CHECK, MANUAL, DEMO, TEXT = "answer", "check", "manual", "demo", "text"
OWN = "own"  # a cell that the learner added
SETUP = "setup"  # the id of the cell that installs the course where it is missing
NEVER_RUN = {"train", "demo"}


@dataclass(frozen=True)
class KeyCell:
    """One cell as it was handed out.

    Attributes:
        role: an answer, the check of one, a manually graded answer, any other code, any other text.
        question: `q1` of an answer and of a check.
        points: of a check and of a manually graded answer.
        metadata: nbgrader's, with its checksum.
    """

    role: str
    kind: str
    source: str
    id: str = ""
    grade_id: str = ""
    question: str = ""
    points: float = 0.0
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] | None = None

    @property
    def runs(self) -> bool:
        """Whether this code may run in a graded notebook at all."""
        return self.kind == "code" and self.id != SETUP and not NEVER_RUN & set(self.tags)


@dataclass(frozen=True)
class Key:
    """A lesson as it was handed out.

    Attributes:
        stem: `02_convolutions`, which names the assignment and its notebook.
        lesson: `convolutions`, the module with its exercises.
        answers: question → the variable that the learner fills.
    """

    stem: str
    lesson: str
    cells: Sequence[KeyCell]
    answers: dict[str, str]

    @cached_property
    def questions(self) -> dict[str, KeyCell]:
        """Question → its check cell, in the notebook's order."""
        return {cell.question: cell for cell in self.cells if cell.role == CHECK}

    @cached_property
    def by_grade_id(self) -> dict[str, KeyCell]:
        return {cell.grade_id: cell for cell in self.cells if cell.grade_id}

    @cached_property
    def by_id(self) -> dict[str, KeyCell]:
        return {cell.id: cell for cell in self.cells if cell.id}

    @cached_property
    def by_text(self) -> dict[str, list[KeyCell]]:
        """The cells with this text: each is there as it stands, and code without its layout and comments, too."""
        found: dict[str, list[KeyCell]] = {}
        for cell in self.cells:
            texts = {cell.source.strip(), meaning(cell.source) if cell.kind == "code" else ""} - {""}
            for text in texts:
                found.setdefault(text, []).append(cell)
        return found


def from_notebook(stem: str, notebook: Any) -> Key:
    """The key of the lesson that `stem` names, from the notebook that was handed out.

    Raises:
        GradingError: there is no such lesson, the notebook has no questions of it, or a cell with points that cannot be
            judged.
    """
    from learntools import lessons

    by_stem = {f"{number}_{name}": name for number, name in lessons.COURSE.items() if name in lessons.names()}
    if stem not in by_stem:
        raise GradingError(f"{stem} is no lesson of this course: the lessons are {', '.join(by_stem)}.")
    answers = {exercise.name: exercise.answer for exercise in lessons.exercises(by_stem[stem])}
    key = Key(stem, by_stem[stem], [_key_cell(cell, answers) for cell in notebook.cells], answers)
    for cell in key.cells:
        worth = (cell.metadata or {}).get("grade") or (cell.metadata or {}).get("task")
        if worth and cell.points and cell.role not in (CHECK, MANUAL):
            raise GradingError(
                f"The cell {cell.grade_id} of the released {stem}.ipynb has {cell.points:g} points, but nothing here "
                "can judge it: it is neither a check of the course nor an answer that you grade by hand. In source/, "
                "take its points away or make it a manually graded answer, then run "
                f"`nbgrader generate_assignment {stem} --force`."
            )
    if not key.questions:
        raise GradingError(f"The released {stem}.ipynb has no graded checks: run nbgrader generate_assignment {stem}.")
    return key


def _key_cell(cell: Any, answers: dict[str, str]) -> KeyCell:
    metadata = cell.metadata.get("nbgrader", {})
    grade_id = metadata.get("grade_id", "")
    question, _, role = grade_id.partition("-")
    code = cell.cell_type == "code"
    if question in answers and role in (ANSWER, CHECK):
        found = role
    elif metadata.get("grade") and metadata.get("solution"):
        found, question = MANUAL, ""
    else:
        found, question = (DEMO if code else TEXT), ""
    return KeyCell(
        role=found,
        kind=cell.cell_type,
        source=cell.source,
        id=cell.get("id", ""),
        grade_id=grade_id,
        question=question,
        points=float(metadata.get("points", 0)),
        tags=tuple(cell.metadata.get("tags", ())),
        metadata=dict(metadata) or None,
    )
