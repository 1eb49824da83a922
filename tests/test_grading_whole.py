"""A class of twelve with every kind of damage, the whole way: `learntools grade`, real nbgrader, real pages.

Everybody has q1, q3 and q4 of lesson 02 right, a known mistake in q6 and the rest blank, in a notebook that something
has happened to. Screenshots of the pages are left in `build/browser/`, to be looked at.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import chromium
import grading_class as damage
import pytest
from grading_class import added, answer, bytes_of, code
from grading_course import QUESTIONS, STEM, exported, invoke, nbgrader, scores
from nbgrader.api import Gradebook

from learntools.core.verdict import ERROR
from learntools.grading import cluster, gradebook, sandbox
from learntools.grading.child import Limits
from learntools.grading.course import Course
from learntools.lessons import convolutions

WRONG = "def grown_size(n, kernel, stride=1, padding=0):\n    return (n - 1) * stride + kernel"
WRITTEN = "The prints of a kernel overlap **unevenly**."
PICTURES = Path(__file__).resolve().parent.parent / "build" / "browser"

# Where nothing stands around it, what would fill a machine with processes is an error of that cell like any other.
BOMB = (
    f"import os, time\nassert os.readlink('/proc/self/ns/pid') != {os.readlink('/proc/self/ns/pid')!r}\n"
    "for _ in range(7):\n    os.fork()\ntime.sleep(600)"
)
HOSTILE = {
    "q2": ("while True: pass", "was stopped after 2 seconds"),
    "q5": ("import os; os._exit(7)", "ended its own Python process (exit code 7)"),
    "q7": ("import sys; sys.exit(3)", "stopped with SystemExit: 3"),
    "q8": (BOMB, "started more than 16 processes"),
    "q9": ("hog = []\nwhile True: hog.append(bytearray(10**7))", "GB of memory"),
    "q10": ("import os; os.kill(os.getpid(), 9)", "was killed (SIGKILL)"),
}
NAUGHTY = (
    "import builtins, os\nos.remove('notes.txt')\nos.chdir('/')\nbuiltins.len = lambda x: 3",
    "name = input('Who are you?')",
    "import tkinter\ntkinter.Tk()",
    "import sys, warnings\nwarnings.warn('loud')\nprint('louder', file=sys.stderr)",
)


def notebook():
    return answer(damage.filled("convolutions", ["q1", "q3", "q4"]), "q6", WRONG)


def hostile():
    found = notebook()
    for question, (trouble, _) in HOSTILE.items():
        found = answer(found, question, trouble)
    return found


def with_50_mb(found):
    return damage.with_outputs(damage.kaggle(found), damage.stream("x" * (50 * 2**20 // 20)))


# Student → the file, and what the instructor is told.
CLASS = {
    "ada": (lambda: bytes_of(damage.rewritten(notebook(), "reflection", WRITTEN)), []),
    "ben": (lambda: bytes_of(damage.vscode(notebook())), ["Cells without nbgrader's marks"]),
    "cleo": (
        lambda: bytes_of(damage.copied(damage.copied(notebook(), "q3-answer", times=2), "q1-check", times=5)),
        ["Answer cells that are there more than once", "Check cells that are there more than once"],
    ),
    "dan": (
        lambda: bytes_of(
            damage.shuffled(damage.without(damage.checks_edited(notebook(), "QQ.check(AA)"), "q1-check", "q6-check"))
        ),
        ["Missing check cells", "Checks that were changed", "another order"],
    ),
    "eve": (lambda: bytes_of(damage.worth(notebook(), 1000)), ["Points that were changed"]),
    "finn": (lambda: bytes_of(damage.minor(damage.colab(notebook()), 0)), ["The notebook is called Untitled1.ipynb"]),
    "gil": (lambda: bytes_of(with_50_mb(notebook())), []),
    "hal": (lambda: damage.cut_off(bytes_of(notebook()), '"q6-answer"'), ["The file is damaged", "Missing answer"]),
    "ida": (lambda: b"", ["the file is empty"]),
    "jan": (
        lambda: bytes_of(answer(notebook(), "q1", "one_number = 600  # “größer”")).decode().encode("cp1252", "replace"),
        ["it was read as Windows-1252"],
    ),
    "kim": (lambda: bytes_of(hostile()), [reason for _, reason in HOSTILE.values()]),
    "lea": (
        lambda: bytes_of(added(notebook(), "setup", *map(code, NAUGHTY))),
        ["changed or deleted notes.txt", "EOFError", "tkinter"],
    ),
}
NAMES = {"finn": "Untitled1.ipynb"}


@pytest.fixture(scope="module")
def whole(made, tmp_path_factory):
    """The class, graded by the command: what it said, each student's row, and what everybody's answers are worth."""
    course = Path(shutil.copytree(made.course, tmp_path_factory.mktemp("whole") / "course"))
    for student, (content, _) in CLASS.items():
        folder = course / "submitted" / student / STEM
        folder.mkdir(parents=True)
        (folder / NAMES.get(student, f"{STEM}.ipynb")).write_bytes(content())
    (course / "submitted" / "lea" / STEM / "notes.txt").write_text("mine")
    gradebook.enroll(Course(course), [{"id": student} for student in CLASS])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "Limits", lambda: Limits(cell_seconds=2, memory=2**30))
        done = invoke("grade", course, "02", "--workers", 2)
    rows = json.loads((course / "grades" / STEM / "grades.json").read_text(encoding="utf-8"))
    rows = {row["student"]: row for row in rows}
    mistake = convolutions.q6.assess(convolutions.q6.mistakes["padding forgotten"][0], (1, 2)).points
    assert 0 < mistake < 1
    full = {**dict.fromkeys(QUESTIONS, 0.0), "q1": 1.0, "q3": 1.0, "q4": 2.0, "q6": mistake}
    points = dict.fromkeys(CLASS, full) | {"hal": full | {"q6": 0.0}, "ida": dict.fromkeys(QUESTIONS, 0.0)}
    return SimpleNamespace(course=course, done=done, rows=rows, points=points)


def test_everybody_gets_exactly_what_the_answers_are_worth(whole):
    assert whole.done.exit_code == 1, whole.done.output
    assert whole.done.stdout.endswith("Needs you (1):\n  ida: unreadable. Nothing could be read: the file is empty.\n")
    for student, points in whole.points.items():
        row = whole.rows[student]
        found = {name: row["questions"][name]["points"] for name in QUESTIONS}
        assert found == points, (student, row["remarks"], row["flags"])
        assert row["state"] == ("unreadable" if student == "ida" else "graded")
    assert {student: row["state"] for student, row in whole.rows.items() if student not in CLASS} == {}


def test_every_trouble_is_named_in_the_report_and_only_there(whole):
    for student, (_, reasons) in CLASS.items():
        remarks = " ".join(whole.rows[student]["remarks"])
        if student == "kim" and not sandbox.available():
            reasons = [reason for reason in reasons if "processes" not in reason]
        for reason in reasons:
            assert reason in remarks, (student, remarks)
    assert whole.rows["ada"]["remarks"] == whole.rows["gil"]["remarks"] == []
    assert {student: row["flags"] for student, row in whole.rows.items() if row["flags"]} == {
        "lea": ["builtins.len was replaced (added cell 'import builtins, os')"]
    }
    with Gradebook(Course(whole.course).db_url) as opened:  # as the formgrader shows it
        rows = opened.notebook_submissions(STEM, STEM)
        assert {row.student.id for row in rows if row.flagged} == {"lea"}
    lost = {name: whole.rows["kim"]["questions"][name]["outcome"] for name in HOSTILE}
    assert set(lost.values()) == {ERROR}


def test_nbgraders_own_gradebook_and_export_say_the_same(whole):
    found, table = scores(whole.course), exported(whole.course, STEM)
    assert set(found) == set(CLASS)
    for student, points in whole.points.items():
        assert {name: found[student][f"{name}-check"][0] for name in QUESTIONS} == points
        assert table[student] == (pytest.approx(sum(points.values())), 0)
    waiting = {student for student, cells in found.items() if cells["reflection"][2]}
    assert waiting == {"ada"}


def test_the_table_and_the_most_common_mistake_are_the_classes(whole):
    found = json.loads((whole.course / "grades" / STEM / "class.json").read_text(encoding="utf-8"))
    assert found["questions"]["q6"]["mistakes"] == {"padding forgotten": 10}
    assert found["flagged"] == ["lea"]
    text = (whole.course / "grades" / STEM / "grades.csv").read_bytes().decode("utf-8-sig")
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)}
    assert {name: float(rows[name]["points"]) for name in CLASS} == {
        name: pytest.approx(sum(points.values())) for name, points in whole.points.items()
    }
    assert all(float(row["seconds"]) >= 0 for row in rows.values())
    assert float(rows["kim"]["seconds"]) > 2


def test_nbgraders_own_autograde_survives_the_worst_of_it_in_a_real_kernel(whole, tmp_path):
    course = Path(shutil.copytree(whole.course, tmp_path / "again"))
    with Gradebook(Course(course).db_url) as opened:
        opened.remove_submission(STEM, "dan")
    assert "ERROR" not in nbgrader(course, "autograde", STEM, "--student=dan", "--force")
    found = scores(course)["dan"]
    assert {name: found[f"{name}-check"][0] for name in QUESTIONS} == whole.points["dan"]


# In a real browser

PATIENCE = 120_000  # ms


@contextlib.contextmanager
def jupyter_lab(course: Path, home: Path):
    """A JupyterLab as an instructor starts it in the course's folder: its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"), "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
    }  # fmt: skip
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.ip=127.0.0.1",
        "--IdentityProvider.token=",
    ]
    command = [sys.executable, "-m", "jupyter", "lab", *options]
    with (home / "log.txt").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=course)
        try:
            address, late = f"http://127.0.0.1:{port}", time.monotonic() + 90
            while True:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address}/api", timeout=5).close()
                    break
                assert server.poll() is None, (home / "log.txt").read_text()[-2000:]
                assert time.monotonic() < late
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


