"""The instructor's way, from an empty folder to exported grades: real nbgrader, a real gradebook, real files."""

from __future__ import annotations

import contextlib
import csv
import errno
import html
import io
import json
import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import sys
import termios
import threading
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from distributed import Client
from grading_course import (
    MAIN,
    QUESTIONS,
    STEM,
    WELCOME,
    exported,
    hand_in,
    invoke,
    nbgrader,
    right,
    scores,
)
from nbgrader.api import Gradebook

import learntools
from learntools import authoring
from learntools.authoring import build
from learntools.grading import book, cluster, gradebook, report, roster, sandbox, workers
from learntools.grading.course import Course
from learntools.grading.one import nothing
from learntools.grading.version import version

# A class whose every point is known: what each student answers, and what that earns question by question.
MISTAKEN = {
    "q1": "one_number = 150",
    "q2": "painted = [[-300, -300], [300, 300]]",
    "q3": "def output_size(n, kernel, stride=1, padding=0):\n    return (n - kernel) // stride + 1",
    "q10": right("convolutions")["q10"].replace("weight.shape[-1] // 2", "1"),
}
FORMULA, ACCENTS, LONG = "=cmd|'calc'!A0", "Ünï cödé", "l" * 200
ALL, NOTHING = [1, 1, 1, 2, 1, 1, 1, 2, 2, 2], [0] * 10
POINTS = {
    "ada": ALL,
    "ben": [0, 1, 0.7, 2, 1, 1, 1, 2, 2, 1.5],
    "cleo": [1, 1, *[0] * 8],
    "dan": [0, 0, 0.7, *[0] * 6, 1.5],
    "eve": NOTHING,
    "finn": [1, 1, 1, 2, *[0] * 6],  # the file breaks off before the check of q4
    FORMULA: [1, *[0] * 9],
    ACCENTS: ALL,
    LONG: [1, 0, 0, 0, 1, *[0] * 5],
}
STATES = {
    "gil": "not handed in",  # an empty folder
    "hal": "not handed in",  # on the roster only
    "ida": "unreadable",  # something that is no notebook
    "jan": "our fault",  # a file that may not be opened
    "kim": "our fault",  # a folder that may not be opened
    "lea": "unreadable",  # a file where a folder should be
}
NO_RIGHTS = ["setpriv", *[f"--{kind}=-dac_override,-dac_read_search" for kind in ("bounding-set", "inh-caps")]]


@pytest.fixture(scope="module")
def graded(made, tmp_path_factory):
    """The class, graded by the command: what it said, and its exit status."""
    course = Path(shutil.copytree(made.course, tmp_path_factory.mktemp("graded") / "course"))
    answers = right("convolutions")
    hand_in(course, "ada", answers, written="It **paints** unevenly.")
    hand_in(course, "ben", {**answers, **{name: MISTAKEN[name] for name in ("q1", "q3", "q10")}})
    hand_in(course, "cleo", {name: answers[name] for name in ("q1", "q2")})
    hand_in(course, "dan", MISTAKEN)
    hand_in(course, "eve", {})
    damaged = hand_in(course, "finn", answers)
    damaged.write_text(damaged.read_text().partition('"q4-check"')[0])
    hand_in(course, FORMULA, {"q1": answers["q1"]})
    hand_in(course, ACCENTS, answers, written="Streifen")
    hand_in(course, LONG, {name: answers[name] for name in ("q1", "q5")})
    (course / "submitted" / "gil" / STEM).mkdir(parents=True)
    hand_in(course, "ida", {}).write_bytes(b"%PDF-1.7 \x00\xff")
    locked = [hand_in(course, "jan", answers), hand_in(course, "kim", answers).parents[1]]
    (course / "submitted" / "lea").mkdir()
    (course / "submitted" / "lea" / STEM).write_text("{}")
    hand_in(course, "mia", answers, stem=WELCOME)
    shutil.copy(course / "release" / STEM / f"{STEM}.ipynb", course / "submitted" / "mia")
    deep = course / "submitted" / "nia" / "homework" / "second"
    deep.mkdir(parents=True)
    shutil.copy(course / "release" / STEM / f"{STEM}.ipynb", deep / "mine.ipynb")
    shutil.copy(course / "submitted" / "ben" / STEM / f"{STEM}.ipynb", course / "submitted" / "ben" / STEM / "b.ipynb")
    rights = [path.stat().st_mode for path in locked]
    for path in locked:
        path.chmod(0)
    command = [*(NO_RIGHTS if os.geteuid() == 0 else []), sys.executable, "-c", MAIN, "grade", ".", "02"]
    done = subprocess.run([*command, "--workers", "1"], cwd=course, capture_output=True, text=True, encoding="utf-8")
    for path, mode in zip(locked, rights, strict=True):
        path.chmod(mode)
    rows = json.loads((course / "grades" / STEM / "grades.json").read_text(encoding="utf-8"))
    return SimpleNamespace(course=course, done=done, rows={row["student"]: row for row in rows})


def test_a_new_course_says_what_comes_next_and_is_for_its_instructor_alone(made):
    assert made.told.exit_code == 0, made.told.output
    lines = made.told.stdout.splitlines()
    assert lines[:3] == [
        f"  source/{STEM}/{STEM}.ipynb",
        f"  source/{WELCOME}/{WELCOME}.ipynb",
        "  2 students in the gradebook",
    ]
    assert lines[4] == f"Next: cd '{made.course}' && nbgrader generate_assignment {STEM}"
    assert stat.S_IMODE(made.course.stat().st_mode) == 0o700
    assert (made.course / ".gitignore").read_text() == "*\n"  # nor may a repository around it be published with it
    assert "### BEGIN SOLUTION" in (made.course / "source" / STEM / f"{STEM}.ipynb").read_text(encoding="utf-8")


def test_an_empty_folder_that_was_there_becomes_a_course_for_its_instructor_alone(tmp_path):
    (tmp_path / "there").mkdir(mode=0o755)
    assert invoke("course", "new", tmp_path / "there", "--lessons", "00").exit_code == 0
    assert stat.S_IMODE((tmp_path / "there").stat().st_mode) == 0o700


