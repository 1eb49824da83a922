"""One process that has imported torch and the lesson, and forks another for each submission.

    python -m learntools.grading.server convolutions 12345

It reads one request after the other from its input, a line of JSON each, and answers with the lines of `child`, then
with how the process ended: {"end": "done"}, or {"end": "killed", "reason": "..."}. It has one thread and starts none:
only so may it be forked.

Of the child's lines it passes on what can be true: each with the token of this request and the next number, cells in
the order of the request, and a verdict for a check that has begun. After the child it ends what the child has left
running, and in a sandbox it empties every folder that can be written.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import gc
import json
import os
import secrets
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from learntools.grading import sandbox

LONGEST_LINE = 16 * 2**20  # bytes of one event
LONGEST_NOTE = 300  # characters of a flag or a remark, of which there are at most
MOST_NOTES = 50
LOOK = 0.1  # seconds between two looks at memory, disk and processes
MOST_FILES = 5_000
_DUMPABLE, _SUBREAPER = 4, 36  # prctl: who may look into this process; orphaned descendants become its children
_OF_A_CELL = {"cell", "outputs", "seconds", "stopped", "threads", "verdict"}
_NOTES = {"flag", "remark", "spoiled", "broken"}
FORGED = "something else than the grader wrote into the grader's channel"
_SIGNALS = {
    "SIGSEGV": "crashed (SIGSEGV: it touched memory that is not its own)",
    "SIGABRT": "was aborted (SIGABRT)",
    "SIGKILL": "was killed (SIGKILL)",
    "SIGXCPU": "used up its processor time (SIGXCPU)",
}


def main() -> None:
    lesson, seed = sys.argv[1], sys.argv[2]
    os.environ["LEARNTOOLS_SEED"] = seed
    out = os.dup(1)
    os.dup2(2, 1)  # whatever is printed goes elsewhere
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.prctl(_SUBREAPER, 1, 0, 0, 0)
        libc.prctl(_DUMPABLE, 0, 0, 0, 0)  # its memory and its pipes are closed to its children
    _prepare(lesson, int(seed))
    server = _Server(lesson, (int(seed), int(seed) + 1), out)
    _say(out, {"ready": True})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        del line
        if "warm" in request:
            _warm(request["warm"])
            _say(out, {"end": "done"})
        else:
            server.serve(request)


def _prepare(lesson: str, seed: int) -> None:
    """Do once what every check would do again: import, load, and run the references and known mistakes."""
    import torch

    torch.set_num_threads(1)
    from learntools import lessons
    from learntools.core import assess
    from learntools.grading import shell

    assess.keep_observations()
    for exercise in lessons.exercises(lesson):
        assess.prepare(exercise, (seed, seed + 1))
    shell.new_shell()


def _warm(sources: list[str]) -> None:
    """Run cells as they were handed out, so that what they import and load is there already."""
    from learntools.grading.shell import new_shell

    shell = new_shell()
    for source in sources:
        shell.run(source)
    shell.run("1 / 0")  # the first traceback is slow
    gc.collect()
    gc.freeze()  # what is there by now is shared with every child


class _Server:
    def __init__(self, lesson: str, seeds: tuple[int, int], out: int):
        self.lesson, self.seeds, self.out = lesson, seeds, out
        self.at_home: dict[str, Any] = {}

    def serve(self, request: dict[str, Any]) -> None:
        """One submission, from its folder to how it ended."""
        from learntools.grading import child

        self.at_home = self.at_home or _tree()
        limits = child.Limits(**request["limits"])
        folder = Path(tempfile.mkdtemp(prefix="work-"))
        for name, content in request.pop("files").items():
            (folder / os.path.basename(name)).write_bytes(base64.b64decode(content))
        token = secrets.token_hex(16)
        reading, writing = (one.detach() for one in socket.socketpair())
        process = os.fork()
        if process == 0:
            os.environ.update(HOME=str(folder), TMPDIR=str(folder), LEARNTOOLS_HOME=str(folder / "learntools"))
            tempfile.tempdir = str(folder)
            os.chdir(folder)
            child.work(self.lesson, request["steps"], limits, self.seeds, token, writing)
        os.close(writing)
        end = _Relay(process, reading, self.out, limits, folder, _Channel(token, request["steps"])).run()
        os.close(reading)
        clean = end.get("clean", True) and _end_all() and self._emptied(folder)
        if not clean:  # with this process, all that is in the sandbox ends
            _say(self.out, {**end, "clean": False})
            os._exit(0)
        _say(self.out, end)

    def _emptied(self, folder: Path) -> bool:
        """Whether nothing of the submission is left on a disk."""
        sandbox.remove(folder)
        for path in sorted(_tree().keys() - self.at_home.keys()):
            sandbox.remove(Path(path))
        return not folder.exists() and _tree() == self.at_home


class _Channel:
    """What the child says, as far as it can be true."""

    def __init__(self, token: str, steps: list[dict[str, Any]]):
        self.token, self.number = token, 0
        self.waiting = [(step["cell"], step.get("check")) for step in reversed(steps)]
        self.seconds = {step["cell"]: step["seconds"] for step in steps}
        self.now: tuple[int, str | None] | None = None
        self.done = False

    def event(self, line: bytes) -> dict[str, Any] | None:
        """The event of one line; None where it is not the child's."""
        try:
            event = json.loads(line)
            self.number += 1
            known = event.pop("token") == self.token and event.pop("number") == self.number
            return event if known and self._in_turn(event) else None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def _in_turn(self, event: dict[str, Any]) -> bool:
        if "done" in event:
            self.done = not self.waiting and self.now is None and len(event) == 1
            return self.done
        if "begin" in event:
            self.now = self.waiting.pop() if self.waiting and self.now is None else None
            return self.now is not None and event == {"begin": self.now[0]}
        if "cell" in event:
            ended, self.now = self.now, None
            if not event.keys() <= _OF_A_CELL:
                return False
            event |= {"seconds": float(event["seconds"]), "threads": int(event.get("threads", 0))}
            if ended is None or event["cell"] != ended[0]:
                return False
            return "verdict" not in event or (ended[1] is not None and event["verdict"].get("question") == ended[1])
        return len(event) == 1 and event.keys() <= _NOTES


