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
from learntools.data import ImageSet, Unpaired, fashion_mnist, orders
from learntools.data import scenes as captioned_scenes
from learntools.data.captioned import Sentences
from learntools.data.covered import Covered, HeldOut
from learntools.data.covered import held_out as held_out_covered
from learntools.data.vocabulary import Vocabulary
from learntools.models.object_removal import told
from learntools.training.batches import Jitter, OneHue, Shift, Source, Tint, flip
from learntools.training.captioning import Captioning
from learntools.training.recipe import GAN, Adam, Classifier, ConditionalGAN, Recipe
from learntools.training.removal import Removal
from learntools.training.super_resolution import SuperResolution, two_parts
from learntools.training.text_to_image import TextToImage
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
        augment=[Tint(0.2), OneHue(0.15)] if long else [],
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


def super_resolution(long: bool = False) -> SuperResolution:
    """Four times as large, 16×16 to 64×64: SRResNet for 60 % of the training, then SRGAN.

    Small and without norms, and what it draws is added to a bicubic enlargement, so that two minutes are enough. `long`
    is for thousands of steps: the first part has more to learn from them, and takes 80 %.
    """
    from learntools.models.pix2pix import PatchGAN
    from learntools.models.super_resolution import RecognitionFeatures, SRResNet

    return SuperResolution(
        generator=SRResNet(blocks=6, width=32, norm=False, kernel=3, over="bicubic"),
        discriminator=PatchGAN(channels=3, patch=34, width=16, spectral_norm=True),
        features=RecognitionFeatures(stages=2),
        pixels_first=0.8 if long else 0.6,
        augment=[flip],
        schedule=functools.partial(two_parts, first=0.8 if long else 0.6),
        shown=data.shrink(data.to_float(data.sharp_emoji("test")[::40])),
    )


def super_resolution_paper() -> SuperResolution:
    """The paper's own settings (section 3.2) on crops of 96×96, for a GPU.

    A million steps on pixels, then 100,000 of SRGAN at the same rate and 100,000 at a tenth of it. Two things differ:
    the features are EfficientNet-Lite0's, and the photographs are the few that ship, not 350,000 of ImageNet's.
    """
    from learntools.models.super_resolution import Discriminator, RecognitionFeatures, SRResNet

    adam = Adam(lr=1e-4, betas=(0.9, 0.999))
    return SuperResolution(
        generator=SRResNet(blocks=16, width=64),
        discriminator=Discriminator(size=96),
        features=RecognitionFeatures(stages=3),
        pixels_first=10 / 12,
        pixel_weight=0.0,
        adversarial_weight=1e-3,
        pixel_loss=nn.functional.mse_loss,
        discriminator_loss=losses.discriminator_loss,
        generator_loss=losses.generator_loss,
        generator_optimizer=adam,
        discriminator_optimizer=adam,
        averaged=(),
        augment=[flip],
        schedule=lambda done: 1.0 if done < 11 / 12 else 0.1,
        name="super_resolution_paper",
    )


def text_to_image() -> TextToImage:
    """Pictures of what a sentence orders, in two stages."""
    from learntools.models.text_to_image import StackedDiscriminator, StackedGenerator

    words = len(orders.order_vocabulary())
    return TextToImage(
        generator=StackedGenerator(words),
        discriminator=StackedDiscriminator(words),
        shown=orders.encode(orders.unseen_colours(20).sentences + orders.unseen_pairs(20).sentences),
    )


