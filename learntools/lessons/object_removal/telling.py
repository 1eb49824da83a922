"""Question 4: the network's input, a picture with an empty hole, and beside it the mask."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise
from learntools.models.object_removal import told


def network_input(covered, mask=None):
    """Four channels: the picture with 0 in its holes, then the mask; without a mask nothing is told."""
    if mask is None:
        mask = torch.zeros_like(covered[:, :1])
    return torch.cat([covered * (1 - mask), mask], dim=1)


def _or_nothing(tell):
    """`tell`, which works for a mask, with a mask of zeros where there is none."""
    return lambda covered, mask=None: tell(covered, torch.zeros_like(covered[:, :1]) if mask is None else mask)


def _always_told(covered, mask: Any = None):
    return torch.cat([covered * (1 - mask), mask], dim=1)


def _all_of_it(covered, mask=None):
    return told(covered, torch.ones_like(covered[:, :1]) if mask is None else mask)


def _three_or_four(covered, mask=None):
    return covered if mask is None else told(covered, mask)


@exercise(answer="network_input", points=2)
class q4:
    """What the network is shown: the picture with empty holes, and the mask as a fourth channel."""

    hints = [
        "Two things lie side by side as channels, as in lesson 05: first the picture, whose holes are emptied, then "
        "the mask. What must the picture be multiplied by, so that it is 0 under the mask and unchanged elsewhere?",
        "`torch.cat([…, …], dim=1)`. And without a mask: `torch.zeros_like(covered[:, :1])` is a mask of the right "
        "shape that covers nothing.",
    ]
    reference = network_input
    praise = "The hole is empty, so the cover has no say, and the fourth channel tells where to paint."

    def scenario(rng: Any):
        mask = (rng.uniform(2, 1, 4, 6) < 0.4).float()
        mask[:, :, 1, 2], mask[:, :, 0, 0] = 1.0, 0.0
        return {"covered": rng.images(2, 3, 4, 6), "mask": mask}

    def observe(answer: Any, s: Any):
        return {"untold": answer(s.covered.clone(), None), "told": answer(s.covered, s.mask)}

    expect = [
        close("told", share=2, label="the input with a mask", why="three channels of picture, then the mask"),
        close("untold", share=1, label="the input without a mask", why="the whole picture, then zeros"),
    ]
    mistakes = {
        "the hole not emptied": (
            _or_nothing(lambda covered, mask: torch.cat([covered, mask], dim=1)),
            "`network_input` leaves the cover in the picture. A network that reads this may take the cover's colour "
            "for a hint, and a cover of another colour would mislead it. Empty the hole first.",
        ),
        "the mask first": (
            _or_nothing(lambda covered, mask: torch.cat([mask, covered * (1 - mask)], dim=1)),
            "`network_input` puts the mask before the picture. Weights go by place, and everything that comes later "
            "takes the first three channels for the colours: which of the two comes first?",
        ),
        "known and covered swapped": (
            _or_nothing(lambda covered, mask: torch.cat([covered * (1 - mask), 1 - mask], dim=1)),
            "The picture of `network_input` is right, but its fourth channel is 1 where nothing is covered. The mask "
            "says where there is something in front: hand it on as it is.",
        ),
        "the known part emptied": (
            _or_nothing(lambda covered, mask: torch.cat([covered * mask, mask], dim=1)),
            "`network_input` shows nothing but the fence: the picture around it is emptied. The product should be 0 "
            "where `mask` is 1.",
        ),
        "a black hole": (
            _or_nothing(lambda covered, mask: torch.cat([covered * (1 - mask) - mask, mask], dim=1)),
            "`network_input` fills the hole with -1, which is black. The task asks for 0, the middle of the range, "
            "which is also what padding at the edges of a convolution looks like.",
        ),
        "no mask": (
            _or_nothing(lambda covered, mask: covered * (1 - mask)),
            "`network_input` has three channels: the hole is empty, but nothing tells it from a patch that happens to "
            "be grey. Lay the mask beside the picture, as a fourth channel.",
        ),
        "the mask three times": (
            _or_nothing(lambda covered, mask: torch.cat([covered * (1 - mask), mask.expand_as(covered)], dim=1)),
            "`network_input` has six channels, because the mask comes once for each colour. Where something is in "
            "front is the same for all three: one channel is enough.",
        ),
        "the mask from -1": (
            _or_nothing(lambda covered, mask: torch.cat([covered * (1 - mask), 2 * mask - 1], dim=1)),
            "The fourth channel of `network_input` runs from -1 to 1, as pictures do. Here it is the mask itself, 0 "
            "and 1, so that 0 everywhere can mean that nothing is told.",
        ),
        "along the batch": (
            _or_nothing(lambda covered, mask: torch.cat([covered * (1 - mask), mask.expand_as(covered)], dim=0)),
            "`network_input` hands the mask in as if it were more pictures, so the batch grows. It belongs beside its "
            "picture, in the channels: which dimension is that in (N, C, H, W)?",
        ),
        "always a mask": (
            _always_told,
            "`network_input` fails where `mask` is None, which is how the caller says that nobody knows where the "
            "cover is. Then the picture stays whole, and the fourth channel is 0 everywhere.",
        ),
        "None is everything": (
            _all_of_it,
            "Without a mask `network_input` empties the whole picture, and the network would have to paint from "
            "nothing. To tell nothing is a mask of zeros: nothing is emptied.",
        ),
        "three channels without a mask": (
            _three_or_four,
            "Without a mask `network_input` gives three channels, and the first layer of the network wants four. Put "
            "zeros where the mask would be.",
        ),
    }
