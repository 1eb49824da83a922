"""Is there still a blank in this answer? A blank is `...` or `NotImplementedError`, wherever it stands.

Looked at only after an answer has failed, so that a leftover `...` in a right answer does no harm. Compiled code is
read, not source: a cell typed at a prompt has no source to read.
"""

from __future__ import annotations

import dis
import types
from typing import Any

_INDEXING = ("BINARY_SUBSCR", "STORE_SUBSCR", "DELETE_SUBSCR", "BINARY_OP", "BUILD_SLICE")
_USES = ("STORE", "RETURN", "CALL", "PRECALL", "POP_TOP", "YIELD")


def is_blank(value: Any, depth: int = 0) -> bool:
    """Whether `value` (a value, a function, a class, or an object of a class) still holds a blank."""
    if value is ... or value is NotImplemented or value is NotImplementedError:
        return True
    if isinstance(value, dict):
        return depth < 4 and any(is_blank(item, depth + 1) for item in value.values())
    if isinstance(value, (list, tuple, set)):
        return depth < 4 and any(is_blank(item, depth + 1) for item in value)
    if isinstance(value, type):
        methods = (getattr(item, "__func__", item) for item in vars(value).values())
        return any(is_blank(method, depth + 1) for method in methods if isinstance(method, types.FunctionType))
    code = getattr(getattr(value, "__func__", value), "__code__", None)
    return isinstance(code, types.CodeType) and _blank_code(code)


def _blank_code(code: types.CodeType) -> bool:
    skipped = ("RESUME", "NOP", "CACHE", "COPY_FREE_VARS")
    steps = [step for step in dis.get_instructions(code) if step.opname not in skipped]
    if _does_nothing(steps):
        return True
    for position, step in enumerate(steps):
        if step.argval is NotImplementedError or step.argval == "NotImplementedError":
            return True
        holds = step.argval is ... or (isinstance(step.argval, tuple) and ... in step.argval)
        if step.opname.startswith(("LOAD_CONST", "RETURN_CONST")) and holds and not _indexes(steps[position + 1 :]):
            return True
    return any(
        _blank_code(constant) and not constant.co_name.startswith("<")
        for constant in code.co_consts
        if isinstance(constant, types.CodeType)
    )


def _does_nothing(steps: list[dis.Instruction]) -> bool:
    """A body of `...`, `pass` or a docstring compiles to `return None`, and nothing else does."""
    if len(steps) == 1:
        return steps[0].opname == "RETURN_CONST" and steps[0].argval is None
    return len(steps) == 2 and steps[0].argval is None and steps[1].opname == "RETURN_VALUE"


def _indexes(following: list[dis.Instruction]) -> bool:
    """Whether a `...` just loaded ends up between square brackets, as in `x[..., 0]`, where it is no blank."""
    for step in following:
        if step.opname.startswith(_INDEXING):
            return step.opname != "BINARY_OP" or "[" in step.argrepr
        if step.opname.startswith(_USES):
            return False
    return False
