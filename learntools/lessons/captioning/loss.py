"""Question 3: the loss of guessed words, judged by its value and by the gradient that each word gets."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional as F

from learntools.core import close, exercise, grad, leaf, shape
from learntools.lessons.captioning.words import END, PAD


def caption_loss(logits, words):
    """Cross-entropy over all words of the batch that are not padding, each counting the same."""
    return F.cross_entropy(logits.flatten(0, 1), words.flatten(), ignore_index=PAD)


def _each(logits: Tensor, words: Tensor) -> Tensor:
    """The loss of each word (N, T)."""
    return F.cross_entropy(logits.transpose(1, 2), words, reduction="none")


def _mean(values: Tensor, counted: Tensor) -> Tensor:
    return (values * counted).sum() / counted.sum()


def _by_sentence(logits, words):
    real = words != PAD
    return ((_each(logits, words) * real).sum(dim=1) / real.sum(dim=1)).mean()


def _without_log(logits, words):
    chosen = logits.softmax(dim=2).gather(2, words[:, :, None])[:, :, 0]
    return _mean(1 - chosen, words != PAD)


def _reshaped(logits, words):
    n, t, v = logits.shape
    return F.cross_entropy(logits.reshape(n, v, t), words, ignore_index=PAD)


def _shares_along(dim: int):
    """The logits compete along this dimension, and not along the vocabulary."""

    def wrong(logits, words):
        logs = logits.log_softmax(dim=dim)
        return F.nll_loss(logs.flatten(0, 1), words.flatten(), ignore_index=PAD)

    return wrong


@exercise(answer="caption_loss", points=3)
class q3:
    """How bad the guesses are, over the real words alone."""

    hints = [
        "`F.cross_entropy` wants a row of logits for each guess, and one right number for each: (guesses, vocabulary) "
        "and (guesses,). `flatten` can make one long list of all words of the batch.",
        "`logits.flatten(0, 1)` is (N·T, vocabulary), and `words.flatten()` is (N·T,).",
        "`ignore_index` names a target that does not count, neither in the sum nor in the number of words.",
    ]
    reference = caption_loss
    praise = "Real words count, each the same, and padding neither teaches nor dilutes anything."

    def scenario(rng: Any):
        words = rng.integers(4, 8, 3, 6)
        for row, length in enumerate((6, 4, 2)):
            words[row, length - 1] = END
            words[row, length:] = PAD
        words[0, 1], words[1, 0] = 3, 3
        return {"logits": rng.normal(3, 6, 8, scale=2), "words": words}

    def observe(answer: Any, s: Any):
        logits = leaf(s.logits)
        loss = answer(logits, s.words)
        full = answer(s.logits[:1], s.words[:1])
        return {"loss": loss, "d_logits": grad(loss, logits), "full": full}

    expect = [
        shape("loss", (), label="the loss", why="one number for the whole batch"),
        close("loss", share=1, label="the loss", why="the mean cross-entropy of all real words"),
        close("d_logits", share=1, label="the gradient for the logits", why="real words teach, and padding does not"),
        close("full", share=0.5, label="the loss of a batch without padding"),
    ]
    mistakes = {
        "padding counts": (
            lambda logits, words: _each(logits, words).mean(),
            "`caption_loss` also counts the places after the sentences' ends, so the network learns above all to say "
            "padding. Only real words should count: `F.cross_entropy` can leave a number out.",
        ),
        "divided by all places": (
            lambda logits, words: (_each(logits, words) * (words != PAD)).mean(),
            "`caption_loss` leaves padding out of the sum but divides by all places, padding included. A batch with "
            "one long sentence then has a tiny loss. Divide by the number of words that were summed.",
        ),
        "sum": (
            lambda logits, words: (_each(logits, words) * (words != PAD)).sum(),
            "`caption_loss` adds the words up and never divides, so that a batch of long sentences weighs more than "
            "one of short ones. What is asked for is the mean over the real words.",
        ),
        "sentence by sentence": (
            _by_sentence,
            "`caption_loss` takes a mean for each sentence and then the mean of these, so a word in a short sentence "
            "counts more than one in a long sentence. Here all words of the batch count the same.",
        ),
        "softmax twice": (
            lambda logits, words: caption_loss(logits.softmax(dim=2), words),
            "`caption_loss` makes probabilities of the logits, and `F.cross_entropy` does so once more by itself. Then "
            "even a perfect guess has a large loss. Give it the logits as they are.",
        ),
        "log-softmax forgotten": (
            lambda logits, words: F.nll_loss(logits.flatten(0, 1), words.flatten(), ignore_index=PAD),
            "`caption_loss` takes the logits for log probabilities, and can fall without end by making them all "
            "larger. `nll_loss` wants `log_softmax` before it; `F.cross_entropy` brings it along.",
        ),
        "softmax along the sentence": (
            _shares_along(1),
            "`caption_loss` counts the right words, but its softmax goes along dimension 1, so that the places of a "
            "sentence compete with each other. At each place it is the tokens of the vocabulary that compete: which "
            "dimension of (N, T, vocabulary) counts those?",
        ),
        "softmax along the batch": (
            _shares_along(0),
            "`caption_loss` counts the right words, but its softmax goes along dimension 0, so that the sentences of "
            "the batch compete with each other. At each place it is the tokens of the vocabulary that compete: which "
            "dimension counts those?",
        ),
        "cut off": (
            lambda logits, words: caption_loss(logits, words).detach(),
            "`caption_loss` has the right value, but is cut off from the logits, as by `item()`, `detach()` or "
            "`no_grad`. Without a way back to them no weight can learn: give back the tensor as it was computed.",
        ),
        "shifted once more": (
            lambda logits, words: caption_loss(logits[:, :-1], words[:, 1:]),
            "`caption_loss` shifts the words by one place. That has been done before: `words` holds what should "
            "*follow* at each place, so logits and words with the same index already belong together.",
        ),
        "axes as they are": (
            lambda logits, words: F.cross_entropy(logits, words, ignore_index=PAD),
            "`caption_loss` hands (N, T, vocabulary) to `F.cross_entropy`, which takes the second dimension for the "
            "vocabulary. Make one long list of guesses, or put the vocabulary second.",
        ),
        "reshaped": (
            _reshaped,
            "`caption_loss` brings the logits into the right shape, but with the wrong contents: `view` and `reshape` "
            "cut the numbers anew, where `transpose` would swap the dimensions.",
        ),
        "end does not count": (
            lambda logits, words: _mean(_each(logits, words), words > END),
            "`caption_loss` passes over END as well, so that the network never learns when a sentence is over. Of all "
            "the marks only padding is left out.",
        ),
        "another number is left out": (
            lambda logits, words: F.cross_entropy(logits.flatten(0, 1), words.flatten(), ignore_index=END),
            "`caption_loss` leaves the wrong number out: END must be learned, padding must not. Look up which number "
            "padding has.",
        ),
        "no logarithm": (
            _without_log,
            "`caption_loss` takes the probability of the right word without its logarithm. Where a guess is quite "
            "wrong, nearly nothing then pulls it right. `F.cross_entropy` has the logarithm in it.",
        ),
        "minus missing": (
            lambda logits, words: -caption_loss(logits, words),
            "`caption_loss` has the wrong sign: an optimiser makes the loss smaller, and so would make the right words "
            "ever less likely.",
        ),
        "one for each word": (
            lambda logits, words: _each(logits, words) * (words != PAD),
            "`caption_loss` gives a number for each word. An optimiser needs a single one: the mean over all words "
            "that are real.",
        ),
    }
