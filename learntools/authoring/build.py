"""A lesson's notebook, built from its script.

    from learntools.authoring import build, lesson
    notebook = build.notebook(lesson("convolutions"))                 # the learner's
    notebook = build.notebook(lesson("convolutions"), solved=True)    # with the answers

The same script always gives the same bytes. A cell's id comes from what it is, never from where it stands, so that a
new cell leaves the ids of the others alone.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from learntools.authoring import setup_cell
from learntools.authoring.course import Lesson
from learntools.authoring.script import AuthoringError, Cell, read

STUCK = "# Stuck? Remove the # from a line and run it:\n# {question}.hint()\n# {question}.solution()"


def notebook(lesson: Lesson, *, solved: bool = False, source: bool = False, repository: str = "") -> NotebookNode:
    """The notebook of a lesson: the learner's, or with `solved` the one with every answer in it.

    Args:
        source: for an instructor: the answers stay between their marks, of which nbgrader makes the learner's notebook.
        repository: where the course is published; adds badges, and tells the set-up cell where to install from.

    Raises:
        AuthoringError: the script and the lesson's exercises do not fit together.
    """
    cells = read(lesson.script)
    try:
        review(cells, lesson)
    except AuthoringError as error:
        raise AuthoringError(f"solutions/{lesson.script.name}: {error}") from None
    points = {exercise.name: exercise.points for exercise in lesson.exercises}
    made: list[NotebookNode] = []
    for place, cell in enumerate(cells):
        made.append(_built(cell, lesson, points, solved, source))
        if place == 0:
            made[0]["source"] = "\n\n".join([cell.source, *_badges(repository, lesson)])
            made.append(v4.new_code_cell(setup_cell.source(repository), id="setup", metadata=setup_cell.FOLDED))
        if cell.check:
            made.append(_code(f"{cell.check}-stuck", STUCK.format(question=cell.check)))
    _make_unique(made)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": _title(cells[0]),
    }
    return v4.new_notebook(cells=made, metadata=metadata)


def text(built: NotebookNode) -> str:
    """The notebook as its file holds it: sorted keys, one final newline."""
    nbformat.validate(built)
    return nbformat.writes(built) + "\n"


def review(cells: Sequence[Cell], lesson: Lesson) -> None:
    """Compare a script with its exercises: each has one answer cell and then one check cell, and nothing else has.

    Raises:
        AuthoringError: they do not fit together; the message says what to change.
    """
    if not cells or cells[0].kind != "markdown" or not _title(cells[0]):
        raise AuthoringError("the first cell must be markdown and hold the title, as in '# # 02 · Convolutions'.")
    known = [exercise.name for exercise in lesson.exercises]
    for role in ("answer", "check"):
        found = [name for name in (getattr(cell, role) for cell in cells) if name]
        for name, count in Counter(found).items():
            if name not in known:
                raise AuthoringError(f"there is {_a(role)} cell for {name}, which is no exercise of {lesson.name}.")
            if count > 1:
                raise AuthoringError(f"{name} has {count} {role} cells; it needs one.")
        for name in known:
            if name not in found:
                raise AuthoringError(
                    f'exercise {name} has no {role} cell: add one that opens with # %% {role}="{name}".'
                )
    written = Counter(cell.written for cell in cells if cell.written)
    for name, count in written.items():
        if count > 1 or name in known:
            raise AuthoringError(f"there are {count} written answers called {name}; each needs a name of its own.")
    order = [cell.answer or cell.check for cell in cells if cell.answer or cell.check]
    roles = [bool(cell.answer) for cell in cells if cell.answer or cell.check]
    for name in known:
        if not roles[order.index(name)]:
            raise AuthoringError(f"the check cell of {name} stands before its answer cell.")
    for cell in cells:
        _review_cell(cell)


def _review_cell(cell: Cell) -> None:
    regions = cell.solutions()
    if regions and not cell.answer:
        raise AuthoringError(f'{cell} holds a solution, but says nowhere whose: open it with # %% answer="q…".')
    if cell.check and cell.source.strip() != f"{cell.check}.check()":
        raise AuthoringError(f"{cell} must hold {cell.check}.check() and nothing else.")
    if not cell.answer:
        return
    if not regions:
        raise AuthoringError(f"{cell} has no solution between ### BEGIN SOLUTION and ### END SOLUTION.")
    for source, whose in ((cell.solved, "with its solution"), (cell.blank, "as the learner gets it")):
        try:
            ast.parse(source)
        except SyntaxError as error:
            raise AuthoringError(f"{cell} is not valid Python {whose}: {error.msg}, line {error.lineno}.") from None


def _built(cell: Cell, lesson: Lesson, points: dict[str, float], solved: bool, source: bool) -> NotebookNode:
    if cell.answer:
        text = cell.source if source else cell.solved if solved else cell.blank
        return _code(f"{cell.answer}-answer", text, cell.tags, _nbgrader(cell.answer, "answer"))
    if cell.written:
        return v4.new_markdown_cell(cell.source, id=cell.written, metadata={"nbgrader": _written(cell)})
    if cell.check:
        graded = _nbgrader(cell.check, "check", points[cell.check])
        return _code(f"{cell.check}-check", cell.source.strip(), cell.tags, graded)
    identity = hashlib.sha256("\0".join((lesson.name, cell.kind, cell.source)).encode()).hexdigest()[:12]
    if cell.kind == "code":
        return _code(identity, cell.source, cell.tags)
    return v4.new_markdown_cell(cell.source, id=identity, metadata={"tags": list(cell.tags)} if cell.tags else {})


def _code(identity: str, source: str, tags: Sequence[str] = (), nbgrader: dict[str, Any] | None = None) -> NotebookNode:
    metadata: dict[str, Any] = {"tags": list(tags)} if tags else {}
    if nbgrader:
        metadata["nbgrader"] = nbgrader
    return v4.new_code_cell(source, id=identity, metadata=metadata)


def _nbgrader(question: str, role: str, points: float | None = None) -> dict[str, Any]:
    """nbgrader's cell metadata, schema 3: a check is a locked test with points, an answer is an ungraded solution."""
    check = role == "check"
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": f"{question}-{role}",
        "grade": check,
        "solution": not check,
        "locked": check,
        "task": False,
    }
    return metadata | ({"points": points} if check else {})


