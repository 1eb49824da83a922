"""Submissions made from a lesson's own notebook, whole and damaged in every way that editors and students know.

    notebook = filled("convolutions", ["q1", "q3"])          # the rest is blank
    notebook = answer(notebook, "q6", "def grown_size(n): ...")
    content = bytes_of(colab(without_marks(notebook)))

A notebook is what nbformat makes; every damage takes one and returns another, and leaves the first as it was.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import random
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode

from learntools import authoring
from learntools.authoring import build
from learntools.grading import key as keys
from learntools.grading.child import Limits
from learntools.grading.one import Grader
from learntools.grading.submission import Submission, Unreadable, read

Notebook = NotebookNode
Damage = Callable[[Notebook], Notebook]


@functools.cache
def _built(lesson: str, is_solved: bool) -> Notebook:
    return build.notebook(authoring.lesson(lesson), solved=is_solved)


def released(lesson: str) -> Notebook:
    """The notebook as learners get it."""
    return copy.deepcopy(_built(lesson, False))


def solved(lesson: str) -> Notebook:
    """The notebook with every answer filled."""
    return copy.deepcopy(_built(lesson, True))


def filled(lesson: str, questions: Iterable[str]) -> Notebook:
    """The notebook with the answers to these questions, and blanks elsewhere."""
    notebook, whole = released(lesson), _built(lesson, True)
    for question in questions:
        at(notebook, f"{question}-answer").source = at(whole, f"{question}-answer").source
    return notebook


@functools.cache
def key_of(lesson: str) -> keys.Key:
    """What a submission of this lesson is compared with."""
    return keys.from_notebook(authoring.lesson(lesson).stem, _built(lesson, False))


def bytes_of(notebook: Notebook, *, lines: bool = True, **how: Any) -> bytes:
    """The file of a notebook, whatever it holds; `lines`: with sources as lists, as Jupyter writes them."""
    found = copy.deepcopy(notebook)
    for cell in (found.get("cells") or []) if lines else []:
        if isinstance(cell, dict) and isinstance(cell.get("source"), str):
            cell["source"] = cell["source"].splitlines(keepends=True)
    return (json.dumps(found, **{"indent": 1, "ensure_ascii": False, **how}) + "\n").encode()


def handed_in(content: bytes) -> Submission | Unreadable:
    """A file as the grader gets it."""
    try:
        return read(content)
    except Unreadable as reason:
        return reason


class Thrifty(Grader):
    """The grader, but what comes to the very same steps and files as a submission before is not run again."""

    def __init__(self, key: keys.Key, seed: int, limits: Limits | None = None):
        super().__init__(key, seed, limits)
        self._known: dict[str, list[dict[str, Any]]] = {}

    def _ask(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if "steps" not in request:
            yield from super()._ask(request)
            return
        places = [step["cell"] for step in request["steps"]]
        steps = [{**step, "cell": number} for number, step in enumerate(request["steps"])]
        same = json.dumps({**request, "steps": steps}, sort_keys=True)
        if same not in self._known:
            numbers = {place: number for number, place in enumerate(places)}
            self._known[same] = [_renamed(event, numbers) for event in super()._ask(request)]
        yield from (_renamed(event, dict(enumerate(places))) for event in copy.deepcopy(self._known[same]))


def _renamed(event: dict[str, Any], numbers: dict[int, int]) -> dict[str, Any]:
    return {name: numbers[value] if name in ("begin", "cell") else value for name, value in event.items()}


def at(notebook: Notebook, identity: str) -> Any:
    """The cell with this id, such as `q3-answer`, `q3-check`, `reflection` or `setup`."""
    return next(cell for cell in notebook.cells if cell.get("id") == identity)


def place(notebook: Notebook, identity: str) -> int:
    return next(number for number, cell in enumerate(notebook.cells) if cell.get("id") == identity)


def having(notebook: Notebook, text: str) -> Any:
    """The first cell whose source holds this text."""
    return next(cell for cell in notebook.cells if text in cell.source)


def code(source: str) -> Any:
    """A cell that a learner has added."""
    name = hashlib.sha256(repr(source).encode()).hexdigest()[:8]
    parts = {"id": name, "metadata": NotebookNode(), "outputs": [], "execution_count": None}
    return NotebookNode(cell_type="code", source=source, **parts)


def text(source: str) -> Any:
    return NotebookNode(cell_type="markdown", source=source, id=code(source).id, metadata=NotebookNode())


def _damage(change: Callable[..., Any]) -> Callable[..., Any]:
    """A function that changes its own copy of a notebook, and returns that or what it gives instead."""

    @functools.wraps(change)
    def damage(notebook: Notebook, *args: Any, **kwargs: Any) -> Notebook:
        own = copy.deepcopy(notebook)
        found = change(own, *args, **kwargs)
        return own if found is None else found

    return damage


def both(*damages: Damage) -> Damage:
    """One damage after the other."""

    def damage(notebook: Notebook) -> Notebook:
        return functools.reduce(lambda found, one: one(found), damages, notebook)

    return damage


@_damage
def answer(notebook, question, source):
    """Another answer to a question."""
    at(notebook, f"{question}-answer").source = source


@_damage
def rewritten(notebook, identity, source):
    """Another text in a cell."""
    at(notebook, identity).source = source


# nbgrader's metadata and Jupyter's ids


@_damage
def without_marks(notebook):
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)


@_damage
def without_ids(notebook):
    for cell in notebook.cells:
        cell.pop("id", None)


@_damage
def without_metadata(notebook):
    notebook.metadata = {}
    for cell in notebook.cells:
        cell.metadata = {}


nameless = both(without_metadata, without_ids)  # nothing is left but the text


@_damage
def only_grade_ids(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader = {"grade_id": cell.metadata.nbgrader.grade_id}


@_damage
def half_marked(notebook):
    marked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    for cell in marked[::2]:
        del cell.metadata["nbgrader"]
        del cell["id"]


@_damage
def spoilt_marks(notebook):
    """Every wrong type in turn."""
    wrong = [
        lambda cell: cell.metadata.update(nbgrader=[cell.metadata["nbgrader"]]),
        lambda cell: cell.metadata["nbgrader"].update(grade_id=7),
        lambda cell: cell.metadata["nbgrader"].update(grade_id=["q1-answer"]),
        lambda cell: cell.update(metadata=[1, 2]),
        lambda cell: cell.update(metadata=None, id={"id": "q1-answer"}),
        lambda cell: cell.metadata.update(nbgrader="q1-answer"),
        lambda cell: cell.metadata["nbgrader"].update(points={"points": 3}, grade="yes", solution=0),
        lambda cell: cell.update(metadata="metadata", id=None),
    ]
    marked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    for number, cell in enumerate(marked):
        wrong[number % len(wrong)](cell)


@_damage
def strange_ids(notebook):
    """What an editor with ids of its own leaves."""
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{number * 2654435761 % 2**32:08x}"


@_damage
def turned_marks(notebook, role="answer"):
    """Every answer has the name of the next one."""
    cells = [cell for cell in notebook.cells if cell.get("id", "").endswith(f"-{role}")]
    names = [(cell.id, cell.metadata.nbgrader) for cell in cells]
    for cell, (identity, marks) in zip(cells, [*names[1:], names[0]], strict=True):
        cell.id, cell.metadata.nbgrader = identity, marks


@_damage
def worth(notebook, points):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader["points"] = points


# Cells copied, deleted, moved


@_damage
def copied(notebook, identity, source=None, times=1, before=False):
    """Copies of a cell, with all its names, right after it; or in front of it."""
    cell = at(notebook, identity)
    copies = [copy.deepcopy(cell) for _ in range(times)]
    for one in copies:
        one.source = cell.source if source is None else source
    where = place(notebook, identity) + (not before)
    notebook.cells[where:where] = copies


@_damage
def without(notebook, *wanted):
    """Without the cells with these ids, or ends of ids."""
    notebook.cells = [cell for cell in notebook.cells if not cell.get("id", "").endswith(wanted)]


@_damage
def without_text(notebook):
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]


@_damage
def only(notebook, *ends):
    notebook.cells = [cell for cell in notebook.cells if cell.get("id", "").endswith(ends)]


@_damage
def emptied(notebook, *parts):
    """The cells that hold one of these texts are still there, with nothing in them."""
    for cell in notebook.cells:
        if any(part in cell.source for part in parts):
            cell.source = ""


@_damage
def edited(notebook, before, after):
    """A text replaced in every cell of code that holds it."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source.replace(before, after)


