"""Fashion-MNIST: 70,000 photographs of clothes, 28×28 grey, ten classes (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747).

    train = fashion_mnist()                       # 60,000 images, 6,000 of each class
    test = fashion_mnist("test", device="cuda")   # 10,000 images, 1,000 of each class

The files are the authors' own, in torchvision's layout and in MNIST's IDX format: a big-endian header (two zero bytes,
the type, the number of dimensions, each dimension as four bytes) and then the values, last dimension fastest.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch

from learntools.data import files
from learntools.data.files import DataError
from learntools.data.images import ImageSet, find_device

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SPLITS = {"train": ("train", 60_000), "test": ("t10k", 10_000)}  # our name: the files' name, how many


def fashion_mnist(split: str = "train", device: str | torch.device = "cpu") -> ImageSet:
    """Fashion-MNIST's "train" (60,000) or "test" (10,000) images: uint8 (N, 1, 28, 28), black (0) background.

    Every call gives fresh tensors, so a set may be changed in place; what is read from disk is kept for the next call.
    Raises DataError for a missing or damaged file, another split, or a device that is not there.
    """
    if split not in SPLITS:
        raise DataError(f"Fashion-MNIST has no split {split!r}: choose from 'train' and 'test'.")
    there = find_device(device)
    images, labels = _load(files.folder(), split)
    return ImageSet(images.to(there, copy=True), labels.to(there, copy=True), CLASSES)


@functools.lru_cache(maxsize=4)
def _load(folder: Path, split: str) -> tuple[torch.Tensor, torch.Tensor]:
    """The kept originals; never handed out. `folder` is in the key, so moving LEARNTOOLS_DATA is noticed."""
    prefix, count = SPLITS[split]
    images = _read_idx(f"FashionMNIST/raw/{prefix}-images-idx3-ubyte.gz", (count, 28, 28))
    labels = _read_idx(f"FashionMNIST/raw/{prefix}-labels-idx1-ubyte.gz", (count,))
    return images.unsqueeze(1), labels.long()


def _read_idx(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """One IDX file of unsigned bytes as a uint8 tensor of the given shape."""
    content = bytearray(files.read_gzip(name))  # writable, which torch asks for
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, dtype=">u4").tobytes()
    if not content.startswith(header) or len(content) != len(header) + np.prod(shape):
        raise DataError(f"The data file {files.folder() / name} does not hold {shape} bytes: {files.REPAIR}.")
    return torch.frombuffer(content, dtype=torch.uint8, offset=len(header)).view(shape)
