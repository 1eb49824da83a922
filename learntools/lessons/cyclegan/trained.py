"""Question 8: the trained generators, which must turn one artist's emoji into the other's, and back.

They get 84 of the 252 held-out pairs, first as they are, then their own translations to turn back.
`learntools.lessons.cyclegan.reading` has the figures and their thresholds. Nothing is drawn by chance, so a check of
the same weights always ends alike: its flake rate is 0. What differs is how well a training turns out;
`tests/test_cyclegan.py` keeps the answers that must not pass below the marks.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import Expectation, WrongKind, exercise
from learntools.core.compare import Difference
from learntools.core.plain import name as called
from learntools.lessons.cyclegan.reading import TRANSLATED, reading
from learntools.lessons.remembered import handed_out
from learntools.models.cyclegan import TwoWay, Zoomed, zoomed
from learntools.models.pix2pix import UNet, instance_norm

PAIRS = 84  # every third; neighbours are of one kind, so that there are some of every kind


def new_generators(zoom: float = 1.0) -> TwoWay:
    """G: a → b and F: b → a, untrained U-Nets, in the form of the course's own weights.

    zoom: what G draws everything larger by before it paints, or smaller; F does the inverse. Trained weights bring
    theirs along.
    """

    def generator(zoom: float) -> nn.Module:
        return Zoomed(UNet(width=32, depth=4, dropout=0, norm=instance_norm, upsample="resize", residual=True), zoom)

    return TwoWay(generator(zoom), generator(1 / zoom))


@handed_out
def pretrained() -> TwoWay:
    """The course's own generators, in eval mode; `data/weights/cyclegan.md` says how they were made."""
    from learntools.data import weights

    generators = new_generators()
    generators.load_state_dict(weights("cyclegan"))
    return generators.eval().requires_grad_(False)


def trained(training, artists, generators, discriminators):
    recipe = training.CycleGAN(generators=generators, discriminators=discriminators)
    result = training.fit(recipe, artists, seconds=180, seed=1)
    return result.networks["generators"]


class _Pretended(nn.Module):
    """Something that only looks like two trained generators."""

    def __init__(self, to_b, to_a=None):
        super().__init__()
        self.to_b, self.to_a = to_b, to_a or to_b

    def forward(self, a, b):
        return self.to_b(a), self.to_a(b)


class _Untrained(nn.Module):
    """Generators with random weights, drawn when they are called: importing this module draws nothing."""

    def __init__(self, zoom: float):
        super().__init__()
        self.zoom = zoom

    def forward(self, a, b):
        return new_generators(self.zoom).eval()(a, b)


def _as_a(x: Tensor) -> Tensor:
    return pretrained.kept().b_to_a(x)


def _as_b(x: Tensor) -> Tensor:
    return pretrained.kept().a_to_b(x)


def _hardly_repainted(x: Tensor) -> Tensor:
    G = pretrained.kept().a_to_b
    return 0.6 * zoomed(x, G.get_buffer("factor")) + 0.4 * G(x)


