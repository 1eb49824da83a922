"""JupyterLab in a real browser: a learner answers a question, and every explorer answers to the hand.

Playwright drives the Chromium of this machine. Screenshots are left in `build/browser/`, to be looked at.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from contrast import ENOUGH, contrast

from learntools.authoring import build, lesson

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt-get install chromium")

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "build" / "browser"
PATIENCE = 120_000  # ms, for a kernel that imports torch on a busy machine
ANSWER = 30_000  # ms, for anything else
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
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


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab in a folder of its own, with lesson 02 and a notebook of all explorers."""
    home = tmp_path_factory.mktemp("home")
    work = home / "work"
    work.mkdir()
    nbformat.write(build.notebook(lesson("convolutions")), work / "02_convolutions.ipynb")
    cells = [nbformat.v4.new_code_cell(source) for source in (EXPLORERS.strip(), *CELLS.values())]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), work / "explorers.ipynb")
    for name, values in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"), "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"), "LEARNTOOLS_HOME": str(home / "learntools"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    options = [
        "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=",
        "--ServerApp.password=", f"--ServerApp.root_dir={work}", "--expose-app-in-browser",
    ]  # fmt: skip
    log = (home / "log.txt").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", *options], env=environment, stdout=log, stderr=log, cwd=work
    )
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 90
        while server.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError:
                time.sleep(0.3)
        assert server.poll() is None, (home / "log.txt").read_text()[-2000:]
        yield address, home
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET])
        yield opened
        opened.close()


class Notebook:
    """A notebook in JupyterLab, as somebody at the keyboard has it."""

    def __init__(self, browser, address: str, name: str):
        self.page = browser.new_page(viewport={"width": 1250, "height": 1000})
        self.page.set_default_timeout(ANSWER)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{address}/lab/tree/{name}?reset", timeout=PATIENCE)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)
        self.page.wait_for_function(
            "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=PATIENCE,
        )

    def run(self, number: int) -> None:
        """Run one cell, and wait for its end."""
        self.page.evaluate(
            "async (n) => { const panel = jupyterapp.shell.currentWidget; panel.content.activeCellIndex = n;"
            "panel.content.deselectAll(); await jupyterapp.commands.execute('notebook:run-cell'); }",
            number,
        )
        self.page.wait_for_function(
            "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'",
            timeout=PATIENCE,
        )

    def find(self, text: str) -> int:
        """The number of the code cell that has this text."""
        return self.page.evaluate(
            "(text) => jupyterapp.shell.currentWidget.content.widgets.findIndex("
            "c => c.model.type === 'code' && c.model.sharedModel.source.includes(text))",
            text,
        )

    def cell(self, number: int):
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def write(self, number: int, text: str) -> None:
        """Type over all of a cell."""
        editor = self.cell(number).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def close(self) -> None:
        self.page.close()
        assert self.errors == []


def colours(locator) -> list[tuple[float, ...]]:
    """Text and background of an element, as they are on the screen."""
    texts = locator.evaluate("e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor]; }")
    return [tuple(float(part) for part in text[text.index("(") + 1 : -1].split(",")) for text in texts]


def test_a_learner_answers_a_question_wrongly_and_then_rightly(lab, browser):
    address, _ = lab
    notebook = Notebook(browser, address, "02_convolutions.ipynb")
    for number in (notebook.find("platforms"), notebook.find("from learntools.lessons.convolutions")):
        notebook.run(number)
    check = notebook.find("q1.check()")
    blank = notebook.find("one_number = ...")
    said = {}
    for name, answer in {"wrong": "one_number = 1", "right": "one_number = 600"}.items():
        notebook.write(blank, answer)
        notebook.run(blank)
        notebook.run(check)
        verdict = notebook.cell(check).locator(".jp-OutputArea-output div >> nth=0")
        notebook.cell(check).scroll_into_view_if_needed()
        said[name] = verdict.inner_text()
        heading = verdict.locator("span").first
        assert contrast(*colours(heading)) >= ENOUGH
        notebook.picture(f"verdict_{name}")
    assert "q1 · not yet right" in said["wrong"]
    assert "one_number" in said["wrong"]
    assert "q1 · correct" in said["right"]
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

    def press(self, label: str, key: str) -> None:
        """A key on the control of this label."""
        control = self.here.get_by_label(label, exact=True).first
        self.after(lambda: control.press(key))

    def click(self, label: str) -> None:
        self.after(lambda: self.here.get_by_role("button", name=label, exact=True).click())


