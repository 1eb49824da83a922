"""The gradebook in PostgreSQL: a server of this machine's own programs, on loopback, for these tests alone."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from grading_course import WELCOME, exported, hand_in, invoke, make, nbgrader, right, scores
from nbgrader.api import Gradebook

from learntools.grading.course import Course

psycopg = pytest.importorskip("psycopg", reason="the driver is not installed: pip install 'psycopg[binary]'")
FOUND = [shutil.which("initdb"), *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), reverse=True)]
INITDB = next((path for path in FOUND if path), None)
pytestmark = pytest.mark.skipif(INITDB is None, reason="there is no PostgreSQL here: apt-get install postgresql")

LONG, NO_TEXT = "l" * 200, "caf\udce9"  # names that SQLite takes, and that it takes not


def _somebody() -> dict:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL does not run as root, and there is nobody else here")


@pytest.fixture(scope="module")
def server():
    """The address of a server with an empty database `grades`."""
    rights = _somebody()
    folder = Path(tempfile.mkdtemp(prefix="learntools-postgres-"))
    os.chown(folder, rights.get("user", -1), rights.get("group", -1))
    data, programs = folder / "data", Path(INITDB).parent
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    try:
        options = ["--auth=trust", "--username=teacher", "--encoding=UTF8", "--no-sync", "--locale=C"]
        made = subprocess.run(
            [INITDB, "-D", data, *options], **rights, cwd=folder, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=20", "-F", "-k", folder, "-p", str(port)]
        with (folder / "log.txt").open("wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, *settings], **rights, cwd=folder, stdout=log, stderr=log
            )
        try:
            late = time.monotonic() + 60
            while True:
                assert process.poll() is None, (folder / "log.txt").read_text()
                with contextlib.suppress(psycopg.OperationalError):
                    address = f"postgresql://teacher@127.0.0.1:{port}"
                    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
                        connection.execute("CREATE DATABASE grades")
                        break
                assert time.monotonic() < late
                time.sleep(0.1)
            yield address.replace("postgresql:", "postgresql+psycopg:")
        finally:
            process.terminate()  # waits for open connections to end
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_class_is_graded_into_postgresql_and_everything_of_nbgraders_works(server, tmp_path):
    made = make(tmp_path, f"{server}/grades")
    assert made.told.exit_code == 0, made.told.output
    assert "2 students in the gradebook" in made.told.stdout
    course = made.course
    assert not (course / "gradebook.db").exists()
    assert Course(course).db_url == f"{server}/grades"
    assert not any("ERROR" in log for log in made.logs.values())
    assert "hal (Müller, Hal) -- hal@example.org" in nbgrader(course, "db", "student", "list")
    nbgrader(course, "db", "assignment", "add", WELCOME, "--duedate=2026-03-01 12:00:00 UTC")
    answers = right("welcome")
    hand_in(course, "ada", answers, stem=WELCOME, written="I learned.", stamp="2026-03-01 11:59:59 UTC")
    hand_in(course, "Ünï", {"q1": answers["q1"]}, stem=WELCOME, stamp="2026-03-02 12:00:00 UTC")
    for name in (LONG, NO_TEXT):  # each stands between others, to whom nothing may happen
        hand_in(course, name, answers, stem=WELCOME)
    hand_in(course, "zoe", {"q2": answers["q2"]}, stem=WELCOME)

    done = invoke("grade", course, "00", "--workers", 1)
    assert done.exit_code == 1, done.output
    assert f"Not in the gradebook: its name has {len(LONG)} characters, and this database takes 128." in done.stdout
    assert "Not in the gradebook: its name cannot be written in UTF-8." in done.stdout
    found = scores(course, WELCOME)
    assert {name: [found[name][f"q{n}-check"][0] for n in (1, 2, 3)] for name in found} == {
        "ada": [1, 1, 1],
        "Ünï": [1, 0, 0],
        "zoe": [0, 1, 0],
    }
    assert found["ada"]["reflection"] == (None, None, True)

    with Gradebook(Course(course).db_url) as opened:  # as the formgrader does
        grade = opened.find_grade("reflection", WELCOME, WELCOME, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        opened.find_comment("reflection", WELCOME, WELCOME, "ada").manual_comment = "Well said – 100 %."
        opened.db.commit()
    assert invoke("grade", course, "00", "--resume").exit_code == 1
    assert scores(course, WELCOME)["ada"]["reflection"] == (None, 1.5, False)
    assert exported(course, WELCOME) == {"ada": (4.5, 0), "Ünï": (1, 0), "zoe": (1, 0), "hal": (0, 0)}
    assert "ERROR" not in nbgrader(course, "generate_feedback", WELCOME)
    page = (course / "feedback" / "ada" / WELCOME / f"{WELCOME}.html").read_text(encoding="utf-8")
    assert "Well said – 100 %." in page
    assert f"{WELCOME} (Score: 4.5 / 5.0)" in page
    with psycopg.connect(f"{server.replace('+psycopg', '')}/grades") as connection:
        assert connection.execute("SELECT count(*) FROM submitted_assignment").fetchone() == (3,)


@pytest.mark.parametrize("what", ["no such database", "nobody listens"])
def test_one_sentence_says_why_a_database_cannot_be_used(server, what, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nowhere = f"postgresql+psycopg://teacher@127.0.0.1:{port}/grades"
    result = invoke(
        "course", "new", tmp_path / "x", "--db", f"{server}/nowhere" if what == "no such database" else nowhere
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("The gradebook cannot be used: (psycopg.OperationalError)")
    assert ('database "nowhere" does not exist' if what == "no such database" else "refused") in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "x").exists()
