"""Is this what was expected, and if not, what is the smallest difference that tells the learner why?

    difference(torch.tensor([1., 2.]), torch.tensor([1., 3.]))
    # Difference(aspect="value", text="at [1] it is 2, expected 3")

Comparison is by meaning: NumPy, Python and torch numbers are alike, so are lists and tensors of the same numbers,
float32 and float64, and whole numbers of either family. A tensor is compared where it is, whatever its device. NaN
never passes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch

from learntools.core.plain import Opaque, describe

RTOL = 1e-3
ATOL = 1e-5
GRID = 8


@dataclass(frozen=True)
class Difference:
    """What differs.

    Attributes:
        aspect: `kind`, `shape`, `dtype`, `nan`, `length`, `value`, `sign` or `scale`.
        text: a clause that follows the name of the thing, such as `has shape (3,), expected (1, 3)`.
        grid: for a small matrix, rows of (text, is it right), else `None`.
    """

    aspect: str
    text: str
    grid: tuple[tuple[tuple[str, bool], ...], ...] | None = None

    @property
    def closed(self) -> str:
        """The text without the expected value: `is 300, which is not it`."""
        found, comma, _ = self.text.partition(", expected ")
        if not comma or self.aspect in ("shape", "dtype", "length"):
            return self.text
        return f"{found}, which is {'not the kind of value that is asked for' if self.aspect == 'kind' else 'not it'}"


def difference(got: Any, expected: Any, *, rtol: float = RTOL, atol: float = ATOL) -> Difference | None:
    """The smallest telling difference between two pieces of plain data, or `None` where they mean the same.

    A value may be off by `rtol` times its own magnitude plus `atol` times the largest one in the tensor.
    """
    if isinstance(got, Opaque):
        return Difference("kind", f"is {got.description}, expected {_kind(expected)}")
    if got is None or expected is None:
        if got is expected:
            return None
        return Difference("kind", f"is {_kind(got)}, expected {_kind(expected)}")
    if isinstance(expected, str) or isinstance(got, str):
        return _text_difference(got, expected)
    if isinstance(expected, dict):
        return _dict_difference(got, expected, rtol, atol)
    if isinstance(expected, list) and not _numeric(expected):
        return _list_difference(got, expected, rtol, atol)
    left, right = _tensor(got), _tensor(expected)
    if left is None or right is None:
        return Difference("kind", f"is {_kind(got)}, expected {_kind(expected)}")
    if not isinstance(expected, torch.Tensor) and not isinstance(expected, list) and left.numel() == 1:
        left = left.reshape(())  # a one-element array is a number where a number is asked for
    return _tensor_difference(left, right, rtol, atol)


def _tensor_difference(got: torch.Tensor, expected: torch.Tensor, rtol: float, atol: float) -> Difference | None:
    if got.shape != expected.shape and expected.ndim == 0:
        return Difference("shape", f"has shape {tuple(got.shape)}, expected (), which is a single number")
    if got.shape != expected.shape:
        return Difference("shape", f"has shape {tuple(got.shape)}, expected {tuple(expected.shape)}")
    if _family(got.dtype) != _family(expected.dtype):
        names = [str(t.dtype).removeprefix("torch.") for t in (got, expected)]
        return Difference("dtype", f"holds {names[0]} values, expected {names[1]}")
    wide = torch.complex128 if expected.is_complex() else torch.float64
    a, b = got.to(wide), expected.to(wide)
    if a.numel() == 0:
        return None
    broken = torch.isnan(a.abs()) | (torch.isinf(a.abs()) & (a != b))
    if bool(broken.any()):
        place, index = _where(broken)
        what = "NaN (not a number)" if bool(torch.isnan(a[index].abs())) else "infinite"
        return Difference("nan", f"is {what}{place}")
    finite = b[torch.isfinite(b.abs())].abs()
    largest = float(finite.max()) if finite.numel() else 0.0
    scale = max(largest, 1e-2) if largest else 1.0  # small gradients deserve a small tolerance
    wrong = ~((a == b) | ((a - b).abs() <= atol * scale + rtol * b.abs()))
    if not bool(wrong.any()):
        return None
    grid = _grid(a, wrong)
    pattern = _pattern(a, b)
    if pattern is not None:
        return Difference(pattern[0], pattern[1], grid)
    place, index = _where(wrong)
    text = f"is {number(a[index])}{place}, expected {number(b[index])}"
    count = int(wrong.sum())
    if count > 1:
        text += f" ({count} of {a.numel()} values differ)"
    return Difference("value", text, grid)


def _family(dtype: torch.dtype) -> str:
    """Whole and real numbers are one family: 600 is 600.0."""
    return "complex" if dtype.is_complex else "bool" if dtype == torch.bool else "number"


def _pattern(a: torch.Tensor, b: torch.Tensor) -> tuple[str, str] | None:
    """A whole-tensor relation worth naming: the opposite sign, a constant factor, a transposed matrix."""
    if a.is_complex() or not bool((b != 0).any()) or not bool(torch.isfinite(b).all()):
        return None
    if b.ndim >= 2 and a.shape[-1] == a.shape[-2] and torch.allclose(a.mT, b, rtol=RTOL, atol=ATOL):
        return "transposed", "is right but for rows and columns, which are swapped"
    ratio = float((a * b).sum() / (b * b).sum())
    if abs(ratio) > 1e-6 and torch.allclose(a, ratio * b, rtol=RTOL, atol=ATOL * float(b.abs().max())):
        where = () if b.ndim == 0 else tuple(int(i) for i in (b != 0).nonzero()[0])
        example = f": {number(a[where])}, expected {number(b[where])}"
        if abs(ratio + 1) < 1e-3:
            return "sign", f"has the opposite sign{example}"
        if b.numel() > 1:
            return "scale", f"is {number(ratio)} times what was expected everywhere{example}"
    return None


def _where(mask: torch.Tensor) -> tuple[str, tuple[int, ...]]:
    """The first marked element, in words and as an index."""
    if mask.ndim == 0:
        return "", ()
    index = tuple(int(i) for i in mask.nonzero()[0])
    return f" at [{', '.join(map(str, index))}]", index


def _grid(a: torch.Tensor, wrong: torch.Tensor):
    flat = a.squeeze() if a.ndim > 2 else a
    marks = wrong.squeeze() if a.ndim > 2 else wrong
    if flat.ndim != 2 or max(flat.shape) > GRID or flat.is_complex():
        return None
    return tuple(
        tuple((number(v), not bool(w)) for v, w in zip(row, row_wrong, strict=True))
        for row, row_wrong in zip(flat, marks, strict=True)
    )


def _text_difference(got: Any, expected: Any) -> Difference | None:
    if not (isinstance(got, str) and isinstance(expected, str)):
        return Difference("kind", f"is {_kind(got)}, expected {_kind(expected)}")
    if got.strip().casefold() == expected.strip().casefold():
        return None
    return Difference("value", f"is {got[:60]!r}, expected {expected[:60]!r}")


def _list_difference(got: Any, expected: list, rtol: float, atol: float) -> Difference | None:
    if isinstance(got, torch.Tensor):
        got = got.tolist()
    if not isinstance(got, list):
        return Difference("kind", f"is {_kind(got)}, expected {_kind(expected)}")
    if len(got) != len(expected):
        return Difference("length", f"has {len(got)} items, expected {len(expected)}")
    for index, (a, b) in enumerate(zip(got, expected, strict=True)):
        found = difference(a, b, rtol=rtol, atol=atol)
        if found is not None:
            return Difference(found.aspect, f"holds an item, number {index}, that {found.text}", found.grid)
    return None


def _dict_difference(got: Any, expected: dict, rtol: float, atol: float) -> Difference | None:
    if not isinstance(got, dict):
        return Difference("kind", f"is {_kind(got)}, expected {_kind(expected)}")
    missing = [key for key in expected if key not in got]
    extra = [key for key in got if key not in expected]
    if missing or extra:
        clauses = [f"lacks {missing[0]!r}"] if missing else []
        clauses += [f"has an unexpected {extra[0]!r}"] if extra else []
        return Difference("length", " and ".join(clauses))
    for key, value in expected.items():
        found = difference(got[key], value, rtol=rtol, atol=atol)
        if found is not None:
            return Difference(found.aspect, f"holds an item, {key!r}, that {found.text}", found.grid)
    return None


def _numeric(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_numeric(item) for item in value)
    return isinstance(value, (bool, int, float, complex))


def _tensor(value: Any) -> torch.Tensor | None:
    if isinstance(value, torch.Tensor):
        return value
    if isinstance(value, list) and value and all(isinstance(item, torch.Tensor) for item in value):
        value = [item.tolist() for item in value]
    if not _numeric(value):
        return None
    try:
        exact = isinstance(value, int) and abs(value) < 2**53
        return torch.tensor(value) if exact else torch.tensor(value, dtype=_dtype(value))
    except (ValueError, TypeError, RuntimeError, OverflowError):
        return None  # a ragged list, or a number beyond every dtype


def _dtype(value: Any) -> torch.dtype:
    leaves = list(_leaves(value))
    if all(isinstance(leaf, bool) for leaf in leaves):
        return torch.bool
    return torch.complex128 if any(isinstance(leaf, complex) for leaf in leaves) else torch.float64


def _leaves(value: Any):
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _kind(value: Any) -> str:
    if isinstance(value, Opaque):
        return value.description
    if isinstance(value, bool):
        return f"{value}"
    if isinstance(value, (int, float)):
        return f"the number {number(value)}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, list):
        return f"a list of {len(value)} items"
    return describe(value)


def number(value: Any) -> str:
    """A number as a teacher would write it on the board: four significant digits, no trailing zeros."""
    if isinstance(value, torch.Tensor):
        value = value.item()
    if isinstance(value, complex):
        return f"{value:.4g}"
    if isinstance(value, float) and math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        value = int(value)
    return f"{value}" if isinstance(value, (int, bool)) else f"{value:.4g}"
