"""Which submitted cell is what: the answer to a question, its check, a demonstration, or the learner's own.

    placed = match(submission, key)

Editors lose metadata, and learners copy, move, retype and delete cells. A cell is known, in this order, by nbgrader's
name of it, by Jupyter's, by being a check (`q1.check()`), by being word for word what was handed out, and by making the
variable that a question asks for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from learntools.grading.key import ANSWER, CHECK, DEMO, MANUAL, TEXT, Key, KeyCell
from learntools.grading.names import names
from learntools.grading.submission import Cell, Submission

OWN = "own"  # a cell that the learner added
ALIKE = 0.6  # of difflib's ratio, from which a text is a version of another

_CHECK = re.compile(r"^(\w+)\s*\.\s*check\s*\(.*\)\s*;?\s*$")


@dataclass
class Placed:
    """A submitted cell and what it is.

    Attributes:
        cell: as submitted; of a cell that was missing, as handed out.
        role: of `key`, or `own`.
        question: of an answer or a check.
        original: the cell that was handed out; None of an own one.
        changed: whether its text differs from that.
        added: whether it was missing from the submission.
    """

    cell: Cell
    role: str
    question: str = ""
    original: KeyCell | None = None
    changed: bool = False
    added: bool = False


@dataclass
class Matched:
    """All cells in the learner's order, each check and manual cell exactly once, and what was unusual."""

    cells: list[Placed]
    remarks: list[str] = field(default_factory=list)


def match(submission: Submission, key: Key) -> Matched:
    """Find every question's cells; what is missing is added from the key."""
    remarks = list(submission.remarks)
    placed = [_place(cell, key) for cell in submission.cells]
    _unmarked_answers(placed, key)
    _one_answer_each(placed, key, remarks)
    _unmarked_demonstrations(placed, key)
    placed = _with_missing(placed, key, remarks)
    placed = _checks_after_answers(placed, key, remarks)
    _one_manual_each(placed, remarks)
    return Matched(placed, remarks)


def _place(cell: Cell, key: Key) -> Placed:
    """What one cell is, by its marks and its text alone."""
    check = _is_check(cell, key)
    if check:
        original = key.questions[check]
        return Placed(cell, CHECK, check, original, changed=cell.source.strip() != original.source.strip())
    original = key.by_grade_id.get(cell.grade_id) or _by_id(cell, key)
    if original is None:
        same = [known for known in key.cells if _same(known, cell)]
        original = same[0] if same else None
    if original is None or original.role == CHECK:  # a check cell that holds something else now is the learner's own
        return Placed(cell, OWN if cell.kind == "code" else TEXT)
    changed = not _same(original, cell)
    if original.role == ANSWER and cell.kind != "code":
        cell = Cell("code", cell.source, cell.id, cell.grade_id)
    return Placed(cell, original.role, original.question, original, changed)


