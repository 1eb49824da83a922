"""Explorers: pictures that answer to mouse, finger and keyboard, one for each idea of the course.

    from learntools.viz.explorers import convolution_explorer
    convolution_explorer(image, kernel)         # the last line of a cell

Each is a function that gives an `Explorer`; where there is no widget manager, a picture stands in its place.
"""

from learntools.viz.explorers.attention import attention_viewer
from learntools.viz.explorers.before_after import before_after
from learntools.viz.explorers.classes import class_explorer
from learntools.viz.explorers.convolution import convolution_explorer
from learntools.viz.explorers.gan import gan_game
from learntools.viz.explorers.latent import latent_explorer
from learntools.viz.explorers.sketch import sketch_pad
from learntools.viz.explorers.translation import translation_explorer

__all__ = [
    "attention_viewer",
    "before_after",
    "class_explorer",
    "convolution_explorer",
    "gan_game",
    "latent_explorer",
    "sketch_pad",
    "translation_explorer",
]
