"""Orders to paint: one or two things in words, such as "a blue rabbit to the left of a bus", and real images of them.

    orders = draw_orders(100, seed=1)          # for training: another seed, other orders
    images = paint(orders, seed=1)             # uint8 (100, 3, 64, 64), one true image of each
    orders[0].sentence(random.Random(1))       # "a blue rabbit to the left of a bus"
    unseen_colours(), unseen_pairs()           # the two test sets
    order_of("a red shark on the right of a crown")

The world is small on purpose, so that two minutes are enough to learn it: 24 nouns, each in its own colours or tinted
in one of five, one of them large in the middle or two side by side, on white, by one artist (OpenMoji). The nouns are
those that their judge, a captioner (`metrics.orders`), recognises best when they are tinted. Two kinds of combinations
are kept for testing: each noun has one tint that it never wears in training, and one pair of nouns in eight never meets
there.
"""

from __future__ import annotations

import functools
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from learntools.data.files import DataError
from learntools.data.images import to_float
from learntools.data.nouns import with_article
from learntools.data.order_drawing import TINTS, Placed, draw
from learntools.data.scenes import kept_apart
from learntools.data.sentences import describe, read
from learntools.data.vocabulary import PAD, SPECIAL, Vocabulary, words_of

_NOUNS = """
rabbit; parrot; penguin; lobster; unicorn; sheep; spider; dragon; butterfly; flamingo; shark; kangaroo; skull; bus;
football; cactus; sailboat; guitar; trumpet; crown; castle; sun; teddy bear; light bulb
"""
NOUNS = tuple(" ".join(noun.split()) for noun in _NOUNS.split(";"))
LONGEST = 16  # words of a sentence; all are filled up to it

TEST_ORDERS = 240
_PLAIN = 0.4  # how often a thing keeps its own colours
_ALONE = 0.4  # how often there is one thing


@dataclass(frozen=True)
class Order:
    """What is asked for: (colour, noun) of one thing, or of two from left to right; colour "" for the thing's own."""

    things: tuple[tuple[str, str], ...]

    @property
    def nouns(self) -> tuple[str, ...]:
        return tuple(noun for _, noun in self.things)

    def sentence(self, rng: random.Random) -> str:
        """One true sentence about it, the way it is put drawn from `rng`."""
        return describe(self.things, [(0, "left", 1)] if len(self.things) == 2 else [], rng)

    def __str__(self) -> str:
        return " to the left of ".join(with_article(noun, colour) for colour, noun in self.things)


@dataclass(frozen=True)
class OrderSet:
    """Orders with a sentence each, for testing."""

    orders: tuple[Order, ...]
    sentences: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.orders)

    def words(self) -> Tensor:
        """The sentences as int64 (N, LONGEST)."""
        return encode(self.sentences)

    def images(self, seed: int = 0) -> Tensor:
        """A real image of each, uint8 (N, 3, 64, 64); another seed, other images."""
        return paint(self.orders, seed)

    def floats(self, seed: int = 0) -> Tensor:
        """The same in [-1, 1]."""
        return to_float(self.images(seed))

    def __add__(self, other: OrderSet) -> OrderSet:
        return OrderSet(self.orders + other.orders, self.sentences + other.sentences)


@functools.cache
def unworn(noun: str) -> str:
    """The tint in which this noun never occurs in training, chosen by a checksum."""
    number = int.from_bytes(hashlib.sha256(f"tint of {noun}".encode()).digest()[:8], "big")
    return tuple(TINTS)[number % len(TINTS)]


def is_new(order: Order) -> bool:
    """Whether the order has a combination that no training order has."""
    return any(colour == unworn(noun) for colour, noun in order.things) or (
        len(order.things) == 2 and kept_apart(*order.nouns)
    )


def draw_orders(count: int, seed: int | random.Random = 0) -> list[Order]:
    """Orders for training: none has a combination that is kept for testing."""
    rng = seed if isinstance(seed, random.Random) else random.Random(seed)
    return [_order(rng, 1 if rng.random() < _ALONE else 2) for _ in range(count)]


@functools.lru_cache(maxsize=4)
def unseen_colours(count: int = TEST_ORDERS) -> OrderSet:
    """Test orders of one thing, each in the tint that it never wears in training; all nouns in turns."""
    return _with_sentences([Order(((unworn(noun), noun),)) for noun in _turns(count)], "unseen colours")


@functools.lru_cache(maxsize=4)
def unseen_pairs(count: int = TEST_ORDERS) -> OrderSet:
    """Test orders of two things that never meet in training, in colours that each wears there."""
    rng = random.Random("unseen pairs")
    return _with_sentences([_order(rng, 2, apart=True) for _ in range(count)], "unseen pairs")


