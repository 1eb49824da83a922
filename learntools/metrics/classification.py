"""Conditional accuracy: does the generator draw what it was asked for, and could one learn the classes from it?

    conditional_accuracy(judge(fake).argmax(dim=1), asked)          # 0.97
    classification_accuracy_score(fake, asked, test_x, test_y)      # 0.83, where 10,000 real images give 0.88

The first asks a judge trained on real images about generated ones; one good image a class, made every time, passes.
The second trains a classifier on generated images and asks it about real ones (Ravuri and Vinyals 2019, arXiv
1905.10887), which needs the variety too.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from learntools.metrics.judge import Judge
from learntools.metrics.modes import class_numbers


def conditional_accuracy(predicted: Tensor, asked: Tensor, classes: int = 10) -> float:
    """The share in [0, 1] of generated images that a judge takes for the class that was asked for.

    Both are class numbers (N,), integers 0 to classes-1; else ValueError. The ceiling is the judge's accuracy on real
    test images, and 1/classes is chance.
    """
    return float(_agreement(predicted, asked, classes)[0].double().mean())


def conditional_accuracy_per_class(predicted: Tensor, asked: Tensor, classes: int = 10) -> Tensor:
    """`conditional_accuracy` of each class that was asked for: float64 (classes,), NaN where none was."""
    agree, asked = _agreement(predicted, asked, classes)
    right = torch.bincount(asked[agree], minlength=classes)
    return right.double() / torch.bincount(asked, minlength=classes)


def classification_accuracy_score(
    images: Tensor,
    labels: Tensor,
    test_images: Tensor,
    test_labels: Tensor,
    *,
    steps: int = 300,
    seed: int = 0,
    classes: int = 10,
) -> float:
    """The accuracy in [0, 1] on real test images of a small classifier trained on generated, labelled images only.

    Images are float (N, 1, 28, 28) in [-1, 1], labels integers (N,) from 0 to classes-1; N may be any from 1. The
    classifier is a `Judge` of width 8, trained on the device of `images` for `steps` steps of 128, whatever N is.
    10,000 real training images score 0.87 and 0.88 (two seeds) in 17 s on one core: compare with as many real images
    and the same steps.

    The same seed gives the same score on the same machine and thread count, on a GPU up to rounding. The random state
    of the caller, on CPU and CUDA, and the gradient mode stay as they are.
    Raises ValueError for images or labels of another kind, and for steps below 1.
    """
    labels = _labelled(images, labels, classes, "images", "labels")
    test_labels = _labelled(test_images, test_labels, classes, "test_images", "test_labels")
    if steps < 1:
        raise ValueError(f"`steps` is how long to train, at least 1, and not {steps}.")
    every_gpu = list(range(torch.cuda.device_count()))
    with torch.random.fork_rng(devices=every_gpu), torch.inference_mode(False):
        torch.manual_seed(seed)
        classifier = _trained(images.detach(), labels.to(images.device), steps, classes)
        with torch.no_grad():
            predicted = [classifier(x.to(images.device, torch.float32)).argmax(dim=1) for x in test_images.split(1000)]
    return conditional_accuracy(torch.cat(predicted), test_labels, classes)


def _trained(images: Tensor, labels: Tensor, steps: int, classes: int, batch: int = 128) -> Judge:
    """A small classifier in eval mode, trained with Adam and a one-cycle learning rate, random by torch's own state."""
    classifier = Judge(width=8, feature_count=64, classes=classes)
    classifier.to(images.device).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    optimiser = torch.optim.Adam(classifier.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.01, total_steps=steps)
    epochs = -(-steps * batch // len(images))
    order = torch.cat([torch.randperm(len(images)) for _ in range(epochs)])[: steps * batch].to(images.device)
    classifier.train()
    with torch.enable_grad():
        for index in order.split(batch):
            loss = nn.functional.cross_entropy(classifier(images[index].float()), labels[index])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return classifier.eval()


def _agreement(predicted: Tensor, asked: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Where a prediction is what was asked, bool (N,), and `asked` itself, int64 (N,), both on the CPU."""
    predicted, asked = class_numbers(predicted, classes, "predicted"), class_numbers(asked, classes, "asked")
    if len(predicted) != len(asked):
        raise ValueError(f"`predicted` are {len(predicted)} and `asked` {len(asked)}: give one prediction for each.")
    return predicted == asked, asked


def _labelled(images: Tensor, labels: Tensor, classes: int, images_name: str, labels_name: str) -> Tensor:
    """`labels` as int64 (N,) on the CPU, if the images are what the judge takes and have one each; else ValueError."""
    if images.ndim != 4 or images.shape[1:] != (1, 28, 28) or not images.is_floating_point():
        raise ValueError(
            f"`{images_name}` must be floats (N, 1, 28, 28) in [-1, 1], and these are {images.dtype} of shape "
            f"{tuple(images.shape)}: of uint8 images make them with learntools.data.to_float."
        )
    labels = class_numbers(labels, classes, labels_name)
    if len(images) != len(labels):
        raise ValueError(f"`{images_name}` are {len(images)} and `{labels_name}` {len(labels)}: give one for each.")
    if not bool(images.isfinite().all()):
        raise ValueError(f"`{images_name}` holds NaN or infinite values: look at the generator that made them.")
    if float(images.abs().max()) > 1.01:
        raise ValueError(
            f"`{images_name}` must lie in [-1, 1], and these go from {float(images.min()):.3g} to "
            f"{float(images.max()):.3g}: scale them, or take .clamp(-1, 1)."
        )
    return labels
