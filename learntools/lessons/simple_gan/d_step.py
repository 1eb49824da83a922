"""Question 6: one training step of D, judged by who moved, where to, and what was left behind."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from learntools.core import close, exercise, gradients, moved, travel, true, weights
from learntools.lessons.simple_gan.images import as_number
from learntools.lessons.simple_gan.players import (
    MOVE_WHY,
    Optimiser,
    cleared_too_late,
    count_backward,
    leave_gradients,
    players,
    state,
)
from learntools.losses import discriminator_loss, generator_loss


def discriminator_step(G, D, real, z, optimizer):
    """One move of D; returns its loss."""
    fake = G(z).detach()
    loss = discriminator_loss(D(real), D(fake))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def _d_step(G, D, real, z, optimizer, *, detach=True, zero=True, step=True, backward=True, loss=discriminator_loss):
    """`discriminator_step` with one thing done differently."""
    fake = G(z).detach() if detach else G(z)
    value = loss(D(real), D(fake))
    if zero:
        optimizer.zero_grad()
    if backward:
        value.backward()
    if step:
        optimizer.step()
    return value


def _step_first(G, D, real, z, optimizer):
    loss = discriminator_loss(D(real), D(G(z).detach()))
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss


def _cleared_in_between(G, D, real, z, optimizer):
    optimizer.zero_grad()
    on_real = F.softplus(-D(real)).mean()
    on_real.backward()
    optimizer.zero_grad()
    on_fake = F.softplus(D(G(z).detach())).mean()
    on_fake.backward()
    optimizer.step()
    return on_real + on_fake


def _clear_after(loss, optimizer):
    optimizer.zero_grad()
    return loss


def _d_moves_both(G, D, real, z, optimizer):
    loss = _d_step(G, D, real, z, optimizer, detach=False)
    with torch.no_grad():
        for value in G.parameters():
            value -= 0.5 * value.grad
    return loss


@exercise(answer="discriminator_step", points=3, pure=False)
class q6:
    """One move of D: it learns to tell real from fake, while G holds still."""

    hints = [
        "Four things happen: make fakes, compute the loss, compute gradients, move. Old gradients must go before new "
        "ones come.",
        "G is not on trial in this step. `G(z).detach()` gives the fakes without the way back to G. Then: "
        "`zero_grad`, `backward`, `step`.",
    ]
    reference = discriminator_step
    praise = "D moved, G did not, and no gradient leaked into G."

    def scenario(rng: Any):
        return {"real": rng.images(8, 1, 4, 4), "z": rng.normal(8, 5), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        G, D = players(s.seed)
        leave_gradients(D)  # as G's step before has left them
        before, found, optimiser = (weights(G), weights(D)), state(G, D), Optimiser(D)
        backward_runs = count_backward(D)
        loss = answer(G, D, s.real, s.z, optimiser)
        return {
            "d_move": travel(before[1], D),
            "d_alone": moved(before[1], D) and not moved(before[0], G),
            "g_clean": len(backward_runs) > 0 and gradients(G) is None,
            "loss": as_number(loss),
            "as_found": state(G, D) == found,
            "backward_runs": len(backward_runs),
            "moves": optimiser.moves,
            "gradient_left": gradients(D) is not None,
            "state": str(state(G, D)),
        }

    expect = [
        close("d_move", share=2, label="the move of D's weights", why=MOVE_WHY),
        true("d_alone", share=0.5, why="D moves in this step, and G's weights stay as they are"),
        true("g_clean", share=1, why="the gradient must stop at the fakes, before it reaches G"),
        close("loss", share=0.5, label="the loss that it returns"),
        true(
            "as_found", share=0, why="both networks must be left in the mode, and as able to learn, as they were found"
        ),
    ]
    mistakes = {
        "no detach": (
            lambda *a: _d_step(*a, detach=False),
            "In `discriminator_step` the fakes still have their way back to G, so `backward` fills G with gradients "
            "that push it the wrong way. Cut the fakes off from G before D sees them.",
        ),
        "no zero_grad": (
            lambda *a: _d_step(*a, zero=False),
            "`discriminator_step` adds the new gradient to an old one: G's step left gradients in D as well. Clear "
            "them before `backward` runs.",
        ),
        "no step": (
            lambda *a: _d_step(*a, step=False),
            "`discriminator_step` computes the gradients but D's weights stay as they were. One call is missing at the "
            "end: who turns gradients into a move?",
        ),
        "no backward": (
            lambda *a: _d_step(*a, backward=False),
            "`discriminator_step` computes the loss but never its gradients, so the optimiser finds nothing to act on. "
            "Which method of the loss fills in the gradients?",
        ),
        "step before backward": (
            _step_first,
            "`discriminator_step` moves D before the new gradients are there, so it follows old ones. First clear, "
            "then compute the gradients, and only then move.",
        ),
        "cleared too late": (
            lambda G, D, real, z, optimizer: cleared_too_late(
                D, discriminator_loss(D(real), D(G(z).detach())), optimizer
            ),
            "`discriminator_step` clears the gradients between `backward` and `step`, so the optimiser finds nothing "
            "left. Clear before `backward`, not after it.",
        ),
        "labels swapped": (
            lambda *a: _d_step(*a, loss=lambda real, fake: discriminator_loss(fake, real)),
            "In `discriminator_step` the loss gets the scores in the wrong order: D is trained to call fakes real. "
            "The real images' scores come first.",
        ),
        "G's loss": (
            lambda *a: _d_step(*a, loss=lambda real, fake: generator_loss(fake)),
            "`discriminator_step` uses G's loss, so D learns to help its opponent, and the real images play no part. "
            "Use the discriminator's loss on both kinds of score.",
        ),
        "real only": (
            lambda *a: _d_step(*a, loss=lambda real, fake: F.softplus(-real).mean()),
            "`discriminator_step` trains D on the real images only, so D learns to call everything real. The fakes' "
            "scores belong into the same loss.",
        ),
        "fakes' score detached": (
            lambda *a: _d_step(*a, loss=lambda real, fake: discriminator_loss(real, fake.detach())),
            "In `discriminator_step` the score of the fakes is cut off, so D learns nothing from them. Cut between G "
            "and the image, not between D and its score.",
        ),
        "cleared in between": (
            _cleared_in_between,
            "`discriminator_step` clears the gradients between the real images and the fakes, so only the second half "
            "counts. Clear once, at the beginning, and let both halves add up.",
        ),
        "cleared only afterwards": (
            lambda G, D, real, z, optimizer: _clear_after(_d_step(G, D, real, z, optimizer, zero=False), optimizer),
            "`discriminator_step` clears the gradients after its move, but G's step leaves gradients in D too, and "
            "those are still there when this step begins. Clear before `backward`.",
        ),
        "wrong direction": (
            lambda *a: _d_step(*a, loss=lambda real, fake: -discriminator_loss(real, fake)),
            "`discriminator_step` moves D uphill: the loss has a minus sign. An optimiser makes its loss smaller, and "
            "that is what D wants, so hand it the loss itself.",
        ),
        "sigmoid twice": (
            lambda *a: _d_step(*a, loss=lambda real, fake: discriminator_loss(real.sigmoid(), fake.sigmoid())),
            "In `discriminator_step` the scores go through a sigmoid before the loss, which has one inside already. "
            "Hand the loss D's scores as they are.",
        ),
        "two moves": (
            lambda *a: (_d_step(*a), _d_step(*a))[0],
            "`discriminator_step` moves D twice. One call is one move of each player; a loop around the step can "
            "always ask for more.",
        ),
        "moves G too": (
            _d_moves_both,
            "`discriminator_step` moves G as well, towards being caught. G must hold still while D moves: its own step "
            "comes next.",
        ),
        "G frozen": (
            lambda G, D, real, z, optimizer: (G.requires_grad_(False), _d_step(G, D, real, z, optimizer))[1],
            "`discriminator_step` freezes G's weights and never thaws them, so G can learn nothing in its own step. "
            "Cut the fakes off instead: that leaves G itself as it was.",
        ),
        "G in eval mode": (
            lambda G, D, real, z, optimizer: (G.eval(), _d_step(G, D, real, z, optimizer))[1],
            "`discriminator_step` leaves G in eval mode, where batch normalisation stops learning. While you train, "
            "both networks stay in train mode.",
        ),
        "same images twice": (
            lambda G, D, real, z, optimizer: _d_step(lambda z: real, D, real, z, optimizer),
            "In `discriminator_step` D scores the real images twice and never sees a fake. Let G make images from `z`, "
            "and give D those as its second batch.",
        ),
    }