class _Relay:
    """Passes the child's events on until it has ended, or must be."""

    def __init__(self, process: int, reading: int, out: int, limits: Any, folder: Path, channel: _Channel):
        self.process, self.reading, self.out, self.limits = process, reading, out, limits
        self.folder, self.channel = folder, channel
        self.start = time.monotonic()
        self.cell_ends = self.start + limits.cell_seconds + limits.grace
        self.used, self.notes = _disk(folder), 0

    def run(self) -> dict[str, Any]:
        """How it ended."""
        looked = self.start
        for line in self._lines():
            if line is not None:
                end = self._heard(line)
            elif time.monotonic() - looked >= LOOK:
                end, looked = self._look(), time.monotonic()
            else:
                end = None
            if end is not None:
                return end
        return _killed(self._how())

    def _lines(self) -> Iterator[bytes | None]:
        """Each line that arrives, and None at least every `LOOK` seconds; ends with the child."""
        rest = b""
        while True:
            ready, _, _ = select.select([self.reading], [], [], LOOK)
            if ready:
                try:
                    part = os.read(self.reading, 1 << 20)
                except OSError:  # it ended before it had read what was written to it
                    return
                if not part:
                    return
                *lines, rest = (rest + part).split(b"\n")
                yield from lines
                if len(rest) > LONGEST_LINE:
                    yield rest
            elif _gone(self.process):
                return
            yield None

    def _heard(self, line: bytes) -> dict[str, Any] | None:
        event = self.channel.event(line)
        if event is None:
            return _killed(FORGED, forged=True)
        if "broken" in event:
            return _killed(f"nothing works any more after it ({str(event['broken'])[:LONGEST_NOTE]})")
        if "spoiled" in event:
            return _killed(str(event["spoiled"])[:LONGEST_NOTE])
        if "begin" in event:
            self.cell_ends = time.monotonic() + self.channel.seconds[event["begin"]] + self.limits.grace
        if "cell" in event:
            full = self._full()
            if full is not None:
                return full
            event["processes"] = self._left_running()
        if self.channel.done:
            return {"end": "done"}
        for kind in ("flag", "remark"):
            if kind in event:
                self.notes += 1
                event[kind] = str(event[kind])[:LONGEST_NOTE]
        if self.notes <= MOST_NOTES or "begin" in event or "cell" in event:
            _say(self.out, event)
        if "begin" in event:
            with contextlib.suppress(OSError):
                os.write(self.reading, b".")
        return None

    def _look(self) -> dict[str, Any] | None:
        """Whether it has used too much of anything."""
        now, limits, family = time.monotonic(), self.limits, _family()
        if len(family) > limits.processes:
            return _killed(f"it started more than {limits.processes} processes", clean=not sandbox.inside())
        if now > self.start + limits.seconds:
            return _killed(f"the notebook took longer than {limits.seconds:g} seconds in all", total=True)
        if now > self.cell_ends:
            return _killed("it did not end in time, and could not be interrupted")
        if sum(_memory(one) for one in family) > limits.memory + _memory(os.getpid()) and (
            sum(_memory_alone(one) for one in family) > limits.memory
        ):
            return _killed(f"it used more than {limits.memory / 2**30:.1f} GB of memory")
        return self._full()

    def _full(self) -> dict[str, Any] | None:
        """Whether it has written too much."""
        limits = self.limits
        size, files = (now - before for now, before in zip(_disk(self.folder), self.used, strict=True))
        if size > limits.disk:
            return _killed(f"it wrote more than {limits.disk / 2**20:.0f} MB")
        if files > MOST_FILES:
            return _killed(f"it made more than {MOST_FILES} files")
        return None

    def _left_running(self) -> int:
        """How many processes the cell has left behind."""
        own = [one for one in _children(os.getpid()) if one != self.process]
        return sum(_runs(one) for one in own + _children(self.process))

    def _how(self) -> str:
        """Of a child that said nothing more."""
        with contextlib.suppress(ChildProcessError):
            for _ in range(20):
                gone, status = os.waitpid(self.process, os.WNOHANG)
                if gone and os.WIFSIGNALED(status):
                    name = signal.Signals(os.WTERMSIG(status)).name
                    return f"its Python process {_SIGNALS.get(name, f'was ended by {name}')}"
                if gone:
                    return f"it ended its own Python process (exit code {os.WEXITSTATUS(status)})"
                time.sleep(0.01)
            return "it closed the grader's channel"
        return "it ended its own Python process"