def _is_check(cell: Cell, key: Key) -> str:
    """The question that this cell checks, and does nothing else; empty of other cells."""
    lines = [line.strip() for line in cell.source.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    found = _CHECK.match(lines[0]) if len(lines) == 1 else None
    question = found[1] if found else ""
    if not found and (known := key.by_grade_id.get(cell.grade_id)) is not None and known.role == CHECK:
        # edited: is what remains still a check, or work of the learner's that must run?
        return known.question if not lines or f"{known.question}.check" in cell.source.replace(" ", "") else ""
    return question if question in key.questions else ""


def _by_id(cell: Cell, key: Key) -> KeyCell | None:
    return next((known for known in key.cells if known.id and known.id == cell.id), None)


def _same(known: KeyCell, cell: Cell) -> bool:
    return known.source.strip() == cell.source.strip()


def _unmarked_answers(placed: list[Placed], key: Key) -> None:
    """Answers whose marks are gone: what makes the variable, or looks like the blank that was handed out."""
    found = {item.question for item in placed if item.role == ANSWER and item.changed}
    blanks = {cell.question: cell for cell in key.cells if cell.role == ANSWER}
    for question, blank in blanks.items():
        if question in found:
            continue
        own = [item for item in placed if item.role == OWN]
        made = [item for item in own if key.answers[question] in names(item.cell.source).made]
        if not made:
            made = [item for item in own if _alike(blank.source, item.cell.source)]
        for item in made:
            item.role, item.question, item.original, item.changed = ANSWER, question, blank, True


def _unmarked_demonstrations(placed: list[Placed], key: Key) -> None:
    """Own cells that are versions of what was handed out, such as a training with another number of seconds."""
    there = {id(item.original) for item in placed}
    for known in key.cells:
        if known.role != DEMO or id(known) in there:
            continue
        for item in placed:
            if item.role == OWN and _alike(known.source, item.cell.source):
                item.role, item.original, item.changed = DEMO, known, True
                break


def _alike(a: str, b: str) -> bool:
    found = SequenceMatcher(None, a, b, autojunk=False)
    return found.real_quick_ratio() >= ALIKE and found.quick_ratio() >= ALIKE and found.ratio() >= ALIKE


def _one_answer_each(placed: list[Placed], key: Key, remarks: list[str]) -> None:
    """Of several cells that claim one answer, untouched copies count for nothing beside one that was filled."""
    claims: dict[str, list[Placed]] = defaultdict(list)
    for item in placed:
        if item.role == ANSWER:
            claims[item.question].append(item)
    for question, items in claims.items():
        if len(items) < 2:
            continue
        filled = [item for item in items if item.changed] or items
        remarks.append(f"{question} has {len(items)} answer cells; all that were filled were run, in their order.")
        for item in items:
            if item not in filled:
                item.role, item.question, item.original = TEXT, "", None
        for item in filled[:-1]:
            item.role, item.original = OWN, None


def _with_missing(placed: list[Placed], key: Key, remarks: list[str]) -> list[Placed]:
    """The cells with those that were deleted and are needed: code, checks, and places for written answers."""
    there = {id(item.original) for item in placed if item.original is not None}
    gone = [cell for cell in key.cells if id(cell) not in there and cell.role != TEXT]
    for role, words in ((CHECK, "check cells"), (ANSWER, "answer cells"), (MANUAL, "written answers")):
        lost = [cell.question or cell.grade_id for cell in gone if cell.role == role]
        if lost:
            remarks.append(f"Missing {words}, put back as they were handed out: {', '.join(lost)}.")
    order = {id(cell): place for place, cell in enumerate(key.cells)}
    result = list(placed)
    for cell in gone:  # each after the last of those that came before it and are there
        before = [
            (order[id(item.original)], place)
            for place, item in enumerate(result)
            if item.original is not None and order[id(item.original)] < order[id(cell)]
        ]
        new = Placed(Cell(cell.kind, cell.source, cell.id, cell.grade_id), cell.role, cell.question, cell, added=True)
        result.insert(max(before)[1] + 1 if before else 0, new)
    return result


def _checks_after_answers(placed: list[Placed], key: Key, remarks: list[str]) -> list[Placed]:
    """Each question's check once: the first one after its last answer, or right there if there is none."""
    for question in key.questions:
        answers = [place for place, item in enumerate(placed) if item.role == ANSWER and item.question == question]
        checks = [place for place, item in enumerate(placed) if item.role == CHECK and item.question == question]
        last = answers[-1] if answers else -1
        kept = next((place for place in checks if place > last), checks[0])
        if len(checks) > 1:
            remarks.append(f"{question} has {len(checks)} check cells; one was used.")
        item = placed[kept]
        placed = [one for place, one in enumerate(placed) if place not in checks or place == kept]
        if kept < last:
            remarks.append(f"The check of {question} stood before its answer; it was run after it.")
            placed.remove(item)
            answer = next(one for one in reversed(placed) if one.role == ANSWER and one.question == question)
            placed.insert(placed.index(answer) + 1, item)
    return placed


def _one_manual_each(placed: list[Placed], remarks: list[str]) -> None:
    """Of several copies of a written answer, the last that was filled is the one."""
    copies: dict[str, list[Placed]] = defaultdict(list)
    for item in placed:
        if item.role == MANUAL and item.original is not None:
            copies[item.original.grade_id].append(item)
    for name, items in copies.items():
        if len(items) > 1:
            remarks.append(f"The written answer {name} is there {len(items)} times; the last filled one counts.")
            kept = ([item for item in items if item.changed] or items)[-1]
            for item in items:
                if item is not kept:
                    item.role, item.original = TEXT, None


def stored(item: Placed, outputs: list[Any]) -> dict[str, Any]:
    """As nbgrader stores a cell: what was handed out keeps its marks, and a check its text."""
    known = item.original
    marked = known is not None and known.metadata is not None and item.role in (ANSWER, CHECK, MANUAL)
    return {
        "kind": known.kind if known is not None and marked and item.role != MANUAL else item.cell.kind,
        "source": known.source if known is not None and item.role == CHECK else item.cell.source,
        "id": known.id if known is not None else "",
        "nbgrader": known.metadata if known is not None and marked else None,
        "outputs": outputs,
    }
