"""Questions 2 and 3: the generator and the discriminator.

Networks are judged by what comes out of them, in words, so that any architecture will do.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from learntools.core import WrongKind, equal, exercise, leaf, true
from learntools.core.plain import name as called
from learntools.models.simple_gan import Discriminator, Generator


def _output(network: nn.Module, x: torch.Tensor) -> torch.Tensor:
    value = network(x)
    if not isinstance(value, torch.Tensor):
        raise WrongKind(
            f"gives back {called(value)} where a tensor is expected. Look at the last line of its `forward`: is there "
            "a `return`, and of one tensor?"
        )
    if not value.requires_grad:
        raise WrongKind(
            "gives back values that no weight can learn from: the way back to the weights is cut. Rounding, comparing, "
            "`argmax`, `.detach()` and `.data` all do that."
        )
    return value


def value_range(build, x: torch.Tensor, rounds: int) -> str:
    """The range of the values over a few fresh networks, with usual and with huge weights and inputs.

    One score can come out positive for all images by chance, hence the `rounds`.
    """
    quiet, loud = [], []
    with torch.no_grad():
        for scale in (1, 10, 100) * rounds:
            network = build().eval()
            quiet.append(network(x).flatten())
            loud.append(network.train()(x).flatten())  # a last batch normalisation shows only here
            for value in network.parameters():
                if value.ndim > 1:
                    value.mul_(30)
            loud.append(network.eval()(scale * x).flatten())
    low, high = float(torch.cat(loud).min()), float(torch.cat(loud).max())
    if low >= 0:
        if high > 1:
            return "never negative"
        return "from 0 to 1" if float(torch.cat(quiet).min()) > 0 else "from 0 to 1, cut off at 0"
    if high <= 0:
        return "never positive"
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
    return ~torch.isclose(before, after, atol=1e-6).reshape(len(x), -1).all(dim=1)


def _observe_network(build, x: torch.Tensor, other: torch.Tensor, rounds: int) -> dict:
    x = leaf(x)
    network = build()
    output = _output(network, x)
    output.pow(2).sum().backward()
    judged = build().eval()  # batch normalisation mixes images only while training
    changed = _changes(judged, x.detach(), other)
    learning = [value.grad is not None for value in network.parameters()]
    return {
        "shape": tuple(output.shape),
        "range": value_range(build, x.detach(), rounds),
        "uses input": bool(changed[0]),
        "one by one": not bool(changed[1:].any()),
        "learns": len(learning) > 0 and all(learning),
        "lets through": x.grad is not None and bool((x.grad != 0).any()),
        "curved": not _affine(judged, x.detach(), other),
    }


def _in_words(shape_: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape_)) if shape_ else "a single number"


def _generator(*, channels=1, stride=2, padding=1, between: Any = nn.ReLU, last=(nn.Tanh,), batch_norm=True):
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


def _too_small():
    return nn.Sequential(
        nn.Unflatten(1, (64, 1, 1)),
        nn.ConvTranspose2d(64, 16, kernel_size=7),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, kernel_size=4, stride=2, padding=1),
        nn.Tanh(),
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
        "Follow the size of the image: 7 → 14 → 28. Lesson 02 found which kernel, stride and padding double it.",
        "Kernel 4, stride 2 and padding 1 double the size. Between two such layers stand a normalisation and a ReLU; "
        "after the last one stands the function whose values lie in [-1, 1].",
    ]
    reference = Generator
    praise = "Noise goes in, an image in [-1, 1] comes out, and every weight can learn."

    def scenario(rng: Any):
        return {"z": rng.normal(6, 64), "other": rng.normal(6, 64)}

    def observe(answer: Any, s: Any):
        seen = _observe_network(answer, s.z, s.other, rounds=1)
        return {**seen, "shape": _in_words(seen["shape"])}

    expect = [
        equal("shape", share=0, why="a grey 28×28 image for each row of z", label="the shape of its images for 6 rows"),
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
        "ReLU for tanh": (
            lambda: _generator(last=(nn.ReLU,)),
            "Your `Generator` ends with a ReLU, so no pixel is ever negative, and nothing stops it above 1. The real "
            "images run from -1 to 1; which squashing function gives just that range?",
        ),
        "ReLU before tanh": (
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
        "one layer too few": (
            _too_small,
            "The images of your `Generator` are 14×14: one doubling layer is missing. Count the sizes from the top, "
            "7 → 14, and see what is left to do.",
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


class _Deaf(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = _discriminator()

    def forward(self, x):
        return self.net(x.detach())


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

    def scenario(rng: Any):
        return {"x": rng.images(6, 1, 28, 28), "other": rng.images(6, 1, 28, 28)}

    def observe(answer: Any, s: Any):
        seen = _observe_network(answer, s.x, s.other, rounds=3)
        one_each = seen["shape"] in ((6,), (6, 1), (6, 1, 1, 1))  # all of them hold one score for each image
        return {**seen, "shape": "6 × 1" if one_each else _in_words(seen["shape"])}

    expect = [
        equal("shape", share=0, why="one score for each image", label="the shape of its scores for 6 images"),
        equal("range", why="the loss asks for a logit, a score without bounds", label="the range of its scores"),
        true("uses input", share=0.5, why="another image must get another score"),
        true(
            "lets through", share=0.5, why="G learns from how the score changes with the image, so nothing may cut it"
        ),
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
        "log of a sigmoid": (
            lambda: _discriminator(last=(nn.LogSigmoid,)),
            "The scores of your `Discriminator` are never positive, as after a log-sigmoid, so it cannot say “real”. "
            "The loss takes the logarithm itself; let the bare number out.",
        ),
        "detached": (
            _Deaf,
            "Your `Discriminator` cuts its images off before it looks at them, so G could never learn from its "
            "opinion. Detaching is the business of the training step, not of the network.",
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
