"""Exercises of lesson 03, a simple GAN: scale, generator, discriminator, both losses, both steps, collapse.

from learntools.lessons.simple_gan import q1
q1.check()
"""

from __future__ import annotations

import copy

import torch
from torch import nn
from torch.nn import functional as F

from learntools.core import close, equal, exercise, grad, gradients, leaf, moved, shape, travel, true, weights
from learntools.losses import discriminator_loss, generator_loss
from learntools.models.dcgan import Discriminator, Generator


def to_model_range(pixels):
    """Bytes 0…255 → floats in [-1, 1]."""
    return pixels.float() / 127.5 - 1


@exercise(answer="to_model_range", points=1)
class q1:
    """Scale pixels from 0…255 to [-1, 1]."""

    hints = [
        "Where should 0 land, and where 255? Two points fix a straight line.",
        "From -1 to 1 is a stretch of 2. Which number divides 255 into 2, and what must be taken away afterwards?",
    ]
    reference = to_model_range
    praise = "Black is -1, white is 1, and a mid-grey is near 0: the range that tanh speaks."

    def scenario(rng):
        pixels = rng.integers(0, 256, 3, 1, 4, 5).to(torch.uint8)
        pixels[0, 0, 0, 0], pixels[0, 0, 0, 1] = 0, 255
        return {"pixels": pixels}

    def observe(answer, s):
        return {"result": answer(s.pixels)}

    expect = [shape("result", (3, 1, 4, 5), why="one value for each pixel"), close("result", atol=2e-3)]
    mistakes = {
        "range 0 to 1": (
            lambda pixels: pixels.float() / 255,
            "`to_model_range` gives values from 0 to 1, a range that many libraries use. Here black should land on -1, "
            "so the line must be twice as steep and start lower.",
        ),
        "no shift": (
            lambda pixels: pixels.float() / 127.5,
            "`to_model_range` has the right slope, but black stays at 0 and white lands on 2. Something still has to "
            "be taken away from every pixel.",
        ),
        "half the range": (
            lambda pixels: (pixels.float() - 127.5) / 255,
            "`to_model_range` is centred on 0, but runs only from -0.5 to 0.5. How wide is the range from -1 to 1, and "
            "how wide is yours?",
        ),
        "bytes overflow": (
            lambda pixels: pixels * 2 / 255 - 1,
            "`to_model_range` does arithmetic while `pixels` still holds bytes, and a byte that passes 255 starts "
            "again at 0. Turn the pixels into floats before anything else.",
        ),
        "standardised": (
            lambda pixels: (pixels.float() - pixels.float().mean()) / pixels.float().std(),
            "`to_model_range` subtracts the mean and divides by the spread of this very batch. Then a batch of dark "
            "images comes out like a bright one; use the same fixed numbers for every image.",
        ),
        "wrong way round": (
            lambda pixels: 1 - pixels.float() / 127.5,
            "`to_model_range` fills the whole range, but upside down: black lands on 1 and white on -1. Check both "
            "ends, 0 and 255, by hand.",
        ),
    }


# Networks are judged by what comes out of them, in words, so that any architecture will do.


def _loud(network: nn.Module, factor: float = 30.0) -> nn.Module:
    """A copy with far larger weights, which shows what bounds the output: tanh, sigmoid, or nothing."""
    copied = copy.deepcopy(network)
    with torch.no_grad():
        for value in copied.parameters():
            if value.ndim > 1:
                value.mul_(factor)
    return copied


def _range(network: nn.Module, x: torch.Tensor) -> str:
    """The range of the network's values, in words."""
    quiet, loud = network(x).detach(), _loud(network)(x).detach()
    low, high = float(loud.min()), float(loud.max())
    if low >= 0:
        return "from 0 to 1" if high <= 1 and float(quiet.min()) > 0 else "never negative"
    return "from -1 to 1" if low >= -1 and high <= 1 else "without bounds"


def _affine(network: nn.Module, a: torch.Tensor, b: torch.Tensor) -> bool:
    """Whether the network, but for a last tanh or sigmoid, is one straight line: f(a) + f(b) = f(a + b) + f(0)."""
    with torch.no_grad():
        values = [network(x).double() for x in (a, b, a + b, torch.zeros_like(a))]
    for undo in (lambda x: x, torch.atanh, torch.logit):
        f = [undo(value) for value in values]
        if all(bool(x.isfinite().all()) for x in f) and torch.allclose(f[0] + f[1], f[2] + f[3], atol=1e-4, rtol=1e-3):
            return True
    return False


