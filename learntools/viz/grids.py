"""Convolution cell by cell: diagrams with every number in its square.

    show_convolution(image, kernel, at=(0, 1))       # one window, and the sum it gives
    show_painting(image, kernel, stride=2)           # a transposed convolution, stamp by stamp
    show_places(7, kernel=3, stride=2)               # where a kernel stands on a line
    show_overlap(kernel=3, stride=2)                 # how often each cell is painted

Blue is where we look, orange what comes of it. Positive cells are tinted blue, negative ones orange, zeros are white.
All diagrams are drawn in cells, downwards from the upper left corner.
"""

from __future__ import annotations

from typing import Any

import torch

from learntools.models.convolution import convolve, convolve_transposed, grown_size, output_size, paint_counts
from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, bare, new_figure, show

CELL = 0.46  # inches
GAP = 1.1  # cells between two grids, with a sign in the middle
LETTERS = 11  # points
STAMPS = ("#0a5cad", "#c2410c", "#2f7d32", "#8e3b9e")  # one colour for each pixel that paints
RULE = "#b9bec5"
SPOKEN = 49  # cells of a grid whose alternative text still says every number


def show_grids(grids: dict[str, Any], signs: str = "") -> None:
    """Show named number grids side by side.

    Args:
        grids: caption → a tensor (H, W), or a row (W,) or a number.
        signs: one character between each two grids, such as "∗=".
    """
    values = {name: _matrix(grid) for name, grid in grids.items()}
    tallest = max(grid.shape[0] for grid in values.values())
    spans = [max(grid.shape[1], _text_width(name)) for name, grid in values.items()]
    board = _Board(sum(spans) + GAP * (len(values) - 1) + 0.2, tallest + 1.0)
    left = 0.1
    for index, (name, grid) in enumerate(values.items()):
        top = 0.9 + (tallest - grid.shape[0]) / 2
        board.grid(grid, left + (spans[index] - grid.shape[1]) / 2, top, name)
        left += spans[index]
        if index < len(values) - 1:
            board.text(left + GAP / 2, 0.9 + tallest / 2, signs[index : index + 1], size=18)
        left += GAP
    board.show("Number grids side by side. " + " ".join(f"{name}: {_in_words(grid)}." for name, grid in values.items()))


def show_convolution(
    image: Any, kernel: Any, output: Any = None, at: tuple[int, int] = (0, 0), stride: int = 1, padding: int = 0
) -> None:
    """Show one step of a convolution: the window on the image, the kernel, the pixel that they give, and the sum.

    Args:
        image: (H, W).
        kernel: (h, w).
        output: what to show as the result; the convolution itself by default.
        at: which output pixel, row and column.
        stride, padding: as in `convolve`; padded cells are grey.
    """
    image, kernel = _matrix(image), _matrix(kernel)
    output = _matrix(convolve(image, kernel, stride, padding) if output is None else output)
    h, w = kernel.shape
    padded = torch.nn.functional.pad(image, (padding,) * 4)
    row, column = at[0] * stride, at[1] * stride
    window = padded[row : row + h, column : column + w]
    grids = {"image": padded, "kernel": kernel, "output": output}
    spans = [max(grid.shape[1], _text_width(name)) for name, grid in grids.items()]
    tallest = max(grid.shape[0] for grid in grids.values())
    sums = _sum_in_words(window, kernel, output[at])
    width = max(sum(spans) + 2 * GAP + 0.4, max(_text_width(line) for line in sums) + 0.4)
    board = _Board(width, tallest + 1.3 + 0.62 * len(sums))
    left = (width - sum(spans) - 2 * GAP) / 2
    for index, (name, grid) in enumerate(grids.items()):
        x, y = left + (spans[index] - grid.shape[1]) / 2, 0.9 + (tallest - grid.shape[0]) / 2
        board.grid(grid, x, y, name, border=padding if name == "image" else 0)
        if name == "image":
            board.frame(x + column, y + row, w, h, BLUE)
        elif name == "kernel":
            board.frame(x, y, w, h, BLUE)
        else:
            board.frame(x + at[1], y + at[0], 1, 1, ORANGE)
        left += spans[index]
        if index < 2:
            board.text(left + GAP / 2, 0.9 + tallest / 2, "∗="[index], size=18)
        left += GAP
    for line, words in enumerate(sums):
        board.text(width / 2, tallest + 1.45 + 0.62 * line, words)
    around = f" with {padding} cell{'s' * (padding > 1)} of padding around it" if padding else ""
    board.show(
        f"A {_size(image)} image{around}, a {_size(kernel)} kernel and the {_size(output)} output; the window at row "
        f"{row}, column {column} gives {written(output[at])}: {' '.join(sums)}."
    )


