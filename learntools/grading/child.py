"""In the process of one submission: run its cells as a notebook would, and say after each what came of it.

The learner's code runs in here, with everything that it can do to a process; nothing of value is in reach. What is said
goes through one file descriptor, a line of JSON for each event:

    {"begin": 7}                                                          cell 7 starts, once it was answered
    {"cell": 7, "outputs": [...], "seconds": 0.02, "stopped": "..."}      and has ended
    {"cell": 8, "verdict": {...}, "seconds": 0.01}                        of a check
    {"flag": "builtins.len was replaced"}   {"remark": "..."}             about the cell that runs
    {"spoiled": "it kept 1.9 GB of memory"}                               no later cell can run after this one
    {"done": true}

Each line also carries its number and a token that only this module's `speaker` and the server know, so that nothing
else can speak for it by chance or by simple means. (`watch` says what remains possible within one process.)
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_SPARE = 0.25  # of the memory and of the open files; a cell that leaves less has spoiled the process
_DEATH, _DUMPABLE = 1, 4  # prctl: end this process with its parent; who may look into it
_FILES = 256  # open at once
_ANY = BaseException  # by this name it cannot be replaced among Python's builtins
_PAGE = os.sysconf("SC_PAGE_SIZE")

Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    cell_seconds: of one cell.   check_seconds: of one check, where the exercise itself does not set a shorter time.
    grace: seconds more, after which a cell that ignores its limit is ended.   seconds: of the whole notebook.
    memory: bytes that the process may grow by.   file: bytes of one file that it may write, and `disk` of all.
    processes: at once.
    """

    cell_seconds: float = 20.0
    check_seconds: float = 120.0
    grace: float = 4.0
    seconds: float = 180.0
    memory: int = 2 * 2**30
    file: int = 64 * 2**20
    disk: int = 128 * 2**20
    processes: int = 16


class CellTimeout(BaseException):
    """A cell took too long. Not an `Exception`, so that `except Exception` does not swallow it."""


def work(
    lesson: str, steps: list[dict[str, Any]], limits: Limits, seeds: tuple[int, int], token: str, say: int
) -> None:
    """Run these cells in order and tell `say` (a file descriptor); never returns.

    steps: {"cell": number, "source": text} of a cell, {"cell": number, "check": question} of a check. Of a cell as
    it was handed out, "needs" lists the questions that it names; "lost" says that the check itself must not run.
    """
    end, code, session = os._exit, 1, None
    tell = speaker(say, token)
    del token
    try:
        session = _Session(lesson, limits, seeds, tell, _confine(limits, say))
        session.run(steps)
        code = 0
    except _ANY as error:
        try:
            if session is not None:
                session.watch.builtins()
            tell({"broken": f"{type(error).__name__}: {str(error)[:300]}"})
        except _ANY:
            pass
    finally:
        end(code)


def speaker(say: int, token: str) -> Tell:
    """The function that writes events, with a number and the token that make them believable."""
    number, write, read, encode = 0, os.write, os.read, json.JSONEncoder(ensure_ascii=False).encode
    myself, getpid, end = os.getpid(), os.getpid, os._exit

    def tell(event: dict[str, Any]) -> None:
        nonlocal number
        if getpid() != myself:  # a copy that the learner's code made with `os.fork`
            end(0)
        number += 1
        content = (encode({**event, "number": number, "token": token}) + "\n").encode("utf-8", "replace")
        while content:
            content = content[write(say, content) :]
        if "begin" in event:  # what happens from here on is known to belong to this cell
            read(say, 1)

    return tell


def _confine(limits: Limits, say: int) -> list[tuple[int, tuple[int, int]]]:
    """Limits that the system keeps, nothing to read from, and no way to speak but `say`; the limits as they are now."""
    os.setsid()
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.prctl(_DEATH, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_DUMPABLE, 1, 0, 0, 0)  # the server has closed itself, and may look in here
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where the machine runs out of memory, this process goes before all others
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.closerange(3, say)
    os.closerange(say + 1, 1024)
    found = []
    for kind, most in (
        (resource.RLIMIT_AS, _address_space() + limits.memory),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CPU, int(limits.seconds) + 5),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
        found.append((kind, (most, most)))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a kernel, whatever started the grader ignores
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that is too large is an OSError, and no sudden end
    return found


