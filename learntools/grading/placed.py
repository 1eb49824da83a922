"""What the matching of a submission is made of: cells with what they are, and notes on what was unusual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from learntools.grading.key import ANSWER, CHECK, MANUAL, KeyCell
from learntools.grading.submission import Cell

MOST_NAMED = 12  # in one remark


@dataclass(eq=False)
class Placed:
    """A submitted cell and what it is.

    Attributes:
        cell: as submitted; of a cell that was missing, as handed out.
        role: of `key`, or `own`.
        question: of an answer or a check.
        original: the cell that was handed out; None of an own one.
        changed: whether it says something else than that.
        added: whether it was missing from the submission, or is run a second time.
        text: whether it was submitted as a cell of text.
    """

    cell: Cell
    role: str
    question: str = ""
    original: KeyCell | None = None
    changed: bool = False
    added: bool = False
    text: bool = False


class Notes:
    """What was unusual: each kind once, with the questions or cells that it happened to."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def add(self, words: str, *what: str) -> None:
        names = self.found.setdefault(words, [])
        names += [name for name in what if name not in names]

    def sentences(self) -> list[str]:
        return [f"{words}: {_listed(names)}." if names else f"{words}." for words, names in self.found.items()]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def opening(source: str) -> str:
    """A cell's first line, by which a person finds it."""
    return repr(next((line.strip() for line in source.split("\n") if line.strip()), "")[:40])


def stored(item: Placed, outputs: list[Any]) -> dict[str, Any]:
    """As nbgrader stores a cell: what was handed out keeps its marks, and a check its text."""
    known = item.original
    marked = known is not None and known.metadata is not None and item.role in (ANSWER, CHECK, MANUAL)
    return {
        "kind": item.cell.kind,
        "source": known.source if known is not None and item.role == CHECK else item.cell.source,
        "id": known.id if known is not None else "",
        "nbgrader": known.metadata if known is not None and marked else None,
        "outputs": outputs,
    }
