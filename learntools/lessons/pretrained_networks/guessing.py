"""Questions 1 and 6: from a network's logits to its best guess, and to its best few with their probabilities."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from learntools.core import WrongKind, close, equal, exercise
from learntools.core.plain import name as called

NAMES = ("daisy", "volcano", "tabby", "goose", "espresso", "lemon", "teapot", "mitten")


def best_guess(logits, names):
    """Logits (classes,) and as many names → the name of the class with the highest logit."""
    return names[logits.argmax()]


def _from_zero(logits, names):
    highest, found = 0.0, None
    for logit, name in zip(logits.tolist(), names, strict=True):
        if logit > highest:
            highest, found = logit, name
    return found


@exercise(answer="best_guess", points=1)
class q1:
    """The name of the class with the highest logit."""

    hints = [
        "`logits.argmax()` says at which place the highest one stands, counting from 0. What stands at that place in "
        "the list of names?",
        "A place in a list is taken with square brackets: `names[0]` is the first name.",
    ]
    reference = best_guess
    praise = "That is all there is to it: the highest of the numbers gives the answer."

    def scenario(rng: Any):
        names = [NAMES[i] for i in torch.argsort(rng.uniform(len(NAMES))).tolist()]
        inner = [i for i, name in enumerate(names) if 0 < i < len(names) - 1 and min(names) < name < max(names)]
        best, worst = rng.pick(inner[:2]), rng.pick(inner[2:])
        logits = rng.uniform(len(names), low=-2.0, high=2.0)
        logits[best], logits[worst] = 5.5, -4.0
        return {"names": names, "logits": logits, "below zero": logits - 9}

    def observe(answer: Any, s: Any):
        guess, below = answer(s.logits, s.names), answer(vars(s)["below zero"], s.names)
        if below is None and guess is not None and guess != s.names[int(s.logits.argmax())]:
            raise WrongKind(
                "gives a name for some logits, not that of the highest, and nothing at all where every logit is below "
                "0: no `return` is reached then. Compare the logits with each other, not with a fixed number, and look "
                "at all of them before you return."
            )
        return {"guess": guess, "below": below}

    expect = [
        equal("guess", share=1, label="the guess"),
        equal("below", share=0, label="the guess where all logits are below 0"),
    ]
    mistakes = {
        "the place": (
            lambda logits, names: logits.argmax(),
            "`best_guess` gives the place of the highest logit, a number that only the network understands. Look up "
            "what stands at that place in `names`.",
        ),
        "the logit": (
            lambda logits, names: logits.max(),
            "`best_guess` gives the highest logit itself. It says how strongly the network leans, and not towards "
            "what: you need its place, and then the name there.",
        ),
        "the lowest": (
            lambda logits, names: names[logits.argmin()],
            "`best_guess` names the class with the lowest logit, the one that the network finds least likely. Which "
            "function looks for the other end?",
        ),
        "furthest from zero": (
            lambda logits, names: names[logits.abs().argmax()],
            "`best_guess` drops the signs, so a class that the network rules out firmly can win. A logit far below 0 "
            "means a clear no: compare the logits as they are.",
        ),
        "the first name": (
            lambda logits, names: names[0],
            "`best_guess` always gives the first name, whatever the network says. The logits decide: find the place of "
            "the highest one, and look there.",
        ),
        "the names alone": (
            lambda logits, names: max(names),
            "`best_guess` compares the names, and so finds the last one of the alphabet. Compare the logits, and use "
            "`names` only to look up what was found.",
        ),
        "begins at 0": (
            _from_zero,
            "`best_guess` finds nothing where every logit is below 0, as may well happen. Does it compare with 0, or "
            "with another fixed number? Start from the first logit, or let a function look for the highest.",
        ),
        "a list of one": (
            lambda logits, names: [names[logits.argmax()]],
            "`best_guess` finds the right name and wraps it into a list. One name is asked for: take off the outer "
            "square brackets.",
        ),
    }


def top(logits, k):
    """Logits (N, classes) → the k highest probabilities of each row (N, k), falling, and their classes (N, k)."""
    probabilities = logits.softmax(dim=1)
    return probabilities.topk(k, dim=1)


def _two(result: Any) -> tuple[Any, Any]:
    """The two tensors that were asked for; WrongKind where it is something else."""
    if isinstance(result, (tuple, list)) and len(result) == 2:
        return result[0], result[1]
    if isinstance(result, Tensor):
        raise WrongKind(
            f"gives back one tensor, of shape {tuple(result.shape)}, and two are asked for: the probabilities, and the "
            "classes that they belong to."
        )
    raise WrongKind(
        f"gives back {called(result)} where two tensors are asked for, probabilities and classes: `return a, b` gives "
        "two things back."
    )


def _ranked(p: Tensor, k: int, dim: int = 1, largest: bool = True) -> tuple[Tensor, Tensor]:
    found = p.topk(k, dim=dim, largest=largest)
    return found.values, found.indices


def _renormalised(logits, k):
    values, places = _ranked(logits, k)
    return values.softmax(dim=1), places


def _worst_of_the_best(logits, k):
    places = logits.argsort(dim=1)[:, -k:]
    return logits.softmax(dim=1).gather(1, places), places


def _by_number(logits, k):
    places = logits.topk(k, dim=1).indices.sort(dim=1).values
    return logits.softmax(dim=1).gather(1, places), places


@exercise(answer="top", points=2)
class q6:
    """The k likeliest classes of each picture, with their probabilities."""

    hints = [
        "First turn the logits into probabilities: `logits.softmax(dim=...)`. The classes of one picture must add up "
        "to 1; along which dimension of (N, classes) do they lie?",
        "`values.topk(k, dim=...)` finds the k highest along a dimension, sorted, and gives back both things that you "
        "need: the values first, then their places.",
    ]
    reference = top
    praise = "Probabilities over all classes, the highest first, and next to each the class that it belongs to."

    def scenario(rng: Any):
        return {"logits": rng.normal(4, 9, scale=2), "one": rng.normal(1, 6, scale=2) - 3}

    def observe(answer: Any, s: Any):
        probabilities, places = _two(answer(s.logits, 3))
        one, one_place = _two(answer(s.one, 2))
        return {"probabilities": probabilities, "places": places, "one": one, "one_place": one_place}

    expect = [
        close("probabilities", share=2, label="the first result (probabilities)"),
        equal("places", share=2, label="the second result (classes)"),
        close("one", share=0, label="the first result for a batch of one picture"),
        equal("one_place", share=0, label="the second result for a batch of one picture"),
    ]
    mistakes = {
        "along the batch": (
            lambda logits, k: _ranked(logits.softmax(dim=0), k),
            "`top` makes probabilities along the batch, so the pictures compete with each other for a class. The "
            "classes of one picture must add up to 1: they lie along the other dimension.",
        ),
        "chosen along the batch": (
            lambda logits, k: _ranked(logits.softmax(dim=1), k, dim=0),
            "`top` looks for the k highest along the batch, which holds fewer pictures than k in one of the tries. "
            "Each picture has its own best classes: which dimension do the classes lie along?",
        ),
        "logits": (
            lambda logits, k: _ranked(logits, k),
            "`top` finds the right classes and gives their logits. Those can be negative or above 1 and are no "
            "probabilities: which function makes numbers that add up to 1?",
        ),
        "sigmoid": (
            lambda logits, k: _ranked(logits.sigmoid(), k),
            "`top` squashes each logit by itself, so the probabilities of one picture add up to more than 1. Here the "
            "classes exclude each other: use the function that looks at all of them together.",
        ),
        "shared out among the best": (
            _renormalised,
            "`top` lets the best few share the whole 1, so the network looks surer than it is. Does softmax come after "
            "the choice, or do you divide by the sum of the chosen? All classes must keep their part.",
        ),
        "swapped": (
            lambda logits, k: _ranked(logits.softmax(dim=1), k)[::-1],
            "`top` gives the right two things the wrong way round. The task asks for the probabilities first, and then "
            "for the classes.",
        ),
        "the least likely": (
            lambda logits, k: _ranked(logits.softmax(dim=1), k, largest=False),
            "`top` gives the least likely classes, those that the network rules out. Look at the order in which you "
            "sort, or at the end that you take.",
        ),
        "best one last": (
            _worst_of_the_best,
            "`top` finds the right classes, but in rising order, so the best one stands last. Sorting goes from small "
            "to large unless it is told otherwise.",
        ),
        "by their number": (
            _by_number,
            "`top` finds the right classes and gives them in the order of their numbers. The likeliest should come "
            "first: sort them by probability.",
        ),
        "probabilities only": (
            lambda logits, k: _ranked(logits.softmax(dim=1), k)[0],
            "`top` gives back only the probabilities. Without the classes nobody knows what is so likely: return both, "
            "the values and their places.",
        ),
        "twice": (
            lambda logits, k: _ranked(logits.softmax(dim=1).softmax(dim=1), k),
            "`top` applies softmax twice, which makes all classes nearly equally likely. It takes logits, and what it "
            "gives are probabilities already: once is enough.",
        ),
        "no dimension": (
            lambda logits, k: _ranked(logits.flatten().softmax(dim=0).view_as(logits), k),
            "`top` lets all pictures of the batch share one 1, so that each gets a smaller part the more there are. "
            "Every picture has a 1 of its own, along its classes.",
        ),
    }