def _two(answer: nn.Module, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """What the two generators make; WrongKind where something else comes of it."""
    try:
        made = answer(a, b)
    except TypeError as error:
        if "forward()" in str(error) and "argument" in str(error):
            raise WrongKind(
                "takes one batch only, so it is one generator. Both are judged together: the `TwoWay` of G and F, "
                "which is called with a batch of each style."
            ) from None
        raise
    except RuntimeError as error:
        first = str(error).partition("\n")[0]
        raise WrongKind(
            f"fails on two batches {tuple(a.shape)}: {first} Is it the network of this lesson that was trained?"
        ) from None
    if not isinstance(made, (tuple, list)) or len(made) != 2 or not all(isinstance(x, Tensor) for x in made):
        raise WrongKind(f"gives back {called(made)} where two batches of images are expected, G(a) and F(b).")
    if any(x.shape != a.shape for x in made):
        raise WrongKind(
            f"gives back {tuple(made[0].shape)} for {tuple(a.shape)}: images of the same size are expected."
        )
    return made[0], made[1]


def _translates(got: Any, expected: Any) -> Difference | None:
    seen = reading(got["made"], expected["truth"])
    return None if seen.word == TRANSLATED else Difference("value", seen.sentence)


def _differs(got: Any, expected: Any) -> Difference | None:
    """How two wrong answers are compared: they are alike where the same word describes both."""
    seen, wanted = reading(got["made"], expected["truth"]), reading(expected["made"], expected["truth"])
    return None if seen.word == wanted.word else Difference("value", seen.sentence)


@exercise(answer="generators", points=4, kind="model", seconds=60)
class q8:
    """Two trained generators that translate between the artists."""

    hints = [
        "Did the training cell run to its end, and has the cell after it written the file? Towards the end of the "
        "preview, outlines should have appeared.",
        "Two lines: `new_generators()` makes untrained networks, and their `load_state_dict(...)` takes what "
        "`load_file(FILE)` reads. The zoom comes with the weights.",
        "If the outlines are missing, train for longer: double the seconds in the training cell. On a slow machine 180 "
        "seconds hold fewer steps.",
    ]
    reference = trained
    outcome = pretrained
    praise = "Nobody ever told them what belongs together, and they translate, there and back."

    def scenario(rng: Any):
        from learntools.data import emoji_styles

        a, b = emoji_styles("test", size=32).floats(3 * torch.arange(PAIRS) + 1)
        return {"a": a, "b": b}

    def observe(answer: Any, s: Any):
        weight = next(iter(answer.parameters()), s.a)
        answer.eval()
        a, b = s.a.to(weight.device), s.b.to(weight.device)
        with torch.no_grad():
            fake_b, fake_a = _two(answer, a, b)
            cycled_b, cycled_a = _two(answer, fake_a.to(a.dtype), fake_b.to(a.dtype))
        made = {"fake_b": fake_b, "fake_a": fake_a, "cycled_a": cycled_a, "cycled_b": cycled_b}
        made = {name: x.float().cpu() for name, x in made.items()}
        return {"images": {"made": made, "truth": {"a": s.a, "b": s.b}}}

    expect = [
        Expectation("images", 1, "", _translates, "the translations"),
        Expectation("images", 0, "", _differs, "the translations", compares=True),
    ]
    mistakes = {
        "untrained": (
            _Untrained(1.0),
            "`generators` nearly copies what it is shown, as untrained networks do. Did the weights come from the "
            "file? New networks only have them once they are loaded.",
        ),
        "copies": (
            _Pretended(lambda x: x),
            "`generators` hands the images on as they are. A copy makes perfect round trips, but it is no translation: "
            "take networks as in the training cell, and give them the weights from your file.",
        ),
        "exchanged": (
            _Pretended(_as_a, _as_b),
            "In `generators` the two have changed places: the one that should draw outlines removes them, and the "
            "other one adds them. G, from a to b, comes first.",
        ),
        "no way back": (
            _Pretended(lambda x: _as_b(x).roll(1, dims=0), _as_a),
            "A round trip through `generators` ends too far from where it began. Either the training was too short, or "
            "the cycle loss weighed too little in it: compare with the training cell, and train for longer.",
        ),
        "without the zoom": (
            _Pretended(lambda x: pretrained.kept().repaint(x, x)[0], lambda x: pretrained.kept().repaint(x, x)[1]),
            "`generators` paints in the right style, but as large as the first artist, and the second one leaves a "
            "margin. Hand the zoom to the new networks in the training cell, and train again.",
        ),
        "trained too briefly": (
            _Pretended(_hardly_repainted, _as_a),
            "`generators` has begun to repaint, but the black outlines of the second artist are still missing. That "
            "comes with more steps: train for longer, and watch the preview.",
        ),
        "from 0 to 1": (
            _Pretended(lambda x: (_as_b(2 * x - 1) + 1) / 2, lambda x: (_as_a(2 * x - 1) + 1) / 2),
            "The images of `generators` run from 0 to 1, so that black looks grey to everybody else here. In this "
            "lesson images run from -1 to 1: check what went into the training.",
        ),
        "bytes": (
            _Pretended(lambda x: (_as_b(x) + 1) * 127.5, lambda x: (_as_a(x) + 1) * 127.5),
            "The values of `generators` go far beyond [-1, 1], as if they were bytes. Here images run from -1 to 1, as "
            "tanh gives them; bytes are only for storing.",
        ),
        "not a number": (
            _Pretended(lambda x: x * float("nan")),
            "The images of `generators` are full of NaN, which is no number at all: somewhere in the training a value "
            "went beyond every limit. Train again; if it happens twice, give the recipe a lower learning rate, "
            "`generator_optimizer=training.Adam(lr=1e-3)`.",
        ),
    }
