"""The time of a training, and its end by hand: a stopwatch that can pause, and Ctrl-C between two steps."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Stopwatch:
    """Seconds of training, without the pauses."""

    def __init__(self, already: float = 0.0):
        self._start = time.perf_counter() - already

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start

    def pause(self, since: float) -> None:
        """Do not count the time since `since`, a value of `time.perf_counter()`."""
        self._start += time.perf_counter() - since


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Within, the first Ctrl-C only raises a flag, so that a step is never cut in two; the second one interrupts."""
    asked: list[int] = []

    def note(number: int, frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)
