"""Question 6: saying a sentence word by word, judged by what is said about places that nobody has seen."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from learntools.core import Expectation, WrongKind, exercise, true
from learntools.core.compare import Difference, difference
from learntools.core.plain import name as called
from learntools.lessons.captioning.speaker import WORDS, Speaker
from learntools.lessons.captioning.words import END, PAD, START

LONGEST = 40  # far beyond the sentences of the check, also if each image has its own turn


def say(network, places, longest=30):
    """The likeliest next word, again and again, until every sentence has ended."""
    word = torch.full((len(places), 1), START, device=places.device)
    ended = torch.zeros_like(word, dtype=torch.bool)
    state, words = None, []
    for _ in range(longest):
        logits, state, _ = network.decode(word, places, state)
        word = logits.argmax(dim=2).masked_fill(ended, PAD)
        words.append(word)
        ended = ended | (word == END)
        if ended.all():
            break
    return torch.cat(words, dim=1)


def _ended_by_force(network, places, longest=30):
    """As the course's own: a sentence that has not ended after `longest` words gets its END in the last place."""
    words = say(network, places, longest)
    if words.shape[1] == longest:
        open_ended = ~(words == END).any(dim=1)
        words[open_ended, -1] = END
    return words


def _say(
    network,
    places,
    longest=30,
    *,
    choose=lambda logits: logits.argmax(dim=2),
    state=None,
    keeps=True,
    reads=lambda start, words: words[-1],
    silent=True,
    stop=lambda ended: bool(ended.all()),
    marks=True,
):
    """`say` with one thing done differently; gives the words and the last state."""
    start = torch.full((len(places), 1), START)
    ended = torch.zeros_like(start, dtype=torch.bool)
    words = []
    for _ in range(longest):
        logits, after, _ = network.decode(reads(start, words) if words else start, places, state)
        state = after if keeps else None
        word = choose(logits[:, -1:])
        if silent:
            word = word.masked_fill(ended, PAD)
        words.append(word)
        ended = ended | (word == END)
        if stop(ended):
            break
    said = torch.cat(words, dim=1)
    return said if marks else said.masked_fill(said == END, PAD), state


def _everything_again(network, places, longest=30):
    """All words so far are read again on top of a memory that has read them already."""
    return _say(network, places, longest, reads=lambda start, words: torch.cat([start, *words], dim=1))[0]


def _from_image_to_image(network, places, longest=30):
    state, rows = None, []
    for place in places.split(1):
        row, state = _say(network, place, longest, state=state)
        rows.append(row[0])
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)


def _from_batch_to_batch(network, places, longest=30):
    state = getattr(network, "left", None)
    if state is not None and len(state[1]) != len(places):
        state = None
    words, network.left = _say(network, places, longest, state=state)
    return words


def _wrong_axis(network, places, longest=30):
    """From the second round on the network reads as many words at once as its vocabulary has."""
    word = torch.full((len(places), 1), START)
    ended = torch.zeros_like(word, dtype=torch.bool)
    state, words = None, []
    for _ in range(longest):
        logits, state, _ = network.decode(word, places, state)
        word = logits.argmax(dim=1).masked_fill(ended, PAD)
        words.append(word)
        ended = ended | (word == END)
        if ended.all():
            break
    return torch.cat(words, dim=1)


def _wrong_axis_unmasked(network, places, longest=30):
    word, state, words = torch.full((len(places), 1), START), None, []
    for _ in range(longest):
        logits, state, _ = network.decode(word, places, state)
        word = logits.argmax(dim=1)
        words.append(word)
        if (word == END).any(dim=1).all():
            break
    return torch.cat(words, dim=1)


def _without_the_end(network, places, longest=30):
    """The loop is left before the last word is kept."""
    words = say(network, places, longest)
    return words[:, :-1] if (words == END).any(dim=1).all() else words


def _before_the_word(network, places, longest=30):
    """What is read is kept in each round, and not what is said."""
    start = torch.full((len(places), 1), START)
    return torch.cat([start, say(network, places, longest)[:, :-1]], dim=1)


def _nobody_has_ended(network, places, longest=30):
    """`ended` is asked for, but never changed; only all sentences in the same round would end it."""
    word = torch.full((len(places), 1), START)
    state, words = None, []
    for _ in range(longest):
        logits, state, _ = network.decode(word, places, state)
        word = logits.argmax(dim=2)
        words.append(word)
        if (word == END).all():
            break
    return torch.cat(words, dim=1)


