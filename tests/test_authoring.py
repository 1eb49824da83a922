"""From a script to a notebook: what the learner gets, what an author is told, and what the scorecard proves."""

from __future__ import annotations

import base64
import copy
import io
import json
import random
import subprocess
import sys
import textwrap

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from PIL import Image
from tiny import EXERCISES, SCRIPT, tiny

from learntools import lessons as course
from learntools import scorecard
from learntools.authoring import AuthoringError, build, lesson, pictures, root, script, setup_cell
from learntools.authoring.notebooks import build_all, difference


def cell(notebook, identity):
    return next(item for item in notebook.cells if item.id == identity)


# The script


def test_a_region_becomes_what_its_first_line_says_or_three_dots():
    answer = script.parse(
        textwrap.dedent(
            """\
            # %% answer="q1"
            def f(x):
                ### BEGIN SOLUTION: y = ...  # one line
                y = x + 1
                y = y * 2
                ### END SOLUTION
                if x:
                    ### BEGIN SOLUTION
                    return y
                    ### END SOLUTION
            """
        )
    )[0]
    assert answer.blank == "def f(x):\n    y = ...  # one line\n    if x:\n        ..."
    assert answer.solved == "def f(x):\n    y = x + 1\n    y = y * 2\n    if x:\n        return y"
    assert answer.solutions() == [["    y = x + 1", "    y = y * 2"], ["        return y"]]


def test_a_comment_that_looks_like_a_shell_command_stays_a_comment(tmp_path):
    sources = [item.source for item in build.notebook(tiny(tmp_path)).cells]
    assert any(source.endswith("\n# cat and dog") for source in sources)


# The notebook


def test_the_learner_gets_blanks_and_the_solved_notebook_has_the_answers_without_the_markers(tmp_path):
    found = tiny(tmp_path)
    blank, solved = build.notebook(found), build.notebook(found, solved=True)
    assert cell(blank, "q1-answer").source == 'def double(x):\n    """Twice x."""\n    ...'
    assert cell(blank, "q2-answer").source == "answer = ..."
    assert cell(solved, "q1-answer").source.endswith("    twice = torch.add(x, x)\n    return twice")
    assert "SOLUTION" not in build.text(solved)
    differing = [a.id for a, b in zip(blank.cells, solved.cells, strict=True) if a != b]
    assert differing == ["q1-answer", "q2-answer"]


