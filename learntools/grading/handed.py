"""What one student handed in: the notebook, and the files beside it that may be used.

    handed = look(Path("my_course/submitted/ada/02_convolutions"))
    handed.notebook, handed.files, handed.remarks

Nothing is opened but the header of weights, and nothing raises: what cannot be used is left out, with a remark.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from learntools.grading.submission import LARGEST


@dataclass(frozen=True)
class Handed:
    """What one student handed in.

    Attributes:
        notebook: the notebook file; None if there is none.
        files: what lies beside it and may be used, by name.
        remarks: what was left out or is unusual.
        needs: of these, what the instructor must look at.
        trouble: why none of it can be read; empty if it can.
        closed: why it may not be read here, which is no fault of the student's; empty if it may.
        left_out: the names of files that cannot be used.
    """

    notebook: Path | None
    files: dict[str, Path]
    remarks: list[str]
    needs: list[str] = field(default_factory=list)
    trouble: str = ""
    closed: str = ""
    left_out: list[str] = field(default_factory=list)


NO_ENTRY = "it cannot be opened"
MOST_NAMED = 12  # files in one remark
SMALL = 24 * 2**20  # bytes of one file beside the notebook
ALL_SMALL = 64 * 2**20
USABLE = (".safetensors", ".json", ".csv", ".txt", ".md", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".py")
NBGRADERS = ("timestamp.txt", "submission_secret.txt")  # what its own `collect` puts beside a notebook


def look(folder: Path) -> Handed:
    """Of links and oversized or unknown files only a remark; the folder is called like the lesson."""
    try:
        listed = sorted(folder.iterdir())
    except NotADirectoryError:
        trouble = f"submitted/{folder.parent.name}/{folder.name} is a file and no folder"
        return Handed(None, {}, [], trouble=trouble)
    except OSError as error:
        return Handed(None, {}, [], closed=f"its folder cannot be opened ({error.strerror})")
    remarks: list[str] = []
    left_out: list[str] = []
    closed = ""
    files: dict[str, Path] = {}
    notebooks: list[Path] = []
    room = ALL_SMALL
    for path in listed:
        if path.name.startswith((".", "__")) or path.name in NBGRADERS:
            continue
        trouble, size = _trouble(path, min(SMALL, room))
        if trouble:
            remarks.append(f"{path.name} was left out: {trouble}.")
            left_out.append(path.name)
            if path.suffix.lower() == ".ipynb" and trouble.startswith(NO_ENTRY):
                closed = f"{path.name} cannot be opened"
        elif path.suffix.lower() == ".ipynb":
            notebooks.append(path)
        else:
            files[path.name] = path
            room -= size
    named = [path for path in notebooks if path.name == f"{folder.name}.ipynb"]
    if not named and notebooks:
        named = sorted(notebooks, key=lambda path: (folder.name not in path.stem, -path.stat().st_size))[:1]
        remarks.append(f"The notebook is called {named[0].name}; it was taken for {folder.name}.ipynb.")
    needs = []
    if len(notebooks) > 1:
        others = [path.name for path in notebooks if path != named[0]]
        more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        are = "is" if len(others) == 1 else "are"
        needs.append(f"There {are} also {', '.join(others[:MOST_NAMED])}{more}; {named[0].name} was graded.")
    elif not notebooks and left_out:
        needs.append(f"There is no notebook, but {', '.join(left_out[:MOST_NAMED])}.")
    closed = "" if named else closed
    needs = [] if closed else needs
    return Handed(named[0] if named else None, files, [*remarks, *needs], needs, closed=closed, left_out=left_out)


def _trouble(path: Path, room: int) -> tuple[str, int]:
    """Why a file is not used, empty where it is; and its size."""
    try:
        if path.is_symlink() or not path.is_file():
            return "it is no file", 0
        size = path.stat().st_size
    except OSError as error:
        return f"{NO_ENTRY} ({error.strerror})", 0
    if path.suffix.lower() == ".ipynb":
        return (f"it has {size / 2**20:.0f} MB; {LARGEST // 2**20} are allowed" if size > LARGEST else ""), size
    if path.suffix.lower() not in USABLE:
        return "files of this kind are not opened", size
    if size > room:
        return f"it has {size / 2**20:.0f} MB; {SMALL // 2**20} are allowed, {ALL_SMALL // 2**20} in all", size
    return (damaged(path) if path.suffix.lower() == ".safetensors" else ""), size


def damaged(path: Path) -> str:
    """What is wrong with a safetensors file, read from its header alone; empty where nothing is."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > min(size - 8, 2**24):
                return "it is no safetensors file"
            header = json.loads(file.read(length))
        ends = [item["data_offsets"][1] for name, item in header.items() if name != "__metadata__"]
    except OSError as error:
        return f"{NO_ENTRY} ({error.strerror})"
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return "it is no safetensors file"
    if not ends or max(ends) != size - 8 - length:
        return "it is cut off, or holds no weights"
    return ""
