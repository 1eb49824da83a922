"""Text to image in two stages: a sketch of 16×16 pixels from a sentence, and a picture of 64×64 from both.

    G, D = StackedGenerator(46), StackedDiscriminator(46)        # 46 words
    painted = G(words, torch.randn(8, 4))                        # painted.small (8, 3, 16, 16), .large (8, 3, 64, 64)
    said = D.read(words)                                         # (8, 128)
    D.small(painted.small, said), D.large(painted.large, said)   # logits (8, 1): is it real, and does the sentence fit?

After *StackGAN* (Zhang et al. 2016, arXiv 1612.03242): the sentence becomes a code, conditioning augmentation draws
around it, stage I paints the rough shape and colour, and stage II reads the sentence again and adds what stage I has
left out. Three things are different, so that it learns in minutes. The text encoders are trained along, where the
paper takes one that is ready. Each place of the image looks at the words and picks those that concern it (*AttnGAN*, Xu
et al. 2017, arXiv 1711.10485): "a blue rabbit to the left of a bus" is about the rabbit here, and about the bus there.
And both stages are trained at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.models.dcgan import checked
from learntools.models.text_encoder import TextEncoder, WordAttention, augment, sentence_vector


def beside(maps: Tensor, code: Tensor) -> Tensor:
    """Maps (N, C, H, W) and codes (N, F) → (N, C + F, H, W): each sentence's code at every place of its own maps."""
    return torch.cat([maps, code[:, :, None, None].expand(-1, -1, *maps.shape[2:])], dim=1)


class Block(nn.Module):
    """A residual block: maps (N, C, H, W) → the same shape (He et al. 2015, arXiv 1512.03385)."""

    def __init__(self, width: int):
        super().__init__()
        self.change = nn.Sequential(
            _convolution(width, width), nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, maps: Tensor) -> Tensor:
        return F.relu(maps + self.change(maps))


