"""The recipe that paints sentences: two stages and two discriminators, each told the sentence.

fit(TextToImage(StackedGenerator(46), StackedDiscriminator(46)), OrdersWithoutEnd(), seconds=150)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools import losses
from learntools.models.text_to_image import augmented, code_divergence
from learntools.training.batches import Augmentation
from learntools.training.recipe import Adam, Move, Recipe, frozen, hold_then_fall


@dataclass
class TextToImage(Recipe):
    generator: nn.Module
    discriminator: nn.Module
    mismatch: float = 0.5
    divergence_weight: float = 0.002
    l1_weight: float = 10.0
    guess_weight: float = 0.02
    adversarial_weight: float = 1.0
    discriminator_optimizer: Adam = field(default_factory=lambda: Adam(lr=2e-3, betas=(0.0, 0.99)))
    generator_optimizer: Adam = field(default_factory=lambda: Adam(lr=2e-3, betas=(0.0, 0.99)))
    batch_size: int = 32
    averaged: Sequence[str] = ("generator",)
    decay: float = 0.995
    augment: Sequence[Augmentation] = ()
    schedule: Callable[[float], float] = hold_then_fall
    shown: Tensor | None = None
    name: str = "text_to_image"

    @property
    def networks(self) -> dict[str, nn.Module]:
        return {"discriminator": self.discriminator, "generator": self.generator}

    @property
    def optimizers(self) -> dict[str, Adam]:
        return {"discriminator": self.discriminator_optimizer, "generator": self.generator_optimizer}

    def step(self, x: Tensor, y: Tensor, move: Move, count: int) -> None:
        small = F.avg_pool2d(x, 4)
        if self.guess_weight:
            gm, gl = self.generator.guess(small).chunk(2, dim=1)
            z = augmented(gm, gl)
        else:
            z = torch.randn(len(x), self.generator.latent, device=x.device)
        fake = self.generator(y, z)
        if self.adversarial_weight:
            said = self.discriminator.read(y)
            reals = self.discriminator(small, x, torch.cat([said, said.roll(1, 0)], dim=1))
            fakes = self.discriminator(fake.small.detach(), fake.large.detach(), said)
            loss = 0
            for real, made in zip(reals, fakes, strict=True):
                right, wrong = real.split(1, dim=1)
                loss = loss + F.relu(1 - right).mean() + (1 - self.mismatch) * F.relu(1 + made).mean() + self.mismatch * F.relu(1 + wrong).mean()
            move("discriminator", loss)
        loss = self.divergence_weight * code_divergence(fake.mean, fake.log_variance)
        if self.guess_weight:
            loss = loss + self.guess_weight * code_divergence(gm, gl)
        loss = loss + self.l1_weight * (F.l1_loss(fake.small, small) + F.l1_loss(fake.large, x))
        if self.adversarial_weight:
            with frozen(self.discriminator):
                said = self.discriminator.read(y)
                for made in self.discriminator(fake.small, fake.large, said):
                    loss = loss - self.adversarial_weight * made.mean()
        move("generator", loss)

    def samples(self, networks, device):
        if self.shown is None:
            return None
        z = torch.randn(len(self.shown), self.generator.latent, generator=torch.Generator().manual_seed(0)).to(device)
        return networks["generator"](self.shown.to(device), z).large
