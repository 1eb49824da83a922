"""What the lessons make once: readings looked up by the images' bytes, networks handed out as copies."""

from __future__ import annotations

import functools

import torch
from torch import nn

from learntools.lessons.remembered import handed_out, remembered


def test_the_same_images_are_read_once_and_others_anew():
    seen = []

    @functools.partial(remembered, kept=2)
    def reading(images):
        seen.append(images)
        return images.sum()

    first = torch.arange(6.0)
    assert reading(first) == reading(first.clone()) == 15
    assert len(seen) == 1
    reading(first.view(2, 3))  # the same bytes in another shape are other images
    reading(first.int())
    assert len(seen) == 3
    reading(first)  # two are kept, and this was the third from the last
    assert len(seen) == 4


def test_what_is_no_tensor_is_read_every_time():
    seen = []
    look = remembered(seen.append)
    look([1])
    look([1])
    assert len(seen) == 2


def test_every_copy_is_ones_own_and_making_it_draws_nothing():
    made = []

    @handed_out
    def network():
        made.append(nn.Linear(3, 3))
        return made[-1]

    state = torch.get_rng_state()
    assert not network.made
    mine, yours = network(), network()
    assert network.made
    assert torch.equal(state, torch.get_rng_state())
    assert len(made) == 1
    with torch.no_grad():
        mine.weight.zero_()
    assert torch.equal(yours.weight, network.kept().weight)
    assert not torch.equal(mine.weight, yours.weight)
