"""Drawings for the lessons on generative adversarial networks.

show_gan_game()             # noise → G → fakes; real images and fakes → D → a score
show_steps()                # who moves in which step, and where the gradient runs
"""

from __future__ import annotations

from typing import Any

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, bare, new_figure, show

_WHITE = "#ffffff"


def _stage(width: float, height: float) -> tuple[Any, Any]:
    figure = new_figure(width, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.patch.set_visible(False)  # the paper shows through
    bare(axes)
    return figure, axes


def _box(axes: Any, x: float, y: float, text: str, colour: str = INK, width: float = 1.5, filled: bool = False) -> None:
    """A rounded box centred on (x, y)."""
    from matplotlib.patches import FancyBboxPatch

    height = 0.62
    style = f"round,pad=0.02,rounding_size={0.12}"
    face = colour if filled else _WHITE
    corner = (x - width / 2, y - height / 2)
    axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle=style, fc=face, ec=colour, lw=1.6))
    axes.text(x, y, text, ha="center", va="center", color=_WHITE if filled else INK, fontsize=10, linespacing=1.15)


def _arrow(axes: Any, start: tuple, end: tuple, colour: str = INK, style: str = "-", text: str = "") -> None:
    arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1.6, "linestyle": style, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=end, xytext=start, arrowprops=arrow)
    if text:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 0.1)
        axes.text(*middle, text, ha="center", va="bottom", fontsize=9, color=colour)


def show_gan_game() -> None:
    """The two players: G turns noise into fakes, D scores real images and fakes."""
    figure, axes = _stage(8.6, 2.5)
    _box(axes, 0.95, 0.65, "noise z\n64 numbers")
    _box(axes, 3.0, 0.65, "generator G", ORANGE, filled=True)
    _box(axes, 5.0, 0.65, "a fake\n28×28")
    _box(axes, 5.0, 1.85, "a real image\n28×28")
    _box(axes, 6.95, 1.25, "discriminator D", BLUE, filled=True, width=1.6)
    _arrow(axes, (1.72, 0.65), (2.22, 0.65))
    _arrow(axes, (3.78, 0.65), (4.22, 0.65))
    _arrow(axes, (5.78, 0.68), (6.3, 0.92))
    _arrow(axes, (5.78, 1.82), (6.3, 1.58))
    _arrow(axes, (7.78, 1.25), (8.1, 1.25))
    axes.text(8.14, 1.25, "score", va="center", fontsize=10, color=INK)
    axes.text(1.98, 1.62, "G wants a high score for its fakes", ha="center", fontsize=10, color=ORANGE)
    axes.text(6.95, 2.2, "D wants real high, fake low", ha="center", fontsize=10, color=BLUE)
    show(figure)


def show_steps() -> None:
    """The two steps, one above the other: the dashed line is the way that the gradient takes back."""
    figure, axes = _stage(8.6, 4.1)
    _step(axes, 3.2, "D's step", "D moves", BLUE, cut=True)
    _step(axes, 1.1, "G's step", "G moves", ORANGE, cut=False)
    show(figure)


def _step(axes: Any, y: float, name: str, who: str, colour: str, cut: bool) -> None:
    axes.text(0.15, y + 0.62, f"{name}: {who}", fontsize=11, weight="bold", color=colour)
    _box(axes, 0.9, y, "z", width=0.9)
    _box(axes, 2.6, y, "G", ORANGE, width=1.2, filled=True)
    _box(axes, 4.4, y, "fakes" if not cut else "fakes,\nand real", width=1.2)
    _box(axes, 6.2, y, "D", BLUE, width=1.2, filled=True)
    _box(axes, 7.8, y, "loss", width=0.9)
    for start, end in ((1.37, 1.97), (3.23, 3.77), (5.03, 5.57), (6.83, 7.32)):
        _arrow(axes, (start, y), (end, y))
    back = y - 0.62
    _arrow(axes, (7.8, back), (6.2 if cut else 2.6, back), colour, "--")
    if cut:
        axes.text(
            3.5, back, "✂ detach: no gradient beyond this point", ha="center", va="center", fontsize=9, color=FAINT
        )
        axes.text(6.2, back - 0.2, "gradient", ha="center", va="center", fontsize=9, color=colour)
    else:
        axes.text(4.4, back - 0.2, "gradient, through D and into G", ha="center", va="center", fontsize=9, color=colour)
