"""What a recipe of the course is, beside its networks and losses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from learntools.data import ImageSet, Unpaired
from learntools.training.batches import Source
from learntools.training.recipe import Recipe


@dataclass(frozen=True)
class Named:
    """One recipe of the course: how it is built, its data, how its networks are measured, and its usual length."""

    build: Callable[[], Recipe]
    data: Callable[[], ImageSet | Unpaired | Source]
    measure: Callable[[dict[str, nn.Module]], dict[str, float]]
    seconds: float | None
    about: str
    steps: int | None = None
