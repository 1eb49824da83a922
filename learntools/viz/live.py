"""A picture that changes while a model trains: samples on the left, curves on the right, redrawn in place.

    preview = LivePreview(seconds=60)
    while preview.running():
        ...                                    # one training step
        preview.update(lambda: G(fixed_z), D=d_loss, G=g_loss)
    preview.finish(lambda: G(fixed_z))

A redraw costs about a tenth of a second, so it happens only every few seconds; the numbers given to `update` are kept
as they are (a tensor is read only at a redraw, so that a GPU is not made to wait). The output stays one tidy picture.

    LivePreview(seconds=60, animation="my_training.gif")    # keeps the samples as a small animation, too
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import torch

from learntools.viz.animation import Animation
from learntools.viz.canvas import BLUE, FAINT, INK, ORANGE, PAPER, bare, figure_output, in_notebook, publish
from learntools.viz.images import to_pixels

_CURVES = (BLUE, ORANGE, "#5b3a8c", "#1b6e3c")
COLUMNS = 10
MOST = 40  # images of a batch that are drawn
METRICS = 3  # that are drawn
Curves = dict[str, tuple[list[float], list[float]]]  # by name: steps and values


class LivePreview:
    """Samples and curves of a training, for a stated number of seconds.

    Args:
        seconds: how long the training is to last; drawing does not count.
        every: seconds between two redraws.
        animation: a GIF file to write the samples of the whole training to, at the end; none by default.

    Raises:
        ValueError: `animation` does not end in .gif, or its folder does not exist.
    """

    def __init__(self, seconds: float, every: float = 5.0, animation: str | os.PathLike[str] | None = None):
        self.seconds, self.every = seconds, every
        self._animation = Animation(animation, seconds) if animation is not None else None
        self.step = 0
        self.curves: dict[str, list[Any]] = {}
        self._start = time.perf_counter()
        self._next = min(1.0, seconds)
        self._picture = LiveFigure()

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
        elif self._animation is not None and self._animation.due(self.elapsed):
            begun = time.perf_counter()
            self._animation.keep(tiled(_without_gradient(samples)), self.elapsed)
            self._start += time.perf_counter() - begun

    def finish(self, samples: Callable[[], torch.Tensor]) -> None:
        """Draw the last state, which stays in the notebook, and write the animation if one was asked for."""
        self._draw(samples)
        if self._animation is not None:
            print(self._animation.write())

    def _draw(self, samples: Callable[[], torch.Tensor]) -> None:
        begun = time.perf_counter()
        for name, values in self.curves.items():
            self.curves[name] = [float(value) for value in values]
        images = _without_gradient(samples)
        if self._animation is not None:
            self._animation.keep(tiled(images), begun - self._start)
        if in_notebook():
            curves = {name: _smooth(values) for name, values in self.curves.items()}
            title = f"step {self.step:,} · {min(self.elapsed, self.seconds):.0f} of {self.seconds:.0f} s"
            self._picture.draw(images, curves, title)
        else:
            numbers = " · ".join(f"{name} {_mean(values[-50:]):.3f}" for name, values in self.curves.items())
            print(f"{self.elapsed:5.0f} s · step {self.step} · {numbers}")
        self._start += time.perf_counter() - begun


class LiveFigure:
    """One picture of a notebook, drawn again in the same place: samples on the left, curves on the right."""

    def __init__(self) -> None:
        self._handle: Any = None

    def draw(self, images: torch.Tensor, curves: Curves, title: str, metrics: Curves | None = None) -> None:
        """Show the picture, or replace the one shown before.

        Args:
            images: a batch (N, C, H, W) in [-1, 1]; the first 40 are drawn, ten to a row.
            curves: by name, the steps and the values.
            title: a few words above the samples, such as the step.
            metrics: like `curves`, but each with a scale of its own; the first three are drawn.
        """
        if not in_notebook():
            return
        shown = min(len(images), MOST)
        metrics = dict(list((metrics or {}).items())[:METRICS])
        output = figure_output(_figure(images, curves, title, metrics), _in_words(shown, curves | metrics, title))
        self._handle = publish(*output, self._handle)


def _in_words(count: int, curves: Curves, title: str) -> str:
    """`A training at step 300 · 12 of 60 s: 40 samples; the curves end at D 1.312, G 0.876.`"""
    last = ", ".join(f"{name} {values[-1]:.3f}" for name, (_, values) in curves.items() if values)
    drawn = f"A training at {title}: {count} sample{'s' * (count != 1)}"
    return f"{drawn}; the curves end at {last}." if last else f"{drawn}."


def _figure(images: torch.Tensor, curves: Curves, title: str, metrics: Curves) -> Any:
    from matplotlib.figure import Figure  # not pyplot: this figure is shown here and nowhere else

    rows = -(-min(len(images), MOST) // COLUMNS)
    width, beside = 6.2, 3.4 if curves or metrics else 0.0
    height = max(rows * width / COLUMNS, 2.2 + 0.9 * len(metrics)) + 0.35
    total = width + beside
    figure = Figure(figsize=(total, height), facecolor=PAPER, dpi=100)
    left = figure.add_axes((0.01, 0.01, width / total - 0.02, (height - 0.35) / height))
    left.imshow(tiled(images), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    bare(left)
    left.set_anchor("N")
    figure.text(0.012, 1 - 0.06 / height, title, va="top", color=INK, fontsize=10, weight="bold")
    if beside:
        place = {"left": (width + 0.55) / total, "right": 1 - 0.15 / total}
        place |= {"bottom": 0.5 / height, "top": 1 - 0.45 / height, "hspace": 0.5}
        plots = figure.subplots(
            1 + len(metrics), sharex=True, gridspec_kw={**place, "height_ratios": [2, *[1] * len(metrics)]}
        )
        _plot(plots if not metrics else plots[0], curves)
        for number, (name, (steps, values)) in enumerate(metrics.items(), start=1):
            _plot(plots[number], {name: (steps, values)}, INK, f"{name} {values[-1]:.3f}" if values else name)
        (plots if not metrics else plots[-1]).set_xlabel("step", fontsize=9, color=FAINT)
    return figure


def _plot(axes: Any, curves: Curves, colour: str = "", title: str = "") -> None:
    """Curves with a legend; one that has a title needs none, and shows where it was measured."""
    axes.set_facecolor(PAPER)
    for usual, (name, (steps, values)) in zip(_CURVES, curves.items(), strict=False):
        axes.plot(steps, values, color=colour or usual, linewidth=1.6, label=name, marker="o" if title else "", ms=3)
    if title:
        axes.set_title(title, fontsize=9, color=INK, loc="left", pad=3)
    elif curves:
        axes.legend(frameon=False, fontsize=9, labelcolor=INK)
    axes.tick_params(labelsize=8, colors=FAINT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _smooth(values: list[float]) -> tuple[list[float], list[float]]:
    """Steps and values, at most about sixty of them, each the mean of its neighbours."""
    window = max(len(values) // 60, 1)
    means = [_mean(values[i : i + window]) for i in range(0, len(values), window)]
    return [float(i * window) for i in range(len(means))], means


def _mean(values: list[float]) -> float:
    return sum(values) / max(len(values), 1)


def tiled(images: torch.Tensor) -> Any:
    """The first 40 images in one array of uint8, ten to a row, with one dark pixel between them."""
    import numpy as np

    shown = [to_pixels(image) for image in images[:MOST].detach().float().cpu()]
    cells = [np.pad(pixels, ((0, 1), (0, 1), (0, 0))[: pixels.ndim]) for pixels in shown]
    cells += [np.zeros_like(cells[0])] * (-len(cells) % COLUMNS)
    rows = [np.concatenate(cells[i : i + COLUMNS], axis=1) for i in range(0, len(cells), COLUMNS)]
    return np.concatenate(rows, axis=0)


def _without_gradient(samples: Callable[[], torch.Tensor]) -> torch.Tensor:
    with torch.no_grad():
        return samples()
