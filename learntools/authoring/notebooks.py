"""All the notebooks of a checkout: build them from their scripts, or say in words how they differ.

from learntools.authoring import lessons, root
from learntools.authoring.notebooks import build_all
build_all(lessons(), root())                # writes notebooks/*.ipynb
build_all(lessons(), root(), check=True)    # writes nothing
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from learntools.authoring import build
from learntools.authoring.course import Lesson, repository
from learntools.authoring.script import AuthoringError


@dataclass(frozen=True)
class Built:
    """What became of one notebook.

    Attributes:
        name: its path in the checkout, such as `notebooks/02_convolutions.ipynb`.
        state: `written`, `unchanged`, `differs` (with `check`), or `failed`.
        reason: one sentence where it differs or failed.
    """

    name: str
    state: str
    reason: str = ""

    @property
    def good(self) -> bool:
        """Whether the notebook is now what its script gives."""
        return self.state in ("written", "unchanged")


def build_all(lessons: Sequence[Lesson], folder: Path, *, check: bool = False) -> list[Built]:
    """Build the notebooks of these lessons into the checkout at `folder`, or with `check` only compare them.

    A lesson whose script is wrong does not keep the others from being built.
    """
    address = repository(folder)
    done = [_build(lesson, folder, address, check) for lesson in lessons]
    known = {build.path(lesson, folder) for lesson in lessons}
    strays = [file for file in sorted((folder / "notebooks").glob("*.ipynb")) if file not in known]
    return done + [Built(f"notebooks/{file.name}", "differs", _STRAY) for file in strays]


_STRAY = "No lesson's script gives this notebook: delete it, or add the lesson."


def _build(lesson: Lesson, folder: Path, address: str, check: bool) -> Built:
    file = build.path(lesson, folder)
    name = f"notebooks/{file.name}"
    try:
        wanted = build.text(build.notebook(lesson, repository=address))
    except AuthoringError as error:
        return Built(name, "failed", str(error))
    present = file.read_text(encoding="utf-8") if file.is_file() else None
    if present == wanted:
        return Built(name, "unchanged")
    if check:
        return Built(name, "differs", difference(present, wanted))
    file.parent.mkdir(exist_ok=True)
    file.write_text(wanted, encoding="utf-8", newline="\n")
    return Built(name, "written")


def difference(present: str | None, wanted: str) -> str:
    """How a notebook's text differs from what its script gives, in one sentence about the first cell that does."""
    if present is None:
        return "It does not exist."
    try:
        cells, other = _parts(present)
    except (ValueError, TypeError, KeyError):
        return "It cannot be read as a notebook."
    expected, expected_other = _parts(wanted)
    for number, (cell, good) in enumerate(zip_longest(cells, expected), start=1):
        if cell != good:
            return _cell_difference(number, cell, good)
    if other != expected_other:
        return "The cells agree, but the notebook's metadata does not."
    return "The cells agree; only the layout of the file differs."


def _cell_difference(number: int, cell: dict[str, Any] | None, good: dict[str, Any] | None) -> str:
    if good is None:
        return f"Cell {number} ({_name(cell)}) and what follows it are not in the script."
    if cell is None:
        return f"Cell {number} ({_name(good)}) and what follows it are missing."
    parts = [part for part in sorted(cell.keys() | good.keys()) if cell.get(part) != good.get(part)]
    if "source" not in parts:
        return f"Cell {number} ({_name(good)}) differs in its {' and '.join(parts)}."
    lines = zip_longest("".join(cell["source"]).splitlines(), "".join(good["source"]).splitlines())
    found, expected = next(pair for pair in lines if pair[0] != pair[1])
    if found is None or expected is None:
        said = f"lacks {expected!r}" if found is None else f"has {found!r} as one line too many"
        return f"Cell {number} ({_name(good)}) {said}."
    return f"Cell {number} ({_name(good)}) reads {found!r}; the script gives {expected!r}."


def _parts(text: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    notebook = json.loads(text)
    return notebook.pop("cells"), notebook


def _name(cell: dict[str, Any] | None) -> str:
    return f"{cell.get('cell_type')} {cell.get('id')}" if cell else ""
