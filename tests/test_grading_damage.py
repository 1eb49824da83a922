"""Whatever has happened to a notebook, its answers get the points that they deserve, and the report says what happened.

The notebook of lesson 02 has q1, q3 and q4 right, a known mistake in q6, and the rest blank: each damage must leave
exactly these scores, through the real grader. Lesson 05 is for what lies beside a notebook, its trained generator.
"""

from __future__ import annotations

import io
import os
import pickle
import zipfile

import grading_class as made
import pytest
import torch
from grading_class import Thrifty, answer, bytes_of, code, handed_in
from safetensors.torch import save

from learntools import authoring, lessons
from learntools.core.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from learntools.data import weights
from learntools.grading.child import Limits
from learntools.grading.course import CONFIGURATION, Course
from learntools.grading.key import OWN
from learntools.grading.matching import match
from learntools.grading.one import UNREADABLE
from learntools.grading.planning import runs
from learntools.grading.submission import LARGEST, MOST_CELLS, Unreadable, read
from learntools.grading.trained import files_of
from learntools.lessons import convolutions
from learntools.models.pix2pix import PatchGAN, UNet

SEED = 77
LESSON = "convolutions"
MISTAKE = "padding forgotten"
WRONG_Q6 = "def grown_size(n, kernel, stride=1, padding=0):\n    return (n - 1) * stride + kernel"
PARTLY = answer(made.filled(LESSON, ["q1", "q3", "q4"]), "q6", WRONG_Q6)
Q3 = "def output_size(n, kernel, stride=1, padding=0):\n    return (n + 2 * padding - kernel) // stride + 1"
WRONG_Q3 = "def output_size(n, kernel, stride=1, padding=0):\n    return 77"


@pytest.fixture(scope="module")
def grader():
    with Thrifty(made.key_of(LESSON), SEED) as grader:
        yield grader


@pytest.fixture(scope="module")
def known():
    """Points by construction: right, blank, or what the lesson itself gives for its known mistake."""
    wrong = convolutions.q6.assess(convolutions.q6.mistakes[MISTAKE][0], (SEED, SEED + 1))
    assert 0 < wrong.points < 1
    blank = dict.fromkeys(made.key_of(LESSON).questions, 0.0)
    return blank | {"q1": 1.0, "q3": 1.0, "q4": 2.0, "q6": wrong.points}


def graded(grader, damaged, files=()):
    content = damaged if isinstance(damaged, bytes) else bytes_of(damaged)
    return grader.grade(handed_in(content), dict(files))


def scores(result):
    return {name: item["points"] for name, item in result.questions.items()}


def said(result, *words):
    """Whether each of these stands in a remark."""
    return all(any(word in remark for remark in result.remarks) for word in words)


def printed(result):
    return "".join(output.get("text", "") for cell in result.cells for output in cell["outputs"])


# Nothing has happened to it


def test_the_notebook_itself_has_the_known_scores_and_nothing_to_remark(grader, known):
    result = graded(grader, PARTLY)
    assert scores(result) == known
    assert (result.remarks, result.flags, result.state) == ([], [], "graded")
    assert result.questions["q6"]["diagnosis"] == MISTAKE
    outcomes = {name: item["outcome"] for name, item in result.questions.items()}
    assert {name for name, outcome in outcomes.items() if outcome == CORRECT} == {"q1", "q3", "q4"}
    assert {name for name, outcome in outcomes.items() if outcome == NOT_ATTEMPTED} == {
        "q2",
        "q5",
        "q7",
        "q8",
        "q9",
        "q10",
    }
    assert outcomes["q6"] == INCORRECT


@pytest.mark.parametrize("lesson", lessons.names())
@pytest.mark.parametrize("is_solved", [False, True], ids=["blank", "solved"])
def test_a_whole_notebook_of_any_lesson_is_left_as_it_is(lesson, is_solved):
    notebook = made.solved(lesson) if is_solved else made.released(lesson)
    found = match(read(bytes_of(notebook)), made.key_of(lesson))
    assert [item.cell.source for item in found.cells] == [cell.source for cell in notebook.cells]
    assert not found.remarks
    assert not any(item.role == OWN or item.added for item in found.cells)


@pytest.mark.parametrize("lesson", lessons.names())
def test_without_any_name_every_cell_of_any_lesson_is_the_same_and_the_same_ones_run(lesson):
    key, notebook = made.key_of(lesson), made.solved(lesson)

    def placed(notebook):
        cells = match(read(bytes_of(notebook)), key).cells
        return [
            (item.role, item.question, item.original and item.original.id, run)
            for item, run in zip(cells, runs(cells), strict=True)
        ]

    assert placed(made.nameless(notebook)) == placed(notebook)
    joined = [one for one in placed(made.one_cell(made.nameless(notebook))) if one[0] != "manual"]
    assert joined == [one for one in placed(made.without_text(notebook)) if one[0] != "manual"]


# Damage that leaves the scores as they are: what it does, and what the remarks must say

MARKS = {
    "marks stripped": (made.without_marks, ["without nbgrader's marks", "q5-check"]),
    "ids gone": (made.without_ids, []),
    "all metadata gone": (made.without_metadata, ["without nbgrader's marks"]),
    "all names gone": (made.nameless, ["Cells without nbgrader's marks", "Answers without nbgrader's marks"]),
    "only grade_id kept": (made.only_grade_ids, []),
    "every second mark gone": (made.half_marked, ["without nbgrader's marks"]),
    "marks of wrong types": (made.spoilt_marks, ["without nbgrader's marks"]),
    "ids of another editor": (made.strange_ids, []),
    "ids of another editor and no marks": (made.both(made.without_marks, made.strange_ids), ["without nbgrader's"]),
    "answers' names turned": (made.turned_marks, []),
    "checks' names turned": (lambda n: made.turned_marks(n, "check"), ["without nbgrader's marks"]),
    "1000 points": (lambda n: made.worth(n, 1000), ["Points that were changed", "q1, q2"]),
    "negative points": (lambda n: made.worth(n, -5), ["Points that were changed"]),
    "points in words": (lambda n: made.worth(n, "all of them"), ["Points that were changed"]),
    "a list of points": (lambda n: made.worth(n, [1, 2]), ["Points that were changed"]),
    "no points": (lambda n: made.worth(n, None), []),
}

