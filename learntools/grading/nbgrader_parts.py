"""What nbgrader's own commands use in a course of ours; `nbgrader_config.py` names these classes.

With them `nbgrader generate_assignment` leaves the lessons' own blanks, and `nbgrader autograde` survives what editors
do to a notebook, and does not train.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade

from learntools.authoring.script import AuthoringError, Cell
from learntools.grading.book import as_notebook
from learntools.grading.course import CONFIGURATION, Course
from learntools.grading.key import CHECK, DEMO, NEVER_RUN
from learntools.grading.matching import match, stored
from learntools.grading.names import names
from learntools.grading.placed import Placed
from learntools.grading.submission import read


class BlankAnswers(NbGraderPreprocessor):
    """In place of nbgrader's ClearSolutions: every answer becomes the blank that its author wrote for it."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        metadata = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and metadata.get("solution"):
            try:
                cell.source = Cell("code", cell.source).blank
            except AuthoringError as error:
                raise RuntimeError(f"{metadata.get('grade_id')}: {error}") from None
        return cell, resources


class MendCells(NbGraderPreprocessor):
    """Puts nbgrader's marks back where an editor has lost them, copied them, or where a cell is gone."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        folder = next(
            (one for one in Path(resources["metadata"]["path"]).resolve().parents if (one / CONFIGURATION).is_file()),
            None,
        )
        if folder is None:
            self.log.warning("No course around this notebook: it is graded as it is.")
            return nb, resources
        key = Course(folder).key(resources["nbgrader"]["notebook"])
        matched = match(read(nbformat.writes(nb).encode()), key)
        for remark in matched.remarks:
            self.log.warning(remark)
        mended = as_notebook([stored(item, []) for item in matched.cells])
        nb.cells, nb.nbformat, nb.nbformat_minor = mended.cells, mended.nbformat, mended.nbformat_minor
        for cell, item in zip(nb.cells, matched.cells, strict=True):
            if item.role == DEMO and item.original is not None:  # the tags of what was handed out, not the learner's
                cell.metadata["tags"] = list(item.original.tags)
        absent = _absent(matched.cells)
        if absent:  # the cell that imports them was deleted, or has come to stand below
            nb.cells.insert(0, v4.new_code_cell(f"from learntools.lessons.{key.lesson} import {', '.join(absent)}"))
        return nb, resources


def _absent(cells: list[Placed]) -> list[str]:
    """The questions that nothing has imported by the time of their checks, which need them in a kernel."""
    there: set[str] = set()
    found = []
    for item in cells:
        if item.role == CHECK and item.question not in there:
            found.append(item.question)
        there |= names(item.cell.source).bound if item.cell.kind == "code" else set()
    return found


class ExecuteNeeded(Execute):
    """nbgrader's Execute, which leaves out the cells that train or demonstrate."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        before = os.environ.get("LEARNTOOLS_QUICK")
        os.environ["LEARNTOOLS_QUICK"] = "1"
        try:
            return super().preprocess(nb, resources)
        finally:
            if before is None:
                del os.environ["LEARNTOOLS_QUICK"]
            else:
                os.environ["LEARNTOOLS_QUICK"] = before

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        if NEVER_RUN & set(cell.metadata.get("tags", ())) and not is_grade(cell):  # a test that did not run has passed
            return cell, resources
        return super().preprocess_cell(cell, resources, index)


__all__ = ["BlankAnswers", "ExecuteNeeded", "MendCells"]
