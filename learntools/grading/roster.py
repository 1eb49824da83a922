"""The students of a class, from a CSV file as Excel, LibreOffice or a learning platform writes it.

read(Path("students.csv"))    # [{"id": "ada", "first_name": "Ada", ...}, ...]
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from learntools.grading import GradingError

COLUMNS = ("id", "first_name", "last_name", "email")
LONGEST = 128  # characters of an id, a name or an address in nbgrader's gradebook


def read(path: Path) -> list[dict[str, str]]:
    """Students from a file with a column `id`, and where there are such first_name, last_name, email.

    Commas, semicolons and tabs separate; UTF-8 (with a mark or without), UTF-16 and Windows-1252 are read.

    Raises:
        GradingError: it is no such file, or an id is missing, twice there, or cannot name a folder.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GradingError(f"The roster {path} cannot be read: {error.strerror}.") from None
    if content.startswith(b"PK"):
        raise GradingError(f"The roster {path} is no CSV file, but looks like a workbook: save it as CSV first.")
    text = _decoded(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    students: dict[str, dict[str, str]] = {}
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        names = {name.strip().lower().replace(" ", "_"): name for name in reader.fieldnames or () if name}
        if "id" not in names:
            raise GradingError(
                f"The roster {path} has no column id: its first line should be id,first_name,last_name,email."
            )
        for row in reader:
            student = {name: (row[names[name]] or "").strip() for name in COLUMNS if name in names}
            if not any((value or "").strip() for value in row.values() if isinstance(value, str)):
                continue
            _review(student, f"Line {reader.line_num} of the roster")
            if student["id"] in students:
                raise GradingError(f"Line {reader.line_num} of the roster: the id {student['id']!r} is there twice.")
            students[student["id"]] = student
    except csv.Error as error:
        raise GradingError(f"The roster {path} is no CSV file: {error}.") from None
    if not students:
        raise GradingError(f"The roster {path} has no students below its first line.")
    return list(students.values())


def _review(student: dict[str, str], where: str) -> None:
    identity = student["id"]
    if not identity:
        raise GradingError(f"{where}: the id is missing.")
    if not re.fullmatch(r"[^\s/\\.][^/\\]*", identity) or not identity.isprintable():
        raise GradingError(f"{where}: {identity!r} is no id, as a folder cannot be called so.")
    for name, value in student.items():
        if len(value) > LONGEST:
            raise GradingError(f"{where}: {name} has {len(value)} characters; the gradebook takes {LONGEST}.")


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
