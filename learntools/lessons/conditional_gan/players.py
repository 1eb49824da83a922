"""Two tiny conditional players, and a record of what they were told; for questions 5 and 6.

They are called as a learner calls his own: G(z, y) and D(x, y).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Generator(nn.Module):
    """Noise (N, 5) and labels (N,) → images (N, 1, 4, 4)."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(15, 16), nn.Tanh(), nn.Unflatten(1, (1, 4, 4)))
        self.asked: list[tuple[Tensor, Tensor]] = []  # (images, the labels they were made for)

    def forward(self, z, y):
        images = self.net(torch.cat([z, F.one_hot(y, 10).to(z.dtype)], dim=1))
        self.asked.append((images.detach().clone(), y.detach().clone()))
        return images


class Discriminator(nn.Module):
    """Images (N, 1, 4, 4) and labels (N,) → scores (N, 1)."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.LeakyReLU(0.2))
        self.head = nn.Linear(8, 1)
        self.embedding = nn.Embedding(10, 8)
        self.told: list[tuple[Tensor, Tensor]] = []  # (images, the labels they were shown with)

    def forward(self, x, y):
        self.told.append((x.detach().clone(), y.detach().clone()))
        seen = self.features(x)
        return self.head(seen) + (self.embedding(y) * seen).sum(dim=1, keepdim=True)


def players(seed: int) -> tuple[Generator, Discriminator]:
    """The two of them with weights from this seed."""
    torch.manual_seed(seed)
    return Generator(), Discriminator()


def told_rightly(D: Discriminator, images: Tensor, labels: Tensor) -> bool:
    """Whether D has seen each of these images, and always with its label."""
    if not D.told:
        return False
    seen, told = (torch.cat(parts) for parts in zip(*D.told, strict=True))
    for image, label in zip(images, labels, strict=True):
        same = (seen == image).flatten(1).all(dim=1)
        if not bool(same.any()) or bool((told[same] != label).any()):
            return False
    return True
