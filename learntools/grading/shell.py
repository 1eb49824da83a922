"""An IPython shell without a terminal, a history or a person; what a cell shows becomes nbformat's outputs.

shell = new_shell()
stopped = shell.run("1 / 0")      # the exception that ended the cell, or None
shell.shown.outputs               # what it showed
"""

from __future__ import annotations

import builtins
import io
import sys
import types
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

TEXT_KEPT = 20_000  # characters of what one cell prints
PICTURE_KEPT = 2 * 2**20  # characters of one output, a picture's base64 included
ALL_KEPT = 2 * PICTURE_KEPT  # of all outputs of a cell
OUTPUTS_KEPT = 200  # of one cell
SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml")


class Shown:
    """What one cell has shown so far, as nbformat's outputs."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.exits = False  # whether it asked for the notebook to end
        self._size = 0
        self._texts = {"stdout": 0, "stderr": 0}

    def add(self, kind: str, data: dict[str, Any], **more: Any) -> None:
        """An output with its representations; of one that is too large, a line that says so."""
        kept = {mime: value for mime, value in data.items() if mime in SHOWN and isinstance(value, str)}
        large = [mime for mime, value in kept.items() if len(value) > PICTURE_KEPT]
        for mime in large:
            kept[mime], note = "", f"[{mime} of {len(kept[mime]) / 2**20:.0f} MB: left out]"
            kept = {name: value for name, value in kept.items() if name != mime} | {"text/plain": note}
        size = sum(len(value) for value in kept.values())
        if self._size + size <= ALL_KEPT and len(self.outputs) < OUTPUTS_KEPT:
            self._size += size
            self.outputs.append({"output_type": kind, "data": kept, "metadata": {}, **more})

    def text(self, name: str, text: str) -> None:
        """Something printed, of which the first part is kept."""
        room = TEXT_KEPT - self._texts[name]
        if room < 0:
            return
        self._texts[name] += len(text)
        text = text if len(text) <= room else text[:room] + "\n[the rest is left out]\n"
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == name:
            last["text"] += text
        elif len(self.outputs) < OUTPUTS_KEPT:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def error(self, kind: str, message: str, lines: list[str]) -> None:
        """An exception that nobody caught."""
        traceback = [line[:2000] for line in lines[-30:]]
        self.outputs.append(
            {"output_type": "error", "ename": kind[:200], "evalue": message[:1000], "traceback": traceback}
        )

    def clear(self) -> None:
        self.outputs.clear()


class _Stream(io.TextIOBase):
    encoding = "utf-8"

    def __init__(self, shown: Shown, name: str):
        self._shown, self._name = shown, name

    def write(self, text: str) -> int:
        self._shown.text(self._name, str(text))
        return len(text)

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """A cell's output cannot be closed."""


class _Nobody(io.TextIOBase):
    """What `input()` and `getpass()` read from."""

    def readline(self, *args: Any) -> str:
        raise EOFError("it waits for a person to type, and nobody sits at a notebook that is graded")


class _Hook(DisplayHook):
    def __call__(self, result: Any = None) -> None:
        if result is not None:
            builtins._ = result  # type: ignore[attr-defined]
            shell: Any = self.shell
            data, _ = shell.display_formatter.format(result)
            if data:  # what displays itself has done so
                shell.shown.add("execute_result", data, execution_count=None)


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, **kwargs: Any) -> None:
        shell: Any = self.shell
        shell.shown.add("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        shell: Any = self.shell
        shell.shown.clear()


class Shell(InteractiveShell):
    """See the module."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    shown = Shown()

    def run(self, source: str) -> BaseException | None:
        """Run one cell; the exception that ended it."""
        self.listen()
        result = self.run_cell(source, store_history=False)
        return result.error_before_exec or result.error_in_exec

    def listen(self) -> None:
        """What is shown from here on belongs to a new cell."""
        self.shown = Shown()
        sys.stdin = _Nobody()
        sys.stdout, sys.stderr = _Stream(self.shown, "stdout"), _Stream(self.shown, "stderr")

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.shown.error(getattr(etype, "__name__", str(etype)), in_words(evalue), stb)

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to show anything in: `%matplotlib` goes on without."""

    def ask_exit(self) -> None:
        """`exit()` and `quit()`."""
        self.shown.exits = True


def new_shell() -> Shell:
    """A shell with an empty `__main__`."""
    Shell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    shell = Shell.instance(config=config)
    module = types.ModuleType("__main__")  # classes of cells look here for themselves
    sys.modules["__main__"] = module
    shell.user_module = module
    shell.user_ns = vars(module)
    shell.init_user_ns()
    shell.colors = "NoColor"
    return shell


def in_words(error: BaseException) -> str:
    """An exception's message, whatever its class makes of it."""
    try:
        return " ".join(str(error).split())
    except Exception:
        return ""
