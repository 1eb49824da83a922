"""A submitted file, however damaged, as cells.

    submission = read(path.read_bytes())
    submission.cells, submission.remarks

Nothing of it is executed or trusted here. Outputs are dropped: a graded run makes its own.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

LARGEST = 200 * 2**20  # bytes of a file that is looked at; one with pictures has a few million
MOST_PARTS = 10_000_000  # commas, ten for each brace: what a file could swell to in memory
MOST_CELLS = 5000
LONGEST = 1_000_000  # characters of one cell of code
MOST_BREAKS = 50  # places of a damaged file behind which cells are looked for

KINDS = {"code": "code", "markdown": "markdown", "raw": "raw", "heading": "markdown", "html": "markdown"}

_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
_CELL_BEGINS = re.compile(
    r'\{\s*"(?:cell_type|attachments|execution_count|id|metadata|outputs|source|collapsed|input|language|level)"\s*:'
)


class Unreadable(Exception):
    """Nothing can be read from the file; the message says why."""


@dataclass
class Cell:
    """One cell as it was submitted.

    Attributes:
        kind: code, markdown or raw.
        source: its text.
        id, grade_id: Jupyter's and nbgrader's name of it; empty where there is none.
        points: what nbgrader's part of it says that it is worth; empty where it says nothing.
    """

    kind: str
    source: str
    id: str = ""
    grade_id: str = ""
    points: str = ""


@dataclass
class Submission:
    """The cells of a file, and what was unusual about it, in sentences."""

    cells: list[Cell]
    remarks: list[str] = field(default_factory=list)


def read(content: bytes) -> Submission:
    """The cells of a notebook file of any nbformat, of which parts may be missing.

    Raises:
        Unreadable: it is empty, far too large, or no notebook.
    """
    if not content.strip():
        raise Unreadable("the file is empty")
    if len(content) > LARGEST:
        raise Unreadable(f"the file has {len(content) / 2**20:.0f} MB; at most {LARGEST // 2**20} are read")
    if content.count(b",") + 10 * content.count(b"{") > MOST_PARTS:
        raise Unreadable("it holds millions of values, more than a notebook has")
    if content.startswith(_ARCHIVES):
        raise Unreadable("it is an archive, such as a zip, and no notebook; the one inside was to be handed in")
    remarks: list[str] = []
    text = _decoded(content, remarks)
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        found = {"cells": _salvaged(text, error, remarks)}
    unusual: Counter[str] = Counter()
    cells = [cell for item in _items(found, remarks) if (cell := _cell(item, unusual)) is not None]
    remarks += [words.format(count) for words, count in unusual.items()]
    if not cells:
        raise Unreadable("it has no cells")
    if len(cells) > MOST_CELLS:
        remarks.append(f"Of {len(cells)} cells the first {MOST_CELLS} that are not empty were read.")
        cells = [cell for cell in cells if cell.source.strip()][:MOST_CELLS]
    return Submission(cells, remarks)


def _decoded(content: bytes, remarks: list[str]) -> str:
    encoding = json.detect_encoding(content)
    if encoding not in ("utf-8", "utf-8-sig"):
        remarks.append(f"The file is in {encoding.upper()}; notebooks are UTF-8.")
        return content.decode(encoding, errors="replace").lstrip("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("utf-8-sig", errors="replace")
    bad = text.count("\ufffd")
    if len(text) - len(text.encode("ascii", "ignore")) > 2 * bad:  # most of what is not ASCII is good UTF-8
        remarks.append(f"The file holds {bad} bytes that are no UTF-8; they were replaced.")
        return text
    remarks.append("The file is not UTF-8; it was read as Windows-1252.")
    return content.decode("cp1252", errors="replace")


def _salvaged(text: str, error: Exception, remarks: list[str]) -> list[Any]:
    """The cells that are whole in a text that is no JSON.

    Raises:
        Unreadable: there are none.
    """
    start = re.search(r'"cells"\s*:\s*\[', text)
    cells, lost = _whole_cells(text, start.end()) if start else ([], 0)
    why = "its brackets are nested too deeply" if isinstance(error, RecursionError) else f"no valid JSON: {error}"
    if cells:
        gone = f", {lost} could not" if lost else ""
        remarks.append(f"The file is damaged ({why}): {len(cells)} cells could be read{gone}.")
        return cells
    opening = text.lstrip()[:2000]
    if re.match(r"<(!doctype|html|head|body|\?xml)", opening, re.I):
        raise Unreadable("it is a web page, perhaps one that asks to log in, and no notebook")
    if re.search(r"^(from|import) learntools", text, re.M):
        remarks.append("The file is a Python script and no notebook; it was read as one long cell.")
        return [{"cell_type": "code", "source": text}]
    first = "".join(sign if sign.isprintable() else "·" for sign in _clean(opening.partition("\n")[0][:60]))
    raise Unreadable(f"it is no notebook ({why}); it begins with {first!r}")


def _whole_cells(text: str, place: int) -> tuple[list[Any], int]:
    """The cells from here on, and how many pieces between them were neither cells nor the end."""
    decoder, cells, lost = json.JSONDecoder(strict=False), [], 0
    while lost < MOST_BREAKS and len(cells) <= 2 * MOST_CELLS:
        while (begin := _after(text, place)) < len(text) and text[begin] == "{":
            try:
                cell, place = decoder.raw_decode(text, begin)
            except (ValueError, RecursionError):
                break
            cells.append(cell)
        broken = _CELL_BEGINS.match(text, begin)
        following = _CELL_BEGINS.search(text, broken.end() if broken else place)
        if broken:
            piece = text[broken.start() : following.start() if following else len(text)]
            try:
                cells.append(decoder.raw_decode(_without_trailing_commas(piece))[0])
            except (ValueError, RecursionError):
                lost += 1
        if following is None:
            break
        place = following.start()
    return [cell for cell in cells if isinstance(cell, dict) and "cell_type" in cell], lost


def _after(text: str, place: int) -> int:
    """The place of the next thing in a list."""
    return re.compile(r"[\s,]*").match(text, place).end()  # type: ignore[union-attr]


def _without_trailing_commas(text: str) -> str:
    return re.sub(r'("(?:[^"\\]++|\\.)*+")|,(?=\s*[\]}])', r"\1", text, flags=re.S)


def _items(found: Any, remarks: list[str]) -> list[Any]:
    if not isinstance(found, dict):
        raise Unreadable("it is JSON, but no notebook")
    cells = found.get("cells")
    if not cells and isinstance(found.get("worksheets"), list):  # nbformat 3 and older
        remarks.append("The notebook is of an old format, with worksheets.")
        sheets = [sheet for sheet in found["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    if not isinstance(cells, list):
        raise Unreadable("it is JSON, but no notebook: it has no list of cells")
    return cells


def _cell(item: Any, unusual: Counter[str]) -> Cell | None:
    if not isinstance(item, dict) or not any(name in item for name in ("cell_type", "source", "input")):
        unusual["{} things among the cells are none, and were left out."] += 1
        return None
    kind = item.get("cell_type")
    if not isinstance(kind, str) or kind not in KINDS:
        unusual["{} cells are of a kind that notebooks do not have; they were read as plain text."] += 1
        kind = "raw"
    metadata = item.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    nbgrader = nbgrader if isinstance(nbgrader, dict) else {}
    identity = item.get("id", metadata.get("id"))  # Colab keeps it in the metadata
    grade_id, points = nbgrader.get("grade_id"), nbgrader.get("points")
    written = _text(item.get("source", item.get("input", "")))
    source = _clean(written)
    if source != written:
        unusual["{} cells held characters that no text has; they were taken out or replaced."] += 1
    if KINDS[kind] == "code" and len(source) > LONGEST:
        unusual["{} cells were far too long for code, and were left out."] += 1
        return None
    return Cell(
        kind=KINDS[kind],
        source=source,
        id=identity if isinstance(identity, str) else "",
        grade_id=grade_id if isinstance(grade_id, str) else "",
        points="" if points is None else _clean(str(points)[:20]),
    )


def _text(source: Any) -> str:
    lines = [line for line in (source if isinstance(source, list) else [source]) if isinstance(line, str)]
    apart = len(lines) > 1 and not any("\n" in line or "\r" in line for line in lines)  # so did nbformat 2
    return ("\n" if apart else "").join(lines).replace("\r\n", "\n").replace("\r", "\n")


def _clean(text: str) -> str:
    """Without NUL, and without halves of characters, which can be neither written to a file nor run."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text.replace("\0", ""))
