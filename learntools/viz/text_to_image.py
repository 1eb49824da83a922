"""Drawings for the lesson on text to image.

show_stages()                       # from the sentence over the code and the sketch to the picture
show_three_pairs()                  # what a matching-aware discriminator accepts, and what it refuses
show_codes({"a": (mean, sigma)})    # sentences as points, and as clouds
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, bare, new_figure, show
from learntools.viz.diagram import arrow, box, stage

WORD = "#5b3a8c"  # a sentence, wherever it goes


def show_stages() -> None:
    """Both stages: the sentence goes into each of them, and the sketch of the first into the second."""
    figure, axes = stage(8.8, 3.5)
    box(axes, 0.95, 2.85, "sentence", WORD, filled=True)
    box(axes, 3.0, 2.85, "text encoder", WORD)
    box(axes, 5.15, 2.85, "code\nmean + noise", WORD, width=1.6)
    box(axes, 0.95, 0.75, "noise z")
    box(axes, 3.0, 0.75, "stage I", ORANGE, filled=True)
    box(axes, 4.9, 0.75, "sketch\n16×16", width=1.2)
    box(axes, 6.55, 0.75, "stage II", ORANGE, filled=True)
    box(axes, 8.15, 0.75, "picture\n64×64", width=1.1)
    arrow(axes, (1.73, 2.85), (2.22, 2.85), WORD)
    arrow(axes, (3.78, 2.85), (4.32, 2.85), WORD)
    arrow(axes, (1.73, 0.75), (2.22, 0.75))
    arrow(axes, (3.78, 0.75), (4.27, 0.75))
    arrow(axes, (5.53, 0.75), (5.77, 0.75))
    arrow(axes, (7.33, 0.75), (7.57, 0.75))
    arrow(axes, (4.85, 2.5), (3.3, 1.1), WORD)
    arrow(axes, (5.45, 2.5), (6.4, 1.1), WORD)
    arrow(axes, (2.8, 2.5), (2.8, 1.1), WORD, "--")
    arrow(axes, (3.6, 2.5), (6.0, 1.1), WORD, "--")
    axes.text(2.7, 1.9, "each word", ha="right", va="center", fontsize=9, color=WORD)
    axes.text(6.15, 1.9, "one code for the sentence", ha="left", va="center", fontsize=9, color=WORD)
    axes.text(3.0, 0.25, "rough shape and colour", ha="center", va="center", fontsize=9, color=FAINT)
    axes.text(6.55, 0.25, "what is still missing", ha="center", va="center", fontsize=9, color=FAINT)
    show(
        figure,
        "The generator's two stages. A sentence goes through the text encoder, and becomes a code, a mean with noise "
        "added. The code, the words and noise z go into stage I, which paints a sketch of 16×16 pixels: rough shape "
        "and colour. The sketch, the code and the words go into stage II, which paints the picture of 64×64.",
    )


def show_three_pairs() -> None:
    """The three kinds of pairs that a matching-aware discriminator is shown."""
    figure, axes = stage(8.6, 3.0)
    rows = (
        (2.45, "real image", INK, "its own sentence", "real, and it fits: accept", BLUE),
        (1.5, "real image", INK, "another's sentence", "real, but it does not fit: refuse", ORANGE),
        (0.55, "fake", ORANGE, "its own sentence", "fits perhaps, but is not real: refuse", ORANGE),
    )
    for y, image, edge, sentence, verdict, colour in rows:
        box(axes, 0.95, y, image, edge, filled=edge == ORANGE)
        box(axes, 2.9, y, sentence, WORD, width=1.8)
        arrow(axes, (3.9, y), (4.45, y))
        axes.text(6.15, y, verdict, ha="left", va="center", fontsize=10, color=colour)
        arrow(axes, (5.6, y), (6.05, y))
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((4.5, 0.2), 1.05, 2.6, fc=BLUE, ec="none"))
    axes.text(5.02, 1.5, "D", ha="center", va="center", fontsize=16, color="#ffffff", weight="bold")
    show(
        figure,
        "Three kinds of pairs before the discriminator D. A real image with its own sentence: accept. A real image "
        "with another's sentence: refuse, for it does not fit. A fake with its own sentence: refuse, for it is not "
        "real.",
    )


def show_codes(sentences: Mapping[str, tuple[Any, Any]], draws: int = 150) -> None:
    """Sentences as single points on the left, and as clouds of codes on the right.

    Args:
        sentences: name → (mean (2,), sigma (2,)).   draws: codes in a cloud.
    """
    figure = new_figure(7.4, 3.3)
    random = torch.Generator().manual_seed(0)
    colours = (BLUE, ORANGE, WORD, INK)
    for place, (title, count) in enumerate((("one point for each sentence", 1), ("a cloud for each sentence", draws))):
        axes = figure.add_axes((0.02 + 0.5 * place, 0.03, 0.46, 0.84))
        for (name, (mean, sigma)), colour in zip(sentences.items(), colours, strict=False):
            mean, sigma = torch.as_tensor(mean), torch.as_tensor(sigma)
            points = mean + (sigma * torch.randn(count, 2, generator=random) if count > 1 else 0 * mean[None])
            axes.scatter(points[:, 0], points[:, 1], s=60 if count == 1 else 9, color=colour, alpha=0.8, lw=0)
            at = float(mean[0]), float(mean[1]) + 0.25
            paper = {"facecolor": "white", "alpha": 0.85, "lw": 0, "pad": 1.5}  # so that no dot crosses the name
            axes.text(*at, name, ha="center", fontsize=9, color=INK, zorder=5, bbox=paper)
        axes.set_xlim(-3, 3)
        axes.set_ylim(-3, 3)
        axes.set_title(title, fontsize=10, color=FAINT, pad=4)
        bare(axes)
    show(
        figure,
        f"{len(sentences)} sentences as codes of two numbers: {', '.join(sentences)}. On the left each is a single "
        f"point with nothing between them; on the right each is a cloud of {draws} points, and the clouds nearly "
        "touch.",
    )
