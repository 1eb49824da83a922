"""A class of 200 graded: how long it takes, whether every score is right, and what nbgrader alone needs for the same.

The submissions mix answers that learners could give (`tests/answers`), blanks, and damage that editors do. What each
answer is worth is found beforehand, one at a time in this process, on the class's own seeds.

Timed is `learntools grade` as an instructor types it, from the start of Python to the last score in nbgrader's
gradebook, where the scores are read for the comparison. Then `nbgrader autograde` grades the first of the very same
submissions, in the same course and with the same configuration, which spares it the cells that train.
"""

from __future__ import annotations

import copy
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import psutil
import torch
import yaml
from torch import nn
from torch.nn import functional as F

from learntools import losses
from learntools.authoring import build, lesson
from learntools.core.exercise import Exercise
from learntools.grading.cluster import Journal
from learntools.grading.course import Course, create
from learntools.grading.gradebook import opened

STUDENTS = int(os.environ.get("N", 200))
BESIDE = "student-00[0-7]"  # who is graded by nbgrader alone as well
LESSONS = ("convolutions", "conditional_gan")
ANSWERS = Path(__file__).resolve().parent.parent / "tests" / "answers"
MODEL = {"conditional_gan": "04_conditional_gan.safetensors"}
KINDS = ("trained", "untrained", "negative")
NBGRADER = ("-m", "nbgrader")
LEARNTOOLS = ("-c", "from learntools.cli import main; main()")


def measure() -> dict[str, Any]:
    """Seconds, wrong scores, memory and nbgrader's own seconds, for each lesson."""
    return {"grading": {name: _class(name) for name in LESSONS}}


def table(found: dict[str, Any]) -> str:
    """The measurements as Markdown."""
    lines = [
        f"| {STUDENTS} submissions | learntools grade | its processor time | wrong scores | a worker's memory at most "
        "| nbgrader autograde, a submission | learntools grade, a submission | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, item in found["grading"].items():
        lines.append(
            f"| {name} | {item['seconds']:.0f} s | {item['processor_s']:.0f} s | {item['wrong']} "
            f"| {item['memory_gb']:.2f} GB "
            f"| {item['nbgrader_s']:.2f} s (of {item['beside']}) | {item['seconds'] / STUDENTS:.2f} s "
            f"| {item['ratio']:.1f} |"
        )
    return "\n".join(lines)


def _class(name: str) -> dict[str, Any]:
    item = lesson(name)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "course")
        create(folder, [name])
        _run(folder, *NBGRADER, "generate_assignment", item.stem, check=True)
        course = Course(folder)
        expected = _hand_in(folder, item, Journal(course, item.stem).seed(resume=False))
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        with _watched() as memory:  # --resume: on the seed that is known here, of a run that had not begun
            _run(folder, *LEARNTOOLS, "grade", ".", item.stem, "--resume", check=True)
        seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        scores = _scores(course, item.stem)
        wrong = {student: scores.get(student) for student, points in expected.items() if scores.get(student) != points}
        for student, got in list(wrong.items())[:5]:
            print(f"  {student}: {got} points for {expected[student]}", file=sys.stderr)
        number, each = _alone(folder, item.stem)
        return {
            "seconds": seconds,
            "processor_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "wrong": len(wrong),
            "memory_gb": memory["most"] / 2**30,
            "nbgrader_s": each,
            "beside": number,
            "ratio": each / (seconds / STUDENTS),
        }


def _scores(course: Course, stem: str) -> dict[str, float]:
    """Student → points of all checks, read from nbgrader's gradebook."""
    with opened(course) as gradebook:
        return {
            submission.student.id: round(sum(grade.auto_score or 0 for grade in submission.notebooks[0].grades), 4)
            for submission in gradebook.assignment_submissions(stem)
        }


def _hand_in(folder: Path, item: Any, seed: int) -> dict[str, float]:
    """Put every submission into its place: student → the points that it deserves."""
    rng = random.Random(7)
    solved, blank = build.notebook(item, solved=True), build.notebook(item)
    right = {cell.id: cell.source for cell in solved.cells}
    wrong = _wrong(item.name, item.exercises, seed)
    points = {exercise.name: exercise.points for exercise in item.exercises}
    models = next((exercise.name for exercise in item.exercises if exercise.kind == "model"), "")
    trained = _trained(item.exercises, seed) if models else {}
    expected: dict[str, float] = {}
    for number in range(STUDENTS):
        student, notebook, earned = f"student-{number:03d}", copy.deepcopy(blank), 0.0
        skill = rng.choice([0.0, 0.3, 0.6, 0.9, 1.0, 1.0])
        with_model = item.name not in MODEL or rng.random() < skill
        kind = rng.choice([*["trained"] * 4, *KINDS])
        for cell in notebook.cells:
            question = cell.id.removesuffix("-answer")
            if question == cell.id or question not in points:
                continue
            if rng.random() < skill:
                cell.source = right[cell.id]
                earned += points[question] if question != models else with_model * trained[kind]
            elif wrong.get(question) and rng.random() < 0.6:
                cell.source, worth = rng.choice(wrong[question])
                earned += worth
        place = folder / "submitted" / student / item.stem
        place.mkdir(parents=True)
        text, lost = DAMAGES[rng.choice([*DAMAGES, *["none"] * 8])](notebook, rng)
        (place / f"{item.stem}.ipynb").write_text(text, encoding="utf-8")
        if item.name in MODEL and with_model:
            _save_model(place / MODEL[item.name], number, kind)
        expected[student] = 0.0 if lost else round(earned, 4)
    return expected


