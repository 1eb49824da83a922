"""In the process of one submission: run its cells as a notebook would, and say after each what came of it.

The learner's code runs in here, with everything that it can do to a process; nothing of value is in reach. What is said
goes through one file descriptor, a line of JSON for each event:

    {"begin": 7}                                           cell 7 starts
    {"cell": 7, "outputs": [...], "seconds": 0.02}         and has ended
    {"cell": 8, "outputs": [...], "verdict": {...}}        of a check
    {"flag": "builtins.len was replaced"}
    {"done": true}
"""

from __future__ import annotations

import builtins
import contextlib
import io
import json
import os
import resource
import signal
import sys
import time
import types
from dataclasses import asdict, dataclass
from typing import Any

TEXT_KEPT = 20_000  # characters of what one cell prints
PICTURE_KEPT = 2 * 2**20  # bytes of base64 in one output
SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml")


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    cell_seconds: of one cell; a check has its own limit, too.   seconds: of the whole notebook.
    memory: bytes that the process may grow by.   file: bytes of one file that it may write.   processes: at once.
    """

    cell_seconds: float = 20.0
    seconds: float = 180.0
    memory: int = 2 * 2**30
    file: int = 64 * 2**20
    processes: int = 16


class CellTimeout(BaseException):
    """A cell took too long. Not an `Exception`, so that `except Exception` does not swallow it."""


def work(lesson: str, steps: list[dict[str, Any]], limits: Limits, say: int) -> None:
    """Run these cells in order and tell `say` (a file descriptor); never returns.

    steps: {"cell": number, "source": text} of a cell, {"cell": number, "check": question} of a check; "released" says
    that the text is as it was handed out.
    """
    code = 1
    try:
        _confine(limits)
        _Session(lesson, limits, say).run(steps)
        code = 0
    except BaseException as error:
        with contextlib.suppress(BaseException):
            _tell(say, {"broken": f"{type(error).__name__}: {str(error)[:300]}"})
    finally:
        os._exit(code)


def _confine(limits: Limits) -> None:
    """Limits that the system keeps, and nothing to read from."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    with open("/proc/self/statm") as file:
        size = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    for kind, most in (
        (resource.RLIMIT_AS, size + limits.memory),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CPU, int(limits.seconds) + 5),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that is too large is an OSError, and no sudden end


class _Session:
    def __init__(self, lesson: str, limits: Limits, say: int):
        from learntools import lessons

        self.exercises = {exercise.name: exercise for exercise in lessons.exercises(lesson)}
        self.limits, self.say, self.home = limits, say, os.getcwd()
        self.shell = new_shell()
        self.guard = _Guard()

    def run(self, steps: list[dict[str, Any]]) -> None:
        from learntools.core import graded

        for step in steps:
            self.tell({"begin": step["cell"]})
            start = time.perf_counter()
            graded.handed_out = bool(step.get("released"))
            if "check" in step:
                told = self.check(step["check"])
            else:
                told = {"outputs": self.execute(step["source"])}
            for flag in self.guard.restore():
                self.tell({"flag": flag})
            _close_figures()
            self.tell({"cell": step["cell"], "seconds": round(time.perf_counter() - start, 3), **told})
        self.tell({"done": True})

    def tell(self, event: dict[str, Any]) -> None:
        _tell(self.say, event)

    def execute(self, source: str) -> list[dict[str, Any]]:
        """Run one cell's text; what it showed, as nbformat's outputs."""
        with contextlib.suppress(OSError):
            os.chdir(self.home)
        seen = _Seen()
        with seen.by(self.shell), _alarm(self.limits.cell_seconds):
            self.shell.run_cell(source, store_history=False)
        return seen.outputs

    def check(self, question: str) -> dict[str, Any]:
        """The verdict on one question: what the learner's own check would be, on scenarios that nobody has seen."""
        from learntools.core.find import MISSING
        from learntools.core.verdict import INCORRECT, Points, Verdict

        with contextlib.suppress(OSError):
            os.chdir(self.home)
        exercise = self.exercises[question]
        answer = self.shell.user_ns.get(exercise.answer, MISSING)
        copied = taken_over(answer, exercise)
        if copied:
            self.tell({"flag": f"{exercise.answer} is {copied}"})
            message = f"`{exercise.answer}` is {copied}, and no answer of your own. Write it in your own words."
            verdict = Verdict(exercise.lesson, question, exercise.answer, INCORRECT, 0.0, exercise.points, message)
        else:
            seen = _Seen()
            with seen.by(self.shell):
                verdict = exercise.assess(answer)
        points = Points(verdict)
        output = {
            "output_type": "execute_result",
            "execution_count": None,
            "metadata": {},
            "data": {"text/plain": repr(points), "text/html": points._repr_html_()},
        }
        return {"outputs": [output], "verdict": asdict(verdict)}