def show_painting(image: Any, kernel: Any, stride: int = 1, padding: int = 0) -> None:
    """Show a transposed convolution stamp by stamp: what each pixel of the image paints, and the sum of it all.

    Args:
        image: (H, W) with at most four pixels, a colour for each.
        kernel: (h, w).
        stride: how far apart neighbouring pixels paint.
        padding: how many cells are cut off around the canvas; those cells are grey in the sum.
    """
    image, kernel = _matrix(image), _matrix(kernel)
    if image.numel() > len(STAMPS):
        raise ValueError(f"A painting shows at most {len(STAMPS)} pixels, and this image has {image.numel()}.")
    h, w = kernel.shape
    canvas = convolve_transposed(image, kernel, stride)
    rows, columns = canvas.shape
    pixels = [(i, j) for i in range(image.shape[0]) for j in range(image.shape[1])]
    panels = len(pixels) + 1
    upper = max(image.shape[0], h)
    width = max(panels * columns + (panels - 1) * 0.7 + 0.4, image.shape[1] + w + 4)
    board = _Board(width, upper + rows + 2.6)
    left = (width - image.shape[1] - w - 2.4) / 2
    top = 0.9 + (upper - image.shape[0]) / 2
    board.grid(image, left, top, "image")
    for (i, j), colour in zip(pixels, STAMPS, strict=False):
        board.frame(left + j, top + i, 1, 1, colour, inset=0.06)
    board.grid(kernel, left + image.shape[1] + 2.4, 0.9 + (upper - h) / 2, "kernel")
    left, top = (width - panels * columns - (panels - 1) * 0.7) / 2, upper + 2.3
    covered = paint_of_each(image.shape, kernel.shape, stride)
    for (i, j), colour in zip(pixels, STAMPS, strict=False):
        stamp = torch.full((rows, columns), float("nan"))
        stamp[i * stride : i * stride + h, j * stride : j * stride + w] = image[i, j] * kernel
        board.grid(stamp, left, top, f"{written(image[i, j])} × kernel", colour=colour)
        board.frame(left + j * stride, top + i * stride, w, h, colour)
        sign = "=" if (i, j) == pixels[-1] else "+"
        board.text(left + columns + 0.35, top + rows / 2, sign, size=15)
        left += columns + 0.7
    board.grid(canvas, left, top, "canvas", border=padding)
    for i, j in (covered > 1).nonzero().tolist():
        board.frame(left + j, top + i, 1, 1, INK, width=1.6, inset=0.05)
    stamps = "; ".join(f"{written(image[i, j])} at row {i * stride}, column {j * stride}" for i, j in pixels)
    cut = f" A border of {padding} cell{'s' * (padding > 1)} all around is cut off." if padding else ""
    board.show(
        f"A {_size(image)} image paints with a {_size(kernel)} kernel, stride {stride}: the kernel times {stamps}. The "
        f"stamps add up to the canvas, {_in_words(canvas)}; {int((covered > 1).sum())} of its cells are painted more "
        f"than once.{cut}"
    )


def paint_of_each(image_shape: tuple[int, ...], kernel_shape: tuple[int, ...], stride: int) -> torch.Tensor:
    """How many pixels of the image reach each cell of the canvas."""
    return convolve_transposed(torch.ones(image_shape), torch.ones(kernel_shape), stride)