@pytest.fixture(params=["Light", "Dark"])
def shown(request, lab, browser):
    """Opens each explorer by its name, in one theme."""
    address, home = lab
    file = home / "settings" / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    file.write_text(json.dumps({"theme": f"JupyterLab {request.param}"}))
    notebook = Notebook(browser, address, "explorers.ipynb")
    notebook.run(0)
    yield lambda name: Shown(notebook, name)
    notebook.close()


def test_every_explorer_answers_to_the_hand(shown, request):
    theme = request.node.callspec.params["shown"].lower()

    one = shown("convolution")
    assert one.words().startswith("Place 1 of 16")
    one.press("step", "ArrowRight")
    assert one.words().startswith("Place 2 of 16")
    first = one.here.locator(".lt-kernel input").first
    one.after(lambda: first.fill("5"))
    one.press("step", "End")
    assert one.words().startswith("Place 16 of 16: 1·5")
    one.after(lambda: one.here.get_by_label("show").select_option("transposed"))
    assert one.words().startswith("Pixel 1 of 16")
    assert one.here.locator("td.lt-window").count() == 9
    one.notebook.picture(f"convolution_{theme}")

    one = shown("latent")
    before = one.pixels()
    one.press("walk", "End")
    assert one.words().startswith("100% of the way")
    assert one.pixels() != before
    one.press("z[0]", "Home")
    assert "-3.0 on number 1" in one.words()
    one.notebook.picture(f"latent_{theme}")

    one = shown("classes")
    before = one.pixels()
    one.click("Coat")
    assert one.pixels() != before
    assert one.here.get_by_role("button", name="Coat").get_attribute("aria-pressed") == "true"
    one.notebook.picture(f"classes_{theme}")

    one = shown("translation")
    one.press("image", "ArrowRight")
    assert one.words().startswith("Image 2 of 5.")
    one.press("round trips", "End")
    assert one.words().endswith("after 3 round trips.")
    one.notebook.picture(f"translation_{theme}")

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
    one.notebook.picture(f"before_after_{theme}")

    one = shown("attention")
    before = one.pixels()
    one.after(lambda: one.here.get_by_role("button", name="sleeps").hover())
    assert one.words().startswith("“sleeps”: most at row 4, column 4")
    assert one.pixels() != before
    one.notebook.picture(f"attention_{theme}")

    one = shown("gan")
    assert one.words().startswith("0 steps")
    one.click("One step")
    assert one.words().startswith("1 step.")
    one.click("Play")
    for _ in range(5):
        one.after(lambda: None)
    one.here.get_by_role("button", name="Pause").click()
    one.notebook.page.wait_for_timeout(500)
    steps = one.words()
    one.notebook.page.wait_for_timeout(500)
    assert one.words() == steps
    assert int(steps.split()[0].replace(",", "")) > 20
    one.notebook.picture(f"gan_{theme}")
    ink, _ = colours(one.here.locator(".lt-words"))
    page = (17, 17, 17) if theme == "dark" else (255, 255, 255)
    assert contrast(ink, page) >= ENOUGH


def test_a_drawn_shape_is_coloured_and_can_be_taken_back(shown, request):
    theme = request.node.callspec.params["shown"].lower()
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
    page.wait_for_timeout(800)
    inside = (
        one.here.locator("canvas")
        .nth(1)
        .evaluate(
            "c => { const d = c.getContext('2d').getImageData(20, 38, 24, 6).data; let s = 0;"
            "for (let i = 0; i < d.length; i += 4)"
            " s += Math.max(d[i], d[i + 1], d[i + 2]) - Math.min(d[i], d[i + 1], d[i + 2]);"
            "return s / (d.length / 4); }"
        )
    )
    assert inside > 40  # of 255: it is coloured
    one.notebook.picture(f"sketch_{theme}")
    one.click("Clear")
    page.wait_for_timeout(500)
    assert one.pixels(1) == blank
    sheet = one.here.locator(".lt-sheet")
    sheet.focus()
    one.after(lambda: [page.keyboard.press(key) for key in (" ", *["ArrowRight"] * 12, " ")])
    page.wait_for_timeout(500)
    assert one.pixels(1) != blank
