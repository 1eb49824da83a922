"""What `nbgrader export` writes in a course of ours; `nbgrader_config.py` names this class.

nbgrader's own exporter writes fields as they are: a comma in a name shifts every column after it, and a spreadsheet
takes a name that begins with = for a formula.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from learntools.grading.report import harmless

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score", "to_read",
)  # fmt: skip


class CsvExport(ExportPlugin):
    """nbgrader's columns, safe to open, and `to_read`: how many cells still wait to be graded by hand, now as 0."""

    def export(self, gradebook: Gradebook) -> None:
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        students, assignments = ({str(name) for name in names} for names in (self.student, self.assignment))
        for assignment in gradebook.assignments:
            for student in gradebook.students:
                if (not assignments or assignment.name in assignments) and (not students or student.id in students):
                    row = _row(gradebook, assignment, student)
                    writer.writerow([_written(row[name]) for name in COLUMNS])
        destination = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", destination)
        destination.write_bytes(("\ufeff" + out.getvalue()).encode("utf-8", "replace"))  # the mark is for Excel


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(student, name) for name in ("last_name", "first_name", "email")}
    row |= {"assignment": assignment.name, "duedate": assignment.duedate, "max_score": assignment.max_score}
    row |= {"student_id": student.id, "timestamp": None}
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return row | dict.fromkeys(("raw_score", "late_submission_penalty", "score"), 0.0) | {"to_read": 0}
    score, penalty = float(submission.score or 0.0), float(submission.late_submission_penalty or 0.0)
    waiting = [grade for notebook in submission.notebooks for grade in notebook.grades if grade.needs_manual_grade]
    return row | {
        "timestamp": submission.timestamp,
        "raw_score": score,
        "late_submission_penalty": penalty,
        "score": max(0.0, score - penalty),
        "to_read": len(waiting),
    }


def _written(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else harmless(str(value))


__all__ = ["CsvExport"]
