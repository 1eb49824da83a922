"""Lesson 08: its last check cannot be passed without sharpening, and its pieces are those of the course's network."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from learntools import data, losses, metrics
from learntools.core.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from learntools.lessons import super_resolution as lesson
from learntools.lessons.super_resolution.reading import GAIN, SHARPER, held_out, plainly, reading
from learntools.lessons.super_resolution.trained import pretrained, pretrained_srresnet, small_srresnet
from learntools.models.super_resolution import icnr


class Makes(nn.Module):
    """A network that does this with small images."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def forward(self, x):
        return self.make(x)


def sharpened(strength):
    def make(x):
        y = data.enlarge(x)
        return (y + strength * (y - F.avg_pool2d(F.pad(y, [2] * 4, mode="replicate"), 5, 1))).clamp(-1, 1)

    return make


TRIVIAL = {
    "bicubic": lambda x: data.enlarge(x).clamp(-1, 1),
    "nearest": lambda x: data.enlarge(x, how="nearest"),
    "bilinear": lambda x: F.interpolate(x, scale_factor=4, mode="bilinear"),
    "white": lambda x: torch.ones(len(x), 3, 64, 64),
    "the mean image": lambda x: held_out()[1].mean(dim=0).expand(len(x), -1, -1, -1),
    "sharpened": sharpened(0.3),
    "sharpened as well as can be": sharpened(1.5),
    "more contrast": lambda x: (1.15 * data.enlarge(x)).clamp(-1, 1),
}


@pytest.mark.parametrize("name", TRIVIAL)
def test_nothing_trivial_passes_the_last_check(name):
    verdict = lesson.q7.assess(Makes(TRIVIAL[name]))
    assert verdict.outcome == INCORRECT, verdict


def test_the_courses_own_networks_are_well_beyond_the_marks():
    bicubic = metrics.sharpness(plainly("bicubic"), held_out()[1])
    for network in (pretrained(), pretrained_srresnet()):
        found = reading(lesson.q7.observe(network, None)["images"])
        assert found.gain > GAIN + 0.4
        assert found.sharpness > 1.2 * SHARPER * bicubic


def test_features_and_judge_have_made_it_look_more_alike():
    """On emoji and on photographs, both held out, in the layers that the training did not look at."""
    photographs = data.to_float(data.sharp_photographs("test"))
    for small, sharp in (tuple(side[::2] for side in held_out()), (data.shrink(photographs), photographs)):
        alone, played = pretrained_srresnet()(small), pretrained()(small)
        bicubic = data.enlarge(small).clamp(-1, 1)
        before, after = (metrics.perceptual_distance(made, sharp) for made in (alone, played))
        assert after < 0.99 * before
        assert before < metrics.perceptual_distance(bicubic, sharp)


def test_the_last_check_draws_nothing_by_chance():
    first, second = (lesson.q7.assess(pretrained(), seeds=seeds) for seeds in ((1, 2), (900, 901)))
    assert first.outcome == second.outcome == CORRECT
    once, again = (lesson.q7.observe(pretrained(), None)["images"] for _ in range(2))
    assert torch.equal(once, again)


@pytest.mark.parametrize(("share", "outcome"), [(1.0, CORRECT), (0.7, CORRECT), (0.1, INCORRECT)])
def test_more_sharpness_passes_and_less_does_not(share, outcome):
    blend = Makes(lambda x: torch.lerp(data.enlarge(x).clamp(-1, 1), pretrained()(x), share))
    assert lesson.q7.assess(blend).outcome == outcome


def test_a_learner_who_has_not_trained_is_told_so_and_can_go_on():
    assert lesson.q7.assess(...).outcome == NOT_ATTEMPTED
    assert lesson.q7.assess(lesson.q7.truth()).correct
    fresh = lesson.q7.assess(small_srresnet())
    assert fresh.diagnosis == "bicubic"


def test_what_is_done_to_the_networks_handed_out_touches_no_check():
    mine = lesson.q7.truth().train()
    with torch.no_grad():
        for value in mine.state_dict().values():
            value.zero_()
    assert not any(module.training for module in pretrained.kept().modules())
    assert lesson.q7.assess(pretrained()).correct
    assert lesson.q7.assess(mine).outcome == INCORRECT


def test_the_check_leaves_a_network_in_train_mode_as_it_was():
    network = small_srresnet().train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    random = torch.get_rng_state()
    lesson.q7.assess(network)
    assert all(module.training for module in network.modules())
    assert torch.equal(random, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_the_held_out_emoji_are_not_in_the_training_set():
    small, sharp = held_out()
    assert small.shape == (63, 3, 16, 16)
    assert sharp.shape == (63, 3, 64, 64)
    seen = {image.numpy().tobytes() for image in data.sharp_emoji("train")}
    assert not any(image.numpy().tobytes() in seen for image in data.to_uint8(sharp))


def test_the_reference_answers_are_what_the_course_does():
    torch.manual_seed(0)
    x, y = torch.rand(2, 1, 3, 6, 5) * 2 - 1
    assert float(lesson.q1.reference(x, y)) == pytest.approx(metrics.psnr(x, y), rel=1e-5)
    network = small_srresnet().train()
    nn.init.normal_(network.last.weight, std=0.05)
    torch.testing.assert_close(lesson.q2.reference(network.missing, x), network(x))
    channels = torch.randn(2, 18, 3, 4)
    assert torch.equal(lesson.q3.reference(channels, 3), F.pixel_shuffle(channels, 3))
    ours, theirs = (nn.Conv2d(2, 12, 3) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    lesson.q4.reference(ours, 2)
    icnr(theirs, 2)
    assert torch.equal(ours.weight, theirs.weight)
    assert torch.equal(ours.bias, theirs.bias)
    features = nn.Conv2d(3, 4, 3)
    torch.testing.assert_close(lesson.q5.reference(features, x, y), losses.perceptual_loss(features, x, y))


def test_importing_the_lesson_draws_no_random_numbers_and_loads_no_weights():
    code = (
        "import torch; state = torch.get_rng_state()\n"
        "import learntools.lessons.super_resolution as lesson, sys\n"
        "assert torch.equal(state, torch.get_rng_state())\n"
        "assert not {'safetensors', 'matplotlib', 'PIL', 'timm', 'learntools.metrics'} & set(sys.modules)\n"
        "from learntools.lessons.super_resolution.trained import pretrained, pretrained_srresnet\n"
        "assert not pretrained.made and not pretrained_srresnet.made\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