@pytest.fixture(scope="module")
def page():
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if chromium.PATH is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=[*chromium.FLAGS])
        opened = browser.new_page(viewport={"width": 1250, "height": 1000})
        opened.set_default_timeout(PATIENCE)
        yield opened
        browser.close()


def test_the_formgrader_and_a_feedback_page_show_the_class_in_a_browser(whole, page, tmp_path):
    course = Path(shutil.copytree(whole.course, tmp_path / "course"))
    (home := tmp_path / "home").mkdir()
    with Gradebook(Course(course).db_url) as opened:
        identity = opened.find_submission_notebook(STEM, STEM, "ada").id
    with jupyter_lab(course, home) as address:
        page.goto(f"{address}/formgrader/gradebook/{STEM}/{STEM}")
        page.get_by_text("Submission #12").wait_for()
        rows = page.locator("#notebooks tbody tr, tbody#submission-list tr, table tbody tr")
        assert rows.count() == len(CLASS)
        worth = sum(whole.points["ada"].values())
        assert rows.filter(has_text=f"{worth:g} / 16").count() == 10  # all but the cut off one and the empty one
        page.screenshot(path=PICTURES / "formgrader-class.png", full_page=True)

        page.goto(f"{address}/formgrader/submissions/{identity}/")
        score = page.locator("input#reflection")
        score.wait_for()
        checked = page.locator("input#q6-check")
        page.wait_for_function("() => document.querySelector('input#q6-check').placeholder !== ''")
        assert float(checked.get_attribute("placeholder")) == whole.points["ada"]["q6"]
        words = page.locator("body").inner_text()
        assert "q6 · not yet right · 0." in words
        assert "unevenly" in words
        score.fill("1.5")
        page.locator("textarea#reflection-comment").fill("Well said.")
        page.keyboard.press("Escape")
        page.locator("body").click(position={"x": 5, "y": 5})
        late = time.monotonic() + 30
        while scores(course)["ada"]["reflection"] != (None, 1.5, False):
            assert time.monotonic() < late, scores(course)["ada"]["reflection"]
            time.sleep(0.2)
        score.scroll_into_view_if_needed()
        page.screenshot(path=PICTURES / "formgrader-written.png")

    said = nbgrader(course, "generate_feedback", STEM, "--student=ada")
    assert "ERROR" not in said
    page.goto((course / "feedback" / "ada" / STEM / f"{STEM}.html").as_uri())
    words = page.locator("body").inner_text()
    assert f"{STEM} (Score: {worth + 1.5:g} / 16.0)" in words
    assert "q6 · not yet right · 0." in words
    assert "q1 · correct · 1 of 1 point" in words
    assert "Well said." in words
    assert "BEGIN SOLUTION" not in page.content()
    for name in ("q6 · not yet right", "Well said."):
        page.get_by_text(name).first.scroll_into_view_if_needed()
        page.screenshot(path=PICTURES / f"feedback-{name.split()[0].lower()}.png")
