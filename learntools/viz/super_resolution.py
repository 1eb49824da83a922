"""Drawings for the lesson on super-resolution.

show_srresnet()                         # where an SRResNet thinks, and where it enlarges
show_shuffle()                          # four channels become squares of 2×2 pixels
show_trade_off({"bicubic": (20, 0.5)})  # near to the truth, or looking like it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, PAPER, new_figure, show
from learntools.viz.diagram import arrow, stage

SKIP = "#5b3a8c"
GREEN = "#1a7f37"
FOUR = (BLUE, ORANGE, SKIP, GREEN)


def show_srresnet() -> None:
    """The network from the small image to the large one: a bar for what each part makes, as tall as its images."""
    from matplotlib.patches import Rectangle

    figure, axes = stage(8.8, 2.9)
    middle, x = 1.45, 0.35
    parts = [
        ("x", 0.5, INK, "16"),
        ("conv", 0.5, BLUE, "16"),
        ("block", 0.5, BLUE, "16"),
        ("…", 0.5, BLUE, "16"),
        ("block", 0.5, BLUE, "16"),
        ("conv", 0.5, BLUE, "16"),
        ("sub-pixel", 1.0, ORANGE, "32"),
        ("sub-pixel", 2.0, ORANGE, "64"),
        ("conv", 2.0, ORANGE, "64"),
    ]
    places = []
    for index, (name, side, colour, size) in enumerate(parts):
        axes.add_patch(Rectangle((x, middle - side / 2), 0.34, side, fc=colour, ec="none"))
        axes.text(x + 0.17, middle - side / 2 - 0.07, size, ha="center", va="top", fontsize=9, color=INK)
        axes.text(x + 0.17, middle + side / 2 + 0.06, name, ha="center", va="bottom", fontsize=9, color=colour)
        places.append(x)
        if index < len(parts) - 1:
            arrow(axes, (x + 0.38, middle), (x + 0.76, middle), FAINT)
        x += 0.8
    begin, end, high = places[1] + 0.56, places[6] - 0.24, middle + 0.72  # around the labels
    axes.plot([begin, begin, end], [middle + 0.03, high, high], color=SKIP, lw=1.6)
    arrow(axes, (end, high), (end, middle + 0.05), SKIP)
    axes.text((begin + end) / 2, high + 0.06, "skip", ha="center", fontsize=10, color=SKIP)
    arrow(axes, (x - 0.42, middle), (x - 0.06, middle), FAINT)
    axes.text(x + 0.02, middle, "what is\nmissing", va="center", fontsize=10, color=INK)
    axes.text(1.9, 0.3, "thinking, at the small size", ha="center", fontsize=10, color=BLUE)
    axes.text(places[7] - 0.3, 0.1, "enlarging, at the end", ha="center", fontsize=10, color=ORANGE)
    show(
        figure,
        "An SRResNet. The small image x of 16 by 16 pixels goes through a convolution, a row of residual blocks and "
        "another convolution, all at 16 by 16, with a skip around the blocks. Then two sub-pixel layers enlarge it to "
        "32 and to 64, and a last convolution gives what is missing in the enlargement.",
    )


def show_shuffle() -> None:
    """Four channels of 2×3 places, and the 4×6 pixels that they become."""
    from matplotlib.patches import Rectangle

    figure, axes = stage(8.2, 2.75)
    side, rows, columns = 0.42, 2, 3
    for channel, colour in enumerate(FOUR):
        left, top = 0.3 + channel * 1.02, 2.2 - channel * 0.16
        for row in range(rows):
            for column in range(columns):
                corner = left + column * side * 0.72, top - (row + 1) * side * 0.72
                axes.add_patch(Rectangle(corner, side * 0.72, side * 0.72, fc=colour, ec=PAPER, lw=1.2))
        text = f"channel {channel}"
        axes.text(left + 0.45, top + 0.05, text, ha="center", va="bottom", fontsize=9, color=colour)
    arrow(axes, (4.45, 1.5), (5.05, 1.5), INK, text="")
    left, top = 5.25, 2.35
    for row in range(2 * rows):
        for column in range(2 * columns):
            colour = FOUR[2 * (row % 2) + column % 2]
            corner = left + column * side, top - (row + 1) * side
            axes.add_patch(Rectangle(corner, side, side, fc=colour, ec=PAPER, lw=1.2))
    for row in range(rows):
        for column in range(columns):
            corner = left + 2 * column * side, top - 2 * (row + 1) * side
            axes.add_patch(Rectangle(corner, 2 * side, 2 * side, fill=False, ec=INK, lw=1.6))
    axes.text(2.2, 0.35, "4 channels of 2×3", ha="center", fontsize=10, color=INK)
    axes.text(left + 3 * side, 0.35, "1 channel of 4×6", ha="center", fontsize=10, color=INK)
    show(
        figure,
        "A pixel shuffle. On the left four channels of 2 by 3 places, each in a colour of its own. On the right one "
        "channel of 4 by 6 pixels: each place has become a square of 2 by 2, with channel 0 at its upper left, 1 at "
        "its upper right, 2 at its lower left and 3 at its lower right.",
    )


def show_trade_off(methods: Mapping[str, tuple[float, float]], between: Sequence[tuple[float, float]] = ()) -> None:
    """Methods in the plane of PSNR (higher is nearer) and perceptual distance (lower looks more alike).

    Args:
        methods: name → (PSNR in dB, perceptual distance).
        between: the same of images between two of them, drawn as a line.
    """
    figure = new_figure(6.4, 3.6)
    axes: Any = figure.add_axes((0.15, 0.17, 0.81, 0.77))
    axes.set_facecolor(PAPER)
    if between:
        axes.plot(*zip(*between, strict=True), "-o", color=FAINT, ms=3, lw=1.4)
    top = max(alike for _, alike in methods.values())
    for index, (name, (near, alike)) in enumerate(methods.items()):
        axes.plot(near, alike, "o", ms=9, color=FOUR[index % 4])
        beside = (0, 10) if alike == top else (0, -20)  # away from the line
        axes.annotate(name, (near, alike), beside, textcoords="offset points", ha="center", fontsize=10, color=INK)
    axes.margins(x=0.3, y=0.3)
    axes.locator_params(nbins=5)
    axes.set_xlabel("PSNR in dB: to the right is nearer to the truth", fontsize=10, color=INK)
    axes.set_ylabel("perceptual distance", fontsize=10, color=INK)
    axes.tick_params(colors=INK, labelsize=9)
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    told = "; ".join(f"{name}: {near:.2f} dB, {alike:.3f}" for name, (near, alike) in methods.items())
    line = f" A line joins {len(between)} mixtures of two of them." if between else ""
    show(figure, f"Methods by PSNR (to the right is nearer) and perceptual distance (below looks alike). {told}.{line}")