COPIES = {
    "a blank copied after its answer": (
        lambda n: made.copied(n, "q3-answer", made.at(made.released(LESSON), "q3-answer").source),
        ["more than once", "q3"],
    ),
    "a blank copied before its answer": (
        lambda n: made.copied(n, "q3-answer", made.at(made.released(LESSON), "q3-answer").source, before=True),
        ["more than once", "q3"],
    ),
    "an answer copied": (lambda n: made.copied(n, "q3-answer", times=3), ["more than once", "q3"]),
    "a first try kept above": (lambda n: made.copied(n, "q3-answer", WRONG_Q3, before=True), ["more than once", "q3"]),
    "a blank copied": (lambda n: made.copied(n, "q9-answer", times=2), ["more than once", "q9"]),
    "a check copied five times": (lambda n: made.copied(n, "q1-check", times=5), ["Check cells", "more than once"]),
    "every check at the end once more": (
        lambda n: made.added(n, "reflection", *(code(f"q{i}.check()") for i in range(1, 11))),
        ["Check cells", "more than once"],
    ),
    "a fresh notebook pasted below": (lambda n: _pasted(n, made.released(LESSON)), ["more than once"]),
    "a fresh notebook pasted above": (lambda n: _pasted(made.released(LESSON), n), ["more than once"]),
    "all of it twice": (lambda n: _pasted(n, n), ["more than once"]),
    "a name of an answer on scratch paper": (
        lambda n: made.copied(n, "q3-answer", "print(output_size(5, 3), output_size(7, 3, 2))"),
        ["more than once"],
    ),
}

DELETED = {
    "checks deleted": (lambda n: made.without(n, "-check"), ["Missing check cells", "q1, q2, q3"]),
    "blanks deleted": (
        lambda n: made.without(n, "q2-answer", "q5-answer", "q10-answer"),
        ["Missing answer cells", "q2, q5, q10"],
    ),
    "imports deleted": (lambda n: _dropped(n, "from learntools.lessons."), ["put back where", "'import torch'"]),
    "imports emptied": (lambda n: made.emptied(n, "from learntools.lessons."), ["put back where", "'import torch'"]),
    "imports commented out": (
        lambda n: made.edited(n, "import ", "# import "),
        ["put back where", "'import torch'"],
    ),
    "half of the imports gone": (
        lambda n: made.edited(n, "import torch.nn.functional as F\n", ""),
        ["put back where", "'import torch'"],
    ),
    "imports broken": (
        lambda n: made.edited(n, "import torch.nn.functional as F", "import torch.nn.functional as"),
        ["put back where", "'import torch'"],
    ),
    "imports turned into text": (
        lambda n: made.retyped(n, made.having(n, "from learntools.lessons.").id, "markdown"),
        [],
    ),
    "all text deleted": (made.without_text, ["Missing written answers", "reflection"]),
    "all but answers deleted": (lambda n: made.only(n, "-answer"), ["Missing check cells", "'size = q3.get()"]),
    "all but answers deleted, and no marks": (
        made.both(lambda n: made.only(n, "-answer"), made.nameless),
        ["Missing check cells", "'size = q3.get()"],
    ),
    "the reflection deleted": (lambda n: made.without(n, "reflection"), ["Missing written answers", "reflection"]),
    "the set-up cell deleted": (lambda n: made.without(n, "setup"), []),
}

CHECKS = {
    "given an argument": ("QQ.check(AA)", ["Checks that were changed", "q1, q2"]),
    "given a right answer": ("QQ.check(QQ.truth())", ["Checks that were changed"]),
    "commented out": ("# QQ.check()", ["Checks that were changed"]),
    "emptied": ("", ["Checks that were changed"]),
    "replaced by a number": ("1000", ["Missing check cells"]),
    "replaced by points": (
        "from learntools.core.verdict import Points, Verdict\n"
        'Points(Verdict("convolutions", "QQ", "AA", "correct", 9, 9, "well done"))',
        ["Missing check cells"],
    ),
    "with a comment": ("# now for it\nQQ.check()  # at last", []),
    "with a semicolon": ("QQ.check();", []),
    "with other code below": ("QQ.check(); x = 3\nx += 1", ["taken apart"]),
    "with other code above": ("import math\nx = math.pi\nQQ.check()", ["taken apart"]),
    "on several lines": ("QQ.check(\n)", []),
    "with magics": ("%matplotlib inline\nQQ.check()", ["taken apart"]),
    "timed": ("%%time\nQQ.check()", []),
    "timed on its line": ("%time QQ.check()", ["Missing check cells"]),
    "printed": ("print(QQ.check())", ["Missing check cells"]),
    "kept": ("result = QQ.check()\nresult", ["Missing check cells"]),
    "asserted": ("assert QQ.check() > 0, 'oh no'", ["Missing check cells"]),
    "its points alone": ("QQ.check().points", ["Missing check cells"]),
    "with a hint": ("QQ.hint()\nQQ.check()", ["taken apart"]),
    "with a solution": ("QQ.solution(); QQ.check()", ["taken apart"]),
    "broken off": ("QQ.check(", ["Missing check cells"]),
    "with a question mark": ("QQ.check?", ["Missing check cells"]),
    "in a loop": ("for q in [q1, q2, q3]:\n    q.check()", ["Missing check cells"]),
}

HELPER = "def both_sides(n):\n    return n + n"
HELPED = "def output_size(n, kernel, stride=1, padding=0):\n    return (n + both_sides(padding) - kernel) // stride + 1"

ORDER = {
    "checks before answers": (made.checks_first, ["stood before their answers", "q1, q3, q4, q6"]),
    "checks at the end": (made.checks_last, ["another order"]),
    "questions swapped": (lambda n: made.swapped(n, "q3", "q4"), ["another order"]),
    "far questions swapped": (lambda n: made.swapped(n, "q1", "q6"), ["another order"]),
    "imports at the end": (made.imports_last, ["another order", "stood below others", "'import torch'"]),
    "upside down": (made.upside_down, ["another order", "stood before their answers", "stood below others"]),
    "shuffled": (made.shuffled, ["another order"]),
    "shuffled and nameless": (made.both(lambda n: made.shuffled(n, 2), made.nameless), ["another order"]),
}

