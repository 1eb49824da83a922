"""Exercises of lesson 10, object removal: a cover, two measures, a hole and what is told of it, what was taken away.

from learntools.lessons.object_removal import q1
q1.check()
"""

from learntools.lessons.object_removal.assembling import q5
from learntools.lessons.object_removal.filling import q2
from learntools.lessons.object_removal.finding import q6
from learntools.lessons.object_removal.inside import q3
from learntools.lessons.object_removal.pasting import q1
from learntools.lessons.object_removal.telling import q4
from learntools.lessons.object_removal.trained import q7

__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7"]
