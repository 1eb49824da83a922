"""A kernel on its way over an image, one place at a time; and the transposed convolution, stamp by stamp.

convolution_explorer(image, kernel)     # both are optional, and the kernel can be typed over in the page
"""

from __future__ import annotations

import html
from typing import Any

import torch

from learntools.models.convolution import KERNELS, convolve, convolve_transposed
from learntools.viz.explorers.explorer import Explorer, Frame, within
from learntools.viz.grids import written

CONVOLUTION, TRANSPOSED = "convolution", "transposed"
LARGEST = 8  # pixels along a side, so that every number can be read
PAINTED = 4  # pixels along a side of what is painted with, in a transposed convolution


def convolution_explorer(image: Any = None, kernel: Any = None) -> Explorer:
    """Step a kernel over an image and see each sum; then turn it round and see each pixel paint.

    Args:
        image: (H, W), up to 8×8 numbers; a square of ones if None.
        kernel: (h, w), up to 3×3 numbers; the one that finds left edges if None.

    Raises:
        ValueError: one of them is no such grid, or the kernel is larger than the image.
    """
    if image is None:
        image = torch.zeros(6, 6)
        image[1:5, 1:4] = 1
    kernel = KERNELS["left to right"] if kernel is None else kernel
    image, kernel = _grid(image, "image", LARGEST), _grid(kernel, "kernel", 3)
    if any(k > n for k, n in zip(kernel.shape, image.shape, strict=True)):
        raise ValueError(f"The kernel {(*kernel.shape,)} does not fit into the image {(*image.shape,)}.")

    def frame(state: dict[str, Any]) -> Frame:
        if state["mode"] not in (CONVOLUTION, TRANSPOSED):
            raise ValueError(f"`mode` is {CONVOLUTION!r} or {TRANSPOSED!r}, and not {state['mode']!r}.")
        rows = [[within(value, -99, 99, "A number of the kernel") for value in row] for row in state["kernel"]]
        if len({len(row) for row in rows}) != 1:
            raise ValueError("The rows of the kernel differ in length.")
        stride = int(within(state["stride"], 1, 3, "The stride"))
        draw = _convolved if state["mode"] == CONVOLUTION else _painted
        return draw(image, torch.tensor(rows), stride, state["step"])

    state = {"mode": CONVOLUTION, "step": 0, "stride": 1, "kernel": kernel.tolist()}
    return Explorer("convolution", "Step through a convolution", state, frame, lambda now: _tables(frame(now)))


def _convolved(image: torch.Tensor, kernel: torch.Tensor, stride: int, step: Any) -> Frame:
    result = convolve(image, kernel, stride)
    steps = result.numel()
    step = int(within(step, 0, steps - 1, "The step"))
    row, column = divmod(step, result.shape[1])
    h, w = kernel.shape
    window = image[row * stride : row * stride + h, column * stride : column * stride + w]
    known = [[written(v) if r * result.shape[1] + c <= step else "" for c, v in enumerate(line)]
             for r, line in enumerate(result.tolist())]  # fmt: skip
    return {
        "left": _written(image),
        "right": known,
        "window": {"grid": "left", "row": row * stride, "column": column * stride, "rows": h, "columns": w},
        "cell": {"grid": "right", "row": row, "column": column},
        "names": ["image", "output"],
        "kernel": kernel.tolist(),
        "step": step,
        "steps": steps,
        "words": f"Place {step + 1} of {steps}: {_sum(window, kernel)} = {written(result[row, column])}",
    }


def _painted(image: torch.Tensor, kernel: torch.Tensor, stride: int, step: Any) -> Frame:
    top, left = (max(n - PAINTED, 0) // 2 for n in image.shape)
    image = image[top : top + PAINTED, left : left + PAINTED]
    steps = image.numel()
    step = int(within(step, 0, steps - 1, "The step"))
    row, column = divmod(step, image.shape[1])
    done = image.clone().flatten()
    done[step + 1 :] = 0
    canvas = convolve_transposed(done.view_as(image), kernel, stride)
    value = written(image[row, column])
    return {
        "left": _written(image),
        "right": _written(canvas),
        "window": {
            "grid": "right", "row": row * stride, "column": column * stride,
            "rows": kernel.shape[0], "columns": kernel.shape[1],
        },
        "cell": {"grid": "left", "row": row, "column": column},
        "names": ["image", "canvas"],
        "kernel": kernel.tolist(),
        "step": step,
        "steps": steps,
        "words": f"Pixel {step + 1} of {steps}: {value} × kernel is added to the marked cells of the canvas.",
    }  # fmt: skip


def _sum(window: torch.Tensor, kernel: torch.Tensor) -> str:
    """The products that are not zero, in words."""
    terms = [
        f"{written(a)}·{written(b) if b >= 0 else f'({written(b)})'}"
        for a, b in zip(window.flatten().tolist(), kernel.flatten().tolist(), strict=True)
        if a and b
    ]
    return " + ".join(terms) or "nothing but zeros"


def _grid(values: Any, name: str, most: int) -> torch.Tensor:
    try:
        found = torch.as_tensor(values).detach().float().cpu()
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"`{name}` must be a grid of numbers, as a tensor (H, W).") from None
    if found.ndim != 2 or not 0 < max(found.shape) <= most or not min(found.shape):
        raise ValueError(f"`{name}` must have shape (H, W) with up to {most} numbers a side, not {(*found.shape,)}.")
    return found


def _written(grid: torch.Tensor) -> list[list[str]]:
    return [[written(value) for value in row] for row in grid.tolist()]


def _tables(frame: Frame) -> str:
    """Two grids as HTML, the window blue and the result orange."""

    def table(side: str, name: str) -> str:
        window, cell = frame["window"], frame["cell"]
        rows = ""
        for r, row in enumerate(frame[side]):
            cells = ""
            for c, text in enumerate(row):
                marked = (
                    window["grid"] == side
                    and 0 <= r - window["row"] < window["rows"]
                    and 0 <= c - window["column"] < window["columns"]
                )
                result = cell["grid"] == side and (r, c) == (cell["row"], cell["column"])
                look = "#c2410c" if result else "#0a5cad" if marked else ""
                style = "border:1px solid currentColor;min-width:2.2em;height:2em;text-align:center;"
                style += f"background:{look};color:#fff;" if look else ""
                cells += f'<td style="{style}">{html.escape(text)}</td>'
            rows += f"<tr>{cells}</tr>"
        look = "display:inline-table;border-collapse:collapse;margin:.4em 1.4em .4em 0"
        return f'<table style="{look}"><caption>{html.escape(name)}</caption>{rows}</table>'

    return table("left", frame["names"][0]) + table("right", frame["names"][1])