ADDED = {
    "a helper in a cell of its own": (
        lambda n: made.added(answer(n, "q3", HELPED), "q1-check", code(HELPER)),
        [],
    ),
    "a helper below the answer": (lambda n: made.added(answer(n, "q3", HELPED), "q3-answer", code(HELPER)), []),
    "a helper in a check cell": (
        lambda n: answer(made.checks_edited(n, HELPER + "\n\nQQ.check()"), "q3", HELPED),
        ["taken apart"],
    ),
    "a helper in the imports": (
        lambda n: answer(made.edited(n, "import torch\n", f"import torch\n{HELPER}\n"), "q3", HELPED),
        [],
    ),
    "a helper in the set-up cell": (
        lambda n: answer(
            made.edited(n, "print(platforms.summary())", f"print(platforms.summary())\n{HELPER}"), "q3", HELPED
        ),
        ["taken apart"],
    ),
    "a helper in a demonstration": (
        lambda n: answer(
            made.edited(n, "show_places(6, kernel=3)", f"show_places(6, kernel=4)\n{HELPER}"), "q3", HELPED
        ),
        [],
    ),
    "an import in a cell of its own": (
        lambda n: made.added(
            answer(n, "q1", "one_number = float(numpy.sum([300, 300]))"), "setup", code("import numpy")
        ),
        [],
    ),
    "magics": (
        lambda n: made.added(
            n,
            "q3-answer",
            code("%time y = output_size(5, 3)\n!ls\nfiles = !ls"),
            code("%%timeit -n1 -r1\noutput_size = 3"),
            code("%matplotlib inline"),
            code("%%bash\nls"),
            code("output_size?"),
            code("%%html\n<b>bold</b>"),
        ),
        [],
    ),
    "a timed answer": (lambda n: made.edited(n, "one_number =", "%time one_number ="), []),
    "a timed cell": (lambda n: answer(n, "q3", "%%time\n" + Q3), []),
    "broken cells": (
        lambda n: made.added(n, "setup", code("def f(:\n"), code("x = = 3"), code("((((("), code("  indented\nnot")),
        [],
    ),
    "cells that fail": (
        lambda n: made.added(
            n,
            "setup",
            code("import no_such_module"),
            code("1 / 0"),
            code("input('name?')"),
            code("undefined"),
            code("raise KeyboardInterrupt"),
            code("assert False"),
            code("from no_such import *"),
        ),
        [],
    ),
    "a room of one's own": (
        lambda n: made.added(
            n, "setup", code("%reset -f"), code("from google.colab import drive"), code("%xmode Plain")
        ),
        [],
    ),
    "star imports": (
        lambda n: made.added(n, "setup", code("from math import *\nfrom torch.nn.functional import *")),
        [],
    ),
    "a play at the end": (
        lambda n: made.added(n, "reflection", code("one_number = 3\noutput_size = None"), code("one_number += 1")),
        [],
    ),
    "prose in a code cell": (lambda n: made.added(n, "q1-check", code("I think this is six hundred, isn't it?")), []),
    "a training of one's own": (
        lambda n: made.edited(
            n, "for name, doubling in doublings.items():", 'raise SystemExit("trained")\nfor name in ():'
        ),
        [],
    ),
    "seconds of a training": (lambda n: made.edited(n, "lr=2e-3", "lr=5e-3, seconds=1e9"), []),
    "an old try in a text": (
        lambda n: made.added(n, "q3-answer", made.text("I tried this first:\n\n    def output_size(n): return n")),
        [],
    ),
}

PLACES = {
    "an answer in two cells": (
        lambda n: made.added(answer(n, "q1", "first = 200 * 1.5"), "q1-answer", code("one_number = first + first")),
        ["Answered in another cell", "q1"],
    ),
    "an answer completed below": (
        lambda n: made.added(answer(n, "q1", "one_number = 200 * 1.5"), "q1-answer", code("one_number += 200 * 1.5")),
        [],
    ),
    "an answer below its blank": (lambda n: made.moved_to_new_cell(n, "q3"), ["Answered in another cell", "q3"]),
    "an answer above its blank": (
        lambda n: made.moved_to_new_cell(n, "q3", after=False),
        ["Answered in another cell", "q3"],
    ),
    "an answer below its check": (
        lambda n: made.moved_to_new_cell(n, "q3", "q3-check"),
        ["Answered in another cell", "stood before their answers"],
    ),
    "an answer below a blank with an import": (
        lambda n: made.added(
            answer(n, "q1", "import math\none_number = ..."), "q1-answer", code("one_number = math.floor(600.5)")
        ),
        ["Answered in another cell"],
    ),
    "an answer above a blank with more": (
        lambda n: made.moved_to_new_cell(answer(n, "q2", "x = 3\npainted = ..."), "q1", "setup"),
        ["Answered in another cell"],
    ),
    "an answer above its blank with more": (
        lambda n: made.added(answer(n, "q1", "print('later')\none_number = ..."), "setup", code("one_number = 600")),
        ["Answered in another cell"],
    ),
    "an answer in the help for it": (
        lambda n: made.moved_into(n, "q3", "q3-stuck"),
        ["Answered in another cell", "stood before their answers"],
    ),
    "an answer in the demonstration above": (
        lambda n: made.moved_into(n, "q3", made.having(n, "show_places(7").id),
        ["Answered in another cell"],
    ),
    "an answer in the imports": (
        lambda n: made.moved_into(n, "q3", made.having(n, "from learntools.lessons.").id),
        ["Answered in another cell"],
    ),
    "an answer in front of all": (
        lambda n: made.moved_to_new_cell(n, "q4", "setup", after=False),
        ["Answered in another cell", "stood below others"],
    ),
    "an answer tried again below its check": (
        lambda n: made.added(answer(n, "q3", WRONG_Q3), "q3-check", code(Q3), code("q3.check()")),
        ["Check cells that are there more than once"],
    ),
    "an answer in a cell of text": (lambda n: made.retyped(n, "q3-answer", "markdown"), ["cell of text", "q3"]),
    "an answer in a raw cell": (lambda n: made.retyped(n, "q3-answer", "raw"), ["cell of text", "q3"]),
    "an answer in a nameless cell of text": (
        made.both(lambda n: made.retyped(n, "q3-answer", "markdown"), made.nameless),
        ["cell of text", "q3"],
    ),
    "a check in a cell of text": (
        lambda n: made.retyped(n, "q3-check", "markdown"),
        ["Checks that were changed", "q3"],
    ),
    "an answer and its check in one": (lambda n: made.merged(n, "q3-answer", "q3-check"), ["taken apart"]),
    "a demonstration, answer and check in one": (
        lambda n: made.merged(n, made.having(n, 'show_grids({"image"').id, "q1-check"),
        ["taken apart"],
    ),
    "two answers in one": (
        lambda n: answer(made.without(n, "q4-answer"), "q3", f"{Q3}\n\n{made.at(n, 'q4-answer').source}"),
        ["without nbgrader's marks"],
    ),
    "two answers in one, and a blank left": (
        lambda n: made.answer(
            answer(n, "q3", f"{Q3}\n\n{made.at(n, 'q4-answer').source}"),
            "q4",
            made.at(made.released(LESSON), "q4-answer").source,
        ),
        ["Answered in another cell", "q4"],
    ),
    "all code in one cell": (made.one_cell, ["taken apart", "without nbgrader's marks"]),
    "all in one cell of text": (lambda n: made.one_cell(n, "markdown"), ["taken apart"]),
    "the first half in one cell of text": (lambda n: made.merged(n, n.cells[0].id, "q3-check"), ["taken apart"]),
}

