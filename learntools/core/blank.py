"""Is there still a blank in this answer? A blank is `...` or `NotImplementedError`, wherever it stands.

Looked at only after an answer has failed, so that a leftover `...` in a right answer does no harm. Compiled code is
read, not source: a cell typed at a prompt has no source to read.
"""

from __future__ import annotations

import dis
import types
from typing import Any


def is_blank(value: Any, depth: int = 0) -> bool:
    """Whether `value` (a value, a function, a class, or an object of a class) still holds a blank."""
    if value is ... or value is NotImplemented or value is NotImplementedError:
        return True
    if isinstance(value, dict):
        return depth < 4 and any(is_blank(item, depth + 1) for item in value.values())
    if isinstance(value, (list, tuple, set)):
        return depth < 4 and any(is_blank(item, depth + 1) for item in value)
    if isinstance(value, type):
        found = [getattr(item, "__func__", item) for name, item in vars(value).items() if "__annotate" not in name]
        codes = [method.__code__ for method in found if isinstance(method, types.FunctionType)]
        # One empty method may be meant (a hook); a class whose methods all do nothing is a starter.
        hollow = bool(codes) and all(_does_nothing(_steps(code)) for code in codes)
        return hollow or any(_blank_code(code, empty=False) for code in codes)
    code = getattr(getattr(value, "__func__", value), "__code__", None)
    return isinstance(code, types.CodeType) and _blank_code(code)


def _steps(code: types.CodeType) -> list[dis.Instruction]:
    skipped = ("RESUME", "NOP", "CACHE", "COPY_FREE_VARS")
    return [step for step in dis.get_instructions(code) if step.opname not in skipped]


def _blank_code(code: types.CodeType, empty: bool = True) -> bool:
    """Whether a blank stands in this code; with `empty`, doing nothing at all is one too."""
    steps = _steps(code)
    if empty and _does_nothing(steps):
        return True
    for position, step in enumerate(steps):
        if step.argval is NotImplementedError or step.argval == "NotImplementedError":
            return True
        holds = step.argval is ... or (isinstance(step.argval, tuple) and ... in step.argval)
        if step.opname.startswith(("LOAD_CONST", "RETURN_CONST")) and holds and not _indexes(steps[position + 1 :]):
            return True
    return any(
        _blank_code(constant, empty=False)
        for constant in code.co_consts
        if isinstance(constant, types.CodeType) and constant.co_name != "__annotate__"
    )


def _does_nothing(steps: list[dis.Instruction]) -> bool:
    """A body of `...`, `pass` or a docstring compiles to `return None`, and nothing else does."""
    if len(steps) == 1:
        return steps[0].opname == "RETURN_CONST" and steps[0].argval is None
    return len(steps) == 2 and steps[0].argval is None and steps[1].opname == "RETURN_VALUE"


def _indexes(following: list[dis.Instruction]) -> bool:
    """Whether a `...` just loaded ends up between square brackets, as in `x[..., i + 1]`, where it is no blank.

    Follows the stack: `above` counts the values on top of the `...`, or of the tuple that holds it.
    """
    above = 0
    for step in following:
        name, count = step.opname, step.arg or 0
        if name == "BUILD_TUPLE" and count > above:
            above = 0
            continue
        if name.startswith(("BINARY_SUBSCR", "BINARY_OP")) and above == 0:
            return name.startswith("BINARY_SUBSCR") or "[" in step.argrepr
        if name in ("STORE_SUBSCR", "DELETE_SUBSCR") and above == 0:
            return True
        if name == "COPY" and count == above + 2:
            return True  # x[..., 0] += 1
        if name == "SWAP":
            return False
        try:
            argument = step.arg if step.opcode >= dis.HAVE_ARGUMENT else None
            above += dis.stack_effect(step.opcode, argument, jump=False)
        except ValueError:
            return False
        if above < 0:
            return False
    return False
