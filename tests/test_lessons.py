"""What every exercise of every lesson must have: hints, mistakes that teach, and a checker that knows them apart."""

from __future__ import annotations

import contextlib

import pytest

from learntools.core.assess import kept_observations
from learntools.lessons import exercises, names

ALL = [item for lesson in names() for item in exercises(lesson)]
MISTAKES = [(item, label) for item in ALL for label in item.mistakes]


@pytest.fixture(scope="module")
def kept():
    """For one exercise after the other: what its references and known mistakes do, observed once for all its tests."""
    now, within = None, contextlib.ExitStack()

    def turn_to(item):
        nonlocal now
        if item is not now:
            within.close()
            now = item
            within.enter_context(kept_observations())

    with within:
        yield turn_to


def name(value):
    return f"{value.lesson}-{value.name}" if hasattr(value, "lesson") else str(value).replace(" ", "_")


@pytest.mark.parametrize("item", ALL, ids=name)
def test_an_exercise_has_hints_mistakes_and_a_task(item):
    assert item.task
    assert len(item.hints) >= 2
    assert len(item.mistakes) >= 4
    assert item.points > 0


@pytest.mark.parametrize("item", ALL, ids=name)
def test_the_reference_passes_on_scenarios_nobody_has_seen(item):
    for seed in (101, 202, 303):
        assert item.assess(item.truth(), seeds=(seed, seed + 1)).correct
    assert item.assess(item.truth()).points == item.points


@pytest.mark.parametrize(("item", "label"), MISTAKES, ids=name)
def test_a_mistake_is_rejected_and_named_on_any_scenario(item, label, kept):
    kept(item)
    wrong, sentence = item.mistakes[label]
    for seeds in ((1, 2), (77, 78), (1234, 4321)):
        verdict = item.assess(wrong, seeds=seeds)
        assert verdict.diagnosis == label, verdict
        assert verdict.message == sentence
        assert verdict.points < item.points


@pytest.mark.parametrize(("item", "label"), MISTAKES, ids=name)
def test_a_mistakes_sentence_names_the_variable_and_is_neither_curt_nor_long(item, label):
    sentence = item.mistakes[label][1]
    assert f"`{item.answer}" in sentence
    assert 15 <= len(sentence.split()) <= 60


@pytest.mark.parametrize("item", ALL, ids=name)
def test_nothing_earns_points_for_its_shape_alone(item):
    """An answer that returns zeros of the right shape, or nothing at all, earns less than half."""
    import torch

    if item.kind != "function":
        pytest.skip("values and networks have no shape to imitate")
    truth = item.truth()

    def hollow(*args, **kwargs):
        result = truth(*args, **kwargs)
        return torch.zeros_like(result) if isinstance(result, torch.Tensor) else 0

    if item.pure:
        assert item.assess(hollow).points <= item.points / 2
    assert item.assess(lambda *args, **kwargs: None).points <= item.points / 2
