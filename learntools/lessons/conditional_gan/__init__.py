"""Exercises of lesson 04, a conditional GAN: labels as rows, both players, D's step, two measures, clothes on request.

from learntools.lessons.conditional_gan import q1
q1.check()
"""

from learntools.lessons.conditional_gan.d_step import q5
from learntools.lessons.conditional_gan.discriminator import q4
from learntools.lessons.conditional_gan.generator import q2
from learntools.lessons.conditional_gan.labels import q1, q3
from learntools.lessons.conditional_gan.measures import q6, q7
from learntools.lessons.conditional_gan.trained import q8

__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]
