"""A submitted file, however damaged, as cells.

    submission = read(path.read_bytes())
    submission.cells, submission.remarks

Nothing of it is executed or trusted here. Outputs are dropped: a graded run makes its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

LARGEST = 200 * 2**20  # bytes of a file that is looked at; one with pictures has a few million
MOST_CELLS = 2000

KINDS = {"code": "code", "markdown": "markdown", "raw": "raw", "heading": "markdown", "html": "markdown"}


class Unreadable(Exception):
    """Nothing can be read from the file; the message says why."""


@dataclass
class Cell:
    """One cell as it was submitted.

    Attributes:
        kind: code, markdown or raw.
        source: its text.
        id, grade_id: Jupyter's and nbgrader's name of it; empty where there is none.
    """

    kind: str
    source: str
    id: str = ""
    grade_id: str = ""


@dataclass
class Submission:
    """The cells of a file, and what was unusual about it, in sentences."""

    cells: list[Cell]
    remarks: list[str] = field(default_factory=list)


def read(content: bytes) -> Submission:
    """The cells of a notebook file of any nbformat since 3, of which the end may be missing.

    Raises:
        Unreadable: it is empty, far too large, or no notebook.
    """
    if not content.strip():
        raise Unreadable("the file is empty")
    if len(content) > LARGEST:
        raise Unreadable(f"the file has {len(content) / 2**20:.0f} MB; at most {LARGEST // 2**20} are read")
    remarks: list[str] = []
    text = _decoded(content, remarks)
    try:
        found = json.loads(text)
    except RecursionError:
        raise Unreadable("its brackets are nested too deeply for a notebook") from None
    except ValueError as error:
        found = {"cells": _salvaged(text)}
        if not found["cells"]:
            raise Unreadable(f"it is no valid JSON ({error})") from None
        remarks.append(f"The file is damaged ({error}): the first {len(found['cells'])} cells could be read.")
    cells = [cell for item in _items(found) if (cell := _cell(item, remarks)) is not None]
    if not cells:
        raise Unreadable("it has no cells")
    if len(cells) > MOST_CELLS:
        remarks.append(f"Of {len(cells)} cells the first {MOST_CELLS} were read.")
    return Submission(cells[:MOST_CELLS], remarks)


def _decoded(content: bytes, remarks: list[str]) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        remarks.append("The file is in UTF-16; notebooks are UTF-8.")
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        remarks.append("The file is not UTF-8; it was read as Windows-1252.")
        return content.decode("cp1252", errors="replace")


def _salvaged(text: str) -> list[Any]:
    """The cells before the place where the JSON breaks off."""
    start = text.find('"cells"')
    place = text.find("[", start) + 1
    if start < 0 or not place:
        return []
    decoder, cells = json.JSONDecoder(), []
    while True:
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        try:
            cell, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return cells
        cells.append(cell)


def _items(found: Any) -> list[Any]:
    if not isinstance(found, dict):
        raise Unreadable("it is JSON, but no notebook")
    cells = found.get("cells")
    if cells is None and isinstance(found.get("worksheets"), list):  # nbformat 3
        sheets = [sheet for sheet in found["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    if not isinstance(cells, list):
        raise Unreadable("it is JSON, but no notebook: it has no list of cells")
    return cells


def _cell(item: Any, remarks: list[str]) -> Cell | None:
    if not isinstance(item, dict) or item.get("cell_type") not in KINDS:
        remarks.append("Something among the cells is none, and was left out.")
        return None
    metadata = item.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    if grade_id is None and isinstance(metadata, dict) and isinstance(metadata.get("id"), str):
        item = {"id": metadata["id"], **item}  # where Colab keeps it
    return Cell(
        kind=KINDS[item["cell_type"]],
        source=_text(item.get("source", item.get("input", ""))),
        id=item["id"] if isinstance(item.get("id"), str) else "",
        grade_id=grade_id if isinstance(grade_id, str) else "",
    )


def _text(source: Any) -> str:
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str)).replace("\r\n", "\n")
