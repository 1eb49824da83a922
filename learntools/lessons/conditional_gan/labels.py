"""Questions 1 and 3: a label as a one-hot row, and the embedding that is such a row times a matrix."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from learntools.core import close, equal, exercise, grad, leaf, shape


def one_hot(y):
    """Labels (N,) → floats (N, 10): a 1 at the label's place, 0 elsewhere."""
    return F.one_hot(y, 10).float()


def _kind(value: Any) -> str:
    """What its values are, in a word."""
    if not isinstance(value, torch.Tensor) or value.is_floating_point():
        return "floats"
    return "yes or no" if value.dtype == torch.bool else "whole numbers"


def _numbers(value: Any) -> Any:
    return value.double() if isinstance(value, torch.Tensor) and not value.is_complex() else value


@exercise(answer="one_hot", points=1)
class q1:
    """A row of ten numbers for each label: a 1 at its place, 0 elsewhere."""

    hints = [
        "The label 3 becomes 0, 0, 0, 1, 0, 0, 0, 0, 0, 0. How wide is the row for the label 0, and for 9?",
        "`F.one_hot(labels, how_many)` makes such rows, of whole numbers; leave out `how_many` and it guesses from the "
        "batch. `.float()` turns whole numbers into floats.",
    ]
    reference = one_hot
    praise = "Ten places, one of them lit: no label is larger than another, and each is equally far from every other."

    def scenario(rng: Any):
        # No 9 among them, so that a width taken from the batch is too small.
        return {"y": rng.integers(0, 9, 6), "last": torch.tensor([9, rng.integer(0, 9), 9, 0])}

    def observe(answer: Any, s: Any):
        rows = answer(s.y)
        return {"kind": _kind(rows), "rows": _numbers(rows), "last": _numbers(answer(s.last))}

    expect = [
        shape("rows", (6, 10), why="a row of ten for each label", label="the result for 6 labels"),
        close("rows", label="the result"),
        close("last", share=0.5, label="the result for labels with a 9 among them"),
        equal("kind", share=0, label="the kind of its values", why="they will be laid beside the noise"),
    ]
    mistakes = {
        "whole numbers": (
            lambda y: F.one_hot(y, 10),
            "`one_hot` has the right rows, made of whole numbers. The layers of a network multiply floats, and refuse "
            "anything else. One call at the end turns them into floats.",
        ),
        "yes or no": (
            lambda y: y[:, None] == torch.arange(10, device=y.device),
            "`one_hot` gives True and False in the right places. The layers of a network multiply floats: one more "
            "call turns True into 1.0 and False into 0.0.",
        ),
        "as wide as the batch needs": (
            lambda y: F.one_hot(y).float(),
            "`one_hot` makes its rows as wide as the largest label in the batch needs, so a batch without boots gets "
            "narrower rows. The width must always be ten: say so to the function that makes them.",
        ),
        "a number": (
            lambda y: y.float()[:, None],
            "`one_hot` keeps the label as one number. Then a boot, 9, is nine times a trouser, 1, and a coat lies "
            "between a dress and a sandal. Give every class a place of its own instead.",
        ),
        "lying down": (
            lambda y: F.one_hot(y, 10).float().T,
            "`one_hot` has rows and columns swapped: there is one column for each label. Everywhere in this course the "
            "batch comes first, so let each label have a row.",
        ),
        "one place too far": (
            lambda y: F.one_hot((y + 1) % 10, 10).float(),
            "`one_hot` lights the place after the right one. Places are counted from 0, as labels are: the label 0 "
            "belongs into the very first column.",
        ),
        "one place too early": (
            lambda y: F.one_hot((y - 1) % 10, 10).float(),
            "`one_hot` lights the place before the right one, as if labels started at 1. They start at 0: nothing has "
            "to be taken away from `y`.",
        ),
        "dark on light": (
            lambda y: 1 - F.one_hot(y, 10).float(),
            "`one_hot` is a photographic negative: 0 at the label's place and 1 everywhere else. Which of the ten "
            "numbers should stand out?",
        ),
        "a bar": (
            lambda y: (torch.arange(10, device=y.device) <= y[:, None]).float(),
            "`one_hot` lights every place up to the label, like a thermometer. That says that a boot is more than a "
            "bag, but classes have no order: light a single place.",
        ),
        "the label as the value": (
            lambda y: F.one_hot(y, 10).float() * y[:, None],
            "`one_hot` writes the label itself at its place, so that 0 is not to be seen at all. Every class should "
            "speak equally loud: which number belongs there?",
        ),
        "one row for all": (
            lambda y: F.one_hot(y, 10).float().sum(dim=0),
            "`one_hot` adds all rows up into a single one, which counts how often each class occurs. Each image needs "
            "a row for itself: leave out the sum.",
        ),
    }


