"""Reference networks and losses: their shapes, their papers' equations, and what training needs of them."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from learntools import losses
from learntools.data import DataError, fashion_mnist, weights
from learntools.metrics import Moments, frechet_distance, judge_features, judged, load_judge, reference_moments
from learntools.models import conditional_gan, dcgan


@pytest.mark.parametrize("size", [28, 32, 64])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_dcgan_is_sized_from_the_image(size, channels):
    torch.manual_seed(0)
    G = dcgan.Generator(latent=5, width=4, size=size, channels=channels)
    D = dcgan.Discriminator(width=4, size=size, channels=channels)
    images = G(torch.randn(3, 5))
    assert images.shape == (3, channels, size, size)
    assert images.abs().max() <= 1
    assert D(images).shape == (3, 1)


@pytest.mark.parametrize("size", [27, 30, 6, 0])
def test_another_size_is_refused_in_a_sentence(size):
    with pytest.raises(ValueError, match="use 28, 32, 64 or 128"):
        dcgan.Generator(size=size)


@pytest.mark.parametrize("kind", [conditional_gan.ConcatenationDiscriminator, conditional_gan.ProjectionDiscriminator])
@pytest.mark.parametrize("size", [28, 64])
def test_both_players_hear_the_label(kind, size):
    torch.manual_seed(0)
    G, D = conditional_gan.ConditionalGenerator(classes=4, width=4, size=size), kind(classes=4, width=4, size=size)
    z, y = torch.randn(6, 64), torch.arange(6) % 4
    x = G(z, y)
    assert x.shape == (6, 1, size, size)
    assert not torch.allclose(x, G(z, (y + 1) % 4))
    D.eval()
    assert D(x, y).shape == (6, 1)
    assert not torch.allclose(D(x, y), D(x, (y + 1) % 4))


def test_the_projection_is_the_papers_equation():
    torch.manual_seed(0)
    D = conditional_gan.ProjectionDiscriminator(classes=3, width=4, spectral_norm=False)
    x, y = torch.randn(5, 1, 28, 28), torch.tensor([0, 1, 2, 0, 1])
    seen = D.features(x)
    expected = seen @ D.head.weight.T + D.head.bias + torch.einsum("nf,nf->n", seen, D.embedding.weight[y])[:, None]
    torch.testing.assert_close(D(x, y), expected)
    both = D(x, torch.stack([y, (y + 1) % 3], dim=1))
    torch.testing.assert_close(both, torch.cat([D(x, y), D(x, (y + 1) % 3)], dim=1))


def test_a_discriminator_can_be_told_how_much_a_batch_differs():
    torch.manual_seed(0)
    D = dcgan.Discriminator(width=4, spread=20).eval()
    plain = dcgan.Discriminator(width=4).eval()
    x = torch.randn(8, 1, 28, 28)
    alike = torch.cat([x[:1], x[:1] + 0.01 * torch.randn(7, 1, 28, 28)])
    assert (D(x)[0] - D(alike)[0]).abs() > 0.05
    torch.testing.assert_close(plain(x)[0], plain(alike)[0])
    features = D.features(x)
    expected = 20 * features.view(8, 8, 49).std(dim=0, correction=0).mean(dim=1)
    torch.testing.assert_close(D.spread(features)[3, -8:], expected, rtol=1e-3, atol=1e-3)
    assert torch.isfinite(
        torch.autograd.grad(D(torch.zeros(4, 1, 28, 28)).sum(), list(D.parameters()), allow_unused=True)[0]
    ).all()


def test_spectral_norm_holds_every_layer_at_one():
    torch.manual_seed(0)
    D = dcgan.Discriminator(width=8)
    for _ in range(60):  # one power iteration each
        D(torch.randn(2, 1, 28, 28))
    for layer in (D.features[0], D.features[2], D.features[4], D.head):
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.02)
    plain = dcgan.Discriminator(width=8, spectral_norm=False)
    assert torch.linalg.matrix_norm(plain.features[2].weight.flatten(1), 2).item() != pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("size", [28, 64])
def test_the_memory_layout_changes_nothing_but_the_speed(size):
    torch.manual_seed(0)
    G = conditional_gan.ConditionalGenerator(width=4, size=size).eval()
    D = conditional_gan.ProjectionDiscriminator(width=4, size=size).eval()
    z, y = torch.randn(4, 64), torch.arange(4)
    x = G(z, y)
    score = D(x, y)
    G, D = G.to(memory_format=torch.channels_last), D.to(memory_format=torch.channels_last)
    torch.testing.assert_close(G(z, y), x, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(D(G(z, y), y), score, rtol=1e-4, atol=1e-4)


# Losses


REAL, FAKE = torch.tensor([[2.0], [-1.0], [0.5]]), torch.tensor([[-3.0], [1.0], [0.0]])


def test_each_loss_is_its_equation():
    assert losses.hinge_discriminator_loss(REAL, FAKE).item() == pytest.approx((0 + 2 + 0.5) / 3 + (0 + 2 + 1) / 3)
    assert losses.hinge_generator_loss(FAKE).item() == pytest.approx(2 / 3)
    squares = (1 + 4 + 0.25) / 3 / 2 + (9 + 1 + 0) / 3 / 2
    assert losses.least_squares_discriminator_loss(REAL, FAKE).item() == pytest.approx(squares)
    assert losses.least_squares_generator_loss(FAKE).item() == pytest.approx((16 + 0 + 1) / 3 / 2)
    assert losses.wasserstein_critic_loss(REAL, FAKE).item() == pytest.approx(-2 / 3 - 0.5)
    assert losses.wasserstein_generator_loss(FAKE).item() == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("d_loss", "g_loss"),
    [
        (losses.discriminator_loss, losses.generator_loss),
        (losses.hinge_discriminator_loss, losses.hinge_generator_loss),
        (losses.least_squares_discriminator_loss, losses.least_squares_generator_loss),
        (losses.wasserstein_critic_loss, losses.wasserstein_generator_loss),
    ],
)
def test_each_pair_pulls_in_opposite_directions(d_loss, g_loss):
    real, fake = torch.zeros(4, 1, requires_grad=True), torch.zeros(4, 1, requires_grad=True)
    on_real, on_fake = torch.autograd.grad(d_loss(real + 0.2, fake + 0.2), (real, fake))
    assert (on_real < 0).all()
    assert (on_fake > 0).all()
    (wished,) = torch.autograd.grad(g_loss(fake + 0.2), fake)
    assert (wished < 0).all()


def test_the_penalties_of_a_plane_are_known():
    """D(x) = w·x has the slope |w| everywhere."""
    w = torch.randn(1, 3, 3, requires_grad=True, generator=torch.Generator().manual_seed(0))
    plane = lambda x: (x * w).sum((1, 2, 3))
    real, fake = torch.randn(5, 1, 3, 3), torch.randn(5, 1, 3, 3, requires_grad=True)
    penalty, r1 = losses.gradient_penalty(plane, real, fake), losses.r1_penalty(plane, real)
    slope = w.detach().norm().item()
    assert penalty.item() == pytest.approx((slope - 1) ** 2, rel=1e-4)
    assert r1.item() == pytest.approx(slope**2 / 2, rel=1e-4)
    penalty.backward()
    torch.testing.assert_close(w.grad, (2 * (slope - 1) * w / slope).detach())
    assert fake.grad is None
    with pytest.raises(ValueError, match="in pairs"):
        losses.gradient_penalty(plane, real, fake[:2])


def test_a_dead_critic_gives_no_nan():
    w = torch.zeros(1, requires_grad=True)
    penalty = losses.gradient_penalty(
        lambda x: x.flatten(1).sum(1) * w, torch.ones(2, 1, 2, 2), torch.zeros(2, 1, 2, 2)
    )
    penalty.backward()
    assert penalty.item() == pytest.approx(1, abs=1e-4)
    assert math.isfinite(w.grad.item())


# The judge and the shipped weights


def test_the_judge_is_as_good_as_its_card_says():
    judge, test = load_judge(), fashion_mnist("test")
    with torch.no_grad():
        right = (
            torch.cat([judge(test.floats(slice(i, i + 500))).argmax(1) for i in range(0, 10_000, 500)]) == test.labels
        )
    stated = float((weights_folder() / "judge.md").read_text(encoding="utf-8").split("| accuracy | ")[1][:6])
    assert right.float().mean().item() == pytest.approx(stated, abs=0.002)
    assert stated > 0.92
    assert not judge.training


def weights_folder():
    from learntools.data import files

    return files.folder() / "weights"


def test_real_images_are_close_to_real_images_and_noise_is_far():
    test = fashion_mnist("test")
    some = test.floats(slice(0, 2000))
    real = judged(some, test.labels[:2000])
    noise = judged(torch.rand(2000, 1, 28, 28) * 2 - 1)
    dark = judged(some * 0.5 - 0.5)
    assert real["frechet_distance"] < 0.6
    assert real["conditional_accuracy"] > 0.91
    assert noise["frechet_distance"] > 50
    assert 0.6 < dark["frechet_distance"] < noise["frechet_distance"]


def test_the_reference_is_of_the_training_images_in_the_stated_unit():
    reference = reference_moments()
    assert reference.count == 60_000
    assert reference.covariance.trace().item() == pytest.approx(128, rel=1e-3)
    some = Moments.of(judge_features(fashion_mnist("train").floats(slice(0, 3000))))
    assert frechet_distance(some, reference) < 0.5


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (torch.zeros(4, 28, 28), r"images \(N, 1, 28, 28\)"),
        (torch.zeros(4, 1, 32, 32), r"images \(N, 1, 28, 28\)"),
        (torch.zeros(0, 1, 28, 28), r"images \(N, 1, 28, 28\)"),
        (torch.full((4, 1, 28, 28), 200.0), r"in \[-1, 1\]"),
        (torch.full((4, 1, 28, 28), float("nan")), r"in \[-1, 1\]"),
    ],
)
def test_the_judge_says_what_it_looks_at(images, says):
    with pytest.raises(ValueError, match=says):
        judged(images)


def test_unknown_weights_are_refused_in_a_sentence():
    with pytest.raises(DataError, match="choose from judge, dcgan, conditional_gan, pix2pix, cyclegan"):
        weights("stylegan")


@pytest.mark.parametrize("name", ["dcgan", "conditional_gan"])
def test_the_shipped_generators_make_what_their_cards_say(name):
    """A tenth of the images that the card was measured with, so the distance is a little larger."""
    from learntools.training.recipes import RECIPES, drawn

    generator = RECIPES[name].build().generator
    generator.load_state_dict(weights(name))
    found = judged(*drawn(generator.eval(), 2000, classes=10 if name == "conditional_gan" else None))
    card = (weights_folder() / f"{name}.md").read_text(encoding="utf-8")
    stated = float(card.split("| frechet distance | ")[1].split()[0])
    assert found["frechet_distance"] == pytest.approx(stated, abs=1.0)
    if name == "conditional_gan":
        stated = float(card.split("| conditional accuracy | ")[1].split()[0])
        assert found["conditional_accuracy"] == pytest.approx(stated, abs=0.025)


@pytest.mark.parametrize(("name", "kept"), [("pix2pix", "generator"), ("cyclegan", "generators")])
def test_the_shipped_translators_make_what_their_cards_say(name, kept):
    """All of it is measured again, on the same held-out emoji, and clearly better than doing nothing."""
    from learntools.training.recipes import RECIPES

    network = RECIPES[name].build().networks[kept]
    network.load_state_dict(weights(name))
    found = RECIPES[name].measure({kept: network.eval()})
    card = (weights_folder() / f"{name}.md").read_text(encoding="utf-8")
    for key, value in found.items():
        stated = float(card.split(f"| {key.replace('_', ' ')} | ")[1].split()[0])
        assert value == pytest.approx(stated, abs=0.01), key
    ours, nothing = {"pix2pix": ("l1", "copy_l1"), "cyclegan": ("kernel_distance", "untranslated_kernel_distance")}[
        name
    ]
    assert found[ours] < 0.9 * found[nothing]
    if name == "cyclegan":
        assert found["pair_l1"] < 0.72 * found["untranslated_pair_l1"]
        assert found["pair_l1"] < 0.95 * found["blank_pair_l1"]
        assert found["kernel_distance"] < 0.9 * found["zoomed_kernel_distance"]  # the paint is worth something, too
        assert found["cycle_l1"] < 0.1


def test_non_saturating_is_cross_entropy():
    expected = F.binary_cross_entropy_with_logits(FAKE, torch.ones_like(FAKE))
    torch.testing.assert_close(losses.generator_loss(FAKE), expected)
