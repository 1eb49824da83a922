"""Question 2: one vector for a sentence, the mean of its words' vectors; padding is no word."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, grad, leaf, shape


def sentence_vector(vectors, words):
    """Word vectors (N, T, F) and words (N, T), 0 where there is none → the mean of each sentence's words (N, F)."""
    real = (words != 0).unsqueeze(2).float()
    return (vectors * real).sum(dim=1) / real.sum(dim=1)


def _mask(words):
    return (words != 0).unsqueeze(2).float()


def _kept_by_batch(vectors, words):
    """The words of all sentences together: each gets the mean over the batch's real words."""
    real = _mask(words)
    return ((vectors * real).sum(dim=(0, 1)) / real.sum()).expand(len(words), -1)


@exercise(answer="sentence_vector", points=2)
class q2:
    """The mean of a sentence's word vectors, without its padding."""

    hints = [
        "`words != 0` is True where there is a real word. As numbers, 1 and 0, it can be multiplied with the vectors: "
        "what happens to those of the padding?",
        "A mean is a sum divided by a count. The sum runs over the words, `dim=1`; the count is how many of a "
        "sentence's words are real.",
        "`(words != 0).unsqueeze(2)` has the shape (N, T, 1), so that it fits to vectors (N, T, F).",
    ]
    reference = sentence_vector
    praise = "Three words or thirteen: each sentence has the mean of its own words, whatever was filled up behind them."

    def scenario(rng: Any):
        words = rng.integers(4, 30, 4, 7)
        for row, count in enumerate((7, 3, 1, 5)):
            words[row, count:] = 0
        words[0, 2] = words[1, 1] = 3  # a word that is not known is a word all the same
        return {"vectors": rng.normal(4, 7, 5, mean=0.5), "words": words, "more": rng.normal(4, 3, 5, mean=2.0)}

    def observe(answer: Any, s: Any):
        vectors = leaf(s.vectors)
        result = answer(vectors, s.words)
        longer = torch.cat([s.words, torch.zeros_like(s.words[:, :3])], dim=1)
        return {
            "result": result,
            "d_vectors": grad(result, vectors),
            "padded": answer(torch.cat([s.vectors, s.more], dim=1), longer),
        }

    expect = [
        shape("result", (4, 5), why="one vector for each sentence", label="the result"),
        close("result", share=2, label="the result"),
        close("padded", share=1, label="the result with three more places of padding", why="padding is no word"),
        close("d_vectors", share=1, label="the gradient that comes back to the vectors"),
    ]
    mistakes = {
        "padding counted": (
            lambda vectors, words: vectors.mean(dim=1),
            "`sentence_vector` takes the mean over all places, padding and all. A short sentence is then mostly "
            "padding, and says what its padding says. Only places where `words` is not 0 may count.",
        ),
        "padding in the count": (
            lambda vectors, words: (vectors * _mask(words)).mean(dim=1),
            "`sentence_vector` leaves the padding out of the sum, but still divides by all places. So a short sentence "
            "has a small vector: divide by the number of its real words.",
        ),
        "unknown words left out": (
            lambda vectors, words: (vectors * (words > 3).unsqueeze(2)).sum(1) / (words > 3).sum(1, keepdim=True),
            "`sentence_vector` leaves out the words that are not known, number 3, as if they were padding. They stand "
            "in the sentence, and have a vector too: only places where `words` is 0 do not count.",
        ),
        "not divided": (
            lambda vectors, words: (vectors * _mask(words)).sum(dim=1),
            "`sentence_vector` gives the sum of the words, not their mean: the more words, the louder the sentence. "
            "By what must the sum be divided?",
        ),
        "mask turned round": (
            lambda vectors, words: (vectors * (1 - _mask(words))).sum(dim=1) / (1 - _mask(words)).sum(1).clamp(min=1),
            "`sentence_vector` keeps the padding and leaves out the words: just the other way round. Where does your "
            "mask have its ones?",
        ),
        "the last place": (
            lambda vectors, words: vectors[:, -1],
            "`sentence_vector` takes the vector of the last place. In most sentences that is padding, and in none is "
            "it the whole sentence: take the mean of all real words.",
        ),
        "the last word": (
            lambda vectors, words: vectors[torch.arange(len(words)), (words != 0).sum(dim=1) - 1],
            "`sentence_vector` takes the vector of each sentence's last word, and the other words have no say. All "
            "real words should count, each as much as any other.",
        ),
        "largest": (
            lambda vectors, words: vectors.masked_fill(_mask(words) == 0, -torch.inf).amax(dim=1),
            "`sentence_vector` takes the largest number of each feature over the words. That is max pooling, and has "
            "its uses; here the mean is asked for.",
        ),
        "over the features": (
            lambda vectors, words: (vectors * _mask(words)).sum(dim=2) / vectors.shape[2],
            "`sentence_vector` takes the mean over each word's own numbers, so a number for each word is left. The "
            "words should be averaged, and the features kept: which dimension is which in (N, T, F)?",
        ),
        "one count for all": (
            lambda vectors, words: (vectors * _mask(words)).sum(dim=1) / (words != 0).sum() * len(words),
            "`sentence_vector` divides all sentences by the same number of words. Each has a count of its own: sum "
            "the mask over the words, not over the whole batch.",
        ),
        "one mean for all": (
            _kept_by_batch,
            "`sentence_vector` gives every sentence the same vector, the mean over the whole batch. Each has its own "
            "words: sum over `dim=1` only.",
        ),
        "cut off": (
            lambda vectors, words: sentence_vector(vectors.detach(), words),
            "`sentence_vector` computes the right numbers, but cut off from `vectors`, so the words' vectors would "
            "never learn. Leave out what breaks the graph: `detach`, `.data`, or a way through NumPy.",
        ),
    }
