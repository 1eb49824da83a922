"""Question 8: the trained generator, which must paint combinations that it has never seen.

It gets 48 held-out sentences and fixed noise, and `reading` says what its pictures are. The codes' noise is drawn from
one seed too, so a check of the same weights always ends alike: its flake rate is 0. What differs is how well a training
turns out; `tests/test_text_to_image.py` keeps the answers that must not pass below the marks.
"""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.core import Expectation, WrongKind, exercise
from learntools.core.compare import Difference
from learntools.core.plain import name as called
from learntools.lessons.remembered import handed_out, remembered
from learntools.lessons.text_to_image.reading import PAINTED, held_out, reading
from learntools.models.text_to_image import Painted, StackedGenerator

LATENT = 4


@handed_out
def pretrained() -> StackedGenerator:
    """The course's own generator, in eval mode, of the notebook's form; `data/weights/text_to_image.md` says how it was
    made.

    Everything in the lesson that wants a trained generator takes it from here.
    """
    from learntools.data import weights

    generator = new_generator()
    generator.load_state_dict(weights("text_to_image"))
    return generator.eval().requires_grad_(False)


def new_generator() -> StackedGenerator:
    """An untrained generator of the notebook's form."""
    from learntools.data.orders import order_vocabulary

    return StackedGenerator(len(order_vocabulary()), latent=LATENT)


def trained(training, recipe, orders):
    result = training.fit(recipe, orders, seconds=150, seed=1)
    return result.generator


class _Pretended(nn.Module):
    """The course's generator, with sentences or pictures changed on the way.

    asked: of the words (N, T).   after: of the pictures.   sketches: whether only stage I is shown.
    """

    def __init__(self, after=lambda x: x, asked=lambda words: words, sketches=False):
        super().__init__()
        self.after, self.asked, self.sketches = after, asked, sketches

    def forward(self, words: Tensor, z: Tensor) -> Painted:
        small, large = _painted(self.asked(words), z)
        if self.sketches:
            large = F.interpolate(small, size=large.shape[2:], mode="bilinear")
        return Painted(small, self.after(large), z, z)