def show_places(n: int, kernel: int, stride: int = 1, padding: int = 0) -> None:
    """Show every place where a kernel stands on a line of `n` pixels, and count them."""
    places = output_size(n, kernel, stride, padding)
    length = n + 2 * padding
    words = f"{n} pixels, kernel {kernel}, stride {stride}, padding {padding}: {places} place{'s' * (places != 1)}"
    width = max(length + 0.4, _text_width(words) + 0.4)
    board = _Board(width, 2.4 + 0.5 * places)
    left = (width - length) / 2
    board.text(width / 2, 0.4, words, weight="bold")
    for cell in range(length):
        outside = not padding <= cell < n + padding
        board.cell(left + cell, 0.9, "0" if outside else str(cell - padding + 1), "#e3e5e8" if outside else "#ffffff")
    for place in range(places):
        y = 2.15 + 0.5 * place
        board.bar(left + place * stride + 0.06, y, kernel - 0.12, 0.34, BLUE)
        board.text(left + place * stride + kernel / 2, y + 0.17, str(place + 1), colour="#ffffff", size=9)
    starts = ", ".join(str(place * stride - padding + 1) for place in range(places))
    board.show(f"A line of cells, and a bar below it for each place of the kernel. {words}. They begin at {starts}.")


def show_overlap(kernel: int, stride: int, size: int = 4) -> None:
    """Show how often a transposed convolution paints each cell: `size` pixels on a line, and `size` × `size` pixels."""
    length = grown_size(size, kernel, stride)
    counts = paint_counts(size, kernel, stride)
    line = counts.diagonal().sqrt()
    width = max(2 * length + 2.4, 17)
    height = max(length, 2.4 + 0.5 * size) + 1.7
    board = _Board(width, height)
    board.text(width / 2, 0.4, f"kernel {kernel}, stride {stride}", weight="bold")
    left, top = (width - 2 * length - 1.4) / 2, 1.6
    grid_top, top = top, top + max(0, length - 0.5 * size - 2.2) / 2
    board.text(left + length / 2, top - 0.4, f"{size} pixels on a line", colour=FAINT)
    for pixel in range(size):
        board.bar(left + pixel * stride + 0.06, top + 0.5 * pixel, kernel - 0.12, 0.34, STAMPS[pixel % len(STAMPS)])
    bottom = top + 0.5 * size + 0.3
    for cell in range(length):
        board.cell(left + cell, bottom, written(line[cell]), _layer(float(line[cell]), float(line.max())))
    board.text(left + length / 2, bottom + 1.35, "layers of paint", colour=FAINT)
    board.text(left + 1.5 * length + 1.4, 1.2, f"{size} × {size} pixels", colour=FAINT)
    for i in range(length):
        for j in range(length):
            shade = _layer(float(counts[i, j]), float(counts.max()))
            board.cell(left + length + 1.4 + j, grid_top + i, written(counts[i, j]), shade)
    board.show(
        f"How often cells are painted with kernel {kernel} and stride {stride}. {size} pixels on a line: "
        f"{', '.join(written(count) for count in line)} layers of paint. {size} by {size} pixels: from "
        f"{written(counts.min())} to {written(counts.max())} layers."
    )


def written(value: Any) -> str:
    """A number as it stands on paper: four digits at most, and a real minus sign."""
    return f"{float(value):.4g}".replace("-", "−")


