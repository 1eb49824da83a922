"""A toy for lesson 04: ten heaps of points on a ring instead of ten kinds of clothes, and players small enough to train
in seconds.

    G, D = RingGenerator(), RingDiscriminator(listens=False)
    points = ring(labels)               # (N, 2), what is real
    fakes = G(torch.randn(N, 4), labels)
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from learntools.lessons.conditional_gan.labels import one_hot


def ring(y: Tensor, spread: float = 0.12) -> Tensor:
    """Labels (N,) from 0 to 9 → points (N, 2), scattered by `spread` around the label's place on a circle."""
    angle = y * (2 * math.pi / 10)
    centre = torch.stack([angle.cos(), angle.sin()], dim=1)
    return centre + spread * torch.randn_like(centre)


class RingGenerator(nn.Module):
    """Noise (N, 4) and labels (N,) → points (N, 2)."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(4 + 10, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2)
        )  # fmt: skip

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return self.net(torch.cat([z, one_hot(y)], dim=1))


class RingDiscriminator(nn.Module):
    """Points (N, 2) and labels (N,) → scores (N, 1); one that does not listen ignores the label."""

    def __init__(self, listens: bool):
        super().__init__()
        self.listens = listens
        self.features = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2))
        self.head, self.embedding = nn.Linear(64, 1), nn.Embedding(10, 64)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        features = self.features(x)
        score = self.head(features)
        if self.listens:
            score = score + (self.embedding(y) * features).sum(dim=1, keepdim=True)
        return score
