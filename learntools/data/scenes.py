"""Scenes to describe: one to three things on a canvas of 64×64 pixels, and in which direction each lies of another.

    scenes = draw_scenes(100, seed=1)                  # made for training; another seed, other scenes
    images = render(scenes)                            # uint8 (100, 3, 64, 64)
    scenes[0].captions(seed=1)                         # five true sentences, put differently
    unseen_combinations(), unseen_artist()             # the two test sets
    compose("a cat to the left of a red apple", artist="noto")

A scene is plain data, and soon made: 3,700 in a second, each with its image and a caption, by one of 2 cores
(`python -m benchmarks steps`). So a training never sees one twice. The things are emoji (`learntools.data.nouns`), each
drawn by one of several artists. Two questions are kept for testing: one pair of nouns in eight never occurs together in
a training scene, and one artist never draws one.
"""

from __future__ import annotations

import functools
import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from learntools.data.emoji_atlas import OF_SCENES
from learntools.data.files import DataError
from learntools.data.nouns import things
from learntools.data.scene_drawing import SIDE, has_drawn, render
from learntools.data.sentences import FIXED_WORDS, describe, read
from learntools.data.vocabulary import SPECIAL, Vocabulary, words_of

ARTISTS = ("openmoji", "noto")  # who draw the test scenes of unseen combinations, and half of the training's
NEW_ARTIST = "twemoji"
LINE = "line"  # OpenMoji without their colours: more to learn shapes from
#: what a training sees, the artists of the tests most often: the more artists, the better it knows a new one
STYLES = (*ARTISTS, *ARTISTS, LINE, *OF_SCENES)
WHITE = (255, 255, 255)

TEST_SCENES = 1000
HELD_OUT = 8  # one pair of nouns in so many is kept out of training

_COUNTS = (1, 2, 2, 3, 3)  # things in a training scene, each entry as likely as another
_SIZES = {1: (32, 36, 40), 2: (24, 26, 28, 30), 3: 20}  # pixels of a thing, by the number of things
_CELLS = (11, 32, 53)  # where the middles of three things may lie, in x and y
_AWRY = 1  # pixels by which all three lie beside these middles
_SLANT = 8  # pixels by which two things lie beside the line


@dataclass(frozen=True)
class Thing:
    """One thing in a scene.

    emoji: the Unicode name of its drawing.   colour: "" where none is said.   x, y: its middle, size: its side, pixels.
    """

    noun: str
    emoji: str
    colour: str
    artist: str
    x: int
    y: int
    size: int
    mirrored: bool = False

    @property
    def name(self) -> tuple[str, str]:
        """(colour, noun), as sentences say it."""
        return self.colour, self.noun


@dataclass(frozen=True)
class Scene:
    """Things on a plain background, and which of them a sentence relates.

    edges: pairs (i, j): thing i is seen from thing j; of n things there are n - 1, and each thing but the first is in
    one with an earlier one.   background: red, green, blue, 0 to 255.
    """

    things: tuple[Thing, ...]
    edges: tuple[tuple[int, int], ...] = ()
    background: tuple[int, int, int] = WHITE

    def relation(self, i: int, j: int) -> str:
        """Where thing i lies, seen from thing j: "left", "right", "above" or "below", by the larger distance."""
        across, down = self.things[i].x - self.things[j].x, self.things[i].y - self.things[j].y
        if abs(across) >= abs(down):
            return "left" if across < 0 else "right"
        return "above" if down < 0 else "below"

    def holds(self, subject: str, relation: str, other: str) -> bool:
        """Whether one noun of the scene lies in that direction of another; False when one of them is not there."""
        places = {thing.noun: i for i, thing in enumerate(self.things)}
        return subject in places and other in places and self.relation(places[subject], places[other]) == relation

    def caption(self, rng: random.Random) -> str:
        """One true sentence about it."""
        edges = [(i, self.relation(i, j), j) for i, j in self.edges]
        return describe([thing.name for thing in self.things], edges, rng)

    def captions(self, seed: int = 0, count: int = 5) -> list[str]:
        """`count` true sentences, each put in its own way; the same ones for the same seed."""
        rng = random.Random(seed)
        return [self.caption(rng) for _ in range(count)]


@dataclass(frozen=True)
class SceneSet:
    """Scenes with five reference captions each. `draw_scenes` makes those for training, and these are for testing."""

    scenes: tuple[Scene, ...]
    references: tuple[tuple[str, ...], ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.scenes)

    def images(self, device: str | torch.device = "cpu") -> Tensor:
        """uint8 (N, 3, 64, 64)."""
        return render(self.scenes, device)


