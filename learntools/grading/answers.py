"""Which cells answer a question: those that give its variable a value, wherever they stand, whatever their marks.

Filled cells all run, in the learner's order. One of them is stored as the answer. An untouched blank beside them would
only undo what they did, and is left out.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from learntools.grading.key import ANSWER, CHECK, DEMO, OWN, TEXT, Key
from learntools.grading.names import names, parsed
from learntools.grading.placed import Notes, Placed


def find_answers(placed: list[Placed], key: Key, notes: Notes) -> dict[str, list[Placed]]:
    """Give every question its answer cell, in `placed` itself; of each, all cells that fill it."""
    blanks = {cell.question: cell for cell in key.cells if cell.role == ANSWER and cell.question in key.questions}
    copies = {question: [item for item in placed if item.original is blank] for question, blank in blanks.items()}
    filled = [(item, _filled(item)) for item in placed]
    fillers: dict[str, list[Placed]] = {}
    for question in blanks:
        found = [item for item, bound in filled if key.answers[question] in bound]
        fillers[question] = [item for item in found if item.cell.kind == "code"] or found
        _tell(question, copies[question], fillers[question], notes)
    for item in (item for items in copies.values() for item in items):
        item.role, item.question, item.original = (OWN if item.changed else ""), "", None
    for question, blank in blanks.items():
        found, own = fillers[question], copies[question]
        for item in found:
            item.cell = replace(item.cell, kind="code")
            if item.role != ANSWER:
                item.role, item.question, item.original, item.changed = OWN, question, None, True
        changed = [item for item in own if item.changed]
        chosen = [item for item in found if item in own] or found or changed or own[:1]
        if chosen and chosen[-1].role != ANSWER:  # else it answers another question, too
            chosen[-1].role, chosen[-1].question, chosen[-1].original = ANSWER, question, blank
        after = placed[placed.index(found[-1]) :] if found else []
        for item in changed:  # a blank and more, below the cell that fills it, would undo what that has done
            blank_again = item in after and key.answers[question] in names(item.cell.source).blank
            if blank_again and not any(item in items for items in fillers.values()):
                item.role, item.cell = TEXT, replace(item.cell, kind="raw")
    placed[:] = [item for item in placed if item.role]
    return fillers


def _filled(item: Placed) -> frozenset[str]:
    """The names to which this cell gives a value that may be an answer."""
    known = item.original
    if item.role == CHECK or (known is not None and (not item.changed or known.role not in (ANSWER, DEMO))):
        return frozenset()
    if (known is not None and not known.runs) or (item.cell.kind != "code" and parsed(item.cell.source) is None):
        return frozenset()
    found = names(item.cell.source)
    return found.bound - found.blank


def _tell(question: str, copies: list[Placed], found: list[Placed], notes: Notes) -> None:
    if len(copies) > 1:
        notes.add("Answer cells that are there more than once; the filled ones were run, in their order", question)
    if copies and found and not any(item in copies for item in found):
        notes.add("Answered in another cell than the one for it", question)
    if found and not copies:
        notes.add("Answers without nbgrader's marks, found by the variable that they make", question)
    if any(item.text for item in found):
        notes.add("Answered in a cell of text, which was run as code", question)
    for item in found or copies:
        if item.changed and parsed(item.cell.source) is None:
            notes.add("Answers that are no valid Python", f"{question}{_where(item.cell.source)}")


def _where(source: str) -> str:
    try:
        ast.parse(source)
    except SyntaxError as error:
        return f" ({error.msg}, line {error.lineno})"
    except (ValueError, RecursionError, MemoryError):
        return ""
    return ""
