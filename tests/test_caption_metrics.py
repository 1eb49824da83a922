"""Captions are scored as promised: by hand, by the papers' own examples, and as COCO's program scores them."""

from __future__ import annotations

import contextlib
import io
import math
import random
import time
from collections import defaultdict
from pathlib import Path

import pytest

from learntools.data.vocabulary import words_of
from learntools.metrics import bleu, cider

FLICKR8K = Path(__file__).resolve().parents[2] / "shared" / "real_data" / "flickr8k" / "Flickr8k.token.txt"


def made_up(count: int, references: int = 5, seed: int = 0) -> tuple[list[str], list[list[str]]]:
    """Sentences of 1 to 14 words, frequent and rare ones, of which each image's have some in common."""
    rng = random.Random(seed)
    words = [f"w{i}" for i in range(200)]
    weights = [1 / (i + 1) for i in range(200)]

    def sentence(about: list[str]) -> str:
        length = rng.randint(1, 14)
        return " ".join(
            rng.choice(about) if rng.random() < 0.6 else rng.choices(words, weights)[0] for _ in range(length)
        )

    candidates, people = [], []
    for _ in range(count):
        about = rng.choices(words, k=3)
        candidates.append(sentence(about))
        people.append([sentence(about) for _ in range(rng.randint(1, references))])
    return candidates, people


def of_flickr8k(count: int) -> tuple[list[str], list[list[str]]]:
    """One person's caption as the candidate, and the other four people's as references."""
    if not FLICKR8K.exists():
        pytest.skip("needs the captions of Flickr8k")
    captions = defaultdict(list)
    for line in FLICKR8K.read_text(encoding="utf-8").splitlines():
        name, _, caption = line.partition("\t")
        captions[name.partition("#")[0]].append(caption)
    whole = [its for its in captions.values() if len(its) == 5 and all(words_of(caption) for caption in its)]
    return [its[0] for its in whole[:count]], [its[1:] for its in whole[:count]]


def by_coco(candidates: list[str], people: list[list[str]]) -> tuple[list[float], float]:
    """BLEU-1 to 4 and CIDEr-D by pycocoevalcap, given the words that ours finds (its tokenizer is a Java program)."""
    bleu_module = pytest.importorskip("pycocoevalcap.bleu.bleu")
    cider_module = pytest.importorskip("pycocoevalcap.cider.cider")
    truth = {i: [" ".join(words_of(other)) for other in others] for i, others in enumerate(people)}
    given = {i: [" ".join(words_of(candidate))] for i, candidate in enumerate(candidates)}
    with contextlib.redirect_stdout(io.StringIO()):  # it prints
        scores, _ = bleu_module.Bleu(4).compute_score(truth, given)
        score, _ = cider_module.Cider().compute_score(truth, given)
    return scores, float(score)


# --- as COCO's program has it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_cocos_program(seed):
    candidates, people = made_up(400, seed=seed)  # so many have four words in a row in common
    scores, score = by_coco(candidates, people)
    assert list(bleu(candidates, people).values()) == pytest.approx(scores, abs=1e-9)
    assert min(scores) > 0.05
    assert cider(candidates, people) == pytest.approx(score, abs=1e-12)
    assert score > 0.3


def test_scores_of_real_captions_are_those_of_cocos_program():
    candidates, people = of_flickr8k(1000)
    scores, score = by_coco(candidates, people)
    found = bleu(candidates, people)
    assert list(found.values()) == pytest.approx(scores, abs=1e-9)
    assert cider(candidates, people) == pytest.approx(score, abs=1e-12)
    assert found["bleu4"] == pytest.approx(0.21, abs=0.005), "as the docstring says"
    assert score == pytest.approx(0.77, abs=0.005)


def test_an_empty_caption_counts_as_in_cocos_program():
    candidates, people = made_up(50)
    candidates[3] = candidates[40] = ""
    scores, score = by_coco(candidates, people)
    assert list(bleu(candidates, people).values()) == pytest.approx(scores, abs=1e-9)
    assert cider(candidates, people) == pytest.approx(score, abs=1e-12)


def test_without_a_match_bleu_is_nought_and_not_cocos_small_constant():
    candidates, people = ["a cat sits on a mat"], [["dogs run on grass"]]
    scores, _ = by_coco(candidates, people)
    assert 0 < scores[1] < 1e-6
    found = bleu(candidates, people)
    assert found["bleu1"] == pytest.approx(scores[0], abs=1e-9) == pytest.approx(1 / 6, abs=1e-9)
    assert found["bleu2"] == found["bleu3"] == found["bleu4"] == 0


