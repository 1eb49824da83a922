"""The two players of lesson 03: a DCGAN for 28×28 grey images, as small as can be (Radford et al. 2016, 1511.06434).

    G, D = Generator(), Discriminator()
    images = G(torch.randn(8, 64))      # (8, 1, 28, 28), in [-1, 1]
    logits = D(images)                  # (8, 1), positive for "real"

As in the paper: strided convolutions instead of pooling, batch normalisation and ReLU in G, LeakyReLU(0.2) in D, tanh
at the end of G. Unlike it: D ends in a logit, not a probability, has no batch normalisation (which would mix the
images of a batch), and is smaller by far, as the images are.
"""

from __future__ import annotations

from torch import Tensor, nn


class Generator(nn.Module):
    """Noise (N, latent) → images (N, 1, 28, 28) in [-1, 1]."""

    def __init__(self, latent: int = 64, width: int = 32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(latent, 2 * width * 7 * 7),
            nn.Unflatten(1, (2 * width, 7, 7)),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, kernel_size=4, stride=2, padding=1),  # 7 → 14
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.ConvTranspose2d(width, 1, kernel_size=4, stride=2, padding=1),  # 14 → 28
            nn.Tanh(),
        )

    def forward(self, z: Tensor) -> Tensor:
        return self.net(z)


class Discriminator(nn.Module):
    """Images (N, 1, 28, 28) in [-1, 1] → logits (N, 1)."""

    def __init__(self, width: int = 32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, width, kernel_size=4, stride=2, padding=1),  # 28 → 14
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, kernel_size=4, stride=2, padding=1),  # 14 → 7
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(2 * width * 7 * 7, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)
