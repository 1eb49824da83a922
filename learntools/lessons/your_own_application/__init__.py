"""Exercises of the closing page, your own application: what to hold out, doing nothing, and a model kept in a file.

from learntools.lessons.your_own_application import q1
q1.check()
"""

from learntools.lessons.your_own_application.baseline import q2
from learntools.lessons.your_own_application.loading import q4
from learntools.lessons.your_own_application.saving import q3
from learntools.lessons.your_own_application.splitting import q1

__all__ = ["q1", "q2", "q3", "q4"]
