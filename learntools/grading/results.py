"""What came of one submission: its verdicts, as the gradebook, the reports and the feedback page want them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from learntools.core.verdict import ERROR, NOT_ATTEMPTED, OUTCOMES, Verdict
from learntools.grading.key import MANUAL, Key

UNREADABLE = "unreadable"
NOT_HANDED_IN = "not handed in"


@dataclass
class Graded:
    """What came of one submission.

    Attributes:
        questions: of each: points, max_points, outcome, diagnosis (a known mistake's name or None), message.
        cells: the notebook as it was judged, each cell as `matching.stored` gives it.
        written: of each manually graded answer whether something was written.
        remarks: what was unusual, in sentences.   flags: signs that it reached into the checker.
        needs: what the instructor must look at, in sentences.
        state: "graded", "unreadable", "not handed in" or "our fault".   seconds: how long it took.
    """

    questions: dict[str, dict[str, Any]]
    cells: list[dict[str, Any]] = field(default_factory=list)
    written: dict[str, bool] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    state: str = "graded"
    seconds: float = 0.0

    @property
    def points(self) -> float:
        return sum(item["points"] for item in self.questions.values())


def nothing(key: Key, state: str, reason: str) -> Graded:
    """What becomes of a student of whom nothing can be judged."""
    questions = {name: record(unearned(key, name, NOT_ATTEMPTED, reason)) for name in key.questions}
    manual = {cell.grade_id: False for cell in key.cells if cell.role == MANUAL}
    needs = [] if state == NOT_HANDED_IN else [f"{state}. {reason}"]
    return Graded(questions, written=manual, remarks=[reason], needs=needs, state=state)


def believed(key: Key, name: str, said: dict[str, Any]) -> Verdict:
    """The verdict of a check, with the points of the notebook that was handed out; nothing more than those."""
    most = key.questions[name].points
    try:
        share = float(said["points"]) / (float(said["max_points"]) or 1.0)
        found = unearned(key, name, said["outcome"], str(said["message"]))
        found = dataclasses.replace(
            found,
            points=round(share * most, 4),
            detail=str(said["detail"]),
            diagnosis=None if said["diagnosis"] is None else str(said["diagnosis"]),
            grid=_grid(said["grid"]),
            printed=str(said["printed"]),
        )
        if said["outcome"] not in OUTCOMES or not 0 <= share <= 1:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        return unearned(key, name, ERROR, f"`{key.answers[name]}` got a verdict that cannot be true.")
    return found


def unearned(key: Key, question: str, outcome: str, message: str) -> Verdict:
    return Verdict(key.lesson, question, key.answers[question], outcome, 0.0, key.questions[question].points, message)


def record(verdict: Verdict) -> dict[str, Any]:
    kept = ("answer", "outcome", "points", "max_points", "diagnosis", "message", "detail")
    return {name: getattr(verdict, name) for name in kept} | {"html": verdict.html()}


def output_of(question: dict[str, Any]) -> dict[str, Any]:
    """The check cell's one output, as nbgrader reads it: the points, and the verdict for the feedback page."""
    data = {"text/plain": repr(float(question["points"])), "text/html": question["html"]}
    return {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": data}


def _grid(said: Any) -> Any:
    """A verdict's grid, which JSON has made into lists."""
    return tuple(tuple((str(text), bool(right)) for text, right in row) for row in said) if said else None
