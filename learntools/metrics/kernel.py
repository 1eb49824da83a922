"""Kernel distance: are two sets of images alike, in the eyes of a network that has seen a million photos?

    features = recognition_features(images)              # (N, 1280)
    distance = kernel_distance(recognition_features(real), recognition_features(fake))

The distance is the KID of Bińkowski et al. 2018 (arXiv 1801.01401): the squared maximum mean discrepancy with kernel
k(x, y) = (x·y / F + 1)³, estimated without bias. Unlike the Fréchet distance it may be compared between sets of
different sizes, and is of use for a few hundred images. The paper's features are those of an Inception network; ours
are an EfficientNet-Lite0's on 128×128 pixels, so compare these figures only with each other.
"""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

#: Images are brought to this size. The network was trained on 224, which costs three times as many pixels.
SIZE = 128
#: On a processor few images at a time stay in its cache.
AT_ONCE = {"cpu": 8}


def kernel_distance(
    real_features: Tensor,
    fake_features: Tensor,
    subsets: int | None = None,
    subset_size: int = 1000,
    seed: int = 0,
) -> float:
    """Squared maximum mean discrepancy of two clouds of features, 0 on average for two draws from one distribution.

    Being unbiased it can be below 0: then the sets are alike, and by how much it is below means nothing. It has no
    upper bound and depends on the features' unit. Symmetric, in float64, on the CPU.

    Args:
        real_features: (N, F), N at least 2.
        fake_features: (M, F), M at least 2, not of the same images.
        subsets: None uses all points at once, the best estimate; a number gives the mean over that many draws, as
            papers do for tens of thousands of images, because the cost grows with N·M.
        subset_size: how many points of each cloud a draw takes, without replacement.
        seed: of the draws.

    Raises:
        ValueError: the features are not finite, (N, F) with the same F and two points at least, or there are fewer
            points than a draw takes.
    """
    real, fake = _points(real_features=real_features, fake_features=fake_features)
    if subsets is None:
        return _discrepancy(real, fake)
    if subsets < 1 or not 2 <= subset_size <= min(len(real), len(fake)):
        raise ValueError(
            f"{subsets} draws of {subset_size} points cannot be had from {len(real)} and {len(fake)}: "
            "take at least one draw, of two points to all of the smaller set."
        )
    generator = torch.Generator().manual_seed(seed)

    def draw(points: Tensor) -> Tensor:
        return points[torch.randperm(len(points), generator=generator)[:subset_size]]

    return sum(_discrepancy(draw(real), draw(fake)) for _ in range(subsets)) / subsets


def recognition_features(images: Tensor) -> Tensor:
    """Images (N, 3 or 1, H, W) in [-1, 1] → their features (N, 1280), float32 on the CPU.

    They are what EfficientNet-Lite0 has before its last layer, the mean over places of ReLU6s, so in [0, 6]. Images of
    any size are first resized to 128×128 as a whole (bicubic, antialiased): emoji of 32 or 64 pixels are enlarged, and
    an oblong image is squeezed. One channel is repeated to three. The network runs where the images lie.
    Raises ValueError for images of another shape or range, and models.recognition.RecogniserError when the network
    cannot be had.
    """
    if images.ndim != 4 or images.shape[1] not in (1, 3) or not images.numel():
        raise ValueError(f"Features are those of images (N, 3 or 1, H, W), and these are {tuple(images.shape)}.")
    low, high = float(images.detach().min()), float(images.detach().max())
    if not images.is_floating_point() or not (low >= -1.001 and high <= 1.001):
        raise ValueError(
            f"Features are those of floats in [-1, 1], and these are {images.dtype} from {low:.4g} to {high:.4g}."
        )
    network: Any = _network(str(images.device))
    found = []
    with torch.no_grad():
        for part in images.split(AT_ONCE.get(images.device.type, 256)):
            part = part.float().expand(-1, 3, -1, -1)
            part = F.interpolate(part, size=(SIZE, SIZE), mode="bicubic", antialias=True).clamp(-1, 1)
            part = part.contiguous(memory_format=torch.channels_last)
            found.append(network.forward_head(network.forward_features(part), pre_logits=True).cpu())
    return torch.cat(found)


@functools.lru_cache(maxsize=2)
def _network(device: str) -> nn.Module:
    from learntools.models.recognition import efficientnet_lite0

    return efficientnet_lite0().to(device).to(memory_format=torch.channels_last)


def _points(**clouds: Tensor) -> list[Tensor]:
    """The clouds in float64 on the CPU. Raises ValueError as `kernel_distance` says."""
    for name, points in clouds.items():
        if points.ndim != 2 or len(points) < 2 or not points.shape[1]:
            raise ValueError(f"`{name}` should be (N, F) with N of at least 2, and is {tuple(points.shape)}.")
        if not points.isfinite().all():
            raise ValueError(f"`{name}` has values that are not finite: look for NaN in what the network made.")
    if len({points.shape[1] for points in clouds.values()}) > 1:
        widths = " and ".join(str(points.shape[1]) for points in clouds.values())
        raise ValueError(f"The clouds have {widths} features: take both from the same network.")
    return [points.detach().cpu().double() for points in clouds.values()]


def _kernel_sum(x: Tensor, y: Tensor) -> Tensor:
    """The sum of k over all pairs, 1,000 rows at a time: 10,000 × 10,000 at once would hold 800 MB."""
    return torch.stack([(part @ y.T / x.shape[1] + 1).pow(3).sum() for part in x.split(1000)]).sum()


def _mean_of_others(x: Tensor) -> Tensor:
    """The mean of k over pairs of two different points of x: a point with itself would bias it."""
    itself = (x.square().sum(dim=1) / x.shape[1] + 1).pow(3).sum()
    return (_kernel_sum(x, x) - itself) / (len(x) * (len(x) - 1))


def _discrepancy(x: Tensor, y: Tensor) -> float:
    return float(_mean_of_others(x) + _mean_of_others(y) - 2 * _kernel_sum(x, y) / (len(x) * len(y)))
