"""What an exercise's `scenario(rng)` draws from: seeded plain data that owes nothing to the global random state.

rng = Draw(7)
rng.images(4, 1, 28, 28)        # (4, 1, 28, 28), in [-1, 1]
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, TypeVar

import torch

T = TypeVar("T")


class Draw:
    """A seeded source of tensors and numbers; the same seed gives the same values in the same order."""

    def __init__(self, seed: int):
        self._generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int, mean: float = 0.0, scale: float = 1.0) -> torch.Tensor:
        """Normal values, float32, of this shape."""
        return torch.randn(shape, generator=self._generator) * scale + mean

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        """Uniform values in [low, high), float32, of this shape."""
        return torch.rand(shape, generator=self._generator) * (high - low) + low

    def images(self, *shape: int) -> torch.Tensor:
        """An image batch (N, C, H, W) in [-1, 1], float32."""
        return self.uniform(*shape, low=-1.0, high=1.0)

    def integers(self, low: int, high: int, *shape: int) -> torch.Tensor:
        """Whole numbers in [low, high), int64, of this shape."""
        return torch.randint(low, high, shape, generator=self._generator)

    def integer(self, low: int, high: int) -> int:
        """One whole number in [low, high)."""
        return int(self.integers(low, high))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.integer(0, len(options))]

    def seed(self) -> int:
        """A seed for something that must be random inside the observation, such as initial weights."""
        return self.integer(0, 2**31 - 1)


def draw(scenario: Any, seed: int) -> dict[str, Any]:
    """The scenario's data for this seed; an exercise without a scenario has none."""
    return dict(scenario(Draw(seed))) if scenario is not None else {}


def fresh(data: dict[str, Any]) -> SimpleNamespace:
    """A private copy of the scenario for one run, so that nothing an answer does to it outlives that run."""
    return SimpleNamespace(**copy.deepcopy(data))
