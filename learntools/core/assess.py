"""The whole way from an exercise and an answer to a verdict: observe, judge, diagnose, put into words."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from torch import nn

from learntools.core import kinds
from learntools.core.blank import is_blank
from learntools.core.crashes import explain
from learntools.core.find import MISSING
from learntools.core.judge import Finding, best, judge, same_behaviour, sentence
from learntools.core.observing import Observation, had_blank, run
from learntools.core.plain import name as called
from learntools.core.scenario import draw
from learntools.core.verdict import CORRECT, ERROR, INCORRECT, NOT_ATTEMPTED, OUR_FAULT, TOO_SLOW, Verdict

if TYPE_CHECKING:
    from learntools.core.exercise import Exercise


class Broken(Exception):
    """The exercise itself does not work: its reference fails on its own scenario."""


def assess(exercise: Exercise, answer: Any, seeds: Sequence[int]) -> Verdict:
    """Judge `answer` on one scenario per seed; every outcome is a `Verdict`, a bug of the checker included."""
    try:
        return _assess(exercise, answer, seeds)
    except Exception as error:
        return _verdict(
            exercise,
            OUR_FAULT,
            f"The check of {exercise.name} is broken, and that is not your doing. Your answer has not been judged: "
            f"go on with {exercise.name}.get(), and please report this.",
            detail=f"{type(error).__name__}: {str(error)[:300]}",
        )


_kept: dict[tuple[str, str, str, int], Observation] | None = None


def keep_observations() -> None:
    """From now on keep what references and known mistakes do on a seed: a class is graded on the same one."""
    global _kept
    _kept = {}


@contextlib.contextmanager
def kept_observations() -> Iterator[None]:
    """Within, what references and known mistakes do on a seed is kept, as after `keep_observations`."""
    global _kept
    before, _kept = _kept, {}
    try:
        yield
    finally:
        _kept = before


def prepare(exercise: Exercise, seeds: Sequence[int]) -> None:
    """Observe the references and the known mistakes on these seeds, for `keep_observations`."""
    for seed in seeds:
        data = draw(exercise.scenario, seed)
        for place, reference in enumerate((exercise.truth(), *exercise.also)):
            observed = _reference(exercise, place, reference, data, seed)
            judge(observed, observed, exercise.expect)  # what a lesson remembers of its images is there, too
        for label in exercise.mistakes:
            _mistake(exercise, label, data, seed)


def prepare_diagnosis(exercise: Exercise, seeds: Sequence[int]) -> None:
    """Judge the known mistakes: what a lesson reads in their images takes seconds, and a diagnosis needs all of it."""
    for seed in seeds:
        data = draw(exercise.scenario, seed)
        reference = _reference(exercise, 0, exercise.truth(), data, seed)
        for label in exercise.mistakes:
            judge(_mistake(exercise, label, data, seed), reference, exercise.expect)


def _known(exercise: Exercise, what: str, seed: int, observe: Callable[[], Observation]) -> Observation:
    if _kept is None:
        return observe()
    key = (exercise.lesson, exercise.name, what, seed)
    if key not in _kept:
        _kept[key] = observe()
    return _kept[key]


def _assess(exercise: Exercise, answer: Any, seeds: Sequence[int]) -> Verdict:
    name = exercise.answer
    if answer is MISSING:
        return _verdict(
            exercise,
            NOT_ATTEMPTED,
            f"There is no `{name}` yet. Run the cell that defines it, then check again.",
        )
    if answer is ...:
        return _not_attempted(exercise)
    if answer is None:
        return _verdict(
            exercise,
            INCORRECT,
            f"`{name}` is None, Python's word for nothing. Does it hold what `print(...)` gave back? Printing only "
            "shows a value; leave out the `print` to keep it.",
        )
    misfit = _wrong_kind(exercise, answer)
    if misfit:
        return _verdict(exercise, INCORRECT, misfit)

    scenarios = [draw(exercise.scenario, seed) for seed in seeds]
    references = [exercise.truth(), *exercise.also]
    wants = [
        [_reference(exercise, place, r, data, seed) for place, r in enumerate(references)]
        for data, seed in zip(scenarios, seeds, strict=True)
    ]
    gots: list[Observation] = []
    left = exercise.seconds
    for data, seed in zip(scenarios, seeds, strict=True):
        gots.append(_observe(exercise, answer, data, seed, max(left, 0.1)))
        left -= gots[-1].seconds
        if gots[-1].late or gots[-1].crash is not None:
            break
    findings = [best(judge(got, w, exercise.expect) for w in want) for got, want in zip(gots, wants, strict=False)]
    worst = min(findings, key=lambda finding: (finding.failed is None, finding.earned))
    last = gots[-1]
    changed = next((got.changed for got in gots if got.changed), None)
    if last.crash is None and not last.late and worst.failed is None and changed is None:
        return _verdict(exercise, CORRECT, exercise.praise or "Right.", earned=1.0)

    if any(had_blank(got) for got in gots) or is_blank(answer):
        return _not_attempted(exercise)
    earned = _partial(worst, last, changed)
    diagnosis = _diagnose(exercise, gots, scenarios, seeds)
    shown = next((got.printed for got in gots if got.printed), "")
    detail, grid = _detail(exercise, last, worst)
    if diagnosis is not None:
        outcome = TOO_SLOW if last.late else ERROR if last.crash is not None else INCORRECT
        message = exercise.mistakes[diagnosis][1]
        return _verdict(exercise, outcome, message, detail, earned, diagnosis, grid, shown)
    if last.late:
        message = (
            f"`{name}` was stopped after {exercise.seconds:g} seconds; this exercise needs a fraction of one. "
            "Is there a loop that never ends, or one over every pixel where a single tensor operation would do?"
        )
        return _verdict(exercise, TOO_SLOW, message, "", 0.0, None, None, shown)
    if last.crash is not None:
        return _verdict(exercise, ERROR, explain(name, last.crash), detail, 0.0, None, None, shown)
    if last.gave_none and not any(want.gave_none for want in wants[0]):
        message = (
            f"`{name}` gives back None: it ends without a `return`. Printing shows a value on the screen and hands "
            "nothing on; `return` hands it to whoever called."
        )
        return _verdict(exercise, INCORRECT, message, "", earned, None, None, shown)
    if worst.failed is None:
        message = (
            f"`{name}` gives the right result, but it changes `{changed}` itself on the way: whoever called it finds "
            "different values there afterwards. Work on a copy, or use an operation that makes a new tensor."
        )
        return _verdict(exercise, INCORRECT, message, "", earned, None, None, shown)
    return _verdict(exercise, INCORRECT, _incorrect_text(exercise, worst), "", earned, None, grid, shown)


def _observe(exercise: Exercise, answer: Any, data: dict[str, Any], seed: int, seconds: float) -> Observation:
    callable_answer = exercise.kind in (kinds.FUNCTION, kinds.CLASS)
    return run(
        answer,
        exercise.observe,
        data,
        name=exercise.answer,
        seed=seed,
        seconds=seconds,
        callable_answer=callable_answer,
        pure=exercise.pure and exercise.kind == kinds.FUNCTION,
    )


def _reference(exercise: Exercise, place: int, reference: Any, data: dict[str, Any], seed: int) -> Observation:
    observation = _known(
        exercise,
        f"reference {place}",
        seed,
        lambda: _observe(exercise, reference, data, seed, 10 * exercise.seconds),
    )
    if observation.crash is not None:
        raise Broken(f"the reference raised {observation.crash.type}: {observation.crash.message}")
    if observation.late:
        raise Broken("the reference needed too long")
    return observation


def _mistake(exercise: Exercise, label: str, data: dict[str, Any], seed: int) -> Observation:
    wrong = exercise.mistakes[label][0]
    return _known(exercise, f"mistake {label}", seed, lambda: _observe(exercise, wrong, data, seed, exercise.seconds))


def _diagnose(
    exercise: Exercise, gots: Sequence[Observation], scenarios: Sequence[dict[str, Any]], seeds: Sequence[int]
) -> str | None:
    """The known mistake that behaves as the answer does on every scenario that was run."""
    for label in exercise.mistakes:
        for got, data, seed in zip(gots, scenarios, seeds, strict=False):
            if not same_behaviour(got, _mistake(exercise, label, data, seed), exercise.expect):
                break
        else:
            return label
    return None


def _partial(worst: Finding, last: Observation, changed: str | None) -> float:
    """Fraction of the points for an answer that is not right.

    A failed precondition (an expectation without a share), or a changed argument, halves what the rest has earned.
    """
    if last.crash is not None or last.late:
        return 0.0
    trouble = changed is not None or (worst.failed is not None and worst.failed.share == 0)
    return worst.earned / 2 if trouble else worst.earned


def _wrong_kind(exercise: Exercise, answer: Any) -> str:
    """What to say where the answer is not the kind of thing that was asked for; empty where it is."""
    name, kind = exercise.answer, exercise.kind
    if kind == kinds.FUNCTION:
        if isinstance(answer, type):
            return (
                f"`{name}` is a class, and this exercise asks for a function: write `def {name}(...):` and return the "
                "result. If you do want your class, make an object of it and give `check` that."
            )
        if inspect.iscoroutinefunction(answer):
            return f"`{name}` is an `async` function, which only promises a result. Drop the `async` before `def`."
        if not callable(answer):
            return (
                f"`{name}` is {_an(answer)}, and this exercise asks for a function. Did you call it, as in "
                f"`{name} = {name}(...)`, or use the name for something else? Run the cell that defines it again."
            )
    elif kind == kinds.CLASS:
        if isinstance(answer, nn.Module) or not callable(answer):
            return (
                f"`{name}` is {_an(answer)}, and this exercise asks for the class itself: the check makes its own "
                "objects of it. Leave out the parentheses, or run the cell that defines the class again."
            )
    elif kind == kinds.MODEL:
        if isinstance(answer, type):
            return (
                f"`{name}` is the class; the check needs a trained object of it, as in `{name} = {answer.__name__}()`."
            )
        if type(answer).__name__ == "_IncompatibleKeys":
            return (
                f"`{name}` is only the report that `load_state_dict` gives back. It changes the network itself: first "
                f"let `{name}` be the new network, then load the weights into it on a line of its own, without `=`."
            )
        if isinstance(answer, dict):
            return (
                f"`{name}` is a dictionary, as of weights without their network. First make a new network of the right "
                f"class and call it `{name}`, then give it these weights with `load_state_dict`."
            )
        if not isinstance(answer, nn.Module):
            return f"`{name}` is {_an(answer)}, and this exercise asks for a network (an `nn.Module`)."
    elif kind == kinds.CHOICE and not (isinstance(answer, str) and answer.strip().casefold() in _folded(exercise)):
        listed = ", ".join(repr(option) for option in exercise.options)
        return f"`{name}` is {_an(answer)}, which is none of the options. Choose one of {listed}."
    elif callable(answer) and kind in (kinds.VALUE, kinds.PREDICTION):
        return f"`{name}` is {_an(answer)}, and this exercise asks for its value. Did you mean to call it, with `()`?"
    return ""


def _folded(exercise: Exercise) -> set[str]:
    return {option.strip().casefold() for option in exercise.options}


def _an(answer: Any) -> str:
    if isinstance(answer, (int, float, str)):
        return repr(answer)[:60]
    return called(answer)


def _incorrect_text(exercise: Exercise, worst: Finding) -> str:
    """The smallest difference in words, opened by the learner's variable."""
    said = sentence(worst, reveal=_open(exercise))
    return said if f"`{exercise.answer}`" in said else f"`{exercise.answer}` is not right yet. {said}"


