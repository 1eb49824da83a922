"""Scenes in English, and English back into what it claims.

    describe([("", "cat"), ("red", "apple")], [(0, "left", 1)], random.Random(1))
    # "a cat to the left of a red apple"
    read("there is a red apple under an owl")
    # Claims(things=(("red", "apple"), ("", "owl")), relations=(("apple", "below", "owl"),))

`describe` puts the same thing in many ways, as people do, and more often in the usual ones. `read` understands all of
them, and as much as it can of what a network says.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from learntools.data.nouns import COLOURS, things, with_article
from learntools.data.vocabulary import words_of

OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above"}

#: where something lies → how it is said, the usual way more than once
_PHRASES = {
    "left": ("to the left of",) * 4 + ("on the left of", "left of"),
    "right": ("to the right of",) * 4 + ("on the right of", "right of"),
    "above": ("above",) * 4 + ("over", "on top of"),
    "below": ("below",) * 4 + ("under", "beneath"),
}
_OPENINGS = ("",) * 5 + ("there is", "here is", "a picture of")
_LINKS = ("",) * 4 + ("is",)
_JOINTS = ("and",) * 4 + ("with",)
_FORWARD = 0.75  # how often a pair is named in the order of reading: left before right, above before below
_HORIZONTAL_FIRST = 0.75  # and of two pairs the horizontal one first

FIXED_WORDS = tuple(
    sorted({w for p in (*sum(_PHRASES.values(), ()), *_OPENINGS, *_LINKS, *_JOINTS, "a an the") for w in words_of(p)})
)

Name = tuple[str, str]  # (colour, noun), the colour "" where none is said
Edge = tuple[int, str, int]  # thing i lies in that direction of thing j


@dataclass(frozen=True)
class Claims:
    """What a sentence says: the things in it, each once, and (noun, direction, other noun) for each relation."""

    things: tuple[Name, ...] = ()
    relations: tuple[tuple[str, str, str], ...] = ()


def describe(names: Sequence[Name], edges: Sequence[Edge], rng: random.Random) -> str:
    """One true sentence about one to three things, the way it is put drawn from `rng`.

    Of n things there are n - 1 edges; two edges share a thing.
    """
    opening = rng.choice(_OPENINGS)
    if not edges:
        return f"{opening} {' and '.join(_named(name) for name in names)}".strip()
    ordered = _ordered(edges, rng)
    (i, where, j), *rest = ordered
    link = rng.choice(_LINKS) if not opening else ""
    said = [opening, _named(names[i]), link, rng.choice(_PHRASES[where]), _named(names[j])]
    for a, direction, b in rest:
        new, known = (a, b) if b in (i, j) else (b, a)
        direction = direction if new == a else OPPOSITE[direction]
        said += [rng.choice(_JOINTS), _named(names[new]), rng.choice(_PHRASES[direction]), "the", names[known][1]]
    return " ".join(part for part in said if part)


def _named(name: Name) -> str:
    colour, noun = name
    return with_article(noun, colour)


def _ordered(edges: Sequence[Edge], rng: random.Random) -> list[Edge]:
    """The edges as they are told: mostly the horizontal one first, and mostly from left to right and downwards."""
    told = sorted(edges, key=lambda edge: edge[1] in ("above", "below"))
    if len({edge[1] in ("above", "below") for edge in told}) == 1:
        rng.shuffle(told)
    elif rng.random() > _HORIZONTAL_FIRST:
        told.reverse()
    found = []
    for i, where, j in told:
        forward = where in ("left", "above")
        if forward != (rng.random() < _FORWARD):
            i, where, j = j, OPPOSITE[where], i
        found.append((i, where, j))
    return found


@functools.cache
def _patterns() -> re.Pattern[str]:
    """One name or one direction, the longest first."""
    nouns = "|".join(sorted((" ".join(words_of(noun)) for noun in things()), key=len, reverse=True))
    phrases = [phrase for said in _PHRASES.values() for phrase in dict.fromkeys(said)]
    directions = "|".join(sorted(phrases, key=len, reverse=True))
    return re.compile(rf"\b(?:(?:(?P<colour>{'|'.join(COLOURS)}) )?(?P<noun>{nouns})|(?P<where>{directions}))\b")


@functools.cache
def _directions() -> dict[str, str]:
    return {phrase: where for where, said in _PHRASES.items() for phrase in said}


def read(sentence: str) -> Claims:
    """What the sentence claims, as far as it is one about things of a scene; what it does not know it passes over."""
    found: dict[str, str] = {}
    relations: list[tuple[str, str, str]] = []
    last, where = "", ""
    for match in _patterns().finditer(" ".join(words_of(sentence))):
        if match["where"]:
            where = _directions()[match["where"]]
            continue
        noun, colour = match["noun"], match["colour"] or ""
        found[noun] = found.get(noun) or colour
        if where and last:
            relations.append((last, where, noun))
        last, where = noun, ""
    return Claims(tuple((colour, noun) for noun, colour in found.items()), tuple(relations))
