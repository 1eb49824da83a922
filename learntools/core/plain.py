"""Plain data: the only thing that crosses from a learner's answer to the judge.

`plain(value)` turns whatever an answer produced into tensors on the CPU, numbers, strings, lists and dictionaries of
those. Everything else becomes an `Opaque`: a description in words, so that a message can say "a generator" and so that
no object of the learner's ever reaches the judge (which may live in another process).
"""

from __future__ import annotations

import inspect
import numbers
from dataclasses import dataclass
from typing import Any

import torch

LARGEST_ELEMENTS = 50_000_000
DEEPEST = 6


@dataclass(frozen=True)
class Opaque:
    """Something that is not plain data, described in words that fit after "is": `Opaque("a generator")`."""

    description: str


@dataclass(frozen=True)
class Crash:
    """An exception that an answer raised: its type, its message, and the learner's own line.

    Attributes:
        type: name of the exception's class, such as `"RuntimeError"`.
        message: what the exception said, at most 600 characters.
        line: line number within the learner's cell or file, `None` when no frame was the learner's.
        source: that line's text, stripped.
        inside: `True` when the exception came out of the learner's own call, `False` when the result could not be used.
    """

    type: str
    message: str
    line: int | None = None
    source: str | None = None
    inside: bool = True


def plain(value: Any, depth: int = 0) -> Any:
    """Return `value` as plain data; never raises.

    Tensors and arrays become detached, dense CPU tensors (a copy); Python and NumPy scalars become Python numbers;
    containers are converted item by item. `...` stays `...`, so that a blank can be recognised later.
    """
    if value is None or value is ... or isinstance(value, (bool, str)):
        return value
    try:
        if isinstance(value, torch.Tensor):
            return _plain_tensor(value)
        if type(value).__module__ == "numpy" or hasattr(value, "__array_interface__"):
            return _plain_array(value, depth)
        if isinstance(value, numbers.Number):
            return _plain_number(value)
        if isinstance(value, (torch.dtype, torch.device)):
            return str(value).removeprefix("torch.")
        if depth < DEEPEST:
            if isinstance(value, dict):
                return {str(key): plain(item, depth + 1) for key, item in value.items()}
            if isinstance(value, (list, tuple, range)):
                return [plain(item, depth + 1) for item in value]
            if isinstance(value, (set, frozenset)):
                return sorted((plain(item, depth + 1) for item in value), key=repr)
    except Exception as error:  # a class of the learner's may fail in any method that we touch
        return Opaque(f"an object that cannot be read ({type(error).__name__})")
    return Opaque(describe(value))


def _plain_tensor(value: torch.Tensor) -> torch.Tensor | Opaque:
    if value.is_meta:
        return Opaque("a tensor without data (on the meta device)")
    if value.numel() > LARGEST_ELEMENTS:
        return Opaque(f"a tensor of {value.numel():,} elements, too large to be looked at")
    with torch.no_grad():
        value = value.detach()
        if value.is_quantized:
            value = value.dequantize()
        if value.layout != torch.strided:
            value = value.to_dense()
        return value.cpu().clone(memory_format=torch.contiguous_format).resolve_conj().resolve_neg()


def _plain_array(value: Any, depth: int) -> Any:
    import numpy as np

    array = np.asarray(value)
    if array.ndim == 0 and isinstance(value, np.generic):
        return plain(array.item(), depth + 1)
    if array.dtype.kind in "biufc":
        return _plain_tensor(torch.from_numpy(np.array(array)))
    return plain(array.tolist(), depth + 1)


def _plain_number(value: Any) -> Any:
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    return complex(value)


def describe(value: Any) -> str:
    """Say what `value` is, in words that follow "is", with what it usually means: `a function (are the …?)`."""
    advice = _ADVICE.get(name(value))
    return f"{name(value)} ({advice})" if advice else name(value)


_ADVICE = {
    "a generator": "a function with `yield` gives one; use `return`",
    "a coroutine": "drop the `async` before `def`",
    "a function": "are the parentheses of a call missing?",
}


def name(value: Any) -> str:
    """Say what `value` is, in words: `a generator`, `the class Generator`, `a tensor of shape (3,)`."""
    if value is None:
        return "None"
    if inspect.isgenerator(value):
        return "a generator"
    if inspect.iscoroutine(value):
        return "a coroutine"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if inspect.isroutine(value):
        return "a function"
    if isinstance(value, torch.nn.Module):
        return f"a network of type {type(value).__name__}"
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    kind = type(value).__name__
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"