# --- BLEU -------------------------------------------------------------------------------------------------------------


def test_a_repeated_word_counts_only_as_often_as_a_reference_has_it():
    """Example 2 of Papineni et al.: 2 of 7."""
    found = bleu(["the the the the the the the."], [["The cat is on the mat.", "There is a cat on the mat."]])
    assert found == {"bleu1": pytest.approx(2 / 7), "bleu2": 0, "bleu3": 0, "bleu4": 0}


def test_the_papers_first_example_has_its_precisions():
    """Example 1 of Papineni et al.: 17/18 and 8/14 for words, 10/17 and 1/13 for pairs."""
    people = [
        "It is a guide to action that ensures that the military will forever heed Party commands.",
        "It is the guiding principle which guarantees the military forces always being under the command of the Party.",
        "It is the practical guide for the army always to heed the directions of the party.",
    ]
    good = bleu(
        ["It is a guide to action which ensures that the military always obeys the commands of the party."], [people]
    )
    bad = bleu(["It is to insure the troops forever hearing the activity guidebook that party direct."], [people])
    assert good["bleu1"] == pytest.approx(17 / 18)  # 18 words, as has one of the references
    assert good["bleu2"] == pytest.approx(math.sqrt(17 / 18 * 10 / 17))
    short = math.exp(1 - 16 / 14)
    assert bad["bleu1"] == pytest.approx(8 / 14 * short)
    assert bad["bleu2"] == pytest.approx(math.sqrt(8 / 14 * 1 / 13) * short)


def test_a_short_caption_pays_for_what_it_does_not_say():
    found = bleu(["a cat on"], [["a cat on a mat"]])
    assert found["bleu1"] == found["bleu3"] == pytest.approx(math.exp(1 - 5 / 3))
    assert found["bleu4"] == 0, "of three words there are no four in a row"


def test_the_closest_reference_gives_the_length_and_of_two_as_close_the_shorter():
    assert bleu(["a cat on it"], [["a cat on", "a cat on it now"]])["bleu1"] == 1
    assert bleu(["a cat on it"], [["a cat on it now", "a cat on"]])["bleu1"] == 1
    assert bleu(["a cat on it"], [["a cat on it now", "no"]])["bleu1"] == pytest.approx(math.exp(1 - 5 / 4))


def test_counts_are_added_before_they_are_divided():
    found = bleu(["a cat", "a dog on a red mat now"], [["a cat"], ["we saw no bird at all here"]])
    assert found["bleu1"] == pytest.approx(2 / 9)  # and not (1 + 0) / 2


def test_a_caption_equal_to_a_reference_is_perfect():
    people = [["A dog runs on grass.", "Brown dogs run."], ["Two cats sleep on a mat.", "cats"]]
    assert bleu(["a dog runs on grass", "two cats sleep on a mat"], people) == dict.fromkeys(
        ("bleu1", "bleu2", "bleu3", "bleu4"), 1.0
    )


def test_the_example_of_the_module_says_what_comes_out():
    written, people = ["a dog runs across the grass"], [["A dog runs.", "A brown dog runs on the grass."]]
    assert {name: round(score, 2) for name, score in bleu(written, people).items()} == {
        "bleu1": 0.71,
        "bleu2": 0.60,
        "bleu3": 0.42,
        "bleu4": 0.0,
    }
    assert cider(written, people) == 0


def test_case_and_punctuation_do_not_matter():
    people = [["A dog runs, on the grass!"], ["Two cats sleep on a mat ."]]
    plain = [["a dog runs on the grass"], ["two cats sleep on a mat"]]
    given = ["a DOG runs on grass.", "two (cats) on a mat"]
    assert bleu(given, people) == bleu(given, plain)
    assert cider(given, people) == cider(given, plain)


# --- CIDEr ------------------------------------------------------------------------------------------------------------


def test_cider_of_two_images_by_hand():
    """The word "a" is in both images and weighs nothing, the rest is in one of two: log 2. Of n = 1 to 4, two exist."""
    people = [["a cat"], ["a dog"]]
    assert cider(["a cat", "a dog"], people) == pytest.approx(10 * 2 / 4)
    assert cider(["a dog", "a cat"], people) == 0
    assert cider(["a cat", ""], people) == pytest.approx(10 * 2 / 4 / 2)


def test_another_length_costs_as_a_gaussian():
    """Both its words and both its pairs weigh log 2, and one of each is in the reference: cosine 1 / √2."""
    score = cider(["a cat sat", ""], [["a cat"], ["a dog"]])
    assert score == pytest.approx(10 / 4 / 2 * (2 / math.sqrt(2)) * math.exp(-1 / (2 * 6**2)))


