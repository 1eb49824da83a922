"""The course in JupyterLab in a real browser: a learner answers a question, and every explorer answers to the hand.

Playwright drives the Chromium of this machine. Screenshots are left in `build/browser/`, to be looked at.
"""

from __future__ import annotations

import math
import re

import chromium
import nbformat
import pytest
from jupyter_lab import THEMES, Notebook, faint_texts, jupyter_lab, picture
from nbconvert import HTMLExporter

from learntools.authoring import build, lesson
from learntools.core.progress import Question, record
from learntools.core.report import write
from learntools.core.verdict import Verdict

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
# One JupyterLab, one browser and one kernel of explorers serve all: on one worker, where tests run side by side.
pytestmark = [chromium.needed, pytest.mark.xdist_group("browser")]

EXPLORERS = """
import torch
from learntools.viz.explorers import *
"""
CELLS = {
    "convolution": "convolution_explorer()",
    "latent": "latent_explorer(lambda z: z[:, :36].view(-1, 1, 6, 6) / 3)",
    "classes": (
        "class_explorer(lambda z, y: z[:, :36].view(-1, 1, 6, 6) / 4 + y.view(-1, 1, 1, 1), ['Bag', 'Boot', 'Coat'])"
    ),
    "sketch": "from learntools.lessons.pix2pix.trained import pretrained\nsketch_pad(pretrained())",
    "translation": "translation_explorer(lambda x: -x, lambda x: -x * 0.9, torch.rand(5, 3, 16, 16) * 2 - 1)",
    "attention": "attention_viewer(torch.zeros(3, 32, 32), ['a', 'cat', 'sleeps'], torch.eye(16)[[0, 5, 15]])",
    "gan": "gan_game()",
    "before_after": "before_after(-torch.ones(2, 3, 32, 48), torch.ones(2, 3, 32, 48), torch.zeros(2, 3, 32, 48))",
}
DASHBOARD = "import learntools\nlearntools.progress()"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab with lesson 02, to which a dashboard is added, and a notebook of all explorers."""
    home = tmp_path_factory.mktemp("home")
    (home / "work").mkdir()
    convolutions = build.notebook(lesson("convolutions"))
    convolutions.cells.append(nbformat.v4.new_code_cell(DASHBOARD))
    nbformat.write(convolutions, home / "work" / "02_convolutions.ipynb")
    cells = [nbformat.v4.new_code_cell(source) for source in (EXPLORERS.strip(), *CELLS.values())]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), home / "work" / "explorers.ipynb")
    with jupyter_lab(home) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium.PATH, args=[*chromium.FLAGS])
        yield opened
        opened.close()


def colours(heading) -> tuple[float, float, float]:
    """Red, green and blue behind a verdict's heading."""
    text = heading.evaluate("e => getComputedStyle(e).backgroundColor")
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", text)[:3])
    return red, green, blue


def test_a_learner_answers_a_question_wrongly_and_then_rightly_and_the_dashboard_follows(lab, browser):
    notebook = Notebook(browser, lab, "02_convolutions.ipynb")
    for text in ("platforms", "from learntools.lessons.convolutions", DASHBOARD):
        notebook.run(notebook.find(text))
    dashboard = notebook.cell(notebook.find(DASHBOARD)).locator(".lt-progress")
    dashboard.wait_for()
    first = dashboard.locator("details", has_text="02 convolutions")
    assert "0 of" in first.locator("summary").inner_text()
    check, blank = notebook.find("q1.check()"), notebook.find("one_number = ...")
    for name, answer in {"wrong": "one_number = 1", "right": "one_number = 600"}.items():
        notebook.write(blank, answer)
        notebook.run(blank)
        notebook.run(check)
        verdict = notebook.cell(check).locator(".jp-OutputArea-output div >> nth=0")
        said = verdict.inner_text()
        red, green, blue = colours(verdict.locator("span").first)
        if name == "wrong":
            assert "q1 · not yet right" in said
            assert "one_number" in said
            assert "Multiply" in said or "product" in said, said  # what to do next
            assert red > 2 * green
        else:
            assert "q1 · correct" in said
            assert green > 2 * red
            assert green > 2 * blue
        notebook.pictures(f"verdict_{name}", verdict)
    row = first.locator("tr", has_text="one_number")
    assert "✓ solved" in row.inner_text()
    assert "1 of" in first.locator("summary").inner_text()
    assert first.evaluate("d => d.open")
    other = dashboard.locator("details", has_text="00 welcome")
    assert not other.evaluate("d => d.open")  # as it was at first
    other.locator("summary").press("Enter")
    assert other.evaluate("d => d.open")
    notebook.run(check)  # which draws the dashboard anew
    notebook.page.wait_for_function("t => t.innerText.includes('3')", arg=row.locator("td").nth(3).element_handle())
    assert other.evaluate("d => d.open")
    dashboard.get_by_role("button", name="Look again").press("Enter")
    notebook.pictures("dashboard", dashboard)
    notebook.close()


