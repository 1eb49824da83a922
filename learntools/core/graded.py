"""What is different while a class is graded: no solutions, and no reference in place of an answer.

`handed_out` says whether the cell that runs now is one of the course's own; the grader sets it before each cell. Only
such a cell may get the reference where an answer is wrong, so that a wrong answer costs nothing later on.
"""

from __future__ import annotations

import os

handed_out = True


def grading() -> bool:
    """Whether this notebook is being graded or validated by nbgrader, or by `learntools grade`."""
    return os.environ.get("NBGRADER_EXECUTION") in ("autograde", "validate")
