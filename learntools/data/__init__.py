"""The course's data as tensors: uint8 at rest, [-1, 1] on request, on the device you name.

    from learntools.data import emoji, fashion_mnist, photo, to_float

    fashion_mnist("train", device="cuda").batches(128)    # 60,000 images of clothes, ten classes
    emoji("line"), emoji("openmoji")                      # 1,384 training pairs: outline and colour
    emoji_pairs("train"), emoji_styles("test")            # images to translate, as pairs
    to_float(photo("cat"))                                # (3, H, W) in [-1, 1]

All of that needs no network. `facades`, `maps` and `horse2zebra` are fetched once from theirs, and the learner's own
images come from a folder: `paired_folder`, `paired_folders`, `unpaired_folders`.

Whatever is wrong (a damaged file, an unknown name, no such device) is a DataError: one sentence with what to do.
`verify()` checks every shipped file.
"""

from learntools.data.emoji_atlas import EmojiSet, emoji
from learntools.data.fashion import fashion_mnist
from learntools.data.files import DataError, verify
from learntools.data.folders import paired_folder, paired_folders, unpaired_folders
from learntools.data.images import ImageSet, to_float, to_uint8
from learntools.data.online import facades, horse2zebra, maps
from learntools.data.photographs import Credit, photo, photos
from learntools.data.translation import Pairs, Unpaired, emoji_pairs, emoji_styles, unpaired
from learntools.data.weights import weights

__all__ = [
    "Credit",
    "DataError",
    "EmojiSet",
    "ImageSet",
    "Pairs",
    "Unpaired",
    "emoji",
    "emoji_pairs",
    "emoji_styles",
    "facades",
    "fashion_mnist",
    "horse2zebra",
    "maps",
    "paired_folder",
    "paired_folders",
    "photo",
    "photos",
    "to_float",
    "to_uint8",
    "unpaired",
    "unpaired_folders",
    "verify",
    "weights",
]