def embed(y, table):
    """The row of `table` (10, width) that belongs to each label (N,): (N, width)."""
    return one_hot(y) @ table


@exercise(answer="embed", points=1)
class q3:
    """The table's row for each label."""

    hints = [
        "Multiply a one-hot row with the table on paper. Which rows of the table meet a 0, and which one meets the 1?",
        "A matrix product is written `@`: a (N, 10) times a (10, width). Or take the rows out directly: a tensor can "
        "be indexed with a tensor of row numbers.",
    ]
    reference = embed
    praise = "A one-hot row times a matrix picks one row of it, and only the rows that were picked can learn."

    def scenario(rng: Any):
        y = rng.integers(0, 10, 6)
        y[0], y[5] = 8, 8  # one class twice, so that its row learns twice
        y[2] = 1
        return {"y": y, "table": rng.normal(10, 12)}

    def observe(answer: Any, s: Any):
        table = leaf(s.table)
        rows = answer(s.y, table)
        return {"rows": rows, "d_table": grad(rows, table)}

    expect = [
        shape("rows", (6, 12), why="one row of the table for each label", label="the result for 6 labels"),
        close("rows", share=2, label="the result"),
        close("d_table", share=1, label="the gradient for the table", why="the table is to be learned"),
    ]
    mistakes = {
        "columns": (
            lambda y, table: table[:, y],
            "`embed` takes columns out of the table, where the rows belong to the classes. The first index counts "
            "rows, the second one columns: where does `y` belong?",
        ),
        "lying down": (
            lambda y, table: table[y].T,
            "`embed` has the right numbers with rows and columns swapped. The batch comes first: there should be one "
            "row for each label, as wide as the table.",
        ),
        "cut off": (
            lambda y, table: table.detach()[y],
            "`embed` finds the right rows but cuts them off from the table, so the table could never learn. Nothing "
            "needs to be detached here: index or multiply the table as it is.",
        ),
        "the first rows": (
            lambda y, table: table[: len(y)],
            "`embed` takes the first rows of the table, as many as there are labels, and never looks which labels they "
            "are. The label says which row: use `y` to choose.",
        ),
        "each class once": (
            lambda y, table: table[y.unique()],
            "`embed` gives each class that occurs a single row, in order. But there must be a row for every label of "
            "the batch, in the batch's order, and the same row again where a label repeats.",
        ),
        "summed": (
            lambda y, table: table[y].sum(dim=0),
            "`embed` adds the rows of all labels together. Each image needs the row of its own label: leave out the "
            "sum, and keep the batch as the first dimension.",
        ),
        "the one-hot row itself": (
            lambda y, table: one_hot(y),
            "`embed` returns the one-hot rows, and the table plays no part. The product of the two is what is asked "
            "for: rows times table.",
        ),
        "whole numbers times floats": (
            lambda y, table: F.one_hot(y, 10) @ table,
            "`embed` multiplies whole numbers with a table of floats, and a matrix product takes only one kind of "
            "number. Your `one_hot` of question 1 gives floats.",
        ),
        "the wrong way round": (
            lambda y, table: table @ one_hot(y),
            "`embed` multiplies in the wrong order: in a matrix product, the width of the first must be the height of "
            "the second. Which of the two is 10 wide, and which is 10 high?",
        ),
        "a number times a row": (
            lambda y, table: y[:, None] * table[0],
            "`embed` multiplies one row of the table by the label, as if a boot were nine times a trouser. Every class "
            "has a row of its own in the table: choose it by the label.",
        ),
        "a table of its own": (
            lambda y, table: nn.Embedding(*table.shape)(y),
            "`embed` makes a new table full of random numbers and looks the labels up in that one. Use the `table` "
            "that it is given, or nothing that is learned would ever be kept.",
        ),
        "average": (
            lambda y, table: table.mean(dim=0).expand(len(y), -1),
            "`embed` gives every label the average of all rows, so the classes cannot be told apart. Only the row of "
            "the label itself may count; the others are multiplied by 0.",
        ),
    }
