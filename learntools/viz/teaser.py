"""The picture at the head of a lesson: what the learner will have made by its end.

    show_teaser("simple_gan")

The pictures in `data/pictures/` are cut out of the executed lessons by `learntools pictures`.
"""

from __future__ import annotations

from learntools.data.files import folder
from learntools.viz.canvas import in_notebook, png_output, publish

#: What is to be seen on each picture, however a new run of the lesson turns out.
SEEN = {
    "pretrained_networks": "Three networks at work: a photograph with names for it as bars, line drawings with the "
    "same in colour below, and two scenes with a sentence for each.",
    "convolutions": "A photograph, its edges, and the photograph shrunk and grown again in two ways: painted, which "
    "leaves a checkerboard, and resized.",
    "simple_gan": "Forty small grey pictures of clothes that a generator made from noise.",
    "conditional_gan": "Forty small grey pictures of clothes in ten columns, one for each name that was asked for.",
    "pix2pix": "Three rows of eight emoji: line drawings, the colours that a network gave them, and the colours that "
    "their artist gave them.",
    "cyclegan": "Three rows of eight emoji: those of one artist, a network's translation into another artist's style, "
    "and that artist's own.",
    "text_to_image": "Eight sentences, and above each the picture that a network painted for it.",
    "object_removal": "Four rows of six pictures: covered by fences, scribbles and things to eat; with the cover "
    "taken away by a network that was told where it is; by one that was not told; and the true pictures.",
    "captioning": "Eight scenes of a few emoji each, with a sentence below that a network wrote.",
    "super_resolution": "Five rows of emoji: small images with large square pixels, the same smoothed, enlarged by a "
    "network in two ways, and as they really are.",
}


def show_teaser(lesson: str) -> None:
    """Show the lesson's picture; nothing where it has none yet."""
    found = sorted((folder() / "pictures").glob(f"[0-9][0-9]_{lesson}.png"))
    if not found:
        return
    alt = "What you will have made by the end of this lesson. " + SEEN.get(lesson, "")
    if in_notebook():
        publish(*png_output(found[0].read_bytes(), alt))
    else:
        from IPython.display import Image, display

        display(Image(filename=str(found[0]), alt=alt))
