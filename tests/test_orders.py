"""Orders to paint: sentences and images agree, what is held out stays out, and the judges can tell."""

from __future__ import annotations

import random

import pytest
import torch
from torch.nn import functional as F

from learntools.data import DataError, to_float
from learntools.data.nouns import things
from learntools.data.order_drawing import TINTS, Placed, draw, tinted
from learntools.data.orders import (
    LONGEST,
    NOUNS,
    Order,
    OrdersWithoutEnd,
    draw_orders,
    encode,
    is_new,
    order_of,
    order_vocabulary,
    paint,
    seen_combinations,
    unseen_colours,
    unseen_pairs,
    unworn,
)
from learntools.data.scenes import kept_apart
from learntools.data.sentences import read
from learntools.data.vocabulary import UNKNOWN, words_of
from learntools.metrics.orders import judged_orders, tint_of

TESTS = {"colours": unseen_colours, "pairs": unseen_pairs, "seen": seen_combinations}


def test_the_nouns_are_the_captioners_and_none_is_sold_in_colours():
    assert len(set(NOUNS)) == 24
    assert all(len(things()[noun]) and not things()[noun][0].colour for noun in NOUNS)


def test_no_training_order_has_a_combination_that_is_held_out():
    orders = draw_orders(4000, seed=3)
    assert not any(is_new(order) for order in orders)
    worn = {(noun, colour) for order in orders for colour, noun in order.things}
    met = {frozenset(order.nouns) for order in orders if len(order.things) == 2}
    for noun in NOUNS:  # and everything else does occur
        assert {colour for name, colour in worn if name == noun} == {"", *TINTS} - {unworn(noun)}
    assert len(met) == sum(not kept_apart(a, b) for i, a in enumerate(NOUNS) for b in NOUNS[:i])


def test_every_held_out_order_is_new_in_its_own_way():
    assert all(len(o.things) == 1 and o.things[0][0] == unworn(o.things[0][1]) for o in unseen_colours().orders)
    assert all(kept_apart(*order.nouns) for order in unseen_pairs().orders)
    assert not any(colour == unworn(noun) for order in unseen_pairs().orders for colour, noun in order.things)
    assert not any(is_new(order) for order in seen_combinations().orders)
    assert {order.nouns[0] for order in unseen_colours(24).orders} == set(NOUNS)


@pytest.mark.parametrize("name", TESTS)
def test_a_sentence_says_what_its_order_is(name):
    tested = TESTS[name]()
    for order, sentence in zip(tested.orders, tested.sentences, strict=True):
        assert order_of(sentence) == order
        assert set(read(sentence).things) == set(order.things)
        assert len(words_of(sentence)) <= LONGEST


def test_every_sentence_is_known_word_for_word_and_none_is_cut():
    said = [order.sentence(random.Random(i)) for i, order in enumerate(draw_orders(2000, seed=8))]
    words = encode(said)
    assert words.shape == (2000, LONGEST)
    assert not (words == UNKNOWN).any()
    assert [order_vocabulary().decode(row) for row in words[:50]] == [" ".join(words_of(s)) for s in said[:50]]


def test_the_same_seed_gives_the_same_orders_and_images():
    assert draw_orders(20, seed=1) == draw_orders(20, seed=1) != draw_orders(20, seed=2)
    orders = draw_orders(20, seed=1)
    assert torch.equal(paint(orders, seed=4), paint(orders, seed=4))
    assert not torch.equal(paint(orders, seed=4), paint(orders, seed=5))
    source = OrdersWithoutEnd()
    torch.manual_seed(3)
    x, y = source.draw(6)
    torch.manual_seed(3)
    again = source.draw(6)
    assert torch.equal(x, again[0])
    assert torch.equal(y, again[1])
    assert x.shape == (6, 3, 64, 64)
    assert x.dtype == torch.uint8
    assert not torch.equal(source.draw(6)[1], y)


def test_each_thing_lies_where_its_order_says():
    left, right = ("", "penguin"), ("red", "bus")
    both = draw([(left, right)])[0]
    exchanged = draw([(right, left)])[0]
    assert torch.equal(both[:, :, :32], exchanged[:, :, 32:])
    assert (both[:, :, 31:33] == 255).all()  # a gap between them
    (alone,) = draw([(left,)])
    assert (alone[:, :, :10] == 255).all()


@pytest.mark.parametrize("order", [(("", "crown"),), (("", "crown"), ("blue", "shark"))])
def test_nothing_leaves_the_image(order):
    middle = draw([order])
    for placed in (Placed(2, 2), Placed(-2, -2), Placed(2, -2), Placed(-2, 2)):
        moved = draw([order], [placed])
        assert int((moved < 255).sum()) == int((middle < 255).sum())


def test_a_tint_keeps_what_is_black_and_how_light_things_are():
    grey = torch.linspace(0, 1, 9).view(1, 1, 1, 9).expand(1, 3, 1, 9)
    for tint in TINTS:
        shades = tinted(grey, tint)
        assert (shades[..., 0] == 0).all()
        assert (shades.diff(dim=3) >= -1e-6).all()
        assert tint_of(2 * shades[0] - 1) == tint
    assert tinted(grey, "") is grey


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("a zebra crossing", "unknown here: crossing, zebra"),
        ("to the left of the", "has 0"),
        ("a crown and a bus and a sun", "has 3"),
        ("a bus and a crown", "which is on the left"),
        ("a bus to the left of a bus", "which is on the left"),
        ("a bus above a crown", "which is on the left"),
        ("an orange bus", "unknown here: an, orange"),
    ],
)
def test_an_order_that_cannot_be_says_why(sentence, says):
    with pytest.raises(DataError, match=says):
        order_of(sentence)


@pytest.mark.parametrize(
    ("sentence", "things"),
    [
        ("A purple rabbit.", (("purple", "rabbit"),)),
        ("a red shark on the right of the crown", (("", "crown"), ("red", "shark"))),
        ("there is a teddy bear left of a blue light bulb", (("", "teddy bear"), ("blue", "light bulb"))),
    ],
)
def test_what_a_learner_writes_is_understood(sentence, things):
    assert order_of(sentence).things == things
    assert str(order_of(sentence))


def test_real_images_are_recognised_and_others_are_not():
    tested = unseen_colours(24) + unseen_pairs(24)
    real = judged_orders(tested.floats(), tested.orders, nearest=False)
    assert real["objects"] > 0.9
    assert real["relations"] > 0.8
    assert real["colours"] > 0.95
    moved = judged_orders(tested.floats().roll(1, 0), tested.orders, nearest=False)
    assert moved["objects"] < 0.1
    assert moved["colours"] < 0.5
    pairs = unseen_pairs(24)
    swapped = torch.cat([pairs.floats()[..., 32:], pairs.floats()[..., :32]], dim=3)
    found = judged_orders(swapped, pairs.orders, nearest=False)
    assert found["objects"] > 0.8
    assert found["relations"] < 0.1


def test_the_second_judge_tells_real_things_apart():
    tested = unseen_pairs(12)
    assert judged_orders(tested.floats(seed=5), tested.orders)["nearest"] > 0.9
    blurred = F.interpolate(F.avg_pool2d(tested.floats(seed=5), 8), scale_factor=8)
    assert judged_orders(blurred, tested.orders)["nearest"] < 0.5


def test_a_judge_wants_one_order_for_each_image():
    with pytest.raises(ValueError, match="one order"):
        judged_orders(to_float(paint(draw_orders(2))), draw_orders(3))
    assert Order((("", "sun"),)).nouns == ("sun",)
