"""A translation before its judges: pix2pix on held-out pairs, CycleGAN on held-out pairs that it never saw as pairs.

    line, colour = emoji_pairs("test").floats()
    judged_pairs(translated, line, colour)              # {"l1": …, "copy_l1": 0.148, "saturation_ratio": …, …}
    judged_styles(a, b, fake_b, fake_a, cycled_a, cycled_b)     # {"pair_l1": …, "untranslated_pair_l1": 0.454, …}

Each figure stands beside the one that doing nothing gets, which a translator must beat. Everything is in the units of
[-1, 1]. `metrics.likeness` and `metrics.kernel` say what each figure is.
"""

from __future__ import annotations

import torch
from torch import Tensor

from learntools.metrics.kernel import kernel_distance, recognition_features
from learntools.metrics.likeness import images_in_range, l1, saturation_ratio, ssim


def judged_pairs(
    translated: Tensor, inputs: Tensor, targets: Tensor, reference: Tensor | None = None, kernel: bool = True
) -> dict[str, float]:
    """How near translations come to their targets, and how near no translation comes.

    Args:
        translated: what the generator made of the inputs, (N, C, H, W) in [-1, 1]; C is 3 or 1, H and W at least 11.
        inputs: what it was given, of the same shape, or with one channel, which is then repeated.
        targets: the truth, of the same shape.
        reference: images (M, C, h, w) that choose the constant colour, rightly the training targets; else the targets.
        kernel: whether to ask for kernel distances too: N of at least 2, and most of the time.

    Returns:
        "l1" and "ssim" of the translations to the targets, and "copy_l1" and "copy_ssim" of the inputs to the targets;
        "mean_colour_l1", of the targets to the one colour for all pixels that is best in the reference, which for l1
        is the median of each channel; "saturation_ratio" of the translations, nan if the targets have no colour.
        With `kernel` also "kernel_distance" and "copy_kernel_distance", of the translations and of the inputs as sets
        to the targets.

    Raises:
        ValueError: the images are of another shape or range, or too few or too small.
    """
    if inputs.ndim == 4 and inputs.shape[1] == 1 and targets.ndim == 4:
        inputs = inputs.expand(-1, targets.shape[1], -1, -1)
    images_in_range(translated=translated, inputs=inputs, targets=targets)
    _enough(targets, kernel)
    found = {
        "l1": l1(translated, targets),
        "copy_l1": l1(inputs, targets),
        "mean_colour_l1": _constant_l1(targets, targets if reference is None else reference),
        "saturation_ratio": saturation_ratio(translated, targets),
        "ssim": ssim(translated, targets),
        "copy_ssim": ssim(inputs, targets),
    }
    if kernel:
        truth = recognition_features(targets)
        found["kernel_distance"] = kernel_distance(truth, recognition_features(translated))
        found["copy_kernel_distance"] = kernel_distance(truth, recognition_features(inputs))
    return found


def judged_styles(
    a: Tensor,
    b: Tensor,
    fake_b: Tensor,
    fake_a: Tensor,
    cycled_a: Tensor,
    cycled_b: Tensor,
    kernel: bool = True,
) -> dict[str, float]:
    """How near translations between two styles come to what the other artist drew, on true pairs.

    Args:
        a, b: the two drawings of the same things, a[i] and b[i] belonging together, (N, C, H, W) in [-1, 1], C 3 or 1.
        fake_b, fake_a: what the two generators made of a and of b.
        cycled_a, cycled_b: what they made of fake_b and of fake_a, on the way back.
        kernel: whether to ask for kernel distances too: N of at least 2, and most of the time.

    Returns:
        "pair_l1", of fake_b to the true b, and "pair_l1_back", of fake_a to the true a; "untranslated_pair_l1", of a
        to b, and "blank_pair_l1", of nothing but white to b; "cycle_l1", the mean of cycled_a to a and cycled_b to b:
        small alone it proves nothing, because doing nothing has 0. With `kernel` also "kernel_distance" of fake_b to b
        and "untranslated_kernel_distance" of a to b, as sets.

    Raises:
        ValueError: the images are of another shape or range, or too few.
    """
    images_in_range(a=a, b=b, fake_b=fake_b, fake_a=fake_a, cycled_a=cycled_a, cycled_b=cycled_b)
    _enough(b, kernel)
    found = {
        "pair_l1": l1(fake_b, b),
        "untranslated_pair_l1": l1(a, b),
        "blank_pair_l1": l1(torch.ones_like(b), b),
        "pair_l1_back": l1(fake_a, a),
        "cycle_l1": (l1(cycled_a, a) + l1(cycled_b, b)) / 2,
    }
    if kernel:
        truth = recognition_features(b)
        found["kernel_distance"] = kernel_distance(truth, recognition_features(fake_b))
        found["untranslated_kernel_distance"] = kernel_distance(truth, recognition_features(a))
    return found


def _enough(images: Tensor, kernel: bool) -> None:
    if images.shape[1] not in (1, 3):
        raise ValueError(f"Translations are judged with 3 channels or 1, and these images have {images.shape[1]}.")
    if kernel and len(images) < 2:
        raise ValueError("A kernel distance compares sets of at least 2 images, and here is 1: say kernel=False.")


def _constant_l1(targets: Tensor, reference: Tensor) -> float:
    (reference,) = images_in_range(reference=reference)
    if reference.shape[1] != targets.shape[1]:
        raise ValueError(
            f"`reference` has {reference.shape[1]} channels and the targets have {targets.shape[1]}: give it the same."
        )
    colour = reference.transpose(0, 1).flatten(1).median(dim=1).values
    return l1(colour.view(1, -1, 1, 1).expand(targets.shape), targets)
