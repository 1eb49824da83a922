"""Lesson 06: its checks by chance are fair by calculation, its last check rejects what is no translation."""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from learntools.core.scenario import draw, fresh
from learntools.core.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from learntools.lessons import cyclegan as lesson
from learntools.lessons.cyclegan import image_buffer, reading
from learntools.lessons.cyclegan.flat import flat_players, large_ring, small_ring
from learntools.lessons.cyclegan.trained import new_generators, pretrained
from learntools.models.cyclegan import zoomed
from learntools.models.horse2zebra import FILE, VARIABLE, find_weights, load_horse2zebra, read_photo

REAL = Path(__file__).resolve().parents[2] / "shared" / "real_data"
HORSES = REAL / "horse2zebra_generator" / FILE


# --- the buffer -------------------------------------------------------------------------------------------------------


def test_a_fair_coin_is_refused_less_than_once_in_a_hundred_million_checks():
    n = image_buffer.IMAGES - image_buffer.SIZE
    low, high = image_buffer.HALF
    outside = math.fsum(math.comb(n, k) for k in range(n + 1) if not low <= k <= high) / 2**n
    assert 2 * outside < 1e-8  # a check draws twice


def test_the_waiting_times_of_a_right_buffer_stay_far_from_both_borders():
    waits = []
    for seed in range(200):
        torch.manual_seed(seed)
        buffer, out = image_buffer.ImageBuffer(image_buffer.SIZE), []
        for first in range(0, image_buffer.IMAGES, image_buffer.BATCH):
            out.append(buffer(torch.arange(first, first + image_buffer.BATCH, dtype=torch.float32)))
        ages = torch.arange(image_buffer.IMAGES, dtype=torch.float32) - torch.cat(out)
        waits.append(float(ages[ages > 0].mean()) / image_buffer.SIZE)
    mean, spread = statistics.mean(waits), statistics.stdev(waits)
    low, high = image_buffer.WAIT
    assert low + 5.5 * spread < mean < high - 5.5 * spread


@pytest.mark.parametrize("question", ["q1", "q6"])
def test_a_right_answer_by_chance_passes_on_many_fresh_seeds(question):
    item = getattr(lesson, question)
    for seed in range(300, 320, 2):
        assert item.assess(item.reference, seeds=(seed, seed + 1)).outcome == CORRECT


# --- the trained generators -------------------------------------------------------------------------------------------


def figures(generators: nn.Module, seed: int) -> reading.Reading:
    s = fresh(draw(lesson.q8.scenario, seed))
    images = lesson.q8.observe(generators, s)["images"]
    return reading.reading(images["made"], images["truth"])


def test_the_courses_own_generators_are_well_beyond_the_marks():
    found = figures(pretrained(), 50)
    assert found.word == reading.TRANSLATED
    assert found.outlines > 1.3 * reading.OUTLINES
    assert found.round_trip < 0.5 * reading.ROUND_TRIP
    assert found.left < 0.8 * reading.CLEARED
    assert found.near < 0.9 * reading.NEAR
    assert 1.2 * reading.COLOUR[0] < found.colour < 0.85 * reading.COLOUR[1]
    assert figures(pretrained(), 51) == found  # nothing is drawn by chance


class Each(nn.Module):
    """The same function both ways, or one for each."""

    def __init__(self, function, back=None):
        super().__init__()
        self.there, self.back = function, back or function

    def forward(self, a, b):
        return self.there(a), self.back(b)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x,
        torch.ones_like,
        lambda x: x.mean(dim=0, keepdim=True).expand_as(x),
        lambda x: 0.6 * x + 0.4,
        lambda x: -x,
        lambda x: x.mean(dim=1, keepdim=True).expand_as(x),
        lambda x: nn.functional.avg_pool2d(x, 3, 1, 1),
        lambda x: (1.4 * x - 0.4).clamp(-1, 1),
        lambda x: x.roll(1, dims=0),
        lambda x: torch.where(torch.rand_like(x[:, :1]) < 0.1, -1.0, x),
    ],
    ids=["copy", "white", "mean image", "pale", "negative", "grey", "blurred", "contrast", "other emoji", "scribbles"],
)
def test_nothing_trivial_passes(function):
    assert figures(Each(function), 5).word != reading.TRANSLATED


@pytest.mark.parametrize("factor", [0.6, 0.72, 0.9])
def test_a_zoom_alone_is_no_translation_and_neither_is_a_zoom_that_thickens_or_blurs(factor):
    def thick(x):
        return -nn.functional.max_pool2d(-x, 3, 1, 1)

    def thin(x):
        return nn.functional.max_pool2d(x, 3, 1, 1)

    def blurred(x):
        return nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)

    for there, back in [(lambda x: x, lambda x: x), (thick, thin), (blurred, blurred)]:
        pretended = Each(lambda x, f=there: f(zoomed(x, factor)), lambda x, f=back: f(zoomed(x, 1 / factor)))
        assert figures(pretended, 5).word != reading.TRANSLATED


