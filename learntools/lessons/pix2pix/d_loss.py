"""Question 5: D's loss on two kinds of pairs, judged by what D was shown, who got a gradient and who moved."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.core import close, exercise, gradients, moved, travel, true, weights
from learntools.lessons.pix2pix.layers import judge, painter, was_shown
from learntools.losses import discriminator_loss as cross_entropy
from learntools.losses import hinge_discriminator_loss, hinge_generator_loss, least_squares_discriminator_loss


def score(D, x, y):
    return D(torch.cat([x, y], dim=1))


def discriminator_loss(D, x, y, fake):
    """D's loss: x with its true partner y should score high, x with G's fake low; no gradient reaches G."""
    return hinge_discriminator_loss(score(D, x, y), score(D, x, fake.detach()))


def _loss(D, x, y, fake, *, beside_real=None, beside_fake=None, detach=True, loss=hinge_discriminator_loss):
    """`discriminator_loss` with one thing done differently."""
    real_logits = score(D, x if beside_real is None else beside_real, y)
    fake_logits = score(D, x if beside_fake is None else beside_fake, fake.detach() if detach else fake)
    return loss(real_logits, fake_logits)


def _cut_in_place(D, x, y, fake):
    return hinge_discriminator_loss(score(D, x, y), score(D, x, fake.detach_()))


def as_number(value: Any) -> Any:
    """A one-element result as a number, anything else as it is."""
    return float(value) if isinstance(value, Tensor) and value.numel() == 1 else value


def descend(network: torch.nn.Module) -> None:
    """One step of plain gradient descent; torch's own optimisers cost the first check a second of importing."""
    with torch.no_grad():
        for value in network.parameters():
            if value.grad is not None:
                value -= 0.5 * value.grad


