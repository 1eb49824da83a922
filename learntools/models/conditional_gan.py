"""Conditional GANs: the label goes into both players.

    G, D = ConditionalGenerator(), ProjectionDiscriminator()
    y = torch.tensor([9, 9, 3])                       # two boots and a dress
    images = G(torch.randn(3, 64), y)                 # (3, 1, 28, 28)
    logits = D(images, y)                             # (3, 1): is it real, and is it what the label says?

The oldest way is to lay the label beside the input, for both players (Mirza and Osindero 2014, arXiv 1411.1784). D does
better when the label is compared with what it sees in the image: an inner product, called projection (Miyato and
Koyama 2018, arXiv 1802.05637, equation 3).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.models.dcgan import Discriminator, Features, Generator, checked


class ConditionalGenerator(Generator):
    """Noise (N, latent) and labels (N,) → images (N, channels, size, size) in [-1, 1].

    The label becomes a one-hot row beside the noise; from there on the network is a DCGAN's. Arguments as there, and
    `classes`, the number of labels.
    """

    def __init__(
        self,
        latent: int = 64,
        classes: int = 10,
        width: int = 32,
        size: int = 28,
        channels: int = 1,
        refined: bool = True,
    ):
        super().__init__(latent + classes, width, size, channels, refined)
        self.latent, self.classes = latent, classes

    def forward(self, z: Tensor, y: Tensor) -> Tensor:  # type: ignore[override]
        return super().forward(torch.cat([z, F.one_hot(y, self.classes).to(z.dtype)], dim=1))


class ConcatenationDiscriminator(nn.Module):
    """Images (N, C, H, W) in [-1, 1] and labels (N,) → logits (N, 1): the label is laid beside the image.

    Each class is one more channel, full of ones for the image's own label and of zeros for the others.
    """

    def __init__(
        self,
        classes: int = 10,
        width: int = 32,
        size: int = 28,
        channels: int = 1,
        spectral_norm: bool = True,
        refined: bool = True,
    ):
        super().__init__()
        self.classes = classes
        self.judge = Discriminator(width, size, channels + classes, spectral_norm, refined)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        planes = F.one_hot(y, self.classes).to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
        return self.judge(torch.cat([x, planes], dim=1))


class ProjectionDiscriminator(nn.Module):
    """Images (N, C, H, W) in [-1, 1] and labels (N,) → logits (N, 1): the label is compared with what D sees.

    logit = ψ(φ(x)) + ⟨embedding(y), φ(x)⟩: the first asks whether the image is real, the second whether it fits. With K
    labels for each image, (N, K), there are K logits for each: the image is looked at only once.
    """

    def __init__(
        self,
        classes: int = 10,
        width: int = 32,
        size: int = 28,
        channels: int = 1,
        spectral_norm: bool = True,
        refined: bool = True,
    ):
        super().__init__()
        self.classes = classes
        self.features = Features(width, size, channels, spectral_norm, refined)
        self.head = checked(nn.Linear(self.features.count, 1), spectral_norm)
        self.embedding = checked(nn.Embedding(classes, self.features.count), spectral_norm)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        seen = self.features(x)
        # All classes at once, and then the ones asked for: cheaper than looking up a long row for each image.
        fits = seen @ self.embedding.weight.to(seen.dtype).T
        return self.head(seen) + fits.gather(1, y.view(len(y), -1))
