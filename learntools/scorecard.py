"""Do the exercises hold? For each: the right answer passes, the blank is not attempted, every known mistake is named.

from learntools import scorecard
from learntools.authoring import lesson
print(scorecard.as_table(scorecard.rows(lesson("convolutions"))))
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from learntools.authoring.course import Lesson
from learntools.authoring.replay import Answer, replay
from learntools.core.assess import kept_observations
from learntools.core.exercise import Exercise
from learntools.core.find import MISSING
from learntools.core.kinds import MODEL
from learntools.core.verdict import NOT_ATTEMPTED, Verdict

PASS = "pass"
TIMED = 5


@dataclass(frozen=True)
class Row:
    """One exercise on the scorecard.

    Attributes:
        lesson, question, points: which exercise, and what it is worth.
        reference: `pass` where both the exercise's reference and the answer in the lesson's script are judged correct;
            otherwise whose was not, and what came of it.
        starter: what the untouched answer cell is judged to be; `not attempted` is right.
        mistakes: how many known mistakes there are.
        rejected: how many of them are judged wrong and earn less than full points.
        diagnosed: how many are recognised by their own name and answered with their own sentence.
        check_ms: milliseconds for a check of the right answer: the median of five, after one that is not counted.
        flaws: a sentence for each mistake that is not both rejected and diagnosed; not part of the JSON.
    """

    lesson: str
    question: str
    points: float
    reference: str
    starter: str
    mistakes: int
    rejected: int
    diagnosed: int
    check_ms: float
    flaws: tuple[str, ...] = ()

    @property
    def perfect(self) -> bool:
        """Whether nothing is left to be done."""
        return (
            self.reference == PASS
            and self.starter == NOT_ATTEMPTED
            and self.rejected == self.mistakes
            and self.diagnosed == self.mistakes
        )


def rows(lesson: Lesson) -> list[Row]:
    """A row for every exercise of the lesson.

    Raises:
        AuthoringError: the lesson's script cannot be read.
    """
    none = Answer(MISSING, "there is no answer cell")
    with replay(lesson) as solved, replay(lesson, learner=True) as blank:
        return [row(item, solved.get(item.name, none), blank.get(item.name, none)) for item in lesson.exercises]


def row(exercise: Exercise, solved: Answer, blank: Answer) -> Row:
    """The row of one exercise, given what its answer cell makes with its solution and without."""
    truth = exercise.truth()
    with kept_observations():  # each mistake is compared with all of the others
        mistakes = {name: exercise.assess(wrong) for name, (wrong, _) in exercise.mistakes.items()}
    rejected = [v for v in mistakes.values() if not v.correct and (v.points < exercise.points or not exercise.points)]
    diagnosed = [n for n, v in mistakes.items() if v.diagnosis == n and v.message == exercise.mistakes[n][1]]
    return Row(
        lesson=exercise.lesson,
        question=exercise.name,
        points=exercise.points,
        reference=_reference(exercise, truth, solved),
        starter=blank.problem or exercise.assess(blank.value).outcome,
        mistakes=len(mistakes),
        rejected=len(rejected),
        diagnosed=len(diagnosed),
        check_ms=_milliseconds(exercise, truth),
        flaws=tuple(
            _flaw(exercise, name, verdict)
            for name, verdict in mistakes.items()
            if verdict not in rejected or name not in diagnosed
        ),
    )


def _flaw(exercise: Exercise, name: str, verdict: Verdict) -> str:
    if verdict.diagnosis == name:
        seen = "recognised"
    else:
        seen = f"taken for {verdict.diagnosis!r}" if verdict.diagnosis else "not recognised"
    return (
        f"{exercise.lesson} {exercise.name}, mistake {name!r}: {verdict.outcome}, "
        f"{verdict.points:g} of {verdict.max_points:g} points, {seen}"
    )


def _reference(exercise: Exercise, truth: Any, solved: Answer) -> str:
    verdict = exercise.assess(truth)
    if not verdict.correct:
        return f"reference: {verdict.outcome}"
    if solved.problem:
        return f"script: {solved.problem}"
    verdict = exercise.assess(solved.value)
    if exercise.kind == MODEL and verdict.outcome == NOT_ATTEMPTED:
        return PASS  # the script's cells that train are not run here, so there is no model yet
    return PASS if verdict.correct else f"script: {verdict.outcome}"


def _milliseconds(exercise: Exercise, truth: Any) -> float:
    exercise.assess(truth)
    return round(1000 * statistics.median(exercise.assess(truth).seconds for _ in range(TIMED)), 1)


def as_json(rows: Sequence[Row]) -> str:
    """The rows as a JSON list of objects, one key for each field of `Row`."""
    return json.dumps([_columns(row) for row in rows], indent=2, ensure_ascii=False)


def as_table(rows: Sequence[Row]) -> str:
    """The rows as text, what is wrong with those that are not perfect, and how many are."""
    heads = ("lesson", "question", "points", "reference", "starter", "mistakes", "rejected", "diagnosed", "check ms")
    body = [tuple(_cell(value) for value in _columns(row).values()) for row in rows]
    widths = [max(len(line[i]) for line in (heads, *body)) for i in range(len(heads))]
    lines = []
    for line, good in zip((heads, *body), (True, *(row.perfect for row in rows)), strict=True):
        words = [
            text.rjust(width) if head in _NUMBERS else text.ljust(width)
            for text, width, head in zip(line, widths, heads, strict=True)
        ]
        lines.append(("  " if good else "✗ ") + "  ".join(words).rstrip())
    lines += [f"  {flaw}" for row in rows for flaw in row.flaws]
    left = [row for row in rows if not row.perfect]
    slow = max(rows, key=lambda row: row.check_ms, default=None)
    lines.append(f"\n{len(rows) - len(left)} of {len(rows)} rows perfect")
    if slow is not None:
        lines[-1] += f"; slowest check {slow.check_ms:g} ms ({slow.lesson} {slow.question})"
    return "\n".join(lines)


def _columns(row: Row) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if name != "flaws"}


_NUMBERS = ("points", "mistakes", "rejected", "diagnosed", "check ms")


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)