def test_the_built_notebook_is_valid_for_jupyter_and_for_nbgrader(tmp_path):
    notebook = nbformat.reads(build.text(build.notebook(tiny(tmp_path))), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.title == "01 · Tiny"
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(not item.get("outputs") and item.get("execution_count") is None for item in notebook.cells)
    marks = {item.id: item.metadata.nbgrader for item in notebook.cells if "nbgrader" in item.metadata}
    assert marks == {
        "q1-answer": grader("q1-answer"),
        "q1-check": grader("q1-check", points=2),
        "q2-answer": grader("q2-answer"),
        "q2-check": grader("q2-check", points=1),
    }


def grader(grade_id, points=None):
    check = points is not None
    mark = {"schema_version": 3, "grade_id": grade_id, "grade": check, "solution": not check, "locked": check}
    return mark | {"task": False} | ({"points": points} if check else {})


def test_the_set_up_follows_the_title_and_help_follows_each_check(tmp_path):
    ids = [item.id for item in build.notebook(tiny(tmp_path)).cells]
    assert ids[1] == "setup"
    assert ids[ids.index("q1-check") + 1] == "q1-stuck"
    assert cell(build.notebook(tiny(tmp_path)), "q2-stuck").source.splitlines()[1:] == [
        "# q2.hint()",
        "# q2.solution()",
    ]


def test_tags_stay_with_their_cells(tmp_path):
    tagged = [item.metadata.tags for item in build.notebook(tiny(tmp_path)).cells if "tags" in item.metadata]
    assert tagged == [["demo"]]


def test_a_new_cell_leaves_every_other_id_alone(tmp_path):
    before = [item.id for item in build.notebook(tiny(tmp_path)).cells]
    longer = SCRIPT.replace('# %% answer="q1"', '# %%\nprint("new")\n# %% answer="q1"', 1)
    after = [item.id for item in build.notebook(tiny(tmp_path, longer)).cells]
    assert [identity for identity in after if identity in before] == before
    assert len(after) == len(before) + 1


def test_two_equal_cells_have_two_ids(tmp_path):
    twice = SCRIPT + "# %%\nprint(1)\n# %%\nprint(1)\n"
    ids = [item.id for item in build.notebook(tiny(tmp_path, twice)).cells]
    assert len(ids) == len(set(ids))
    assert ids[-1] == f"{ids[-2]}-2"


def test_badges_stand_in_the_title_only_where_the_course_is_published(tmp_path):
    found = tiny(tmp_path)
    title = build.notebook(found, repository="https://github.com/someone/course").cells[0].source
    assert "https://colab.research.google.com/github/someone/course/blob/main/notebooks/01_tiny.ipynb" in title
    assert "src=https://github.com/someone/course/blob/main/notebooks/01_tiny.ipynb" in title
    assert "colab" not in build.text(build.notebook(found)).replace("(Kaggle, Colab)", "")


WRONG = {
    "exercise q2 has no answer cell": {'# %% answer="q2"': "# %%"},
    "exercise q2 has no check cell": {'# %% check="q2"\nq2.check()': ""},
    "there is a check cell for q7, which is no exercise": {'# %% check="q2"\nq2': '# %% check="q7"\nq7'},
    "q1 has 2 answer cells": {'# %% answer="q2"': '# %% answer="q1"'},
    "BEGIN SOLUTION has no END SOLUTION": {"answer = 6 * 7\n### END SOLUTION": "answer = 6 * 7"},
    "END SOLUTION has no BEGIN SOLUTION": {"### BEGIN SOLUTION: answer = ...\n": ""},
    "stands inside a region that is still open": {"    twice = ": "    ### BEGIN SOLUTION\n    twice = "},
    "write '## BEGIN SOLUTION: answer = ...' as": {"### BEGIN SOLUTION: a": "## BEGIN SOLUTION: a"},
    "the answer cell of q2 has no solution": {
        "### BEGIN SOLUTION: answer = ...\nanswer = 6 * 7\n### END SOLUTION": "answer = 42"
    },
    "must hold q2.check() and nothing else": {"\nq2.check()": "\nq2.check(answer)"},
    "the check cell of q1 stands before its answer cell": {
        '# %% check="q1"\nq1.check()\n': "",
        '# %% answer="q1"': '# %% check="q1"\nq1.check()\n# %% answer="q1"',
    },
    "is not valid Python as the learner gets it": {"BEGIN SOLUTION: answer = ...": "BEGIN SOLUTION: answer ="},
    "is not valid Python with its solution": {"answer = 6 * 7": "answer = 6 *"},
    "says nowhere whose": {"# %% tags=": "# %%\n### BEGIN SOLUTION\n### END SOLUTION\n# %% tags="},
    "the first cell must be markdown and hold the title": {"# # 01 · Tiny": "# 01 Tiny"},
}


@pytest.mark.parametrize("sentence", WRONG)
def test_an_author_is_told_in_one_sentence(tmp_path, sentence):
    text = SCRIPT
    for old, new in WRONG[sentence].items():
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(AuthoringError) as caught:
        build.notebook(tiny(tmp_path, text))
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("solutions/01_tiny.py: ")
    assert "\n" not in str(caught.value)


# All notebooks


def test_build_all_writes_once_and_then_finds_nothing_to_do(tmp_path):
    found = [tiny(tmp_path)]
    assert [item.state for item in build_all(found, tmp_path, check=True)] == ["differs"]
    assert not (tmp_path / "notebooks").exists()
    assert [item.state for item in build_all(found, tmp_path)] == ["written"]
    assert [item.state for item in build_all(found, tmp_path)] == ["unchanged"]
    assert build_all(found, tmp_path, check=True)[0].good


def test_a_notebook_without_a_script_is_reported_and_a_broken_script_stops_no_other(tmp_path):
    good, bad = tiny(tmp_path / "a"), tiny(tmp_path / "b", SCRIPT.replace('# %% check="q1"', "# %%"), name="tiny_b")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "09_old.ipynb").write_text("{}")
    built = build_all([bad, good], tmp_path)
    assert [item.state for item in built] == ["failed", "written", "differs"]
    assert "exercise q1 has no check cell" in built[0].reason
    assert built[2].name == "notebooks/09_old.ipynb"
    assert "delete it, or add the lesson" in built[2].reason


