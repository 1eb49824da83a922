"""Exercises of lesson 06, CycleGAN: batches without pairs, a block, what ties a translation to its input, both steps.

from learntools.lessons.cyclegan import q1
q1.check()
"""

from learntools.lessons.cyclegan.batches import q1
from learntools.lessons.cyclegan.block import q2
from learntools.lessons.cyclegan.d_step import q7
from learntools.lessons.cyclegan.g_step import q5
from learntools.lessons.cyclegan.image_buffer import q6
from learntools.lessons.cyclegan.round_trip import q3, q4
from learntools.lessons.cyclegan.trained import q8

__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]
