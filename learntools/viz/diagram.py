"""What the drawings of the lessons are made of: a stage, boxes and arrows.

figure, axes = stage(8.6, 2.5)
box(axes, 0.95, 0.65, "noise z")
arrow(axes, (1.72, 0.65), (2.22, 0.65))
"""

from __future__ import annotations

from typing import Any

from learntools.viz.canvas import INK, bare, new_figure

_WHITE = "#ffffff"


def stage(width: float, height: float) -> tuple[Any, Any]:
    """A figure of this size in inches, and axes that fill it, in inches too, with nothing drawn on them."""
    figure = new_figure(width, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.patch.set_visible(False)  # the paper shows through
    bare(axes)
    return figure, axes


def box(axes: Any, x: float, y: float, text: str, colour: str = INK, width: float = 1.5, filled: bool = False) -> None:
    """A rounded box centred on (x, y)."""
    from matplotlib.patches import FancyBboxPatch

    height = 0.62
    style = f"round,pad=0.02,rounding_size={0.12}"
    face = colour if filled else _WHITE
    corner = (x - width / 2, y - height / 2)
    axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle=style, fc=face, ec=colour, lw=1.6))
    axes.text(x, y, text, ha="center", va="center", color=_WHITE if filled else INK, fontsize=10, linespacing=1.15)


def arrow(axes: Any, start: tuple, end: tuple, colour: str = INK, style: str = "-", text: str = "") -> None:
    """An arrow from `start` to `end`, with a few words at its middle."""
    look = {"arrowstyle": "-|>", "color": colour, "lw": 1.6, "linestyle": style, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=end, xytext=start, arrowprops=look)
    if text:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 0.1)
        axes.text(*middle, text, ha="center", va="bottom", fontsize=9, color=colour)
