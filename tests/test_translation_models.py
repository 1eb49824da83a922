"""The networks of pix2pix and CycleGAN: the papers' sizes, what one logit sees, and that any size goes through."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from learntools import data
from learntools.models.cyclegan import ResidualBlock, ResNetGenerator, TwoWay, Zoomed, covered, matching_zoom, zoomed
from learntools.models.pix2pix import PATCHES, PatchGAN, UNet, instance_norm, receptive_field


def count(network: nn.Module) -> int:
    return sum(value.numel() for value in network.parameters())


def test_the_papers_networks_have_the_papers_sizes():
    """The reference implementation prints 54.414 M, 2.769 M, 11.378 M and 2.765 M."""
    assert round(count(UNet()) / 1e6, 3) == 54.414
    assert round(count(PatchGAN(channels=6)) / 1e6, 3) == 2.769
    assert round(count(ResNetGenerator()) / 1e6, 3) == 11.378
    assert round(count(PatchGAN(channels=3, norm=instance_norm)) / 1e6, 3) == 2.765


@pytest.mark.parametrize("patch", [1, *PATCHES])
def test_one_logit_sees_exactly_the_patch(patch):
    """By arithmetic, and by the gradient of one logit, on an image large enough for the whole patch."""
    torch.manual_seed(0)
    network = PatchGAN(channels=2, patch=patch, width=2, norm=nn.Identity)
    for module in network.modules():  # positive everywhere, so that no ReLU and no sum hides a pixel
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 0.1)
    assert receptive_field(network) == patch
    x = torch.rand(1, 2, 2 * patch + 40, 2 * patch + 40, requires_grad=True)
    logits = network(x)
    logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2].backward()
    seen = x.grad[0].abs().sum(dim=0) > 0
    assert int(seen.any(dim=0).sum()) == int(seen.any(dim=1).sum()) == patch


def test_the_papers_patchgan_judges_30_by_30_patches_of_a_256_pixel_image():
    assert PatchGAN(channels=6, width=4)(torch.zeros(1, 6, 256, 256)).shape == (1, 1, 30, 30)


def test_another_patch_is_refused_with_the_choices():
    with pytest.raises(ValueError, match=r"choose `patch` from 1, 16, 34, 70, 142, 286"):
        PatchGAN(patch=50)


def test_spectral_norm_bounds_every_layer():
    torch.manual_seed(0)
    network = PatchGAN(channels=3, patch=34, width=4, spectral_norm=True)
    for _ in range(200):
        network(torch.randn(2, 3, 16, 16))
    gains = [
        torch.linalg.matrix_norm(module.weight.flatten(1), ord=2).item()
        for module in network.modules()
        if isinstance(module, nn.Conv2d)
    ]
    assert len(gains) == 4
    assert gains == pytest.approx([1.0] * 4, abs=0.02)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 96), (128, 128), (256, 256)])
def test_the_generators_keep_the_size(height, width):
    x = torch.zeros(1, 3, height, width)
    for network in (UNet(width=2, depth=5), ResNetGenerator(width=2, blocks=1), ResNetGenerator(3, 2, 1, "resize")):
        y = network.eval()(x)
        assert y.shape == x.shape
        assert y.abs().max() <= 1


def test_other_sizes_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"divisible by 32, and these are 48×64: resize"):
        UNet(width=2, depth=5)(torch.zeros(1, 3, 48, 64))
    with pytest.raises(ValueError, match=r"divisible by 4, and these are 30×32"):
        ResNetGenerator(width=2)(torch.zeros(1, 3, 30, 32))
    with pytest.raises(ValueError, match=r"depth of 2 or more"):
        UNet(depth=1)
    with pytest.raises(ValueError, match=r"'transposed' or 'resize'"):
        ResNetGenerator(upsample="bilinear")


def test_without_skips_everything_passes_the_bottom():
    """An encoder-decoder whose bottom is cut gives the same for every input; a U-Net still sees it."""

    def reacts(skips: bool) -> bool:
        torch.manual_seed(0)
        network = UNet(width=4, depth=3, skips=skips, dropout=0).eval()
        network.up[0].register_forward_hook(lambda module, inputs, output: torch.zeros_like(output))
        first, second = (network(torch.randn(1, 3, 16, 16)) for _ in range(2))
        return not torch.allclose(first, second)

    assert reacts(skips=True)
    assert not reacts(skips=False)


def test_dropout_stands_at_the_innermost_levels():
    assert sum(isinstance(module, nn.Dropout) for module in UNet(width=2).modules()) == 3
    places = [any(isinstance(layer, nn.Dropout) for layer in up) for up in UNet(width=2, depth=8).up]
    assert places == [False, True, True, True, False, False, False, False]


def test_a_residual_block_that_changes_nothing_is_the_identity():
    block = ResidualBlock(4, norm=nn.Identity)
    for value in block.parameters():
        nn.init.zeros_(value)
    x = torch.randn(2, 4, 6, 5)
    assert torch.equal(block(x), x)


def test_resize_convolutions_leave_no_checkerboard():
    """A constant input, weights all equal: transposed convolutions of kernel 3 and stride 2 paint a pattern."""

    def unevenness(upsample: str) -> float:
        network = ResNetGenerator(width=2, blocks=1, upsample=upsample, norm=nn.Identity)
        for module in network.modules():
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.constant_(module.weight, 0.8 / module.weight[0].numel())
        inside = network(torch.ones(1, 3, 96, 96))[..., 36:-36, 36:-36]  # far from the padding
        return ((inside.max() - inside.min()) / inside.mean()).item()

    assert unevenness("transposed") > 0.1
    assert unevenness("resize") < 1e-4


def test_two_ways_are_two_networks():
    both = TwoWay(nn.Conv2d(1, 2, 1), nn.Conv2d(2, 1, 1))
    a, b = torch.randn(3, 1, 4, 4), torch.randn(2, 2, 4, 4)
    fake_b, fake_a = both(a, b)
    assert torch.equal(fake_b, both.a_to_b(a))
    assert torch.equal(fake_a, both.b_to_a(b))


def test_a_residual_unet_begins_as_nearly_a_copy():
    torch.manual_seed(0)
    x = torch.rand(4, 3, 32, 32) * 2 - 1
    copy = UNet(width=8, depth=4, dropout=0, norm=instance_norm, residual=True)(x)
    assert (copy - x).abs().mean() < 0.06
    assert (UNet(width=8, depth=4, dropout=0, norm=instance_norm)(x) - x).abs().mean() > 0.3
    assert UNet(width=8, depth=4, residual=True)(torch.full((2, 3, 32, 32), 1.5)).isfinite().all()
    with pytest.raises(ValueError, match="adds 1 channels to 3"):
        UNet(channels=1, residual=True)


# --- larger and smaller -----------------------------------------------------------------------------------------------


def disc(radius: float, side: int = 32) -> torch.Tensor:
    """A black disc in the middle of white."""
    y, x = torch.meshgrid(*[torch.arange(side) - (side - 1) / 2] * 2, indexing="ij")
    return torch.where(x**2 + y**2 < radius**2, -1.0, 1.0).expand(1, 3, side, side)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.25])
def test_a_zoom_draws_everything_larger_or_smaller_and_frames_it(factor):
    area = (1 - zoomed(disc(8), factor)).sum() / (1 - disc(8)).sum()
    assert area == pytest.approx(factor**2, rel=0.02)
    assert torch.allclose(zoomed(disc(8), factor), zoomed(disc(8), factor).flip(2, 3), atol=1e-5)
    whole = -torch.ones(1, 1, 32, 32)  # black to its edges
    corner = zoomed(whole, factor, edge=0.25)[0, 0, 0, 0]
    assert corner == pytest.approx(0.25 if factor < 1 else -1)


def test_a_zoom_by_one_changes_nothing():
    x = torch.rand(2, 3, 12, 20)
    assert torch.allclose(zoomed(x, 1.0), x, atol=1e-5)


def test_a_zoom_in_short_numbers_is_as_exact_as_they_are():
    """Places in bf16 would be off by half a pixel at 256 pixels."""
    x = torch.rand(2, 3, 256, 256)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        short = zoomed(x.bfloat16(), 0.75)
    assert short.dtype == torch.bfloat16
    assert (short.float() - zoomed(x, 0.75)).abs().max() < 0.01


@pytest.mark.parametrize(("there", "back"), [(12, 9), (6, 9), (8, 8)])
def test_the_matching_zoom_is_found_from_sets_without_pairs(there, back):
    """Discs of a radius or so, in other numbers on either side."""
    spread = (0.9, 1, 1.1)
    a, b = torch.cat([disc(there * r) for r in spread]), torch.cat([disc(back * r) for r in spread[::-1]] * 2)
    assert matching_zoom(a, b) == pytest.approx(back / there, rel=0.03)
    assert matching_zoom(a, b) == pytest.approx(1 / matching_zoom(b, a), rel=1e-6)


def test_the_matching_zoom_does_not_mind_where_or_in_which_colour_things_are_drawn():
    a, b = disc(12), disc(6)
    pale = 0.7 + 0.3 * b  # from white to 0.4
    assert matching_zoom(a, torch.cat([b.roll((5, -7), (2, 3)), pale])) == pytest.approx(matching_zoom(a, b), rel=1e-6)
    on_grey = [torch.where(x < 0, x, 0.25) for x in (a, b)]
    assert matching_zoom(*on_grey, edge=0.25) == pytest.approx(matching_zoom(a, b), rel=1e-6)


def test_what_is_covered_is_a_share_of_each_image():
    half = torch.ones(2, 3, 8, 8)
    half[0, 1, :, :4] = 0.8  # one channel is enough
    half[1] = 0.95  # hardly to be seen
    assert covered(half).tolist() == [0.5, 0.0]


def test_a_matching_zoom_of_nothing_is_refused():
    with pytest.raises(ValueError, match="have no size"):
        matching_zoom(torch.ones(2, 3, 8, 8), disc(3))


def test_the_matching_zoom_of_the_two_artists_brings_them_nearer():
    a, b = data.emoji_styles("train", 32).floats()
    factor = matching_zoom(a, b)
    assert 0.7 < factor < 0.75
    a, b = data.emoji_styles("test", 32).floats()
    assert (zoomed(a, factor) - b).abs().mean() < 0.6 * (a - b).abs().mean()


def test_a_zoomed_network_zooms_and_then_paints_and_repaints_without():
    to_b, to_a = Zoomed(nn.Conv2d(3, 3, 1), 0.5), Zoomed(nn.Conv2d(3, 3, 1), 2.0)
    both, x, y = TwoWay(to_b, to_a), torch.rand(2, 3, 8, 8), torch.rand(2, 3, 8, 8)
    fake_b, fake_a = both(x, y)
    assert torch.allclose(fake_b, to_b.paint(zoomed(x, 0.5)))
    assert torch.allclose(fake_a, to_a.paint(zoomed(y, 2.0)))
    same_b, same_a = both.repaint(y, x)
    assert torch.equal(same_b, to_b.paint(y))
    assert torch.equal(same_a, to_a.paint(x))
    plain = TwoWay(nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1))
    assert all(torch.equal(*sides) for sides in zip(plain.repaint(x, y), plain(x, y), strict=True))


def test_the_factor_travels_with_the_weights():
    trained, fresh = Zoomed(nn.Conv2d(3, 3, 1), 0.75), Zoomed(nn.Conv2d(3, 3, 1))
    fresh.load_state_dict(trained.state_dict())
    assert fresh.factor == 0.75


@pytest.mark.parametrize("factor", [0, -1, float("nan")])
def test_no_zoom_by_nothing(factor):
    with pytest.raises(ValueError, match="number above 0"):
        Zoomed(nn.Identity(), factor)
