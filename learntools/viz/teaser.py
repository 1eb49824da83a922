"""The picture at the head of a lesson: what the learner will have made by its end.

    show_teaser("simple_gan")

The pictures in `data/pictures/` are cut out of the executed lessons by `learntools pictures`.
"""

from __future__ import annotations

from learntools.data.files import folder


def show_teaser(lesson: str) -> None:
    """Show the lesson's picture; nothing where it has none yet."""
    found = sorted((folder() / "pictures").glob(f"[0-9][0-9]_{lesson}.png"))
    if found:
        from IPython.display import Image, display

        display(Image(filename=str(found[0]), alt=f"what lesson {lesson} makes"))
