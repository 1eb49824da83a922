"""Super-resolution: the networks, sharp images and their small copies, the recipe in two parts, and its measures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from typer.testing import CliRunner

from learntools import data, losses, metrics, training
from learntools.cli import app
from learntools.data import DataError
from learntools.data.sharp_images import HELD_OUT, Sharp
from learntools.models.super_resolution import (
    Discriminator,
    RecognitionFeatures,
    ResidualBlock,
    SRResNet,
    SubPixel,
    icnr,
)
from learntools.training import recipes
from learntools.training.super_resolution import SuperResolution, two_parts

BENCHMARKS = Path(__file__).resolve().parents[2] / "shared" / "real_data" / "super_resolution"


def count(network: nn.Module) -> int:
    return sum(value.numel() for value in network.parameters())


def stripes(number: int = 24, size: int = 16) -> Sharp:
    """Sharp images of black and white stripes, as emoji: a network can learn their edges in a few steps."""
    random = torch.Generator().manual_seed(0)
    edges = torch.randint(2, size - 2, (number, 1, 1, 1), generator=random)
    images = (torch.arange(size).view(1, 1, 1, -1) < edges).expand(number, 3, size, size) * 255
    return Sharp(images.to(torch.uint8), (), size, share=0.0)


def tiny(seed: int = 0, **options) -> SRResNet:
    torch.manual_seed(seed)
    return SRResNet(blocks=1, width=8, norm=False, kernel=3, over="bicubic", **options)


def judge() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 3, padding=1))


def quiet(recipe, images, **options) -> training.Result:
    return training.fit(recipe, images, show=False, device="cpu", precision="fp32", **options)


# --- networks -----------------------------------------------------------------------------------------------------


def test_the_papers_network_has_the_papers_size():
    """1.5 million numbers: a convolution, 16 blocks, two sub-pixel layers and a 9×9 convolution."""
    assert count(SRResNet()) == 1_547_350
    assert SRResNet().eval()(torch.zeros(1, 3, 5, 7)).shape == (1, 3, 20, 28)
    D = Discriminator(size=32, width=4)
    assert D(torch.zeros(2, 3, 32, 32)).shape == (2, 1)
    assert [layer.out_channels for layer in Discriminator().net if isinstance(layer, nn.Conv2d)] == [
        *(64, 64, 128, 128, 256, 256, 512, 512)
    ]


@pytest.mark.parametrize("how", ["bicubic", "nearest"])
def test_on_its_first_day_it_is_the_plain_enlargement(how):
    x = torch.rand(2, 3, 6, 5) * 2 - 1
    network = SRResNet(blocks=2, width=8, norm=False, kernel=3, over=how)
    torch.testing.assert_close(network.train()(x), data.enlarge(x, how=how))
    assert network.eval()(x).abs().max() <= 1
    assert not network.missing(x).any()


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_it_enlarges_by_any_power_of_two_and_by_nothing_else(factor):
    assert tiny(factor=factor)(torch.zeros(1, 3, 4, 6)).shape == (1, 3, 4 * factor, 6 * factor)
    with pytest.raises(ValueError, match="power of 2"):
        SRResNet(factor=factor + 1)


def test_a_block_without_weights_changes_nothing():
    block, x = ResidualBlock(4, norm=False), torch.randn(2, 4, 5, 3)
    assert not torch.allclose(block(x), x)
    nn.init.zeros_(block.body[-1].weight)
    nn.init.zeros_(block.body[-1].bias)
    assert torch.equal(block(x), x)


def test_a_new_sub_pixel_layer_draws_squares_without_a_pattern():
    x = torch.randn(1, 6, 5, 4)
    y = SubPixel(6)(x)
    assert y.shape == (1, 6, 10, 8)
    for down, right in ((0, 1), (1, 0), (1, 1)):
        torch.testing.assert_close(y[..., ::2, ::2], y[..., down::2, right::2])
    torch.manual_seed(0)
    conv = nn.Conv2d(3, 18, 3, padding=1)
    patterned = F.pixel_shuffle(conv(x[:, :3]), 3)
    assert not torch.allclose(patterned[..., ::3, ::3], patterned[..., 1::3, ::3])
    icnr(conv, factor=3)
    calm = F.pixel_shuffle(conv(x[:, :3]), 3)
    torch.testing.assert_close(calm[..., ::3, ::3], calm[..., 2::3, 1::3])
    assert not torch.allclose(calm[:, 0], calm[:, 1])  # the two channels still see different things


def test_the_recognisers_features_stay_fixed_and_let_the_gradient_through():
    features = RecognitionFeatures(stages=2)
    wrapped = nn.Sequential(features)
    assert not any(value.requires_grad for value in wrapped.parameters())
    real = torch.rand(2, 3, 32, 32) * 2 - 1
    at_rest = wrapped.eval()(real)
    torch.testing.assert_close(wrapped.train()(real), at_rest)
    torch.testing.assert_close(wrapped.eval()(real), at_rest)
    fake = (0.5 * real).requires_grad_()
    assert features(real).shape == (2, 24, 8, 8)
    loss = losses.perceptual_loss(features, fake, real)
    loss.backward()
    assert loss > 0
    assert fake.grad is not None
    assert fake.grad.abs().sum() > 0
    assert losses.perceptual_loss(features, real, real) == 0


# --- data ---------------------------------------------------------------------------------------------------------


def test_shrinking_is_that_of_pillow():
    """The kernel of the papers: MATLAB's imresize and Pillow's bicubic are the same one."""
    import numpy as np
    from PIL import Image

    whole = data.photo("cat")[:, :120, :160]
    theirs = Image.fromarray(whole.permute(1, 2, 0).numpy()).resize((40, 30), Image.Resampling.BICUBIC)
    ours = data.to_uint8(data.shrink(data.to_float(whole)[None]))[0].permute(1, 2, 0)
    off = np.abs(np.asarray(theirs).astype(int) - ours.numpy().astype(int))
    assert off.max() <= 2  # Pillow rounds to bytes after the rows, and again after the columns
    assert off.mean() < 0.2
    bare = F.interpolate(data.to_float(whole)[None], size=(30, 40), mode="bicubic")
    other = data.to_uint8(bare)[0].permute(1, 2, 0).numpy().astype(int)
    assert np.abs(np.asarray(theirs).astype(int) - other).mean() > 2


def test_a_small_image_holds_bytes_and_a_flat_one_stays_flat():
    x = data.shrink(torch.rand(2, 3, 16, 24) * 2 - 1)
    assert x.shape == (2, 3, 4, 6)
    steps = (x + 1) * 127.5
    torch.testing.assert_close(steps, steps.round(), atol=1e-3, rtol=0)
    flat = torch.full((1, 3, 8, 8), 0.2)
    for how in ("bicubic", "nearest"):
        torch.testing.assert_close(data.enlarge(data.shrink(flat), how=how), flat, atol=0.005, rtol=0)


def test_what_cannot_be_shrunk_or_enlarged_is_named():
    with pytest.raises(DataError, match="10×16 pixels cannot be shrunk by 4"):
        data.shrink(torch.zeros(1, 3, 10, 16))
    with pytest.raises(DataError, match="'bicubic' or 'nearest'"):
        data.enlarge(torch.zeros(1, 3, 4, 4), how="lanczos")
    with pytest.raises(DataError, match="no split 'validation'"):
        data.sharp_photographs("validation")


def test_what_is_held_out_is_never_drawn():
    train, test = data.sharp("train"), data.sharp("test")
    assert (len(train.emoji), len(test.emoji)) == (3 * 1384, 3 * 252)
    assert len(train.photographs) == 2 * (len(data.photos()) - len(HELD_OUT))
    assert len(test.photographs) == len(HELD_OUT)
    seen = {image.numpy().tobytes() for image in train.emoji}
    assert not any(image.numpy().tobytes() in seen for image in test.emoji)
    cat = data.to_float(data.photo("cat")).mean()
    assert all(abs(float(data.to_float(whole).mean()) - float(cat)) > 1e-4 for whole in train.photographs)


def test_a_batch_is_half_emoji_and_half_patches():
    torch.manual_seed(0)
    images, kinds = data.sharp("train").draw(8)
    assert images.shape == (8, 3, 64, 64)
    assert images.dtype == torch.uint8
    assert kinds.tolist() == [0] * 4 + [1] * 4
    again, _ = data.sharp("train").draw(8)
    assert not torch.equal(images, again)
    patches, kinds = data.sharp("train", size=96).draw(3)
    assert patches.shape == (3, 3, 96, 96)
    assert kinds.tolist() == [1, 1, 1]


def test_patches_of_a_photograph_lie_side_by_side():
    patches = data.sharp_photographs("test", size=50)
    height, width = data.photo("cat").shape[1:]
    assert len(patches) > (height // 100) * (width // 100)
    columns = width // 2 // 50
    edge = (patches[0, :, :, -1].float() - patches[1, :, :, 0].float()).abs().mean()
    far = (patches[0, :, :, -1].float() - patches[columns, :, :, 0].float()).abs().mean()
    assert edge < far


# --- measures -----------------------------------------------------------------------------------------------------


def some_emoji(number: int = 6) -> torch.Tensor:
    return data.to_float(data.sharp_emoji("test")[::130][:number])


def test_the_perceptual_distance_minds_blur_more_than_a_shift():
    """PSNR says the opposite: this is why there are two measures."""
    sharp = some_emoji()
    blurred = F.avg_pool2d(F.pad(sharp, [2] * 4, value=1.0), 5, stride=1)
    moved = sharp.roll(1, 3)
    assert metrics.psnr(blurred, sharp) > metrics.psnr(moved, sharp)
    assert metrics.perceptual_distance(blurred, sharp) > 2 * metrics.perceptual_distance(moved, sharp)
    assert metrics.perceptual_distance(sharp, sharp) == pytest.approx(0, abs=1e-6)


def test_the_perceptual_distance_is_a_mean_over_images_and_has_no_direction():
    x = some_emoji(3)
    y = data.enlarge(data.shrink(x)).clamp(-1, 1)
    whole = metrics.perceptual_distance(x, y)
    each = [metrics.perceptual_distance(x[i : i + 1], y[i : i + 1]) for i in range(3)]
    assert whole == pytest.approx(sum(each) / 3, rel=1e-3)
    assert whole == pytest.approx(metrics.perceptual_distance(y, x), rel=1e-3)
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        metrics.perceptual_distance(200 * x, y)


def test_sharpness_is_one_for_the_truth_and_falls_with_blur():
    sharp = some_emoji(3)
    assert metrics.sharpness(sharp, sharp) == pytest.approx(1)
    assert metrics.sharpness(0.5 * sharp, sharp) == pytest.approx(0.5)
    bicubic = data.enlarge(data.shrink(sharp)).clamp(-1, 1)
    assert metrics.sharpness(bicubic, sharp) < 0.6
    assert metrics.sharpness((sharp + 0.3 * torch.randn_like(sharp)).clamp(-1, 1), sharp) > 1.05


def test_luminance_is_that_of_television():
    """White is 235, black 16, and a pure green is brighter than red or blue, in bytes."""
    from learntools.metrics.perceptual import luminance

    colours = torch.tensor([[1.0, 1, 1], [-1, -1, -1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]).view(5, 3, 1, 1)
    found = ((luminance(colours) + 1) * 127.5).flatten().tolist()
    assert found == pytest.approx([235, 16, 81.481, 144.553, 40.966], abs=0.01)


def test_a_difference_at_the_border_is_not_counted():
    real = torch.zeros(1, 3, 20, 20)
    fake = real.clone()
    fake[..., :4, :] = 1
    fake[..., 8, 8] = 0.5
    inner = 10 * torch.log10(torch.tensor(4.0) * 144 / (0.5 * 219 / 255) ** 2)
    assert metrics.luminance_psnr(fake, real) == pytest.approx(float(inner), abs=0.01)


# --- the recipe ---------------------------------------------------------------------------------------------------


class Watcher:
    """A `move` that notes which network each loss has gradients for, and moves nothing."""

    def __init__(self, recipe):
        self.recipe, self.seen = recipe, []

    def __call__(self, name, loss):
        for network in self.recipe.networks.values():
            network.zero_grad()
        loss.backward()
        networks = self.recipe.networks.items()
        having = {
            key
            for key, network in networks
            if any(value.grad is not None and value.grad.abs().sum() > 0 for value in network.parameters())
        }
        self.seen.append((name, having))


def test_first_only_pixels_count_then_each_player_moves_in_turn():
    recipe = SuperResolution(tiny(), judge(), nn.Conv2d(3, 2, 3), pixels_first=0.5, batch_size=4)
    x = data.to_float(stripes().draw(4)[0])
    watcher = Watcher(recipe)
    recipe.done = 0.49
    recipe.step(x, x, watcher, 0)
    assert watcher.seen == [("generator", {"generator"})]
    recipe.done = 0.5
    recipe.step(x, x, watcher, 1)
    assert watcher.seen[1:] == [("discriminator", {"discriminator"}), ("generator", {"generator"})]


def test_the_network_before_the_game_is_kept_as_it_was():
    recipe = SuperResolution(tiny(), judge(), pixels_first=0.5, adversarial_weight=1.0, batch_size=8)
    result = quiet(recipe, stripes(), steps=20)
    kept, trained = result.networks["srresnet"], result.networks["generator"]
    assert recipe.kept
    x = data.shrink(data.to_float(stripes().emoji[:4]))
    assert not torch.allclose(kept(x), data.enlarge(x).clamp(-1, 1))  # it has learned something
    assert not torch.allclose(kept(x), trained(x))  # and the game has gone on from there
    alone = SuperResolution(tiny(), batch_size=8)
    assert set(alone.networks) == set(alone.optimizers) == {"generator"}


def test_it_learns_edges():
    images = stripes()
    y = data.to_float(images.emoji)
    x = data.shrink(y)
    fast = training.Adam(lr=5e-3, betas=(0.9, 0.99))
    result = quiet(SuperResolution(tiny(), batch_size=8, generator_optimizer=fast), images, steps=120)
    with torch.no_grad():
        gain = metrics.psnr(result.generator(x), y) - metrics.psnr(data.enlarge(x).clamp(-1, 1), y)
    assert gain > 2


def test_a_resumed_training_equals_an_unbroken_one(tmp_path):
    def recipe():
        return SuperResolution(tiny(), judge(), pixels_first=0.3, batch_size=4, schedule=lambda done: 1.0)

    torch.manual_seed(5)
    quiet(recipe(), stripes(), steps=20)
    torch.manual_seed(5)
    first = recipe()
    first.pixels_first = 0.6  # of 10 steps, which is 0.3 of 20
    quiet(first, stripes(), steps=10, out=tmp_path)
    torch.manual_seed(5)
    second = recipe()
    broken = quiet(second, stripes(), steps=20, out=tmp_path, resume=True)
    torch.manual_seed(5)
    unbroken = quiet(recipe(), stripes(), steps=20)
    assert second.kept
    for name, network in unbroken.networks.items():
        for key, value in network.state_dict().items():
            assert torch.equal(value, broken.networks[name].state_dict()[key]), (name, key)


BAD = {
    "wrong factor": (lambda: SuperResolution(tiny(factor=2), batch_size=4), r"should enlarge by 4"),
    "odd size": (lambda: SuperResolution(tiny(), factor=3, batch_size=4), r"16×16 pixels cannot be shrunk by 3"),
    "blind judge": (lambda: SuperResolution(tiny(), nn.Conv2d(1, 1, 3), batch_size=4), r"The discriminator fails"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_named(name):
    recipe, sentence = BAD[name]
    with pytest.raises(training.TrainingError, match=sentence):
        quiet(recipe(), stripes(), steps=1)


def test_both_parts_of_the_schedule_fall_to_nothing():
    assert [round(two_parts(done), 3) for done in (0, 0.3, 0.45, 0.6, 0.8, 0.9, 1)] == [1, 1, 0.5, 0.5, 0.5, 0.25, 0]


def test_the_papers_preset_is_the_papers():
    recipe = recipes.super_resolution_paper()
    assert count(recipe.generator) == 1_547_350
    assert {(adam.lr, adam.betas) for adam in recipe.optimizers.values()} == {(1e-4, (0.9, 0.999))}
    assert (recipe.batch_size, recipe.adversarial_weight) == (16, 1e-3)
    steps = recipes.RECIPES["super_resolution_paper"].steps
    assert steps is not None
    assert steps * recipe.pixels_first == pytest.approx(1_000_000)
    assert [recipe.schedule(done) for done in (0, 0.9, 0.95)] == [1.0, 1.0, 0.1]
    images = recipes.RECIPES["super_resolution_paper"].data()
    assert images.draw(1)[0].shape == (1, 3, 96, 96)  # type: ignore[union-attr]
    assert recipe.discriminator is not None
    assert recipe.discriminator(torch.zeros(2, 3, 96, 96)).shape == (2, 1)


def test_the_command_line_ends_with_the_metrics(monkeypatch):
    """On a few emoji here, so that the perceptual distance takes no half a minute."""
    few = data.sharp_emoji("test")[::90]
    monkeypatch.setattr(data, "sharp_emoji", lambda split: few if split == "test" else data.emoji().images)
    monkeypatch.setattr(data, "sharp_photographs", lambda split: few[:2])
    ran = CliRunner().invoke(app, ["train", "super_resolution", "--steps", "2", "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout.strip().splitlines()[-1])
    own = {"psnr", "ssim", "perceptual_distance", "sharpness"}
    wanted = {prefix + key for prefix in ("", "srresnet_", "bicubic_", "nearest_", "photo_") for key in own}
    assert wanted <= set(found)
    assert all(isinstance(found[key], float) for key in wanted)
    assert found["bicubic_psnr"] > found["nearest_psnr"]


# --- what ships ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="Set5 and Set14 are not here")
@pytest.mark.parametrize(("name", "published"), [("Set5", 28.43), ("Set14", 25.99)])
def test_bicubic_is_measured_as_in_the_paper(name, published):
    """Table 2 of Ledig et al.: the same kernel, the same channel, the same border."""
    found = metrics.luminance_of_folder(BENCHMARKS / name)
    assert sum(found.values()) / len(found) == pytest.approx(published, abs=0.12)


@pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="Set5 and Set14 are not here")
def test_the_shipped_networks_do_on_set5_what_their_card_says():
    """Published there: SRResNet 32.05, SRGAN 29.40 dB, with 1.5 million weights and 350,000 photographs."""
    from learntools.data.files import folder
    from learntools.lessons.super_resolution.trained import pretrained, pretrained_srresnet

    card = (folder() / "weights" / "super_resolution.md").read_text(encoding="utf-8")
    for name, network in (("srresnet", pretrained_srresnet()), ("srgan", pretrained())):
        found = metrics.luminance_of_folder(BENCHMARKS / "Set5", network)
        mean = sum(found.values()) / len(found)
        stated = float(card.split(f"| set5 {name} luminance psnr | ")[1].split()[0])
        assert mean == pytest.approx(stated, abs=0.05)
        assert name == "srgan" or mean > 28.43 + 0.5
