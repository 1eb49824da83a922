"""Exercises of lesson 03, a simple GAN: scale, generator, discriminator, both losses, both steps, collapse.

from learntools.lessons.simple_gan import q1
q1.check()
"""

from learntools.lessons.simple_gan.d_step import q6
from learntools.lessons.simple_gan.g_step import q7
from learntools.lessons.simple_gan.images import q1, q8
from learntools.lessons.simple_gan.loss_functions import q4, q5
from learntools.lessons.simple_gan.networks import q2, q3

__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]
