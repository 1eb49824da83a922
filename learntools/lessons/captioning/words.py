"""Questions 1 and 2: a sentence as numbers, and what a network reads of it beside what should follow."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from torch import Tensor

from learntools.core import WrongKind, equal, exercise
from learntools.core.plain import name as called

PAD, START, END, UNKNOWN = 0, 1, 2, 3
SPECIAL = ("<pad>", "<start>", "<end>", "<unk>")


def encode(sentence, numbers):
    """The numbers of a sentence's words, between START and END."""
    return [START, *(numbers.get(word, UNKNOWN) for word in sentence.split()), END]


def _inner(sentence, numbers, unknown=UNKNOWN):
    return [numbers.get(word, unknown) for word in sentence.split()]


def _learns_words(sentence, numbers):
    return [START, *(numbers.setdefault(word, len(numbers)) for word in sentence.split()), END]


def _first_word_only(sentence, numbers):
    return [START, *_inner(sentence, numbers)[:1], END]


def _first_unknown_ends(sentence, numbers):
    row = [START]
    for word in sentence.split():
        if word not in numbers:
            break
        row.append(numbers[word])
    return [*row, END]


def row(result: Any) -> Any:
    """A list of whole numbers as it is; WrongKind where something else was given back."""
    if result is None or result is ...:
        return result
    if not isinstance(result, list):
        what = {"str": "a text", "ndarray": "an array"}.get(type(result).__name__) or called(result)
        raise WrongKind(
            f"gives back {what} where a list is expected. A list can grow, and the next cell makes this one "
            "longer: give back the list itself."
        )
    for item in result:
        if isinstance(item, str):
            raise WrongKind(
                f"gives back a list with the text {item[:40]!r} in it. A network cannot read words: `numbers` says "
                "which number each of them has, and those are what the list should hold."
            )
        if not isinstance(item, Integral) and item is not ... and not (isinstance(item, Tensor) and item.ndim == 0):
            raise WrongKind(
                f"gives back a list that holds {called(item)}. It should be flat, with whole numbers alone: START, a "
                "number for each word, and END, one beside the other."
            )
    return result


@exercise(answer="encode", points=1)
class q1:
    """The numbers of a sentence's words, from <start> to <end>."""

    hints = [
        "`sentence.split()` gives the words one by one. For each of them `numbers` knows the number; what belongs "
        "before the first and after the last?",
        "`numbers.get(word, UNKNOWN)` gives the word's number, and UNKNOWN where there is none.",
        "A list can be put together: `[START] + [...] + [END]`.",
    ]
    reference = encode
    praise = "Every sentence now says where it begins and where it ends, and no word can bring it down."

    def scenario(rng: Any):
        words = ["a", "red", "cat", "above", "dog", "left", "of"]
        order = rng.uniform(len(words)).argsort().tolist()
        unknown = rng.pick(["zeppelin", "spaniel", "samovar"])
        return {
            "numbers": {word: i for i, word in enumerate([*SPECIAL, *(words[i] for i in order)])},
            "known": "a red cat above a dog",
            "unknown": f"a {unknown} left of a red cat",
        }

    def observe(answer: Any, s: Any):
        size = len(s.numbers)
        return {
            "known": row(answer(s.known, s.numbers)),
            "unknown": row(answer(s.unknown, s.numbers)),
            "short": row(answer("cat", s.numbers)),
            "grown": len(s.numbers) - size,
        }

    expect = [
        equal("known", share=1, label="the row of a sentence of known words"),
        equal("unknown", share=1, label="the row of a sentence with an unknown word"),
        equal("short", share=0.5, label="the row of a single word"),
        equal("grown", share=0, label="the number of words that were added to `numbers`", why="leave it as it is"),
    ]
    mistakes = {
        "no end": (
            lambda sentence, numbers: [START, *_inner(sentence, numbers)],
            "`encode` gives the words, but nothing says that the sentence is over. A network that is never asked for "
            "END will never say it, and talks on for ever. What should come last?",
        ),
        "no start": (
            lambda sentence, numbers: [*_inner(sentence, numbers), END],
            "`encode` begins with the first word. But when a network begins to speak it has no word yet to go on from: "
            "a mark in front of all sentences gives it one.",
        ),
        "words alone": (
            lambda sentence, numbers: _inner(sentence, numbers),
            "`encode` gives the numbers of the words and nothing else. Two marks are missing: one before the first "
            "word, and one after the last.",
        ),
        "marks exchanged": (
            lambda sentence, numbers: [END, *_inner(sentence, numbers), START],
            "`encode` has both marks, but they have changed places: the sentence would be over before it begins. Which "
            "of them comes first?",
        ),
        "unknown words crash": (
            lambda sentence, numbers: [START, *(numbers[word] for word in sentence.split()), END],
            "`encode` stops with an error at a word that is not in `numbers`. People use more words than any list has: "
            "such a word should become UNKNOWN. A dictionary's `get` can be told what to give then.",
        ),
        "unknown words dropped": (
            lambda sentence, numbers: [START, *(numbers[w] for w in sentence.split() if w in numbers), END],
            "`encode` leaves unknown words out, so that the sentence closes up as if nothing had been there. There is "
            "a number for just this case, so that the gap can be seen.",
        ),
        "unknown words as padding": (
            lambda sentence, numbers: [START, *_inner(sentence, numbers, PAD), END],
            "`encode` gives an unknown word the number 0, and that is padding, which the loss passes over. There is a "
            "number of its own for words that nobody knows.",
        ),
        "only the first word": (
            _first_word_only,
            "`encode` ends the sentence after its first word. Does the `return` stand inside the loop? Then the loop "
            "is left in its first round. Let it go through all the words, and return after it.",
        ),
        "unknown words end it": (
            _first_unknown_ends,
            "`encode` ends the sentence at the first unknown word, and what comes after it is lost. Put UNKNOWN in its "
            "place and go on with the next word.",
        ),
        "new words are added": (
            _learns_words,
            "`encode` gives an unknown word a new number and writes it into `numbers`. But the network has a fixed "
            "count of words, and no weights for this one. Use the number that stands for all unknown words.",
        ),
        "letters": (
            lambda sentence, numbers: [START, *(numbers.get(letter, UNKNOWN) for letter in sentence), END],
            "`encode` goes through the letters of the sentence, for that is what a loop over a text gives. The "
            "sentence has to be cut into its words first.",
        ),
        "each word once": (
            lambda sentence, numbers: [START, *dict.fromkeys(_inner(sentence, numbers)), END],
            "`encode` keeps each word only once, and the second “a” of the sentence has gone. A word may occur as "
            "often as the sentence says it, in the order in which it says it.",
        ),
    }


