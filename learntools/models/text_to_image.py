"""Text to image in two stages: a sketch of 16×16 pixels from a sentence, and a picture of 64×64 from both.

    G, D = StackedGenerator(46), StackedDiscriminator(46)        # 46 words
    small, large = G(words, torch.randn(8, 16))                  # (8, 3, 16, 16) and (8, 3, 64, 64)
    small_logits, large_logits = D(small, large, words)          # (8, 1) each: is it real, and does the sentence fit?

After *StackGAN* (Zhang et al. 2016, arXiv 1612.03242): the sentence becomes a code, conditioning augmentation adds noise
to it, stage I paints the rough shape and colour, and stage II reads the sentence again and adds what stage I has left
out. Two things are different, so that it learns in minutes. The text encoder is trained along, where the paper takes one
that is ready. And each place of the image may look at the words and pick those that concern it (*AttnGAN*, Xu et al.
2017, arXiv 1711.10485): "a blue rabbit to the left of a bus" is about the rabbit here and about the bus there.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.data.vocabulary import PAD
from learntools.models.dcgan import checked

SMALL, LARGE = 16, 64  # pixels of what the two stages paint


def masked_mean(vectors: Tensor, words: Tensor) -> Tensor:
    """The mean (N, F) of each sentence's word vectors (N, T, F), where words (N, T) is not padding."""
    counts = (words != PAD).unsqueeze(2).to(vectors.dtype)
    return (vectors * counts).sum(dim=1) / counts.sum(dim=1).clamp(min=1)


