"""What is different while a class is graded: no solutions, and no reference before a question has been judged.

While a cell runs, the grader has put a `Closed` in the place of every answer that an exercise knows, but for the
questions whose checks lie above: there `get()` gives the reference where the answer is wrong, as at home, so that a
wrong answer costs nothing later on.
"""

from __future__ import annotations

import os
from typing import Any


def grading() -> bool:
    """Whether this notebook is being graded or validated by nbgrader, or by `learntools grade`."""
    return os.environ.get("NBGRADER_EXECUTION") in ("autograde", "validate")


class Closed:
    """Stands where an answer of the course's own was, such as `q1.reference`."""

    def __init__(self, name: str):
        self.name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise PermissionError(f"{self.name} is closed while a notebook is graded")

    def __repr__(self) -> str:
        return f"<{self.name} is closed while a notebook is graded>"
