"""Lesson 09: its last check cannot be passed without reading and painting, and what it reads is fixed."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import torch
from torch import nn

from learntools.core.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from learntools.data.orders import NOUNS, Order, OrderSet, is_new, order_vocabulary, paint
from learntools.lessons import text_to_image as lesson
from learntools.lessons.text_to_image.reading import COLOURS, OBJECTS, PAINTED, SIDES, held_out, reading
from learntools.lessons.text_to_image.trained import LATENT, new_generator, pretrained
from learntools.models.text_to_image import Painted

SCRIPT = Path(__file__).parent.parent / "solutions" / "09_text_to_image.py"


class Paints(nn.Module):
    """A generator whose pictures are these, whatever it is asked for."""

    def __init__(self, pictures):
        super().__init__()
        self.pictures = pictures

    def forward(self, words, z):
        images = self.pictures(words, z)
        return Painted(images[..., ::4, ::4], images, z, z)


def real(change=lambda order: order, seed: int = 0) -> torch.Tensor:
    """Real images of the held-out orders, each changed."""
    changed = tuple(change(order) for order in held_out().orders)
    return OrderSet(changed, held_out().sentences).floats(seed)


def one_noun_wrong(order: Order) -> Order:
    """The last noun of the order is another one."""
    *first, (colour, noun) = order.things
    free = [other for other in NOUNS if other not in order.nouns]
    return Order((*first, (colour, random.Random(noun).choice(free))))


def in_own_colours(order: Order) -> Order:
    return Order(tuple(("", noun) for _, noun in order.things))


def exchanged(order: Order) -> Order:
    return Order(order.things[::-1])


def read_as(images: torch.Tensor) -> str:
    return reading(images).word


def test_real_images_would_pass_and_more_than_half_must_be_right():
    assert lesson.q8.assess(Paints(lambda words, z: real())).outcome == CORRECT
    found = reading(real())
    assert found.objects > 0.9
    assert found.sides > 0.9
    assert found.colours > 0.9
    blank = real().clone()
    blank[:30] = 1  # 18 of 48 are right
    assert lesson.q8.assess(Paints(lambda words, z: blank)).outcome == INCORRECT


@pytest.mark.parametrize(
    ("change", "word"),
    [(one_noun_wrong, None), (in_own_colours, "other colours"), (exchanged, "sides")],
)
def test_each_way_of_not_reading_the_sentence_is_refused(change, word):
    images = real(change)
    assert lesson.q8.assess(Paints(lambda words, z: images)).outcome == INCORRECT
    if word:
        assert read_as(images) == word


TRIVIAL = {
    "white": lambda x: torch.ones_like(x),
    "noise": lambda x: torch.rand(x.shape, generator=torch.Generator().manual_seed(0)) * 2 - 1,
    "the mean of all": lambda x: x.mean(dim=0).expand_as(x),
    "one of them": lambda x: x[:1].expand_as(x),
    "all in another order": lambda x: x.roll(7, 0),
    "grey": lambda x: x.mean(dim=1, keepdim=True).expand_as(x),
    "mirrored": lambda x: x.flip(3),
    "upside down": lambda x: x.flip(2),
}


@pytest.mark.parametrize("name", TRIVIAL)
def test_nothing_trivial_passes_the_last_check(name):
    images = TRIVIAL[name](real())
    verdict = lesson.q8.assess(Paints(lambda words, z: images))
    assert verdict.outcome == INCORRECT, verdict


def test_the_courses_own_generator_is_well_beyond_the_marks():
    found = reading(lesson.q8.observe(pretrained(), None)["images"])
    assert found.word == PAINTED
    assert found.objects > OBJECTS + 0.1
    assert found.sides > SIDES + 0.1
    assert found.colours > COLOURS + 0.1


def test_the_last_check_draws_nothing_by_chance():
    first, second = (lesson.q8.assess(pretrained(), seeds=seeds) for seeds in ((1, 2), (900, 901)))
    assert first.outcome == second.outcome == CORRECT
    torch.manual_seed(5)
    once = lesson.q8.observe(pretrained(), None)["images"]
    torch.manual_seed(6)
    assert torch.equal(once, lesson.q8.observe(pretrained(), None)["images"])


def test_what_the_last_check_asks_for_was_never_seen_in_training():
    assert len(held_out()) == 48
    assert all(is_new(order) for order in held_out().orders)


def test_a_learner_who_has_not_trained_is_told_so_and_can_go_on():
    assert lesson.q8.assess(...).outcome == NOT_ATTEMPTED
    assert lesson.q8.assess(lesson.q8.truth()).correct


def test_what_is_done_to_the_networks_handed_out_touches_no_check():
    mine = lesson.q8.truth().train()
    with torch.no_grad():
        for value in mine.state_dict().values():
            value.zero_()
    assert not any(module.training for module in pretrained.kept().modules())
    assert lesson.q8.assess(pretrained()).correct
    assert lesson.q8.assess(mine).outcome == INCORRECT


def test_the_check_leaves_a_generator_in_train_mode_as_it_was():
    generator = new_generator().train()
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    state = torch.get_rng_state()
    lesson.q8.assess(generator)
    assert all(module.training for module in generator.modules())
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in generator.state_dict().items())


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Paints(lambda words, z: torch.zeros(len(words), 3, 32, 32)), "64×64"),
        (nn.Linear(LATENT, 3), "fails on words"),
        (Paints(lambda words, z: real()[:5]), "pictures \\(5, 3, 64, 64\\)"),
    ],
)
def test_what_is_no_generator_of_this_lesson_is_told_so(answer, says):
    verdict = lesson.q8.assess(answer)
    assert verdict.outcome != CORRECT
    assert re.search(says, verdict.message)


def test_the_notebooks_encoding_is_the_courses():
    """Question 1's numbers, put together as the notebook does, are what the networks were trained on."""
    number_of = {word: number for number, word in enumerate(order_vocabulary().words)}
    sentences = held_out().sentences
    rows = torch.tensor([lesson.q1.reference(sentence, number_of, 16) for sentence in sentences])
    assert torch.equal(rows, held_out().words())


def test_two_real_images_of_a_sentence_differ_and_so_noise_has_something_to_choose():
    order = Order((("", "shark"),))
    both = paint([order] * 20, seed=1).float()
    assert float((both[:10] - both[10:]).abs().mean()) > 1


def test_the_notebook_trains_what_the_recipe_trains():
    text = SCRIPT.read_text(encoding="utf-8")
    assert "orders.OrdersWithoutEnd(), seconds=platforms.time_budget(150)" in text
