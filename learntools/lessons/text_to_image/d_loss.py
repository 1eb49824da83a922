"""Question 6: the loss of a discriminator that is matching-aware, judged by what D was shown and who got a gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.core import close, exercise, grad, gradients, leaf, true
from learntools.lessons.text_to_image.players import judge, painter
from learntools.losses import hinge_discriminator_loss


def discriminator_loss(D, x, said, fake):
    """D's loss: real with its sentence should score high; a fake, and a real image with a wrong sentence, low."""
    right = D(x, said)
    wrong = D(x, said.roll(1, 0))
    made = D(fake.detach(), said)
    return F.relu(1 - right).mean() + 0.5 * F.relu(1 + wrong).mean() + 0.5 * F.relu(1 + made).mean()


def _loss(D, x, said, fake, *, weights=(1.0, 0.5, 0.5), other=None, under_fake=None, detach=True, hinge=F.relu):
    """`discriminator_loss` with one thing done differently."""
    right, wrong = D(x, said), D(x, said.roll(1, 0) if other is None else other)
    made = D(fake.detach() if detach else fake, said if under_fake is None else under_fake)
    terms = (hinge(1 - right).mean(), hinge(1 + wrong).mean(), hinge(1 + made).mean())
    return sum(weight * term for weight, term in zip(weights, terms, strict=True) if weight)


def _fakes_cut_in_place(D, x, said, fake):
    return _loss(D, x, said, fake.detach_())


def _cross_entropy(D, x, said, fake):
    right, wrong, made = D(x, said), D(x, said.roll(1, 0)), D(fake.detach(), said)
    return F.softplus(-right).mean() + 0.5 * F.softplus(wrong).mean() + 0.5 * F.softplus(made).mean()


def _logits_averaged(D, x, said, fake):
    """The mean of all refused logits goes through the hinge at once."""
    right, wrong, made = D(x, said), D(x, said.roll(1, 0)), D(fake.detach(), said)
    return hinge_discriminator_loss(right.mean(), (wrong.mean() + made.mean()) / 2)


def as_number(value: Any) -> Any:
    """A one-element result as a number, anything else as it is."""
    return float(value) if isinstance(value, Tensor) and value.numel() == 1 else value