@_damage
def checks_edited(notebook, words):
    """Every check cell says this instead; QQ is the question, and AA its variable."""
    answers = key_of(_lesson(notebook)).answers
    for cell in notebook.cells:
        question, _, role = cell.get("id", "").partition("-")
        if role == "check":
            cell.source = words.replace("QQ", question).replace("AA", answers[question])


def _lesson(notebook: Notebook) -> str:
    imported = having(notebook, "from learntools.lessons.").source
    return re.search(r"from learntools\.lessons\.(\w+)", imported)[1]  # type: ignore[index]


@_damage
def added(notebook, where, *cells, after=True):
    """Cells of the learner's own, after the one with this id; or in front of it."""
    number = place(notebook, where) + after
    notebook.cells[number:number] = list(cells)


@_damage
def checks_first(notebook):
    for cell in [cell for cell in notebook.cells if cell.get("id", "").endswith("-check")]:
        notebook.cells.remove(cell)
        notebook.cells.insert(place(notebook, cell.id.replace("check", "answer")), cell)


@_damage
def checks_last(notebook):
    notebook.cells.sort(key=lambda cell: cell.get("id", "").endswith("-check"))


@_damage
def swapped(notebook, one, other):
    """Two questions, each from its answer to the cell after its check, have changed places."""
    (a, b), (c, d) = ((place(notebook, f"{q}-answer"), place(notebook, f"{q}-stuck") + 1) for q in (one, other))
    cells = notebook.cells
    notebook.cells = [*cells[:a], *cells[c:d], *cells[b:c], *cells[a:b], *cells[d:]]