def test_nbgrader_hands_out_the_very_notebook_of_the_course(made):
    for stem, log in made.logs.items():
        assert "ERROR" not in log
        released = nbformat.read(made.course / "release" / stem / f"{stem}.ipynb", as_version=4)
        learners = build.notebook(authoring.lesson(stem))
        assert [cell.source for cell in released.cells] == [cell.source for cell in learners.cells]
        locked = [cell for cell in released.cells if cell.id.endswith("-check")]
        assert locked
        for cell in locked:
            assert cell.metadata.deletable is False
            assert cell.metadata.editable is False


def test_nbgrader_keeps_the_names_of_the_roster(made):
    assert "hal (Müller, Hal) -- hal@example.org" in nbgrader(made.course, "db", "student", "list")
    assert STEM in nbgrader(made.course, "db", "assignment", "list")


def test_nbgrader_validates_what_a_learner_has(course):
    said = nbgrader(course, "validate", f"release/{WELCOME}/{WELCOME}.ipynb")
    assert "VALIDATION FAILED ON 4 CELL(S)!" in said
    assert said.count(".check()") == 3
    solved = hand_in(course, "ada", right("welcome"), stem=WELCOME, written="x")
    assert "Success! Your notebook passes all the tests." in nbgrader(course, "validate", solved)


def test_everybody_gets_the_points_that_the_answers_are_worth(graded):
    assert graded.done.returncode == 1, graded.done.stderr  # somebody needs the instructor
    assert set(graded.rows) == {*POINTS, *STATES}
    for student, points in POINTS.items():
        row = graded.rows[student]
        assert [row["questions"][name]["points"] for name in QUESTIONS] == points, student
        assert (row["state"], row["max_points"]) == ("graded", 14)
        assert row["points"] == pytest.approx(sum(points))
        assert row["flags"] == []
    for student, state in STATES.items():
        assert graded.rows[student]["state"] == state
        assert graded.rows[student]["points"] == 0
        assert graded.rows[student]["remarks"], student
    found = {name: graded.rows["dan"]["questions"][name]["diagnosis"] for name in MISTAKEN}
    assert found == {"q1": "mean", "q2": "turned round", "q3": "padding forgotten", "q10": "padding always 1"}


def test_the_reason_is_named_where_nothing_could_be_graded(graded):
    reasons = {student: " ".join(graded.rows[student]["remarks"]) for student in (*STATES, "finn")}
    assert reasons["gil"].endswith(f"There is no {STEM}.ipynb.")
    assert reasons["hal"] == "There is no submission."
    assert "Nothing could be read" in reasons["ida"]
    assert "the file cannot be opened (Permission denied)" in reasons["jan"]
    assert "its folder cannot be opened (Permission denied)" in reasons["kim"]
    assert f"submitted/lea/{STEM} is a file and no folder" in reasons["lea"]
    assert "damaged" in reasons["finn"]
    assert graded.done.stderr.splitlines()[:2] == [
        f"Note: submitted/mia/{STEM}.ipynb was not graded: it belongs into submitted/mia/{STEM}/.",
        f"Note: submitted/nia/homework/second/mine.ipynb was not graded: it belongs into submitted/nia/{STEM}/.",
    ]


def test_the_last_lines_name_everybody_who_needs_the_instructor(graded):
    lines = graded.done.stdout.splitlines()
    last = lines[next(place for place, line in enumerate(lines) if line.startswith("Needs you")) :]
    assert last[0] == f"Needs you ({len(last) - 1}):"
    said = dict(line.strip().split(": ", 1) for line in last[1:-2])
    new = "Nobody of this name was in the gradebook; entered as a new student."
    assert {name for name in said if len(name) < 30} == {*POINTS, *STATES} - {"ada", "hal", LONG}
    assert said["cleo"] == said["gil"] == new
    assert said["ben"] == f"There is also b.ipynb; {STEM}.ipynb was graded. {new}"
    assert said["ida"].startswith("unreadable. Nothing could be read: it is no notebook")
    assert said["jan"] == (
        "our fault. It may not be read here: the file cannot be opened (Permission denied). Give yourself the right to "
        f"read it, and run it again with --resume. {new}"
    )
    assert said["kim"].startswith("our fault. It may not be read here: its folder cannot be opened (Permission denied)")
    assert said["lea"].startswith(f"unreadable. Nothing could be read: submitted/lea/{STEM} is a file and no folder.")
    assert [line.strip().split()[0] for line in last[-2:]] == [
        f"submitted/mia/{STEM}.ipynb",
        "submitted/nia/homework/second/mine.ipynb",
    ]


def test_the_table_and_the_summary_can_be_read(graded):
    lines = graded.done.stdout.splitlines()
    table = lines[1 : lines.index("")]
    assert len({line.index("/14") for line in table}) == 1
    assert all(line.isprintable() and len(line) <= 220 for line in table)
    assert [line.split("  ")[0] for line in table] == sorted(
        [*(set(graded.rows) - {LONG}), "l" * 31 + "…"], key=lambda name: name.replace("…", "l")
    )
    assert any(line.startswith("ben") and " 12.2/14 " in line for line in table)
    summary = lines[lines.index("") + 1 :]
    assert summary[0].split() == ["question", "earned", "apart", "most", "common", "mistakes"]
    assert re.fullmatch(r"q1 +67% +[+]\d\.\d\d +mean \(2\)", summary[1])
    assert summary[11] == "mean 5.82 of 14 points, median 2.2"
    assert summary[13].startswith("2 students also wrote in their own words")
    assert summary[15].startswith("14 submissions in ")
    assert summary[16] == f"grades/{STEM}/grades.csv · grades/{STEM}/grades.json · grades/{STEM}/class.json"
    assert "student/s" not in graded.done.stderr  # no progress bar where nobody watches


