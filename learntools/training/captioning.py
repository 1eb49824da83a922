"""The recipe that teaches a captioner: the true sentence is shown word by word, and each next word is to be guessed.

fit(Captioning(scene_captioner()), Endless(), seconds=150)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from learntools import losses
from learntools.data.vocabulary import PAD, START
from learntools.training.batches import Augmentation
from learntools.training.hardware import TrainingError
from learntools.training.recipe import Adam, Move, Recipe, hold_then_fall, tried


def fall_late(progress: float) -> float:
    """The learning rate's factor: 1 for 70 % of the training, longer than a GAN's, then straight down towards 0."""
    return hold_then_fall(progress, hold=0.7)


@dataclass
class Captioning(Recipe):
    """An image and the words so far → the next word (Xu et al. 2015, arXiv 1502.03044, without its second loss term).

    In training the network reads the true words ("teacher forcing"), afterwards its own. `own_words` makes it used to
    them: it says which share of the true words is replaced by words that the network has just guessed, after so many
    steps; usually ever more of them (scheduled sampling, Bengio et al. 2015, arXiv 1506.03099). All are guessed at once
    from the true sentence (Mihaylova and Martins 2019, arXiv 1906.07651), which costs one more pass and no loop over
    words.

    Attributes:
        captioner: (images, words int64 (N, T)) → logits (N, T, vocabulary).
        loss: of logits and the words that should follow, PAD where a sentence has ended.
        own_words: the number of steps before it → the share of words that are its own, 0 to 1.
        detection_weight: of `losses.detection_loss`, by which each place learns what it looks like; 0 leaves it out,
            and then the captioner needs no third argument.
    """

    captioner: nn.Module
    loss: Callable[[Tensor, Tensor], Tensor] = losses.caption_loss
    optimizer: Adam = field(default_factory=lambda: Adam(lr=4e-3, betas=(0.9, 0.99), weight_decay=0.01))
    own_words: Callable[[int], float] = lambda steps: 0.0
    detection_weight: float = 1.0
    batch_size: int = 64
    averaged: Sequence[str] = ("captioner",)
    decay: float = 0.995
    augment: Sequence[Augmentation] = ()
    schedule: Callable[[float], float] = fall_late
    name: str = "captioning"
    channels_last = True

    @property
    def networks(self) -> dict[str, nn.Module]:
        return {"captioner": self.captioner}

    @property
    def optimizers(self) -> dict[str, Adam]:
        return {"captioner": self.optimizer}

    def step(self, x: Tensor, y: Tensor, move: Move, count: int) -> None:
        read, following = y[:, :-1], y[:, 1:]
        share = self.own_words(count)
        if share > 0:
            read = self.mixed(x, read, share)
        if not self.detection_weight:
            move("captioner", self.loss(self.captioner(x, read), following))
            return
        logits, detected = self.captioner(x, read, detected=True)
        loss = self.loss(logits, following) + self.detection_weight * losses.detection_loss(detected, following)
        move("captioner", loss)

    @torch.no_grad()
    def mixed(self, x: Tensor, read: Tensor, share: float) -> Tensor:
        """The words to read, of which about `share` are the network's own guesses; <start> and padding stay."""
        guessed = self.captioner(x, read).argmax(dim=2)
        own = torch.cat([read[:, :1], guessed[:, :-1]], dim=1)
        chosen = torch.rand(read.shape, device=read.device) < share
        chosen &= (read != PAD) & (torch.arange(read.shape[1], device=read.device) > 0)
        return torch.where(chosen, own, read)

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        if y.ndim != 2 or y.is_floating_point():
            raise TrainingError(
                f"The recipe {self.name!r} learns sentences, int64 (N, words), and this data gives {y.dtype}, "
                f"{tuple(y.shape)}: give it captioned images, such as data.scenes.Endless()."
            )
        # not with the data's own words: one beyond the vocabulary would fail here, without a word about words
        logits = tried("captioner", self.captioner, x, torch.full_like(y[:, :-1], START))
        if logits.ndim != 3 or logits.shape[:2] != y[:, :-1].shape:
            raise TrainingError(
                f"The captioner gives {tuple(logits.shape)} for words {tuple(y[:, :-1].shape)}: give logits for each "
                "word, (N, words, vocabulary)."
            )
        if int(labels.max()) >= logits.shape[2]:
            raise TrainingError(
                f"The captions have words up to number {int(labels.max())}, and the captioner knows {logits.shape[2]}: "
                "build it with the vocabulary that encoded them."
            )
