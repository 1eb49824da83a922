"""How good is it: numbers for generated images that need no download.

    from learntools.metrics import judged, load_judge

    judged(images, asked)        # {"frechet_distance": …, "conditional_accuracy": …}
    judge = load_judge()         # a classifier of Fashion-MNIST that ships with the course

Beside those: which classes occur (`mode_coverage`, `mode_kl`), how the clouds of features overlap
(`precision_recall_density_coverage`), whether a generator copies (`memorisation`), and whether a classifier can learn
from its images (`classification_accuracy_score`). A generator is never judged by the discriminator it was trained with.

Translations of images are judged against held-out truth by `judged_pairs` and `judged_styles`: with `l1`, `ssim` and
`saturation_ratio` pair by pair, and as sets by `kernel_distance` on `recognition_features`.

What an object removal paints is compared with the truth inside and outside of the mask by `judged_removal`.

Captions are compared with what people wrote by `bleu` and `cider`.
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
    "judged_pairs",
    "judged_removal",
    "judged_scenes",
    "judged_styles",
    "kernel_distance",
    "l1",
    "l1_inside",
    "load_judge",
    "mean_filled",
    "memorisation",
    "mode_coverage",
    "mode_kl",
    "nearest_neighbours",
    "precision_recall_density_coverage",
    "psnr",
    "recognition_features",
    "reference_moments",
    "saturation",
    "saturation_ratio",
    "ssim",
]
