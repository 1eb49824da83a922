"""A captioner: a convolutional encoder, and a recurrent decoder that looks at the image again for each word.

    network = scene_captioner()
    logits = network(x, words)                  # x (N, 3, 64, 64) in [-1, 1], words (N, T) → (N, T, vocabulary)
    describe(trained_captioner(), x)            # ["a cat to the left of a red apple", …]

After *Show, Attend and Tell* (Xu et al. 2015, arXiv 1502.03044) with soft attention. The encoder's map is a list of
places, each with a feature vector. The decoder reads the words so far, asks each place how well it fits, and takes the
mean of the places' features with these weights.

Three things are different, so that it learns in minutes. Each place is also asked what it looks like by itself, as a
logit for each word (Fang et al. 2015, arXiv 1411.4952); by that the decoder finds where in the image the word is that
it has just read. It keeps account of the places it has told about (coverage: See et al. 2017, arXiv 1704.04368). And
attention is asked for after the recurrent layer (Luong et al. 2015, arXiv 1508.04025), so that in training, where all
words are known, all of them are done at once.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.data.vocabulary import END, PAD, START, Vocabulary
from learntools.models.stages import CHANNELS, Stages

_SEEN = (2, 4)  # which of EfficientNet-Lite0's stages a `SceneEncoder` builds upon
LONGEST = 30  # words, after which a sentence is ended whether it is done or not

State = tuple[Tensor, Tensor, Tensor]  # of the LSTM (1, N, hidden) twice, and the coverage (N, 1, L)


class Encoder(nn.Module):
    """Images (N, 3, 64, 64) → feature vectors of 8×8 places (N, 64, features); from scratch, no pooling.

    Squares of 4×4 pixels are first laid out as 48 numbers, which costs nothing and lets every convolution work on many
    channels; then three convolutions of 3×3, the second with a stride, and one of 1×1. Each place also gets a learned
    vector that says where it is: attention alone would not know left from right.
    """

    def __init__(self, features: int = 192, width: int = 96, side: int = 8):
        super().__init__()
        self.body = nn.Sequential(
            nn.PixelUnshuffle(4),
            _convolution(3 * 16, width),
            _convolution(width, width * 4 // 3, stride=2),
            _convolution(width * 4 // 3, features),
            _convolution(features, features, kernel=1),
        )
        self.place = nn.Parameter(0.1 * torch.randn(1, side * side, features))
        self.features = features

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).flatten(2).transpose(1, 2) + self.place


class SceneEncoder(nn.Module):
    """Scenes (N, 3, 64, 64) in [-1, 1] → feature vectors of 8×8 places (N, 64, features), on what ImageNet has taught.

    EfficientNet-Lite0's stages at an eighth and at a sixteenth of the side look at the scene, enlarged to `size`, and
    stay as they are. What is learned are three convolutions on top, and a vector for each place. Such features hold for
    drawings of any hand: after 150 seconds with the same two artists the objects of a new one are right in .351 of the
    scenes, where `Encoder` has .072 (benchmarks/results/training.md). They also notice the least noise, so let there be
    some in the training.

    trained: with ImageNet's weights; False leaves them unset, for a state dict to fill.
    """

    def __init__(self, features: int = 192, size: int = 96, side: int = 8, trained: bool = True):
        super().__init__()
        self.network = Stages(_SEEN[-1] + 1, trained)
        channels = sum(CHANNELS[stage] for stage in _SEEN)
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.body = nn.Sequential(
            _convolution(channels, features, kernel=1),
            _convolution(features, features),
            _convolution(features, features, kernel=1),
        )
        self.place = nn.Parameter(0.1 * torch.randn(1, side * side, features))
        self.features, self.size, self.side = features, size, side

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            large = F.interpolate(x, size=(self.size, self.size), mode="bilinear")
            stages = self.network(large)
            maps = [_fitted(stages[stage], self.side) for stage in _SEEN]
        return self.body(self.norm(torch.cat(maps, dim=1))).flatten(2).transpose(1, 2) + self.place


class PretrainedEncoder(nn.Module):
    """Photos (N, 3, H, W) in [-1, 1] → features of H/32 × W/32 places, by EfficientNet-Lite0, which stays as it is.

    Only the projection of its 1,280 features and what says where a place is are learned. size: the photos' H and W.
    """

    def __init__(self, features: int = 256, size: int = 224):
        super().__init__()
        from learntools.models.recognition import efficientnet_lite0

        self.network = efficientnet_lite0()
        self.project = nn.Sequential(nn.Linear(1280, features), nn.LayerNorm(features), nn.ReLU())
        self.place = nn.Parameter(0.1 * torch.randn(1, (size // 32) ** 2, features))
        self.features = features

    def train(self, mode: bool = True) -> PretrainedEncoder:
        super().train(mode)
        self.network.eval()  # its BatchNorm keeps what it has learned from ImageNet
        return self

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            maps = self.network.forward_features(x)  # type: ignore[operator]
        return self.project(maps.flatten(2).transpose(1, 2)) + self.place


class Attention(nn.Module):
    """Soft attention: (query (N, T, q), places (N, L, f)) → context (N, T, f) and weights (N, T, L) that sum to 1.

    Query and places are compared as vectors of `size` numbers, by their scalar product / sqrt(size). How much a place
    has been told about already, `coverage` (N, T, L), counts against it, by a learned amount.
    """

    def __init__(self, query: int, features: int, size: int = 64):
        super().__init__()
        self.query = nn.Linear(query, size)
        self.key = nn.Linear(features, size)
        self.inhibition = nn.Parameter(torch.tensor(2.0))

    def forward(self, query: Tensor, places: Tensor, coverage: Tensor) -> tuple[Tensor, Tensor]:
        asked, offered = self.query(query), self.key(places)
        scores = asked @ offered.transpose(1, 2) / asked.shape[2] ** 0.5 - self.inhibition * coverage
        weights = scores.softmax(dim=-1).to(places.dtype)
        return weights @ places, weights


class Captioner(nn.Module):
    """Encoder and decoder together.

    Args:
        vocabulary: the words it speaks.
        encoder: images → (N, L, features), with an attribute `features`; a new `Encoder` if None.
        embedding, hidden: numbers that stand for a word, and that the decoder remembers.
    """

    def __init__(
        self, vocabulary: Vocabulary, encoder: nn.Module | None = None, embedding: int = 128, hidden: int = 192
    ):
        super().__init__()
        self.vocabulary = vocabulary
        self.encoder = encoder if encoder is not None else Encoder()
        features = int(self.encoder.features)  # type: ignore[arg-type]
        self.embed = nn.Embedding(len(vocabulary), embedding, padding_idx=PAD)
        self.tells = nn.Linear(embedding, 1)
        self.read = nn.LSTM(embedding + features, hidden, batch_first=True)
        self.look = Attention(hidden, features)
        self.word = nn.Linear(hidden, len(vocabulary))
        self.detect = nn.Linear(features, len(vocabulary))

    def forward(self, x: Tensor, words: Tensor, detected: bool = False) -> Tensor | tuple[Tensor, Tensor]:
        """Images (N, 3, H, W) and the words so far int64 (N, T) → logits (N, T, vocabulary) for the word after each.

        With `detected` also logits (N, vocabulary): how much the most telling places of the image look like each word.
        They are a soft maximum, log(sum(exp(2 l))) / 2, so that more than one place learns from each image.
        """
        places = self.encoder(x)
        looks_like = self.detect(places)
        logits, _, _ = self._decode(words, places, looks_like)
        return (logits, (2 * looks_like.float()).logsumexp(dim=1) / 2) if detected else logits

    def decode(self, words: Tensor, places: Tensor, state: State | None = None) -> tuple[Tensor, State, Tensor]:
        """Words (N, T) and places (N, L, f) → logits (N, T, vocabulary), the state after them, weights (N, T, L).

        state: what `decode` gave for the words before these; None at the start of a sentence.
        """
        return self._decode(words, places, self.detect(places), state)

    def _decode(
        self, words: Tensor, places: Tensor, looks_like: Tensor, state: State | None = None
    ) -> tuple[Tensor, State, Tensor]:
        """looks_like: what `detect` says of the places, (N, L, vocabulary)."""
        seen = self.embed(words)
        # where in the image each word is, (N, T, L), and which places have been told about
        found = looks_like.gather(2, words[:, None].expand(-1, places.shape[1], -1)).transpose(1, 2).softmax(dim=2)
        coverage = (self.tells(seen).sigmoid() * found).float().cumsum(dim=1)
        memory = None
        if state is not None:
            memory, coverage = state[:2], coverage + state[2]
        thought, memory = self.read(torch.cat([seen, found.to(places.dtype) @ places], dim=2), memory)
        context, weights = self.look(thought, places, coverage)
        return self.word(thought) + self.detect(context), (*memory, coverage[:, -1:]), weights


class Spoken(NamedTuple):
    """Sentences as a network gave them.

    words: int64 (N, T), each row ended by END and then PAD.   attention: (N, T, L), where it looked for each word.
    """

    words: Tensor
    attention: Tensor


@torch.no_grad()
def greedy(network: Captioner, x: Tensor, longest: int = LONGEST) -> Spoken:
    """The likeliest next word, again and again, until each sentence has ended; after `longest` words it is ended."""
    places = network.encoder(x)
    word = torch.full((len(x), 1), START, device=x.device)
    state, words, looks = None, [], []
    ended = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    for count in range(1, longest + 1):
        logits, state, weights = network.decode(word, places, state)
        logits[..., [PAD, START]] = -torch.inf
        word = logits.argmax(dim=2)
        if count == longest:
            word = torch.full_like(word, END)
        word = torch.where(ended[:, None], PAD, word)
        words.append(word)
        looks.append(weights.float())
        ended |= word[:, 0] == END
        if bool(ended.all()):
            break
    return Spoken(torch.cat(words, dim=1), torch.cat(looks, dim=1))


@torch.no_grad()
def beam_search(network: Captioner, x: Tensor, width: int = 3, longest: int = LONGEST, power: float = 1.0) -> Tensor:
    """The best of many sentences: `width` beginnings of each are kept, those of the largest log probability.

    A sentence ends only where its END is among the `width` best continuations, so a width of 1 is greedy search.
    Ended sentences are compared by log probability / words ** power: without that (power 0) short ones win, because
    each further word can only cost. It ends after `longest` words at the latest. → int64 (N, T), as in `Spoken`.
    Raises ValueError for a width below 1.
    """
    if width < 1:
        raise ValueError(f"A beam search keeps at least one beginning, and width is {width}.")
    found = [_search(network, places, width, longest, power) for places in network.encoder(x).split(1)]
    length = max(map(len, found))
    return torch.tensor([row + [PAD] * (length - len(row)) for row in found])


def _search(network: Captioner, places: Tensor, width: int, longest: int, power: float) -> list[int]:
    """The best sentence about one image's places (1, L, f), with its END."""
    device = places.device
    rows: list[list[int]] = [[]]
    scores = torch.zeros(1)
    state: State | None = None
    word = torch.full((1, 1), START, device=device)
    done: list[tuple[float, list[int]]] = []
    for count in range(1, longest + 1):
        logits, state, _ = network.decode(word, places.expand(len(rows), -1, -1), state)
        logs = logits[:, 0].float().log_softmax(dim=1).cpu()
        logs[:, [PAD, START]] = -torch.inf
        if count == longest:  # now every sentence ends
            return max([*done, *_ended(rows, scores + logs[:, END], power)])[1]
        values, places_in = (scores[:, None] + logs).flatten().topk(min(2 * width, logs.numel()))
        rows_before, numbers = places_in // logs.shape[1], places_in % logs.shape[1]
        kept = []
        found = zip(values.tolist(), rows_before.tolist(), numbers.tolist(), strict=True)
        for rank, (value, row, number) in enumerate(found):
            if number == END:
                if rank >= width:  # the second half stands by, for the place of sentences that end
                    continue
                done.append((value / (len(rows[row]) + 1) ** power, [*rows[row], END]))
            elif value > -torch.inf and len(kept) < width:
                kept.append((value, row, number))
        # a beginning can no longer win when even its best future, no further cost at all, is worse
        best = max(done)[0] if done else -torch.inf
        reach = longest**power
        kept = [entry for entry in kept if entry[0] / reach > best]
        if len(done) >= width or not kept:
            return max(done or _ended(rows, scores, power))[1]  # where the network computes NaN, no word is left at all
        chosen = torch.tensor([row for _, row, _ in kept], device=device)
        rows = [[*rows[row], number] for _, row, number in kept]
        scores = torch.tensor([value for value, _, _ in kept])
        state = state[0][:, chosen], state[1][:, chosen], state[2][chosen]
        word = torch.tensor([[number] for _, _, number in kept], device=device)
    raise AssertionError("a search ends in its loop")


