"""The training engine: what it chooses, what it keeps, how it stops, and that nothing is lost when things go wrong."""

from __future__ import annotations

import copy
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from learntools import losses, training
from learntools.data import ImageSet
from learntools.training import (
    GAN,
    Adam,
    Average,
    Batches,
    Classifier,
    ConditionalGAN,
    TrainingError,
    fit,
    frozen,
    hardware,
)
from learntools.training.checkpoint import Shelf, read_whole, write_whole
from learntools.training.hardware import choose

ROOT = Path(__file__).resolve().parent.parent
QUIET = {"show": False, "device": "cpu"}


class G(nn.Module):
    """Noise (N, 4), and a label if it is told one → images (N, 1, 8, 8)."""

    def __init__(self, size: int = 8):
        super().__init__()
        self.size = size
        self.one = nn.Linear(4, 16)
        self.norm = nn.BatchNorm1d(16)
        self.two = nn.Linear(16, size * size)
        self.label = nn.Embedding(3, 16)

    def forward(self, z, y=None):
        h = self.norm(self.one(z))
        h = h if y is None else h + self.label(y)
        return torch.tanh(self.two(F.relu(h))).view(-1, 1, self.size, self.size)


class D(nn.Module):
    def __init__(self, side: int = 8, probabilities: bool = False):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 4, 2, 1)
        self.head = nn.Linear(8 * (side // 2) ** 2, 1)
        self.label = nn.Embedding(3, 8 * (side // 2) ** 2)
        self.probabilities = probabilities

    def forward(self, x, y=None):
        h = F.leaky_relu(self.conv(x), 0.2).flatten(1)
        logit = self.head(h) + (0 if y is None else (h * self.label(y)).sum(1, keepdim=True))
        return torch.sigmoid(logit) if self.probabilities else logit


@pytest.fixture
def data():
    """96 images 8×8 of three kinds: a bright left, right or upper half."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 60, (96, 1, 8, 8), generator=generator, dtype=torch.uint8)
    labels = torch.arange(96) % 3
    images[labels == 0, :, :, :4] += 150
    images[labels == 1, :, :, 4:] += 150
    images[labels == 2, :, :4] += 150
    return ImageSet(images, labels, ("left", "right", "top"))


def gan(**changes) -> GAN:
    torch.manual_seed(0)
    return GAN(**{"generator": G(), "discriminator": D(), "latent": 4, "batch_size": 16, **changes})


def weights(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


# What it chooses


def test_the_plan_says_what_was_chosen_and_why():
    plan = choose(device="cpu")
    assert plan.device.type == "cpu"
    assert plan.precision in ("bf16", "fp32")
    text = str(plan)
    assert "CPU" in text
    assert plan.precision in text
    assert text.count("·") == 3


def test_every_choice_can_be_overridden():
    plan = choose(device="cpu", precision="fp32", channels_last=True, compiled=True)
    assert (plan.precision, plan.channels_last, plan.compiled) == ("fp32", True, True)
    assert plan.memory_format is torch.channels_last
    assert str(plan).count("asked for") == 4


@pytest.mark.parametrize(
    ("precision", "prefers", "machine", "last"),
    [
        ("fp32", False, "x86_64", False),
        ("fp32", True, "x86_64", True),
        ("fp32", True, "arm64", False),
        ("bf16", False, "arm64", True),
    ],
)
def test_the_layout_is_what_suits_precision_networks_and_processor(monkeypatch, precision, prefers, machine, last):
    monkeypatch.setattr(hardware.platform, "machine", lambda: machine)
    plan = choose(device="cpu", precision=precision, prefers_channels_last=prefers)
    assert plan.channels_last is last
    assert ("channels_last: " in str(plan)) is last
    asked = choose(device="cpu", precision=precision, channels_last=not last, prefers_channels_last=prefers)
    assert asked.channels_last is not last


def test_a_recipe_may_prefer_a_layout(data):
    recipe = gan()
    for prefers in (False, True):
        recipe.channels_last = prefers
        plan = fit(recipe, data, steps=1, precision="fp32", **QUIET).plan
        assert plan.channels_last is (prefers and platform.machine().lower() in ("x86_64", "amd64"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"device": "cuda:77"}, "There is no device"),
        ({"device": "toaster"}, "There is no device"),
        ({"device": "cpu", "precision": "int8"}, "choose from fp32, bf16, fp16"),
        ({"device": "cpu", "precision": "fp16"}, "needs a CUDA GPU"),
    ],
)
def test_what_this_machine_cannot_do_is_one_sentence(options, says):
    with pytest.raises(TrainingError, match=says):
        choose(**options)


def test_bfloat16_computes_in_bfloat16_and_gives_float32(data):
    seen = []
    recipe = gan()
    recipe.discriminator.conv.register_forward_hook(lambda m, i, out: seen.append((out.dtype, out.is_contiguous())))
    scores = []
    recipe.discriminator_loss = lambda real, fake: scores.append(real.dtype) or losses.discriminator_loss(real, fake)
    fit(recipe, data, steps=2, precision="bf16", **QUIET)
    assert seen[-1] == (torch.bfloat16, False)
    assert set(scores) == {torch.float32}
    assert recipe.discriminator(torch.zeros(1, 1, 8, 8)).dtype == torch.float32
    assert seen[-1][0] == torch.float32  # the networks are given back as they came


def test_the_sixteen_bit_weights_are_never_stale(data):
    """Within one autocast region the 16-bit copy of a weight is kept; a step must not compute with the old one."""
    inputs = []
    recipe = gan(discriminator_optimizer=Adam(lr=0.02))
    recipe.generator_loss = lambda fake: inputs.append(fake.mean().item()) or losses.hinge_generator_loss(fake)
    before = []
    recipe.discriminator_loss = lambda real, fake: before.append(fake.mean().item()) or (fake - real).mean()
    fit(recipe, data, steps=1, precision="bf16", **QUIET)
    assert inputs[0] < before[0] - 0.05  # D has just moved a long way down on fakes


# What it does


def test_a_gan_learns_what_its_data_look_like(data):
    def far_from_real(generator) -> float:
        with torch.no_grad():
            fake = generator.eval()(torch.randn(200, 4)).flatten(1)
        return torch.cdist(fake, data.floats().flatten(1), p=1).min(1).values.mean().item() / 64

    adam = Adam(lr=1e-2)
    recipe = gan(batch_size=32, generator_optimizer=adam, discriminator_optimizer=adam)
    before = far_from_real(recipe.generator)
    result = fit(recipe, data, steps=400, precision="fp32", **QUIET)
    assert far_from_real(result.generator) < 0.6 * before
    assert result.steps == 400
    assert not result.stopped
    assert not result.generator.training


def test_a_conditional_gan_makes_what_is_asked_for(data):
    torch.manual_seed(0)
    recipe = ConditionalGAN(
        generator=G(), discriminator=D(), latent=4, classes=3, batch_size=32,
        generator_optimizer=Adam(lr=5e-3), discriminator_optimizer=Adam(lr=5e-3),
    )  # fmt: skip
    made = fit(recipe, data, steps=400, precision="fp32", **QUIET).generator
    with torch.no_grad():
        left = made(torch.randn(50, 4), torch.zeros(50, dtype=torch.long)).mean(0)[0]
        right = made(torch.randn(50, 4), torch.ones(50, dtype=torch.long)).mean(0)[0]
    assert left[:, :4].mean() > left[:, 4:].mean() + 0.5
    assert right[:, 4:].mean() > right[:, :4].mean() + 0.5


class TwoLabels(D):
    """D with as many logits as labels are given for an image."""

    def forward(self, x, y):
        y = y.view(len(x), -1)
        return torch.cat([super(TwoLabels, self).forward(x, y[:, i]) for i in range(y.shape[1])], dim=1)


def test_wrong_labels_are_refused_as_much_as_asked(data):
    """D's loss is (1 - m) × the game with fakes + m × the one with wrong labels; no wrong label is the right one."""
    torch.manual_seed(0)
    asked = []

    class Listening(TwoLabels):
        def forward(self, x, y):
            asked.append(y.clone())
            return super().forward(x, y)

    network = Listening()
    recipe = ConditionalGAN(generator=G(), discriminator=network, latent=4, classes=3, mismatch=0.25)
    x, y, fake = data.floats(), data.labels, torch.zeros(96, 1, 8, 8)
    loss = recipe.refuse(x, y, fake)
    both = next(labels for labels in asked if labels.ndim == 2)
    assert torch.equal(both[:, 0], y)
    assert (both[:, 1] != y).all()
    assert set(both[y == 0, 1].tolist()) == {1, 2}
    right, wrong = network(x, both).split(1, dim=1)
    game = losses.hinge_discriminator_loss
    torch.testing.assert_close(loss, 0.75 * game(right, network(fake, y)) + 0.25 * game(right, wrong))


def test_a_classifier_learns_with_augmentation(data):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    recipe = Classifier(network=network, classes=3, batch_size=32, augment=(training.Shift(1),))
    fitted = fit(recipe, data, steps=150, **QUIET).networks["network"]
    assert (fitted(data.floats()).argmax(1) == data.labels).float().mean() > 0.95


def test_only_the_player_whose_turn_it_is_moves(data):
    calls = []

    class Watched(GAN):
        def step(self, x, y, move, count):
            def watching(name, loss):
                before = {key: weights(net) for key, net in self.networks.items()}
                move(name, loss)
                calls.append((name, [key for key, net in self.networks.items() if not same(before[key], weights(net))]))

            super().step(x, y, watching, count)

    torch.manual_seed(0)
    fit(Watched(generator=G(), discriminator=D(), latent=4, batch_size=8), data, steps=2, **QUIET)
    assert calls == [("discriminator", ["discriminator"]), ("generator", ["generator"])] * 2


def test_the_discriminator_may_move_more_often(data):
    turns = []

    class Counted(GAN):
        def step(self, x, y, move, count):
            super().step(x, y, lambda name, loss: (turns.append(name[0]), move(name, loss)), count)

    torch.manual_seed(0)
    recipe = Counted(
        generator=G(), discriminator=D(), latent=4, batch_size=8, discriminator_steps=3,
        discriminator_loss=losses.wasserstein_critic_loss, generator_loss=losses.wasserstein_generator_loss,
        penalty=lambda critic, real, fake: 10 * losses.gradient_penalty(critic, real, fake),
    )  # fmt: skip
    fit(recipe, data, steps=6, **QUIET)
    assert "".join(turns) == "dddgdddg"


def test_frozen_weights_get_no_gradient_and_pass_one_on():
    network, x = D(), torch.zeros(2, 1, 8, 8, requires_grad=True)
    network.head.bias.requires_grad_(False)
    with frozen(network):
        network(x).sum().backward()
    assert x.grad is not None
    assert all(value.grad is None for value in network.parameters())
    assert network.conv.weight.requires_grad
    assert not network.head.bias.requires_grad  # as it was


def test_the_average_is_the_formula():
    network = nn.Linear(1, 1, bias=False)
    network.weight.data.fill_(0.0)
    average, expected = Average(network, decay=0.5), 0.0
    for n in range(1, 20):
        network.weight.data.fill_(float(n))
        average.update()
        decay = min(0.5, (1 + n) / (10 + n))
        expected = decay * expected + (1 - decay) * n
    assert average.network.weight.item() == pytest.approx(expected, rel=1e-5)
    assert not average.network.training
    with pytest.raises(ValueError, match=r"0\.995 is usual"):
        Average(network, decay=1.0)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(data):
    one, two, three = (fit(gan(), data, steps=5, seed=seed, **QUIET).generator.state_dict() for seed in (1, 1, 2))
    assert same(one, two)
    assert not same(one, three)


def test_metrics_are_measured_without_a_trace(data):
    def measure(networks):
        torch.rand(100)
        return {"mean": float(networks["generator"](torch.zeros(2, 4)).mean())}

    plain = fit(gan(), data, steps=30, **QUIET)
    measured = fit(gan(), data, steps=30, metrics=measure, metrics_every=0, **QUIET)
    assert same(plain.generator.state_dict(), measured.generator.state_dict())
    assert measured.history[-1]["mean"] == measure(measured.networks)["mean"]
    with pytest.raises(KeyError, match="was not measured"):
        plain.best("mean")


def test_seconds_are_seconds(data):
    start = time.perf_counter()
    result = fit(gan(), data, seconds=1.5, **QUIET)
    assert 1.5 <= result.seconds < 2.5
    assert result.seconds <= time.perf_counter() - start
    assert result.history[-1]["step"] == result.steps > 10


def test_the_learning_rate_holds_and_then_falls(data):
    rates = []

    class Watched(GAN):
        def step(self, x, y, move, count):
            super().step(x, y, move, count)
            rates.append(move.optimizers["generator"].param_groups[0]["lr"])

    torch.manual_seed(0)
    fit(Watched(generator=G(), discriminator=D(), latent=4, batch_size=8), data, steps=10, **QUIET)
    assert rates == pytest.approx([2e-3 * f for f in (1, 1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2)])


def test_batches_are_floats_of_the_set_with_their_own_labels(data):
    torch.manual_seed(0)
    x, y = Batches(data, 64).draw()
    assert (x.shape, x.dtype, y.dtype) == ((64, 1, 8, 8), torch.float32, torch.int64)
    assert -1 <= x.min() <= x.max() <= 1
    bright = torch.stack([x[..., :4].mean((1, 2, 3)), x[..., 4:].mean((1, 2, 3))])
    assert (bright.argmax(0) == y)[y < 2].all()


def test_augmentations_change_pixels_and_nothing_else():
    x = torch.rand(500, 1, 6, 6)
    torch.manual_seed(0)
    flipped = training.flip(x)
    mirrored = (flipped == x.flip(3)).all(3).all(2).all(1)
    assert 180 < mirrored.sum() < 320
    assert torch.equal(flipped[~mirrored], x[~mirrored])
    moved = {int(training.Shift(2)(torch.ones(1, 1, 6, 6)).add(1).sum() / 2) for _ in range(60)}
    assert moved == {36, 30, 24, 25, 20, 16}


# How it stops


@pytest.mark.parametrize(("value", "says"), [(float("nan"), "no longer a number"), (1e9, "exploded")])
def test_a_broken_loss_stops_it_with_the_last_good_state(data, value, says, monkeypatch):
    monkeypatch.setattr("learntools.training.loop.LOOK_EVERY", 0.0)
    monkeypatch.setattr("learntools.training.loop.KEEP_EVERY", 0.0)
    good = {}

    class Broken(GAN):
        def step(self, x, y, move, count):
            if count == 7:
                good.update(weights(self.generator))
            broken = value if count >= 7 else 1.0
            super().step(x, y, lambda name, loss: move(name, loss * broken), count)

    torch.manual_seed(0)
    recipe = Broken(generator=G(), discriminator=D(), latent=4, batch_size=8)
    result = fit(recipe, data, steps=50, **QUIET)
    assert says in result.stopped
    assert "step 7" in result.stopped
    assert result.steps == 7
    assert same(weights(recipe.generator), good)
    assert all(torch.isfinite(v).all() for v in result.generator.state_dict().values())


def test_ctrl_c_leaves_a_usable_model(data, tmp_path):
    class Interrupted(GAN):
        def step(self, x, y, move, count):
            super().step(x, y, move, count)
            if count == 9:
                os.kill(os.getpid(), signal.SIGINT)

    torch.manual_seed(0)
    recipe = Interrupted(generator=G(), discriminator=D(), latent=4, batch_size=8)
    result = fit(recipe, data, steps=500, out=tmp_path, **QUIET)
    assert "Stopped by you" in result.stopped
    assert result.generator(torch.zeros(2, 4)).shape == (2, 1, 8, 8)
    assert (tmp_path / "generator.safetensors").exists()
    assert Shelf(tmp_path).load()["step"] in (9, 10)
    assert "forward" not in vars(recipe.generator)


# What it keeps


def test_a_resumed_training_is_an_unbroken_one(data, tmp_path, monkeypatch):
    whole = fit(gan(), data, steps=40, **QUIET)
    monkeypatch.setattr("learntools.training.loop.LOOK_EVERY", 0.0)

    class Stops(GAN):
        def step(self, x, y, move, count):
            if count == 25:
                raise RuntimeError("the power fails")
            super().step(x, y, move, count)

    torch.manual_seed(0)
    with pytest.raises(RuntimeError, match="power"):
        fit(
            Stops(generator=G(), discriminator=D(), latent=4, batch_size=16), data, steps=40, out=tmp_path,
            save_every=0, **QUIET,
        )  # fmt: skip
    again = gan()
    again.generator.one.weight.data.fill_(7)  # what is in the networks before does not matter
    torch.manual_seed(99)
    resumed = fit(again, data, steps=40, out=tmp_path, resume=True, **QUIET)
    assert resumed.steps == 40
    assert same(resumed.generator.state_dict(), whole.generator.state_dict())
    assert resumed.history[0]["step"] == 1


def test_a_killed_process_resumes_to_the_same_weights(tmp_path):
    """kill -9 in mid-training, at a moment of nobody's choosing, on the real recipe."""
    code = (
        "import sys, torch\n"
        "from learntools.training import GAN, fit\n"
        "from learntools.models.dcgan import Discriminator, Generator\n"
        "from learntools.data import ImageSet\n"
        "torch.manual_seed(3); torch.set_num_threads(1)\n"
        "images = torch.randint(0, 256, (200, 1, 28, 28), dtype=torch.uint8)\n"
        "recipe = GAN(Generator(width=8), Discriminator(width=8), batch_size=8, name='killed')\n"
        "import learntools.training.loop as f; f.LOOK_EVERY = 0.0\n"
        "result = fit(recipe, (images, torch.zeros(200, dtype=torch.long)), steps=int(sys.argv[2]), out=sys.argv[1],\n"
        "             save_every=0.05, resume=True, device='cpu', show=False)\n"
        "torch.save(result.generator.state_dict(), sys.argv[1] + '/end.pt')\n"
    )
    steps = "150"

    def start(folder: Path) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, "-c", code, str(folder), steps])

    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    unbroken.mkdir(), broken.mkdir()
    assert start(unbroken).wait() == 0
    victim = start(broken)
    while len(Shelf(broken).files()) < 2 and victim.poll() is None:
        time.sleep(0.005)
    victim.kill()
    assert victim.wait() == -signal.SIGKILL
    assert not (broken / "end.pt").exists()
    assert start(broken).wait() == 0
    assert same(torch.load(unbroken / "end.pt"), torch.load(broken / "end.pt"))


def test_a_damaged_checkpoint_is_named_and_the_one_before_it_used(data, tmp_path):
    shelf = Shelf(tmp_path)
    for step in (10, 20, 30):
        shelf.save(step, {"step": step, "weights": torch.arange(1000)})
    assert [path.name for path in shelf.files()] == ["checkpoint-000000020.pt", "checkpoint-000000030.pt"]
    newest = shelf.files()[-1]
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    assert shelf.load()["step"] == 20
    assert len(shelf.damaged) == 1
    assert newest.name in shelf.damaged[0]
    shelf.files()[0].write_bytes(b"")
    with pytest.raises(TrainingError, match="Every checkpoint"):
        Shelf(tmp_path).load()


def test_a_truncated_checkpoint_is_noticed_at_every_length(tmp_path):
    path = Shelf(tmp_path).save(1, {"step": 1})
    content = path.read_bytes()
    for length in range(0, len(content), 37):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"it does not begin like one|bytes have changed"):
            read_whole(path, "cpu")


def test_a_full_disk_costs_nothing_but_the_checkpoint(data, tmp_path, monkeypatch):
    """The kernel's own refusal: no file of this process may grow beyond 64 bytes."""
    fit(gan(), data, steps=3, out=tmp_path, **QUIET)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    try:
        result = fit(gan(), data, steps=9, out=tmp_path, resume=True, **QUIET)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert result.steps == 9
    assert not result.stopped
    assert any("cannot be written" in problem and "is whole" in problem for problem in result.problems)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "x"
    write_whole(target, b"old")

    class Bad:
        pass

    with pytest.raises(TypeError):
        write_whole(target, b"new", Bad())  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_training_is_not_overwritten(data, tmp_path):
    fit(gan(), data, steps=2, out=tmp_path, **QUIET)
    with pytest.raises(TrainingError, match="resume=True goes on"):
        fit(gan(), data, steps=2, out=tmp_path, **QUIET)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (lambda: gan(name="another"), "is of the recipe 'gan', and this is 'another'"),
        (lambda: gan(discriminator=nn.Sequential(nn.Flatten(), nn.Linear(64, 1))), "discriminator whose"),
    ],
)
def test_a_checkpoint_of_another_recipe_is_refused(data, tmp_path, other, says):
    fit(gan(), data, steps=2, out=tmp_path, **QUIET)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(TrainingError, match=says):
        fit(other(), data, steps=4, out=tmp_path, resume=True, **QUIET)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# Bad input


