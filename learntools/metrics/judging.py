"""Generated clothes before the course judge: Fréchet distance and, where they were ordered, conditional accuracy.

judged(images)                  # {"frechet_distance": 1.29}
judged(images, asked)           # … and {"conditional_accuracy": 0.967}
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor

from learntools.data.weights import weights
from learntools.metrics.frechet import Moments, frechet_distance
from learntools.metrics.judge import Judge

#: Names in the judge's file that are not its weights: the moments of the 60,000 training images' features.
REFERENCE = ("reference.mean", "reference.covariance", "reference.count")


def load_judge() -> Judge:
    """The trained judge, in eval mode, on the CPU, its weights fixed; a new one each time.

    Its features are in such a unit that the training images' variance is 1 on average over the 128 features.
    """
    judge = Judge()
    judge.load_state_dict({name: value for name, value in weights("judge").items() if name not in REFERENCE})
    return judge.eval().requires_grad_(False)


@functools.lru_cache(maxsize=1)
def reference_moments() -> Moments:
    """Mean and covariance of the features of Fashion-MNIST's 60,000 training images."""
    stored = weights("judge")
    mean, covariance, count = (stored[name] for name in REFERENCE)
    return Moments(mean, covariance, int(count))


@functools.lru_cache(maxsize=1)
def _judge() -> Judge:
    return load_judge()


@torch.no_grad()
def judge_features(images: Tensor, judge: Judge | None = None) -> Tensor:
    """Images (N, 1, 28, 28) in [-1, 1] → their features (N, 128), float32 on the CPU.

    Raises ValueError for images of another shape, or outside [-1, 1].
    """
    if images.ndim != 4 or tuple(images.shape[1:]) != (1, 28, 28) or not len(images):
        raise ValueError(f"The judge looks at images (N, 1, 28, 28), and these are {tuple(images.shape)}.")
    low, high = float(images.min()), float(images.max())
    if not (low >= -1.001 and high <= 1.001):
        raise ValueError(f"The judge looks at images in [-1, 1], and these run from {low:.2f} to {high:.2f}.")
    judge = judge or _judge()
    device = next(judge.parameters()).device
    return torch.cat([judge.features(part.float().to(device)).cpu() for part in images.split(500)])


def judged(images: Tensor, asked: Tensor | None = None) -> dict[str, float]:
    """What the judge says of generated images.

    Args:
        images: (N, 1, 28, 28) in [-1, 1]; 10,000 are usual, and distances of fewer are larger.
        asked: the labels (N,) they were made for, if they were.

    Returns:
        "frechet_distance" from the 60,000 training images (10,000 real test images have the floor that the judge's card
        states), and with `asked` "conditional_accuracy", the share that the judge takes for what was asked.

    Raises:
        ValueError: the images are of another shape or range, or there are fewer labels than images.
    """
    features = judge_features(images)
    found = {"frechet_distance": frechet_distance(Moments.of(features), reference_moments())}
    if asked is not None:
        if len(asked) != len(images):
            raise ValueError(f"There are {len(images)} images and {len(asked)} labels: each image needs one.")
        with torch.no_grad():
            guesses = _judge().head(features).argmax(dim=1)
        found["conditional_accuracy"] = float((guesses == asked.cpu()).float().mean())
    return found
