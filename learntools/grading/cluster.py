"""A whole class on dask.distributed: every submission is a task, and what is done stays done.

    for student, result in grade_all(course, "02_convolutions", workers=2): ...

Each result is written to `grades/LESSON/results/` the moment it is there, so that a run that was killed can go on.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import queue
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from learntools.core.verdict import OUR_FAULT
from learntools.grading import GradingError
from learntools.grading.child import Limits
from learntools.grading.course import Course
from learntools.grading.key import Key
from learntools.grading.one import Graded, nothing
from learntools.grading.submission import Submission, Unreadable, read
from learntools.grading.version import version
from learntools.grading.workers import Settings, Task, connected, grade, unprotected, with_remarks

RETRIES = 2  # of a task that failed in a worker
LOOK = 0.5  # seconds between two looks at the workers
PATIENCE = 60.0  # seconds without any worker, after which a run ends
KEPT = "What was graded so far is kept: run it again with --resume."


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

    def load(self, student: str, mark: str | None) -> Graded | None:
        """The result of exactly this submission, or if mark is None of whatever was graded last; None without one."""
        try:
            found = json.loads(self._path(student).read_text(encoding="utf-8"))
            return Graded(**found["result"]) if mark in (None, found["mark"]) else None
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
        return self.folder / f"{hashlib.sha256(os.fsencode(student)).hexdigest()[:20]}.json"


def tasks(course: Course, key: Key, seed: int, students: Iterable[str]) -> Iterator[Task]:
    """The submissions of these students, each read from its folder when it is asked for."""
    known = hashlib.sha256(repr((version(), key, seed)).encode("utf-8", "surrogatepass"))
    for student in students:
        handed = course.handed_in(student, key.stem)
        mark = known.copy()
        closed = handed.closed
        submission: Submission | str | None = handed.trouble or None
        if handed.notebook is not None:
            try:
                content = handed.notebook.read_bytes()
                mark.update(content)
                submission = read(content)
            except Unreadable as reason:
                submission = str(reason)
            except OSError as error:
                closed = f"the file cannot be opened ({error.strerror})"
        if isinstance(submission, str):
            mark.update(submission.encode("utf-8", "surrogateescape"))
        files = {}
        for name, path in sorted(handed.files.items()):
            try:
                files[name] = path.read_bytes()
                mark.update(name.encode("utf-8", "surrogateescape") + b"\0" + files[name])
            except OSError as error:
                handed.remarks.append(f"{name} was left out: it cannot be opened ({error.strerror}).")
                handed.left_out.append(name)
        mark.update(repr(handed.remarks).encode())
        yield Task(student, submission, files, handed.remarks, handed.needs, closed, handed.left_out, mark.hexdigest())


def grade_all(
    course: Course,
    stem: str,
    *,
    workers: int = 0,
    scheduler: str = "",
    resume: bool = False,
    again: Collection[str] = (),
    limits: Limits | None = None,
    tell: Callable[[str], None] = lambda sentence: None,
) -> Iterator[tuple[str, Graded, bool]]:
    """Each student with the result, and whether it was there from an earlier run, as they come.

    Args:
        workers: processes on this machine; one for each core if 0.
        scheduler: address of a Dask scheduler, instead.
        resume: keep what was graded before, of those who have handed in nothing else since.
        again: students to grade anew, on the same random inputs as before; of all others what was graded is kept.
        tell: is called with a sentence where workers elsewhere have no sandbox.

    Raises:
        GradingError: the lesson is not released, one of `again` has handed in nothing, the scheduler cannot be
            reached, or all its workers are gone.
    """
    key = course.key(stem)
    journal = Journal(course, stem)
    waiting = course.students(stem)
    for student in again:
        if student not in waiting:
            raise GradingError(f"There is no submitted/{student}/{stem}/: name a student who has handed it in.")
    seed = journal.seed(resume or bool(again))
    if resume or again:
        found: dict[str, Graded | None] = dict.fromkeys(again)
        others = [student for student in waiting if student not in found]
        if resume:
            found |= {one.student: journal.load(one.student, one.mark) for one in tasks(course, key, seed, others)}
        else:
            found |= {student: journal.load(student, None) for student in others}
        for student, result in found.items():
            if result is not None:
                yield student, result, True
        waiting = [student for student, result in found.items() if result is None]
    if not waiting:
        return
    with connected(min(workers or _cores(), len(waiting)), scheduler) as client:
        if scheduler:
            for sentence in unprotected(client):
                tell(sentence)
        settings = (key, seed, limits or Limits())
        for task, result in _side_by_side(client, settings, tasks(course, key, seed, waiting)):
            if result.state != OUR_FAULT:  # the next run may have more luck
                journal.keep(task.student, task.mark, result)
            yield task.student, result, False


def _side_by_side(client: Any, settings: Settings, todo: Iterator[Task]) -> Iterator[tuple[Task, Graded]]:
    """Each task with its result, as they come.

    No more tasks are under way than there are threads to run them: so the class need not fit into memory, and where a
    worker dies, no waiting submission is blamed for it.
    """
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()
    under_way: dict[str, Task] = {}
    alive = time.monotonic()
    while True:
        threads = _threads(client)
        for task in itertools.islice(todo, max(0, threads - len(under_way))):
            future = client.submit(grade, settings, task, pure=False, retries=RETRIES)
            under_way[future.key] = task
            future.add_done_callback(done.put)
        if not under_way and threads:
            return
        try:
            future = done.get(timeout=LOOK)
        except queue.Empty:
            alive = time.monotonic() if threads else alive
            if time.monotonic() - alive > PATIENCE:
                raise GradingError(f"All workers are gone. {KEPT}") from None
            continue
        if future.cancelled():
            raise GradingError(f"The connection to the Dask scheduler was lost. {KEPT}")
        task = under_way.pop(future.key)
        yield task, _result(future, task, settings[0])


def _threads(client: Any) -> int:
    """How many tasks can run at once, now; 0 where nobody answers."""
    try:
        return sum(client.nthreads().values()) if client.status == "running" else 0
    except OSError:
        return 0


def _result(future: Any, task: Task, key: Key) -> Graded:
    """The task's result; of a task that failed itself, which is never the student's fault, a result that says so."""
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, GradingError):
        raise GradingError(f"{str(error).rstrip('.')}. {KEPT}")
    reason = f"The grader itself failed: {type(error).__name__}: {str(error)[:200]}. Grade this one by hand."
    return with_remarks(nothing(key, OUR_FAULT, reason), task)


def _cores() -> int:
    from learntools import platforms

    return platforms.cores()


__all__ = ["KEPT", "Journal", "grade_all", "tasks"]
