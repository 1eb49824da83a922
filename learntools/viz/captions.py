"""Drawings for the lesson on captions.

show_captioner()                              # encoder, memory, attention, and how a word leads to the next
show_shift(["a", "cat", "above", "a", "dog"])    # what is read, and what should follow
show_places(image, features)                  # the encoder's map, laid over the image
show_captions(images, sentences)              # each image with its sentence below
show_attention(image, words, weights)         # where the network looked for each word
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import torch

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, PAPER, bare, new_figure, show
from learntools.viz.diagram import arrow, box, stage
from learntools.viz.images import separate, to_pixels

WORD = "#5b3a8c"  # a word, wherever it goes


def show_captioner() -> None:
    """The encoder makes places of an image; the decoder looks at them for each word, and reads what it has said."""
    figure, axes = stage(8.8, 3.3)
    box(axes, 0.9, 2.75, "image")
    box(axes, 2.95, 2.75, "encoder\nconvolutions", BLUE, filled=True)
    box(axes, 5.15, 2.75, "64 places\n192 numbers each", BLUE, width=1.7)
    box(axes, 0.9, 1.05, "a word\n“a”", WORD, filled=True)
    box(axes, 2.95, 1.05, "memory\nrecurrent layer", ORANGE, filled=True)
    box(axes, 5.15, 1.05, "attention\n“where to look?”", BLUE, width=1.7)
    box(axes, 7.75, 1.05, "the next word\n“cat”", WORD, filled=True, width=1.6)
    arrow(axes, (1.68, 2.75), (2.17, 2.75))
    arrow(axes, (3.73, 2.75), (4.27, 2.75))
    arrow(axes, (5.15, 2.41), (5.15, 1.4), BLUE)
    arrow(axes, (1.68, 1.05), (2.17, 1.05), WORD)
    arrow(axes, (3.73, 1.05), (4.27, 1.05))
    arrow(axes, (6.03, 1.05), (6.92, 1.05))
    loop = {"arrowstyle": "-|>", "color": ORANGE, "lw": 1.6, "connectionstyle": "arc3,rad=1.4"}
    axes.annotate("", xy=(2.55, 1.4), xytext=(3.35, 1.4), arrowprops=loop)
    axes.text(2.95, 2.0, "from word to word", ha="center", va="bottom", fontsize=9, color=ORANGE)
    axes.plot([7.75, 7.75, 0.9], [0.7, 0.25, 0.25], color=WORD, lw=1.6, ls="--")
    arrow(axes, (0.9, 0.25), (0.9, 0.7), WORD, "--")
    axes.text(4.4, 0.3, "what was said is read next", ha="center", va="bottom", fontsize=9, color=WORD)
    axes.text(7.75, 1.5, "logits, one for\neach known word", ha="center", va="bottom", fontsize=9, color=FAINT)
    show(
        figure,
        "A captioner. Above, an image goes through the encoder's convolutions and becomes 64 places of 192 numbers "
        "each. Below, a word, here “a”, goes into the memory, a recurrent layer; attention asks where to look among "
        "the places, and logits, one for each known word, give the next word, “cat”, which is read next.",
    )


def show_shift(words: Sequence[str]) -> None:
    """A sentence in two rows: the words that are read, and below each the one that should follow."""
    read, follow = ["<start>", *words], [*words, "<end>"]
    step = 1.22
    figure, axes = stage(1.1 + step * len(read), 1.85)
    for i, (above, below) in enumerate(zip(read, follow, strict=True)):
        x = 1.65 + i * step
        box(axes, x, 1.42, above, WORD, width=1.0, filled=True)
        box(axes, x, 0.42, below, WORD, width=1.0)
        arrow(axes, (x, 1.08), (x, 0.76))
        if i:
            arrow(axes, (x - step + 0.36, 0.76), (x - 0.4, 1.08), FAINT, ":")
    axes.text(0.08, 1.42, "is read", va="center", fontsize=10, color=INK)
    axes.text(0.08, 0.42, "should follow", va="center", fontsize=10, color=INK)
    pairs = ", ".join(f"{above} → {below}" for above, below in zip(read, follow, strict=True))
    show(figure, f"Two rows of words: what is read, and below it what should follow. {pairs}.")


def show_places(image: Any, features: Any, place: tuple[int, int] | None = None) -> None:
    """An image under the grid of its places, and the numbers that stand for the marked one.

    Args:
        image: (3, H, W).   features: (places, numbers), row by row.   place: (row, column); the middle if None.
    """
    from matplotlib.patches import Rectangle

    features = torch.as_tensor(features).detach().float().cpu()
    side = math.isqrt(len(features))
    row, column = place or (side // 2, side // 2)
    pixels = to_pixels(image)
    size, whole = 2.6, (6.9, 3.1)
    figure = new_figure(*whole)
    axes = figure.add_axes((0.2 / whole[0], 0.1 / whole[1], size / whole[0], size / whole[1]))
    axes.imshow(pixels, interpolation="nearest")
    step = pixels.shape[0] / side
    for i in range(1, side):
        axes.axhline(i * step - 0.5, color=FAINT, lw=0.6)
        axes.axvline(i * step - 0.5, color=FAINT, lw=0.6)
    corner = (column * step - 0.5, row * step - 0.5)
    axes.add_patch(Rectangle(corner, step, step, fill=False, ec=ORANGE, lw=2.5))
    axes.set_title(f"{side}×{side} places", fontsize=10, color=INK, pad=4)
    bare(axes)

    numbers = features[row * side + column]
    columns = 2 ** round(math.log2(math.sqrt(len(numbers))))
    columns = columns if len(numbers) % columns == 0 else len(numbers)
    strip = figure.add_axes((3.9 / whole[0], 0.1 / whole[1], size / whole[0], size / whole[1]))
    strip.imshow(numbers.view(-1, columns), cmap="Oranges", interpolation="nearest", aspect="auto")
    strip.set_title(f"{len(numbers)} numbers for the marked one", fontsize=10, color=ORANGE, pad=4)
    bare(strip)
    figure.text(3.33 / whole[0], 1.4 / whole[1], "→", ha="center", va="center", fontsize=18, color=INK)
    show(
        figure,
        f"An image of {pixels.shape[0]} by {pixels.shape[1]} pixels under a grid of {side} by {side} places, with the "
        f"one in row {row}, column {column} marked; and the {len(numbers)} numbers that stand for it, from "
        f"{float(numbers.min()):.2f} to {float(numbers.max()):.2f}.",
    )


def show_captions(images: Any, sentences: Sequence[str], columns: int = 4, size: float = 1.9, title: str = "") -> None:
    """Images in a grid, each with its sentence below; a line break in a sentence is kept.

    Args:
        images: (N, 3, H, W) or a list of (3, H, W).   sentences: as many.   size: width of an image in inches.
        title: a line above the whole grid.
    """
    pixels = [to_pixels(image) for image in separate(images)]
    columns = min(columns, len(pixels))
    letters = int((size + 0.1) / 0.072)  # that fit below an image
    wrapped = [
        "\n".join(line for part in sentence.split("\n") for line in textwrap.wrap(part, letters) or [""])
        for sentence in sentences
    ]
    rows = [range(first, min(first + columns, len(pixels))) for first in range(0, len(pixels), columns)]
    below = [0.12 + 0.165 * max(wrapped[i].count("\n") + 1 for i in row) for row in rows]
    above = 0.36 if title else 0.08
    whole = (columns * (size + 0.16), above + sum(size + text for text in below) + 0.05)
    figure = new_figure(*whole)
    top = whole[1] - above
    for row, text in zip(rows, below, strict=True):
        for column, i in enumerate(row):
            left = 0.08 + column * (size + 0.16)
            axes = figure.add_axes((left / whole[0], (top - size) / whole[1], size / whole[0], size / whole[1]))
            axes.imshow(pixels[i], interpolation="nearest")
            bare(axes)
            place = ((left + size / 2) / whole[0], (top - size - 0.05) / whole[1])
            figure.text(*place, wrapped[i], ha="center", va="top", fontsize=9, color=INK, linespacing=1.15)
        top -= size + text
    if title:
        figure.text(0.5, 1 - 0.06 / whole[1], title, ha="center", va="top", fontsize=11, color=INK, weight="bold")
    said = "; ".join(f"{i + 1}. {', '.join(sentence.splitlines())}" for i, sentence in enumerate(sentences))
    what = "One image" if len(pixels) == 1 else f"{len(pixels)} images"
    show(figure, f"{title + ': ' if title else ''}{what}, each with its sentence below. {said}.")


def show_attention(image: Any, words: Sequence[str], weights: Any, columns: int = 7, size: float = 1.15) -> None:
    """The image, and once more for each word with heat where the network looked; all words share one scale.

    The heat is the root of a weight, so that a place with a tenth of the largest one can still be seen.

    Args:
        image: (3, H, W).   words: in order.   weights: (words, places), row by row.
    """
    weights = torch.as_tensor(weights).detach().float().cpu()[: len(words)]
    side = math.isqrt(weights.shape[1])
    pixels = to_pixels(image)
    pale = (pixels * 0.45 + 255 * 0.55).round().astype("uint8")
    heat = torch.nn.functional.interpolate(
        weights.view(-1, 1, side, side), size=pixels.shape[:2], mode="bilinear", align_corners=False
    )[:, 0]
    highest = float(heat.max()) or 1.0
    columns = min(columns, len(words) + 1)
    rows = math.ceil((len(words) + 1) / columns)
    line = 0.24
    whole = (columns * (size + 0.08) + 0.08, rows * (size + line) + 0.08)
    figure = new_figure(*whole)
    for i in range(len(words) + 1):
        row, column = divmod(i, columns)
        left, bottom = 0.08 + column * (size + 0.08), whole[1] - (row + 1) * (size + line)
        axes = figure.add_axes((left / whole[0], bottom / whole[1], size / whole[0], size / whole[1]))
        axes.set_facecolor(PAPER)
        if i == 0:
            axes.imshow(pixels, interpolation="nearest")
        else:
            axes.imshow(pale, interpolation="nearest")
            share = (heat[i - 1] / highest).clamp(min=0).sqrt().numpy()
            axes.imshow(share, cmap="YlOrRd", alpha=0.75 * share, vmin=0, vmax=1, interpolation="nearest")
        axes.set_title("image" if i == 0 else words[i - 1], fontsize=10, color=FAINT if i == 0 else INK, pad=3)
        bare(axes)
    looked = []
    for word, row in zip(words, weights, strict=False):
        most = int(row.argmax())
        looked.append(f"{word} (row {most // side}, column {most % side}, {float(row[most]):.0%})")
    show(
        figure,
        f"An image, and once more for each word with heat where the network looked, on a map of {side} by {side} "
        f"places. Where it looked most: {', '.join(looked)}.",
    )