def text_to_image_paper() -> TextToImage:
    """The paper's own sizes (section 3.4): sketches of 64×64, pictures of 256×256, codes of 128 numbers; for a GPU.

    Its text encoder came from elsewhere, and gave 1,024 numbers for a sentence; ours is trained along. Adam and batch
    are the paper's; the games are this course's, and both stages are trained at once.
    """
    from learntools.models.text_to_image import StackedDiscriminator, StackedGenerator

    adam, words = Adam(lr=2e-4, betas=(0.5, 0.999)), len(flickr8k_vocabulary())
    sizes = {"features": 1024, "small": 64, "large": 256}
    return TextToImage(
        generator=StackedGenerator(words, latent=100, code=128, small_width=512, width=512, blocks=4, **sizes),
        discriminator=StackedDiscriminator(words, small_width=256, width=256, **sizes),
        l1_weight=0,
        code_weight=1.0,
        guess_weight=0,
        generator_optimizer=adam,
        discriminator_optimizer=adam,
        batch_size=64,
        augment=[flip],
        name="text_to_image_paper",
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
def _flickr8k(split: str, size: int = 224) -> data.Captioned:
    return data.flickr8k(split, size=size)


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


def measure_super_resolution(networks: dict[str, nn.Module]) -> dict[str, float]:
    """On 252 held-out emoji: PSNR, SSIM, perceptual distance and sharpness, beside bicubic, nearest and SRResNet.

    They are every third of the 756, 84 by each artist, since the perceptual distance takes its time.

    `psnr` and so on are the generator's, `bicubic_psnr` that of an enlargement without a network, and `srresnet_psnr`
    that of the generator before it met its judge, where the training had such a part. `photo_…` are the same on patches
    of two held-out photographs.
    """
    from learntools.metrics import judged_enlargements

    found: dict[str, float] = {}
    makers = {"": networks["generator"], "srresnet_": networks.get("srresnet"), "bicubic_": "bicubic"}
    makers["nearest_"] = "nearest"
    for prefix, images in (("", data.sharp_emoji("test")[::3]), ("photo_", data.sharp_photographs("test"))):
        sharp = data.to_float(images)
        small = data.shrink(sharp)
        for name, maker in makers.items():
            if maker is None or (prefix and name == "nearest_"):
                continue
            if isinstance(maker, str):
                made = data.enlarge(small, how=maker).clamp(-1, 1)
            else:
                (made,) = translated(maker, small)
            found |= {prefix + name + key: value for key, value in judged_enlargements(made, sharp).items()}
    return found


@torch.no_grad()
def painted(generator: nn.Module, words: Tensor, part: int = 60) -> Tensor:
    """Pictures (N, 3, H, W) in [-1, 1] for sentences (N, T), on the CPU; always from the same noise."""
    device, random = next(generator.parameters()).device, torch.Generator().manual_seed(1234)
    z = torch.randn(len(words), getattr(generator, "latent", 4), generator=random)
    with torch.random.fork_rng(devices=[]):  # the codes draw from the global random state
        torch.manual_seed(1234)
        pairs = zip(words.split(part), z.split(part), strict=True)
        return torch.cat([generator(some.to(device), noise.to(device)).large.float().cpu() for some, noise in pairs])


def measure_text_to_image(networks: dict[str, nn.Module]) -> dict[str, float]:
    """Of images for held-out combinations, and for seen ones, the share that shows what was asked (`judged_orders`).

    Each figure is followed by the same of real images, `_real`: no more can be expected. Held out are 240 tints and 240
    pairs that never occur in training; object accuracy is the captioner's, over both together. `variety` is by how much
    two images of the same sentence differ (L1), as a share of what two real ones do.
    """
    from learntools.metrics.orders import judged_orders

    generator, found = networks["generator"], {}
    held_out, seen = (orders.unseen_colours() + orders.unseen_pairs()), orders.seen_combinations()
    for ending, tested in (("", held_out), ("_seen", seen)):
        for made, images in ((ending, painted(generator, tested.words())), (f"{ending}_real", tested.floats())):
            judged = judged_orders(images, tested.orders)
            found[f"object_accuracy{made}"] = judged["objects"]
            found[f"relation_accuracy{made}"] = judged["relations"]
            found[f"colour_accuracy{made}"] = judged["colours"]
            found[f"nearest_accuracy{made}"] = judged["nearest"]
    for name, tested in (("colours", orders.unseen_colours()), ("pairs", orders.unseen_pairs())):
        judged = judged_orders(painted(generator, tested.words()), tested.orders, nearest=False)
        found[f"object_accuracy_unseen_{name}"] = judged["objects"]
    twice = held_out.words()[::8].repeat_interleave(2, dim=0)
    one, other = painted(generator, twice).unflatten(0, (-1, 2)).unbind(1)
    apart = held_out.floats(seed=1)[::8] - held_out.floats(seed=2)[::8]
    found["variety"] = float((one - other).abs().mean() / apart.abs().mean())
    return found


def measure_text_to_image_paper(networks: dict[str, nn.Module]) -> dict[str, float]:
    """Kernel distance of images for the test captions from the test photographs."""
    from learntools.metrics import kernel_distance, recognition_features

    test = _flickr8k("test", 256)
    words = flickr8k_vocabulary().encode_all([said[0] for said in test.captions])
    fakes = painted(networks["generator"], words, part=8)
    return {"kernel_distance": kernel_distance(recognition_features(test.floats()), recognition_features(fakes))}


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
    "super_resolution": Named(
        super_resolution, data.sharp, measure_super_resolution, 150, "sharp images from small ones"
    ),
    "super_resolution_paper": Named(
        super_resolution_paper,
        lambda: data.sharp("train", size=96),
        measure_super_resolution,
        None,
        "sharp photographs from small ones, as in the paper; wants a GPU",
        steps=1_200_000,
    ),
    "text_to_image": Named(
        text_to_image, orders.OrdersWithoutEnd, measure_text_to_image, 150, "a sentence becomes a picture"
    ),
    "text_to_image_paper": Named(
        text_to_image_paper,
        lambda: Sentences(_flickr8k("train", 256), flickr8k_vocabulary()),
        measure_text_to_image_paper,
        None,
        "photographs for sentences, at StackGAN's sizes; downloads 1.1 GB, and wants a GPU",
        steps=56_250,  # 600 epochs, as the paper gives each stage
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
