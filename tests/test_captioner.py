"""The captioner, its searches, its losses, and the recipe that trains it."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from learntools import data, losses, training
from learntools.data.scenes import Endless, scene_vocabulary
from learntools.data.vocabulary import END, PAD, SPECIAL, START, Vocabulary
from learntools.models.captioner import Captioner, Encoder, beam_search, describe, greedy
from learntools.training import Captioning, TrainingError, fit

REAL = Path(__file__).resolve().parents[2] / "shared" / "real_data"
WORDS = Vocabulary((*SPECIAL, "a", "cat", "dog", "above", "red"))


def tiny(seed: int = 0) -> Captioner:
    torch.manual_seed(seed)
    return Captioner(WORDS, Encoder(features=16, width=8), embedding=8, hidden=12)


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(5, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_all_words_at_once_or_one_after_the_other_are_the_same(images):
    network = tiny().eval()
    words = torch.tensor([[START, 4, 5, 7, 4, 6]]).expand(5, -1)
    with torch.no_grad():
        places = network.encoder(images)
        together, _, looks = network.decode(words, places)
        state, single = None, []
        for t in range(words.shape[1]):
            logits, state, _ = network.decode(words[:, t : t + 1], places, state)
            single.append(logits)
    torch.testing.assert_close(torch.cat(single, 1), together, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(network(images, words), together)
    torch.testing.assert_close(looks.sum(2), torch.ones(5, 6))


def test_a_word_depends_on_nothing_that_comes_later(images):
    network = tiny().eval()
    words = torch.tensor([[START, 4, 5, 7]]).expand(5, -1).clone()
    other = words.clone()
    other[:, 3] = 8
    with torch.no_grad():
        assert torch.equal(network(images, words)[:, :3], network(images, other)[:, :3])


def test_every_sentence_ends(images):
    network = tiny(3).eval()
    nn.init.constant_(network.word.bias[END : END + 1].detach(), -100.0)  # it never wants to
    with torch.no_grad():
        network.word.bias[END] = -100
        spoken = greedy(network, images, longest=7)
        found = beam_search(network, images, width=3, longest=7)
    assert spoken.words.shape == (5, 7)
    assert (spoken.words[:, -1] == END).all()
    assert spoken.attention.shape == (5, 7, 64)
    assert ((found == END).sum(1) == 1).all()
    for words in (spoken.words, found):
        after = (words == END).cumsum(1) - (words == END).long()
        assert (words[after > 0] == PAD).all()
        assert not ((words == START) | ((words == PAD) & (after == 0))).any()


def log_probability(network: Captioner, image: torch.Tensor, words: list[int]) -> float:
    """Of a sentence with its END, when nothing but <pad> and <start> is impossible."""
    with torch.no_grad():
        logits = network(image[None], torch.tensor([[START, *words[:-1]]]))[0]
        logits[:, [PAD, START]] = -torch.inf
        # as in the search, what is impossible keeps its share of the probability
        logs = network(image[None], torch.tensor([[START, *words[:-1]]]))[0].log_softmax(1)
    return float(logs[torch.arange(len(words)), torch.tensor(words)].sum())


def test_a_wide_beam_finds_what_trying_everything_finds(images):
    network = tiny(5).eval()
    with torch.no_grad():
        for value in network.word.parameters():
            value.mul_(6)
    real = [3, *range(4, len(WORDS))]
    longest = 3
    everything = [[*words, END] for length in range(longest) for words in itertools.product(real, repeat=length)]
    for image in images[:3]:
        best = max(everything, key=lambda words: log_probability(network, image, words) / len(words))
        found = beam_search(network, image[None], width=200, longest=longest)[0].tolist()
        assert [n for n in found if n != PAD] == best


def test_a_beam_of_one_with_no_choice_is_greedy_and_short_sentences_win_without_the_mean(images):
    network = tiny(2).eval()
    with torch.no_grad():
        network.word.bias[END] = 1.0
    assert describe(network, images) == describe(network, images, beam=1)
    lengths = [
        int((beam_search(network, images, width=8, longest=8, power=power) != PAD).sum()) for power in (0.0, 2.0)
    ]
    assert lengths[0] < lengths[1]


def test_a_beam_needs_a_width(images):
    with pytest.raises(ValueError, match=r"width is 0"):
        beam_search(tiny(), images, width=0)


def test_describing_leaves_the_network_as_it_was(images):
    network = tiny().train()
    before = copy.deepcopy(network.state_dict())
    alone, together = describe(network, images[:1]), describe(network, images)
    assert network.training
    assert alone[0] == together[0], "in eval mode a caption does not depend on its neighbours"
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_padding_costs_nothing():
    torch.manual_seed(0)
    logits = torch.randn(2, 4, 9)
    words = torch.tensor([[4, 5, END, PAD], [6, END, PAD, PAD]])
    loss = losses.caption_loss(logits, words)
    kept = torch.cat([logits[0, :3], logits[1, :2]])
    torch.testing.assert_close(loss, F.cross_entropy(kept, torch.tensor([4, 5, END, 6, END])))
    assert losses.caption_loss(logits, torch.full_like(words, PAD)) == 0


def test_detection_counts_rare_words_and_no_common_ones():
    words = torch.tensor([[4, 5, END], [4, 6, END]])
    logits = torch.zeros(2, 9, requires_grad=True)
    losses.detection_loss(logits, words).backward()
    assert logits.grad is not None
    assert (logits.grad[0, 5], logits.grad[1, 6]) < (torch.tensor(0.0), torch.tensor(0.0))
    assert logits.grad[0, 4] > 0, "a word of every caption is asked for in none"
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


def test_its_own_words_replace_true_ones_but_not_the_frame():
    torch.manual_seed(0)
    recipe = Captioning(tiny(), own_words=lambda steps: 1.0)
    read = torch.tensor([[START, 4, 5, END, PAD, PAD]] * 5)
    x = torch.zeros(5, 3, 64, 64)
    mixed = recipe.mixed(x, read, 1.0)
    guessed = recipe.captioner.train()(x, read).argmax(2)
    assert torch.equal(mixed[:, 0], read[:, 0])
    assert torch.equal(mixed[:, 4:], read[:, 4:])
    assert torch.equal(mixed[:, 1:4], guessed[:, :3])
    assert torch.equal(recipe.mixed(x, read, 0.0), read)


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
        ((torch.zeros(40, 3, 64, 64, dtype=torch.uint8), torch.zeros(40)), r"learns sentences"),
        (
            (torch.zeros(40, 3, 64, 64, dtype=torch.uint8), torch.full((40, 5), 99)),
            r"(?s)word|The captioner fails",
        ),
    ],
)
def test_data_that_does_not_fit_is_refused_in_a_sentence(source, says):
    with pytest.raises(TrainingError, match=says):
        fit(Captioning(tiny()), source, steps=1, show=False)


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
    torch.testing.assert_close(tinted[:, 0], tinted[:, 2])
    red = torch.tensor([0.9, -0.9, -0.9]).view(1, 3, 1, 1).expand(4, -1, 2, 2)
    assert (training.Tint(0.2)(red) - red).abs().mean() > 0.02
    assert training.Tint(2.0)(red).abs().max() <= 1


@pytest.mark.skipif(not (REAL / "flickr8k").is_dir(), reason="needs the copy of Flickr8k")
@pytest.mark.filterwarnings("ignore:.*left out")
def test_the_recipe_for_photographs_runs_from_loading_to_measuring(monkeypatch):
    from learntools.training import recipes

    found = {split: data.flickr8k(split, size=224, root=REAL / "flickr8k", limit=40) for split in ("train", "test")}
    monkeypatch.setattr(recipes, "_flickr8k", found.get)
    named = recipes.RECIPES["captioning_flickr8k"]
    recipe = named.build()
    assert len(recipe.captioner.vocabulary) > 30
    frozen = copy.deepcopy(recipe.captioner.encoder.network.state_dict())
    result = fit(recipe, named.data(), steps=2, seed=0, show=False, device="cpu")
    scores = named.measure(result.networks)
    assert set(scores) == {"bleu1", "bleu2", "bleu3", "bleu4", "cider"}
    after = result.networks["captioner"].encoder.network.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in frozen.items()), "what was pretrained stays as it was"
