"""The three networks of the closing page, built from the settings that a file can hold.

new_network("pairs", size=64)                          # UNet: an image → an image
new_network("two styles", size=32)                     # TwoWay of two: there and back
new_network("captions", size=64, words=vocabulary.words)
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from learntools.data.files import DataError
from learntools.data.vocabulary import Vocabulary
from learntools.models.captioner import Captioner, Encoder
from learntools.models.cyclegan import TwoWay
from learntools.models.pix2pix import UNet, instance_norm

KINDS = ("pairs", "side by side", "two styles", "captions")
SIZES = (32, 64, 128, 256)


def checked(kind: str, size: int) -> None:
    """Raises DataError, one sentence, where there is no such kind or size."""
    if kind not in KINDS:
        raise DataError(f"There is no kind {kind!r}: KIND is {', '.join(map(repr, KINDS[:-1]))} or {KINDS[-1]!r}.")
    if size not in SIZES:
        raise DataError(f"The networks here halve an image again and again: SIZE is 32, 64, 128 or 256, not {size!r}.")


def new_network(kind: str, size: int, words: Sequence[str] = ()) -> nn.Module:
    """An untrained network of this kind for images of size×size; `words` are a captioner's whole vocabulary.

    Raises DataError for an impossible kind or size, or words that are no vocabulary.
    """
    checked(kind, size)
    depth = size.bit_length() - 2  # down to 2×2 pixels
    if kind in ("pairs", "side by side"):
        return UNet(width=24, depth=depth, dropout=0)
    if kind == "two styles":
        how = {"width": 32, "depth": depth, "dropout": 0, "norm": instance_norm, "upsample": "resize"}
        return TwoWay(*(UNet(**how, residual=True) for _ in "ab"))
    return Captioner(Vocabulary(tuple(words)), Encoder(side=size // 8))