class Rgb(nn.Module):
    def forward(self, z):
        return torch.zeros(len(z), 3, 8, 8) + z.sum()


def short(data):
    return ImageSet(data.images[:4], data.labels[:4], data.classes)


@pytest.mark.parametrize(
    ("recipe", "change", "says"),
    [
        (lambda: gan(generator=G(12)), lambda d: d, r"makes images \(1, 12, 12\), and the data's are \(1, 8, 8\)"),
        (lambda: gan(discriminator=D(12)), lambda d: d, "The discriminator fails on inputs of shape"),
        (lambda: gan(discriminator=D(probabilities=True)), lambda d: d, "they are probabilities"),
        (lambda: gan(discriminator=nn.Flatten()), lambda d: d, "one logit for each"),
        (lambda: gan(latent=9), lambda d: d, "The generator fails on inputs of shape"),
        (gan, lambda d: (d.images.float(), d.labels), "uint8"),
        (gan, lambda d: (d.images, d.labels[:5]), "each image needs one"),
        (gan, lambda d: d.images, "an ImageSet, Pairs, or a pair"),
        (gan, short, "choose a smaller one"),
        (
            lambda: ConditionalGAN(generator=G(), discriminator=D(), latent=4, classes=2, batch_size=8),
            lambda d: d,
            "labels run from 0 to 2, and this recipe has 2 classes",
        ),
        (
            lambda: ConditionalGAN(generator=G(), discriminator=D(), latent=4, classes=3, batch_size=8),
            lambda d: (d.images, d.labels - 1),
            "labels run from -1",
        ),
        (
            lambda: ConditionalGAN(generator=G(), discriminator=D(), latent=4, classes=3, batch_size=8, mismatch=0.2),
            lambda d: d,
            "The discriminator fails on inputs|a logit for each label",
        ),
        (
            lambda: ConditionalGAN(
                generator=G(), discriminator=TwoLabels(), latent=4, classes=3, batch_size=8, mismatch=1.5
            ),
            lambda d: d,
            "at least 0 and below 1",
        ),
        (
            lambda: Classifier(network=nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), classes=3, batch_size=8),
            lambda d: d,
            "each needs 3 logits",
        ),
    ],
)
def test_what_does_not_fit_is_one_sentence_before_anything_is_trained(data, tmp_path, recipe, change, says):
    built = recipe()
    before = {name: weights(network) for name, network in built.networks.items()}
    with pytest.raises(TrainingError, match=says) as caught:
        fit(built, change(data), steps=3, out=tmp_path / "out", **QUIET)
    assert str(caught.value).count("\n") == 0
    assert all(same(before[name], weights(network)) for name, network in built.networks.items())
    assert not (tmp_path / "out").exists()


