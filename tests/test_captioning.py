"""Lesson 07: its last check rejects what does not describe, its checks leave no trace, and its figures can be drawn."""

from __future__ import annotations

import copy
import random
import subprocess
import sys

import pytest
import torch
from torch import nn

from learntools import losses
from learntools.core.scenario import draw
from learntools.core.verdict import CORRECT, INCORRECT, NOT_ATTEMPTED
from learntools.data import nouns
from learntools.data.scenes import compose, render, scene_vocabulary
from learntools.data.vocabulary import END, PAD, START, UNKNOWN
from learntools.lessons import captioning as lesson
from learntools.lessons.captioning import reading, words
from learntools.lessons.captioning.speaker import Speaker
from learntools.lessons.captioning.trained import new_captioner, pretrained
from learntools.models.captioner import Attention, greedy
from learntools.viz import captions

# --- the reference answers are what the course's own code does --------------------------------------------------------


def test_the_tokens_of_the_lesson_are_those_of_the_course():
    vocabulary = scene_vocabulary()
    assert (words.PAD, words.START, words.END, words.UNKNOWN) == (PAD, START, END, UNKNOWN)
    assert vocabulary.words[:4] == words.SPECIAL
    numbers = {word: number for number, word in enumerate(vocabulary.words)}
    for sentence in ("a cat above a dog", "a zeppelin is to the left of a red apple"):
        assert lesson.q1.reference(sentence, numbers) == vocabulary.encode(sentence)


def test_the_loss_is_the_one_that_the_recipe_makes_smaller():
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(4, 6, 9, generator=generator)
    follow = torch.randint(0, 9, (4, 6), generator=generator)
    torch.testing.assert_close(lesson.q3.reference(logits, follow), losses.caption_loss(logits, follow))


def test_attention_is_that_of_the_captioner():
    torch.manual_seed(2)
    look, query, places = Attention(5, 7), torch.randn(2, 3, 5), torch.randn(2, 4, 7)
    nothing_told = torch.zeros(2, 3, 4)
    ours = lesson.q5.reference(look.query(query), look.key(places), places)
    for mine, theirs in zip(ours, look(query, places, nothing_told), strict=True):
        torch.testing.assert_close(mine, theirs)


def test_a_gru_layer_remembers_as_its_cell_does():
    torch.manual_seed(3)
    layer, cell, read = nn.GRU(4, 6, batch_first=True), nn.GRUCell(4, 6), torch.randn(3, 5, 4)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    torch.testing.assert_close(lesson.q4.reference(cell, read), layer(read)[0])


def test_what_is_said_is_what_the_captioner_says():
    x = torch.rand(3, 3, 4, 6, generator=torch.Generator().manual_seed(4)) * 2 - 1
    for seed in range(5):
        network = Speaker(seed, lengths=6).eval()
        with torch.no_grad():
            said = lesson.q6.reference(network, network.encoder(x))
        assert torch.equal(said, greedy(network, x).words)  # type: ignore[arg-type]


# --- the tiny captioner of questions 6 and 7 --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_every_sentence_of_the_tiny_captioner_ends_when_it_should(seed):
    places = torch.randn(3, 4, 3, generator=torch.Generator().manual_seed(seed))
    places[:, 0, 0] = torch.tensor([5.0, 3.0, 7.0])
    said = lesson.q6.reference(Speaker(seed).eval(), places, 40)
    assert ((said == END).long().argmax(dim=1) + 1).tolist() == [5, 3, 7]
    assert not bool(((said == START) | ((said == PAD) & (torch.arange(7) < places[:, :1, 0]))).any())