class _Board:
    """A figure measured in cells, y downwards."""

    def __init__(self, width: float, height: float):
        self._figure = new_figure(width * CELL, height * CELL)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)
        self._axes.patch.set_alpha(0)
        bare(self._axes)

    def show(self, alt: str) -> None:
        show(self._figure, alt)

    def text(self, x: float, y: float, words: str, *, colour: str = INK, size: float = LETTERS, weight: str = "normal"):
        self._axes.text(x, y, words, ha="center", va="center", color=colour, fontsize=size, weight=weight)

    def cell(self, x: float, y: float, words: str, fill: str, colour: str = INK) -> None:
        self._rectangle(x, y, 1, 1, facecolor=fill, edgecolor=RULE, linewidth=0.8)
        self.text(
            x + 0.5,
            y + 0.52,
            words,
            colour=colour,
            size=(LETTERS, LETTERS - 1.5, LETTERS - 3)[max(0, min(len(words) - 3, 2))],
        )

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._rectangle(x, y, width, height, facecolor=colour, edgecolor="none", linewidth=0)

    def frame(
        self, x: float, y: float, columns: int, rows: int, colour: str, *, width: float = 2.6, inset: float = 0.0
    ) -> None:
        self._rectangle(
            x + inset,
            y + inset,
            columns - 2 * inset,
            rows - 2 * inset,
            facecolor="none",
            edgecolor=colour,
            linewidth=width,
            zorder=3,
        )

    def grid(
        self, values: torch.Tensor, left: float, top: float, caption: str, *, border: int = 0, colour: str = FAINT
    ) -> None:
        """A number grid with its caption above. NaN is an empty cell; the outermost `border` cells are grey."""
        rows, columns = values.shape
        known = values[~values.isnan()].abs()
        largest = float(known.max()) if known.numel() else 1.0
        self.text(left + columns / 2, top - 0.45, caption, colour=colour, weight="bold")
        for i in range(rows):
            for j in range(columns):
                value = float(values[i, j])
                inside = border <= i < rows - border and border <= j < columns - border
                words = "" if value != value else written(value)
                fill = _tint(value, largest) if inside else "#e3e5e8"
                self.cell(left + j, top + i, words, fill, INK if inside else FAINT)

    def _rectangle(self, x: float, y: float, width: float, height: float, **style: Any) -> None:
        from matplotlib.patches import Rectangle

        self._axes.add_patch(Rectangle((x, y), width, height, **style))


def _matrix(values: Any) -> torch.Tensor:
    """A number, a row or a grid as a float tensor (H, W) on the CPU."""
    tensor = torch.as_tensor(values).detach().cpu().float()
    return tensor.reshape(1, -1) if tensor.ndim < 2 else tensor.reshape(tensor.shape[-2:])


def _size(grid: torch.Tensor) -> str:
    return f"{grid.shape[0]} by {grid.shape[1]}"


def _in_words(grid: torch.Tensor) -> str:
    """`2 by 2, 200 200; 0 0`, or the range of the values where they are too many to listen to."""
    if grid.numel() > SPOKEN:
        return f"{_size(grid)}, values from {written(grid.min())} to {written(grid.max())}"
    rows = "; ".join(" ".join(written(value) for value in row) for row in grid)
    return rows if grid.numel() == 1 else f"{_size(grid)}, {rows}"


def _tint(value: float, largest: float) -> str:
    """White for zero and empty cells, blue for positive ones and orange for negative ones, deeper with size."""
    if value != value or value == 0 or largest == 0:
        return "#ffffff"
    return _blend("#8fbce6" if value > 0 else "#f3ae85", 0.25 + 0.75 * abs(value) / largest)


def _layer(count: float, most: float) -> str:
    return _blend("#e8894f", (count / most) ** 1.3) if most > 0 else "#ffffff"


def _blend(colour: str, strength: float) -> str:
    """`colour` on white, from 0 (white) to 1."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * min(strength, 1)):02x}" for part in parts)


def _text_width(words: str) -> float:
    """About how many cells a line of text needs, bold or not."""
    return (len(words) + 1) * 0.0084 * LETTERS / CELL


def _sum_in_words(window: torch.Tensor, kernel: torch.Tensor, result: torch.Tensor) -> list[str]:
    """`1 × 2 + 3 × (−4) = −10`, one line for each row of the kernel where it is large."""

    def factor(value: torch.Tensor) -> str:
        return f"({written(value)})" if value < 0 else written(value)

    rows = [
        " + ".join(f"{written(pixel)} × {factor(weight)}" for pixel, weight in zip(a, b, strict=True))
        for a, b in zip(window, kernel, strict=True)
    ]
    end = f" = {written(result)}"
    if kernel.numel() <= 4:
        return [" + ".join(rows) + end]
    return [row + " +" for row in rows[:-1]] + [rows[-1] + end]
