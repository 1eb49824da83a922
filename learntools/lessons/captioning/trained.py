"""Question 9: the trained captioner, which must describe scenes whose things it has never seen together.

It gets 150 of the course's unseen combinations (`reading.unseen_scenes`) and says a sentence about each by itself,
greedily; no true word is ever shown to it. `reading` says what these sentences are. Nothing is drawn by chance, so a
check of the same weights always ends alike: its flake rate is 0. What differs is how well a training turns out;
`tests/test_captioning.py` keeps the answers that must not pass below the marks.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable
from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import Expectation, WrongKind, exercise, true
from learntools.core.compare import Difference
from learntools.core.plain import name as called
from learntools.data.vocabulary import END
from learntools.lessons.captioning.reading import DESCRIBED, reading, unseen_scenes
from learntools.lessons.remembered import by_bytes, handed_out, remembered
from learntools.models.captioner import Captioner, SceneEncoder, greedy


@handed_out
def pretrained() -> Captioner:
    """The course's own captioner, in eval mode; `data/weights/captioning.md` says how it was made.

    Everything in the lesson that wants a trained captioner takes it from here.
    """
    from learntools.models.captioner import trained_captioner

    return trained_captioner()


def new_captioner() -> Captioner:
    """An untrained captioner of scenes, of the form that the notebook trains."""
    from learntools.models.captioner import scene_captioner

    return scene_captioner()


def trained(training, recipe, scenes):
    result = training.fit(recipe, scenes, seconds=150, seed=1)
    return result.networks["captioner"]


class _Pretended(nn.Module):
    """The course's captioner, with images, places or logits changed on the way.

    before: of the images.   places: of what the encoder gives.   logits: of what the decoder gives, and of the words
    that it has read.   words: two words that are exchanged in everything that is read and said.
    """

    def __init__(
        self, before=lambda x: x, places=lambda places: places, logits=lambda logits, words: logits, words=None
    ):
        super().__init__()
        self.before, self.places, self.logits, self.exchanged = before, places, logits, words

    @property
    def vocabulary(self):
        return pretrained.kept().vocabulary

    def encoder(self, x: Tensor) -> Tensor:
        return self.places(_seen(self.before(x)))

    def decode(self, words: Tensor, places: Tensor, state: Any = None) -> Any:
        order = torch.arange(len(self.vocabulary))
        if self.exchanged:
            a, b = (self.vocabulary.words.index(word) for word in self.exchanged)
            order[a], order[b] = b, a
        logits, state, weights = pretrained.kept().decode(order[words], places, state)
        return self.logits(logits[..., order], words), state, weights


class _Untrained(_Pretended):
    """Random weights, drawn when it is called: importing this module leaves the random state alone."""

    def encoder(self, x: Tensor) -> Tensor:
        torch.manual_seed(3)
        self.network = [new_captioner().eval()]  # in a list, so that it is no part of this module
        return self.network[0].encoder(x)

    def decode(self, words: Tensor, places: Tensor, state: Any = None) -> Any:
        return self.network[0].decode(words, places, state)


@functools.partial(remembered, kept=8)
def _seen(x: Tensor) -> Tensor:
    """The places of these images; a diagnosis asks every known mistake about the same ones again."""
    return pretrained.kept().encoder(x)


def _who(network: nn.Module) -> Hashable | None:
    """What tells apart networks that can be known by their weights alone, or are known mistakes; None for others."""
    if isinstance(network, _Pretended):
        return network
    if type(network) is not Captioner or "decode" in vars(network) or type(network.encoder) is not SceneEncoder:
        return None
    return network.vocabulary.words, tuple(map(by_bytes, network.state_dict().values()))


def _louder(number: int, by: float):
    """Logits with one word's raised."""

    def change(logits: Tensor, words: Tensor) -> Tensor:
        logits = logits.clone()
        logits[..., number] += by
        return logits

    return change


def _ended_after_a_thing(logits: Tensor, words: Tensor) -> Tensor:
    """Logits that end a sentence once it has named something."""
    from learntools.data.nouns import things
    from learntools.data.vocabulary import words_of

    numbers = {word: number for number, word in enumerate(pretrained.kept().vocabulary.words)}
    last = torch.tensor([numbers[words_of(noun)[-1]] for noun in things()])
    logits = logits.clone()
    logits[..., END] += 1e4 * torch.isin(words, last)
    return logits


def _grey(x: Tensor) -> Tensor:
    return x.mean(dim=1, keepdim=True).expand_as(x)


def _blurred(x: Tensor) -> Tensor:
    return nn.functional.interpolate(nn.functional.avg_pool2d(x, 4), scale_factor=4, mode="bilinear")


