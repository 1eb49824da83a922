"""Question 8: which of several sentences is the likeliest, if they are not equally long."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from learntools.core import close, exercise, shape
from learntools.lessons.captioning.words import END, PAD


def sentence_scores(logs, words):
    """The mean log probability of each sentence's words, END included and padding not."""
    real = words != PAD
    return (logs * real).sum(dim=1) / real.sum(dim=1)


def _score(logs: Tensor, words: Tensor, power: float = 1.0, counts=lambda words: words != PAD) -> Tensor:
    real = counts(words)
    return (logs * real).sum(dim=1) / real.sum(dim=1) ** power


def _row(scores: Any) -> Any:
    """Four scores as a row: a column, or a list of numbers, is as good."""
    if isinstance(scores, (list, tuple)) and all(isinstance(score, (int, float, Tensor)) for score in scores):
        scores = torch.tensor([float(score) for score in scores])
    return scores.flatten() if isinstance(scores, Tensor) and scores.numel() == 4 else scores


@exercise(answer="sentence_scores", points=2)
class q8:
    """A score for each sentence, fair to long ones."""

    hints = [
        "Which places of a row hold words that were said? `words != PAD` is True there, and counts as 1 when you "
        "multiply with it or add it up.",
        "Add up the logs of the real words of each row, and divide by how many these are: both are sums along "
        "dimension 1.",
    ]
    reference = sentence_scores
    praise = "A word more is no longer a loss: what counts is how likely the words are on average."

    def scenario(rng: Any):
        words = rng.integers(3, 9, 4, 7)
        for row, length in enumerate(rng.uniform(4).argsort().tolist()):
            length = (2, 7, 4, 5)[length]
            words[row, length - 1] = END
            words[row, length:] = PAD
        return {"logs": -rng.uniform(4, 7, low=0.1, high=3.0), "words": words}

    def observe(answer: Any, s: Any):
        return {"scores": _row(answer(s.logs, s.words))}

    expect = [
        shape("scores", (4,), label="the result", why="a number for each of the four sentences"),
        close("scores", share=1, label="the result", why="which words count, and by what is their sum divided?"),
    ]
    mistakes = {
        "sum": (
            lambda logs, words: _score(logs, words, power=0.0),
            "`sentence_scores` adds the logs up and does not divide. Each of them is below 0, so every further word "
            "makes a sentence worse, and the shortest one wins. How many words has each?",
        ),
        "divided by all places": (
            lambda logs, words: (logs * (words != PAD)).sum(dim=1) / words.shape[1],
            "`sentence_scores` divides every sum by the same number, the length of the longest row, so that the short "
            "ones win as before. Divide each by the count of its own words.",
        ),
        "padding counts": (
            lambda logs, words: logs.mean(dim=1),
            "`sentence_scores` takes the mean over the whole row, padding included. After END nothing is said any "
            "more, and whatever stands there in `logs` means nothing.",
        ),
        "end does not count": (
            lambda logs, words: _score(logs, words, counts=lambda words: words > END),
            "`sentence_scores` leaves END out. But to stop is a decision too: a sentence that breaks off in the middle "
            "has a very unlikely END, and should pay for it. Only padding is left out.",
        ),
        "end is not divided": (
            lambda logs, words: (logs * (words != PAD)).sum(dim=1) / (words > END).sum(dim=1),
            "`sentence_scores` adds up all of the logs, and then divides by one word too few: END is in the sum, and "
            "should be in the count.",
        ),
        "one too many": (
            lambda logs, words: (logs * (words != PAD)).sum(dim=1) / ((words != PAD).sum(dim=1) + 1),
            "`sentence_scores` divides by one word more than the sentence has. START is not among these words: the "
            "count of what is not padding is enough.",
        ),
        "root of the length": (
            lambda logs, words: _score(logs, words, power=0.5),
            "`sentence_scores` divides by the root of the length. That helps long sentences only halfway; here the "
            "plain mean is asked for.",
        ),
        "probabilities": (
            lambda logs, words: _score(logs.exp(), words),
            "`sentence_scores` turns the logs back into probabilities and takes their mean. One impossible word then "
            "hardly counts, where it should spoil the sentence. Take the mean of the logs as they are.",
        ),
        "sign": (
            lambda logs, words: -sentence_scores(logs, words),
            "`sentence_scores` has turned the sign round, so that the worst sentence gets the highest score. A high "
            "log, near 0, is a likely word: leave the sign.",
        ),
        "along the sentences": (
            lambda logs, words: (logs * (words != PAD)).sum(dim=0) / (words != PAD).sum(dim=0),
            "`sentence_scores` adds up the first words of all sentences, then the second ones. A row is a sentence: "
            "along which dimension do its words lie?",
        ),
        "all together": (
            lambda logs, words: (logs * (words != PAD)).sum() / (words != PAD).sum(),
            "`sentence_scores` gives one number for all of the sentences. To choose among them, each needs a number of "
            "its own: sum along the words only.",
        ),
        "largest word": (
            lambda logs, words: logs.masked_fill(words == PAD, -torch.inf).amax(dim=1),
            "`sentence_scores` judges a sentence by its likeliest word. Almost any sentence has one such word: all of "
            "its words should count.",
        ),
    }
