"""Question 6: G's three wishes in one loss."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.core import close, exercise, grad, leaf, true
from learntools.lessons.super_resolution.decibels import as_number
from learntools.lessons.super_resolution.features import sees
from learntools.losses import generator_loss as cross_entropy
from learntools.losses import hinge_generator_loss, perceptual_loss


def generator_loss(D, features, fake, sharp, feature_weight, adversarial_weight):
    """Near in pixels, near in features, and convincing."""
    near = F.l1_loss(fake, sharp) + feature_weight * perceptual_loss(features, fake, sharp)
    return near + adversarial_weight * hinge_generator_loss(D(fake))


def _loss(
    D,
    features,
    fake,
    sharp,
    a,
    b,
    *,
    pixels=F.l1_loss,
    seen=perceptual_loss,
    convincing=lambda D, fake, sharp: hinge_generator_loss(D(fake)),
):
    """`generator_loss` with one of its terms done differently."""
    return pixels(fake, sharp) + a * seen(features, fake, sharp) + b * convincing(D, fake, sharp)


def _nothing(*images: Any) -> float:
    return 0.0


class Judge(nn.Module):
    """Images (N, 3, H, W) → logits (N, 1, H/2, W/2)."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return 4 * self.net(x)


def judge(seed: int) -> Judge:
    torch.manual_seed(seed)
    return Judge()


@exercise(answer="generator_loss", points=3, pure=False)
class q6:
    """G's loss for sharp images: pixels, features, and D's verdict."""

    hints = [
        "Three terms, added up. The first has no weight: `F.l1_loss` of the two images. Which weight belongs to which "
        "of the other two is in their names.",
        "The second is `feature_weight` times `losses.perceptual_loss(features, fake, sharp)`.",
        "The third is `adversarial_weight` times `losses.hinge_generator_loss(...)` of what D says about the fake, "
        "with nothing detached.",
    ]
    reference = generator_loss
    praise = "Near in pixels, near in features, convincing to D: all three reach G."

    def scenario(rng: Any):
        weights = {"a": 2 + float(rng.uniform(1)), "b": 0.3 + 0.2 * float(rng.uniform(1))}
        return {"fake": rng.images(2, 3, 8, 6), "sharp": rng.images(2, 3, 8, 6), "seed": rng.seed(), **weights}

    def observe(answer: Any, s: Any):
        found: dict[str, Any] = {}
        for name, a, b in (("pixels", 0.0, 0.0), ("features", s.a, 0.0), ("verdict", 0.0, s.b), ("whole", s.a, s.b)):
            fake = leaf(s.fake)
            loss = answer(judge(s.seed), sees(s.seed), fake, s.sharp, a, b)
            found[name] = as_number(loss)
            found[f"d_{name}"] = grad(loss, fake) if isinstance(loss, Tensor) and loss.requires_grad else None
        D = judge(s.seed)
        answer(D, sees(s.seed), s.fake, s.sharp, s.a, s.b)
        return found | {"d_learns": all(value.requires_grad for value in D.parameters())}

    expect = [
        close("d_pixels", share=0.5, label="the gradient with both weights at 0"),
        close("d_features", share=1, label="the gradient with D's verdict left out (`adversarial_weight` 0)"),
        close("d_verdict", share=1, label="the gradient with the features left out (`feature_weight` 0)"),
        close("d_whole", share=0.5, label="the gradient that reaches the fake"),
        close("whole", share=0.5, label="the loss"),
        close("pixels", share=0, label="the loss with both weights at 0"),
        true("d_learns", share=0, why="D's weights must be left as able to learn as they were"),
    ]
    mistakes = {
        "no pixels": (
            lambda *x: _loss(*x, pixels=_nothing),
            "`generator_loss` leaves the pixels out. The paper can do without, but features of this network say little "
            "about colours, which may then drift. The first term is `F.l1_loss`, without a weight.",
        ),
        "no features": (
            lambda *x: _loss(*x, seen=_nothing),
            "`generator_loss` never asks `features`. Between the pixels and D's verdict stands a third wish: to look "
            "alike to a recogniser.",
        ),
        "no verdict": (
            lambda *x: _loss(*x, convincing=_nothing),
            "`generator_loss` leaves D's verdict out, so G has no reason to be convincing, and the textures stay "
            "smooth. What does `adversarial_weight` belong to?",
        ),
        "weights exchanged": (
            lambda D, features, fake, sharp, a, b: _loss(D, features, fake, sharp, b, a),
            "`generator_loss` exchanges the two weights: D's verdict gets the one that is meant for the features. "
            "Their names say where each belongs.",
        ),
        "L2": (
            lambda *x: _loss(*x, pixels=F.mse_loss),
            "`generator_loss` squares the differences of the pixels. Squares make G paint the average where it is "
            "unsure, which is the blur. Take their absolute values.",
        ),
        "D sees the truth": (
            lambda *x: _loss(*x, convincing=lambda D, fake, sharp: hinge_generator_loss(D(sharp))),
            "`generator_loss` asks D about the sharp image. That one is real anyway and G has no part in it. What G "
            "wants to hear is what D says about its fake.",
        ),
        "cross-entropy": (
            lambda *x: _loss(*x, convincing=lambda D, fake, sharp: cross_entropy(D(fake))),
            "`generator_loss` uses the cross-entropy of the paper. That would train too, but both players must play "
            "the same game, and D's loss here is the hinge.",
        ),
        "fake cut off from D": (
            lambda *x: _loss(*x, convincing=lambda D, fake, sharp: hinge_generator_loss(D(fake.detach()))),
            "`generator_loss` detaches the fake before D sees it, as D's own step does. But this is G's step: what D "
            "says must reach G.",
        ),
        "D's wish": (
            lambda *x: _loss(*x, convincing=lambda D, fake, sharp: D(fake).mean()),
            "`generator_loss` has the sign of D's wish: G would learn to be recognised as a fake. "
            "`losses.hinge_generator_loss` makes the score of the fake large.",
        ),
        "features of pixels": (
            lambda *x: _loss(*x, seen=lambda features, fake, sharp: F.mse_loss(fake, sharp)),
            "`generator_loss` compares pixels where the features should be compared: `losses.perceptual_loss` takes "
            "the network first, then the two images.",
        ),
        "features cut off": (
            lambda *x: _loss(*x, seen=lambda features, fake, sharp: perceptual_loss(features, fake.detach(), sharp)),
            "In `generator_loss` the fake is detached on its way to `features`, so this wish never reaches G. Hand it "
            "over as it is.",
        ),
        "weight on pixels too": (
            lambda D, features, fake, sharp, a, b: (
                a * (F.l1_loss(fake, sharp) + perceptual_loss(features, fake, sharp))
                + b * hinge_generator_loss(D(fake))
            ),
            "In `generator_loss` the feature weight multiplies the pixels too. Those count once: only the other two "
            "terms are weighed.",
        ),
        "no weights": (
            lambda D, features, fake, sharp, a, b: _loss(D, features, fake, sharp, 1, 1),
            "`generator_loss` ignores the two weights, so all wishes count alike. D's verdict is meant to be a whisper "
            "beside the others: put each weight before its term.",
        ),
        "sum of pixels": (
            lambda *x: _loss(*x, pixels=lambda fake, sharp: F.l1_loss(fake, sharp, reduction="sum")),
            "`generator_loss` adds the differences of all pixels up, so they drown the other two wishes. Take their "
            "mean, as `F.l1_loss` does by itself.",
        ),
    }
