"""Every class of a conditional generator, from the same noise.

class_explorer(G, clothes.classes)     # G: noise (N, 64) and labels (N,) → images (N, C, H, W)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from learntools.viz.explorers.explorer import Explorer, Frame, applied, within
from learntools.viz.explorers.latent import LAST_SEED

NOISES = 6  # images of each class


def class_explorer(
    generator: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], names: Sequence[str], z_size: int = 64
) -> Explorer:
    """A grid of classes × noise, and one class large.

    Args:
        generator: noise (N, z_size) and labels (N,) → images (N, C, H, W) in [-1, 1]; in eval mode.
        names: of the classes, in the order of their labels.
        z_size: how many numbers make one image.
    """
    names = [str(name) for name in names]

    def frame(state: dict[str, Any]) -> Frame:
        seed = int(within(state["seed"], 0, LAST_SEED, "The number of the noise"))
        spread = within(state["spread"], 0, 2, "The spread")
        chosen = int(within(state["chosen"], 0, len(names) - 1, "The class"))
        noise = torch.randn(NOISES, z_size, generator=torch.Generator().manual_seed(seed)) * spread
        labels = torch.arange(len(names))
        z, y = noise.repeat(len(names), 1), labels.repeat_interleave(NOISES)
        images = applied(generator, z, y).unflatten(0, (len(names), NOISES))
        grid = torch.cat([torch.cat(list(row), dim=2) for row in images], dim=1)
        words = f"Each column is one noise; each row one label. Large: {names[chosen]}, first noise."
        return {"grid": grid, "one": images[chosen, 0], "names": names, "chosen": chosen, "words": words}

    return Explorer("classes", "One noise, every class", {"seed": 1, "spread": 1.0, "chosen": 0}, frame)
