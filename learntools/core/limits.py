"""Time and memory limits for code that is not ours.

    value, late = within(seconds, function)

The limit holds for everything that Python itself executes, even a loop that swallows every exception. A single call
into compiled code (one huge matrix product) is waited for, as Python can interrupt it only when it returns.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

MEMORY = 4 * 2**30
AGAIN = 0.02  # seconds until the next try, where an answer swallows the exception
_OURS = (str(Path(__file__).parent), contextlib.__file__, threading.__file__)


class OutOfTime(BaseException):
    """The time limit is up. Not an `Exception`, so that `except Exception` in an answer does not swallow it."""


def within(seconds: float, function: Callable[[], Any]) -> tuple[Any, bool]:
    """Run `function()`; return (its value, False), or (None, True) where it needed longer than `seconds`."""
    main = threading.current_thread() is threading.main_thread()
    clock = _alarm if main and hasattr(signal, "setitimer") else _watcher
    tracer = sys.gettrace()  # a debugger's, perhaps
    try:
        with clock(seconds):
            return function(), False
    except OutOfTime:
        return None, True
    finally:
        if sys.gettrace() is not tracer:
            sys.settrace(tracer)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """SIGALRM in the main thread: interrupts `time.sleep` and input/output too."""
    ending = False

    def ring(signum: int, frame: FrameType | None) -> None:
        if ending:  # it was on its way already when the answer came to its end
            return
        # Should the answer swallow it, it is raised again at its very next line, inside and outside of its `try`.
        sys.settrace(_insist)
        while frame is not None and not _ours(frame):
            frame.f_trace = _insist
            frame = frame.f_back
        raise OutOfTime

    old_timer = signal.getitimer(signal.ITIMER_REAL)
    previous = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)  # inside: it may ring before the next line
        yield
    finally:
        ending = True  # an assignment cannot be interrupted half-way; what follows must not be
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_REAL, *old_timer)
        signal.signal(signal.SIGALRM, previous if previous is not None else signal.SIG_DFL)


@contextlib.contextmanager
def _watcher(seconds: float) -> Iterator[None]:
    """Elsewhere (Windows, a thread): another thread raises `OutOfTime` in this one until it has gone."""
    target, done = threading.get_ident(), threading.Event()
    lock = threading.Lock()

    def watch() -> None:
        delay = seconds
        while not done.wait(delay):
            with lock:
                if not done.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(target), ctypes.py_object(OutOfTime))
            delay = AGAIN

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            done.set()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(target), None)


def _ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_OURS)


def _insist(frame: FrameType, event: str, arg: Any) -> Any:
    if _ours(frame):
        return None
    if event == "line":
        raise OutOfTime
    return _insist


_limited: list[tuple[int, int]] = []  # every limit in force: its thread, and the ceiling in bytes
_unlimited = (0, 0)  # what the process had before the first of them
_limiting = threading.Lock()


@contextlib.contextmanager
def memory_limit(extra: int = MEMORY) -> Iterator[None]:
    """Let the process grow by at most `extra` bytes, so that a mistaken allocation fails instead of the machine.

    The limit belongs to the whole process, whose children inherit it. Limits may be nested, and overlap in several
    threads: with the last of them, the process has exactly the limit that it had before the first.

    Linux only, and not once a GPU is in use (its driver reserves addresses by the hundred gigabytes); elsewhere it does
    nothing.
    """
    torch = sys.modules.get("torch")
    if not sys.platform.startswith("linux") or (torch is not None and torch.cuda.is_initialized()):
        yield
        return
    thread = threading.get_ident()
    with _limiting:
        mine = _lower(thread, extra)
    try:
        yield
    finally:
        with _limiting:
            _lift(thread, mine)


def _lower(thread: int, extra: int) -> int:
    """Put one more limit in force; returns how many this thread had already."""
    import resource

    global _unlimited
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if not _limited:
        _unlimited = soft, hard
    # Each thread that the first operation starts reserves about 72 MiB of addresses for its stack and its heap.
    ceiling = _address_space() + extra + (os.cpu_count() or 1) * 72 * 2**20
    if soft != resource.RLIM_INFINITY:
        ceiling = min(ceiling, soft)
    already = sum(owner == thread for owner, _ in _limited)
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, hard))
    _limited.append((thread, ceiling))
    return already


def _lift(thread: int, keep: int) -> None:
    """Leave this thread its `keep` first limits: a later one goes too, where `OutOfTime` cut off its own end."""
    import resource

    mine = [place for place, (owner, _) in enumerate(_limited) if owner == thread]
    for place in reversed(mine[keep:]):
        del _limited[place]
    soft, hard = _unlimited
    resource.setrlimit(resource.RLIMIT_AS, (_limited[-1][1] if _limited else soft, hard))


def _address_space() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
