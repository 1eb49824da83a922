"""Question 3: conditioning augmentation, a code drawn anew around what the sentence says."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import between, close, equal, exercise, grad, leaf, true


def augment(mean, log_variance):
    """A code (N, F) from the normal distribution with this mean and log variance, both (N, F)."""
    return mean + (0.5 * log_variance).exp() * torch.randn_like(mean)


_MANY = 4000  # draws, over which mean and spread of the code are measured


@exercise(answer="augment", points=2)
class q3:
    """Draw a code around the mean, with as much noise as the variance says."""

    hints = [
        "Noise with mean 0 and spread 1 is `torch.randn_like(mean)`. Times sigma it has the spread sigma; plus the "
        "mean it lies around the mean.",
        "The variance is sigma squared, so log variance = 2 · log sigma. Which factor stands in `exp` when you want "
        "sigma itself?",
        "No number may share its noise with another: `randn_like` of a tensor (N, F) draws N · F numbers.",
    ]
    reference = augment
    praise = "Around each sentence there is a small cloud of codes now, and the gradient still reaches both numbers."

    def scenario(rng: Any):
        spread = rng.uniform(3, 4, low=0.3, high=2.0)
        return {
            "mean": rng.normal(3, 4, scale=2),
            "log_variance": 2 * spread.log(),
            "seed": rng.seed(),
        }

    def observe(answer: Any, s: Any):
        mean, log_variance = leaf(s.mean), leaf(s.log_variance)
        torch.manual_seed(s.seed)
        code = answer(mean, log_variance)
        d_mean, d_log = grad(code, mean), grad(code, log_variance)
        torch.manual_seed(s.seed + 1)
        again = answer(s.mean, s.log_variance)
        wide = answer(s.mean[:, :1].expand(-1, _MANY).clone(), s.log_variance[:, :1].expand(-1, _MANY).clone())
        tall = answer(s.mean[:1].expand(_MANY, -1).clone(), s.log_variance[:1].expand(_MANY, -1).clone())
        if not all(isinstance(v, torch.Tensor) and v.ndim == 2 for v in (code, again, wide, tall)):
            return {"code": code}
        still = answer(s.mean, torch.full_like(s.mean, -60.0))
        # sigma's gradient is half of the noise that was added, whatever was drawn
        noise = (code - mean).detach()
        return {
            "code": list(code.shape),
            "varies": not torch.equal(code.detach(), again),
            "middle": (wide.mean(dim=1) - s.mean[:, 0]) / s.log_variance[:, 0].mul(0.5).exp(),
            "spread": wide.std(dim=1) / s.log_variance[:, 0].mul(0.5).exp(),
            "spread_down": tall.std(dim=0) / s.log_variance[0].mul(0.5).exp(),
            "alike": _alike(tall - s.mean[0]) or _alike((wide - s.mean[:, :1]).T),
            "still": still,
            "d_mean": d_mean,
            "d_log_variance": d_log is not None and bool((d_log - 0.5 * noise).abs().max() < 1e-3),
        }

    expect = [
        equal("code", share=0, label="the code's shape"),
        true("varies", share=0.5, why="two calls draw different noise, so they give different codes"),
        between("middle", -0.1, 0.1, share=0.5, label="how far the codes' mean lies from `mean`, in sigmas"),
        between("spread", 0.92, 1.08, share=1.5, label="the codes' spread over that which `log_variance` says"),
        between("spread_down", 0.92, 1.08, share=0.5, label="the same over many sentences"),
        equal("alike", share=1, label="whether numbers share their noise", why="each needs noise of its own"),
        close("still", share=0.5, label="the code when the variance is almost 0", why="then only the mean is left"),
        close("d_mean", share=0.5, label="the gradient that comes back to `mean`"),
        true("d_log_variance", share=0.5, why="the gradient must reach `log_variance` through sigma"),
    ]
    mistakes = {
        "no noise": (
            lambda mean, log_variance: mean + (0.5 * log_variance).exp(),
            "`augment` adds sigma itself, so the same sentence always has the same code. Sigma only says how much "
            "noise there should be: multiply it with numbers drawn at random.",
        ),
        "mean alone": (
            lambda mean, log_variance: mean + 0 * log_variance,
            "`augment` gives the mean back, and nothing is drawn. Then G sees one point for each sentence, and has no "
            "reason to be sensible beside it. Where does the noise come in?",
        ),
        "log variance for sigma": (
            lambda mean, log_variance: mean + log_variance * torch.randn_like(mean),
            "`augment` multiplies the noise by `log_variance` itself. That is a logarithm, 0 where sigma is 1, and "
            "often negative: it has to go through `exp` first.",
        ),
        "variance for sigma": (
            lambda mean, log_variance: mean + log_variance.exp() * torch.randn_like(mean),
            "`augment` uses the variance as if it were sigma: large spreads come out too large, small ones too small. "
            "The variance is sigma squared. What does that mean for its logarithm?",
        ),
        "doubled": (
            lambda mean, log_variance: mean + (2 * log_variance).exp() * torch.randn_like(mean),
            "`augment` doubles the logarithm, which squares the variance. Sigma is its root: with logarithms a root "
            "is half, not twice.",
        ),
        "uniform noise": (
            lambda mean, log_variance: mean + (0.5 * log_variance).exp() * torch.rand_like(mean),
            "`augment` draws from 0 to 1, where every number is as likely: the codes all lie on one side of the mean. "
            "Normal noise lies on both sides of 0. Which function of torch draws it?",
        ),
        "noise shared by the batch": (
            lambda mean, log_variance: mean + (0.5 * log_variance).exp() * torch.randn(mean.shape[1]),
            "`augment` draws one row of noise and gives it to the whole batch, so all sentences move in the same "
            "direction. Each needs noise of its own: as many numbers as `mean` has.",
        ),
        "one number for a sentence": (
            lambda mean, log_variance: mean + (0.5 * log_variance).exp() * torch.randn(len(mean), 1),
            "`augment` draws a single number for each sentence, so all numbers of its code move together. Each number "
            "needs noise of its own.",
        ),
        "always the same noise": (
            lambda mean, log_variance: (
                mean + (0.5 * log_variance).exp() * torch.randn(mean.shape, generator=torch.Generator().manual_seed(0))
            ),
            "`augment` draws the same noise at each call, so a sentence has one code for ever. Fix no seed in here: "
            "every call should draw anew.",
        ),
        "cut off": (
            lambda mean, log_variance: torch.normal(mean.detach(), (0.5 * log_variance).exp().detach()),
            "`augment` draws the right codes, but they are cut off from `mean` and `log_variance`, so neither would "
            "ever learn. Draw noise that depends on nothing, then scale and shift it: the gradient passes through "
            "those two.",
        ),
        "mean scaled too": (
            lambda mean, log_variance: (0.5 * log_variance).exp() * (mean + torch.randn_like(mean)),
            "`augment` multiplies the mean by sigma too. Then a code with little noise has lost what the sentence "
            "says. Only the noise is scaled: mind where the brackets close.",
        ),
    }


def _alike(noise: torch.Tensor) -> bool:
    """Whether the columns of (M, F) go up and down together, or all rows are one."""
    if float(noise.std(dim=0).max()) < 1e-6:
        return True
    return bool(noise.shape[1] > 1 and torch.corrcoef(noise.T)[0, 1].abs() > 0.9)
