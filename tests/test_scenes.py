"""Captioned scenes: words, sentences that say what is true, pictures that show it, and sets that keep things apart."""

from __future__ import annotations

import dataclasses
import random

import pytest
import torch

from learntools import data
from learntools.data import DataError
from learntools.data.nouns import things, with_article
from learntools.data.scenes import (
    ARTISTS,
    NEW_ARTIST,
    SIDE,
    Endless,
    Scene,
    compose,
    draw_scenes,
    kept_apart,
    render,
    scene_vocabulary,
    unseen_artist,
    unseen_combinations,
)
from learntools.data.sentences import Claims, read
from learntools.data.vocabulary import END, PAD, SPECIAL, START, UNKNOWN, Vocabulary, words_of
from learntools.metrics import judged_scenes


def test_words_are_lower_case_without_punctuation():
    assert words_of("A T-shirt, and the dog's ball!") == ["a", "t-shirt", "and", "the", "dog's", "ball"]
    assert words_of("  ,. ") == []


def test_a_sentence_becomes_numbers_and_comes_back():
    vocabulary = Vocabulary.of(["A cat.", "a red cat above a dog"])
    assert vocabulary.words == (*SPECIAL, "a", "cat", "above", "dog", "red")  # by frequency, then by alphabet
    assert vocabulary.encode("A bird") == [START, 4, UNKNOWN, END]
    rows = vocabulary.encode_all(["a cat", "a red cat above a dog"])
    assert rows.shape == (2, 8)
    assert rows[0, 4:].tolist() == [PAD] * 4
    assert vocabulary.decode_all(rows) == ["a cat", "a red cat above a dog"]
    assert vocabulary.encode_all(["a red cat above a dog"], length=4).tolist() == [[START, 4, 8, END]]
    assert "cat" in vocabulary
    assert "bird" not in vocabulary


def test_rare_words_are_unknown():
    assert "dog" not in Vocabulary.of(["a cat", "a cat", "a dog"], at_least=2)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Vocabulary(("a", "b")), r"begins with <pad>"),
        (lambda: Vocabulary((*SPECIAL, "a", "a")), r"'a' stands in this vocabulary twice"),
        (lambda: Vocabulary.of(["a"]).encode_all([]), r"no sentence to encode"),
    ],
)
def test_a_vocabulary_says_what_is_wrong_with_it(call, says):
    with pytest.raises(DataError, match=says):
        call()


def test_every_noun_has_drawings_by_every_artist():
    names = set(data.emoji("openmoji", None).names)
    drawn = [drawn.emoji for found in things().values() for drawn in found]
    assert len(things()) >= 120
    assert set(drawn) <= names
    assert len(drawn) == len(set(drawn)), "no drawing stands for two nouns"


@pytest.mark.parametrize(
    ("noun", "colour", "said"),
    [
        ("dog", "", "a dog"),
        ("owl", "", "an owl"),
        ("unicorn", "", "a unicorn"),
        ("umbrella", "", "an umbrella"),
        ("hourglass", "", "an hourglass"),
        ("horse", "", "a horse"),
        ("apple", "red", "a red apple"),
        ("heart", "orange", "an orange heart"),
    ],
)
def test_articles(noun, colour, said):
    assert with_article(noun, colour) == said


def test_every_caption_is_true_and_can_be_read_back():
    for i, scene in enumerate(draw_scenes(600, seed=3)):
        for sentence in scene.captions(seed=i):
            claims = read(sentence)
            assert set(claims.things) == {thing.name for thing in scene.things}, sentence
            assert len(claims.relations) == len(scene.things) - 1, sentence
            assert all(scene.holds(*relation) for relation in claims.relations), sentence


def test_captions_are_put_in_many_ways():
    (scene,) = [s for s in draw_scenes(50, seed=1) if len(s.things) == 3][:1]
    assert len(set(scene.captions(seed=0, count=40))) >= 15


def test_reading_a_sentence():
    assert read("There is a red apple UNDER an owl.") == Claims(
        (("red", "apple"), ("", "owl")), (("apple", "below", "owl"),)
    )
    assert read("a hot dog on the left of a dog").relations == (("hot dog", "left", "dog"),)
    assert read("a cat and a dog") == Claims((("", "cat"), ("", "dog")), ())
    assert read("nothing that anyone knows") == Claims()
    assert read("a cat above a cat").things == (("", "cat"),)


def test_relations_are_what_the_picture_shows():
    for scene in draw_scenes(300, seed=5):
        for i, j in scene.edges:
            a, b = scene.things[i], scene.things[j]
            across, down = abs(a.x - b.x), abs(a.y - b.y)
            assert max(across, down) >= 2 * min(across, down), "clearly beside or clearly above"
            assert max(across, down) >= (a.size + b.size) / 2, "and not one over the other"