@functools.cache
def kept_apart(noun: str, other: str) -> bool:
    """Whether these two nouns never occur together in a training scene; one pair in eight, chosen by a checksum."""
    both = "|".join(sorted((noun, other)))
    return int.from_bytes(hashlib.sha256(both.encode()).digest()[:8], "big") % HELD_OUT == 0


def draw_scenes(
    count: int,
    seed: int | random.Random = 0,
    artists: Sequence[str] = ARTISTS,
    plain: float = 0.5,
    counts: Sequence[int] = _COUNTS,
) -> list[Scene]:
    """Scenes for training: of one to three things, no two of which are kept apart.

    plain: the share of scenes on white; the others lie on a pale colour.   counts: how many things, one is picked.
    """
    rng = seed if isinstance(seed, random.Random) else random.Random(seed)
    return [_scene(_nouns(rng.choice(counts), rng), artists, rng, plain) for _ in range(count)]


@functools.lru_cache(maxsize=2)
def unseen_combinations(count: int = TEST_SCENES) -> SceneSet:
    """Test scenes of two or three things, drawn by the artists of the training, in which two are kept apart there."""
    rng = random.Random("unseen combinations")
    scenes = []
    for i in range(count):
        nouns = _nouns(2 + i % 2, rng, apart=True)
        scenes.append(_scene(nouns, ARTISTS, rng, plain=0.5))
    return _with_references(scenes)


@functools.lru_cache(maxsize=2)
def unseen_artist(count: int = TEST_SCENES) -> SceneSet:
    """Test scenes of two or three things that may occur together in training, drawn by an artist who never does."""
    rng = random.Random("unseen artist")
    return _with_references([_scene(_nouns(2 + i % 2, rng), [NEW_ARTIST], rng, plain=0.5) for i in range(count)])


def compose(sentence: str, artist: str | Sequence[str] = ARTISTS, seed: int = 0) -> Scene:
    """A scene that the sentence describes: "a cat to the left of a red apple, and a tent above the cat".

    artist: one, or several to choose from. Raises DataError when the sentence names no thing or more than three, one
    that is unknown, or says where they lie in a way that cannot be laid out.
    """
    rng = random.Random(seed)
    claims = read(sentence)
    nouns, wanted = [noun for _, noun in claims.things], {noun: colour for colour, noun in claims.things}
    if not 1 <= len(nouns) <= 3:
        raise DataError(
            f"A scene has one to three things, and {sentence!r} names {len(nouns)} that are known: take nouns from "
            "learntools.data.nouns.things()."
        )
    artists = (artist,) if isinstance(artist, str) else tuple(artist)
    for _ in range(2000):  # until one happens to be laid out as the sentence says
        scene = _scene(nouns, artists, rng, plain=1.0, colours=wanted)
        if all(scene.holds(*relation) for relation in claims.relations):
            return scene
    raise DataError(
        f"No scene looks like {sentence!r}: two things lie to the left or right, above or below each other."
    )


@functools.cache
def scene_vocabulary() -> Vocabulary:
    """Every word that a caption of a scene can have, by alphabet."""
    nouns = [word for noun in things() for word in words_of(noun)]
    colours = [drawn.colour for found in things().values() for drawn in found if drawn.colour]
    return Vocabulary((*SPECIAL, *sorted({*nouns, *colours, *FIXED_WORDS})))


class Endless:
    """Scenes for training without end, each seen once: what `fit` draws its batches from.

    x, y = Endless().draw(64)      # uint8 (64, 3, 64, 64), and one caption of each, int64 (64, T) with PAD

    Which scenes come is decided by torch's random state, so a seeded training always sees the same. Each batch has
    scenes of one, two and three things: if a batch had only one kind, BatchNorm would tell the kind in training, and
    not afterwards.
    """

    def __init__(self, artists: Sequence[str] = STYLES, plain: float = 0.5, counts: Sequence[int] = _COUNTS):
        self.artists, self.plain, self.counts = tuple(artists), plain, tuple(counts)

    def __repr__(self) -> str:
        return f"Endless scenes by {' and '.join(dict.fromkeys(self.artists))}, {len(scene_vocabulary())} words"

    def draw(self, count: int, device: str | torch.device = "cpu") -> tuple[Tensor, Tensor]:
        """`count` scenes as images uint8 (count, 3, 64, 64), and one caption of each, int64 (count, T)."""
        rng = random.Random(int(torch.randint(2**62, ())))
        scenes = draw_scenes(count, rng, self.artists, self.plain, self.counts)
        words = scene_vocabulary().encode_all([scene.caption(rng) for scene in scenes])
        return render(scenes, device), words.to(device)


