"""Questions 6 and 7: whether D listens to the label, and whether G obeys it."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from learntools.core import close, exercise
from learntools.lessons.conditional_gan.players import Discriminator
from learntools.lessons.simple_gan.images import as_number


def label_gap(D, x, y):
    """By how much D's score drops, on average, when each image is shown with the next label instead of its own."""
    return (D(x, y) - D(x, (y + 1) % 10)).mean()


class _Deaf(nn.Module):
    """A discriminator that takes the label and does not listen."""

    def __init__(self):
        super().__init__()
        self.score = nn.Sequential(nn.Flatten(), nn.Linear(16, 1))

    def forward(self, x, y):
        return self.score(x)


@exercise(answer="label_gap", points=2)
class q6:
    """How far the score drops when the label is wrong."""

    hints = [
        "Two calls of D: once with the labels as they are, and once with every label replaced by the next one. Then "
        "compare the scores of the same image.",
        "`(y + 1) % 10` is the next label, and after 9 comes 0. The difference, right minus wrong, is one number for "
        "each image; `.mean()` makes one of them.",
    ]
    reference = label_gap
    praise = "Large where D listens to the label, and exactly 0 where it does not."

    def scenario(rng: Any):
        y = rng.integers(0, 10, 12)
        y[3] = 9
        return {"x": rng.images(12, 1, 4, 4), "y": y, "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        torch.manual_seed(s.seed)
        D, deaf = Discriminator(), _Deaf()
        return {"gap": as_number(answer(D, s.x, s.y)), "deaf": as_number(answer(deaf, s.x, s.y))}

    expect = [
        close("gap", share=2, label="the gap of a D that the check made up"),
        close("deaf", share=0, label="the gap of a D that ignores its label", atol=1e-4),
    ]
    mistakes = {
        "no 0 after 9": (
            lambda D, x, y: (D(x, y) - D(x, y + 1)).mean(),
            "`label_gap` asks D for a class 10, because the label after 9 is not there: classes run from 0 to 9. What "
            "should follow after 9, and which operator begins again at 0?",
        ),
        "wrong minus right": (
            lambda D, x, y: (D(x, (y + 1) % 10) - D(x, y)).mean(),
            "`label_gap` has the opposite sign: it is negative where D does well. A good D gives the right label the "
            "higher score; which of the two comes first in the difference?",
        ),
        "without sign": (
            lambda D, x, y: (D(x, y) - D(x, (y + 1) % 10)).abs().mean(),
            "`label_gap` drops the sign of each difference, so a D that prefers wrong labels looks as good as one that "
            "prefers right ones. Average the plain differences.",
        ),
        "squared": (
            lambda D, x, y: (D(x, y) - D(x, (y + 1) % 10)).square().mean(),
            "`label_gap` squares each difference, so a D that prefers wrong labels looks as good as one that prefers "
            "right ones. Average the plain differences.",
        ),
        "summed": (
            lambda D, x, y: (D(x, y) - D(x, (y + 1) % 10)).sum(),
            "`label_gap` adds up over the batch, so twice as many images would give twice the gap. Average over the "
            "images instead.",
        ),
        "one for each image": (
            lambda D, x, y: D(x, y) - D(x, (y + 1) % 10),
            "`label_gap` returns a difference for each image. That is worth a look, but one number is asked for: what "
            "is still missing?",
        ),
        "the label before": (
            lambda D, x, y: (D(x, y) - D(x, (y - 1) % 10)).mean(),
            "`label_gap` shows each image with the label before its own. Any wrong label would do, but so that all of "
            "us measure the same, take the one that follows.",
        ),
        "always the same wrong label": (
            lambda D, x, y: (D(x, y) - D(x, torch.zeros_like(y))).mean(),
            "`label_gap` shows every image with the label 0, which is the right one for every T-shirt. Each image "
            "needs a label that is wrong for it: the one after its own.",
        ),
        "other images": (
            lambda D, x, y: (D(x, y) - D(x.roll(1, dims=0), y)).mean(),
            "`label_gap` keeps the labels and exchanges the images, so each score is compared with one of another "
            "image. Keep `x` as it is, and change only the label.",
        ),
        "only the right label": (
            lambda D, x, y: D(x, y).mean(),
            "`label_gap` is the average score with the right labels. Whether the label matters shows only in "
            "comparison: what does D say when the label is wrong?",
        ),
        "probabilities": (
            lambda D, x, y: (D(x, y).sigmoid() - D(x, (y + 1) % 10).sigmoid()).mean(),
            "`label_gap` squashes the scores with a sigmoid before it compares them, so that a D which is very sure "
            "shows hardly any gap. Compare the bare scores.",
        ),
    }


def conditional_accuracy(logits, asked):
    """The share of images whose highest logit is the class that was asked for."""
    return (logits.argmax(dim=1) == asked).float().mean()


@exercise(answer="conditional_accuracy", points=2)
class q7:
    """The share of images that show what was asked for."""

    hints = [
        "The judge's answer for an image is the class with the highest logit. Compare it with what was asked, image by "
        "image.",
        "`logits.argmax(dim=...)` gives the place of the highest value. Along which dimension do the ten classes lie? "
        "Then `==`, and the average of True and False, as floats.",
    ]
    reference = conditional_accuracy
    praise = "1 would be perfect obedience, 0.1 is blind luck with ten classes."

    def scenario(rng: Any):
        asked, logits = rng.integers(0, 10, 16), rng.normal(16, 10, scale=2)
        logits[range(9), asked[:9]] += 12  # about nine of sixteen obey
        logits[0, asked[0]] += 20  # the highest of all stands in the first row
        perfect = logits.clone()
        perfect[range(16), asked] += 20
        return {"logits": logits, "perfect": perfect, "asked": asked}

    def observe(answer: Any, s: Any):
        return {
            "accuracy": as_number(answer(s.logits, s.asked)),
            "perfect": as_number(answer(s.perfect, s.asked)),
        }

    expect = [
        close("accuracy", label="the conditional accuracy"),
        close("perfect", share=0, label="the conditional accuracy of a generator that always obeys"),
    ]
    mistakes = {
        "along the batch": (
            lambda logits, asked: (logits.argmax(dim=0) == asked).float().mean(),
            "`conditional_accuracy` looks for the highest logit along the batch: for each class, which image has most "
            "of it. The ten classes of one image lie along the other dimension.",
        ),
        "of the whole batch": (
            lambda logits, asked: (logits.argmax() == asked).float().mean(),
            "`conditional_accuracy` takes one highest value of the whole batch. Every image needs its own: `argmax` "
            "wants to know along which dimension the ten classes lie.",
        ),
        "counted": (
            lambda logits, asked: (logits.argmax(dim=1) == asked).sum(),
            "`conditional_accuracy` counts the images that are right, so it grows with the size of the batch. A share "
            "lies between 0 and 1: what must the count be divided by?",
        ),
        "percent": (
            lambda logits, asked: 100 * (logits.argmax(dim=1) == asked).float().mean(),
            "`conditional_accuracy` is in percent. Here it should be a share between 0 and 1, as everywhere in the "
            "course's own measures: leave out the factor.",
        ),
        "the wrong ones": (
            lambda logits, asked: (logits.argmax(dim=1) != asked).float().mean(),
            "`conditional_accuracy` gives the share of images that are wrong. An obedient generator should get 1, and "
            "yours would give it 0: turn the comparison round.",
        ),
        "one for each image": (
            lambda logits, asked: (logits.argmax(dim=1) == asked).float(),
            "`conditional_accuracy` says of each image whether it is right. That is nearly all; one number for the "
            "whole batch is asked for.",
        ),
        "all or nothing": (
            lambda logits, asked: (logits.argmax(dim=1) == asked).all().float(),
            "`conditional_accuracy` is 1 if every single image is right and 0 otherwise, as `all()` or a division with "
            "`//` makes it. One slip among a thousand then counts like a thousand; take the share of the right ones.",
        ),
        "certainty": (
            lambda logits, asked: logits.softmax(dim=1).gather(1, asked[:, None]).mean(),
            "`conditional_accuracy` averages the probability that the judge gives to the right class. That measures "
            "how sure the judge is; here count only whether its first choice is right.",
        ),
        "average of True and False": (
            lambda logits, asked: (logits.argmax(dim=1) == asked).mean(),
            "`conditional_accuracy` asks for the average of True and False, which PyTorch does not take. Turn them "
            "into numbers first: True is 1.0 and False is 0.0, as floats.",
        ),
        "the lowest": (
            lambda logits, asked: (logits.argmin(dim=1) == asked).float().mean(),
            "`conditional_accuracy` takes the class with the lowest logit, the one that the judge thinks least likely. "
            "A logit is high for what is there; which function finds the highest?",
        ),
    }
