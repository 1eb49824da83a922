"""Pix2Pix and CycleGAN on the engine: what moves in which step, the image buffer, exact resume, and bad data."""

from __future__ import annotations

import copy
import json

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from typer.testing import CliRunner

from learntools import data, training
from learntools.cli import app
from learntools.models.cyclegan import TwoWay
from learntools.training import recipes
from learntools.training.translation import CycleGAN, ImageBuffer, Pix2Pix


def small_pairs(count: int = 24) -> data.Pairs:
    random = torch.Generator().manual_seed(0)
    a = torch.randint(0, 256, (count, 1, 8, 8), generator=random, dtype=torch.uint8)
    return data.Pairs(a, 255 - a)


def conv(i: int = 1, o: int = 1) -> nn.Module:
    return nn.Sequential(nn.Conv2d(i, 8, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(8, o, 3, padding=1))


def a_pix2pix(**options) -> Pix2Pix:
    torch.manual_seed(0)
    return Pix2Pix(nn.Sequential(conv(), nn.Tanh()), conv(2), batch_size=8, **options)


def a_cyclegan(**options) -> CycleGAN:
    torch.manual_seed(0)
    generators = TwoWay(nn.Sequential(conv(), nn.Tanh()), nn.Sequential(conv(), nn.Tanh()))
    return CycleGAN(generators, TwoWay(conv(), conv()), batch_size=8, **options)


def quiet(recipe, images, **options) -> training.Result:
    return training.fit(recipe, images, show=False, device="cpu", precision="fp32", **options)


def weights(network: nn.Module) -> list[torch.Tensor]:
    return [value.detach().clone() for value in network.parameters()]


def moved(before: list[torch.Tensor], network: nn.Module) -> bool:
    return not all(torch.equal(old, new) for old, new in zip(before, network.parameters(), strict=True))


class Watcher:
    """A `move` that notes which network each loss has gradients for, and moves nothing."""

    def __init__(self, recipe):
        self.recipe, self.seen = recipe, []

    def __call__(self, name, loss):
        for network in self.recipe.networks.values():
            network.zero_grad()
        loss.backward()
        self.seen.append(
            (
                name,
                {
                    key
                    for key, network in self.recipe.networks.items()
                    if any(value.grad is not None and value.grad.abs().sum() > 0 for value in network.parameters())
                },
            )
        )


def test_each_step_moves_only_its_own_networks():
    x, y = (side[:8] for side in small_pairs().floats())
    for recipe in (a_pix2pix(), a_cyclegan()):
        watcher = Watcher(recipe)
        recipe.step(x, y, watcher, 0)
        assert len(watcher.seen) == 2
        assert all({name} == having for name, having in watcher.seen)


def test_pix2pix_learns_a_translation():
    pairs = small_pairs()
    recipe = a_pix2pix()
    x, y = pairs.floats()
    before = F.l1_loss(recipe.generator(x), y).item()
    result = quiet(recipe, pairs, steps=150)
    with torch.no_grad():
        after = F.l1_loss(result.generator(x), y).item()
    assert after < before / 3
    assert {"generator", "discriminator"} <= set(result.history[-1])


def test_an_unconditional_judge_sees_the_output_only():
    """The paper's ablation, and the old course's mistake: whatever the input, the score is the same."""
    x, y = (side[:8] for side in small_pairs().floats())
    blind = Pix2Pix(conv(), conv(1), conditional=False)
    assert torch.equal(blind.score(x, y), blind.score(-x, y))
    seeing = a_pix2pix()
    assert not torch.allclose(seeing.score(x, y), seeing.score(-x, y))


def test_l1_alone_leaves_the_discriminator_alone():
    recipe = a_pix2pix(adversarial_weight=0)
    before = weights(recipe.discriminator)
    quiet(recipe, small_pairs(), steps=3)
    assert not moved(before, recipe.discriminator)


def test_pairs_are_changed_alike_and_unpaired_images_are_not():
    images = torch.arange(16, dtype=torch.uint8).repeat(12, 1, 16, 1)
    pairs = data.Pairs(images, images)
    torch.manual_seed(0)
    x, y = training.Batches(pairs, 12, augment=[training.flip, training.Shift(3)]).draw()
    assert torch.equal(x, y)
    assert len({tuple(image.flatten().tolist()) for image in x}) == 2  # some are mirrored
    x, y = training.Batches(data.unpaired(pairs), 12, augment=[training.flip]).draw()
    assert not torch.equal(x, y)


def test_unpaired_sides_are_drawn_independently():
    """On the diagonal by chance only: 1 of 20, over 4,000 draws within four standard deviations."""
    images = torch.arange(20, dtype=torch.uint8).reshape(20, 1, 1, 1).expand(-1, 1, 4, 4).contiguous()
    batches = training.Batches(data.Unpaired(images, images), 20)
    torch.manual_seed(0)
    together = 0
    for _ in range(200):
        x, y = batches.draw()
        together += int((x[:, 0, 0, 0] == y[:, 0, 0, 0]).sum())
    assert abs(together - 200) < 4 * (4000 * 0.05 * 0.95) ** 0.5


def test_sets_of_different_sizes_are_used_whole():
    a = torch.full((10, 1, 8, 8), 3, dtype=torch.uint8)
    b = torch.arange(30, dtype=torch.uint8).reshape(30, 1, 1, 1).expand(-1, 1, 8, 8).contiguous()
    torch.manual_seed(0)
    batches = training.Batches(data.Unpaired(a, b), 10)
    seen = {round(float((value + 1) * 127.5)) for _ in range(40) for value in batches.draw()[1][:, 0, 0, 0]}
    assert seen == set(range(30))


def test_jitter_enlarges_and_cuts_back():
    x = torch.linspace(-1, 1, 16).expand(2, 1, 16, 16)
    torch.manual_seed(0)
    y = training.Jitter(20)(x)
    assert y.shape == x.shape
    assert 0 < (y[..., -1] - y[..., 0]).mean() < 2


def test_the_buffer_keeps_its_size_and_gives_old_ones_half_of_the_time():
    torch.manual_seed(0)
    buffer = ImageBuffer(50)
    fakes = torch.arange(2000.0).reshape(-1, 1, 1, 1)
    assert torch.equal(buffer(fakes[:50]), fakes[:50])  # it is filled first
    old, ages = 0, []
    for i in range(50, 2000, 10):
        given = buffer(fakes[i : i + 10])
        assert given.shape == (10, 1, 1, 1)
        is_old = given.flatten() < i
        old += int(is_old.sum())
        ages += (i - given.flatten()[is_old]).tolist()
    assert len(buffer.images) == 50
    assert 0.44 < old / 1950 < 0.56  # a fake may also be met again within its own batch
    assert 60 < sum(ages) / len(ages) < 140  # a place is replaced with probability 1/100 at each image


def test_the_buffer_carries_no_graph_and_can_be_switched_off():
    fakes = torch.randn(4, 1, 2, 2, requires_grad=True) * 2
    assert not ImageBuffer(2)(fakes).requires_grad
    assert torch.equal(ImageBuffer(0)(fakes), fakes)


def test_the_cycle_ties_the_translations_to_their_inputs():
    """With the cycle loss the way there and back returns; without it nothing asks for that."""
    images = data.unpaired(small_pairs())
    a, b = images.floats()

    def returned(weight: float) -> float:
        result = quiet(a_cyclegan(cycle_weight=weight, identity_weight=0), images, steps=150)
        with torch.no_grad():
            generators = result.networks["generators"]
            fake_b, fake_a = generators(a, b)
            cycled_b, cycled_a = generators(fake_a, fake_b)
        return float(F.l1_loss(cycled_a, a) + F.l1_loss(cycled_b, b))

    assert returned(10) < 0.5 * returned(0)


def test_a_resumed_cyclegan_equals_an_unbroken_one(tmp_path):
    """The buffer of older fakes is part of the state: without it the second half would differ."""
    images = data.unpaired(small_pairs())
    whole = quiet(a_cyclegan(buffer=12), images, steps=20)
    quiet(a_cyclegan(buffer=12, schedule=lambda done: 1.0), images, steps=10, out=tmp_path)
    same = a_cyclegan(buffer=12, schedule=lambda done: 1.0)
    broken = quiet(same, images, steps=20, out=tmp_path, resume=True)
    unbroken = quiet(a_cyclegan(buffer=12, schedule=lambda done: 1.0), images, steps=20)
    for mine, theirs in zip(broken.networks.values(), unbroken.networks.values(), strict=True):
        for key, value in mine.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[key])
    assert len(same.older_a.images) == 12
    assert whole.steps == broken.steps == 20


