"""Recipes that translate images: pix2pix from pairs, CycleGAN from two sets without pairs.

    fit(Pix2Pix(UNet(width=32, depth=6), PatchGAN(6, patch=34)), data.emoji_pairs(), seconds=120)
    fit(CycleGAN(TwoWay(G, F), TwoWay(D_b, D_a)), data.unpaired(data.emoji_styles(size=32)), seconds=180)

A batch is x and y, images of domain a and of domain b.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools import losses
from learntools.training.batches import Augmentation
from learntools.training.hardware import TrainingError
from learntools.training.recipe import Adam, Move, Recipe, frozen, hold_then_fall, tried

if TYPE_CHECKING:
    from learntools.models.cyclegan import TwoWay


class Translation(Recipe):
    """What both recipes share: they want images on both sides, and show translations of a few of them."""

    shown: Tensor | None = None  # inputs whose translations the live preview shows

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        if not y.is_floating_point() or y.ndim != 4:
            raise TrainingError(
                f"The recipe {self.name!r} translates images into images, and this data has labels: give it Pairs or "
                "Unpaired, such as data.emoji_pairs()."
            )


@dataclass
class Pix2Pix(Translation):
    """Translation learned from pairs (Isola et al. 2017, arXiv 1611.07004, section 3).

    G's loss is the adversarial one plus `l1_weight` times the mean absolute difference to the true partner. D sees the
    input beside the output, so it can refuse an image that is fine but does not belong to its input.

    Attributes:
        generator, discriminator: x (N, C, H, W) → images like y; and x and y side by side → logits of any shape.
        l1_weight: λ; the paper's is 100.
        adversarial_weight: 0 trains G on L1 alone, and D not at all.
        conditional: False hides the input from D, which then takes y's channels only: the paper's ablation "GAN".
        discriminator_loss, generator_loss: of (real logits, fake logits), and of fake logits.
        shown: inputs (M, C, H, W) in [-1, 1] whose translations the preview shows; the first batch's if None.
    """

    generator: nn.Module
    discriminator: nn.Module
    l1_weight: float = 100.0
    adversarial_weight: float = 1.0
    conditional: bool = True
    discriminator_loss: Callable[[Tensor, Tensor], Tensor] = losses.discriminator_loss
    generator_loss: Callable[[Tensor], Tensor] = losses.generator_loss
    discriminator_optimizer: Adam = field(default_factory=Adam)
    generator_optimizer: Adam = field(default_factory=Adam)
    batch_size: int = 16
    averaged: Sequence[str] = ("generator",)
    decay: float = 0.995
    augment: Sequence[Augmentation] = ()
    schedule: Callable[[float], float] = hold_then_fall
    shown: Tensor | None = None
    name: str = "pix2pix"

    @property
    def networks(self) -> dict[str, nn.Module]:
        return {"discriminator": self.discriminator, "generator": self.generator}

    @property
    def optimizers(self) -> dict[str, Adam]:
        return {"discriminator": self.discriminator_optimizer, "generator": self.generator_optimizer}

    def score(self, x: Tensor, y: Tensor) -> Tensor:
        """D's logits for y as the translation of x."""
        return self.discriminator(torch.cat([x, y], dim=1) if self.conditional else y)

    def step(self, x: Tensor, y: Tensor, move: Move, count: int) -> None:
        self.play(x, y, self.generator(x), move)

    def play(self, x: Tensor, y: Tensor, fake: Tensor, move: Move, also: Tensor | float = 0.0) -> None:
        """One round of the game on inputs, their partners and G's fakes; `also` is added to G's loss."""
        # D's step
        if self.adversarial_weight:
            move("discriminator", self.discriminator_loss(self.score(x, y), self.score(x, fake.detach())))

        # G's step
        loss = self.l1_weight * F.l1_loss(fake, y) + also
        if self.adversarial_weight:
            with frozen(self.discriminator):
                loss = loss + self.adversarial_weight * self.generator_loss(self.score(x, fake))
        move("generator", loss)

    def samples(self, networks: dict[str, nn.Module], device: torch.device) -> Tensor | None:
        return None if self.shown is None else networks["generator"](self.shown.to(device))

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        super().check(x, y, labels)
        fake = tried("generator", self.generator, x)
        if fake.shape != y.shape:
            raise TrainingError(
                f"The generator makes images {tuple(fake.shape[1:])}, and the targets are {tuple(y.shape[1:])}: build "
                "it for the targets' size and channels."
            )
        if self.adversarial_weight:
            tried("discriminator", self.score, x, y)


class ImageBuffer:
    """Earlier fakes, mixed with fresh ones, for D to see (Shrivastava et al. 2017, arXiv 1612.07828).

    Until it is full it gives back what it gets. Then each image is, with probability ½, kept in the place of a random
    older one, which is given back instead. So D does not forget what G did some time ago.

    Args:
        size: how many images it holds; the CycleGAN paper's is 50, and 0 switches it off.
    """

    def __init__(self, size: int = 50):
        self.size, self.images = size, torch.empty(0)

    def __call__(self, fakes: Tensor) -> Tensor:
        """Fakes (N, C, H, W), without their graph → as many, some of them older."""
        fakes = fakes.detach()
        if not self.size:
            return fakes
        if not len(self.images):
            self.images = fakes[:0]
        given = []
        for fake in fakes:
            if len(self.images) < self.size:
                self.images = torch.cat([self.images, fake[None]])
            elif torch.rand(()) < 0.5:  # on the CPU: nothing waits for a GPU
                place = int(torch.randint(self.size, ()))
                fake, self.images[place] = self.images[place].clone(), fake
            given.append(fake)
        return torch.stack(given)


