"""Question 4: the discriminator that compares the image with its label (Miyato and Koyama 2018, arXiv 1802.05637)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from learntools.core import equal, exercise, grad, leaf, true
from learntools.lessons.conditional_gan import seen


class ConditionalDiscriminator(nn.Module):
    """Images (N, 1, 28, 28) in [-1, 1] and labels (N,) → scores (N, 1)."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            spectral_norm(nn.Conv2d(1, 32, kernel_size=4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1)),
            nn.Flatten(),
            nn.LeakyReLU(0.2),
        )
        self.head = spectral_norm(nn.Linear(64 * 7 * 7, 1))
        self.embedding = spectral_norm(nn.Embedding(10, 64 * 7 * 7))

    def forward(self, x, y):
        features = self.features(x)
        fits = (self.embedding(y) * features).sum(dim=1, keepdim=True)
        return self.head(features) + fits


class _Variant(nn.Module):
    """A discriminator that makes something else of what it sees: `score(features, head, embedding, y)`."""

    def __init__(self, score, count=8 * 7 * 7):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(4, 8, 4, 2, 1), nn.Flatten(), nn.LeakyReLU(0.2)
        )
        self.head, self.embedding, self.score = nn.Linear(count, 1), nn.Embedding(10, count), score

    def forward(self, x, y):
        return self.score(self.features(x), self.head, self.embedding, y)


class _Wide(ConditionalDiscriminator):
    """With the very sizes of the notebook, whose complaint is therefore the learner's own."""

    def __init__(self, score):
        super().__init__()
        self.score = score

    def forward(self, x, y):
        return self.score(self.features(x), self.head, self.embedding, y)


def _fits(features: Tensor, embedding: nn.Module, y: Tensor) -> Tensor:
    return (embedding(y) * features).sum(dim=1, keepdim=True)


