"""Question 6: the image buffer, judged by what it gives back over a thousand images.

Each image has a number of its own, so that it can be recognised when it comes back. What is measured is put into words
with wide borders. How often is a right answer refused by bad luck? Of 990 images that come when the buffer of 10 is
full, the older ones given back are binomial with p = 1/2, and 380 to 610 of them are called "about half": 7 standard
deviations. An older image has waited for 20 others on average; the mean over about 495 of them spreads by 0.9, and the
borders are 14 and 28. A place is never drawn with probability 0.95^990, 1e-22. So bad luck is rarer than 1 in 100
million checks; `tests/test_cyclegan.py` computes it.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from learntools.core import WrongKind, equal, exercise, true

SIZE, BATCH, IMAGES = 10, 5, 1000
HALF = (380, 610)  # older images among the 990 that come when it is full
WAIT = (1.4, 2.8)  # mean waiting time of an older image, as a multiple of the buffer's size; 2 is expected


class ImageBuffer:
    """Earlier fakes, some of which are given back later in the place of fresh ones."""

    def __init__(self, size=50):
        self.size, self.images = size, []

    def __call__(self, fakes):
        given = []
        for fake in fakes.detach():
            if len(self.images) < self.size:
                self.images.append(fake)
            elif torch.rand(()) < 0.5:
                place = int(torch.randint(self.size, ()))
                fake, self.images[place] = self.images[place], fake
            given.append(fake)
        return torch.stack(given)


class _Buffer(ImageBuffer):
    """`ImageBuffer` with one thing done differently: how a full buffer answers one fresh image."""

    keeps_graph = False

    def __call__(self, fakes):
        given = []
        for fake in fakes if self.keeps_graph else fakes.detach():
            if len(self.images) < self.size:
                self.images.append(fake)
                given.append(fake)
            else:
                given.append(self.full(fake))
        return torch.stack(given)

    def full(self, fake):
        return self.swap(fake) if torch.rand(()) < 0.5 else fake

    def swap(self, fake, place=None):
        place = int(torch.randint(self.size, ())) if place is None else place
        old, self.images[place] = self.images[place], fake
        return old


class _KeepsGraph(_Buffer):
    keeps_graph = True


class _OnlyFresh(_Buffer):
    def full(self, fake):
        return fake


class _OnlyOld(_Buffer):
    def full(self, fake):
        return self.swap(fake)


class _NotStored(_Buffer):
    def full(self, fake):
        return self.images[int(torch.randint(self.size, ()))] if torch.rand(()) < 0.5 else fake


class _NotStoredOnlyOld(_Buffer):
    def full(self, fake):
        return self.images[int(torch.randint(self.size, ()))]


class _Grows(_Buffer):
    def full(self, fake):
        if torch.rand(()) < 0.5:
            self.images.append(fake)
            return self.images[int(torch.randint(len(self.images), ()))]
        return fake


class _OldestFirst(_Buffer):
    def full(self, fake):
        if torch.rand(()) < 0.5:
            self.images.append(fake)
            return self.images.pop(0)
        return fake


class _OnePlace(_Buffer):
    def full(self, fake):
        return self.swap(fake, place=0) if torch.rand(()) < 0.5 else fake


class _NotTheLast(_Buffer):
    def full(self, fake):
        return self.swap(fake, place=int(torch.randint(self.size - 1, ()))) if torch.rand(()) < 0.5 else fake


class _Rarely(_Buffer):
    def full(self, fake):
        return self.swap(fake) if torch.rand(()) < 0.1 else fake


class _WholeBatch(ImageBuffer):
    """One draw for the whole batch."""

    def __call__(self, fakes):
        fakes = fakes.detach()
        if len(self.images) < self.size:
            self.images += list(fakes)
            return fakes
        if torch.rand(()) < 0.5:
            places = torch.randperm(self.size)[: len(fakes)].tolist()
            old = torch.stack([self.images[place] for place in places])
            for place, fake in zip(places, fakes, strict=True):
                self.images[place] = fake
            return old
        return fakes


class _ThrownAway(_Buffer):
    """What is not given back is lost: the fresh image goes into the buffer and its predecessor away, half the time."""

    def full(self, fake):
        if torch.rand(()) < 0.5:
            return self.images[int(torch.randint(self.size, ()))]
        self.images[int(torch.randint(self.size, ()))] = fake
        return fake


def _batch(first: int) -> Tensor:
    """Images (BATCH, 1, 2, 3), each filled with its own number."""
    return torch.arange(first, first + BATCH, dtype=torch.float32).view(-1, 1, 1, 1).expand(-1, 1, 2, 3).clone()


def _asked(buffer: Any, fakes: Tensor) -> Tensor:
    if not callable(buffer):
        raise WrongKind("makes an object that cannot be called: its method has to be named `__call__`.")
    given = buffer(fakes)
    if not isinstance(given, Tensor) or given.shape != fakes.shape:
        what = f"{tuple(given.shape)}" if isinstance(given, Tensor) else "no tensor"
        raise WrongKind(
            f"gives back {what} for a batch {tuple(fakes.shape)}: as many images as it got are expected, as one tensor."
        )
    return given


def _half(count: int) -> str:
    if count == 0:
        return "none"
    if count == IMAGES - SIZE:
        return "all"
    return "fewer than half" if count < HALF[0] else "more than half" if count > HALF[1] else "about half"


def _waiting(ages: Tensor) -> str:
    if not len(ages):
        return "nothing"
    mean = float(ages.mean()) / SIZE
    if mean < WAIT[0]:
        return "too briefly"
    if mean > WAIT[1]:
        return "too long"
    return "by chance" if float(ages.std()) > 0.5 * float(ages.mean()) else "all equally long"


@exercise(answer="ImageBuffer", points=3)
class q6:
    """Some of the fakes that D sees are older ones."""

    hints = [
        "A full buffer tosses a coin for each image: `torch.rand(()) < 0.5`. On one side the fresh image is simply "
        "given back. What happens on the other?",
        "Draw a place from 0 to `self.size - 1`. The older image there is given back, and the fresh one takes its "
        "place. Mind the order: whoever overwrites first has nothing left to give.",
        "`old = self.images[place]`, then `self.images[place] = fake`, then `given.append(old)`.",
    ]
    reference = ImageBuffer
    praise = "Half of what D sees is fresh, the other half is older, and whoever has been given back makes room."

    def scenario(rng: Any):
        return {"start": float(rng.integer(1, 1000))}

    def observe(answer: Any, s: Any):
        torch.manual_seed(int(s.start))  # a coin for each run, whatever came before
        buffer, graph = answer(SIZE), torch.ones((), requires_grad=True)
        fresh = torch.arange(IMAGES, dtype=torch.float32)
        parts, cut = [], True
        for first in range(0, IMAGES, BATCH):
            given = _asked(buffer, (_batch(first) * graph) if first % 2 == 0 else _batch(first))
            cut = cut and not given.requires_grad
            parts.append(given.detach().clone()[:, 0, 0, 0])
        out = torch.cat(parts)
        filling, rest, own = out[:SIZE], out[SIZE:], fresh[SIZE:]
        older = rest != own
        ages = (own - rest)[older]
        in_batches = older.view(-1, BATCH).sum(dim=1)
        counts = out.long().clamp(0, IMAGES - 1).bincount(minlength=IMAGES)
        whole = _asked(answer(3), _batch(0))[:3, 0, 0, 0]
        return {
            "filling": torch.equal(filling, fresh[:SIZE]),
            "older": _half(int(older.sum())),
            "once": int(counts[:SIZE].max()) <= 2 and int(counts[SIZE:].max()) <= 1,  # the first ones fill it too
            "renewed": len(rest[older].unique()) > SIZE,
            "waiting": _waiting(ages),
            "all leave": set(range(SIZE)) <= set(rest[older].long().tolist()) or not bool(older.any()),
            "each by itself": bool(((in_batches > 0) & (in_batches < BATCH)).any()) or not bool(older.any()),
            "cut": cut,
            "own size": torch.equal(whole, torch.arange(3.0)),
        }

    expect = [
        true("filling", share=0.5, why="until it is full, the buffer gives back the images that it gets"),
        equal(
            "older",
            share=1.5,
            label="the share of older images, once the buffer is full,",
            why="a coin decides for each image, and an older one must be read before its place is written over",
        ),
        true(
            "once",
            share=1,
            why="on tails the older image leaves for good and the fresh one takes its place; on heads nothing changes",
        ),
        equal(
            "waiting",
            share=0.5,
            label="how the older images have waited",
            why="the place of the one that goes is drawn at random among all `size` places",
        ),
        true("all leave", share=0.5, why="every place is drawn sometimes, also the first and the last of the `size`"),
        true("cut", share=0.5, why="what the buffer gives back must not carry the generator's graph"),
        true("each by itself", share=0.5, why="the coin is tossed for each image, not once for a whole batch"),
        true("own size", share=0, why="it must hold `size` images, however many that is"),
    ]
    mistakes = {
        "only fresh ones": (
            _OnlyFresh,
            "`ImageBuffer` never gives an older image back, so it might as well not be there. When it is full, a coin "
            "decides for each image: fresh, or an older one in exchange.",
        ),
        "only old ones": (
            _OnlyOld,
            "`ImageBuffer` always gives an older image back once it is full, so D hardly sees what the generator does "
            "now. A coin should decide for each image.",
        ),
        "a place never drawn": (
            _NotTheLast,
            "`ImageBuffer` never draws the last place, so the image there stays for ever. `torch.randint(n, ())` stops "
            "before n by itself: how many places are there?",
        ),
        "fresh one not stored": (
            _NotStored,
            "`ImageBuffer` gives older images back but never stores the fresh one in their place: D sees the very "
            "first fakes for ever. Whoever is given back makes room.",
        ),
        "stored by nobody": (
            _NotStoredOnlyOld,
            "`ImageBuffer` gives only older images back and never stores a fresh one, so D sees the very first fakes "
            "for ever. A coin should decide, and whoever is given back makes room.",
        ),
        "grows": (
            _Grows,
            "`ImageBuffer` adds the fresh image at the end and leaves the older one where it is, so it grows without "
            "bound and gives the same image back again and again. The two change places.",
        ),
        "oldest first": (
            _OldestFirst,
            "`ImageBuffer` always gives the oldest image back, like a queue. Draw the place at random, so that D meets "
            "fakes of many ages at once.",
        ),
        "one place only": (
            _OnePlace,
            "`ImageBuffer` exchanges the image at one and the same place, and all the others never leave it. Draw a "
            "new place each time, among all `size` of them.",
        ),
        "too rarely": (
            _Rarely,
            "`ImageBuffer` gives an older image back too rarely. The coin is a fair one: how often is `torch.rand(())` "
            "below 0.5?",
        ),
        "one coin for the batch": (
            _WholeBatch,
            "`ImageBuffer` tosses one coin for the whole batch, so D sees either only fresh fakes or only older ones. "
            "Toss it for each image, inside the loop.",
        ),
        "stored in the other half": (
            _ThrownAway,
            "`ImageBuffer` stores the fresh image on one side of the coin and gives an older one back on the other, so "
            "the same old image can be given twice. Both belong together: an exchange.",
        ),
        "keeps the graph": (
            _KeepsGraph,
            "`ImageBuffer` hands on images with the generator's graph on them, and keeps those graphs in memory. Take "
            "the images out of the graph as they come in: `detach`.",
        ),
    }
