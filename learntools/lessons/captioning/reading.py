"""What 150 sentences about unseen combinations are, in one word; for question 9.

The scenes are known exactly, so every sentence is read and compared with its scene, and nothing is drawn by chance.
Three figures decide:

    objects      share of sentences that name all things of their scene and no other
    directions   of all that is said about where one thing of the scene lies from another, the share that holds
    colours      of the things that come in several colours and are named, the share whose colour is right
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SCENES = 150
COLOURFUL = 45  # of these scenes, besides those by chance: they have a thing whose colour is said
OBJECTS = 0.5  # at least
DIRECTIONS = 0.75  # at least; saying left and right by lot gives less, whatever is said of above and below
COLOURS = 0.6  # at least; of pictures without colour far less can be said
BEGINNINGS = ("a ", "an ", "there ", "here ")
FEW = 0.1  # objects below it: something is wrong, and not only unfinished

DESCRIBED = "described"


@dataclass(frozen=True)
class Reading:
    """The word by which sentences are compared, the sentence that a learner reads, and the figures."""

    word: str
    sentence: str
    objects: float = 0.0
    each_object: float = 0.0
    directions: float = 0.0
    colours: float = 0.0


@functools.cache
def unseen_scenes() -> Any:
    """The scenes of the check: the first of the course's unseen combinations, and the next ones where colours count."""
    from learntools.data.scenes import SceneSet, unseen_combinations

    found = unseen_combinations(600)
    plain = SCENES - COLOURFUL
    later = [i for i in range(plain, len(found)) if any(thing.colour for thing in found.scenes[i].things)]
    chosen = [*range(plain), *later[:COLOURFUL]]
    return SceneSet(tuple(found.scenes[i] for i in chosen), tuple(found.references[i] for i in chosen))


def reading(sentences: Any) -> Reading:
    """The reading of one sentence for each scene of the check."""
    if not isinstance(sentences, Sequence) or not all(isinstance(item, str) for item in sentences):
        return Reading("no sentences", "is no list of sentences")
    return _read(tuple(sentences))


@functools.lru_cache(maxsize=64)
def _read(sentences: tuple[str, ...]) -> Reading:
    from learntools.data.sentences import read
    from learntools.metrics.scenes import judged_scenes

    scenes = unseen_scenes().scenes
    found = judged_scenes(sentences, scenes)
    objects, each = found["objects"], found["each_object"]
    claims = [read(sentence) for sentence in sentences]
    said = [
        scene.holds(*relation)
        for claim, scene in zip(claims, scenes, strict=True)
        for relation in claim.relations
        if {relation[0], relation[2]} <= {thing.noun for thing in scene.things}
    ]
    directions = sum(said) / len(said) if said else 0.0
    figures = objects, each, directions, found["colours"]

    lengths = sorted(len(sentence.split()) for sentence in sentences)
    if lengths[len(lengths) // 2] == 0:
        return Reading("silent", "is nothing at all, where a sentence is expected", *figures)
    if sum(sentence.startswith(BEGINNINGS) for sentence in sentences) < len(sentences) // 2:
        return Reading("no sentences", "is mostly no sentence: few begin with 'a', 'an', 'there' or 'here'", *figures)
    if lengths[len(lengths) // 2] >= 25:
        return Reading("endless", "never comes to an end: half of the sentences have 25 words or more", *figures)
    if len(set(sentences)) <= len(sentences) // 20:
        many = f"{len(set(sentences))} different sentence{'s' * (len(set(sentences)) > 1)}"
        return Reading("always the same", f"is nearly always the same: {many} for {len(sentences)} scenes", *figures)
    if objects < OBJECTS:
        return Reading(_why_few(claims, scenes, objects, each), _few(objects, each), *figures)
    if directions < DIRECTIONS:
        word = "mirrored" if _across(claims, scenes) < 0.25 else "lost"
        said_so = (
            f"is right in {directions:.0%} of its lefts, rights, aboves and belows, expected {DIRECTIONS:.0%}: if "
            "images are mirrored in `augment`, take that out; else train for longer"
        )
        return Reading(word, said_so, *figures)
    if found["colours"] < COLOURS:
        said_so = f"names the right colour for {found['colours']:.0%} of the coloured things, expected {COLOURS:.0%}"
        return Reading("colour-blind", said_so, *figures)
    return Reading(DESCRIBED, f"names all things of {objects:.0%} of the scenes", *figures)


def _few(objects: float, each: float) -> str:
    return (
        f"names all things and no other in {objects:.0%} of the scenes, expected at least {OBJECTS:.0%} "
        f"(and {each:.0%} of all things one by one)"
    )


def _why_few(claims: Sequence[Any], scenes: Sequence[Any], objects: float, each: float) -> str:
    named = [frozenset(noun for _, noun in claim.things) for claim in claims]
    there = [frozenset(thing.noun for thing in scene.things) for scene in scenes]
    elsewhere = set(there)
    if objects < FEW and sum(nouns in elsewhere for nouns in named) > len(named) // 4:
        return "another scene"
    part = sum(bool(nouns) and nouns < truth for nouns, truth in zip(named, there, strict=True))
    if part > 0.5 * len(named):
        return "not everything"
    return "hardly anything" if each < 0.1 else "too few"


def _across(claims: Sequence[Any], scenes: Sequence[Any]) -> float:
    """Of all that is said about left and right between things of a scene, the share that holds."""
    said = [
        scene.holds(*relation)
        for claim, scene in zip(claims, scenes, strict=True)
        for relation in claim.relations
        if relation[1] in ("left", "right") and {relation[0], relation[2]} <= {thing.noun for thing in scene.things}
    ]
    return sum(said) / len(said) if said else 1.0
