"""The paper that every figure of the course is drawn on: one set of colours, and one way onto the screen.

The paper is opaque and nearly white with dark ink, so that a figure reads the same on a light page and on a dark one.
matplotlib is imported where it is used: it costs half a second that a check should not wait for.
"""

from __future__ import annotations

import base64
import html
import io
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = "#f7f7f4"
INK = "#24292f"
FAINT = "#57606a"  # captions and grid lines
BLUE = "#0a5cad"  # where we look: the window
ORANGE = "#c2410c"  # what comes of it: the output
LARGEST = 60  # inches; a figure beyond it would not fit into the memory of a browser


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches on the course's paper; not yet known to pyplot's list of open figures."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=(min(width, LARGEST), min(height, LARGEST)), facecolor=PAPER, dpi=110)


def show(figure: Figure, alt: str) -> None:
    """Put `figure` on the screen (below the cell in a notebook, in a window elsewhere) and let go of it.

    Where there is no screen, nothing is shown and nothing is said: a warning would cost a graded cell its points.

    Args:
        figure: made by `new_figure`.
        alt: what is to be seen on it, in a sentence or two, for whoever cannot see it.
    """
    import matplotlib.pyplot as plt

    backend = plt.get_backend().lower()
    if "inline" in backend and in_notebook():
        plt.close(figure)
        if plt.get_fignums():
            plt.show()  # the learner's own figures that this cell has begun come first
        publish(*figure_output(figure, alt))
        return
    if backend != "agg" and not (sys.platform == "linux" and _without_screen(backend)):
        plt.show()
    plt.close(figure)


def _without_screen(backend: str) -> bool:
    inline = "inline" in backend or "ipympl" in backend
    return not inline and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


Output = tuple[dict[str, Any], dict[str, Any]]  # what a notebook keeps of an output: data and metadata, by MIME type


def figure_output(figure: Figure, alt: str) -> Output:
    """`figure` drawn in the formats that this notebook is set to, each with `alt`."""
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    data, metadata = shell.display_formatter.format(figure)
    if not any(kind.startswith("image/") for kind in data):  # before anybody has imported pyplot
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png", bbox_inches="tight")
        data["image/png"] = drawn.getvalue()
    if "image/png" in data:
        return png_output(data["image/png"], alt, metadata.get("image/png"))
    kinds = [kind for kind in data if kind.startswith("image/")]
    return {**data, "text/plain": one_line(alt)}, {kind: {"alt": one_line(alt)} for kind in kinds}


def png_output(png: bytes | str, alt: str, size: dict[str, Any] | None = None) -> Output:
    """A PNG (as bytes or in base64) with its alternative text in every place where something reads it.

    The metadata's `alt` is what Jupyter has agreed on, and nbconvert's template "classic" takes it. JupyterLab and
    nbconvert's template "lab" pass it over; both prefer HTML to PNG, so that a second copy of the picture as HTML is
    what a screen reader gets there. The PNG stays for programs that want a picture, and for PDF.

    Args:
        size: width and height in pixels of the page, for a picture with more dots than that.
    """
    alt = one_line(alt)
    code = png if isinstance(png, str) else base64.b64encode(png).decode()
    width = f' width="{size["width"]}"' if size and "width" in size else ""
    page = (
        f'<img alt="{html.escape(alt)}"{width} style="max-width:100%;height:auto" src="data:image/png;base64,{code}">'
    )
    return {"image/png": code, "text/html": page, "text/plain": alt}, {"image/png": {**(size or {}), "alt": alt}}


def publish(data: dict[str, Any], metadata: dict[str, Any], handle: Any = None) -> Any:
    """Show an output below the cell, or in the place of the one that `handle` shows; gives the handle for the next."""
    from IPython.display import display

    if handle is None:
        return display(data, metadata=metadata, raw=True, display_id=True)
    handle.update(data, metadata=metadata, raw=True)
    return handle


def in_notebook() -> bool:
    """Whether a kernel runs this, with a notebook (or something like it) to show pictures in."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def one_line(text: str) -> str:
    """The text without line breaks and repeated spaces."""
    return " ".join(text.split())


def bare(axes: Any) -> None:
    """Take away ticks and frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)
