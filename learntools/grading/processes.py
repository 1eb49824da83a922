"""The processes below this one, as Linux shows them in /proc: which there are, what they hold, how they are ended."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from learntools.grading import sandbox


def gone(process: int) -> bool:
    """Whether a child has ended; it stays to be waited for."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def children(process: int) -> list[int]:
    with contextlib.suppress(OSError, ValueError):
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _stat(process: int) -> list[str]:
    """What follows the name in /proc/PID/stat: state, parent and more."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()
    return []


def runs(process: int) -> bool:
    """Whether it is at work; not where it has ended, or is the one that multiprocessing starts and leaves alone."""
    with contextlib.suppress(OSError):
        helper = b"multiprocessing.resource_tracker" in Path(f"/proc/{process}/cmdline").read_bytes()
        return not helper and _stat(process)[:1] not in ([], ["Z"], ["X"])
    return False


def family() -> list[int]:
    """Every process that descends from this one."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and len(stat := _stat(int(entry))) > 1:
            parents.setdefault(int(stat[1]), []).append(int(entry))
    found, at = [], [os.getpid()]
    while at:
        at = [one for parent in at for one in parents.get(parent, [])]
        found += at
    return found


def memory(process: int) -> int:
    """Bytes that a process holds, those included that it shares."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def memory_alone(process: int) -> int:
    """Bytes that a process holds, of shared ones its part."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{process}/smaps_rollup") as file:
        return next((1024 * int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    return memory(process)


def end_all() -> bool:
    """End every descendant: first all are stopped, so that none makes another meanwhile. Whether all have gone."""
    late = time.monotonic() + (1 if sandbox.inside() else 60)
    while time.monotonic() < late:
        found = family()
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in found:
                with contextlib.suppress(OSError):
                    os.kill(process, number)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        time.sleep(0.002)
    return False