EDITORS = {
    "Colab": (made.colab, []),
    "Colab, and marks lost": (made.both(made.without_marks, made.colab), ["without nbgrader's marks"]),
    "Kaggle": (made.kaggle, []),
    "VS Code": (made.vscode, ["without nbgrader's marks"]),
    "Deepnote": (made.deepnote, ["without nbgrader's marks"]),
    "Colab, then VS Code, then Kaggle": (made.both(made.colab, made.vscode, made.kaggle), ["without nbgrader's"]),
    **{f"nbformat 4.{number}": (lambda n, number=number: made.minor(n, number), []) for number in range(6)},
    "nbformat 3": (made.version_3, ["old format"]),
    "nbformat 2": (made.version_2, ["old format"]),
    "tabs": (lambda n: made.respaced(n, made.tabs), []),
    "spaces at the ends": (lambda n: made.respaced(n, made.trailing_spaces), []),
    "large outputs": (
        lambda n: made.with_outputs(n, made.stream("x" * 100_000), {"output_type": "nonsense"}, None, "text", []),
        [],
    ),
    "strange outputs": (lambda n: made.with_outputs(n, {"output_type": "error"}, {"data": {"cells": [{}]}}), []),
    "3,000 more cells": (
        lambda n: made.added(
            n, "q1-check", *(code(f"x{i} = {i}") if i % 9 == 0 else made.text(f"{i}") for i in range(3000))
        ),
        [],
    ),
    "more cells than are read, nearly all empty": (
        lambda n: made.added(n, "setup", *[code("")] * MOST_CELLS),
        ["that are not empty were read"],
    ),
    "things among the cells": (
        lambda n: made.added(n, "setup", None, 3, "cell", [], {}, {"cell_type": "code"}, {"source": 3}),
        ["5 things among the cells are none"],
    ),
    "kinds of cells that there are not": (
        lambda n: made.added(n, "setup", {"cell_type": "sql", "source": "SELECT 1"}, {"cell_type": [], "source": "x"}),
        ["2 cells are of a kind"],
    ),
}


def _dropped(notebook, part):
    return made.without(notebook, made.having(notebook, part).id)


def _pasted(above, below):
    return made.added(above, above.cells[-1].id, *below.cells)


GROUPS = {"marks": MARKS, "copies": COPIES, "deleted": DELETED, "order": ORDER, "added": ADDED, "places": PLACES}
GROUPS |= {"editors": EDITORS, "checks": {}}
GROUPS["checks"] = {
    name: (lambda n, words=words: made.checks_edited(n, words), remarks) for name, (words, remarks) in CHECKS.items()
}
ALL = [
    pytest.param(damage, remarks, id=f"{group}: {name}")
    for group, items in GROUPS.items()
    for name, (damage, remarks) in items.items()
]


@pytest.mark.parametrize(("damage", "remarks"), ALL)
def test_a_damaged_notebook_gets_the_scores_of_the_whole_one(grader, known, damage, remarks):
    result = graded(grader, damage(PARTLY))
    assert scores(result) == known, result.remarks
    assert said(result, *remarks), result.remarks
    assert result.questions["q6"]["diagnosis"] == MISTAKE
    assert result.state == "graded"
    assert not result.flags


# Damage that costs something: what it costs, and nothing else

COSTS = {
    "a filled answer deleted": (lambda n: made.without(n, "q3-answer"), {"q3": 0.0}, ["Missing answer cells", "q3"]),
    "a filled answer emptied": (lambda n: answer(n, "q3", ""), {"q3": 0.0}, []),
    "a filled answer commented out": (lambda n: answer(n, "q3", "# " + Q3.replace("\n", "\n# ")), {"q3": 0.0}, []),
    "a broken answer": (
        lambda n: answer(n, "q3", Q3.replace("):", ")")),
        {"q3": 0.0},
        ["no valid Python", "q3 (expected ':', line 1)"],
    ),
    "an answer that does not start": (
        lambda n: answer(n, "q1", "one_number = 200 * weight_of_nobody"),
        {"q1": 0.0},
        [],
    ),
    "a wrong copy below the right one": (
        lambda n: made.copied(n, "q3-answer", WRONG_Q3),
        {"q3": 0.0},
        ["more than once", "q3"],
    ),
    "a wrong answer in two cells": (
        lambda n: made.added(answer(n, "q1", "one_number = 200 * 1.5"), "q1-answer", code("one_number -= 200 * 1.5")),
        {"q1": 0.0},
        [],
    ),
    "tried again below its check, and worse": (
        lambda n: made.added(n, "q3-check", code(WRONG_Q3), code("q3.check()")),
        {"q3": 0.0},
        ["Check cells"],
    ),
    "a demonstration that overwrites what an answer uses": (
        lambda n: made.edited(n, "size = q3.get()", "size = None  # q3.get()"),
        {"q4": 0.0},
        [],
    ),
    "an own cell that overwrites what an answer uses": (
        lambda n: made.added(n, "q4-answer", code("def size(*args):\n    return 3"), after=False),
        {"q4": 0.0},
        [],
    ),
    "a variable deleted": (lambda n: made.added(n, "q3-answer", code("del output_size")), {"q3": 0.0}, []),
    "an answer that stays in %%timeit": (
        lambda n: answer(n, "q1", "%%timeit -n1 -r1\none_number = 600"),
        {"q1": 0.0},
        [],
    ),
    "an answer in a string": (lambda n: answer(n, "q1", '"""\none_number = 600\n"""'), {"q1": 0.0}, []),
}


