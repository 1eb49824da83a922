"""How well is it taken away: distances inside and outside of a mask, beside fills that nobody had to learn.

    test = held_out()
    covered, masks, pictures = test.floats()
    judged_removal(made, covered, masks, pictures, test.kinds)
    # {"l1_inside": …, "mean_fill_l1_inside": …, "diffused_l1_inside": …, "l1_outside": …, "l1_inside_fence": …, …}

All of it in the units of [-1, 1]. Inside, every covered value counts alike, whatever picture it is in.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.models.object_removal import smooth_fill

ROUNDS = 40  # of a diffusion: L1 is that of 300 to three digits


def l1_inside(x: Tensor, y: Tensor, mask: Tensor) -> float:
    """Mean absolute difference of images (N, C, H, W) where the mask (N, 1, H, W) is 1; nan where that is nowhere."""
    mask = mask.to(x.dtype)
    return float(((x - y).abs() * mask).sum() / (mask.sum() * x.shape[1]))


def mean_filled(covered: Tensor, mask: Tensor) -> Tensor:
    """Each hole filled with the mean colour of what is left of its picture; with 0 where nothing is left."""
    left = 1 - mask
    mean = (covered * left).sum(dim=(2, 3), keepdim=True) / left.sum(dim=(2, 3), keepdim=True).clamp(min=1)
    return torch.where(mask > 0, mean, covered)


def diffused(covered: Tensor, mask: Tensor, rounds: int = ROUNDS) -> Tensor:
    """Each hole filled from its edges: every covered pixel becomes the mean of its four neighbours, again and again.

    What it comes to is the filling with the smallest squared steps between neighbours (it solves Laplace's equation).
    To be there soon it starts from `smooth_fill`.
    """
    hole = mask > 0
    x = smooth_fill(covered, mask)
    for _ in range(rounds):
        padded = F.pad(x, [1, 1, 1, 1], mode="replicate")
        around = padded[..., :-2, 1:-1] + padded[..., 2:, 1:-1] + padded[..., 1:-1, :-2] + padded[..., 1:-1, 2:]
        x = torch.where(hole, around / 4, x)
    return x


def judged_removal(
    made: Tensor,
    covered: Tensor,
    masks: Tensor,
    pictures: Tensor,
    kinds: Sequence[str] = (),
    fills: bool = True,
) -> dict[str, float]:
    """How near restored pictures come to the true ones, and how near simple fillings do.

    Args:
        made, covered, pictures: (N, 3, H, W) in [-1, 1].   masks: (N, 1, H, W), 1 where a picture is covered.
        kinds: what covers each picture, for figures of each kind.
        fills: whether to measure simple fillings too.

    Returns:
        "l1_inside" and "l1_outside" of what was made. With `fills`, also "covered_l1_inside" of leaving it as it is,
        "mean_fill_l1_inside" and "diffused_l1_inside". With kinds, all of inside for each: "…_fence".

    Raises:
        ValueError: the shapes do not belong together.
    """
    if not (made.shape == covered.shape == pictures.shape) or masks.shape != covered[:, :1].shape:
        shapes = ", ".join(str(tuple(item.shape)) for item in (made, covered, masks, pictures))
        raise ValueError(f"Made, covered and true pictures are (N, 3, H, W), masks (N, 1, H, W); these are {shapes}.")
    rows = {"l1_inside": made}
    if fills:
        rows["covered_l1_inside"] = covered
        rows["mean_fill_l1_inside"] = mean_filled(covered, masks)
        rows["diffused_l1_inside"] = diffused(covered, masks)
    found = {name: l1_inside(x, pictures, masks) for name, x in rows.items()}
    found["l1_outside"] = l1_inside(made, pictures, 1 - masks)
    for kind in dict.fromkeys(kinds):
        of_it = torch.tensor([each == kind for each in kinds])
        for name, x in rows.items():
            found[f"{name}_{kind}"] = l1_inside(x[of_it], pictures[of_it], masks[of_it])
    return found
