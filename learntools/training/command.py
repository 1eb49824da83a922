"""`learntools train RECIPE`: one of the course's recipes, trained and measured from the command line."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import torch

from learntools import platforms
from learntools.training.hardware import TrainingError
from learntools.training.loop import fit
from learntools.training.recipes import RECIPES


def train_named(
    name: str, *, seconds: float | None, steps: int | None, seed: int, as_json: bool, out: Path | None, **options: Any
) -> bool:
    """Train the named recipe, print its metrics, and say whether it ran to its end.

    `seconds` is shortened in a quick run, as a notebook's is; without `seconds` and `steps` the usual time is taken.
    With `as_json` the last line of stdout is one JSON object, and everything else goes to stderr.

    Raises:
        TrainingError: there is no such recipe, or it cannot be trained as asked.
    """
    if name not in RECIPES:
        known = ", ".join(f"{key} ({named.about})" for key, named in RECIPES.items())
        raise TrainingError(f"There is no recipe {name!r}; there are {known}.")
    named = RECIPES[name]
    if seconds is None and steps is None:
        seconds, steps = named.seconds, named.steps
    if seconds is not None:
        seconds = platforms.time_budget(seconds)
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        torch.manual_seed(seed)
        result = fit(named.build(), named.data(), seconds=seconds, steps=steps, seed=seed, out=out, **options)
        leads = int(os.environ.get("RANK", "0")) == 0
        measured = named.measure(result.networks) if leads else {}
    if leads:
        found: dict[str, Any] = {
            "recipe": name,
            **({"conditional_accuracy": None} if "frechet_distance" in measured else {}),
            **measured,
            "steps": result.steps,
            "seconds": round(result.seconds, 2),
            "device": str(result.plan.device),
            "precision": result.plan.precision,
            "seed": seed,
            "stopped": result.stopped or None,
            "problems": result.problems,
        }
        print(json.dumps(found) if as_json else _lines(found))
    return not result.stopped and not result.problems


def _lines(found: dict[str, Any]) -> str:
    said = {key: value for key, value in found.items() if value not in (None, [])}
    return "\n".join(f"{key.replace('_', ' '):<22} {_number(value)}" for key, value in said.items())


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "; ".join(value) if isinstance(value, list) else str(value)
