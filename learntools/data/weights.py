"""The course's own trained weights, which ship with it: each a safetensors file with a card beside it.

network.load_state_dict(weights("judge"))      # see data/weights/judge.md
"""

from __future__ import annotations

from learntools.data import files
from learntools.data.files import DataError

NAMES = (
    "judge",
    "dcgan",
    "conditional_gan",
    "pix2pix",
    "cyclegan",
    "captioning",
    "orders_judge",
    "super_resolution",
    "text_to_image",
    "object_removal",
)


def weights(name: str) -> dict:
    """The named network's tensors (on the CPU; float32, or float16 of the larger ones), for `load_state_dict`.

    Raises DataError for another name, or a missing or damaged file.
    """
    from safetensors.torch import load

    if name not in NAMES:
        raise DataError(f"There are no weights called {name!r}: choose from {', '.join(NAMES)}.")
    return load(files.read(f"weights/{name}.safetensors"))