@pytest.mark.parametrize(("damage", "costs", "remarks"), COSTS.values(), ids=COSTS)
def test_damage_to_one_answer_costs_that_answer_alone(grader, known, damage, costs, remarks):
    result = graded(grader, damage(PARTLY))
    assert scores(result) == known | costs, result.remarks
    assert said(result, *remarks), result.remarks


def test_the_notebook_of_another_lesson_is_named_and_nothing_of_it_runs(grader):
    result = graded(grader, made.added(made.solved("simple_gan"), "q1-check", code("print('it ran')")))
    assert not any(scores(result).values())
    assert {item["outcome"] for item in result.questions.values()} == {NOT_ATTEMPTED}
    assert result.remarks == ["It is the notebook of another lesson: simple_gan."]
    assert "it ran" not in printed(result)
    assert any("class Generator(nn.Module)" in cell["source"] for cell in result.cells)


def test_a_replaced_check_is_undone_and_reported(grader, known):
    result = graded(grader, made.checks_edited(PARTLY, "QQ.check = lambda: 1000\nQQ.check()"))
    assert scores(result) == known
    assert any(flag.startswith("q1.check was replaced") for flag in result.flags)


def test_a_right_answer_beside_a_leftover_blank_of_the_same_cell_counts(grader, known):
    left = answer(PARTLY, "q3", Q3.replace("padding=0):\n", "padding=0):\n    ...\n"))
    assert scores(graded(grader, left)) == known
    above = answer(PARTLY, "q1", "one_number = ...\none_number = 600")
    assert scores(graded(grader, above)) == known


def test_training_cells_never_run_whatever_was_done_to_them(grader, known):
    changed = made.edited(PARTLY, "lr=2e-3", "lr=9e-3")
    changed = made.edited(
        changed, "for name, doubling in doublings", "print('trained')\nfor name, doubling in doublings"
    )
    training = made.having(changed, "print('trained')")
    damages = [
        changed,
        made.nameless(changed),
        made.copied(changed, training.id, times=2),
        made.added(changed, "q1-check", code(training.source)),
        made.one_cell(PARTLY),
    ]
    for damaged in damages:
        result = graded(grader, damaged)
        assert scores(result) == known
        assert "trained" not in printed(result)
        assert "checkerboard" not in printed(result)


def test_the_learners_own_cells_run_once_each_in_their_order(grader):
    cells = [code(f"print('cell {number}')") for number in range(5)]
    result = graded(grader, made.added(PARTLY, "q2-check", *cells))
    assert [line for line in printed(result).splitlines() if line.startswith("cell")] == [f"cell {i}" for i in range(5)]


def test_what_is_stored_has_every_graded_cell_once_with_its_own_marks(grader):
    marks = {cell.grade_id: cell.metadata for cell in made.key_of(LESSON).cells if cell.grade_id}
    for damage, _ in [
        MARKS["all names gone"],
        COPIES["all of it twice"],
        ORDER["upside down"],
        DELETED["checks deleted"],
    ]:
        cells = graded(grader, damage(PARTLY)).cells
        found = [cell["nbgrader"] for cell in cells if cell["nbgrader"]]
        assert sorted(cell["grade_id"] for cell in found) == sorted(marks)
        assert all(cell == marks[cell["grade_id"]] for cell in found)
        assert [cell["source"] for cell in cells if (cell["nbgrader"] or {}).get("points") == 2] != []
        checks = [cell for cell in cells if (cell["nbgrader"] or {}).get("grade_id", "").endswith("-check")]
        assert all(cell["source"] == f"{cell['nbgrader']['grade_id'].partition('-')[0]}.check()" for cell in checks)


# Written answers

WORDS = "Neighbouring prints overlap unevenly. Choose a kernel that is a multiple of the stride."


def written(notebook):
    found = match(read(bytes_of(notebook)), made.key_of(LESSON))
    texts = [(item.cell.source, item.changed, item.cell.kind) for item in found.cells if item.role == "manual"]
    assert len(texts) == 1
    return (*texts[0], found.remarks)


def test_a_written_answer_is_found_in_its_cell_whatever_its_names():
    wrote = made.rewritten(PARTLY, "reflection", WORDS)
    for damage in (lambda n: n, made.nameless, made.without_marks, made.vscode, made.colab, made.shuffled):
        source, changed, kind, _ = written(damage(wrote))
        assert (source, changed, kind) == (WORDS, True, "markdown")
    for damage in (lambda n: n, made.nameless, made.without_marks):
        source, changed, kind, _ = written(damage(made.retyped(wrote, "reflection", "code")))
        assert (source, changed, kind) == (WORDS, True, "markdown")
    assert written(PARTLY)[1] is False
    assert written(made.rewritten(PARTLY, "reflection", "   \n"))[1] is False


