"""How good is a caption: BLEU and CIDEr-D, which count the words it has in common with what people wrote.

    written = ["a dog runs across the grass"]                        # one caption for each image
    people = [["A dog runs.", "A brown dog runs on the grass."]]     # for each image one or more references
    bleu(written, people)      # {"bleu1": 0.71, "bleu2": 0.60, "bleu3": 0.42, "bleu4": 0.0}
    cider(written, people)     # 0.0, for it needs a whole test set: of a single image, every word is in every image

People do not agree either: one person's captions of Flickr8k have BLEU-4 0.21 and CIDEr-D 0.77 against four others'.
Both are those of the COCO caption evaluation (Chen et al. 2015, arXiv 1504.00325), but for its tokenizer, which is a
Java program: here a sentence is its words in lower case without punctuation, as `data.vocabulary.words_of` has it.

What these figures do not say:

- Give captions that the model wrote by itself, word after word. Scores of words that it guessed while it read the truth
  (teacher forcing) are far higher, and are no captions.
- They compare only between models on the same images with the same references: with fewer references for each image, or
  in another language or domain, the same captions score otherwise.
- They count words. "A man on a horse" and "a horse on a man" have the same BLEU-1, and a good caption in other words
  than the references' scores low. Read some captions as well.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from learntools.data.vocabulary import words_of

LONGEST = 4  # both papers count n-grams, runs of n words, for n = 1 to 4
SIGMA = 6.0  # words; how fast CIDEr-D falls with the difference in length

NGram = tuple[str, ...]


def bleu(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """BLEU-1 to BLEU-4 of all captions together (Papineni et al. 2002, doi 10.3115/1073083.1073135), each 0 to 1.

    BLEU-n = BP · (p₁ · … · pₙ)^(1/n). pₖ is the part of the candidates' k-grams that their references have too, each at
    most as often as the one reference that has it most often ("clipped"). Long captions are held back by pₖ, short ones
    by BP = exp(1 - r / c) if c < r, where c is the number of words of all candidates, and r that of their references,
    of which the one closest in length counts (of two as close, the shorter).

    Counts are added over the set before they are divided, so this is no mean over captions. 1 is for candidates that
    are found in their references word for word. Without a single match of k words in a row BLEU-k is 0, as in the
    paper. COCO's program gives a number near 0 then, made of the small constants that keep it from dividing by 0.

    Args:
        candidates: one caption for each image. An empty one has no match, and counts as short.
        references: for each image one or more captions by people; their order does not matter.

    Raises:
        ValueError: there is no caption, the lengths differ, or an image has no reference, or one without words.
    """
    written, people = _words(candidates), _words_of_each(references, "references")
    _paired(written, people)
    matches, total = [0] * LONGEST, [0] * LONGEST
    length = reference_length = 0
    for words, others in zip(written, people, strict=True):
        length += len(words)
        reference_length += min((abs(len(other) - len(words)), len(other)) for other in others)[1]
        for n in range(LONGEST):
            counts = Counter(_ngrams(words, n + 1))
            theirs = [Counter(_ngrams(other, n + 1)) for other in others]
            total[n] += counts.total()
            matches[n] += sum(
                [min(count, max([its.get(ngram, 0) for its in theirs])) for ngram, count in counts.items()]
            )

    brevity = math.exp(min(0.0, 1 - reference_length / max(length, 1)))
    scores, product = {}, 1.0
    for n in range(LONGEST):
        product *= matches[n] / total[n] if total[n] else 0.0
        scores[f"bleu{n + 1}"] = brevity * product ** (1 / (n + 1))
    return scores


def cider(
    candidates: Sequence[str],
    references: Sequence[Sequence[str]],
    corpus: Sequence[Sequence[str]] | None = None,
) -> float:
    """CIDEr-D, the mean over the captions (Vedantam et al. 2015, arXiv 1411.5726), 0 to 10.

    Each sentence is, for each n from 1 to 4, a vector with one number for each n-gram: how often the sentence has it,
    times log(images / images with that n-gram in a reference), so that "a" says next to nothing and "zebra" much
    (equation 1; as in COCO's program, without its division by the sentence's length). In the paper's CIDEr a candidate
    c and a reference r of it score the cosine of their vectors (equation 2). In CIDEr-D, c is cut to r, lest a repeated
    word pays, and another length costs:

        exp(-(words of c - words of r)² / 2σ²) · Σ min(c, r) · r / (|c| |r|),     σ = 6

    The mean over the references and n, times 10, is the caption's score. Papers print 100 times it: their 113 is 1.13
    here. Only a candidate that is equal to every reference and has four words or more gets 10; people, who each write
    something else, are far from it.

    It depends on which images are in the set, for they say how rare a word is. In a set of one image every word of its
    references is in all images, and the score is 0. For a few images pass `corpus`.

    Args:
        candidates: one caption for each image. An empty one scores 0.
        references: for each image one or more captions by people; their order does not matter.
        corpus: references to learn from how rare each n-gram is, such as those of the whole training set; those given
            if None, as COCO does for a test set.

    Raises:
        ValueError: as `bleu`.
    """
    written, people = _words(candidates), _words_of_each(references, "references")
    _paired(written, people)
    documents = people if corpus is None else _words_of_each(corpus, "corpus")
    rarest = math.log(len(documents))  # of what stands in one of them, or in none
    score = 0.0
    for n in range(1, LONGEST + 1):
        rarity = {ngram: rarest - math.log(count) for ngram, count in _document_frequency(documents, n).items()}
        for words, others in zip(written, people, strict=True):
            c, c_norm = _vector(words, n, rarity, rarest)
            for other in others:
                if c.keys().isdisjoint(_ngrams(other, n)):
                    continue  # as most are for n = 4; it saves a quarter of the time
                r, r_norm = _vector(other, n, rarity, rarest)
                overlap = sum([min(weight, r[ngram]) * r[ngram] for ngram, weight in c.items() if ngram in r])
                if overlap:
                    penalty = math.exp(-((len(words) - len(other)) ** 2) / (2 * SIGMA**2))
                    score += penalty * overlap / (c_norm * r_norm) / len(others)
    return 10 * score / LONGEST / len(written)


def _ngrams(words: list[str], n: int) -> Iterator[NGram]:
    return zip(*[words[i:] for i in range(n)], strict=False)


def _document_frequency(documents: list[list[list[str]]], n: int) -> Counter[NGram]:
    """In how many documents each n-gram stands; a document is all the references of one image."""
    found: Counter[NGram] = Counter()
    for sentences in documents:
        found.update({ngram for words in sentences for ngram in _ngrams(words, n)})
    return found


def _vector(words: list[str], n: int, rarity: dict[NGram, float], rarest: float) -> tuple[dict[NGram, float], float]:
    """The n-grams of a sentence, each as often as it stands there times its rarity, and the vector's length."""
    vector: dict[NGram, float] = {}
    for ngram in _ngrams(words, n):
        vector[ngram] = vector.get(ngram, 0.0) + rarity.get(ngram, rarest)
    return vector, math.sqrt(sum([weight * weight for weight in vector.values()]))


