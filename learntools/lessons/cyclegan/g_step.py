"""Question 5: one move of both generators, judged by who moved and where to."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from learntools.core import close, exercise, gradients, moved, travel, true, weights
from learntools.lessons.cyclegan.players import adversarial, left_alone, players, refuse, there_and_back
from learntools.lessons.simple_gan.images import as_number
from learntools.lessons.simple_gan.players import Optimiser, leave_gradients, state


def generators_step(G, F, D_a, D_b, a, b, optimizer, cycle_weight=10.0, identity_weight=5.0):
    """One move of both generators; returns their loss."""
    loss = adversarial(D_b(G(a))) + adversarial(D_a(F(b)))
    loss = loss + cycle_weight * there_and_back(G, F, a, b) + identity_weight * left_alone(G, F, a, b)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def _step(
    G, F, D_a, D_b, a, b, optimizer, cycle_weight=10.0, identity_weight=5.0, *,
    game=None, cycle=there_and_back, identity=left_alone, zero=True, backward=True, step=True,
):  # fmt: skip
    """`generators_step` with one thing done differently; `game` is its adversarial part."""
    if game is None:
        loss = adversarial(D_b(G(a))) + adversarial(D_a(F(b)))
    else:
        loss = game(G, F, D_a, D_b, a, b)
    loss = loss + cycle_weight * cycle(G, F, a, b) + identity_weight * identity(G, F, a, b)
    if zero:
        optimizer.zero_grad()
    if backward:
        loss.backward()
    if step:
        optimizer.step()
    return loss


def _fixed(G, F, D_a, D_b, a, b, optimizer, cycle_weight=10.0, identity_weight=5.0):
    return _step(G, F, D_a, D_b, a, b, optimizer)


def _exchanged(G, F, D_a, D_b, a, b, optimizer, cycle_weight=10.0, identity_weight=5.0):
    return _step(G, F, D_a, D_b, a, b, optimizer, identity_weight, cycle_weight)


def _step_first(*arguments):
    optimizer = arguments[6]
    loss = _step(*arguments, backward=False, step=False)
    optimizer.step()
    loss.backward()
    return loss


def _cleared_too_late(*arguments):
    optimizer = arguments[6]
    loss = _step(*arguments, step=False)
    optimizer.zero_grad()
    optimizer.step()
    return loss


def _moves_judges(*arguments):
    loss = _step(*arguments)
    with torch.no_grad():
        for network in arguments[2:4]:
            for value in network.parameters():
                value -= 0.5 * value.grad
    return loss


def _left_frozen(*arguments):
    for network in arguments[2:4]:
        network.requires_grad_(False)
    return _step(*arguments)


def _nothing(G, F, a, b):
    return 0.0


@exercise(answer="generators_step", points=3, pure=False)
class q5:
    """One move of both generators: convince the judges, find the way back, leave alone what is right already."""

    hints = [
        "The loss has four parts. Each generator has a judge to convince: `G(a)` should look like style b, so which of "
        "the two discriminators looks at it? Then come the cycle loss and the identity loss, with their weights.",
        "`losses.least_squares_generator_loss(scores)` is the adversarial part, once for each judge. Add everything "
        "up, and then it is one step as in lessons 03 and 04: clear, `backward`, `step`. The optimiser holds the "
        "weights of both generators, so the judges stay where they are.",
    ]
    reference = generators_step
    praise = "Both generators moved, by all four parts of the loss, and both judges held still."

    def scenario(rng: Any):
        return {
            "a": rng.images(4, 3, 5, 6),
            "b": rng.images(4, 3, 5, 6),
            "seed": rng.seed(),
            "weights": [float(rng.uniform(1, low=1, high=4)), float(rng.uniform(1, low=5, high=8))],
        }

    def observe(answer: Any, s: Any):
        G, F, D_a, D_b = networks = players(s.seed)
        both = nn.ModuleList([G, F])
        leave_gradients(both)
        before, found, optimiser = [weights(network) for network in networks], state(*networks), Optimiser(both)
        loss = answer(G, F, D_a, D_b, s.a, s.b, optimiser)
        seen = {
            "G moves": travel(before[0], G),
            "F moves": travel(before[1], F),
            "judges": not moved(before[2], D_a) and not moved(before[3], D_b),
            "loss": as_number(loss),
            "as_found": state(*networks) == found,
            "moves": optimiser.moves,
            "gradient left": gradients(both) is not None,
        }
        G, F, D_a, D_b = players(s.seed)
        both = nn.ModuleList([G, F])
        before = weights(both)
        answer(G, F, D_a, D_b, s.a, s.b, Optimiser(both), *s.weights)
        return seen | {"other weights": travel(before, both)}

    _why = "look again at the four parts of the loss, at who judges whom, and at the order of the three calls"
    expect = [
        close("G moves", share=1.5, label="the move of G's weights", why=_why),
        close("F moves", share=1.5, label="the move of F's weights", why=_why),
        true(
            "judges", share=0.5, why="only the generators move in this step, and both discriminators stay as they are"
        ),
        close("loss", share=0.5, label="the loss that it returns"),
        close(
            "other weights",
            share=0.5,
            label="the move with another `cycle_weight` and `identity_weight`",
            why="the two weights come as arguments",
        ),
        true(
            "as_found", share=0, why="all networks must be left in the mode, and as able to learn, as they were found"
        ),
    ]
    del _why
    mistakes = {
        "judges exchanged": (
            lambda *x: _step(*x, game=lambda G, F, D_a, D_b, a, b: adversarial(D_a(G(a))) + adversarial(D_b(F(b)))),
            "In `generators_step` each fake is shown to the wrong judge. `G(a)` should look like style b, so it has to "
            "convince the one who knows real images of b.",
        ),
        "fakes cut off": (
            lambda *x: _step(
                *x,
                game=lambda G, F, D_a, D_b, a, b: adversarial(D_b(G(a).detach())) + adversarial(D_a(F(b).detach())),
            ),
            "In `generators_step` the fakes are cut off before the judges see them, so the generators learn nothing "
            "from the scores. Cutting belongs into the discriminators' step.",
        ),
        "only G plays": (
            lambda *x: _step(*x, game=lambda G, F, D_a, D_b, a, b: adversarial(D_b(G(a)))),
            "In `generators_step` only G has to convince a judge. There are two games: F makes images of style a, and "
            "`D_a` judges those.",
        ),
        "only F plays": (
            lambda *x: _step(*x, game=lambda G, F, D_a, D_b, a, b: adversarial(D_a(F(b)))),
            "In `generators_step` only F has to convince a judge. There are two games: G makes images of style b, and "
            "`D_b` judges those.",
        ),
        "real images judged": (
            lambda *x: _step(*x, game=lambda G, F, D_a, D_b, a, b: adversarial(D_b(b)) + adversarial(D_a(a))),
            "In `generators_step` the judges are shown real images, from which the generators learn nothing. Show them "
            "what the generators make.",
        ),
        "inputs judged": (
            lambda *x: _step(*x, game=lambda G, F, D_a, D_b, a, b: adversarial(D_b(G(b))) + adversarial(D_a(F(a)))),
            "In `generators_step` the judges see what the generators make of images that are in the right style "
            "already. G translates `a`, and F translates `b`: show the judges those.",
        ),
        "no cycle": (
            lambda *x: _step(*x, cycle=_nothing),
            "In `generators_step` the cycle loss is missing, so nothing ties a translation to its input. Add it, times "
            "`cycle_weight`.",
        ),
        "no identity": (
            lambda *x: _step(*x, identity=_nothing),
            "In `generators_step` the identity loss is missing, so the generators also repaint what is right already. "
            "Add it, times `identity_weight`.",
        ),
        "no game": (
            lambda *x: _step(*x, game=lambda *players: 0.0),
            "In `generators_step` nobody asks the judges. Cycle and identity loss are both 0 for generators that do "
            "nothing at all; only the scores of `D_a` and `D_b` ask for another style.",
        ),
        "weights exchanged": (
            _exchanged,
            "In `generators_step` the two weights have changed places: `cycle_weight` belongs to the cycle loss, and "
            "`identity_weight` to the identity loss.",
        ),
        "weights of its own": (
            _fixed,
            "`generators_step` uses 10 and 5 whatever it is given. The two weights come as arguments, so that an "
            "experiment can change them: use their names in the loss.",
        ),
        "unweighted": (
            lambda *x: _step(*x[:7], cycle_weight=1.0, identity_weight=1.0),
            "`generators_step` adds the parts up without their weights. Then the judges shout down the cycle loss; "
            "multiply it by `cycle_weight`, and the identity loss by `identity_weight`.",
        ),
        "D's loss": (
            lambda *x: _step(
                *x, game=lambda G, F, D_a, D_b, a, b: refuse(D_b(b), D_b(G(a))) + refuse(D_a(a), D_a(F(b)))
            ),
            "`generators_step` uses the discriminators' loss, so the generators learn to be caught. Theirs is "
            "`losses.least_squares_generator_loss`, and it takes the scores of fakes only.",
        ),
        "no zero_grad": (
            lambda *x: _step(*x, zero=False),
            "`generators_step` adds the new gradient to the one of the last move. Clear the old gradients before "
            "`backward` runs.",
        ),
        "no backward": (
            lambda *x: _step(*x, backward=False),
            "When the optimiser acts in `generators_step`, there are no gradients of this loss: either nobody "
            "has computed them, or they were cleared in between. In which order do the three calls belong?",
        ),
        "no step": (
            lambda *x: _step(*x, step=False),
            "`generators_step` computes the gradients, but no weight moves. One call is missing at the end: who turns "
            "gradients into a move?",
        ),
        "step before backward": (
            _step_first,
            "`generators_step` moves the generators before the new gradients are there. First clear, then compute, and "
            "only then move.",
        ),
        "two moves": (
            lambda *x: (_step(*x), _step(*x))[0],
            "`generators_step` moves twice. One call is one move: the optimiser holds both generators, so a single "
            "`backward` and a single `step` move them together.",
        ),
        "judges move too": (
            _moves_judges,
            "`generators_step` moves the discriminators as well, towards being fooled. They hold still while the "
            "generators move, and have a step of their own.",
        ),
        "judges left frozen": (
            _left_frozen,
            "`generators_step` freezes the discriminators and never thaws them, so they can learn nothing in their own "
            "step. They stay put anyway: this optimiser holds the generators only.",
        ),
    }
