"""Question 2: the generator that takes orders."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from learntools.core import equal, exercise, leaf, true
from learntools.lessons.conditional_gan import seen
from learntools.lessons.conditional_gan.labels import one_hot


class ConditionalGenerator(nn.Module):
    """Noise (N, 64) and labels (N,) → images (N, 1, 28, 28) in [-1, 1]."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(64 + 10, 64 * 7 * 7),
            nn.Unflatten(1, (64, 7, 7)),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, kernel_size=4, stride=2, padding=1),
            nn.Tanh(),
        )

    def forward(self, z, y):
        return self.net(torch.cat([z, one_hot(y)], dim=1))


def _net(inputs: int, last: Any = nn.Tanh) -> nn.Sequential:
    """The layers above for another number of inputs, and narrow, as their sizes play no part."""
    return nn.Sequential(
        nn.Linear(inputs, 8 * 7 * 7),
        nn.Unflatten(1, (8, 7, 7)),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.ConvTranspose2d(8, 4, kernel_size=4, stride=2, padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(4, 1, kernel_size=4, stride=2, padding=1),
        last(),
    )


class _Variant(nn.Module):
    """A generator that makes something else of noise and label: `lay(z, y)` is what its layers get."""

    def __init__(self, inputs, lay, net=_net):
        super().__init__()
        self.net, self.lay = net(inputs), lay

    def forward(self, z, y):
        return self.net(self.lay(z, y))


def _beside(z, y):
    return torch.cat([z, one_hot(y)], dim=1)


def _wide(inputs: int) -> nn.Sequential:
    """The layers with the very sizes of the notebook, whose first complaint is therefore the learner's own."""
    return nn.Sequential(nn.Linear(inputs, 64 * 7 * 7), *_net(1)[1:])


@exercise(answer="ConditionalGenerator", points=2)
class q2:
    """A generator that is told what to draw."""

    hints = [
        "The label becomes ten numbers, and they are laid beside the 64 of the noise. How many numbers does the first "
        "layer get then?",
        "`rows(y)` is (N, 10) and `z` is (N, 64). `torch.cat([a, b], dim=1)` lays two such tensors side by side; "
        "the result goes through `self.net`.",
    ]
    reference = ConditionalGenerator
    praise = "Noise and label go in together: the label says what, and the noise says which one of them."

    def scenario(rng: Any):
        return {"z": rng.normal(6, 64), "other": rng.normal(6, 64), "y": torch.tensor([3, 0, 9, 4, 4, 7])}

    def observe(answer: Any, s: Any):
        z = leaf(s.z)
        network = answer()
        images = seen.output(network, z, s.y)
        images.square().sum().backward()
        return {
            "shape": seen.shape_in_words(images),
            "range": seen.value_range(answer, s.z, s.y, rounds=1),
            "learns": seen.learns(network),
            **seen.reaction(answer().eval(), s.z, s.y, s.other),
        }

    expect = [
        equal("shape", share=0, why="a grey 28×28 image for each row of z", label="the shape of 6 images"),
        equal("range", share=0, why="real images live in [-1, 1]", label="the range of its values"),
        true("repeats", share=0, why="the same noise and the same label must give the same image again"),
        true("label", share=2, why="another label must give another image"),
        true("input", share=0.5, why="other noise must give another image"),
        true("alone", share=0.5, why="each image must depend on its own noise and its own label alone"),
        equal("labels", share=1, why="every class needs an image of its own", label="how many labels it knows apart"),
        equal("code", share=1, why="a label is a name and has no size", label="what a label is to it"),
        true("learns", share=0, why="every weight must take part and receive a gradient"),
    ]
    mistakes = {
        "label ignored": (
            lambda: _Variant(64, lambda z, y: z),
            "Your `ConditionalGenerator` takes the label and never uses it: whatever is ordered, the same image comes. "
            "Let the label's one-hot row enter the first layer together with the noise.",
        ),
        "noise ignored": (
            lambda: _Variant(10, lambda z, y: one_hot(y)),
            "Your `ConditionalGenerator` looks at the label only, so there is one single boot, the same every time. "
            "The noise is what makes two boots differ: it must enter the first layer too.",
        ),
        "label as a number": (
            lambda: _Variant(65, lambda z, y: torch.cat([z, y[:, None].to(z.dtype)], dim=1)),
            "To your `ConditionalGenerator` the label is a number, so a boot, 9, is nine times a trouser, 1. Classes "
            "have no size: give it the row of question 1 instead.",
        ),
        "one order for all": (
            lambda: _Variant(74, lambda z, y: _beside(z, y[:1].expand(len(y)))),
            "Your `ConditionalGenerator` draws the whole batch for the label of its first image. Every row of `z` has "
            "an order of its own: keep the batch dimension of the label.",
        ),
        "orders of its own": (
            lambda: _Variant(74, lambda z, y: _beside(z, torch.randint_like(y, 10))),
            "Your `ConditionalGenerator` draws labels of its own instead of using the `y` that it is given, so nobody "
            "gets what was ordered. Make the one-hot rows from `y`.",
        ),
        "own noise": (
            lambda: _Variant(74, lambda z, y: _beside(torch.randn_like(z), y)),
            "Your `ConditionalGenerator` draws fresh noise instead of using the `z` that it is given. Then nobody can "
            "ask for the same boot twice; let every number come from `z` and `y`.",
        ),
        "only two kinds": (
            lambda: _Variant(66, lambda z, y: torch.cat([z, F.one_hot(y % 2, 2).to(z.dtype)], dim=1)),
            "Your `ConditionalGenerator` knows only two kinds of label apart. There are ten classes, and each needs a "
            "place of its own in the row beside the noise.",
        ),
        "first layer too narrow": (
            lambda: _Variant(64, _beside, _wide),
            "The first layer of your `ConditionalGenerator` still expects the 64 numbers of the noise, but the label's "
            "row has made the input longer. How many numbers arrive now?",
        ),
        "first layer for the label as a number": (
            lambda: _Variant(65, _beside, _wide),
            "The first layer of your `ConditionalGenerator` has room for a single number beside the noise, as if the "
            "label were one. How many numbers does its one-hot row hold?",
        ),
        "labels as they are": (
            lambda: _Variant(74, lambda z, y: torch.cat([z, y], dim=1)),
            "Your `ConditionalGenerator` lays the bare labels beside the noise, but they are a single line of numbers "
            "and no rows. Turn each label into its one-hot row first.",
        ),
        "laid below": (
            lambda: _Variant(74, lambda z, y: torch.cat([z, one_hot(y)], dim=0)),
            "Your `ConditionalGenerator` stacks the label's rows below the noise, as if they were more images. They "
            "belong beside it, so that each row grows longer: along which dimension must `torch.cat` work?",
        ),
        "sigmoid": (
            lambda: _Variant(74, _beside, lambda inputs: _net(inputs, nn.Sigmoid)),
            "The values of your `ConditionalGenerator` lie between 0 and 1, as a sigmoid's do, but the real images run "
            "from -1 to 1. Keep the function that the last layer had.",
        ),
        "no squashing": (
            lambda: _Variant(74, _beside, lambda inputs: _net(inputs, nn.Identity)),
            "Nothing bounds the values of your `ConditionalGenerator`: with other weights they leave [-1, 1], where no "
            "real pixel ever is. Keep the function at the end of the layers.",
        ),
    }