def _ended(rows: list[list[int]], scores: Tensor, power: float) -> list[tuple[float, list[int]]]:
    return [(score / (len(row) + 1) ** power, [*row, END]) for row, score in zip(rows, scores.tolist(), strict=True)]


def describe(network: Captioner, x: Tensor, beam: int = 1, part: int = 200) -> list[str]:
    """A sentence for each image (N, 3, 64, 64) in [-1, 1]; `beam` above 1 searches more widely, and takes longer.

    The network is used in eval mode and left in the mode it had; never are the true words shown to it.
    """
    device, training = next(network.parameters()).device, network.training
    network.eval()
    try:
        found: list[str] = []
        for images in x.split(part):
            images = images.to(device)
            words = greedy(network, images).words if beam == 1 else beam_search(network, images, beam)
            found += network.vocabulary.decode_all(words.cpu())
        return found
    finally:
        network.train(training)


def trained_captioner() -> Captioner:
    """The course's own captioner of scenes, in eval mode, on the CPU (data/weights/captioning.md)."""
    from learntools import data

    network = scene_captioner(trained=False)
    network.load_state_dict(data.weights("captioning"))
    return network.eval().requires_grad_(False)


def scene_captioner(trained: bool = True) -> Captioner:
    """A new captioner of scenes: a `SceneEncoder`, and a decoder that knows every word of the scenes.

    trained: whether the part of the encoder that is never trained here has its weights, those of ImageNet.
    """
    from learntools.data.scenes import scene_vocabulary

    return Captioner(scene_vocabulary(), SceneEncoder(trained=trained))


def _fitted(maps: Tensor, side: int) -> Tensor:
    """Features (N, C, H, W) → (N, C, side, side)."""
    return F.interpolate(maps, size=(side, side), mode="bilinear", antialias=maps.shape[2] > side)


def _convolution(inside: int, outside: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(),
    )
