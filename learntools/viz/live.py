"""A picture that changes while a model trains: samples on the left, curves on the right, redrawn in place.

    preview = LivePreview(seconds=60)
    while preview.running():
        ...                                    # one training step
        preview.update(lambda: G(fixed_z), D=d_loss, G=g_loss)
    preview.finish(lambda: G(fixed_z))

A redraw costs about a tenth of a second, so it happens only every few seconds; the numbers given to `update` are kept
as they are (a tensor is read only at a redraw, so that a GPU is not made to wait). The output stays one tidy picture.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import torch

from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, PAPER, bare
from learntools.viz.images import to_pixels

_CURVES = (BLUE, ORANGE, "#5b3a8c", "#1b6e3c")
COLUMNS = 10


class LivePreview:
    """Samples and curves of a training, for a stated number of seconds.

    Args:
        seconds: how long the training is to last; drawing does not count.
        every: seconds between two redraws.
    """

    def __init__(self, seconds: float, every: float = 5.0):
        self.seconds, self.every = seconds, every
        self.step = 0
        self.curves: dict[str, list[Any]] = {}
        self._start = time.perf_counter()
        self._next = min(1.0, seconds)
        self._handle: Any = None

    @property
    def elapsed(self) -> float:
        """Seconds of training so far, without the time for drawing."""
        return time.perf_counter() - self._start

    def running(self) -> bool:
        """Whether there is time for another step."""
        return self.elapsed < self.seconds

    def update(self, samples: Callable[[], torch.Tensor], **numbers: Any) -> None:
        """Count a step, keep its numbers, and redraw when it is time; `samples()` is called only then.

        Args:
            samples: gives an image batch (N, C, H, W) in [-1, 1]; the first 40 are drawn.
            numbers: curves to draw, by name; each a number or a scalar tensor.
        """
        self.step += 1
        for name, value in numbers.items():
            self.curves.setdefault(name, []).append(value.detach() if isinstance(value, torch.Tensor) else value)
        if self.elapsed >= self._next:
            self._draw(samples)
            self._next = self.elapsed + self.every

    def finish(self, samples: Callable[[], torch.Tensor]) -> None:
        """Draw the last state, which stays in the notebook."""
        self._draw(samples)

    def _draw(self, samples: Callable[[], torch.Tensor]) -> None:
        begun = time.perf_counter()
        for name, values in self.curves.items():
            self.curves[name] = [float(value) for value in values]
        with torch.no_grad():
            images = samples()[:40].float().cpu()
        if _notebook():
            self._show(self._figure(images))
        else:
            numbers = " · ".join(f"{name} {_mean(values[-50:]):.3f}" for name, values in self.curves.items())
            print(f"{self.elapsed:5.0f} s · step {self.step} · {numbers}")
        self._start += time.perf_counter() - begun

    def _show(self, figure: Any) -> None:
        from IPython.display import display

        if self._handle is None:
            self._handle = display(figure, display_id=True)
        else:
            self._handle.update(figure)

    def _figure(self, images: torch.Tensor) -> Any:
        from matplotlib.figure import Figure  # not pyplot: this figure is shown here and nowhere else

        rows = -(-len(images) // COLUMNS)
        width, curves = 6.2, 3.4 if self.curves else 0.0
        cell = width / COLUMNS
        height = max(rows * cell, 2.2) + 0.35
        figure = Figure(figsize=(width + curves, height), facecolor=PAPER, dpi=100)
        grid = _tile(images)
        left = figure.add_axes((0.01, 0.01, width / (width + curves) - 0.02, (height - 0.35) / height))
        left.imshow(grid, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        bare(left)
        left.set_anchor("N")
        text = f"step {self.step:,} · {min(self.elapsed, self.seconds):.0f} of {self.seconds:.0f} s"
        figure.text(0.012, 1 - 0.06 / height, text, va="top", color=INK, fontsize=10, weight="bold")
        if self.curves:
            total = width + curves
            right = figure.add_axes(((width + 0.55) / total, 0.5 / height, (curves - 0.7) / total, 1 - 0.95 / height))
            self._plot(right)
        return figure

    def _plot(self, axes: Any) -> None:
        axes.set_facecolor(PAPER)
        for colour, (name, values) in zip(_CURVES, self.curves.items(), strict=False):
            window = max(len(values) // 60, 1)
            smooth = [_mean(values[i : i + window]) for i in range(0, len(values), window)]
            axes.plot([i * window for i in range(len(smooth))], smooth, color=colour, linewidth=1.6, label=name)
        axes.legend(frameon=False, fontsize=9, labelcolor=INK)
        axes.set_xlabel("step", fontsize=9, color=FAINT)
        axes.tick_params(labelsize=8, colors=FAINT)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)


def _mean(values: list[float]) -> float:
    return sum(values) / max(len(values), 1)


def _tile(images: torch.Tensor) -> Any:
    """All images in one array, ten to a row, with one dark pixel between them."""
    import numpy as np

    cells = [np.pad(to_pixels(image), ((0, 1), (0, 1), (0, 0))[: to_pixels(image).ndim]) for image in images]
    cells += [np.zeros_like(cells[0])] * (-len(cells) % COLUMNS)
    rows = [np.concatenate(cells[i : i + COLUMNS], axis=1) for i in range(0, len(cells), COLUMNS)]
    return np.concatenate(rows, axis=0)


def _notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return shell is not None and getattr(shell, "kernel", None) is not None
