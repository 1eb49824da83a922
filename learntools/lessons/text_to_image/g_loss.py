"""Question 7: G's loss: convince D under the sentence, stay near the real image, keep the codes near plain noise."""

from __future__ import annotations

from typing import Any

from torch.nn import functional as F

from learntools.core import close, exercise, grad, leaf, true
from learntools.lessons.text_to_image.d_loss import as_number
from learntools.lessons.text_to_image.players import judge


def generator_loss(D, x, said, fake, l1_weight):
    """G's loss at one size: D should score the fake high under its sentence, and it should be near the real image."""
    return -D(fake, said).mean() + l1_weight * F.l1_loss(fake, x)


def _loss(D, x, said, fake, l1_weight, *, sentence=None, near=None, verdict=1.0, image=None):
    """`generator_loss` with one thing done differently."""
    score = D(fake if image is None else image, said if sentence is None else sentence)
    distance = F.l1_loss(fake, x) if near is None else near
    return -verdict * score.mean() + l1_weight * distance


@exercise(answer="generator_loss", points=2, pure=False)
class q7:
    """G's loss: convince D of the image and the sentence together, and stay near the truth."""

    hints = [
        "The hinge game is asymmetric: G's part has no hinge. It wants D's logits for its fakes as high as possible; "
        "and an optimiser makes a loss smaller.",
        "`F.l1_loss(a, b)` is the mean absolute difference of two batches of images. The weight belongs to that term.",
        "D wants two things: the fake, still connected to G, and the sentence that it was made from.",
    ]
    reference = generator_loss
    praise = "G hears from D whether its image convinces under this sentence, and from L1 what should be where."

    def scenario(rng: Any):
        return {
            "x": rng.images(3, 3, 6, 5),
            "fake": rng.images(3, 3, 6, 5),
            "said": rng.normal(3, 4),
            "weight": rng.uniform(1, low=3, high=8).item(),
            "seed": rng.seed(),
        }

    def observe(answer: Any, s: Any):
        D, fake = judge(s.seed), leaf(s.fake)
        loss = answer(D, s.x, s.said, fake, s.weight)
        shown = D.saw(s.fake, s.said)
        alone = leaf(s.fake)
        return {
            "shown": shown,
            "loss": as_number(loss),
            "d_fake": grad(loss, fake),
            "d_verdict": grad(answer(D, s.x, s.said, alone, 0.0), alone),
            "d_learns": all(value.requires_grad for value in D.parameters()),
            "pairs": [list(images.shape) for images, _ in D.shown],
        }

    expect = [
        true("shown", share=0.5, why="D must see each fake with the sentence that it was made from"),
        close("loss", share=1, label="the loss", why="look at the two terms and the weight"),
        close("d_fake", share=2, label="the gradient that comes back to the fakes"),
        close("d_verdict", share=1, label="the gradient with `l1_weight` 0", why="then only D's verdict is left"),
        true("d_learns", share=0, why="D's weights must be left as able to learn as they were"),
    ]
    mistakes = {
        "fakes cut off": (
            lambda D, x, said, fake, weight: _loss(D, x, said, fake, weight, image=fake.detach()),
            "In `generator_loss` D sees fakes that are cut off from G, so its verdict never reaches G, and only L1 "
            "teaches it. That cut belongs into D's step, not into G's.",
        ),
        "wrong sentences": (
            lambda D, x, said, fake, weight: _loss(D, x, said, fake, weight, sentence=said.roll(1, 0)),
            "`generator_loss` asks D about the fakes under other images' sentences, and G would learn to paint what "
            "its neighbour was asked for. Wrong sentences are for D's loss only.",
        ),
        "real image judged": (
            lambda D, x, said, fake, weight: _loss(D, x, said, fake, weight, image=x),
            "`generator_loss` asks D about the real images `x`. Their score does not depend on G at all: what should "
            "convince D is `fake`.",
        ),
        "wrong sign": (
            lambda D, x, said, fake, weight: _loss(D, x, said, fake, weight, verdict=-1.0),
            "`generator_loss` grows when D is convinced, so an optimiser would lead G away from that. The scores must "
            "count with the opposite sign.",
        ),
        "a hinge for G": (
            lambda D, x, said, fake, weight: F.relu(1 - D(fake, said)).mean() + weight * F.l1_loss(fake, x),
            "`generator_loss` has a hinge, which stops pulling once D is convinced by a margin. G's part of this game "
            "has none: it is the mean score itself, with its sign turned.",
        ),
        "D's loss for G": (
            lambda D, x, said, fake, weight: F.relu(1 + D(fake, said)).mean() + weight * F.l1_loss(fake, x),
            "`generator_loss` uses D's term for fakes, and so helps D to refuse them. G wants the opposite: high "
            "scores for what it has painted.",
        ),
        "squares": (
            lambda D, x, said, fake, weight: _loss(D, x, said, fake, weight, near=F.mse_loss(fake, x)),
            "`generator_loss` squares the differences. L1 takes their absolute value, which blurs less: a square "
            "punishes one large error more than many small ones, so it plays safe.",
        ),
        "summed": (
            lambda D, x, said, fake, weight: _loss(D, x, said, fake, weight, near=(fake - x).abs().sum()),
            "`generator_loss` adds the differences of all pixels up, so L1 is thousands of times as loud, and D's "
            "verdict is never heard. Take their mean.",
        ),
        "without L1": (
            lambda D, x, said, fake, weight: _loss(D, x, said, fake, 0.0),
            "`generator_loss` has D's verdict alone. Given days that can be enough, and in the paper it is; in two "
            "minutes G needs to be told what should be where. What is `l1_weight` for?",
        ),
        "L1 alone": (
            lambda D, x, said, fake, weight: weight * F.l1_loss(fake, x),
            "`generator_loss` never asks D. Then nothing keeps G from the mean of all possible images, which is "
            "blurred. D's verdict belongs into the loss.",
        ),
        "weight on the verdict": (
            lambda D, x, said, fake, weight: -weight * D(fake, said).mean() + F.l1_loss(fake, x),
            "`generator_loss` gives the weight to D's verdict instead of L1. Look again at which of the two terms it "
            "belongs to.",
        ),
        "weight on both": (
            lambda D, x, said, fake, weight: weight * (F.l1_loss(fake, x) - D(fake, said).mean()),
            "`generator_loss` multiplies both terms by the weight, which then decides nothing but the speed. It says "
            "how much L1 counts beside D's verdict: mind the brackets.",
        ),
        "noise for L1": (
            lambda D, x, said, fake, weight: _loss(D, x, said, fake, weight, near=F.l1_loss(fake, x.roll(1, 0))),
            "`generator_loss` compares each fake with some other sentence's real image. Number i of `fake` was made "
            "from the sentence of number i of `x`: leave the order as it is.",
        ),
    }
