"""Results into nbgrader's gradebook and its folder `autograded`, so that its own tools see them.

What a person has entered by hand (scores, comments) is never overwritten.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, v4

from learntools.grading import GradingError
from learntools.grading.course import Course
from learntools.grading.one import NOT_HANDED_IN, Graded


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


def write(
    course: Course, stem: str, graded: dict[str, Graded], told: Callable[[str], None] = lambda student: None
) -> None:
    """Every student's result into the gradebook, one after the other, each whole or not at all.

    Raises:
        GradingError: the lesson is not in the gradebook, or the gradebook cannot be reached.
    """
    import nbformat
    from nbgrader.api import Gradebook, MissingEntry
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader's own models make some
    try:
        with Gradebook(course.db_url, course.course_id) as gradebook:
            try:
                gradebook.find_notebook(stem, stem)
            except MissingEntry:
                raise GradingError(
                    f"{stem} is not in the gradebook: run `nbgrader generate_assignment {stem}` in {course.folder}."
                ) from None
            for student, result in graded.items():
                if result.state != NOT_HANDED_IN and result.cells:
                    notebook = as_notebook(result.cells)
                    folder = course.folder / "autograded" / student / stem
                    _replace(folder, course.folder / "submitted" / student / stem)
                    nbformat.write(notebook, folder / f"{stem}.ipynb")
                _enter(gradebook, course, stem, student, result)
                told(student)
    except SQLAlchemyError as error:
        said = str(error).partition("\n")[0]
        raise GradingError(f"The gradebook cannot be used: {said}. Its address is in nbgrader_config.py.") from None


def _replace(folder: Path, submitted: Path) -> None:
    """An empty folder with the submission's time stamp."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    stamp = submitted / "timestamp.txt"
    if stamp.is_file() and not stamp.is_symlink():
        shutil.copy(stamp, folder)


def _enter(gradebook: Any, course: Course, stem: str, student: str, result: Graded) -> None:
    gradebook.update_or_create_student(student)
    stamp = _stamp(course.folder / "submitted" / student / stem)
    submission = gradebook.update_or_create_submission(stem, student, **({"timestamp": stamp} if stamp else {}))
    notebook = next(item for item in submission.notebooks if item.name == stem)
    for grade in notebook.grades:
        question = grade.name.partition("-")[0]
        if question in result.questions:
            grade.auto_score = result.questions[question]["points"]
        else:
            grade.auto_score = None if result.written.get(grade.name) else 0
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
    for comment in notebook.comments:
        question = comment.name.partition("-")[0]
        empty = (
            result.questions[question]["outcome"] == "not attempted"
            if question in result.questions
            else not result.written.get(comment.name)
        )
        comment.auto_comment = "No response." if empty else None
    gradebook.db.commit()


def _stamp(folder: Path) -> Any:
    """When it was handed in, as nbgrader's `collect` has noted it; None where it has not."""
    from nbgrader.utils import parse_utc

    path = folder / "timestamp.txt"
    if not path.is_file() or path.is_symlink():
        return None
    try:
        return parse_utc(path.read_text(encoding="utf-8", errors="replace").strip()[:100])
    except (ValueError, OverflowError):
        return None


def enroll(course: Course, students: Sequence[dict[str, str]]) -> int:
    """Enter these students into the gradebook, or correct their names; how many there are now."""
    from nbgrader.api import Gradebook

    with Gradebook(course.db_url, course.course_id) as gradebook:
        for student in students:
            known: dict[str, Any] = {name: value for name, value in student.items() if name != "id" and value}
            gradebook.update_or_create_student(student["id"], **known)
        return len(gradebook.students)


def enrolled(course: Course) -> list[str]:
    """The ids of all students in the gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(course.db_url, course.course_id) as gradebook:
        return sorted(str(student.id) for student in gradebook.students)