def _changes(network: nn.Module, x: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Which rows of the output change when the first row of the input does."""
    with torch.no_grad():
        before, after = network(x), network(torch.cat([other[:1], x[1:]]))
    if before.ndim == 0 or len(before) != len(x):
        return torch.ones(len(x), dtype=torch.bool)
    return ~torch.isclose(before, after, atol=1e-6).flatten(1).all(dim=1) if before.ndim > 1 else before != after


def _learns(network: nn.Module) -> bool:
    return all(value.grad is not None for value in network.parameters())


def _observe_network(network: nn.Module, x: torch.Tensor, other: torch.Tensor) -> dict:
    output = network(x)
    output.pow(2).sum().backward()
    learns = _learns(network)
    judged = copy.deepcopy(network).eval()  # batch normalisation mixes images only while training
    changed = _changes(judged, x, other)
    return {
        "shape": list(output.shape),
        "range": _range(network, x),
        "uses input": bool(changed[0]),
        "one by one": not bool(changed[1:].any()),
        "learns": learns,
        "curved": not _affine(judged, x, other),
    }


def _generator(*, channels=1, stride=2, padding=1, between=nn.ReLU, last=(nn.Tanh,), batch_norm=True):
    """A generator with one thing done differently."""

    def block(inputs, outputs, **sizes):
        layers = [nn.ConvTranspose2d(inputs, outputs, **sizes)]
        layers += [nn.BatchNorm2d(outputs)] if batch_norm else []
        return [*layers, between()] if between else layers

    return nn.Sequential(
        nn.Unflatten(1, (64, 1, 1)),
        *block(64, 16, kernel_size=7),
        *block(16, 8, kernel_size=4, stride=stride, padding=padding),
        nn.ConvTranspose2d(8, channels, kernel_size=4, stride=stride, padding=padding),
        *(kind() for kind in last),
    )


class _OwnNoise(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = _generator()

    def forward(self, z):
        return self.net(torch.randn_like(z))


@exercise(answer="Generator", points=2)
class q2:
    """A network that turns 64 numbers into an image."""

    hints = [
        "Follow the size of the image: 1 → 7 → 14 → 28. Lesson 02 found which kernel, stride and padding double it.",
        "Kernel 4, stride 2 and padding 1 double the size. Between two such layers stand a normalisation and a ReLU; "
        "after the last one stands the function whose values lie in [-1, 1].",
    ]
    reference = Generator
    praise = "Noise goes in, an image in [-1, 1] comes out, and every weight can learn."

    def scenario(rng):
        return {"z": rng.normal(6, 64), "other": rng.normal(6, 64)}

    def observe(answer, s):
        return _observe_network(answer(), s.z, s.other)

    expect = [
        equal("shape", why="a grey 28×28 image for each row of z", label="the shape of its images"),
        equal("range", why="real images live in [-1, 1], and so must the fakes", label="the range of its values"),
        true("uses input", share=0.5, why="another z must give another image"),
        true("one by one", share=0.5, why="each image must depend on its own z alone"),
        true("learns", share=0.5, why="every weight must take part and receive a gradient"),
        true("curved", share=0.5, why="without a nonlinear function between them, the layers act as a single one"),
    ]
    mistakes = {
        "sigmoid": (
            lambda: _generator(last=(nn.Sigmoid,)),
            "The values of your `Generator` lie between 0 and 1, as a sigmoid's do, but the real images run from -1 "
            "to 1. D would tell the fakes by their brightness alone. Which squashing function fits?",
        ),
        "no squashing": (
            lambda: _generator(last=()),
            "Nothing bounds the values of your `Generator`: with other weights they leave [-1, 1], where no real pixel "
            "ever is. End with the function that squashes every number into that range.",
        ),
        "ReLU at the end": (
            lambda: _generator(last=(nn.ReLU, nn.Tanh)),
            "Your `Generator` never gives a negative value, so it can paint nothing darker than mid-grey. The last "
            "convolution should go into tanh directly, with no ReLU between the two.",
        ),
        "padding forgotten": (
            lambda: _generator(padding=0),
            "The images of your `Generator` are 34×34: each doubling layer adds two pixels too many, 7 → 16 → 34. A "
            "transposed convolution's padding trims the border; how much must go on each side?",
        ),
        "stride forgotten": (
            lambda: _generator(stride=1),
            "The images of your `Generator` grow by one pixel a layer, 7 → 8 → 9, where they should double. Which "
            "argument of a transposed convolution decides how far apart the inputs are painted?",
        ),
        "three channels": (
            lambda: _generator(channels=3),
            "Your `Generator` paints three channels, red, green and blue, but Fashion-MNIST is grey: one channel. Look "
            "at the second argument of the last layer.",
        ),
        "no activation": (
            lambda: _generator(between=None),
            "No nonlinear function stands between the layers of your `Generator`, so together they can only do what a "
            "single layer does. Put a ReLU after every layer but the last.",
        ),
        "own noise": (
            _OwnNoise,
            "Your `Generator` draws fresh noise instead of using the `z` that it is given. Then nobody can ask for the "
            "same image twice; let every number come from `z`.",
        ),
    }


def _discriminator(*, outputs=1, between=lambda: nn.LeakyReLU(0.2), last=(), flatten=1):
    """A discriminator with one thing done differently."""
    gap = [between()] if between else []
    return nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=4, stride=2, padding=1),
        *gap,
        nn.Conv2d(8, 16, kernel_size=4, stride=2, padding=1),
        *gap,
        nn.Flatten(flatten),
        nn.Linear(16 * 7 * 7, outputs),
        *(kind() for kind in last),
    )


class _OneScore(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = _discriminator()

    def forward(self, x):
        return self.net(x).mean()


@exercise(answer="Discriminator", points=2)
class q3:
    """A network that gives each image one score."""

    hints = [
        "It is the generator turned round: the size goes 28 → 14 → 7, then all numbers of an image become one.",
        "A strided convolution halves the size; a LeakyReLU follows it. `nn.Flatten()` lines the numbers up, and a "
        "linear layer weighs them. Nothing follows that: the loss wants the bare score.",
    ]
    reference = Discriminator
    praise = "One score for each image, free to go as high or as low as it likes: a logit."

    def scenario(rng):
        return {"x": rng.images(6, 1, 28, 28), "other": rng.images(6, 1, 28, 28)}

    def observe(answer, s):
        seen = _observe_network(answer(), s.x, s.other)
        shape_ = seen.pop("shape")
        return {"scores": shape_ if shape_ not in ([6], [6, 1, 1, 1]) else [6, 1], **seen}

    expect = [
        equal("scores", why="one score for each image, shape (N, 1)", label="the shape of its scores"),
        equal("range", why="the loss asks for a logit, a score without bounds", label="the range of its scores"),
        true("uses input", share=0.5, why="another image must get another score"),
        true("one by one", share=0.5, why="each score must depend on its own image alone"),
        true("learns", share=0.5, why="every weight must take part and receive a gradient"),
        true("curved", share=0.5, why="without a nonlinear function between them, the layers act as a single one"),
    ]
    mistakes = {
        "sigmoid": (
            lambda: _discriminator(last=(nn.Sigmoid,)),
            "The scores of your `Discriminator` are probabilities: a sigmoid has squashed them already. The loss of "
            "this lesson does that itself, more precisely, so let the bare number out.",
        ),
        "tanh": (
            lambda: _discriminator(last=(nn.Tanh,)),
            "The scores of your `Discriminator` stay between -1 and 1, as after a tanh. That belongs to the "
            "generator's images; a score must be free to say “very sure”, so end with the linear layer.",
        ),
        "ReLU at the end": (
            lambda: _discriminator(last=(nn.ReLU,)),
            "The scores of your `Discriminator` are never negative, so it cannot say “fake”, which is what a negative "
            "logit means. Leave the last layer without an activation.",
        ),
        "softmax over one": (
            lambda: _discriminator(last=(lambda: nn.Softmax(dim=1),)),
            "Your `Discriminator` gives every image the score 1: a softmax over a single number is always 1. There is "
            "no choice between classes here; let the bare number out.",
        ),
        "two scores": (
            lambda: _discriminator(outputs=2),
            "Your `Discriminator` gives two scores an image, as for two classes. One is enough: high for real, low "
            "for fake. Change the number of outputs of the last layer.",
        ),
        "one score for all": (
            _OneScore,
            "Your `Discriminator` returns a single number for the whole batch, so nobody can tell which image was the "
            "fake. Keep the batch dimension; the loss takes the mean later.",
        ),
        "no activation": (
            lambda: _discriminator(between=None),
            "No nonlinear function stands between the layers of your `Discriminator`, so it can only draw one straight "
            "line between real and fake. Put a LeakyReLU after each convolution.",
        ),
    }


def _observe_loss(answer, **logits) -> dict:
    leaves = {name: leaf(value) for name, value in logits.items()}
    loss = answer(*leaves.values())
    return {"loss": loss, **{f"d_{name}": grad(loss, value) for name, value in leaves.items()}}


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

    def scenario(rng):
        return {"real": rng.normal(16, 1, mean=1, scale=3), "fake": rng.normal(16, 1, mean=-0.5, scale=3)}

    def observe(answer, s):
        return _observe_loss(answer, real=s.real, fake=s.fake)

    expect = [
        shape("loss", (), why="one number for the whole batch", label="the loss"),
        close("loss", up_to_scale=True, label="the loss"),
        close("d_real", share=0.5, up_to_scale=True, label="its gradient for the real scores"),
        close("d_fake", share=0.5, up_to_scale=True, label="its gradient for the fake scores"),
    ]
    also = [lambda real, fake: discriminator_loss(real, fake) / 2, lambda real, fake: _summed(real, fake)]
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
        "terms subtracted": (
            lambda real, fake: F.softplus(-real).mean() - F.softplus(fake).mean(),
            "`discriminator_loss` subtracts the fakes' term from the real images' term. D should do well on both "
            "kinds, so both mistakes must make the loss larger.",
        ),
    }


def _summed(real, fake):
    return len(real) * discriminator_loss(real, fake)


@exercise(answer="generator_loss", points=2)
class q5:
    """G's loss: its fakes should be taken for real."""

    hints = [
        "G does not want the truth. Which label does it wish D would give to its fakes?",
        "It is one term, like the first one of D's loss, but on the fakes: cross-entropy with the label for “real”.",
    ]
    reference = generator_loss
    praise = "G is pulled hardest where D is sure of the fake, which is when it has most to learn."

    def scenario(rng):
        return {"fake": rng.normal(16, 1, mean=-1, scale=3)}

    def observe(answer, s):
        return _observe_loss(answer, fake=s.fake)

    expect = [
        shape("loss", (), why="one number for the whole batch", label="the loss"),
        close("loss", label="the loss"),
        close("d_fake", label="its gradient for the fake scores", why="this is what G learns from"),
    ]
    also = [lambda fake: generator_loss(fake) / 2, lambda fake: len(fake) * generator_loss(fake)]
    mistakes = {
        "D's label": (
            lambda fake: F.softplus(fake).mean(),
            "`generator_loss` gives the fakes the label 0, as D does, so G would learn to be caught. What does the "
            "forger wish D would say?",
        ),
        "saturating": (
            lambda fake: -F.softplus(fake).mean(),
            "`generator_loss` is the negative of D's term, the form of the game's formula. It pushes the right way, "
            "but hardly at all while D wins. Ask instead that fakes be labelled real.",
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
        "bare scores": (
            lambda fake: -fake.mean(),
            "`generator_loss` is the negative average score, as in a Wasserstein GAN. It pulls equally on every fake; "
            "here use cross-entropy, which pulls most on the fakes that D sees through.",
        ),
    }


def discriminator_step(G, D, real, z, optimizer):
    """One move of D; returns its loss."""
    fake = G(z).detach()
    loss = discriminator_loss(D(real), D(fake))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def generator_step(G, D, z, optimizer):
    """One move of G; returns its loss."""
    loss = generator_loss(D(G(z)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def _players(seed: int) -> tuple[nn.Module, nn.Module]:
    """Two tiny networks in the middle of a training: gradients of the step before are still lying about."""
    torch.manual_seed(seed)
    G = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Unflatten(1, (1, 4, 4)))
    D = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
    return G, D


def _leave_gradients(network: nn.Module) -> None:
    for value in network.parameters():
        value.grad = torch.full_like(value, 0.3)


def _count_backward(network: nn.Module) -> list[int]:
    """A list that grows by one at each backward pass through the network."""
    runs: list[int] = []
    next(network.parameters()).register_hook(lambda gradient: runs.append(1))
    return runs


def _number(loss):
    return float(loss) if isinstance(loss, torch.Tensor) and loss.numel() == 1 else loss


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

    def scenario(rng):
        return {"real": rng.images(8, 1, 4, 4), "z": rng.normal(8, 5), "seed": rng.seed()}

    def observe(answer, s):
        G, D = _players(s.seed)
        _leave_gradients(D)  # as G's step before has left them
        before = weights(G), weights(D)
        backward_runs = _count_backward(D)
        loss = answer(G, D, s.real, s.z, torch.optim.SGD(D.parameters(), lr=0.5))
        return {
            "d_move": travel(before[1], D),
            "d_alone": moved(before[1], D) and not moved(before[0], G),
            "g_clean": len(backward_runs) > 0 and gradients(G) is None,
            "loss": _number(loss),
            "backward_runs": len(backward_runs),
            "gradient_left": gradients(D) is not None,
        }

    expect = [
        close("d_move", share=2, label="the change of D's weights"),
        true("d_alone", share=0.5, why="D moves in this step, and G's weights stay as they are"),
        true("g_clean", share=1, why="the gradient must stop at the fakes, before it reaches G"),
        close("loss", share=0.5, label="the loss that it returns"),
    ]
    mistakes = {
        "no detach": (
            lambda *a: _d_step(*a, detach=False),
            "In `discriminator_step` the fakes still carry G's graph, so `backward` fills G with gradients that push "
            "it the wrong way. Cut the fakes off from G before D sees them.",
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
            lambda G, D, real, z, optimizer: _cleared_too_late(
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
        "same images twice": (
            lambda G, D, real, z, optimizer: _d_step(lambda z: real, D, real, z, optimizer),
            "In `discriminator_step` D scores the real images twice and never sees a fake. Let G make images from `z`, "
            "and give D those as its second batch.",
        ),
    }


def _cleared_too_late(network, loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss


def _g_step(G, D, z, optimizer, *, detach=False, zero=True, step=True, loss=generator_loss):
    """`generator_step` with one thing done differently."""
    fake = G(z).detach() if detach else G(z)
    value = loss(D(fake))
    if zero:
        optimizer.zero_grad()
    value.backward()
    if step:
        optimizer.step()
    return value


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

    def scenario(rng):
        return {"z": rng.normal(8, 5), "seed": rng.seed()}

    def observe(answer, s):
        G, D = _players(s.seed)
        _leave_gradients(G)  # as its own step before has left them
        before = weights(G), weights(D)
        loss = answer(G, D, s.z, torch.optim.SGD(G.parameters(), lr=0.5))
        return {
            "g_move": travel(before[0], G),
            "g_alone": moved(before[0], G) and not moved(before[1], D),
            "loss": _number(loss),
            "g_has_gradient": gradients(G) is not None,
        }

    expect = [
        close("g_move", share=2, label="the change of G's weights"),
        true("g_alone", share=1, why="G moves in this step, and D's weights stay as they are"),
        close("loss", share=0.5, label="the loss that it returns"),
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


def diversity(images):
    """How much a pixel differs from image to image, on average over the pixels."""
    return images.std(dim=0).mean()


@exercise(answer="diversity", points=2)
class q8:
    """One number that falls when all images look alike."""

    hints = [
        "Two steps. First for each pixel: how far does it spread over the images? Then one number for all pixels.",
        "`images.std(dim=...)` spreads along one dimension. Along which one do you walk from image to image?",
    ]
    reference = diversity
    praise = "If every image is the same, every pixel's spread over the batch is 0, and so is your number."

    def scenario(rng):
        base, spread = rng.images(1, 1, 6, 5), rng.uniform(1, 1, 6, 5)
        return {"images": base + spread * rng.normal(12, 1, 6, 5, scale=0.3), "alike": base.repeat(12, 1, 1, 1)}

    def observe(answer, s):
        return {"diversity": _number(answer(s.images)), "alike": _number(answer(s.alike))}

    expect = [
        close("diversity", share=2, label="the diversity of a mixed batch"),
        close("alike", share=0.5, atol=1e-4, label="the diversity of twelve copies of one image"),
    ]
    also = [lambda images: images.std(dim=0, correction=0).mean()]
    mistakes = {
        "over everything": (
            lambda images: images.std(),
            "`diversity` measures the spread of all values at once, so bright and dark pixels of one single image "
            "count as diversity. Twelve copies of a shoe should give 0; compare along the batch only.",
        ),
        "within each image": (
            lambda images: images.flatten(1).std(dim=1).mean(),
            "`diversity` measures the contrast within each image, not the difference between images. Twelve copies of "
            "a shoe should give 0. Along which dimension do you walk from image to image?",
        ),
        "variance": (
            lambda images: images.var(dim=0).mean(),
            "`diversity` averages the variance, which is the square of what was asked. The standard deviation has the "
            "same unit as the pixels, so that its values can be read as grey levels.",
        ),
        "map": (
            lambda images: images.std(dim=0),
            "`diversity` returns a whole map, one spread for each pixel. That is a fine picture to look at, but one "
            "number is asked for: what is still missing?",
        ),
        "spread of the mean image": (
            lambda images: images.mean(dim=0).std(),
            "`diversity` averages the images first and then looks at the spread of that one average image. Turn it "
            "round: spread over the images first, average over the pixels afterwards.",
        ),
        "average value": (
            lambda images: images.mean(),
            "`diversity` gives the average brightness. A batch of twelve equal images has one too; what you need is "
            "how much the images differ from one another.",
        ),
    }
