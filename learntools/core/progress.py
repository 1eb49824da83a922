"""What is solved, tried and open, and where to go on: the learner's dashboard, read from the record of checks.

    learntools.progress()

In a notebook each lesson is a line with a bar that unfolds to its questions. It is plain HTML (`<details>`), so it
works with the keyboard, without JavaScript and in an exported page, and it takes its colours from the page around it.
Where there is a widget manager, the same HTML is a widget (`dashboard.py`) that follows every check.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from learntools.core.record import Entry, checks, number, record, record_file, times, whole
from learntools.core.verdict import CORRECT, NOT_ATTEMPTED, card
from learntools.core.verdict import _escape as prose

__all__ = ["Progress", "Question", "Row", "checks", "record", "record_file", "summarise"]


class Question(NamedTuple):
    """One question to look up in the record; `points` is what it is worth, `place` its lesson's number: `03`."""

    lesson: str
    name: str
    answer: str
    points: float = 0.0
    place: str = ""


@dataclass(frozen=True)
class Row:
    """What the record says about one question.

    Attributes:
        lesson, question, answer: such as `simple_gan`, `q4`, and the learner's variable.
        state: `solved`, `tried` or `open`.
        tries: checks with something to judge.
        hints: the most hints that had been seen at a check.
        points, max_points: the best so far, and what the question is worth.
        unaided: solved, and without a hint until then.
        message: what the last check said.
        place: the lesson's number in the course, such as `03`.
    """

    lesson: str
    question: str
    answer: str
    state: str
    tries: int
    hints: int
    points: float = 0.0
    max_points: float = 0.0
    unaided: bool = False
    message: str = ""
    place: str = ""


