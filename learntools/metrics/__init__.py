"""How good is it: numbers for generated images that need no download.

    from learntools.metrics import judged, load_judge

    judged(images, asked)        # {"frechet_distance": …, "conditional_accuracy": …}
    judge = load_judge()         # a classifier of Fashion-MNIST that ships with the course

Beside those: which classes occur (`mode_coverage`, `mode_kl`), how the clouds of features overlap
(`precision_recall_density_coverage`), whether a generator copies (`memorisation`), and whether a classifier can learn
from its images (`classification_accuracy_score`). A generator is never judged by the discriminator it was trained with.

Translations of images are judged against held-out truth by `judged_pairs` and `judged_styles`: with `l1`, `ssim` and
`saturation_ratio` pair by pair, and as sets by `kernel_distance` on `recognition_features`.

Enlargements beside the sharp truth: `judged_enlargements`, with `psnr`, `perceptual_distance` and `sharpness`.

Captions are compared with what people wrote by `bleu` and `cider`; images that were painted for a sentence are judged
by `judged_orders`.

What an object removal paints is compared with the truth inside and outside of the mask by `judged_removal`.
"""

from learntools.metrics.captions import bleu, cider
from learntools.metrics.classification import (
    classification_accuracy_score,
    conditional_accuracy,
    conditional_accuracy_per_class,
)
from learntools.metrics.frechet import Moments, frechet_distance
from learntools.metrics.judge import Judge
from learntools.metrics.judging import judge_features, judged, load_judge, reference_moments
from learntools.metrics.kernel import kernel_distance, recognition_features
from learntools.metrics.likeness import l1, psnr, saturation, saturation_ratio, ssim
from learntools.metrics.modes import ModeCoverage, mode_coverage, mode_kl
from learntools.metrics.neighbours import (
    Manifold,
    Memorisation,
    memorisation,
    nearest_neighbours,
    precision_recall_density_coverage,
)
from learntools.metrics.orders import judged_orders
from learntools.metrics.perceptual import (
    judged_enlargements,
    luminance_of_folder,
    luminance_psnr,
    perceptual_distance,
    sharpness,
)
from learntools.metrics.removal import diffused, judged_removal, l1_inside, mean_filled
from learntools.metrics.scenes import judged_scenes
from learntools.metrics.translation import judged_pairs, judged_styles

__all__ = [
    "Judge",
    "Manifold",
    "Memorisation",
    "ModeCoverage",
    "Moments",
    "bleu",
    "cider",
    "classification_accuracy_score",
    "conditional_accuracy",
    "conditional_accuracy_per_class",
    "diffused",
    "frechet_distance",
    "judge_features",
    "judged",
    "judged_enlargements",
    "judged_orders",
    "judged_pairs",
    "judged_removal",
    "judged_scenes",
    "judged_styles",
    "kernel_distance",
    "l1",
    "l1_inside",
    "load_judge",
    "luminance_of_folder",
    "luminance_psnr",
    "mean_filled",
    "memorisation",
    "mode_coverage",
    "mode_kl",
    "nearest_neighbours",
    "perceptual_distance",
    "precision_recall_density_coverage",
    "psnr",
    "recognition_features",
    "reference_moments",
    "saturation",
    "saturation_ratio",
    "sharpness",
    "ssim",
]
