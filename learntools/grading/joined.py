"""A submitted cell that holds more than one of the lesson's, taken apart again.

Notebooks come back with cells merged, with a check at the end of the answer, or as one long cell. A check belongs into
a cell of its own, and what was handed out is known by its text; what lies between is the learner's.
"""

from __future__ import annotations

import ast
import itertools
import re
from dataclasses import replace

from learntools.grading.key import ANSWER, CHECK, SETUP, Key
from learntools.grading.names import names, parsed
from learntools.grading.submission import Cell

SHORTEST = 6  # characters of a handed-out text by which it is known within another

_CHECK = re.compile(r"^(\w+)[ \t]*\.[ \t]*check[ \t]*\([^\n]*\)[ \t]*;?[ \t]*(?:#[^\n]*)?$", re.M)

Span = tuple[int, int]


def taken_apart(cell: Cell, key: Key) -> list[Cell]:
    """The parts of the cell, in their order; the cell itself where there is nothing to take apart."""
    if cell.source.strip() in key.by_text:
        return [cell]
    if checked(cell.source, key):
        return [cell]
    checks, known = _check_spans(cell.source, key), _handed_out(cell.source, key)
    if len(known) == 1 and not checks and not _holds_setup(cell.source, key):
        answers = set(key.answers.values()) & names(cell.source).bound
        known = known if answers else {}  # a demonstration with something added is a version of it
    spans = _apart(dict.fromkeys(checks, "code") | known)
    if not spans:
        return [cell]
    parts: list[Cell] = []
    end = 0
    for span, kind in [*spans, ((len(cell.source), len(cell.source)), "")]:
        between = re.sub(r"^[ \t]*;[ \t]*", "", cell.source[end : span[0]]).strip("\n")
        if between.strip():
            parts.append(Cell(_kind(between, cell), between))
        if kind:
            parts.append(Cell(kind, cell.source[slice(*span)].strip()))
        end = span[1]
    broken = [part for part in parts if part.kind == "code" and parsed(part.source) is None]
    if len(parts) < 2 or (broken and parsed(cell.source) is not None):
        return [cell]
    return _marked(parts, cell, key)


def checked(source: str, key: Key) -> str:
    """The question that this text checks, if it does nothing else; empty otherwise."""
    spans = _check_spans(source, key)
    if len(spans) != 1:
        return ""
    ((start, end), question) = spans.popitem()
    rest = source[:start] + source[end:]
    nothing = all(not line.strip(" \t;") or line.lstrip().startswith("#") for line in rest.split("\n"))
    return question if nothing else ""


def _check_spans(source: str, key: Key) -> dict[Span, str]:
    """Where a statement of the cell is a check of a question, and of which."""
    found: dict[Span, str] = {}
    if "check" not in source:
        return found
    tree = parsed(source)
    lines = source.split("\n")
    starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
    for node in tree.body if tree is not None else ():
        question = _statement(node)
        if question in key.questions:
            ends = [(node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)]
            ends = [(min(line, len(lines)) - 1, column) for line, column in ends]
            start, end = (starts[line] + _column(lines[line], column) for line, column in ends)
            if source.startswith(question, start) and source.endswith(
                ")", start, end
            ):  # not where magics were replaced
                found[start, end] = question
    if not found and (tree is None or re.search(r"^[ \t]*[%!]", source, re.M)):
        found = {match.span(): match[1] for match in _CHECK.finditer(source) if match[1] in key.questions}
    return found


def _statement(node: ast.stmt) -> str:
    """`q1` of `q1.check()`."""
    call = node.value if isinstance(node, ast.Expr) else None
    called = call.func if isinstance(call, ast.Call) else None
    is_check = isinstance(called, ast.Attribute) and called.attr == "check" and isinstance(called.value, ast.Name)
    return called.value.id if is_check else ""  # type: ignore[union-attr]


def _column(line: str, column: int) -> int:
    """Python counts columns in bytes of UTF-8."""
    return column if line.isascii() else len(line.encode()[:column].decode(errors="ignore"))


def _holds_setup(source: str, key: Key) -> bool:
    """Whether it holds the cell that installs the course, which never runs: what was added to it must."""
    return SETUP in key.by_id and key.by_id[SETUP].source.strip() in source


def _handed_out(source: str, key: Key) -> dict[Span, str]:
    """Where the text of another cell of the lesson stands whole, on lines of its own, and of which kind that is."""
    found: dict[Span, str] = {}
    for known in key.cells:
        text = known.source.strip()
        if known.role in (ANSWER, CHECK) or len(text) < SHORTEST or text not in source:
            continue
        start = source.find(text)
        while start >= 0:
            end = start + len(text)
            if source[start - 1 : start] in ("", "\n") and source[end : end + 1] in ("", "\n"):
                found[start, end] = known.kind
            start = source.find(text, end)
    return found


def _apart(spans: dict[Span, str]) -> list[tuple[Span, str]]:
    """In their order, without those that lie within or across another."""
    kept: list[tuple[Span, str]] = []
    for span, kind in sorted(spans.items(), key=lambda item: (item[0][0], -item[0][1])):
        if not kept or span[0] >= kept[-1][0][1]:
            kept.append((span, kind))
    return kept


def _kind(text: str, cell: Cell) -> str:
    return "code" if parsed(text) is not None and names(text).bound else cell.kind


def _marked(parts: list[Cell], cell: Cell, key: Key) -> list[Cell]:
    """The cell's marks go to its check if they are a check's, else to the first part that is the learner's own.

    Nobody gets them if what they name is there, word for word.
    """
    known = key.by_grade_id.get(cell.grade_id) or key.by_id.get(cell.id)
    if known is not None and known.role != CHECK and known.source.strip() in [part.source for part in parts]:
        return parts
    wanted = known.question if known is not None and known.role == CHECK else ""
    for place, part in enumerate(parts):
        question = checked(part.source, key)
        if question == wanted and (question or part.source.strip() not in key.by_text):
            parts[place] = replace(part, id=cell.id, grade_id=cell.grade_id, points=cell.points)
            break
    return parts
