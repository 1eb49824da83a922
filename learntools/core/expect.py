"""Expectations: what must hold of each observed field, what share of the points it carries, and how its failure reads.

    expect = [
        shape("loss", (), why="one number for the whole batch"),
        close("loss", share=1),
        close("d_fake", share=0.5, why="the fakes' scores must be pushed down"),
    ]

An expectation compares two pieces of plain data and never calls anything of the learner's. `share` is its weight among
the others; an expectation without a share must still hold, but earns nothing by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from learntools.core.compare import ATOL, RTOL, Difference, difference, number


@dataclass(frozen=True)
class Expectation:
    """One thing that must hold of the observed `field`.

    Attributes:
        field: the observation's key.
        share: weight among the exercise's expectations when points are divided.
        why: the reason, in words that follow a colon.
        judge: `(got, expected) -> Difference | None`; `expected` is the reference's observation of the same field.
        label: how the field is called in a message; the field's own name by default.
        compares: whether `judge` is a comparison of two observations, so that it can tell two wrong answers apart too.
    """

    field: str
    share: float
    why: str
    judge: Callable[[Any, Any], Difference | None]
    label: str
    compares: bool = False


def _label(field: str, label: str | None) -> str:
    return label or f"`{field}`"


def close(
    field: str,
    *,
    share: float = 1.0,
    why: str = "",
    label: str | None = None,
    rtol: float = RTOL,
    atol: float = ATOL,
    up_to_scale: bool = False,
) -> Expectation:
    """The field is close to what the reference gives; with `up_to_scale`, up to one positive factor."""

    def judge(got: Any, expected: Any) -> Difference | None:
        found = difference(got, expected, rtol=rtol, atol=atol)
        if found is not None and found.aspect == "scale" and up_to_scale and _positive_multiple(got, expected):
            return None
        return found

    return Expectation(field, share, why, judge, _label(field, label), compares=True)


def _positive_multiple(got: Any, expected: Any) -> bool:
    a, b = torch.as_tensor(got, dtype=torch.float64), torch.as_tensor(expected, dtype=torch.float64)
    return float((a * b).sum()) > 0


def equal(field: str, *, share: float = 1.0, why: str = "", label: str | None = None) -> Expectation:
    """The field is exactly what the reference gives: names, counts, yes or no."""

    def judge(got: Any, expected: Any) -> Difference | None:
        return difference(got, expected, rtol=0, atol=0)

    return Expectation(field, share, why, judge, _label(field, label), compares=True)


def shape(
    field: str, expected: tuple[int, ...] | None = None, *, share: float = 0.0, why: str = "", label: str | None = None
) -> Expectation:
    """The field is a tensor of this shape (by default, of the shape that the reference's has)."""

    def judge(got: Any, reference: Any) -> Difference | None:
        want = expected if expected is not None else tuple(reference.shape)
        if isinstance(got, (int, float)) and want == ():
            return None
        if not isinstance(got, torch.Tensor):
            return difference(got, torch.zeros(want)) or Difference("kind", "is not a tensor")
        if tuple(got.shape) != want:
            return Difference("shape", f"has shape {tuple(got.shape)}, expected {want}")
        return None

    return Expectation(field, share, why, judge, _label(field, label))


def between(
    field: str, low: float, high: float, *, share: float = 1.0, why: str = "", label: str | None = None
) -> Expectation:
    """Every value of the field lies in [low, high]; NaN does not."""

    def judge(got: Any, reference: Any) -> Difference | None:
        found = difference(got, got)  # is it numeric, and free of NaN?
        if found is not None or got is None or isinstance(got, (str, dict)):
            return found or difference(got, 0.0)
        try:
            values = torch.as_tensor(got, dtype=torch.float64)
        except (TypeError, ValueError, RuntimeError):
            return Difference("kind", "is not a grid of numbers")
        if values.numel() == 0:
            return Difference("length", "is empty")
        smallest, largest = float(values.min()), float(values.max())
        if smallest < low or largest > high:
            has = number(smallest) if values.numel() == 1 else f"between {number(smallest)} and {number(largest)}"
            return Difference("range", f"is {has}, expected between {number(low)} and {number(high)}")
        return None

    return Expectation(field, share, why, judge, _label(field, label))


def true(field: str, *, share: float = 1.0, why: str = "", label: str | None = None) -> Expectation:
    """The field is `True`; `why` says what that means."""

    def judge(got: Any, reference: Any) -> Difference | None:
        return None if got is True else Difference("value", "does not hold")

    return Expectation(field, share, why, judge, _label(field, label))
