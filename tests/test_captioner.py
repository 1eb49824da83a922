"""The captioner, its searches, its losses, and the recipe that trains it."""

from __future__ import annotations

import copy
import itertools
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from learntools import data, losses, training
from learntools.data.scenes import Endless, draw_scenes, render, scene_vocabulary, unseen_combinations
from learntools.data.vocabulary import END, PAD, SPECIAL, START, UNKNOWN, Vocabulary
from learntools.metrics import judged_scenes
from learntools.models.captioner import (
    Captioner,
    Encoder,
    beam_search,
    describe,
    greedy,
    scene_captioner,
    trained_captioner,
)
from learntools.models.recognition import RecogniserError
from learntools.training import Captioning, TrainingError, fit

REAL = Path(__file__).resolve().parents[2] / "shared" / "real_data"
WORDS = Vocabulary((*SPECIAL, "a", "cat", "dog", "above", "red"))


def tiny(seed: int = 0) -> Captioner:
    torch.manual_seed(seed)
    return Captioner(WORDS, Encoder(features=16, width=8), embedding=8, hidden=12)


def attentive(seed: int, x: torch.Tensor) -> Captioner:
    """A tiny one that says different words about different images, because its features are spread out."""
    network = tiny(seed).train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the next pass alone decides
    with torch.no_grad():
        for value in (*network.word.parameters(), *network.detect.parameters()):
            value.mul_(6)
        network(x, torch.full((len(x), 1), START))
    return network.eval()


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(5, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1


@pytest.fixture(scope="module")
def trained() -> Captioner:
    return trained_captioner()


@pytest.fixture(scope="module")
def scenes() -> torch.Tensor:
    """Of one to three things, so that sentences about them are of many lengths."""
    return data.to_float(render(draw_scenes(30, seed=1)))


@pytest.mark.parametrize("part", [1, 4])
def test_all_words_at_once_or_in_parts_are_the_same(images, part):
    network = attentive(0, images)
    words = torch.tensor([[START, 4, 5, 7, 4, 6]]).expand(5, -1)
    with torch.no_grad():
        places = network.encoder(images)
        together, _, looks = network.decode(words, places)
        state, parts = None, []
        for some in words.split(part, dim=1):
            logits, state, _ = network.decode(some, places, state)
            parts.append(logits)
    torch.testing.assert_close(torch.cat(parts, 1), together, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(network(images, words), together)
    torch.testing.assert_close(looks.sum(2), torch.ones(5, 6))


def test_a_word_depends_on_nothing_that_comes_later(images):
    network = tiny().eval()
    words = torch.tensor([[START, 4, 5, 7]]).expand(5, -1).clone()
    other = words.clone()
    other[:, 3] = 8
    with torch.no_grad():
        first, second = network(images, words), network(images, other)
    assert torch.equal(first[:, :3], second[:, :3])
    assert not torch.equal(first[:, 3], second[:, 3])


def test_on_request_it_also_says_what_the_most_telling_place_looks_like(images):
    network = attentive(0, images)
    words = torch.tensor([[START, 4, 5]]).expand(5, -1)
    with torch.no_grad():
        logits, detected = network(images, words, detected=True)
        assert torch.equal(logits, network(images, words))
        assert torch.equal(detected, (2 * network.detect(network.encoder(images))).logsumexp(dim=1) / 2)


def test_a_network_that_never_wants_to_end_is_ended(images):
    network = tiny(3).eval()
    with torch.no_grad():
        network.word.bias[END] = -100
    spoken, found = greedy(network, images, longest=7), beam_search(network, images, width=3, longest=7)
    assert spoken.attention.shape == (5, 7, 64)
    for words in (spoken.words, found):
        assert words.shape == (5, 7)
        assert ((words == END) == (torch.arange(7) == 6)).all()
        assert not ((words == START) | (words == PAD)).any()


@pytest.mark.parametrize("longest", [8, 30])
def test_every_sentence_ends_once_and_padding_follows(trained, scenes, longest):
    for words in (greedy(trained, scenes, longest).words, beam_search(trained, scenes, width=3, longest=longest)):
        assert ((words == END).sum(1) == 1).all()
        lengths = (words == END).long().argmax(1) + 1
        assert len(lengths.unique()) > 3
        assert words.shape == (30, lengths.max())
        assert lengths.max() == 8 or longest == 30
        assert ((words == PAD) == (torch.arange(words.shape[1]) >= lengths[:, None])).all()
        assert not (words == START).any()


def log_probability(network: Captioner, image: torch.Tensor, words: list[int]) -> float:
    """Of a sentence with its END. As in the search, what is impossible (<pad>, <start>) keeps its share."""
    with torch.no_grad():
        logs = network(image[None], torch.tensor([[START, *words[:-1]]]))[0].log_softmax(1)
    return float(logs[torch.arange(len(words)), torch.tensor(words)].sum())


def test_a_wide_beam_finds_what_trying_everything_finds(images):
    network, longest = attentive(7, images), 3
    real = range(UNKNOWN, len(WORDS))
    everything = [[*words, END] for length in range(longest) for words in itertools.product(real, repeat=length)]
    best = [max(everything, key=lambda words: log_probability(network, x, words) / len(words)) for x in images]
    assert beam_search(network, images, width=200, longest=longest).tolist() == best
    assert greedy(network, images, longest).words.tolist() != best, "here a greedy search must miss some"


@pytest.mark.parametrize("power", [0.0, 1.0])
def test_a_beam_of_one_is_greedy_search(trained, scenes, power):
    assert torch.equal(beam_search(trained, scenes, width=1, power=power), greedy(trained, scenes).words)


def test_a_beam_finds_likelier_sentences_than_greedy_search(trained, scenes):
    def log_probabilities(rows: torch.Tensor) -> torch.Tensor:
        words = [[n for n in row if n != PAD] for row in rows.tolist()]
        return torch.tensor([log_probability(trained, x, row) for x, row in zip(scenes, words, strict=True)])

    found = log_probabilities(beam_search(trained, scenes, width=5, power=0))
    assert found.mean() > log_probabilities(greedy(trained, scenes).words).mean() + 0.05


def test_a_search_ends_where_the_network_computes_nan(images):
    network = tiny().eval()
    with torch.no_grad():
        network.word.bias.fill_(torch.nan)
    for width in (1, 3):
        assert (beam_search(network, images, width=width)[:, -1] == END).all()


def test_short_sentences_win_without_the_mean(images):
    network = tiny(2).eval()
    with torch.no_grad():
        network.word.bias[END] = 1.0
    lengths = [
        int((beam_search(network, images, width=8, longest=8, power=power) != PAD).sum()) for power in (0.0, 2.0)
    ]
    assert lengths[0] < lengths[1]


def test_a_beam_needs_a_width(images):
    with pytest.raises(ValueError, match=r"width is 0"):
        beam_search(tiny(), images, width=0)


@pytest.mark.parametrize("training", [True, False])
def test_describing_leaves_the_network_as_it_was(images, training):
    network = attentive(1, images).train(training)
    before = copy.deepcopy(network.state_dict())
    describe(network, images)
    assert network.training == training
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


@pytest.mark.parametrize("beam", [1, 3])
def test_a_caption_does_not_depend_on_its_neighbours(trained, scenes, beam):
    network, few = copy.deepcopy(trained).train(), scenes[:5]
    together = describe(network, few, beam)
    assert len(set(together)) == 5
    assert together == [describe(network, x[None], beam)[0] for x in few] == describe(network, few, beam, part=2)


def test_padding_costs_nothing():
    torch.manual_seed(0)
    logits = torch.randn(2, 4, 9)
    words = torch.tensor([[4, 5, END, PAD], [6, END, PAD, PAD]])
    loss = losses.caption_loss(logits, words)
    kept = torch.cat([logits[0, :3], logits[1, :2]])
    torch.testing.assert_close(loss, F.cross_entropy(kept, torch.tensor([4, 5, END, 6, END])))
    assert losses.caption_loss(logits, torch.full_like(words, PAD)) == 0


def test_detection_counts_rare_words_and_no_common_ones():
    words = torch.tensor([[4, 5, END, PAD], [4, 6, 6, END]])
    logits = torch.zeros(2, 9, requires_grad=True)
    losses.detection_loss(logits, words).backward()
    assert logits.grad is not None
    assert max(logits.grad[0, 5], logits.grad[1, 6]) < 0 < min(logits.grad[1, 5], logits.grad[0, 6])
    assert logits.grad[0, 4] > 0, "a word of every caption is asked for in none"
    assert logits.grad[0, PAD] > 0, "padding is no word"
    best = torch.full((2, 9), -50.0)
    best[0, 5] = best[1, 6] = 50
    assert losses.detection_loss(best, words) < 1e-3


def test_a_short_training_learns_which_words_there_are():
    torch.manual_seed(0)
    network = Captioner(scene_vocabulary(), Encoder(features=32, width=8), embedding=16, hidden=32)
    recipe = Captioning(network, batch_size=8, averaged=())
    source = Endless(counts=[1])
    x, y = source.draw(64)
    x = x.float() / 127.5 - 1

    def loss() -> float:
        with torch.no_grad():
            return float(losses.caption_loss(network.eval()(x, y[:, :-1]), y[:, 1:]))

    before = loss()
    fit(recipe, source, steps=60, seed=0, show=False, device="cpu")
    assert loss() < 0.75 * before


def test_what_the_encoder_of_scenes_has_borrowed_stays_as_it_is():
    torch.manual_seed(0)
    network = scene_captioner()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    fit(Captioning(network, batch_size=8), Endless(), steps=3, seed=0, show=False, device="cpu")
    borrowed = {name for name in before if name.startswith("encoder.network.")}
    assert len(borrowed) > 50
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert not changed & borrowed
    assert {"encoder.place", "encoder.body.0.0.weight", "encoder.norm.running_mean", "word.bias"} <= changed


def test_an_encoder_of_scenes_needs_nothing_but_its_state_dict(images, monkeypatch):
    torch.manual_seed(0)
    whole = scene_captioner().eval()
    monkeypatch.setitem(sys.modules, "timm", None)
    again = scene_captioner(trained=False).eval()
    again.load_state_dict(whole.state_dict())
    with torch.no_grad():
        places = whole.encoder(images)
        torch.testing.assert_close(again.encoder(images), places)
    assert places.shape == (5, 64, 192)
    with pytest.raises(RecogniserError, match="pip install timm"):
        scene_captioner()


def test_its_own_words_replace_true_ones_but_not_the_frame(images):
    recipe = Captioning(attentive(2, images))
    read = torch.tensor([[START, 4, 5, END, PAD, PAD]] * 5)
    mixed = recipe.mixed(images, read, 1.0)
    guessed = recipe.captioner(images, read).argmax(2)
    assert torch.equal(mixed[:, 0], read[:, 0])
    assert torch.equal(mixed[:, 4:], read[:, 4:])
    assert torch.equal(mixed[:, 1:4], guessed[:, :3])
    assert not torch.equal(guessed[:, :3], guessed[:, 1:4]), "else a shift by one would go unseen"
    assert torch.equal(recipe.mixed(images, read, 0.0), read)


def test_the_share_of_its_own_words_is_asked_for_at_every_step(monkeypatch):
    torch.manual_seed(0)
    asked, shares = [], []
    network = Captioner(scene_vocabulary(), Encoder(features=16, width=8), embedding=8, hidden=12)
    recipe = Captioning(network, batch_size=4, own_words=lambda steps: asked.append(steps) or 0.5 * (steps >= 2))
    mixed = Captioning.mixed
    monkeypatch.setattr(Captioning, "mixed", lambda self, *given: shares.append(given[2]) or mixed(self, *given))
    fit(recipe, Endless(), steps=4, seed=0, show=False, device="cpu")
    assert asked == [0, 1, 2, 3]
    assert shares == [0.5, 0.5]


def test_a_resumed_training_is_the_unbroken_one(tmp_path):
    def run(steps: int, out, resume: bool = False) -> dict[str, torch.Tensor]:
        torch.manual_seed(1)
        network = Captioner(scene_vocabulary(), Encoder(features=16, width=8), embedding=8, hidden=12)
        recipe = Captioning(network, batch_size=4, schedule=lambda done: 1.0)
        fit(recipe, Endless(), steps=steps, seed=2, out=out, resume=resume, show=False, device="cpu")
        return network.state_dict()

    whole = run(8, tmp_path / "whole")
    run(4, tmp_path / "parts")
    parts = run(8, tmp_path / "parts", resume=True)
    assert all(torch.equal(value, parts[key]) for key, value in whole.items())


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ((torch.zeros(40, 3, 64, 64, dtype=torch.uint8), torch.zeros(40, 5)), r"learns sentences.*float32, \(2, 5\)"),
        ((torch.zeros(40, 3, 64, 64, dtype=torch.uint8), torch.zeros(40).long()), r"learns sentences.*int64, \(2,\)"),
        (
            (torch.zeros(40, 3, 64, 64, dtype=torch.uint8), torch.full((40, 5), 99)),
            r"words up to number 99, and the captioner knows 9: build it with the vocabulary that encoded them",
        ),
    ],
)
def test_data_that_does_not_fit_is_refused_in_a_sentence(source, says):
    with pytest.raises(TrainingError, match=says):
        fit(Captioning(tiny(), batch_size=8), source, steps=1, show=False)


