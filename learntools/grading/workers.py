"""The processes that grade: on this machine, or behind a Dask scheduler elsewhere.

with connected(workers=2, scheduler="") as client:
    client.submit(grade, settings, task)
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import logging
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from learntools import __version__
from learntools.grading import GradingError
from learntools.grading.child import Limits
from learntools.grading.key import Key
from learntools.grading.one import Graded, Grader
from learntools.grading.submission import Submission, Unreadable

CONNECT = 10.0  # seconds in which a scheduler must answer
Settings = tuple[Key, int, Limits]


@dataclass(frozen=True)
class Task:
    """One submission on its way to a worker.   mark: a digest of everything that its result depends on."""

    student: str
    submission: Submission | str | None  # str: why it is unreadable
    files: dict[str, bytes]
    remarks: list[str]
    mark: str


_graders: dict[tuple[str, str, int], Grader] = {}
_busy = threading.Lock()


def grade(settings: Settings, task: Task) -> Graded:
    """In a worker: one submission after the other through its own server."""
    key, seed, limits = settings
    submission = Unreadable(task.submission) if isinstance(task.submission, str) else task.submission
    with _busy:
        name = (key.stem, hashlib.sha256(repr((key, limits)).encode()).hexdigest(), seed)
        if name not in _graders:
            for old in _graders.values():
                old.close()
            _graders.clear()
            _graders[name] = Grader(key, seed, limits)
        result = _graders[name].grade(submission, task.files)
    return dataclasses.replace(result, remarks=[*task.remarks, *result.remarks])


def close_graders() -> None:
    """End the servers of this worker."""
    for grader in _graders.values():
        grader.close()
    _graders.clear()


@contextlib.contextmanager
def connected(workers: int, scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise GradingError("Grading needs dask.distributed: pip install 'learntools[grading]'") from None

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if scheduler:
        try:
            client = Client(scheduler, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise GradingError(f"There is no Dask scheduler at {scheduler}: {error}") from None
        cluster = None
    else:
        with _undisturbed():
            # Whoever reaches a scheduler can run code with your rights: only this machine may, and only with a key.
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", memory_limit=None,
                dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False}, security=_security(),
                silence_logs=logging.CRITICAL,
            )  # fmt: skip
        client = Client(cluster, set_as_default=False)
    finished = False
    try:
        _same_version(client)
        yield client
        finished = True
    finally:
        if finished or cluster is None:  # else the workers are busy, and their graders end with them
            with contextlib.suppress(Exception):
                client.run(close_graders)
        client.close()
        if cluster is not None:
            cluster.close()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Processes that start in here leave Ctrl-C to this one, which ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _security() -> Any:
    """Keys for one run, so that no other user of this machine can speak to its processes; None without cryptography."""
    from distributed.security import Security

    try:
        return Security.temporary()
    except ImportError:
        return None


def _same_version(client: Any) -> None:
    """Workers elsewhere must judge as this machine does."""
    try:
        found = client.run(_version)
    except Exception as error:
        raise GradingError(f"The workers cannot load learntools: {type(error).__name__}: {error}") from None
    if not found:
        raise GradingError("The scheduler has no workers: start some with `dask worker ADDRESS --nthreads 1`.")
    for address, version in found.items():
        if version != __version__:
            raise GradingError(
                f"The worker {address} has learntools {version}, here is {__version__}: install the same."
            )


def _version() -> str:
    import learntools
    import learntools.grading.one

    return learntools.__version__
