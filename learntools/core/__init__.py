"""How an answer becomes a verdict: scenario → observe → judge. Knows no lesson and no model.

An exercise is written with the names below; `learntools.core.exercise` shows one whole.
"""

from learntools.core.exercise import Exercise, exercise
from learntools.core.expect import Expectation, between, close, equal, shape, true
from learntools.core.observing import WrongKind
from learntools.core.probes import grad, gradients, layers, leaf, moved, travel, weights
from learntools.core.scenario import Draw
from learntools.core.verdict import Points, Verdict

__all__ = [
    "Draw",
    "Exercise",
    "Expectation",
    "Points",
    "Verdict",
    "WrongKind",
    "between",
    "close",
    "equal",
    "exercise",
    "grad",
    "gradients",
    "layers",
    "leaf",
    "moved",
    "shape",
    "travel",
    "true",
    "weights",
]
