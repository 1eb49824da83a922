"""A sentence whose words show where a captioner looked when it chose them.

attention_viewer(image, words, spoken.attention[0])
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional as F

from learntools.viz.explorers.explorer import Explorer, Frame, within

HOT = (0.52, -0.49, -0.9)  # the course's orange, in [-1, 1]


def attention_viewer(image: Any, words: Sequence[str], weights: Any) -> Explorer:
    """Point at a word, or go there with the tab key, and see where the network looked.

    Args:
        image: (3, H, W), uint8 or in [-1, 1].
        words: the sentence.
        weights: (words, places), a share for each place of a square map, row by row; more rows are left out.

    Raises:
        ValueError: the shapes do not belong together.
    """
    image = torch.as_tensor(image).detach().cpu()
    image = image.float() / 127.5 - 1 if not image.is_floating_point() else image.float()
    weights = torch.as_tensor(weights).detach().float().cpu()
    words = [str(word) for word in words]
    side = math.isqrt(weights.shape[-1])
    if image.ndim != 3 or image.shape[0] != 3:
        raise ValueError(f"`image` must be one colour image (3, H, W), and this is {(*image.shape,)}.")
    if weights.ndim != 2 or len(weights) < len(words) or not words or side * side != weights.shape[1]:
        raise ValueError(
            f"`weights` must have a row for each of the {len(words)} words and a column for each place of a square "
            f"map, and it is {(*weights.shape,)}."
        )

    def frame(state: dict[str, Any]) -> Frame:
        index = int(within(state["word"], 0, len(words) - 1, "The word"))
        share = weights[index].view(1, 1, side, side)
        smooth = F.interpolate(share, size=image.shape[1:], mode="bicubic", align_corners=False)[0, 0].clamp(min=0)
        heat = 0.8 * smooth / smooth.max().clamp(min=1e-6)
        most = int(share.argmax())
        place = f"row {most // side + 1}, column {most % side + 1} of {side}×{side}"
        said = f"“{words[index]}”: most at {place}, {float(share.max()):.0%} of all."
        mixed = image * (1 - heat) + torch.tensor(HOT).view(3, 1, 1) * heat
        return {"image": mixed, "sentence": words, "word": index, "words": said}

    return Explorer("attention", "Where did it look?", {"word": 0}, frame)