class Progress:
    """The dashboard that `learntools.progress()` gives; a widget or HTML in a notebook, and text elsewhere."""

    def __init__(self, rows: list[Row], latest: str = "", again: Callable[[], Progress] | None = None):
        """`latest`: the lesson of the last check; `again`: reads the record anew."""
        self.rows = rows
        self.latest = latest
        self._again = again

    @property
    def lessons(self) -> dict[str, list[Row]]:
        """The rows of each lesson, in the course's order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.lesson, []).append(row)
        return found

    @property
    def next(self) -> Row | None:
        """The question to go on with: in the lesson of the last check, else after it, else anywhere, else None."""
        at = next((place for place, row in enumerate(self.rows) if row.lesson == self.latest), 0)
        return next((row for row in self.rows[at:] + self.rows[:at] if row.state != "solved"), None)

    @property
    def advice(self) -> str:
        """`Go on with lesson 03, q4.`"""
        if not self.rows:
            return ""
        row = self.next
        if row is None:
            return "Every question is solved."
        return f"{'Go on' if self.latest else 'Begin'} with lesson {row.place or row.lesson}, {row.question}."

    def __repr__(self) -> str:
        lines = []
        for lesson, rows in self.lessons.items():
            lines.append(f"{lesson}: {_count(rows, 'solved')} of {len(rows)} solved")
            lines += [f"  {MARK[row.state]} {row.question:<4} {row.state:<7} {_effort(row)}".rstrip() for row in rows]
        return "\n".join([*lines, self.advice]) if lines else "No lesson is installed."

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if self._again is None:
            return bundle
        from learntools.core import dashboard

        try:
            found = dashboard.widget(self._again)._repr_mimebundle_(include=include, exclude=exclude)
        except ImportError:  # without anywidget it is still all there, and stands still
            return bundle
        data = found[0] if isinstance(found, tuple) else found
        return bundle | {kind: value for kind, value in (data or {}).items() if kind.startswith("application/")}

    def _repr_html_(self) -> str:
        if not self.rows:
            return card("Your progress", "No lesson is installed.", "#0550ae")
        coming = self.next
        body = f'<p style="margin:.5em 0"><strong>{html.escape(self.advice)}</strong></p>'
        for rows in self.lessons.values():
            body += _lesson_html(rows, unfolded=coming in rows, coming=coming)
        return card("Your progress", body, "#0550ae")


MARK = {"solved": "✓", "tried": "◐", "open": "○"}
_FILL = {
    "solved": "background:currentColor",
    "tried": "background:repeating-linear-gradient(45deg,currentColor 0 2px,transparent 2px 5px)",
    "open": "",
}


def in_words(rows: list[Row]) -> str:
    """`3 of 8 solved · 1 tried · 4 open`"""
    parts = [f"{_count(rows, 'solved')} of {len(rows)} solved"]
    parts += [f"{_count(rows, state)} {state}" for state in ("tried", "open") if _count(rows, state)]
    return " · ".join(parts)


def bar(rows: list[Row], width: str = "9em") -> str:
    """A bar in the colour of the text around it: solved is filled, tried is hatched, open is empty.

    A screen reader passes it over: what it shows must stand in words beside it.
    """
    parts = "".join(
        f'<span style="flex:{_count(rows, state)};print-color-adjust:exact;-webkit-print-color-adjust:exact;{fill}">'
        "</span>"
        for state, fill in _FILL.items()
        if _count(rows, state)
    )
    look = "height:.7em;border:1px solid currentColor;border-radius:.2em;overflow:hidden;vertical-align:middle"
    return f'<span aria-hidden="true" style="display:inline-flex;width:{width};{look}">{parts}</span>'


def summarise(questions: Iterable[tuple[Any, ...]]) -> Progress:
    """The progress on these questions, in their order; each a `Question`, or as much of one as a tuple."""
    seen: dict[tuple[str, str], list[Entry]] = {}
    latest = ""
    asked = [Question(*question) for question in questions]
    known = {question.lesson for question in asked}
    for entry in checks():
        seen.setdefault((entry["lesson"], entry["question"]), []).append(entry)
        latest = entry["lesson"] if entry["lesson"] in known else latest
    rows = [_row(question, seen.get(question[:2], [])) for question in asked]
    return Progress(rows, latest, again=lambda: summarise(asked))


def _row(question: Question, entries: list[Entry]) -> Row:
    tries = [entry for entry in entries if entry["outcome"] != NOT_ATTEMPTED]
    first = next((place for place, entry in enumerate(entries) if entry["outcome"] == CORRECT), None)
    until = entries if first is None else entries[: first + 1]
    message = entries[-1].get("message") if entries else ""
    return Row(
        lesson=question.lesson,
        question=question.name,
        answer=question.answer,
        state="solved" if first is not None else "tried" if tries else "open",
        tries=sum(map(times, tries)),
        hints=max((whole(entry.get("hints")) for entry in entries), default=0),
        points=max((number(entry.get("points")) for entry in entries), default=0.0),
        max_points=question.points or max((number(entry.get("max_points")) for entry in entries), default=0.0),
        unaided=first is not None and not any(whole(entry.get("hints")) for entry in until),
        message=message if isinstance(message, str) else "",
        place=question.place,
    )


def _count(rows: list[Row], state: str) -> int:
    return sum(row.state == state for row in rows)


def _effort(row: Row) -> str:
    parts = [f"{row.tries} check{'s' * (row.tries != 1)}"] if row.tries else []
    parts += [f"{row.hints} hint{'s' * (row.hints != 1)}"] if row.hints else []
    return ", ".join(parts)


def _lesson_html(rows: list[Row], unfolded: bool, coming: Row | None) -> str:
    name = html.escape(f"{rows[0].place} {rows[0].lesson}".strip())
    head = f'{bar(rows)} <b>{name}</b> · <span style="white-space:nowrap">{in_words(rows)}</span>'
    cell = '<th scope="col" style="text-align:left;padding:.1em .8em .1em 0">'
    columns = "".join(
        f"{cell}{title}</th>" for title in ("question", "state", "points", "checks", "hints", "the last check")
    )
    lines = "".join(_row_html(row, row is coming) for row in rows)
    table = f'<table style="border-collapse:collapse;margin:.3em 0 .6em 1.2em"><tr>{columns}</tr>{lines}</table>'
    opened = " open" if unfolded else ""
    return f'<details{opened} style="margin:.3em 0"><summary style="cursor:pointer">{head}</summary>{table}</details>'


def _row_html(row: Row, coming: bool) -> str:
    earned = f"{row.points:g} of {row.max_points:g}" if row.max_points else ""
    question = f"<b>{html.escape(row.question)}</b> <code>{html.escape(row.answer)}</code>"
    state = f"{MARK[row.state]} {row.state}" + (" · go on here" if coming else "")
    short = "white-space:nowrap;"
    counts = [(str(count or ""), short) for count in (row.tries, row.hints)]
    cells = [(question, short), (state, short), (earned, short), *counts, (prose(row.message), "")]
    style = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0;"
    return "<tr>" + "".join(f'<td style="{style}{extra}">{text}</td>' for text, extra in cells) + "</tr>"
