"""What images painted to order show: two judges who had no part in their training.

    judged_orders(images, orders)       # {"objects": .81, "relations": .78, "colours": .95, "nearest": .84}

The first judge is a captioner, who says in words what it sees. It is not the one of lesson 07: that builds on the
recogniser whose features the second judge compares, and two judges should not see with the same eyes. This one has
learned all its layers from scenes (data/weights/orders_judge.md). The second compares each thing with real
renderings of all nouns in all tints, by features of EfficientNet-Lite0, which has never seen an emoji. The colour is
measured in the pixels.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.data.images import to_float
from learntools.data.order_drawing import SIDE, TINTS, draw
from learntools.data.orders import NOUNS, Order
from learntools.data.sentences import read
from learntools.metrics.kernel import recognition_features

_FAINTEST = 0.01  # of the mean colour's distance from grey: what has less counts as not coloured


def judged_orders(images: Tensor, orders: Sequence[Order], nearest: bool = True) -> dict[str, float]:
    """Shares of images (N, 3, 64, 64) in [-1, 1] that show what was asked, each 0 to 1.

    objects: those in which the captioner names all things asked for, and no other.
    relations: of those with two things, those whose caption has both and no other, each on its own side.
    colours: of all things asked for in a tint, those whose pixels have it.
    nearest: of all things asked for, those whose nearest real rendering is of the same noun; left out when False.

    Raises ValueError when there is not one order for each image.
    """
    if not len(orders) or len(images) != len(orders):
        raise ValueError(f"Each image needs one order, and here are {len(images)} images and {len(orders)} orders.")
    named, related = named_things(images, orders)
    pairs = [len(order.things) == 2 for order in orders]
    found = {
        "objects": sum(named) / len(named),
        "relations": sum(related) / sum(pairs) if any(pairs) else 1.0,
    }
    asked = [(part, thing) for x, order in zip(images, orders, strict=True) for part, thing in _parts(x, order)]
    tinted = [(part, colour) for part, (colour, _) in asked if colour]
    if tinted:
        found["colours"] = sum(tint_of(part) == colour for part, colour in tinted) / len(tinted)
    if nearest:
        seen = nearest_nouns(torch.stack([part for part, _ in asked]))
        found["nearest"] = sum(noun == said for (_, (_, noun)), said in zip(asked, seen, strict=True)) / len(asked)
    return found


def named_things(images: Tensor, orders: Sequence[Order]) -> tuple[list[bool], list[bool]]:
    """For each image: whether the captioner names just what was asked, and whether it also puts both on their sides."""
    from learntools.models.captioner import describe

    named, related = [], []
    for sentence, order in zip(describe(_captioner(), images), orders, strict=True):
        claims, nouns = read(sentence), order.nouns
        named.append({noun for _, noun in claims.things} == set(nouns))
        true = {(nouns[0], "left", nouns[-1]), (nouns[-1], "right", nouns[0])}
        related.append(named[-1] and len(nouns) == 2 and bool(true & set(claims.relations)))
    return named, related


def tint_of(image: Tensor) -> str:
    """The tint whose hue is nearest to the mean colour of an image (3, H, W) in [-1, 1]; "" where it is nearly grey."""
    mean = (image.clamp(-1, 1).float() + 1).flatten(1).mean(dim=1) / 2
    if float((mean - mean.mean()).norm()) < _FAINTEST:
        return ""
    tints = torch.stack([_hue(torch.tensor(value) / 255) for value in TINTS.values()])
    return tuple(TINTS)[int((tints @ _hue(mean)).argmax())]


def nearest_nouns(parts: Tensor) -> list[str]:
    """The noun of each part's (M, 3, 32, 32) nearest real rendering, in [-1, 1]."""
    features, nouns = _renderings()
    seen = F.normalize(recognition_features(parts.clamp(-1, 1)) - features.mean(dim=0), dim=1)
    best = (seen @ F.normalize(features - features.mean(dim=0), dim=1).T).argmax(dim=1)
    return [nouns[i] for i in best.tolist()]


def _parts(image: Tensor, order: Order) -> list[tuple[Tensor, tuple[str, str]]]:
    """Each thing's own part of the image, all of one size: the middle, or the left and the right half."""
    if len(order.things) == 1:
        middle = image[None, :, 8 : SIDE - 8, 8 : SIDE - 8]
        return [(F.interpolate(middle, size=(32, 32), mode="bilinear", antialias=True)[0], order.things[0])]
    half = SIDE // 2
    rows = slice(half // 2, SIDE - half // 2)
    return [(image[:, rows, :half], order.things[0]), (image[:, rows, half:], order.things[1])]


def _hue(colour: Tensor) -> Tensor:
    """A colour (3,) as a direction (3,) away from grey."""
    return F.normalize(colour - colour.mean(), dim=0)


@functools.lru_cache(maxsize=1)
def _renderings() -> tuple[Tensor, list[str]]:
    """Features (M, 1280) of each noun in all tints, alone and as one of two; and the nouns."""
    every = [Order(((tint, noun),) * count) for noun in NOUNS for tint in ("", *TINTS) for count in (1, 2)]
    images = to_float(draw([order.things for order in every]))
    parts = [_parts(x, order)[0][0] for x, order in zip(images, every, strict=True)]
    return recognition_features(torch.stack(parts)), [order.nouns[0] for order in every]


@functools.lru_cache(maxsize=1)
def _captioner():
    from learntools.data.scenes import scene_vocabulary
    from learntools.data.weights import weights
    from learntools.models.captioner import Captioner, Encoder

    network = Captioner(scene_vocabulary(), Encoder())
    network.load_state_dict(weights("orders_judge"))
    return network.eval().requires_grad_(False)
