"""Question 5: two images compared by what a recogniser sees in them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.core import close, exercise, grad, leaf, true
from learntools.lessons.super_resolution.decibels import as_number


def perceptual_loss(features, fake, sharp):
    """The mean squared difference of what a fixed network sees in the two."""
    return F.mse_loss(features(fake), features(sharp))


class Sees(nn.Module):
    """A small recogniser: images (N, 3, H, W) → features (N, 5, H/2, W/2). Notes what it was shown, and in which mode.

    It has a norm, whose eval mode differs from its train mode.
    """

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.BatchNorm2d(5), nn.LeakyReLU(0.2))
        self.shown: list[Tensor] = []
        self.modes: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.shown.append(x.detach().clone())
        self.modes.append(any(module.training for module in self.modules()))
        return 2 * self.net(x)


def sees(seed: int) -> Sees:
    """Such a network, fixed and in eval mode."""
    torch.manual_seed(seed)
    network = Sees()
    with torch.no_grad():
        for _ in range(10):
            network(torch.randn(8, 3, 8, 8) * 0.6 + 0.3)
    network.shown.clear()
    network.modes.clear()
    return network.eval().requires_grad_(False)


def _trains(features, fake, sharp):
    features.train()
    return perceptual_loss(features, fake, sharp)


@exercise(answer="perceptual_loss", points=2, pure=False)
class q5:
    """The mean squared difference of two images' features."""

    hints = [
        "Ask `features` about both images, as they are. What is compared is what it gives, not the images themselves.",
        "`F.mse_loss(a, b)` is the mean squared difference. Should anything be detached? The gradient must find its "
        "way through `features` to `fake`.",
    ]
    reference = perceptual_loss
    praise = "The recogniser stays as it is, and its gradient tells the fake what to look like."

    def scenario(rng: Any):
        return {"fake": rng.images(3, 3, 8, 6), "sharp": rng.images(3, 3, 8, 6), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        features = sees(s.seed)
        before = [value.clone() for value in features.state_dict().values()]
        fake = leaf(s.fake)
        loss = answer(features, fake, s.sharp)
        unchanged = all(torch.equal(a, b) for a, b in zip(before, features.state_dict().values(), strict=True))
        return {
            "loss": as_number(loss),
            "d_fake": grad(loss, fake) if isinstance(loss, Tensor) and loss.requires_grad else None,
            "fixed": unchanged and not any(features.modes) and not features.training,
            "at_rest": not any(value.requires_grad for value in features.parameters()),
            "same": as_number(answer(sees(s.seed), s.sharp, s.sharp.clone())),
        }

    expect = [
        close("loss", share=1, label="the loss"),
        close("d_fake", share=1, label="the gradient that reaches the fake"),
        close("same", share=0, label="the loss of an image with itself"),
        true("fixed", share=0, why="`features` must stay in eval mode, with its weights and statistics as they were"),
        true("at_rest", share=0, why="the weights of `features` must stay fixed"),
    ]
    mistakes = {
        "pixels": (
            lambda features, fake, sharp: F.mse_loss(fake, sharp),
            "`perceptual_loss` compares the pixels and never asks `features`. That is the loss you have already, the "
            "one that blurs. Compare what the network gives for the two images.",
        ),
        "absolute differences": (
            lambda features, fake, sharp: F.l1_loss(features(fake), features(sharp)),
            "`perceptual_loss` takes the absolute differences of the features. It would train too; here, as in the "
            "papers, the squares are asked for.",
        ),
        "sum": (
            lambda features, fake, sharp: F.mse_loss(features(fake), features(sharp), reduction="sum"),
            "`perceptual_loss` adds the squares up, so it grows with the size of image and batch, and a weight that "
            "fits one size is wrong for another. Take their mean.",
        ),
        "root": (
            lambda features, fake, sharp: F.mse_loss(features(fake), features(sharp)).sqrt(),
            "`perceptual_loss` takes the root at the end. Its pull on the fake then stays as strong however near the "
            "two images come, and where they are equal the gradient is NaN. Leave the mean of the squares as it is.",
        ),
        "fake cut off": (
            lambda features, fake, sharp: F.mse_loss(features(fake.detach()), features(sharp)),
            "`perceptual_loss` gives the right number, but no gradient reaches the fake, the image that should "
            "get better. Is it detached, or all of it computed under `torch.no_grad()`? The weights of `features` are "
            "fixed anyway.",
        ),
        "one mean for each channel": (
            lambda features, fake, sharp: F.mse_loss(features(fake).mean(dim=(2, 3)), features(sharp).mean(dim=(2, 3))),
            "`perceptual_loss` averages the features over all places first. Then it is only asked what is in the "
            "image, and no longer where. Compare them place by place.",
        ),
        "one mean for all": (
            lambda features, fake, sharp: (features(fake).mean() - features(sharp).mean()).square(),
            "`perceptual_loss` compares two means, each over everything. Quite different images can have the same one. "
            "Take the difference of the features first, number by number, and the mean at the end.",
        ),
        "range from 0 to 1": (
            lambda features, fake, sharp: F.mse_loss(features((fake + 1) / 2), features((sharp + 1) / 2)),
            "`perceptual_loss` brings the images to the range 0 to 1 first. Many networks want that, but this one "
            "takes -1 to 1, as everything here: give it the images as they are.",
        ),
        "sharp alone": (
            lambda features, fake, sharp: F.mse_loss(features(fake), sharp.new_zeros(())),
            "`perceptual_loss` looks at one of the two images only: it makes the features of the fake small, whatever "
            "the sharp image is. Both must be seen.",
        ),
        "features with pixels": (
            lambda features, fake, sharp: F.mse_loss(features(fake), features(sharp)) + F.mse_loss(fake, sharp),
            "`perceptual_loss` has the features right, and adds the difference of the pixels. That wish gets a term "
            "and a weight of its own in the next question: leave it out here.",
        ),
        "train mode": (
            _trains,
            "`perceptual_loss` puts `features` into train mode. Its norms then follow each batch and forget what they "
            "have learned. It is handed over in eval mode: leave it as it is.",
        ),
        "wrong sign": (
            lambda features, fake, sharp: -F.mse_loss(features(fake), features(sharp)),
            "`perceptual_loss` has a minus sign too many: the training would make the features as different as it can. "
            "An optimiser makes a loss smaller.",
        ),
    }
