"""Cells in an order in which they can be judged: each check after its answer, and what a cell needs before it.

The learner's own order stays as it is. What was handed out and deleted, or stands below what needs it, is run once more
in front of that.
"""

from __future__ import annotations

import builtins
from dataclasses import replace

from learntools.grading.key import ANSWER, CHECK, DEMO, OWN, Key
from learntools.grading.names import names, parsed
from learntools.grading.placed import Notes, Placed, opening
from learntools.grading.planning import runs
from learntools.grading.submission import Cell

DEEPEST = 40  # of cells that need one another

_BUILTIN = frozenset(dir(builtins))


def one_check_each(placed: list[Placed], key: Key, fillers: dict[str, list[Placed]], notes: Notes) -> list[Placed]:
    """Each question's check once: the last one that looks at something new, or right after the answer."""
    for question in key.questions:
        checks = [item for item in placed if item.role == CHECK and item.question == question]
        answers = {id(item) for item in fillers.get(question, ())}
        kept, last = None, None  # the check, and what it has not looked at yet
        for item in placed:
            if id(item) in answers:
                last = item
            elif item.role == CHECK and item.question == question and last is not None:
                kept, last = item, None
        if len(checks) > 1:
            notes.add("Check cells that are there more than once, of which one was used", question)
        if kept is None:
            kept = checks[-1]
            if last is not None:
                notes.add("Checks that stood before their answers, and were run after them", question)
                placed = [item for item in placed if item is not kept]
                placed.insert(placed.index(last) + 1, kept)
        if kept.changed:
            notes.add("Checks that were changed, and run as they were handed out", question)
        others = {id(item) for item in checks} - {id(kept)}
        placed = [item for item in placed if id(item) not in others]
    return placed


def in_order(placed: list[Placed], key: Key, notes: Notes) -> list[Placed]:
    """Put before each of the learner's cells what it needs and nothing above it makes."""
    order = _Order(placed, key)
    for item in placed:
        order.put(item)
    for cells, words in (
        (order.restored, "Missing cells of the lesson, put back where they are needed"),
        (order.repeated, "Cells that stood below others that need them, and were run before those, too"),
    ):
        if cells:
            notes.add(words, *(opening(item.cell.source) for item in cells))
    return order.done


class _Order:
    """A notebook that grows from its beginning.

    Attributes:
        done: the cells so far.   have: the names that they make.   at: how far in the lesson they have come.
        restored, repeated: of these, what was missing and what is run a second time further down.
    """

    def __init__(self, placed: list[Placed], key: Key):
        self.done: list[Placed] = []
        self.restored: list[Placed] = []
        self.repeated: list[Placed] = []
        self.have: set[str] = set()
        self.at = -1
        self.running = {id(item) for item, run in zip(placed, runs(placed), strict=True) if run}
        self.rank = {id(cell): place for place, cell in enumerate(key.cells)}
        self.left: dict[str, list[Placed]] = {}  # name → cells that make it, and are missing or not there yet
        for item in [*_missing(placed, key), *placed]:
            for name in _makes(item) - _BUILTIN:
                self.left.setdefault(name, []).append(item)

    def put(self, item: Placed, depth: int = 0) -> None:
        """The cell, and before it what it needs; depth: how many wait for it."""
        self.at = self.at if item.original is None else self.rank[id(item.original)]
        for name in _makes(item):
            if item in self.left.get(name, ()):
                self.left[name].remove(item)
        if depth < DEEPEST and (depth or id(item) in self.running) and item.role != CHECK:
            seen = names(item.cell.source)
            for name in sorted(seen.used - seen.bound):
                maker = None if name in self.have else self._maker(name, item, depth)
                if maker is not None:
                    self._supply(maker, depth)
        self.have |= _makes(item)
        self.done.append(item)

    def _supply(self, maker: Placed, depth: int) -> None:
        at = self.at
        self.have |= _makes(maker)  # at once: two functions may need each other
        if maker.added:
            self.restored.append(maker)
        else:
            answer = maker.role == ANSWER  # whose marks stay where it is
            maker = replace(maker, added=True, **({"role": OWN, "original": None} if answer else {}))
            self.repeated.append(maker)
        self.put(maker, depth + 1)
        self.at = at

    def _maker(self, name: str, user: Placed, depth: int) -> Placed | None:
        """The cell below, or missing, that has what this one needs; of several, the last that came before it."""
        found = self.left.get(name, [])
        if user.role != ANSWER and depth == 0:
            found = [item for item in found if item.role == DEMO and not item.changed]
        before = [item for item in found if item.original is not None and self.rank[id(item.original)] < self.at]
        return max(before, key=lambda item: self.rank[id(item.original)]) if before else next(iter(found), None)


def _makes(item: Placed) -> frozenset[str]:
    """The names to which a cell gives a value that is no blank, if it may run and can."""
    never = item.role == DEMO and item.original is not None and not item.original.runs
    if item.cell.kind != "code" or item.role not in (ANSWER, OWN, DEMO) or never or parsed(item.cell.source) is None:
        return frozenset()
    seen = names(item.cell.source)
    return seen.bound - seen.blank


def _missing(placed: list[Placed], key: Key) -> list[Placed]:
    """Demonstrations that were deleted, or of which a version no longer makes all that they made."""
    there: dict[int, frozenset[str]] = {}
    for item in placed:
        if item.role == DEMO:
            there[id(item.original)] = there.get(id(item.original), frozenset()) | _makes(item)
    return [
        Placed(Cell(cell.kind, cell.source, cell.id), DEMO, original=cell, added=True)
        for cell in key.cells
        if cell.role == DEMO and cell.runs and names(cell.source).bound - there.get(id(cell), frozenset())
    ]
