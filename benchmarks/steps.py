"""What a training step costs: the engine against the plain loop that everybody writes first, and against the bare step.

The plain loop is float32, contiguous, with torch's default Adam, nothing frozen and nothing averaged; the same
networks, the same batches, the same process. The bare step is the recipe's own in the engine's precision and layout,
without what `fit` does around it. All are run in turns, and the medians of the rounds' paired ratios are given.
"""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from learntools.training import Batches, Plan, Recipe, choose, fit
from learntools.training.loop import Moves
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
    """The textbook's step: as the recipe's, but D's weights collect gradients in G's turn too."""
    if hasattr(recipe, "generate"):
        gan: Any = recipe
        fake = gan.generate(gan.noise(len(x), x.device), y)
        move("discriminator", gan.discriminator_loss(gan.score(x, y), gan.score(fake.detach(), y)))
        move("generator", gan.generator_loss(gan.score(fake, y)))
    else:
        move("network", F.cross_entropy(next(iter(recipe.networks.values()))(x), y))


def timed(device: torch.device, work: Callable[[], Any]) -> float:
    """Milliseconds of one of STEPS calls."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(STEPS):
        work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - start) / STEPS


def step_times(name: str, plan: Plan, rounds: int = ROUNDS) -> dict[str, float]:
    """Medians over interleaved rounds: milliseconds a step, and ratios of the same round."""
    torch.manual_seed(0)
    named, data = RECIPES[name], RECIPES[name].data()
    bare, plain, whole = (named.build() for _ in range(3))
    options = {"device": plan.device, "precision": plan.precision, "channels_last": plan.channels_last, "show": False}
    with team(plan) as crew:
        device = crew.device
        batches = Batches(data, bare.batch_size, device, bare.augment)
        for recipe in (bare, plain):
            for network in recipe.networks.values():
                network.train().to(device)
        for network in bare.networks.values():
            network.to(memory_format=plan.memory_format)
        optimizers = {key: crew.optimizer(bare.optimizers[key].build(net)) for key, net in bare.networks.items()}
        plain_move = PlainMove(plain)
        flops = FlopCounterMode(display=False)
        with flops:
            plain_step(plain, *batches.draw(), plain_move)
        times: dict[str, list[float]] = {"plain": [], "bare": [], "fit": []}
        with prepared(crew, plan, bare.networks):
            moves = Moves(crew, bare.networks, optimizers)

            def bare_step() -> None:
                bare.step(*batches.draw(), moves, 0)
                for losses in moves.losses.values():
                    losses.clear()

            def plain_round() -> None:
                plain_step(plain, *batches.draw(), plain_move)

            for round_ in range(rounds + 1):  # the first warms up
                found = {"plain": timed(device, plain_round), "bare": timed(device, bare_step)}
                if round_:
                    for key, value in found.items():
                        times[key].append(value)
    # fit makes a team of its own, so its rounds come in pairs with bare ones of another team
    paired = []
    for round_ in range(rounds + 1):
        result = fit(copy.deepcopy(whole), data, steps=STEPS, **options)
        with team(plan) as crew:
            recipe = copy.deepcopy(whole)
            for network in recipe.networks.values():
                network.train().to(crew.device).to(memory_format=plan.memory_format)  # type: ignore[call-overload]
            built = {key: crew.optimizer(recipe.optimizers[key].build(net)) for key, net in recipe.networks.items()}
            with prepared(crew, plan, recipe.networks):
                again = Moves(crew, recipe.networks, built)
                bare_ms = timed(crew.device, lambda: recipe.step(*batches.draw(), again, 0))  # noqa: B023
        if round_:
            times["fit"].append(1000 * result.seconds / result.steps)
            paired.append(times["fit"][-1] / bare_ms)
    ratios = [a / b for a, b in zip(times["plain"], times["bare"], strict=True)]
    return {
        **{f"{key}_ms": statistics.median(values) for key, values in times.items()},
        "faster_than_plain": statistics.median(ratios),
        "fit_over_bare": statistics.median(paired),
        "gflop": flops.get_total_flops() / 1e9,
    }


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
    for name in RECIPES:
        steps[name] = step_times(name, plan)
        rate = steps[name]["gflop"] / steps[name]["bare_ms"] * 1000
        steps[name]["share_of_matrix_rate"] = rate / rates[plan.precision]
    return {
        "plan": str(plan),
        "matrix_gflops": rates,
        "steps": steps,
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
    for name, row in found["effects_ms"].items():
        lines += ["", f"| {name}, `fit` | a step |", "|---|---|"]
        lines += [f"| {key} | {ms:.1f} ms |" for key, ms in row.items()]
    return "\n".join(lines)
