"""Tiny players for the checks: a painter, and a discriminator that remembers which pairs it was shown."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Judge(nn.Module):
    """Images (N, 3, H, W) and sentence vectors (N, F) → logits (N, 1): is it real, and does the sentence fit?"""

    def __init__(self, features: int = 4):
        super().__init__()
        self.see = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.LeakyReLU(0.2))
        self.head = nn.Linear(5, 1)
        self.fits = nn.Linear(features, 5, bias=False)
        self.shown: list[tuple[Tensor, Tensor]] = []

    def forward(self, images: Tensor, said: Tensor) -> Tensor:
        self.shown.append((images.detach().clone(), said.detach().clone()))
        seen = self.see(images).mean(dim=(2, 3)) + images.mean(dim=(1, 2, 3))[:, None]
        return self.head(seen) + (seen * self.fits(said)).sum(dim=1, keepdim=True)

    def saw(self, images: Tensor, said: Tensor) -> bool:
        """Whether each of these images was shown with the sentence of the same number."""
        pairs = [(x, s) for batch in self.shown for x, s in zip(*batch, strict=False)]
        return all(any(_same(x, a) and _same(s, b) for a, b in pairs) for x, s in zip(images, said, strict=True))


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.equal(one, other)


def judge(seed: int) -> Judge:
    """A judge whose logits lie on both sides of 1 and -1, or a hinge would never show."""
    torch.manual_seed(seed)
    D = Judge()
    with torch.no_grad():
        D.head.weight *= 4
        D.fits.weight *= 5
    return D


class Painter(nn.Module):
    """Sentence vectors (N, F) → images (N, 3, 6, 5) in [-1, 1]."""

    def __init__(self, features: int = 4):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(features, 90), nn.Unflatten(1, (3, 6, 5)), nn.Tanh())

    def forward(self, said: Tensor) -> Tensor:
        return self.net(2 * said)


def painter(seed: int) -> Painter:
    torch.manual_seed(seed)
    return Painter()
