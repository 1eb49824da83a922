"""Clothes of Fashion-MNIST from noise and on request, and the classifier that judges them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from learntools.data import fashion_mnist
from learntools.training.batches import Shift, flip
from learntools.training.recipe import GAN, Adam, Classifier, ConditionalGAN
from learntools.training.recipes.named import Named

JUDGED = 10_000  # images a generator is judged by, a thousand of each class where it takes orders

#: Forty times the paper's learning rate: spectral normalisation bears it, and two minutes are short.
FAST = Adam(lr=8e-3, betas=(0.0, 0.99))


def dcgan() -> GAN:
    """Clothes from noise."""
    from learntools.models.dcgan import Discriminator, Generator

    return GAN(
        generator=Generator(),
        discriminator=Discriminator(spread=10),
        generator_optimizer=FAST,
        discriminator_optimizer=FAST,
        name="dcgan",
    )


def conditional_gan() -> ConditionalGAN:
    """Clothes on request: the label beside G's noise, projected in D."""
    from learntools.models.conditional_gan import ConditionalGenerator, ProjectionDiscriminator

    return ConditionalGAN(
        generator=ConditionalGenerator(),
        discriminator=ProjectionDiscriminator(),
        generator_optimizer=FAST,
        discriminator_optimizer=FAST,
        mismatch=0.2,
    )


def judge() -> Classifier:
    """The classifier whose features the generators are judged by."""
    from learntools.metrics.judge import Judge

    adam = Adam(lr=3e-3, betas=(0.9, 0.99), weight_decay=0.05)
    return Classifier(network=Judge(), optimizer=adam, augment=(flip, Shift(2)), name="judge")


@torch.no_grad()
def drawn(generator: nn.Module, count: int, classes: int | None = None) -> tuple[Tensor, Tensor]:
    """`count` images (count, C, H, W) in [-1, 1] and the labels they were made for, in turns, both on the CPU.

    Always from the same noise, whatever the device; `classes` None is for a generator that takes no label.
    """
    random = torch.Generator().manual_seed(1234)
    device = next(generator.parameters()).device
    latent = getattr(generator, "latent", 64)
    labels = torch.arange(count) % (classes or 1)
    made = []
    for part in labels.split(500):
        z = torch.randn(len(part), latent, generator=random).to(device)
        made.append((generator(z) if classes is None else generator(z, part.to(device))).float().cpu())
    return torch.cat(made), labels


def measure_dcgan(networks: dict[str, nn.Module]) -> dict[str, float]:
    """Fréchet distance of 10,000 fakes from the training images."""
    from learntools.metrics import judged

    return judged(drawn(networks["generator"], JUDGED)[0])


def measure_conditional_gan(networks: dict[str, nn.Module]) -> dict[str, float]:
    """Fréchet distance, and the share of fakes that the judge takes for what was asked for."""
    from learntools.metrics import judged

    return judged(*drawn(networks["generator"], JUDGED, classes=10))


def measure_judge(networks: dict[str, nn.Module]) -> dict[str, float]:
    """Accuracy on the 10,000 test images."""
    test, network = fashion_mnist("test"), networks["network"]
    device = next(network.parameters()).device
    with torch.no_grad():
        guesses = [network(test.floats(slice(i, i + 500)).to(device)).argmax(1).cpu() for i in range(0, len(test), 500)]
    return {"accuracy": float((torch.cat(guesses) == test.labels).float().mean())}


RECIPES = {
    "dcgan": Named(dcgan, fashion_mnist, measure_dcgan, 60, "clothes from noise"),
    "conditional_gan": Named(conditional_gan, fashion_mnist, measure_conditional_gan, 60, "clothes on request"),
    "judge": Named(judge, fashion_mnist, measure_judge, 300, "the classifier that judges the other two"),
}
