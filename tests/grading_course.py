"""A course as an instructor makes it, what a class hands in, and what nbgrader's own gradebook says of it.

    hand_in(course, "ada", right("convolutions"))
    invoke("grade", course, "02")
    scores(course)["ada"]["q1-check"]

The fixtures `made` and `course` of `conftest` give a course with lessons 00 and 02.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import logging
import sys
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_core.application import NoStart
from nbgrader.api import Gradebook
from nbgrader.apps.nbgraderapp import NbGraderApp
from nbgrader.validator import Validator
from typer.testing import CliRunner

from learntools import authoring
from learntools.authoring import build
from learntools.cli import app
from learntools.grading.course import Course

STEM, QUESTIONS = "02_convolutions", [f"q{number}" for number in range(1, 11)]
WELCOME = "00_welcome"
MAIN = "import sys; from learntools.cli import main; sys.argv[0] = 'learntools'\nif __name__ == '__main__': main()"
ROSTER = "\ufeffid;first_name;last_name;email\r\nada;Ada;Lovelace;ada@example.org\r\nhal;Hal;Müller;hal@example.org\r\n"


def invoke(*arguments):
    return CliRunner().invoke(app, [str(item) for item in arguments])


def nbgrader(course, *arguments):
    """Run one of nbgrader's own commands in the course's folder, as its own tests do; what it logged."""
    said = io.StringIO()
    command = NbGraderApp.instance()
    quiet = contextlib.suppress(SystemExit, NoStart)
    try:
        with pytest.MonkeyPatch.context() as patch, contextlib.chdir(course), contextlib.redirect_stdout(said), quiet:
            patch.setenv("LEARNTOOLS_QUICK", "1")  # as the course's configuration does for the program itself
            Validator.stream = said
            command.initialize([str(item) for item in arguments])
            command.init_logging(logging.StreamHandler, [said], color=False, subapps=True)
            command.start()
    finally:
        Validator.stream = sys.stdout
        command.reset()
        NbGraderApp.clear_instance()
    return said.getvalue()


@functools.cache
def right(lesson):
    """Question → an answer that is right."""
    solved = build.notebook(authoring.lesson(lesson), solved=True)
    return {cell.id.removesuffix("-answer"): cell.source for cell in solved.cells if cell.id.endswith("-answer")}


def hand_in(course, student, answers, *, stem=STEM, written="", stamp=""):
    """The released notebook with these answers, in the student's folder; the file."""
    notebook = nbformat.read(course / "release" / stem / f"{stem}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id.removesuffix("-answer"), cell.source) if "-answer" in cell.id else cell.source
        cell.source = written if cell.id == "reflection" and written else cell.source
    folder = course / "submitted" / student / stem
    folder.mkdir(parents=True, exist_ok=True)
    if stamp:
        (folder / "timestamp.txt").write_text(stamp)
    nbformat.write(notebook, folder / f"{stem}.ipynb")
    return folder / f"{stem}.ipynb"


def scores(course, stem=STEM):
    """Student → {cell: (auto_score, manual_score, needs_manual_grade)}, read from the gradebook itself."""
    with Gradebook(Course(course).db_url) as opened:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in opened.assignment_submissions(stem)
        }


def exported(course, stem):
    """Student → nbgrader's own export of the points, all and those taken off."""
    nbgrader(course, "export", "--to", course / "export.csv")
    with (course / "export.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == stem]
    ids = [row["student_id"].removeprefix("'") for row in rows]  # which keeps a name from being a formula
    points = [(float(row["raw_score"]), float(row["late_submission_penalty"])) for row in rows]
    return dict(zip(ids, points, strict=True))


def make(folder, db=""):
    """A course in this folder with two lessons, as its instructor hands it out, and what was said while it was made."""
    (folder / "students.csv").write_bytes(ROSTER.encode())
    course = folder / "my course"
    lessons = [*("--lessons", "02"), *("--lessons", "00")]
    address = ["--db", db] if db else []
    told = invoke("course", "new", course, *lessons, "--roster", folder / "students.csv", *address)
    logs = {stem: nbgrader(course, "generate_assignment", stem) for stem in (STEM, WELCOME)}
    return SimpleNamespace(course=course, told=told, logs=logs)
