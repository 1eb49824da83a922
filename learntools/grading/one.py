"""Grade one submission, whatever it does: run it, and where it ends its process run it again without the cell that did.

    with Grader(key, seed=7) as grader:
        graded = grader.grade(read(content), {"generator.safetensors": weights})

Nothing here executes what was submitted; that happens in `server`'s children.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import secrets
import select
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from learntools.core.verdict import ERROR, NOT_ATTEMPTED
from learntools.data.files import DataError
from learntools.grading import GradingError, sandbox
from learntools.grading.child import Limits
from learntools.grading.heard import Run, update
from learntools.grading.key import ANSWER, CHECK, DEMO, MANUAL, Key
from learntools.grading.matching import OWN, Matched, Placed, match, stored
from learntools.grading.planning import runs
from learntools.grading.results import (
    NOT_HANDED_IN,
    UNREADABLE,
    Graded,
    believed,
    nothing,
    output_of,
    record,
    unearned,
)
from learntools.grading.submission import Cell, Submission, Unreadable
from learntools.grading.trained import files_of

START_SECONDS = 180  # in which a server has imported everything
SILENT_SECONDS = 30  # more than any cell may take, after which the server itself is stopped
ENDED_ALL = "it ended the process that grades"


class Grader:
    """A server process for one lesson, started again whenever a submission has managed to end it.

    isolated: whether it runs in a sandbox; by default where there is one.

    Raises:
        GradingError: from `grade`, where the process cannot be started.
    """

    def __init__(self, key: Key, seed: int, limits: Limits | None = None, isolated: bool | None = None):
        self.key, self.seed, self.limits = key, seed, limits or Limits()
        self.isolated = sandbox.available() if isolated is None else isolated
        self._folder = Path(tempfile.mkdtemp(prefix="learntools-grading-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._errors = self._folder / "errors.txt"
        self._mark = secrets.token_hex(16)

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and remove its files."""
        self._stop()
        sandbox.remove(self._folder)

    def grade(
        self, submission: Submission | Unreadable | None, files: dict[str, bytes], left_out: Collection[str] = ()
    ) -> Graded:
        """What `read` gave, or raised, or None where there is no notebook; and the files beside it.

        left_out: names of files that were handed in, too, and cannot be used.
        """
        start = time.perf_counter()
        if submission is None:
            result = nothing(self.key, NOT_HANDED_IN, f"There is no {self.key.stem}.ipynb.")
        elif isinstance(submission, Unreadable):
            result = nothing(self.key, UNREADABLE, f"Nothing could be read: {submission}.")
        else:
            matched = match(submission, self.key)
            result = _with_missing_files(self.key, matched, self._graded(matched, files), files, left_out)
        result.seconds = round(time.perf_counter() - start, 2)
        return result

    def _graded(self, matched: Matched, files: dict[str, bytes]) -> Graded:
        """Run the cells; where one ends the process, run them again without it."""
        cells = matched.cells
        last = Run()  # of each cell what the latest run said of it
        left_out: dict[int, str] = {}
        finish = time.monotonic() + 2 * self.limits.seconds
        while True:
            run = self._run(cells, files, left_out)
            update(last, run)
            if run.done:
                break
            late, reason = time.monotonic() > finish, run.end["reason"]
            guilty = run.at if late else self._guilty(cells, files, left_out, run)
            if late or guilty in left_out:
                left_out.setdefault(guilty, reason)
                matched.remarks.append("A part of the notebook was not run: the time for this submission was used up.")
                break
            later = guilty != run.at and not run.end.get("total")
            left_out[guilty] = f"of what it left running, in a later cell: {reason}" if later else reason
        return self._result(matched, last, left_out)

    def _guilty(self, cells: list[Placed], files: dict[str, bytes], left_out: dict[int, str], run: Run) -> int:
        """The cell that ended the process: the one that ran, or one before it that had left something running."""
        if run.end.get("total"):
            own = [place for place in run.seconds if cells[place].role in (ANSWER, OWN)]
            return max(own, key=run.seconds.__getitem__, default=run.at)
        for suspect in reversed([place for place in run.running if place != run.at]):
            again = self._run(cells, files, {**left_out, suspect: ""})
            if again.done or again.at > run.at:
                return suspect
        return run.at

    def _run(self, cells: list[Placed], files: dict[str, bytes], left_out: dict[int, str]) -> Run:
        """One run of the cells in one process, but for those that are left out."""
        chosen = runs(cells)
        steps = [self._step(place, item, place in left_out) for place, item in enumerate(cells) if chosen[place]]
        steps = [step for step in steps if "check" in step or step["cell"] not in left_out]
        for _ in range(2):
            run = Run()
            for event in self._ask({"steps": steps, "files": _encoded(files), "limits": asdict(self.limits)}):
                run.hear(event)
            if run.done or run.at >= 0:
                return run
        raise RuntimeError(f"no cell could be run: {run.end['reason']}. {self._said()}")

    def _step(self, place: int, item: Placed, lost: bool) -> dict[str, Any]:
        if item.role == CHECK:
            seconds = 1.5 * min(self._exercise(item.question).seconds, self.limits.check_seconds)
            return {"cell": place, "check": item.question, "seconds": seconds, "lost": lost}
        needs: list[str] = []
        if item.original is not None and not item.changed and item.role == DEMO:  # above a check, if cells were moved
            needs = [name for name in self.key.questions if re.search(rf"\b{name}\b", item.cell.source)]
        return {"cell": place, "source": item.cell.source, "seconds": self.limits.cell_seconds, "needs": needs}

    def _exercise(self, question: str) -> Any:
        from learntools import lessons

        return next(item for item in lessons.exercises(self.key.lesson) if item.name == question)

    def _result(self, matched: Matched, run: Run, left_out: dict[int, str]) -> Graded:
        questions = {name: self._question(name, matched.cells, run, left_out) for name in self.key.questions}
        cells, written = [], {}
        for place, item in enumerate(matched.cells):
            shown = run.outputs.get(place, []) if item.role != CHECK else [output_of(questions[item.question])]
            cells.append(stored(item, shown))
            if item.role == MANUAL and item.original is not None:
                written[item.original.grade_id] = item.changed
        remarks = [*matched.remarks, *_remarks(matched.cells, run, left_out)]
        flags = [
            f"{flag} ({_called(matched.cells[place])})" for place in sorted(run.flags) for flag in run.flags[place]
        ]
        return Graded(questions, cells, written, remarks, flags)

    def _question(self, name: str, cells: list[Placed], run: Run, left_out: dict[int, str]) -> dict[str, Any]:
        answer, verdict = self.key.answers[name], run.verdicts.get(name)
        own = [place for place, item in enumerate(cells) if item.question == name]
        tried = [place for place in own if cells[place].role != ANSWER or cells[place].changed]
        lost = [f"could not be judged: {left_out[place]}" for place in own if place in left_out]
        lost += [f"could not be judged: its cell {run.stopped[place]}" for place in tried if place in run.stopped]
        if verdict is not None and verdict["outcome"] != NOT_ATTEMPTED:
            return record(believed(self.key, name, verdict))
        if lost:
            return record(unearned(self.key, name, ERROR, f"`{answer}` {lost[0]}."))
        if verdict is not None:
            return record(believed(self.key, name, verdict))
        message = f"`{answer}` was not reached: something before it ended the notebook."
        return record(unearned(self.key, name, NOT_ATTEMPTED, message))

    def _ask(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The events of one request; the last says how it ended."""
        process = self._started()
        assert process.stdin is not None
        patience = {step["cell"]: step["seconds"] + self.limits.grace for step in request.get("steps", ())}
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            self._stop()
            yield {"end": "killed", "reason": ENDED_ALL}
            return
        yield from self._events(START_SECONDS, patience)

    def _events(self, seconds: float, patience: dict[Any, float]) -> Iterator[dict[str, Any]]:
        """What the process says, until it is ready or at an end.

        seconds: for which it may be silent, and more while a cell runs: as many as `patience` has for it.
        """
        process = self._process
        assert process is not None
        assert process.stdout is not None
        deadline = time.monotonic() + seconds
        while True:
            while b"\n" in self._rest:
                line, _, self._rest = self._rest.partition(b"\n")
                try:
                    event = json.loads(line)
                except ValueError:
                    event = {"end": "killed", "reason": "something else than the grader wrote into its channel"}
                    self._stop()
                if "begin" in event:
                    deadline = time.monotonic() + patience.get(event["begin"], 0.0) + SILENT_SECONDS
                if event.get("clean") is False:
                    self._stop()
                yield event
                if "end" in event or "ready" in event:
                    return
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            part = process.stdout.read1(1 << 20) if ready else b""  # type: ignore[attr-defined]
            if not part:
                self._stop()
                yield {"end": "killed", "reason": ENDED_ALL if ready else "it stopped the process that grades"}
                return
            self._rest += part

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        self._rest = b""
        try:
            home = tempfile.mkdtemp(dir=self._folder)
            arguments = ["-m", "learntools.grading.server", self.key.lesson, str(self.seed)]
            command, environment = sandbox.command(arguments, Path(home), self._mark, self.isolated)
            with self._errors.open("wb") as errors:
                self._process = subprocess.Popen(
                    command, env=environment, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
                )
        except (OSError, DataError) as error:
            raise GradingError(f"The grading process does not start: {error}") from None
        if "ready" not in next(iter(self._events(START_SECONDS, {}))):
            self._stop()
            raise GradingError(f"The grading process does not start: {self._said()}")
        for _ in self._ask({"warm": self._warm()}):
            pass
        return self._process

    def _said(self) -> str:
        """The last line of what the process wrote before its end."""
        with contextlib.suppress(OSError):
            lines = self._errors.read_text(errors="replace").strip().splitlines()
            return lines[-1] if lines else "it said nothing"
        return "it said nothing"

    def _warm(self) -> list[str]:
        """What an untouched notebook would run of the course's own code."""
        cells = [Placed(Cell(cell.kind, cell.source), cell.role, cell.question, cell) for cell in self.key.cells]
        chosen = runs(cells)
        return [item.cell.source for item, run in zip(cells, chosen, strict=True) if run and item.role == DEMO]

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        if not self.isolated:
            sandbox.end_marked(self._mark)


def _with_missing_files(
    key: Key, matched: Matched, result: Graded, files: Collection[str], left_out: Collection[str]
) -> Graded:
    """Of an answer that is there, but not attempted for want of a file: say so to the student and the instructor."""
    for name, question in result.questions.items():
        if question["outcome"] != NOT_ATTEMPTED:
            continue
        missing = [file for file in files_of(matched.cells, name) if file not in files]
        said = [
            f"{file} {'could not be used' if file in left_out else 'was not handed in'}: "
            f"{name} reads it, and counts as not attempted."
            for file in missing
        ]
        if said:
            result.questions[name] = record(unearned(key, name, NOT_ATTEMPTED, " ".join(said)))
            result.remarks += said
            result.needs += said
            for cell, item in zip(result.cells, matched.cells, strict=True):
                if item.role == CHECK and item.question == name:
                    cell["outputs"] = [output_of(result.questions[name])]
    return result


def _remarks(cells: list[Placed], run: Run, left_out: dict[int, str]) -> list[str]:
    """What happened in which cell, in sentences; of the course's own cells only what ended them."""
    found = []
    for place, item in enumerate(cells):
        said = [f"was left out: {left_out[place]}"] if place in left_out else run.remarks.get(place, [])
        stopped = run.stopped.get(place, "") if item.role == OWN or (item.role == ANSWER and item.changed) else ""
        if stopped and place not in left_out and not stopped.startswith(_NO_PYTHON):
            said = [stopped, *said]
        found += [f"The {_called(item)} {one}." for one in said]
    return found


_NO_PYTHON = tuple(
    f"stopped with {name}" for name in ("SyntaxError", "IndentationError", "TabError")
)  # said by `match`


def _called(item: Placed) -> str:
    first = next((line.strip() for line in item.cell.source.splitlines() if line.strip()), "")[:40]
    if item.role == CHECK:
        return f"check of {item.question}"
    return f"{item.role if item.role != OWN else 'added'} cell {item.question or repr(first)}"


def _encoded(files: dict[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(content).decode() for name, content in files.items()}


__all__ = ["NOT_HANDED_IN", "UNREADABLE", "Graded", "Grader", "nothing"]
