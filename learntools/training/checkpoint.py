"""Checkpoints: the whole state of a training in one file, written so that a kill at any moment leaves a good one.

    shelf = Shelf("runs/dcgan")
    shelf.save(step, state)          # state: nested dicts and lists of tensors, numbers, strings and bytes
    state = shelf.load()             # the newest whole one; None when there is none

A file is a mark, the SHA-256 of the rest, and the rest in torch's own format. It is written beside its place, flushed
to the disk, and only then moved there, so it is either whole or absent; the newest two are kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
import re
from pathlib import Path
from typing import Any

import torch

from learntools.training.hardware import TrainingError

MARK = b"learntools checkpoint 1\n"
KEEP = 2


class Shelf:
    """The checkpoints of one training, in a folder of their own.

    Attributes:
        damaged: what was found damaged while loading: one sentence for each file.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.damaged: list[str] = []

    def files(self) -> list[Path]:
        """The checkpoints, oldest first."""
        found = self.folder.glob("checkpoint-*.pt") if self.folder.is_dir() else []
        return sorted(path for path in found if re.fullmatch(r"checkpoint-\d+\.pt", path.name))

    def save(self, step: int, state: dict[str, Any]) -> Path:
        """Write one checkpoint, then remove all but the newest two.

        Raises:
            TrainingError: it cannot be written (a full disk, no right to write); the earlier ones are untouched.
        """
        content = io.BytesIO()
        torch.save(state, content)
        payload = content.getbuffer()
        target = self.folder / f"checkpoint-{step:09d}.pt"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(target, MARK + hashlib.sha256(payload).hexdigest().encode(), payload)
        except OSError as error:
            kept = self.files()
            still = f"the one before it ({kept[-1].name}) is whole" if kept else "there is no earlier one"
            raise TrainingError(
                f"The checkpoint {target} cannot be written ({error.strerror}), and {still}: free space, or choose "
                "another `out`."
            ) from None
        for old in self.files()[:-KEEP]:
            with contextlib.suppress(OSError):
                old.unlink()
        return target

    def drop_after(self, step: int) -> None:
        """Remove the checkpoints of later steps: their states are of no use."""
        for path in self.files():
            if int(path.stem.rpartition("-")[2]) > step:
                with contextlib.suppress(OSError):
                    path.unlink()

    def load(self, device: torch.device | str = "cpu") -> dict[str, Any] | None:
        """The newest whole checkpoint's state, its tensors on the CPU unless asked otherwise; None if there is none.

        Damaged ones are skipped, and named in `damaged`. Raises TrainingError when all are.
        """
        files = self.files()
        for path in reversed(files):
            try:
                return read_whole(path, device)
            except (OSError, ValueError) as error:
                self.damaged.append(f"The checkpoint {path} is damaged ({error}), so the one before it is used.")
        if files:
            names = ", ".join(path.name for path in files)
            raise TrainingError(f"Every checkpoint in {self.folder} is damaged ({names}): remove them to start afresh.")
        return None


def write_whole(target: Path, *parts: bytes | memoryview) -> None:
    """Write a file so that it appears whole or not at all. Raises OSError, and leaves nothing half-written."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(beside, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def read_whole(path: Path, device: torch.device | str) -> dict[str, Any]:
    """The state in one checkpoint. Raises ValueError when it is not what was written."""
    content = path.read_bytes()
    start = len(MARK) + 64
    if not content.startswith(MARK) or len(content) < start:
        raise ValueError("it does not begin like one")
    payload = memoryview(content)[start:]
    if hashlib.sha256(payload).hexdigest().encode() != content[len(MARK) : start]:
        raise ValueError("its bytes have changed since it was written, or some are missing")
    try:
        return torch.load(io.BytesIO(payload), map_location=device, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError) as error:
        raise ValueError(f"it holds what this version cannot read: {str(error).partition(chr(10))[0]}") from None
