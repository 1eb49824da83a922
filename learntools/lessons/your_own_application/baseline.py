"""Question 2: is it better than doing nothing? For how many images, by their distance to the truth."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise
from learntools.lessons.pix2pix.d_loss import as_number

#: How many images of each kind the scenario has: nearer to the truth, farther, left untouched, right but for a few
#: pixels, and off in both directions, so that the signs cancel out.
COUNTS = {"nearer": 4, "farther": 1, "untouched": 1, "spots": 2, "both ways": 2}


def share_better(made, x, y):
    """The share of images, 0 to 1, that are nearer to the truth y, by mean |difference|, than the untouched input x."""
    mine = (made - y).abs().mean(dim=(1, 2, 3))
    untouched = (x - y).abs().mean(dim=(1, 2, 3))
    return float((mine < untouched).float().mean())


def _errors(made, x, y):
    return [(images - y).abs().mean(dim=(1, 2, 3)) for images in (made, x)]


def _share(found):
    return float(found.float().mean())


@exercise(answer="share_better", points=2)
class q2:
    """For which share of the images is the result nearer to the truth than the untouched input?"""

    hints = [
        "One number for each image first: how far is it from the truth? Once for what the network made, and once for "
        "the input as it came in. Then compare the two, image by image.",
        "`(made - y).abs().mean(dim=(1, 2, 3))` is one distance per image. `a < b` gives True and False; as floats "
        "their mean is the share of True.",
    ]
    reference = share_better
    praise = "A result that beats doing nothing on most held-out images has learned something that carries over."

    def scenario(rng: Any):
        kinds = [kind for kind, count in COUNTS.items() for _ in range(count)]
        kinds = [kinds[i] for i in torch.argsort(rng.uniform(len(kinds))).tolist()]
        shape = (3, 4, 6)
        y = rng.images(len(kinds), *shape) / 2
        off = 0.15 + 0.1 * float(rng.uniform(1))
        x = y + off
        spots = torch.zeros(72).index_fill(0, torch.argsort(rng.uniform(72))[:7], 6 * off).view(shape)
        signs = torch.ones(72).index_fill(0, torch.argsort(rng.uniform(72))[:36], -1.0).view(shape)
        change = {
            "nearer": torch.full(shape, 0.5 * off),
            "farther": torch.full(shape, 2.5 * off),
            "untouched": torch.full(shape, off),
            "spots": spots,
            "both ways": 2 * off * signs,
        }
        made = y + torch.stack([change[kind] for kind in kinds])
        untouched = torch.tensor([kind == "untouched" for kind in kinds]).view(-1, 1, 1, 1)
        return {"made": torch.where(untouched, x, made), "x": x, "y": y}

    def observe(answer: Any, s: Any):
        return {"share": as_number(answer(s.made, s.x, s.y)), "none": as_number(answer(s.x, s.x, s.y))}

    expect = [
        close("share", share=3, label="the share of ten images"),
        close("none", share=0, label="the share where nothing was done at all", why="as near is not nearer"),
    ]
    mistakes = {
        "as near counts": (
            lambda made, x, y: _share(torch.le(*_errors(made, x, y))),
            "`share_better` counts an image that is just as near as its input, so a network that does nothing at all "
            "would get 100 percent. Nearer means less, not less or equal.",
        ),
        "turned round": (
            lambda made, x, y: _share(torch.gt(*_errors(made, x, y))),
            "`share_better` counts the images that came out farther from the truth. A small distance is the good one: "
            "which of the two should be smaller?",
        ),
        "all at once": (
            lambda made, x, y: float((made - y).abs().mean() < (x - y).abs().mean()),
            "`share_better` takes one mean over the whole batch, so it can only say yes or no. Take the mean over "
            "channels, rows and columns, and keep a distance for each image.",
        ),
        "pixel by pixel": (
            lambda made, x, y: _share((made - y).abs() < (x - y).abs()),
            "`share_better` compares pixel by pixel and gives the share of pixels. One image should count once: first "
            "take each image's mean distance, then compare.",
        ),
        "squares": (
            lambda made, x, y: _share(
                (made - y).square().mean(dim=(1, 2, 3)) < (x - y).square().mean(dim=(1, 2, 3)),
            ),
            "`share_better` squares the differences, so a few wrong pixels outweigh all the others that are right. The "
            "distance asked for is the mean absolute difference.",
        ),
        "no absolute value": (
            lambda made, x, y: _share((made - y).mean(dim=(1, 2, 3)) < (x - y).mean(dim=(1, 2, 3))),
            "`share_better` averages the differences with their signs, so too bright in one place makes up for too "
            "dark in another. Make each difference positive first.",
        ),
        "near the input": (
            lambda made, x, y: _share((made - x).abs().mean(dim=(1, 2, 3)) < _errors(made, x, y)[1]),
            "`share_better` measures how far the result is from the input, not from the truth. A change is no fault; "
            "being far from `y` is. Compare both images with `y`.",
        ),
        "counted": (
            lambda made, x, y: float(torch.lt(*_errors(made, x, y)).sum()),
            "`share_better` counts the images, and a count says little without knowing of how many. Give the share of "
            "all of them, between 0 and 1.",
        ),
        "percent": (
            lambda made, x, y: 100 * _share(torch.lt(*_errors(made, x, y))),
            "`share_better` gives percent. Asked for is a share between 0 and 1, which the notebook turns into percent "
            "itself when it prints.",
        ),
        "by how much": (
            lambda made, x, y: float(1 - (made - y).abs().mean() / (x - y).abs().mean()),
            "`share_better` says by how much the mean distance has shrunk, which one very bad image can spoil. Asked "
            "for is how many images came nearer, as a share of all.",
        ),
    }
