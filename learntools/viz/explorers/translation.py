"""There and back: an image, its translation, and what the other generator makes of that.

translation_explorer(G, F, images, names=("Twemoji", "OpenMoji"))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from learntools.viz.explorers.explorer import Explorer, Frame, applied, within

TIMES = 3  # round trips that can be asked for


def translation_explorer(
    there: Callable[[torch.Tensor], torch.Tensor],
    back: Callable[[torch.Tensor], torch.Tensor],
    images: torch.Tensor,
    names: Sequence[str] = ("a", "b"),
) -> Explorer:
    """Choose an image and send it round the cycle.

    Args:
        there, back: the two generators, (N, C, H, W) → (N, C, H, W), both in [-1, 1]; in eval mode.
        images: (N, C, H, W) in [-1, 1], of the domain that `there` reads.
        names: of the two domains.

    Raises:
        ValueError: there is no image.
    """
    if images.ndim != 4 or not len(images):
        raise ValueError(f"`images` must be a batch (N, C, H, W) with at least one image, not {(*images.shape,)}.")
    images = images.detach().float().cpu()
    first, second = names

    def frame(state: dict[str, Any]) -> Frame:
        index = int(within(state["image"], 0, len(images) - 1, "The image"))
        trips = int(within(state["trips"], 1, TIMES, "The number of round trips"))
        x = begun = images[index][None]
        for _ in range(trips):
            translated = applied(there, x)
            x = applied(back, translated)
        off = float((x - begun).abs().mean())
        after = "" if trips == 1 else f" after {trips} round trips"
        words = f"Image {index + 1} of {len(images)}. The way back misses each value by {off:.3f} on average{after}."
        shown = {"x": begun[0], "there": translated[0], "back": x[0]}
        return {**shown, "count": len(images), "names": [first, f"as {second}", f"back to {first}"], "words": words}

    return Explorer("translation", f"{first} to {second}, and back", {"image": 0, "trips": 1}, frame)
