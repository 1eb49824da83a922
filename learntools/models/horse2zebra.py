"""A compressed CycleGAN generator that turns horses into zebras (Li et al. 2020, GAN Compression, arXiv 2003.08936).

    path = find_weights()                          # $LEARNTOOLS_HORSE2ZEBRA, or latest_net_G.pth in this folder
    G = load_horse2zebra(path)                     # 356,867 numbers
    zebras = G(horses)                             # (N, 3, H, W) in [-1, 1], H and W divisible by 4

Its form is that of `ResNetGenerator` with every 3×3 convolution of a block split in two: one that looks at each channel
by itself, and one that mixes the channels pixel by pixel. The weights belong to others and do not come with the course.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

FILE = "latest_net_G.pth"
VARIABLE = "LEARNTOOLS_HORSE2ZEBRA"
#: SHA-256 of the one file that this form was tried with.
KNOWN = "0ab6b7a4312a94187078a631608d89f2d5ab8036e4469b4a56508cf27faf3e78"


class SeparableConv(nn.Module):
    """A 3×3 convolution within each channel, then a 1×1 convolution across them; no padding."""

    def __init__(self, channels: int, out_channels: int):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(channels, channels, kernel_size=3, groups=channels),
            nn.InstanceNorm2d(channels),
            nn.Conv2d(channels, out_channels, kernel_size=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class SeparableBlock(nn.Module):
    """x + f(x), with two separable convolutions and `middle` channels between them."""

    def __init__(self, channels: int, middle: int):
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.ReflectionPad2d(1),
            SeparableConv(channels, middle),
            nn.InstanceNorm2d(middle),
            nn.ReLU(),
            nn.Identity(),  # the place of a dropout that the training switched off; the file counts it
            nn.ReflectionPad2d(1),
            SeparableConv(middle, channels),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


class Horse2Zebra(nn.Module):
    """Photos (N, 3, H, W) in [-1, 1] → photos of the same size in [-1, 1]; H and W divisible by 4, 256 at best."""

    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(
            *(nn.ReflectionPad2d(3), nn.Conv2d(3, 16, 7), nn.InstanceNorm2d(16), nn.ReLU()),
            *(nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.InstanceNorm2d(32), nn.ReLU()),
            *(nn.Conv2d(32, 128, 3, stride=2, padding=1), nn.InstanceNorm2d(128), nn.ReLU()),
            *(SeparableBlock(128, middle) for middle in (64, 64, 64, 128, 128, 128, 128, 128, 128)),
            *(nn.ConvTranspose2d(128, 32, 3, 2, 1, output_padding=1), nn.InstanceNorm2d(32), nn.ReLU()),
            *(nn.ConvTranspose2d(32, 16, 3, 2, 1, output_padding=1), nn.InstanceNorm2d(16), nn.ReLU()),
            *(nn.ReflectionPad2d(3), nn.Conv2d(16, 3, 7), nn.Tanh()),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


def find_weights(folder: str | Path = ".") -> Path | None:
    """The file that $LEARNTOOLS_HORSE2ZEBRA names, or `latest_net_G.pth` in `folder`; None where neither is there."""
    named = os.environ.get(VARIABLE)
    places = [Path(named).expanduser()] if named else []
    places.append(Path(folder) / FILE)
    return next((place for place in places if place.is_file()), None)


def load_horse2zebra(path: str | Path, known_only: bool = True) -> Horse2Zebra:
    """The generator with the weights of this file, in eval mode.

    Args:
        path: a state dict as `torch.save` writes it; nothing else in it is ever run.
        known_only: refuse a file that is not, bit for bit, the one that this was tried with.

    Raises:
        ValueError: it is another file, no state dict, or one of another network.
        OSError: it cannot be read.
    """
    if known_only:
        found = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        if found != KNOWN:
            raise ValueError(
                f"{path} is not the file that this network was tried with (its SHA-256 starts with {found[:8]}, not "
                f"{KNOWN[:8]}). If you know what it is, say load_horse2zebra(path, known_only=False)."
            )
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, EOFError, RuntimeError) as error:
        raise ValueError(f"{path} holds no weights that torch can read: download it again.") from error
    network = Horse2Zebra()
    try:
        network.load_state_dict(weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} holds the weights of another network: the names or sizes do not fit.") from error
    return network.eval().requires_grad_(False)


def read_photo(source: Any, size: int = 256) -> Tensor:
    """The middle square of what `data.picture` takes, as floats (3, size, size) in [-1, 1]. Raises data.DataError."""
    from learntools.data import square, to_float

    return to_float(square(source, size))