def _written(cell: Cell) -> dict[str, Any]:
    """nbgrader's metadata of an answer in words, which a person grades."""
    return {
        "schema_version": 3,
        "grade_id": cell.written,
        "grade": True,
        "solution": True,
        "locked": False,
        "task": False,
        "points": cell.points,
    }


def _make_unique(cells: Sequence[NotebookNode]) -> None:
    seen: Counter[str] = Counter()
    for cell in cells:
        seen[cell["id"]] += 1
        if seen[cell["id"]] > 1:
            cell["id"] = f"{cell['id']}-{seen[cell['id']]}"


def _badges(repository: str, lesson: Lesson) -> list[str]:
    """Links that open the notebook in Colab and Kaggle; both read it from GitHub only."""
    owner = re.fullmatch(r"https://github\.com/([^/]+/[^/]+)", repository)
    if not owner:
        return []
    place = f"{owner[1]}/blob/main/notebooks/{lesson.stem}.ipynb"
    colab = (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        f"(https://colab.research.google.com/github/{place})"
    )
    kaggle = (
        "[![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)]"
        f"(https://kaggle.com/kernels/welcome?src=https://github.com/{place})"
    )
    return [f"{colab} {kaggle}"]


def _title(cell: Cell) -> str:
    heading = re.search(r"^# +(.*\S)", cell.source, re.MULTILINE)
    return heading[1] if heading else ""


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"


def path(lesson: Lesson, folder: Path) -> Path:
    """Where the built notebook of a lesson belongs in the checkout at `folder`."""
    return folder / "notebooks" / f"{lesson.stem}.ipynb"
