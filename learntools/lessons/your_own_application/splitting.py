"""Question 1: which images are held out, by a rule that keeps the variants of one thing on one side."""

from __future__ import annotations

import random
import zlib
from typing import Any

from learntools.core import equal, exercise, true

SYLLABLES = ("ba", "corn", "din", "fé", "gu", "kast", "lo", "mi", "nöp", "pu", "ril", "sa", "tent", "vo", "zi")
ENDINGS = ((), ("1", "2"), ("left", "right"), ("1", "2", "3"), ("old--1", "old--2"))


def held_out(name):
    """Whether the image of this name is held out: one group in five is, by the checksum of what stands before `--`."""
    group = name.split("--")[0]
    return zlib.crc32(group.encode()) % 5 == 0


def _sum(text):
    return zlib.crc32(text.encode())


@exercise(answer="held_out", points=2)
class q1:
    """Hold out one group of images in five, by a rule that never changes its mind."""

    hints = [
        'Two steps. First the group, from the name alone: what does `"cat--2".split("--")` give? Then a number that '
        "stands for the group, and its remainder.",
        "`zlib.crc32(…)` takes bytes, and `group.encode()` makes them. `number % 5` is the remainder of a division by "
        "5; compare it with 0, and return what the comparison says.",
    ]
    reference = held_out
    praise = "Each group is on one side, whatever the order, the machine and the images that you add later."

    def scenario(rng: Any):
        names = []
        for _ in range(80):
            group = "".join(rng.pick(SYLLABLES) for _ in range(3)) + rng.pick(("", "", "-" + rng.pick(SYLLABLES)))
            endings = rng.pick(ENDINGS)
            names += [f"{group}--{ending}" for ending in endings] or [group]
        return {"names": names}

    def observe(answer: Any, s: Any):
        first, again = ([bool(answer(name)) for name in names] for names in (s.names, s.names[::-1]))
        return {"chosen": first, "fixed": first == again[::-1]}

    expect = [
        true("fixed", share=0, why="the same name must always be on the same side, in whatever order you ask"),
        equal("chosen", share=1, label="which of 80 groups of names are held out"),
    ]
    mistakes = {
        "whole name": (
            lambda name: _sum(name) % 5 == 0,
            "`held_out` takes the checksum of the whole name, so `cat--1` may be trained on while `cat--2`, nearly the "
            "same picture, is held out. Cut the name first: the group is what they share.",
        ),
        "turned round": (
            lambda name: _sum(name.split("--")[0]) % 5 != 0,
            "`held_out` is true for four groups in five and false for the fifth, so hardly anything is left to train "
            "on. Which remainder means held out? (0 counts as false, every other number as true.)",
        ),
        "another remainder": (
            lambda name: _sum(name.split("--")[0]) % 5 == 1,
            "`held_out` holds out the groups whose remainder is 1. One in five it is all the same, but the task asks "
            "for another remainder, so that everybody's split agrees.",
        ),
        "one in ten": (
            lambda name: _sum(name.split("--")[0]) % 10 == 0,
            "`held_out` holds out one group in ten. Of a small collection that leaves too few to judge by: which "
            "divisor makes it one in five?",
        ),
        "chance": (
            lambda name: random.random() < 0.2,
            "`held_out` rolls dice, so the same image is held out today and trained on tomorrow. Take a number that "
            "depends on the group and on nothing else.",
        ),
        "Python's hash": (
            lambda name: hash(name.split("--")[0]) % 5 == 0,
            "`held_out` uses Python's `hash`, which for texts is another number in each session, on purpose. After a "
            "restart your test images would have been trained on. Use the checksum that the task names.",
        ),
        "single dash": (
            lambda name: _sum(name.split("-")[0]) % 5 == 0,
            "`held_out` cuts at the first single dash, so `t-shirt--1` and `t-rex` become one group, `t`. The mark "
            "between a group and its variant is two dashes in a row.",
        ),
        "last mark": (
            lambda name: _sum(name.rsplit("--", 1)[0]) % 5 == 0,
            "`held_out` cuts at the last `--`, so `cat--old--1` and `cat--young` are two groups, though both are the "
            "cat. Which of the pieces between the marks is the group?",
        ),
        "variant": (
            lambda name: _sum(name.split("--")[-1]) % 5 == 0,
            "`held_out` takes what stands after the mark, so all images numbered 1 are on one side. The group is the "
            "other piece of the name.",
        ),
        "length": (
            lambda name: len(name.split("--")[0]) % 5 == 0,
            "`held_out` goes by the length of the group's name. Few lengths occur, so one side gets far too many: use "
            "a checksum, which spreads names evenly.",
        ),
        "nothing": (
            lambda name: False,
            "`held_out` is false for every name, so nothing is held out and all you can ever see is what the network "
            "has learned by heart. For one group in five it must be true.",
        ),
    }
