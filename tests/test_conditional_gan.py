"""Lesson 04: its last check is fair by calculation and by measurement, and it leaves nothing behind."""

from __future__ import annotations

import math
import statistics

import pytest
import torch
from torch import nn

from learntools.core.scenario import draw, fresh
from learntools.core.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from learntools.lessons import conditional_gan as lesson
from learntools.lessons.conditional_gan import reading
from learntools.lessons.conditional_gan.ring import RingDiscriminator, RingGenerator, ring
from learntools.lessons.conditional_gan.trained import WEIGHTS, pretrained

ORDERS = 10 * reading.EACH
LEAST = math.ceil(reading.NEEDED * ORDERS)  # orders that must be obeyed


def passes(p: float) -> float:
    """The probability that both draws of a check pass, for a generator that obeys each order with probability p."""
    once = math.fsum(math.comb(ORDERS, k) * p**k * (1 - p) ** (ORDERS - k) for k in range(LEAST, ORDERS + 1))
    return once**2


def fails(p: float) -> float:
    """1 - passes(p), without losing the small numbers."""
    once = math.fsum(math.comb(ORDERS, k) * p**k * (1 - p) ** (ORDERS - k) for k in range(LEAST))
    return once * (2 - once)


class Obeys(nn.Module):
    """The course's generator, that draws a random class where it does not obey."""

    def __init__(self, share: float):
        super().__init__()
        self.share = share

    def forward(self, z, y):
        return pretrained()(z, torch.where(torch.rand(len(y)) < self.share, y, torch.randint_like(y, 10)))


def test_a_good_generator_is_refused_less_than_once_in_a_thousand_checks():
    assert fails(0.85) < 1e-30
    assert fails(0.70) < 1e-5
    assert fails(0.67) < 1e-3


def test_a_generator_that_obeys_half_of_its_orders_never_passes():
    assert passes(0.5) < 1e-9
    assert passes(0.1) < 1e-100


def accuracy(generator: nn.Module, seed: int) -> float:
    s = fresh(draw(lesson.q8.scenario, seed))
    return reading.reading(lesson.q8.observe(generator, s)["images"]).accuracy


def test_real_draws_spread_no_more_than_the_calculation_says():
    """Twelve fresh draws near the mark: the spread of the measured accuracies against that of independent orders."""
    torch.manual_seed(0)
    found = [accuracy(Obeys(0.65), seed) for seed in range(1000, 1012)]
    p = statistics.mean(found)
    # The spread of 12 draws is itself uncertain by 21 %.
    assert statistics.stdev(found) < 1.6 * math.sqrt(p * (1 - p) / ORDERS), (p, found)


def test_the_courses_own_generator_is_one_that_a_learner_could_train():
    found = [accuracy(pretrained(), seed) for seed in (5, 6, 7)]
    assert 0.83 < statistics.mean(found) < 0.95
    assert WEIGHTS.stat().st_size < 2_000_000


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


@pytest.mark.parametrize(("share", "outcome"), [(0.9, CORRECT), (0.45, INCORRECT)])
def test_more_obedience_passes_and_less_does_not(share, outcome):
    assert lesson.q8.assess(Obeys(share), seeds=(11, 12)).outcome == outcome


def test_the_check_leaves_a_generator_in_train_mode_as_it_was():
    from learntools.lessons.conditional_gan.generator import ConditionalGenerator

    generator = ConditionalGenerator().train()
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    random = torch.get_rng_state()
    lesson.q8.assess(generator)
    assert generator.training
    assert torch.equal(random, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in generator.state_dict().items())


def test_importing_the_lesson_draws_no_random_numbers_and_loads_no_weights():
    import subprocess
    import sys

    code = (
        "import torch; state = torch.get_rng_state()\n"
        "import learntools.lessons.conditional_gan as lesson, sys\n"
        "assert torch.equal(state, torch.get_rng_state())\n"
        "assert not {'safetensors', 'matplotlib', 'learntools.metrics'} & set(sys.modules)\n"
        "from learntools.lessons.conditional_gan.trained import pretrained\n"
        "assert not pretrained.made\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_in_the_toy_a_generator_obeys_only_where_its_discriminator_listens():
    """What the notebook shows: the points lie on the ring either way, and in place only with a D that listens."""
    near, right, gap = {}, {}, {}
    for listens in (True, False):
        torch.manual_seed(0)
        G, D = RingGenerator(), RingDiscriminator(listens)
        move_g, move_d = (torch.optim.Adam(n.parameters(), lr=3e-3, betas=(0.0, 0.99)) for n in (G, D))
        for _ in range(600):
            y = torch.randint(10, (128,))
            lesson.q5.reference(G, D, ring(y), y, torch.randn(128, 4), move_d)
            move_g.zero_grad()
            (-D(G(torch.randn(128, 4), y), y).mean()).backward()
            move_g.step()
        asked = torch.arange(500) % 10
        with torch.no_grad():
            distance = torch.cdist(G(torch.randn(500, 4), asked), ring(torch.arange(10), spread=0.0))
            near[listens] = float((distance.min(dim=1).values < 0.4).float().mean())
            right[listens] = float((distance.argmin(dim=1) == asked).float().mean())
            gap[listens] = float(lesson.q6.reference(D, ring(asked), asked))
    assert min(near.values()) > 0.8
    assert right[True] > 0.9
    assert right[False] < 0.3
    assert gap[True] > 0.05
    assert gap[False] == 0