@exercise(answer="discriminator_loss", points=3, pure=False)
class q5:
    """D's loss on real pairs and on fake ones."""

    hints = [
        "Two pairs go to D: the input with its true partner, and the input with what G made of it. Which of the "
        "two should score high, and which low?",
        "`losses.hinge_discriminator_loss` takes the logits of the real pairs first, then those of the fake ones.",
        "The fakes still hang on G. `fake.detach()` has the same pixels without the way back.",
    ]
    reference = discriminator_loss
    also = [lambda *a: discriminator_loss(*a) / 2]  # as in the paper's own code
    praise = "Both kinds of pairs had their own input beside them, D moved, and no gradient leaked into G."

    def scenario(rng: Any):
        return {"x": rng.images(3, 3, 6, 8), "y": rng.images(3, 3, 6, 8), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        G, D = painter(s.seed), judge(s.seed + 1)
        with torch.no_grad():
            D.head.weight *= 6  # logits on both sides of 1 and -1, or the hinge would never show
        before = weights(G), weights(D)
        fake = G(s.x)
        loss = answer(D, s.x, s.y, fake)
        real_told, fake_told = was_shown(D, s.x, s.y), was_shown(D, s.x, fake.detach())
        learns = isinstance(loss, Tensor) and loss.requires_grad
        if learns:
            loss.sum().backward()
            descend(D)
        return {
            "real pairs": real_told,
            "fake pairs": fake_told,
            "loss": as_number(loss),
            "d_move": travel(before[1], D),
            "d_alone": moved(before[1], D) and not moved(before[0], G),
            "g_clean": learns and gradients(G) is None,
            "g_can_learn": fake.requires_grad,
            "d_learns": all(value.requires_grad for value in D.parameters()),
            "shown": [list(images.shape) for images in D.shown],
        }

    expect = [
        true("real pairs", share=0.5, why="D must see each `y` beside its own input `x`"),
        true("fake pairs", share=1, why="D must see each fake beside the input `x` that it was made from"),
        close("loss", share=0.5, label="the loss", why="look at the two terms"),
        close("d_move", share=1.5, label="the move of D's weights", why="look at the two terms"),
        true("d_alone", share=0, why="when D follows this loss, D moves and G does not"),
        true("g_clean", share=1, why="the gradient must stop at the fakes, before it reaches G"),
        true("g_can_learn", share=0, why="G's own step needs `fake` with its graph, so leave `fake` itself as it is"),
        true("d_learns", share=0, why="D's weights must be left as able to learn as they were"),
    ]
    mistakes = {
        "no detach": (
            lambda *a: _loss(*a, detach=False),
            "In `discriminator_loss` the fakes are still attached to G, so `backward` fills G with gradients that help "
            "its opponent. Cut the fakes off before D sees them.",
        ),
        "cut in place": (
            _cut_in_place,
            "`discriminator_loss` cuts `fake` itself off from G, with `detach_`. But the caller needs the same `fake` "
            "for G's step, and there its way back is gone. Make a copy without the graph, and show D that.",
        ),
        "no hinge": (
            lambda *a: _loss(*a, loss=lambda real, fake: 2 - real.mean() + fake.mean()),
            "`discriminator_loss` rewards D for ever larger scores. The hinge stops at 1 and -1, for each logit by "
            "itself: `losses.hinge_discriminator_loss` wants all of the logits as they are.",
        ),
        "mean before the hinge": (
            lambda *a: _loss(*a, loss=lambda real, fake: hinge_discriminator_loss(real.mean(), fake.mean())),
            "`discriminator_loss` takes the mean of the logits first and the hinge of that. Then one very sure patch "
            "makes up for several wrong ones. Hand over all of the logits: the loss takes the mean itself.",
        ),
        "no condition": (
            lambda D, x, y, fake: hinge_discriminator_loss(D(y), D(fake.detach())),
            "`discriminator_loss` shows D the images without their inputs. Then D can refuse what looks wrong, but "
            "never what does not belong to its input. Use `scored`, with `x`, for both.",
        ),
        "fakes without their input": (
            lambda D, x, y, fake: hinge_discriminator_loss(score(D, x, y), D(fake.detach())),
            "In `discriminator_loss` the real pairs come with their input, but the fakes come alone. D would tell them "
            "apart by that and learn nothing else: both need `x` beside them.",
        ),
        "fakes beside the truth": (
            lambda D, x, y, fake: _loss(D, x, y, fake, beside_fake=y),
            "`discriminator_loss` shows D the fakes beside the true images instead of the inputs. At test time nobody "
            "has the truth; a fake belongs beside the `x` that it was made from.",
        ),
        "fakes beside themselves": (
            lambda D, x, y, fake: _loss(D, x, y, fake, beside_fake=fake.detach()),
            "`discriminator_loss` shows D each fake beside itself. D must see what it was made from: the input `x`, "
            "as in the real pairs.",
        ),
        "input for the truth": (
            lambda D, x, y, fake: hinge_discriminator_loss(score(D, x, x), score(D, x, fake.detach())),
            "`discriminator_loss` calls the input beside itself real, so D would teach G to leave the drawing as it "
            "is. The real partner of `x` is `y`.",
        ),
        "wrong partners": (
            lambda D, x, y, fake: _loss(D, x, y, fake, beside_fake=x.roll(1, 0)),
            "In `discriminator_loss` the fakes stand beside inputs that they were not made from. Image number i of the "
            "fakes belongs to number i of `x`: leave the order as it is.",
        ),
        "real and fake swapped": (
            lambda *a: _loss(*a, loss=lambda real, fake: hinge_discriminator_loss(fake, real)),
            "`discriminator_loss` hands the logits over in the wrong order, so D learns to give fakes the higher "
            "score. Those of the real pairs come first.",
        ),
        "cross-entropy": (
            lambda *a: _loss(*a, loss=cross_entropy),
            "`discriminator_loss` uses the cross-entropy of lesson 03 and of the paper. That would train too, but both "
            "players must play the same game, and here it is the hinge loss of lesson 04.",
        ),
        "least squares": (
            lambda *a: _loss(*a, loss=least_squares_discriminator_loss),
            "`discriminator_loss` uses least squares. That would train too, but both players must play the same game, "
            "and here it is the hinge loss of lesson 04.",
        ),
        "G's loss": (
            lambda *a: _loss(*a, loss=lambda real, fake: hinge_generator_loss(fake)),
            "`discriminator_loss` uses G's loss, so D learns to help its opponent, and the real pairs play no part. "
            "Take the discriminator's hinge loss on both.",
        ),
        "real only": (
            lambda *a: _loss(*a, loss=lambda real, fake: F.relu(1 - real).mean()),
            "`discriminator_loss` has a term for the real pairs only, so D learns to call everything real. The fake "
            "pairs belong into the same loss.",
        ),
        "fake only": (
            lambda *a: _loss(*a, loss=lambda real, fake: F.relu(1 + fake).mean()),
            "`discriminator_loss` has a term for the fake pairs only, so D learns to call everything fake. The real "
            "pairs belong into the same loss.",
        ),
        "logits cut off": (
            lambda *a: _loss(*a, loss=lambda real, fake: hinge_discriminator_loss(real, fake.detach())),
            "In `discriminator_loss` the logits of the fake pairs are cut off, so D learns nothing from them. Cut "
            "between G and the image, not between D and its logits.",
        ),
        "wrong direction": (
            lambda *a: _loss(*a, loss=lambda real, fake: -hinge_discriminator_loss(real, fake)),
            "`discriminator_loss` has a minus sign too many: D would climb where it should go down. An optimiser makes "
            "the loss smaller, and that is what D wants.",
        ),
    }
