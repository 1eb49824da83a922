"""One process that has imported torch and the lesson, and forks another for each submission.

    python -m learntools.grading.server convolutions 12345

It reads one request after the other from its input, a line of JSON each, and answers with the lines of `child`, then
with how the process ended: {"end": "done"}, or {"end": "killed", "reason": "..."}. It has one thread and starts none:
only so may it be forked.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import gc
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LONGEST_LINE = 16 * 2**20  # bytes of one event
GRACE = 4.0  # seconds after which a cell that ignores its own limit is ended
LOOK = 0.1  # seconds between two looks at memory and processes
_SUBREAPER = 36  # prctl: orphaned descendants become children of this process


def main() -> None:
    lesson, seed = sys.argv[1], sys.argv[2]
    os.environ["LEARNTOOLS_SEED"] = seed
    out = os.dup(1)
    os.dup2(2, 1)  # whatever is printed goes elsewhere
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    _prepare(lesson, int(seed))
    _say(out, {"ready": True})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "warm" in request:
            _warm(lesson, request["warm"])
            _say(out, {"end": "done"})
        else:
            _serve(lesson, request, out)


def _prepare(lesson: str, seed: int) -> None:
    """Do once what every check would do again: import, load, and run the references and known mistakes."""
    import torch

    torch.set_num_threads(1)
    from learntools import lessons
    from learntools.core import assess
    from learntools.grading import child

    assess.keep_observations()
    for exercise in lessons.exercises(lesson):
        assess.prepare(exercise, (seed, seed + 1))
    child.new_shell()


def _warm(lesson: str, sources: list[str]) -> None:
    """Run cells as they were handed out, so that what they import and load is there already."""
    from learntools.grading.child import _Seen, new_shell

    shell = new_shell()
    for source in sources:
        seen = _Seen()
        with seen.by(shell):
            shell.run_cell(source)
    gc.collect()
    gc.freeze()  # what is there by now is shared with every child


def _serve(lesson: str, request: dict[str, Any], out: int) -> None:
    from learntools.grading import child

    limits = child.Limits(**request["limits"])
    folder = Path(tempfile.mkdtemp(prefix="work-"))
    try:
        for name, content in request["files"].items():
            (folder / os.path.basename(name)).write_bytes(base64.b64decode(content))
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reading)
            os.environ.update(HOME=str(folder), TMPDIR=str(folder), LEARNTOOLS_HOME=str(folder / "learntools"))
            tempfile.tempdir = str(folder)
            os.chdir(folder)
            child.work(lesson, request["steps"], limits, writing)
        os.close(writing)
        seconds = {step["cell"]: step["seconds"] for step in request["steps"]}
        _say(out, _relay(process, reading, out, limits, seconds))
        os.close(reading)
    finally:
        _end_all()
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():  # something in it was made unreadable
            for place, _, _ in os.walk(folder):
                with contextlib.suppress(OSError):
                    os.chmod(place, 0o700)
            shutil.rmtree(folder, ignore_errors=True)


def _relay(process: int, reading: int, out: int, limits: Any, seconds: dict[int, float]) -> dict[str, Any]:
    """Pass the child's lines on until it has ended, or must be: how it ended."""
    start = time.monotonic()
    deadline, rest, done = start + limits.seconds, b"", False
    cell_deadline = deadline
    while True:
        ready, _, _ = select.select([reading], [], [], LOOK)
        if ready:
            part = os.read(reading, 1 << 20)
            if not part:
                break
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                event = _event(line)
                if event is None:
                    return {"end": "killed", "reason": "wrote something of its own into the grader's channel"}
                done = done or bool(event.get("done"))
                if "begin" in event:
                    cell_deadline = time.monotonic() + (seconds.get(event["begin"]) or limits.cell_seconds) + GRACE
                _write(out, line + b"\n")
            if len(rest) > LONGEST_LINE:
                return {"end": "killed", "reason": "wrote something of its own into the grader's channel"}
        now = time.monotonic()
        if now > deadline:
            return {"end": "killed", "reason": f"the notebook took longer than {limits.seconds:g} seconds in all"}
        if now > cell_deadline:
            return {"end": "killed", "reason": "the cell did not end in time, and would not be interrupted"}
        family = _family()
        if len(family) > limits.processes:
            return {"end": "killed", "reason": f"it started more than {limits.processes} processes"}
        if sum(_memory(one) for one in family) > limits.memory + _memory(os.getpid()):
            return {"end": "killed", "reason": f"it used more than {limits.memory / 2**30:.1f} GB of memory"}
    if done:
        return {"end": "done"}
    with contextlib.suppress(ChildProcessError):
        _, status = os.waitpid(process, 0)
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            return {"end": "killed", "reason": f"its Python process was ended by {name}"}
    return {"end": "killed", "reason": "it ended its own Python process"}


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    known = {"begin", "cell", "outputs", "seconds", "verdict", "flag", "done", "broken"}
    return event if isinstance(event, dict) and event and event.keys() <= known else None


def _family() -> list[int]:
    """Every process that descends from this one."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                stat = Path("/proc", entry, "stat").read_text(encoding="latin-1")
                parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
    found, at = [], [os.getpid()]
    while at:
        at = [one for parent in at for one in parents.get(parent, [])]
        found += at
    return found


def _memory(process: int) -> int:
    """Bytes that a process holds."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _end_all() -> None:
    """End every descendant: first all are stopped, so that none makes another meanwhile."""
    while True:
        family = _family()
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in family:
                with contextlib.suppress(OSError):
                    os.kill(process, number)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            time.sleep(0.002)
            continue
        return


def _say(out: int, event: dict[str, Any]) -> None:
    _write(out, (json.dumps(event) + "\n").encode())


def _write(out: int, content: bytes) -> None:
    while content:
        content = content[os.write(out, content) :]


if __name__ == "__main__":
    main()
