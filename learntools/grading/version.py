"""Which learntools judges: its number, and a digest of its code, which an update can change without the number."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from learntools import __version__

_IN_THE_WHEEL = ("shipped/", "solutions/")  # which lie beside the package in a checkout


@functools.cache
def version() -> str:
    """Such as `1.4 (3f2a91c07be5)`, the same wherever the same code is installed; read once in a process."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    names = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
    for name in sorted(names):
        if not name.startswith(_IN_THE_WHEEL):
            content = names[name].read_bytes().replace(b"\r\n", b"\n")  # as Git writes it on Windows
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return f"{__version__} ({digest.hexdigest()[:12]})"
