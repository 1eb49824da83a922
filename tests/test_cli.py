"""The command line: answers at once, says in a sentence what it cannot do, and its exit code can be relied on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import learntools
from learntools import lessons as course
from learntools.cli import app

MAIN = "import sys; from learntools.cli import main; sys.argv[0] = 'learntools'; main()"


def invoke(*arguments):
    return CliRunner().invoke(app, arguments)


def test_help_needs_nothing_heavy_and_names_every_command():
    heavy = "{'torch', 'nbformat', 'jupytext'}"
    code = f"import sys\ntry:\n    {MAIN}\nfinally:\n    print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[]"
    for command in ("doctor", "notebooks", "run", "scorecard", "pictures", "progress", "report", "kaggle"):
        assert f" {command} " in result.stdout


def test_the_doctor_finds_this_machine_well():
    result = invoke("doctor")
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) < 24
    for about in ("Python", "torch", "torchvision", "device", "data", "record", "kernel", "Ready."):
        assert about in result.output


def test_the_doctor_sees_missing_data_and_a_record_that_cannot_be_kept(tmp_path, monkeypatch):
    (tmp_path / "checksums.sha256").write_text(f"{'0' * 64}  photos/cat.png\n")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LEARNTOOLS_DATA", str(tmp_path))
    monkeypatch.setenv("LEARNTOOLS_HOME", str(tmp_path / "file" / "home"))
    result = invoke("doctor")
    assert result.exit_code == 1
    assert "cat.png is missing" in result.output
    assert "cannot be written" in result.output
    assert result.output.splitlines()[-1] == "Not ready: see data."


def test_an_unknown_lesson_gets_one_sentence_with_the_list():
    for command in ("run", "scorecard", "pictures"):
        result = invoke(command, "cooking")
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.startswith("There is no lesson 'cooking'. The lessons are: 00 welcome, ")
        assert len(result.stderr.splitlines()) == 1


def test_a_lesson_has_several_names():
    from learntools.authoring import lesson

    stems = {lesson(name).stem for name in ("welcome", "00", "0", "00_welcome", "notebooks/00_welcome.ipynb")}
    assert stems == {"00_welcome"}


def test_without_the_repository_each_author_command_says_so(tmp_path):
    shutil.copytree(Path(learntools.__file__).parent, tmp_path / "site" / "learntools")
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    for arguments in (["notebooks"], ["run", "welcome"], ["scorecard"], ["pictures"]):
        command = [sys.executable, "-c", MAIN, *arguments]
        result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert result.returncode == 2, result
        assert result.stderr.startswith("This needs the course's repository")
        assert len(result.stderr.splitlines()) == 1


def test_notebooks_check_agrees_with_what_is_committed():
    result = invoke("notebooks", "--check")
    assert result.exit_code == 0, result.output
    assert result.output.count("unchanged") == len(course.names())


def test_run_prints_each_verdict_and_exits_with_success(tmp_path):
    result = invoke("run", "00", "--learner", "--quick")
    assert result.exit_code == 0, result.output
    count = len(course.exercises("welcome"))
    assert result.output.count("not attempted") == count
    assert f"{count} of {count} as expected" in result.output
    assert "build/00_welcome-learner.ipynb" in result.output


@pytest.mark.parametrize("name", course.names())
def test_every_row_of_the_scorecard_is_perfect(name):
    result = invoke("scorecard", name, "--json")
    rows = json.loads(result.stdout)
    keys = ["lesson", "question", "points", "reference", "starter", "mistakes", "rejected", "diagnosed", "check_ms"]
    assert [row["question"] for row in rows] == [exercise.name for exercise in course.exercises(name)]
    for row in rows:
        assert list(row) == keys
        assert (row["lesson"], row["reference"], row["starter"]) == (name, "pass", "not attempted")
        assert row["mistakes"] == row["rejected"] == row["diagnosed"] > 0, row
        assert row["check_ms"] > 0
    assert result.exit_code == 0


def test_the_table_says_how_many_rows_are_perfect():
    result = invoke("scorecard", "welcome")
    count = len(course.exercises("welcome"))
    assert f"{count} of {count} rows perfect" in result.output


def test_progress_lists_every_lesson():
    result = invoke("progress")
    assert result.exit_code == 0
    for name in course.names():
        assert f"{name}: " in result.output