def _wrong(name: str, exercises: Any, seed: int) -> dict[str, list[tuple[str, float]]]:
    """Question → wrong answers that somebody wrote, each with the points that it earns on this seed."""
    found: dict[str, list[tuple[str, float]]] = {}
    answers = yaml.safe_load((ANSWERS / f"{name}.yaml").read_text(encoding="utf-8"))
    by_name: dict[str, Exercise] = {exercise.name: exercise for exercise in exercises}
    for question, kinds in answers.items():
        if by_name[question].kind == "model":
            continue
        for source in list(kinds["wrong"].values())[:6]:
            space: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "np": np, "losses": losses}
            with open(os.devnull, "w") as nowhere:
                before, sys.stdout = sys.stdout, nowhere
                try:
                    exec(compile(source, "<answer>", "exec"), space | {"__name__": "__main__"}, space)
                    verdict = by_name[question].assess(space[by_name[question].answer], seeds=(seed, seed + 1))
                finally:
                    sys.stdout = before
            head = "import numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
            head += "from learntools import losses\n"
            found.setdefault(question, []).append((head + source, verdict.points))
    return found


def _trained(exercises: Any, seed: int) -> dict[str, float]:
    """What a network of each kind earns on this seed."""
    question = next(exercise for exercise in exercises if exercise.kind == "model")
    return {kind: question.assess(_model(0, kind), seeds=(seed, seed + 1)).points for kind in KINDS}


def _model(number: int, kind: str) -> nn.Module:
    """A generator as a learner may have: the course's own, a little different for each; never trained; sign lost."""
    from learntools.lessons.conditional_gan.generator import ConditionalGenerator
    from learntools.lessons.conditional_gan.trained import pretrained

    if kind == "untrained":
        torch.manual_seed(number)
        return ConditionalGenerator()
    generator, numbers = pretrained(), torch.Generator().manual_seed(number)
    for value in generator.parameters():
        value.mul_(1 + 0.003 * torch.randn(value.shape, generator=numbers))
    if kind == "negative":
        *_, weight, bias = generator.parameters()
        weight.neg_()
        bias.neg_()
    return generator


def _save_model(path: Path, number: int, kind: str) -> None:
    from safetensors.torch import save_file

    save_file({name: value.contiguous() for name, value in _model(number, kind).state_dict().items()}, path)


def _text(notebook: Any) -> str:
    return nbformat.writes(notebook)


def _stripped(notebook: Any, rng: random.Random) -> tuple[str, bool]:
    for number, cell in enumerate(notebook.cells):
        cell.metadata = nbformat.NotebookNode()
        cell.id = f"{rng.getrandbits(32):08x}-{number}"
    return _text(notebook), False


def _doubled(notebook: Any, rng: random.Random) -> tuple[str, bool]:
    places = [place for place, cell in enumerate(notebook.cells) if "nbgrader" in cell.metadata]
    for place in reversed(rng.sample(places, 3)):
        notebook.cells.insert(place + 1, copy.deepcopy(notebook.cells[place]))
    return json.dumps(notebook), False


def _unchecked(notebook: Any, rng: random.Random) -> tuple[str, bool]:
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-check") or rng.random() < 0.5]
    return _text(notebook), False


DAMAGES: dict[str, Callable[[Any, random.Random], tuple[str, bool]]] = {
    "none": lambda notebook, rng: (_text(notebook), False),
    "stripped": _stripped,
    "doubled": _doubled,
    "unchecked": _unchecked,
    "no JSON": lambda notebook, rng: ("<html>Sign in</html>", True),
    "empty": lambda notebook, rng: ("", True),
}


@contextmanager
def _watched() -> Iterator[dict[str, int]]:
    """The most memory that a worker has held with all processes below it, bytes; of pages that are shared, a part."""
    found, done = {"most": 0}, threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            for command in psutil.Process().children():
                for worker in _children(command):  # of Dask; each has a server below it, and that the submissions
                    whole = sum(_memory(process) for process in (worker, *_children(worker, recursive=True)))
                    found["most"] = max(found["most"], whole)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def _children(process: psutil.Process, recursive: bool = False) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return process.children(recursive)
    return []


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return process.memory_full_info().pss
    return 0


def _alone(folder: Path, stem: str) -> tuple[int, float]:
    """How many `nbgrader autograde` graded, one after the other as it does, and the seconds for each."""
    number = len(list((folder / "submitted").glob(BESIDE)))
    start = time.perf_counter()
    _run(folder, *NBGRADER, "autograde", stem, "--student", BESIDE, "--force")
    return number, (time.perf_counter() - start) / number


def _run(folder: Path, *command: str, check: bool = False) -> None:
    """Python with these arguments, in the course's folder; nbgrader's exit status tells of damaged notebooks, too."""
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])  # nbgrader starts `alembic`
    command = (sys.executable, *command)
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-500:]}")
