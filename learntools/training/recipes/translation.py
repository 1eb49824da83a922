"""Image translation: pix2pix for line art and facades, CycleGAN for two artists, and for horses and zebras."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from learntools import data, losses
from learntools.training.batches import Jitter, Shift, flip
from learntools.training.recipe import Adam
from learntools.training.recipes.named import Named
from learntools.training.translation import CycleGAN, Pix2Pix


def pix2pix(long: bool = False) -> Pix2Pix:
    """Colour for line art: a U-Net from 64×64 down to 2×2, and a judge of 34×34 patches.

    `long` is for thousands of steps: dropout at two levels, weight decay and wider shifts keep G from learning 1,384
    drawings by heart. In two minutes they only slow it down.
    """
    from learntools.models.pix2pix import PatchGAN, UNet

    return Pix2Pix(
        generator=UNet(width=24, depth=5, dropout=2 if long else 0),
        discriminator=PatchGAN(channels=6, patch=34, width=16, spectral_norm=True),
        l1_weight=160,
        discriminator_loss=losses.hinge_discriminator_loss,
        generator_loss=losses.hinge_generator_loss,
        generator_optimizer=Adam(lr=2e-3, betas=(0.0, 0.99), weight_decay=0.02 if long else 0.0),
        discriminator_optimizer=Adam(lr=2e-3, betas=(0.0, 0.99)),
        augment=[flip, Shift(4 if long else 3, edge=1.0)],
        shown=data.emoji_pairs("test").floats(slice(0, 252, 7))[0],
    )


def pix2pix_paper() -> Pix2Pix:
    """The paper's own settings (section 6.1 and 6.2), for 256×256 and a GPU."""
    from learntools.models.pix2pix import PatchGAN, UNet

    adam = Adam(lr=2e-4, betas=(0.5, 0.999))
    return Pix2Pix(
        generator=UNet(width=64, depth=8, dropout=3),
        discriminator=PatchGAN(channels=6, patch=70),
        l1_weight=100,
        generator_optimizer=adam,
        discriminator_optimizer=adam,
        batch_size=1,
        averaged=(),
        augment=[Jitter(286), flip],
        name="pix2pix_paper",
    )


def cyclegan() -> CycleGAN:
    """Twemoji to OpenMoji and back, at 32×32; the generators are U-Nets, which learn faster here than ResNets.

    Twemoji fill their square, and OpenMoji leave a margin: so the generators zoom before they paint. Shifts keep G
    from learning where a square's edge comes to lie, and blackening that place in every drawing.
    """
    from learntools.models.cyclegan import TwoWay, Zoomed, matching_zoom
    from learntools.models.pix2pix import PatchGAN, UNet, instance_norm

    def generator(zoom: float) -> nn.Module:
        return Zoomed(UNet(width=32, depth=4, dropout=0, norm=instance_norm, upsample="resize", residual=True), zoom)

    def discriminator() -> nn.Module:
        return PatchGAN(channels=3, patch=16, width=32, spectral_norm=True)

    zoom = matching_zoom(*data.emoji_styles("train", 32).floats())
    return CycleGAN(
        generators=TwoWay(generator(zoom), generator(1 / zoom)),
        discriminators=TwoWay(discriminator(), discriminator()),
        cycle_weight=6,
        identity_weight=3,
        generator_optimizer=Adam(lr=2e-3, betas=(0.0, 0.99)),
        discriminator_optimizer=Adam(lr=2e-3, betas=(0.0, 0.99)),
        batch_size=8,
        augment=[flip, Shift(2, edge=1.0)],
        shown=data.emoji_styles("test", 32).floats(slice(0, 252, 7))[0],
    )


def cyclegan_paper() -> CycleGAN:
    """The paper's own settings (section 4 and 7), for 256×256 and a GPU."""
    from learntools.models.cyclegan import ResNetGenerator, TwoWay
    from learntools.models.pix2pix import PatchGAN, instance_norm

    adam = Adam(lr=2e-4, betas=(0.5, 0.999))
    return CycleGAN(
        generators=TwoWay(ResNetGenerator(), ResNetGenerator()),
        discriminators=TwoWay(*(PatchGAN(channels=3, patch=70, norm=instance_norm) for _ in range(2))),
        identity_weight=0,
        generator_optimizer=adam,
        discriminator_optimizer=adam,
        batch_size=1,
        averaged=(),
        augment=[Jitter(286), flip],
        name="cyclegan_paper",
    )


