"""An exercise: plain data plus one function, `observe`; and the verbs that a learner uses on it.

    @exercise(answer="double", points=1)
    class q1:
        '''Double every value.'''
        hints = ["What does `x + x` give?", "Multiplying by 2 works on a whole tensor at once."]
        reference = lambda x: 2 * x

        def scenario(rng):
            return {"x": rng.normal(4)}

        def observe(answer, s):
            return {"result": answer(s.x)}

        expect = [close("result")]
        mistakes = {"squared": (lambda x: x**2, "`double` gives the square ...")}

    q1.check()      # finds `double` in the notebook, says what is right or wrong with it
    q1.hint()       # the next hint
    q1.solution()   # one way to write it
    q1.get()        # the learner's answer once it passes, the reference until then

The kinds of answer: a function, a class (`reference` is one), a trained model (`kind="model"`), a value (`reference` is
neither), a choice among `options` (name → feedback, with `reference` the right name), and a prediction (`outcome()`
finds out what really happens).
"""

from __future__ import annotations

import inspect
import os
import secrets
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from learntools.core import progress, solutions
from learntools.core.assess import assess
from learntools.core.expect import Expectation, close, equal
from learntools.core.find import MISSING, find
from learntools.core.graded import Closed, grading
from learntools.core.kinds import CHOICE, CLASS, FUNCTION, MODEL, PREDICTION, VALUE
from learntools.core.verdict import Note, Points, Verdict, show

LEARNER_SEEDS = (1, 2)


@dataclass(eq=False)
class Exercise:
    """One question of a lesson; made by the decorator `exercise`.

    Attributes:
        lesson: the lesson module's name, such as `simple_gan`.
        name: the question's name, such as `q2`.
        answer: the variable that the learner fills.
        points: what a right answer earns.
        kind: one of `learntools.core.kinds`.
        task: what is asked, in one line.
        hints: from a nudge to nearly there.
        reference: an answer that is right.
        also: other answers that are equally right, where the task leaves a freedom that no expectation can express.
        scenario: `(rng) -> dict` of plain data, drawn from a seed.
        observe: `(answer, s) -> dict`: runs the answer on the scenario and returns what it did.
        expect: what must hold of each observed field.
        mistakes: name → (a runnable wrong answer, the sentence that a good teacher would say).
        options: for a choice, name → what to say to somebody who chose it.
        praise: what to say on success.
        pure: whether a function must leave its tensor arguments as they were.
        seconds: time limit of a whole check.
    """

    lesson: str
    name: str
    answer: str
    points: float
    kind: str
    task: str
    hints: list[str]
    reference: Any
    scenario: Callable[..., dict[str, Any]] | None
    observe: Callable[..., dict[str, Any]]
    expect: Sequence[Expectation]
    mistakes: dict[str, tuple[Any, str]] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    also: Sequence[Any] = ()
    praise: str = ""
    pure: bool = True
    seconds: float = 10.0
    outcome: Callable[[], Any] | None = None

    def __post_init__(self) -> None:
        self._hints_given = 0
        self._judged: tuple[Any, bool] = (MISSING, False)  # the last answer, and whether it passed

    def __repr__(self) -> str:
        return f"<{self.lesson}.{self.name}: fill `{self.answer}`, then {self.name}.check() · {self.name}.hint()>"

    def check(self, answer: Any = MISSING) -> Verdict | Points:
        """Judge the learner's answer, show the verdict, and return it.

        The answer is the argument if one is given, else the notebook's variable of that name, else the caller's.
        Never raises and leaves no trace; in an nbgrader run it returns the points instead (see `Points`).
        """
        if answer is MISSING:
            answer = find(self.answer, sys._getframe(1))
        verdict = self.assess(answer)
        if grading():
            return Points(verdict)
        progress.record(verdict, min(self._hints_given, len(self.hints)))
        show(verdict)
        if "learntools.core.dashboard" in sys.modules:  # otherwise none is shown
            sys.modules["learntools.core.dashboard"].follow()
        return verdict

    def assess(self, answer: Any, seeds: Sequence[int] | None = None) -> Verdict:
        """The verdict alone: nothing is shown or recorded."""
        start = time.perf_counter()
        verdict = assess(self, answer, seeds or scenario_seeds())
        self._judged = (answer, verdict.correct)
        return Verdict(**{**vars(verdict), "seconds": time.perf_counter() - start})

    def hint(self, number: int | None = None) -> Note:
        """Show the next hint, or hint `number` (from 1)."""
        if number is None:
            self._hints_given = min(self._hints_given + 1, len(self.hints) + 1)
            number = self._hints_given
        count = len(self.hints)
        if not isinstance(number, int) or not 1 <= number <= count:
            body = f"That was all: {self.name} has {count} hints. {self.name}.solution() shows one way to write it."
            note = Note(f"{self.name} · no more hints", body)
        else:
            more = f" {self.name}.hint() gives the next one." if number < count else ""
            note = Note(f"{self.name} · hint {number} of {count}", self.hints[number - 1] + more)
        show(note)
        return note

    def solution(self) -> Note:
        """Show one right answer: the question's cell in the course's solutions, else the reference's own source."""
        if grading():
            note = Note(f"{self.name} · no solution", "Solutions are closed while a notebook is graded.")
        else:
            note = Note(f"{self.name} · one solution", self._solution_text(), self._solution_code())
        show(note)
        return note

    def get(self) -> Any:
        """The learner's answer once it passes, and the reference until then, so that later cells always run."""
        answer = find(self.answer, sys._getframe(1))
        if isinstance(self.reference, Closed):
            return answer
        known, correct = self._judged
        if answer is not known or answer is MISSING:
            correct = self.assess(answer).correct
        return answer if correct else self.truth()

    def truth(self) -> Any:
        """The right answer: the reference, or for a prediction what really happens."""
        return self.outcome() if self.outcome is not None else self.reference

    def _solution_text(self) -> str:
        if self.kind == CHOICE:
            return f"`{self.answer} = {self.reference!r}`. {self.options[self.reference]}"
        if self.kind in (VALUE, PREDICTION):
            return f"`{self.answer} = {self.truth()!r}`. {self.praise}".strip()
        return ""

    def _solution_code(self) -> str:
        if self.kind not in (FUNCTION, CLASS, MODEL):
            return ""
        if written := solutions.cell(self.lesson, self.name):
            return written
        try:
            return textwrap.dedent(inspect.getsource(self.reference)).rstrip()
        except (OSError, TypeError):
            return f"# {self.answer}: the source is not at hand in this installation"


