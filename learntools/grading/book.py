"""Results into nbgrader's gradebook and its folder `autograded`, so that its own tools see them.

What a person has entered by hand (scores, comments) is never overwritten.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, v4

from learntools.core.verdict import NOT_ATTEMPTED, OUR_FAULT
from learntools.grading import GradingError
from learntools.grading.course import Course
from learntools.grading.gradebook import find, opened, said
from learntools.grading.key import ANSWER, CHECK, Key
from learntools.grading.matching import match, stored
from learntools.grading.one import NOT_HANDED_IN, Graded
from learntools.grading.submission import Cell, Submission, Unreadable, read

LONGEST_ID = 128  # characters, in nbgrader's tables; SQLite does not mind


def as_notebook(cells: Sequence[dict[str, Any]]) -> NotebookNode:
    """A notebook of the newest format from cells as `matching.stored` gives them; every id is there once."""
    made, ids = [], set()
    for number, cell in enumerate(cells):
        metadata = {"nbgrader": dict(cell["nbgrader"])} if cell["nbgrader"] else {}
        make = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}.get(cell["kind"], v4.new_raw_cell)
        identity = cell["id"] if cell["id"] and cell["id"] not in ids else f"cell-{number}"
        ids.add(identity)
        new = make(cell["source"], metadata=metadata, id=identity)
        if cell["kind"] == "code":
            new.outputs = [v4.new_output(**_output(item)) for item in cell["outputs"]]
        made.append(new)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return v4.new_notebook(cells=made, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def _output(item: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in item.items() if name != "execution_count"}
    if kept["output_type"] == "execute_result":
        kept["execution_count"] = None
    return kept


def write(course: Course, stem: str, graded: dict[str, Graded]) -> dict[str, str]:
    """Every student's result into the gradebook, one after the other; of whom that failed, and why, in a sentence.

    Whoever was late is given the penalty that nbgrader's own plugin finds, and a remark.

    Raises:
        GradingError: the lesson is not in the gradebook, or the gradebook cannot be used.
    """
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import InterfaceError, OperationalError, StatementError

    key = course.key(stem)
    penalty = _late_penalty(course)
    trouble: dict[str, str] = {}
    with opened(course) as gradebook:
        find(gradebook, course, stem)
        for student, result in graded.items():
            folder = course.folder / "autograded" / student / stem
            try:
                notebook = _judged(course, key, student, result)
                same = [cell.source for cell in notebook.cells] == _sources(folder / f"{stem}.ipynb")
                row = _enter(gradebook, course, key, student, result, same)
                result.remarks += _punish(gradebook, row, student, penalty)
                doubt = _stamp(course.folder / "submitted" / student / stem)[1]
                result.remarks += doubt
                result.needs += doubt
            except (OperationalError, InterfaceError):
                raise  # the whole gradebook's trouble, not this student's
            except (UnicodeError, InvalidEntry, StatementError, GradingError) as error:
                gradebook.db.rollback()
                trouble[student] = f"Not in the gradebook: {said(error)}."
                with contextlib.suppress(OSError):
                    _empty(folder)  # nbgrader would stumble over what has no scores
                continue
            try:
                _keep(notebook, folder, course.folder / "submitted" / student / stem, result)
            except OSError as error:
                where = Path(error.filename or folder)
                trouble[student] = f"Not in autograded/, so without feedback: {where.name}: {error.strerror}."
    return trouble


def _judged(course: Course, key: Key, student: str, result: Graded) -> NotebookNode:
    """The notebook with its verdicts.

    Of a submission that could not be judged it is what was handed in, or else the released notebook, with the reason in
    place of each verdict.
    """
    if result.cells:
        with contextlib.suppress(Exception):  # outputs are the learner's: none of them may stop a class
            return as_notebook(result.cells)
    submitted = course.folder / "submitted" / student / key.stem / f"{key.stem}.ipynb"
    return as_notebook(_not_judged(key, result, submitted))


def _keep(notebook: NotebookNode, folder: Path, submitted: Path, result: Graded) -> None:
    """Into `autograded`, with what nbgrader's `collect` notes: without that its `release_feedback` stops for all."""
    import nbformat

    secret = _noted(folder, "submission_secret.txt") or secrets.token_hex(16)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    _empty(folder)
    if result.state == NOT_HANDED_IN:
        return
    folder.mkdir(parents=True)
    content = nbformat.writes(notebook).encode("utf-8", "replace")  # it may hold halves of characters
    (folder / f"{folder.name}.ipynb").write_bytes(content)
    for name, otherwise in (("timestamp.txt", now), ("submission_secret.txt", secret)):
        (folder / name).write_text(_noted(submitted, name) or otherwise, encoding="utf-8")


