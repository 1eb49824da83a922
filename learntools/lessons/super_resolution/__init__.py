"""Exercises of lesson 08, super-resolution: decibels, the missing, sub-pixels, a calm start, features, wishes, sharp.

from learntools.lessons.super_resolution import q1
q1.check()
"""

from learntools.lessons.super_resolution.calm_start import q4
from learntools.lessons.super_resolution.decibels import q1
from learntools.lessons.super_resolution.features import q5
from learntools.lessons.super_resolution.missing import q2
from learntools.lessons.super_resolution.subpixels import q3
from learntools.lessons.super_resolution.trained import q7
from learntools.lessons.super_resolution.wishes import q6

__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7"]
