"""The applications: super-resolution, text to image, object removal."""

from __future__ import annotations

import copy
import functools

import torch
from torch import Tensor, nn

from learntools import data, losses
from learntools.data import orders
from learntools.data.captioned import Sentences
from learntools.data.covered import Covered, HeldOut
from learntools.data.covered import held_out as held_out_covered
from learntools.models.object_removal import told
from learntools.training.batches import flip
from learntools.training.recipe import Adam
from learntools.training.recipes import captions
from learntools.training.recipes.named import Named
from learntools.training.recipes.translation import translated
from learntools.training.removal import Removal
from learntools.training.super_resolution import SuperResolution, two_parts
from learntools.training.text_to_image import TextToImage


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

    adam, words = Adam(lr=2e-4, betas=(0.5, 0.999)), len(captions.flickr8k_vocabulary())
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

    test = captions.flickr8k("test", 256)
    words = captions.flickr8k_vocabulary().encode_all([said[0] for said in test.captions])
    fakes = painted(networks["generator"], words, part=8)
    return {"kernel_distance": kernel_distance(recognition_features(test.floats()), recognition_features(fakes))}


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
        lambda: Sentences(captions.flickr8k("train", 256), captions.flickr8k_vocabulary()),
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
}
