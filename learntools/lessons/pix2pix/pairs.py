"""Question 4: D judges an output together with its input."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, grad, leaf, true
from learntools.lessons.pix2pix.layers import judge


def score(D, x, y):
    """D's logits for y as the translation of x: the two go in as the channels of one image, x first."""
    return D(torch.cat([x, y], dim=1))


def _both_ways(D, x, y):
    return D(torch.cat([x, y], dim=1)) + D(torch.cat([y, x], dim=1))


@exercise(answer="score", points=2)
class q4:
    """D's logits for an image `y` as the translation of `x`."""

    hints = [
        "D takes one tensor, with six channels. Three of them are those of the input; whose are the others?",
        "`torch.cat([…, …], dim=…)`: channels are dimension 1 in (N, C, H, W). The input `x` comes first. D does the "
        "rest, and what it gives is the result.",
    ]
    reference = score
    praise = "D sees both, so it can refuse a fine picture that does not belong to its input."

    def scenario(rng: Any):
        return {"x": rng.images(2, 3, 8, 6), "y": rng.images(2, 3, 8, 6), "other": rng.images(2, 3, 8, 6)} | {
            "seed": rng.seed()
        }

    def observe(answer: Any, s: Any):
        D, y = judge(s.seed), leaf(s.y)
        logits = answer(D, s.x, y)
        with torch.no_grad():
            elsewhere = answer(D, s.other, s.y)
        alike = [isinstance(value, torch.Tensor) for value in (logits, elsewhere)]
        return {
            "logits": logits,
            "d_y": grad(logits, y),
            "listens": all(alike) and not (logits.shape == elsewhere.shape and torch.allclose(logits, elsewhere)),
        }

    expect = [
        true("listens", share=1, why="with another input `x` the same `y` must get another score"),
        close("logits", share=2, label="the logits"),
        close("d_y", share=1, label="the gradient that reaches `y`", why="G learns through it"),
    ]
    mistakes = {
        "input ignored": (
            lambda D, x, y: D(y),
            "`score` shows D the output alone, so D cannot know whether it belongs to `x`: the finest picture of the "
            "wrong thing would get a good score. Let D see the input beside it.",
        ),
        "output twice": (
            lambda D, x, y: D(torch.cat([y, y], dim=1)),
            "`score` has six channels for D, but both halves are the output `y`. The input is missing, so D cannot "
            "judge whether the two belong together.",
        ),
        "input only": (
            lambda D, x, y: D(x),
            "`score` shows D the input, and never the image that is to be judged: real and fake get the same score. "
            "Where does `y` come in?",
        ),
        "input twice": (
            lambda D, x, y: D(torch.cat([x, x], dim=1)),
            "`score` fills both halves with the input `x`, so D never sees what it has to judge. The second half "
            "belongs to `y`.",
        ),
        "output first": (
            lambda D, x, y: D(torch.cat([y, x], dim=1)),
            "`score` lays the two side by side with the output first. D's weights go by place, and here the input "
            "takes the first three channels.",
        ),
        "added": (
            lambda D, x, y: D(x + y),
            "`score` adds the two images into one, and D cannot take them apart again. Lay them side by side, as "
            "channels, so that each keeps its own.",
        ),
        "difference": (
            lambda D, x, y: D(y - x),
            "`score` shows D only how the output differs from the input. D would have to guess the rest: give it both "
            "images whole, side by side as channels.",
        ),
        "multiplied": (
            lambda D, x, y: D(x * y),
            "`score` multiplies the two images, and where the one is 0 the other is lost. Lay them side by side, as "
            "channels.",
        ),
        "along the batch": (
            lambda D, x, y: D(torch.cat([x, y], dim=0)),
            "`score` gives D the two as separate images of one longer batch, so each gets a score of its own. Which "
            "dimension of (N, C, H, W) holds the channels?",
        ),
        "one above the other": (
            lambda D, x, y: D(torch.cat([x, y], dim=2)),
            "`score` puts one image above the other, as a picture twice as high. A logit sees a patch of either, "
            "never the same place of both: use the channels.",
        ),
        "next to each other": (
            lambda D, x, y: D(torch.cat([x, y], dim=3)),
            "`score` hangs the two pictures next to each other, as one that is twice as wide. A logit sees a patch of "
            "either, never the same place of both: use the channels.",
        ),
        "two arguments": (
            lambda D, x, y: D(x, y),
            "`score` calls D with two images, as lesson 04's D wanted it. This one is a plain stack of convolutions "
            "and takes one tensor: make one of the two first.",
        ),
        "y cut off": (
            lambda D, x, y: D(torch.cat([x, y.detach()], dim=1)),
            "`score` gives the right logits, but cuts `y` off, and G learns through this very way. Detach in D's step "
            "only, where the fakes are handed in.",
        ),
        "sigmoid": (
            lambda D, x, y: torch.sigmoid(D(torch.cat([x, y], dim=1))),
            "`score` sends the logits through a sigmoid. The losses take them as they come out of D: leave it away.",
        ),
        "one number": (
            lambda D, x, y: D(torch.cat([x, y], dim=1)).mean(),
            "`score` averages all logits into one number. Each patch has its own verdict, and a loss treats each by "
            "itself: return the whole grid.",
        ),
        "one for each image": (
            lambda D, x, y: D(torch.cat([x, y], dim=1)).mean(dim=(1, 2, 3)),
            "`score` averages the patches of each image. Each patch has its own verdict, and a loss treats each by "
            "itself: return D's whole grid.",
        ),
        "in both orders": (
            _both_ways,
            "`score` asks D twice, once in each order, and adds the answers. D learns one order: the input first, then "
            "the output.",
        ),
    }