@_damage
def imports_last(notebook):
    cell = having(notebook, "from learntools.lessons.")
    notebook.cells.remove(cell)
    notebook.cells.append(cell)


@_damage
def upside_down(notebook):
    notebook.cells.reverse()


@_damage
def shuffled(notebook, seed=1):
    random.Random(seed).shuffle(notebook.cells)


# Answers in other places


@_damage
def moved_to_new_cell(notebook, question, where="", after=True):
    """The answer stands in a cell of its own, and the cell that was meant for it is blank."""
    cell = at(notebook, f"{question}-answer")
    new = code(cell.source)
    cell.source = at(_built(_lesson(notebook), False), cell.id).source
    number = place(notebook, where or cell.id) + after
    notebook.cells.insert(number, new)


@_damage
def moved_into(notebook, question, identity):
    """The answer stands at the end of some other cell, and the cell that was meant for it is blank."""
    cell = at(notebook, f"{question}-answer")
    at(notebook, identity).source += "\n" + cell.source
    cell.source = at(_built(_lesson(notebook), False), cell.id).source


@_damage
def retyped(notebook, identity, kind):
    """A cell has become markdown or raw text, or code."""
    cell = at(notebook, identity)
    cell.cell_type = kind
    for name in ("outputs", "execution_count"):
        cell.pop(name, None)
    if kind == "code":
        cell.update(outputs=[], execution_count=None)


@_damage
def merged(notebook, first, last):
    """All cells from one to another, as Jupyter merges them: into the first, with an empty line between."""
    a, b = place(notebook, first), place(notebook, last)
    notebook.cells[a].source = "\n\n".join(cell.source for cell in notebook.cells[a : b + 1])
    del notebook.cells[a + 1 : b + 1]


@_damage
def one_cell(notebook, kind="code"):
    """All of it in one cell: all code, or really all as text."""
    cells = [cell for cell in notebook.cells if kind != "code" or cell.cell_type == "code"]
    whole = code("\n\n".join(cell.source for cell in cells)) if kind == "code" else text("")
    whole.source = "\n\n".join(cell.source for cell in cells)
    notebook.cells = [whole]