def _words(candidates: Sequence[str]) -> list[list[str]]:
    if isinstance(candidates, str) or not all(isinstance(candidate, str) for candidate in candidates):
        raise ValueError("`candidates` should be a list of captions, one string for each image.")
    if not len(candidates):
        raise ValueError("There is no caption to score: give at least one.")
    return [words_of(candidate) for candidate in candidates]


def _words_of_each(references: Sequence[Sequence[str]], name: str) -> list[list[list[str]]]:
    """Raises ValueError as `bleu` does. The name is for its message."""
    if isinstance(references, str) or not len(references):
        raise ValueError(f"`{name}` should be a list with a list of captions for each image.")
    found = []
    for i, others in enumerate(references):
        if isinstance(others, str) or not all(isinstance(other, str) for other in others):
            raise ValueError(f"`{name}[{i}]` should be a list of captions, even where there is only one.")
        if not len(others):
            raise ValueError(f"`{name}[{i}]` is empty: each image needs one reference or more.")
        found.append([words_of(other) for other in others])
        if not all(found[-1]):
            raise ValueError(f"`{name}[{i}]` has a caption without words: leave it out.")
    return found


def _paired(written: list[list[str]], people: list[list[list[str]]]) -> None:
    if len(written) != len(people):
        raise ValueError(
            f"There are {len(written):,} captions, and references for {len(people):,}: give one caption for each "
            "image, in the same order."
        )