def _open(exercise: Exercise) -> bool:
    """Whether the expected value may be named: not where it is itself the answer."""
    return exercise.kind in (kinds.FUNCTION, kinds.CLASS, kinds.MODEL)


def _detail(exercise: Exercise, last: Observation, worst: Finding) -> tuple[str, Any]:
    crash = last.crash
    if crash is not None and crash.line is not None:
        return f"In your line {crash.line}: `{crash.source}`" if crash.source else f"In your line {crash.line}.", None
    if crash is not None:
        return "", None
    grid = worst.difference.grid if worst.difference is not None else None
    return (sentence(worst) if _open(exercise) else ""), grid


def _not_attempted(exercise: Exercise) -> Verdict:
    return _verdict(
        exercise,
        NOT_ATTEMPTED,
        f"`{exercise.answer}` still has a blank (`...`) to fill. {exercise.name}.hint() gives a first idea.",
    )


def _verdict(
    exercise: Exercise,
    outcome: str,
    message: str,
    detail: str = "",
    earned: float = 0.0,
    diagnosis: str | None = None,
    grid: Any = None,
    printed: str = "",
) -> Verdict:
    return Verdict(
        lesson=exercise.lesson,
        question=exercise.name,
        answer=exercise.answer,
        outcome=outcome,
        points=round(earned * exercise.points, 2),
        max_points=exercise.points,
        message=message,
        detail=detail,
        diagnosis=diagnosis,
        grid=grid,
        printed=printed,
    )
