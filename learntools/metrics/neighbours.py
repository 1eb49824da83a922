"""Nearest neighbours: is it real, is all of it there, and is it only copied?

    precision_recall_density_coverage(judge.features(real), judge.features(fake))   # Manifold(precision=0.93, ...)
    memorisation(fake.flatten(1), train.flatten(1), test.flatten(1)).singled_out    # 0.01 honest, 1 copied

It all works on clouds of points (N, F): the judge's features, or pixels after `.flatten(1)`. Distances are Euclidean,
in float64, computed on the device of the points, a part at a time. float32 would lose the distances of near neighbours
far from the origin, the more so where a training loop has allowed TF32.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

PART = 2**23  # distances held at a time: 64 MB


@dataclass(frozen=True)
class Manifold:
    """Precision, recall and coverage lie in [0, 1]; density is at least 0 and may exceed 1. All are best high."""

    precision: float
    recall: float
    density: float
    coverage: float


@dataclass(frozen=True)
class Memorisation:
    """How much generated images are like their nearest training images: see `memorisation`.

    `nearest` int64 (N,) is each generated image's nearest training image and `distances` float64 (N,) how far that is.
    """

    closer: float
    singled_out: float
    nearest: Tensor
    distances: Tensor


def nearest_neighbours(queries: Tensor, references: Tensor, k: int = 1) -> tuple[Tensor, Tensor]:
    """The k references (M, F) nearest to each query (N, F): distances float64 and indices int64 (N, k), on the CPU.

    Nearest first. A copy has distance 0 exactly, and a query that is itself among the references is its own nearest.
    Beyond float64 copies of both clouds it holds 64 MB of distances.
    Raises ValueError for points that are not (N, F), finite and of the same F, and for a k not in 1 to M.
    """
    queries, references = _points(queries=queries, references=references)
    if not 1 <= k <= len(references):
        raise ValueError(f"k must lie in 1 to {len(references)}, how many references there are, and not be {k}.")
    distances, indices = [], []
    for some, squared in _squared_distances(queries, references):
        index = squared.topk(k, largest=False).indices
        # Once more for these k, by differences: the expanded square that found them leaves 1e-8 where 0 is right.
        exact, order = (some.unsqueeze(1) - references[index]).norm(dim=2).sort(dim=1, stable=True)
        distances.append(exact.cpu())
        indices.append(index.gather(1, order).cpu())
    return torch.cat(distances), torch.cat(indices)


def precision_recall_density_coverage(real: Tensor, fake: Tensor, k: int = 5) -> Manifold:
    """How well two clouds (N, F) and (M, F) cover each other; each point's ball reaches to its k-th neighbour.

    - precision: the share of fakes inside a real ball; recall: the share of reals inside a fake ball (Kynkäänniemi et
      al. 2019, arXiv 1904.06991);
    - density: in how many real balls a fake lies, over k; coverage: the share of real balls with a fake inside (Naeem
      et al. 2020, arXiv 2002.09797). An outlier has a huge ball, which spoils precision and recall but hardly these.

    The k-th neighbour is in the point's own cloud and not the point itself; the edge belongs to the ball. For equal
    distributions density is 1 and coverage 1 - 2^-k on average, so k = 5 gives 0.97. Recall and coverage grow with the
    number of fakes: compare only equal numbers.
    Raises ValueError for points that are not (N, F), finite and of the same F, and unless 1 <= k < N and k < M.
    """
    real, fake = _points(real=real, fake=fake)
    fewest = min(len(real), len(fake))
    if not 1 <= k < fewest:
        raise ValueError(f"k must lie in 1 to {fewest - 1}, fewer than the points of either cloud, and not be {k}.")
    # Rounding must not decide about a point on the edge; float64 rounds squares at about 1e-15 of their size.
    slack = 1e-12 * float(max(real.square().sum(dim=1).max(), fake.square().sum(dim=1).max()))
    real_reach = _squared_radius(real, k) + slack
    fake_reach = _squared_radius(fake, k) + slack
    balls_around_fakes = torch.zeros(len(fake), dtype=torch.int64, device=fake.device)
    covered = recalled = start = 0
    for some, squared in _squared_distances(real, fake):
        in_real_ball = squared <= real_reach[start : start + len(some), None]
        balls_around_fakes += in_real_ball.sum(dim=0)
        covered += int(in_real_ball.any(dim=1).sum())
        recalled += int((squared <= fake_reach).any(dim=1).sum())
        start += len(some)
    return Manifold(
        precision=float((balls_around_fakes > 0).double().mean()),
        recall=recalled / len(real),
        density=float(balls_around_fakes.sum()) / (k * len(fake)),
        coverage=covered / len(real),
    )


def memorisation(fake: Tensor, train: Tensor, test: Tensor, level: float = 0.05) -> Memorisation:
    """Whether a generator copies its training set, measured by what held-out real images look like beside that set.

    With d₁ and d₂ an image's distances to its nearest and second nearest training image:

    - `closer`: the share of fakes whose d₁ is below the `level` quantile of the test images' d₁;
    - `singled_out`: the share of fakes whose d₁/d₂ is below the `level` quantile of the test images' d₁/d₂ (which
      is 0 for an exact copy).

    Both lie in [0, 1], about `level` for an honest generator and near 1 for one that copies. `closer` is also high for
    images smoother or plainer than real ones, such as averages, or the trousers of a collapsed generator: they are near
    to many training images and copies of none. `singled_out` is not, so judge copying by it. Neither sees a copy that
    is mirrored or shifted. Measured on pixels of Fashion-MNIST (`closer`, `singled_out`): other test images 0.07, 0.05;
    copies with noise of 0.1 added 1.00, 1.00; half of them copies 0.54, 0.53; the mean of 8 neighbours 0.42, 0.04; test
    images of trousers 0.37, 0.07; mirrored copies 0.11, 0.16.

    The three-sample comparison is that of Meehan et al. 2020 (arXiv 2004.05675), with a quantile for their rank test.

    `fake` (N, F), `train` (T, F), `test` (H, F): pixels after `.flatten(1)`, or features. `test` must not have been
    trained on. Raises ValueError for points that are not (N, F), finite and of the same F; for T below 2, a level not
    between 0 and 1, fewer than 1/level test images; and where so many test images are in `train` that a quantile is 0.
    """
    fake, train, test = _points(fake=fake, train=train, test=test)
    if len(train) < 2:
        raise ValueError("`train` holds one image, and the nearest and second nearest of at least 2 are needed.")
    if not 0 < level < 1:
        raise ValueError(f"`level` is a share of the test images, between 0 and 1, and not {level}: 0.05 is usual.")
    if len(test) * level < 1:
        raise ValueError(f"A level of {level} needs at least {1 / level:.0f} test images, and there are {len(test)}.")
    held_out, _ = nearest_neighbours(test, train, k=2)
    threshold, ratio_threshold = held_out[:, 0].quantile(level), _ratio(held_out).quantile(level)
    if threshold == 0:  # then so is the other
        raise ValueError(
            f"{int((held_out[:, 0] == 0).sum())} of {len(test)} test images are in `train`: give images held out of it."
        )
    distances, nearest = nearest_neighbours(fake, train, k=2)
    return Memorisation(
        closer=float((distances[:, 0] < threshold).double().mean()),
        singled_out=float((_ratio(distances) < ratio_threshold).double().mean()),
        nearest=nearest[:, 0],
        distances=distances[:, 0],
    )


def _ratio(distances: Tensor) -> Tensor:
    """d₁/d₂ (N,) of distances (N, 2), 0 for a copy even of an image that occurs twice."""
    return torch.where(distances[:, 0] == 0, 0, distances[:, 0] / distances[:, 1])


def _squared_radius(points: Tensor, k: int) -> Tensor:
    """Each point's squared distance (N,) to its k-th neighbour; k + 1 because the nearest is the point itself."""
    return nearest_neighbours(points, points, k + 1)[0][:, -1].square().to(points.device)


