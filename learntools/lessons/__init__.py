"""One module per notebook: its exercises and their known mistakes.

from learntools.lessons.convolutions import q1, q2
"""

from __future__ import annotations

import importlib
import pkgutil

from learntools.core.exercise import Exercise

#: The course's order: number and name, as in `notebooks/02_convolutions.ipynb`.
COURSE = {
    "00": "welcome",
    "01": "pretrained_networks",
    "02": "convolutions",
    "03": "simple_gan",
    "04": "conditional_gan",
    "05": "pix2pix",
    "06": "cyclegan",
    "07": "captioning",
    "08": "super_resolution",
    "09": "text_to_image",
    "10": "object_removal",
    "11": "your_own_application",
}


def names() -> list[str]:
    """The lessons that are installed, in the course's order."""
    found = {module.name for module in pkgutil.iter_modules(__path__)}
    return [name for name in COURSE.values() if name in found]


def exercises(lesson: str) -> list[Exercise]:
    """A lesson's exercises, in order.

    Raises:
        LookupError: there is no such lesson.
    """
    if lesson not in names():
        raise LookupError(f"There is no lesson {lesson!r}; there are {', '.join(names())}.")
    module = importlib.import_module(f"learntools.lessons.{lesson}")
    found = [item for item in vars(module).values() if isinstance(item, Exercise)]
    return sorted(found, key=lambda item: int(item.name[1:]))
