"""Drawings for the lesson on object removal.

show_remover()                              # what goes in, what is painted, and how the two are put together
show_fills({"as it is": {...}, ...})        # L1 inside of the masks as bars, for each kind of cover
"""

from __future__ import annotations

from collections.abc import Mapping

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, PAPER, new_figure, show
from learntools.viz.diagram import arrow, box, stage

HOLE = "#5b3a8c"
_SHADES = ("#8b9097", "#b9a27e", "#7c9a86", BLUE, ORANGE)


def show_remover() -> None:
    """The network with its mask channel: four channels in, four out, and what is known goes round it."""
    figure, axes = stage(8.8, 2.8)
    box(axes, 1.0, 1.95, "picture with\nan empty hole", INK, width=1.6)
    box(axes, 1.0, 0.75, "mask: the hole", HOLE, width=1.6)
    box(axes, 3.35, 1.35, "U-Net\n4 → 4 channels", ORANGE, width=1.7, filled=True)
    box(axes, 5.55, 1.95, "colours", ORANGE, width=1.3)
    box(axes, 5.55, 0.75, "its own mask", HOLE, width=1.3)
    box(axes, 7.75, 1.35, "picture, painted\nwhere the mask is 1", BLUE, width=1.6)
    arrow(axes, (1.83, 1.8), (2.45, 1.5))
    arrow(axes, (1.83, 0.9), (2.45, 1.2), HOLE)
    arrow(axes, (4.25, 1.5), (4.87, 1.8))
    arrow(axes, (4.25, 1.2), (4.87, 0.9), HOLE)
    arrow(axes, (6.23, 1.8), (6.9, 1.5))
    arrow(axes, (6.23, 0.9), (6.9, 1.2), HOLE, "--")
    for y, far, end, colour, words in (
        (2.28, 2.55, 1.68, INK, "what is known"),
        (0.42, 0.2, 1.02, HOLE, "the told mask, where there is one; else its own"),
    ):
        axes.plot([1.0, 1.0, 7.75], [y, far, far], color=colour, lw=1.6, solid_capstyle="butt")
        arrow(axes, (7.75, far), (7.75, end), colour)
        axes.text(
            4.4, far, words, ha="center", va="center", fontsize=9.5, color=colour, bbox={"fc": PAPER, "ec": "none"}
        )
    show(
        figure,
        "The picture with an empty hole and the mask go into a U-Net as four channels. It gives three channels of "
        "colours and a mask of its own. The result is the known picture, painted with these colours where the mask is "
        "1: the told mask where there is one, and else the network's own.",
    )


def show_fills(measured: Mapping[str, Mapping[str, float]]) -> None:
    """Bars of L1 inside of the masks: a group for each kind of cover, a bar for each way to fill.

    measured: way → kind of cover → L1 inside.
    """
    kinds = list(next(iter(measured.values())))
    figure = new_figure(8.4, 2.9)
    axes = figure.add_axes((0.07, 0.13, 0.68, 0.8))
    width = 0.8 / len(measured)
    for i, (name, row) in enumerate(measured.items()):
        places = [k - 0.4 + (i + 0.5) * width for k in range(len(kinds))]
        bars = axes.bar(
            places, [row[kind] for kind in kinds], width * 0.92, color=_SHADES[i % len(_SHADES)], label=name
        )
        axes.bar_label(bars, fmt="%.2f", fontsize=8.5, color=INK, padding=1)
    axes.set_xticks(range(len(kinds)), kinds, fontsize=10, color=INK)
    axes.set_ylabel("L1 inside", fontsize=9.5, color=INK)
    axes.tick_params(colors=FAINT, labelsize=9)
    axes.tick_params(axis="x", colors=INK, length=0)
    axes.set_facecolor(PAPER)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.legend(loc="center left", bbox_to_anchor=(0.77, 0.55), fontsize=9.5, frameon=False, labelcolor=INK)
    said = "; ".join(
        f"{name}: " + ", ".join(f"{kind} {row[kind]:.2f}" for kind in kinds) for name, row in measured.items()
    )
    show(figure, f"L1 inside of the masks, as bars for each kind of cover. {said}.")