def taken_over(answer: Any, exercise: Any) -> str:
    """In words, whose answer it is, where it is the course's own; empty otherwise."""
    from torch import nn

    from learntools.core.kinds import CLASS, FUNCTION, MODEL

    if exercise.kind not in (FUNCTION, CLASS, MODEL):
        return ""
    if any(answer is reference for reference in (exercise.reference, *exercise.also)):
        return "the course's own answer"
    module = getattr(answer, "__module__", None) or ""
    if exercise.kind != MODEL and isinstance(module, str) and module.partition(".")[0] == "learntools":
        return f"taken from {module}"
    if exercise.kind == MODEL and isinstance(answer, nn.Module):
        import torch

        mine, theirs = answer.state_dict(), exercise.truth().state_dict()
        if mine.keys() == theirs.keys() and all(
            mine[name].shape == theirs[name].shape and torch.equal(mine[name].cpu().float(), theirs[name].float())
            for name in theirs
        ):
            return "the course's own trained network"
    return ""


def new_shell() -> Any:
    """An IPython shell without history, files or a terminal."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    shell = InteractiveShell.instance(config=config)
    module = types.ModuleType("__main__")  # classes of cells look here for themselves
    sys.modules["__main__"] = module
    shell.user_module = module
    shell.user_ns = vars(module)
    shell.init_user_ns()
    shell.colors = "NoColor"
    return shell


class _Seen:
    """What a cell shows, as nbformat's outputs."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.texts = {"stdout": 0, "stderr": 0}

    @contextlib.contextmanager
    def by(self, shell: Any) -> Any:
        from IPython.core.displayhook import DisplayHook
        from IPython.core.displaypub import DisplayPublisher

        seen = self

        class Hook(DisplayHook):
            def __call__(self, result: Any = None) -> None:
                if result is not None:
                    builtins._ = result  # type: ignore[attr-defined]
                    data, metadata = shell.display_formatter.format(result)
                    if data:  # what displays itself has done so
                        seen.add("execute_result", data, metadata, execution_count=None)

        class Publisher(DisplayPublisher):
            def publish(self, data: Any, metadata: Any = None, **kwargs: Any) -> None:
                seen.add("display_data", data, metadata or {})

            def clear_output(self, wait: bool = False) -> None:
                seen.outputs.clear()

        def traceback(kind: Any, value: Any, lines: list[str]) -> None:
            error = {"output_type": "error", "ename": getattr(kind, "__name__", str(kind)), "evalue": _short(value)}
            seen.outputs.append({**error, "traceback": [line[:2000] for line in lines[-30:]]})

        old = sys.stdout, sys.stderr, shell.displayhook, shell.display_pub, sys.displayhook
        shell.displayhook, shell.display_pub = Hook(shell=shell), Publisher(shell=shell)
        shell._showtraceback = traceback
        sys.displayhook = shell.displayhook
        sys.stdout, sys.stderr = _Stream(self, "stdout"), _Stream(self, "stderr")
        try:
            yield
        finally:
            sys.stdout, sys.stderr, shell.displayhook, shell.display_pub, sys.displayhook = old

    def add(self, kind: str, data: dict[str, Any], metadata: dict[str, Any], **more: Any) -> None:
        kept = {mime: value for mime, value in data.items() if mime in SHOWN and isinstance(value, str)}
        kept = {mime: value for mime, value in kept.items() if len(value) <= PICTURE_KEPT}
        if sum(len(str(output)) for output in self.outputs) < 2 * PICTURE_KEPT:
            self.outputs.append({"output_type": kind, "data": kept, "metadata": {}, **more})

    def text(self, name: str, text: str) -> None:
        room = TEXT_KEPT - self.texts[name]
        self.texts[name] += len(text)
        if room <= 0:
            return
        text = text if len(text) <= room else text[:room] + "\n[the rest is left out]\n"
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == name:
            last["text"] += text
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})


