"""Which submitted cell is what: the answer to a question, its check, a demonstration, or the learner's own.

    placed = match(submission, key)

Editors lose metadata, and learners copy, move, retype, merge and delete cells. So an answer is what makes the variable
that a question asks for. Any other cell is known by its text, by nbgrader's name of it, by Jupyter's, or by being a
check (`q1.check()`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from learntools.grading.answers import find_answers
from learntools.grading.joined import checked, taken_apart
from learntools.grading.key import ANSWER, CHECK, DEMO, MANUAL, OWN, TEXT, Key, KeyCell
from learntools.grading.names import meaning, parsed
from learntools.grading.order import in_order, one_check_each
from learntools.grading.placed import Notes, Placed, opening, stored
from learntools.grading.submission import Cell, Submission

ALIKE = 0.7  # of the words of two texts, from which one is a version of the other

_LESSON = re.compile(r"^from learntools\.lessons\.(\w+) import", re.M)


@dataclass
class Matched:
    """All cells in the learner's order, each check and manual cell exactly once, and what was unusual."""

    cells: list[Placed]
    remarks: list[str] = field(default_factory=list)


def match(submission: Submission, key: Key) -> Matched:
    """Find every question's cells; what is missing is added from the key."""
    if other := _of_another_lesson(submission, key):
        return other
    notes = Notes()
    placed: list[Placed] = []
    for cell in submission.cells:
        parts = taken_apart(cell, key)
        if len(parts) > 1:
            notes.add("Cells that had been joined, or a check with other code, were taken apart", opening(cell.source))
        placed += [_place(part, key) for part in parts]
    _look_at_marks(placed, key, notes)
    _demonstrations(placed, key)
    fillers = find_answers(placed, key, notes)
    _written(placed, key, notes)
    placed = _with_missing(placed, key, fillers, notes)
    placed = one_check_each(placed, key, fillers, notes)
    placed = in_order(placed, key, notes)
    return Matched(placed, [*submission.remarks, *notes.sentences()])


def _place(cell: Cell, key: Key) -> Placed:
    """What one cell is, by its marks and its text alone."""
    question = checked(cell.source, key)
    marked = key.by_grade_id.get(cell.grade_id) or key.by_id.get(cell.id)
    if marked is not None and marked.role == CHECK and not question and _is_empty(cell):
        question = marked.question  # it was commented out, or emptied
    if question:
        original = key.questions[question]
        changed = cell.kind != "code" or meaning(cell.source) != meaning(original.source)
        return Placed(replace(cell, kind="code"), CHECK, question, original, changed)
    same = key.by_text.get(cell.source.strip()) or key.by_text.get(meaning(cell.source)) or []
    known = marked if not same or marked in same else same[0]
    text = cell.kind != "code"
    own = Placed(cell, TEXT if text else OWN, text=text)
    if known is None or known.role == CHECK:  # a check cell that holds something else now is the learner's own
        return own
    changed = known not in same and not (known.role in (MANUAL, TEXT) and not cell.source.strip())
    if known.role == DEMO and changed and (_is_empty(cell) or text):
        return own  # as good as deleted
    if known.role == TEXT and changed and not text:
        return own
    return Placed(replace(cell, kind=known.kind), known.role, known.question, known, changed, text=text)


def _is_empty(cell: Cell) -> bool:
    """Whether nothing but comments is left."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in cell.source.split("\n"))


def _look_at_marks(placed: list[Placed], key: Key, notes: Notes) -> None:
    """Say where nbgrader's metadata was lost or changed, and whether the order was."""
    order = {id(cell): place for place, cell in enumerate(key.cells)}
    first = {id(item.original): item for item in reversed(placed) if item.original is not None}
    known_cells = [item for item in placed if first.get(id(item.original)) is item]
    ranks = [order[id(item.original)] for item in known_cells]
    if ranks != sorted(ranks):
        notes.add("Cells stand in another order than they were handed out in")
    for item in known_cells:
        known = item.original
        if known is None or not known.grade_id:
            continue
        if item.cell.grade_id != known.grade_id:
            notes.add("Cells without nbgrader's marks, found by what is in them", known.grade_id)
        elif known.role == CHECK and item.cell.points not in ("", f"{known.points:g}", str(known.points)):
            notes.add("Points that were changed in the notebook, where the course's own count", known.question)