@exercise(answer="discriminator_loss", points=3, pure=False)
class q6:
    """D's loss on three kinds of pairs."""

    hints = [
        "D is asked three times: about real images with their own sentences, about the same images with other "
        "sentences, and about fakes with the sentences that they were made from. Which answer should be high?",
        "`said.roll(1, 0)` moves the sentences by one place down the batch, so each image has its neighbour's.",
        "The hinge is `F.relu(1 - logits).mean()` for what should be high, and `F.relu(1 + logits).mean()` for what "
        "should be low. The two that should be low count half each.",
    ]
    reference = discriminator_loss
    also = [lambda *a: discriminator_loss(*a) / 2, lambda *a: 2 * discriminator_loss(*a)]
    praise = "D accepts what is real and fits, and refuses both what is false and what does not fit."

    def scenario(rng: Any):
        # Two sentences: then there is only one way to give every image another one.
        return {"x": rng.images(2, 3, 6, 5), "said": rng.normal(2, 4), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        G, D, said = painter(s.seed), judge(s.seed + 1), leaf(s.said)
        fake = G(s.said)
        made = fake.detach().clone()
        loss = answer(D, s.x, said, fake)
        told = [D.saw(s.x, s.said), D.saw(s.x, s.said.flip(0)), D.saw(made, s.said)]
        learns = isinstance(loss, Tensor) and loss.requires_grad
        d_said = grad(loss, said)
        sure = judge(s.seed + 2)
        with torch.no_grad():
            sure.head.bias.add_(3)  # nearly everything is real to this one
        if learns:
            loss.sum().backward()
        return {
            "real and right": told[0],
            "real and wrong": told[1],
            "fake": told[2],
            "loss": as_number(loss),
            "sure": as_number(answer(sure, s.x, s.said, made)),
            "d_move": gradients(D),
            "d_said": d_said,
            "g_clean": learns and gradients(G) is None,
            "g_can_learn": fake.requires_grad,
            "shown": [list(images.shape) for images, _ in D.shown],
        }

    expect = [
        true("real and right", share=0.5, why="D must see each real image with its own sentence"),
        true("real and wrong", share=1, why="D must see each real image with a sentence that belongs to another"),
        true("fake", share=0.5, why="D must see each fake with the sentence that it was made from"),
        close("loss", share=1, label="the loss", why="look at the three terms and their weights"),
        close("sure", share=0, label="the loss of a D that calls nearly everything real"),
        close("d_move", share=1.5, label="the gradient of D's weights", why="look at the terms and their weights"),
        close("d_said", share=0.5, label="the gradient that comes back to the sentences"),
        true("g_clean", share=1, why="the gradient must stop at the fakes, before it reaches G"),
        true("g_can_learn", share=0, why="G's own step needs `fake` with its graph, so leave `fake` itself as it is"),
    ]
    mistakes = {
        "no wrong sentences": (
            lambda *a: _loss(*a, weights=(1, 0, 1)),
            "`discriminator_loss` never shows D a real image with a wrong sentence. Then D can refuse what looks "
            "false, but not what does not fit, and G may paint any good picture for any sentence.",
        ),
        "the same sentence": (
            lambda D, x, said, fake: _loss(D, x, said, fake, other=said.roll(len(said), 0)),
            "What `discriminator_loss` shows as wrong are the images' own sentences: moved by 0, or all the way round. "
            "D is told that the same pair is right and wrong. Every image needs another one's sentence.",
        ),
        "rolled the other way": (
            lambda D, x, said, fake: _loss(D, x, said, fake, other=said.roll(1, 1)),
            "`discriminator_loss` moves the numbers within each sentence, along its features. That is no wrong "
            "sentence, but none at all. Move the sentences down the batch: which dimension is that?",
        ),
        "no detach": (
            lambda *a: _loss(*a, detach=False),
            "In `discriminator_loss` the fakes still carry G's graph, so `backward` fills G with gradients that help "
            "its opponent. Cut the fakes off before D sees them.",
        ),
        "cut in place": (
            _fakes_cut_in_place,
            "`discriminator_loss` cuts `fake` itself off from G, with `detach_`. But the caller needs the same `fake` "
            "for G's step, and there its way back is gone. Make a copy without the graph, and show D that.",
        ),
        "counted double": (
            lambda *a: _loss(*a, weights=(1, 1, 1)),
            "In `discriminator_loss` what is refused counts twice as much as what is accepted, so it is easiest for D "
            "to refuse everything. Each of the two kinds that are refused should count half, so that together they "
            "weigh as much as the real pairs.",
        ),
        "real counted half": (
            lambda *a: _loss(*a, weights=(0.5, 0.5, 0.5)),
            "`discriminator_loss` counts all three kinds alike, so D sees two reasons to refuse for each to accept. "
            "The real pairs should weigh as much as the two others together.",
        ),
        "fakes with wrong sentences": (
            lambda D, x, said, fake: _loss(D, x, said, fake, under_fake=said.roll(1, 0)),
            "`discriminator_loss` shows D the fakes under wrong sentences. D would refuse them for that reason, and G "
            "would never hear what is wrong with its images: a fake belongs to the sentence it was made from.",
        ),
        "wrong sentences for fakes only": (
            lambda D, x, said, fake: (
                F.relu(1 - D(x, said)).mean()
                + 0.5 * F.relu(1 + D(fake.detach(), said.roll(1, 0))).mean()
                + 0.5 * F.relu(1 + D(fake.detach(), said)).mean()
            ),
            "`discriminator_loss` pairs the wrong sentences with fakes. A fake is refused anyhow, so D learns nothing "
            "about fitting from that. It is the real image whose only fault should be its sentence.",
        ),
        "wrong sentences accepted": (
            lambda D, x, said, fake: (
                0.5 * F.relu(1 - D(x, said)).mean()
                + 0.5 * F.relu(1 - D(x, said.roll(1, 0))).mean()
                + F.relu(1 + D(fake.detach(), said)).mean()
            ),
            "`discriminator_loss` wants high scores for real images whatever is said of them, as if the sentence did "
            "not matter. A real image with a wrong sentence is to be refused.",
        ),
        "fakes missing": (
            lambda *a: _loss(*a, weights=(1, 1, 0)),
            "`discriminator_loss` has no term for the fakes, so D learns which sentence fits, and never what is real. "
            "There are three kinds of pairs.",
        ),
        "fakes accepted": (
            lambda D, x, said, fake: (
                0.5 * F.relu(1 - D(x, said)).mean()
                + 0.5 * F.relu(1 - D(fake.detach(), said)).mean()
                + F.relu(1 + D(x, said.roll(1, 0))).mean()
            ),
            "`discriminator_loss` rewards D for calling the fakes real: that is G's wish. Only real images with their "
            "own sentences should score high.",
        ),
        "no hinge": (
            lambda *a: _loss(*a, hinge=lambda value: value),
            "`discriminator_loss` rewards D for ever larger scores. A hinge stops caring once a logit is beyond 1 or "
            "-1: it takes the part above 0 of each logit's term, before the mean.",
        ),
        "mean before the hinge": (
            _logits_averaged,
            "`discriminator_loss` takes the mean of the logits first and the hinge of that. Then one very sure answer "
            "makes up for several wrong ones. The hinge belongs to each logit, the mean comes last.",
        ),
        "cross-entropy": (
            _cross_entropy,
            "`discriminator_loss` uses the cross-entropy, as the papers do. That would train too, but both players "
            "must play the same game, and here it is the hinge loss of lesson 04.",
        ),
        "sentences cut off": (
            lambda D, x, said, fake: _loss(D, x, said.detach(), fake),
            "`discriminator_loss` cuts the sentences off, so D's text encoder would never learn to read. It is a part "
            "of D: only the fakes are to be cut off.",
        ),
        "wrong direction": (
            lambda *a: -discriminator_loss(*a),
            "`discriminator_loss` has a minus sign too many: D would climb where it should go down. An optimiser makes "
            "the loss smaller, and that is what D wants.",
        ),
    }
