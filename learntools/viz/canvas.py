"""The paper that every figure of the course is drawn on: one set of colours, and one way onto the screen.

The paper is opaque and nearly white with dark ink, so that a figure reads the same on a light page and on a dark one.
matplotlib is imported where it is used: it costs half a second that a check should not wait for.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = "#f7f7f4"
INK = "#24292f"
FAINT = "#6a737d"  # captions and grid lines
BLUE = "#0a5cad"  # where we look: the window
ORANGE = "#c2410c"  # what comes of it: the output
LARGEST = 60  # inches; a figure beyond it would not fit into the memory of a browser


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches on the course's paper; not yet known to pyplot's list of open figures."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=(min(width, LARGEST), min(height, LARGEST)), facecolor=PAPER, dpi=110)


def show(figure: Figure) -> None:
    """Put `figure` on the screen (below the cell in a notebook, in a window elsewhere) and let go of it.

    Where there is no screen, nothing is shown and nothing is said: a warning would cost a graded cell its points.
    """
    import matplotlib.pyplot as plt

    if plt.get_backend().lower() == "agg" or (sys.platform == "linux" and _without_screen()):
        plt.close(figure)
        return
    plt.show()
    plt.close(figure)


def _without_screen() -> bool:
    import matplotlib.pyplot as plt

    inline = "inline" in plt.get_backend().lower() or "ipympl" in plt.get_backend().lower()
    return not inline and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def bare(axes: Any) -> None:
    """Take away ticks and frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)
