"""A JupyterLab and a notebook in it, as somebody with a browser has them, for `test_browser.py`."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from contrast import contrast

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "build" / "browser"
PATIENCE = 120_000  # ms, for a kernel that imports torch on a busy machine
ANSWER = 30_000  # ms, for anything else
THEMES = ("Light", "Dark")
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
IDLE = "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
#: Of every text that can be seen in an element: what it says, its colour, and the colour behind it.
TEXTS = """
(root) => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.background = "Canvas"; // what the browser itself paints below a page, in this colour scheme
  const sheet = rgba(getComputedStyle(probe).backgroundColor);
  probe.remove();
  const behind = (node) => {
    if (!node) return sheet;
    const own = rgba(getComputedStyle(node).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(node.parentElement));
  };
  const found = [];
  for (const node of [root, ...root.querySelectorAll("*")]) {
    const text = ["INPUT", "SELECT"].includes(node.tagName) ? (node.type === "range" ? "" : node.value)
      : [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join("").trim();
    if (!text || !node.checkVisibility() || node.tagName === "OPTION" || node.closest(".lt-advice")) continue;
    let seen = 1;
    for (let at = node; at; at = at.parentElement) seen *= Number(getComputedStyle(at).opacity);
    const ground = behind(node);
    const ink = rgba(getComputedStyle(node).color);
    found.push([text, over([...ink.slice(0, 3), ink[3] * seen], ground), ground]);
  }
  return found;
}
"""


@contextlib.contextmanager
def jupyter_lab(home: Path) -> Iterator[str]:
    """JupyterLab on the notebooks in `home/work`: its address."""
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
        "--ServerApp.password=", f"--ServerApp.root_dir={home / 'work'}", "--expose-app-in-browser",
    ]  # fmt: skip
    log = home / "log.txt"
    with log.open("w") as opened:
        command = [sys.executable, "-m", "jupyter", "lab", *options]
        server = subprocess.Popen(command, env=environment, stdout=opened, stderr=opened, cwd=home / "work")
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 90
            while server.poll() is None and time.monotonic() < deadline:
                try:
                    urllib.request.urlopen(f"{address}/api", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.3)
            assert server.poll() is None, log.read_text()[-2000:]
            yield address
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


class Notebook:
    """A notebook in JupyterLab, as somebody at the keyboard has it."""

    def __init__(self, browser, address: str, name: str):
        self.page = browser.new_context(viewport={"width": 1250, "height": 1000}, has_touch=True).new_page()
        self.page.set_default_timeout(ANSWER)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{address}/lab/tree/{name}?reset", timeout=PATIENCE)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)
        self.page.wait_for_function(IDLE, timeout=PATIENCE)

    def run(self, number: int) -> None:
        """Run one cell, and wait for its end."""
        self.page.evaluate(
            "async (n) => { const panel = jupyterapp.shell.currentWidget; panel.content.activeCellIndex = n;"
            "panel.content.deselectAll(); await jupyterapp.commands.execute('notebook:run-cell'); }",
            number,
        )
        self.page.wait_for_function(IDLE, timeout=PATIENCE)

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

    def theme(self, name: str) -> None:
        self.page.evaluate(
            "(name) => jupyterapp.commands.execute('apputils:change-theme', { theme: name })", f"JupyterLab {name}"
        )
        self.page.wait_for_selector(f"body[data-jp-theme-name='JupyterLab {name}']", state="attached")
        self.page.wait_for_timeout(300)  # until its colours have come

    def pictures(self, name: str, shown) -> None:
        """A picture of `shown` in each theme, in both of which all that it says must be easy to read."""
        for theme in THEMES[::-1]:
            self.theme(theme)
            shown.scroll_into_view_if_needed()
            until = time.monotonic() + 5
            while (faint := faint_texts(shown)) and time.monotonic() < until:  # colours may still be on their way
                self.page.wait_for_timeout(250)
            picture(self.page, f"{name}_{theme.lower()}")
            assert not faint, (name, theme, faint)

    def close(self) -> None:
        self.page.context.close()
        assert self.errors == []


def picture(page, name: str) -> None:
    """A screenshot in `build/browser/`, to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def faint_texts(shown, least: float = 4.5) -> list[tuple[str, float]]:
    """What an element says with too little contrast to what is behind it, as it is on the screen."""
    texts = shown.evaluate(TEXTS)
    assert texts
    measured = [(text, round(contrast(ink, ground), 2)) for text, ink, ground in texts]
    return [(text, found) for text, found in measured if found < least]
