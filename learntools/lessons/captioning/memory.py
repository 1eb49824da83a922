"""Question 4: reading word after word with a memory, judged by every memory and by the way back to the first word."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from learntools.core import close, exercise, grad, leaf, shape


def remember(cell, words):
    """Read the words of each sentence in turn, and give the memory after each of them."""
    memory = torch.zeros(len(words), cell.hidden_size)
    memories = []
    for t in range(words.shape[1]):
        memory = cell(words[:, t], memory)
        memories.append(memory)
    return torch.stack(memories, dim=1)


def _read(cell, words, *, order=None, keep=lambda memory, new: new, before=False, start=0.0):
    """`remember` with one thing done differently; gives the list of memories."""
    memory = torch.full((len(words), cell.hidden_size), start)
    memories = []
    for t in order or range(words.shape[1]):
        if before:
            memories.append(memory)
        memory = keep(memory, cell(words[:, t], memory))
        if not before:
            memories.append(memory)
    return memories


def _forgets(cell, words):
    return torch.stack([cell(words[:, t]) for t in range(words.shape[1])], dim=1)


def _cut(cell, words):
    return torch.stack(_read(cell, words, keep=lambda memory, new: new.detach()), dim=1)


def _cut_between(cell, words):
    memory, memories = torch.zeros(len(words), cell.hidden_size), []
    for t in range(words.shape[1]):
        memory = cell(words[:, t], memory.detach())
        memories.append(memory)
    return torch.stack(memories, dim=1)


def _from_sentence_to_sentence(cell, words):
    memory, rows = None, []
    for sentence in words:
        row = []
        for word in sentence:
            memory = cell(word[None], memory)
            row.append(memory[0])
        rows.append(torch.stack(row))
    return torch.stack(rows)


def _backwards(cell, words):
    order = range(words.shape[1] - 1, -1, -1)
    return torch.stack(_read(cell, words, order=order), dim=1)


def _sentences_as_words(cell, words):
    """The batch is read as if it were one sentence, and the words as if they were the batch."""
    return torch.stack(_read(cell, words.transpose(0, 1)))


def _reshaped(cell, words):
    n, t, _ = words.shape
    return torch.stack(_read(cell, words)).reshape(n, t, cell.hidden_size)


def _last_word_skipped(cell, words):
    memories = _read(cell, words[:, :-1])
    return torch.stack([*memories, torch.zeros_like(memories[0])], dim=1)


def _zeros_too(cell, words):
    memories = _read(cell, words)
    return torch.stack([torch.zeros_like(memories[0]), *memories], dim=1)


def _drawn_start(cell, words):
    memory, memories = torch.randn(len(words), cell.hidden_size), []
    for t in range(words.shape[1]):
        memory = cell(words[:, t], memory)
        memories.append(memory)
    return torch.stack(memories, dim=1)


@exercise(answer="remember", points=3)
class q4:
    """The memory after each word."""

    hints = [
        "Begin with a memory of zeros, one row for each sentence. Then go through the words: what does the cell need, "
        "and what do you do with what it gives back?",
        "`words[:, t]` is word number t of every sentence. `memory = cell(words[:, t], memory)` reads it.",
        "Keep each memory in a list; `torch.stack(memories, dim=1)` makes (N, T, H) of T tensors (N, H).",
    ]
    reference = remember
    praise = "Each memory holds what came before it, and the way back reaches the first word."

    def scenario(rng: Any):
        return {"words": rng.normal(3, 5, 4), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        torch.manual_seed(s.seed)
        cell = nn.GRUCell(4, 6)
        with torch.no_grad():
            for value in cell.parameters():
                value *= 1.5
        words = leaf(s.words)
        memories = answer(cell, words)
        return {"memories": memories, "d_words": grad(memories, words)}

    expect = [
        shape("memories", (3, 5, 6), label="the result", why="a memory for each sentence and each of its words"),
        close("memories", share=2, label="the result", why="what `cell` makes of each word and the memory before it"),
        close("d_words", share=1, label="the gradient for the words", why="the way back leads through every memory"),
    ]
    mistakes = {
        "forgets": (
            _forgets,
            "`remember` begins each word with an empty memory, so the cell never knows what came before. What it gave "
            "back for one word belongs into the call for the next.",
        ),
        "only the last": (
            lambda cell, words: _read(cell, words)[-1],
            "`remember` gives the memory after the last word only. Keep them all: a captioner needs the one after "
            "every word, for each is followed by a guess.",
        ),
        "words first": (
            lambda cell, words: torch.stack(_read(cell, words)),
            "`remember` has the right memories, but the words stand where the sentences should be. In (N, T, H) the "
            "batch comes first: along which dimension should they be stacked?",
        ),
        "reshaped": (
            _reshaped,
            "`remember` has the right memories, but `reshape` deals them out to the wrong sentences: it keeps the "
            "numbers in a row and only cuts the row anew. To change which dimension comes first, stack along another "
            "one, or swap two of them.",
        ),
        "last word skipped": (
            _last_word_skipped,
            "`remember` never reads the last word of the sentences: its memory is still zeros. How many words are "
            "there, and how far does the loop count? `range(n)` itself already stops before n.",
        ),
        "zeros too": (
            _zeros_too,
            "`remember` gives one memory too many: the zeros from before the first word are in it. Only what the cell "
            "gave back after reading a word belongs into the result.",
        ),
        "sentences read as words": (
            _sentences_as_words,
            "`remember` goes through the sentences, one in each round, and lets their words stand side by side, so "
            "the memory passes from sentence to sentence. A round should read one word of *every* sentence: which "
            "dimension counts the words?",
        ),
        "begins by chance": (
            _drawn_start,
            "`remember` begins with a memory drawn by lot, so the same sentence is remembered differently each time. "
            "Nothing has been read yet at that point: the task says what the first memory is.",
        ),
        "in one row": (
            lambda cell, words: torch.cat(_read(cell, words), dim=1),
            "`remember` lays all memories of a sentence in one long row, as `cat` does. A new dimension for the words "
            "is needed: that is what `stack` makes.",
        ),
        "before the word": (
            lambda cell, words: torch.stack(_read(cell, words, before=True), dim=1),
            "`remember` keeps the memory before it has read the word, so the list starts with zeros and the last word "
            "is missing. Let the cell read first, and keep then.",
        ),
        "backwards": (
            _backwards,
            "`remember` reads the sentences from their ends. A sentence is written from its first word on, and at that "
            "time the later ones are not known.",
        ),
        "from sentence to sentence": (
            _from_sentence_to_sentence,
            "`remember` takes what one sentence has left in the memory into the next one. Each sentence of the batch "
            "has a memory of its own, and begins with an empty one.",
        ),
        "added up": (
            lambda cell, words: torch.stack(_read(cell, words, keep=lambda memory, new: memory + new), dim=1),
            "`remember` adds what the cell gives to the old memory. The cell has already decided what to keep and what "
            "to forget: what it gives back is the new memory, whole.",
        ),
        "does not begin at zero": (
            lambda cell, words: torch.stack(_read(cell, words, start=1.0), dim=1),
            "`remember` begins with a memory of ones, as if something had been read already. At the start of a "
            "sentence it is empty: all zeros.",
        ),
        "cut off": (
            _cut,
            "`remember` has the right values, but cuts each memory off with `detach`. No word could learn from what "
            "comes after it: leave the way back whole.",
        ),
        "cut between the words": (
            _cut_between,
            "`remember` cuts the memory off between one word and the next, so that a guess teaches only the word just "
            "before it. The way back should lead through all of the words: leave out the `detach`.",
        ),
    }
