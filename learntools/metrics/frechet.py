"""Fréchet distance: how far two clouds of features lie apart, in place and in shape.

    distance = frechet_distance(Moments.of(real_features), Moments.of(fake_features))

Both clouds are taken for Gaussians N(m, C); the distance is |m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½) (Dowson and Landau
1982; for generated images Heusel et al. 2017, arXiv 1706.08500). It is 0 for equal clouds and has no upper bound. It
depends on the features and, being biased, on how many there are: compare only distances made in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Moments:
    """What the Fréchet distance needs of a cloud: mean float64 (F,), covariance float64 (F, F), and how many points."""

    mean: Tensor
    covariance: Tensor
    count: int

    @classmethod
    def of(cls, features: Tensor) -> Moments:
        """Moments of features (N, F), computed in float64 on the CPU. Raises ValueError below two points."""
        if features.ndim != 2 or len(features) < 2:
            raise ValueError(
                f"Moments need features (N, F) with N of at least 2, and these are {tuple(features.shape)}."
            )
        points = features.detach().cpu().double()
        return cls(points.mean(dim=0), torch.cov(points.T).reshape(points.shape[1], -1), len(points))


def frechet_distance(a: Moments, b: Moments) -> float:
    """The Fréchet distance of two Gaussians with these moments, at least 0; symmetric."""
    if a.mean.shape != b.mean.shape:
        raise ValueError(
            f"One cloud has {len(a.mean)} features and the other {len(b.mean)}: use the same judge for both."
        )
    # (C₁ C₂)^½ has the trace of (C₁^½ C₂ C₁^½)^½, which is symmetric: no complex numbers, no harm if C is singular.
    values, vectors = torch.linalg.eigh(a.covariance)
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    overlap = torch.linalg.eigvalsh(root @ b.covariance @ root).clamp_min(0).sqrt().sum()
    apart = (a.mean - b.mean).square().sum()
    return max(float(apart + a.covariance.trace() + b.covariance.trace() - 2 * overlap), 0.0)