def scenario_seeds() -> tuple[int, ...]:
    """Fixed seeds for a learner, so that a check repeats; fresh ones for a graded run: nothing can be hard-coded."""
    if not grading():
        return LEARNER_SEEDS
    fixed = os.environ.get("LEARNTOOLS_SEED")
    first = int(fixed) if fixed and fixed.isdigit() else secrets.randbelow(2**30)
    return first, first + 1


def exercise(
    *, answer: str, points: float = 1, kind: str | None = None, pure: bool = True, seconds: float = 10.0
) -> Callable[[type], Exercise]:
    """Turn a class body (see the module's example) into an `Exercise`.

    Args:
        answer: the variable that the learner fills.
        points: what it is worth.
        kind: only needed for `"model"`; otherwise found from the body.
        pure: whether a function must leave its tensor arguments as they were; `False` for a training step.
        seconds: time limit of a whole check.

    Raises:
        TypeError: the body lacks something that its kind of exercise needs, or holds an unknown name.
    """

    def make(body: type) -> Exercise:
        parts = {name: value for name, value in vars(body).items() if not name.startswith("__")}
        parts = {name: getattr(value, "__func__", value) for name, value in parts.items()}
        found = kind or _kind(parts)
        options = parts.get("options", {})
        if found == CHOICE:
            _choice(parts)
        if found in (VALUE, CHOICE, PREDICTION):
            parts.setdefault("observe", lambda value, s: {answer: value})
            exact = found == CHOICE or isinstance(parts.get("reference"), int)
            parts.setdefault("expect", [(equal if exact else close)(answer)])
        elif "observe" not in parts or "expect" not in parts:
            raise TypeError(f"{body.__name__}: a {found} exercise needs `observe` and `expect`")
        parts.pop("options", None)
        return Exercise(
            lesson=_lesson(body.__module__),
            name=body.__name__,
            answer=answer,
            points=points,
            kind=found,
            task=inspect.cleandoc(body.__doc__ or ""),
            pure=pure,
            seconds=seconds,
            options=options,
            scenario=parts.pop("scenario", None),
            hints=list(parts.pop("hints", [])),
            reference=parts.pop("reference", None),
            **parts,
        )

    return make


def _lesson(module: str) -> str:
    """`a.lessons.topic` and `a.lessons.topic.part` both belong to the lesson `topic`."""
    return module.partition(".lessons.")[2].partition(".")[0] or module.rpartition(".")[2]


def _kind(parts: dict[str, Any]) -> str:
    if "outcome" in parts:
        return PREDICTION
    if "options" in parts:
        return CHOICE
    if "reference" not in parts:
        raise TypeError("an exercise needs a `reference`, or an `outcome` for a prediction")
    reference = parts["reference"]
    if isinstance(reference, type):
        return CLASS
    return FUNCTION if callable(reference) and not isinstance(reference, nn.Module) else VALUE


def _choice(parts: dict[str, Any]) -> None:
    """Every wrong option is a known mistake whose sentence is the option's own feedback."""
    options, right = parts["options"], parts["reference"]
    if right not in options:
        raise TypeError(f"the right option {right!r} is not among {sorted(options)}")
    parts.setdefault("praise", options[right])
    mistakes = {f"chose {name}": (name, feedback) for name, feedback in options.items() if name != right}
    parts["mistakes"] = mistakes | dict(parts.get("mistakes", {}))
