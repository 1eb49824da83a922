"""Question 5: soft attention, judged by the weights, by what is taken with them, and by who can learn from it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from learntools.core import close, exercise, grad, leaf, shape
from learntools.lessons.captioning.words import pair


def attend(query, keys, places):
    """Look at all places, most at those whose key fits the query: the mean with weights, and the weights."""
    scores = query @ keys.transpose(1, 2) / query.shape[2] ** 0.5
    weights = scores.softmax(dim=2)
    return weights @ places, weights


def _attend(query, keys, places, weigh=lambda scores: scores.softmax(dim=2), by=lambda q, k, p: q.shape[2] ** 0.5):
    """`attend` with other weights, or with scores that are divided `by` something else."""
    weights = weigh(query @ keys.transpose(1, 2) / by(query, keys, places))
    return weights @ places, weights


def _largest(scores: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(scores.argmax(dim=2), scores.shape[2]).to(scores.dtype)


def _cut(query, keys, places):
    weights = attend(query, keys, places)[1].detach()
    return weights @ places, weights


def _of_keys(query, keys, places):
    weights = attend(query, keys, places)[1]
    return weights @ keys, weights


def _keys_reshaped(query, keys, places):
    n, count, d = keys.shape
    weights = (query @ keys.reshape(n, d, count) / d**0.5).softmax(dim=2)
    return weights @ places, weights


def _scores_too(query, keys, places):
    return attend(query, keys, places)[0], query @ keys.transpose(1, 2) / query.shape[2] ** 0.5


def _scaled_afterwards(query, keys, places):
    return _attend(query, keys, places, lambda scores: scores.softmax(dim=2) / keys.shape[2] ** 0.5, lambda *a: 1.0)


def _divided_again(query, keys, places):
    context, weights = attend(query, keys, places)
    return context / places.shape[1], weights


def _asks_places(query, keys, places):
    return attend(query, places, places)


@exercise(answer="attend", points=3)
class q5:
    """Soft attention over the places of an image."""

    hints = [
        "First a score for each word and each place: the inner product of the word's query with the place's key. As "
        "matrices that is (N, T, d) @ (N, d, L); `keys.transpose(1, 2)` turns the keys round.",
        "Divide by the root of d. Then `softmax` makes shares of the scores of one word. Along which dimension do the "
        "places lie in (N, T, L)?",
        "The mean of the places with these weights is a matrix product too: (N, T, L) @ (N, L, f).",
    ]
    reference = attend
    praise = "Every word divides its attention among the places, and can learn where to look."

    def scenario(rng: Any):
        # N, T, L, d and f are all different, so that none can stand for another.
        return {"query": rng.normal(3, 2, 4, scale=1.5), "keys": rng.normal(3, 5, 4), "places": rng.normal(3, 5, 6)}

    def observe(answer: Any, s: Any):
        keys, query = leaf(s.keys), leaf(s.query)
        context, weights = pair(answer(query, keys, s.places), "what was seen, and the weights")
        return {
            "weights": weights,
            "sums": weights.sum(dim=2) if isinstance(weights, Tensor) and weights.ndim == 3 else None,
            "context": context,
            "d_keys": grad(context, keys),
            "d_query": grad(context, query),
        }

    expect = [
        shape("weights", (3, 2, 5), label="the second result, the weights,", why="a share for each word and place"),
        shape("context", (3, 2, 6), label="the first result", why="a mean of places for each word"),
        close("sums", share=0, label="the sum of a word's weights", why="they are shares of one whole"),
        close(
            "weights", share=1.5, label="the second result", why="the weights follow from the scores; are those right?"
        ),
        close("context", share=1, label="what is seen", why="of what is the mean taken, and with which weights?"),
        close("d_keys", share=0.5, label="the gradient for the keys", why="where to look has to be learned"),
        close("d_query", share=0, label="the gradient for the query", why="what to look for has to be learned"),
    ]
    mistakes = {
        "shared among the words": (
            lambda q, k, p: _attend(q, k, p, lambda scores: scores.softmax(dim=1)),
            "`attend` shares each place out among the words, so that one word may get everything and another nothing. "
            "It is the other way round: each word shares its attention out among the places.",
        ),
        "shared among the images": (
            lambda q, k, p: _attend(q, k, p, lambda scores: scores.softmax(dim=0)),
            "`attend` lets the images of the batch compete: dimension 0 counts them. A word looks at the places of its "
            "own image; which dimension counts those?",
        ),
        "no softmax": (
            lambda q, k, p: _attend(q, k, p, lambda scores: scores),
            "`attend` takes the scores themselves as weights. They can be negative and add up to anything: first make "
            "shares of them, positive and 1 in all.",
        ),
        "divided by their sum": (
            lambda q, k, p: _attend(q, k, p, lambda scores: scores / scores.sum(dim=2, keepdim=True)),
            "`attend` divides the scores by their sum. That adds up to 1, but some scores are negative, and the sum "
            "may be near 0. The softmax makes them positive first.",
        ),
        "sigmoid": (
            lambda q, k, p: _attend(q, k, p, lambda scores: scores.sigmoid()),
            "`attend` gives each place a weight between 0 and 1 by itself, and they do not add up to 1: there is no "
            "choosing between places. Take the function that makes shares.",
        ),
        "not scaled": (
            lambda q, k, p: _attend(q, k, p, by=lambda *a: 1.0),
            "`attend` leaves the scores as large as they are. The longer the keys, the larger the scores, and the "
            "softmax then sees a single place and learns nothing more. What does the task divide by?",
        ),
        "divided by d": (
            lambda q, k, p: _attend(q, k, p, by=lambda q, k, p: q.shape[2]),
            "`attend` divides by the length of the keys itself, which makes long ones too flat: every place gets about "
            "the same. The task asks for its square root.",
        ),
        "root of the number of places": (
            lambda q, k, p: _attend(q, k, p, by=lambda q, k, p: k.shape[1] ** 0.5),
            "`attend` divides by the root of the number of places. The inner product adds up d numbers, so it is d "
            "that makes the scores large. Which dimension of the keys is that?",
        ),
        "root of the places' numbers": (
            lambda q, k, p: _attend(q, k, p, by=lambda q, k, p: p.shape[2] ** 0.5),
            "`attend` divides by the root of f, the length of what a *place* holds. The scores are inner products of "
            "query and key, and how large these get depends on *their* length.",
        ),
        "half instead of root": (
            lambda q, k, p: _attend(q, k, p, by=lambda q, k, p: q.shape[2] / 0.5),
            "`attend` divides by d and then takes half of it. To multiply by 0.5 is no root, and a root has to be "
            "taken before anything is divided: Python goes from left to right.",
        ),
        "keys reshaped": (
            _keys_reshaped,
            "`attend` brings the keys to the right shape, but with the wrong contents: `reshape` and `view` cut the "
            "numbers anew, and mix those of different places. To turn the keys round, swap two of their dimensions.",
        ),
        "scores given back": (
            _scores_too,
            "`attend` sees the right thing, but gives back the scores as its second result. They can be negative and "
            "add up to anything; what is asked for are the weights that the softmax made of them.",
        ),
        "scaled afterwards": (
            _scaled_afterwards,
            "`attend` divides after the softmax, so that the shares of a word no longer add up to 1. It is the scores "
            "that are too large: divide those, before shares are made of them.",
        ),
        "divided again": (
            _divided_again,
            "`attend` has the right weights, but divides what is seen by the number of places once more. The weights "
            "add up to 1, so the sum with them is a mean already.",
        ),
        "largest only": (
            lambda q, k, p: _attend(q, k, p, _largest),
            "`attend` looks at the single place with the highest score. No gradient comes back through such a choice, "
            "so neither query nor keys learn from this loss. Soft attention takes a mean of all places.",
        ),
        "all alike": (
            lambda q, k, p: _attend(q, k, p, lambda scores: torch.full_like(scores, 1 / scores.shape[2])),
            "`attend` looks at all places alike, whatever the word asks for. The weights should follow the scores: the "
            "better a key fits, the more of its place.",
        ),
        "mean of the keys": (
            _of_keys,
            "`attend` finds the right weights, and then takes the mean of the keys. A key only says whether a place is "
            "worth a look; what is seen there stands in `places`.",
        ),
        "asks the places": (
            _asks_places,
            "`attend` compares the query with the places, and the keys are never used. What a query is compared with "
            "and what is taken in the end are two different things.",
        ),
        "exchanged": (
            lambda q, k, p: attend(q, k, p)[::-1],
            "`attend` gives back the right two things in the wrong order. What was seen comes first, the weights "
            "second.",
        ),
        "cut off": (
            _cut,
            "`attend` cuts the weights off from where they came from, so neither the query nor the keys learn where to "
            "look. Leave out the `detach`.",
        ),
    }
