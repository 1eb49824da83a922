"""Question 4: from bytes to the values that a network was trained on."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, shape


def normalise(x, mean, std):
    """Bytes (N, 3, H, W); mean and std, one number for each channel, (3,) → (x / 255 - mean) / std."""
    return (x / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)


def _each(value):
    return value.view(3, 1, 1)


def _own(x, mean, std):
    x = x / 255
    return (x - x.mean(dim=(0, 2, 3), keepdim=True)) / x.std(dim=(0, 2, 3), keepdim=True)


@exercise(answer="normalise", points=2)
class q4:
    """Divide by 255, take the mean away, divide by the standard deviation, channel by channel."""

    hints = [
        "Three steps: bring the bytes to 0 to 1, take `mean` away, divide by `std`. The sizes must fit: x is (N, 3, H, "
        "W) and `mean` is (3,).",
        "PyTorch lines up sizes from the right, so (3,) would be matched with the columns. `mean.view(3, 1, 1)` has "
        "one number for each channel and the same for all rows and columns.",
    ]
    reference = normalise
    praise = "Each channel with its own mean and its own standard deviation, in the order of the training."

    def scenario(rng: Any):
        return {
            "x": rng.integers(0, 256, 2, 3, 4, 5).to(torch.uint8),
            "mean": rng.uniform(3, low=0.3, high=0.7),
            "std": rng.uniform(3, low=0.15, high=0.4),
        }

    def observe(answer: Any, s: Any):
        half = torch.full((3,), 0.5)
        return {"result": answer(s.x, s.mean, s.std), "halves": answer(s.x, half, half)}

    expect = [
        shape("result", (2, 3, 4, 5), why="one value for each pixel", label="the result"),
        close("result", share=2, label="the result"),
        close("halves", share=0, label="the result for a mean and a std of 0.5, which is x / 127.5 - 1"),
    ]
    mistakes = {
        "sizes that do not fit": (
            lambda x, mean, std: (x / 255 - mean) / std,
            "`normalise` takes (3,) away from (N, 3, H, W), and PyTorch lines sizes up from the right: it tries to "
            "match channels with columns. Give `mean` and `std` two more dimensions of size 1.",
        ),
        "bytes": (
            lambda x, mean, std: (x - _each(mean)) / _each(std),
            "`normalise` takes the mean away while the values still run to 255, so what comes out is hundreds of times "
            "too large. The mean is that of values from 0 to 1: bring them there first.",
        ),
        "no mean": (
            lambda x, mean, std: x / 255 / _each(std),
            "`normalise` stretches the values and does not shift them, so nothing is ever below 0. The mean must be "
            "taken away before you divide.",
        ),
        "no std": (
            lambda x, mean, std: x / 255 - _each(mean),
            "`normalise` shifts the values and does not stretch them. One step is left: divide by `std`, which brings "
            "each channel to a similar spread.",
        ),
        "times std": (
            lambda x, mean, std: (x / 255 - _each(mean)) * _each(std),
            "`normalise` multiplies by `std`, which makes the small spread even smaller. Dividing by the spread is "
            "what brings it to about 1.",
        ),
        "std first": (
            lambda x, mean, std: x / 255 / _each(std) - _each(mean),
            "`normalise` divides before it takes the mean away, so the mean counts for too little. First shift, then "
            "stretch: brackets help.",
        ),
        "mean added": (
            lambda x, mean, std: (x / 255 + _each(mean)) / _each(std),
            "`normalise` adds the mean, so every value is positive and far too large. A value that is just as bright "
            "as the mean should come out as 0.",
        ),
        "brackets missing": (
            lambda x, mean, std: x / 255 - _each(mean) / _each(std),
            "`normalise` divides only the mean by `std`, because dividing comes before taking away. Put brackets "
            "around what is to be divided.",
        ),
        "exchanged": (
            lambda x, mean, std: (x / 255 - _each(std)) / _each(mean),
            "`normalise` has `mean` and `std` in each other's place. The mean is what is taken away, and the standard "
            "deviation is what you divide by.",
        ),
        "one for all": (
            lambda x, mean, std: (x / 255 - mean.mean()) / std.mean(),
            "`normalise` uses the same mean and the same std for all three channels. Red, green and blue each have "
            "their own: keep the three numbers apart.",
        ),
        "of the picture itself": (
            _own,
            "`normalise` works out mean and std of the pictures at hand, so that a dark photo comes out like a bright "
            "one. The two that are given belong to the training: use them for every picture.",
        ),
        "always half": (
            lambda x, mean, std: x / 127.5 - 1,
            "`normalise` gives values from -1 to 1 and does not look at `mean` and `std`. That is right for some "
            "networks only: the numbers of this one are the two arguments.",
        ),
        "256": (
            lambda x, mean, std: (x / 256 - _each(mean)) / _each(std),
            "`normalise` divides by 256, but the largest byte is 255, as counting starts at 0. White should be exactly "
            "1 before the mean is taken away.",
        ),
    }