def _of_another_lesson(submission: Submission, key: Key) -> Matched | None:
    """The notebook of another lesson as text: it answers no question of this one, and might train for minutes."""
    imported = {name for cell in submission.cells for name in _LESSON.findall(cell.source)}
    if not imported or key.lesson in imported:
        return None
    texts = [replace(cell, kind="raw" if cell.kind == "code" else cell.kind) for cell in submission.cells]
    placed = _with_missing([Placed(cell, TEXT) for cell in texts], key, {}, Notes())
    return Matched(
        placed, [*submission.remarks, f"It is the notebook of another lesson: {', '.join(sorted(imported))}."]
    )


def _demonstrations(placed: list[Placed], key: Key) -> None:
    """Own cells that are versions of what was handed out, such as a training with another number of seconds."""
    there = {id(item.original) for item in placed}
    words = {id(item): _words(item.cell.source) for item in placed if item.role == OWN and not item.question}
    for known in key.cells:
        if known.role != DEMO or (known.runs and id(known) in there):
            continue
        wanted = _words(known.source)
        for item in placed:
            if item.role == OWN and id(item) in words and _alike(wanted, words[id(item)]):
                item.role, item.original, item.changed = DEMO, known, True
                if known.runs:  # of a training, all versions
                    break


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text[:20_000]))


def _alike(a: Counter[str], b: Counter[str]) -> bool:
    return 2 * (a & b).total() >= ALIKE * (a.total() + b.total()) > 0


def _written(placed: list[Placed], key: Key, notes: Notes) -> None:
    """The cells of written answers: the last filled one, or a text beside where it was asked for."""
    for place, known in enumerate(key.cells):
        if known.role != MANUAL:
            continue
        items = [item for item in placed if item.original is known]
        filled = [item for item in items if item.changed]
        if not filled:
            filled = _beside(placed, items, key.cells[place - 1])
            if filled:
                notes.add("Answered in another cell than the one for it", known.grade_id)
        elif len(items) > 1:
            notes.add("Written answers that are there more than once; the last filled one counts", known.grade_id)
        for item in items:
            item.role, item.original = TEXT, None
        for item in (filled or items)[-1:]:
            item.role, item.original, item.changed = MANUAL, known, bool(filled)
            item.cell = replace(item.cell, kind=known.kind)


def _beside(placed: list[Placed], items: list[Placed], asked: KeyCell) -> list[Placed]:
    """What the learner wrote right after the cell that asks, or into it."""
    for place, item in enumerate(placed):
        text, begin = item.cell.source.strip(), asked.source.strip()
        if item.original is not asked and not text.startswith(begin):
            continue
        if text.startswith(begin) and text != begin:
            placed.insert(place + 1, Placed(Cell("markdown", text[len(begin) :].strip()), TEXT))
        found = []
        for other in placed[place + 1 :]:
            if other.original is not None and other not in items:
                break
            prose = other.cell.kind != "code" or (other.role == OWN and parsed(other.cell.source) is None)
            if other not in items and prose and other.cell.source.strip():
                found.append(other)
        return found
    return []


def _with_missing(placed: list[Placed], key: Key, fillers: dict[str, list[Placed]], notes: Notes) -> list[Placed]:
    """The cells with those that were deleted and carry points: checks, blanks, and places for written answers."""
    there = {id(item.original) for item in placed if item.original is not None}
    gone = [cell for cell in key.cells if id(cell) not in there and cell.role in (CHECK, ANSWER, MANUAL)]
    gone = [cell for cell in gone if cell.role != ANSWER or not fillers.get(cell.question)]
    for role, words in ((CHECK, "check cells"), (ANSWER, "answer cells"), (MANUAL, "written answers")):
        lost = [cell.question or cell.grade_id for cell in gone if cell.role == role]
        if lost:
            notes.add(f"Missing {words}, put back as they were handed out", *lost)
    order = {id(cell): place for place, cell in enumerate(key.cells)}
    result = list(placed)
    for cell in gone:  # each after the last of those that came before it and are there
        before = [
            (order[id(item.original)], place)
            for place, item in enumerate(result)
            if item.original is not None and order[id(item.original)] < order[id(cell)]
        ]
        place = max(before)[1] + 1 if before else 0
        while cell.role == CHECK and place < len(result) and result[place].role == OWN:
            place += 1  # the answer may go on
        new = Placed(Cell(cell.kind, cell.source, cell.id, cell.grade_id), cell.role, cell.question, cell, added=True)
        result.insert(place, new)
    return result


__all__ = ["OWN", "Matched", "Placed", "match", "stored"]
