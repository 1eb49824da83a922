"""How good a generator is after how many seconds of training, over three seeds.

Each figure is a training of its own that was told its time, because the learning rate falls towards the end of it. The
seconds are `fit`'s: measuring does not count. What else ran on the machine counts, so let nothing run.
"""

from __future__ import annotations

import statistics
from typing import Any

import torch

from learntools.training import fit
from learntools.training.recipes import RECIPES

SEEDS = (1, 2, 3)
#: recipe → seconds of each training
NAMES = {
    "conditional_gan": (60.0, 120.0),
    "dcgan": (60.0, 120.0),
    "pix2pix": (120.0,),
    "cyclegan": (180.0,),
    "captioning": (150.0,),
    "super_resolution": (150.0,),
    "text_to_image": (150.0,),
    "object_removal": (150.0,),
}


def measure() -> dict[str, Any]:
    """Every run: recipe, seconds, seed, steps and metrics."""
    runs = []
    for seed in SEEDS:
        for name, lengths in NAMES.items():
            for seconds in lengths:
                named = RECIPES[name]
                torch.manual_seed(seed)
                result = fit(named.build(), named.data(), seconds=seconds, seed=seed, show=False)
                run = {"recipe": name, "told_seconds": seconds, "seed": seed, "steps": result.steps}
                runs.append(run | named.measure(result.networks))
                print(runs[-1], flush=True)
    return {"plan": str(result.plan), "runs": runs}


def table(found: dict[str, Any]) -> str:
    """Medians over the seeds, with the range, as Markdown."""
    lines = [found["plan"]]
    for name, lengths in NAMES.items():
        metrics = [key for key in _first(found, name) if key not in ("recipe", "told_seconds", "seed", "steps")]
        lines += ["", f"| {name}, seconds | steps | {' | '.join(metrics)} |", "|---|---|" + "---|" * len(metrics)]
        for seconds in lengths:
            runs = [run for run in found["runs"] if (run["recipe"], run["told_seconds"]) == (name, seconds)]
            steps = statistics.median(run["steps"] for run in runs)
            values = " | ".join(_spread(runs, key) for key in metrics)
            lines.append(f"| {seconds:.0f} | {steps:,.0f} | {values} |")
    return "\n".join(lines)


def _first(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(run for run in found["runs"] if run["recipe"] == name)


def _spread(runs: list[dict[str, Any]], key: str) -> str:
    values = [run[key] for run in runs if key in run]
    if not values:
        return ""
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"