def _squared_distances(queries: Tensor, references: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Some queries (n, F) at a time with their squared distances (n, M), |q|² + |r|² - 2 q·r, at least 0."""
    sizes = references.square().sum(dim=1)
    for some in queries.split(max(PART // len(references), 1)):
        squared = torch.addmm(sizes, some, references.T, alpha=-2)
        yield some, squared.add_(some.square().sum(dim=1, keepdim=True)).clamp_min_(0)


def _points(**clouds: Tensor) -> list[Tensor]:
    """The clouds as float64 (N, F) on one device, that of the first, if they are points of one F; else ValueError."""
    device = next(iter(clouds.values())).device
    if device.type == "mps":  # which has no float64
        device = torch.device("cpu")
    for name, points in clouds.items():
        if points.ndim != 2 or points.numel() == 0 or points.is_complex():
            raise ValueError(
                f"`{name}` must be points (N, F), at least one, and its shape is {tuple(points.shape)}: images take "
                ".flatten(1)."
            )
    if len({points.shape[1] for points in clouds.values()}) > 1:
        widths = ", ".join(f"`{name}` {points.shape[1]}" for name, points in clouds.items())
        raise ValueError(f"The clouds have different numbers of features ({widths}): use the same judge for all.")
    for name, points in clouds.items():
        if not bool(points.isfinite().all()):
            raise ValueError(f"`{name}` holds NaN or infinite values: look at the images that it was made from.")
    return [points.detach().to(device, torch.float64) for points in clouds.values()]