@functools.lru_cache(maxsize=4)
def seen_combinations(count: int = TEST_ORDERS) -> OrderSet:
    """Orders as those of the training, one and two things in turns, to compare with."""
    rng = random.Random("seen combinations")
    return _with_sentences([_order(rng, 1 + i % 2) for i in range(count)], "seen combinations")


@functools.cache
def order_vocabulary() -> Vocabulary:
    """Every word that an order's sentence can have, by alphabet."""
    rng = random.Random("words")
    said = [order.sentence(rng) for order in draw_orders(3000, rng)]
    every = {word for text in (*said, *NOUNS, *TINTS) for word in words_of(text)}
    return Vocabulary((*SPECIAL, *sorted(every)))


def encode(sentences: Sequence[str]) -> Tensor:
    """Sentences as int64 (N, LONGEST): their words' numbers and then PAD; what is longer is cut."""
    rows = [order_vocabulary().encode(sentence)[1:-1][:LONGEST] for sentence in sentences]  # without <start> and <end>
    return torch.tensor([row + [PAD] * (LONGEST - len(row)) for row in rows]).view(-1, LONGEST)


def order_of(sentence: str) -> Order:
    """What the sentence orders. Raises DataError, with a sentence for who wrote it, when it is not of this world."""
    claims = read(sentence)
    known = [(colour, noun) for colour, noun in claims.things if noun in NOUNS]
    strange = sorted({word for word in words_of(sentence) if word not in order_vocabulary()})
    if strange and (not known or len(known) < len(claims.things)):
        raise DataError(
            f"These words are unknown here: {', '.join(strange)}. There are the nouns {', '.join(sorted(NOUNS))}, and "
            f"the colours {', '.join(TINTS)}."
        )
    if not 1 <= len(known) <= 2:
        raise DataError(
            f"An order has one thing or two different ones, and {sentence!r} has {len(known)}: name one, or say which "
            "of two is to the left of the other."
        )
    sides = [relation for relation in claims.relations if relation[1] in ("left", "right")]
    if len(claims.relations) != len(known) - 1 or len(sides) != len(known) - 1:
        raise DataError(
            f"In {sentence!r}, which is on the left? Name one thing, or say that one is to the left or right of one."
        )
    if strange:
        raise DataError(f"These words are unknown here: {', '.join(strange)}. The colours are {', '.join(TINTS)}.")
    if len(known) == 1:
        return Order((known[0],))
    ((subject, where, other),) = sides
    colour = {noun: colour for colour, noun in known}
    left, right = (subject, other) if where == "left" else (other, subject)
    return Order(((colour[left], left), (colour[right], right)))


def paint(orders: Sequence[Order], seed: int | random.Random = 0, device: str | torch.device = "cpu") -> Tensor:
    """A real image of each order, uint8 (N, 3, 64, 64): a little beside the middle, by chance."""
    rng = seed if isinstance(seed, random.Random) else random.Random(seed)
    return draw([order.things for order in orders], [Placed.anyhow(rng) for _ in orders], device)


class OrdersWithoutEnd:
    """Orders for training without end, each painted once: what `fit` draws its batches from.

    x, y = OrdersWithoutEnd().draw(32)     # uint8 (32, 3, 64, 64), and a sentence of each, int64 (32, LONGEST)

    Which orders come is decided by torch's random state, so a seeded training always sees the same.
    """

    def __repr__(self) -> str:
        return f"Orders without end: {len(NOUNS)} nouns, {len(TINTS)} tints, {len(order_vocabulary())} words"

    def draw(self, count: int, device: str | torch.device = "cpu") -> tuple[Tensor, Tensor]:
        """`count` images uint8 (count, 3, 64, 64), and their sentences, int64 (count, LONGEST)."""
        rng = random.Random(int(torch.randint(2**62, ())))
        orders = draw_orders(count, rng)
        return paint(orders, rng, device), encode([order.sentence(rng) for order in orders]).to(device)


def _order(rng: random.Random, count: int, apart: bool = False) -> Order:
    while True:
        nouns = rng.sample(NOUNS, count)
        if count == 1 or kept_apart(*nouns) == apart:
            return Order(tuple((_worn(noun, rng), noun) for noun in nouns))


def _worn(noun: str, rng: random.Random) -> str:
    if rng.random() < _PLAIN:
        return ""
    return rng.choice([tint for tint in TINTS if tint != unworn(noun)])


def _turns(count: int) -> list[str]:
    return [NOUNS[i % len(NOUNS)] for i in range(count)]


def _with_sentences(orders: Sequence[Order], seed: str) -> OrderSet:
    rng = random.Random(f"sentences of {seed}")
    return OrderSet(tuple(orders), tuple(order.sentence(rng) for order in orders))
