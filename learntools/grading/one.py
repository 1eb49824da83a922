"""Grade one submission, whatever it does: run it, and where it ends its process run it again without the cell that did.

    with Grader("convolutions", seed=7) as grader:
        graded = grader.grade(content, files, key)

Nothing here executes what was submitted; that happens in `server`'s children.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import select
import shutil
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from learntools.core.verdict import ERROR, NOT_ATTEMPTED, Verdict
from learntools.grading import GradingError, sandbox
from learntools.grading.child import Limits
from learntools.grading.key import CHECK, DEMO, MANUAL, Key
from learntools.grading.matching import OWN, Matched, match, stored
from learntools.grading.planning import runs
from learntools.grading.submission import Submission, Unreadable

TRIES = 6  # how often a submission is run again without the cell that ended it
START_SECONDS = 180  # in which a server has imported everything
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


class Grader:
    """A server process for one lesson, started again whenever a submission has managed to end it."""

    def __init__(self, key: Key, seed: int, limits: Limits | None = None):
        self.key, self.seed, self.limits = key, seed, limits or Limits()
        self._folder = tempfile.mkdtemp(prefix="learntools-grading-")
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._errors = Path(self._folder, "errors.txt")

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def close(self) -> None:
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def grade(self, submission: Submission | Unreadable | None, files: dict[str, bytes]) -> Graded:
        """What `read` gave, or raised, or None where there is no notebook; and the files beside it."""
        start = time.perf_counter()
        if submission is None:
            result = nothing(self.key, NOT_HANDED_IN, f"There is no {self.key.stem}.ipynb.")
        elif isinstance(submission, Unreadable):
            result = nothing(self.key, UNREADABLE, f"Nothing could be read: {submission}.")
        else:
            result = self._run(match(submission, self.key), files)
        result.seconds = round(time.perf_counter() - start, 2)
        return result

    def _run(self, matched: Matched, files: dict[str, bytes]) -> Graded:
        cells = matched.cells
        chosen = runs(cells)
        outputs: dict[int, list[Any]] = {}
        verdicts: dict[str, dict[str, Any]] = {}
        flags: list[str] = []
        ended: dict[int, str] = {}  # cell → how it ended the process
        finish = time.monotonic() + 2 * self.limits.seconds
        for _ in range(TRIES):
            steps = [
                self._step(place, item) for place, item in enumerate(cells) if chosen[place] and place not in ended
            ]
            at, end = -1, {"end": "done"}
            for event in self._ask({"steps": steps, "files": _encoded(files), "limits": asdict(self.limits)}):
                at = event.get("begin", at)
                if "outputs" in event:
                    outputs[event["cell"]] = event["outputs"]
                if "verdict" in event:
                    verdicts[cells[event["cell"]].question] = event["verdict"]
                if "flag" in event and event["flag"] not in flags:
                    flags.append(event["flag"])
                if "broken" in event:
                    matched.remarks.append(f"The grader itself stumbled: {event['broken']}.")
                if "end" in event:
                    end = event
            if end["end"] == "done" or at < 0:
                break
            ended[at] = end["reason"]
            matched.remarks.append(f"{self._called(cells[at])} was left out: {end['reason']}.")
            if time.monotonic() > finish:
                matched.remarks.append("What comes after it was not run: the time for this submission was used up.")
                break
        return self._result(matched, outputs, verdicts, flags, ended)

    def _step(self, place: int, item: Any) -> dict[str, Any]:
        released = item.original is not None and not item.changed and item.role == DEMO
        if item.role == CHECK:
            seconds = self._exercise(item.question).seconds
            return {"cell": place, "check": item.question, "seconds": 1.5 * seconds, "released": True}
        return {"cell": place, "source": item.cell.source, "seconds": self.limits.cell_seconds, "released": released}

    def _exercise(self, question: str) -> Any:
        from learntools import lessons

        return next(item for item in lessons.exercises(self.key.lesson) if item.name == question)

    def _called(self, item: Any) -> str:
        first = next((line.strip() for line in item.cell.source.splitlines() if line.strip()), "")[:40]
        return f"The {item.role if item.role != OWN else 'added'} cell {item.question or repr(first)}"

    def _result(
        self,
        matched: Matched,
        outputs: dict[int, list[Any]],
        verdicts: dict[str, dict[str, Any]],
        flags: list[str],
        ended: dict[int, str],
    ) -> Graded:
        questions: dict[str, dict[str, Any]] = {}
        for name in self.key.questions:
            verdict = verdicts.get(name)
            lethal = [
                reason
                for place, reason in ended.items()
                if matched.cells[place].question == name and (verdict is None or verdict["outcome"] == NOT_ATTEMPTED)
            ]
            if lethal:
                message = f"`{self.key.answers[name]}` could not be judged: {lethal[0]}."
                questions[name] = _question(_verdict(self.key, name, ERROR, message))
            elif verdict is None:
                message = f"`{self.key.answers[name]}` was not reached: something before it ended the notebook."
                questions[name] = _question(_verdict(self.key, name, NOT_ATTEMPTED, message))
            else:
                scale = self.key.questions[name].points / (verdict["max_points"] or 1)
                found = Verdict(**{**verdict, "grid": None, "points": round(verdict["points"] * scale, 4)})
                found = dataclasses.replace(found, max_points=self.key.questions[name].points)
                questions[name] = _question(found)
        cells, written = [], {}
        for place, item in enumerate(matched.cells):
            shown = outputs.get(place, [])
            if item.role == CHECK:
                shown = [_shown(shown, questions[item.question])]
            cells.append(stored(item, shown))
            if item.role == MANUAL and item.original is not None:
                written[item.original.grade_id] = item.changed
        return Graded(questions, cells, written, matched.remarks, flags)

    def _ask(self, request: dict[str, Any]) -> Any:
        """The events of one request; the last says how it ended."""
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            yield from self._events(2 * self.limits.seconds)
        except BrokenPipeError:
            self._stop()
            yield {"end": "killed", "reason": "it ended the process that grades"}

    def _events(self, seconds: float) -> Any:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        deadline = time.monotonic() + seconds
        while True:
            *lines, self._rest = self._rest.split(b"\n")
            for place, line in enumerate(lines):
                event = json.loads(line)
                if "end" in event or "ready" in event:
                    self._rest = b"\n".join([*lines[place + 1 :], self._rest])
                    yield event
                    return
                yield event
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            part = process.stdout.read1(1 << 20) if ready else b""  # type: ignore[attr-defined]
            if not part:
                self._stop()
                reason = "it ended the process that grades" if ready else "nothing more was heard of it"
                yield {"end": "killed", "reason": reason}
                return
            self._rest += part

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        home = tempfile.mkdtemp(dir=self._folder)
        arguments = ["-m", "learntools.grading.server", self.key.lesson, str(self.seed)]
        command, environment = sandbox.command(arguments, Path(home))
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command, env=environment, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        self._rest = b""
        ready = next(iter(self._events(START_SECONDS)))
        if "ready" not in ready:
            said = self._errors.read_text(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
            self._stop()
            raise GradingError(f"The grading process does not start: {said[0]}")
        for _ in self._ask({"warm": self._warm()}):
            pass
        return self._process

    def _warm(self) -> list[str]:
        """What an untouched notebook would run of the course's own code."""
        from learntools.grading.matching import Placed
        from learntools.grading.submission import Cell

        cells = [Placed(Cell(cell.kind, cell.source), cell.role, cell.question, cell) for cell in self.key.cells]
        chosen = runs(cells)
        return [item.cell.source for item, run in zip(cells, chosen, strict=True) if run and item.role == DEMO]

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        process.kill()
        process.wait()


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


def _shown(shown: list[Any], question: dict[str, Any]) -> dict[str, Any]:
    """The check cell's one output, as nbgrader reads it: the points, and the verdict for the feedback page."""
    html = next((item["data"].get("text/html") for item in shown if "data" in item), None) or question["html"]
    data = {"text/plain": repr(float(question["points"])), "text/html": html}
    return {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": data}


__all__ = ["NOT_HANDED_IN", "UNREADABLE", "Graded", "Grader"]
