"""Exercises of lesson 09, text to image: numbers for words, a sentence's mean, noisy codes and their price, the code at
every place, both losses, and painted orders.

from learntools.lessons.text_to_image import q1
q1.check()
"""

from learntools.lessons.text_to_image.augmenting import q3
from learntools.lessons.text_to_image.d_loss import q6
from learntools.lessons.text_to_image.divergence import q4
from learntools.lessons.text_to_image.g_loss import q7
from learntools.lessons.text_to_image.laying import q5
from learntools.lessons.text_to_image.means import q2
from learntools.lessons.text_to_image.trained import q8
from learntools.lessons.text_to_image.wording import q1

__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]
