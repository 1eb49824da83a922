"""A verdict: what came of a check, in words, for a notebook, a terminal or a log.

The outcome is one of six, spelled out in `OUTCOMES`; each is readable without colour.
"""

from __future__ import annotations

import html
import sys
import textwrap
from dataclasses import dataclass
from typing import Any

CORRECT = "correct"
INCORRECT = "incorrect"
NOT_ATTEMPTED = "not attempted"
ERROR = "error in your code"
TOO_SLOW = "too slow"
OUR_FAULT = "our fault"
OUTCOMES = (CORRECT, INCORRECT, NOT_ATTEMPTED, ERROR, TOO_SLOW, OUR_FAULT)

_SYMBOL = {CORRECT: "✓", INCORRECT: "✗", NOT_ATTEMPTED: "○", ERROR: "⚠", TOO_SLOW: "⏱", OUR_FAULT: "⚙"}
_COLOUR = {
    CORRECT: "#116329",
    INCORRECT: "#a40e26",
    NOT_ATTEMPTED: "#57606a",
    ERROR: "#953800",
    TOO_SLOW: "#953800",
    OUR_FAULT: "#6639ba",
}
_ANSI = {CORRECT: "32", INCORRECT: "31", NOT_ATTEMPTED: "90", ERROR: "33", TOO_SLOW: "33", OUR_FAULT: "35"}

