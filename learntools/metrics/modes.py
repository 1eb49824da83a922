"""Mode coverage: which kinds of image a generator makes at all, and in what proportions.

    labels = judge(fake).argmax(dim=1)
    mode_coverage(labels)                   # ModeCoverage(found=10, classes=10, missing=())
    mode_kl(labels)                         # 0.0088 nats; 0 for equal shares, log(10) = 2.30 for a single class

A mode is one of the judge's classes. The count and the divergence beside it are those of Metz et al. 2017 (unrolled
GANs, arXiv 1611.02163) and Lin et al. 2018 (PacGAN, arXiv 1712.04086), there with the 1000 classes of stacked digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class ModeCoverage:
    """How many of the real classes occur among generated images, and the numbers of those that do not."""

    found: int
    classes: int
    missing: tuple[int, ...]

    @property
    def share(self) -> float:
        """Found classes of all classes, in [0, 1]."""
        return self.found / self.classes


def mode_coverage(labels: Tensor, classes: int = 10, real: Tensor | None = None, least: float = 0.1) -> ModeCoverage:
    """Which classes occur among N generated images, by the labels (N,) a judge gave them, integers 0 to classes-1.

    A class counts as found with at least one image and at least the share `least` of the images expected of it: N times
    its real share. One stray image, which may be the judge's own mistake, is thus not a mode. `real` (classes,) holds
    the real shares or counts, uniform by default; a class of real share 0 is no mode and is left out of the count.
    Raises ValueError for labels that are no class numbers, and for a `real` or `least` that makes no sense.
    """
    counts = torch.bincount(class_numbers(labels, classes), minlength=classes)
    if not 0 <= least <= 1:
        raise ValueError(f"`least` is a share of the expected count, from 0 to 1, and not {least}.")
    shares = _shares(real, classes)
    occurs = (counts > 0) & (counts >= least * len(labels) * shares)
    modes = shares > 0
    missing = tuple((modes & ~occurs).nonzero()[:, 0].tolist())
    return ModeCoverage(int(modes.sum()) - len(missing), int(modes.sum()), missing)


def mode_kl(labels: Tensor, classes: int = 10, real: Tensor | None = None) -> float:
    """Σ q log(q / p) in nats, at least 0: q the shares of the generated classes, p of the real ones.

    The direction is KL(generated ‖ real), the reverse KL, as in the papers above. A missing class adds 0 log 0 = 0, so
    the number stays finite under mode collapse: at most log(classes) against uniform p. The other direction would be
    infinite as soon as one class is missing; this one is only if a class occurs to which `real` gives a share of 0. N
    images of a perfect generator score about (classes - 1) / 2N, not 0.

    `labels` (N,) and `real` (classes,) are as in `mode_coverage`, with the same errors.
    """
    counts = torch.bincount(class_numbers(labels, classes), minlength=classes)
    generated = counts.double() / counts.sum()
    shares = _shares(real, classes)
    occurs = generated > 0
    if bool((occurs & (shares == 0)).any()):
        return math.inf
    return max(float((generated[occurs] * (generated[occurs] / shares[occurs]).log()).sum()), 0.0)


def class_numbers(labels: Tensor, classes: int, name: str = "labels") -> Tensor:
    """`labels` as int64 (N,) on the CPU, if they are integers from 0 to classes-1 and at least one; else ValueError."""
    if classes < 1:
        raise ValueError(f"`classes` is how many classes there are, at least 1, and not {classes}.")
    if labels.ndim != 1 or labels.dtype == torch.bool or labels.is_floating_point() or labels.is_complex():
        raise ValueError(
            f"`{name}` must be class numbers, integers of shape (N,), and these are {labels.dtype} of shape "
            f"{tuple(labels.shape)}: of logits (N, {classes}) take .argmax(dim=1)."
        )
    if len(labels) == 0:
        raise ValueError(f"`{name}` is empty: give at least one image's label.")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise ValueError(
            f"`{name}` must lie in 0 to {classes - 1}, and these go from {low} to {high}: correct "
            "them, or say with `classes` how many there are."
        )
    return labels.detach().cpu().long()


def _shares(real: Tensor | None, classes: int) -> Tensor:
    """The real classes' shares as float64 (classes,), of sum 1."""
    if real is None:
        return torch.full((classes,), 1 / classes, dtype=torch.float64)
    weights = real.detach().cpu().double()
    if weights.shape != (classes,):
        raise ValueError(
            f"`real` must hold one share or count for each of {classes} classes, and its shape is {tuple(real.shape)}: "
            f"of labels take .bincount(minlength={classes})."
        )
    if not bool(weights.isfinite().all()) or bool((weights < 0).any()) or not bool(weights.sum() > 0):
        raise ValueError("`real` must hold shares or counts: finite numbers of at least 0, and not all of them 0.")
    return weights / weights.sum()
