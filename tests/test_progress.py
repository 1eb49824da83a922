"""The record of checks, the dashboard that is read from it, and the page to print."""

from __future__ import annotations

import html.parser
import json
import re
import sys
import threading

import chromium
import pytest

import learntools
from learntools.core import dashboard
from learntools.core import record as records
from learntools.core.progress import Question, record, record_file, summarise
from learntools.core.report import MISTAKES, page, shortened, write
from learntools.core.report import mistakes as met
from learntools.core.verdict import Verdict

LABELS = "`d_loss` rewards D for calling fakes real. Swap the two terms, and look at the sign of each."


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("LEARNTOOLS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(question="q1", outcome="incorrect", lesson="gan", hints=0, message="Not yet.", diagnosis=None, points=0.0):
    record(Verdict(lesson, question, "answer", outcome, points, 2.0, message, diagnosis=diagnosis), hints)


def course(lessons=1, questions=3):
    return [
        Question(f"lesson{i}" if i else "gan", f"q{j + 1}", "d_loss", 2.0, f"0{i + 3}")
        for i in range(lessons)
        for j in range(questions)
    ]


class Page(html.parser.HTMLParser):
    """Which tags a page has, whether all are closed again, and what it says."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.words = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "img", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def said(self):
        return " ".join(" ".join(self.words).split())


def read(text):
    found = Page(text)
    assert found.open == []
    return found


# The record


def test_the_last_message_is_remembered_and_is_never_long():
    checked(message="First.")
    checked(message="word " * 500)
    (row, *_) = summarise(course()).rows
    assert row.message.startswith("word word")
    assert len(row.message) == records.MESSAGE
    assert max(len(line) for line in record_file().read_bytes().splitlines()) < 1000


def test_a_record_from_before_there_were_messages_is_still_read():
    old = {"time": 1.0, "lesson": "gan", "question": "q1", "outcome": "correct", "points": 2, "max_points": 2}
    record_file().parent.mkdir()
    record_file().write_text(json.dumps(old) + "\n")
    (row, *_) = summarise(course()).rows
    assert (row.state, row.points, row.message, row.unaided) == ("solved", 2.0, "", True)
    assert "✓ solved" in read(summarise(course())._repr_html_()).said


@pytest.mark.parametrize("field", ["hints", "points", "max_points", "message", "diagnosis", "times"])
def test_a_field_that_somebody_has_spoiled_stops_nothing(field):
    checked(outcome="correct", points=2.0)
    line = json.loads(record_file().read_text())
    record_file().write_text(json.dumps({**line, field: ["?"]}) + "\n")
    (row, *_) = summarise(course()).rows
    assert row.state == "solved"
    assert "solved" in summarise(course())._repr_html_()
    assert "solved" in page(summarise(course()), met())


def counted(rows):
    return [(row.state, row.tries, row.hints, row.points, row.unaided, row.message) for row in rows]


def test_a_long_record_is_written_anew_and_everything_still_counts(monkeypatch):
    monkeypatch.setattr(records, "LARGEST", 10**9)
    for _ in range(40):
        checked("q1", diagnosis="labels swapped", message=LABELS)
    checked("q1", "not attempted")
    checked("q2", points=1.5)
    for number in range(60):
        checked("q2", points=0.5, hints=number // 30)
    for _ in range(20):
        checked("q1", "correct", points=2.0, hints=1)
        checked("q3", "correct", points=2.0)
    for _ in range(20):
        checked("q3", "error in your code", hints=2, message="It raised.")
    before, known, size = counted(summarise(course()).rows), met(), record_file().stat().st_size
    monkeypatch.setattr(records, "LARGEST", size + 1)
    checked("q3", "correct", points=2.0, hints=2, message="Right.")
    assert record_file().stat().st_size < size / 3
    after = counted(summarise(course()).rows)
    assert after[:2] == before[:2]
    assert after[2] == ("solved", before[2][1] + 1, 2, 2.0, True, "Right.")
    assert met() == known
    assert list(record_file().parent.iterdir()) == [record_file()]


def test_a_record_without_any_repetition_stays_below_its_limit_too(monkeypatch):
    monkeypatch.setattr(records, "LARGEST", 20_000)
    for number in range(200):
        checked(f"q{number}", message="word " * 60)
        assert record_file().stat().st_size <= 20_000 + 1000
    assert summarise([("gan", "q199", "answer")]).rows[0].message.startswith("word")


def test_no_check_is_lost_while_another_notebook_writes_the_record_anew(monkeypatch):
    monkeypatch.setattr(records, "LARGEST", 6_000)
    workers = [
        threading.Thread(target=lambda name=name: [checked(name) for _ in range(500)]) for name in ("q1", "q2", "q3")
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [row.tries for row in summarise(course()).rows] == [500, 500, 500]
    assert record_file().stat().st_size < 10_000


# The dashboard


def test_the_dashboard_unfolds_by_lesson_without_any_script():
    checked("q1", "correct", points=2.0)
    checked("q2", message="`d_loss` is <b>off</b>.", points=1.0, hints=1)
    checked("q2", points=0.5, hints=2, message="`d_loss` is <b>off</b> & negative.")
    shown = read(summarise(course(lessons=2))._repr_html_())
    tags = [tag for tag, _ in shown.tags]
    assert tags.count("details") == tags.count("summary") == 2
    assert not {"script", "style", "link", "img", "button"} & set(tags)
    assert [attributes for tag, attributes in shown.tags if tag == "details" and "open" in attributes] != []
    assert "03 gan · 1 of 3 solved · 1 tried · 1 open" in shown.said
    assert "q2 d_loss ◐ tried · go on here 1 of 2 2 2 d_loss is <b>off</b> & negative." in shown.said


def test_a_state_is_told_by_sign_and_word_and_never_by_colour_alone():
    checked("q1", "correct")
    checked("q2")
    text = summarise(course())._repr_html_()
    for words in ("✓ solved", "◐ tried", "○ open"):
        assert words in text
    assert "1 of 3 solved · 1 tried · 1 open" in text
    assert "repeating-linear-gradient" in text  # tried is hatched, solved is filled


def test_the_dashboard_takes_its_colours_from_the_page():
    """So it can be read on a light page and on a dark one; only the heading of the card has colours of its own."""
    checked("q1", "correct")
    checked("q2")
    body = summarise(course())._repr_html_().partition("</span>")[2]
    assert not re.search(r"#[0-9a-fA-F]{3}|rgb|color:(?!inherit)", body.replace("print-color-adjust", ""))
    assert set(re.findall(r"background:([^;\"(]*)", body)) == {"currentColor", "repeating-linear-gradient"}


def test_the_next_question_is_the_first_open_one_where_the_learner_is():
    assert summarise(course(2)).advice == "Begin with lesson 03, q1."
    checked("q1", "correct")
    assert summarise(course(2)).advice == "Go on with lesson 03, q2."
    checked("q1", "correct", lesson="lesson1")
    assert summarise(course(2)).advice == "Go on with lesson 04, q2."
    for name in ("q2", "q3"):
        checked(name, "correct", lesson="lesson1")
    assert summarise(course(2)).advice == "Go on with lesson 03, q2."
    for name in ("q2", "q3"):
        checked(name, "correct")
    checked("q1", lesson="elsewhere")
    assert summarise(course(2)).advice == "Every question is solved."


def test_the_terminal_sees_the_same_in_text():
    checked("q1", "correct", hints=1)
    assert repr(summarise(course())).splitlines() == [
        "gan: 1 of 3 solved",
        "  ✓ q1   solved  1 check, 1 hint",
        "  ○ q2   open",
        "  ○ q3   open",
        "Go on with lesson 03, q2.",
    ]
    assert repr(summarise([])) == "No lesson is installed."


def test_the_dashboard_of_the_course_knows_every_question_and_its_points():
    rows = learntools.progress().rows
    assert {row.place for row in rows} == {f"{number:02}" for number in range(12)}
    assert all(row.max_points > 0 for row in rows)
    assert "lesson 00, q1" in repr(learntools.progress())


def test_the_dashboard_is_a_widget_that_follows_every_check(capsys):
    from learntools.lessons.welcome import q1

    bundle = learntools.progress()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    shown, _ = dashboard._shown[-1]
    assert shown.page == bundle["text/html"]
    assert shown.advice == "Begin with lesson 00, q1."
    q1.check(1)
    assert "◐ tried" in shown.page
    q1.check(784)
    assert "✓ solved" in shown.page
    assert shown.advice == "Go on with lesson 00, q2."
    checked("q1", "correct", lesson="pretrained_networks")  # in another notebook
    assert "1 of" not in shown.page.partition("01 pretrained")[2].partition("</summary>")[0]
    shown._handle_custom_msg({}, [])  # what the button sends
    assert "1 of" in shown.page.partition("01 pretrained")[2].partition("</summary>")[0]


def test_a_dashboard_that_cannot_be_brought_up_to_date_costs_no_check(monkeypatch, capsys):
    from learntools.lessons.welcome import q1

    learntools.progress()._repr_mimebundle_()
    monkeypatch.setattr(dashboard, "_refresh", lambda shown, look: 1 / 0)
    assert q1.check(784).correct


def test_without_the_widgets_library_the_dashboard_is_html(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    dashboard._widget.cache_clear()
    shown = learntools.progress()
    assert shown._repr_mimebundle_() == {"text/plain": repr(shown), "text/html": shown._repr_html_()}
    dashboard._widget.cache_clear()


# The report


def test_a_report_says_what_was_done_in_the_words_of_the_record():
    checked("q1", diagnosis="labels swapped", message=LABELS)
    checked("q1", diagnosis="labels swapped", message=LABELS)
    checked("q1", "correct", points=2.0)
    checked("q2", "correct", points=2.0, hints=1)
    checked("q3", points=0.5, diagnosis="no detach", message="The fakes carry G's graph.")
    given = write(course(), "mine.html", name="Ada <Lovelace>")
    text = given.path.read_text(encoding="utf-8")
    shown = read(text)
    assert "Ada <Lovelace>" in shown.said
    assert "2 of 3 questions solved · 4.5 of 6 points · 1 solved without a hint · 5 checks" in shown.said
    assert "✓ q1*" in shown.said
    assert "labels swapped · 03 gan, q1 · 2 times, solved afterwards d_loss rewards D" in shown.said
    assert "no detach · 03 gan, q3 · once, not solved yet The fakes carry G's graph." in shown.said
    assert shown.said.index("labels swapped") < shown.said.index("no detach")
    assert not re.search(r"https?:|<script|<link|<img", text)


def test_mistakes_that_led_to_a_right_answer_come_before_more_frequent_ones_that_did_not():
    for _ in range(5):
        checked("q2", diagnosis="still there")
    checked("q1", diagnosis="overcome")
    checked("q1", "correct")
    checked("q1", diagnosis="played with afterwards")
    assert [(mistake.name, mistake.solved) for mistake in met()] == [
        ("overcome", True),
        ("still there", False),
        ("played with afterwards", False),
    ]


def test_a_report_replaces_a_report_and_nothing_else(tmp_path):
    first = learntools.report()
    assert first.path.name == "learntools-report.html"
    checked("q1", "correct", lesson="welcome", points=1.0)
    assert "✓ q1" in learntools.report().path.read_text(encoding="utf-8")
    mine = tmp_path / "diary.html"
    mine.write_text("<p>Dear diary, learntools report</p>")
    with pytest.raises(FileExistsError, match=r"is not a report of learntools, so it stays as it is\. Give"):
        learntools.report(mine)
    assert mine.read_text() == "<p>Dear diary, learntools report</p>"


def test_a_path_that_cannot_be_a_report_is_named_with_the_way_out(tmp_path):
    with pytest.raises(ValueError, match=r"'report\.pdf' does not end in \.html\. Save it as PDF from the browser"):
        learntools.report("report.pdf")
    with pytest.raises(ValueError, match="There is no folder nowhere"):
        learntools.report("nowhere/report.html")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(FileExistsError, match="Give another name"):
        learntools.report("folder.html")


def test_a_report_is_a_link_in_a_notebook_and_a_sentence_in_a_terminal(tmp_path):
    (tmp_path / "my notes").mkdir()
    given = learntools.report("my notes/a report.html")
    assert repr(given).startswith("The report is in my notes/a report.html: open it in a browser")
    shown = read(given._repr_html_())
    assert [attributes["href"] for tag, attributes in shown.tags if tag == "a"] == ["my%20notes/a%20report.html"]
    assert "my notes/a report.html" in shown.said


def test_a_sentence_is_cut_at_its_end_where_it_can_be():
    long = "One sentence that says what went wrong with the loss of the discriminator. " + "And more of it " * 20
    assert shortened(long) == "One sentence that says what went wrong with the loss of the discriminator."
    assert shortened("word " * 60).endswith("word …")
    assert shortened("Short.") == "Short."


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page(?!s)", pdf))


@chromium.needed
@pytest.mark.parametrize("paper", ["A4", "letter"])
def test_the_report_of_a_finished_course_fits_on_one_sheet(paper, tmp_path):
    """Eight lessons, 66 questions, every question solved after hints, and more mistakes than fit."""
    asked = [Question(f"pretrained_networks_{i}", f"q{j + 1}", "x", 3.0, f"0{i}") for i in range(8) for j in range(9)]
    for question in asked[:66]:
        name = question.lesson
        checked(question.name, lesson=name, diagnosis=f"a mistake with a long name {name}", message="word " * 80)
        checked(question.name, "correct", lesson=name, points=3.0)
    given = write(asked[:66], "report.html", name="A rather long name of a learner with several given names")
    text = given.path.read_text(encoding="utf-8")
    assert text.count("<li>") == MISTAKES
    given.path.write_text(text.replace("</style>", f"@page {{ size: {paper}; }}</style>"), encoding="utf-8")
    assert pages(chromium.pdf(given.path, tmp_path / "profile")) == 1