def test_the_csv_file_opens_in_a_spreadsheet_without_running_anything(graded):
    content = (graded.course / "grades" / STEM / "grades.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), quoting=csv.QUOTE_NONNUMERIC, strict=True)
    heads, *rows = list(reader)  # whatever is not quoted must be a number
    assert {len(row) for row in rows} == {len(heads)} == {37}
    assert not any(isinstance(value, str) and value[:1] in tuple("=+-@\t\r\n") for row in rows for value in row)
    found = {row[0].removeprefix("'"): dict(zip(heads, row, strict=True)) for row in rows}
    assert set(found) == set(graded.rows)
    assert found["ben"]["points"] == 12.2
    assert found["ben"]["q3_diagnosis"] == "padding forgotten"
    assert found["ida"]["state"] == "unreadable"
    assert [row[0] for row in rows if row[0].startswith("'")] == ["'" + FORMULA]


def test_hostile_words_stay_text_in_every_file(made, tmp_path):
    key = Course(made.course).key(WELCOME)
    results = {
        name: nothing(key, "unreadable", name) for name in ("\t=1+1", "＝1+1", "a\r\n+b", 'x","=y', "half\ud800")
    }
    report.write(tmp_path, results, key)
    text = (tmp_path / "grades.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert [row["student"] for row in rows] == ["'\t=1+1", "a\r\n+b", "half?", 'x","=y', "'＝1+1"]
    assert json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))[0]["student"] == "\t=1+1"
    table = report.table(results, key)
    assert all(line.isprintable() for line in table.splitlines())
    assert len(table.splitlines()) == 6


def test_difficulty_and_discrimination_are_what_one_finds_by_hand(graded):
    found = json.loads((graded.course / "grades" / STEM / "class.json").read_text(encoding="utf-8"))
    assert (found["students"], found["states"]) == (
        15,
        {"graded": 9, "not handed in": 2, "unreadable": 2, "our fault": 2},
    )
    assert found["mean_points"] == pytest.approx(sum(map(sum, POINTS.values())) / 9, abs=1e-4)
    assert found["questions"]["q1"]["mistakes"] == {"mean": 2}
    assert found["questions"]["q3"]["mistakes"] == {"padding forgotten": 2}
    assert found["questions"]["q5"]["mistakes"] == {}
    for place, name in enumerate(QUESTIONS):
        own = [points[place] for points in POINTS.values()]
        rest = [sum(points) - points[place] for points in POINTS.values()]
        one, other = sum(own) / 9, sum(rest) / 9
        together = sum((a - one) * (b - other) for a, b in zip(own, rest, strict=True))
        apart = (sum((a - one) ** 2 for a in own) * sum((b - other) ** 2 for b in rest)) ** 0.5
        assert found["questions"][name]["difficulty"] == pytest.approx(sum(own) / (9 * ALL[place]), abs=1e-4)
        assert found["questions"][name]["discrimination"] == pytest.approx(together / apart, abs=1e-4)
    assert found["questions"]["q1"]["not_attempted"] == 1
    assert found["questions"]["q1"]["correct"] == 6


def test_nbgraders_own_gradebook_and_export_have_the_same_points(graded):
    found = scores(graded.course)
    assert set(found) == set(graded.rows) - {"hal"}
    for student, points in POINTS.items():
        assert [found[student][f"{name}-check"][0] for name in QUESTIONS] == points
    table = exported(graded.course, STEM)
    assert {student: table[student][0] for student in graded.rows} == {
        student: row["points"] for student, row in graded.rows.items()
    }


def test_an_answer_in_words_waits_for_a_person_and_a_missing_one_earns_nothing(graded):
    found = {student: cells["reflection"] for student, cells in scores(graded.course).items()}
    for student, cell in found.items():
        waits = student in ("ada", ACCENTS, "jan", "kim")  # of the last two, who may not be read here, all of it
        assert cell == ((None, None, True) if waits else (0, None, False)), student
    assert {cells["q1-check"] for name, cells in scores(graded.course).items() if name in ("jan", "kim")} == {
        (None, None, True)
    }


def test_the_feedback_page_shows_each_verdict_with_its_points(graded):
    said = nbgrader(graded.course, "generate_feedback", STEM, "--student=[bcik]*")
    assert "ERROR" not in said
    pages = {
        path.parts[-3]: path.read_text(encoding="utf-8") for path in graded.course.glob(f"feedback/*/{STEM}/*.html")
    }
    assert set(pages) == {"ben", "cleo", "ida", "kim"}
    assert f"{STEM} (Score: 12.2 / 16.0)" in pages["ben"]
    row = graded.rows["ben"]["questions"]["q3"]
    assert html.escape(row["message"]).replace("`", "").split(".")[0] in re.sub(r"</?code>", "", pages["ben"])
    assert "q3 · not yet right · 0.7 of 1 point" in pages["ben"]
    assert "Score: 0.7 / 1.0" in pages["ben"]
    assert "No response." in pages["cleo"]
    assert "Nothing could be read" in pages["ida"]
    assert "Permission denied" in pages["kim"]


MISUSES = {
    "a folder with something in it": (
        "course new {full}",
        "{full} is not empty: name a folder that does not exist yet.",
    ),
    "a file": ("course new {file}", "{file} is a file: name a folder that does not exist yet."),
    "a place below a file": ("course new {file}/course", "{file}/course cannot be made: Not a directory."),
    "an unknown lesson": (
        "course new {new} --lessons cooking",
        "There is no lesson 'cooking'. The lessons are: 00 welcome, ",
    ),
    "no such roster": (
        "course new {new} --roster {new}.csv",
        "The roster {new}.csv cannot be read: No such file or directory.",
    ),
    "an unknown kind of gradebook": (
        "course new {new} --db nodb://host/x",
        "The gradebook cannot be used: Can't load plugin: sqlalchemy.dialects:nodb.",
    ),
    "a gradebook without its driver": (
        "course new {new} --db mssql+pymssql://host/x",
        "A gradebook at mssql+pymssql:// needs the Python package pymssql: pip install pymssql",
    ),
    "no course": (
        "course roster {empty} {good}",
        "{empty} is no nbgrader course: it has no nbgrader_config.py. See learntools course new.",
    ),
    "no course to grade": ("grade {empty} 02", "{empty} is no nbgrader course"),
    "a lesson that the course has not": (
        "grade {course} 05",
        "This course has no lesson '05': it has 00_welcome, 02_convolutions.",
    ),
    "a student who handed in nothing": (
        "grade {handed} 02 --student zoe",
        "There is no submitted/zoe/02_convolutions/: name a student who has handed it in.",
    ),
    "a class that handed in nothing": (
        "grade {course} 02",
        "Nothing has been handed in: there is no {course}/submitted/STUDENT/02_convolutions/.",
    ),
}


