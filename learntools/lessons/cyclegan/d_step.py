"""Question 7: one move of both discriminators, judged by who moved, where to, and what each of them was shown."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import close, exercise, moved, travel, true, weights
from learntools.lessons.cyclegan.players import adversarial, clean, players, refuse
from learntools.lessons.simple_gan.images import as_number
from learntools.lessons.simple_gan.players import Optimiser, leave_gradients, state


def discriminators_step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, optimizer):
    """One move of both discriminators; returns their loss."""
    fake_b, fake_a = buffer_b(G(a)), buffer_a(F(b))
    loss = refuse(D_a(a), D_a(fake_a)) + refuse(D_b(b), D_b(fake_b))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def _step(
    G, F, D_a, D_b, a, b, buffer_a, buffer_b, optimizer, *,
    fakes=None, loss=None, zero=True, backward=True, step=True,
):  # fmt: skip
    """`discriminators_step` with one thing done differently: how the fakes (of a, of b) are made, or the loss."""
    fake_a, fake_b = fakes() if fakes else (buffer_a(F(b)), buffer_b(G(a)))
    value = loss(fake_a, fake_b) if loss else refuse(D_a(a), D_a(fake_a)) + refuse(D_b(b), D_b(fake_b))
    if zero:
        optimizer.zero_grad()
    if backward:
        value.backward()
    if step:
        optimizer.step()
    return value


def _no_buffer(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    return _step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o, fakes=lambda: (F(b).detach(), G(a).detach()))


def _no_buffer_no_cut(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    return _step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o, fakes=lambda: (F(b), G(a)))


def _buffers_exchanged(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    return _step(G, F, D_a, D_b, a, b, buffer_b, buffer_a, o)


def _generators_exchanged(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    return _step(F, G, D_a, D_b, a, b, buffer_a, buffer_b, o)


def _wrong_inputs(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    return _step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o, fakes=lambda: (buffer_a(F(a)), buffer_b(G(b))))


def _real_exchanged(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    def loss(fake_a, fake_b):
        return refuse(D_a(b), D_a(fake_a)) + refuse(D_b(a), D_b(fake_b))

    return _step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o, loss=loss)


def _fakes_exchanged(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    def loss(fake_a, fake_b):
        return refuse(D_a(a), D_a(fake_b)) + refuse(D_b(b), D_b(fake_a))

    return _step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o, loss=loss)


def _judges_exchanged(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    return _step(G, F, D_b, D_a, a, b, buffer_a, buffer_b, o)


def _only(which: int):
    def wrong(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
        def loss(fake_a, fake_b):
            return [refuse(D_a(a), D_a(fake_a)), refuse(D_b(b), D_b(fake_b))][which]

        return _step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o, loss=loss)

    return wrong


def _scores_exchanged(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    def loss(fake_a, fake_b):
        return refuse(D_a(fake_a), D_a(a)) + refuse(D_b(fake_b), D_b(b))

    return _step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o, loss=loss)


def _generators_loss(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    def loss(fake_a, fake_b):
        return adversarial(D_a(fake_a)) + adversarial(D_b(fake_b))

    return _step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o, loss=loss)


def _scores_cut(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o):
    def loss(fake_a, fake_b):
        return refuse(D_a(a), D_a(fake_a).detach()) + refuse(D_b(b), D_b(fake_b).detach())

    return _step(G, F, D_a, D_b, a, b, buffer_a, buffer_b, o, loss=loss)


def _moves_generators(G, F, *others):
    loss = _step(G, F, *others)
    with torch.no_grad():
        for network in (G, F):
            for value in network.parameters():
                value += 0.1
    return loss


def _left_frozen(G, F, *others):
    G.requires_grad_(False)
    F.requires_grad_(False)
    return _step(G, F, *others)


class _Older:
    """A buffer for the check: it keeps the first image of a batch and gives older ones for the others."""

    def __init__(self, old: Tensor):
        self.old, self.got = old, []

    def __call__(self, fakes: Tensor) -> Tensor:
        self.got.append(fakes.detach().clone())
        return torch.cat([fakes.detach()[:1], self.old[: len(fakes) - 1]])


@exercise(answer="discriminators_step", points=3, pure=False)
class q7:
    """One move of both discriminators, each in its own game."""

    hints = [
        "It is two of lesson 04's steps in one: `D_a` learns to tell real images of `a` from fakes of `a`, and `D_b` "
        "the same for b. Which generator makes fakes of `a`, and from what?",
        "The fakes go through their buffer before D sees them, `buffer_b(G(a))`, and the buffer cuts them off from the "
        "generator. Then `losses.least_squares_discriminator_loss(real scores, fake scores)` for each game, the sum "
        "of the two, and clear, `backward`, `step`.",
    ]
    reference = discriminators_step
    praise = "Each judge saw real images and fakes of its own domain, some of them older, and only the judges moved."

    def scenario(rng: Any):
        return {
            "a": rng.images(4, 3, 5, 6),
            "b": rng.images(4, 3, 5, 6),
            "old_a": rng.images(3, 3, 5, 6),
            "old_b": rng.images(3, 3, 5, 6),
            "seed": rng.seed(),
        }

    def observe(answer: Any, s: Any):
        G, F, D_a, D_b = networks = players(s.seed)
        both = nn.ModuleList([D_a, D_b])
        leave_gradients(both)
        before, found, optimiser = [weights(network) for network in networks], state(*networks), Optimiser(both)
        buffer_a, buffer_b = _Older(s.old_a), _Older(s.old_b)
        loss = answer(G, F, D_a, D_b, s.a, s.b, buffer_a, buffer_b, optimiser)
        return {
            "D_a moves": travel(before[2], D_a),
            "D_b moves": travel(before[3], D_b),
            "generators": not moved(before[0], G) and not moved(before[1], F),
            "clean": clean(G, F),
            "loss": as_number(loss),
            "buffers": [len(buffer_a.got), len(buffer_b.got)],
            "as_found": state(*networks) == found,
            "moves": optimiser.moves,
        }

    _why = "look again at which images this judge is shown, real ones and fakes, and at the order of the three calls"
    expect = [
        close("D_a moves", share=1.5, label="the move of D_a's weights", why=_why),
        close("D_b moves", share=1.5, label="the move of D_b's weights", why=_why),
        true("generators", share=0.5, why="only the discriminators move in this step"),
        true("clean", share=0.5, why="the gradient must stop at the fakes, before it reaches a generator"),
        close("loss", share=0.5, label="the loss that it returns"),
        true(
            "as_found", share=0, why="all networks must be left in the mode, and as able to learn, as they were found"
        ),
    ]
    del _why
    mistakes = {
        "no buffer": (
            _no_buffer,
            "`discriminators_step` shows the judges fresh fakes only; the two buffers are never asked. Send the fakes "
            "of each domain through their buffer first.",
        ),
        "no buffer, not cut off": (
            _no_buffer_no_cut,
            "`discriminators_step` shows the judges the fakes as they come, so the gradient runs on into the "
            "generators, and the buffers are never asked. Send the fakes through their buffer, which cuts them off.",
        ),
        "buffers exchanged": (
            _buffers_exchanged,
            "`discriminators_step` puts the fakes of each domain into the other's buffer, so a judge of a is shown old "
            "images of style b. `buffer_a` holds images of style a: who makes those?",
        ),
        "generators exchanged": (
            _generators_exchanged,
            "`discriminators_step` calls each generator on the wrong images. G reads style a and writes style b, and F "
            "the other way round.",
        ),
        "not translated": (
            _wrong_inputs,
            "`discriminators_step` gives each generator images that are in its style already. Fakes are translations: "
            "G gets `a`, and F gets `b`.",
        ),
        "real images exchanged": (
            _real_exchanged,
            "`discriminators_step` shows each judge real images of the other domain. Then `D_a` learns what b looks "
            "like; give each judge the real images of its own.",
        ),
        "fakes exchanged": (
            _fakes_exchanged,
            "`discriminators_step` shows each judge the fakes of the other game. What F makes should look like `a`, so "
            "it is `D_a` who has to see it.",
        ),
        "judges exchanged": (
            _judges_exchanged,
            "`discriminators_step` lets each judge play in the other's game, with real images and fakes. The letter "
            "behind D says whose images it knows: `D_a` judges style a.",
        ),
        "only D_a": (
            _only(0),
            "`discriminators_step` trains `D_a` only. The other game needs its judge as well: add its loss to the sum.",
        ),
        "only D_b": (
            _only(1),
            "`discriminators_step` trains `D_b` only. The other game needs its judge as well: add its loss to the sum.",
        ),
        "scores exchanged": (
            _scores_exchanged,
            "`discriminators_step` hands the scores to the loss in the wrong order, so the judges learn to call fakes "
            "real. The scores of real images come first.",
        ),
        "the generators' loss": (
            _generators_loss,
            "`discriminators_step` uses the generators' loss, so the judges learn to help their opponents, and real "
            "images play no part. Take the discriminators' loss, on both kinds of score.",
        ),
        "scores cut off": (
            _scores_cut,
            "In `discriminators_step` the scores of the fakes are cut off, so the judges learn nothing from them. The "
            "cut belongs between generator and image, and the buffer makes it.",
        ),
        "no zero_grad": (
            lambda *x: _step(*x, zero=False),
            "`discriminators_step` adds the new gradient to an old one: the generators' step left gradients in the "
            "judges as well. Clear them before `backward` runs.",
        ),
        "no backward": (
            lambda *x: _step(*x, backward=False),
            "When the optimiser acts in `discriminators_step`, there are no gradients of this loss: either nobody "
            "has computed them, or they were cleared in between. In which order do the three calls belong?",
        ),
        "no step": (
            lambda *x: _step(*x, step=False),
            "`discriminators_step` computes the gradients, but no weight moves. One call is missing at the end: who "
            "turns gradients into a move?",
        ),
        "generators move too": (
            _moves_generators,
            "`discriminators_step` moves the generators as well. They hold still while the judges move, and have a "
            "step of their own.",
        ),
        "generators left frozen": (
            _left_frozen,
            "`discriminators_step` freezes the generators and never thaws them, so they can learn nothing in their own "
            "step. The buffers cut the fakes off: that is enough.",
        ),
    }
