"""Questions 4 and 5: the two losses, judged by their values and gradients, for moderate and for very sure scores."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from learntools.core import close, exercise, grad, leaf, shape
from learntools.losses import discriminator_loss, generator_loss

FAR = 95.0  # a score at which a sigmoid in 32 bits is exactly 0 or 1, and exp overflows


def _observe_loss(answer, **logits) -> dict:
    leaves = {name: leaf(value) for name, value in logits.items()}
    far = {name: leaf(torch.tensor([[FAR], [-FAR]])) for name in logits}
    loss, loss_far = answer(*leaves.values()), answer(*far.values())
    return {
        "loss": loss,
        **{f"d_{name}": grad(loss, value) for name, value in leaves.items()},
        "loss_far": loss_far,
        **{f"d_{name}_far": grad(loss_far, value) for name, value in far.items()},
    }


_FAR_WHY = "a very sure D must not break it"


def _sigmoid_then_bce(logits, label):
    return F.binary_cross_entropy(torch.sigmoid(logits), torch.full_like(logits, label))


def _log_by_hand(logits, label):
    p = torch.sigmoid(logits)
    return -torch.log(p if label else 1 - p).mean()


@exercise(answer="discriminator_loss", points=2)
class q4:
    """D's loss: real images should score high, fakes low."""

    hints = [
        "Two terms, one for each kind of image. What label should D give to a real image, and what to a fake?",
        "`F.binary_cross_entropy_with_logits(logits, labels)` is one term. `torch.ones_like` and `torch.zeros_like` "
        "make labels of the right shape. Add the term for the real images and the one for the fakes.",
    ]
    reference = discriminator_loss
    praise = "Both terms are there, each with its own label, averaged over the batch."

    def scenario(rng: Any):
        return {"real": rng.normal(16, 1, mean=1, scale=3), "fake": rng.normal(16, 1, mean=-0.5, scale=3)}

    def observe(answer: Any, s: Any):
        return _observe_loss(answer, real=s.real, fake=s.fake)

    expect = [
        shape("loss", (), why="one number for the whole batch", label="the loss"),
        close("loss", label="the loss"),
        close("d_real", share=0.5, label="its gradient for the real scores"),
        close("d_fake", share=0.5, label="its gradient for the fake scores"),
        close("loss_far", share=0, label="the loss for scores of 95 and -95", why=_FAR_WHY),
        close("d_real_far", share=0, label="its gradient for real scores of 95 and -95", why=_FAR_WHY),
        close("d_fake_far", share=0, label="its gradient for fake scores of 95 and -95", why=_FAR_WHY),
    ]
    also = [lambda real, fake: discriminator_loss(real, fake) / 2]  # the mean of both terms is as good as their sum
    mistakes = {
        "labels swapped": (
            lambda real, fake: discriminator_loss(fake, real),
            "`discriminator_loss` rewards D for calling fakes real and real images fake. The two labels have changed "
            "places; which of them is 1?",
        ),
        "sigmoid twice": (
            lambda real, fake: discriminator_loss(real.sigmoid(), fake.sigmoid()),
            "`discriminator_loss` squashes the scores twice: `binary_cross_entropy_with_logits` has a sigmoid inside "
            "already, and you apply another before it. Hand it the scores as they are.",
        ),
        "real only": (
            lambda real, fake: F.softplus(-real).mean(),
            "`discriminator_loss` looks at the real images only. A D that calls everything real would be perfect then; "
            "the fakes need their own term.",
        ),
        "fake only": (
            lambda real, fake: F.softplus(fake).mean(),
            "`discriminator_loss` looks at the fakes only. A D that calls everything fake would be perfect then; the "
            "real images need their own term.",
        ),
        "both called real": (
            lambda real, fake: F.softplus(-real).mean() + F.softplus(-fake).mean(),
            "`discriminator_loss` asks D to call the fakes real as well: both terms carry the label 1. Which label "
            "tells D that an image was made up?",
        ),
        "not reduced": (
            lambda real, fake: F.softplus(-real) + F.softplus(fake),
            "`discriminator_loss` returns one loss for each pair of images. `backward` wants a single number, so "
            "average over the batch.",
        ),
        "bare scores": (
            lambda real, fake: fake.mean() - real.mean(),
            "`discriminator_loss` takes the difference of the average scores. That is the critic of a Wasserstein GAN, "
            "which needs more than this to be stable; here use cross-entropy with labels 1 and 0.",
        ),
        "sign": (
            lambda real, fake: -discriminator_loss(real, fake),
            "`discriminator_loss` has the right terms with the wrong sign: training makes it smaller, and would make D "
            "as bad as it can be. A cross-entropy is never negative.",
        ),
        "probabilities first": (
            lambda real, fake: _sigmoid_then_bce(real, 1.0) + _sigmoid_then_bce(fake, 0.0),
            "`discriminator_loss` is right while the scores are moderate. For a score of 95 the sigmoid rounds to "
            "exactly 1, and the gradient is gone. The function whose name ends in `with_logits` avoids that step.",
        ),
        "logarithm by hand": (
            lambda real, fake: _log_by_hand(real, 1) + _log_by_hand(fake, 0),
            "`discriminator_loss` is right while the scores are moderate, but for a score of 95 it goes beyond what 32 "
            "bits can hold. The function whose name ends in `with_logits` computes the same without such an "
            "exponential or logarithm by hand.",
        ),
        "summed": (
            lambda real, fake: len(real) * discriminator_loss(real, fake),
            "`discriminator_loss` adds up over the batch, so twice as many images would give twice the loss, and twice "
            "the step. Average over the batch instead.",
        ),
        "average first": (
            lambda real, fake: discriminator_loss(real.mean(), fake.mean()),
            "`discriminator_loss` averages the scores before the cross-entropy, so one very good image hides a bad "
            "one. Each image needs its own loss; the average comes last.",
        ),
        "terms subtracted": (
            lambda real, fake: F.softplus(-real).mean() - F.softplus(fake).mean(),
            "`discriminator_loss` subtracts the fakes' term from the real images' term. D should do well on both "
            "kinds, so both mistakes must make the loss larger.",
        ),
    }


