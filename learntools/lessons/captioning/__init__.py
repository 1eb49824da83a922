"""Exercises of lesson 07, captions: words as numbers, what follows, the loss, memory, attention, speaking, searching.

from learntools.lessons.captioning import q1
q1.check()
"""

from learntools.lessons.captioning.attention import q5
from learntools.lessons.captioning.beam import q8
from learntools.lessons.captioning.describing import q7
from learntools.lessons.captioning.loss import q3
from learntools.lessons.captioning.memory import q4
from learntools.lessons.captioning.speaking import q6
from learntools.lessons.captioning.trained import q9
from learntools.lessons.captioning.words import q1, q2

__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9"]
