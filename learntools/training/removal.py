"""Object removal is pix2pix with pairs of another kind: covered and uncovered.

    fit(Removal(Remover(UNet(4, 4, width=24, depth=4)), PatchGAN(7, patch=34)), Covered(), seconds=150)

A batch is x, covered pictures with their masks as a fourth channel, and y, the pictures themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from learntools import losses
from learntools.models.object_removal import told
from learntools.training.hardware import TrainingError
from learntools.training.recipe import Move
from learntools.training.translation import Pix2Pix


@dataclass
class Removal(Pix2Pix):
    """pix2pix whose input is a covered picture, with or without the hole being told.

    Attributes: as `Pix2Pix` has, and
        share_told: of the pictures of a batch, how many have their mask told, and teach painting; in the others it must
            be found, and they teach the network's own mask.
        mask_weight: of `losses.mask_loss`, by which the network's own mask learns where the cover is.
    """

    share_told: float = 0.5
    mask_weight: float = 20.0
    name: str = "object_removal"

    def step(self, x: Tensor, y: Tensor, move: Move, count: int) -> None:
        order = torch.randperm(len(x), device=x.device)  # a batch is sorted by what it shows
        x, y, half = x[order], y[order], round(self.share_told * len(x))
        mask = _mask(x)
        shown = torch.cat([told(x[:half, :3], mask[:half]), told(x[half:, :3])])
        fake, own = self.generator(shown, mask)
        also = self.mask_weight * losses.mask_loss(own[half:], mask[half:]) if half < len(x) else 0.0
        self.play(shown[:half], y[:half], fake[:half], move, also)

    def check(self, x: Tensor, y: Tensor, labels: Tensor) -> None:
        if x.shape[1] != 4:
            raise TrainingError(
                f"The recipe {self.name!r} takes covered pictures with their mask as a fourth channel, and these have "
                f"{x.shape[1]} channels: give it a data.covered.Covered, or Pairs with such an `a`."
            )
        super().check(told(x[:, :3], _mask(x)), y, labels)


def _mask(x: Tensor) -> Tensor:
    """The fourth channel, which the data has from -1 to 1 as all that was bytes, as 0 and 1."""
    return (x[:, 3:] > 0).to(x.dtype)
