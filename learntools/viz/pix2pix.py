"""Drawings for the lesson on pix2pix.

show_u()                            # the encoder-decoder, and the U-Net with its skips
show_pairs_game()                   # who sees what: G the drawing, D the drawing beside the picture
show_patch(image, side=34)          # what one logit of a PatchGAN sees
"""

from __future__ import annotations

from typing import Any

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, PAPER, bare, new_figure, show
from learntools.viz.diagram import arrow, box, stage
from learntools.viz.images import to_pixels

SKIP = "#5b3a8c"


def show_u() -> None:
    """Two generators of four levels side by side: without skips, and with them."""
    figure, axes = stage(8.8, 3.1)
    for left, skips in ((0.25, False), (4.65, True)):
        _u(axes, left, skips)
        name = "U-Net: with skip connections" if skips else "encoder-decoder"
        axes.text(left + 1.95, 2.9, name, ha="center", va="center", fontsize=11, color=INK, weight="bold")
    show(
        figure,
        "Two generators side by side. Both go down from 64 pixels over 32, 16 and 8 to 4 at the bottom, and up again "
        "over 8, 16 and 32 to 64. In the encoder-decoder everything passes through the bottom; in the U-Net, skip "
        "connections lead from the 32, 16 and 8 of the way down straight to those of the way up.",
    )


def _u(axes: Any, left: float, skips: bool) -> None:
    """One of the two: a bar for what each layer makes, as tall as its images."""
    from matplotlib.patches import Rectangle

    sides = [1.75, 1.1, 0.65, 0.36, 0.18, 0.36, 0.65, 1.1, 1.75]
    sizes = [64, 32, 16, 8, 4, 8, 16, 32, 64]
    middle = 1.28
    for index, (side, size) in enumerate(zip(sides, sizes, strict=True)):
        x = left + index * 0.46
        colour = BLUE if index < 4 else ORANGE if index > 4 else INK
        axes.add_patch(Rectangle((x, middle - side / 2), 0.2, side, fc=colour, ec="none"))
        axes.text(x + 0.1, middle - side / 2 - 0.06, str(size), ha="center", va="top", fontsize=9, color=INK)
        if index < 8:
            arrow(axes, (x + 0.22, middle), (x + 0.45, middle), FAINT)
    if skips:
        for index in (1, 2, 3):
            start, end = left + index * 0.46 + 0.1, left + (8 - index) * 0.46 + 0.1
            height = middle + sides[index] / 2
            look = {"arrowstyle": "-|>", "color": SKIP, "lw": 1.6, "connectionstyle": f"arc3,rad={-0.1 - 0.07 * index}"}
            axes.annotate("", xy=(end, height + 0.02), xytext=(start, height + 0.02), arrowprops=look)
        axes.text(left + 1.94, 2.52, "skips", ha="center", va="center", fontsize=10, color=SKIP)
    axes.text(left + 0.8, 0.12, "way down", ha="center", va="center", fontsize=10, color=BLUE)
    axes.text(left + 1.94, 0.12, "bottom", ha="center", va="center", fontsize=10, color=INK)
    axes.text(left + 3.1, 0.12, "way up", ha="center", va="center", fontsize=10, color=ORANGE)


def show_pairs_game() -> None:
    """The game with a picture as its condition: the drawing goes into both players."""
    figure, axes = stage(8.6, 3.3)
    box(axes, 0.95, 1.7, "drawing x", SKIP, filled=True)
    box(axes, 2.95, 0.6, "generator G", ORANGE, filled=True)
    box(axes, 4.95, 0.6, "fake G(x)")
    box(axes, 4.95, 2.8, "true partner y")
    box(axes, 6.95, 1.7, "discriminator D", BLUE, filled=True, width=1.6)
    arrow(axes, (1.35, 1.36), (2.18, 0.78), SKIP)
    arrow(axes, (1.72, 1.7), (6.12, 1.7), SKIP)
    arrow(axes, (3.73, 0.6), (4.17, 0.6))
    arrow(axes, (5.73, 0.72), (6.5, 1.36))
    arrow(axes, (5.73, 2.72), (6.5, 2.04))
    arrow(axes, (4.95, 0.95), (4.95, 2.45), FAINT, "--")
    axes.text(4.87, 2.2, "L1: how far apart?", ha="right", va="center", fontsize=10, color=FAINT)
    arrow(axes, (7.78, 1.7), (8.02, 1.7))
    axes.text(8.05, 1.7, "logits", va="center", fontsize=10, color=INK)
    axes.text(3.0, 1.8, "D sees the drawing too", ha="center", va="bottom", fontsize=10, color=SKIP)
    show(
        figure,
        "The game with pairs: the drawing x goes into the generator G, which makes a fake G(x). The discriminator D "
        "gets the fake or the true partner y, and the drawing too, and gives logits. Between the fake and the true "
        "partner stands L1: how far are they apart?",
    )


def show_patch(image: Any, side: int, rows: int = 14, columns: int = 14) -> None:
    """An image with the square that one logit sees, and the grid of logits with that one marked.

    Args:
        image: (C, H, W).   side: of the square, in pixels.   rows, columns: of the grid.
    """
    from matplotlib.patches import Rectangle

    pixels = to_pixels(image)
    size = 2.6
    figure = new_figure(6.6, size + 0.55)
    whole = (6.6, size + 0.55)
    axes = figure.add_axes((0.2 / whole[0], 0.1 / whole[1], size / whole[0], size / whole[1]))
    axes.imshow(pixels, interpolation="nearest", cmap="gray", vmin=0, vmax=255)
    step = pixels.shape[0] / (rows + 2)
    row, column = rows // 3, columns // 2
    centre = (column + 1.5) * step - 0.5, (row + 1.5) * step - 0.5
    corner = centre[0] - side / 2, centre[1] - side / 2
    axes.add_patch(Rectangle(corner, side, side, fill=False, ec=BLUE, lw=2.5))
    axes.set_title(f"one logit sees {side}×{side} pixels", fontsize=10, color=BLUE, pad=4)
    bare(axes)
    grid = figure.add_axes((3.75 / whole[0], 0.1 / whole[1], size / whole[0], size / whole[1]))
    for i in range(rows):
        for j in range(columns):
            mine = (i, j) == (row, column)
            cell = Rectangle((j, i), 1, 1, fc=BLUE if mine else PAPER, ec=FAINT, lw=0.8)
            grid.add_patch(cell)
    grid.set_xlim(-0.1, columns + 0.1)
    grid.set_ylim(rows + 0.1, -0.1)
    grid.set_aspect("equal")
    grid.set_title(f"{rows}×{columns} logits", fontsize=10, color=INK, pad=4)
    bare(grid)
    show(
        figure,
        f"An image of {pixels.shape[0]} by {pixels.shape[1]} pixels, with a square of {side} by {side} pixels marked, "
        f"and beside it a grid of {rows} by {columns} logits: the one in row {row}, column {column} sees this square "
        "and nothing else.",
    )