class StageOne(nn.Module):
    """Codes (N, code), noise (N, latent) and word vectors → sketches (N, 3, size, size).

    The first maps have 8×8 places; each of them then reads the words, and from there they double up to `size`.
    """

    def __init__(self, code: int, latent: int, features: int, width: int, blocks: int, size: int):
        super().__init__()
        self.start = nn.Sequential(nn.Linear(code + latent, width * 64), nn.Unflatten(1, (width, 8, 8)))
        self.read = WordAttention(width, features, 8)
        self.body = nn.Sequential(nn.BatchNorm2d(width), nn.ReLU(), *(Block(width) for _ in range(blocks)))
        self.paint = nn.Sequential(*_way_up(width, [width // 3] * _doublings(8, size)), nn.Tanh())

    def forward(self, code: Tensor, z: Tensor, vectors: Tensor, words: Tensor) -> Tensor:
        maps = self.start(torch.cat([code, z], dim=1))
        return self.paint(self.body(maps + self.read(maps, vectors, words)))


class StageTwo(nn.Module):
    """Sketches (N, 3, small, small), codes and word vectors → pictures (N, 3, large, large).

    As in the paper, the sketch is first made smaller, then joined with the text, and worked on by residual blocks. What
    comes up again is added to the sketch itself, made larger: stage II only has to say what is missing.
    """

    def __init__(self, code: int, features: int, width: int, blocks: int, small: int, large: int):
        super().__init__()
        side = max(small // 4, 8)
        cell = small // side
        self.look = nn.Sequential(
            nn.PixelUnshuffle(cell), nn.Conv2d(3 * cell * cell, width, 3, padding=1), nn.LeakyReLU(0.2)
        )
        self.read = WordAttention(width, features, side)
        self.join = _convolution(width + code, width)
        self.body = nn.Sequential(*(Block(width) for _ in range(blocks)))
        narrower = [max(width // (3 * 2**i), 12) for i in range(_doublings(side, large) - 1)]
        # The last doubling is done by the last layer, for at full size everything costs most.
        self.paint = nn.Sequential(*_way_up(width, narrower, 4 * 3), nn.PixelShuffle(2))

    def forward(self, small: Tensor, code: Tensor, vectors: Tensor, words: Tensor) -> Tensor:
        maps = self.look(small)
        maps = self.join(beside(maps + self.read(maps, vectors, words), code))
        added = self.paint(self.body(maps))
        return torch.tanh(added + F.interpolate(small, size=added.shape[2:], mode="bilinear", align_corners=False))


class Painted(NamedTuple):
    """What a generator gives: sketches and pictures in [-1, 1], and the mean and log variance of their codes."""

    small: Tensor
    large: Tensor
    mean: Tensor
    log_variance: Tensor


class StackedGenerator(nn.Module):
    """Words int64 (N, T) and noise (N, latent) → `Painted`.

    Args:
        vocabulary: how many words there are.
        latent: how many random numbers choose among the images of one sentence.
        code: numbers of an augmented code; the paper's is 128.
        features: numbers of a word's vector.
        small_width, width: channels of stage I and of stage II.
        blocks: residual blocks of each stage.
        small, large: sides of sketch and picture in pixels; the paper's are 64 and 256.
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
        small: int = 16,
        large: int = 64,
    ):
        super().__init__()
        self.latent = latent
        self.text = TextEncoder(vocabulary, features)
        self.code = nn.Linear(features, 2 * code)
        self.first = StageOne(code, latent, features, small_width, blocks, small)
        self.second = StageTwo(code, features, width, blocks, small, large)
        self.guess = Guess(latent, small)

    def forward(self, words: Tensor, z: Tensor) -> Painted:
        vectors = self.text(words)
        mean, log_variance = self.code(sentence_vector(vectors, words)).chunk(2, dim=1)
        code = augment(mean, log_variance)
        small = self.first(code, z, vectors, words)
        return Painted(small, self.second(small, code, vectors, words), mean, log_variance)


class Guess(nn.Module):
    """Real sketches (N, 3, S, S) → mean and log variance (N, latent) of the noise that could have made each of them.

    Only for training. Drawn from these, the noise knows where in a real image its things lie, and so G need not paint
    the mean of all (a variational autoencoder's encoder: Kingma and Welling 2013, arXiv 1312.6114; in a
    conditional GAN: *BicycleGAN*, Zhu et al. 2017, arXiv 1711.11586).
    """

    def __init__(self, latent: int, size: int):
        super().__init__()
        widths = [3, 32, *[64] * (_doublings(4, size) - 1)]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
        self.see = nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 * widths[-1], 2 * latent))

    def forward(self, small: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.see(small).chunk(2, dim=1)
        return mean, log_variance


class SentenceDiscriminator(nn.Module):
    """Images (N, 3, size, size) and sentence vectors (N, features) → logits (N, 1): real, and does the sentence fit?

    How well a sentence fits is the inner product of what is seen with what it says (projection: Miyato and Koyama 2018,
    arXiv 1802.05637).
    """

    def __init__(self, features: int, width: int, size: int):
        super().__init__()
        self.size = size
        cell = size // 16  # squares of so many pixels are laid out as channels, which costs nothing
        layers = [
            nn.PixelUnshuffle(cell),
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
        self.see = nn.Sequential(*layers)
        self.real = checked(nn.Linear(32 * width, 1), True)
        self.fits = checked(nn.Linear(features, 32 * width, bias=False), True)

    def forward(self, x: Tensor, said: Tensor) -> Tensor:
        return self.verdict(self.see(x), said)

    def verdict(self, seen: Tensor, said: Tensor) -> Tensor:
        """The logits of images whose features `seen` are known already."""
        return self.real(seen) + (seen * self.fits(said)).sum(dim=1, keepdim=True)

    def once(self) -> Callable[[Tensor, Tensor], Tensor]:
        """The same function, for one step: an image that is asked about twice is looked at once."""
        looked: list[tuple[Tensor, Tensor]] = []

        def ask(x: Tensor, said: Tensor) -> Tensor:
            for image, seen in looked:
                if image is x:
                    return self.verdict(seen, said)
            looked.append((x, self.see(x)))
            return self.verdict(looked[-1][1], said)

        return ask


class StackedDiscriminator(nn.Module):
    """Two discriminators, one for sketches and one for pictures, and a text encoder that both use.

    Args: as `StackedGenerator` has.
    """

    def __init__(
        self,
        vocabulary: int,
        features: int = 128,
        small_width: int = 32,
        width: int = 48,
        small: int = 16,
        large: int = 64,
    ):
        super().__init__()
        self.text = TextEncoder(vocabulary, features)
        self.small = SentenceDiscriminator(features, small_width, small)
        self.large = SentenceDiscriminator(features, width, large)

    def read(self, words: Tensor) -> Tensor:
        """Words int64 (N, T) → sentence vectors (N, features)."""
        return sentence_vector(self.text(words), words)

    def forward(self, small: Tensor, large: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        """Sketches, pictures and words → logits (N, 1) of both."""
        said = self.read(words)
        return self.small(small, said), self.large(large, said)


def _doublings(small: int, large: int) -> int:
    """How often `small` must be doubled to be `large`."""
    return (large // small).bit_length() - 1


def _convolution(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, padding=1, bias=False), nn.BatchNorm2d(outside), nn.ReLU())


def _way_up(inside: int, widths: list[int], outside: int = 3) -> list[nn.Module]:
    """Doubled once for each of `widths`, and `outside` channels at the end.

    Each doubling lays channels out as pixels, which is the cheapest (Shi et al. 2016, arXiv 1609.05158).
    """
    layers: list[nn.Module] = []
    for before, after in zip([inside, *widths], widths, strict=False):
        layers += [nn.Conv2d(before, 4 * after, 3, padding=1, bias=False), nn.PixelShuffle(2)]
        layers += [nn.BatchNorm2d(after), nn.ReLU()]
    return [*layers, nn.Conv2d(widths[-1], outside, 3, padding=1)]