def test_a_network_that_starts_at_zero_is_no_sigmoid(data):
    network = D()
    for value in network.head.parameters():
        nn.init.zeros_(value)
    GAN(generator=G(), discriminator=network, latent=4).check(data.floats(slice(2)), data.labels[:2], data.labels)


def test_failing_metrics_cost_nothing_but_themselves(data, tmp_path):
    def broken(networks):
        raise ZeroDivisionError("no images")

    result = fit(gan(), data, steps=5, metrics=broken, out=tmp_path, **QUIET)
    assert result.steps == 5
    assert "no images" in result.problems[0]
    assert Shelf(tmp_path).load()["step"] == 5


def test_metrics_of_any_kind_of_number_can_be_resumed(data, tmp_path):
    fit(gan(), data, steps=5, metrics=lambda nets: {"m": np.float64(3)}, metrics_every=0, out=tmp_path, **QUIET)
    result = fit(gan(), data, steps=9, metrics=lambda nets: {"m": np.float64(2)}, out=tmp_path, resume=True, **QUIET)
    assert result.best("m")["m"] == 2.0


def test_a_network_can_be_trained_again_in_the_precision_that_is_asked_for(data):
    recipe = gan()
    fit(recipe, data, steps=2, precision="fp32", **QUIET)
    kinds = []
    recipe.discriminator.conv.register_forward_hook(lambda m, i, out: kinds.append(out.dtype))
    fit(recipe, data, steps=2, precision="bf16", **QUIET)
    assert torch.bfloat16 in kinds
    left = set(vars(recipe.discriminator)) - set(vars(nn.Linear(1, 1)))
    assert not {name for name in left if "forward" in name or "accelerate" in name}