class _Session:
    def __init__(self, lesson: str, limits: Limits, seeds: tuple[int, int], tell: Tell, confined: list[Any]):
        from learntools import lessons
        from learntools.grading.copied import Own
        from learntools.grading.shell import new_shell
        from learntools.grading.watch import Watch

        self.exercises = {exercise.name: exercise for exercise in lessons.exercises(lesson)}
        self.limits, self.seeds, self.tell, self.confined = limits, seeds, tell, confined
        self.folder = _Folder(os.getcwd())
        self.shell = new_shell()
        self.notebook = self.shell.user_ns
        self.own = {name: Own(exercise) for name, exercise in self.exercises.items()}
        self.settled: list[Own] = []  # of questions that have been judged
        for exercise in self.exercises.values():
            exercise.seconds = min(exercise.seconds, limits.check_seconds)
        self.watch = Watch(self.exercises.values(), self.shell)

    def run(self, steps: list[dict[str, Any]]) -> None:
        for step in steps:
            self.tell({"begin": step["cell"]})
            start = time.perf_counter()
            self.folder.enter()
            told = self.check(step) if "check" in step else self.execute(step)
            self.settled += [self.own[step["check"]]] if "check" in step else []
            for remark in self.folder.restore():
                self.tell({"remark": remark})
            _close_figures()
            spoiled = self.spoiled()
            if spoiled:
                self.tell({"spoiled": spoiled})
                return
            left = len(sys._current_frames()) - 1 - _harmless_threads()
            told |= {"threads": left} if left > 0 else {}
            self.tell({"cell": step["cell"], "seconds": round(time.perf_counter() - start, 3), **told})
        self.tell({"done": True})

    def execute(self, step: dict[str, Any]) -> dict[str, Any]:
        """Run one cell's text: what it showed, and why it stopped before its end."""
        clock = _Clock(step["seconds"])
        error: BaseException | None = None
        opened = [*self.settled, *(self.own[name] for name in step["needs"])]
        for own in opened:
            own.reopen()
        try:
            clock.start()
            error = self.shell.run(step["source"])
        except _ANY as escaped:  # the clock rang outside of the cell; or nothing works any more
            error = escaped
        clock.ended = True
        self.watch.builtins()
        for own in opened:
            own.close()
        self.mend(clock)
        if self.shell.shown.exits:
            self.tell({"remark": "asked for the notebook to end, which was ignored"})
        told: dict[str, Any] = {"outputs": self.shell.shown.outputs}
        return told if error is None else told | {"stopped": _stopped(error)}

    def check(self, step: dict[str, Any]) -> dict[str, Any]:
        """The verdict on one question: what the learner's own check would be, on scenarios that nobody has seen."""
        from learntools.core.find import MISSING
        from learntools.core.verdict import INCORRECT, NOT_ATTEMPTED, Verdict
        from learntools.grading.copied import taken_over

        exercise = self.exercises[step["check"]]
        answer = self.notebook.get(exercise.answer, MISSING)
        if step.get("lost"):
            exercise._judged = (answer, False)  # what ended the check is not called again to see whether it is right
            return {}
        copied = ""
        with contextlib.suppress(Exception):  # an object of the learner's may fail in any way
            copied = taken_over(answer, exercise, self.own)
        wrong = Verdict(exercise.lesson, exercise.name, exercise.answer, INCORRECT, 0.0, exercise.points, "")
        if copied:
            self.tell({"flag": f"{exercise.answer} is {copied}"})
            exercise._judged = (answer, False)
            message = f"`{exercise.answer}` is {copied}, and no answer of your own. Write it in your own words."
            return {"verdict": {**asdict(wrong), "message": message}}
        verdict = escaped = None
        for own in self.settled:
            own.reopen()
        try:
            verdict = self.assessed(exercise, answer)
        except _ANY as error:
            escaped = error
        self.watch.builtins()
        for own in self.settled:
            own.close()
        flags = self.mend()
        if flags and (verdict is None or verdict.outcome != NOT_ATTEMPTED):
            exercise._judged = (answer, False)
            message = (
                f"`{exercise.answer}` reached into the checker while it was checked ({flags[0]}): it earns nothing."
            )
            return {"verdict": {**asdict(wrong), "message": message}}
        if escaped is not None:
            raise escaped
        return {"verdict": asdict(verdict)}  # type: ignore[arg-type]

    def mend(self, clock: _Clock | None = None) -> list[str]:
        """Put back what the cell has changed, and say so; the flags."""
        flags, remarks = self.watch.restore()
        flags += clock.stop() if clock is not None else []
        for flag in flags:
            self.tell({"flag": flag})
        for remark in remarks:
            self.tell({"remark": remark})
        return flags

    def assessed(self, exercise: Any, answer: Any) -> Any:
        import torch

        self.shell.listen()
        with torch.inference_mode(False):
            return exercise.assess(answer, self.seeds)

    def spoiled(self) -> str:
        """Why nothing can run in this process any more, in words; empty where all is well."""
        for kind, limits in self.confined:
            if resource.getrlimit(kind) != limits:
                return "it changed the limits of its own process"
        try:
            files = len(os.listdir("/proc/self/fd"))
        except OSError:
            files = _FILES
        if files > (1 - _SPARE) * _FILES:
            return f"it left {files} files open"
        most = dict(self.confined)[resource.RLIMIT_AS][0]
        if most - _address_space() < _SPARE * self.limits.memory:
            gc.collect()
            kept = self.limits.memory - (most - _address_space())
            if kept > (1 - _SPARE) * self.limits.memory:
                return f"it kept {kept / 2**30:.1f} GB of memory"
        return ""


