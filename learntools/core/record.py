"""The record of checks, on the learner's own disk. Nothing leaves the machine.

It is a file of JSON lines, `progress.jsonl`, in the folder that the environment variable `LEARNTOOLS_HOME` names
(`~/.learntools` by default; on Kaggle the one folder that is kept). Each check appends one line of 200 to 700 bytes
in one write, so that two notebooks may write at once; a line that cannot be read is passed over.

It stays small: beyond `LARGEST` bytes, which takes about three thousand checks, it is written anew. What repeats then
becomes one line that says how many `times`, and nothing that the dashboard or the report counts is lost.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows, where nobody can replace a file that somebody has open
    fcntl = None

from learntools.core.verdict import Verdict

LARGEST = 1_000_000  # bytes
MESSAGE = 400  # characters of a verdict's message that are kept
_RECENT = 300  # messages that are kept where even one line of each kind is too much

Entry = dict[str, Any]


def record_file() -> Path:
    """Where the record is kept."""
    home = os.environ.get("LEARNTOOLS_HOME")
    if home:
        return Path(home).expanduser() / "progress.jsonl"
    kept = Path("/kaggle/working") if "KAGGLE_KERNEL_RUN_TYPE" in os.environ else Path.home()
    return kept / ".learntools" / "progress.jsonl"


def record(verdict: Verdict, hints: int = 0) -> None:
    """Append one check to the record; where the disk does not allow it, the check goes on without.

    Args:
        verdict: what the check found.
        hints: how many hints to this question the learner had seen by then.
    """
    message = verdict.message if len(verdict.message) <= MESSAGE else verdict.message[: MESSAGE - 1] + "…"
    line = {
        "time": round(time.time(), 3),
        "lesson": verdict.lesson,
        "question": verdict.question,
        "outcome": verdict.outcome,
        "points": verdict.points,
        "max_points": verdict.max_points,
        "diagnosis": verdict.diagnosis,
        "hints": hints,
        "message": message,
    }
    try:
        file = record_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        if _append(file, _written(line)) > LARGEST:
            _make_smaller(file)
    except (OSError, RuntimeError):  # RuntimeError: there is no home folder at all
        pass


def checks() -> Iterator[Entry]:
    """Every readable line of the record, oldest first."""
    try:
        yield from _read(record_file())
    except (OSError, RuntimeError):
        return


def times(entry: Entry) -> int:
    """How many checks this line stands for."""
    return max(whole(entry.get("times")), 1)


def whole(value: Any) -> int:
    """A count from the record; 0 where somebody has written something else there."""
    return value if isinstance(value, int) and value > 0 else 0


def number(value: Any) -> float:
    """A number of points from the record; 0 where somebody has written something else there."""
    return float(value) if isinstance(value, int | float) and value > 0 else 0.0


def _written(entry: Entry) -> bytes:
    return (json.dumps(entry) + "\n").encode()


def _read(file: Path) -> Iterator[Entry]:
    for line in file.read_bytes().splitlines():
        try:
            entry = json.loads(line)
            if isinstance(entry["lesson"], str) and isinstance(entry["question"], str) and "outcome" in entry:
                yield entry
        except (ValueError, KeyError, TypeError):
            continue


def _append(file: Path, data: bytes) -> int:
    """Write at the end of `file`, and say how many bytes it has now."""
    handle = _opened(file)
    try:
        # After a crash in the middle of a line, start on a new one.
        size = os.fstat(handle).st_size
        if size and os.name == "posix" and os.pread(handle, 1, size - 1) != b"\n":
            data = b"\n" + data
        os.write(handle, data)
        return size + len(data)
    finally:
        os.close(handle)  # and the lock is gone with it


def _opened(file: Path) -> int:
    """The file, opened to append, while nobody writes it anew; after half a second without looking any more."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
    for _ in range(50):
        handle = os.open(file, flags, 0o600)
        if _locked(handle, alone=False) and _is(handle, file):
            return handle
        os.close(handle)
        time.sleep(0.01)
    return os.open(file, flags, 0o600)


def _locked(handle: int, alone: bool) -> bool:
    """Whether the lock was to be had at once; many may append, one alone may replace."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: whoever appends goes on, whoever would replace leaves it
        return not alone
    return True


def _is(handle: int, file: Path) -> bool:
    """Whether what was opened is still the file of that name."""
    try:
        return os.name != "posix" or os.path.samestat(os.fstat(handle), file.stat())
    except FileNotFoundError:
        return False


def _make_smaller(file: Path) -> None:
    """Put a shorter record in the place of a long one; where another notebook is writing, the next check will."""
    handle = os.open(file, os.O_RDWR) if fcntl is not None else None
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        if handle is None or (_locked(handle, alone=True) and _is(handle, file)):
            lines = _fitting(_condensed(list(_read(file))))
            place = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(place, "wb") as opened:
                opened.writelines(lines)
            os.replace(fresh, file)
    finally:
        fresh.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def _condensed(entries: list[Entry]) -> list[Entry]:
    """Of checks that went alike, the first, the best and the last; the last stands for those left out as well.

    Alike are checks of one question with the same outcome, diagnosis and number of hints. So what came first, how many
    hints had been seen by then, the most points and the last message all stay what they were.
    """
    alike: dict[tuple[str, ...], list[int]] = {}
    for place, entry in enumerate(entries):
        key = tuple(str(entry.get(name)) for name in ("lesson", "question", "outcome", "diagnosis", "hints"))
        alike.setdefault(key, []).append(place)
    kept: dict[int, Entry] = {}
    for places in alike.values():
        best = max(places, key=lambda place: number(entries[place].get("points")))
        chosen = {places[0], best, places[-1]}
        left_out = sum(times(entries[place]) for place in places if place not in chosen)
        for place in chosen:
            kept[place] = entries[place]
        if left_out:
            kept[places[-1]] = {**entries[places[-1]], "times": times(entries[places[-1]]) + left_out}
    return [kept[place] for place in sorted(kept)]


def _fitting(entries: list[Entry]) -> list[bytes]:
    """The lines of these entries in at most half of `LARGEST`, so that this is not done again at the next check."""
    lines = [_written(entry) for entry in entries]
    if sum(map(len, lines)) > LARGEST // 2:
        old = entries[:-_RECENT]
        lines[: len(old)] = [_written({**entry, "message": ""}) for entry in old]
    while sum(map(len, lines)) > LARGEST // 2:  # thousands of different questions: no course of ours has them
        lines = lines[len(lines) // 2 + 1 :]
    return lines
