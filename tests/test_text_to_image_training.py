"""Text to image on the engine: who moves in which step, what the networks read, the paper's sizes, and bad data."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from learntools import data, losses, training
from learntools.data.orders import OrdersWithoutEnd, encode, order_vocabulary
from learntools.models.text_encoder import TextEncoder, WordAttention, augment, divergence, sentence_vector
from learntools.models.text_to_image import StackedDiscriminator, StackedGenerator, beside
from learntools.training import recipes
from learntools.training.text_to_image import TextToImage

WORDS = len(order_vocabulary())
SENTENCES = ["a blue rabbit", "a red bus to the left of a crown", "there is a sun"]


def small_recipe(**options) -> TextToImage:
    torch.manual_seed(0)
    generator = StackedGenerator(WORDS, features=16, code=4, small_width=12, width=24)
    return TextToImage(
        generator, StackedDiscriminator(WORDS, features=16, small_width=4, width=4), batch_size=4, **options
    )


class Watcher:
    """A `move` that notes which network each loss has gradients for, and moves nothing."""

    def __init__(self, recipe):
        self.recipe, self.seen, self.named = recipe, [], {}

    def __call__(self, name, loss):
        for network in self.recipe.networks.values():
            network.zero_grad()
        loss.backward()
        having = {key for key, network in self.recipe.networks.items() if any(map(_has_gradient, network.parameters()))}
        self.named[name] = {n for n, v in self.recipe.networks[name].named_parameters() if _has_gradient(v)}
        self.seen.append((name, having))


def _has_gradient(value) -> bool:
    return value.grad is not None and bool(value.grad.abs().sum() > 0)


def a_batch(count: int = 4):
    torch.manual_seed(2)
    images, words = OrdersWithoutEnd().draw(count)
    return data.to_float(images), words


def test_each_step_moves_only_its_own_network_and_all_of_it():
    recipe = small_recipe()
    watcher = Watcher(recipe)
    recipe.step(*a_batch(), watcher, 0)
    assert watcher.seen == [("discriminator", {"discriminator"}), ("generator", {"generator"})]
    for name in ("generator", "discriminator"):
        assert {part.split(".")[0] for part in watcher.named[name]} == {
            part.split(".")[0] for part, _ in recipe.networks[name].named_parameters()
        }


def test_the_noise_can_be_drawn_blindly_and_then_nobody_guesses():
    recipe = small_recipe(guess_weight=0)
    watcher = Watcher(recipe)
    recipe.step(*a_batch(), watcher, 0)
    assert not any(name.startswith("guess") for name in watcher.named["generator"])


def test_a_few_steps_bring_the_images_nearer():
    recipe = small_recipe(l1_weight=50)
    x, y = a_batch(16)
    z = torch.randn(16, 4)
    with torch.no_grad():
        before = F.l1_loss(recipe.generator.eval()(y, z).large, x).item()
    result = training.fit(recipe, OrdersWithoutEnd(), steps=25, seed=1, show=False, device="cpu", precision="fp32")
    with torch.no_grad():
        after = F.l1_loss(result.generator(y, z).large, x).item()
    assert after < 0.7 * before
    assert {"generator", "discriminator"} <= set(result.history[-1])


def test_a_seeded_training_repeats():
    runs = [
        training.fit(small_recipe(), OrdersWithoutEnd(), steps=2, seed=5, show=False, device="cpu", precision="fp32")
        for _ in range(2)
    ]
    one, other = (run.generator.state_dict() for run in runs)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_padding_changes_nothing_that_the_networks_read():
    torch.manual_seed(0)
    text = TextEncoder(WORDS, features=12)
    words = encode(SENTENCES)
    longer = torch.cat([words, torch.zeros(3, 5, dtype=torch.int64)], dim=1)
    short, long = text(words), text(longer)
    real = words != 0
    assert torch.allclose(short[real], long[:, : words.shape[1]][real], atol=1e-6)
    assert torch.allclose(sentence_vector(short, words), sentence_vector(long, longer), atol=1e-6)
    attention = WordAttention(6, 12, side=4)
    maps = torch.randn(3, 6, 4, 4)
    assert torch.allclose(attention(maps, short, words), attention(maps, long, longer), atol=1e-6)
    weights = attention.weights(maps, short, words)
    assert torch.allclose(weights.sum(dim=2), torch.ones(3, 16))
    assert (weights[~real[:, None].expand_as(weights)] == 0).all()


def test_a_words_vector_knows_what_stands_before_and_after_it():
    torch.manual_seed(0)
    text = TextEncoder(WORDS, features=12)
    words = encode(
        [
            f"a {first} bus to the left of a {second}"
            for first, second in (("red", "crown"), ("blue", "crown"), ("red", "sun"))
        ]
    )
    vectors = text(words)
    bus, left = 2, 5
    assert not torch.allclose(vectors[0, bus], vectors[1, bus], atol=1e-3)
    assert not torch.allclose(vectors[0, bus], vectors[2, bus], atol=1e-4)
    assert not torch.allclose(vectors[0, left], vectors[1, left], atol=1e-4)


def test_the_functions_of_the_networks_are_those_that_the_lesson_asks_for():
    from learntools.lessons import text_to_image as lesson

    torch.manual_seed(0)
    vectors, words, maps, code = torch.randn(3, 16, 5), encode(SENTENCES), torch.randn(3, 2, 4, 6), torch.randn(3, 5)
    assert torch.allclose(lesson.q2.reference(vectors, words), sentence_vector(vectors, words))
    assert torch.equal(lesson.q5.reference(maps, code), beside(maps, code))
    assert torch.allclose(lesson.q4.reference(code, code / 2), divergence(code, code / 2))
    drawn = []
    for function in (lesson.q3.reference, augment):
        torch.manual_seed(1)
        drawn.append(function(code, code / 2))
    assert torch.equal(*drawn)
    judge = StackedDiscriminator(WORDS, features=5, small_width=2, width=2).eval().small
    x, fake = torch.rand(3, 3, 16, 16), torch.rand(3, 3, 16, 16)
    assert torch.allclose(
        lesson.q6.reference(judge, x, code, fake), losses.matching_discriminator_loss(judge, x, code, fake)
    )
    assert torch.allclose(
        lesson.q7.reference(judge, x, code, fake, 3.0), losses.matching_generator_loss(judge, x, code, fake, 3.0)
    )


def test_the_divergence_is_torchs_own_and_0_for_plain_noise():
    mean, log_variance = torch.randn(4, 3), torch.randn(4, 3)
    code = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    expected = torch.distributions.kl_divergence(code, torch.distributions.Normal(0, 1)).sum(dim=1).mean()
    assert torch.allclose(divergence(mean, log_variance), expected, atol=1e-5)
    assert divergence(torch.zeros(2, 3), torch.zeros(2, 3)) == 0


def test_an_image_that_is_asked_about_twice_is_looked_at_once():
    judge = StackedDiscriminator(WORDS, features=5, small_width=2, width=2).eval().large
    looks = []
    judge.see.register_forward_hook(lambda *_: looks.append(1))
    x, said = torch.rand(3, 3, 64, 64), torch.randn(3, 5)
    ask = judge.once()
    answers = ask(x, said), ask(x, said.roll(1, 0)), ask(x.clone(), said)
    assert len(looks) == 2
    assert torch.allclose(answers[0], judge(x, said))
    assert torch.allclose(answers[1], judge(x, said.roll(1, 0)))
    assert torch.equal(answers[0], answers[2])


def test_a_blind_judge_pays_for_wrong_sentences():
    """Whatever the sentence, the same logit: then what is right and what is wrong cannot both be in order."""
    x, said, fake = torch.zeros(2, 3, 4, 4), torch.randn(2, 3), torch.ones(2, 3, 4, 4)

    def blind(images, sentences):
        return 2 - 4 * images.mean(dim=(1, 2, 3))[:, None]

    def reading(images, sentences):
        fits = torch.where((sentences == said).all(dim=1, keepdim=True), 0.0, -4.0)
        return blind(images, sentences) + fits

    assert losses.matching_discriminator_loss(reading, x, said, fake) == 0
    assert losses.matching_discriminator_loss(blind, x, said, fake) == 1.5


def test_the_sketch_is_what_the_second_stage_starts_from():
    recipe = small_recipe()
    G, words, z = recipe.generator.eval(), encode(SENTENCES), torch.zeros(3, 4)
    with torch.no_grad():
        for value in G.second.paint.parameters():
            value.zero_()
        made = G(words, z)
    expected = torch.tanh(F.interpolate(made.small, size=(64, 64), mode="bilinear", align_corners=False))
    assert torch.allclose(made.large, expected, atol=1e-6)


def test_noise_and_codes_change_the_image_of_one_sentence():
    G = small_recipe().generator.eval()
    words = encode(SENTENCES[:1])
    torch.manual_seed(0)
    one = G(words, torch.zeros(1, 4)).large
    torch.manual_seed(0)
    same = G(words, torch.zeros(1, 4)).large
    other_code = G(words, torch.zeros(1, 4)).large
    torch.manual_seed(0)
    other_noise = G(words, torch.ones(1, 4)).large
    assert torch.equal(one, same)
    assert not torch.equal(one, other_code)
    assert not torch.equal(one, other_noise)


def test_the_papers_sizes(monkeypatch):
    monkeypatch.setattr(recipes, "flickr8k_vocabulary", lambda: order_vocabulary())
    recipe = recipes.text_to_image_paper()
    with torch.no_grad():
        made = recipe.generator.eval()(encode(SENTENCES[:2]), torch.randn(2, 100))
        small, large = recipe.discriminator.eval()(made.small, made.large, encode(SENTENCES[:2]))
    assert made.small.shape == (2, 3, 64, 64)
    assert made.large.shape == (2, 3, 256, 256)
    assert made.mean.shape == made.log_variance.shape == (2, 128)
    assert small.shape == large.shape == (2, 1)
    assert recipe.both_sizes(made.large)[0].shape == made.small.shape
    assert recipe.batch_size == 64


def test_wrong_data_is_a_sentence_and_not_a_traceback():
    x, y = a_batch()
    recipe = small_recipe()
    with pytest.raises(training.TrainingError, match="paints sentences"):
        recipe.check(x, torch.zeros(4, dtype=torch.int64), torch.zeros(4, dtype=torch.int64))
    with pytest.raises(training.TrainingError, match="words up to number 99"):
        recipe.check(x, y, torch.full((4, 3), 99))
    with pytest.raises(training.TrainingError, match="data's are"):
        recipe.check(F.interpolate(x, scale_factor=2), y, y)


def test_the_course_trains_it_by_name():
    named = recipes.RECIPES["text_to_image"]
    assert named.seconds == 150
    recipe = named.build()
    words = recipe.shown
    assert words.shape == (40, 16)
    assert recipe.samples({"generator": recipe.generator}, torch.device("cpu")).shape == (40, 3, 64, 64)