@pytest.mark.parametrize("what", MISUSES)
def test_one_sentence_says_what_is_wrong_with(what, course, tmp_path):
    places = {name: str(tmp_path / name) for name in ("full", "file", "new", "empty", "good")}
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept.txt").write_text("kept")
    (tmp_path / "file").write_text("kept")
    (tmp_path / "empty").mkdir()
    (tmp_path / "good").write_text("id\nada\n")
    arguments, sentence = MISUSES[what]
    if "{handed}" in arguments:
        hand_in(course, "ada", {})
        places["handed"] = course
    result = invoke(*arguments.format(course=course, **places).split())
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith(sentence.format(course=course, **places))
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "new").exists()


ROSTERS = {
    "no column id": (
        "name,email\nada,x\n",
        "has no column id: its first line should be id,first_name,last_name,email.",
    ),
    "nothing in it": ("", "has no column id"),
    "a line of names only": ("id,first_name\n", "has no students below its first line."),
    "an id twice": (
        "id;first_name\nada;Ada\n\nben;Ben\nada;Eve\n",
        "Line 5 of the roster: the id 'ada' is there twice.",
    ),
    "a missing id": ("id,first_name\nada,Ada\n,Ben\n", "Line 3 of the roster: the id is missing."),
    "an id that leaves the folder": (
        "id\n../ada\n",
        "Line 2 of the roster: '../ada' is no id, as a folder cannot be called so.",
    ),
    "an id with a control character": ("id\na\x07b\n", "Line 2 of the roster: 'a\\x07b' is no id"),
    "an id that the gradebook cannot hold": (
        f"id\n{'x' * 200}\n",
        "Line 2 of the roster: id has 200 characters; the gradebook takes 128.",
    ),
    "a workbook": ("PK\x03\x04", "is no CSV file, but looks like a workbook: save it as CSV first."),
}


@pytest.mark.parametrize("what", ROSTERS)
def test_a_roster_is_refused_in_one_sentence_for(what, course, tmp_path):
    text, sentence = ROSTERS[what]
    (tmp_path / "roster.csv").write_text(text)
    before = gradebook.enrolled(Course(course))
    result = invoke("course", "roster", course, tmp_path / "roster.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert gradebook.enrolled(Course(course)) == before == ["ada", "hal"]


def test_rosters_are_read_as_every_program_writes_them(tmp_path):
    text = "ID;First name;Last name;Email;Group\r\nzoë;Zoë;Müller;z@x.org;1\r\n;;;;\r\n=1+1;;;;\r\n"
    expected = [
        {"id": "zoë", "first_name": "Zoë", "last_name": "Müller", "email": "z@x.org"},
        {"id": "=1+1", "first_name": "", "last_name": "", "email": ""},
    ]
    for code in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        for separator in ";,\t":
            (tmp_path / "r.csv").write_bytes(text.replace(";", separator).encode(code))
            assert roster.read(tmp_path / "r.csv") == expected, (code, separator)


def test_a_second_roster_corrects_names_and_keeps_everybody(course, tmp_path):
    (tmp_path / "r.csv").write_text("id,last_name\nada,King\nzoe,Zuse\n")
    result = invoke("course", "roster", course, tmp_path / "r.csv")
    assert result.stdout == "2 students read, 3 in the gradebook now\n"
    said = nbgrader(course, "db", "student", "list")
    assert "ada (King, Ada) -- ada@example.org" in said
    assert "hal (Müller, Hal)" in said


def test_each_thing_that_is_missing_before_a_class_is_graded_gets_one_sentence(course):
    hand_in(course, "ada", {})
    release, settings = course / "release" / STEM / f"{STEM}.ipynb", course / "nbgrader_config.py"
    kept = release.read_text(), settings.read_text()

    def said():
        result = invoke("grade", course, "02")
        assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
        return result.stderr

    release.write_text(kept[0][:100])
    assert f"release/{STEM}/{STEM}.ipynb cannot be read" in said()
    release.unlink()
    assert f"{STEM} has not been released: run `nbgrader generate_assignment {STEM}`" in said()
    release.write_text(kept[0])
    settings.write_text("c = get_config(\n")
    assert "nbgrader_config.py cannot be used: SyntaxError" in said()
    settings.write_text(kept[1].replace("sqlite:///", "sqlite:////nowhere"))
    assert (
        "The gradebook cannot be used: (sqlite3.OperationalError) unable to open database file. Its address" in said()
    )
    settings.write_text(kept[1])
    (course / "gradebook.db").unlink()
    assert f"{STEM} is not in the gradebook: run `nbgrader generate_assignment {STEM} --force`" in said()
    assert not (course / "grades").exists()


@pytest.mark.parametrize("kind", ["a test of your own", "a task"])
def test_a_cell_with_points_that_nothing_can_judge_is_named_before_a_class_is_graded(kind, course):
    hand_in(course, "ada", {})
    path = course / "release" / STEM / f"{STEM}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    marks = {"grade_id": "mine", "points": 3, "schema_version": 3, "locked": True, "solution": False}
    marks |= {"grade": kind != "a task", "task": kind == "a task"}
    notebook.cells.append(nbformat.v4.new_code_cell("assert one_number == 600", metadata={"nbgrader": marks}))
    nbformat.write(notebook, path)
    result = invoke("grade", course, "02")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"The cell mine of the released {STEM}.ipynb has 3 points, but nothing here can judge it: it is neither a "
        "check of the course nor an answer that you grade by hand. In source/, take its points away or make it a "
        f"manually graded answer, then run `nbgrader generate_assignment {STEM} --force`.\n"
    )


