"""The recipe for super-resolution: first the pixels alone (SRResNet), then features and a judge too (SRGAN).

    fit(SuperResolution(SRResNet(6, 32, norm=False, over="bicubic")), data.sharp("train"), seconds=60)

A batch is sharp images; the recipe makes the small ones itself.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools import losses
from learntools.data.sharp_images import shrink
from learntools.training.batches import Augmentation
from learntools.training.hardware import TrainingError
from learntools.training.recipe import Adam, Move, Recipe, frozen, hold_then_fall, tried


@dataclass
class SuperResolution(Recipe):
    """Sharp images from small ones (Ledig et al. 2016, arXiv 1609.04802, section 2).

    With a generator alone it is SRResNet. With a discriminator it is SRGAN: for the first part of the training,
    `pixels_first`, G still learns from pixels alone; what it is then is kept as `srresnet`, for comparison. From there
    on three wishes count: near in pixels, near in a recogniser's features, and convincing to D.

    Attributes:
        generator: small images (N, C, H, W) in [-1, 1] → (N, C, factor · H, factor · W).
        discriminator: sharp images → logits of any shape; None for SRResNet.
        features: a fixed network, images → features of any shape, such as `RecognitionFeatures`; None goes without.
        factor: how much smaller the small images are.
        pixels_first: the part of the training, 0 to 1, for pixels alone. 0 if G comes trained already.
        pixel_weight, feature_weight, adversarial_weight: of the three wishes. In the first part only pixels count.
        pixel_loss: of (fake, sharp). The paper's is the mean square; L1 blurs a little less.
        discriminator_loss, generator_loss: of (real logits, fake logits), and of fake logits.
        shown: small images (M, C, H, W) in [-1, 1] whose enlargements the preview shows.
    """

    generator: nn.Module
    discriminator: nn.Module | None = None
    features: nn.Module | None = None
    factor: int = 4
    pixels_first: float = 0.6
    pixel_weight: float = 1.0
    feature_weight: float = 0.2
    adversarial_weight: float = 0.01
    pixel_loss: Callable[[Tensor, Tensor], Tensor] = F.l1_loss
    discriminator_loss: Callable[[Tensor, Tensor], Tensor] = losses.hinge_discriminator_loss
    generator_loss: Callable[[Tensor], Tensor] = losses.hinge_generator_loss
    generator_optimizer: Adam = field(default_factory=lambda: Adam(lr=1e-3, betas=(0.9, 0.99)))  # 3e-3 gets stuck
    discriminator_optimizer: Adam = field(default_factory=lambda: Adam(lr=1e-3, betas=(0.0, 0.99)))
    batch_size: int = 16
    averaged: Sequence[str] = ("generator",)
    decay: float = 0.995
    augment: Sequence[Augmentation] = ()
    schedule: Callable[[float], float] = hold_then_fall
    shown: Tensor | None = None
    name: str = "super_resolution"
    channels_last = True

    def __post_init__(self) -> None:
        self.srresnet = copy.deepcopy(self.generator).requires_grad_(False)
        self.kept = False

    @property
    def networks(self) -> dict[str, nn.Module]:
        if self.discriminator is None:
            return {"generator": self.generator}
        return {"discriminator": self.discriminator, "generator": self.generator, "srresnet": self.srresnet}

    @property
    def optimizers(self) -> dict[str, Adam]:
        if self.discriminator is None:
            return {"generator": self.generator_optimizer}
        generator = self.generator_optimizer  # the kept one's too, which never moves
        return {"discriminator": self.discriminator_optimizer, "generator": generator, "srresnet": generator}

    def step(self, x: Tensor, y: Tensor, move: Move, count: int) -> None:
        sharp = x
        fake = self.generator(shrink(sharp, self.factor))
        near = self.pixel_loss(fake, sharp)

        # SRResNet
        if self.discriminator is None or self.done < self.pixels_first:
            move("generator", near)
            return
        if not self.kept:
            self.srresnet.load_state_dict(self.generator.state_dict())
            self.kept = True

        # SRGAN: D's step, then G's
        move("discriminator", self.discriminator_loss(self.discriminator(sharp), self.discriminator(fake.detach())))
        loss = self.pixel_weight * near
        if self.features is not None:
            loss = loss + self.feature_weight * losses.perceptual_loss(self.features, fake, sharp)
        with frozen(self.discriminator):
            loss = loss + self.adversarial_weight * self.generator_loss(self.discriminator(fake))
        move("generator", loss)

    def samples(self, networks: dict[str, nn.Module], device: torch.device) -> Tensor | None:
        return None if self.shown is None else networks["generator"](self.shown.to(device))

    def state(self) -> dict[str, Any]:
        return {"kept": self.kept}

    def load_state(self, state: dict[str, Any]) -> None:
        self.kept = bool(state["kept"])

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        if x.shape[2] % self.factor or x.shape[3] % self.factor:
            raise TrainingError(
                f"Images of {x.shape[2]}×{x.shape[3]} pixels cannot be shrunk by {self.factor}: cut them to a multiple."
            )
        fake = tried("generator", self.generator, shrink(x, self.factor))
        if fake.shape != x.shape:
            raise TrainingError(
                f"The generator makes images {tuple(fake.shape[1:])}, and the sharp ones are {tuple(x.shape[1:])}: "
                f"it should enlarge by {self.factor}."
            )
        if self.discriminator is not None:
            tried("discriminator", self.discriminator, x)
        if self.features is not None:
            self.features.to(x.device)
            tried("features", self.features, x)


def two_parts(done: float, first: float = 0.6, second: float = 0.5) -> float:
    """The learning rate's factor for a training in two parts: each holds, then falls; the second starts at `second`."""
    if done < first:
        return hold_then_fall(done / first)
    return second * hold_then_fall((done - first) / (1 - first))


__all__ = ["SuperResolution", "two_parts"]