def inputs_and_targets(words):
    """What the network reads, and at each place the word that should follow."""
    return words[:, :-1], words[:, 1:]


def _end_is_no_target(words):
    read, follow = words[:, :-1], words[:, 1:]
    return read, follow.masked_fill(follow == END, PAD)


def _end_is_not_read(words):
    read, follow = words[:, :-1], words[:, 1:]
    return read.masked_fill(read == END, PAD), follow


def pair(result: Any, name: str) -> tuple[Any, Any]:
    """Two things that were given back; WrongKind where it is something else."""
    several = isinstance(result, (tuple, list)) or (isinstance(result, Tensor) and result.ndim > 0)
    if result is ...:
        raise NotImplementedError
    if not several or len(result) != 2:
        what = f"{len(result)} things" if isinstance(result, (tuple, list)) else called(result)
        raise WrongKind(f"gives back {what} instead of two things: {name}.")
    return result[0], result[1]


@exercise(answer="inputs_and_targets", points=2)
class q2:
    """What is read, and what should follow."""

    hints = [
        "Write a sentence down with its two marks, and below it the word that should come after each. Which word is "
        "never followed by anything, and which is never guessed?",
        "`words[:, :-1]` is everything but the last column, `words[:, 1:]` everything but the first.",
    ]
    reference = inputs_and_targets
    also = [_end_is_not_read]  # nothing follows it, so it makes no difference
    praise = "At every place the network reads one word and is asked for the next, <end> included."

    def scenario(rng: Any):
        words = rng.integers(4, 30, 3, 7)
        words[:, 0] = START
        for row, length in enumerate((7, 5, 4)):
            words[row, length - 1] = END
            words[row, length:] = PAD
        return {"words": words}

    def observe(answer: Any, s: Any):
        read, follow = pair(answer(s.words), "what is read, and what should follow")
        return {"read": read, "follow": follow}

    expect = [
        equal("read", share=1, label="what is read", why="look at its first and at its last column"),
        equal("follow", share=1, label="what should follow", why="compare it with what is read at the same place"),
    ]
    mistakes = {
        "nothing is shifted": (
            lambda words: (words, words),
            "`inputs_and_targets` asks for the very word that it has just shown. A network learns to repeat it, with a "
            "perfect loss, and cannot say a single word by itself. The target is the word after.",
        ),
        "cut, not shifted": (
            lambda words: (words[:, :-1], words[:, :-1]),
            "`inputs_and_targets` gives the same columns twice, so the network is asked for the word that it reads. "
            "What should follow stands one column further on.",
        ),
        "shifted the wrong way": (
            lambda words: (words[:, 1:], words[:, :-1]),
            "`inputs_and_targets` shows a word and asks for the one before it: this network would learn to talk "
            "backwards. Which of the two parts begins with START?",
        ),
        "one too long": (
            lambda words: (words, words[:, 1:]),
            "`inputs_and_targets` gives the network one word more to read than there are words to follow. After the "
            "last column nothing comes any more: it need not be read.",
        ),
        "rolled": (
            lambda words: (words, words.roll(-1, 1)),
            "`inputs_and_targets` rolls the row round, so that after the last word the sentence should begin anew. "
            "Leave out the column that has no successor instead.",
        ),
        "two words ahead": (
            lambda words: (words[:, :-2], words[:, 2:]),
            "`inputs_and_targets` asks for the word after the next one. The network would have to guess one that it "
            "never gets to see: shift by a single place.",
        ),
        "both ends cut": (
            lambda words: (words[:, :-1], words[:, 1:-1]),
            "`inputs_and_targets` cuts the targets at both ends. Only the first column is never a target; the last "
            "word of the longest sentence, its END, has to be learned too.",
        ),
        "start is not read": (
            lambda words: (words[:, 1:-1], words[:, 2:]),
            "`inputs_and_targets` leaves START out of what is read, so the first word is never asked for. When the "
            "network speaks by itself, START is all that it has at first.",
        ),
        "end is never asked for": (
            _end_is_no_target,
            "`inputs_and_targets` takes END out of the targets. Then nobody teaches the network to stop, and it talks "
            "on for ever. END is a word to be guessed like any other.",
        ),
        "along the batch": (
            lambda words: (words[:-1], words[1:]),
            "`inputs_and_targets` cuts away a sentence instead of a word: the first index counts the sentences of the "
            "batch, the second their words. Which one should move?",
        ),
    }