# Saved by another editor


@_damage
def colab(notebook):
    """Google Colab: nbformat 4.0, names in the metadata, and marks of its own."""
    notebook.nbformat_minor = 0
    notebook.metadata = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for cell in notebook.cells:
        identity = cell.pop("id", "")
        cell.metadata["id"] = identity
        if cell.cell_type == "code":
            cell.metadata.update(colab={"base_uri": "https://localhost:8080/"}, outputId=identity[::-1])
            cell.update(execution_count=1)


@_damage
def kaggle(notebook):
    """Kaggle: its own marks on every cell, and times of execution."""
    notebook.nbformat_minor = 4
    notebook.metadata.update(kaggle={"accelerator": "gpu", "dataSources": []}, papermill={"duration": 3.0})
    for cell in notebook.cells:
        identity = cell.pop("id", "")
        cell.metadata.update(trusted=True, _uuid=f"{uuid.uuid5(uuid.NAMESPACE_URL, identity)}")
        if cell.cell_type == "code":
            cell.metadata.update(execution={"iopub.execute_input": "2024-05-01T10:00:00Z"}, _kg_hide_input=False)


@_damage
def vscode(notebook):
    """Visual Studio Code: ids of its own, a language for each cell."""
    notebook.metadata = {"language_info": {"name": "python"}, "orig_nbformat": 4}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{(number + 1) * 40503 % 2**32:08x}"
        language = "python" if cell.cell_type == "code" else "markdown"
        cell.metadata = {"vscode": {"languageId": language}, "language": language}


@_damage
def deepnote(notebook):
    """Deepnote: a name of its own beside nbgrader's marks."""
    for number, cell in enumerate(notebook.cells):
        cell.pop("id", None)
        cell.metadata = {"cell_id": f"{number:05d}-abc", "deepnote_cell_type": cell.cell_type, "tags": []}


@_damage
def minor(notebook, number):
    """nbformat 4.0 to 4.5; only the last has ids."""
    notebook.nbformat_minor = number
    if number < 5:
        return without_ids(notebook)
    return None


def version_3(notebook: Notebook) -> Notebook:
    """Through nbformat's own converter: worksheets, `input`, heading cells, prompt numbers."""
    older = nbformat.convert(without_ids(minor(notebook, 4)), 3)
    for cell in older.worksheets[0].cells:
        if cell.cell_type == "code":
            cell.prompt_number = 7
    return older


@_damage
def version_2(notebook):
    """Sources as lists of lines without their ends."""
    older = version_3(notebook)
    older.nbformat = 2
    for cell in older.worksheets[0].cells:
        name = "input" if cell.cell_type == "code" else "source"
        cell[name] = cell[name].split("\n")
    return older


@_damage
def respaced(notebook, change):
    """Every source of code changed by a function, such as one that puts in tabs."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = change(cell.source)


def tabs(source: str) -> str:
    return re.sub(r"^(?: {4})+", lambda found: "\t" * (len(found[0]) // 4), source, flags=re.M)


def trailing_spaces(source: str) -> str:
    return "\n\n" + "\n".join(line + "  " if line.strip() else line for line in source.split("\n")) + "\n\n"


@_damage
def with_outputs(notebook, *outputs):
    """Every cell of code shows this."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = list(outputs)


def stream(words: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": words}


# Files that are broken


def cut_off(content: bytes, before: str) -> bytes:
    """The file up to the first place where this stands."""
    return content[: content.index(before.encode())]


def conflict(content: bytes, within: str) -> bytes:
    """What git leaves in a file that two have changed: marks around the line that holds this."""
    lines = content.decode().split("\n")
    number = next(number for number, line in enumerate(lines) if within in line)
    marked = ["<<<<<<< HEAD", lines[number], "=======", lines[number], ">>>>>>> theirs"]
    return "\n".join([*lines[:number], *marked, *lines[number + 1 :]]).encode()


def trailing_commas(content: bytes) -> bytes:
    """As somebody leaves them who edits a notebook by hand."""
    return re.sub(rb"\n( *)([\]}])", rb",\n\1\2", content)
