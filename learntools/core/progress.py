"""What is solved, tried and open, from a record on the learner's own disk. Nothing leaves the machine.

The record is a file of JSON lines, `progress.jsonl`, in the folder that the environment variable `LEARNTOOLS_HOME`
names (`~/.learntools` by default; on Kaggle the one folder that is kept). Each check appends one line in one write, so
that two notebooks may write at once; a line that cannot be read is passed over.
"""

from __future__ import annotations

import html
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learntools.core.verdict import CORRECT, NOT_ATTEMPTED, Verdict, card


def record_file() -> Path:
    """Where the record is kept."""
    home = os.environ.get("LEARNTOOLS_HOME")
    if home:
        return Path(home).expanduser() / "progress.jsonl"
    kept = Path("/kaggle/working") if "KAGGLE_KERNEL_RUN_TYPE" in os.environ else Path.home()
    return kept / ".learntools" / "progress.jsonl"


def record(verdict: Verdict, hints: int = 0) -> None:
    """Append one check to the record; where the disk does not allow it, the check goes on without."""
    line = {
        "time": round(time.time(), 3),
        "lesson": verdict.lesson,
        "question": verdict.question,
        "outcome": verdict.outcome,
        "points": verdict.points,
        "max_points": verdict.max_points,
        "diagnosis": verdict.diagnosis,
        "hints": hints,
    }
    data = (json.dumps(line) + "\n").encode()
    try:
        file = record_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # After a crash in the middle of a line, start on a new one.
            size = os.fstat(handle).st_size
            if size and os.name == "posix" and os.pread(handle, 1, size - 1) != b"\n":
                data = b"\n" + data
            os.write(handle, data)
        finally:
            os.close(handle)
    except (OSError, RuntimeError):  # RuntimeError: there is no home folder at all
        pass


def checks() -> Iterator[dict[str, Any]]:
    """Every readable line of the record, oldest first."""
    try:
        lines = record_file().read_bytes().splitlines()
    except (OSError, RuntimeError):
        return
    for line in lines:
        try:
            entry = json.loads(line)
            if isinstance(entry["lesson"], str) and isinstance(entry["question"], str) and "outcome" in entry:
                yield entry
        except (ValueError, KeyError, TypeError):
            continue


@dataclass(frozen=True)
class Row:
    """One question: `state` is `solved`, `tried` or `open`."""

    lesson: str
    question: str
    answer: str
    state: str
    tries: int
    hints: int


class Progress:
    """The table that `learntools.progress()` gives; shown as HTML in a notebook and as text elsewhere."""

    def __init__(self, rows: list[Row]):
        self.rows = rows

    def __repr__(self) -> str:
        lines = []
        for lesson in dict.fromkeys(row.lesson for row in self.rows):
            rows = [row for row in self.rows if row.lesson == lesson]
            lines.append(f"{lesson}: {_solved(rows)} of {len(rows)} solved")
            lines += [f"  {_MARK[row.state]} {row.question:<4} {row.state:<7} {_effort(row)}".rstrip() for row in rows]
        return "\n".join(lines) or "No lesson is installed."

    def _repr_html_(self) -> str:
        body = ""
        for lesson in dict.fromkeys(row.lesson for row in self.rows):
            rows = [row for row in self.rows if row.lesson == lesson]
            cells = "".join(
                f'<span title="{html.escape(row.answer)}" style="display:inline-block;margin:.15em .3em;padding:0 .5em;'
                f'border:1px solid currentColor;border-radius:.3em">{_MARK[row.state]} {html.escape(row.question)} '
                f"{row.state}</span>"
                for row in rows
            )
            heading = f"<b>{html.escape(lesson)}</b> · {_solved(rows)} of {len(rows)} solved"
            body += f'<div style="margin:.4em 0">{heading}<br>{cells}</div>'
        return card("Your progress", body or "No lesson is installed.", "#0550ae")


_MARK = {"solved": "✓", "tried": "◐", "open": "○"}


def _solved(rows: list[Row]) -> int:
    return sum(row.state == "solved" for row in rows)


def _effort(row: Row) -> str:
    parts = [f"{row.tries} check{'s' * (row.tries != 1)}"] if row.tries else []
    parts += [f"{row.hints} hint{'s' * (row.hints != 1)}"] if row.hints else []
    return ", ".join(parts)


def summarise(questions: list[tuple[str, str, str]]) -> Progress:
    """The progress on these (lesson, question, answer), in their order."""
    seen: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for entry in checks():
        seen.setdefault((entry["lesson"], entry["question"]), []).append(entry)
    rows = []
    for lesson, question, answer in questions:
        entries = seen.get((lesson, question), [])
        tries = [entry for entry in entries if entry["outcome"] != NOT_ATTEMPTED]
        solved = any(entry["outcome"] == CORRECT for entry in tries)
        hints = max((int(entry.get("hints") or 0) for entry in entries), default=0)
        rows.append(
            Row(lesson, question, answer, "solved" if solved else "tried" if tries else "open", len(tries), hints)
        )
    return Progress(rows)