@torch.no_grad()
def translated(generators: nn.Module, *sides: Tensor, part: int = 32) -> tuple[Tensor, ...]:
    """What a network makes of one or two sides (N, C, H, W), `part` images at once, on the CPU; always a tuple."""
    device, found = next(generators.parameters()).device, []
    for parts in zip(*(side.split(part) for side in sides), strict=True):
        made = generators(*(side.to(device) for side in parts))
        found.append([side.float().cpu() for side in (made if isinstance(made, tuple) else (made,))])
    return tuple(torch.cat(parts) for parts in zip(*found, strict=True))


def measure_pix2pix(networks: dict[str, nn.Module]) -> dict[str, float]:
    """On the 252 held-out pairs: L1, SSIM, saturation and kernel distance, beside those of the untouched line art."""
    from learntools.metrics import judged_pairs

    inputs, targets = data.emoji_pairs("test").floats()
    (made,) = translated(networks["generator"], inputs)
    return judged_pairs(made, inputs, targets, reference=data.emoji_pairs("train").floats()[1])


def measure_facades(networks: dict[str, nn.Module]) -> dict[str, float]:
    """The same on the 106 test facades, with batch statistics of each image and dropout, as the paper tests."""
    from learntools.metrics import judged_pairs

    inputs, targets = data.facades("test", 256).floats()
    (made,) = translated(copy.deepcopy(networks["generator"]).train(), inputs, part=1)
    return judged_pairs(made, inputs, targets)


def measure_cyclegan(networks: dict[str, nn.Module]) -> dict[str, float]:
    """On the 252 held-out emoji, as true pairs: L1 to the other artist's drawing, cycle L1 and kernel distance.

    "zoomed_pair_l1" and "zoomed_kernel_distance" say what the generator's zoom gets without its paint.
    """
    from learntools.metrics import judged_styles, kernel_distance, l1, recognition_features
    from learntools.models.cyclegan import zoomed

    a, b = data.emoji_styles("test", 32).floats()
    both = networks["generators"]
    fake_b, fake_a = translated(both, a, b)
    cycled_b, cycled_a = translated(both, fake_a, fake_b)
    only_zoomed = zoomed(a, float(both.get_buffer("a_to_b.factor")))
    return judged_styles(a, b, fake_b, fake_a, cycled_a, cycled_b) | {
        "zoomed_pair_l1": l1(only_zoomed, b),
        "zoomed_kernel_distance": kernel_distance(recognition_features(b), recognition_features(only_zoomed)),
    }


def measure_horse2zebra(networks: dict[str, nn.Module]) -> dict[str, float]:
    """Kernel distance of translated test horses to test zebras, beside that of the horses as they are."""
    from learntools.metrics import kernel_distance, recognition_features

    sets = data.horse2zebra("test", 256)
    horses, zebras = sets.floats()
    count = min(len(horses), len(zebras))
    fakes, _ = translated(networks["generators"], horses[:count], zebras[:count])
    truth = recognition_features(zebras)
    return {
        "kernel_distance": kernel_distance(truth, recognition_features(fakes)),
        "untranslated_kernel_distance": kernel_distance(truth, recognition_features(horses)),
    }


RECIPES = {
    "pix2pix": Named(pix2pix, data.emoji_pairs, measure_pix2pix, 120, "line art becomes colour"),
    "cyclegan": Named(
        cyclegan,
        lambda: data.unpaired(data.emoji_styles("train", 32)),
        measure_cyclegan,
        180,
        "one artist's emoji in another's style",
    ),
    "pix2pix_paper": Named(
        pix2pix_paper,
        lambda: data.facades("train", 256),
        measure_facades,
        None,
        "label maps become facades, as in the paper; downloads 35 MB, and wants a GPU",
        steps=80_000,
    ),
    "cyclegan_paper": Named(
        cyclegan_paper,
        lambda: data.horse2zebra("train", 256),
        measure_horse2zebra,
        None,
        "horses become zebras, as in the paper; downloads 117 MB, and wants a GPU",
        steps=266_800,
    ),
}
