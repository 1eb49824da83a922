"""Questions 3 and 4: the cycle loss and the identity loss, judged by their values and by whom they teach what."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from learntools.core import close, exercise, true
from learntools.lessons.cyclegan.players import clean, l1, players, slope
from learntools.lessons.simple_gan.images import as_number

CALLED_F = (
    "`{name}` asks `F` for a loss function, but in this lesson `F` is a network, the generator back to `a`. The mean "
    "absolute difference is `nn.functional.l1_loss(x, y)`, or `(x - y).abs().mean()`."
)


def cycle_loss(G, F, a, b):
    """How far a round trip ends from where it began, for both domains."""
    return l1(F(G(a)), a) + l1(G(F(b)), b)


def identity_loss(G, F, a, b):
    """How much each generator changes what is in its own target style already."""
    return l1(G(b), b) + l1(F(a), a)


def _scenario(rng: Any):
    return {"a": rng.images(4, 3, 5, 6), "b": rng.images(4, 3, 5, 6), "seed": rng.seed()}


def _observe(answer: Any, s: Any):
    G, F, *_ = players(s.seed)
    loss = answer(G, F, s.a, s.b)
    return {
        "loss": as_number(loss),
        "teaches G": slope(loss, G),
        "teaches F": slope(loss, F),
        "clean": clean(G, F),
    }


def _expect(what: str):
    return [
        close("loss", share=1, label="the loss", why=what),
        close("teaches G", share=1, label="the gradient of G's weights", why="what G learns from the loss"),
        close("teaches F", share=1, label="the gradient of F's weights", why="what F learns from the loss"),
        true("clean", share=0, why="a loss is only computed here: `backward` comes later, in the step"),
    ]


def _without_gradient(G, F, a, b):
    with torch.no_grad():
        return cycle_loss(G, F, a, b)


def _first_half_cut(G, F, a, b):
    with torch.no_grad():
        fake_b, fake_a = G(a), F(b)
    return l1(F(fake_b), a) + l1(G(fake_a), b)


@exercise(answer="cycle_loss", points=3)
class q3:
    """There and back again: both round trips should end where they began."""

    hints = [
        "A round trip that begins with `a`: G turns it into style b. Who turns that back? What should it then look "
        "like?",
        "There are two round trips, one from `a` and one from `b`. Each gives a mean absolute difference, and the loss "
        "is their sum. `F` is a network here: the function is `nn.functional.l1_loss`.",
    ]
    reference = cycle_loss
    praise = "There and back from both sides, and both generators learn from both round trips."
    scenario = _scenario
    observe = _observe
    expect = _expect("each round trip is compared with the images that it began with")
    mistakes = {
        "G twice": (
            lambda G, F, a, b: l1(G(G(a)), a) + l1(F(F(b)), b),
            "`cycle_loss` sends the images through the same generator twice, so nobody brings them back. G leads from "
            "a to b: which network leads from b to a?",
        ),
        "compared with the other domain": (
            lambda G, F, a, b: l1(F(G(a)), b) + l1(G(F(b)), a),
            "`cycle_loss` compares each round trip with images of the other domain, which have nothing to do with it. "
            "Who sets out from `a` should come back to `a`.",
        ),
        "one way only": (
            lambda G, F, a, b: l1(F(G(a)), a),
            "`cycle_loss` takes only the round trip that begins with `a`. From `b` there is one as well, in the other "
            "order, and its loss is added.",
        ),
        "from b only": (
            lambda G, F, a, b: l1(G(F(b)), b),
            "`cycle_loss` takes only the round trip that begins with `b`. From `a` there is one as well, in the other "
            "order, and its loss is added.",
        ),
        "no way back": (
            lambda G, F, a, b: l1(G(a), a) + l1(F(b), b),
            "`cycle_loss` compares images after half of the trip: that would ask the generators to change nothing at "
            "all. First translate, then translate back, and only then compare.",
        ),
        "half way compared": (
            lambda G, F, a, b: l1(G(a), b) + l1(F(b), a),
            "`cycle_loss` compares translations with images of the other set, as if they were pairs. There are none "
            "here: compare each image with itself, after a round trip.",
        ),
        "order turned round": (
            lambda G, F, a, b: l1(G(F(a)), a) + l1(F(G(b)), b),
            "`cycle_loss` calls the generators in the wrong order: `F` is given images of `a`, but it reads style b. "
            "The inner call comes first; which generator takes `a`?",
        ),
        "squares": (
            lambda G, F, a, b: (F(G(a)) - a).square().mean() + (G(F(b)) - b).square().mean(),
            "`cycle_loss` averages squares. They forgive many small faults for one large one, and images get blurred; "
            "here the mean absolute difference is asked for.",
        ),
        "summed up": (
            lambda G, F, a, b: (F(G(a)) - a).abs().sum() + (G(F(b)) - b).abs().sum(),
            "`cycle_loss` adds the differences up instead of averaging them. Then the loss grows with the batch and "
            "the size of the images, and its weight would mean something else each time.",
        ),
        "without absolute value": (
            lambda G, F, a, b: (F(G(a)) - a).mean() + (G(F(b)) - b).mean(),
            "`cycle_loss` averages signed differences, so too bright here makes up for too dark there. Take the size "
            "of each difference before averaging.",
        ),
        "half of it": (
            lambda G, F, a, b: 0.5 * cycle_loss(G, F, a, b),
            "`cycle_loss` averages the two round trips, and it is half as large as asked for. Here the two mean "
            "differences are added: the weight for them comes later.",
        ),
        "cut in the middle": (
            lambda G, F, a, b: l1(F(G(a).detach()), a) + l1(G(F(b).detach()), b),
            "In `cycle_loss` the trip is cut off after its first half, so only the second generator learns from it. "
            "The first one must learn to leave something that can be found again: no `detach` here.",
        ),
        "without gradient": (
            _without_gradient,
            "`cycle_loss` is computed where gradients are switched off, or is cut off at its end: a number, from which "
            "nobody can learn. The way back to both generators must stay open.",
        ),
        "F for functional": (
            lambda G, F, a, b: F.l1_loss(F(G(a)), a) + F.l1_loss(G(F(b)), b),
            CALLED_F.format(name="cycle_loss"),
        ),
    }


@exercise(answer="identity_loss", points=2)
class q4:
    """Leave alone what is in the right style already."""

    hints = [
        "G makes images of style b. Which of the two batches is in style b already, so that G should not touch it?",
        "Two terms again, one for each generator, each a mean absolute difference between an image and what the "
        "generator makes of it. Mind which generator gets which batch.",
    ]
    reference = identity_loss
    praise = "Each generator gets what is in its own style already, and learns to leave it alone."
    scenario = _scenario
    observe = _observe
    expect = _expect("each generator is shown images of the style that it makes")
    mistakes = {
        "the wrong domain": (
            lambda G, F, a, b: l1(G(a), a) + l1(F(b), b),
            "`identity_loss` asks each generator to leave alone what it should translate: then nothing changes at all. "
            "Which images are in G's own style already?",
        ),
        "only G": (
            lambda G, F, a, b: l1(G(b), b),
            "`identity_loss` has a term for G only. F makes images of style a, so there are images that it should not "
            "touch either; add its term.",
        ),
        "only F": (
            lambda G, F, a, b: l1(F(a), a),
            "`identity_loss` has a term for F only. G makes images of style b, so there are images that it should not "
            "touch either; add its term.",
        ),
        "compared with the other domain": (
            lambda G, F, a, b: l1(G(b), a) + l1(F(a), b),
            "`identity_loss` compares with the other batch. An image that should stay as it is is compared with "
            "itself: the same letter inside and outside the call.",
        ),
        "pairs": (
            lambda G, F, a, b: l1(G(a), b) + l1(F(b), a),
            "`identity_loss` compares translations with the other batch, as if the two were pairs. Here nothing is "
            "translated: give each generator an image of the style that it makes.",
        ),
        "round trips": (
            cycle_loss,
            "`identity_loss` makes round trips: that is the loss of the question before. Here each generator is called "
            "once, on images that are in its style already.",
        ),
        "squares": (
            lambda G, F, a, b: nn.functional.mse_loss(G(b), b) + nn.functional.mse_loss(F(a), a),
            "`identity_loss` averages squares. Here the mean absolute difference is asked for, as in the cycle loss.",
        ),
        "half of it": (
            lambda G, F, a, b: 0.5 * identity_loss(G, F, a, b),
            "`identity_loss` averages its two terms, and it is half as large as asked for. Here the two mean "
            "differences are added: the weight for them comes later.",
        ),
        "cut off": (
            lambda G, F, a, b: l1(G(b).detach(), b) + l1(F(a).detach(), a),
            "In `identity_loss` what the generators make is cut off from them, so neither learns anything from the "
            "loss. Leave out the `detach`, and any `no_grad`.",
        ),
        "each other": (
            lambda G, F, a, b: l1(G(b), F(a)),
            "`identity_loss` compares the results of the two generators with each other, and those have nothing in "
            "common. Compare each one with the images that went into it.",
        ),
        "F for functional": (
            lambda G, F, a, b: F.l1_loss(G(b), b) + F.l1_loss(F(a), a),
            CALLED_F.format(name="identity_loss"),
        ),
    }