@pytest.mark.parametrize("question", ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"])
def test_a_right_answer_passes_on_many_fresh_seeds(question):
    item = getattr(lesson, question)
    for seed in range(500, 540, 2):
        assert item.assess(item.reference, seeds=(seed, seed + 1)).outcome == CORRECT


# --- what a check must see --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [tuple, torch.tensor])
def test_only_a_list_can_be_padded_in_the_next_cell(kind):
    verdict = lesson.q1.assess(lambda sentence, numbers: kind(lesson.q1.reference(sentence, numbers)))
    assert not verdict.correct
    assert "where a list is expected" in verdict.message


def test_no_size_of_the_attention_can_stand_for_another():
    data = draw(lesson.q5.scenario, 1)
    (n, t, d), (_, count, f) = data["query"].shape, data["places"].shape
    assert len({n, t, d, count, f}) == 5


def test_weights_that_are_frozen_for_a_moment_keep_no_gradients():
    def describe(network, x):
        was = network.training
        network.eval().requires_grad_(False)
        words = lesson.q6.reference(network, network.encoder(x))
        network.train(was).requires_grad_(True)
        return words

    assert lesson.q7.assess(describe).correct


# --- the trained captioner --------------------------------------------------------------------------------------------


def read_by(network: nn.Module) -> reading.Reading:
    return reading.reading(lesson.q9.observe(copy.deepcopy(network), None)["sentences"])


def test_the_courses_own_captioner_is_well_beyond_the_marks():
    found = read_by(pretrained())
    assert found.word == reading.DESCRIBED
    assert found.objects > 1.2 * reading.OBJECTS
    assert found.directions > 1.1 * reading.DIRECTIONS
    assert read_by(pretrained()) == found  # nothing is drawn by chance


def test_sentences_drawn_by_lot_from_other_true_sentences_do_not_pass():
    scenes = reading.unseen_scenes()
    own = [captions[0] for captions in scenes.references]
    assert reading.reading(own).word == reading.DESCRIBED
    assert reading.reading(own).objects == 1
    others = own.copy()
    random.Random(1).shuffle(others)
    assert reading.reading(others).objects < 0.05
    assert reading.reading(others).word == "another scene"


def test_naming_the_things_and_guessing_where_they_lie_does_not_pass():
    rng = random.Random(2)
    sentences = []
    for scene in reading.unseen_scenes().scenes:
        first, *rest = [thing.noun for thing in scene.things]
        sentence = f"a {first}"
        for noun in rest:
            sentence += f" {rng.choice(['to the left of', 'to the right of', 'above', 'below'])} a {noun}"
        sentences.append(sentence)
    found = reading.reading(sentences)
    assert found.objects > 0.95
    assert found.word == "lost"
    assert found.directions < 0.5


def test_naming_the_things_and_guessing_their_colours_does_not_pass():
    scenes = reading.unseen_scenes()
    coloured = sum(bool(thing.colour) for scene in scenes.scenes for thing in scene.things)
    assert coloured >= 45
    colours = nouns.COLOURS
    turned = dict(zip(colours, (*colours[1:], colours[0]), strict=True))
    rng = random.Random(3)
    said = []
    for first, *_ in scenes.references:
        change = rng.random() < 0.5  # half of them are right by luck
        said.append(" ".join(turned.get(word, word) if change else word for word in first.split()))
    found = reading.reading(said)
    assert found.objects > 0.95
    assert found.word == "colour-blind"
    assert 0.3 < found.colours < reading.COLOURS


@pytest.mark.parametrize("seed", range(3))
def test_an_untrained_captioner_does_not_pass(seed):
    torch.manual_seed(seed)
    assert read_by(new_captioner()).objects == 0


def test_a_learner_who_has_not_trained_is_told_so_and_can_go_on():
    assert lesson.q9.assess(...).outcome == NOT_ATTEMPTED
    q = lesson.q9
    assert q.assess(q.truth()).correct


def test_what_is_done_to_the_networks_handed_out_touches_no_check():
    mine = lesson.q9.truth().train()
    with torch.no_grad():
        for value in mine.state_dict().values():
            value.zero_()
    assert not any(module.training for module in pretrained.kept().modules())
    assert lesson.q9.assess(pretrained()).correct
    assert lesson.q9.assess(mine).outcome == INCORRECT


def test_a_captioner_of_another_precision_is_told_where_it_fails():
    verdict = lesson.q9.assess(new_captioner().to(torch.bfloat16))
    assert not verdict.correct
    assert "fails on images (150, 3, 64, 64)" in verdict.message


def test_the_check_leaves_a_captioner_in_train_mode_as_it_was():
    network = new_captioner().train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    random_state = torch.get_rng_state()
    lesson.q9.assess(network)
    assert network.training
    assert torch.equal(random_state, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_importing_the_lesson_draws_no_random_numbers_and_loads_no_weights():
    code = (
        "import torch; state = torch.get_rng_state()\n"
        "import learntools.lessons.captioning as lesson, sys\n"
        "assert torch.equal(state, torch.get_rng_state())\n"
        "assert not {'safetensors', 'matplotlib', 'learntools.metrics', 'learntools.training'} & set(sys.modules)\n"
        "from learntools.lessons.captioning.trained import pretrained\n"
        "assert not pretrained.made\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    figures = []
    monkeypatch.setattr(captions, "show", lambda figure, alt: figures.append(figure))
    yield figures
    import matplotlib.pyplot as plt

    plt.close("all")


def test_attention_is_shown_once_for_each_word_beside_the_image(shown):
    image = render([compose("a cat to the left of a dog")])[0]
    captions.show_attention(image, ["a", "cat", "<end>"], torch.rand(3, 64))
    (figure,) = shown
    assert [axes.get_title() for axes in figure.axes] == ["image", "a", "cat", "<end>"]


def test_heat_lies_where_the_weights_are(shown):
    weights = torch.zeros(1, 64)
    weights[0, 8 * 6 + 1] = 1.0  # row 6, column 1 of eight
    captions.show_attention(torch.full((3, 64, 64), 255, dtype=torch.uint8), ["here"], weights)
    heat = shown[0].axes[1].images[1].get_array()
    row, column = divmod(int(heat.argmax()), 64)
    assert row // 8 == 6
    assert column // 8 == 1


def test_long_sentences_are_wrapped_below_their_images(shown):
    sentence = "a crescent moon to the left of an orange heart and a red apple above the heart"
    captions.show_captions(torch.zeros(5, 3, 8, 8), [sentence] * 5, columns=3)
    texts = [text.get_text() for text in shown[0].texts]
    assert len(texts) == 5
    assert all("\n" in text and text.replace("\n", " ") == sentence for text in texts)


def test_the_diagrams_can_be_drawn(shown):
    captions.show_captioner()
    captions.show_shift(["a", "cat"])
    captions.show_places(torch.zeros(3, 64, 64), torch.rand(64, 192), place=(5, 1))
    assert len(shown) == 3
