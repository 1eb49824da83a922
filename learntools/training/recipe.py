"""A recipe is what you specify: networks, noise, losses, optimiser settings, and the sequence of a training step.

    recipe = GAN(generator=G, discriminator=D, latent=64)
    recipe = ConditionalGAN(generator=G, discriminator=D, generator_optimizer=Adam(lr=1e-3))
    result = fit(recipe, clothes, seconds=60)

`fit` owns everything else. To write a recipe of your own, take `Recipe`, name your networks and optimisers, and write
`step`: it gets a batch, and `move(name, loss)` makes one network better at its loss.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools import losses
from learntools.training.batches import Augmentation
from learntools.training.hardware import TrainingError

Move = Callable[[str, Tensor], None]


@dataclass(frozen=True)
class Adam:
    """Settings of Adam (Kingma and Ba 2015, arXiv 1412.6980); with `weight_decay`, of AdamW.

    For GANs the first beta is 0: the opponent changes at each step, so old directions mislead.
    """

    lr: float = 2e-3
    betas: tuple[float, float] = (0.0, 0.99)
    weight_decay: float = 0.0

    def build(self, network: nn.Module) -> torch.optim.Optimizer:
        """The optimiser of one network's weights; one fused kernel does the whole step."""
        betas = (float(self.betas[0]), float(self.betas[1]))  # torch refuses a whole 0 beside 0.99
        return torch.optim.AdamW(
            network.parameters(), lr=self.lr, betas=betas, weight_decay=self.weight_decay, fused=True
        )


def hold_then_fall(progress: float, hold: float = 0.5) -> float:
    """The learning rate's factor: 1 for the first part of a training, then straight down towards 0."""
    return min(1.0, max((1 - progress) / (1 - hold), 0.0))


class Recipe:
    """What every recipe has. `fit` reads these, and calls `check` once and `step` again and again.

    Attributes:
        name: for file names and messages.
        batch_size: images in a batch.
        averaged: the networks of which an average is kept, and how slowly it moves (`decay`).
        augment: changes made to each batch, in order.
        schedule: the part of the training that is done, 0 to 1 → a factor for all learning rates.
        channels_last: whether it is faster on an x86 CPU in 32 bits when images are laid out pixel by pixel, as
            `benchmarks.steps.effects` can tell.
        done: that part, for a `step` that changes on the way; `fit` sets it before each step.
    """

    name: str = "recipe"
    done = 0.0
    batch_size: int = 64
    averaged: Sequence[str] = ()
    decay: float = 0.995
    augment: Sequence[Augmentation] = ()
    schedule: Callable[[float], float] = staticmethod(hold_then_fall)
    channels_last = False

    @property
    def networks(self) -> dict[str, nn.Module]:
        """The networks that are trained, by name."""
        raise NotImplementedError

    @property
    def optimizers(self) -> dict[str, Adam]:
        """For each network of `networks`, how it moves."""
        raise NotImplementedError

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        """Raise TrainingError when this data and these networks do not fit together.

        Args:
            x: two images (2, C, H, W) in [-1, 1].   y: their labels, or for translation the other side's images.
            labels: those of the whole set.
        """

    def step(self, x: Tensor, y: Tensor, move: Move, count: int) -> None:
        """One step on a batch; `count` is the number of steps before it."""
        raise NotImplementedError

    def samples(self, networks: dict[str, nn.Module], device: torch.device) -> Tensor | None:
        """Images (N, C, H, W) in [-1, 1] for the live preview, always from the same noise; None if there are none."""
        return None

    def state(self) -> dict[str, Any]:
        """What the recipe itself remembers from step to step, as tensors and plain data, for a checkpoint."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Within, the network's weights get no gradient, which saves computing them; gradients still pass through it."""
    learning = [value for value in network.parameters() if value.requires_grad]
    try:
        for value in learning:
            value.requires_grad_(False)
        yield
    finally:
        for value in learning:
            value.requires_grad_(True)