@functools.partial(remembered, by=_who)
def _said(network: nn.Module) -> tuple[list[str], bool]:
    """A sentence for each scene, and whether attention was always made of numbers; WrongKind for no captioner.

    A diagnosis asks every known mistake; what each of them says is the same for every answer.
    """
    from learntools.data import to_float

    if not all(hasattr(network, part) for part in ("encoder", "decode", "vocabulary")):
        raise WrongKind(
            f"is {called(network)}, and not a captioner with `encoder`, `decode` and `vocabulary`. Is it the whole "
            "network of this lesson that was kept?"
        )
    x = to_float(unseen_scenes().images())
    weight = next(iter(network.parameters()), x)
    try:
        spoken = [greedy(network, part.to(weight.device)) for part in x.split(100)]  # type: ignore[arg-type]
    except (RuntimeError, TypeError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise WrongKind(f"fails on images {tuple(x.shape)}: {first} Is it the captioner of this lesson?") from None
    said = [sentence for part in spoken for sentence in network.vocabulary.decode_all(part.words.cpu())]  # type: ignore
    return said, all(bool(part.attention.isfinite().all()) for part in spoken)


def _describes(got: Any, expected: Any) -> Difference | None:
    """Also how two wrong captioners are compared: they are alike where the same word describes both."""
    seen, wanted = reading(got), reading(expected)
    return None if seen.word == wanted.word else Difference("value", seen.sentence)


def _begins(got: Any, expected: Any) -> Difference | None:
    seen = reading(got)
    begun = (DESCRIBED, "too few", "lost", "mirrored", "colour-blind")
    return None if seen.word in begun else Difference("value", seen.sentence)


@exercise(answer="captioner", points=4, kind="model", seconds=120)
class q9:
    """A trained captioner that describes scenes whose things it has never seen together."""

    hints = [
        "Did the training cell run to its end, and has the cell after it written the file? The loss that is shown, "
        "yours and the second one together, begins near 9 and should end below 3.",
        "First make an untrained captioner, with `new_captioner()`, and the weights come from the file: "
        "`network.load_state_dict(...)` takes what `load_file` gives.",
        "If too few things are named, train for longer: double the seconds in the training cell. On a slow machine the "
        "same time holds fewer steps.",
    ]
    reference = trained
    outcome = pretrained
    praise = "It describes what it has never seen side by side, in words that nobody has put into its mouth."

    def scenario(rng: Any):
        return {}

    def observe(answer: Any, s: Any):
        answer.eval()
        sentences, numbers = _said(answer)
        return {"sentences": sentences, "numbers": numbers}

    expect = [
        true("numbers", share=0, why="the network should compute with numbers, and NaN is none"),
        Expectation("sentences", 1, "", _begins, "what it says", compares=False),
        Expectation("sentences", 3, "", _describes, "what it says", compares=True),
    ]
    mistakes = {
        "untrained": (
            _Untrained(),
            "`captioner` says words, but nothing about the scenes, like a network that was hardly trained, or not at "
            "all. Did its weights come from the file? A new network has random ones.",
        ),
        "blind": (
            _Pretended(places=lambda places: places[:1].expand_as(places)),
            "`captioner` says the same about every scene. Usual sentences can be learned without ever looking: did "
            "the loss go on falling, below 3? If not, train a new one, and look at `caption_loss` of question 3.",
        ),
        "trained too briefly": (
            _Pretended(before=_blurred),
            "`captioner` has begun to see, but it names all things in too few of the scenes. It has learned how a "
            "sentence goes, and needs more steps to tell a lion from a tiger: train for longer.",
        ),
        "another image": (
            _Pretended(places=lambda places: places.roll(1, 0)),
            "`captioner` describes scenes, but each sentence belongs to some other image. The order of a batch must "
            "stay as it is: sentence i is about image i.",
        ),
        "left and right exchanged": (
            _Pretended(words=("left", "right")),
            "`captioner` names the right things, and says left where it is right. If you mirror images to have more of "
            "them, what becomes of their sentences? Look at what is in `augment`.",
        ),
        "colour-blind": (
            _Pretended(before=_grey),
            "`captioner` names the right things, and says their colours by lot, as if it saw in grey. If you change "
            "the images' colours in `augment`, a red heart is no longer red: take that out. Else train for longer.",
        ),
        "never ends": (
            _Pretended(logits=_louder(END, -1e4)),
            "`captioner` never comes to an end. It has not learned to say END: was END among the targets, and did "
            "`caption_loss` of question 3 count it? Then train a new one.",
        ),
        "ends too early": (
            _Pretended(logits=_ended_after_a_thing),
            "`captioner` breaks off: its sentences leave out part of what is there. Did the padding "
            "count in `caption_loss` of question 3? If not, it may only need more steps: train for longer.",
        ),
        "says nothing": (
            _Pretended(logits=_louder(END, 1e4)),
            "`captioner` says nothing at all: END is its first word every time. Were the targets shifted by one word, "
            "so that each word is followed by the next, and END comes last? Then train a new one.",
        ),
        "not a number": (
            _Pretended(places=lambda places: places * float("nan")),
            "`captioner` computes with NaN, which is no number at all: somewhere in its training a value went beyond "
            "every limit. Train again, with a lower learning rate if it happens twice.",
        ),
    }
