"""Comparison by meaning: what counts as the same, and how a difference is said."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from learntools.core.compare import difference
from learntools.core.plain import plain

SAME = [
    (600, 600.0),
    (np.float32(0.5), 0.5),
    (np.int64(3), 3),
    (torch.tensor(2.0), 2),
    (np.array([2.0]), 2),
    ([1, 2, 3], torch.tensor([1.0, 2.0, 3.0])),
    ((1, 2), [1, 2]),
    (np.arange(6).reshape(2, 3), torch.arange(6).reshape(2, 3)),
    (torch.ones(2, dtype=torch.float64), torch.ones(2)),
    (torch.ones(2, dtype=torch.int64), torch.ones(2)),
    (torch.Size([4, 5]), (4, 5)),
    ("Boot ", "boot"),
    ({"a": 1}, {"a": 1.0}),
    ([torch.tensor(1.0), torch.tensor(2.0)], [1, 2]),
    (torch.ones(3).to_sparse(), torch.ones(3)),
    (torch.tensor(float("inf")), float("inf")),
]


@pytest.mark.parametrize(("got", "expected"), SAME, ids=[str(i) for i in range(len(SAME))])
def test_what_means_the_same_is_the_same(got, expected):
    assert difference(plain(got), plain(expected)) is None


DIFFERENT = [
    (float("nan"), float("nan"), "nan"),
    (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, 2.0]), "nan"),
    (float("inf"), 3.0, "nan"),
    (torch.zeros(2, 3), torch.zeros(3, 2), "shape"),
    (True, 1, "dtype"),
    (torch.ones(2, dtype=torch.complex64), torch.ones(2), "dtype"),
    (-torch.ones(3), torch.ones(3), "sign"),
    (2 * torch.arange(4.0), torch.arange(4.0), "scale"),
    (torch.arange(9.0).reshape(3, 3).T, torch.arange(9.0).reshape(3, 3), "transposed"),
    ("boot", "bag", "value"),
    (None, 1, "kind"),
    (iter([]), 1, "kind"),
    ([1, 2], [1, 2, 3], "shape"),
    (["a"], ["a", "b"], "length"),
    ({"a": 1}, {"b": 1}, "length"),
    (1.01, 1.0, "value"),
    (torch.tensor([1e-4, 2e-4]), torch.tensor([1e-4, 4e-4]), "value"),
    ([[1, 2], [3]], torch.zeros(2, 2), "kind"),
]


@pytest.mark.parametrize(("got", "expected", "aspect"), DIFFERENT, ids=[str(i) for i in range(len(DIFFERENT))])
def test_what_differs_is_seen_and_named(got, expected, aspect):
    found = difference(plain(got), plain(expected))
    assert found is not None
    assert found.aspect == aspect


def test_the_first_wrong_element_is_named_beside_what_was_expected():
    found = difference(torch.tensor([[1.0, 2.0], [3.5, 4.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert found is not None
    assert found.text == "is 3.5 at [1, 0], expected 3"
    assert found.closed == "is 3.5 at [1, 0], which is not it"
    assert found.grid == ((("1", True), ("2", True)), (("3.5", False), ("4", True)))


def test_a_wrong_shape_stands_beside_the_expected_one():
    found = difference(torch.zeros(3), torch.zeros(1, 3))
    assert found is not None
    assert found.text == "has shape (3,), expected (1, 3)"


def test_small_gradients_are_held_to_a_small_tolerance():
    assert difference(torch.tensor(0.0011), torch.tensor(0.001)) is not None
    assert difference(torch.tensor(0.0010001), torch.tensor(0.001)) is None


@pytest.mark.parametrize(
    "strange",
    [object(), iter([]), lambda: 0, int, torch.nn.Linear(2, 2), float("nan"), b"bytes", 10**400, {1: object()}],
)
def test_nothing_strange_makes_the_comparison_fail(strange):
    assert difference(plain(strange), plain(torch.zeros(2))) is not None


def test_a_value_whose_methods_raise_becomes_a_description():
    class Hostile(dict):
        def items(self):
            raise RuntimeError("no")

    assert difference(plain(Hostile()), plain(1)) is not None
