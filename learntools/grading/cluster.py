"""A whole class on dask.distributed: every submission is a task, and what is done stays done.

    for student, result in grade_all(course, "02_convolutions", workers=2): ...

Each result is written to `grades/LESSON/results/` the moment it is there, so that a run that was killed can go on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
import secrets
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from learntools.grading import GradingError
from learntools.grading.child import Limits
from learntools.grading.course import Course
from learntools.grading.key import Key
from learntools.grading.one import NOT_HANDED_IN, Graded, Grader, nothing
from learntools.grading.submission import Submission, Unreadable, read


@dataclass(frozen=True)
class Task:
    """One submission on its way to a worker.   mark: a digest of everything that its result depends on."""

    student: str
    submission: Submission | str | None  # str: why it is unreadable
    files: dict[str, bytes]
    remarks: list[str]
    mark: str


class Journal:
    """What is known already, a file for each student."""

    def __init__(self, course: Course, stem: str):
        self.folder = course.folder / "grades" / stem / "results"

    def seed(self, resume: bool) -> int:
        """The class's seed: a new one for a new run, the old one for one that goes on."""
        path = self.folder.parent / "seed.txt"
        with contextlib.suppress(OSError, ValueError):
            if resume:
                return int(path.read_text(encoding="ascii"))
        self.folder.mkdir(parents=True, exist_ok=True)
        seed = secrets.randbelow(2**30)
        path.write_text(f"{seed}\n", encoding="ascii")
        return seed

    def load(self, student: str, mark: str) -> Graded | None:
        """The result of exactly this submission; None where there is none."""
        try:
            found = json.loads(self._path(student).read_text(encoding="utf-8"))
            return Graded(**found["result"]) if found["mark"] == mark else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, student: str, mark: str, result: Graded) -> None:
        """Written beside its place first, then moved there: it is whole or not there."""
        path = self._path(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps({"mark": mark, "student": student, "result": asdict(result)}), encoding="utf-8")
        os.replace(part, path)

    def _path(self, student: str) -> Path:
        return self.folder / f"{hashlib.sha256(student.encode()).hexdigest()[:20]}.json"


def tasks(course: Course, key: Key, seed: int) -> Iterator[Task]:
    """Every submission of a lesson, read from its folder."""
    known = hashlib.sha256(repr((key, seed)).encode())
    for student in course.students(key.stem):
        handed = course.handed_in(student, key.stem)
        mark = known.copy()
        submission: Submission | str | None = None
        if handed.notebook is not None:
            try:
                content = handed.notebook.read_bytes()
                mark.update(content)
                submission = read(content)
            except Unreadable as reason:
                submission = str(reason)
            except OSError as error:
                submission = f"the file cannot be opened ({error.strerror})"
        files = {name: path.read_bytes() for name, path in handed.files.items()}
        for name, content in sorted(files.items()):
            mark.update(name.encode() + b"\0" + content)
        yield Task(student, submission, files, handed.remarks, mark.hexdigest())


def grade_all(
    course: Course,
    stem: str,
    *,
    workers: int = 0,
    scheduler: str = "",
    resume: bool = False,
    limits: Limits | None = None,
) -> Iterator[tuple[str, Graded, bool]]:
    """Each student with the result, and whether it was there from an earlier run, as they come.

    Args:
        workers: processes on this machine; one for each core if 0.
        scheduler: address of a Dask scheduler, instead.
        resume: keep the results of the run before that was cut short.

    Raises:
        GradingError: the lesson is not released, or the scheduler cannot be reached.
    """
    key = course.key(stem)
    journal = Journal(course, stem)
    seed = journal.seed(resume)
    waiting: list[Task] = []
    for task in tasks(course, key, seed):
        known = journal.load(task.student, task.mark) if resume else None
        if known is None:
            waiting.append(task)
        else:
            yield task.student, known, True
    if not waiting:
        return
    marks = {task.student: task.mark for task in waiting}
    with _client(min(workers or _cores(), len(waiting)), scheduler) as client:
        from distributed import as_completed

        shared = client.scatter((key, seed, limits or Limits()), broadcast=True)
        futures = [client.submit(_grade, shared, task, pure=False, retries=2) for task in waiting]
        students = {future.key: task.student for future, task in zip(futures, waiting, strict=True)}
        for future in as_completed(futures, loop=client.loop):
            student = students[future.key]
            result = _result(future, key)
            journal.keep(student, marks[student], result)
            yield student, result, False
            future.release()


def _result(future: Any, key: Key) -> Graded:
    """The task's result; of a task that failed itself, which is never the student's fault, a result that says so."""
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, GradingError):
        raise error
    reason = f"The grader itself failed: {type(error).__name__}: {str(error)[:200]}. Grade this one by hand."
    return nothing(key, "our fault", reason)


_graders: dict[tuple[str, str, int], Grader] = {}
_busy = threading.Lock()


def _grade(shared: tuple[Key, int, Limits], task: Task) -> Graded:
    """In a worker: one submission after the other through its own server."""
    key, seed, limits = shared
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
def _client(workers: int, scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise GradingError("Grading needs dask.distributed: pip install 'learntools[grading]'") from None

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if scheduler:
        try:
            client = Client(scheduler, timeout=10, set_as_default=False)
        except (OSError, ValueError) as error:
            raise GradingError(f"There is no Dask scheduler at {scheduler}: {error}") from None
        cluster = None
    else:
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="", host="127.0.0.1",
            memory_limit=None, silence_logs=logging.CRITICAL,
        )  # fmt: skip
        client = Client(cluster, set_as_default=False)
    try:
        _same_version(client)
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.run(close_graders)
        client.close()
        if cluster is not None:
            cluster.close()


def _same_version(client: Any) -> None:
    """Workers elsewhere must judge as this machine does."""
    from learntools import __version__

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


def _cores() -> int:
    from learntools import platforms

    return platforms.cores()


__all__ = ["NOT_HANDED_IN", "Journal", "close_graders", "grade_all", "tasks"]