@pytest.mark.parametrize("damage", [lambda n: n, made.nameless], ids=["named", "nameless"])
@pytest.mark.parametrize("left", [True, False], ids=["placeholder there", "placeholder deleted"])
@pytest.mark.parametrize("how", ["new cell", "into the question", "code cell"])
def test_a_written_answer_beside_its_place_is_found_and_told(how, left, damage):
    asked = made.having(PARTLY, "## In your own words")
    if how == "into the question":
        wrote = made.rewritten(PARTLY, asked.id, f"{asked.source}\n\n{WORDS}")
    else:
        wrote = made.added(
            PARTLY, "reflection" if left else asked.id, made.text(WORDS) if how == "new cell" else code(WORDS)
        )
    wrote = wrote if left else made.without(wrote, "reflection")
    source, changed, kind, remarks = written(damage(wrote))
    assert (source, changed, kind) == (WORDS, True, "markdown")
    assert any("Answered in another cell" in remark and "reflection" in remark for remark in remarks)


def test_a_note_elsewhere_is_no_written_answer():
    noted = made.added(PARTLY, "q3-check", made.text("A kernel with a hole in it?"))
    assert written(noted)[:2] == (made.at(PARTLY, "reflection").source, False)
    assert written(made.without(noted, "reflection"))[1] is False


# Files

LETTERS = "# “größer” → 5 × 3 − 1, naïve\none_number = 600  # “sechshundert”"


def encoded(encoding, errors="strict"):
    return bytes_of(answer(PARTLY, "q1", LETTERS)).decode().encode(encoding, errors)


BROKEN = {
    "cut off within q7": (
        lambda: made.cut_off(bytes_of(PARTLY), "q7-answer"),
        ["damaged", "Missing answer cells", "q7"],
    ),
    "cut off within its last line": (lambda: bytes_of(PARTLY)[:-20], ["The file is damaged"]),
    "cut off within q7, nameless": (
        lambda: made.cut_off(bytes_of(made.nameless(PARTLY)), "touches = ..."),
        ["The file is damaged", "Missing answer cells"],
    ),
    "trailing commas": (lambda: made.trailing_commas(bytes_of(PARTLY)), ["The file is damaged"]),
    "a trailing comma": (lambda: bytes_of(PARTLY)[:-3] + b",\n}\n", ["The file is damaged"]),
    "a conflict of git in a text": (
        lambda: made.conflict(bytes_of(PARTLY), "A network that looks at pictures"),
        ["The file is damaged", "1 could not"],
    ),
    "two notebooks in one file": (lambda: bytes_of(PARTLY) + bytes_of(made.released(LESSON)), ["The file is damaged"]),
    "words before it": (lambda: b"<<<<<<< HEAD\n" + bytes_of(PARTLY), ["The file is damaged"]),
    "raw line ends in its strings": (lambda: bytes_of(PARTLY).replace(b"\\n", b"\n"), []),
    "one deeply nested output": (
        lambda: bytes_of(PARTLY).replace(b'"outputs": []', b'"outputs": [' + b"[" * 5000 + b"]" * 5000 + b"]", 1),
        ["nested too deeply", "1 could not"],
    ),
    "a number without end": (
        lambda: bytes_of(PARTLY).replace(b'"execution_count": null', b'"execution_count": ' + b"7" * 5000, 1),
        ["The file is damaged"],
    ),
    "one line": (lambda: bytes_of(PARTLY, indent=None), []),
    "sources as text": (lambda: bytes_of(PARTLY, lines=False), []),
    "escapes": (lambda: bytes_of(PARTLY, ensure_ascii=True), []),
    "line ends of Windows": (
        lambda: bytes_of(made.respaced(PARTLY, lambda s: s.replace("\n", "\r\n"))).replace(b"\n", b"\r\n"),
        [],
    ),
    "line ends of old Macs": (
        lambda: bytes_of(made.respaced(PARTLY, lambda s: s.replace("\n", "\r")), lines=False),
        [],
    ),
    "NUL characters": (
        lambda: bytes_of(made.respaced(PARTLY, lambda s: s + "\0\n#\0")),
        ["characters that no text has"],
    ),
    "NUL bytes": (lambda: bytes_of(PARTLY).replace(b"one_number", b"one\0_number"), ["characters that no text has"]),
    "halves of characters": (
        lambda: bytes_of(made.respaced(PARTLY, lambda s: s + "\n# \ud83d smile"), ensure_ascii=True),
        ["characters that no text has"],
    ),
    "a byte order mark": (lambda: b"\xef\xbb\xbf" + bytes_of(PARTLY), []),
    "UTF-16": (lambda: encoded("utf-16"), ["UTF-16"]),
    "UTF-16 without a mark": (lambda: encoded("utf-16-le"), ["UTF-16-LE"]),
    "UTF-16, the other way round": (lambda: encoded("utf-16-be"), ["UTF-16-BE"]),
    "UTF-32": (lambda: encoded("utf-32"), ["UTF-32"]),
    "Latin-1": (lambda: encoded("latin-1", "replace"), ["Windows-1252"]),
    "Windows-1252": (lambda: encoded("cp1252", "replace"), ["Windows-1252"]),
    "a few bad bytes": (
        lambda: encoded("utf-8").replace(b"na\xc3\xafve", b"na\xefve\xff"),
        ["2 bytes that are no UTF-8"],
    ),
    "spaces around it": (lambda: b"\n\n  " + bytes_of(PARTLY) + b"\n\0\n", []),
    "a Python script": (
        lambda: "\n\n".join(cell.source for cell in PARTLY.cells if cell.cell_type == "code").encode(),
        ["Python script", "taken apart"],
    ),
}