def test_a_difference_is_said_in_words(tmp_path):
    wanted = build.text(build.notebook(tiny(tmp_path)))
    notebook = json.loads(wanted)

    def said(change):
        other = copy.deepcopy(notebook)
        change(other)
        return difference(json.dumps(other), wanted)

    assert difference(None, wanted) == "It does not exist."
    assert difference("{", wanted) == "It cannot be read as a notebook."
    number = next(i for i, item in enumerate(notebook["cells"]) if item["id"] == "q2-answer")
    edited = said(lambda other: other["cells"][number].update(source=["answer = 41"]))
    assert edited == f"Cell {number + 1} (code q2-answer) reads 'answer = 41'; the script gives 'answer = ...'."
    ran = said(lambda other: other["cells"][number].update(execution_count=3))
    assert ran == f"Cell {number + 1} (code q2-answer) differs in its execution_count."
    assert "are missing" in said(lambda other: other["cells"].pop())
    assert "are not in the script" in said(lambda other: other["cells"].append(other["cells"][0]))
    assert "has 'more' as one line too many" in said(lambda other: other["cells"][-1]["source"].append("\nmore"))
    assert "metadata" in said(lambda other: other["metadata"].update(title="x"))
    assert "layout" in said(lambda other: None)


@pytest.mark.parametrize("name", course.names())
def test_no_learner_finds_a_solution_in_the_notebook(name):
    found = lesson(name)
    cells = script.read(found.script)
    given = "\n".join(item.blank for item in cells)
    learners = "\n".join(item.source for item in build.notebook(found).cells)
    regions = [region for item in cells for region in item.solutions()]
    assert len(regions) >= len(found.exercises)
    for region in regions:
        lines = [line.strip() for line in region if len(line.strip()) >= 12]
        distinctive = [line for line in lines if line not in given]
        assert not [line for line in distinctive if line in learners]
        assert "\n".join(region) not in learners


def test_the_committed_notebooks_are_to_the_byte_what_the_scripts_give():
    built = build_all([lesson(name) for name in course.names()], root(), check=True)
    assert [item for item in built if not item.good] == []


# The set-up cell


def test_the_set_up_cell_says_what_to_do_where_the_course_is_not_published(tmp_path):
    command = [sys.executable, "-I", "-S", "-c", setup_cell.source()]
    environment = {"LEARNTOOLS_INPUT": str(tmp_path)}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: learntools is not installed here: on Kaggle, add the course's dataset under Input; "
        "elsewhere, in a terminal: pip install PATH_OF_THE_CHECKOUT"
    )


def test_the_notebooks_change_with_the_version_only_where_it_says_so(monkeypatch):
    def carried(version):
        monkeypatch.setattr(setup_cell, "__version__", version)
        return setup_cell.source()

    assert carried("0.1.0") == carried("0.1.12")
    assert carried("0.1.0") != carried("0.2.0")
    assert 'platforms.prepare(notebook="0.2")' in carried("0.2.0")


# The teaser picture


def png(width, height, noisy=False):
    image = Image.new("RGB", (width, height), (200, 30, 30))
    if noisy:
        image = Image.frombytes("RGB", (width, height), random.Random(0).randbytes(3 * width * height))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("noisy", [False, True])
def test_a_picture_is_shrunk_to_what_a_page_can_carry(noisy):
    small = pictures.shrink(png(1600, 700, noisy))
    image = Image.open(io.BytesIO(small))
    assert len(small) < pictures.BYTES
    assert image.width <= pictures.WIDTH
    assert abs(image.width / image.height - 16 / 7) < 0.05