Grid = tuple[tuple[tuple[str, bool], ...], ...]


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes:
        lesson, question, answer: whose verdict it is; `answer` is the learner's variable.
        outcome: one of `OUTCOMES`.
        points, max_points: what it earns, from 0 to `max_points`.
        message: the sentence for the learner.
        detail: a second, more technical line (the smallest difference, the learner's own line).
        diagnosis: name of the known mistake that the answer behaves like, if any.
        grid: for a small matrix, rows of (text, is it right).
        printed: what the answer printed while it was checked.
        seconds: how long the check took.
    """

    lesson: str
    question: str
    answer: str
    outcome: str
    points: float
    max_points: float
    message: str
    detail: str = ""
    diagnosis: str | None = None
    grid: Grid | None = None
    printed: str = ""
    seconds: float = 0.0

    @property
    def correct(self) -> bool:
        """Whether the answer passed."""
        return self.outcome == CORRECT

    @property
    def heading(self) -> str:
        """`q2 · not yet right · 1 of 2 points`"""
        words = "not yet right" if self.outcome == INCORRECT else self.outcome
        unit = "point" if self.max_points == 1 else "points"
        earned = f" · {self.points:g} of {self.max_points:g} {unit}" if self.max_points else ""
        return f"{_SYMBOL[self.outcome]} {self.question} · {words}{earned}"

    def text(self, colour: bool = False) -> str:
        """The verdict for a terminal or a log."""
        head = self.heading
        if colour:
            head = f"\x1b[1;{_ANSI[self.outcome]}m{head}\x1b[0m"
        lines = [head, *_wrap(self.message)]
        lines += _wrap(self.detail) if self.detail else []
        if self.grid:
            lines += ["  " + line for line in _grid_text(self.grid)]
        if self.printed.strip() and not self.correct:
            lines += ["  While it ran, your code printed:"]
            lines += [f"  | {line}" for line in self.printed.strip().splitlines()[:5]]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<{self.question}: {self.outcome}, {self.points:g} of {self.max_points:g} points>"

    def _ipython_display_(self) -> None:
        """Shown when it was made; a second time would be once too often."""

    def html(self) -> str:
        """The verdict for a notebook; everything that came from the learner is escaped."""
        parts = [f'<div style="margin:.3em 0">{_escape(self.message)}</div>']
        if self.detail:
            parts.append(f'<div style="margin:.3em 0;opacity:.85">{_escape(self.detail)}</div>')
        if self.grid:
            parts.append(_grid_html(self.grid))
        if self.printed.strip() and not self.correct:
            lines = html.escape("\n".join(self.printed.strip().splitlines()[:5]))
            parts.append(f'<div style="opacity:.85">While it ran, your code printed:<pre>{lines}</pre></div>')
        return card(self.heading, "".join(parts), _COLOUR[self.outcome])


class Points(float):
    """The points of a verdict as nbgrader reads them: a bare number as text, the whole verdict as HTML.

    nbgrader takes the text of a cell's last value for partial credit and keeps its HTML for the feedback page.
    """

    verdict: Verdict

    def __new__(cls, verdict: Verdict) -> Points:
        points = min(max(float(verdict.points), 0.0), float(verdict.max_points))
        self = super().__new__(cls, round(points, 6))
        self.verdict = verdict
        return self

    def __repr__(self) -> str:
        return float.__repr__(self)

    def _repr_html_(self) -> str:
        return self.verdict.html()


@dataclass(frozen=True)
class Note:
    """A hint or a solution on its way to the screen."""

    heading: str
    body: str
    code: str = ""

    def text(self, colour: bool = False) -> str:
        head = f"\x1b[1;34m{self.heading}\x1b[0m" if colour else self.heading
        lines = [head, *(_wrap(self.body) if self.body else [])]
        return "\n".join([*lines, "", *self.code.splitlines()] if self.code else lines)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<{self.heading}>"

    def _ipython_display_(self) -> None:
        """Shown when it was made."""

    def html(self) -> str:
        body = f'<div style="margin:.3em 0">{_escape(self.body)}</div>' if self.body else ""
        if self.code:
            body += f'<pre style="margin:.3em 0;overflow-x:auto"><code>{html.escape(self.code)}</code></pre>'
        return card(self.heading, body, "#0550ae")


def card(heading: str, body: str, colour: str) -> str:
    """One box: a white-on-colour heading that says it all in words, and a body in the page's own colours."""
    return (
        f'<div style="border-left:4px solid {colour};padding:.2em 0 .2em .8em;margin:.3em 0;max-width:52em">'
        f'<span style="background:{colour};color:#fff;font-weight:600;padding:.1em .6em;border-radius:.3em">'
        f"{html.escape(heading)}</span>{body}</div>"
    )


def show(item: Verdict | Note) -> None:
    """Put `item` on the screen once: HTML in a notebook, coloured text in a terminal, plain text elsewhere."""
    colour = bool(getattr(sys.stdout, "isatty", lambda: False)())
    if _in_notebook():
        from IPython.display import display

        display({"text/html": item.html(), "text/plain": item.text()}, raw=True)
        return
    try:
        print(item.text(colour))
    except UnicodeEncodeError:  # a terminal that knows only its own alphabet
        print(item.text().encode("ascii", "replace").decode())


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def _escape(text: str) -> str:
    """HTML for a sentence: escaped, with `code` set as code."""
    pieces = html.escape(text).split("`")
    if len(pieces) % 2 == 0:  # an unpaired backtick stays what it is
        return "`".join(pieces)
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


def _wrap(text: str) -> list[str]:
    return [
        line
        for paragraph in text.splitlines() or [""]
        for line in textwrap.wrap(paragraph, 88, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
    ]


def _grid_text(grid: Grid) -> list[str]:
    cells = [[text if right else f"[{text}]" for text, right in row] for row in grid]
    width = max(len(text) for row in cells for text in row)
    return [*(" ".join(text.rjust(width) for text in row) for row in cells), "(differing values in brackets)"]


def _grid_html(grid: Grid) -> str:
    style = "padding:.1em .5em;text-align:right;border:1px solid currentColor"
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="{style}">{html.escape(text)}</td>'
            if right
            else f'<td style="{style};background:#a40e26;color:#fff;font-weight:600">✗ {html.escape(text)}</td>'
            for text, right in row
        )
        + "</tr>"
        for row in grid
    )
    return (
        f'<table aria-label="your values; those that differ are marked" style="border-collapse:collapse">{rows}</table>'
    )
