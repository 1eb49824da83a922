"""Question 4: how far the codes' distribution is from plain noise, the term that keeps them close together."""

from __future__ import annotations

from typing import Any

from learntools.core import close, exercise, grad, leaf, shape


def divergence(mean, log_variance):
    """KL divergence of N(mean, variance) from N(0, 1): summed over a code's numbers, mean over the batch."""
    return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()


def _each(mean, log_variance, *, square=1.0, variance=1.0, one=1.0, log=1.0):
    """The divergence's terms, each number by itself, with other weights."""
    return 0.5 * (square * mean**2 + variance * log_variance.exp() - one - log * log_variance)


@exercise(answer="divergence", points=2)
class q4:
    """The KL divergence of the codes from plain noise."""

    hints = [
        "Write the formula for each number first, with `**` and `.exp()`: you get a tensor (N, F).",
        "Then two steps are left: `.sum(dim=1)` adds up the F numbers of each code, `.mean()` averages over the batch.",
    ]
    reference = divergence
    praise = "It is 0 where a code is plain noise already, and grows as the mean wanders off or the spread changes."

    def scenario(rng: Any):
        return {
            "mean": rng.normal(5, 3, scale=1.5),
            "log_variance": rng.normal(5, 3, mean=-0.8),
            "plain": 0.0 * rng.normal(4, 6),
        }

    def observe(answer: Any, s: Any):
        mean, log_variance = leaf(s.mean), leaf(s.log_variance)
        loss = answer(mean, log_variance)
        return {
            "loss": loss,
            "plain": answer(s.plain, s.plain),
            "d_mean": grad(loss, mean),
            "d_log_variance": grad(loss, log_variance),
        }

    expect = [
        shape("loss", (), why="one number for the whole batch"),
        close("loss", share=1.5, label="the divergence"),
        close("plain", share=0.5, label="the divergence of plain noise", why="mean 0 and variance 1 cost nothing"),
        close("d_mean", share=1, label="the gradient by `mean`"),
        close("d_log_variance", share=1, label="the gradient by `log_variance`"),
    ]
    mistakes = {
        "no half": (
            lambda *a: 2 * divergence(*a),
            "`divergence` is twice as large as it should be, everywhere. Look at the beginning of the formula.",
        ),
        "mean over everything": (
            lambda *a: _each(*a).mean(),
            "`divergence` takes the mean over the numbers of a code as well. The codes' numbers are added up, and only "
            "the sentences are averaged: two dimensions, two different steps.",
        ),
        "summed over the batch": (
            lambda *a: _each(*a).sum(),
            "`divergence` adds up the sentences of the batch too, so twice the batch would cost twice as much. Average "
            "over the batch, after adding up each code's numbers.",
        ),
        "dimensions exchanged": (
            lambda *a: _each(*a).sum(dim=0).mean(),
            "`divergence` adds up over the batch and averages over the numbers of a code: just the other way round. "
            "In (N, F), which dimension is the batch?",
        ),
        "mean not squared": (
            lambda mean, log_variance: 0.5 * (mean + log_variance.exp() - 1 - log_variance).sum(dim=1).mean(),
            "`divergence` takes the mean as it is, so a negative one would be rewarded. However far it lies from 0, on "
            "either side, must cost: there is a square in the formula.",
        ),
        "log variance as variance": (
            lambda mean, log_variance: 0.5 * (mean**2 + log_variance - 1 - log_variance.abs().log()).sum(1).mean(),
            "`divergence` reads `log_variance` as if it were the variance, and takes its logarithm once more. The "
            "variance is `log_variance.exp()`, and the logarithm is there already.",
        ),
        "variance left as a logarithm": (
            lambda mean, log_variance: 0.5 * (mean**2 + log_variance - 1 - log_variance).sum(dim=1).mean(),
            "In `divergence` the variance and its logarithm cancel, so the noise costs nothing, however small it gets. "
            "The first of the two must be the variance itself: what undoes a logarithm?",
        ),
        "sigma for the variance": (
            lambda mean, log_variance: (
                0.5 * (mean**2 + (0.5 * log_variance).exp() - 1 - 0.5 * log_variance).sum(dim=1).mean()
            ),
            "`divergence` takes sigma where the formula has its square, the variance. Half of the logarithm was right "
            "for question 3; here the whole of it is meant.",
        ),
        "without the one": (
            lambda *a: _each(*a, one=0).sum(dim=1).mean(),
            "`divergence` is too large by the same amount everywhere: plain noise should cost 0, and in yours it does "
            "not. Put mean 0 and variance 1 into the formula and see what is missing.",
        ),
        "without the logarithm": (
            lambda *a: _each(*a, log=0).sum(dim=1).mean(),
            "`divergence` has lost the logarithm, so the smaller the variance, the better, and the noise would vanish. "
            "One term must grow when the variance becomes small.",
        ),
        "wrong sign": (
            lambda *a: -divergence(*a),
            "`divergence` has the opposite sign: what should cost is rewarded. A divergence is 0 at best, and positive "
            "everywhere else.",
        ),
        "plus the logarithm": (
            lambda *a: _each(*a, log=-1).sum(dim=1).mean(),
            "`divergence` adds the logarithm where it should be taken away. Then a small variance is rewarded twice, "
            "and the noise would vanish: look at the last sign.",
        ),
    }