def _ended_forgotten(network, places, longest=30):
    """Only the sentences that ended in the very last round are known to have ended."""
    word = torch.full((len(places), 1), START)
    ended = torch.zeros_like(word, dtype=torch.bool)
    state, words = None, []
    for _ in range(longest):
        logits, state, _ = network.decode(word, places, state)
        word = logits.argmax(dim=2).masked_fill(ended, PAD)
        words.append(word)
        ended = word == END
        if ended.all():
            break
    return torch.cat(words, dim=1)


def _with_start(network, places, longest=30):
    return torch.cat([torch.full((len(places), 1), START), say(network, places, longest)], dim=1)


def by_chance(logits: Tensor) -> Tensor:
    return torch.multinomial((logits[:, 0] / 3).softmax(dim=1), 1)


def sentences(words: Any) -> list[str]:
    """Rows of numbers as words, padding at the end left out; WrongKind where it is no batch of rows."""
    if words is ...:
        raise NotImplementedError
    if not isinstance(words, Tensor) or words.ndim != 2 or words.is_floating_point():
        what = f"a tensor {tuple(words.shape)}, {words.dtype}" if isinstance(words, Tensor) else called(words)
        raise WrongKind(f"gives back {what.replace('torch.', '')} where the words' numbers are expected, int64 (N, T).")
    found = []
    for row in words.tolist():
        while row and row[-1] == PAD:
            row.pop()
        found.append(" ".join(WORDS[number] if 0 <= number < len(WORDS) else f"<{number}>" for number in row))
    return found


def same(field: str, *, label: str, share: float, why: str) -> Expectation:
    """The sentences of a batch are the same; the first that is not is shown."""

    def judge(got: Any, expected: Any) -> Difference | None:
        if not isinstance(got, list) or len(got) != len(expected):
            return difference(got, expected)
        for i, (a, b) in enumerate(zip(got, expected, strict=True), 1):
            if a != b:
                image = f" about image {i} of {len(expected)}" if len(expected) > 1 else ""
                return Difference("value", f"{image} is {_short(a)}, expected {_short(b)}".strip())
        return None

    return Expectation(field, share, why, judge, label, compares=True)


def _short(sentence: str) -> str:
    return repr(sentence if len(sentence) <= 60 else sentence[:57] + "...")


