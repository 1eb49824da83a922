"""Question 7: one training step of G, judged by who moved, where to, and what was left behind."""

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


def generator_step(G, D, z, optimizer):
    """One move of G; returns its loss."""
    loss = generator_loss(D(G(z)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def _g_step(G, D, z, optimizer, *, detach=False, zero=True, step=True, backward=True, loss=generator_loss):
    """`generator_step` with one thing done differently."""
    fake = G(z).detach() if detach else G(z)
    value = loss(D(fake))
    if zero:
        optimizer.zero_grad()
    if backward:
        value.backward()
    if step:
        optimizer.step()
    return value


def _g_step_first(G, D, z, optimizer):
    loss = generator_loss(D(G(z)))
    optimizer.zero_grad()
    optimizer.step()
    loss.backward()
    return loss


def _judged_without_gradient(G, D, z, optimizer):
    with torch.no_grad():
        logits = D(G(z))
    loss = generator_loss(logits)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def _g_moves_both(G, D, z, optimizer):
    loss = generator_step(G, D, z, optimizer)
    with torch.no_grad():
        for value in D.parameters():
            value -= 0.5 * value.grad
    return loss


@exercise(answer="generator_step", points=3, pure=False)
class q7:
    """One move of G: it learns to fool D, while D holds still."""

    hints = [
        "This time the gradient must run all the way: from the loss through D into G. What may not be cut?",
        "Score the fakes with D, take `losses.generator_loss`, then `zero_grad`, `backward`, `step`, as before. The "
        "optimiser you are given holds G's weights only, so D stays where it is.",
    ]
    reference = generator_step
    praise = "The gradient went through D, and only G moved."

    def scenario(rng: Any):
        return {"z": rng.normal(8, 5), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        G, D = players(s.seed)
        leave_gradients(G)  # as its own step before has left them
        before, found, optimiser = (weights(G), weights(D)), state(G, D), Optimiser(G)
        g_backward, d_backward = count_backward(G), count_backward(D)
        loss = answer(G, D, s.z, optimiser)
        return {
            "g_move": travel(before[0], G),
            "g_alone": moved(before[0], G) and not moved(before[1], D),
            "loss": as_number(loss),
            "as_found": state(G, D) == found,
            "g_backward": len(g_backward),
            "d_backward": len(d_backward),
            "moves": optimiser.moves,
            "gradient_left": gradients(G) is not None,
            "state": str(state(G, D)),
        }

    expect = [
        close("g_move", share=2, label="the move of G's weights", why=MOVE_WHY),
        true("g_alone", share=1, why="G moves in this step, and D's weights stay as they are"),
        close("loss", share=0.5, label="the loss that it returns"),
        true(
            "as_found", share=0, why="both networks must be left in the mode, and as able to learn, as they were found"
        ),
    ]
    mistakes = {
        "detached": (
            lambda *a: _g_step(*a, detach=True),
            "In `generator_step` the fakes are cut off from G, so no gradient finds its way back and G does not move. "
            "Detaching belongs to D's step; here the way must stay open.",
        ),
        "no_grad": (
            _judged_without_gradient,
            "In `generator_step` D judges under `torch.no_grad()`, so the loss has no way back at all and `backward` "
            "fails. D's weights stay put anyway: the optimiser holds only G's.",
        ),
        "no zero_grad": (
            lambda *a: _g_step(*a, zero=False),
            "`generator_step` adds the new gradient to the one of G's previous move, so G keeps running in a direction "
            "it has left already. Clear the gradients before `backward`.",
        ),
        "no step": (
            lambda *a: _g_step(*a, step=False),
            "`generator_step` computes G's gradients, but its weights stay as they were. One call is missing at the "
            "end: who turns gradients into a move?",
        ),
        "no backward": (
            lambda *a: _g_step(*a, backward=False),
            "`generator_step` computes the loss but never its gradients, so the optimiser finds nothing to act on. "
            "Which method of the loss fills in the gradients? Are its parentheses there?",
        ),
        "step before backward": (
            _g_step_first,
            "`generator_step` moves G before the new gradients are there. First clear, then compute the gradients, and "
            "only then move.",
        ),
        "cleared too late": (
            lambda G, D, z, optimizer: cleared_too_late(G, generator_loss(D(G(z))), optimizer),
            "`generator_step` clears the gradients between `backward` and `step`, so the optimiser finds nothing left. "
            "Clear before `backward`, not after it.",
        ),
        "D's loss": (
            lambda *a: _g_step(*a, loss=lambda fake: discriminator_loss(fake, fake)),
            "`generator_step` uses D's loss, which has a term that calls fakes fake. G has a loss of its own, with one "
            "term and the label it wishes for.",
        ),
        "sigmoid twice": (
            lambda *a: _g_step(*a, loss=lambda fake: generator_loss(fake.sigmoid())),
            "In `generator_step` the scores go through a sigmoid before the loss, which has one inside already. Hand "
            "the loss D's scores as they are.",
        ),
        "two moves": (
            lambda *a: (_g_step(*a), _g_step(*a))[0],
            "`generator_step` moves G twice. One call is one move of each player; a loop around the step can always "
            "ask for more.",
        ),
        "D frozen": (
            lambda G, D, z, optimizer: (D.requires_grad_(False), _g_step(G, D, z, optimizer))[1],
            "`generator_step` freezes D's weights and never thaws them, so D can learn nothing in its own step. D "
            "stays put anyway, because this optimiser holds only G's weights.",
        ),
        "D in eval mode": (
            lambda G, D, z, optimizer: (D.eval(), _g_step(G, D, z, optimizer))[1],
            "`generator_step` leaves D in eval mode. A layer that behaves differently there, such as dropout, would "
            "stay switched off; while you train, both networks stay in train mode.",
        ),
        "D's label": (
            lambda *a: _g_step(*a, loss=lambda fake: F.softplus(fake).mean()),
            "`generator_step` moves G so that its fakes look more fake: they carry D's label, 0. G wants the opposite "
            "of what D wants; use the generator's loss.",
        ),
        "sign": (
            lambda *a: _g_step(*a, loss=lambda fake: -generator_loss(fake)),
            "`generator_step` climbs where it should go down: the loss has a minus sign too many. An optimiser always "
            "makes the loss smaller, so hand it the loss itself.",
        ),
        "moves D too": (
            _g_moves_both,
            "`generator_step` moves D as well, towards being fooled. That spoils the game: D must hold still while G "
            "moves. Only G's weights may change in this step.",
        ),
        "wrong input": (
            lambda G, D, z, optimizer: _g_step(lambda z: G(torch.randn_like(z)), D, z, optimizer),
            "`generator_step` draws noise of its own instead of using the `z` that it is given. Then a run cannot be "
            "repeated; make the fakes from that `z`.",
        ),
    }
