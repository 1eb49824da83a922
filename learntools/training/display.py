"""What a person sees while a model trains: the plan, a bar, and in a notebook samples and curves.

The bar is tqdm's. Without a notebook and a terminal, as in a log file, there are only the first line and the last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import torch

from learntools import platforms
from learntools.training.hardware import Plan

if TYPE_CHECKING:
    from learntools.training.loop import Result
    from learntools.viz.animation import Animation

DRAW_EVERY = 5.0  # seconds; a picture takes a tenth of one


class Display:
    """The outside of one training; with `shown` False it says nothing.

    Args:
        losses: what of a training's history are losses; everything else in it has been measured.
        animation: for the samples of the whole training.
    """

    def __init__(
        self,
        shown: bool,
        plan: Plan,
        seconds: float | None,
        steps: int | None,
        losses: Collection[str] = (),
        animation: Animation | None = None,
    ):
        self.shown, self.seconds, self.steps, self.losses = shown, seconds, steps, losses
        self._animation = animation
        self.notebook = shown and platforms.where() != "terminal"
        self._drawn_at = -DRAW_EVERY
        self._bar: Any = None
        self._bar_shown: Any = None
        self._picture: Any = None
        if shown:
            print(plan)
            self._bar = self._new_bar()

    def _new_bar(self) -> Any:
        from tqdm.auto import tqdm

        by_time = self.seconds is not None
        total = self.seconds if by_time else self.steps
        unit = " s" if by_time else " steps"
        layout = "{percentage:3.0f}%|{bar}| {elapsed} of training, {remaining} left{postfix}"
        options = {"total": total, "unit": unit, "leave": False, "bar_format": layout}
        if not self.notebook:
            return tqdm(**options, disable=None)  # no bar where stderr is a file
        from IPython.display import display
        from tqdm.notebook import tqdm_notebook

        if not issubclass(tqdm, tqdm_notebook):
            return tqdm(**options, disable=False)
        bar = tqdm(**options, disable=False, display=False)
        self._bar_shown = display(bar.container, display_id=True)
        return bar

    def note(self, sentence: str) -> None:
        """A sentence of its own line."""
        if self.shown:
            self._bar.write(sentence) if self._bar is not None else print(sentence)

    def update(
        self,
        step: int,
        seconds: float,
        history: list[dict[str, float]],
        samples: Callable[[], torch.Tensor | None],
        last: bool = False,
    ) -> None:
        """Bring the bar up to date, and from time to time the picture; `samples()` is called only then."""
        if self._animation is not None and (last or self._animation.due(seconds)):
            self._keep(self._animation, seconds, samples)
        if not self.shown:
            return
        numbers = latest(history)
        said = [f"{step:,} steps", f"{step / max(seconds, 1e-9):.1f} a second"]
        self._bar.set_postfix_str(" · ".join([*said, *(f"{n} {v:.3f}" for n, v in numbers.items())]), refresh=False)
        self._bar.n = min(seconds if self.seconds is not None else step, self._bar.total)
        self._bar.refresh()
        if self.notebook and (last or seconds - self._drawn_at >= DRAW_EVERY):
            self._drawn_at = seconds
            self._draw(step, seconds, history, samples)

    def _draw(self, step: int, seconds: float, history: list[dict[str, float]], samples: Callable[[], Any]) -> None:
        with torch.no_grad():
            images = samples()
        if images is None:
            return
        from learntools.viz.live import LiveFigure

        self._picture = self._picture or LiveFigure()
        curves = {
            name: ([row["step"] for row in history if name in row], [row[name] for row in history if name in row])
            for name in latest(history)
        }
        losses = {name: curve for name, curve in curves.items() if name in self.losses}
        metrics = {name: curve for name, curve in curves.items() if name not in self.losses}
        goal = f" of {self.seconds:.0f}" if self.seconds is not None else ""
        self._picture.draw(images, losses, f"step {step:,} · {seconds:.0f}{goal} s", metrics)

    def _keep(self, animation: Animation, seconds: float, samples: Callable[[], Any]) -> None:
        """A frame of the animation."""
        from learntools.viz.live import tiled

        with torch.no_grad():
            images = samples()
        if images is not None:
            animation.keep(tiled(images), seconds)

    def finish(self, result: Result) -> None:
        """Take the bar away, write the animation, and say what was done."""
        written = self._animation.write() if self._animation is not None else ""
        if not self.shown:
            return
        self._bar.close()
        if self._bar_shown is not None:  # or a saved page would go on saying 0 %
            self._bar_shown.update({"text/plain": ""}, raw=True)
        numbers = [f"{name} {value:.3f}" for name, value in latest(result.history).items()]
        rate = result.steps / max(result.seconds, 1e-9)
        done = f"{result.steps:,} steps in {result.seconds:.0f} s, {rate:.1f} a second"
        print(result.stopped or " · ".join([done, *numbers]))
        if written:
            print(written)


def latest(history: list[dict[str, float]]) -> dict[str, float]:
    """The newest value of every loss and of every metric, which are measured less often."""
    found: dict[str, float] = {}
    for row in history:
        found |= row
    return {name: value for name, value in found.items() if name not in ("step", "seconds")}