class _Stream(io.TextIOBase):
    def __init__(self, seen: _Seen, name: str):
        self.seen, self.called = seen, name

    def write(self, text: str) -> int:
        self.seen.text(self.called, str(text))
        return len(text)

    def writable(self) -> bool:
        return True


class _Guard:
    """Puts back what a cell has replaced in Python's builtins and in the checker, and says what it was."""

    WATCHED = ("learntools.core", "learntools.lessons", "learntools.grading")

    def __init__(self) -> None:
        self.builtins = dict(vars(builtins))
        self.modules = {
            name: dict(vars(module))
            for name, module in list(sys.modules.items())
            if name.startswith(self.WATCHED) and isinstance(module, types.ModuleType)
        }
        self.classes = {
            item: dict(vars(item))
            for known in self.modules.values()
            for item in known.values()
            if isinstance(item, type) and item.__module__.startswith(self.WATCHED)
        }
        self.functions = {
            item: (item.__code__, item.__defaults__)
            for known in self.modules.values()
            for item in known.values()
            if isinstance(item, types.FunctionType) and item.__module__.startswith(self.WATCHED)
        }

    def restore(self) -> list[str]:
        flags = self._names(vars(builtins), self.builtins, "builtins", ("_", "__IPYTHON__"))
        for name, known in self.modules.items():
            if name not in sys.modules:
                continue
            flags += self._names(vars(sys.modules[name]), known, name, ("_", "__warningregistry__", "__builtins__"))
        for item, known in self.classes.items():
            for name, value in known.items():
                if vars(item).get(name) is not value and isinstance(value, types.FunctionType | property | classmethod):
                    flags.append(f"{item.__module__}.{item.__name__}.{name} was replaced")
                    setattr(item, name, value)
        for item, (code, defaults) in self.functions.items():
            if item.__code__ is not code or item.__defaults__ is not defaults:
                flags.append(f"{item.__module__}.{item.__name__} was rewritten")
                item.__code__, item.__defaults__ = code, defaults
        return flags

    @staticmethod
    def _names(now: Any, known: dict[str, Any], where: str, free: tuple[str, ...]) -> list[str]:
        flags = []
        for name, value in known.items():
            if name in free or now.get(name) is value:
                continue
            if where != "builtins" and not callable(value):
                continue  # modules keep small records of their own
            flags.append(f"{where}.{name} was {'replaced' if name in now else 'deleted'}")
            now[name] = value  # of a module: its own dictionary
        return flags


@contextlib.contextmanager
def _alarm(seconds: float) -> Any:
    def ring(signum: int, frame: Any) -> None:
        raise CellTimeout(f"The cell was stopped after {seconds:g} seconds.")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.25)
    try:
        yield
    except CellTimeout:  # it rang on the way out of the shell
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        with contextlib.suppress(Exception):
            pyplot.close("all")


def _short(value: Any) -> str:
    try:
        return str(value)[:1000]
    except Exception:
        return ""


def _tell(say: int, event: dict[str, Any]) -> None:
    content = (json.dumps(event) + "\n").encode()
    while content:
        content = content[os.write(say, content) :]