def test_a_source_that_gives_no_images_is_refused():
    class Empty:
        def draw(self, count, device="cpu"):
            return torch.zeros(count, 3), torch.zeros(count, 4, dtype=torch.long)

    with pytest.raises(TrainingError, match=r"Empty.draw\(2\) gives no two images"):
        training.Batches(Empty(), 4)


def test_a_tint_keeps_grey_grey_and_changes_colours():
    torch.manual_seed(0)
    grey = torch.full((4, 1, 2, 2), 0.2).expand(-1, 3, -1, -1)
    tinted = training.Tint(0.2)(grey)
    torch.testing.assert_close(tinted, tinted[:, :1].expand(-1, 3, -1, -1))
    red = torch.tensor([0.9, -0.9, -0.9]).view(1, 3, 1, 1).expand(4, -1, 2, 2)
    assert (training.Tint(0.2)(red) - red).abs().mean() > 0.02
    assert training.Tint(2.0)(red).abs().max() <= 1


def test_one_hue_keeps_how_light_each_pixel_is_and_leaves_the_other_images_alone():
    torch.manual_seed(0)
    x = torch.rand(200, 3, 4, 4) * 2 - 1
    x[:, :, 0, 0], x[:, :, 0, 1] = 1, -1
    y = training.OneHue(0.4)(x)
    changed = (y != x).flatten(1).any(dim=1)
    assert 50 < changed.sum() < 110
    made = y[changed]
    torch.testing.assert_close(made[:, :, 0, 0], torch.ones(len(made), 3))
    torch.testing.assert_close(made[:, :, 0, 1], -torch.ones(len(made), 3))
    # in one image the channels rise together with the light: their order by it is the same
    light = torch.einsum("c,nchw->nhw", torch.tensor([0.299, 0.587, 0.114]), x[changed]).flatten(1).argsort(dim=1)
    for channel in made.unbind(1):
        steps = channel.flatten(1).gather(1, light).diff(dim=1)
        assert steps.min() >= -1e-5
    assert (made.amax(dim=1) - made.amin(dim=1)).flatten(1).amax(dim=1).min() > 0.1, "an image has no hue"
    assert torch.equal(training.OneHue(0.0)(x), x)


