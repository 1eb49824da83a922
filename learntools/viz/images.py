"""Images on the screen: a tidy grid, every pixel a crisp square.

show_images(clothes.images[:10], titles=names, columns=5)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from learntools.viz.canvas import INK, bare, new_figure, one_line, show

LEGIBLE = 8.5  # points; no title is set smaller
LISTED = 40  # titles that an alternative text names; nobody listens to more


def show_images(
    images: Any,
    titles: Sequence[Any] | None = None,
    columns: int | None = None,
    title: str | None = None,
    size: float = 1.2,
    alt: str | None = None,
    rows: Sequence[Any] | None = None,
) -> None:
    """Show images in a grid, row by row.

    Args:
        images: a tensor (N, C, H, W) or (N, H, W), one image (C, H, W) or (H, W), or a list of images, which may differ
            in size; C is 1 (grey) or 3 (colour). uint8 in 0..255, or floats in [-1, 1] (what lies outside is clipped),
            on any device.
        titles: one above each image, or fewer; anything that prints.
        columns: images in a row; by default at most ten.
        title: a line above the whole grid.
        size: width of one image in inches.
        alt: what is to be seen, in a sentence for whoever cannot see it; by default number, size and titles.
        rows: a name on the left of each row, or of the first few; anything that prints.

    Raises:
        ValueError: something is not an image.
    """
    pixels = [to_pixels(image) for image in separate(images)]
    if not pixels:
        raise ValueError("There are no images to show.")
    titles = [str(item) for item in titles] if titles is not None else []
    columns = min(columns or 10, len(pixels))
    names = [str(item) for item in rows] if rows is not None else []
    count = math.ceil(len(pixels) / columns)
    tallest = max(item.shape[0] / item.shape[1] for item in pixels)
    line = 0.17  # inches, of a line of 9 points
    # A row without titles keeps no room for any.
    lines = [
        max((item.count("\n") + 1 for item in titles[row * columns : (row + 1) * columns] if item), default=0)
        for row in range(count)
    ]
    above = 0.32 if title else 0.05
    tops = [above + sum(lines[: row + 1]) * line + row * (size * tallest + 0.06) for row in range(count)]
    longest = max((len(part) for item in titles for part in item.split("\n")), default=0)
    width = max(size, min(longest * 0.075, 1.6 * size)) + 0.08
    beside = 0.14 + 0.075 * max(len(name) for name in names) if names else 0.0
    total = max(beside + columns * width, 0.09 * len(title or "")), tops[-1] + size * tallest + 0.06
    figure = new_figure(*total)
    for index, item in enumerate(pixels):
        row, column = divmod(index, columns)
        left = beside + (total[0] - beside - columns * width) / 2 + column * width + (width - size) / 2
        bottom = total[1] - tops[row] - size * tallest
        axes = figure.add_axes((left / total[0], bottom / total[1], size / total[0], size * tallest / total[1]))
        axes.imshow(item, interpolation="nearest", cmap="gray", vmin=0, vmax=255)
        bare(axes)
        if index < len(titles):
            axes.set_title(titles[index], fontsize=max(LEGIBLE, min(10, 7.5 * size)), color=INK, pad=3)
    for row, name in enumerate(names[:count]):
        y = 1 - (tops[row] + size * tallest / 2) / total[1]
        figure.text(0.07 / total[0], y, name, ha="left", va="center", fontsize=9, color=INK)
    if title:
        figure.text(0.5, 1 - 0.06 / total[1], title, ha="center", va="top", fontsize=11, color=INK, weight="bold")
    show(figure, alt or _in_words(pixels, columns, titles, title, names))


def _in_words(pixels: list[Any], columns: int, titles: list[str], title: str | None, names: list[str]) -> str:
    """`10 grey images of 28 by 28 pixels, in 2 rows of 5: T-shirt, trousers, …"""
    sizes = {item.shape[:2] for item in pixels}
    height, width = pixels[0].shape[:2]
    kind = "colour" if any(item.ndim == 3 for item in pixels) else "grey"
    count = f"One {kind} image" if len(pixels) == 1 else f"{len(pixels)} {kind} images"
    what = f"{count} of {height} by {width} pixels" if len(sizes) == 1 else f"{count} of different sizes"
    rows = math.ceil(len(pixels) / columns)
    place = f", in {rows} rows of {columns}" if rows > 1 else ", in a row" if columns > 1 else ""
    place += f" ({', '.join(one_line(name) for name in names[:rows])})" if names else ""
    named = [one_line(item) for item in titles if item]
    below = ": " + ", ".join(named[:LISTED]) + (", …" if len(named) > LISTED else "") if named else ""
    end = "" if below.endswith(("?", "…")) else "."
    return f"{title + '. ' if title else ''}{what}{place}{below}{end}"


def separate(images: Any) -> list[Any]:
    """One image per item: a batch is taken apart, and one image becomes a list of one."""
    if isinstance(images, (list, tuple)):
        return list(images)
    images = torch.as_tensor(images)
    one = images.ndim == 2 or (images.ndim == 3 and images.shape[0] in (1, 3))
    return [images] if one else list(images)


def to_pixels(image: Any) -> Any:
    """One image as a NumPy array (H, W) or (H, W, 3) of uint8, the way matplotlib draws it."""
    image = torch.as_tensor(image).detach().cpu()
    if image.ndim == 3 and image.shape[0] == 1:
        image = image[0]
    elif image.ndim == 3 and image.shape[0] == 3:
        image = image.permute(1, 2, 0)
    elif image.ndim != 2:
        raise ValueError(
            f"An image has shape (C, H, W) with 1 or 3 channels, or (H, W); this one has {(*image.shape,)}."
        )
    if image.is_floating_point():
        image = image.float().nan_to_num(0).clamp(-1, 1).add(1).mul(127.5).round()
    return image.to(torch.uint8).numpy()
