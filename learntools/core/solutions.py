"""The answer cells of the course's own solutions, which `q1.solution()` shows.

    cell("simple_gan", "q4")    # "def discriminator_loss(real_logits, fake_logits): ...", or "" where there is none

A learner can paste such a cell into the notebook, in the place of their own: it is the same cell with its blanks
filled, and uses only what the cells above it have made. The references that the checks compare with need not: they
stand in the package, among other names.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

_MARKER = re.compile(r"^\s*### (BEGIN|END) SOLUTION.*\n?", re.MULTILINE)


def cell(lesson: str, question: str) -> str:
    """The answer cell of this question, solved; "" where the course's scripts do not have it, or are not here."""
    found = re.search(
        rf'^# %%[^\n]* answer="{question}".*?\n(.*?)(?=^# %%|\Z)', _script(lesson), re.DOTALL | re.MULTILINE
    )
    return _MARKER.sub("", found[1]).strip() if found else ""


@functools.cache
def _script(lesson: str) -> str:
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parent / "solutions", package / "solutions"):  # of the checkout, and in the wheel
        for path in folder.glob(f"[0-9][0-9]_{lesson}.py"):
            return path.read_text(encoding="utf-8")
    return ""
