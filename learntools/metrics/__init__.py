"""How good is it: numbers for generated images that need no download.

    from learntools.metrics import judged, load_judge

    judged(images, asked)        # {"frechet_distance": …, "conditional_accuracy": …}
    judge = load_judge()         # a classifier of Fashion-MNIST that ships with the course

Beside those: which classes occur (`mode_coverage`, `mode_kl`), how the clouds of features overlap
(`precision_recall_density_coverage`), whether a generator copies (`memorisation`), and whether a classifier can learn
from its images (`classification_accuracy_score`). A generator is never judged by the discriminator it was trained with.
"""

from learntools.metrics.classification import (
    classification_accuracy_score,
    conditional_accuracy,
    conditional_accuracy_per_class,
)
from learntools.metrics.frechet import Moments, frechet_distance
from learntools.metrics.judge import Judge
from learntools.metrics.judging import judge_features, judged, load_judge, reference_moments
from learntools.metrics.modes import ModeCoverage, mode_coverage, mode_kl
from learntools.metrics.neighbours import (
    Manifold,
    Memorisation,
    memorisation,
    nearest_neighbours,
    precision_recall_density_coverage,
)

__all__ = [
    "Judge",
    "Manifold",
    "Memorisation",
    "ModeCoverage",
    "Moments",
    "classification_accuracy_score",
    "conditional_accuracy",
    "conditional_accuracy_per_class",
    "frechet_distance",
    "judge_features",
    "judged",
    "load_judge",
    "memorisation",
    "mode_coverage",
    "mode_kl",
    "nearest_neighbours",
    "precision_recall_density_coverage",
    "reference_moments",
]
