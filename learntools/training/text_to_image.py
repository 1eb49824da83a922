"""The recipe that paints sentences: a generator of two stages, and a discriminator for each of the two sizes.

fit(TextToImage(StackedGenerator(46), StackedDiscriminator(46)), OrdersWithoutEnd(), seconds=150)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools import losses
from learntools.models.text_encoder import augment, divergence
from learntools.models.text_to_image import StackedDiscriminator, StackedGenerator
from learntools.training.batches import Augmentation
from learntools.training.hardware import TrainingError
from learntools.training.recipe import Adam, Move, Recipe, frozen, hold_then_fall, tried


@dataclass
class TextToImage(Recipe):
    """A sentence → a sketch and a picture (StackGAN: Zhang et al. 2016, arXiv 1612.03242, both stages at once).

    D is matching-aware: it refuses fakes, and real images with a wrong sentence (Reed et al. 2016, arXiv 1605.05396).
    Beside D's verdict G is told how far its images are from the real one (L1), for two minutes are short; neither paper
    needs that. In training the noise is not drawn blindly, but from what `generator.guess` says could have made the
    real image: else L1 would teach G the mean of all the images of a sentence.

    Attributes:
        generator: (words (N, T), z (N, latent)) → `Painted`, with `latent` and `guess`, as `StackedGenerator`.
        discriminator: with `read`, `small` and `large`, as `StackedDiscriminator`.
        discriminator_loss: (D, real images, sentence vectors, fakes) → a scalar, for one size.
        generator_loss: (D, real images, sentence vectors, fakes, l1_weight) → a scalar, for one size.
        code_weight: of the divergence of the augmented codes from plain noise.
        guess_weight: of the divergence of the guessed noise from plain noise; 0 draws it blindly.
        shown: words (M, T) for which the preview shows pictures.
    """

    generator: StackedGenerator
    discriminator: StackedDiscriminator
    l1_weight: float = 10.0
    code_weight: float = 0.002
    guess_weight: float = 0.02
    discriminator_loss: Callable[..., Tensor] = losses.matching_discriminator_loss
    generator_loss: Callable[..., Tensor] = losses.matching_generator_loss
    discriminator_optimizer: Adam = field(default_factory=Adam)
    generator_optimizer: Adam = field(default_factory=Adam)
    batch_size: int = 16
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
        D, reals = self.discriminator, self.both_sizes(x)
        z, guess_price = self.noise(reals[0])
        fake = self.generator(y, z)
        fakes = fake.small, fake.large

        # D's step
        said, judges = D.read(y), (D.small.once(), D.large.once())
        parts = list(zip(judges, reals, fakes, strict=True))
        lost = [self.discriminator_loss(judge, real, said, made) for judge, real, made in parts]
        move("discriminator", torch.stack(lost).sum())

        # G's step
        with frozen(D):
            said, judges = D.read(y), (D.small, D.large)
            parts = list(zip(judges, reals, fakes, strict=True))
            lost = [self.generator_loss(judge, real, said, made, self.l1_weight) for judge, real, made in parts]
            loss = torch.stack(lost).sum() + self.code_weight * divergence(fake.mean, fake.log_variance) + guess_price
            move("generator", loss)

    def both_sizes(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Real images as sketches and as pictures."""
        return F.avg_pool2d(x, self.discriminator.large.size // self.discriminator.small.size), x

    def noise(self, small: Tensor) -> tuple[Tensor, Tensor | float]:
        """Noise (N, latent) for these real sketches, and what it costs that it knows them."""
        if not self.guess_weight:
            return torch.randn(len(small), self.generator.latent, device=small.device), 0.0
        mean, log_variance = self.generator.guess(small)
        return augment(mean, log_variance), self.guess_weight * divergence(mean, log_variance)

    def samples(self, networks: dict[str, nn.Module], device: torch.device) -> Tensor | None:
        if self.shown is None:
            return None
        random = torch.Generator().manual_seed(0)
        z = torch.randn(len(self.shown), self.generator.latent, generator=random).to(device)
        return networks["generator"](self.shown.to(device), z).large

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        if y.ndim != 2 or y.is_floating_point():
            raise TrainingError(
                f"The recipe {self.name!r} paints sentences, int64 (N, words), and this data gives {y.dtype}, "
                f"{tuple(y.shape)}: give it images with their sentences, such as OrdersWithoutEnd()."
            )
        known = self.generator.text.embed.num_embeddings
        if int(labels.max()) >= known:
            raise TrainingError(
                f"The sentences have words up to number {int(labels.max())}, and the generator knows {known}: build it "
                "with the vocabulary that encoded them."
            )
        made = tried("generator", self.generator, y, torch.zeros(len(x), self.generator.latent, device=x.device))
        if made.large.shape != x.shape:
            raise TrainingError(
                f"The generator makes images {tuple(made.large.shape[1:])}, and the data's are {tuple(x.shape[1:])}: "
                "build the networks for the data's size."
            )
        tried("discriminator", self.discriminator, made.small, made.large, y)
