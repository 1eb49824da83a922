"""What nbgrader's own commands use in a course of ours; `nbgrader_config.py` names these classes.

With them `nbgrader generate_assignment` leaves the lessons' own blanks, and `nbgrader autograde` survives what editors
do to a notebook, and does not train.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from learntools.authoring.script import AuthoringError, Cell
from learntools.grading.book import as_notebook
from learntools.grading.course import CONFIGURATION, Course
from learntools.grading.key import NEVER_RUN
from learntools.grading.matching import match, stored
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
        matched = match(read(nbformat.writes(nb).encode()), Course(folder).key(resources["nbgrader"]["notebook"]))
        for remark in matched.remarks:
            self.log.warning(remark)
        nb.cells = as_notebook([stored(item, []) for item in matched.cells]).cells
        return nb, resources


class ExecuteNeeded(Execute):
    """nbgrader's Execute, which leaves out the cells that train or demonstrate."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        if NEVER_RUN & set(cell.metadata.get("tags", ())):
            return cell, resources
        return super().preprocess_cell(cell, resources, index)


__all__ = ["BlankAnswers", "ExecuteNeeded", "MendCells"]
