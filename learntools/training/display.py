"""What a person sees while a model trains: the plan, a bar, and in a notebook samples and curves.

The bar is tqdm's. Without a notebook and a terminal, as in a log file, there are only the first line and the last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from learntools import platforms
from learntools.training.hardware import Plan

if TYPE_CHECKING:
    from learntools.training.loop import Result

DRAW_EVERY = 5.0  # seconds; a picture takes a tenth of one


class Display:
    """The outside of one training; with `shown` False it does nothing."""

    def __init__(self, shown: bool, plan: Plan, seconds: float | None, steps: int | None):
        self.shown, self.seconds, self.steps = shown, seconds, steps
        self.notebook = shown and platforms.where() != "terminal"
        self._drawn_at = -DRAW_EVERY
        self._bar: Any = None
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
        # None: no bar where stderr is a file
        return tqdm(total=total, unit=unit, leave=False, bar_format=layout, disable=False if self.notebook else None)

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
        if not self.shown:
            return
        row = history[-1] if history else {}
        numbers = {name: value for name, value in row.items() if name not in ("step", "seconds")}
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
        names = [name for name in (history[-1] if history else {}) if name not in ("step", "seconds")]
        curves = {
            name: ([row["step"] for row in history if name in row], [row[name] for row in history if name in row])
            for name in names
        }
        goal = f" of {self.seconds:.0f}" if self.seconds is not None else ""
        self._picture.draw(images, curves, f"step {step:,} · {seconds:.0f}{goal} s")

    def finish(self, result: Result) -> None:
        """Take the bar away, and say what was done."""
        if not self.shown:
            return
        self._bar.close()
        row = result.history[-1] if result.history else {}
        numbers = [f"{name} {value:.3f}" for name, value in row.items() if name not in ("step", "seconds")]
        rate = result.steps / max(result.seconds, 1e-9)
        done = f"{result.steps:,} steps in {result.seconds:.0f} s, {rate:.1f} a second"
        print(result.stopped or " · ".join([done, *numbers]))