@exercise(answer="generator_loss", points=2)
class q5:
    """G's loss: its fakes should be taken for real."""

    hints = [
        "G does not want the truth. Which label does it wish D would give to its fakes?",
        "It is one term, like the first one of D's loss, but on the fakes: cross-entropy with the label for “real”.",
    ]
    reference = generator_loss
    praise = "G is pulled hardest where D is sure of the fake, which is when it has most to learn."

    def scenario(rng: Any):
        return {"fake": rng.normal(16, 1, mean=-1, scale=3)}

    def observe(answer: Any, s: Any):
        return _observe_loss(answer, fake=s.fake)

    expect = [
        shape("loss", (), why="one number for the whole batch", label="the loss"),
        close("loss", label="the loss"),
        close("d_fake", label="its gradient for the fake scores", why="this is what G learns from"),
        close("loss_far", share=0, label="the loss for scores of 95 and -95", why=_FAR_WHY),
        close("d_fake_far", share=0, label="its gradient for scores of 95 and -95", why=_FAR_WHY),
    ]
    mistakes = {
        "D's label": (
            lambda fake: F.softplus(fake).mean(),
            "`generator_loss` gives the fakes the label 0, as D does, so G would learn to be caught. What does G "
            "wish that D would say?",
        ),
        "saturating": (
            lambda fake: -F.softplus(fake).mean(),
            "`generator_loss` is D's term for the fakes with a minus sign. It pushes the right way, but hardly at all "
            "while D wins. Ask instead that fakes be labelled real.",
        ),
        "sign": (
            lambda fake: -F.softplus(-fake).mean(),
            "`generator_loss` has the right label and the wrong sign: making it smaller makes the fakes less real. "
            "A cross-entropy is never negative; leave out the minus.",
        ),
        "sigmoid twice": (
            lambda fake: generator_loss(fake.sigmoid()),
            "`generator_loss` squashes the scores twice: a sigmoid is inside `binary_cross_entropy_with_logits` "
            "already. Hand it the scores as they are.",
        ),
        "not reduced": (
            lambda fake: F.softplus(-fake),
            "`generator_loss` returns one loss for each fake. `backward` wants a single number, so average over the "
            "batch.",
        ),
        "detached": (
            lambda fake: generator_loss(fake.detach()),
            "`generator_loss` has the right value but is cut off from the scores, so no gradient reaches G. Nothing "
            "should be detached here, and no number taken out with `.item()`.",
        ),
        "probabilities first": (
            lambda fake: _sigmoid_then_bce(fake, 1.0),
            "`generator_loss` is right while the scores are moderate. For a score of -95 the sigmoid rounds to "
            "exactly 0, and the gradient is gone just where G needs it most. The function whose name ends in "
            "`with_logits` avoids that step.",
        ),
        "logarithm by hand": (
            lambda fake: _log_by_hand(fake, 1),
            "`generator_loss` is right while the scores are moderate, but for a score of -95 it goes beyond what 32 "
            "bits can hold. The function whose name ends in `with_logits` computes the same without such an "
            "exponential or logarithm by hand.",
        ),
        "summed": (
            lambda fake: len(fake) * generator_loss(fake),
            "`generator_loss` adds up over the batch, so twice as many images would give twice the loss, and twice the "
            "step. Average over the batch instead.",
        ),
        "half": (
            lambda fake: generator_loss(fake) / 2,
            "`generator_loss` is right but for a factor of a half. It has a single term, the one on the fakes, so "
            "there is nothing to divide by.",
        ),
        "average first": (
            lambda fake: generator_loss(fake.mean()),
            "`generator_loss` averages the scores before the cross-entropy, so one good fake hides the bad ones. Each "
            "fake needs its own loss; the average comes last.",
        ),
        "bare scores": (
            lambda fake: -fake.mean(),
            "`generator_loss` is the negative average score, as in a Wasserstein GAN. It pulls equally on every fake; "
            "here use cross-entropy, which pulls most on the fakes that D sees through.",
        ),
    }
