"""DCGAN, sized from the image: 28, 32 or 64 pixels, grey or colour (Radford, Metz, Chintala 2016, arXiv 1511.06434).

    G, D = Generator(size=64, channels=3), Discriminator(size=64, channels=3)
    images = G(torch.randn(8, 64))      # (8, 3, 64, 64), in [-1, 1]
    logits = D(images)                  # (8, 1), positive for "real"

As in the paper: strided convolutions instead of pooling, batch normalisation and ReLU in G, LeakyReLU(0.2) in D, tanh
at the end of G. Unlike it: D ends in a logit, has no batch normalisation (which would mix the images of a batch), and
can be held in check by spectral normalisation (Miyato et al. 2018, arXiv 1802.05957).
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm as normalised


def plan(size: int) -> tuple[int, int]:
    """The side of the smallest picture inside the networks, and how often it doubles: 28 = 7·2², 32 = 4·2³, 64 = 4·2⁴.

    Raises ValueError for a size that halving does not bring to a side of 4 to 7.
    """
    side, doublings = size, 0
    while side > 7 and side % 2 == 0:
        side, doublings = side // 2, doublings + 1
    if not 4 <= side <= 7 or doublings == 0:
        raise ValueError(
            f"A DCGAN halves its images down to 4 to 7 pixels, and {size} does not: use 28, 32, 64 or 128."
        )
    return side, doublings


class Generator(nn.Module):
    """Noise (N, latent) → images (N, channels, size, size) in [-1, 1].

    Args:
        latent: how many random numbers make an image.
        width: channels of the last hidden picture; each smaller picture has twice as many.
        size: side of the images in pixels.
        channels: 1 for grey, 3 for colour.
        refined: whether a 3×3 convolution works on each hidden picture before it grows. The paper has none; with it the
            fakes are much closer to real images after the same time.
    """

    def __init__(self, latent: int = 64, width: int = 32, size: int = 28, channels: int = 1, refined: bool = True):
        super().__init__()
        side, doublings = plan(size)
        widths = [width * 2 ** (doublings - 1 - i) for i in range(doublings)]
        self.latent = latent
        self.project = nn.Sequential(
            nn.Linear(latent, widths[0] * side * side), nn.Unflatten(1, (widths[0], side, side))
        )
        layers: list[nn.Module] = [nn.BatchNorm2d(widths[0]), nn.ReLU()]
        for wide, narrow in itertools.pairwise([*widths, 0]):
            if refined:
                layers += [nn.Conv2d(wide, wide, 3, 1, 1), nn.BatchNorm2d(wide), nn.ReLU()]
            if narrow:
                layers += [nn.ConvTranspose2d(wide, narrow, 4, 2, 1), nn.BatchNorm2d(narrow), nn.ReLU()]
        self.grow = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1), nn.Tanh())

    def forward(self, z: Tensor) -> Tensor:
        h = self.project(z)
        # In the layout of the weights: where the two mix, elementwise gradients take up to twenty times as long.
        return self.grow(h.contiguous(memory_format=_layout(self)))


class Features(nn.Sequential):
    """Images (N, channels, size, size) → numbers (N, count): the discriminator without its last layer.

    The last LeakyReLU comes after the flattening, so that its gradient arrives in one layout.
    """

    def __init__(self, width: int, size: int, channels: int, spectral_norm: bool, refined: bool):
        side, doublings = plan(size)
        layers: list[nn.Module] = []
        for i in range(doublings):
            before, after = (channels, width) if i == 0 else (width * 2 ** (i - 1), width * 2**i)
            if refined and i:
                layers += [checked(nn.Conv2d(before, before, 3, 1, 1), spectral_norm), nn.LeakyReLU(0.2)]
            layers += [checked(nn.Conv2d(before, after, 4, 2, 1), spectral_norm), nn.LeakyReLU(0.2)]
        super().__init__(*layers[:-1], nn.Flatten(), layers[-1])
        self.channels = width * 2 ** (doublings - 1)
        self.count = self.channels * side * side


class Discriminator(nn.Module):
    """Images (N, channels, size, size) in [-1, 1] → logits (N, 1).

    Args:
        width: channels of the first hidden picture; each smaller picture has twice as many.
        size: side of the images in pixels.
        channels: 1 for grey, 3 for colour.
        spectral_norm: divide each layer's weights by their largest singular value (of a convolution, that of the
            flattened kernel), so that no layer blows up a small difference.
        refined: whether a 3×3 convolution works on each hidden picture before it shrinks; the paper has none.
        spread: how loudly D is told by how much the images of its batch differ (`Spread`); 0 for not at all, as in the
            paper.
    """

    def __init__(
        self,
        width: int = 32,
        size: int = 28,
        channels: int = 1,
        spectral_norm: bool = True,
        refined: bool = True,
        spread: float = 0.0,
    ):
        super().__init__()
        self.features = Features(width, size, channels, spectral_norm, refined)
        told = self.features.channels if spread else 0
        self.spread = Spread(self.features.channels, spread) if spread else nn.Identity()
        self.head = checked(nn.Linear(self.features.count + told, 1), spectral_norm)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.spread(self.features(x)))


class Spread(nn.Module):
    """Features (N, count) → (N, count + channels): beside each image's own, the standard deviation over the batch.

    Where G draws too few kinds of images its batches differ less than real ones, and this lets D see it (Karras et al.
    2018, arXiv 1710.10196, section 3; there one number for all, here one for each channel, times `loudness`).
    """

    def __init__(self, channels: int, loudness: float):
        super().__init__()
        self.channels, self.loudness = channels, loudness

    def forward(self, features: Tensor) -> Tensor:
        deviation = (features.float().var(dim=0, correction=0) + 1e-6).sqrt()
        told = self.loudness * deviation.view(self.channels, -1).mean(dim=1)
        return torch.cat([features, told.to(features.dtype).expand(len(features), -1)], dim=1)


def checked(layer: nn.Module, spectral_norm: bool) -> nn.Module:
    """The layer, its weights spectrally normalised if asked."""
    return normalised(layer) if spectral_norm else layer


def _layout(network: nn.Module) -> torch.memory_format:
    """The layout of the network's convolutions; a weight of one channel is in both, and says nothing."""
    weights = [value for value in network.parameters() if value.ndim == 4 and min(value.shape[:2]) > 1]
    last = any(not value.is_contiguous() for value in weights)
    return torch.channels_last if last else torch.contiguous_format
