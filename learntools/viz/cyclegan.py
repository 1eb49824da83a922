"""Drawings for the lesson on CycleGAN.

show_two_games()                    # G plays against D_b, F against D_a
show_two_loops()                    # a → G → F → a, and b → F → G → b
show_buffer()                       # fresh fakes go in, some older ones come out
show_flat({"name": (points, order)})    # points in the plane, coloured by where on the ring they began
"""

from __future__ import annotations

import math
from typing import Any

import torch

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, PAPER, bare, new_figure, show
from learntools.viz.diagram import arrow, box, stage

GREEN = "#1b6e3c"  # the generator back, F
PURPLE = "#5b3a8c"  # what ties a translation to its input


def show_two_games() -> None:
    """Two games side by side: each generator has a judge, and each judge knows one artist."""
    figure, axes = stage(8.6, 3.7)
    _game(axes, 2.75, "a", "b", "G", ORANGE)
    _game(axes, 0.9, "b", "a", "F", GREEN)
    axes.text(7.95, 2.75, "drawn by\nartist b?", va="center", ha="center", fontsize=10, color=BLUE)
    axes.text(7.95, 0.9, "drawn by\nartist a?", va="center", ha="center", fontsize=10, color=BLUE)
    show(
        figure,
        "Two games. In the first, generator G turns an emoji of artist a into a fake b, and the discriminator D_b sees "
        "fake and real b: drawn by artist b? In the second, generator F turns an emoji of b into a fake a, and D_a "
        "sees fake and real a: drawn by artist a?",
    )


def _game(axes: Any, y: float, source: str, target: str, name: str, colour: str) -> None:
    box(axes, 0.85, y, f"an emoji\nof {source}", width=1.2)
    box(axes, 2.6, y, f"generator {name}", colour, filled=True)
    box(axes, 4.4, y + 0.42, f"a fake {target}", width=1.2)
    box(axes, 4.4, y - 0.42, f"a real {target}", width=1.2)
    box(axes, 6.25, y, f"D_{target}", BLUE, filled=True, width=1.2)
    arrow(axes, (1.48, y), (1.82, y))
    arrow(axes, (3.38, y + 0.1), (3.77, y + 0.34))
    arrow(axes, (5.03, y + 0.36), (5.62, y + 0.12))
    arrow(axes, (5.03, y - 0.36), (5.62, y - 0.12))
    arrow(axes, (6.88, y), (7.3, y))


def show_two_loops() -> None:
    """The two round trips: each should end where it began."""
    figure, axes = stage(8.6, 3.1)
    for y, names, colours in ((2.3, ("a", "G", "G(a)", "F", "F(G(a))"), (ORANGE, GREEN)),
                              (0.95, ("b", "F", "F(b)", "G", "G(F(b))"), (GREEN, ORANGE))):  # fmt: skip
        for i, name in enumerate(names):
            generator = i % 2 == 1
            colour = colours[i // 2] if generator else INK
            box(axes, 0.95 + 1.68 * i, y, name, colour, filled=generator, width=1.15)
            if i:
                arrow(axes, (0.95 + 1.68 * i - 1.07, y), (0.95 + 1.68 * i - 0.61, y))
        arrow(axes, (0.95, y - 0.56), (0.95, y - 0.33), PURPLE)
        arrow(axes, (7.67, y - 0.56), (7.67, y - 0.33), PURPLE)
        axes.plot([0.95, 7.67], [y - 0.56] * 2, color=PURPLE, lw=1.6, linestyle="--")
        words = {"ha": "center", "va": "center", "fontsize": 10, "color": PURPLE, "backgroundcolor": PAPER}
        axes.text(4.31, y - 0.56, "should be the same again", **words)
    show(
        figure,
        "Two round trips. From a through G to G(a) and through F to F(G(a)), which should be the same as a again. From "
        "b through F to F(b) and through G to G(F(b)), which should be the same as b again.",
    )


def show_buffer() -> None:
    """A full buffer: a coin decides for each fresh fake whether it changes places with an older one."""
    figure, axes = stage(8.6, 2.5)
    box(axes, 0.95, 1.7, "a fresh fake", ORANGE, width=1.4)
    box(axes, 3.1, 1.7, "a coin", PURPLE, filled=True, width=1.0)
    box(axes, 7.6, 1.7, "the judge", BLUE, filled=True, width=1.3)
    arrow(axes, (1.68, 1.7), (2.57, 1.7))
    arrow(axes, (3.63, 1.7), (6.92, 1.7), text="heads: the fresh fake itself")
    for i in range(8):
        box(axes, 3.2 + 0.38 * i, 0.55, "", FAINT if i != 5 else PURPLE, width=0.26)
    axes.text(2.85, 0.55, "the buffer, 50 older fakes", ha="right", va="center", fontsize=10, color=INK)
    arrow(axes, (3.1, 1.36), (4.95, 0.92), PURPLE, "--")
    arrow(axes, (5.25, 0.92), (7.3, 1.36), PURPLE, "--")
    axes.text(6.6, 0.72, "tails: they change places", ha="left", va="center", fontsize=9, color=PURPLE)
    show(
        figure,
        "A fresh fake comes to a coin. Heads: the fresh fake itself goes to the judge. Tails: it changes places with "
        "one of the 50 older fakes in the buffer, and the older one goes to the judge.",
    )


def show_flat(clouds: dict[str, tuple[Any, Any]]) -> None:
    """Points in the plane, one panel for each cloud; the colour says where on the ring a point began.

    Args:
        clouds: caption → (points (N, 2), angles (N,) that become colours, or None for points without an origin).
    """
    size = 2.1
    figure = new_figure(size * len(clouds) + 0.2, size + 0.35)
    for index, (caption, (points, origin)) in enumerate(clouds.items()):
        points = torch.as_tensor(points).detach().cpu()
        width = size * len(clouds) + 0.2
        place = ((0.1 + index * size) / width, 0.02, (size - 0.1) / width, size / (size + 0.35) - 0.03)
        axes = figure.add_axes(place)
        axes.set_facecolor(PAPER)
        if origin is None:
            axes.scatter(points[:, 0], points[:, 1], s=7, color=FAINT, linewidths=0)
        else:
            angle = torch.as_tensor(origin).detach().cpu()
            look = {"s": 7, "linewidths": 0, "cmap": "hsv", "vmin": -math.pi, "vmax": math.pi}
            axes.scatter(points[:, 0], points[:, 1], c=angle, **look)
        axes.set_xlim(-1.6, 1.6)
        axes.set_ylim(-1.5, 1.5)
        axes.set_title(caption, fontsize=10, color=INK, pad=2)
        bare(axes)
    said = " ".join(map(_cloud_in_words, clouds, clouds.values()))
    show(figure, f"Points in the plane, side by side. {said}")


def _cloud_in_words(caption: str, cloud: tuple[Any, Any]) -> str:
    points = torch.as_tensor(cloud[0]).detach().cpu().float()
    if not len(points):
        return f"{caption}: no points."
    (x, y), (wide, high) = points.mean(0).tolist(), (points.amax(0) - points.amin(0)).tolist()
    coloured = "" if cloud[1] is None else ", coloured by where on the ring they began"
    return f"{caption}: {len(points)} points around ({x:.1f}, {y:.1f}), {wide:.1f} wide and {high:.1f} high{coloured}."
