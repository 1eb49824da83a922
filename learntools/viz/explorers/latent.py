"""A walk through the noise of a generator, and a push along its first numbers.

latent_explorer(G)                     # G: noise (N, 64) → images (N, C, H, W)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from learntools.viz.explorers.explorer import Explorer, Frame, applied, within

PUSHES = 4  # sliders
STRIP = 9  # images from one end to the other
LAST_SEED = 9_999


def latent_explorer(generator: Callable[[torch.Tensor], torch.Tensor], z_size: int = 64) -> Explorer:
    """Walk from one image to another, and push single numbers of z.

    Args:
        generator: noise (N, z_size) → images (N, C, H, W) in [-1, 1]; in eval mode.
        z_size: how many numbers make one image.
    """

    def frame(state: dict[str, Any]) -> Frame:
        ends = torch.stack([_noise(state["start"], z_size), _noise(state["end"], z_size)])
        walk = within(state["walk"], 0, 1, "The walk")
        pushes = [within(push, -3, 3, "A push") for push in state["pushes"]][: min(PUSHES, z_size)]
        shares = torch.cat([torch.linspace(0, 1, STRIP), torch.tensor([walk])])
        z = between(ends[0], ends[1], shares)
        z[-1, : len(pushes)] += torch.tensor(pushes)
        images = applied(generator, z)
        words = f"{walk:.0%} of the way from noise {state['start']} to noise {state['end']}"
        pushed = [f"{push:+.1f} on number {i + 1}" for i, push in enumerate(pushes) if push]
        return {"image": images[-1], "strip": _side_by_side(images[:-1]), "words": ", ".join([words, *pushed]) + "."}

    state = {"start": 1, "end": 2, "walk": 0.5, "pushes": [0.0] * min(PUSHES, z_size)}
    return Explorer("latent", "Walk through the noise", state, frame)


def between(start: torch.Tensor, end: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    """Points (N, size) on the way from one noise (size,) to another, of the length that noise has.

    A straight line runs through points nearer to zero than any noise is; each is brought back to its length (White
    2016, arXiv 1609.04468, walks on a great circle for the same reason).
    """
    mixed = torch.lerp(start, end, shares[:, None])
    length = torch.lerp(start.norm(), end.norm(), shares)[:, None]
    return mixed * length / mixed.norm(dim=1, keepdim=True).clamp(min=1e-6)


def _noise(seed: Any, size: int) -> torch.Tensor:
    number = int(within(seed, 0, LAST_SEED, "The number of a noise"))
    return torch.randn(size, generator=torch.Generator().manual_seed(number))


def _side_by_side(images: torch.Tensor) -> torch.Tensor:
    """(N, C, H, W) → (C, H, N·W)"""
    return torch.cat(list(images), dim=2)
