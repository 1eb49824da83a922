"""Lesson 10: its last check cannot be passed without filling and finding, and photographs of one's own can be used."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from learntools import data
from learntools.core.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from learntools.data.covered import held_out as all_held_out
from learntools.lessons import object_removal as lesson
from learntools.lessons.object_removal.photograph import behind, painted_over
from learntools.lessons.object_removal.reading import FOUND, KEPT, NEAR, held_out, reading
from learntools.lessons.object_removal.trained import pretrained
from learntools.metrics import diffused, l1_inside, mean_filled
from learntools.models.object_removal import Remover, found_in, told
from learntools.models.pix2pix import UNet
from learntools.training import recipes


class Makes(nn.Module):
    """A network that does this with its input."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def forward(self, x):
        return self.make(x)


def smoothed(x: torch.Tensor) -> torch.Tensor:
    """Every thin thing blurred away, whether it is in front or not."""
    return nn.functional.avg_pool2d(x[:, :3], 7, 1, 3)


TRIVIAL = {
    "as it is": lambda x: x[:, :3],
    "grey": lambda x: torch.zeros_like(x[:, :3]),
    "the mean colour": lambda x: mean_filled(x[:, :3], x[:, 3:]),
    "diffusion": lambda x: diffused(x[:, :3], x[:, 3:]),
    "blurred": smoothed,
    "blurred where told": lambda x: torch.where(x[:, 3:] > 0, smoothed(x), x[:, :3]),
    "half of it taken away": lambda x: torch.where(
        x[:, 3:].amax(dim=(1, 2, 3), keepdim=True) > 0, diffused(x[:, :3], x[:, 3:]), 0.5 * (smoothed(x) + x[:, :3])
    ),
}


@pytest.mark.parametrize("name", TRIVIAL)
def test_nothing_trivial_passes_the_last_check(name):
    verdict = lesson.q7.assess(Makes(TRIVIAL[name]))
    assert verdict.outcome == INCORRECT, verdict


def test_the_courses_own_network_is_beyond_the_marks_and_about_as_near_as_diffusion():
    found = reading(lesson.q7.observe(pretrained(), None)["images"])
    assert found.inside < NEAR - 0.03
    assert found.outside < KEPT / 2
    assert found.found < FOUND - 0.1
    test = held_out()
    assert found.inside * test.smooth < 1.05 * l1_inside(diffused(test.covered, test.masks), test.pictures, test.masks)


def test_the_last_check_draws_nothing_by_chance():
    first, second = (lesson.q7.assess(pretrained(), seeds=seeds) for seeds in ((1, 2), (900, 901)))
    assert first.outcome == second.outcome == CORRECT
    once, again = (lesson.q7.observe(pretrained(), None)["images"] for _ in range(2))
    assert torch.equal(once, again)


@pytest.mark.parametrize(("share", "outcome"), [(1.0, CORRECT), (0.995, CORRECT), (0.2, INCORRECT)])
def test_more_taken_away_passes_and_less_does_not(share, outcome):
    covered = held_out().covered
    blend = Makes(lambda x: torch.lerp(covered, pretrained()(x), share))
    assert lesson.q7.assess(blend).outcome == outcome


def test_a_learner_who_has_not_trained_is_told_so_and_can_go_on():
    assert lesson.q7.assess(...).outcome == NOT_ATTEMPTED
    assert lesson.q7.assess(lesson.q7.truth()).correct


def test_what_is_done_to_the_networks_handed_out_touches_no_check():
    mine = lesson.q7.truth().train()
    with torch.no_grad():
        for value in mine.state_dict().values():
            value.zero_()
    assert not any(module.training for module in pretrained.kept().modules())
    assert lesson.q7.assess(pretrained()).correct
    assert lesson.q7.assess(mine).outcome == INCORRECT


