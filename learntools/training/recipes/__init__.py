"""The course's own recipes, by name: what `learntools train NAME` trains, on what, and how it is measured.

    named = RECIPES["conditional_gan"]
    recipe = named.build()
    result = fit(recipe, named.data(), seconds=60)
    named.measure(result.networks)         # {"frechet_distance": …, "conditional_accuracy": …}

One module for each family: its recipes, those with the papers' own settings, what measures them, and its part of the
table.
"""

from learntools.training.recipes import applications, captions, gans, translation
from learntools.training.recipes.applications import (
    object_removal,
    object_removal_paper,
    painted,
    super_resolution,
    super_resolution_paper,
    text_to_image,
    text_to_image_paper,
)
from learntools.training.recipes.captions import captioning, captioning_flickr8k, flickr8k_vocabulary
from learntools.training.recipes.gans import conditional_gan, dcgan, drawn, judge
from learntools.training.recipes.named import Named
from learntools.training.recipes.translation import cyclegan, cyclegan_paper, pix2pix, pix2pix_paper, translated

__all__ = [
    "RECIPES",
    "Named",
    "captioning",
    "captioning_flickr8k",
    "conditional_gan",
    "cyclegan",
    "cyclegan_paper",
    "dcgan",
    "drawn",
    "flickr8k_vocabulary",
    "judge",
    "object_removal",
    "object_removal_paper",
    "painted",
    "pix2pix",
    "pix2pix_paper",
    "super_resolution",
    "super_resolution_paper",
    "text_to_image",
    "text_to_image_paper",
    "translated",
]

RECIPES = gans.RECIPES | translation.RECIPES | captions.RECIPES | applications.RECIPES
