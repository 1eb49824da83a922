"""Exercises of lesson 01, pretrained networks: what goes in, what comes out, and how weights are read from a file.

from learntools.lessons.pretrained_networks import q1
q1.check()
"""

from learntools.lessons.pretrained_networks.cropping import q3
from learntools.lessons.pretrained_networks.guessing import q1, q6
from learntools.lessons.pretrained_networks.layout import q2, q8
from learntools.lessons.pretrained_networks.normalising import q4
from learntools.lessons.pretrained_networks.predicting import q5
from learntools.lessons.pretrained_networks.weight_files import q7

__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]
