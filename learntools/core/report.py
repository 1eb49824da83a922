"""One page about what a learner has done, to print or to save as PDF.

learntools.report(name="Ada")

It is one HTML file without anything from elsewhere, read from the record on the learner's own disk.
"""

from __future__ import annotations

import datetime
import html
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from learntools.core.progress import MARK, Progress, Row, bar, summarise
from learntools.core.record import checks, times
from learntools.core.verdict import CORRECT
from learntools.core.verdict import _escape as prose

OURS = '<meta name="generator" content="learntools report">'  # how a report knows one of its own again
MISTAKES = 5  # that fit on the page
WORDS = 170  # characters of a mistake's sentence


@dataclass(frozen=True)
class Mistake:
    """A known mistake that the learner met: `met` is how often, `solved` whether the question was solved afterwards."""

    lesson: str
    question: str
    name: str
    message: str
    met: int
    solved: bool


@dataclass(frozen=True)
class Report:
    """A report that has been written to `path`: a link in a notebook, a sentence elsewhere."""

    path: Path

    def __repr__(self) -> str:
        return f"The report is in {self.path}: open it in a browser, and print it or save it as PDF there."

    def _repr_html_(self) -> str:
        try:
            link = quote(self.path.resolve().relative_to(Path.cwd()).as_posix())
        except ValueError:  # elsewhere on the disk, where a notebook's page cannot point by a relative link
            link = self.path.resolve().as_uri()
        shown = html.escape(str(self.path))
        return (
            f'<p>The report is in <a href="{link}" target="_blank">{shown}</a>. Open it in a browser, and print it or '
            "save it as PDF there.</p>"
        )


def write(questions: Iterable[tuple[Any, ...]], path: str | os.PathLike[str], name: str = "") -> Report:
    """Write the report on these questions, as `summarise` takes them, to `path`.

    Raises:
        ValueError: `path` is no name of an HTML file, or its folder does not exist.
        FileExistsError: `path` is there already and is no report.
    """
    target = Path(path).expanduser()
    if target.suffix.lower() not in (".html", ".htm"):
        raise ValueError(
            f"A report is an HTML page, and {str(path)!r} does not end in .html. Save it as PDF from the browser's "
            "print dialogue."
        )
    if not target.parent.is_dir():
        raise ValueError(f"There is no folder {target.parent} to write the report into. Make it first.")
    if target.exists() and not _is_ours(target):
        raise FileExistsError(
            f"{target} is there already and is not a report of learntools, so it stays as it is. Give another name, "
            "such as learntools.report('my-report.html')."
        )
    target.write_text(page(summarise(questions), mistakes(), name), encoding="utf-8")
    return Report(target)