@pytest.mark.parametrize(("content", "remarks"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_graded_as_far_as_its_cells_go(grader, known, content, remarks):
    result = graded(grader, content())
    assert scores(result) == known, result.remarks
    assert said(result, *remarks), result.remarks
    assert result.state == "graded"


def test_what_lies_behind_the_end_of_a_file_is_not_attempted_and_the_rest_counts(grader, known):
    result = graded(grader, made.cut_off(bytes_of(made.solved(LESSON)), '"q4-answer"'))
    full = {name: cell.points for name, cell in made.key_of(LESSON).questions.items()}
    assert scores(result) == {name: full[name] if name in ("q1", "q2", "q3") else 0.0 for name in full}
    assert result.questions["q9"]["outcome"] == NOT_ATTEMPTED
    assert said(result, "The file is damaged", "Missing answer cells")


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("02_convolutions.ipynb", bytes_of(PARTLY))
    return file.getvalue()


LOGIN = b"\n<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>import learntools</body></html>"
NOTHING = {
    "empty": (b"", "is empty"),
    "only spaces": (b" \n\t\n ", "is empty"),
    "a list": (b"[1, 2, 3]", "no notebook"),
    "an empty object": (b"{}", "no list of cells"),
    "a number": (b"3", "no notebook"),
    "null": (b"null", "no notebook"),
    "cells are null": (b'{"cells": null, "metadata": {}, "nbformat": 4}', "no list of cells"),
    "cells are an object": (b'{"cells": {"0": {}}}', "no list of cells"),
    "no cells": (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "no cells"),
    "cells that are none": (b'{"cells": [1, null, "x"]}', "no cells"),
    "worksheets that are none": (b'{"worksheets": [null, {"cells": 3}, 7]}', "no cells"),
    "nested": (b"[" * 100_000, "nested too deeply"),
    "nested objects": (b'{"cells":' * 50_000, "nested too deeply"),
    "a web page": (LOGIN, "a web page"),
    "a zip": (zipped(), "an archive"),
    "a gzip": (b"\x1f\x8b\x08\x00" + b"\0" * 50, "an archive"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "begins with '%PDF-1.7'"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "begins with"),
    "prose": ("Liebe Frau Müller, anbei mein Notebook.".encode(), "begins with 'Liebe Frau Müller"),
    "another script": (b"print('hello')\n", "begins with \"print('hello')\""),
    "a pointer of git": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "begins with 'version https"),
    "a link of a drive": (b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}', "no list of cells"),
    "cut off in its first cell": (made.cut_off(bytes_of(PARTLY), "In this lesson you work"), "no valid JSON"),
    "too large": (b" " * LARGEST + b"{}", "at most 200 are read"),
}


@pytest.mark.parametrize(("content", "reason"), NOTHING.values(), ids=NOTHING)
def test_a_file_without_a_notebook_gets_no_points_and_the_reason(grader, content, reason):
    result = graded(grader, content)
    assert result.state == UNREADABLE
    assert said(result, reason), result.remarks
    assert set(scores(result)) == set(made.key_of(LESSON).questions)
    assert not any(scores(result).values())
    assert all(remark.isprintable() for remark in result.remarks)


def test_a_remark_can_always_be_written_to_a_file(grader):
    strange = made.added(PARTLY, "setup", code("q1.check(); x\ud800 = 3\0"), code("def f(:\ud800"))
    for remark in graded(grader, bytes_of(strange, ensure_ascii=True)).remarks:
        remark.encode("utf-8")
    with pytest.raises(Unreadable) as reason:
        read(b'{"cells\xff": "\\ud800')
    str(reason.value).encode("utf-8")


def test_of_too_many_cells_the_ones_that_hold_something_are_read():
    empty = {"cell_type": "code", "source": []}
    many = made.added(PARTLY, "setup", *[empty] * 2 * MOST_CELLS)
    assert [cell.source for cell in read(bytes_of(many)).cells] == [cell.source for cell in PARTLY.cells]
    assert len(read(bytes_of({"cells": [{**empty, "source": "x"}] * 2 * MOST_CELLS})).cells) == MOST_CELLS


# What lies in the folder

STEM = authoring.lesson(LESSON).stem


@pytest.fixture
def folder(tmp_path):
    """A course, and in it the folder of one student."""
    (tmp_path / CONFIGURATION).write_text("c = get_config()\n")
    made_here = tmp_path / "submitted" / "ada" / STEM
    made_here.mkdir(parents=True)
    return made_here


def found_in(folder):
    return Course(folder.parents[2]).handed_in("ada", folder.name)


@pytest.mark.parametrize(
    "name", ["02_convolutions (1).ipynb", "02_convolutions-Copy1.IPYNB", "Untitled.ipynb", "Lösung Ada.ipynb"]
)
def test_a_renamed_notebook_is_taken_and_told(folder, grader, known, name):
    (folder / name).write_bytes(bytes_of(PARTLY))
    found = found_in(folder)
    assert scores(graded(grader, found.notebook.read_bytes())) == known
    assert any(name in remark for remark in found.remarks)


def test_of_several_notebooks_the_one_with_the_right_name_is_taken_and_the_others_are_named(folder):
    for name in (f"{STEM}.ipynb", f"{STEM}-Copy1.ipynb", "a.ipynb"):
        (folder / name).write_bytes(bytes_of(PARTLY))
    found = found_in(folder)
    assert found.notebook.name == f"{STEM}.ipynb"
    assert found.remarks == found.needs == [f"There are also {STEM}-Copy1.ipynb, a.ipynb; {STEM}.ipynb was graded."]
    (folder / f"{STEM}.ipynb").unlink()
    found = found_in(folder)
    assert found.notebook.name == f"{STEM}-Copy1.ipynb"
    assert found.needs == [f"There is also a.ipynb; {STEM}-Copy1.ipynb was graded."]
    (folder / "a.ipynb").unlink()
    assert found_in(folder).needs == []


def test_a_folder_with_other_files_and_no_notebook_is_shown_to_the_instructor(folder):
    (folder / "homework.zip").write_bytes(b"PK")
    assert found_in(folder).needs == ["There is no notebook, but homework.zip."]


@pytest.mark.parametrize("kind", ["nothing", "a folder", "a link", "a link to nowhere", "a pipe"])
def test_what_is_no_notebook_file_is_not_opened(folder, kind):
    path = folder / f"{STEM}.ipynb"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a link":
        path.symlink_to("/etc/passwd")
    elif kind == "a link to nowhere":
        path.symlink_to("nowhere.ipynb")
    elif kind == "a pipe":
        os.mkfifo(path)
    found = found_in(folder)
    assert found.notebook is None
    assert not found.files
    assert bool(found.remarks) is (kind != "nothing")


# The trained generator of lesson 05, in a file beside the notebook

MODEL = "05_pix2pix.safetensors"
PIX2PIX = made.filled("pix2pix", ["q1", "q8"])


@pytest.fixture(scope="module")
def painter():
    """Grades what `handed_in` has found."""
    with Thrifty(made.key_of("pix2pix"), SEED, Limits(cell_seconds=60)) as grader:

        def grade(found):
            files = {name: path.read_bytes() for name, path in found.files.items()}
            return grader.grade(handed_in(found.notebook.read_bytes()), files, found.left_out)

        yield grade


@pytest.fixture
def studio(tmp_path):
    """The folder of one student, with the notebook of lesson 05."""
    (tmp_path / CONFIGURATION).write_text("c = get_config()\n")
    folder = tmp_path / "submitted" / "ada" / "05_pix2pix"
    folder.mkdir(parents=True)
    (folder / "05_pix2pix.ipynb").write_bytes(bytes_of(PIX2PIX))
    return folder


def generator():
    """A learner's: trained, of the notebook's form, and not the course's own to the last digit."""
    trained = UNet(width=24, depth=5, dropout=2)
    trained.load_state_dict(weights("pix2pix"))
    bare = UNet(width=24, depth=5, dropout=0)
    values = dict(zip(bare.state_dict(), trained.state_dict().values(), strict=True))
    bare.load_state_dict(
        {name: value * 1.0001 if value.is_floating_point() else value for name, value in values.items()}
    )
    return state(bare)


def state(network):
    return {name: value.contiguous() for name, value in network.state_dict().items()}


NETWORKS = {
    "the learner's own": (generator, 4.0, CORRECT),
    "untrained": (lambda: state(UNet(width=24, depth=5, dropout=0)), 0.0, INCORRECT),
    "of another width": (lambda: state(UNet(width=8, depth=5, dropout=0)), 0.0, INCORRECT),
    "a discriminator": (lambda: state(PatchGAN(6, 34, 16)), 0.0, INCORRECT),
}


@pytest.mark.parametrize(("network", "points", "outcome"), NETWORKS.values(), ids=NETWORKS)
def test_the_file_of_a_network_is_judged_by_what_it_paints(studio, painter, network, points, outcome):
    torch.manual_seed(0)
    (studio / MODEL).write_bytes(save(network()))
    result = painter(found_in(studio))
    assert scores(result) == dict.fromkeys(scores(result), 0.0) | {"q1": 1.0, "q8": points}
    assert result.questions["q8"]["outcome"] == outcome


def _large(path):
    with path.open("wb") as file:
        file.truncate(2**30)  # sparse: it takes no room


NO_MODELS = {
    "none": (lambda path: None, ""),
    "cut off": (lambda path: path.write_bytes(save(generator())[:-1000]), "cut off"),
    "cut off in its header": (lambda path: path.write_bytes(save(generator())[:200]), "no safetensors"),
    "empty": (lambda path: path.write_bytes(b""), "no safetensors"),
    "a pickle": (lambda path: path.write_bytes(pickle.dumps({"w": [1.0] * 100})), "no safetensors"),
    "a file of torch": (lambda path: torch.save(state(PatchGAN(6, 34, 16)), path), "no safetensors"),
    "a web page": (lambda path: path.write_bytes(LOGIN * 100), "no safetensors"),
    "far too large": (_large, "1024 MB"),
    "a link": (lambda path: path.symlink_to("/etc/passwd"), "it is no file"),
    "a folder": (lambda path: path.mkdir(), "it is no file"),
    "under another name": (lambda path: path.with_name("generator.pt").write_bytes(b"1234"), "not opened"),
}


@pytest.mark.parametrize(("put", "remark"), NO_MODELS.values(), ids=NO_MODELS)
def test_what_is_no_model_is_left_out_and_costs_its_own_question_alone(studio, painter, put, remark):
    put(studio / MODEL)
    found = found_in(studio)
    assert not found.files
    assert remark in " ".join(found.remarks)
    result = painter(found)
    assert scores(result) == dict.fromkeys(scores(result), 0.0) | {"q1": 1.0}
    assert result.questions["q8"]["outcome"] == NOT_ATTEMPTED
    assert f"There is no {MODEL} here yet" in printed(result)
    trouble = "could not be used" if MODEL in found.left_out else "was not handed in"
    said = f"{MODEL} {trouble}: q8 reads it, and counts as not attempted."
    assert result.remarks[-1:] == result.needs == [said]
    assert result.questions["q8"]["message"] == said
    shown = [output["data"]["text/html"] for cell in result.cells for output in cell["outputs"] if "data" in output]
    assert sum(said in page for page in shown) == 1  # on the feedback page, too


@pytest.mark.parametrize("q8", ["untouched", "without a file"])
def test_where_no_file_is_read_none_is_missed(painter, studio, q8):
    notebook = made.filled("pix2pix", ["q1"])
    if q8 == "without a file":
        notebook = answer(notebook, "q8", "generator = ...  # later")
    (studio / "05_pix2pix.ipynb").write_bytes(bytes_of(notebook))
    result = painter(found_in(studio))
    assert result.questions["q8"]["outcome"] == NOT_ATTEMPTED
    assert result.needs == []


READS = {
    "the variable of the lesson": ("generator = load(FILE)", [MODEL]),
    "a file that is named there": ("generator = load('mine/other.safetensors')", ["other.safetensors"]),
    "no file": ("generator = UNet()", []),
    "no Python": ("generator = = load(FILE)", []),
}


@pytest.mark.parametrize(("source", "files"), READS.values(), ids=READS)
def test_the_file_that_an_answer_reads_is_known_from_its_text(source, files):
    notebook = answer(PIX2PIX, "q8", source)
    cells = match(handed_in(bytes_of(notebook)), made.key_of("pix2pix")).cells
    assert files_of(cells, "q8") == files
    assert files_of(cells, "q1") == []


@pytest.mark.parametrize("lesson", lessons.names())
def test_each_answer_that_needs_a_trained_network_is_known_by_the_file_of_its_lesson(lesson):
    stem = authoring.lesson(lesson).stem
    cells = match(handed_in(bytes_of(made.solved(lesson))), made.key_of(lesson)).cells
    found = {file for question in made.key_of(lesson).questions for file in files_of(cells, question)}
    assert found == ({f"{stem}.safetensors"} if "04" <= stem[:2] <= "10" else set())