def test_a_rendered_scene_shows_its_things_where_it_says():
    scenes = [Scene(s.things, s.edges) for s in draw_scenes(60, seed=2)]  # all on white
    images = render(scenes)
    assert images.shape == (60, 3, SIDE, SIDE)
    assert images.dtype == torch.uint8
    for scene, image in zip(scenes, images, strict=True):
        outside = torch.ones(SIDE, SIDE, dtype=torch.bool)
        for thing in scene.things:
            top, left = thing.y - thing.size // 2, thing.x - thing.size // 2
            assert top >= 0
            assert left >= 0
            assert max(top, left) + thing.size <= SIDE
            box = image[:, top : top + thing.size, left : left + thing.size]
            assert (box < 250).float().mean() > 0.05, thing
            outside[top : top + thing.size, left : left + thing.size] = False
        assert (image[:, outside] == 255).all()


def test_a_mirrored_thing_is_its_mirror_image():
    (scene,) = draw_scenes(1, seed=4, counts=[1], plain=1.0)
    (thing,) = scene.things
    pictures = render([Scene((dataclasses.replace(thing, x=32, mirrored=mirrored),)) for mirrored in (False, True)])
    assert not torch.equal(pictures[0], pictures[1])
    assert torch.equal(pictures[0], pictures[1].flip(2))


def test_scenes_are_the_same_for_the_same_seed_and_fresh_in_a_training():
    assert draw_scenes(20, seed=7) == draw_scenes(20, seed=7)
    assert draw_scenes(20, seed=7) != draw_scenes(20, seed=8)
    torch.manual_seed(3)
    first, second = Endless().draw(8), Endless().draw(8)
    torch.manual_seed(3)
    again = Endless().draw(8)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], second[0])


def test_no_training_scene_has_what_the_tests_ask_for():
    seen = draw_scenes(3000, seed=11)
    assert not any(kept_apart(a.noun, b.noun) for s in seen for a in s.things for b in s.things if a != b)
    assert {thing.artist for s in seen for thing in s.things} == set(ARTISTS)
    combinations, artist = unseen_combinations(), unseen_artist()
    assert all(kept_apart(s.things[0].noun, s.things[1].noun) for s in combinations.scenes)
    assert {thing.artist for s in combinations.scenes for thing in s.things} == set(ARTISTS)
    assert {thing.artist for s in artist.scenes for thing in s.things} == {NEW_ARTIST}
    assert {len(s.things) for s in (*combinations.scenes, *artist.scenes)} == {2, 3}
    assert all(len(references) == 5 for references in combinations.references)
    pairs = [(a, b) for a in things() for b in things() if a < b]
    assert 0.08 < sum(kept_apart(*pair) for pair in pairs) / len(pairs) < 0.17


def test_a_scene_can_be_composed():
    scene = compose("a cat to the left of a red apple, and a tent above the cat", artist="noto")
    assert {thing.name for thing in scene.things} == {("", "cat"), ("red", "apple"), ("", "tent")}
    assert scene.holds("cat", "left", "apple")
    assert scene.holds("tent", "above", "cat")
    assert {thing.artist for thing in scene.things} == {"noto"}
    assert len(compose("a dog").things) == 1


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("a wombat", r"names 0 that are known"),
        ("a cat, a dog, a cow and a pig", r"names 4"),
        ("a cat above a dog and a dog above a cow and a cow above the cat", r"No scene looks like"),
    ],
)
def test_what_cannot_be_composed_is_said(sentence, says):
    with pytest.raises(DataError, match=says):
        compose(sentence)


def test_an_unknown_artist_is_named():
    with pytest.raises(DataError, match=r"no artist 'picasso'"):
        render([compose("a cat", artist="picasso")])


def test_captions_are_judged_by_what_they_say():
    scenes = [compose("a cat to the left of a red apple"), compose("a dog above a cow")]
    perfect = ["there is a red apple right of a cat", "a cow under a dog"]
    assert judged_scenes(perfect, scenes) == {"objects": 1, "each_object": 1, "colours": 1, "relations": 1}
    wrong = judged_scenes(["a green apple to the left of a cat", "a dog"], scenes)
    assert wrong == {"objects": 0.5, "each_object": 0.75, "colours": 0, "relations": 0}
    listed = judged_scenes(["a cat and a red apple", "a dog above a cow"], scenes)
    assert listed["objects"] == 1, "what is not said is not right"
    assert listed["relations"] == 0.5, "what is not said is not right"
    added = judged_scenes(["a cat to the left of a red apple and a dog below the cat", "a dog above a cow"], scenes)
    assert added["objects"] == 0.5


def test_each_scene_needs_its_caption():
    with pytest.raises(ValueError, match=r"Each scene needs one caption"):
        judged_scenes(["a cat"], [])


def test_the_vocabulary_knows_every_word_of_every_caption():
    known = scene_vocabulary()
    rng = random.Random(1)
    said = [scene.caption(rng) for scene in draw_scenes(2000, seed=9)]
    assert not [word for sentence in said for word in words_of(sentence) if word not in known]
    assert 150 <= len(known) <= 400
