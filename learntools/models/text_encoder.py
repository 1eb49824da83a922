"""What text-to-image networks read: a vector for each word, one for the sentence, and codes with noise in them.

    text = TextEncoder(46)                         # 46 words
    vectors = text(words)                          # (N, T, 128)
    said = sentence_vector(vectors, words)         # (N, 128)
    WordAttention(96, 128, side=8)(maps, vectors, words)      # what each of 8×8 places reads, (N, 96, 8, 8)

Padding is never read, so a sentence means the same however far it was filled up. Codes: conditioning augmentation of
*StackGAN* (Zhang et al. 2016, arXiv 1612.03242, section 3.2). Attention to words: *AttnGAN* (Xu et al. 2017, arXiv
1711.10485).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from learntools.data.vocabulary import PAD


def sentence_vector(vectors: Tensor, words: Tensor) -> Tensor:
    """The mean (N, F) of each sentence's word vectors (N, T, F), over the places where words (N, T) is not padding."""
    real = (words != PAD).unsqueeze(2).to(vectors.dtype)
    return (vectors * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)


def augment(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Conditioning augmentation: codes (N, F) drawn around `mean`, with noise of its own for each number."""
    return mean + (0.5 * log_variance).exp() * torch.randn_like(mean)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of N(mean, variance) from N(0, 1): summed over a code's numbers, mean over the sentences."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()


class TextEncoder(nn.Module):
    """Words int64 (N, T), 0 where there is none → a vector for each word in its sentence (N, T, features).

    Two recurrent layers read the words, one forwards and one backwards, so that a word's vector knows what stands
    before and after it: which colour, and on which side of the other thing. Padding changes no word's vector.
    """

    def __init__(self, vocabulary: int, features: int = 128, embedding: int = 64):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, embedding, padding_idx=PAD)
        self.forwards = nn.GRU(embedding, features // 2, batch_first=True)
        self.backwards = nn.GRU(embedding, features // 2, batch_first=True)

    def forward(self, words: Tensor) -> Tensor:
        seen = self.embed(words)
        # Each sentence is turned round for itself, so that its padding stays behind it and is never read before a word.
        place = torch.arange(words.shape[1], device=words.device)
        turned = ((words != PAD).sum(dim=1, keepdim=True) - 1 - place) % words.shape[1]
        backwards = _picked(self.backwards(_picked(seen, turned))[0], turned)
        return torch.cat([self.forwards(seen)[0], backwards], dim=2)


class WordAttention(nn.Module):
    """Maps (N, C, H, W) and word vectors (N, T, F) → what each place reads in the words, (N, C, H, W).

    A place asks with its own features and with a learned vector of where it is. Padding is never read.
    """

    def __init__(self, channels: int, features: int, side: int, size: int = 32):
        super().__init__()
        self.where = nn.Parameter(torch.randn(side * side, size))
        self.query = nn.Linear(channels, size)
        self.key = nn.Linear(features, size)
        self.value = nn.Linear(features, channels)

    def forward(self, maps: Tensor, vectors: Tensor, words: Tensor) -> Tensor:
        weights = self.weights(maps, vectors, words).to(vectors.dtype)
        return (weights @ self.value(vectors)).transpose(1, 2).unflatten(2, maps.shape[2:])

    def weights(self, maps: Tensor, vectors: Tensor, words: Tensor) -> Tensor:
        """How much each place reads of each word, (N, H·W, T); they sum to 1 over the words."""
        asked = self.query(maps.flatten(2).transpose(1, 2)) + self.where
        scores = asked @ self.key(vectors).transpose(1, 2) / asked.shape[2] ** 0.5
        return scores.masked_fill((words == PAD)[:, None], -torch.inf).softmax(dim=2)


def _picked(vectors: Tensor, places: Tensor) -> Tensor:
    """Vectors (N, T, F) in the order of `places` (N, T)."""
    return vectors.gather(1, places.unsqueeze(2).expand(-1, -1, vectors.shape[2]))
