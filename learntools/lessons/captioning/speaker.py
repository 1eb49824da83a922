"""A tiny captioner with random weights and a diary, for questions 6 and 7; it is used as the course's own is.

It knows nine words, and how long its sentences become is decided beforehand: they end when that many words have been
read, if the memory is handed on.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import WrongKind
from learntools.lessons.captioning.words import END, PAD, SPECIAL, START

WORDS = (*SPECIAL, "a", "cat", "dog", "sees", "red")


class Diary(list):
    """What a network was asked for; a copy of the network writes into the same one."""

    def __deepcopy__(self, memo: Any) -> Diary:
        return self


class _Encoder(nn.Module):
    """Images (N, 3, H, W) → places (N, H·W / 4, 3), with a norm that has seen some images."""

    def __init__(self, diary: Diary):
        super().__init__()
        self.diary = diary
        self.body = nn.Sequential(nn.Conv2d(3, 3, 2, stride=2), nn.BatchNorm2d(3))
        with torch.no_grad():
            for _ in range(20):
                self.body(1.5 * torch.randn(4, 3, 6, 8) + 0.5)

    def forward(self, x: Tensor) -> Tensor:
        places = self.body(x).flatten(2).transpose(1, 2)
        self.diary.append(("encoder", self.training, places.requires_grad))
        return places


class Speaker(nn.Module):
    """`encoder(x)` gives places (N, L, 3), and `decode(words, places, state)` logits, the state after, and weights.

    seed: of its weights.   lengths: words of each sentence, END included; None for what the first number of an image's
    first place says.
    """

    def __init__(self, seed: int, lengths: int | None = None):
        super().__init__()
        torch.manual_seed(seed)
        self.diary, self.lengths = Diary(), lengths
        self.encoder = _Encoder(self.diary)
        self.embed = nn.Embedding(len(WORDS), 5)
        self.recurrent = nn.GRU(5, 6, batch_first=True)
        self.out = nn.Linear(6 + 3, len(WORDS))
        self.drop = nn.Dropout(0.5)
        with torch.no_grad():
            for value in self.recurrent.parameters():
                value *= 3  # so that what was read before makes a difference
            self.out.weight *= 3

    def decode(self, words: Tensor, places: Tensor, state: Any = None) -> tuple[Tensor, Any, Tensor]:
        if places.ndim != 3:
            raise WrongKind(
                f"hands a tensor of shape {tuple(places.shape)} to the decoder, where the places of each image are "
                "expected, (N, L, f), as the encoder gives them."
            )
        count = words.shape[1]
        memory, read = state if state is not None else (None, torch.zeros(len(words), dtype=torch.long))
        thought, memory = self.recurrent(self.embed(words), memory)
        seen = places[:, 1:].mean(dim=1, keepdim=True).expand(-1, count, -1)
        logits = self.out(self.drop(torch.cat([thought, seen], dim=2)))
        read = read[:, None] + torch.arange(1, count + 1)
        self.diary.append(("decoder", self.training, logits.requires_grad, places.detach().clone()))
        ends = read == (self.lengths or places[:, 0, :1].round().long())
        logits = logits.index_fill(2, torch.tensor([PAD, START]), -50.0)
        logits[..., END] = torch.where(ends, 50.0, -40.0)
        weights = torch.full((len(words), count, places.shape[1]), 1 / places.shape[1])
        return logits, (memory, read[:, -1]), weights

    def asked(self, who: str) -> list[tuple]:
        """The entries about one of the two."""
        return [entry for entry in self.diary if entry[0] == who]
