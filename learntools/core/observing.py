"""Run an exercise's `observe` on an answer, under guard, and bring back nothing but plain data.

This is the only module that runs a learner's code. It knows no expected value; what comes out is an `Observation`,
which `judge` reads, in this process or another.
"""

from __future__ import annotations

import linecache
import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from learntools.core.guard import installed, protect, seed_everything
from learntools.core.limits import memory_limit, within
from learntools.core.plain import Crash, Opaque, plain
from learntools.core.scenario import fresh

_PACKAGE = str(Path(__file__).resolve().parent.parent) + os.sep
_PRINTED = 2_000


@dataclass(frozen=True)
class Observation:
    """What an answer did on one scenario.

    Attributes:
        fields: plain data by name, as `observe` returned it; empty after a crash.
        crash: the exception that ended it, if one did.
        late: whether the time limit ended it.
        changed: name of the argument that a function changed in place, if it did.
        gave_none: whether a call of the answer returned `None`.
        printed: what was written to stdout and stderr, at most 2,000 characters.
        seconds: how long it took.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    crash: Crash | None = None
    late: bool = False
    changed: str | None = None
    gave_none: bool = False
    printed: str = ""
    seconds: float = 0.0


class WrongKind(Exception):
    """For an `observe` to raise where it cannot go on: the message, after the answer's name, says what is wrong."""


class Watched:
    """An answer as `observe` sees it: calls go through, and in-place changes of the arguments are noticed."""

    def __init__(self, answer: Callable[..., Any], name: str, pure: bool):
        self._answer, self._pure = answer, pure
        self.__name__ = name
        self.changed: str | None = None
        self.gave_none = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = self._call(*args, **kwargs)
        self.gave_none = self.gave_none or result is None
        return result

    def _call(self, *args: Any, **kwargs: Any) -> Any:
        if not self._pure:
            return self._answer(*args, **kwargs)
        given = [*enumerate(args), *kwargs.items()]
        before = [(key, value, value.detach().clone()) for key, value in given if isinstance(value, torch.Tensor)]
        result = self._answer(*args, **kwargs)
        for key, value, copy in before:
            if self.changed is None and (value.shape != copy.shape or not torch.equal(value.detach(), copy)):
                self.changed = _argument_name(self._answer, key)
        return result


def _argument_name(function: Any, key: int | str) -> str:
    code = getattr(function, "__code__", None)
    if isinstance(key, str):
        return key
    return code.co_varnames[key] if code is not None and key < code.co_argcount else f"argument {key + 1}"


def run(
    answer: Any,
    observe: Callable[..., dict[str, Any]],
    data: dict[str, Any],
    *,
    name: str,
    seed: int,
    seconds: float,
    callable_answer: bool,
    pure: bool,
) -> Observation:
    """Observe `answer` on the scenario `data`; never raises, and leaves the session as it was.

    Args:
        answer: the learner's object.
        observe: the exercise's function `(answer, s) -> dict`.
        data: the scenario, from `scenario.draw`; a private copy is used.
        name: what the learner calls the answer, for messages.
        seed: random state during the run.
        seconds: time limit.
        callable_answer: wrap the answer so that its calls are watched.
        pure: a call must leave its tensor arguments as they were.
    """
    watched = Watched(answer, name, pure) if callable_answer else answer
    fields: dict[str, Any] = {}
    crash: Crash | None = None
    late = False
    with protect(answer) as printed:
        start = time.perf_counter()  # another check's turn does not count
        try:
            # Whatever comes out of the answer is made plain under the guards too: its methods are the learner's code.
            with memory_limit(), torch.enable_grad():
                seed_everything(seed)
                result, late = within(seconds, lambda: _plain_fields(observe(watched, fresh(data))))
            fields = result or {}
        except BaseException as error:  # SystemExit and KeyboardInterrupt of an answer must not end the session
            crash = read_crash(error)
    return Observation(
        fields=fields,
        crash=crash,
        late=late,
        changed=watched.changed if isinstance(watched, Watched) else None,
        gave_none=watched.gave_none if isinstance(watched, Watched) else False,
        printed=printed.getvalue()[:_PRINTED],
        seconds=time.perf_counter() - start,
    )


def _plain_fields(observed: dict[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in observed.items()}


def read_crash(error: BaseException) -> Crash:
    """The exception as plain data, pointing at the last line that is the learner's own."""
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if _is_learners(frame.filename)]
    try:
        message = str(error)
    except Exception:  # an exception class of the learner's may fail to print
        message = ""
    if isinstance(error, SyntaxError) and error.msg:
        message = error.msg
    # A call that went through `Watched` and raised did so inside the answer, or at its door (wrong arguments).
    inside = bool(mine) or any(frame.name == "__call__" and frame.filename == __file__ for frame in frames)
    line = mine[-1].lineno if mine else None
    source = linecache.getline(mine[-1].filename, line).strip() if mine and line else None
    return Crash(type(error).__name__, " ".join(message.split())[:600], line, source or None, inside)


def _is_learners(filename: str) -> bool:
    return not (filename.startswith((_PACKAGE, "<frozen")) or installed(filename))


def had_blank(observation: Observation) -> bool:
    """Whether the run met a `...`: as a value, or as the cause of the crash."""
    crash = observation.crash
    if crash is not None:
        # torch has a NotImplementedError of its own, which always says something.
        raised = crash.type == "NotImplementedError" and (not crash.message or (crash.source or "").startswith("raise"))
        return raised or "ellipsis" in crash.message.lower()
    return any(_holds_blank(value) for value in observation.fields.values())


def _holds_blank(value: Any) -> bool:
    if isinstance(value, Opaque):
        return "ellipsis" in value.description.lower()
    if isinstance(value, dict):
        return any(_holds_blank(item) for item in value.values())
    return value is ... or (isinstance(value, list) and any(_holds_blank(item) for item in value))