def test_without_a_sandbox_one_plain_sentence_warns_before_a_class_is_graded(course, tmp_path, monkeypatch):
    hand_in(course, "ada", {}, stem=WELCOME)
    result = nothing(Course(course).key(WELCOME), "unreadable", "For a test.")
    monkeypatch.setattr(cluster, "grade_all", lambda *a, **how: [("ada", result, False)])
    without_bubblewrap(tmp_path, monkeypatch)
    assert invoke("grade", course, "00").stderr == (
        "Note: bubblewrap is not installed, so submissions run with your own rights: limited in time and memory, but "
        "able to read your files and to use the network. On Debian or Ubuntu: apt install bubblewrap\n"
    )
    refusing = tmp_path / "bwrap"  # as where AppArmor, or a container, forbids it
    refusing.write_text(
        "#!/bin/sh\necho 'one line' >&2\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n"
    )
    refusing.chmod(0o755)
    sandbox.trouble.cache_clear()
    assert not sandbox.available()
    assert invoke("grade", course, "00").stderr == (
        "Note: bubblewrap is installed, but may not make its sandbox here (bwrap: setting up uid map: Permission "
        "denied), so submissions run with your own rights: limited in time and memory, but able to read your files and "
        "to use the network. The table in docs/instructors.md says how to allow it.\n"
    )
    sandbox.trouble.cache_clear()


def without_bubblewrap(folder, monkeypatch):
    """From here on no program is found but those in this folder."""
    monkeypatch.setenv("PATH", str(folder))
    sandbox.trouble.cache_clear()


def test_workers_without_a_sandbox_are_named_with_their_reason(tmp_path, monkeypatch):
    without_bubblewrap(tmp_path, monkeypatch)
    with workers.connected(2, "") as client:
        (said,) = workers.unprotected(client)
        addresses = ", ".join(client.nthreads())
    sandbox.trouble.cache_clear()
    assert said == f"On {addresses}: {sandbox.NOT_INSTALLED}"


def test_whoever_reads_only_the_first_lines_of_the_table_is_told_nothing_else(course, monkeypatch):
    def read_enough(*args):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    hand_in(course, "ada", {}, stem=WELCOME)
    result = nothing(Course(course).key(WELCOME), "unreadable", "For a test.")
    monkeypatch.setattr(cluster, "grade_all", lambda *a, **how: [("ada", result, False)])
    monkeypatch.setattr(report, "table", read_enough)
    done = invoke("grade", course, "00")
    assert (done.exit_code, done.output) == (1, "")
    assert scores(course, WELCOME)["ada"]["q1-check"] == (0, None, False)  # all is entered by then


# A second lesson in the same course, with a due date and a rule for those who are late.
RULE = """
from nbgrader.plugins import LateSubmissionPlugin

class OnePointAnHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 3600

c.AssignLatePenalties.plugin_class = OnePointAnHour
"""
NO_TEXT = "caf\udce9"  # a folder's name in Windows-1252, as old archives hold it


