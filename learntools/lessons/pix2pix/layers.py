"""Tiny layers for the checks that take any number of channels: so a wrong number of them gives wrong numbers, no crash.

Each channel has a weight of its own by its place, so order matters.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MOST = 40  # channels that a layer can take


class Mix(nn.Module):
    """Images (N, any, H, W) → (N, channels, H, W): each pixel's channels, weighted by their place."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, MOST))
        self.bias = nn.Parameter(torch.randn(channels))

    def forward(self, x: Tensor) -> Tensor:
        found = torch.einsum("oc,nchw->nohw", self.weight[:, : x.shape[1]], x)
        return F.leaky_relu(found / 2 + self.bias[:, None, None], 0.3)


class Halve(nn.Module):
    """Half the sides: a mix, then the weighted mean of four neighbours."""

    def __init__(self, channels: int):
        super().__init__()
        self.mix = Mix(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.mix(x)
        return 0.4 * x[..., ::2, ::2] + 0.3 * x[..., 1::2, ::2] + 0.2 * x[..., ::2, 1::2] + 0.1 * x[..., 1::2, 1::2]


class Double(nn.Module):
    """Twice the sides: each pixel becomes four, then a mix."""

    def __init__(self, channels: int):
        super().__init__()
        self.mix = Mix(channels)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.mix(x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)))


def u_layers(seed: int, widths: list[int], out_channels: int) -> tuple[nn.ModuleList, nn.ModuleList]:
    """The layers of a U: `down` from the outermost to the bottom, `up` from the bottom to the outermost."""
    torch.manual_seed(seed)
    down = nn.ModuleList(Halve(width) for width in widths)
    up = nn.ModuleList(Double(width) for width in [*reversed(widths[:-1]), out_channels])
    return down, up


class Judge(nn.Module):
    """Images (N, any, H, W) → logits (N, 1, H/2, W/2); remembers what it was shown."""

    def __init__(self):
        super().__init__()
        self.see = Halve(4)
        self.head = nn.Conv2d(4, 1, kernel_size=3, padding=1)
        self.shown: list[Tensor] = []

    def forward(self, images: Tensor) -> Tensor:
        self.shown.append(images.detach().clone())
        return self.head(self.see(images))


def judge(seed: int) -> Judge:
    torch.manual_seed(seed)
    return Judge()


class Painter(nn.Module):
    """Images (N, 3, H, W) → images of the same size in [-1, 1]."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(4, 3, 1), nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def painter(seed: int) -> Painter:
    torch.manual_seed(seed)
    return Painter()


def was_shown(D: Judge, first: Tensor, second: Tensor) -> bool:
    """Whether D has seen each of these images with its partner, the two as the channels of one image."""
    pairs = torch.cat([first, second], dim=1)
    seen = [row for images in D.shown if images.shape[1:] == pairs.shape[1:] for row in images]
    return all(any(torch.equal(pair, row) for row in seen) for pair in pairs)
