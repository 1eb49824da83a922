"""The whole state of a training as plain data, and the way back: what a checkpoint holds.

Weights, optimisers, averages, the loss scaler, the random states, the step, the seconds and the history. Restored, the
training goes on as if it had never stopped.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from learntools.training.average import Average
from learntools.training.hardware import TrainingError
from learntools.training.processes import Team
from learntools.training.recipe import Recipe


def seed_everything(seed: int) -> None:
    """Seed torch on every device, Python and NumPy."""
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002  # the global one is what recipes may draw from


def random_state() -> dict[str, Any]:
    """The state of every source of random numbers, as tensors and plain numbers."""
    kind, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002
    state: dict[str, Any] = {
        "torch": torch.get_rng_state(),
        "python": random.getstate(),
        "numpy": [kind, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest],
    }
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        state["mps"] = torch.mps.get_rng_state()
    return state


def set_random_state(state: dict[str, Any]) -> None:
    """Undo every draw since `random_state()` gave this."""
    torch.set_rng_state(state["torch"].cpu())
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers), gauss))
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, keys.cpu().numpy().astype(np.uint32), *rest))  # noqa: NPY002
    if "cuda" in state and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all([value.cpu() for value in state["cuda"]])
    if "mps" in state and torch.backends.mps.is_available():
        torch.mps.set_rng_state(state["mps"].cpu())


@contextmanager
def untouched_random_state() -> Iterator[None]:
    """Whatever is drawn within, the random state is afterwards what it was."""
    before = random_state()
    try:
        yield
    finally:
        set_random_state(before)


def describe(recipe: Recipe) -> dict[str, Any]:
    """What a checkpoint must share with the recipe that resumes it: name, settings, and the shapes of all weights."""
    return {
        "name": recipe.name,
        "settings": {
            "batch size": str(recipe.batch_size),
            "decay": str(recipe.decay),
            **{f"optimizer of the {name}": str(settings) for name, settings in recipe.optimizers.items()},
        },
        "networks": {
            name: {key: list(value.shape) for key, value in network.state_dict().items()}
            for name, network in recipe.networks.items()
        },
    }


class Parts:
    """Everything of one training that changes while it runs."""

    def __init__(self, recipe: Recipe, optimizers: dict[str, Any], averages: dict[str, Average], crew: Team):
        self.recipe, self.optimizers, self.averages, self.crew = recipe, optimizers, averages, crew
        self._copies = {name: copy.deepcopy(net) for name, net in recipe.networks.items() if name not in averages}

    def finished(self) -> dict[str, nn.Module]:
        """The networks to use: averages where there are, else copies of the present ones; in eval mode."""
        found = {name: average.network for name, average in self.averages.items()}
        for name, network in self._copies.items():
            network.load_state_dict(self.recipe.networks[name].state_dict())
            found[name] = network.eval().requires_grad_(False)
        return found

    def sound(self) -> bool:
        """Whether every weight is a number; a GPU is waited for."""
        weights = [value.detach() for network in self.recipe.networks.values() for value in network.parameters()]
        return bool(torch.stack(torch._foreach_norm(weights)).isfinite().all())  # type: ignore[attr-defined]

    def capture(self, step: int, seconds: float, history: list[dict[str, float]]) -> dict[str, Any]:
        """A copy of the state, on the CPU."""
        state = {
            "recipe": describe(self.recipe),
            "step": step,
            "seconds": seconds,
            "history": history,
            "networks": {name: network.state_dict() for name, network in self.recipe.networks.items()},
            "optimizers": {name: optimizer.state_dict() for name, optimizer in self.optimizers.items()},
            "averages": {
                name: {"weights": average.network.state_dict(), "updates": average.updates}
                for name, average in self.averages.items()
            },
            "recipe_state": self.crew.gathered(self.recipe.state()),
            "scaler": self.crew.scaler_state(),
            "random": self.crew.gathered(random_state()),
        }
        return _copied(state)

    def restore(self, state: dict[str, Any], folder: Path | None = None) -> tuple[int, float, list[dict[str, float]]]:
        """Take over a captured state; gives back its step, seconds and history.

        Raises:
            TrainingError: it is of another recipe, or of networks of other shapes.
        """
        mine, theirs = describe(self.recipe), state["recipe"]
        if mine != theirs:
            why = _unlike(mine, theirs)
            raise TrainingError(f"{_where(folder)} {why}: use the recipe it was made with, or another `out`.")
        for name, network in self.recipe.networks.items():
            network.load_state_dict(state["networks"][name])
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(copy.deepcopy(state["optimizers"][name]))
        for name, average in self.averages.items():
            if name in state["averages"]:
                average.network.load_state_dict(state["averages"][name]["weights"])
                average.updates = state["averages"][name]["updates"]
        self.crew.load_scaler(state["scaler"])
        own = state["recipe_state"]
        self.recipe.load_state(own[self.crew.rank % len(own)])
        ranks = state["random"]
        set_random_state(ranks[self.crew.rank % len(ranks)])
        return state["step"], state["seconds"], [dict(row) for row in state["history"]]


def _where(folder: Path | None) -> str:
    return f"The checkpoint in {folder}" if folder else "The checkpoint"


def _unlike(mine: dict[str, Any], theirs: dict[str, Any]) -> str:
    if mine["name"] != theirs["name"]:
        return f"is of the recipe {theirs['name']!r}, and this is {mine['name']!r}"
    for name, value in mine["settings"].items():
        if theirs["settings"].get(name) != value:
            return f"was made with another {name}, {theirs['settings'].get(name)} where yours is {value}"
    for name in mine["networks"].keys() | theirs["networks"].keys():
        ours, its = mine["networks"].get(name), theirs["networks"].get(name)
        if ours is None or its is None:
            return f"{'has' if ours is None else 'lacks'} a network called {name!r}"
        for key in ours.keys() | its.keys():
            if ours.get(key) != its.get(key):
                return f"has a {name} whose {key} is {its.get(key)}, where yours is {ours.get(key)}"
    return "is of another recipe"


def _copied(value: Any) -> Any:
    """A deep copy with tensors on the CPU, that training on cannot change."""
    if isinstance(value, torch.Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