class Shown:
    """One explorer on the page."""

    def __init__(self, notebook: Notebook, name: str):
        number = notebook.find(CELLS[name].splitlines()[-1])
        notebook.run(number)
        self.notebook, self.name = notebook, name
        self.here = notebook.cell(number).locator(".lt-explorer")
        self.here.wait_for()
        self.here.scroll_into_view_if_needed()

    def pixels(self, number: int = 0) -> str:
        return self.here.locator("canvas").nth(number).evaluate("c => c.toDataURL()")

    def words(self) -> str:
        return self.here.locator(".lt-words").inner_text()

    def frames(self) -> int:
        return int(self.here.get_attribute("data-frames") or 0)

    def after(self, act) -> None:
        """Do it, and wait until a new frame is there."""
        before = self.frames()
        act()
        self.notebook.page.wait_for_function(
            "([node, before]) => Number(node.dataset.frames) > before", arg=[self.here.element_handle(), before]
        )

    def at_rest(self) -> None:
        """Wait until every wish has been answered: no new frame for a second, which a busy machine may take for one."""
        before, calm = -1, 0
        while calm < 4:
            self.notebook.page.wait_for_timeout(250)
            calm = calm + 1 if before == self.frames() else 0
            before = self.frames()

    def press(self, label: str, key: str) -> None:
        """A key on the control of this label."""
        control = self.here.get_by_label(label, exact=True).first
        self.after(lambda: control.press(key))

    def click(self, label: str) -> None:
        self.after(lambda: self.here.get_by_role("button", name=label, exact=True).click())

    def pictures(self) -> None:
        self.notebook.pictures(self.name, self.here)


@pytest.fixture(scope="module")
def explorers(lab, browser):
    """The notebook of all explorers, its first cell run."""
    notebook = Notebook(browser, lab, "explorers.ipynb")
    notebook.run(0)
    yield notebook
    notebook.close()


@pytest.fixture
def shown(explorers):
    """Opens an explorer by its name."""
    return lambda name: Shown(explorers, name)


def test_the_convolution_is_stepped_through_and_turned_round(shown):
    one = shown("convolution")
    assert one.words().startswith("Place 1 of 16")
    one.press("step", "ArrowRight")
    assert one.words().startswith("Place 2 of 16")
    first = one.here.locator(".lt-kernel input").first
    one.after(lambda: first.fill("5"))
    one.press("step", "End")
    assert one.words().startswith("Place 16 of 16: 1·5")
    one.pictures()
    one.after(lambda: one.here.get_by_label("show").select_option("transposed"))
    assert one.words().startswith("Pixel 1 of 16")
    assert one.here.locator("td.lt-window").count() == 9
    one.press("step", "ArrowRight")
    one.notebook.pictures("transposed_convolution", one.here)


def test_the_slider_of_the_walk_moves_the_picture(shown):
    one = shown("latent")
    before = one.pixels()
    one.press("walk", "End")
    assert one.words().startswith("100% of the way")
    assert one.pixels() != before
    one.press("z[0]", "Home")
    assert "-3.0 on number 1" in one.words()
    one.pictures()


def test_a_class_is_chosen_from_the_grid(shown):
    one = shown("classes")
    before = one.pixels()
    one.click("Coat")
    assert one.pixels() != before
    assert one.here.get_by_role("button", name="Coat").get_attribute("aria-pressed") == "true"
    one.pictures()


