"""Question 1: a sentence becomes a row of numbers, filled up to a fixed length."""

from __future__ import annotations

from typing import Any

from learntools.core import close, equal, exercise

PAD, UNKNOWN = 0, 3
_WORDS = ("a", "blue", "bus", "crown", "left", "of", "red", "shark", "sun", "the", "to", "with")


def numbers(sentence, number_of, length):
    """The numbers of a sentence's words, 3 for an unknown one, then 0s, `length` in all."""
    found = [number_of.get(word, 3) for word in sentence.split()][:length]
    return found + [0] * (length - len(found))


def _row(sentence, number_of, length, *, pad=PAD, unknown=UNKNOWN, words=None, cut=True, front=False):
    """`numbers` with one thing done differently."""
    said = sentence.split() if words is None else words
    found = [number_of.get(word, unknown) for word in said]
    found = found[:length] if cut else found
    filled = [pad] * (length - len(found))
    return filled + found if front else found + filled


@exercise(answer="numbers", points=1)
class q1:
    """Turn a sentence into a row of numbers of a fixed length."""

    hints = [
        "`sentence.split()` gives the words. `number_of` is a dictionary: what does `number_of[word]` give, and what "
        "does `number_of.get(word, 3)` give for a word that is not in it?",
        "A list of five 0s is `[0] * 5`, and two lists are joined by `+`. How many 0s are missing? For a sentence that "
        "is too long, `row[:length]` keeps the beginning.",
    ]
    reference = numbers
    praise = "Every sentence is a row of the same length now, so a whole batch fits into one tensor."

    def scenario(rng: Any):
        order = [_WORDS[i] for i in rng.uniform(len(_WORDS)).argsort().tolist()]
        number_of = {word: 4 + i for i, word in enumerate(order)}
        pick = [order[rng.integer(0, len(order))] for _ in range(9)]
        return {
            "number_of": number_of,
            "short": " ".join(pick[:4]),
            "strange": f"{pick[4]} zyzzyva {pick[5]}",
            "full": " ".join(pick[3:9]),
            "long": " ".join(pick),
        }

    def observe(answer: Any, s: Any):
        return {
            "short": _plain(answer(s.short, s.number_of, 7)),
            "strange": _plain(answer(s.strange, s.number_of, 5)),
            "full": _plain(answer(s.full, s.number_of, 6)),
            "long": _plain(answer(s.long, s.number_of, 6)),
            "dictionary": len(s.number_of),
        }

    expect = [
        close("short", share=2, label="the row of a short sentence"),
        close("full", share=0, label="the row of a sentence that is just as long"),
        close("strange", share=1, label="the row of a sentence with an unknown word"),
        close("long", share=1, label="the row of a sentence that is too long"),
        equal("dictionary", share=0, label="the number of words in `number_of`", why="leave the dictionary as it is"),
    ]
    mistakes = {
        "not filled up": (
            lambda s, n, length: [n.get(word, 3) for word in s.split()][:length],
            "`numbers` gives each sentence a row as long as itself. Rows of different lengths do not fit into one "
            "tensor: what must stand behind the last word, and how often?",
        ),
        "filled up in front": (
            lambda *a: _row(*a, front=True),
            "`numbers` puts the padding in front, so that the first word of a short sentence stands somewhere in the "
            "middle. Here the words come first, and the 0s after them.",
        ),
        "unknown words left out": (
            lambda s, n, length: _row(s, n, length, words=[word for word in s.split() if word in n]),
            "`numbers` passes over words that it does not know, so the row is one word short, and nobody can tell "
            "that something was said there. An unknown word has a number of its own.",
        ),
        "unknown words padded": (
            lambda *a: _row(*a, unknown=PAD),
            "`numbers` gives an unknown word the number of the padding, as if the sentence ended there. Which number "
            "stands for a word that is not in `number_of`?",
        ),
        "padded with unknown": (
            lambda *a: _row(*a, pad=UNKNOWN),
            "`numbers` fills the row with the number of the unknown word. The network would read strange words after "
            "each sentence: padding has a number of its own, the smallest there is.",
        ),
        "long ones not cut": (
            lambda *a: _row(*a, cut=False),
            "`numbers` lets a sentence that is too long have a longer row. Then it does not fit beside the others: "
            "keep the first `length` numbers only.",
        ),
        "long ones keep their end": (
            lambda s, n, length: _row(s, n, length, words=s.split()[-length:]),
            "`numbers` keeps the end of a sentence that is too long, and throws its beginning away. Cut behind the "
            "first `length` words instead.",
        ),
        "letters": (
            lambda s, n, length: _row(s, n, length, words=list(s)),
            "`numbers` goes through the letters of the sentence, not through its words. A string gives its letters "
            "one by one: which method cuts it at the spaces?",
        ),
        "one word too few": (
            lambda s, n, length: _row(s, n, length, words=s.split()[: length - 1]),
            "`numbers` keeps one word too few of a sentence that fills the row. Of `length` places all may hold a "
            "word; padding is only for those that are left over.",
        ),
    }


def _plain(row: Any) -> Any:
    """A tensor or a tuple counts as the list of its numbers."""
    if hasattr(row, "tolist"):
        return row.tolist()
    return list(row) if isinstance(row, tuple) else row
