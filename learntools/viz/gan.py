"""Drawings for the lessons on generative adversarial networks.

show_gan_game()             # noise → G → fakes; real images and fakes → D → a score
show_steps()                # who moves in which step, and where the gradient runs
"""

from __future__ import annotations

from typing import Any

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, show
from learntools.viz.diagram import arrow, box, stage


def show_gan_game() -> None:
    """The two players: G turns noise into fakes, D scores real images and fakes."""
    figure, axes = stage(8.6, 2.5)
    box(axes, 0.95, 0.65, "noise z\n64 numbers")
    box(axes, 3.0, 0.65, "generator G", ORANGE, filled=True)
    box(axes, 5.0, 0.65, "a fake\n28×28")
    box(axes, 5.0, 1.85, "a real image\n28×28")
    box(axes, 6.95, 1.25, "discriminator D", BLUE, filled=True, width=1.6)
    arrow(axes, (1.72, 0.65), (2.22, 0.65))
    arrow(axes, (3.78, 0.65), (4.22, 0.65))
    arrow(axes, (5.78, 0.68), (6.3, 0.92))
    arrow(axes, (5.78, 1.82), (6.3, 1.58))
    arrow(axes, (7.78, 1.25), (8.1, 1.25))
    axes.text(8.14, 1.25, "score", va="center", fontsize=10, color=INK)
    axes.text(1.98, 1.62, "G wants a high score for its fakes", ha="center", fontsize=10, color=ORANGE)
    axes.text(6.95, 2.2, "D wants real high, fake low", ha="center", fontsize=10, color=BLUE)
    show(
        figure,
        "The two players: 64 numbers of noise z go into the generator G, which makes a fake of 28×28 pixels. The fake "
        "and a real image go into the discriminator D, which gives a score. G wants a high score for its fakes; D "
        "wants real images high and fakes low.",
    )


def show_steps() -> None:
    """The two steps, one above the other: the dashed line is the way that the gradient takes back."""
    figure, axes = stage(8.6, 4.1)
    _step(axes, 3.2, "D's step", "D moves", BLUE, cut=True)
    _step(axes, 1.1, "G's step", "G moves", ORANGE, cut=False)
    show(
        figure,
        "Two steps, one above the other, each from z through G to fakes and through D to the loss. In D's step, where "
        "real images come in too, the gradient runs from the loss back into D, where detach cuts it off. In G's step "
        "it runs back through D and into G, and only G moves.",
    )


def _step(axes: Any, y: float, name: str, who: str, colour: str, cut: bool) -> None:
    axes.text(0.15, y + 0.62, f"{name}: {who}", fontsize=11, weight="bold", color=colour)
    box(axes, 0.9, y, "z", width=0.9)
    box(axes, 2.6, y, "G", ORANGE, width=1.2, filled=True)
    box(axes, 4.4, y, "fakes" if not cut else "fakes,\nand real", width=1.2)
    box(axes, 6.2, y, "D", BLUE, width=1.2, filled=True)
    box(axes, 7.8, y, "loss", width=0.9)
    for start, end in ((1.37, 1.97), (3.23, 3.77), (5.03, 5.57), (6.83, 7.32)):
        arrow(axes, (start, y), (end, y))
    back = y - 0.62
    arrow(axes, (7.8, back), (6.2 if cut else 2.6, back), colour, "--")
    if cut:
        axes.text(
            3.5, back, "✂ detach: no gradient beyond this point", ha="center", va="center", fontsize=9, color=FAINT
        )
        axes.text(6.2, back - 0.2, "gradient", ha="center", va="center", fontsize=9, color=colour)
    else:
        axes.text(4.4, back - 0.2, "gradient, through D and into G", ha="center", va="center", fontsize=9, color=colour)
