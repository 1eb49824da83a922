"""Question 6: G's loss, convincing and near the truth, with the weight between the two."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from learntools.core import close, exercise, grad, leaf, true
from learntools.lessons.pix2pix.d_loss import as_number, score
from learntools.lessons.pix2pix.layers import judge
from learntools.losses import generator_loss as cross_entropy
from learntools.losses import hinge_generator_loss


def generator_loss(D, x, y, fake, l1_weight):
    """G's loss: the fake should convince D beside its input, and be near the true y in every pixel."""
    return hinge_generator_loss(score(D, x, fake)) + l1_weight * F.l1_loss(fake, y)


def _loss(D, x, y, fake, l1_weight, *, adversarial=hinge_generator_loss, near=F.l1_loss):
    return adversarial(score(D, x, fake)) + l1_weight * near(fake, y)


@exercise(answer="generator_loss", points=3)
class q6:
    """G's loss: adversarial, plus the weighted L1 distance to the truth."""

    hints = [
        "Two wishes, added up. First: D should take the fake for the real partner of `x`. Second: the fake should be "
        "near the true `y`. Which of the two does `l1_weight` belong to?",
        "`losses.hinge_generator_loss(scored(D, x, …))`, with nothing detached, plus `l1_weight` times the mean of the "
        "absolute differences: `F.l1_loss(…, …)`.",
    ]
    reference = generator_loss
    praise = "D's verdict for what looks right, and L1 for what belongs where: both reach G."

    def scenario(rng: Any):
        images = {name: rng.images(2, 3, 6, 8) for name in ("x", "y", "fake")}
        return images | {"l1_weight": 5 + 10 * float(rng.uniform(1)), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        found: dict[str, Any] = {}
        for name, l1_weight in (("whole", s.l1_weight), ("adversarial", 0.0)):
            fake = leaf(s.fake)
            loss = answer(judge(s.seed), s.x, s.y, fake, l1_weight)
            found |= {name: as_number(loss), f"d_{name}": grad(loss, fake)}
        D = judge(s.seed)
        other = answer(D, s.x, s.y, s.fake, 2 * s.l1_weight)
        both = isinstance(other, torch.Tensor) and isinstance(found["whole"], float)
        return found | {
            "l1_part": as_number(other) - found["whole"] if both and other.numel() == 1 else None,
            "d_learns": all(value.requires_grad for value in D.parameters()),
        }

    expect = [
        close("d_adversarial", share=1, label="the gradient without L1 (`l1_weight` 0)"),
        close("l1_part", share=1, label="what `l1_weight` adds", why="it weighs the mean absolute difference to `y`"),
        close("d_whole", share=1, label="the gradient that reaches the fake"),
        close("whole", share=0.5, label="the loss"),
        true("d_learns", share=0, why="D's weights must be left as able to learn as they were"),
    ]
    mistakes = {
        "L2": (
            lambda *a: _loss(*a, near=F.mse_loss),
            "`generator_loss` squares the differences. Squares forgive many small errors and punish the large, so "
            "where G is unsure it paints the average, and everything blurs. Take their absolute values.",
        ),
        "sum": (
            lambda *a: _loss(*a, near=lambda fake, y: F.l1_loss(fake, y, reduction="sum")),
            "`generator_loss` adds up the differences of all pixels, so they outweigh D's verdict by thousands, and "
            "the more so the larger the images. Take their mean.",
        ),
        "sum over each image": (
            lambda *a: _loss(*a, near=lambda fake, y: (fake - y).abs().flatten(1).sum(dim=1).mean()),
            "`generator_loss` adds up the differences within each image, and only the images are averaged. The mean "
            "runs over all pixels, so that the weight means the same at any size.",
        ),
        "weight on D's verdict": (
            lambda D, x, y, fake, w: w * hinge_generator_loss(score(D, x, fake)) + F.l1_loss(fake, y),
            "In `generator_loss` the weight stands at D's verdict, so a larger `l1_weight` makes L1 count for less. "
            "It belongs to the other term, as its name says.",
        ),
        "weight on both": (
            lambda D, x, y, fake, w: w * (hinge_generator_loss(score(D, x, fake)) + F.l1_loss(fake, y)),
            "In `generator_loss` the weight multiplies both terms, so it changes nothing between the two. Only one of "
            "them is weighed.",
        ),
        "no weight": (
            lambda D, x, y, fake, w: hinge_generator_loss(score(D, x, fake)) + F.l1_loss(fake, y),
            "`generator_loss` never uses `l1_weight`, so the two terms always count alike. How much the distance "
            "counts is for whoever calls the function to say.",
        ),
        "the paper's weight": (
            lambda D, x, y, fake, w: _loss(D, x, y, fake, 100),
            "`generator_loss` has the paper's 100 built in. Use `l1_weight`, which may be another number, or 0.",
        ),
        "near the input": (
            lambda D, x, y, fake, w: _loss(D, x, y, fake, w, near=lambda fake, y: F.l1_loss(fake, x)),
            "`generator_loss` pulls the fake towards the input `x`, so G learns to leave the drawing as it is. Which "
            "image should the fake come near to?",
        ),
        "L1 left out": (
            lambda D, x, y, fake, w: hinge_generator_loss(score(D, x, fake)),
            "`generator_loss` only asks for D's verdict. G then paints what looks real, and need not use the colours "
            "of the truth: the weighted distance to `y` is missing.",
        ),
        "D's verdict left out": (
            lambda D, x, y, fake, w: w * F.l1_loss(fake, y),
            "`generator_loss` only asks to be near the truth. Where several colours are possible G then paints the one "
            "in the middle: what D says of the fake is missing.",
        ),
        "sign of the verdict": (
            lambda *a: _loss(*a, adversarial=lambda logits: logits.mean()),
            "In `generator_loss` G wants a low score for its fakes, and that is D's wish. The hinge loss for G has a "
            "minus sign: take it from `losses`.",
        ),
        "sign of the distance": (
            lambda *a: _loss(*a, near=lambda fake, y: -F.l1_loss(fake, y)),
            "`generator_loss` takes the distance away instead of adding it, so G is paid for running away from the "
            "truth. An optimiser makes the loss smaller: which sign brings the fake nearer?",
        ),
        "cross-entropy": (
            lambda *a: _loss(*a, adversarial=cross_entropy),
            "`generator_loss` uses the cross-entropy for D's verdict. Here D plays for the hinge loss, and both "
            "players must play the same game: look for G's part of it in `losses`.",
        ),
        "D's term": (
            lambda *a: _loss(*a, adversarial=lambda logits: F.relu(1 + logits).mean()),
            "`generator_loss` holds the term with which D refuses fakes, so G would learn to be refused. Take the "
            "generator's hinge loss, which wants the score high.",
        ),
        "judged without its input": (
            lambda D, x, y, fake, w: hinge_generator_loss(D(fake)) + w * F.l1_loss(fake, y),
            "`generator_loss` shows D the fake alone. D has learned to judge pairs: use `scored`, with the input `x` "
            "that the fake was made from.",
        ),
        "truth judged": (
            lambda D, x, y, fake, w: hinge_generator_loss(score(D, x, y)) + w * F.l1_loss(fake, y),
            "`generator_loss` asks D about the true image `y`, which G has no part in: no gradient comes of it. The "
            "fake is on trial here.",
        ),
        "beside the truth": (
            lambda D, x, y, fake, w: hinge_generator_loss(score(D, y, fake)) + w * F.l1_loss(fake, y),
            "`generator_loss` shows D the fake beside the truth `y`. D has learned to judge pairs of input and output: "
            "beside the fake belongs the `x` that it was made from.",
        ),
        "verdict cut off": (
            lambda D, x, y, fake, w: hinge_generator_loss(score(D, x, fake.detach())) + w * F.l1_loss(fake, y),
            "In `generator_loss` D judges a fake that is cut off from G, so its verdict never reaches G. The `detach` "
            "belongs to D's step; here the way must stay open.",
        ),
        "distance cut off": (
            lambda *a: _loss(*a, near=lambda fake, y: F.l1_loss(fake.detach(), y)),
            "In `generator_loss` the distance is taken from a fake that is cut off from G: the number is right, but G "
            "learns nothing from it. Nothing is detached in G's loss.",
        ),
        "no absolute value": (
            lambda *a: _loss(*a, near=lambda fake, y: (fake - y).mean()),
            "`generator_loss` averages the differences with their signs, so too bright and too dark cancel out. Take "
            "the absolute value of each first.",
        ),
        "smooth": (
            lambda *a: _loss(*a, near=F.smooth_l1_loss),
            "`generator_loss` uses the smooth L1 loss, which squares small differences. Asked for is the plain "
            "absolute difference, small or large.",
        ),
    }
