"""Drawings for the lesson on pretrained networks.

show_three_boxes()                          # three black boxes: what goes in, what comes out
show_pipeline()                             # the steps from a photograph to a name
show_guesses([photo], [label(photo)])       # pictures, each with its labels as bars
show_crop(image, 256, 224)                  # what a network gets to see of a picture
show_answers(photo, labels, lines, colours, scenes, sentences)      # all three boxes at once
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, PAPER, bare, new_figure, one_line, show
from learntools.viz.diagram import arrow, box, stage
from learntools.viz.images import to_pixels

_BAR = "#b9cfe6"


def show_three_boxes() -> None:
    """The lesson's three networks, none of them opened yet."""
    figure, axes = stage(8.6, 2.75)
    rows = (
        ("a photograph", "recogniser", "names, and how likely"),
        ("a picture", "translator", "another picture"),
        ("a scene", "describer", "a sentence"),
    )
    for index, (left, middle, right) in enumerate(rows):
        y = 2.3 - index * 0.9
        box(axes, 1.3, y, left, width=1.9)
        box(axes, 4.3, y, middle, INK, width=1.9, filled=True)
        box(axes, 7.2, y, right, (BLUE, ORANGE, BLUE)[index], width=2.1)
        arrow(axes, (2.28, y), (3.32, y))
        arrow(axes, (5.28, y), (6.12, y))
    ways = "; ".join(f"{left} goes into a {middle}, which gives {right}" for left, middle, right in rows)
    show(figure, f"Three closed boxes: {ways}.")


def show_pipeline() -> None:
    """What `label` does, step by step; the numbers are those of the questions in which the learner writes them."""
    figure, axes = stage(8.8, 2.3)
    steps = (
        ("picture\nbytes (H, W, 3)", INK, False, ""),
        ("batch\n(1, 3, H, W)", BLUE, False, "question 2"),
        ("middle\n(1, 3, 224, 224)", BLUE, False, "question 3"),
        ("floats\naround 0", BLUE, False, "question 4"),
    )
    for index, (text, colour, filled, note) in enumerate(steps):
        x = 1.0 + index * 2.25
        box(axes, x, 1.75, text, colour, width=1.6, filled=filled)
        axes.text(x, 2.13, note, ha="center", va="bottom", fontsize=9, color=FAINT)
        if index:
            arrow(axes, (x - 1.43, 1.75), (x - 0.82, 1.75))
    arrow(axes, (7.75, 1.42), (7.75, 0.87))
    back = (
        ("network", INK, True, "question 5"),
        ("1,000 logits", ORANGE, False, ""),
        ("probabilities", ORANGE, False, "question 6"),
        ("names", ORANGE, False, "question 1"),
    )
    for index, (text, colour, filled, note) in enumerate(back):
        x = 7.75 - index * 2.25
        box(axes, x, 0.54, text, colour, width=1.6, filled=filled)
        axes.text(x, 0.17, note, ha="center", va="top", fontsize=9, color=FAINT)
        if index:
            arrow(axes, (x + 1.43, 0.54), (x + 0.82, 0.54))
    way = [one_line(text) + (f" ({note})" if note else "") for text, _, _, note in (*steps, *back)]
    show(figure, "The steps from a photograph to its name: " + " → ".join(way) + ".")


def show_guesses(
    images: Sequence[Any], guesses: Sequence[Sequence[Any]], titles: Sequence[str] = (), columns: int = 2
) -> None:
    """Pictures, and next to each what a recogniser makes of it.

    Args:
        images: each (C, H, W) or (H, W), as `show_images` takes them.
        guesses: for each, a list of labels with a `name` and a `probability`.
        titles: one above each picture, or fewer.
    """
    if len(images) != len(guesses):
        raise ValueError(f"There are {len(images)} pictures and {len(guesses)} lists of labels: one for each.")
    columns = max(1, min(columns, len(images)))
    rows = math.ceil(len(images) / columns)
    side, bars, gap = 1.35, 2.5, 0.28
    above = 0.3 if titles else 0.1
    width, height = columns * (side + bars + gap) + 0.1, rows * (side + above) + 0.12
    figure = new_figure(width, height)
    for index, (image, labels) in enumerate(zip(images, guesses, strict=True)):
        row, column = divmod(index, columns)
        left = 0.1 + column * (side + bars + gap)
        bottom = height - 0.02 - (row + 1) * (side + above)
        pixels = to_pixels(image)
        axes = figure.add_axes((left / width, bottom / height, side / width, side / height))
        how = "nearest" if max(pixels.shape[:2]) < 100 else "antialiased"
        axes.imshow(pixels, interpolation=how, cmap="gray", vmin=0, vmax=255)
        axes.set_facecolor(PAPER)
        bare(axes)
        if index < len(titles):
            axes.set_title(titles[index], fontsize=9.5, color=INK, pad=3, loc="left")
        place = ((left + side + 0.1) / width, bottom / height, (bars - 0.1) / width, side / height)
        _bars(figure.add_axes(place), labels)
    said = [
        f"{one_line(titles[i]) if i < len(titles) else f'picture {i + 1}'}: {_bars_in_words(labels)}"
        for i, labels in enumerate(guesses)
    ]
    what = "A picture and its labels" if len(images) == 1 else f"{len(images)} pictures, each with its labels"
    show(figure, f"{what} as bars. {'; '.join(said)}.")


