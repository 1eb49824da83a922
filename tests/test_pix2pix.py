"""Lesson 05: its last check cannot be passed without translating, and a drawing of one's own becomes line art."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from learntools import data
from learntools.core.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from learntools.lessons import pix2pix as lesson
from learntools.lessons.pix2pix.drawing import line_art, sketch
from learntools.lessons.pix2pix.reading import AGREES, COLOURED, NEAR, held_out, reading
from learntools.lessons.pix2pix.trained import pretrained
from learntools.models.pix2pix import PATCHES, PatchGAN, UNet, receptive_field


class Paints(nn.Module):
    """A generator that does this with the drawings."""

    def __init__(self, paint):
        super().__init__()
        self.paint = paint

    def forward(self, x):
        return self.paint(x)


def median(x):
    return data.emoji_pairs("train").floats()[1].median(dim=0).values.expand_as(x)


TRIVIAL = {
    "copied": lambda x: x,
    "white": torch.ones_like,
    "grey": lambda x: 0.9 * x,
    "the median image": median,
    "the drawing over the median image": lambda x: torch.minimum(x, median(x)),
    "tinted": lambda x: torch.lerp(x, x * torch.tensor([1.0, 0.6, -0.4]).view(1, 3, 1, 1), 0.3),
}


@pytest.mark.parametrize("name", TRIVIAL)
def test_nothing_trivial_passes_the_last_check(name):
    verdict = lesson.q8.assess(Paints(TRIVIAL[name]))
    assert verdict.outcome == INCORRECT, verdict


def test_the_courses_own_generator_is_well_beyond_the_marks():
    found = reading(lesson.q8.observe(pretrained(), None)["images"])
    assert found.distance < NEAR - 0.05
    assert found.colour > 2 * COLOURED
    assert found.agreement > 2 * AGREES


def test_the_last_check_draws_nothing_by_chance():
    first, second = (lesson.q8.assess(pretrained(), seeds=seeds) for seeds in ((1, 2), (900, 901)))
    assert first.outcome == second.outcome == CORRECT
    once, again = (lesson.q8.observe(pretrained(), None)["images"] for _ in range(2))
    assert torch.equal(once, again)


@pytest.mark.parametrize(("share", "outcome"), [(1.0, CORRECT), (0.6, CORRECT), (0.15, INCORRECT)])
def test_more_colour_passes_and_less_does_not(share, outcome):
    blend = Paints(lambda x: torch.lerp(x, pretrained()(x), share))
    assert lesson.q8.assess(blend).outcome == outcome


def test_a_learner_who_has_not_trained_is_told_so_and_can_go_on():
    assert lesson.q8.assess(...).outcome == NOT_ATTEMPTED
    q = lesson.q8
    assert q.assess(q.truth()).correct


def test_what_is_done_to_the_networks_handed_out_touches_no_check():
    mine = lesson.q8.truth().train()
    with torch.no_grad():
        for value in mine.state_dict().values():
            value.zero_()
    assert not any(module.training for module in pretrained.kept().modules())
    assert lesson.q8.assess(pretrained()).correct
    assert lesson.q8.assess(mine).outcome == INCORRECT


def test_the_check_leaves_a_generator_in_train_mode_as_it_was():
    generator = UNet(width=4, depth=3, dropout=1).train()
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    random = torch.get_rng_state()
    lesson.q8.assess(generator)
    assert all(module.training for module in generator.modules())
    assert torch.equal(random, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in generator.state_dict().items())


def test_the_way_through_the_u_is_the_one_of_the_courses_network():
    for depth in (2, 3, 4):
        network = UNet(width=3, depth=depth, dropout=0).eval()
        x = torch.rand(2, 3, 16, 32) * 2 - 1
        assert torch.equal(lesson.q2.reference(x, network.down, network.up), network(x))


@pytest.mark.parametrize("patch", [1, *PATCHES])
def test_the_gradient_finds_the_patch_that_a_patchgan_is_named_after(patch):
    if patch > 142:
        pytest.skip("needs an image of 600 pixels")
    network = PatchGAN(2, patch, width=2, spectral_norm=True)
    side = max(64, 3 * patch)
    assert lesson.q3.reference(network, torch.rand(1, 2, side, side)) == patch == receptive_field(network)


def test_the_held_out_emoji_are_not_in_the_training_set():
    assert not set(data.emoji_pairs("train").names) & set(data.emoji_pairs("test").names)
    drawings, truth = held_out()
    assert drawings.shape == truth.shape == (126, 3, 64, 64)


def thickness(lines: torch.Tensor) -> float:
    """Twice the ink by the edge, in pixels, of (1, 3, 64, 64) bytes."""
    ink = F.interpolate(1 - lines[:, :1].float() / 255, scale_factor=4).round()
    inner = -F.max_pool2d(-ink, 3, stride=1, padding=1)
    return float(2 * ink.sum() / (ink - inner).sum()) / 4


def test_a_sketch_becomes_lines_as_thick_as_an_emojis():
    lines = line_art(sketch())
    assert lines.shape == (1, 3, 64, 64)
    assert lines.dtype == torch.uint8
    assert torch.equal(lines[:, 0], lines[:, 2])
    assert lines[..., 0, :].min() == 255  # white all around
    emoji = [thickness(data.emoji_pairs("test").a[i : i + 1]) for i in range(0, 60, 6)]
    assert min(emoji) * 0.8 < thickness(lines) < max(emoji) * 1.2


def test_size_light_and_file_do_not_matter(tmp_path):
    from PIL import Image, ImageOps

    plain = line_art(sketch()).float() / 255
    shade = Image.linear_gradient("L").resize((512, 512)).point([130 + v // 3 for v in range(256)])
    dim = Image.composite(Image.new("L", (512, 512), 40), shade, ImageOps.invert(sketch().convert("L")))
    clear = Image.new("RGBA", (900, 700), (0, 0, 0, 0))
    clear.paste(sketch(), (300, 100), ImageOps.invert(sketch().convert("L")))
    dim.save(tmp_path / "photo.jpg")
    clear.save(tmp_path / "clear.png")
    sketch().resize((180, 180)).save(tmp_path / "small.png")
    ImageOps.invert(sketch()).save(tmp_path / "board.png")
    for name in ("photo.jpg", "clear.png", "small.png", "board.png"):
        found = line_art(str(tmp_path / name)).float() / 255
        assert float((found - plain).abs().mean()) < 0.06, name


def test_an_empty_page_is_named():
    from PIL import Image

    with pytest.raises(ValueError, match="nothing drawn"):
        line_art(Image.new("RGB", (100, 80), "white"))


def test_importing_the_lesson_draws_no_random_numbers_and_loads_no_weights():
    import subprocess
    import sys

    code = (
        "import torch; state = torch.get_rng_state()\n"
        "import learntools.lessons.pix2pix as lesson, sys\n"
        "assert torch.equal(state, torch.get_rng_state())\n"
        "assert not {'safetensors', 'matplotlib', 'PIL', 'learntools.metrics'} & set(sys.modules)\n"
        "from learntools.lessons.pix2pix.trained import pretrained\n"
        "assert not pretrained.made\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