def test_an_image_goes_there_and_back(shown):
    one = shown("translation")
    one.press("image", "ArrowRight")
    assert one.words().startswith("Image 2 of 5.")
    one.press("round trips", "End")
    assert one.words().endswith("after 3 round trips.")
    one.pictures()


def test_the_line_between_before_and_after_follows_the_hand(shown):
    one = shown("before_after")
    left = "c => c.getContext('2d').getImageData(0, 0, c.width, 1).data.filter((v, i) => i % 4 === 0 && v < 20).length"
    canvas = one.here.locator("canvas")
    assert canvas.evaluate(left) == 24
    one.press("line", "End")
    assert canvas.evaluate(left) == 48
    box = canvas.bounding_box()
    one.after(lambda: canvas.click(position={"x": box["width"] / 4, "y": box["height"] / 2}))
    assert canvas.evaluate(left) == 12
    line = one.here.locator(".lt-split-line").bounding_box()
    assert abs(line["x"] + line["width"] / 2 - box["x"] - box["width"] / 4) < 4
    one.after(lambda: one.here.get_by_label("on the left").select_option("truth"))
    assert canvas.evaluate(left) == 0
    one.press("picture", "ArrowRight")
    assert one.words().startswith("Picture 2 of 2. Left of the line: truth; right of it: after.")
    one.pictures()


def test_pointing_at_a_word_shows_where_the_network_looked(shown):
    one = shown("attention")
    before = one.pixels()
    one.after(lambda: one.here.get_by_role("button", name="sleeps").hover())
    assert one.words().startswith("“sleeps”: most at row 4, column 4")
    assert one.pixels() != before
    one.after(lambda: one.here.get_by_role("button", name="cat").focus())
    assert one.words().startswith("“cat”: most at row 2, column 2")
    one.pictures()


def test_the_game_plays_and_stops(shown):
    one = shown("gan")
    assert one.words().startswith("0 steps")
    before = one.pixels()
    one.click("One step")
    assert one.words().startswith("1 step.")
    one.press("learning rate of G", "ArrowRight")
    one.click("Play")
    for _ in range(5):
        one.after(lambda: None)
    one.here.get_by_role("button", name="Pause").click()
    one.at_rest()
    steps = one.words()
    one.notebook.page.wait_for_timeout(500)
    assert one.words() == steps
    assert int(steps.split()[0].replace(",", "")) > 20
    assert one.pixels() != before
    one.pictures()
    again = one.here.get_by_role("button", name="Start again")
    one.after(lambda: again.press("Enter"))  # which JupyterLab would take for itself
    assert one.words().startswith("0 steps")


COLOUR = """
c => { const d = c.getContext('2d').getImageData(20, 38, 24, 6).data; let s = 0;
  for (let i = 0; i < d.length; i += 4) s += Math.max(d[i], d[i + 1], d[i + 2]) - Math.min(d[i], d[i + 1], d[i + 2]);
  return s / (d.length / 4); }
"""


def test_a_drawn_shape_is_coloured_and_can_be_taken_back(shown):
    one = shown("sketch")
    mouse, page = one.notebook.page.mouse, one.notebook.page
    blank = one.pixels(1)
    box = one.here.locator(".lt-sheet").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    circle = [(middle[0] + 125 * math.cos(a / 12), middle[1] + 125 * math.sin(a / 12)) for a in range(77)]
    mouse.move(*circle[0])
    one.after(mouse.down)
    for x, y in circle:
        mouse.move(x, y)
    mouse.up()
    for x in (-40, 40):
        mouse.move(middle[0] + x, middle[1] - 30)
        mouse.down()
        mouse.move(middle[0] + x, middle[1] - 26)
        mouse.up()
    one.at_rest()
    assert one.here.locator("canvas").nth(1).evaluate(COLOUR) > 40  # of 255, inside the circle
    one.pictures()
    one.click("Clear")
    one.at_rest()
    assert one.pixels(1) == blank
    one.here.locator(".lt-sheet").focus()
    one.after(lambda: [page.keyboard.press(key) for key in (" ", *["ArrowRight"] * 12, " ")])
    one.at_rest()
    assert one.pixels(1) != blank


