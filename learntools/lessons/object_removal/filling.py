"""Question 2: a hole filled with the mean colour of its own picture."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, shape, true


def mean_fill(covered, mask):
    """Each hole gets the mean colour of what is left of its picture, and 0 where nothing is left."""
    left = 1 - mask
    mean = (covered * left).sum(dim=(2, 3), keepdim=True) / left.sum(dim=(2, 3), keepdim=True).clamp(min=1)
    return covered * left + mean * mask


def _filled(covered, mask, mean):
    return torch.where(mask > 0, mean, covered)


def _mean(covered, weight, dims=(2, 3), least=1.0):
    return (covered * weight).sum(dim=dims, keepdim=True) / weight.sum(dim=dims, keepdim=True).clamp(min=least)


def _one_for_all(covered, mask):
    left = (1 - mask).expand_as(covered)
    return _filled(covered, mask, (covered * left).sum() / left.sum().clamp(min=1))


@exercise(answer="mean_fill", points=2)
class q2:
    """Fill each hole with the mean colour of what is left of its picture."""

    hints = [
        "For each picture and each of its channels you need one number: the sum over the pixels that are not covered, "
        "divided by how many of these there are. Which dimensions does the sum run over, if images are (N, C, H, W)?",
        "`left = 1 - mask` is 1 where the picture is known. `(covered * left).sum(dim=(2, 3), keepdim=True)` is the "
        "upper half of the fraction; the lower one counts `left` in the same way.",
        "Where everything is covered the count is 0. `.clamp(min=1)` on the count makes 0 / 1 of it. At the end: "
        "what is known stays, and the mean goes where the mask is 1.",
    ]
    reference = mean_fill
    praise = "Each picture's own colour in its own holes, what was known is untouched, and no division by 0."

    def scenario(rng: Any):
        share = torch.tensor([0.2, 0.5, 0.7]).view(3, 1, 1, 1)
        mask = (rng.uniform(3, 1, 6, 5) < share).float()
        mask[:, :, 0, :2], mask[:, :, 1, 1] = 0.0, 1.0
        shade = torch.tensor([-0.5, 0.1, 0.4]).view(3, 1, 1, 1) + torch.tensor([0.1, -0.2, 0.3]).view(1, 3, 1, 1)
        covered = 0.3 * rng.images(3, 3, 6, 5) + shade + 0.4 * mask
        covered[:, :, 0, 0] = 0.0  # known, and mid-grey: a 0 is no hole
        return {"covered": covered, "mask": mask, "whole": torch.ones(1, 1, 6, 5)}

    def observe(answer: Any, s: Any):
        whole = answer(s.covered[1:].clone(), torch.cat([s.whole, s.mask[2:]]))
        result = answer(s.covered, s.mask)
        number = isinstance(whole, torch.Tensor) and bool(whole.isfinite().all())
        # where there is a number at all, it can be compared
        return {"result": result, "number": number, "whole": whole.nan_to_num(9.0) if number is False else whole}

    expect = [
        shape("result", (3, 3, 6, 5), label="the result", why="pictures of the same size"),
        close("result", share=2, label="the result", why="the mean is over the pixels of one picture that are known"),
        true("number", share=0.5, why="where a whole picture is covered, nothing may be divided by 0"),
        close("whole", share=0.5, label="the result where one picture is covered entirely"),
    ]
    mistakes = {
        "the mean of the whole picture": (
            lambda covered, mask: _filled(covered, mask, covered.mean(dim=(2, 3), keepdim=True)),
            "`mean_fill` takes the mean of the whole picture, with the fence in it, so the wires tint their own "
            "filling. Only pixels that are not covered may count, above and below the fraction's line.",
        ),
        "the mean over the batch": (
            lambda covered, mask: _filled(covered, mask, _mean(covered, 1 - mask, dims=(0, 2, 3))),
            "`mean_fill` takes one mean over all pictures of the batch, so a dark picture is filled with its "
            "neighbours' light. Each picture has its own colour: which dimension must not be summed over?",
        ),
        "divided by all pixels": (
            lambda covered, mask: _filled(covered, mask, (covered * (1 - mask)).mean(dim=(2, 3), keepdim=True)),
            "`mean_fill` sums the known pixels, but divides by the number of all. The more is covered, the nearer to "
            "grey the filling comes. Divide by how many pixels were summed.",
        ),
        "the mean of the hole": (
            lambda covered, mask: _filled(covered, mask, _mean(covered, mask)),
            "`mean_fill` takes the mean of the covered pixels: that is the colour of the fence. What is behind it can "
            "only be guessed from the pixels around. Is your weight 1 where the picture is known?",
        ),
        "grey": (
            lambda covered, mask: _filled(covered, mask, _mean(covered, (1 - mask).expand_as(covered), dims=(1, 2, 3))),
            "`mean_fill` averages red, green and blue together, so every filling is grey. A colour is three means: "
            "over which dimensions should the sum run?",
        ),
        "one number for all": (
            _one_for_all,
            "`mean_fill` has a single number for all pictures and all channels. Each picture needs three of its own: "
            "sum over height and width only, and keep the dimensions so that they fit.",
        ),
        "no guard": (
            lambda covered, mask: _filled(covered, mask, _mean(covered, 1 - mask, least=0.0)),
            "`mean_fill` divides 0 by 0 where a whole picture is covered, and one such picture fills a training with "
            "NaN. Make sure that the count below the line is never 0.",
        ),
        "painted over": (
            lambda covered, mask: _mean(covered, 1 - mask).expand_as(covered).clone(),
            "`mean_fill` finds the right colour and paints the whole picture with it. Only the hole needs a filling: "
            "where `mask` is 0 the picture stays as it is.",
        ),
        "added": (
            lambda covered, mask: covered + mask * _mean(covered, 1 - mask),
            "`mean_fill` adds the mean to what is in the hole already, the colour of the fence. Empty the hole first, "
            "or choose between the two.",
        ),
        "empty": (
            lambda covered, mask: covered * (1 - mask),
            "`mean_fill` empties the holes and leaves them at 0, which is mid-grey for every picture. The mean of what "
            "is known belongs there.",
        ),
        "the known part filled": (
            lambda covered, mask: _filled(covered, 1 - mask, _mean(covered, mask)),
            "`mean_fill` takes the mask the wrong way round: it keeps the fence and paints over the picture. The mask "
            "is 1 where something is in front.",
        ),
    }