def test_noise_and_blur_spoil_the_first_images_of_a_batch_and_no_others():
    torch.manual_seed(0)
    x = torch.rand(40, 3, 8, 8) * 2 - 1
    for change in (training.Noise(0.5, share=0.3), training.Blur(share=0.3)):
        y = change(x)
        assert torch.equal(y[12:], x[12:])
        assert (y[:12] != x[:12]).flatten(1).any(dim=1).all()
        assert y.abs().max() <= 1
        assert torch.equal(type(change)(share=0.0)(x), x)
    flat = torch.zeros(200, 3, 8, 8)
    spread = training.Noise(0.2, share=1.0)(flat).flatten(1).std(dim=1)
    assert 0.08 < spread.mean() < 0.12
    assert spread.max() < 0.24
    assert torch.equal(training.Blur(share=1.0)(flat + 0.5), flat + 0.5), "a plain image has nothing to blur"
    steps = training.Blur(share=1.0)(x).diff(dim=3).abs().mean() / x.diff(dim=3).abs().mean()
    assert 0.3 < steps < 0.9


def test_noise_that_can_hardly_be_seen_changes_little_of_what_is_said(trained):
    scenes = unseen_combinations(100)
    x = data.to_float(scenes.images())
    noisy = x + 0.05 * torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    clean, spoiled = (judged_scenes(describe(trained, images), scenes.scenes)["objects"] for images in (x, noisy))
    assert clean > 0.9
    assert spoiled > clean - 0.1


@pytest.mark.skipif(not (REAL / "flickr8k").is_dir(), reason="needs the copy of Flickr8k")
@pytest.mark.filterwarnings("ignore:.*left out")
def test_the_recipe_for_photographs_runs_from_loading_to_measuring(monkeypatch):
    from learntools.training import recipes

    found = {split: data.flickr8k(split, size=224, root=REAL / "flickr8k", limit=40) for split in ("train", "test")}
    monkeypatch.setattr(recipes.captions, "flickr8k", found.get)
    named = recipes.RECIPES["captioning_flickr8k"]
    recipe = named.build()
    assert len(recipe.captioner.vocabulary) > 30
    frozen = copy.deepcopy(recipe.captioner.encoder.network.state_dict())
    result = fit(recipe, named.data(), steps=2, seed=0, show=False, device="cpu")
    scores = named.measure(result.networks)
    assert set(scores) == {"bleu1", "bleu2", "bleu3", "bleu4", "cider"}
    after = result.networks["captioner"].encoder.network.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in frozen.items()), "what was pretrained stays as it was"