def _is_ours(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return OURS.encode() in opened.read(1000)


def mistakes() -> list[Mistake]:
    """The known mistakes in the record: first those that a right answer followed, and of these the most frequent."""
    met: dict[tuple[str, str, str], int] = {}
    said: dict[tuple[str, str, str], str] = {}
    overcome: set[tuple[str, str, str]] = set()
    for entry in checks():
        question = (entry["lesson"], entry["question"])
        diagnosis = entry.get("diagnosis")
        if entry["outcome"] == CORRECT:
            overcome |= {key for key in met if key[:2] == question}
        elif isinstance(diagnosis, str):
            key = (*question, diagnosis)
            met[key] = met.get(key, 0) + times(entry)
            message = entry.get("message")
            said[key] = message if isinstance(message, str) and message else said.get(key, "")
    found = [Mistake(*key, said[key], count, key in overcome) for key, count in met.items()]
    return sorted(found, key=lambda mistake: (not mistake.solved, -mistake.met))


def page(progress: Progress, met: list[Mistake], name: str = "") -> str:
    """The report as HTML."""
    rows = progress.rows
    heading = "What I have learned" if not name else html.escape(name[:80])
    solved = [row for row in rows if row.state == "solved"]
    earned, worth = sum(row.points for row in rows), sum(row.max_points for row in rows)
    facts = [
        f"{len(solved)} of {len(rows)} questions solved",
        f"{earned:g} of {worth:g} points",
        f"{sum(row.unaided for row in rows)} solved without a hint",
        f"{sum(row.tries for row in rows)} checks",
    ]
    lessons = "".join(_lesson(part) for part in progress.lessons.values())
    columns = "".join(f'<th scope="col">{title}</th>' for title in ("lesson", "", "points", "solved", "no hint"))
    key = " · ".join(f"{mark} {state}" for state, mark in MARK.items())
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{OURS}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Models that Create: {heading}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<p class="course">Models that Create</p>
<h1>{heading}</h1>
<p>{datetime.date.today().isoformat()} · {" · ".join(facts)}</p>
</header>
<main>
<h2>Lesson by lesson</h2>
<table>
<thead><tr>{columns}<th scope="col">questions</th></tr></thead>
<tbody>{lessons}</tbody>
</table>
<p class="small">{key}; * solved without a hint. A filled part of a bar is solved, a hatched one tried.</p>
<h2>The mistakes that taught most</h2>
{_mistakes(met, progress)}
</main>
<footer>Written by learntools from the learner's own record of checks. Nobody has supervised them.</footer>
</body>
</html>
"""


def _lesson(rows: list[Row]) -> str:
    first = rows[0]
    earned, worth = sum(row.points for row in rows), sum(row.max_points for row in rows)
    marks = " ".join(
        f'<span class="q">{MARK[row.state]} {html.escape(row.question)}{"*" * row.unaided}</span>' for row in rows
    )
    solved, unaided = sum(row.state == "solved" for row in rows), sum(row.unaided for row in rows)
    cells = [bar(rows, "5em"), f"{earned:g} of {worth:g}", f"{solved} of {len(rows)}", str(unaided)]
    return (
        f'<tr><th scope="row">{html.escape(_title(first.place, first.lesson))}</th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + f'<td class="all">{marks}</td></tr>\n'
    )


def _title(place: str, lesson: str) -> str:
    return f"{place} {lesson.replace('_', ' ')}".strip()


def _mistakes(met: list[Mistake], progress: Progress) -> str:
    if not met:
        return "<p>None yet. A mistake that a check knows by name will stand here.</p>"
    places = {row.lesson: row.place for row in progress.rows}
    items = ""
    for mistake in met[:MISTAKES]:
        where = f"{_title(places.get(mistake.lesson, ''), mistake.lesson)}, {mistake.question}"
        often = "once" if mistake.met == 1 else f"{mistake.met} times"
        after = "solved afterwards" if mistake.solved else "not solved yet"
        words = f"<br>{prose(shortened(mistake.message))}" if mistake.message else ""
        items += f"<li><b>{html.escape(mistake.name[:60])}</b> · {html.escape(where)} · {often}, {after}{words}</li>\n"
    more = len(met) - MISTAKES
    rest = f'<p class="small">And {more} other{"s" * (more > 1)}.</p>' if more > 0 else ""
    return f"<ol>\n{items}</ol>{rest}"


def shortened(message: str) -> str:
    """As many whole sentences as fit, or else as many words."""
    if len(message) <= WORDS:
        return message
    cut = message[:WORDS]
    end = max(cut.rfind(". "), cut.rfind("? "))
    return cut[: end + 1] if end > WORDS // 3 else cut.rsplit(" ", 1)[0] + " …"


# Margins and sizes are such that eight lessons with 66 questions fit on one sheet of A4 (less wide) and of Letter (less
# tall) alike; the browser's own paper size is left alone.
_STYLE = """
@page { margin: 12mm 14mm; }
:root { color-scheme: light dark; }
body { font: 10.5pt/1.4 system-ui, sans-serif; max-width: 56em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.7em; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1em; margin: 1.1em 0 .3em; }
p { margin: .3em 0; }
.course { font-weight: 600; opacity: .8; }
.small, footer { font-size: .85em; opacity: .85; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .22em .7em .22em 0; white-space: nowrap; }
tr { border-bottom: 1px solid; }
td.all { white-space: normal; width: 50%; padding-right: 0; }
.q { display: inline-block; min-width: 3.6em; }
ol { margin: .3em 0; padding-left: 1.4em; }
li { margin: .25em 0; break-inside: avoid; overflow-wrap: anywhere; }
footer { margin-top: 1.2em; border-top: 1px solid; padding-top: .3em; }
@media print {
  :root { color-scheme: light; }
  body { font-size: 9pt; line-height: 1.3; max-width: none; margin: 0; padding: 0; }
  tr { break-inside: avoid; }
}
"""
