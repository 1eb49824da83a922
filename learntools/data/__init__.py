"""The course's data as tensors: uint8 at rest, [-1, 1] on request, on the device you name.

    from learntools.data import emoji, fashion_mnist, photo, to_float

    fashion_mnist("train", device="cuda").batches(128)    # 60,000 images of clothes, ten classes
    emoji("line"), emoji("openmoji")                      # 1,384 training pairs: outline and colour
    emoji_pairs("train"), emoji_styles("test")            # images to translate, as pairs
    sharp("train")                                        # sharp emoji and patches, to shrink and to restore
    to_float(photo("cat"))                                # (3, H, W) in [-1, 1]

All of that needs no network. `facades`, `maps` and `horse2zebra` are fetched once from theirs, and the learner's own
images come from a folder (`paired_folder`, `paired_folders`, `unpaired_folders`) or one by one (`picture`).
Photographs with sentences about them are `flickr8k` (from the network, once), `coco_captions` and `captioned_folder`.

Whatever is wrong (a damaged file, an unknown name, no such device) is a DataError: one sentence with what to do.
`verify()` checks every shipped file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learntools.data.emoji_atlas import EmojiSet, emoji
from learntools.data.fashion import fashion_mnist
from learntools.data.files import DataError, verify
from learntools.data.folders import paired_folder, paired_folders, unpaired_folders
from learntools.data.images import ImageSet, to_float, to_uint8
from learntools.data.online import facades, horse2zebra, maps
from learntools.data.photographs import Credit, photo, photos
from learntools.data.pictures import picture, square
from learntools.data.sharp_images import Sharp, enlarge, sharp, sharp_emoji, sharp_photographs, shrink
from learntools.data.translation import Pairs, Unpaired, emoji_pairs, emoji_styles, unpaired
from learntools.data.weights import weights

if TYPE_CHECKING:
    from learntools.data.captioned import Captioned, Sentences, captioned_folder, coco_captions, flickr8k

__all__ = [
    "Captioned",
    "Credit",
    "DataError",
    "EmojiSet",
    "ImageSet",
    "Pairs",
    "Sentences",
    "Sharp",
    "Unpaired",
    "captioned_folder",
    "coco_captions",
    "emoji",
    "emoji_pairs",
    "emoji_styles",
    "enlarge",
    "facades",
    "fashion_mnist",
    "flickr8k",
    "horse2zebra",
    "maps",
    "paired_folder",
    "paired_folders",
    "photo",
    "photos",
    "picture",
    "sharp",
    "sharp_emoji",
    "sharp_photographs",
    "shrink",
    "square",
    "to_float",
    "to_uint8",
    "unpaired",
    "unpaired_folders",
    "verify",
    "weights",
]

_LATER = ("Captioned", "Sentences", "captioned_folder", "coco_captions", "flickr8k")


def __getattr__(name: str) -> Any:
    """What few lessons need is imported when it is asked for: it would be a third of the cost of this package."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from learntools.data import captioned

    return getattr(captioned, name)