def _nouns(count: int, rng: random.Random, apart: bool = False) -> list[str]:
    """Different nouns; of `apart` ones the first two are kept apart in training, of others no two are."""
    names = _all_nouns()
    while True:
        found = rng.sample(names, count)
        if apart and kept_apart(found[0], found[1]):
            return found
        if not apart and not any(kept_apart(a, b) for i, a in enumerate(found) for b in found[:i]):
            return found


@functools.cache
def _all_nouns() -> tuple[str, ...]:
    return tuple(things())


def _scene(
    nouns: Sequence[str],
    artists: Sequence[str],
    rng: random.Random,
    plain: float,
    colours: dict[str, str] | None = None,
) -> Scene:
    """These nouns, laid out so that every pair of an edge lies clearly beside or above each other."""
    places, edges = _LAYOUTS[len(nouns)](rng)
    found = []
    for noun, (x, y, size) in zip(nouns, places, strict=True):
        choices = [d for d in things()[noun] if not (colours or {}).get(noun) or d.colour == (colours or {})[noun]]
        drawn, artist = rng.choice(choices or things()[noun]), rng.choice(artists)
        if (drawn.colour and artist == LINE) or drawn.emoji not in has_drawn(artist):
            artist = artists[0]  # in line art no one could tell the colour
        found.append(Thing(noun, drawn.emoji, drawn.colour, artist, x, y, size, rng.random() < 0.5))
    ground = WHITE if rng.random() < plain else tuple(rng.randint(200, 255) for _ in range(3))
    return Scene(tuple(found), edges, ground)  # type: ignore[arg-type]


def _one(rng: random.Random) -> tuple[list[tuple[int, int, int]], tuple[tuple[int, int], ...]]:
    size = rng.choice(_SIZES[1])
    x, y = (rng.randint(size // 2, SIDE - size // 2) for _ in range(2))
    return [(x, y, size)], ()


def _two(rng: random.Random) -> tuple[list[tuple[int, int, int]], tuple[tuple[int, int], ...]]:
    """Two things side by side or one above the other, a little awry."""
    sizes = rng.choice(_SIZES[2]), rng.choice(_SIZES[2])
    free = SIDE - sum(sizes)
    start = rng.randint(0, free)
    gap = rng.randint(0, free - start)
    along = start + sizes[0] // 2, start + sizes[0] + gap + sizes[1] // 2
    first = rng.randint(sizes[0] // 2, SIDE - sizes[0] // 2)
    low, high = sizes[1] // 2, SIDE - sizes[1] // 2
    across = first, min(max(first + rng.randint(-_SLANT, _SLANT), low), high)
    places = [(a, c, size) for a, c, size in zip(along, across, sizes, strict=True)]
    if rng.random() < 0.5:
        places = [(y, x, size) for x, y, size in places]
    if rng.random() < 0.5:
        places.reverse()
    return places, ((0, 1),)


def _three(rng: random.Random) -> tuple[list[tuple[int, int, int]], tuple[tuple[int, int], ...]]:
    """Three things on a grid of nine places: the second in line with the first, the third with one of them."""
    cells, edges = rng.choice(_grid())
    right, down = (rng.randint(-_AWRY, _AWRY) for _ in range(2))
    return [(_CELLS[column] + right, _CELLS[row] + down, _SIZES[3]) for column, row in cells], edges


_LAYOUTS = {1: _one, 2: _two, 3: _three}


@functools.cache
def _grid() -> tuple[tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]], ...]:
    """All ways to put three things on the grid, with the two pairs that lie in line."""
    cells = [(column, row) for column in range(3) for row in range(3)]

    def in_line(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return one != other and (one[0] == other[0] or one[1] == other[1])

    return tuple(
        ((a, b, c), ((0, 1), (2, anchor)))
        for a in cells
        for b in cells
        for c in cells
        for anchor in (0, 1)
        if in_line(a, b) and c not in (a, b) and in_line(c, (a, b)[anchor])
    )


def _with_references(scenes: Iterable[Scene]) -> SceneSet:
    found = tuple(scenes)
    return SceneSet(found, tuple(tuple(scene.captions(seed=i)) for i, scene in enumerate(found)))
