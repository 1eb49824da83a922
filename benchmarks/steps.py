"""What a training step costs: the engine against the plain loop that everybody writes first, and against the bare step.

The plain loop is float32, contiguous, with torch's default Adam, nothing frozen and nothing averaged; the same
networks, the same batches, the same process. The bare step is the recipe's own in the engine's precision and layout,
without what `fit` does around it. All are run in turns, and the medians of the rounds' paired ratios are given. The
scenes of a captioning step are drawn within it; what they cost is also measured by itself.
"""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from learntools.data.scenes import Endless
from learntools.training import Batches, Plan, Recipe, choose, fit
from learntools.training.moves import Moves
from learntools.training.processes import prepared, team
from learntools.training.recipes import RECIPES

ROUNDS, STEPS = 7, 30


class PlainMove:
    """zero_grad, backward, step."""

    def __init__(self, recipe: Recipe):
        self.optimizers = {
            name: torch.optim.Adam(
                network.parameters(), lr=recipe.optimizers[name].lr, betas=recipe.optimizers[name].betas
            )
            for name, network in recipe.networks.items()
        }

    def __call__(self, name: str, loss: Tensor) -> None:
        self.optimizers[name].zero_grad()
        loss.backward()
        self.optimizers[name].step()


def plain_step(recipe: Recipe, x: Tensor, y: Tensor, move: PlainMove) -> None:
    """The textbook's step: as the recipe's, but a GAN's D collects gradients in G's turn too."""
    if hasattr(recipe, "generate"):
        gan: Any = recipe
        fake = gan.generate(gan.noise(len(x), x.device), y)
        move("discriminator", gan.refuse(x, y, fake.detach()))
        move("generator", gan.generator_loss(gan.score(fake, y)))
    else:
        recipe.step(x, y, move, 0)