def test_resuming_with_other_settings_is_refused(data, tmp_path):
    fit(gan(), data, steps=2, out=tmp_path, **QUIET)
    with pytest.raises(TrainingError, match="another optimizer of the generator"):
        fit(gan(generator_optimizer=Adam(lr=1e-5)), data, steps=4, out=tmp_path, resume=True, **QUIET)
    with pytest.raises(TrainingError, match="needs `out`"):
        fit(gan(), data, steps=4, resume=True, **QUIET)


def test_a_generator_that_draws_its_own_noise_is_not_disturbed_by_the_preview(data, monkeypatch):
    class Noisy(G):
        def forward(self, z, y=None):
            return super().forward(z + torch.randn_like(z), y)

    def run(**options):
        torch.manual_seed(0)
        recipe = GAN(generator=Noisy(), discriminator=D(), latent=4, batch_size=8)
        return fit(recipe, data, steps=10, device="cpu", **options).generator.state_dict()

    quiet = run(show=False)
    monkeypatch.setattr("learntools.training.loop.LOOK_EVERY", 0.0)
    looks = run(show=False, metrics=lambda nets: {"m": float(nets["generator"](torch.zeros(2, 4)).sum())})
    assert same(quiet, looks)


def test_a_right_discriminator_is_never_taken_for_one_of_probabilities(data):
    x, y = data.floats(slice(0, 2)), data.labels[:2]
    for seed in range(40):
        torch.manual_seed(seed)
        for network in (D(), nn.Sequential(nn.Conv2d(1, 4, 3), nn.InstanceNorm2d(4), nn.Flatten(), nn.Linear(144, 1))):
            GAN(generator=G(), discriminator=network, latent=4).check(x, y, data.labels)
        with pytest.raises(TrainingError, match="probabilities"):
            GAN(generator=G(), discriminator=D(probabilities=True), latent=4).check(x, y, data.labels)