def test_the_check_leaves_a_network_in_train_mode_as_it_was():
    network = Remover(UNet(4, 4, width=4, depth=3, dropout=1)).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    random = torch.get_rng_state()
    lesson.q7.assess(network)
    assert all(module.training for module in network.modules())
    assert torch.equal(random, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_the_learners_functions_are_the_ones_of_the_courses_network():
    covered, masks, pictures = (part[::40] for part in all_held_out().floats())
    assert torch.equal(lesson.q4.reference(covered, masks), told(covered, masks))
    assert torch.equal(lesson.q4.reference(covered), told(covered))
    network = pretrained()
    for x in (told(covered, masks), told(covered)):
        with torch.no_grad():
            hole = x[:, 3:] if x[:, 3:].any() else found_in(network.look(x)[1])
            paint, _ = network.look(told(x[:, :3], hole))
            put = lesson.q5.reference(x, torch.cat([paint, 2 * hole - 1], dim=1))
            assert torch.allclose(put.clamp(-1, 1), network(x), atol=1e-6)
    assert torch.allclose(lesson.q2.reference(covered, masks), mean_filled(covered, masks), atol=1e-6)
    assert float(lesson.q3.reference(covered, pictures, masks)) == pytest.approx(l1_inside(covered, pictures, masks))


def test_the_shipped_network_makes_what_its_card_says():
    network = recipes.object_removal().generator
    network.load_state_dict(data.weights("object_removal"))
    found = recipes.RECIPES["object_removal"].measure({"generator": network.eval()})
    card = (data.files.folder() / "weights" / "object_removal.md").read_text(encoding="utf-8")
    for key, value in found.items():
        stated = float(card.split(f"| {key.replace('_', ' ')} | ")[1].split()[0])
        assert value == pytest.approx(stated, abs=0.005), key
    assert found["l1_inside"] < 0.5 * found["mean_fill_l1_inside"]
    assert found["l1_outside"] == 0
    for kind in ("fence", "scribble", "object"):
        assert found[f"l1_inside_{kind}"] < found[f"mean_fill_l1_inside_{kind}"]


@pytest.mark.parametrize("kind", ["fence", "scribble", "object"])
def test_a_photograph_of_ones_own_goes_behind_a_cover_and_comes_back(kind, tmp_path):
    from PIL import Image

    file = tmp_path / "mine.jpg"
    Image.fromarray(data.photo("raccoon").permute(1, 2, 0).numpy()).save(file, quality=95)
    covered, mask, picture = behind(file, kind, seed=1)
    assert covered.shape == picture.shape == (1, 3, 256, 256)
    assert torch.equal(covered * (1 - mask), picture * (1 - mask))
    again, other = behind(file, kind, seed=1), behind(file, kind, seed=2)
    assert torch.equal(covered, again[0])
    assert not torch.equal(mask, other[1])
    with torch.no_grad():
        made = pretrained()(told(covered, mask))
    assert torch.equal(made * (1 - mask), picture * (1 - mask))
    assert l1_inside(made, picture, mask) < 0.6 * l1_inside(covered, picture, mask)


def test_an_unknown_cover_is_named():
    with pytest.raises(data.DataError, match="no cover 'wall': choose from fence, scribble, object"):
        behind(data.photo("raccoon"), "wall")


def test_what_is_painted_over_in_magenta_is_the_mask(tmp_path):
    from PIL import Image

    pixels = data.photo("coffee").clone()
    pixels[:, 150:200, 250:350] = torch.tensor([255, 0, 255], dtype=torch.uint8).view(3, 1, 1)
    for name in ("painted.png", "painted.jpg"):
        Image.fromarray(pixels.permute(1, 2, 0).numpy()).save(tmp_path / name)
        picture, mask = painted_over(tmp_path / name)
        assert picture.shape == (1, 3, 256, 256)
        scale = 256 / 400
        assert float(mask.sum()) == pytest.approx((50 * scale + 4) * (100 * scale + 4), rel=0.08)
        assert float(mask[0, 0, int(175 * scale), int(200 * scale)]) == 1  # 250 to 350, less the 100 cut off
    with pytest.raises(data.DataError, match="Nothing on this picture is magenta"):
        painted_over(data.photo("coffee"))


def test_importing_the_lesson_draws_no_random_numbers_and_loads_no_weights():
    code = (
        "import torch; state = torch.get_rng_state()\n"
        "import learntools.lessons.object_removal as lesson, sys\n"
        "assert torch.equal(state, torch.get_rng_state())\n"
        "assert not {'safetensors', 'matplotlib', 'PIL', 'learntools.metrics'} & set(sys.modules)\n"
        "from learntools.lessons.object_removal.trained import pretrained\n"
        "assert not pretrained.made\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
