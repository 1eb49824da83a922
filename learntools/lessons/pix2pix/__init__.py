"""Exercises of lesson 05, pix2pix: bytes, the U, patches, pairs before D, both losses, test time, coloured emoji.

from learntools.lessons.pix2pix import q1
q1.check()
"""

from learntools.lessons.pix2pix.d_loss import q5
from learntools.lessons.pix2pix.g_loss import q6
from learntools.lessons.pix2pix.pairs import q4
from learntools.lessons.pix2pix.patches import q3
from learntools.lessons.pix2pix.pixels import q1
from learntools.lessons.pix2pix.trained import q8
from learntools.lessons.pix2pix.translating import q7
from learntools.lessons.pix2pix.unet import q2

__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]
