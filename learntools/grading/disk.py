"""What a submission has written: how much, and where in the sandbox."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from learntools.grading import sandbox

MOST_FILES = 5_000


def used(folder: Path) -> tuple[int, int]:
    """Bytes and files: of the sandbox's own disk, else of the folder."""
    if sandbox.inside():
        found = [os.statvfs(place) for place in sandbox.private()]
        return sum((one.f_blocks - one.f_bfree) * one.f_frsize for one in found), sum(
            one.f_files - one.f_ffree for one in found
        )
    size = files = 0
    for place, _, names in os.walk(folder):
        files += len(names)
        for name in names[:MOST_FILES]:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(place, name)).st_size
        if files > 2 * MOST_FILES:
            break
    return size, files


def tree() -> dict[str, Any]:
    """Everything in the sandbox's own folders, with the marks of a file that was changed."""
    found: dict[str, Any] = {}
    for top in sandbox.private():
        for place, folders, files in os.walk(top):
            folders[:] = [name for name in folders if not os.path.ismount(os.path.join(place, name))]
            found |= {os.path.join(place, name): None for name in folders}
            for name in files:
                with contextlib.suppress(OSError):
                    stat = os.lstat(path := os.path.join(place, name))
                    found[path] = stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_mode
    return found