def _painted(words: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """A diagnosis asks every known mistake for the same pictures again."""
    both = _painted_at_once(torch.cat([words.float(), z], dim=1))
    return both[0], both[1]


@functools.partial(remembered, kept=8)
def _painted_at_once(asked: Tensor) -> tuple[Tensor, Tensor]:
    words, z = asked[:, :-LATENT].long(), asked[:, -LATENT:]
    torch.manual_seed(0)
    found = pretrained.kept()(words, z)
    return found.small, found.large


class _Untrained(nn.Module):
    """Random weights, drawn when it is called: importing this module leaves the random state alone."""

    def forward(self, words, z):
        torch.manual_seed(3)
        return new_generator().eval()(words, z)


def _without_colours(words: Tensor) -> Tensor:
    """The same sentences without their colours."""
    from learntools.data.order_drawing import TINTS

    colours = torch.tensor([_number(colour) for colour in TINTS])
    rows = [[n for n in row if n not in colours] for row in words.tolist()]
    return torch.tensor([row + [0] * (words.shape[1] - len(row)) for row in rows])


def _turned_round(words: Tensor) -> Tensor:
    """ "left" for "right", and the other way round."""
    left, right = _number("left"), _number("right")
    return torch.where(words == left, right, torch.where(words == right, left, words))


def _number(word: str) -> int:
    from learntools.data.orders import order_vocabulary

    return order_vocabulary().words.index(word)


def _left_half(x: Tensor) -> Tensor:
    """Pairs without their right thing."""
    x = x.clone()
    x[len(x) // 2 :, :, :, x.shape[3] // 2 :] = 1
    return x


def _pictures(generator: nn.Module, words: Tensor, z: Tensor) -> Tensor:
    """The large pictures; WrongKind where something else comes of it."""
    try:
        made = generator(words, z)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        first = str(error).partition("\n")[0]
        raise WrongKind(
            f"fails on words {tuple(words.shape)} and noise {tuple(z.shape)}: {first} Is it the generator of this "
            "lesson, of the class that was trained?"
        ) from None
    images = getattr(made, "large", None)
    if not isinstance(images, Tensor) or images.shape != (len(words), 3, 64, 64):
        what = f"pictures {tuple(images.shape)}" if isinstance(images, Tensor) else called(made)
        raise WrongKind(
            f"gives back {what} for {len(words)} sentences, where `Painted` with pictures of 64×64 is expected. Is it "
            "the generator of this lesson, and not its discriminator?"
        )
    return images.float().cpu()


def _shows_what_was_asked(got: Any, expected: Any) -> Difference | None:
    """Also how two wrong generators are compared: they are alike where the same word describes both."""
    seen, wanted = reading(got), reading(expected)
    return None if seen.word == wanted.word else Difference("value", seen.sentence)


def _shows_something(got: Any, expected: Any) -> Difference | None:
    seen = reading(got)
    fits = (PAINTED, "sides", "grey", "other colours", "red and blue swapped")
    return None if seen.word in fits else Difference("value", seen.sentence)


@exercise(answer="generator", points=4, kind="model", seconds=60)
class q8:
    """A trained generator that paints what a sentence asks for, in combinations that it has never seen."""

    hints = [
        "Did the training cell run to its end, and has the cell after it written the file? The preview should show "
        "things that you can name.",
        "A network is made with its class, and the weights come from the file: `network.load_state_dict(...)` takes "
        "what `load_file` gives. Without that line the network is as random as on its first day.",
        "If too few images show what was asked for, train for longer: double the seconds in the training cell. On a "
        "slow machine two and a half minutes hold fewer steps.",
    ]
    reference = trained
    outcome = pretrained
    praise = "It paints what it is asked for, in combinations that it has never seen."

    def scenario(rng: Any):
        return {}

    def observe(answer: Any, s: Any):
        words = held_out().words()
        z = torch.randn(len(words), LATENT, generator=torch.Generator().manual_seed(0))
        weight = next(iter(answer.parameters()), z)
        answer.eval()
        torch.manual_seed(0)
        with torch.no_grad():
            return {"images": _pictures(answer, words.to(weight.device), z.to(weight.device))}

    expect = [
        Expectation("images", 1, "", _shows_something, "what it paints", compares=False),
        Expectation("images", 3, "", _shows_what_was_asked, "what it paints", compares=True),
    ]
    mistakes = {
        "untrained": (
            _Untrained(),
            "`generator` paints nothing that could be named: its images are as formless as those of a network that "
            "was hardly trained, or not at all. Did its weights come from the file? A new network has random ones.",
        ),
        "always the same": (
            _Pretended(asked=lambda words: words[:1].expand_as(words)),
            "`generator` paints the same picture whatever it is asked for. Does its `forward` read `words`? Look at "
            "what it makes of two different sentences.",
        ),
        "another's sentence": (
            _Pretended(after=lambda x: x.roll(5, 0)),
            "`generator` paints good pictures, but each one shows what some other sentence asked for. The order of a "
            "batch must stay as it is: image i belongs to sentence i.",
        ),
        "colours not read": (
            _Pretended(asked=_without_colours),
            "`generator` paints the right things, but not in the colours that were asked for. Do the words that stand "
            "before the noun reach it, and did D ever refuse a right thing in a wrong colour?",
        ),
        "sides exchanged": (
            _Pretended(asked=_turned_round),
            "`generator` paints the two right things, each on the other's side. Were images mirrored in training "
            "while their sentences still said left and right, or were the numbers of the two words exchanged?",
        ),
        "one thing only": (
            _Pretended(after=_left_half),
            "`generator` paints only one of two things, and leaves the other side empty. Does every place of the image "
            "get to read all of the words?",
        ),
        "sketches only": (
            _Pretended(sketches=True),
            "The pictures of `generator` are blurred, like sketches made larger: colours and places are there, and "
            "what stage II should add is not. Does its `forward` give back what stage II paints, and was stage II "
            "trained too?",
        ),
        "trained too briefly": (
            _Pretended(after=lambda x: x.lerp(F.avg_pool2d(x, 9, 1, 4), 0.5).lerp(_noisy(x), 0.3)),
            "The pictures of `generator` have something of what was asked for, but not enough to be recognised yet. It "
            "needs more steps: let it train for longer.",
        ),
        "grey": (
            _Pretended(after=lambda x: x.mean(dim=1, keepdim=True).expand_as(x)),
            "`generator` paints in shades of grey. Are the real images in colour, and do all three channels reach the "
            "losses?",
        ),
        "red and blue swapped": (
            _Pretended(after=lambda x: x.flip(1)),
            "`generator` swaps red and blue. Some libraries read images as blue, green, red: were the real images "
            "loaded by one of them?",
        ),
        "from 0 to 1": (
            _Pretended(after=lambda x: (x + 1) / 2),
            "The images of `generator` run from 0 to 1, so that its black is mid-grey to everybody else in this "
            "lesson. Here images run from -1 to 1, as tanh gives them: leave them like that.",
        ),
        "negative": (
            _Pretended(after=lambda x: -x),
            "`generator` paints negatives, dark where the truth is light. White paper is 1 and black ink is -1; was a "
            "sign turned round, in the data or in the network?",
        ),
        "bytes": (
            _Pretended(after=lambda x: (x + 1) * 127.5),
            "The values of `generator` go far beyond [-1, 1], as if they were bytes. Here images run from -1 to 1, as "
            "tanh gives them; bytes are only for storing.",
        ),
        "not a number": (
            _Pretended(after=lambda x: x * float("nan")),
            "The images of `generator` are full of NaN, which is no number at all: somewhere in its training a value "
            "went beyond every limit. Train again, with a lower learning rate if it happens twice.",
        ),
    }


def _noisy(x: Tensor) -> Tensor:
    """Strong fixed noise."""
    return torch.randn(x.shape, generator=torch.Generator().manual_seed(0)).clamp(-1, 1)
