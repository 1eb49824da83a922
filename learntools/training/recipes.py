"""The course's own recipes, by name: what `learntools train NAME` trains, on what, and how it is measured.

named = RECIPES["conditional_gan"]
recipe = named.build()
result = fit(recipe, named.data(), seconds=60)
named.measure(result.networks)         # {"frechet_distance": …, "conditional_accuracy": …}
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from learntools import data, losses
from learntools.data import ImageSet, Unpaired, fashion_mnist
from learntools.data import scenes as captioned_scenes
from learntools.data.captioned import Sentences
from learntools.data.covered import Covered, HeldOut
from learntools.data.covered import held_out as held_out_covered
from learntools.data.vocabulary import Vocabulary
from learntools.models.object_removal import told
from learntools.training.batches import Jitter, Shift, Source, Tint, flip
from learntools.training.captioning import Captioning
from learntools.training.recipe import GAN, Adam, Classifier, ConditionalGAN, Recipe
from learntools.training.removal import Removal
from learntools.training.translation import CycleGAN, Pix2Pix

JUDGED = 10_000  # images a generator is judged by, a thousand of each class where it takes orders

#: Forty times the paper's learning rate: spectral normalisation bears it, and two minutes are short.
FAST = Adam(lr=8e-3, betas=(0.0, 0.99))


@dataclass(frozen=True)
class Named:
    """One recipe of the course: how it is built, its data, how its networks are measured, and its usual length."""

    build: Callable[[], Recipe]
    data: Callable[[], ImageSet | Unpaired | Source]
    measure: Callable[[dict[str, nn.Module]], dict[str, float]]
    seconds: float | None
    about: str
    steps: int | None = None


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
    """Twemoji to OpenMoji and back, at 32×32; the generators are U-Nets, which learn faster here than ResNets."""
    from learntools.models.cyclegan import TwoWay
    from learntools.models.pix2pix import PatchGAN, UNet, instance_norm

    def generator() -> nn.Module:
        return UNet(width=32, depth=4, dropout=0, norm=instance_norm, upsample="resize")

    def discriminator() -> nn.Module:
        return PatchGAN(channels=3, patch=16, width=32, spectral_norm=True)

    return CycleGAN(
        generators=TwoWay(generator(), generator()),
        discriminators=TwoWay(discriminator(), discriminator()),
        cycle_weight=5,
        identity_weight=2,
        generator_optimizer=Adam(lr=2e-3, betas=(0.0, 0.99)),
        discriminator_optimizer=Adam(lr=2e-3, betas=(0.0, 0.99)),
        batch_size=8,
        augment=[flip],
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


def captioning(long: bool = False) -> Captioning:
    """Sentences for scenes. `long` is for thousands of steps: tinted scenes ask for shapes more than for colours."""
    from learntools.models.captioner import Captioner

    return Captioning(
        captioner=Captioner(captioned_scenes.scene_vocabulary()),
        augment=[Tint(0.2)] if long else [],
        decay=0.998 if long else 0.995,
    )


def scenes(long: bool = False) -> captioned_scenes.Endless:
    """What `captioning` learns from; `long` also has line art."""
    return captioned_scenes.Endless(captioned_scenes.STYLES if long else captioned_scenes.ARTISTS)


def flickr8k_vocabulary() -> Vocabulary:
    """The words that occur at least five times in the training captions of Flickr8k."""
    return Vocabulary.of((said for found in _flickr8k("train").captions for said in found), at_least=5)


def captioning_flickr8k() -> Captioning:
    """Photographs in words: *Show, Attend and Tell*'s task, on the features of EfficientNet-Lite0."""
    from learntools.models.captioner import Captioner, PretrainedEncoder

    return Captioning(
        captioner=Captioner(flickr8k_vocabulary(), PretrainedEncoder(), embedding=256, hidden=512),
        optimizer=Adam(lr=1e-3, betas=(0.9, 0.99), weight_decay=0.05),
        own_words=lambda steps: min(0.25, steps / 20_000),
        batch_size=32,
        augment=[flip],
        name="captioning_flickr8k",
    )


def object_removal() -> Removal:
    """Fences, scribbles and things taken away at 64×64, by pix2pix's networks with a mask as a fourth channel."""
    from learntools.models.object_removal import Remover
    from learntools.models.pix2pix import PatchGAN, UNet

    adam = Adam(lr=2e-3, betas=(0.0, 0.99))
    return Removal(
        generator=Remover(UNet(channels=4, out_channels=4, width=24, depth=4, dropout=0)),
        discriminator=PatchGAN(channels=7, patch=34, width=16, spectral_norm=True),
        l1_weight=160,
        discriminator_loss=losses.hinge_discriminator_loss,
        generator_loss=losses.hinge_generator_loss,
        generator_optimizer=adam,
        discriminator_optimizer=adam,
    )