def _slope(network: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """How the scores change with the images; zeros where the way back is cut."""
    images = leaf(x)
    slope = grad(network(images, y), images)
    return torch.zeros_like(images) if slope is None else slope


def _comparison(network: nn.Module, x: Tensor) -> dict[str, bool]:
    """Does it depend on the image how much a label is worth; and does G learn from that?"""
    a, b = torch.full((len(x),), 2), torch.full((len(x),), 5)
    with torch.no_grad():
        worth = (network(x, a) - network(x, b)).reshape(len(x), -1).mean(dim=1)
    slope_a, slope_b = _slope(network, x, a), _slope(network, x, b)
    return {
        "compares": bool((worth - worth[0]).abs().max() > 1e-3 * worth.abs().max() + 1e-7),
        "lets through": bool((slope_a != 0).any()),
        "tells G": not torch.allclose(slope_a, slope_b, rtol=1e-4, atol=1e-8),
    }


def _weight(network: nn.Module, x: Tensor) -> float:
    """How much the ten labels move a score, where the images move it by 1."""
    with torch.no_grad():
        scores = torch.stack([network(x, torch.full((len(x),), y)).flatten() for y in range(10)])
    by_label, by_image = ((scores.amax(dim=d) - scores.amin(dim=d)).max() for d in (0, 1))
    return float(by_label / by_image.clamp(min=1e-12))


def _grid(scores: Tensor) -> str:
    """How scores (N, N) came about: a column and a row that were added, or all products of two batches."""
    if scores.ndim != 2 or scores.shape[0] != scores.shape[1]:
        return "none"
    steps = (scores - scores[:1]).detach()
    return "added" if torch.allclose(steps, steps[:, :1].expand_as(steps), atol=1e-4) else "multiplied"


@exercise(answer="ConditionalDiscriminator", points=3)
class q4:
    """A discriminator that asks two things: is it real, and does it fit its label?"""

    hints = [
        "The head alone says how real the image looks. Beside it you need a number that says how well the features "
        "agree with the label's own row.",
        "`self.embedding(y)` is (N, 3136), as the features are. Multiply the two value by value, add up along "
        "`dim=1`, and keep that dimension, so that the sum is (N, 1) like the head's score. Then add both.",
    ]
    reference = ConditionalDiscriminator
    praise = "The score weighs how real the image looks, and how well it fits its label."

    def scenario(rng: Any):
        return {
            "x": rng.images(6, 1, 28, 28),
            "other": rng.images(6, 1, 28, 28),
            "y": torch.tensor([3, 0, 9, 4, 4, 7]),
        }

    def observe(answer: Any, s: Any):
        network = answer()
        scores = seen.output(network, s.x, s.y)
        scores.square().sum().backward()
        one_each = tuple(scores.shape) in ((6,), (6, 1), (6, 1, 1, 1))
        judged = answer().eval()
        shape = "6 × 1" if one_each else seen.shape_in_words(scores)
        told: dict[str, Any] = {"grid": _grid(scores)}
        if one_each:
            told |= {"range": seen.value_range(answer, s.x, s.y, rounds=3), **_comparison(judged, s.x)}
            told |= seen.reaction(judged, s.x, s.y, s.other)
            # a mean in the sum's place has 0.003 at most, the reference 0.78 and more (40 pairs of fresh networks)
            told["weighs"] = max(_weight(fresh, s.x) for fresh in (judged, answer().eval())) > 0.005
        return {"shape": shape, "learns": seen.learns(network), **told}

    expect = [
        equal("shape", share=0, why="one score for each image", label="the shape of its scores for 6 images"),
        equal("range", share=0, why="a score must be free to go either way", label="the range of its scores"),
        true("repeats", share=0, why="the same image with the same label must get the same score again"),
        true("input", share=0.5, why="another image must get another score"),
        true("weighs", share=0, why="beside the look of the image, its label must weigh more than next to nothing"),
        true("label", share=1, why="the same image must get another score when its label is another"),
        true("alone", share=0.5, why="each score must depend on its own image and its own label alone"),
        true("compares", share=1, why="how much a label is worth must depend on what the image shows"),
        true("lets through", share=0.5, why="G learns from how the score changes with the image"),
        true("tells G", share=1, why="the label must change the way in which the score follows the image"),
        equal("labels", share=0.5, why="every class needs a row of its own", label="how many labels it knows apart"),
        equal("code", share=0, why="a label is a name and has no size", label="what a label is to it"),
        true("learns", share=1, why="every weight must take part and receive a gradient"),
    ]
    mistakes = {
        "label ignored": (
            lambda: _Variant(lambda f, head, embedding, y: head(f)),
            "Your `ConditionalDiscriminator` gives an image the same score whatever its label says. G could then draw "
            "boots for every order and get away with it. Add the part in which the label's row meets the features.",
        ),
        "head forgotten": (
            lambda: _Variant(lambda f, head, embedding, y: _fits(f, embedding, y)),
            "Your `ConditionalDiscriminator` asks only whether the image fits its label; its head, which asks whether "
            "the image looks real at all, never gets to speak. The score is the sum of both.",
        ),
        "label added on": (
            lambda: _Variant(lambda f, head, embedding, y: head(f) + embedding(y).sum(dim=1, keepdim=True)),
            "In your `ConditionalDiscriminator` a label is worth the same for every image, so it says nothing about "
            "the image. The label's row must be multiplied with the features before it is added up.",
        ),
        "features detached": (
            lambda: _Variant(lambda f, head, embedding, y: head(f) + _fits(f.detach(), embedding, y)),
            "Your `ConditionalDiscriminator` cuts the features off before it compares them with the label. The score "
            "is right, but G would never feel whether its image fits. Leave the way back open.",
        ),
        "dimension lost": (
            lambda: _Variant(lambda f, head, embedding, y: head(f) + (embedding(y) * f).sum(dim=1)),
            "Your `ConditionalDiscriminator` adds an (N, 1) and an (N,), which PyTorch spreads out to (N, N): every "
            "image meets every other's label. Keep the summed dimension, so that both are (N, 1).",
        ),
        "not added up": (
            lambda: _Wide(lambda f, head, embedding, y: head(f) + embedding(y) * f),
            "Your `ConditionalDiscriminator` gives 3,136 numbers for each image: the products of features and label "
            "are there, but nobody has added them up. An inner product is one number.",
        ),
        "averaged": (
            lambda: _Wide(lambda f, head, embedding, y: head(f) + (embedding(y) * f).mean(dim=1, keepdim=True)),
            "Your `ConditionalDiscriminator` takes the mean of the products, where an inner product adds them up. So "
            "the label counts 3,136 times too little, and D hardly listens to it.",
        ),
        "one sum for all": (
            lambda: _Variant(lambda f, head, embedding, y: head(f) + (embedding(y) * f).sum()),
            "Your `ConditionalDiscriminator` adds up over the whole batch, so each score depends on all the other "
            "images. Add up along the features only: which dimension is that?",
        ),
        "every image by every label": (
            lambda: _Variant(lambda f, head, embedding, y: head(f) + f @ embedding(y).T),
            "Your `ConditionalDiscriminator` multiplies every image's features with every label's row, N by N of them. "
            "Only an image and its own label belong together: multiply row by row, and add up along each row.",
        ),
        "every image by every row": (
            lambda: _Variant(lambda f, head, embedding, y: head(f) + f @ embedding(torch.arange(10)).T),
            "Your `ConditionalDiscriminator` gives ten numbers for each image, one for every class, and never looks "
            "at the label. The label says which single row the features are compared with.",
        ),
        "sigmoid": (
            lambda: _Variant(lambda f, head, embedding, y: torch.sigmoid(head(f) + _fits(f, embedding, y))),
            "The scores of your `ConditionalDiscriminator` are probabilities: a sigmoid has squashed them already. The "
            "loss wants the bare number, free to go as high and as low as it likes.",
        ),
        "tanh": (
            lambda: _Variant(lambda f, head, embedding, y: torch.tanh(head(f) + _fits(f, embedding, y))),
            "The scores of your `ConditionalDiscriminator` stay between -1 and 1, as after a tanh. That belongs to "
            "the generator's images; let the bare number out.",
        ),
        "label of the neighbour": (
            lambda: _Variant(lambda f, head, embedding, y: head(f) + _fits(f, embedding, y.roll(1))),
            "Your `ConditionalDiscriminator` compares each image with the label of another one in the batch. Row by "
            "row, image and label belong together: keep the order of `y` as it is.",
        ),
    }