def _bars(axes: Any, labels: Sequence[Any]) -> None:
    axes.set_facecolor(PAPER)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    for place, item in enumerate(labels):
        axes.barh(place, item.probability, height=0.82, color=_BAR)
        name = item.name if len(item.name) <= 27 else item.name[:26] + "…"
        axes.text(0.015, place, f"{item.probability:4.0%}  {name}", va="center", fontsize=9, color=INK)
    bare(axes)


def _bars_in_words(labels: Sequence[Any]) -> str:
    return ", ".join(f"{item.name} {item.probability:.0%}" for item in labels)


def show_crop(image: Any, short_side: int = 256, size: int = 224) -> None:
    """A picture, with the square marked that is left of it after `centre_crop`."""
    from matplotlib.patches import Rectangle

    pixels = to_pixels(image)
    height, width = pixels.shape[:2]
    tall = 2.4
    wide = tall * width / height
    whole = (wide + 0.2, tall + 0.35)
    figure = new_figure(*whole)
    axes = figure.add_axes((0.1 / whole[0], 0.05 / whole[1], wide / whole[0], tall / whole[1]))
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=255)
    side = size / short_side * min(height, width)
    corner = (width - side) / 2 - 0.5, (height - side) / 2 - 0.5
    axes.add_patch(Rectangle(corner, side, side, fill=False, ec=ORANGE, lw=2.5))
    axes.set_title(f"what the network sees: {size}×{size} pixels", fontsize=10, color=ORANGE, pad=4)
    bare(axes)
    show(
        figure,
        f"A picture of {height} by {width} pixels with a square in its middle marked, {side:.0f} pixels along a side: "
        f"this is what the network sees, as {size} by {size} pixels. The edges are lost.",
    )


def show_answers(
    photo: Any,
    labels: Sequence[Any],
    lines: Sequence[Any],
    colours: Sequence[Any],
    scenes: Sequence[Any],
    sentences: Sequence[str],
) -> None:
    """What the three boxes gave, side by side.

    Args:
        photo, labels: of the recogniser.
        lines, colours: three pictures before and after the translator.
        scenes, sentences: two scenes, and what the describer says of them.
    """
    import textwrap

    width, height = 9.4, 3.3
    figure = new_figure(width, height)

    def place(x: float, y: float, w: float, h: float) -> Any:
        return figure.add_axes((x / width, y / height, w / width, h / height))

    def drawn(image: Any, x: float, y: float, w: float, h: float) -> None:
        axes = place(x, y, w, h)
        pixels = to_pixels(image)
        axes.imshow(pixels, interpolation="nearest" if len(pixels) < 100 else "antialiased", vmin=0, vmax=255)
        axes.set_anchor("W")
        bare(axes)

    for x, text in ((0.15, "recognise"), (3.3, "translate"), (6.5, "describe")):
        figure.text(x / width, (height - 0.12) / height, text, va="top", fontsize=11, color=INK, weight="bold")
    drawn(photo, 0.15, 1.35, 2.75, 1.55)
    _bars(place(0.15, 0.12, 2.75, 1.1), labels[:4])
    for column, (before, after) in enumerate(zip(lines, colours, strict=True)):
        x = 3.3 + column * 0.98
        drawn(before, x, 2.0, 0.9, 0.9)
        drawn(after, x, 0.55, 0.9, 0.9)
        axes = place(x + 0.35, 1.5, 0.2, 0.45)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.patch.set_visible(False)
        bare(axes)
        arrow(axes, (0.5, 0.95), (0.5, 0.05), FAINT)
    for row, (scene, sentence) in enumerate(zip(scenes, sentences, strict=True)):
        y = 1.6 - row * 1.48
        drawn(scene, 6.5, y, 1.3, 1.3)
        lines_of_text = "\n".join(textwrap.wrap(f"“{sentence}”", 16))
        figure.text(7.9 / width, (y + 0.65) / height, lines_of_text, va="center", fontsize=9.5, color=INK)
    said = " and ".join(f"“{sentence}”" for sentence in sentences)
    show(
        figure,
        f"What three networks gave. Recognise: a photograph with the labels {_bars_in_words(labels[:4])}. Translate: "
        f"{len(lines)} drawings, and below each the same in colour. Describe: {len(scenes)} scenes, of which the "
        f"network says {said}.",
    )