def augmented(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Conditioning augmentation: a code drawn around `mean`, with fresh noise for each number of each sentence."""
    return mean + (0.5 * log_variance).exp() * torch.randn_like(mean)


def code_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of N(mean, variance) from N(0, 1): summed over a code's numbers, mean over the sentences."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()


def beside(maps: Tensor, code: Tensor) -> Tensor:
    """Maps (N, C, H, W) and codes (N, F) → (N, C + F, H, W): each sentence's code repeated at every place."""
    return torch.cat([maps, code[:, :, None, None].expand(-1, -1, *maps.shape[2:])], dim=1)


class TextEncoder(nn.Module):
    """Words int64 (N, T) → a vector for each in its sentence (N, T, features), and one for the sentence (N, features).

    Two recurrent layers read the words, one forwards and one backwards, so that a word's vector knows what stands before
    and after it: which colour, and on which side of the other thing. The sentence's is the mean of its words'.
    """

    def __init__(self, vocabulary: int, features: int = 128, embedding: int = 64):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, embedding, padding_idx=PAD)
        self.forwards = nn.GRU(embedding, features // 2, batch_first=True)
        self.backwards = nn.GRU(embedding, features // 2, batch_first=True)
        self.features = features

    def forward(self, words: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.embed(words)
        # Turned round word by word, with the padding left at the end: it is never read before a word.
        place = torch.arange(words.shape[1], device=words.device)
        turned = ((words != PAD).sum(dim=1, keepdim=True) - 1 - place) % words.shape[1]
        backwards = self.backwards(_picked(seen, turned))[0]
        vectors = torch.cat([self.forwards(seen)[0], _picked(backwards, turned)], dim=2)
        return vectors, masked_mean(vectors, words)


class WordAttention(nn.Module):
    """Maps (N, C, H, W) and word vectors (N, T, F) → for each place what it reads in the words, (N, C, H, W).

    A place asks with its own features and with a learned vector of where it is; padding is never read.
    """

    def __init__(self, channels: int, features: int, side: int, size: int = 32):
        super().__init__()
        self.where = nn.Parameter(torch.randn(side * side, size))
        self.query = nn.Linear(channels, size)
        self.key = nn.Linear(features, size)
        self.value = nn.Linear(features, channels)

    def forward(self, maps: Tensor, vectors: Tensor, words: Tensor) -> Tensor:
        asked = self.query(maps.flatten(2).transpose(1, 2)) + self.where
        scores = asked @ self.key(vectors).transpose(1, 2) / asked.shape[2] ** 0.5
        weights = scores.masked_fill((words == PAD)[:, None], -torch.inf).softmax(dim=2)
        read = weights.to(vectors.dtype) @ self.value(vectors)
        return read.transpose(1, 2).unflatten(2, maps.shape[2:])


class Painted(NamedTuple):
    """What a generator gives, with what its loss needs: images in [-1, 1], and the code's mean and log variance."""

    small: Tensor
    large: Tensor
    mean: Tensor
    log_variance: Tensor


class StageOne(nn.Module):
    """A code (N, code), noise (N, latent) and word vectors → a sketch (N, 3, 16, 16)."""

    def __init__(self, code: int, latent: int, features: int, width: int, blocks: int = 1):
        super().__init__()
        half = SMALL // 2
        self.start = nn.Sequential(nn.Linear(code + latent, width * half**2), nn.Unflatten(1, (width, half, half)))
        self.read = WordAttention(width, features, half)
        self.body = nn.Sequential(nn.BatchNorm2d(width), nn.ReLU(), *(Block(width) for _ in range(blocks)))
        self.paint = nn.Sequential(*_grow(width, width // 3), nn.Conv2d(width // 3, 3, 3, padding=1), nn.Tanh())

    def forward(self, code: Tensor, z: Tensor, vectors: Tensor, words: Tensor) -> Tensor:
        maps = self.start(torch.cat([code, z], dim=1))
        return self.paint(self.body(maps + self.read(maps, vectors, words)))


class StageTwo(nn.Module):
    """A sketch (N, 3, 16, 16), a code and word vectors → the picture (N, 3, 64, 64).

    As in the paper the sketch is first made smaller, to 8×8, joined with the text, and worked on by residual blocks. What
    comes out of the way up is added to the sketch itself, made larger: stage II only has to say what is missing.
    """

    def __init__(self, code: int, features: int, width: int, blocks: int = 1):
        super().__init__()
        self.look = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(12, width, 3, padding=1), nn.LeakyReLU(0.2))
        self.read = WordAttention(width, features, SMALL // 2)
        self.join = _convolution(width + code, width)
        self.body = nn.Sequential(*(Block(width) for _ in range(blocks)))
        self.paint = nn.Sequential(
            *_grow(width, width // 3),
            *_grow(width // 3, width // 6),
            *_grow(width // 6, 12),
            nn.Conv2d(12, 3, 3, padding=1),
        )

    def forward(self, small: Tensor, code: Tensor, vectors: Tensor, words: Tensor) -> Tensor:
        maps = self.look(small)
        maps = self.join(beside(maps + self.read(maps, vectors, words), code))
        base = F.interpolate(small, size=(LARGE, LARGE), mode="bilinear", align_corners=False)
        return torch.tanh(base + self.paint(self.body(maps)))


class Block(nn.Module):
    """A residual block: maps (N, C, H, W) → the same shape (He et al. 2015, arXiv 1512.03385)."""

    def __init__(self, width: int):
        super().__init__()
        self.change = nn.Sequential(
            _convolution(width, width), nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, maps: Tensor) -> Tensor:
        return F.relu(maps + self.change(maps))


class StackedGenerator(nn.Module):
    """Words int64 (N, T) and noise (N, latent) → `Painted`: a sketch of 16×16 and a picture of 64×64.

    Args:
        vocabulary: how many words there are.
        latent: how many random numbers choose among the images of one sentence.
        code: numbers of the augmented code.
        features: numbers of a word's vector.
        small_width, width: channels of stage I and II.
    """

    def __init__(
        self,
        vocabulary: int,
        latent: int = 4,
        code: int = 16,
        features: int = 128,
        small_width: int = 96,
        width: int = 120,
        blocks: int = 1,
    ):
        super().__init__()
        self.latent = latent
        self.text = TextEncoder(vocabulary, features)
        self.code = nn.Linear(features, 2 * code)
        self.first = StageOne(code, latent, features, small_width, blocks)
        self.second = StageTwo(code, features, width, blocks)
        self.guess = nn.Sequential(
            nn.Conv2d(3, 32, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 64, 4, 2, 1),
            nn.Flatten(),
            nn.LeakyReLU(0.2),
            nn.Linear(64 * 16, 2 * latent),
        )

    def forward(self, words: Tensor, z: Tensor) -> Painted:
        vectors, sentence = self.text(words)
        mean, log_variance = self.code(sentence).chunk(2, dim=1)
        code = augmented(mean, log_variance)
        small = self.first(code, z, vectors, words)
        return Painted(small, self.second(small, code, vectors, words), mean, log_variance)

    def sketch(self, words: Tensor, z: Tensor) -> Tensor:
        """Stage I alone: words and noise → (N, 3, 16, 16)."""
        vectors, sentence = self.text(words)
        mean, log_variance = self.code(sentence).chunk(2, dim=1)
        return self.first(augmented(mean, log_variance), z, vectors, words)


class SentenceDiscriminator(nn.Module):
    """Images (N, 3, S, S) and sentence vectors (N, K, features) → logits (N, K): does each sentence fit, is it real?

    The image is looked at once; how well a sentence fits is the inner product of what is seen with what it says
    (projection: Miyato and Koyama 2018, arXiv 1802.05637).
    """

    def __init__(self, size: int, features: int, width: int):
        super().__init__()
        cell = size // 16  # squares of so many pixels are laid out as channels, which costs nothing
        layers = [
            nn.PixelUnshuffle(cell) if cell > 1 else nn.Identity(),
            checked(nn.Conv2d(3 * cell * cell, width, 3, 1, 1), True),
            nn.LeakyReLU(0.2),
            checked(nn.Conv2d(width, width, 4, 2, 1), True),
            nn.LeakyReLU(0.2),
            checked(nn.Conv2d(width, 2 * width, 3, 1, 1), True),
            nn.LeakyReLU(0.2),
            checked(nn.Conv2d(2 * width, 2 * width, 4, 2, 1), True),
            nn.Flatten(),
            nn.LeakyReLU(0.2),
        ]
        count = 2 * width * 16
        self.see = nn.Sequential(*layers)
        self.head = checked(nn.Linear(count, 1), True)
        self.fits = checked(nn.Linear(features, count, bias=False), True)

    def forward(self, x: Tensor, sentences: Tensor) -> Tensor:
        seen = self.see(x)
        return self.head(seen) + (self.fits(sentences) @ seen[:, :, None]).squeeze(2)


class StackedDiscriminator(nn.Module):
    """Sketches, pictures and K sentence vectors for each, (N, K, features) → two logits (N, K), one for each size."""

    def __init__(self, vocabulary: int, features: int = 128, small_width: int = 32, width: int = 48):
        super().__init__()
        self.text = TextEncoder(vocabulary, features)
        self.first = SentenceDiscriminator(SMALL, features, small_width)
        self.second = SentenceDiscriminator(LARGE, features, width)

    def read(self, words: Tensor) -> Tensor:
        """Words int64 (N, T) → sentence vectors (N, 1, features)."""
        return self.text(words)[1][:, None]

    def forward(self, small: Tensor, large: Tensor, sentences: Tensor) -> tuple[Tensor, Tensor]:
        return self.first(small, sentences), self.second(large, sentences)


def _picked(vectors: Tensor, places: Tensor) -> Tensor:
    return vectors.gather(1, places.unsqueeze(2).expand(-1, -1, vectors.shape[2]))


def _convolution(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, padding=1, bias=False), nn.BatchNorm2d(outside), nn.ReLU()
    )


def _grow(inside: int, outside: int) -> list[nn.Module]:
    """Twice the sides, with `outside` channels."""
    return [
        nn.Conv2d(inside, 4 * outside, 3, padding=1, bias=False),
        nn.PixelShuffle(2),
        nn.BatchNorm2d(outside),
        nn.ReLU(),
    ]
