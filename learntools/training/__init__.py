"""The GPU-aware training loop, and one short recipe for each model.

    from learntools import training

    recipe = training.GAN(generator=G, discriminator=D)
    result = training.fit(recipe, data.fashion_mnist("train"), seconds=60)
    images = result.generator(torch.randn(8, 64))

You specify networks, noise, losses, optimisers and the sequence of a step; `fit` chooses device, precision and layout,
shows what happens, averages weights, saves and resumes. Whatever does not fit together is a TrainingError: one sentence
with what to do.
"""

from learntools.training.average import Average
from learntools.training.batches import Batches, Blur, Jitter, Noise, OneHue, Shift, Source, Tint, flip
from learntools.training.captioning import Captioning
from learntools.training.hardware import Plan, TrainingError, choose
from learntools.training.loop import Result, fit
from learntools.training.processes import launch
from learntools.training.recipe import GAN, Adam, Classifier, ConditionalGAN, Recipe, frozen, hold_then_fall
from learntools.training.removal import Removal
from learntools.training.super_resolution import SuperResolution, two_parts
from learntools.training.text_to_image import TextToImage
from learntools.training.translation import CycleGAN, ImageBuffer, Pix2Pix

__all__ = [
    "GAN",
    "Adam",
    "Average",
    "Batches",
    "Blur",
    "Captioning",
    "Classifier",
    "ConditionalGAN",
    "CycleGAN",
    "ImageBuffer",
    "Jitter",
    "Noise",
    "OneHue",
    "Pix2Pix",
    "Plan",
    "Recipe",
    "Removal",
    "Result",
    "Shift",
    "Source",
    "SuperResolution",
    "TextToImage",
    "Tint",
    "TrainingError",
    "choose",
    "fit",
    "flip",
    "frozen",
    "hold_then_fall",
    "launch",
    "two_parts",
]
