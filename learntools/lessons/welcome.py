"""Exercises of lesson 00, welcome: a value, a function and a choice, to learn how checks work.

from learntools.lessons.welcome import q1
q1.check()
"""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, shape


@exercise(answer="pixels_per_image", points=1)
class q1:
    """How many pixels does a 28×28 image have?"""

    hints = [
        "The image has 28 rows. How many pixels stand in each of them?",
        "Python can do the sum: an asterisk multiplies two numbers.",
    ]
    reference = 784
    praise = "28 rows of 28 pixels. Any way of writing that number would have passed, `28 * 28` too."
    mistakes = {
        "added": (
            56,
            "`pixels_per_image` is 28 plus 28, which counts one row and one column. Every one of the 28 rows has 28 "
            "pixels of its own, so the rows must be counted 28 times.",
        ),
        "one side": (
            28,
            "`pixels_per_image` is the length of one side. The image has 28 rows, and this is how many pixels stand in "
            "one of them. How many are there in all rows together?",
        ),
        "border": (
            112,
            "`pixels_per_image` is four times 28, the way around the border. Count the pixels inside as well: how many "
            "rows are there, and how many pixels in each?",
        ),
        "colour": (
            2352,
            "`pixels_per_image` counts three numbers for each place, as for a colour image. These pictures are grey, "
            "and one pixel is one number.",
        ),
    }


def invert(image):
    """Bytes 0…255: black becomes white and white becomes black."""
    return 255 - image


@exercise(answer="invert", points=1)
class q2:
    """Turn an image into its negative."""

    hints = [
        "What should 0 become, and what 255? And 100?",
        "A pixel and its negative always add up to the same number. Which one?",
    ]
    reference = invert
    praise = "A pixel and its negative add up to 255, and one subtraction did the whole image at once."

    def scenario(rng: Any):
        image = rng.integers(1, 255, 1, 3, 4).to(torch.uint8)
        image[0, 0, 0], image[0, 2, 3] = 0, 255
        return {"image": image, "dull": rng.integers(90, 140, 1, 3, 4).to(torch.uint8)}

    def observe(answer: Any, s: Any):
        return {"negative": answer(s.image), "dull": answer(s.dull)}

    expect = [
        shape("negative", (1, 3, 4), why="one pixel for each pixel", label="the negative"),
        close("negative", atol=0, rtol=0, label="the negative"),
        close("dull", atol=0, rtol=0, label="the negative of an image with neither black nor white"),
    ]
    mistakes = {
        "minus": (
            lambda image: -image,
            "`invert` puts a minus before each pixel. A byte cannot be negative, so it wraps round: black stays black "
            "and everything else is off by one. Which number minus the pixel is the negative?",
        ),
        "range 0 to 1": (
            lambda image: 1 - image.float(),
            "`invert` takes the pixels away from 1, which is right for pixels between 0 and 1. These are bytes, and "
            "white is a larger number here.",
        ),
        "256": (
            lambda image: 256 - image.int(),
            "`invert` takes the pixels away from 256, so black becomes 256, which no byte can hold. The largest byte "
            "is one less: counting starts at 0.",
        ),
        "own white": (
            lambda image: image.max() - image,
            "`invert` takes the brightest pixel of this very image for white. In a dull image the negative comes out "
            "too dark then; white is the same number for every image.",
        ),
        "wrong sign": (
            lambda image: image.int() - 255,
            "`invert` subtracts the right number the wrong way round, so every pixel comes out negative. What should "
            "be taken away from what?",
        ),
        "unchanged": (
            lambda image: image.clone(),
            "`invert` gives the image back as it was. A dark pixel has to become a bright one: which operation turns "
            "a small number into a large one and a large one into a small one?",
        ),
        "turned round": (
            lambda image: image.flip(-2),
            "`invert` turns the image upside down and keeps each pixel's brightness. The places should stay, and the "
            "values change.",
        ),
        "turned left to right": (
            lambda image: image.flip(-1),
            "`invert` mirrors the image, as `[:, ::-1]` would, and keeps each pixel's brightness. The places should "
            "stay, and the values change.",
        ),
    }


@exercise(answer="before_it_passes", points=1)
class q3:
    """What does `q2.get()` give while your answer is not right yet?"""

    hints = [
        "Go back to the sentence on later cells. Could they run if there were nothing to run with?",
        "Try it: break your `invert` on purpose, run its cell, and call `q2.get()` in a new cell.",
    ]
    options = {
        "an error": (
            "`before_it_passes` says that `get` would stop the notebook. It never does: the course wants you to be "
            "able to go on and come back to a question later."
        ),
        "nothing": (
            "`before_it_passes` says that `get` would give you nothing. Then the next cell could not run, and one hard "
            "question would end the lesson for you. What could it give in its place?"
        ),
        "my answer": (
            "`before_it_passes` says that you would get your own answer whatever it does. That is so once it passes; a "
            "broken one would only break the cells that follow."
        ),
        "a hint": (
            "`before_it_passes` mixes up two helpers. Hints come from `q2.hint()`; `get` is made for the cells that "
            "follow, and those need something that works."
        ),
        "a working answer": (
            "Until yours passes, later cells work with the course's own function; from then on with yours. Nobody is "
            "ever stuck."
        ),
    }
    reference = "a working answer"
