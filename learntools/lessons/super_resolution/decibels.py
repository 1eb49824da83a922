"""Question 1: how near an image is to the truth, in decibels."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from learntools.core import close, exercise


def psnr(x, y):
    """Peak signal-to-noise ratio of images in [-1, 1]: 2² over the mean squared difference, in dB."""
    return 10 * torch.log10(4 / (x - y).square().mean())


def _mse(x, y):
    return (x - y).square().mean()


def as_number(value: Any) -> Any:
    """A one-element tensor or array as a number, anything else as it is."""
    if isinstance(value, Tensor) or type(value).__module__ == "numpy":
        return float(value) if math.prod(value.shape) == 1 else value
    return value


@exercise(answer="psnr", points=1)
class q1:
    """The peak signal-to-noise ratio of two images, in dB."""

    hints = [
        "From the inside out: the difference, its square, the mean of that over all pixels. Then 4 divided by it, and "
        "the logarithm to the base 10 of the quotient, times 10.",
        "`torch.log10` is the logarithm to the base 10; `torch.log` is another one.",
    ]
    reference = psnr
    praise = "Ten decibels more, and the mean squared difference is a tenth."

    def scenario(rng: Any):
        y = rng.images(2, 3, 6, 5)
        return {"x": (y + rng.normal(2, 3, 6, 5, scale=0.3)).clamp(-1, 1), "y": y}

    def observe(answer: Any, s: Any):
        near = 0.9 * s.y + 0.1 * s.x
        return {
            "result": as_number(answer(s.x, s.y)),
            "nearer": as_number(answer(near, s.y)),
            "turned": as_number(answer(s.y, s.x)),
        }

    expect = [
        close("result", share=2, label="the result", rtol=1e-3),
        close("nearer", label="the result for an image that is nearer", rtol=1e-3),
        close("turned", share=0, label="the result with the two images exchanged", rtol=1e-3),
    ]
    mistakes = {
        "range 1": (
            lambda x, y: 10 * torch.log10(1 / _mse(x, y)),
            "`psnr` takes 1 for the largest difference there can be, as if the images ran from 0 to 1. From -1 to 1 it "
            "is larger, and what stands above the line is its square.",
        ),
        "range not squared": (
            lambda x, y: 10 * torch.log10(2 / _mse(x, y)),
            "`psnr` compares the range itself with a mean of squares. Both sides of the line must be squares: what is "
            "the square of the largest difference?",
        ),
        "range of bytes": (
            lambda x, y: 10 * torch.log10(255**2 / _mse(x, y)),
            "`psnr` takes the range of bytes, 255, for images that run from -1 to 1. So it promises some 42 dB too "
            "much: which is the largest difference here?",
        ),
        "natural logarithm": (
            lambda x, y: 10 * torch.log(4 / _mse(x, y)),
            "`psnr` takes the natural logarithm, so every value is 2.3 times too large. Decibels are counted in powers "
            "of 10.",
        ),
        "no tens": (
            lambda x, y: torch.log10(4 / _mse(x, y)),
            "`psnr` stops at the logarithm, which counts in bel. A decibel is the tenth part of that, so there are ten "
            "times as many of them.",
        ),
        "twenty": (
            lambda x, y: 20 * torch.log10(4 / _mse(x, y)),
            "`psnr` has a 20 before the logarithm. That is right for a quotient of amplitudes; here the quotient is of "
            "squares already, which is where the other factor 2 has gone.",
        ),
        "upside down": (
            lambda x, y: 10 * torch.log10(_mse(x, y) / 4),
            "`psnr` is upside down: the nearer two images are, the smaller it gets. The error belongs below the line.",
        ),
        "absolute differences": (
            lambda x, y: 10 * torch.log10(4 / (x - y).abs().mean()),
            "`psnr` takes the absolute differences. It is defined by their squares, so a few large errors weigh more "
            "than many small ones.",
        ),
        "root of the error": (
            lambda x, y: 10 * torch.log10(4 / _mse(x, y).sqrt()),
            "`psnr` takes the root of the mean squared difference but leaves the 4 a square. Keep both as squares.",
        ),
        "sum": (
            lambda x, y: 10 * torch.log10(4 / (x - y).square().sum()),
            "`psnr` adds the squares up, so a larger image gets a worse value for the same errors. Take their mean.",
        ),
        "square of the mean": (
            lambda x, y: 10 * torch.log10(4 / (x - y).mean().square()),
            "`psnr` takes the mean before the square, so that differences up and down cancel out. Square each of them "
            "first.",
        ),
        "one value for each image": (
            lambda x, y: 10 * torch.log10(4 / (x - y).square().mean(dim=(1, 2, 3))),
            "`psnr` gives one value for each image. Here one number is asked for: take the mean over everything, the "
            "batch too.",
        ),
    }