def object_removal_paper() -> Removal:
    """pix2pix's own networks and settings at 256×256, with a mask channel in and out; pieces of photographs, a GPU."""
    from learntools.models.object_removal import Remover
    from learntools.models.pix2pix import PatchGAN, UNet

    adam = Adam(lr=2e-4, betas=(0.5, 0.999))
    return Removal(
        generator=Remover(UNet(channels=4, out_channels=4, width=64, depth=8, dropout=3)),
        discriminator=PatchGAN(channels=7, patch=70),
        l1_weight=100,
        generator_optimizer=adam,
        discriminator_optimizer=adam,
        batch_size=1,
        averaged=(),
        name="object_removal_paper",
    )


@functools.lru_cache(maxsize=2)
def _flickr8k(split: str) -> data.Captioned:
    return data.flickr8k(split, size=224)


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
    """On the 252 held-out emoji, as true pairs: L1 to the other artist's drawing, cycle L1 and kernel distance."""
    from learntools.metrics import judged_styles

    a, b = data.emoji_styles("test", 32).floats()
    fake_b, fake_a = translated(networks["generators"], a, b)
    cycled_b, cycled_a = translated(networks["generators"], fake_a, fake_b)
    return judged_styles(a, b, fake_b, fake_a, cycled_a, cycled_b)


def measure_captioning(networks: dict[str, nn.Module]) -> dict[str, float]:
    """On a thousand scenes of unseen combinations, and on a thousand by an unseen artist: what its own words get right.

    Shares of objects, colours and relations (`metrics.judged_scenes`), BLEU-4 and CIDEr-D against five references each.
    """
    found = _measured_captions(networks["captioner"], captioned_scenes.unseen_combinations())
    other = _measured_captions(networks["captioner"], captioned_scenes.unseen_artist())
    return found | {f"{key}_unseen_artist": value for key, value in other.items()}


def _measured_captions(captioner: nn.Module, scenes: captioned_scenes.SceneSet) -> dict[str, float]:
    from learntools.metrics import bleu, cider, judged_scenes
    from learntools.models.captioner import describe

    said = describe(captioner, data.to_float(scenes.images()))  # type: ignore[arg-type]
    scores = {"bleu4": bleu(said, scenes.references)["bleu4"], "cider": cider(said, scenes.references)}
    return judged_scenes(said, scenes.scenes) | scores


def measure_flickr8k(networks: dict[str, nn.Module]) -> dict[str, float]:
    """BLEU-1 to 4 and CIDEr-D of its sentences about the test photographs."""
    from learntools.metrics import bleu, cider
    from learntools.models.captioner import describe

    test = _flickr8k("test")
    said = describe(networks["captioner"], test.floats(), beam=3, part=16)  # type: ignore[arg-type]
    return bleu(said, test.captions) | {"cider": cider(said, test.captions)}


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


def measure_object_removal(networks: dict[str, nn.Module]) -> dict[str, float]:
    """On 360 held-out covered pictures: L1 inside and outside of the mask, told and not, beside simple fillings."""
    return _measured_removal(networks["generator"], held_out_covered())


def measure_object_removal_paper(networks: dict[str, nn.Module]) -> dict[str, float]:
    """The same on 60 pieces of held-out photographs, with each one's own statistics and dropout, as pix2pix tests."""
    return _measured_removal(copy.deepcopy(networks["generator"]).train(), held_out_covered(60, 256), part=1)


def _measured_removal(generator: nn.Module, test: HeldOut, part: int = 32) -> dict[str, float]:
    """`judged_removal` with the mask told; of what was made without being told the same, with "_unknown" at the end."""
    from learntools.metrics import judged_removal

    covered, masks, pictures = test.floats()
    found = {}
    for suffix, x in (("", told(covered, masks)), ("_unknown", told(covered))):
        (made,) = translated(generator, x, part=part)
        measured = judged_removal(made, covered, masks, pictures, test.kinds, fills=not suffix)
        found |= {key + suffix: value for key, value in measured.items()}
    return found


RECIPES = {
    "dcgan": Named(dcgan, fashion_mnist, measure_dcgan, 60, "clothes from noise"),
    "conditional_gan": Named(conditional_gan, fashion_mnist, measure_conditional_gan, 60, "clothes on request"),
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
    "captioning": Named(captioning, scenes, measure_captioning, 150, "sentences for scenes"),
    "captioning_flickr8k": Named(
        captioning_flickr8k,
        lambda: Sentences(_flickr8k("train"), flickr8k_vocabulary()),
        measure_flickr8k,
        None,
        "sentences for photographs, as Show, Attend and Tell; downloads 1.1 GB, and wants a GPU",
        steps=10_000,
    ),
    "object_removal": Named(
        object_removal, Covered, measure_object_removal, 150, "fences, scribbles and things taken away from pictures"
    ),
    "object_removal_paper": Named(
        object_removal_paper,
        lambda: Covered(size=256),
        measure_object_removal_paper,
        None,
        "the same at 256×256 with pix2pix's own networks; wants a GPU",
        steps=100_000,
    ),
    "judge": Named(judge, fashion_mnist, measure_judge, 300, "the classifier that judges the other two"),
}