@dataclass
class CycleGAN(Translation):
    """Translation learned from two sets of images without pairs (Zhu et al. 2017, arXiv 1703.10593, section 3).

    Each domain has a game of its own, G: a → b against D_b, and F: b → a against D_a. What ties them to their input is
    the cycle: F(G(a)) should be a again, and G(F(b)) b.

    Attributes:
        generators: `TwoWay` of G and F. The identity loss calls its `repaint`.
        discriminators: `TwoWay` of D_b, which judges G's images beside real b, and D_a: images → logits of any shape.
        cycle_weight: λ; the paper's is 10.
        identity_weight: of |G(b) - b| + |F(a) - a|, which keeps colours; the paper's λ/2 for paintings, 0 elsewhere.
        buffer: how many older fakes D is reminded of, in each direction.
        discriminator_loss, generator_loss: of (real scores, fake scores), and of fake scores.
        shown: as in `Pix2Pix`, images of domain a.
    """

    generators: TwoWay
    discriminators: nn.Module
    cycle_weight: float = 10.0
    identity_weight: float = 5.0
    buffer: int = 50
    discriminator_loss: Callable[[Tensor, Tensor], Tensor] = losses.least_squares_discriminator_loss
    generator_loss: Callable[[Tensor], Tensor] = losses.least_squares_generator_loss
    discriminator_optimizer: Adam = field(default_factory=Adam)
    generator_optimizer: Adam = field(default_factory=Adam)
    batch_size: int = 16
    averaged: Sequence[str] = ("generators",)
    decay: float = 0.995
    augment: Sequence[Augmentation] = ()
    schedule: Callable[[float], float] = hold_then_fall
    shown: Tensor | None = None
    name: str = "cyclegan"

    def __post_init__(self) -> None:
        self.older_a, self.older_b = ImageBuffer(self.buffer), ImageBuffer(self.buffer)

    @property
    def networks(self) -> dict[str, nn.Module]:
        return {"generators": self.generators, "discriminators": self.discriminators}

    @property
    def optimizers(self) -> dict[str, Adam]:
        return {"generators": self.generator_optimizer, "discriminators": self.discriminator_optimizer}

    def step(self, x: Tensor, y: Tensor, move: Move, count: int) -> None:
        a, b = x, y
        fake_b, fake_a = self.generators(a, b)

        # the generators' step: convince both judges, find the way back, and leave alone what is there already
        with frozen(self.discriminators):
            score_b, score_a = self.discriminators(fake_b, fake_a)
        loss = self.generator_loss(score_b) + self.generator_loss(score_a)
        if self.cycle_weight:
            cycled_b, cycled_a = self.generators(fake_a, fake_b)
            loss = loss + self.cycle_weight * (F.l1_loss(cycled_a, a) + F.l1_loss(cycled_b, b))
        if self.identity_weight:
            same_b, same_a = self.generators.repaint(b, a)
            loss = loss + self.identity_weight * (F.l1_loss(same_b, b) + F.l1_loss(same_a, a))
        move("generators", loss)

        # the discriminators' step
        real_b, real_a = self.discriminators(b, a)
        score_b, score_a = self.discriminators(self.older_b(fake_b), self.older_a(fake_a))
        move("discriminators", self.discriminator_loss(real_b, score_b) + self.discriminator_loss(real_a, score_a))

    def samples(self, networks: dict[str, nn.Module], device: torch.device) -> Tensor | None:
        if self.shown is None:
            return None
        shown = self.shown.to(device)
        return networks["generators"](shown, shown)[0]

    def state(self) -> dict[str, Any]:
        return {"older_a": self.older_a.images, "older_b": self.older_b.images}

    def load_state(self, state: dict[str, Any]) -> None:
        device = next(self.generators.parameters()).device
        self.older_a.images, self.older_b.images = (state[key].to(device) for key in ("older_a", "older_b"))

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        super().check(x, y, labels)
        fakes = tried("generators", self.generators, x, y)
        for name, fake, like in (("a_to_b", fakes[0], y), ("b_to_a", fakes[1], x)):
            if fake.shape != like.shape:
                raise TrainingError(
                    f"The generator {name} makes images {tuple(fake.shape[1:])}, and that domain's are "
                    f"{tuple(like.shape[1:])}: build it for their size and channels."
                )
        tried("discriminators", self.discriminators, y, x)
        if self.identity_weight and not hasattr(self.generators, "repaint"):
            raise TrainingError(
                "The identity loss calls `generators.repaint`, which a `TwoWay` of two networks has: put yours into "
                "one, or set identity_weight=0."
            )
