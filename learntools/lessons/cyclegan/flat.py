"""A toy for lesson 06: two sets of points in the plane instead of two artists, and players that train in seconds.

a, b = small_ring(200), large_ring(200)      # (N, 2) each: nothing says which points belong together
G, F, D_a, D_b = flat_players()
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def small_ring(count: int) -> Tensor:
    """Points (count, 2) scattered around a small circle below on the left, in random order."""
    return _ring(count, (-0.7, -0.5), 0.5)


def large_ring(count: int) -> Tensor:
    """Points (count, 2) scattered around a larger circle above on the right, in random order."""
    return _ring(count, (0.5, 0.4), 0.8)


def _ring(count: int, centre: tuple[float, float], radius: float, spread: float = 0.04) -> Tensor:
    angle = 2 * math.pi * torch.rand(count, 1)
    circle = radius * torch.cat([angle.cos(), angle.sin()], dim=1)
    return torch.tensor(centre) + circle + spread * torch.randn(count, 2)


class FlatGenerator(nn.Module):
    """Points (N, 2) → points (N, 2)."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2)
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class FlatDiscriminator(nn.Module):
    """Points (N, 2) → scores (N, 1)."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1)
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def flat_players() -> tuple[nn.Module, nn.Module, nn.Module, nn.Module]:
    """G, F, D_a and D_b."""
    return FlatGenerator(), FlatGenerator(), FlatDiscriminator(), FlatDiscriminator()