def timed(device: torch.device, work: Callable[[], Any], calls: int = STEPS) -> float:
    """Milliseconds of one of so many calls."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - start) / calls


@contextmanager
def bare_steps(recipe: Recipe, batches: Batches, plan: Plan) -> Iterator[Callable[[], None]]:
    """Within, a call is one bare step of the recipe: drawn, computed and moved as `fit` does it, and nothing else."""
    with team(plan) as crew:
        for network in recipe.networks.values():
            network.train().to(crew.device).to(memory_format=plan.memory_format)  # type: ignore[call-overload]
        optimizers = {name: crew.optimizer(recipe.optimizers[name].build(net)) for name, net in recipe.networks.items()}
        moves = Moves(crew, recipe.networks, optimizers)

        def step() -> None:
            recipe.step(*batches.draw(), moves, 0)
            for values in moves.losses.values():
                values.clear()

        with prepared(crew, plan, recipe.networks):
            yield step


def step_times(name: str, plan: Plan, rounds: int = ROUNDS) -> dict[str, float]:
    """Medians over interleaved rounds: milliseconds a step, and ratios of the same round."""
    torch.manual_seed(0)
    named, data = RECIPES[name], RECIPES[name].data()
    start, plain = named.build(), named.build()
    batches = Batches(data, plain.batch_size, plan.device, plain.augment)
    for network in plain.networks.values():
        network.train().to(plan.device)
    move = PlainMove(plain)

    def plain_work() -> None:
        plain_step(plain, *batches.draw(), move)

    flops = FlopCounterMode(display=False)
    with flops:
        plain_work()
    times: dict[str, list[float]] = {"plain": [], "bare": [], "fit": []}
    options = {"device": plan.device, "precision": plan.precision, "channels_last": plan.channels_last, "show": False}
    for round_ in range(rounds + 1):  # the first warms up
        found = {"plain": timed(plan.device, plain_work)}
        with bare_steps(copy.deepcopy(start), batches, plan) as bare_work:
            found["bare"] = timed(plan.device, bare_work)
        result = fit(copy.deepcopy(start), data, steps=STEPS, **options)
        found["fit"] = 1000 * result.seconds / result.steps
        if round_:
            for key, value in found.items():
                times[key].append(value)

    def ratio(above: str, below: str) -> float:
        return statistics.median(a / b for a, b in zip(times[above], times[below], strict=True))

    return {
        **{f"{key}_ms": statistics.median(values) for key, values in times.items()},
        "faster_than_plain": ratio("plain", "bare"),
        "fit_over_bare": ratio("fit", "bare"),
        "gflop": flops.get_total_flops() / 1e9,
    }


def scene_rates(device: torch.device, rounds: int = ROUNDS) -> dict[str, float]:
    """Scenes a second, with a caption each: the medians of interleaved rounds, for a training's batch and for many."""
    source, times = Endless(), {count: [] for count in (32, 1000)}
    for round_ in range(rounds + 1):  # the first looks up which pairs are kept apart, and makes the sprites
        for count, found in times.items():
            milliseconds = timed(device, lambda count=count: source.draw(count, device), calls=3000 // count)
            if round_:
                found.append(milliseconds)
    return {f"{count:,} at once": 1000 * count / statistics.median(found) for count, found in times.items()}


def matrix_rate(device: torch.device, dtype: torch.dtype, side: int = 2048) -> float:
    """GFLOP/s of this device's own matrix product, the best of several runs."""
    side = side * 4 if device.type == "cuda" else side
    a, b = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    best = 0.0
    for _ in range(8):
        if device.type == "cuda":
            torch.cuda.synchronize()
        start = time.perf_counter()
        a @ b
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = max(best, 2 * side**3 / (time.perf_counter() - start) / 1e9)
    return best


def effects(name: str, plan: Plan) -> dict[str, float]:
    """Milliseconds a step of `fit` with each choice by itself, medians of interleaved rounds."""
    short = plan.precision if plan.precision != "fp32" else "bf16"
    variants: dict[str, dict[str, Any]] = {
        "fp32 contiguous": {"precision": "fp32", "channels_last": False},
        "fp32 channels_last": {"precision": "fp32", "channels_last": True},
        f"{short} contiguous": {"precision": short, "channels_last": False},
        f"{short} channels_last": {"precision": short, "channels_last": True},
    }
    if plan.device.type == "cuda":
        variants[f"{short} channels_last compiled"] = {"precision": short, "channels_last": True, "compiled": True}
    named = RECIPES[name]
    data, times = named.data(), {key: [] for key in variants}
    for round_ in range(5):
        for key, options in variants.items():
            result = fit(named.build(), data, steps=STEPS, device=plan.device, show=False, **options)
            if round_:
                times[key].append(1000 * result.seconds / result.steps)
    return {key: statistics.median(values) for key, values in times.items()}


def measure() -> dict[str, Any]:
    """Every recipe's step times, the machine's matrix rates, and the effect of each choice."""
    plan = choose()
    rates = {
        key: matrix_rate(plan.device, dtype) for key, dtype in (("fp32", torch.float32), (plan.precision, plan.dtype))
    }
    steps = {}
    for name in (name for name, named in RECIPES.items() if named.steps is None):  # others download, or are long
        steps[name] = step_times(name, choose(prefers_channels_last=RECIPES[name].build().channels_last))
        rate = steps[name]["gflop"] / steps[name]["bare_ms"] * 1000
        steps[name]["share_of_matrix_rate"] = rate / rates[plan.precision]
    return {
        "plan": str(plan),
        "matrix_gflops": rates,
        "steps": steps,
        "scenes_a_second": scene_rates(plan.device),
        "effects_ms": {name: effects(name, plan) for name in ("conditional_gan",)},
    }


def table(found: dict[str, Any]) -> str:
    """The measurements as Markdown."""
    rates = ", ".join(f"{key} {value:,.0f} GFLOP/s" for key, value in found["matrix_gflops"].items())
    lines = [f"{found['plan']}", "", f"The device's own matrix product: {rates}.", ""]
    lines += [
        "| step of | plain fp32 | bare step | plain / bare | fit / bare | work | of the matrix rate |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in found["steps"].items():
        lines.append(
            f"| {name} | {row['plain_ms']:.1f} ms | {row['bare_ms']:.1f} ms | {row['faster_than_plain']:.2f} | "
            f"{row['fit_over_bare']:.3f} | {row['gflop']:.1f} GFLOP | {row['share_of_matrix_rate']:.0%} |"
        )
    lines += ["", "| scenes, with a caption each | a second |", "|---|---|"]
    lines += [f"| {key} | {rate:,.0f} |" for key, rate in found["scenes_a_second"].items()]
    for name, row in found["effects_ms"].items():
        lines += ["", f"| {name}, `fit` | a step |", "|---|---|"]
        lines += [f"| {key} | {ms:.1f} ms |" for key, ms in row.items()]
    return "\n".join(lines)
