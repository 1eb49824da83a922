"""Between a submission's process and the grader: passes on what can be true, and looks after the limits.

Of the child's lines it passes on those with the token of this request and the next number, cells in the order of the
request, and a verdict for a check that has begun.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from learntools.core.verdict import INCORRECT
from learntools.grading import sandbox
from learntools.grading.disk import MOST_FILES, used
from learntools.grading.processes import children, family, gone, memory, memory_alone, runs

LONGEST_LINE = 16 * 2**20  # bytes of one event
LONGEST_NOTE = 300  # characters of a flag or a remark, of which there are at most
MOST_NOTES = 50
LOOK = 0.1  # seconds between two looks at memory, disk and processes
FORGED = "something else than the grader wrote into the grader's channel"
_OF_A_CELL = {"cell", "outputs", "seconds", "stopped", "threads", "verdict"}
_NOTES = {"flag", "remark", "spoiled", "broken"}
_SIGNALS = {
    "SIGSEGV": "crashed (SIGSEGV: it touched memory that is not its own)",
    "SIGABRT": "was aborted (SIGABRT)",
    "SIGKILL": "was killed (SIGKILL)",
    "SIGXCPU": "used up its processor time (SIGXCPU)",
}


class Channel:
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


class Relay:
    """Passes the child's events on until it has ended, or must be."""

    def __init__(self, process: int, reading: int, out: int, limits: Any, folder: Path, channel: Channel):
        self.process, self.reading, self.out, self.limits = process, reading, out, limits
        self.folder, self.channel = folder, channel
        self.start = time.monotonic()
        self.cell_ends = self.start + limits.cell_seconds + limits.grace
        self.wrong: set[str] = set()  # questions that were answered wrongly
        self.used, self.notes = used(folder), 0

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
        return killed(self._how())

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
            elif gone(self.process):
                return
            yield None

    def _heard(self, line: bytes) -> dict[str, Any] | None:
        event = self.channel.event(line)
        if event is None:
            return killed(FORGED, forged=True)
        if "broken" in event:
            return killed(f"nothing works any more after it ({str(event['broken'])[:LONGEST_NOTE]})")
        if "spoiled" in event:
            return killed(str(event["spoiled"])[:LONGEST_NOTE])
        if "begin" in event:
            self.cell_ends = time.monotonic() + self.channel.seconds[event["begin"]] + self.limits.grace
        if "cell" in event:
            full = self._full()
            if full is not None:
                return full
            event["processes"] = self._left_running()
            if event.get("verdict", {}).get("outcome") == INCORRECT:
                self.wrong.add(event["verdict"]["question"])
        if self.channel.done:
            return {"end": "done"}
        for kind in ("flag", "remark"):
            if kind in event:
                self.notes += 1
                event[kind] = str(event[kind])[:LONGEST_NOTE]
        if self.notes <= MOST_NOTES or "begin" in event or "cell" in event:
            say(self.out, event)
        if "begin" in event:
            with contextlib.suppress(OSError):
                os.write(self.reading, b".")
        return None

    def _look(self) -> dict[str, Any] | None:
        """Whether it has used too much of anything."""
        now, limits, own = time.monotonic(), self.limits, family()
        if len(own) > limits.processes:
            return killed(f"it started more than {limits.processes} processes", clean=not sandbox.inside())
        if now > self.start + limits.seconds:
            return killed(f"the notebook took longer than {limits.seconds:g} seconds in all", total=True)
        if now > self.cell_ends:
            return killed("it did not end in time, and could not be interrupted")
        if sum(memory(one) for one in own) > limits.memory + memory(os.getpid()) and (
            sum(memory_alone(one) for one in own) > limits.memory
        ):
            return killed(f"it used more than {limits.memory / 2**30:.1f} GB of memory")
        return self._full()

    def _full(self) -> dict[str, Any] | None:
        """Whether it has written too much."""
        limits = self.limits
        size, files = (now - before for now, before in zip(used(self.folder), self.used, strict=True))
        if size > limits.disk:
            return killed(f"it wrote more than {limits.disk / 2**20:.0f} MB")
        if files > MOST_FILES:
            return killed(f"it made more than {MOST_FILES} files")
        return None

    def _left_running(self) -> int:
        """How many processes the cell has left behind."""
        own = [one for one in children(os.getpid()) if one != self.process]
        return sum(runs(one) for one in own + children(self.process))

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


def killed(reason: str, **more: Any) -> dict[str, Any]:
    return {"end": "killed", "reason": reason, **more}


def say(out: int, event: dict[str, Any]) -> None:
    content = (json.dumps(event, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    while content:
        content = content[os.write(out, content) :]
