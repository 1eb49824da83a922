"""Question 1: batches without pairs, judged by which images they hold over a few hundred draws.

How often is a right answer refused by bad luck? Of 7 and 11 images, 400 batches of 4 miss one with probability below
1e-60, and one partner in more than half of the places of another is further away still: never.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from learntools.core import WrongKind, equal, exercise, true

BATCHES, SIZE = 400, 4


def unpaired_batch(a, b, size):
    """Two batches of `size` images, each drawn at random from its own set."""
    i = torch.randint(len(a), (size,))
    j = torch.randint(len(b), (size,))
    return a[i], b[j]


def _paired(a, b, size):
    i = torch.randint(min(len(a), len(b)), (size,))
    return a[i], b[i]


def _neighbours(a, b, size):
    i = int(torch.randint(len(a) - size + 1, ()))
    j = int(torch.randint(len(b) - size + 1, ()))
    return a[i : i + size], b[j : j + size]


def _one_many_times(a, b, size):
    i, j = int(torch.randint(len(a), ())), int(torch.randint(len(b), ()))
    return a[[i] * size], b[[j] * size]


def _b_in_order(a, b, size):
    return a[torch.randint(len(a), (size,))], b[:size]


def _sides(answer: Any, s: Any) -> tuple[Tensor, Tensor]:
    made = answer(s.a, s.b, SIZE)
    if not isinstance(made, (tuple, list)) or len(made) != 2:
        raise WrongKind("does not give two batches: the last line should return one of each set, with a comma between.")
    if not all(isinstance(side, Tensor) for side in made):
        raise WrongKind("gives something other than two tensors of images: take the images at random places of a set.")
    return made[0], made[1]


def _places(images: Tensor, known: Tensor) -> Tensor:
    """Where each image stands in the set, -1 where it is none of them."""
    same = (images[:, None] == known[None]).flatten(2).all(dim=2)
    return torch.where(same.any(dim=1), same.int().argmax(dim=1), -1)


@exercise(answer="unpaired_batch", points=1)
class q1:
    """Draw two batches at random, with nothing that belongs together."""

    hints = [
        "`torch.randint(n, (size,))` draws whole numbers from 0 to n - 1. How many are there in `a`, and in `b`?",
        "The two sets have nothing to do with each other, so one draw is not enough: each set wants places of its own. "
        "`a[i]` takes several images at once where `i` holds several places.",
    ]
    reference = unpaired_batch
    praise = "Two draws, so nothing says what belongs together, and every image has its chance."

    def scenario(rng: Any):
        return {"a": rng.images(7, 3, 2, 3), "b": rng.images(11, 3, 2, 3)}

    def observe(answer: Any, s: Any):
        made = [_sides(answer, s) for _ in range(BATCHES)]
        shapes = {tuple(side.shape) for pair in made for side in pair}
        if shapes != {(SIZE, *s.a.shape[1:])}:
            return {"size": False, "own": False, "seen": [0, 0], "apart": False, "mixed": False}
        in_a = torch.stack([_places(a, s.a) for a, _ in made])  # (batches, size)
        in_b = torch.stack([_places(b, s.b) for _, b in made])
        own = bool((in_a >= 0).all() and (in_b >= 0).all())
        table = torch.zeros(len(s.a), len(s.b))
        if own:
            table.index_put_((in_a.flatten(), in_b.flatten()), torch.ones(in_a.numel()), accumulate=True)
        steps = [places.diff(dim=1).abs() for places in (in_a, in_b)]
        return {
            "size": True,
            "own": own,
            "seen": [len(in_a[in_a >= 0].unique()), len(in_b[in_b >= 0].unique())],
            "apart": own and bool((table.max(dim=1).values <= 0.5 * table.sum(dim=1)).all()),
            "mixed": all(len(step.unique()) > 2 for step in steps),
            "repeats": all(not step.any() for step in steps),
        }

    expect = [
        true("size", share=0, why="each of the two batches holds `size` images, as they lie in the sets"),
        true("own", share=0.5, why="the first batch comes from `a`, and the second from `b`"),
        true(
            "apart",
            share=2,
            why="which image of `b` is drawn must not follow from which one of `a` is: two draws, and no fixed seed",
        ),
        equal(
            "seen",
            share=1,
            label="the number of different images of `a` and `b` that it draws in 400 batches",
            why="each image of a set should have its chance, also the first and the last, however many the other has",
        ),
        true("mixed", share=1.5, why="the images of a batch are drawn one by one, not as a row of neighbours"),
    ]
    mistakes = {
        "one draw for both": (
            _paired,
            "`unpaired_batch` uses the same places for both sets, so here the images of a batch belong together: "
            "secret pairs. And the end of the longer set never gets its turn. Draw for each set by itself.",
        ),
        "the first ones": (
            lambda a, b, size: (a[:size], b[:size]),
            "`unpaired_batch` takes the first images every time, so the networks would see a handful of them for "
            "ever. Draw the places at random, and for each set by itself.",
        ),
        "b not drawn": (
            _b_in_order,
            "`unpaired_batch` draws from `a`, but from `b` it always takes the first images. Both sets are to be drawn "
            "from, each at places of its own.",
        ),
        "neighbours": (
            _neighbours,
            "`unpaired_batch` draws one place for each set and takes the images that follow it. Similar emoji stand "
            "beside each other, so such a batch shows little; draw a place for every image.",
        ),
        "one image many times": (
            _one_many_times,
            "`unpaired_batch` draws one place for each set and repeats that image through the whole batch. Draw as "
            "many places as the batch has images: the second argument of `torch.randint` is their shape.",
        ),
        "both from a": (
            lambda a, b, size: (a[torch.randint(len(a), (size,))], a[torch.randint(len(a), (size,))]),
            "`unpaired_batch` draws both batches from `a`. The second one is to come from `b`, the other artist: look "
            "at both names in the last lines.",
        ),
        "the places themselves": (
            lambda a, b, size: (torch.randint(len(a), (size,)), torch.randint(len(b), (size,))),
            "`unpaired_batch` gives back the places that it has drawn, and no images. Put them between square brackets "
            "behind the set that they belong to.",
        ),
    }
