"""A tiny network for the checks with all that a file must keep: weights, buffers, and a width among its settings."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Small(nn.Module):
    """Images (N, 3, H, W) → (N, 3, H, W), through `width` channels with batch normalisation and dropout."""

    def __init__(self, width: int):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.Dropout(0.5), nn.Conv2d(width, 3, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def build(width: int = 4) -> Small:
    """A new network with random weights."""
    return Small(width)


def trained(seed: int, width: int) -> Small:
    """A network whose weights and buffers are those of no new one, in train mode, as a training leaves it.

    Its first weights lie in memory as `channels_last` has them, which a training may choose.
    """
    torch.manual_seed(seed)
    network = build(width)
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(torch.randn_like(value))
    network.train()
    for _ in range(3):
        network(2 * torch.rand(4, 3, 5, 7) + 0.5)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
