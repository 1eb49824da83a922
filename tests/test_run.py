"""Notebooks in a real kernel: what `learntools run` sees, and that every lesson works from first cell to last.

The lessons run on the simulated machines of Kaggle (untouched) and Colab (solved), from the installed package and
without a network: what works there works at home.
"""

from __future__ import annotations

import sys

import nbformat
import pytest
from machines import COLAB, KAGGLE
from tiny import SCRIPT, tiny

from learntools import lessons as course
from learntools.authoring import lesson
from learntools.authoring.run import run
from learntools.core.progress import record_file


@pytest.fixture
def execute(tmp_path, monkeypatch):
    """Make the tiny lesson, with (old, new) changes to its script, and run it; its module is on the kernel's path."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def make(*changes, **options):
        text = SCRIPT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        return run(tiny(tmp_path, text), tmp_path / "build", **options)

    return make


def outcomes(result):
    return {question.name: question.outcome for question in result.questions}


def test_a_solved_notebook_is_all_correct_and_leaves_a_notebook_and_a_page(execute):
    watched = []
    result = execute(
        ("import torch\n", "import torch, os, sys\nprint(sys.executable, os.getcwd())\n"), watch=watched.append
    )
    assert result.good, (result.problems, result.questions)
    assert outcomes(result) == {"q1": "correct", "q2": "correct"}
    assert watched == result.questions
    assert all(question.seconds > 0 for question in watched)
    page = result.html.read_text()
    assert "Twice x." in page
    assert "2 of 2 points" in page
    executed = nbformat.read(result.notebook, as_version=4)
    printed = next(cell.outputs[0].text for cell in executed.cells if cell.source.startswith("import torch"))
    assert printed.split()[0] == sys.executable
    assert printed.split()[1].endswith("/build/01_tiny")


def test_the_untouched_notebook_is_not_attempted_and_runs_to_its_end(execute):
    result = execute(learner=True)
    assert result.good, (result.problems, result.questions)
    assert outcomes(result) == {"q1": "not attempted", "q2": "not attempted"}
    assert result.notebook.name == "01_tiny-learner.ipynb"


def test_everything_that_goes_wrong_is_reported(execute):
    result = execute(
        ("answer = 6 * 7\n", "answer = 6 + 7\n"),
        ("    twice = ", '    import sys; print("oh", file=sys.stderr)\n    twice = '),
        ('# %% tags=["demo"]\n', '# %% tags=["demo"]\nimport sys; print("by the way", file=sys.stderr)\n1 / 0\n'),
        ('# %% answer="q2"\n', '# %% answer="q2"\nprint("hm", file=sys.stderr)\n'),
    )
    assert not result.good
    assert outcomes(result) == {"q1": "correct", "q2": "incorrect"}
    raised, wrote = result.problems
    assert "raised ZeroDivisionError: division by zero" in raised
    assert "wrote to stderr: hm" in wrote
    assert [remark.partition(" wrote ")[2] for remark in result.remarks] == ["to stderr: by the way"]


def test_a_check_that_says_nothing_is_not_taken_for_a_good_one(execute):
    result = execute(("from MODULE import q1, q2", "from MODULE import q1, q2\nq2.check = lambda: None"))
    assert not result.problems
    assert outcomes(result) == {"q1": "correct", "q2": "not checked"}
    assert not result.good


def test_a_kernel_that_dies_is_a_problem_in_one_sentence(execute):
    result = execute(('# %% answer="q2"\n', '# %% answer="q2"\nimport os; os._exit(1)\n'))
    assert result.problems == ["The kernel died (most often for lack of memory)."]
    assert outcomes(result) == {"q1": "correct", "q2": "not checked"}


def test_a_run_is_quick_on_request_only_and_leaves_the_learners_record_alone(execute, monkeypatch):
    monkeypatch.setenv("LEARNTOOLS_QUICK", "1")
    before = record_file().read_bytes() if record_file().exists() else b""
    shown = ("# %% [markdown]\n# That was all.", "# %%\nprint('budget', platforms.time_budget(60))")
    slow = execute(shown).html.read_text()
    quick = execute(shown, quick=True).html.read_text()
    assert "budget 60" in slow
    assert "budget 2.0" in quick
    assert (record_file().read_bytes() if record_file().exists() else b"") == before


def test_a_notebook_that_has_become_too_large_is_a_problem(execute, monkeypatch):
    monkeypatch.setattr("learntools.authoring.run.LARGEST", 2_000)
    result = execute()
    (problem,) = result.problems
    assert "MB with its outputs; at most 0.002 fit" in problem
    assert not result.good


@pytest.mark.parametrize("host", [COLAB, KAGGLE], ids=["solved on Colab", "untouched on Kaggle"])
@pytest.mark.parametrize("name", course.names())
def test_every_lesson_runs_from_its_first_cell_to_its_last(name, host, installed, tmp_path):
    learner = host is KAGGLE
    variables = {key: value for key, value in installed.environment.items() if key not in KAGGLE} | host
    attached = {path: path.stat().st_mtime for path in installed.attached.rglob("*")}
    result = run(lesson(name), tmp_path, learner=learner, quick=True, python=installed.python, variables=variables)
    assert result.problems == []
    assert result.remarks == []
    for question, exercise in zip(result.questions, lesson(name).exercises, strict=True):
        if exercise.kind == "model" and not learner:  # two seconds train no good one; that it is judged is enough
            assert question.outcome in ("correct", "incorrect")
        else:
            assert question.outcome == ("not attempted" if learner else "correct")
    assert result.good
    assert len(result.questions) == len(course.exercises(name))
    setup = next(cell for cell in nbformat.read(result.notebook, as_version=4).cells if cell.id == "setup")
    assert ("· Kaggle ·" if learner else "· Colab ·") in setup.outputs[0].text
    assert installed.asked == []
    assert {path: path.stat().st_mtime for path in installed.attached.rglob("*")} == attached
