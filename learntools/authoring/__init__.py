"""From `solutions/NN_topic.py` to `notebooks/NN_topic.ipynb`, and the proof that both work.

    learntools notebooks           # build every notebook from its script
    learntools run convolutions    # execute one in a real kernel

`script` reads a lesson's script, `build` makes its notebook, `notebooks` makes them all, `run` executes one, `replay`
runs a script's cells without a kernel, `pictures` takes a lesson's teaser picture from an executed notebook.
"""

from learntools.authoring.course import Lesson, lesson, lessons, root
from learntools.authoring.script import AuthoringError

__all__ = ["AuthoringError", "Lesson", "lesson", "lessons", "root"]