def test_a_finger_draws_and_does_not_scroll_the_page(shown):
    one = shown("sketch")
    blank = one.pixels(1)
    one.here.locator(".lt-sheet").scroll_into_view_if_needed()
    before = one.here.locator(".lt-sheet").bounding_box()
    assert before is not None
    finger = one.notebook.page.context.new_cdp_session(one.notebook.page)
    x, y = before["x"] + 60, before["y"] + 60

    def touch(kind: str, *points: tuple[float, float]) -> None:
        where = [{"x": px, "y": py} for px, py in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    one.after(lambda: touch("touchStart", (x, y)))
    for part in range(1, 21):
        touch("touchMove", (x + 8 * part, y + 8 * part))
    touch("touchEnd")
    one.at_rest()
    assert one.pixels(1) != blank
    assert one.here.locator(".lt-sheet").bounding_box() == before
    one.click("Undo")
    one.at_rest()
    assert one.pixels(1) == blank


@pytest.mark.parametrize("name", CELLS)
def test_every_control_has_a_name_and_is_reached_with_the_tab_key(shown, name):
    one = shown(name)
    operated = "(root) => [...root.querySelectorAll('button, input, select, [tabindex]')]"
    count = one.here.evaluate(f"root => ({operated})(root).length")
    nameless = [line for line in one.here.aria_snapshot().splitlines() if NAMELESS.match(line)]
    assert not nameless
    one.here.locator("button, input, select, [tabindex]").first.focus()
    reached = set()
    for _ in range(count):
        reached.add(one.here.evaluate(f"root => ({operated})(root).indexOf(document.activeElement)"))
        one.notebook.page.keyboard.press("Tab")
    assert reached == set(range(count))


NAMELESS = re.compile(r"\s*- (button|checkbox|combobox|img|slider|spinbutton|textbox)(:|$| \[)")


def test_a_page_without_widgets_shows_every_explorer_as_a_picture(browser, tmp_path):
    """As GitHub and an exported notebook do, light and dark."""
    from test_explorers import EXPLORERS as SMALL

    outputs = [nbformat.v4.new_output("display_data", one()._repr_mimebundle_()) for one in SMALL.values()]
    cells = [nbformat.v4.new_code_cell(name, outputs=[shown]) for name, shown in zip(SMALL, outputs, strict=True)]
    for theme in THEMES:
        exporter = HTMLExporter(theme=theme.lower())
        html, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=cells))
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        page = browser.new_page(viewport={"width": 1000, "height": 2400})
        page.goto((tmp_path / "page.html").as_uri())
        figures = page.locator("figure")
        assert figures.count() == len(SMALL)
        for number in range(len(SMALL)):
            assert not faint_texts(figures.nth(number))
        sizes = page.locator("figure img").evaluate_all("all => all.map(i => i.naturalWidth * i.alt.length)")
        assert len(sizes) == len(SMALL) - 2  # the convolution is a table, and the game an SVG
        assert all(sizes)
        picture(page, f"still_{theme.lower()}")
        page.close()


def test_the_report_is_easy_to_read_in_light_and_in_dark(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("LEARNTOOLS_HOME", str(tmp_path))
    asked = [Question("simple_gan", f"q{number}", "d_loss", 2.0, "03") for number in range(1, 6)]
    said = "`d_loss` rewards D for calling fakes real. Swap the two terms, and look at the sign of each."
    for question in asked[:3]:
        verdict = Verdict(
            "simple_gan", question.name, "d_loss", "incorrect", 0.0, 2.0, said, diagnosis="labels swapped"
        )
        record(verdict, 1)
        record(Verdict("simple_gan", question.name, "d_loss", "correct", 2.0, 2.0, "Right."), 1)
    report = write(asked, tmp_path / "report.html", name="Ada")
    for theme in THEMES:
        page = browser.new_page(viewport={"width": 900, "height": 700}, color_scheme=theme.lower())
        page.goto(report.path.as_uri())
        assert not faint_texts(page.locator("body"))
        picture(page, f"report_{theme.lower()}")
        page.close()