def test_both_domains_may_have_their_own_channels():
    a = torch.randint(0, 256, (12, 1, 8, 8), dtype=torch.uint8)
    b = torch.randint(0, 256, (12, 3, 8, 8), dtype=torch.uint8)
    generators = TwoWay(conv(1, 3), conv(3, 1))
    recipe = CycleGAN(generators, TwoWay(conv(3), conv(1)), batch_size=4, identity_weight=0)
    assert quiet(recipe, data.Unpaired(a, b), steps=2).steps == 2


class SideBySide(nn.Module):
    """Two ways, but no `TwoWay`."""

    def __init__(self):
        super().__init__()
        self.both = conv(2, 2)

    def forward(self, a, b):
        return self.both(torch.cat([a, b], dim=1)).chunk(2, dim=1)


BAD = {
    "labels": (a_pix2pix(), lambda: data.fashion_mnist("test"), r"translates images into images.*Pairs or Unpaired"),
    "channels": (
        Pix2Pix(conv(1, 3), conv(2), batch_size=4),
        small_pairs,
        r"generator makes images \(3, 8, 8\), and the targets are \(1, 8, 8\)",
    ),
    "blind judge": (
        Pix2Pix(conv(), conv(1), batch_size=4),
        small_pairs,
        r"The discriminator fails on inputs of shape",
    ),
    "no way to repaint": (
        CycleGAN(SideBySide(), TwoWay(conv(), conv()), batch_size=4),
        lambda: data.unpaired(small_pairs()),
        r"which a `TwoWay` of two networks has: put yours into one, or set identity_weight=0",
    ),
    "one way": (CycleGAN(conv(), conv(), batch_size=4), lambda: data.unpaired(small_pairs()), r"The generators fails"),
    "small set": (a_pix2pix(), lambda: small_pairs(4), r"batch of 8 cannot be drawn from 4 images"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_named(name):
    recipe, images, sentence = BAD[name]
    with pytest.raises(training.TrainingError, match=sentence):
        quiet(recipe, images(), steps=1)


def test_the_papers_presets_are_the_papers():
    pix2pix, cyclegan = recipes.pix2pix_paper(), recipes.cyclegan_paper()
    for recipe in (pix2pix, cyclegan):
        assert recipe.batch_size == 1
        assert {(adam.lr, adam.betas) for adam in recipe.optimizers.values()} == {(2e-4, (0.5, 0.999))}
        assert [recipe.schedule(done) for done in (0, 0.5, 0.75, 1)] == [1, 1, 0.5, 0]  # constant, then straight to 0
        assert isinstance(recipe.augment[0], training.Jitter)
        assert recipe.augment[0].size == 286
    assert pix2pix.l1_weight == 100
    assert (cyclegan.cycle_weight, cyclegan.buffer) == (10, 50)
    count = {
        name: round(sum(value.numel() for value in network.parameters()) / 1e6, 3)
        for recipe in (pix2pix, cyclegan)
        for name, network in recipe.networks.items()
    }
    assert count == {"generator": 54.414, "discriminator": 2.769, "generators": 22.756, "discriminators": 5.529}


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("pix2pix", {"l1", "copy_l1", "saturation_ratio", "ssim", "mean_colour_l1", "kernel_distance"}),
        (
            "cyclegan",
            {"pair_l1", "untranslated_pair_l1", "cycle_l1", "kernel_distance", "untranslated_kernel_distance"},
        ),
    ],
)
def test_the_command_line_ends_with_the_metrics(name, keys):
    ran = CliRunner().invoke(app, ["train", name, "--steps", "2", "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout.strip().splitlines()[-1])
    assert keys <= set(found)
    assert all(isinstance(found[key], float) for key in keys)


def test_the_preview_shows_translations():
    pairs = small_pairs()
    shown = pairs.floats()[0][:3]
    for recipe, images in (
        (a_pix2pix(shown=shown), pairs),
        (a_cyclegan(shown=shown), data.unpaired(pairs)),
    ):
        result = quiet(copy.deepcopy(recipe), images, steps=1)
        assert recipe.samples(result.networks, torch.device("cpu")).shape == shown.shape


def test_whole_numbers_are_good_enough_for_adam():
    """torch itself refuses the betas (0, 0.99): one is an int."""
    assert training.Adam(betas=(0, 0.99)).build(nn.Linear(1, 1)).defaults["betas"] == (0.0, 0.99)
