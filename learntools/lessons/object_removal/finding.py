"""Question 6: where was something taken away? Found by what has changed."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from learntools.core import close, exercise, true


def find_cover(before, after, threshold):
    """1 where any channel has changed by more than the threshold, else 0, with one channel."""
    return ((before - after).abs().amax(dim=1, keepdim=True) > threshold).float()


def _where(change, threshold):
    return (change > threshold).float()


@exercise(answer="find_cover", points=2)
class q6:
    """The mask of what was taken away, from the picture before and after."""

    hints = [
        "How much did each value change, whichever way? Of the three channels of a pixel the one that changed most "
        "decides. Then compare with the threshold.",
        "`(before - after).abs()`, then `.amax(dim=1, keepdim=True)` for the largest of the channels, then `>` and "
        "`.float()` to make ones and zeros.",
    ]
    reference = find_cover
    praise = "Wherever a channel has changed enough, something stood in front: a mask that nobody had to draw."

    def scenario(rng: Any):
        before = rng.images(2, 3, 7, 5)
        change = 0.6 * rng.images(2, 3, 7, 5)
        change[:, 0, :2], change[:, 1:, :2] = 0.36, -0.32  # up and down: their mean is small
        change[:, :, 2] = 0.12  # too little, but three times
        change[:, :, 3], change[:, 2, 3] = 0.0, 0.45  # the last channel alone
        change[:, :, 4, 0] = 0.0
        change[1] *= 1.5
        for threshold in (0.25, 0.5):  # nothing near the threshold, where any rounding would decide
            change = torch.where((change.abs() - threshold).abs() < 0.01, threshold + 0.05, change)
        before[:, :, 5, 1], change[:, :, 5, 1] = 0.5, -0.25  # but just at it: these numbers have no rounding
        return {"before": before, "after": before + change, "threshold": 0.25}

    def observe(answer: Any, s: Any):
        back = answer(s.after.clone(), s.before.clone(), s.threshold)
        careful = answer(s.before.clone(), s.after.clone(), 2 * s.threshold)
        mask = answer(s.before, s.after, s.threshold)
        return {
            "mask": mask,
            "back": back,
            "careful": careful,
            "floats": isinstance(mask, Tensor) and mask.is_floating_point(),
        }

    expect = [
        close("mask", share=2, label="the mask", why="1 where a channel changed by more than the threshold"),
        close("back", share=0.5, label="the mask with `before` and `after` swapped"),
        close("careful", share=1, label="the mask for twice the threshold"),
        true("floats", share=0.5, why="the mask must be floats, 0 and 1: a network takes no True and False"),
    ]
    mistakes = {
        "signs kept": (
            lambda before, after, threshold: _where((before - after).amax(dim=1, keepdim=True), threshold),
            "`find_cover` finds only what has become darker: a dark fence before a white wall would be missed. "
            "A change counts whichever way it goes: take its absolute value.",
        ),
        "the mean of the channels": (
            lambda before, after, threshold: _where((before - after).mean(dim=1, keepdim=True).abs(), threshold),
            "`find_cover` averages the channels before it takes the absolute value, so a pixel that turned from red to "
            "blue has not changed at all. First the absolute value of each channel, then the largest.",
        ),
        "the mean change": (
            lambda before, after, threshold: _where((before - after).abs().mean(dim=1, keepdim=True), threshold),
            "`find_cover` takes the mean over the channels, so what changed in blue alone is seldom found. One channel "
            "is enough: take the largest of the three.",
        ),
        "the sum of the channels": (
            lambda before, after, threshold: _where((before - after).abs().sum(dim=1, keepdim=True), threshold),
            "`find_cover` adds the three channels up, so three small changes pass for a large one. The largest of them "
            "decides.",
        ),
        "every channel": (
            lambda before, after, threshold: _where((before - after).abs().amin(dim=1, keepdim=True), threshold),
            "`find_cover` asks for a change in every channel. A red wire before something yellow changes one of them "
            "only: any channel should be enough.",
        ),
        "the first channel": (
            lambda before, after, threshold: _where((before - after).abs()[:, :1], threshold),
            "`find_cover` looks at red alone. What has changed in green or blue was in front too: take the largest "
            "change of the three.",
        ),
        "one mask for each channel": (
            lambda before, after, threshold: _where((before - after).abs(), threshold),
            "`find_cover` gives a mask for each colour. Where something stood in front is one question: put the three "
            "channels together, and keep that dimension with size 1.",
        ),
        "a dimension short": (
            lambda before, after, threshold: _where((before - after).abs().amax(dim=1), threshold),
            "The mask of `find_cover` has lost its channel: it is (N, H, W), and a network wants (N, 1, H, W). The "
            "reductions of torch keep a dimension if they are asked to.",
        ),
        "True and False": (
            lambda before, after, threshold: (before - after).abs().amax(dim=1, keepdim=True) > threshold,
            "`find_cover` gives True and False. `1 - mask` fails with those, and a network wants numbers: make floats "
            "of them.",
        ),
        "the wrong way round": (
            lambda before, after, threshold: 1 - find_cover(before, after, threshold),
            "`find_cover` is 1 where nothing has changed. The mask should be 1 where something was in front, as in all "
            "of this lesson.",
        ),
        "no threshold": (
            lambda before, after, threshold: (before != after).any(dim=1, keepdim=True).float(),
            "`find_cover` never uses `threshold`: it takes every change, however small. A network also repaints pixels "
            "beside the cover, in nearly their old colours, and all of these would be found.",
        ),
        "how much instead of whether": (
            lambda before, after, threshold: (before - after).abs().amax(dim=1, keepdim=True).clamp(0, 1),
            "`find_cover` says how much has changed, and not whether. A mask is 0 or 1: compare with `threshold`.",
        ),
        "a threshold of its own": (
            lambda before, after, threshold: _where(
                (before - after).abs().amax(dim=1, keepdim=True) / (before - after).abs().max().clamp(min=1e-6),
                threshold,
            ),
            "`find_cover` divides by the largest change of all, so what counts as a change depends on the other "
            "pictures of the batch. Compare the change itself with `threshold`.",
        ),
    }