@dataclass
class GAN(Recipe):
    """A generative adversarial network: G and D move in turns (Goodfellow et al. 2014, arXiv 1406.2661, algorithm 1).

    Attributes:
        generator, discriminator: noise (N, latent) → images, and images → logits (N, 1), both modules.
        latent: how many normal random numbers make an image.
        discriminator_loss, generator_loss: of (real logits, fake logits), and of fake logits.
        discriminator_optimizer, generator_optimizer: how they move.
        discriminator_steps: how often D moves for each move of G.
        penalty: added to D's loss: (D on images, real images, fakes) → a scalar; such as `losses.gradient_penalty`.
    """

    generator: nn.Module
    discriminator: nn.Module
    latent: int = 64
    discriminator_loss: Callable[[Tensor, Tensor], Tensor] = losses.hinge_discriminator_loss
    generator_loss: Callable[[Tensor], Tensor] = losses.hinge_generator_loss
    discriminator_optimizer: Adam = field(default_factory=Adam)
    generator_optimizer: Adam = field(default_factory=Adam)
    discriminator_steps: int = 1
    penalty: Callable[[Callable[[Tensor], Tensor], Tensor, Tensor], Tensor] | None = None
    batch_size: int = 64
    averaged: Sequence[str] = ("generator",)
    decay: float = 0.995
    augment: Sequence[Augmentation] = ()
    schedule: Callable[[float], float] = hold_then_fall
    name: str = "gan"
    channels_last = True

    @property
    def networks(self) -> dict[str, nn.Module]:
        return {"discriminator": self.discriminator, "generator": self.generator}

    @property
    def optimizers(self) -> dict[str, Adam]:
        return {"discriminator": self.discriminator_optimizer, "generator": self.generator_optimizer}

    def noise(self, count: int, device: torch.device) -> Tensor:
        """Noise (count, latent), normally distributed."""
        return torch.randn(count, self.latent, device=device)

    def generate(self, z: Tensor, y: Tensor) -> Tensor:
        return self.generator(z)

    def score(self, x: Tensor, y: Tensor) -> Tensor:
        return self.discriminator(x)

    def step(self, x: Tensor, y: Tensor, move: Move, count: int) -> None:
        # One batch of fakes serves both players.
        fake = self.generate(self.noise(len(x), x.device), y)

        # D's step
        loss = self.refuse(x, y, fake.detach())
        if self.penalty is not None:
            loss = loss + self.penalty(lambda images: self.score(images, y), x, fake.detach())
        move("discriminator", loss)

        # G's step
        if (count + 1) % self.discriminator_steps == 0:
            with frozen(self.discriminator):
                move("generator", self.generator_loss(self.score(fake, y)))

    def refuse(self, x: Tensor, y: Tensor, fake: Tensor) -> Tensor:
        """D's loss: accept the real images x, refuse the fakes."""
        return self.discriminator_loss(self.score(x, y), self.score(fake, y))

    def samples(self, networks: dict[str, nn.Module], device: torch.device) -> Tensor:
        z = torch.randn(40, self.latent, generator=torch.Generator().manual_seed(0)).to(device)
        return networks["generator"](z)

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        fake = tried("generator", self.generate, self.noise(len(x), x.device), y)
        if fake.shape != x.shape:
            raise TrainingError(
                f"The generator makes images {tuple(fake.shape[1:])}, and the data's are {tuple(x.shape[1:])}: "
                "build the networks for the data's size and channels."
            )
        scores = tried("discriminator", self.score, x, y)
        if len(scores) != len(x) or scores.numel() != len(x):
            raise TrainingError(
                f"The discriminator gives {tuple(scores.shape)} for {len(x)} images: give one logit for each."
            )
        if self._gives_probabilities(x, y):
            raise TrainingError(
                "The discriminator's scores stay between 0 and 1 whatever its weights are, so they are probabilities: "
                "leave the last sigmoid out, because the losses take logits."
            )

    def _gives_probabilities(self, x: Tensor, y: Tensor) -> bool:
        """With huge weights and huge inputs a sigmoid gives 0, ½ or 1, and a logit is far away."""
        loud = copy.copy(self)
        loud.discriminator = copy.deepcopy(self.discriminator).eval()
        with torch.no_grad():
            if not loud.score(x, y).any():
                return False  # a last layer that starts at zero
            for value in loud.discriminator.parameters():
                value.mul_(1e4)
            scores = torch.cat([loud.score(side * x, y).flatten().float() for side in (1e4, -1e4, 0)])
        saturated = torch.stack([(scores - value).abs() < 1e-3 for value in (0, 0.5, 1)]).any(dim=0)
        return bool(saturated.all())


