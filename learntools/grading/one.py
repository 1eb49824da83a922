"""Grade one submission, whatever it does: run it, and where it ends its process run it again without the cell that did.

    with Grader(key, seed=7) as grader:
        graded = grader.grade(read(content), {"generator.safetensors": weights})

Nothing here executes what was submitted; that happens in `server`'s children.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import re
import secrets
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from learntools.core.verdict import ERROR, NOT_ATTEMPTED, OUTCOMES, Verdict
from learntools.data.files import DataError
from learntools.grading import GradingError, sandbox
from learntools.grading.child import Limits
from learntools.grading.key import ANSWER, CHECK, DEMO, MANUAL, Key
from learntools.grading.matching import OWN, Matched, Placed, match, stored
from learntools.grading.planning import runs
from learntools.grading.submission import Cell, Submission, Unreadable

START_SECONDS = 180  # in which a server has imported everything
SILENT_SECONDS = 30  # more than any cell may take, after which the server itself is stopped
LONGEST_REASON = 300  # characters
ENDED_ALL = "it ended the process that grades"
UNREADABLE = "unreadable"
NOT_HANDED_IN = "not handed in"


@dataclass
class Graded:
    """What came of one submission.

    Attributes:
        questions: of each: points, max_points, outcome, diagnosis (a known mistake's name or None), message.
        cells: the notebook as it was judged, each cell as `matching.stored` gives it.
        written: of each manually graded answer whether something was written.
        remarks: what was unusual, in sentences.   flags: signs that it reached into the checker.
        state: "graded", "unreadable" or "not handed in".   seconds: how long it took.
    """

    questions: dict[str, dict[str, Any]]
    cells: list[dict[str, Any]] = field(default_factory=list)
    written: dict[str, bool] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    state: str = "graded"
    seconds: float = 0.0

    @property
    def points(self) -> float:
        return sum(item["points"] for item in self.questions.values())


@dataclass
class _Run:
    """What one run of a submission's cells has said, cell by cell."""

    outputs: dict[int, list[Any]] = field(default_factory=dict)
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    stopped: dict[int, str] = field(default_factory=dict)  # by an exception, or the cell's clock
    remarks: dict[int, list[str]] = field(default_factory=dict)
    flags: dict[int, list[str]] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    running: list[int] = field(default_factory=list)  # cells that left threads or processes behind
    left: dict[str, int] = field(default_factory=lambda: {"threads": 0, "processes": 0})  # now
    at: int = -1  # the cell that began last
    began: float = 0.0
    end: dict[str, Any] = field(default_factory=lambda: {"end": "done"})

    @property
    def done(self) -> bool:
        return self.end["end"] == "done"

    def hear(self, event: dict[str, Any]) -> None:
        if "begin" in event:
            self.began = time.monotonic()
        if "end" in event:
            self.end = event
            self.seconds.setdefault(self.at, time.monotonic() - self.began)
            if event.get("forged"):
                self.flag(event["reason"])
        self.at = event.get("begin", self.at)
        if "flag" in event:
            self.flag(event["flag"])
        if "remark" in event:
            self.remarks.setdefault(self.at, []).append(event["remark"])
        if "cell" in event:
            self.seconds[self.at] = event["seconds"]
            self.outputs[self.at] = _outputs(event.get("outputs"))
            if "stopped" in event:
                self.stopped[self.at] = str(event["stopped"])[:LONGEST_REASON]
            before, self.left = self.left, {word: int(event.get(word, 0)) for word in ("threads", "processes")}
            more = [word for word, count in before.items() if self.left[word] > count]
            if more:
                self.running.append(self.at)
                self.remarks.setdefault(self.at, []).append(f"left {' and '.join(more)} running until the end")
            if "verdict" in event:
                self.verdicts[event["verdict"]["question"]] = event["verdict"]

    def flag(self, words: str) -> None:
        known = self.flags.setdefault(self.at, [])
        known += [words] if words not in known else []


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

    def grade(self, submission: Submission | Unreadable | None, files: dict[str, bytes]) -> Graded:
        """What `read` gave, or raised, or None where there is no notebook; and the files beside it."""
        start = time.perf_counter()
        if submission is None:
            result = nothing(self.key, NOT_HANDED_IN, f"There is no {self.key.stem}.ipynb.")
        elif isinstance(submission, Unreadable):
            result = nothing(self.key, UNREADABLE, f"Nothing could be read: {submission}.")
        else:
            result = self._graded(match(submission, self.key), files)
        result.seconds = round(time.perf_counter() - start, 2)
        return result

    def _graded(self, matched: Matched, files: dict[str, bytes]) -> Graded:
        """Run the cells; where one ends the process, run them again without it."""
        cells = matched.cells
        last = _Run()  # of each cell what the latest run said of it
        left_out: dict[int, str] = {}
        finish = time.monotonic() + 2 * self.limits.seconds
        while True:
            run = self._run(cells, files, left_out)
            _update(last, run)
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

    def _guilty(self, cells: list[Placed], files: dict[str, bytes], left_out: dict[int, str], run: _Run) -> int:
        """The cell that ended the process: the one that ran, or one before it that had left something running."""
        if run.end.get("total"):
            own = [place for place in run.seconds if cells[place].role in (ANSWER, OWN)]
            return max(own, key=run.seconds.__getitem__, default=run.at)
        for suspect in reversed([place for place in run.running if place != run.at]):
            again = self._run(cells, files, {**left_out, suspect: ""})
            if again.done or again.at > run.at:
                return suspect
        return run.at

    def _run(self, cells: list[Placed], files: dict[str, bytes], left_out: dict[int, str]) -> _Run:
        """One run of the cells in one process, but for those that are left out."""
        chosen = runs(cells)
        steps = [self._step(place, item, place in left_out) for place, item in enumerate(cells) if chosen[place]]
        steps = [step for step in steps if "check" in step or step["cell"] not in left_out]
        for _ in range(2):
            run = _Run()
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

    def _result(self, matched: Matched, run: _Run, left_out: dict[int, str]) -> Graded:
        questions = {name: self._question(name, matched.cells, run, left_out) for name in self.key.questions}
        cells, written = [], {}
        for place, item in enumerate(matched.cells):
            shown = run.outputs.get(place, []) if item.role != CHECK else [_shown(questions[item.question])]
            cells.append(stored(item, shown))
            if item.role == MANUAL and item.original is not None:
                written[item.original.grade_id] = item.changed
        remarks = [*matched.remarks, *_remarks(matched.cells, run, left_out)]
        flags = [
            f"{flag} ({_called(matched.cells[place])})" for place in sorted(run.flags) for flag in run.flags[place]
        ]
        return Graded(questions, cells, written, remarks, flags)

    def _question(self, name: str, cells: list[Placed], run: _Run, left_out: dict[int, str]) -> dict[str, Any]:
        answer, verdict = self.key.answers[name], run.verdicts.get(name)
        own = [place for place, item in enumerate(cells) if item.question == name]
        tried = [place for place in own if cells[place].role != ANSWER or cells[place].changed]
        lost = [f"could not be judged: {left_out[place]}" for place in own if place in left_out]
        lost += [f"could not be judged: its cell {run.stopped[place]}" for place in tried if place in run.stopped]
        if verdict is not None and verdict["outcome"] != NOT_ATTEMPTED:
            return _question(self._believed(name, verdict))
        if lost:
            return _question(_verdict(self.key, name, ERROR, f"`{answer}` {lost[0]}."))
        if verdict is not None:
            return _question(self._believed(name, verdict))
        message = f"`{answer}` was not reached: something before it ended the notebook."
        return _question(_verdict(self.key, name, NOT_ATTEMPTED, message))

    def _believed(self, name: str, said: dict[str, Any]) -> Verdict:
        """The verdict of a check, with the points of the notebook that was handed out; nothing more than those."""
        most = self.key.questions[name].points
        try:
            share = float(said["points"]) / (float(said["max_points"]) or 1.0)
            found = _verdict(self.key, name, said["outcome"], str(said["message"]))
            found = dataclasses.replace(
                found,
                points=round(share * most, 4),
                detail=str(said["detail"]),
                diagnosis=None if said["diagnosis"] is None else str(said["diagnosis"]),
                grid=_grid(said["grid"]),
                printed=str(said["printed"]),
            )
            if said["outcome"] not in OUTCOMES or not 0 <= share <= 1:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            return _verdict(self.key, name, ERROR, f"`{self.key.answers[name]}` got a verdict that cannot be true.")
        return found

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


def _update(last: _Run, run: _Run) -> None:
    """Let `last` know what a later run has said."""
    for name in ("outputs", "verdicts", "stopped", "remarks", "flags", "seconds"):
        getattr(last, name).update(getattr(run, name))


def _remarks(cells: list[Placed], run: _Run, left_out: dict[int, str]) -> list[str]:
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


def _outputs(said: Any) -> list[Any]:
    """Of what a cell is said to have shown, what nbformat knows."""
    found: list[Any] = []
    for item in said if isinstance(said, list) else ():
        kind = item.get("output_type") if isinstance(item, dict) else None
        if kind == "stream":
            found.append({"output_type": kind, "name": "stderr" if item.get("name") == "stderr" else "stdout"})
            found[-1]["text"] = str(item.get("text"))
        elif kind == "error":
            texts = {part: str(item.get(part)) for part in ("ename", "evalue")}
            lines = item.get("traceback")
            texts["traceback"] = [str(line) for line in lines] if isinstance(lines, list) else []  # type: ignore[assignment]
            found.append({"output_type": kind, **texts})
        elif kind in ("display_data", "execute_result") and isinstance(item.get("data"), dict):
            data = {str(mime): str(value) for mime, value in item["data"].items()}
            found.append({"output_type": kind, "data": data, "metadata": {}})
            found[-1] |= {"execution_count": None} if kind == "execute_result" else {}
    return found


def _grid(said: Any) -> Any:
    """A verdict's grid, which JSON has made into lists."""
    return tuple(tuple((str(text), bool(right)) for text, right in row) for row in said) if said else None


def nothing(key: Key, state: str, reason: str) -> Graded:
    """What becomes of a student of whom nothing can be judged."""
    questions = {name: _question(_verdict(key, name, NOT_ATTEMPTED, reason)) for name in key.questions}
    manual = {cell.grade_id: False for cell in key.cells if cell.role == MANUAL}
    return Graded(questions, written=manual, remarks=[reason], state=state)


def _encoded(files: dict[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(content).decode() for name, content in files.items()}


def _verdict(key: Key, question: str, outcome: str, message: str) -> Verdict:
    return Verdict(key.lesson, question, key.answers[question], outcome, 0.0, key.questions[question].points, message)


def _question(verdict: Verdict) -> dict[str, Any]:
    kept = ("answer", "outcome", "points", "max_points", "diagnosis", "message", "detail")
    return {name: getattr(verdict, name) for name in kept} | {"html": verdict.html()}


def _shown(question: dict[str, Any]) -> dict[str, Any]:
    """The check cell's one output, as nbgrader reads it: the points, and the verdict for the feedback page."""
    data = {"text/plain": repr(float(question["points"])), "text/html": question["html"]}
    return {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": data}


__all__ = ["NOT_HANDED_IN", "UNREADABLE", "Graded", "Grader"]
