"""The training loop: give it a recipe, data and a time, and it does the rest.

    result = fit(GAN(generator=G, discriminator=D), clothes, seconds=60, seed=1)
    images = result.generator(torch.randn(8, 64))

It prints one line that says what it runs on and why, shows a bar and, in a notebook, samples that grow; it keeps an
average of the weights, writes checkpoints if it is told where, stops on NaN with the last good state, and after Ctrl-C
leaves a model that can be used. Between two looks at the clock nothing waits for a GPU.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from learntools.data import ImageSet, Unpaired
from learntools.training import state as states
from learntools.training.average import Average
from learntools.training.batches import Batches, Source
from learntools.training.checkpoint import Shelf, write_whole
from learntools.training.clock import Stopwatch, interruptible
from learntools.training.display import Display
from learntools.training.hardware import Plan, TrainingError, choose
from learntools.training.moves import Moves
from learntools.training.processes import prepared, team
from learntools.training.recipe import Recipe

if TYPE_CHECKING:
    from learntools.viz.animation import Animation

Metrics = Callable[[dict[str, nn.Module]], dict[str, float]]

UNTOLD = 60.0  # seconds that an animation plans for where only the steps are known
LOOK_EVERY = 1.0  # seconds between two looks at the losses, which a GPU must wait for
KEEP_EVERY = 10.0  # seconds between two copies of the good state, to go back to after NaN


@dataclass
class Result:
    """What a training gave.

    Attributes:
        networks: each averaged network as its average, of the others a copy; all in eval mode, in float32.
        steps, seconds: done in all; drawing, measuring and saving do not count as training.
        history: at each look a row {"step", "seconds", one mean loss for each network, and metrics where measured}.
        plan: what it ran on.
        stopped: why it stopped early, in a sentence; empty when it ran to its end.
        problems: what went wrong on the way without stopping it, such as a checkpoint that could not be written.
    """

    networks: dict[str, nn.Module]
    steps: int
    seconds: float
    history: list[dict[str, float]]
    plan: Plan
    stopped: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def generator(self) -> nn.Module:
        """The network called "generator"."""
        return self.networks["generator"]

    def best(self, metric: str, largest: bool = False) -> dict[str, float]:
        """The row of `history` with the best value of a metric. Raises KeyError when it was never measured."""
        rows = [row for row in self.history if metric in row]
        if not rows:
            raise KeyError(f"{metric!r} was not measured in this training: give `fit` a `metrics` that returns it.")
        return (max if largest else min)(rows, key=lambda row: row[metric])


def fit(
    recipe: Recipe,
    data: ImageSet | Unpaired | Source | tuple[Tensor, Tensor],
    *,
    seconds: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    precision: str | None = None,
    channels_last: bool | None = None,
    compiled: bool | None = None,
    metrics: Metrics | None = None,
    metrics_every: float = 30.0,
    out: str | Path | None = None,
    resume: bool = False,
    save_every: float = 30.0,
    show: bool = True,
    animation: str | Path | None = None,
) -> Result:
    """Train a recipe's networks on data.

    Args:
        recipe: networks, losses, optimisers and a step; its networks are trained in place.
        data: an ImageSet, or images uint8 (N, C, H, W) and labels int64 (N,); for translation Pairs or Unpaired; or a
            Source, which makes its batches itself.
        seconds, steps: when to stop, at the first of the two. One must be given.
        seed: of the training's random numbers (torch's, and Python's and NumPy's); the networks come as they are.
        device, precision, channels_last, compiled: to override what `hardware.choose` would choose.
        metrics: measured every `metrics_every` seconds and at the end: averaged networks by name → numbers by name.
        out: a folder for checkpoints, and at the end for the networks as safetensors files.
        resume: go on with the newest whole checkpoint in `out`, if there is one. With `steps`, on one CPU, the weights
            are then those of an unbroken run, bit for bit.
        save_every: seconds between two checkpoints.
        show: whether to print the plan, a bar and a preview.
        animation: a GIF file to write the samples of the whole training to; none by default.

    Raises:
        TrainingError: the recipe, the data, the device and the options do not fit together, or `out` holds a training
            that this one would overwrite. Nothing has been trained or written then.
    """
    if seconds is None and steps is None:
        raise TrainingError("When should it stop? Give `seconds`, such as seconds=60, or `steps`.")
    for name, value in (("seconds", seconds), ("steps", steps)):
        if value is not None and not value > 0:
            raise TrainingError(f"`{name}` is {value}, and a training needs more than 0.")
    shelf = Shelf(out) if out is not None else None
    if shelf is not None and shelf.files() and not resume:
        raise TrainingError(
            f"There is a training in {shelf.folder} already: resume=True goes on with it, another `out` starts afresh."
        )
    if resume and out is None:
        raise TrainingError("resume=True needs `out`, the folder in which the training to go on with was kept.")
    plan = choose(device, precision, channels_last, compiled, recipe.channels_last)
    film = _film(animation, seconds) if animation is not None else None

    with team(plan) as crew:
        states.seed_everything(seed + crew.rank)
        batches = Batches(data, recipe.batch_size, crew.device, recipe.augment)
        for network in recipe.networks.values():
            network.train().to(crew.device).to(memory_format=plan.memory_format)  # type: ignore[call-overload]
            crew.agree_on(network)
        _check(recipe, batches)
        averages = {name: Average(recipe.networks[name], recipe.decay) for name in recipe.averaged}
        optimizers = {name: crew.optimizer(recipe.optimizers[name].build(net)) for name, net in recipe.networks.items()}
        parts = states.Parts(recipe, optimizers, averages, crew)
        run = _Run(
            recipe=recipe,
            batches=batches,
            parts=parts,
            moves=Moves(crew, recipe.networks, optimizers),
            plan=plan,
            seconds=seconds,
            steps=steps,
            metrics=metrics,
            metrics_every=metrics_every,
            shelf=shelf,
            save_every=save_every,
        )
        if shelf is not None and resume:
            run.go_on(shelf)
        film = film if crew.leads else None
        run.display = Display(show and crew.leads, plan, seconds, steps, list(recipe.networks), film)
        for sentence in run.problems:
            run.display.note(sentence)
        if run.step:
            run.display.note(f"Going on from step {run.step:,}.")
        with prepared(crew, plan, recipe.networks), interruptible() as interrupted:
            run.train(interrupted)
        run.end()
        result = Result(parts.finished(), run.step, run.spent, run.history, plan, run.stopped, run.problems)
        if shelf is not None and crew.leads:
            _keep_weights(result, shelf.folder)
        run.display.finish(result)
    return result


@dataclass
class _Run:
    """One training while it runs: where it is, and what can happen at a look at the clock."""

    recipe: Recipe
    batches: Batches
    parts: states.Parts
    moves: Moves
    plan: Plan
    seconds: float | None
    steps: int | None
    metrics: Metrics | None
    metrics_every: float
    shelf: Shelf | None
    save_every: float
    display: Display = field(init=False)
    step: int = 0
    spent: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    stopped: str = ""
    problems: list[str] = field(default_factory=list)

    def go_on(self, shelf: Shelf) -> None:
        """Take up the training that the shelf holds, if there is one."""
        saved = shelf.load()
        self.problems += shelf.damaged
        if saved is not None:
            self.step, self.spent, self.history = self.parts.restore(saved, shelf.folder)

    def train(self, interrupted: Callable[[], bool]) -> None:
        crew, recipe, moves = self.parts.crew, self.recipe, self.moves
        rates = {name: recipe.optimizers[name].lr for name in moves.optimizers}
        good = self.parts.capture(self.step, self.spent, self.history)
        watch = Stopwatch(self.spent)
        looked = kept = saved = measured = self.spent
        begun = self.step
        while True:
            told = crew.same(watch.seconds / self.seconds, self.step) if self.seconds else 0.0
            done = max(told, self.step / self.steps if self.steps else 0.0)
            if done >= 1:
                break

            # one step
            recipe.done = done
            factor = recipe.schedule(done)
            for name, optimizer in moves.optimizers.items():
                for group in optimizer.param_groups:
                    group["lr"] = rates[name] * factor
            x, y = self.batches.draw()
            recipe.step(x, y, moves, self.step)
            for average in self.parts.averages.values():
                average.update()
            self.step += 1

            # now and then a look at the losses, which may wait for the GPU; what follows is not training
            self.spent = watch.seconds
            stop = interrupted()
            if not crew.same_yes(stop or self.spent - looked >= LOOK_EVERY, self.step):
                continue
            paused = time.perf_counter()
            if self._wrong(good, begun):
                return
            if crew.same_yes(stop):
                self.stopped = f"Stopped by you after {self.step:,} steps: the networks are usable as they are."
                return
            if self.metrics is not None and crew.same_yes(self.spent - measured >= self.metrics_every):
                self._measure()
                measured = self.spent
            if crew.same_yes(self.spent - kept >= KEEP_EVERY):
                good, kept = self.parts.capture(self.step, self.spent, self.history), self.spent
            if crew.same_yes(self.spent - saved >= self.save_every):
                self._save()
                saved = self.spent
            self._show()
            looked, begun = self.spent, self.step
            watch.pause(paused)
        if crew.device.type == "cuda":
            torch.cuda.synchronize(crew.device)
        self.spent = watch.seconds
        self._wrong(good, begun)

    def end(self) -> None:
        """What comes after the last step: first nothing may be lost, then it is measured and shown."""
        self._save()
        if not self.stopped:
            self._measure()
        self._show(last=True)

    def _wrong(self, good: dict[str, Any], begun: int) -> bool:
        """Read the losses since the last look into the history; if one is past saving, go back to the good state."""
        means, wrong = self.moves.read()
        if not wrong and not self.parts.sound():
            wrong = "The networks' weights are no longer numbers"
        if not wrong:
            if means:
                self.history.append({"step": self.step, "seconds": round(self.spent, 3), **means})
            return False
        ended = self.step
        self.step, self.spent, self.history = self.parts.restore(good)
        if self.shelf is not None and self.parts.crew.leads:
            self.shelf.drop_after(self.step)
        self.stopped = (
            f"{wrong}, between steps {begun:,} and {ended:,}. The training has stopped, and the networks are as they "
            f'were at step {self.step:,}: try a lower learning rate, or precision="fp32".'
        )
        return True

    def _measure(self) -> None:
        """The metrics of the present networks into the history; a metric that fails costs nothing but itself."""
        if self.metrics is None or not self.history:
            return
        with states.untouched_random_state(), torch.no_grad():
            try:
                found = self.metrics(self.parts.finished())
                self.history[-1] |= {name: float(value) for name, value in found.items()}
            except Exception as error:
                self._problem(f"The metrics could not be measured ({type(error).__name__}: {error}).")

    def _save(self) -> None:
        if self.shelf is None:
            return
        state = self.parts.capture(self.step, self.spent, self.history)  # every process has a part in it
        if self.parts.crew.leads:
            try:
                self.shelf.save(self.step, state)
            except TrainingError as error:
                self._problem(str(error))

    def _show(self, last: bool = False) -> None:
        def samples() -> Tensor | None:
            with states.untouched_random_state():
                return self.recipe.samples(self.parts.finished(), self.parts.crew.device)

        self.display.update(self.step, self.spent, self.history, samples, last)

    def _problem(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)
            self.display.note(sentence)


def _film(path: str | Path, seconds: float | None) -> Animation:
    from learntools.viz.animation import Animation

    try:
        return Animation(path, seconds or UNTOLD)
    except ValueError as error:
        raise TrainingError(str(error)) from None


def _check(recipe: Recipe, batches: Batches) -> None:
    """Let the recipe try its networks on two images, without a trace in them or in the random state."""
    networks = list(recipe.networks.values())
    x, y = batches.first(2)
    with states.untouched_random_state(), torch.no_grad():
        for network in networks:
            network.eval()
        try:
            recipe.check(x, y, batches.labels)
        finally:
            for network in networks:
                network.train()


def _keep_weights(result: Result, folder: Path) -> None:
    """Each network as FOLDER/NAME.safetensors."""
    from safetensors.torch import save

    for name, network in result.networks.items():
        tensors = {key: value.detach().cpu().contiguous() for key, value in network.state_dict().items()}
        try:
            write_whole(folder / f"{name}.safetensors", save(tensors))
        except OSError as error:
            result.problems.append(f"{folder / name}.safetensors cannot be written ({error.strerror}): free space.")