def _killed(reason: str, **more: Any) -> dict[str, Any]:
    return {"end": "killed", "reason": reason, **more}


def _gone(process: int) -> bool:
    """Whether a child has ended; it stays to be waited for."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _children(process: int) -> list[int]:
    with contextlib.suppress(OSError, ValueError):
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _stat(process: int) -> list[str]:
    """What follows the name in /proc/PID/stat: state, parent and more."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()
    return []


def _runs(process: int) -> bool:
    """Whether it is at work; not where it has ended, or is the one that multiprocessing starts and leaves alone."""
    with contextlib.suppress(OSError):
        helper = b"multiprocessing.resource_tracker" in Path(f"/proc/{process}/cmdline").read_bytes()
        return not helper and _stat(process)[:1] not in ([], ["Z"], ["X"])
    return False


def _family() -> list[int]:
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


def _memory(process: int) -> int:
    """Bytes that a process holds, those included that it shares."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _memory_alone(process: int) -> int:
    """Bytes that a process holds, of shared ones its part."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{process}/smaps_rollup") as file:
        return next((1024 * int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    return _memory(process)


def _disk(folder: Path) -> tuple[int, int]:
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


def _tree() -> dict[str, Any]:
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


def _end_all() -> bool:
    """End every descendant: first all are stopped, so that none makes another meanwhile. Whether all have gone."""
    late = time.monotonic() + (1 if sandbox.inside() else 60)
    while time.monotonic() < late:
        family = _family()
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in family:
                with contextlib.suppress(OSError):
                    os.kill(process, number)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        time.sleep(0.002)
    return False


def _say(out: int, event: dict[str, Any]) -> None:
    content = (json.dumps(event, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    while content:
        content = content[os.write(out, content) :]


if __name__ == "__main__":
    main()
