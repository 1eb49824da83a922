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

from learntools.core.verdict import OUR_FAULT
from learntools.grading import GradingError, sandbox
from learntools.grading.child import Limits
from learntools.grading.key import Key
from learntools.grading.one import Graded, Grader, nothing
from learntools.grading.submission import Submission, Unreadable
from learntools.grading.version import version

CONNECT = 10.0  # seconds in which a scheduler must answer
Settings = tuple[Key, int, Limits]


@dataclass(frozen=True)
class Task:
    """One submission on its way to a worker.

    Attributes:
        submission: what was read; a text says why nothing could be.
        remarks, needs, closed, left_out: as in `handed.Handed`.
        mark: a digest of everything that its result depends on.
    """

    student: str
    submission: Submission | str | None
    files: dict[str, bytes]
    remarks: list[str]
    needs: list[str]
    closed: str
    left_out: list[str]
    mark: str


_graders: dict[tuple[str, str, int], Grader] = {}
_busy = threading.Lock()


def grade(settings: Settings, task: Task) -> Graded:
    """In a worker: one submission after the other through its own server."""
    key, seed, limits = settings
    if task.closed:
        return with_remarks(nothing(key, OUR_FAULT, f"It may not be read here: {task.closed}. {_OPEN_IT}"), task)
    submission = Unreadable(task.submission) if isinstance(task.submission, str) else task.submission
    with _busy:
        name = (key.stem, hashlib.sha256(repr((key, limits)).encode()).hexdigest(), seed)
        if name not in _graders:
            for old in _graders.values():
                old.close()
            _graders.clear()
            _graders[name] = Grader(key, seed, limits)
        result = _graders[name].grade(submission, task.files, task.left_out)
    return with_remarks(result, task)


def with_remarks(result: Graded, task: Task) -> Graded:
    """The result with what its folder made one say before anything ran; what stopped everything stands first."""
    remarks = [*task.remarks, *result.remarks] if result.state != OUR_FAULT else [*result.remarks, *task.remarks]
    return dataclasses.replace(result, remarks=remarks, needs=[*result.needs, *task.needs])


_OPEN_IT = "Give yourself the right to read it, and run it again with --resume."


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
        _same_version(client, elsewhere=bool(scheduler))
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


def _same_version(client: Any, elsewhere: bool) -> None:
    """Workers elsewhere must judge as this machine does; those that start here load the same files."""
    try:
        found = client.run(_version)
    except Exception as error:
        raise GradingError(f"The workers cannot load learntools: {type(error).__name__}: {error}") from None
    if not found:
        raise GradingError("The scheduler has no workers: start some with `dask worker ADDRESS --nthreads 1`.")
    for address, other in found.items():
        if elsewhere and other != version():
            raise GradingError(
                f"The worker {address} has learntools {other}, here is {version()}: install the same commit on both, "
                "and start the worker again."
            )


def _version() -> str:
    return version()


def unprotected(client: Any) -> list[str]:
    """Where workers have no sandbox: a sentence for each reason."""
    found: dict[str, list[str]] = {}
    for address, trouble in client.run(sandbox.trouble).items():
        if trouble:
            found.setdefault(trouble, []).append(address)
    return [f"On {', '.join(addresses)}: {trouble}" for trouble, addresses in found.items()]