@pytest.mark.parametrize("zoom", [1.0, 0.72, 0.7219])
def test_networks_without_their_weights_are_called_untrained(zoom):
    torch.manual_seed(0)
    assert figures(new_generators(zoom).eval(), 5).word == "untrained"


@pytest.mark.parametrize("seed", range(5))
def test_thickening_what_is_dark_and_thinning_it_again_is_no_translation(seed):
    def thin(x):
        return nn.functional.max_pool2d(x, 3, 1, 1)

    assert figures(Each(lambda x: -thin(-x), thin), seed).word != reading.TRANSLATED


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


def test_the_check_leaves_generators_in_train_mode_as_they_were():
    generators = new_generators().train()
    before = {name: value.clone() for name, value in generators.state_dict().items()}
    random = torch.get_rng_state()
    lesson.q8.assess(generators)
    assert generators.training
    assert torch.equal(random, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in generators.state_dict().items())


def test_importing_the_lesson_draws_no_random_numbers_and_loads_no_weights():
    code = (
        "import torch; state = torch.get_rng_state()\n"
        "import learntools.lessons.cyclegan as lesson, sys\n"
        "assert torch.equal(state, torch.get_rng_state())\n"
        "assert not {'safetensors', 'matplotlib', 'learntools.metrics', 'learntools.training'} & set(sys.modules)\n"
        "from learntools.lessons.cyclegan.trained import pretrained\n"
        "assert not pretrained.made\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- what the notebook shows ------------------------------------------------------------------------------------------


def test_in_the_toy_only_the_cycle_loss_brings_points_back():
    missed, near = {}, {}
    for weight in (10.0, 0.0):
        torch.manual_seed(0)
        G, F, D_a, D_b = flat_players()
        generators = torch.optim.Adam([*G.parameters(), *F.parameters()], lr=1e-3, betas=(0.5, 0.99))
        judges = torch.optim.Adam([*D_a.parameters(), *D_b.parameters()], lr=2e-3, betas=(0.5, 0.99))
        buffers = image_buffer.ImageBuffer(), image_buffer.ImageBuffer()
        for _ in range(400):
            a, b = small_ring(32), large_ring(32)
            lesson.q5.reference(G, F, D_a, D_b, a, b, generators, weight, 0.0)
            lesson.q7.reference(G, F, D_a, D_b, a, b, *buffers, judges)
        a = small_ring(300)
        with torch.no_grad():
            missed[weight] = float((F(G(a)) - a).norm(dim=1).mean())
            near[weight] = float(torch.cdist(G(a), large_ring(2000)).min(dim=1).values.mean())
    assert max(near.values()) < 0.15
    assert missed[10.0] < 0.1
    assert missed[0.0] > 0.3


# --- horses -----------------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_known_is_refused_in_a_sentence(tmp_path):
    torch.save({"model.1.weight": torch.zeros(16, 3, 7, 7)}, tmp_path / FILE)
    with pytest.raises(ValueError, match="is not the file that this network was tried with"):
        load_horse2zebra(tmp_path / FILE)
    with pytest.raises(ValueError, match="weights of another network"):
        load_horse2zebra(tmp_path / FILE, known_only=False)
    (tmp_path / FILE).write_bytes(b"<html>not found</html>")
    with pytest.raises(ValueError, match="no weights that torch can read"):
        load_horse2zebra(tmp_path / FILE, known_only=False)


def test_the_weights_are_found_beside_the_notebook_or_where_the_variable_says(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert find_weights(tmp_path) is None
    (tmp_path / FILE).touch()
    assert find_weights(tmp_path) == tmp_path / FILE
    (tmp_path / "elsewhere.pth").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "elsewhere.pth"))
    assert find_weights(tmp_path) == tmp_path / "elsewhere.pth"


@pytest.mark.skipif(not HORSES.exists(), reason="the published generator is not at hand")
def test_a_horse_becomes_a_zebra():
    """Its coat loses its colour and gains stripes, and its surroundings keep what they had."""
    G = load_horse2zebra(HORSES)
    assert sum(value.numel() for value in G.parameters()) == 356_867
    horse = read_photo(sorted((REAL / "horse2zebra" / "testA").glob("*.jpg"))[5])[None]  # a brown mare on sand
    zebra = G(horse)
    assert zebra.shape == horse.shape
    assert float(zebra.abs().max()) <= 1

    coat = (horse[:, 0] - horse[:, 2]) > 0.4  # brown: much more red than blue

    def colour(x):
        return float((x[:, 0] - x[:, 2])[coat].mean())

    assert coat.float().mean() > 0.2
    assert colour(zebra) < 0.7 * colour(horse)
    grey = [nn.functional.avg_pool2d(x.mean(dim=1, keepdim=True), 2) for x in (horse, zebra)]
    stripes = [float((x - nn.functional.avg_pool2d(x, 9, 1, 4)).std()) for x in grey]
    assert stripes[1] > 1.15 * stripes[0]
