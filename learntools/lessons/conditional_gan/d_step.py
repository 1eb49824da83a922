"""Question 5: D's step with labels, judged by who moved, where to, and what each player was told."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from learntools.core import close, exercise, gradients, moved, travel, true, weights
from learntools.lessons.conditional_gan.players import players, told_rightly
from learntools.lessons.simple_gan.images import as_number
from learntools.lessons.simple_gan.players import Optimiser, count_backward, leave_gradients, state
from learntools.losses import discriminator_loss as cross_entropy
from learntools.losses import hinge_discriminator_loss, hinge_generator_loss


def discriminator_step(G, D, real, y, z, optimizer):
    """One move of D; returns its loss."""
    fake = G(z, y).detach()
    loss = hinge_discriminator_loss(D(real, y), D(fake, y))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def _step(G, D, real, y, z, optimizer, *, asked=None, told=None, named=None, detach=True, zero=True, loss=None):
    """`discriminator_step` with one thing done differently.

    `asked` are the labels that G gets, `told` those that D gets with the fakes, `named` those with the real images.
    """
    fake = G(z, y if asked is None else asked)
    fake = fake.detach() if detach else fake
    loss = loss or hinge_discriminator_loss
    value = loss(D(real, y if named is None else named), D(fake, y if told is None else told))
    if zero:
        optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value


def _own_labels(G, D, real, y, z, optimizer):
    drawn = torch.randint_like(y, 10)
    return _step(G, D, real, y, z, optimizer, asked=drawn, told=drawn)


def _without_move(G, D, real, y, z, optimizer):
    loss = hinge_discriminator_loss(D(real, y), D(G(z, y).detach(), y))
    optimizer.zero_grad()
    loss.backward()
    return loss


def _without_backward(G, D, real, y, z, optimizer):
    loss = hinge_discriminator_loss(D(real, y), D(G(z, y).detach(), y))
    optimizer.zero_grad()
    optimizer.step()
    return loss


def _other(y):
    """Labels of which none is the image's own."""
    return (y + 1) % 10


