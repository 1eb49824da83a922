"""The course's own answers: out of reach while a learner's cells run, and known again where one is handed in.

    own = {exercise.name: Own(exercise) for exercise in exercises}
    own["q1"].reopen()                      # once q1 has been judged
    own["q1"].close()
    taken_over(answer, exercise, own)       # "the course's own answer", or nothing

This finds an answer that was taken, not one that was learnt by heart: `q1.solution()` shows it to every learner at
home.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from learntools.core.exercise import Exercise
from learntools.core.graded import Closed
from learntools.core.kinds import CLASS, FUNCTION, MODEL

_PACKAGE = str(Path(__file__).resolve().parents[1])


class Own:
    """What an exercise knows of its answer, and what stands in its place.

    A check does well without: how references and mistakes behave has been observed when the grader started.
    """

    def __init__(self, exercise: Exercise):
        closed: Any = Closed(f"{exercise.name}.reference")
        self.exercise = exercise
        self.reference, self.also, self.outcome = exercise.reference, exercise.also, exercise.outcome
        self._open = {"reference": self.reference, "also": self.also, "outcome": self.outcome}
        self._open["mistakes"] = exercise.mistakes
        self._closed = {
            "reference": closed,
            "also": [closed for _ in self.also],
            "outcome": (lambda: closed) if self.outcome is not None else None,
            "mistakes": {label: (closed, sentence) for label, (_, sentence) in exercise.mistakes.items()},
        }
        self.close()

    def close(self) -> None:
        vars(self.exercise).update(self._closed)

    def reopen(self) -> None:
        vars(self.exercise).update(self._open)

    @property
    def answers(self) -> list[Any]:
        """The functions and classes of the course itself; a loss of torch's is everybody's."""
        return [one for one in (self.reference, *self.also) if str(_place(one)).startswith("learntools.")]


def taken_over(answer: Any, exercise: Exercise, own: dict[str, Own]) -> str:
    """In words, whose answer it is, where it is the course's own; empty otherwise."""
    if isinstance(answer, Closed):
        return answer.name
    if exercise.kind == MODEL:
        mine = own[exercise.name]
        trained = mine.outcome() if mine.outcome is not None else mine.reference
        return "the course's own trained network" if _same_weights(answer, trained) else ""
    if exercise.kind not in (FUNCTION, CLASS):
        return ""
    while isinstance(answer, functools.partial | types.MethodType):
        answer = answer.func if isinstance(answer, functools.partial) else answer.__func__
    for question, known in own.items():
        if any(answer is one or _code(answer) is _code(one) is not None for one in known.answers):
            return "the course's own answer" + (f" to {question}" if question != exercise.name else "")
    place = _written_in(answer)
    if place:
        return f"taken from {place}"
    if any(_uses(answer, one) for one in own[exercise.name].answers):
        return "the course's own answer under another name"
    return ""


def _place(thing: Any) -> Any:
    return getattr(thing, "__module__", None) if isinstance(thing, types.FunctionType | type) else None


def _same_weights(answer: Any, trained: Any) -> bool:
    if not isinstance(answer, nn.Module) or not isinstance(trained, nn.Module):
        return False
    mine, theirs = ([*nn.Module.state_dict(network).values()] for network in (answer, trained))
    return len(mine) == len(theirs) and all(
        a.shape == b.shape and torch.equal(a.detach().cpu().float(), b.detach().cpu().float())
        for a, b in zip(mine, theirs, strict=True)
    )


def _code(thing: Any) -> types.CodeType | None:
    return thing.__code__ if isinstance(thing, types.FunctionType) else None


def _written_in(answer: Any) -> str:
    """The module of the course that a function, or all of a class, was written in; empty otherwise."""
    if isinstance(answer, types.FunctionType):
        return _module(answer)
    if isinstance(answer, type):
        written = [_module(method) for method in _methods(answer)]
        return written[0] if written and all(written) else ""
    return ""


def _module(function: types.FunctionType) -> str:
    return str(function.__globals__.get("__name__")) if function.__code__.co_filename.startswith(_PACKAGE) else ""


def _methods(kind: type) -> Iterator[types.FunctionType]:
    """What the class itself defines, and what it inherits from classes that are not torch's."""
    for one in kind.__mro__:
        if one is not object and not one.__module__.startswith("torch"):
            found = (getattr(item, "__func__", item) for item in vars(one).values())
            yield from (item for item in found if isinstance(item, types.FunctionType))


def _uses(answer: Any, reference: Any) -> bool:
    """Whether a function, or a class's method, names this very object: as a global, in its closure, as a default."""
    functions = [answer] if isinstance(answer, types.FunctionType) else []
    functions += _methods(answer) if isinstance(answer, type) else []
    for function in functions:
        named = [function.__globals__.get(name) for name in _names(function.__code__)]
        named += [cell.cell_contents for cell in function.__closure__ or () if _filled(cell)]
        named += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        if any(one is reference for one in named):
            return True
    return isinstance(answer, type) and isinstance(reference, type) and reference in answer.__mro__


def _names(code: types.CodeType) -> set[str]:
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return set(code.co_names).union(*(_names(one) for one in inner))


def _filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
