"""Verdicts in a real Jupyter kernel, and what real nbgrader makes of them."""

from __future__ import annotations

import sys

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

SETUP = "from learntools.lessons.welcome import q1, q2, q3"


def run(*cells: str, first: str = SETUP) -> list:
    """The outputs of each cell, run in one fresh kernel of this very interpreter."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (first, *cells)])
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    NotebookClient(notebook, km=manager, timeout=60, allow_errors=True).execute(cleanup_kc=True)
    return [cell.outputs for cell in notebook.cells[1:]]


def test_verdicts_in_a_notebook_are_html_and_shown_once_each():
    (outputs, kept, quiet) = run(
        "pixels_per_image = 56\nq1.check()\npixels_per_image = 784\nq1.check()",
        "verdict = q1.check()",
        "verdict",
    )
    assert [output.output_type for output in outputs] == ["display_data", "display_data"]
    assert "not yet right" in outputs[0].data["text/html"]
    assert "q1 · correct" in outputs[1].data["text/html"]
    assert "q1 · correct" in outputs[1].data["text/plain"]
    assert len(kept) == 1
    assert quiet == []


def test_a_learners_session_goes_on_after_the_worst_answers():
    cells = run(
        "def invert(image):\n    while True: pass",
        "q2.seconds = 1\nq2.check()",
        "def invert(image):\n    import sys; sys.exit(3)",
        "q2.check()",
        "def invert(image):\n    raise KeyboardInterrupt",
        "q2.check()",
        "class invert: pass",
        "q2.check()",
        "def invert(image):\n    print('hello'); import warnings; warnings.warn('w'); return 255 - image",
        "q2.check()",
        "q2.get()(__import__('torch').zeros(1, dtype=__import__('torch').uint8)).item()",
    )
    verdicts = cells[1:10:2]
    words = ["too slow", "error in your code", "error in your code", "not yet right", "correct"]
    for outputs, word in zip(verdicts, words, strict=True):
        assert [output.output_type for output in outputs] == ["display_data"], outputs
        assert word in outputs[0].data["text/plain"]
    assert cells[10][-1].data["text/plain"] == "255"


ANSWERS = {
    "invert = lambda image: 255 - image": 1.0,
    "invert = lambda image: 256 - image.int()": 0.0,
    "invert = ...": 0.0,
    "def invert(image):\n    import sys\n    sys.stderr.write('warning')\n    return 255 - image": 1.0,
    "def invert(image):\n    raise ValueError('no')": 0.0,
}


@pytest.fixture(scope="module")
def graded():
    """What the check of each answer leaves in a notebook that nbgrader runs; all in one kernel."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBGRADER_EXECUTION", "autograde")
        cells = run(*(cell for answer in ANSWERS for cell in (answer, "q2.check()")))
    return dict(zip(ANSWERS, cells[1::2], strict=True))


@pytest.mark.parametrize("answer", ANSWERS)
def test_nbgrader_reads_the_points_that_the_answer_earned(graded, answer):
    outputs = graded[answer]
    cell = nbformat.v4.new_code_cell("q2.check()", outputs=outputs)
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": 1, "grade_id": "q2-check"}
    assert determine_grade(cell) == (ANSWERS[answer], 1.0)
    assert "q2" in outputs[0].data["text/html"]


def test_a_notebook_is_told_from_one_in_vs_code():
    """VS Code gives every notebook a variable with its file's name."""
    _, plain, _, code = run(
        "from learntools import platforms",
        "print(platforms.where(), platforms.summary())",
        "__vsc_ipynb_file__ = 'lesson.ipynb'",
        "print(platforms.where(), platforms.summary())",
        first="",
    )
    assert plain[0].text.startswith("jupyter learntools")
    assert " · Jupyter · " in plain[0].text
    assert code[0].text.startswith("vscode learntools")
    assert " · VS Code · " in code[0].text