@pytest.mark.parametrize("options", [{}, {"seconds": 0}, {"steps": -1}, {"seconds": float("nan")}])
def test_a_training_needs_an_end(data, options):
    with pytest.raises(TrainingError, match=r"Give `seconds`|more than 0"):
        fit(gan(), data, **options, **QUIET)


# Several processes


def test_two_processes_train_the_same_weights(tmp_path):
    code = (
        "import os, sys, torch\n"
        "torch.set_num_threads(1)\n"
        "from learntools.training import GAN, fit\n"
        "from learntools.models.dcgan import Discriminator, Generator\n"
        "torch.manual_seed(int(os.environ['RANK']))  # different at the start\n"
        "images = torch.randint(0, 256, (64, 1, 28, 28), dtype=torch.uint8)\n"
        "recipe = GAN(Generator(width=4), Discriminator(width=4), batch_size=8)\n"
        "result = fit(recipe, (images, torch.zeros(64, dtype=torch.long)), seconds=1.0, device='cpu', show=False,\n"
        "             out=sys.argv[1] + '/run')\n"
        "named = dict(recipe.generator.named_parameters())\n"
        "torch.save((result.steps, named), f\"{sys.argv[1]}/{os.environ['RANK']}.pt\")\n"
    )
    script = tmp_path / "two.py"
    script.write_text(code)
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]  # as accelerate
    done = subprocess.run(
        [*launch, str(script), str(tmp_path)],
        capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    (steps, one), (other_steps, two) = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    assert steps == other_steps > 5
    assert same(one, two)
    assert len(Shelf(tmp_path / "run").load()["random"]) == 2


def test_without_gpus_a_launch_is_a_call_and_asking_for_more_is_refused():
    if torch.cuda.device_count():
        pytest.skip("this machine has GPUs")
    assert training.launch(lambda: 7) == 7
    with pytest.raises(TrainingError, match="There are 0 GPUs for 2 processes"):
        training.launch(lambda: 7, processes=2)


# The command


def train_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", "from learntools.cli import main; main()", "train", *arguments],
        capture_output=True, text=True, check=False, timeout=300, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize("name", ["dcgan", "conditional_gan"])
def test_the_command_ends_with_its_metrics_as_json(name, tmp_path):
    done = train_command(name, "--steps", "2", "--json", "--out", str(tmp_path / "run"), "--device", "cpu")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(done.stdout.splitlines()) == 1
    assert (found["steps"], found["device"], found["recipe"]) == (2, "cpu", name)
    assert found["frechet_distance"] > 20
    assert (found["conditional_accuracy"] is None) == (name == "dcgan")
    assert (tmp_path / "run" / "generator.safetensors").exists()


def test_the_command_says_what_is_wrong_in_one_line():
    for arguments, says in (
        (["sculpture"], "There is no recipe 'sculpture'"),
        (["dcgan", "--device", "cuda:9"], "There is no device"),
        (["dcgan", "--seconds", "-1"], "more than 0"),
    ):
        done = train_command(*arguments)
        assert done.returncode == 2
        assert says in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_copy_of_a_recipe_is_independent(data):
    recipe = gan()
    other = copy.deepcopy(recipe)
    fit(recipe, data, steps=2, **QUIET)
    assert not same(weights(recipe.generator), weights(other.generator))