@exercise(answer="discriminator_step", points=3, pure=False)
class q5:
    """One move of D, which now knows what each image claims to be."""

    hints = [
        "It is lesson 03's step with a label in every call of a player. Three calls: G makes the fakes, D scores the "
        "real images, D scores the fakes. Which labels does each of them need?",
        "The same `y` goes into all three: G draws what the real images show, so D cannot tell the two apart by their "
        "labels. Then as before: cut the fakes off, take `losses.hinge_discriminator_loss`, clear, compute, move.",
    ]
    reference = discriminator_step
    praise = "Real images came with their labels, fakes with the labels they were made for, and only D moved."

    def scenario(rng: Any):
        y = rng.integers(0, 10, 8)
        y[1] = (y[0] + 3) % 10  # never one class only
        return {"real": rng.images(8, 1, 4, 4), "y": y, "z": rng.normal(8, 5), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        G, D = players(s.seed)
        leave_gradients(D)  # as G's step before has left them
        before, found, optimiser = (weights(G), weights(D)), state(G, D), Optimiser(D)
        backward_runs = count_backward(D)
        loss = answer(G, D, s.real, s.y, s.z, optimiser)
        made, asked = (torch.cat(parts) for parts in zip(*G.asked, strict=True)) if G.asked else (s.real[:0], s.y[:0])
        return {
            "asked": torch.equal(asked.sort().values, s.y.sort().values),  # in whichever order, with its noise
            "real told": told_rightly(D, s.real, s.y),
            "fakes told": len(made) > 0 and told_rightly(D, made, asked),
            "d_move": travel(before[1], D),
            "d_alone": moved(before[1], D) and not moved(before[0], G),
            "g_clean": len(backward_runs) > 0 and gradients(G) is None,
            "loss": as_number(loss),
            "as_found": state(G, D) == found,
            "moves": optimiser.moves,
            "state": str(state(G, D)),
        }

    expect = [
        true("real told", share=0.5, why="D must see every real image, and with its own label from `y`"),
        true("asked", share=0.5, why="G is asked for the very labels `y` of the real batch, once each"),
        true("fakes told", share=1, why="D must see every fake with the label that G was asked for"),
        close(
            "d_move",
            share=2,
            label="the move of D's weights",
            why="look again at the loss, the order of its two scores, and the order of the three calls",
        ),
        true("d_alone", share=0.5, why="D moves in this step, and G's weights stay as they are"),
        true("g_clean", share=1, why="the gradient must stop at the fakes, before it reaches G"),
        close("loss", share=0.5, label="the loss that it returns"),
        true(
            "as_found", share=0, why="both networks must be left in the mode, and as able to learn, as they were found"
        ),
    ]
    mistakes = {
        "fakes shown with another label": (
            lambda G, D, real, y, z, o: _step(G, D, real, y, z, o, told=torch.randint_like(y, 10)),
            "In `discriminator_step` D sees the fakes with labels that G was never asked for. Then a perfect boot is "
            "refused as a bad bag, and D can find fakes by their wrong label alone: D needs the labels of G's order.",
        ),
        "G asked for something else": (
            lambda G, D, real, y, z, o: _step(G, D, real, y, z, o, asked=torch.randint_like(y, 10)),
            "`discriminator_step` asks G for labels of its own and shows the result to D under the labels `y`. D then "
            "finds fakes by their wrong label alone. Ask and show with the same labels.",
        ),
        "labels of its own": (
            _own_labels,
            "`discriminator_step` draws new labels for the fakes. D is told them truthfully, so the game would work, "
            "but here the order is given: use `y` for the fakes as well, so that both batches hold the same classes.",
        ),
        "real images with other labels": (
            lambda G, D, real, y, z, o: _step(G, D, real, y, z, o, named=_other(y)),
            "`discriminator_step` shows D the real images with labels that are not theirs, so D learns wrong names "
            "for the clothes. The real images come with `y`, in the same order.",
        ),
        "D without the label": (
            lambda G, D, real, y, z, o: hinge_discriminator_loss(D(real), D(G(z, y).detach())),
            "`discriminator_step` calls D with an image only. This D also wants to know what the image claims to be: "
            "give it the labels as its second argument, for real images and for fakes.",
        ),
        "G without the label": (
            lambda G, D, real, y, z, o: hinge_discriminator_loss(D(real, y), D(G(z).detach(), y)),
            "`discriminator_step` calls G with noise only, as in lesson 03. This G takes orders: give it the labels "
            "as its second argument.",
        ),
        "noise and label swapped": (
            lambda G, D, real, y, z, o: hinge_discriminator_loss(D(real, y), D(G(y, z).detach(), y)),
            "`discriminator_step` calls G with its two arguments in the wrong order, so that G takes the noise for a "
            "label. First the noise `z`, then the label.",
        ),
        "rows for labels": (
            lambda G, D, real, y, z, o: hinge_discriminator_loss(D(real, F.one_hot(y, 10)), D(G(z, y).detach(), y)),
            "`discriminator_step` hands one-hot rows to the players, but these make such rows, or look up an "
            "embedding, themselves. Give them the labels `y` as they are.",
        ),
        "no detach": (
            lambda *a: _step(*a, detach=False),
            "In `discriminator_step` the fakes still carry G's graph, so `backward` leaves gradients in G that would "
            "help D. Cut the fakes off from G before D sees them, as in lesson 03.",
        ),
        "no zero_grad": (
            lambda *a: _step(*a, zero=False),
            "`discriminator_step` adds the new gradient to an old one: G's step left gradients in D as well. Clear "
            "them before `backward` runs.",
        ),
        "no step": (
            _without_move,
            "`discriminator_step` computes the gradients but D's weights stay as they were. One call is missing at the "
            "end: who turns gradients into a move?",
        ),
        "no backward": (
            _without_backward,
            "`discriminator_step` computes the loss but never its gradients, so the optimiser finds nothing to act on. "
            "Which method of the loss fills in the gradients?",
        ),
        "real and fake swapped": (
            lambda *a: _step(*a, loss=lambda real, fake: hinge_discriminator_loss(fake, real)),
            "In `discriminator_step` the loss gets the scores in the wrong order: D is trained to give fakes the "
            "higher score. The real images' scores come first.",
        ),
        "cross-entropy": (
            lambda *a: _step(*a, loss=cross_entropy),
            "`discriminator_step` uses the cross-entropy of lesson 03. It would train too, but this lesson's players "
            "play for the hinge loss, and both must play the same game. Look for it in `losses`.",
        ),
        "G's loss": (
            lambda *a: _step(*a, loss=lambda real, fake: hinge_generator_loss(fake)),
            "`discriminator_step` uses G's loss, so D learns to help its opponent, and the real images play no part. "
            "Use the discriminator's hinge loss on both kinds of score.",
        ),
        "real only": (
            lambda *a: _step(*a, loss=lambda real, fake: F.relu(1 - real).mean()),
            "`discriminator_step` trains D on the real images only, so D learns to call everything real. The fakes' "
            "scores belong into the same loss.",
        ),
        "fakes' score detached": (
            lambda *a: _step(*a, loss=lambda real, fake: hinge_discriminator_loss(real, fake.detach())),
            "In `discriminator_step` the score of the fakes is cut off, so D learns nothing from them. Cut between G "
            "and the image, not between D and its score.",
        ),
        "G frozen": (
            lambda G, D, real, y, z, o: (G.requires_grad_(False), _step(G, D, real, y, z, o))[1],
            "`discriminator_step` freezes G's weights and never thaws them, so G can learn nothing in its own step. "
            "Cut the fakes off instead: that leaves G itself as it was.",
        ),
        "G in eval mode": (
            lambda G, D, real, y, z, o: (nn.Module.eval(G), _step(G, D, real, y, z, o))[1],
            "`discriminator_step` leaves G in eval mode, where batch normalisation stops learning. While you train, "
            "both networks stay in train mode.",
        ),
    }