@pytest.fixture(scope="module")
def second(made, tmp_path_factory):
    """The second lesson, graded from a terminal: what was shown there."""
    course = Path(shutil.copytree(made.course, tmp_path_factory.mktemp("second") / "course"))
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(RULE)
    nbgrader(course, "db", "assignment", "add", WELCOME, "--duedate=2026-03-01 12:00:00 UTC")
    answers = right("welcome")
    hand_in(course, "ada", answers, stem=WELCOME, written="I learned.", stamp="2026-03-01 11:59:59 UTC")
    stripped = hand_in(course, "ben", answers, stem=WELCOME, stamp="2026-03-01 13:30:00.000000 CET")
    notebook = json.loads(stripped.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["metadata"] = {"tags": ["skip-execution", "train"]}  # nor may a learner's tags keep a check from running
        del cell["id"]
    notebook["cells"] = [cell for cell in notebook["cells"] if "q3" not in "".join(cell["source"])]
    stripped.write_text(json.dumps(notebook | {"nbformat_minor": 4}))
    hand_in(course, "cleo", {"q1": answers["q1"]}, stem=WELCOME, stamp="yesterday")
    hand_in(course, "dan", {"q1": answers["q1"]}, stem=WELCOME, stamp="2026-03-02 12:00:00 UTC")
    hand_in(course, NO_TEXT, answers, stem=WELCOME)
    screen, inner = pty.openpty()
    termios.tcsetwinsize(inner, (24, 100))
    command = [sys.executable, "-c", MAIN, "grade", str(course), "welcome", "--workers", "1"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=inner, text=True, encoding="utf-8")
    os.close(inner)
    shown = b""
    with contextlib.suppress(OSError):  # a pseudo-terminal ends so
        while part := os.read(screen, 4096):
            shown += part
    os.close(screen)
    said = running.communicate()[0]
    rows = json.loads((course / "grades" / WELCOME / "grades.json").read_text(encoding="utf-8"))
    rows = {row["student"]: row for row in rows}
    return SimpleNamespace(course=course, shown=shown.decode(), said=said, status=running.returncode, rows=rows)


def test_on_a_terminal_a_bar_shows_how_far_the_class_is(second):
    assert "0/5 [00:00<?, ?student/s]" in second.shown
    assert "5/5 [" in second.shown


def test_a_folder_whose_name_is_no_text_is_graded_and_said_to_be_missing_from_the_gradebook(second):
    assert second.status == 1
    row = second.rows["caf?"]
    assert row["points"] == 3
    assert row["remarks"] == ["Not in the gradebook: its name cannot be written in UTF-8."]
    assert any(line.startswith("caf\N{REPLACEMENT CHARACTER} ") for line in second.said.splitlines())
    assert set(scores(second.course, WELCOME)) == {"ada", "ben", "cleo", "dan"}


def test_who_was_late_is_told_so_and_pays_what_nbgraders_plugin_says(second):
    table = exported(second.course, WELCOME)
    assert table == {"ada": (3, 0), "ben": (3, 0.5), "cleo": (1, 0), "dan": (1, 1), "hal": (0, 0)}
    assert second.rows["ben"]["remarks"][-1] == (
        "Handed in 0:30:00 late (hours:minutes:seconds); the gradebook takes 0.5 points off."
    )
    assert second.rows["ada"]["remarks"] == []
    with Gradebook(Course(second.course).db_url) as opened:
        stamps = {name: opened.find_submission(WELCOME, name).timestamp for name in ("ada", "ben", "cleo")}
    assert {name: stamp and stamp.isoformat() for name, stamp in stamps.items()} == {
        "ada": "2026-03-01T11:59:59",
        "ben": "2026-03-01T12:30:00",
        "cleo": None,
    }


def test_a_time_that_cannot_be_read_counts_as_on_time_and_is_said(second):
    doubt = "timestamp.txt cannot be read ('yesterday'): counted as on time."
    assert doubt in second.rows["cleo"]["remarks"]
    last = second.said.partition("Needs you")[2].splitlines()
    assert [line.split(":")[0].strip() for line in last if doubt in line] == ["cleo"]


def test_nbgraders_own_autograde_gives_the_same_points_to_a_notebook_without_marks(second):
    before = exported(second.course, WELCOME)["ben"], scores(second.course, WELCOME)["ben"]
    with Gradebook(Course(second.course).db_url) as opened:
        opened.remove_submission(WELCOME, "ben")
    said = nbgrader(second.course, "autograde", WELCOME, "--student=ben", "--force")
    assert "Missing check cells, put back as they were handed out: q3" in said
    assert "ERROR" not in said
    assert (exported(second.course, WELCOME)["ben"], scores(second.course, WELCOME)["ben"]) == before


def test_what_a_person_has_entered_outlives_the_next_run(second):
    with Gradebook(Course(second.course).db_url) as opened:  # as the formgrader does
        for student, cell, points in (("ada", "reflection", 1.5), ("cleo", "q2-check", 0.5)):
            grade = opened.find_grade(cell, WELCOME, WELCOME, student)
            grade.manual_score, grade.needs_manual_grade = points, False
        opened.find_comment("reflection", WELCOME, WELCOME, "ada").manual_comment = "Well said."
        opened.db.commit()
    hand_in(second.course, "cleo", {"q3": right("welcome")["q3"]}, stem=WELCOME)
    assert invoke("grade", second.course, "00", "--workers", 1).exit_code == 1
    found = scores(second.course, WELCOME)
    assert found["ada"]["reflection"] == (None, 1.5, False)  # nothing has changed: nothing to be read again
    assert found["cleo"]["q2-check"] == (0, 0.5, True)
    assert found["cleo"]["q1-check"] == (0, None, False)
    assert exported(second.course, WELCOME)["ada"] == (4.5, 0)
    with Gradebook(Course(second.course).db_url) as opened:
        assert opened.find_comment("reflection", WELCOME, WELCOME, "ada").comment == "Well said."
        assert opened.find_comment("reflection", WELCOME, WELCOME, "cleo").comment == "No response."


HALF_OFF = """
from nbgrader.plugins import LateSubmissionPlugin

class HalfOff(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2

c.AssignLatePenalties.plugin_class = HalfOff
"""


def test_who_was_late_pays_for_points_given_by_hand_too_after_a_run_that_keeps_what_was_graded(course):
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(HALF_OFF)
    nbgrader(course, "db", "assignment", "add", WELCOME, "--duedate=2026-03-01 12:00:00 UTC")
    late = "2026-03-01 13:00:00 UTC"
    hand_in(course, "ada", {"q1": right("welcome")["q1"]}, stem=WELCOME, written="I learned.", stamp=late)
    assert invoke("grade", course, "00", "--workers", 1).exit_code == 0
    assert exported(course, WELCOME)["ada"] == (1, 0.5)
    with Gradebook(Course(course).db_url) as opened:  # as the formgrader does
        grade = opened.find_grade("reflection", WELCOME, WELCOME, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        opened.db.commit()
    assert exported(course, WELCOME)["ada"] == (3, 0.5)
    result = invoke("grade", course, "00", "--resume")
    assert "1 of them kept" in result.stdout
    assert "the gradebook takes 1.5 points off" in result.stdout
    assert exported(course, WELCOME)["ada"] == (3, 1.5)


def test_the_export_keeps_every_name_in_its_column_and_counts_what_is_still_to_be_read(course):
    names = [
        {"id": "ada", "first_name": 'Ada "A.", Countess', "last_name": "King, Lovelace"},
        {"id": "hal", "first_name": "=1+1", "last_name": "Müller"},
    ]
    gradebook.enroll(Course(course), names)
    hand_in(course, "ada", {"q1": right("welcome")["q1"]}, stem=WELCOME, written="I learned.")
    assert invoke("grade", course, "00", "--workers", 1).exit_code == 0
    assert "ERROR" not in nbgrader(course, "export")
    content = (course / "grades.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    found = {(row["assignment"], row["student_id"]): row for row in rows}
    assert set(found) == {(stem, student) for stem in (WELCOME, STEM) for student in ("ada", "hal")}
    ada, hal = found[WELCOME, "ada"], found[WELCOME, "hal"]
    assert (ada["last_name"], ada["first_name"]) == ("King, Lovelace", 'Ada "A.", Countess')
    assert (hal["last_name"], hal["first_name"]) == ("Müller", "'=1+1")
    numbers = ("raw_score", "late_submission_penalty", "score", "max_score", "to_read")
    assert [float(ada[name]) for name in numbers] == [1, 0, 1, 5, 1]
    assert [float(hal[name]) for name in numbers] == [0, 0, 0, 5, 0]
    nbgrader(course, "export", f"--assignment=['{WELCOME}']", "--student=['hal']", "--to", course / "few.csv")
    few = list(csv.DictReader(io.StringIO((course / "few.csv").read_text(encoding="utf-8-sig"), newline="")))
    assert [(row["assignment"], row["student_id"]) for row in few] == [(WELCOME, "hal")]


def test_what_goes_wrong_with_one_student_in_the_gradebook_leaves_the_others_alone(course):
    key = Course(course).key(WELCOME)
    hand_in(course, "hal", {"q1": "mine = 7"}, stem=WELCOME)
    (course / "autograded" / "ada").write_text("in the way")
    results = {name: nothing(key, "our fault", "The grader itself failed.") for name in ("ada", "hal")}
    forged = {"output_type": "display_data", "data": "no dictionary", "metadata": 7}
    results["hal"].cells = [{"kind": "code", "source": "", "id": "", "nbgrader": None, "outputs": [forged]}]
    assert book.write(Course(course), WELCOME, results) == {
        "ada": f"Not in autograded/, so without feedback: {WELCOME}: Not a directory."
    }
    found = scores(course, WELCOME)
    assert set(found) == {"ada", "hal"}
    assert set(found["hal"]) == {"q1-check", "q2-check", "q3-check", "reflection"}
    assert set(found["hal"].values()) == {(None, None, True)}
    kept = (course / "autograded" / "hal" / WELCOME / f"{WELCOME}.ipynb").read_text(encoding="utf-8")
    assert "mine = 7" in kept  # for the person who grades it instead
    assert "The grader itself failed." in kept


def test_a_submission_that_is_taken_back_leaves_no_old_work_behind(course):
    key = Course(course).key(WELCOME)
    place = course / "autograded" / "ada" / WELCOME
    for state, there in (("unreadable", True), ("not handed in", False)):
        book.write(Course(course), WELCOME, {"ada": nothing(key, state, "Why.")})
        assert place.exists() is there


def test_submissions_come_and_feedback_goes_through_nbgraders_exchange(made, course, tmp_path, monkeypatch):
    name, exchange, student = "my_course", tmp_path / "exchange", tmp_path / "student"
    for folder in (exchange, student):
        folder.mkdir()
    exchange.chmod(0o777)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    settings = f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = {name!r}\n"
    (student / "nbgrader_config.py").write_text(settings)
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.Exchange.root = {str(exchange)!r}\n")
    nbgrader(course, "release_assignment", WELCOME)
    nbgrader(student, "fetch_assignment", WELCOME)
    nbgrader(student, "submit", WELCOME)
    nbgrader(course, "collect", WELCOME)
    (who,) = Course(course).students(WELCOME)
    handed = Course(course).handed_in(who, WELCOME)
    assert (handed.notebook.name, handed.files, handed.remarks) == (f"{WELCOME}.ipynb", {}, [])
    hand_in(course, "ada", {}, stem=WELCOME)  # put there by hand: no secret, no time
    key = Course(course).key(WELCOME)
    results = {student: nothing(key, "unreadable", "For a test.") for student in (who, "ada")}
    assert book.write(Course(course), WELCOME, results) == {}
    nbgrader(course, "generate_feedback", WELCOME)
    assert "ERROR" not in nbgrader(course, "release_feedback", WELCOME)
    nbgrader(student, "fetch_feedback", WELCOME)
    (page,) = student.glob(f"{WELCOME}/feedback/*/{WELCOME}.html")
    assert "For a test." in page.read_text(encoding="utf-8")


COLLECT = r"""
c.FileNameCollectorPlugin.named_regexp = r".*/(?P<student_id>[^/_]+)_(?P<file_id>[^/]+)$"
c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".safetensors"]
"""


def test_an_archive_of_a_learning_platform_is_collected_with_the_trained_networks(course, tmp_path):
    page = (Path(learntools.__file__).parents[1] / "docs" / "instructors.md").read_text(encoding="utf-8")
    assert COLLECT.strip() in page
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(COLLECT)
    solved = hand_in(course, "ada", {}, stem=WELCOME).read_bytes()
    shutil.rmtree(course / "submitted" / "ada")
    archive = course / "downloaded" / WELCOME / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "all.zip", "w") as packed:
        for student in ("ada", "b.okri-2"):
            packed.writestr(f"{student}_{WELCOME}.ipynb", solved)
            packed.writestr(f"{student}_04_conditional_gan.safetensors", b"weights")
    assert "ERROR" not in nbgrader(course, "zip_collect", WELCOME)
    assert Course(course).students(WELCOME) == ["ada", "b.okri-2"]
    assert sorted(path.name for path in (course / "submitted" / "b.okri-2" / WELCOME).iterdir()) == [
        f"{WELCOME}.ipynb",
        "04_conditional_gan.safetensors",
    ]


def test_with_the_settings_for_a_hub_nbgraders_commands_find_the_course_from_anywhere(course, tmp_path):
    home, etc = tmp_path / "home", tmp_path / "etc"
    home.mkdir()
    etc.mkdir()
    mine = f"c = get_config()\nc.CourseDirectory.root = {str(course)!r}\n"
    mine += 'load_subconfig("nbgrader_config.py", path=c.CourseDirectory.root)\n'
    (home / "nbgrader_config.py").write_text(mine)
    (etc / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "my_course"\nc.Exchange.root = {str(tmp_path)!r}\n'
    )
    paths = {"JUPYTER_CONFIG_DIR": str(home), "JUPYTER_CONFIG_PATH": str(etc)}
    program = [sys.executable, "-m", "nbgrader"]
    done = subprocess.run(
        [*program, "db", "student", "list"], cwd=home, env=os.environ | paths, capture_output=True, text=True
    )
    assert "ada (Lovelace, Ada)" in done.stdout, done.stderr
    done = subprocess.run(
        [*program, "release_assignment", WELCOME], cwd=home, env=os.environ | paths, capture_output=True, text=True
    )
    assert (tmp_path / "my_course" / "outbound" / WELCOME / f"{WELCOME}.ipynb").is_file(), done.stderr


SLOW = "\nimport time\ntime.sleep(0.4)"


def a_class(course, size=5):
    """Students who each answer one question more of lesson 00, and take their time for the first; name → points."""
    version.cache_clear()  # a command reads the code when it begins, not when the first test did
    answers = right("welcome")
    gradebook.enroll(Course(course), [{"id": f"student {place}"} for place in range(size)])
    for place in range(size):
        given = {name: answers[name] for name in list(answers)[: place % 4]}
        hand_in(course, f"student {place}", given | {"q1": given.get("q1", "") + SLOW}, stem=WELCOME)
    return {f"student {place}": place % 4 for place in range(size)}


def journal(course):
    """Student → when the result was written."""
    folder = course / "grades" / WELCOME / "results"
    return {json.loads(path.read_text())["student"]: path.stat().st_mtime_ns for path in folder.glob("*.json")}


def points(course):
    rows = json.loads((course / "grades" / WELCOME / "grades.json").read_text(encoding="utf-8"))
    return {row["student"]: row["points"] for row in rows if row["state"] == "graded"}


def until(condition, seconds=120):
    """Wait for what happens in another process."""
    late = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < late
        time.sleep(0.02)


def test_a_run_that_was_killed_goes_on_where_it_was_and_leaves_no_process(course):
    expected = a_class(course)
    command = [sys.executable, "-c", MAIN, "grade", str(course), "00", "--workers", "1"]
    running = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: len(journal(course)) >= 2)
    family = psutil.Process(running.pid).children(recursive=True)
    heard = [one for process in family for one in listening(process)]
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert psutil.wait_procs(family, timeout=20)[1] == []
    assert heard
    assert {address.laddr.ip for address in heard} == {"127.0.0.1"}  # nobody else can reach the workers
    before = journal(course)
    assert 2 <= len(before) < len(expected)
    again = min(before)  # graded already, and handed in once more
    hand_in(course, again, right("welcome"), stem=WELCOME)
    result = invoke("grade", course, "00", "--workers", 1, "--resume")
    assert result.exit_code == 0, result.output
    assert f" s, {len(before) - 1} of them kept from the run before" in result.stdout
    assert {name for name, when in before.items() if journal(course)[name] != when} == {again}
    assert points(course) == expected | {again: 3}
    shown = result.stdout.partition("\n\n")[0]
    result = invoke("grade", course, "00", "--resume")
    assert " s, 5 of them kept from the run before" in result.stdout
    assert result.stdout.partition("\n\n")[0] == shown
    before, seed = journal(course), (course / "grades" / WELCOME / "seed.txt").read_text()
    hand_in(course, "student 1", {}, stem=WELCOME)  # who is not asked for stays as graded
    result = invoke("grade", course, "00", "--workers", 1, "--student", "student 0", "--student", "student 2")
    assert " s, 3 of them kept from the run before" in result.stdout
    assert {name for name, when in before.items() if journal(course)[name] != when} == {"student 0", "student 2"}
    assert points(course) == expected | {again: 3}
    assert (course / "grades" / WELCOME / "seed.txt").read_text() == seed


def listening(process):
    with contextlib.suppress(psutil.Error):
        return [one for one in process.net_connections(kind="inet") if one.status == psutil.CONN_LISTEN]
    return []


@pytest.fixture
def scheduler(tmp_path):
    """A Dask scheduler with two workers, as somebody would start them on other machines; all are ended by their id."""
    version.cache_clear()
    where = tmp_path / "scheduler.json"
    common = ["--scheduler-file", str(where), "--no-dashboard"]
    lead = [*common, "--host", "127.0.0.1", "--port", "0"]
    work = [*common, "--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path)]
    with contextlib.ExitStack() as stack:

        def start(kind, arguments):
            command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        start("scheduler", lead)
        until(lambda: where.is_file() and where.read_text())  # it is there a moment before its content
        workers = [start("worker", work) for _ in range(2)]
        address = json.loads(where.read_text())["address"]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield SimpleNamespace(address=address, workers=workers)


def test_a_scheduler_with_workers_elsewhere_grades_the_class_even_when_they_die(course, scheduler, monkeypatch):
    expected = a_class(course)
    with monkeypatch.context() as updated:
        updated.setattr(workers, "version", lambda: "0.1.0 (of another day)")
        result = invoke("grade", course, "00", "--scheduler", scheduler.address)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(
        r"The worker tcp://\S+ has learntools \S+ \(\w{12}\), here is 0\.1\.0 \(of another day\): install the same "
        r"commit on both, and start the worker again\.\n",
        result.stderr,
    )
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)

    def kill(number):
        until(lambda: journal(course))
        scheduler.workers[number].kill()

    accident = threading.Thread(target=kill, args=(0,))
    accident.start()
    result = invoke("grade", course, "00", "--scheduler", scheduler.address)
    accident.join()
    assert result.exit_code == 0, result.output
    assert result.stderr == ("" if sandbox.available() else result.stderr)
    assert points(course) == expected
    assert {
        name: sum(cell[0] for cell in cells.values()) for name, cells in scores(course, WELCOME).items()
    } == expected

    shutil.rmtree(course / "grades")
    accident = threading.Thread(target=kill, args=(1,))
    accident.start()
    result = invoke("grade", course, "00", "--scheduler", scheduler.address)
    accident.join()
    assert result.exit_code == 2
    assert result.stderr == "All workers are gone. What was graded so far is kept: run it again with --resume.\n"
    assert 1 <= len(journal(course)) < len(expected)
    result = invoke("grade", course, "00", "--scheduler", scheduler.address)
    assert result.stderr == "The scheduler has no workers: start some with `dask worker ADDRESS --nthreads 1`.\n"


def test_a_result_of_other_code_is_not_kept_though_the_version_has_the_same_number(course, monkeypatch):
    hand_in(course, "ada", {}, stem=WELCOME)
    key = Course(course).key(WELCOME)

    def mark():
        (task,) = cluster.tasks(Course(course), key, 7, ["ada"])
        return task.mark

    before = mark()
    assert mark() == before
    number, _, digest = version().partition(" ")
    assert number == learntools.__version__
    monkeypatch.setattr(cluster, "version", lambda: f"{number} {digest[::-1]}")
    assert mark() != before


def test_where_no_scheduler_listens_one_sentence_says_so(course, monkeypatch):
    hand_in(course, "ada", {}, stem=WELCOME)
    monkeypatch.setattr(workers, "CONNECT", 0.5)
    for address in ("tcp://127.0.0.1:9", "nowhere"):
        result = invoke("grade", course, "00", "--scheduler", address)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"There is no Dask scheduler at {address}")
        assert len(result.stderr.splitlines()) == 1