@dataclass
class ConditionalGAN(GAN):
    """A GAN whose players are told the label: G(z, y) → images, D(x, y) → logits (Mirza and Osindero 2014, 1411.1784).

    The fakes are made for the labels of the real batch, and D is told the same.

    Attributes: as `GAN` has, and
        classes: labels are 0 to classes - 1.
        mismatch: of what D learns to refuse, the share that are real images under a wrong label, and not fakes (Reed et
            al. 2016, arXiv 1605.05396). More of it makes G obey better and its images less varied. It needs a D that
            takes two labels for each image, (N, 2), and gives two logits, as `ProjectionDiscriminator` does.
    """

    classes: int = 10
    mismatch: float = 0.0
    name: str = "conditional_gan"

    def generate(self, z: Tensor, y: Tensor) -> Tensor:
        return self.generator(z, y)

    def score(self, x: Tensor, y: Tensor) -> Tensor:
        return self.discriminator(x, y)

    def refuse(self, x: Tensor, y: Tensor, fake: Tensor) -> Tensor:
        if not self.mismatch:
            return super().refuse(x, y, fake)
        wrong = (y + torch.randint(1, self.classes, y.shape, device=y.device)) % self.classes
        right_logits, wrong_logits = self.score(x, torch.stack([y, wrong], dim=1)).split(1, dim=1)
        on_fakes = self.discriminator_loss(right_logits, self.score(fake, y))
        return torch.lerp(on_fakes, self.discriminator_loss(right_logits, wrong_logits), self.mismatch)

    def samples(self, networks: dict[str, nn.Module], device: torch.device) -> Tensor:
        z = torch.randn(4, self.latent, generator=torch.Generator().manual_seed(0)).repeat_interleave(
            self.classes, dim=0
        )
        return networks["generator"](z.to(device), torch.arange(self.classes, device=device).repeat(4))

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        check_labels(labels, self.classes)
        if not 0 <= self.mismatch < 1:
            raise TrainingError(f"`mismatch` is a share, at least 0 and below 1, and this is {self.mismatch}.")
        super().check(x, y, labels)
        if self.mismatch:
            both = tried("discriminator", self.score, x, torch.stack([y, y], dim=1))
            if both.shape != (len(x), 2):
                raise TrainingError(
                    f"The discriminator gives {tuple(both.shape)} for {len(x)} images with two labels each: `mismatch` "
                    "needs a logit for each label, (N, 2), or leave it at 0."
                )


@dataclass
class Classifier(Recipe):
    """A network that tells classes apart: images → logits (N, classes), trained on their cross-entropy."""

    network: nn.Module
    optimizer: Adam = field(default_factory=lambda: Adam(lr=3e-3, betas=(0.9, 0.999), weight_decay=0.05))
    classes: int = 10
    batch_size: int = 256
    averaged: Sequence[str] = ("network",)
    decay: float = 0.995
    augment: Sequence[Augmentation] = ()
    schedule: Callable[[float], float] = hold_then_fall
    name: str = "classifier"
    channels_last = True

    @property
    def networks(self) -> dict[str, nn.Module]:
        return {"network": self.network}

    @property
    def optimizers(self) -> dict[str, Adam]:
        return {"network": self.optimizer}

    def step(self, x: Tensor, y: Tensor, move: Move, count: int) -> None:
        move("network", F.cross_entropy(self.network(x), y))

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        check_labels(labels, self.classes)
        logits = tried("network", self.network, x)
        if logits.shape != (len(x), self.classes):
            raise TrainingError(
                f"The network gives {tuple(logits.shape)} for {len(x)} images: each needs {self.classes} logits."
            )


def check_labels(labels: Tensor, classes: int) -> None:
    """Raise TrainingError unless every label is a whole number from 0 to classes - 1."""
    if labels.is_floating_point() or labels.ndim != 1:
        raise TrainingError(f"Labels are whole numbers (N,), and these are {labels.dtype}, {tuple(labels.shape)}.")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise TrainingError(
            f"The labels run from {low} to {high}, and this recipe has {classes} classes, 0 to {classes - 1}: correct "
            "the labels, or build the networks and the recipe for more classes."
        )


def tried(name: str, function: Callable[..., Any], *inputs: Tensor) -> Any:
    """The function's value; if it fails or gives no tensors, a TrainingError that says with what."""
    given = " and ".join(str(tuple(value.shape)) for value in inputs)
    try:
        value = function(*inputs)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        first = str(error).strip().partition("\n")[0]
        raise TrainingError(
            f"The {name} fails on inputs of shape {given} ({first}): build it for the data's size and channels."
        ) from error
    parts = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(part, Tensor) for part in parts):
        raise TrainingError(f"The {name} gives back {type(value).__name__} where a tensor is expected.")
    return value
