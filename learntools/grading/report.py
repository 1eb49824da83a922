"""What an instructor reads after a run: grades.csv, grades.json, and what was hard for the class.

write(folder, "02_convolutions", results, key)
print(table(results), summary(results, key), sep="\\n")
"""

from __future__ import annotations

import csv
import io
import json
import os
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from learntools.core.verdict import CORRECT, NOT_ATTEMPTED
from learntools.grading.key import Key
from learntools.grading.one import Graded

FEW = 5  # students, below which discrimination says nothing
LONGEST_NAME, LONGEST_NOTE = 32, 160  # characters in the table; the files have everything


def write(folder: Path, results: Mapping[str, Graded], key: Key) -> list[Path]:
    """`grades.csv`, `grades.json` and `class.json` into the folder; the paths.

    No cell of the CSV can be taken for a formula, and every text is quoted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "grades.csv": "\ufeff" + as_csv(results, key),  # the mark lets Excel read UTF-8
        "grades.json": json.dumps(as_rows(results, key), indent=1, ensure_ascii=False) + "\n",
        "class.json": json.dumps(analysis(results, key), indent=1, ensure_ascii=False) + "\n",
    }
    made = []
    for name, text in contents.items():
        part = folder / f"{name}.part"
        part.write_bytes(text.encode("utf-8", "replace"))  # what a learner wrote may hold halves of characters
        os.replace(part, folder / name)
        made.append(folder / name)
    return made


def as_rows(results: Mapping[str, Graded], key: Key) -> list[dict[str, Any]]:
    """A dictionary for each student, by name."""
    most = sum(cell.points for cell in key.questions.values())
    kept = ("points", "max_points", "outcome", "diagnosis", "message")
    return [
        {
            "student": student,
            "lesson": key.stem,
            "points": round(result.points, 4),
            "max_points": most,
            "state": result.state,
            "seconds": result.seconds,
            "questions": {name: {k: item[k] for k in kept} for name, item in result.questions.items()},
            "written": result.written,
            "remarks": result.remarks,
            "flags": result.flags,
        }
        for student, result in sorted(results.items())
    ]


def as_csv(results: Mapping[str, Graded], key: Key) -> str:
    """One line for each student; of each question the points, the outcome and the diagnosed mistake."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    parts = ("points", "outcome", "diagnosis")
    columns = [f"{name}_{part}" for name in key.questions for part in parts]
    writer.writerow(["student", "points", "max_points", "state", "seconds", *columns, "remarks", "flags"])
    for row in as_rows(results, key):
        found = [row["questions"][name][part] for name in key.questions for part in parts]
        fixed = [row[name] for name in ("student", "points", "max_points", "state", "seconds")]
        values = [*fixed, *found, " ".join(row["remarks"]), "; ".join(row["flags"])]
        writer.writerow([value if isinstance(value, int | float) else harmless(value or "") for value in values])
    return out.getvalue()


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula; in Japanese ones, signs of full width begin one, too."""
    return "'" + text if text[:1] in tuple("=+-@＝＋－＠\t\r\n") else text


def _clean(text: str) -> str:
    """Text from a submission that neither moves a terminal's cursor nor breaks a file of UTF-8."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def analysis(results: Mapping[str, Graded], key: Key) -> dict[str, Any]:
    """How the class did: of each question its difficulty, its discrimination, and its most common mistakes.

    difficulty: the share of points that the class earned (1: all of them), of those who handed something in.
    discrimination: the correlation of a question's points with those of all other questions, -1 to 1; None where all
    have the same, or of fewer than five students. A low one says that the question, or its check, deserves a look.
    """
    graded = [result for result in results.values() if result.state == "graded"]
    questions = {}
    for name, cell in key.questions.items():
        items = [result.questions[name] for result in graded]
        own = [item["points"] for item in items]
        rest = [result.points - item["points"] for result, item in zip(graded, items, strict=True)]
        mistakes = Counter(item["diagnosis"] for item in items if item["diagnosis"])
        questions[name] = {
            "answer": key.answers[name],
            "max_points": cell.points,
            "correct": sum(item["outcome"] == CORRECT for item in items),
            "not_attempted": sum(item["outcome"] == NOT_ATTEMPTED for item in items),
            "difficulty": round(sum(own) / (cell.points * len(own)), 4) if own and cell.points else None,
            "discrimination": _correlation(own, rest),
            "mistakes": dict(mistakes.most_common()),
        }
    points = [result.points for result in graded]
    return {
        "lesson": key.stem,
        "students": len(results),
        "states": dict(Counter(result.state for result in results.values())),
        "mean_points": round(statistics.fmean(points), 4) if points else None,
        "median_points": round(statistics.median(points), 4) if points else None,
        "max_points": sum(cell.points for cell in key.questions.values()),
        "flagged": sorted(student for student, result in results.items() if result.flags),
        "questions": questions,
    }


def _correlation(one: list[float], other: list[float]) -> float | None:
    if len(one) < FEW or len(set(one)) == 1 or len(set(other)) == 1:
        return None
    return round(statistics.correlation(one, other), 4)


def table(results: Mapping[str, Graded], key: Key) -> str:
    """A line for each student: points, seconds, and what the instructor should know."""
    most = sum(cell.points for cell in key.questions.values())
    names = {student: _short(_clean(student), LONGEST_NAME) for student in results}
    width = max([7, *(len(name) for name in names.values())])
    lines = [f"{'student':<{width}}   points   seconds"]
    for student, result in sorted(results.items()):
        notes = [] if result.state == "graded" else [f"{result.state}."]
        notes += [f"Flagged: {'; '.join(result.flags)}."] if result.flags else []
        notes += [remark for remark in result.remarks[:2] if remark not in notes]
        note = _short(_clean(" ".join(notes)), LONGEST_NOTE)
        lines.append(f"{names[student]:<{width}}   {result.points:>5.4g}/{most:<4g} {result.seconds:7.1f}   {note}")
    return "\n".join(line.rstrip() for line in lines)


def needing(results: Mapping[str, Graded], misplaced: Sequence[str]) -> str:
    """Who needs the instructor, and why, a line for each; empty where nobody does."""
    lines = [
        f"  {_short(_clean(student), LONGEST_NAME)}: {_clean(' '.join(dict.fromkeys(result.needs)))}"
        for student, result in sorted(results.items())
        if result.needs
    ]
    lines += [f"  {_clean(sentence)}" for sentence in misplaced]
    return "\n".join([f"Needs you ({len(lines)}):", *lines]) if lines else ""


def summary(results: Mapping[str, Graded], key: Key) -> str:
    """The class in a few lines: each question with its difficulty and its most common mistakes."""
    found = analysis(results, key)
    lines = ["question   earned   apart   most common mistakes"]
    for name, item in found["questions"].items():
        earned = "-" if item["difficulty"] is None else f"{item['difficulty']:.0%}"
        apart = "-" if item["discrimination"] is None else f"{item['discrimination']:+.2f}"
        common = ", ".join(f"{label} ({count})" for label, count in list(item["mistakes"].items())[:3])
        lines.append(f"{name:<8} {earned:>8} {apart:>7}   {common}".rstrip())
    if found["mean_points"] is not None:
        lines.append(
            f"mean {found['mean_points']:.2f} of {found['max_points']:g} points, median {found['median_points']:g}"
        )
    return "\n".join(lines)
