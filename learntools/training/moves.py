"""How a recipe makes its networks better: `move(name, loss)`, and what is remembered of the losses."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from learntools.training.processes import Team

TOO_LARGE = 1e6  # a loss beyond this has exploded


class Moves:
    """`move(name, loss)`: one network's gradients are cleared, computed from the loss, and followed a little."""

    def __init__(self, crew: Team, networks: dict[str, nn.Module], optimizers: dict[str, Any]):
        self.crew, self.networks, self.optimizers = crew, networks, optimizers
        self.losses: dict[str, list[Tensor]] = {name: [] for name in networks}

    def __call__(self, name: str, loss: Tensor) -> None:
        optimizer = self.optimizers[name]
        optimizer.zero_grad()
        self.crew.backward(loss)
        self.crew.share_gradients(self.networks[name])
        optimizer.step()
        self.losses[name].append(loss.detach())

    def read(self) -> tuple[dict[str, float], str]:
        """The mean of each network's losses since the last look, and a sentence when one of them is past saving."""
        means, wrong = {}, ""
        for name, values in self.losses.items():
            if values:
                stacked = torch.stack(values).float()
                mean, worst = self.crew.mean(torch.stack([stacked.mean(), stacked.abs().max()])).tolist()
                means[name] = mean
                values.clear()
                if not math.isfinite(worst):
                    wrong = f"The {name}'s loss is no longer a number"
                elif worst > TOO_LARGE:
                    wrong = f"The {name}'s loss has exploded (to {worst:.1e})"
        return means, wrong