def _empty(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def _not_judged(key: Key, result: Graded, path: Path) -> list[dict[str, Any]]:
    try:
        submission = read(path.read_bytes())
    except (OSError, Unreadable):
        submission = Submission([Cell(cell.kind, cell.source, cell.id, cell.grade_id) for cell in key.cells])
    cells = []
    for item in match(submission, key).cells:
        data = {"text/plain": "0.0", "text/html": result.questions[item.question]["html"]} if item.question else {}
        verdict = {"output_type": "execute_result", "data": data, "metadata": {}}
        cells.append(stored(item, [verdict] if item.role == CHECK else []))
    return cells


def _sources(path: Path) -> list[str] | None:
    """The texts of the cells that a run before has written; None if there was none."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _noted(folder: Path, name: str) -> str:
    path = folder / name
    with contextlib.suppress(OSError):
        if path.is_file() and not path.is_symlink():
            with path.open(encoding="utf-8", errors="replace") as file:
                return file.read(1000).strip()
    return ""


def _enter(gradebook: Any, course: Course, key: Key, student: str, result: Graded, same: bool) -> Any:
    """All scores and comments of one student in one commit; the row of the notebook."""
    if len(student) > LONGEST_ID and not course.db_url.startswith("sqlite"):
        raise GradingError(f"its name has {len(student)} characters, and this database takes {LONGEST_ID}")
    gradebook.update_or_create_student(student)
    stamp, doubt = _stamp(course.folder / "submitted" / student / key.stem)
    known = {"timestamp": stamp} if stamp or doubt else {}  # else the gradebook keeps what it has
    submission = gradebook.update_or_create_submission(key.stem, student, **known)
    notebook = next(item for item in submission.notebooks if item.name == key.stem)
    checks = {cell.grade_id: name for name, cell in key.questions.items()}
    for grade in notebook.grades:
        if result.state == OUR_FAULT:
            score = None
        elif grade.name in checks:
            score = result.questions[checks[grade.name]]["points"]
        elif result.state == "graded" and result.written.get(grade.name, True):
            score = None  # written in words, or graded by something that the instructor added
        else:
            score = 0.0
        if grade.manual_score is None or not same or grade.auto_score != score:
            grade.needs_manual_grade = grade.manual_score is not None or score is None
        grade.auto_score = score
    for comment in notebook.comments:
        comment.auto_comment = "No response." if _is_empty(comment.name, key, result) else None
    if result.flags and not same:  # once for each notebook: a person may have looked into it since, and cleared it
        notebook.flagged = True
    gradebook.db.commit()
    return notebook


def _is_empty(grade_id: str, key: Key, result: Graded) -> bool:
    cell = key.by_grade_id.get(grade_id)
    if cell is not None and cell.role == ANSWER:
        return result.questions[cell.question]["outcome"] == NOT_ATTEMPTED
    return not result.written.get(grade_id, result.state == "graded")


def _stamp(folder: Path) -> tuple[Any, list[str]]:
    """When it was handed in, as nbgrader's `collect` has noted it, else None; and what is wrong with that note."""
    from nbgrader.utils import parse_utc

    found = _noted(folder, "timestamp.txt")
    with contextlib.suppress(ValueError, OverflowError):
        if found:
            return parse_utc(found), []
    if not found and not _exists(folder / "timestamp.txt"):
        return None, []
    return None, [f"timestamp.txt cannot be read ({found[:40]!r}): counted as on time."]


def _exists(path: Path) -> bool:
    with contextlib.suppress(OSError):
        path.lstat()
        return True
    return False


Penalty = Callable[[str, float, float], float | None]


def _late_penalty(course: Course) -> Penalty:
    """What nbgrader's plugin takes off: (student, score, seconds late) → points, or None."""
    from nbgrader.preprocessors import AssignLatePenalties

    late = AssignLatePenalties(config=course.settings())

    def penalty(student: str, score: float, seconds: float) -> float | None:
        try:
            late.init_plugin()
            return late.plugin_inst.late_submission_penalty(student, score, seconds)  # type: ignore[attr-defined]
        except Exception as error:
            raise GradingError(f"the plugin for late submissions failed ({type(error).__name__}: {error})") from None

    return penalty


def _punish(gradebook: Any, notebook: Any, student: str, penalty: Penalty) -> list[str]:
    """Enter the penalty of one who was late; what to tell about it."""
    seconds = notebook.assignment.total_seconds_late
    taken = penalty(student, notebook.score, seconds) if seconds > 0 else None
    notebook.late_submission_penalty = None if taken is None else min(max(0.0, taken), notebook.score)
    gradebook.db.commit()
    if seconds <= 0:
        return []
    fewer = f"; the gradebook takes {notebook.late_submission_penalty:g} points off" if taken else ""
    return [f"Handed in {timedelta(seconds=round(seconds))} late (hours:minutes:seconds){fewer}."]