class _Clock:
    """Raises `CellTimeout` after so many seconds, again and again until `ended`."""

    def __init__(self, seconds: float):
        self.seconds, self.ended = seconds, False

    def start(self) -> None:
        signal.signal(signal.SIGALRM, self.ring)
        signal.setitimer(signal.ITIMER_REAL, self.seconds, 0.25)

    def ring(self, signum: int, frame: Any) -> None:
        if not self.ended:
            raise CellTimeout(f"after {self.seconds:g} seconds")

    def stop(self) -> list[str]:
        """The flag, where it was disturbed."""
        disturbed = signal.getsignal(signal.SIGALRM) != self.ring or not any(signal.getitimer(signal.ITIMER_REAL))
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        return ["the cell's clock (SIGALRM) was taken away"] if disturbed else []


class _Folder:
    """The notebook's folder, with what was handed in beside it."""

    def __init__(self, path: str):
        self.path = path
        self.content = {entry.name: Path(entry.path).read_bytes() for entry in os.scandir(path) if entry.is_file()}
        self.marks = {name: self._mark(name) for name in self.content}

    def enter(self) -> None:
        """Every cell starts in here."""
        with contextlib.suppress(OSError):
            os.chdir(self.path)

    def restore(self) -> list[str]:
        """Put back what is gone or was changed; in words, what it was."""
        remarks = []
        try:
            if os.stat(self.path).st_mode & 0o700 != 0o700:
                os.chmod(self.path, 0o700)
                remarks.append("locked the notebook's folder, which was opened again")
        except OSError:
            os.makedirs(self.path, exist_ok=True)
            remarks.append("deleted the notebook's folder, which was made again")
        for name, content in self.content.items():
            if self._mark(name) == self.marks[name]:
                continue
            with contextlib.suppress(OSError):
                place = Path(self.path, name)
                place.unlink(missing_ok=True)
                place.write_bytes(content)
                self.marks[name] = self._mark(name)
            remarks.append(f"changed or deleted {name}, which was put back as it was handed in")
        return remarks

    def _mark(self, name: str) -> Any:
        try:
            found = os.stat(os.path.join(self.path, name))
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode


def _stopped(error: BaseException) -> str:
    from learntools.grading.shell import in_words

    if isinstance(error, CellTimeout):
        return f"was stopped {in_words(error)}"
    message = in_words(error)[:200].rstrip(".")
    return f"stopped with {type(error).__name__}" + (f": {message}" if message else "")


def _harmless_threads() -> int:
    """tqdm's thread, which watches its bars."""
    import threading

    return sum(type(thread).__name__ == "TMonitor" for thread in threading.enumerate())


def _address_space() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * _PAGE


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        with contextlib.suppress(Exception):
            pyplot.close("all")
