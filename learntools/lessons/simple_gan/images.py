"""Questions 1 and 8: the range of the images, and how much they differ from one another."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, shape


def as_number(value):
    """A one-element result as a number, anything else as it is."""
    return float(value) if isinstance(value, torch.Tensor) and value.numel() == 1 else value


def to_model_range(pixels):
    """Bytes 0…255 → floats in [-1, 1]."""
    return pixels.float() / 127.5 - 1


@exercise(answer="to_model_range", points=1)
class q1:
    """Scale pixels from 0…255 to [-1, 1]."""

    hints = [
        "Where should 0 land, and where 255? Two points fix a straight line.",
        "From -1 to 1 is a stretch of 2. Which number divides 255 into 2, and what must be taken away afterwards?",
    ]
    reference = to_model_range
    praise = "Black is -1, white is 1, and a mid-grey is near 0: the range that tanh speaks."

    def scenario(rng: Any):
        pixels = rng.integers(0, 256, 3, 1, 4, 5).to(torch.uint8)
        pixels[0, 0, 0, 0], pixels[0, 0, 0, 1] = 0, 255
        return {"pixels": pixels, "dull": rng.integers(90, 140, 2, 1, 4, 5).to(torch.uint8)}

    def observe(answer: Any, s: Any):
        return {"result": answer(s.pixels), "dull": answer(s.dull)}

    expect = [
        shape("result", (3, 1, 4, 5), why="one value for each pixel", label="the result"),
        close("result", atol=2e-3, label="the result"),
        close("dull", atol=2e-3, label="the result for a batch with neither black nor white"),
    ]
    mistakes = {
        "range 0 to 1": (
            lambda pixels: pixels.float() / 255,
            "`to_model_range` gives values from 0 to 1, a range that many libraries use. Here black should land on -1, "
            "so the line must be twice as steep and start lower.",
        ),
        "no shift": (
            lambda pixels: pixels.float() / 127.5,
            "`to_model_range` has the right slope, but black stays at 0 and white lands on 2. Something still has to "
            "be taken away from every pixel.",
        ),
        "half the range": (
            lambda pixels: (pixels.float() - 127.5) / 255,
            "`to_model_range` is centred on 0, but runs only from -0.5 to 0.5. How wide is the range from -1 to 1, and "
            "how wide is yours?",
        ),
        "bytes overflow": (
            lambda pixels: pixels * 2 / 255 - 1,
            "`to_model_range` does arithmetic while `pixels` still holds bytes, and a byte that passes 255 starts "
            "again at 0. Turn the pixels into floats before anything else.",
        ),
        "standardised": (
            lambda pixels: (pixels.float() - pixels.float().mean()) / pixels.float().std(),
            "`to_model_range` subtracts the mean and divides by the spread of this very batch. Then a batch of dark "
            "images comes out like a bright one; use the same fixed numbers for every image.",
        ),
        "own black and white": (
            lambda pixels: 2 * (pixels.float() - pixels.min()) / (int(pixels.max()) - int(pixels.min())) - 1,
            "`to_model_range` takes the darkest pixel of each batch for black and the brightest for white. Then a dull "
            "batch comes out in full contrast; black is always 0, and white always 255.",
        ),
        "white below 1": (
            lambda pixels: (pixels.float() - 128) / 128,
            "`to_model_range` brings black to -1, but white stays just below 1: you divide by half of 256, and the "
            "largest byte is 255. Where is the middle between 0 and 255?",
        ),
        "wrong way round": (
            lambda pixels: 1 - pixels.float() / 127.5,
            "`to_model_range` fills the whole range, but upside down: black lands on 1 and white on -1. Check both "
            "ends, 0 and 255, by hand.",
        ),
    }


def diversity(images):
    """How much a pixel differs from image to image, on average over the pixels."""
    return images.std(dim=0).mean()


@exercise(answer="diversity", points=2)
class q8:
    """One number that falls when all images look alike."""

    hints = [
        "Two steps. First for each pixel: how far does it spread over the images? Then one number for all pixels.",
        "`images.std(dim=...)` spreads along one dimension. Along which one do you walk from image to image?",
    ]
    reference = diversity
    praise = "If every image is the same, every pixel's spread over the batch is 0, and so is your number."

    def scenario(rng: Any):
        base, spread = rng.images(1, 1, 6, 5), rng.uniform(1, 1, 6, 5)
        return {"images": base + spread * rng.normal(12, 1, 6, 5, scale=0.3), "alike": base.repeat(12, 1, 1, 1)}

    def observe(answer: Any, s: Any):
        return {"diversity": as_number(answer(s.images)), "alike": as_number(answer(s.alike))}

    expect = [
        close("diversity", share=2, label="the diversity of a mixed batch"),
        close("alike", share=0.5, atol=1e-4, label="the diversity of twelve copies of one image"),
    ]
    also = [lambda images: images.std(dim=0, correction=0).mean()]
    mistakes = {
        "over everything": (
            lambda images: images.std(),
            "`diversity` measures the spread of all values at once, so bright and dark pixels of one single image "
            "count as diversity. Twelve copies of a shoe should give 0; compare along the batch only.",
        ),
        "within each image": (
            lambda images: images.flatten(1).std(dim=1).mean(),
            "`diversity` measures the contrast within each image, not the difference between images. Twelve copies of "
            "a shoe should give 0. Along which dimension do you walk from image to image?",
        ),
        "variance": (
            lambda images: images.var(dim=0).mean(),
            "`diversity` averages the variance, which is the square of what was asked. The standard deviation has the "
            "same unit as the pixels, so that its values can be read as grey levels.",
        ),
        "map": (
            lambda images: images.std(dim=0),
            "`diversity` returns a whole map, one spread for each pixel. That is a fine picture to look at, but one "
            "number is asked for: what is still missing?",
        ),
        "spread of the mean image": (
            lambda images: images.mean(dim=0).std(),
            "`diversity` averages the images first and then looks at the spread of that one average image. Turn it "
            "round: spread over the images first, average over the pixels afterwards.",
        ),
        "average value": (
            lambda images: images.mean(),
            "`diversity` gives the average brightness. A batch of twelve equal images has one too; what you need is "
            "how much the images differ from one another.",
        ),
    }
