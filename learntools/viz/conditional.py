"""Drawings for the lesson on conditional generative adversarial networks.

show_conditional_game()                 # the label goes into both players
show_projection()                       # how D compares an image with its label
show_rings({"name": (points, labels)})   # points in the plane, coloured by their label
"""

from __future__ import annotations

import math
from typing import Any

import torch

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, PAPER, bare, new_figure, show
from learntools.viz.diagram import arrow, box, stage

LABEL = "#5b3a8c"  # the label, wherever it goes
_TEN = (
    "#0a5cad",
    "#c2410c",
    "#2f7d32",
    "#8e3b9e",
    "#8a6d00",
    "#00818a",
    "#b3123f",
    "#57606a",
    "#6a9a1f",
    "#3b3bb3",
)


def show_conditional_game() -> None:
    """Lesson 03's game with the label in it: G is told what to draw, D what an image claims to show."""
    figure, axes = stage(8.6, 3.35)
    box(axes, 0.95, 0.65, "noise z\n64 numbers")
    box(axes, 0.95, 1.72, "label y\n“boot”", LABEL, filled=True)
    box(axes, 3.0, 0.65, "generator G", ORANGE, filled=True)
    box(axes, 5.0, 0.65, "a fake boot")
    box(axes, 5.0, 2.8, "a real boot")
    box(axes, 6.95, 1.72, "discriminator D", BLUE, filled=True, width=1.6)
    arrow(axes, (1.72, 0.65), (2.22, 0.65))
    arrow(axes, (3.78, 0.65), (4.22, 0.65))
    arrow(axes, (5.78, 0.72), (6.5, 1.38))
    arrow(axes, (5.78, 2.74), (6.5, 2.06))
    arrow(axes, (7.78, 1.72), (8.1, 1.72))
    arrow(axes, (1.72, 1.5), (2.5, 1.0), LABEL)
    arrow(axes, (1.72, 1.72), (6.12, 1.72), LABEL)
    axes.text(8.14, 1.72, "score", va="center", fontsize=10, color=INK)
    axes.text(3.9, 1.82, "the same label goes to both", ha="center", va="bottom", fontsize=10, color=LABEL)
    axes.text(7.05, 1.12, "Real? And a boot?", ha="left", fontsize=10, color=BLUE)
    show(
        figure,
        "The game with a label: 64 numbers of noise z and the label “boot” go into the generator G, which makes a fake "
        "boot. The discriminator D gets a fake boot or a real one, and the same label, and gives a score that answers: "
        "is it real, and is it a boot?",
    )


def show_projection() -> None:
    """The score as a sum: how real the image looks, and how well what D sees agrees with the label's own row."""
    figure, axes = stage(8.6, 2.7)
    box(axes, 0.85, 1.9, "image x")
    box(axes, 0.85, 0.6, "label y", LABEL, filled=True)
    box(axes, 2.9, 1.9, "features\n3,136 numbers", BLUE, width=1.7)
    box(axes, 2.9, 0.6, "embedding\n3,136 numbers", LABEL, width=1.7)
    box(axes, 5.3, 1.9, "head\n“does it look real?”", width=1.9)
    box(axes, 5.3, 0.6, "multiply, add up\n“does it fit?”", width=1.9)
    box(axes, 7.6, 1.25, "score", BLUE, filled=True, width=1.1)
    arrow(axes, (1.62, 1.9), (2.02, 1.9))
    arrow(axes, (1.62, 0.6), (2.02, 0.6), LABEL)
    arrow(axes, (3.78, 1.9), (4.32, 1.9))
    arrow(axes, (3.78, 0.6), (4.32, 0.6), LABEL)
    arrow(axes, (3.78, 1.7), (4.35, 0.93))
    arrow(axes, (6.28, 1.8), (7.02, 1.4))
    arrow(axes, (6.28, 0.7), (7.02, 1.1))
    axes.text(6.72, 1.25, "+", ha="center", va="center", fontsize=13, color=INK)
    show(
        figure,
        "How D makes its score. The image becomes 3,136 features, and a head turns these into a number: does it look "
        "real? The label becomes an embedding of 3,136 numbers, which is multiplied with the features and added up: "
        "does it fit? The score is the sum of the two.",
    )


def show_rings(clouds: dict[str, tuple[Any, Any]]) -> None:
    """Points in the plane, one panel for each cloud; colour and number are the label.

    Args:
        clouds: caption → (points (N, 2), labels (N,) from 0 to 9).
    """
    size = 2.75
    figure = new_figure(size * len(clouds) + 0.2, size + 0.35)
    for index, (caption, (points, labels)) in enumerate(clouds.items()):
        points, labels = torch.as_tensor(points).detach().cpu(), torch.as_tensor(labels).cpu()
        left = (0.1 + index * size) / (size * len(clouds) + 0.2)
        box = (left, 0.02, (size - 0.1) / (size * len(clouds) + 0.2), size / (size + 0.35) - 0.03)
        axes = figure.add_axes(box)
        axes.set_facecolor(PAPER)
        for label in range(10):
            mine = points[labels == label]
            if len(mine):
                axes.scatter(mine[:, 0], mine[:, 1], s=9, color=_TEN[label], alpha=0.8, linewidths=0)
        for label in range(10):
            angle = label * 2 * math.pi / 10
            axes.text(
                1.62 * math.cos(angle),
                1.62 * math.sin(angle),
                str(label),
                ha="center",
                va="center",
                fontsize=10,
                weight="bold",
                color=_TEN[label],
            )
        axes.set_xlim(-1.85, 1.85)
        axes.set_ylim(-1.85, 1.85)
        axes.set_aspect("equal")
        axes.set_title(caption, fontsize=10, color=INK, pad=2)
        axes.plot([0], [0], marker="+", color=FAINT, markersize=6)
        bare(axes)
    said = " ".join(map(_ring_in_words, clouds, clouds.values()))
    show(figure, f"Points in the plane, coloured by their label. {said}")


def _ring_in_words(caption: str, cloud: tuple[Any, Any]) -> str:
    """How many points lie nearest to the place of their own label, which stands on a ring like the hours of a clock."""
    points, labels = torch.as_tensor(cloud[0]).detach().cpu().float(), torch.as_tensor(cloud[1]).cpu()
    nearest = (torch.atan2(points[:, 1], points[:, 0]) / (2 * math.pi / 10)).round().long() % 10
    return f"{caption}: {int((nearest == labels).sum())} of {len(points)} points lie in the direction of their label."