@exercise(answer="say", points=4, pure=False)
class q6:
    """Say a sentence about each image, the likeliest word each time."""

    hints = [
        "In each round the network reads one word, together with the state that it gave back in the round before. "
        "Which word does it read in the second round?",
        "`logits, state, _ = network.decode(word, places, state)`, then `word = logits.argmax(dim=2)`: the last "
        "dimension of (N, 1, vocabulary) counts the words.",
        "A sentence that ended in an earlier round must say PAD: `word.masked_fill(ended, PAD)`. Then note which have "
        "ended now, and leave the loop when `ended.all()`.",
    ]
    reference = say
    also = [_ended_by_force]
    praise = "It reads its own words, remembers them within a sentence and not beyond, and stops when all is said."

    def scenario(rng: Any):
        places, others = rng.normal(3, 4, 3, scale=1.5), rng.normal(3, 4, 3, scale=1.5)
        order = rng.uniform(3).argsort()
        places[:, 0, 0] = torch.tensor([5.0, 3.0, 7.0])[order]
        others[:, 0, 0] = torch.tensor([2.0, 6.0, 4.0])[order]
        return {"places": places, "others": others, "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        network = Speaker(s.seed).eval()
        first = sentences(answer(network, s.places, LONGEST))
        calls = len(network.asked("decoder"))
        return {
            "first": first,
            "others": sentences(answer(network, s.others, LONGEST)),
            "alone": sentences(answer(network, s.places[1:2], LONGEST)),
            "short": sentences(answer(network, s.places, 4)),
            "stops": calls < LONGEST,
        }

    expect = [
        same("first", share=2, label="what is said", why="at which word do the two part?"),
        same("others", share=0.5, label="what is said in the next call", why="it begins afresh"),
        same("alone", share=0.5, label="what is said about an image by itself", why="at which word do the two part?"),
        same("short", share=0.5, label="what is said with `longest=4`", why="no more than four words"),
        true("stops", share=0.5, why="once every sentence has ended, no further word is asked for"),
    ]
    mistakes = {
        "memory thrown away": (
            lambda *a: _say(*a, keeps=False)[0],
            "`say` throws the state away after each word, so the network knows only the last word, and never how far "
            "the sentence has come. What `decode` gives back belongs into the next call.",
        ),
        "start again and again": (
            lambda *a: _say(*a, reads=lambda start, words: start)[0],
            "`say` lets the network read START in every round, and never what it has just said. The word that was "
            "chosen is the one to be read next.",
        ),
        "talks on": (
            lambda *a: _say(*a, silent=False)[0],
            "`say` lets a sentence go on after its END, as long as another one in the batch is still being said. What "
            "has ended says PAD from then on.",
        ),
        "ended is forgotten": (
            _ended_forgotten,
            "`say` knows only which sentences have ended in the round just now. One that ended earlier says PAD once "
            "and then begins to talk again, and they hardly ever all end at once. Whoever has ended stays ended.",
        ),
        "ended is never noted": (
            _nobody_has_ended,
            "`say` never notes which sentences have ended: `ended` stays False from the first round to the last, so "
            "finished ones talk on, and the loop waits for a round in which all of them say END at once. Change "
            "`ended` after each word.",
        ),
        "last word lost": (
            _without_the_end,
            "`say` leaves the loop before it has kept the word of that round, so the sentence that ends last loses "
            "its END. Keep the word first, and then ask whether all have ended.",
        ),
        "what is read is kept": (
            _before_the_word,
            "`say` keeps the word that is *read* in each round, and not the one that is chosen. So every row begins "
            "with START, and the very last word is missing. In which order should a round choose and keep?",
        ),
        "does not stop": (
            lambda *a: _say(*a, stop=lambda ended: False)[0],
            "`say` gives the right sentences, but goes on asking for words long after the last one has ended. Leave "
            "the loop when all have.",
        ),
        "stops with the first": (
            lambda *a: _say(*a, stop=lambda ended: bool(ended.any()))[0],
            "`say` leaves the loop as soon as one sentence has ended, in the middle of the others. All of them must "
            "have come to their end.",
        ),
        "talks on for ever": (
            lambda *a: _say(*a, silent=False, stop=lambda ended: False)[0],
            "`say` pays no heed to END: every sentence goes on until `longest`. Note which ones have ended; those say "
            "PAD, and when all have ended it is over.",
        ),
        "reads everything again": (
            _everything_again,
            "`say` lets the network read the whole sentence in each round, although its memory has read it already: it "
            "hears its first words many times. With the state handed on, one new word is enough.",
        ),
        "from image to image": (
            _from_image_to_image,
            "`say` takes one image after the other, and the memory of one sentence goes on into the next: the network "
            "thinks that it is in the middle of a sentence. Each image begins with the state None.",
        ),
        "from batch to batch": (
            _from_batch_to_batch,
            "`say` keeps the state for its next call, so the first batch is right and the next one begins where that "
            "one stopped. Each call begins with the state None.",
        ),
        "wrong axis": (
            _wrong_axis,
            "`say` takes the largest along dimension 1, where there is only one word to choose from: the answer is 0 "
            "for everything. Logits are (N, 1, vocabulary); along which dimension do the words lie?",
        ),
        "wrong axis, and no silence": (
            _wrong_axis_unmasked,
            "`say` takes the largest along dimension 1, which counts the places of the sentence and not the words of "
            "the vocabulary. Logits are (N, 1, vocabulary): which dimension holds the words to choose from? And what "
            "has ended should say PAD.",
        ),
        "least likely": (
            lambda *a: _say(*a, choose=lambda logits: logits.argmin(dim=2))[0],
            "`say` chooses the word with the lowest logit, which is the least likely of all. Greedy means to take the "
            "highest.",
        ),
        "by chance": (
            lambda *a: _say(*a, choose=by_chance)[0],
            "`say` draws the next word by lot, so the same image gets another sentence each time. That can be fun; but "
            "greedy takes the likeliest word, and no chance plays a part.",
        ),
        "start is said": (
            _with_start,
            "`say` gives back START as the first word of each sentence. It is what the network reads first, but nobody "
            "says it: keep only the words that were chosen.",
        ),
        "end is not said": (
            lambda *a: _say(*a, marks=False)[0],
            "`say` leaves the END of each sentence out. It is a word that the network has said, and whoever reads the "
            "row needs it to know that the sentence was finished. Keep it.",
        ),
    }
