"""An exponential average of a network's weights over its training: the network to use when the training ends.

    average = Average(G, decay=0.995)
    average.update()                 # after each step
    average.network                  # G with averaged weights, in eval mode

A GAN's weights circle around a good place rather than come to rest in it; their average lies nearer to it (Yazıcı et
al. 2019, arXiv 1806.04498).
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class Average:
    """Averaged weights a ← d·a + (1 - d)·w, with d = min(decay, (1 + n)/(10 + n)) at the n-th update.

    The warm-up forgets the random start quickly. Buffers, such as the statistics of batch normalisation, are averages
    already: they are copied when `network` is asked for.
    """

    def __init__(self, network: nn.Module, decay: float = 0.995):
        if not 0 <= decay < 1:
            raise ValueError(f"The decay of an average lies in [0, 1), and this is {decay}: 0.995 is usual here.")
        self.source, self.decay, self.updates = network, decay, 0
        self._copy = copy.deepcopy(network).eval().requires_grad_(False)
        self._mine: list[Tensor] = list(self._copy.parameters())
        self._theirs: list[Tensor] = list(network.parameters())

    @torch.no_grad()
    def update(self) -> None:
        """Move the average towards the present weights."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        torch._foreach_lerp_(self._mine, self._theirs, 1 - decay)  # type: ignore[attr-defined]

    @property
    def network(self) -> nn.Module:
        """The averaged network, in eval mode; the same object each time."""
        for mine, theirs in zip(self._copy.buffers(), self.source.buffers(), strict=True):
            mine.copy_(theirs)
        return self._copy