def test_a_repeated_word_does_not_pay():
    """Of "cat cat", 2 log 2 long, only log 2 counts; "cat cat" as a pair is not in the reference."""
    assert cider(["cat cat", ""], [["a cat"], ["a dog"]]) == pytest.approx(10 / 4 / 2 * 1 / 2)


def test_only_the_same_sentence_of_four_words_has_all_ten_points():
    people = [["a dog runs on grass"], ["two cats sleep all day"], ["the sun is very red"]]
    assert cider([others[0] for others in people], people) == pytest.approx(10)
    assert cider([others[0] for others in people], [[*others, "something else"] for others in people]) < 5.1


def test_one_image_says_nothing_about_rare_words_and_scores_nought():
    assert cider(["a dog runs on grass"], [["a dog runs on grass"]]) == 0
    assert cider(["a", "a"], [["a"], ["a"]]) == 0


def test_a_corpus_says_how_rare_words_are():
    corpus = [["a dog runs on grass"], ["a cat"], ["a bird"], ["the cat"]]
    assert cider(["a dog runs on grass"], corpus[:1], corpus) == pytest.approx(10)
    # "cat" is in two of four images (log 2), "sat" in none (log 4, as if in one); the reference is a single word
    expected = 10 / 4 * math.log(2) / math.hypot(math.log(2), math.log(4)) * math.exp(-1 / 72)
    assert cider(["cat sat"], [["cat"]], corpus) == pytest.approx(expected)


def test_with_the_whole_set_as_corpus_the_parts_add_up_to_the_whole():
    candidates, people = made_up(60)
    parts = [cider(candidates[i : i + 20], people[i : i + 20], corpus=people) for i in (0, 20, 40)]
    assert sum(parts) / 3 == pytest.approx(cider(candidates, people))
    assert parts[0] != pytest.approx(cider(candidates[:20], people[:20]), rel=1e-3), "which images matters"


# --- both -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("score", [bleu, cider])
def test_the_order_of_references_and_of_images_does_not_matter(score):
    candidates, people = made_up(40)
    expected = score(candidates, people)
    assert score(candidates, [others[::-1] for others in people]) == pytest.approx(expected)
    assert score(candidates[::-1], people[::-1]) == pytest.approx(expected)
    assert score(tuple(candidates), tuple(tuple(others) for others in people)) == expected, "tuples do as well"


def test_scores_lie_in_their_range_and_mixed_up_captions_are_worse():
    candidates, people = made_up(60)
    shifted = candidates[1:] + candidates[:1]
    right, wrong = bleu(candidates, people), bleu(shifted, people)
    assert all(0 <= wrong[name] < right[name] <= 1 for name in right)
    assert 0 <= cider(shifted, people) < cider(candidates, people) / 3 < 10


def test_a_model_that_says_nothing_scores_nought():
    people = [["a dog"], ["a cat", "cats"]]
    assert bleu(["", " . "], people) == dict.fromkeys(("bleu1", "bleu2", "bleu3", "bleu4"), 0.0)
    assert cider(["", " . "], people) == 0


@pytest.mark.parametrize("score", [bleu, cider])
@pytest.mark.parametrize(
    ("candidates", "people", "sentence"),
    [
        (["a", "b"], [["a"]], "There are 2 captions, and references for 1: give one caption for each image"),
        ([], [], "There is no caption to score"),
        (["a"], [], "`references` should be a list with a list of captions"),
        (["a"], [[]], r"`references\[0\]` is empty: each image needs one reference"),
        (["a", "b"], [["a"], ["b", "?"]], r"`references\[1\]` has a caption without words"),
        (["a dog"], ["a dog"], r"`references\[0\]` should be a list of captions, even where there is only one"),
        ("a dog", [["a dog"]], "`candidates` should be a list of captions, one string for each image"),
        ([["a", "dog"]], [["a dog"]], "`candidates` should be a list of captions, one string"),
    ],
)
def test_what_cannot_be_scored_is_said_in_a_sentence(score, candidates, people, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        score(candidates, people)
    assert str(error.value).endswith(".")


def test_a_bad_corpus_is_called_by_its_name():
    with pytest.raises(ValueError, match=r"`corpus\[1\]` is empty"):
        cider(["a dog"], [["a dog"]], corpus=[["a dog"], []])


def test_a_test_set_of_a_thousand_images_takes_a_second_or_two():
    candidates, people = made_up(1000)
    people = [(others * 5)[:5] for others in people]
    start = time.process_time()  # of this process alone, whatever else the machine does
    bleu(candidates, people)
    cider(candidates, people)
    assert time.process_time() - start < 3