def test_the_last_picture_of_the_tagged_cell_is_taken_but_not_from_a_quick_run(tmp_path):
    found = tiny(tmp_path, SCRIPT + '# %% tags=["picture"]\nprint("a picture")\n')
    with pytest.raises(AuthoringError, match="run `learntools run tiny_lesson` first"):
        pictures.take(found, tmp_path)
    notebook = build.notebook(found, solved=True)
    notebook.cells[-1].outputs = [
        nbformat.v4.new_output("display_data", {"image/png": base64.b64encode(png(size, 20)).decode()})
        for size in (30, 40)
    ]
    (tmp_path / "build").mkdir()
    notebook.metadata["learntools"] = {"quick": True}
    nbformat.write(notebook, tmp_path / "build" / "01_tiny.ipynb")
    with pytest.raises(AuthoringError, match="quick run"):
        pictures.take(found, tmp_path)
    notebook.metadata["learntools"] = {"quick": False}
    nbformat.write(notebook, tmp_path / "build" / "01_tiny.ipynb")
    taken = pictures.take(found, tmp_path)
    assert taken == tmp_path / "data" / "pictures" / "01_tiny.png"
    assert Image.open(taken).size == (40, 20)


# The scorecard


def test_a_good_lesson_has_a_perfect_scorecard(tmp_path):
    rows = scorecard.rows(tiny(tmp_path))
    assert [(row.question, row.points, row.mistakes) for row in rows] == [("q1", 2, 2), ("q2", 1, 1)]
    for row in rows:
        assert row.perfect
        assert (row.reference, row.starter) == ("pass", "not attempted")
        assert row.mistakes == row.rejected == row.diagnosed
        assert 0 < row.check_ms < 1000
    assert list(json.loads(scorecard.as_json(rows))[0]) == [
        *("lesson", "question", "points", "reference", "starter"),
        *("mistakes", "rejected", "diagnosed", "check_ms"),
    ]


FLAWS = {
    "script: incorrect": ("reference", "twice = torch.add(x, x)", "twice = 3 * x", None),
    "the answer cell of q1 raises": ("reference", "def double(x):", "raise ValueError\ndef double(x):", None),
    "begins 'broken' raises NameError": ("starter", '# %% answer="q1"', '# %%\nbroken\n# %% answer="q1"', None),
    "correct": ("starter", "### BEGIN SOLUTION\n", "return 2 * x\n    ### BEGIN SOLUTION\n", None),
    "reference: our fault": ("reference", "", "", ("reference = lambda x: 2 * x", "reference = lambda x: 2 * y")),
}


@pytest.mark.parametrize("outcome", FLAWS)
def test_a_flaw_is_seen_on_the_scorecard(tmp_path, outcome):
    column, old, new, exercise = FLAWS[outcome]
    found = tiny(tmp_path, SCRIPT.replace(old, new) if old else SCRIPT, EXERCISES.replace(*exercise or ("", "")))
    row = scorecard.rows(found)[0]
    assert not row.perfect
    assert outcome in getattr(row, column)
    assert "✗ tiny_lesson" in scorecard.as_table([row])


def test_a_mistake_that_passes_and_one_that_is_taken_for_another_are_counted_and_named(tmp_path):
    passes = scorecard.rows(tiny(tmp_path, exercises=EXERCISES.replace("lambda x: x**2", "lambda x: x + x")))[0]
    assert [getattr(passes, name) for name in COUNTS] == [2, 1, 1]
    assert passes.flaws == ("tiny_lesson q1, mistake 'squared': correct, 2 of 2 points, not recognised",)
    twins = scorecard.rows(tiny(tmp_path, exercises=EXERCISES.replace("lambda x: x / 2", "lambda x: x * x")))[0]
    assert [getattr(twins, name) for name in COUNTS] == [2, 2, 1]
    assert "mistake 'halved': incorrect, 0 of 2 points, taken for 'squared'" in scorecard.as_table([twins])
    assert "flaws" not in json.loads(scorecard.as_json([twins]))[0]


COUNTS = ("mistakes", "rejected", "diagnosed")
