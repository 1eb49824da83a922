"""The pix2pix paper's ablations in miniature: what each part of it does for line art at 32×32, over three seeds.

As in its tables 1 to 3 and figure 4 (Isola et al. 2017): the loss (L1, GAN, conditional GAN, and each with L1), the
generator (encoder-decoder or U-Net), and the patch that one logit of D sees (1, 16, or the whole image). Everything
else is the course's recipe, every training has the same number of steps, and every figure is of held-out emoji.
"""

from __future__ import annotations

import dataclasses
import statistics
from typing import Any

import torch

from learntools import data
from learntools.metrics import judged_pairs
from learntools.models.pix2pix import PatchGAN, UNet
from learntools.training import Pix2Pix, fit
from learntools.training.recipes import pix2pix, translated

SEEDS, STEPS, SIZE, WHOLE = (1, 2, 3), 400, 32, 70  # a patch of 70 is larger than the image

#: name → what differs from a U-Net with L1 and a conditional D of 16×16 patches
VARIANTS: dict[str, dict[str, Any]] = {
    "L1": {"adversarial_weight": 0.0},
    "GAN": {"conditional": False, "l1_weight": 0.0},
    "cGAN": {"l1_weight": 0.0},
    "L1 + GAN": {"conditional": False},
    "L1 + cGAN": {},
    "L1, encoder-decoder": {"adversarial_weight": 0.0, "skips": False},
    "L1 + cGAN, encoder-decoder": {"skips": False},
    "L1 + cGAN, patch 1": {"patch": 1},
    "L1 + cGAN, whole image": {"patch": WHOLE},
}
METRICS = ("l1", "ssim", "saturation_ratio", "kernel_distance")


def recipe(skips: bool = True, patch: int = 16, conditional: bool = True, **options: Any) -> Pix2Pix:
    """The course's recipe with smaller networks and what a variant changes."""
    changed = {
        "generator": UNet(width=16, depth=4, skips=skips, dropout=0),
        "discriminator": PatchGAN(6 if conditional else 3, patch=patch, width=16, spectral_norm=True),
        "conditional": conditional,
        "shown": None,
        **options,
    }
    return dataclasses.replace(pix2pix(), **changed)


def measure() -> dict[str, Any]:
    """Every run: variant, seed and metrics; and what the untouched line art gets."""
    pairs = data.emoji_pairs("train", SIZE)
    inputs, targets = data.emoji_pairs("test", SIZE).floats()
    runs: list[dict[str, Any]] = []
    for seed in SEEDS:
        for name, options in VARIANTS.items():
            torch.manual_seed(seed)
            result = fit(recipe(**options), pairs, steps=STEPS, seed=seed, show=False)
            (made,) = translated(result.generator, inputs)
            runs.append({"variant": name, "seed": seed, **judged_pairs(made, inputs, targets)})
            print({key: runs[-1][key] for key in ("variant", "seed", *METRICS)}, flush=True)
    return {"plan": str(result.plan), "steps": STEPS, "size": SIZE, "runs": runs}


def table(found: dict[str, Any]) -> str:
    """Medians over the seeds, with the range, as Markdown."""
    first = found["runs"][0]
    lines = [
        f"Line art to colour at {found['size']}×{found['size']}, {found['steps']} steps, held-out emoji.",
        "",
        "| | L1 | SSIM | saturation ratio | kernel distance |",
        "|---|---|---|---|---|",
        f"| untouched line art | {first['copy_l1']:.3f} | {first['copy_ssim']:.3f} | 0 | "
        f"{first['copy_kernel_distance']:.3f} |",
        f"| one colour | {first['mean_colour_l1']:.3f} | | | |",
    ]
    for name in VARIANTS:
        runs = [run for run in found["runs"] if run["variant"] == name]
        lines.append(f"| {name} | {' | '.join(_spread([run[key] for run in runs]) for key in METRICS)} |")
    return "\n".join(lines)


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"
