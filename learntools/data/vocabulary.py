"""Sentences as numbers: which words there are, and in which order they stand.

    vocabulary = Vocabulary.of(["A cat.", "A red cat above a dog."])
    vocabulary.encode("a cat")               # [1, 4, 5, 2]: <start> a cat <end>
    vocabulary.decode([1, 4, 5, 2, 0])       # "a cat"

A sentence is read as its words in lower case, without punctuation. Four numbers are no words: `<pad>` fills short
sentences of a batch up, `<start>` and `<end>` are what their names say, and `<unk>` stands for every unknown word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from learntools.data.files import DataError

PAD, START, END, UNKNOWN = 0, 1, 2, 3
SPECIAL = ("<pad>", "<start>", "<end>", "<unk>")

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


def words_of(sentence: str) -> list[str]:
    """The words of a sentence in lower case: "A T-shirt, and a dog." → ["a", "t-shirt", "and", "a", "dog"]."""
    return _WORD.findall(sentence.lower())


@dataclass(frozen=True)
class Vocabulary:
    """The words that a captioner knows, in a fixed order.

    words: all of them; the first four are `SPECIAL`. A word's number is its position.
    Raises DataError when the first four are not, or a word stands there twice.
    """

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.words[:4] != SPECIAL:
            raise DataError(f"A vocabulary begins with {', '.join(SPECIAL)}, and this one with {self.words[:4]}.")
        if len(set(self.words)) < len(self.words):
            (word, _), *_ = Counter(self.words).most_common(1)
            raise DataError(f"Each word has one number, and {word!r} stands in this vocabulary twice.")

    @classmethod
    def of(cls, sentences: Iterable[str], at_least: int = 1) -> Vocabulary:
        """The words that occur `at_least` so often, the most frequent first, and equally frequent ones by alphabet."""
        counts = Counter(word for sentence in sentences for word in words_of(sentence))
        known = sorted((word for word, count in counts.items() if count >= at_least), key=lambda w: (-counts[w], w))
        return cls((*SPECIAL, *known))

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self._numbers

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    def encode(self, sentence: str) -> list[int]:
        """The numbers of a sentence's words, between START and END."""
        return [START, *(self._numbers.get(word, UNKNOWN) for word in words_of(sentence)), END]

    def encode_all(self, sentences: Sequence[str], length: int | None = None) -> Tensor:
        """Sentences as int64 (N, length), filled up with PAD; the length of the longest if None.

        Longer ones are cut to `length`, and keep their END. Raises DataError when there is no sentence.
        """
        if not sentences:
            raise DataError("There is no sentence to encode: give at least one.")
        rows = [self.encode(sentence) for sentence in sentences]
        longest = length or max(map(len, rows))
        rows = [row if len(row) <= longest else [*row[: longest - 1], END] for row in rows]
        return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])

    def decode(self, numbers: Tensor | Iterable[int]) -> str:
        """The sentence of a row of numbers, up to the first END; PAD and START are left out."""
        found = []
        for number in numbers.tolist() if isinstance(numbers, Tensor) else numbers:
            if number == END:
                break
            if number not in (PAD, START):
                found.append(self.words[number])
        return " ".join(found)

    def decode_all(self, rows: Tensor) -> list[str]:
        """A sentence for each row of an int64 (N, T)."""
        return [self.decode(row) for row in rows]
