"""Sentences for scenes and for photographs."""

from __future__ import annotations

import functools

from torch import nn

from learntools import data
from learntools.data import scenes as captioned_scenes
from learntools.data.captioned import Sentences
from learntools.data.vocabulary import Vocabulary
from learntools.training.batches import Blur, Noise, OneHue, Tint, flip
from learntools.training.captioning import Captioning
from learntools.training.recipe import Adam
from learntools.training.recipes.named import Named


def captioning(long: bool = False) -> Captioning:
    """Sentences for scenes, some of them noisy or blurred: without that, the least noise deceives it.

    `long` is for thousands of steps: scenes in other colours, some in a single hue, ask for shapes more than colours.
    """
    from learntools.models.captioner import scene_captioner

    return Captioning(
        captioner=scene_captioner(),
        augment=[*([Tint(0.2), OneHue(0.15)] if long else []), Noise(), Blur()],
        decay=0.998 if long else 0.995,
    )


def orders_judge() -> Captioning:
    """The captioner that judges pictures painted to order (`metrics.orders`): it learns all its layers from scenes."""
    from learntools.models.captioner import Captioner, Encoder

    recipe = captioning(long=True)
    recipe.captioner = Captioner(captioned_scenes.scene_vocabulary(), Encoder())
    recipe.augment, recipe.name = [Tint(0.2), OneHue(0.15)], "orders_judge"
    return recipe


def captioning_flickr8k() -> Captioning:
    """Photographs in words: *Show, Attend and Tell*'s task, on the features of EfficientNet-Lite0."""
    from learntools.models.captioner import Captioner, PretrainedEncoder

    return Captioning(
        captioner=Captioner(flickr8k_vocabulary(), PretrainedEncoder(), embedding=256, hidden=512),
        optimizer=Adam(lr=1e-3, betas=(0.9, 0.99), weight_decay=0.05),
        own_words=lambda steps: min(0.25, steps / 20_000),
        batch_size=32,
        augment=[flip],
        name="captioning_flickr8k",
    )


@functools.lru_cache(maxsize=2)
def flickr8k(split: str, size: int = 224) -> data.Captioned:
    """Flickr8k's photographs of one split at `size`×`size` with their captions, read once."""
    return data.flickr8k(split, size=size)


def flickr8k_vocabulary() -> Vocabulary:
    """The words that occur at least five times in the training captions of Flickr8k."""
    return Vocabulary.of((said for found in flickr8k("train").captions for said in found), at_least=5)


def measure_captioning(networks: dict[str, nn.Module]) -> dict[str, float]:
    """On a thousand scenes of unseen combinations, and on a thousand by an unseen artist: what its own words get right.

    Shares of objects, colours and relations (`metrics.judged_scenes`), BLEU-4 and CIDEr-D against five references each.
    """
    found = _measured_captions(networks["captioner"], captioned_scenes.unseen_combinations())
    other = _measured_captions(networks["captioner"], captioned_scenes.unseen_artist())
    return found | {f"{key}_unseen_artist": value for key, value in other.items()}


def _measured_captions(captioner: nn.Module, scenes: captioned_scenes.SceneSet) -> dict[str, float]:
    from learntools.metrics import bleu, cider, judged_scenes
    from learntools.models.captioner import describe

    said = describe(captioner, data.to_float(scenes.images()))  # type: ignore[arg-type]
    scores = {"bleu4": bleu(said, scenes.references)["bleu4"], "cider": cider(said, scenes.references)}
    return judged_scenes(said, scenes.scenes) | scores


def measure_flickr8k(networks: dict[str, nn.Module]) -> dict[str, float]:
    """BLEU-1 to 4 and CIDEr-D of its sentences about the test photographs."""
    from learntools.metrics import bleu, cider
    from learntools.models.captioner import describe

    test = flickr8k("test")
    said = describe(networks["captioner"], test.floats(), beam=3, part=16)  # type: ignore[arg-type]
    return bleu(said, test.captions) | {"cider": cider(said, test.captions)}


RECIPES = {
    "captioning": Named(captioning, captioned_scenes.Endless, measure_captioning, 150, "sentences for scenes"),
    "orders_judge": Named(
        orders_judge,
        captioned_scenes.Endless,
        measure_captioning,
        None,
        "sentences for scenes, to judge what `text_to_image` paints",
        steps=18_000,
    ),
    "captioning_flickr8k": Named(
        captioning_flickr8k,
        lambda: Sentences(flickr8k("train"), flickr8k_vocabulary()),
        measure_flickr8k,
        None,
        "sentences for photographs, as Show, Attend and Tell; downloads 1.1 GB, and wants a GPU",
        steps=10_000,
    ),
}
