"""Batches from a set that lies on the device as bytes, and augmentations that change a whole batch there at once.

    batches = Batches(clothes, 64, device="cuda", augment=[flip, Shift(2)])
    x, y = batches.draw()            # x float32 (64, 1, 28, 28) in [-1, 1], y int64 (64,)
    Batches(emoji_pairs(), 16).draw()    # x, y float32 (16, 3, 64, 64) each: input and target, changed alike

A batch costs one gather and one conversion, with no worker process and no copy from the CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.nn import functional as F

from learntools.data import ImageSet, Pairs, Unpaired, to_float
from learntools.training.hardware import TrainingError

Augmentation = Callable[[Tensor], Tensor]


@runtime_checkable
class Source(Protocol):
    """Data that makes its batches itself, such as scenes without end, with torch's random state.

    draw(count, device) → images uint8 (count, C, H, W), and one row for each: labels or words, int64, or its partner,
    an image uint8 (count, C', H, W) for translation.
    """

    def draw(self, count: int, device: str | torch.device = "cpu") -> tuple[Tensor, Tensor]: ...


class Batches:
    """Random batches of a data set, each image as likely as any other, drawn with torch's random state.

    Args:
        data: an ImageSet, or images uint8 (N, C, H, W) and labels int64 (N,); or Pairs, or Unpaired images, whose two
            sides are then x and y of a batch; or a Source.
        size: images in a batch.
        device: where the set is kept, whole.
        augment: applied one after the other to each batch of floats in [-1, 1]; the two images of a pair go through
            them together, as channels of one, and unpaired ones each on its own.

    Raises:
        TrainingError: the data is not such a pair, or is smaller than a batch.
    """

    def __init__(
        self,
        data: ImageSet | Unpaired | Source | tuple[Tensor, Tensor],
        size: int,
        device: torch.device | str = "cpu",
        augment: Sequence[Augmentation] = (),
    ):
        self.size, self.augment, self.device = size, tuple(augment), torch.device(device)
        self.source = data if isinstance(data, Source) else None
        self.translates, self.paired = isinstance(data, Unpaired), isinstance(data, Pairs)
        if self.source is not None:
            self.images, self.labels = self._tried(self.source)
            self.translates = self.paired = self.labels.dtype == torch.uint8
            return
        images, labels = _sides(data)
        if not isinstance(images, Tensor) or images.dtype != torch.uint8 or images.ndim != 4:
            found = f"{images.dtype}, {tuple(images.shape)}" if isinstance(images, Tensor) else type(images).__name__
            raise TrainingError(f"Images for training are uint8 (N, C, H, W), 0 to 255, and these are {found}.")
        if not isinstance(labels, Tensor):
            raise TrainingError(f"Labels are a tensor (N,), and these are {type(labels).__name__}: make one of them.")
        if len(labels) != len(images) and (self.paired or not self.translates):
            raise TrainingError(f"There are {len(images)} images and {len(labels)} labels: each image needs one.")
        fewest = min(len(images), len(labels))
        if not 1 <= size <= fewest:
            raise TrainingError(f"A batch of {size} cannot be drawn from {fewest} images: choose a smaller one.")
        self.images, self.labels = images.to(device), labels.to(device)
        if not (self.translates or labels.is_floating_point()):
            self.labels = self.labels.long()

    def __len__(self) -> int:
        return len(self.images)

    def draw(self) -> tuple[Tensor, Tensor]:
        """One random batch: x float32 (size, C, H, W) in [-1, 1], and y int64 (size,), or images as x are."""
        if self.source is not None:
            images, y = self.source.draw(self.size, self.device)
            return self._both(to_float(images), to_float(y)) if self.paired else (self._changed(to_float(images)), y)
        index = torch.randint(len(self.images), (self.size,), device=self.images.device)
        x = to_float(self.images.index_select(0, index))
        if not self.translates:
            return self._changed(x), self.labels.index_select(0, index)
        if self.paired:
            return self._both(x, to_float(self.labels.index_select(0, index)))
        other = torch.randint(len(self.labels), (self.size,), device=self.images.device)
        return self._changed(x), self._changed(to_float(self.labels.index_select(0, other)))

    def first(self, count: int) -> tuple[Tensor, Tensor]:
        """The first images and their labels or partners, as `draw` gives them, but unchanged."""
        y = self.labels[:count]
        return to_float(self.images[:count]), to_float(y) if self.translates else y

    def _tried(self, source: Source) -> tuple[Tensor, Tensor]:
        """Two images of a source, drawn without a trace in the random state."""
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            images, y = source.draw(2, self.device)
        if not isinstance(images, Tensor) or images.dtype != torch.uint8 or images.ndim != 4 or len(y) != len(images):
            raise TrainingError(
                f"{type(source).__name__}.draw(2) gives no two images uint8 (2, C, H, W) with a row of labels each."
            )
        return images, y

    def _both(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """The two images of each pair, changed alike."""
        if not self.augment:
            return x, y
        both = self._changed(torch.cat([x, y], dim=1))
        return both[:, : x.shape[1]], both[:, x.shape[1] :]

    def _changed(self, x: Tensor) -> Tensor:
        for change in self.augment:
            x = change(x)
        return x


def _sides(data: object) -> tuple[Tensor, Tensor]:
    if isinstance(data, ImageSet):
        return data.images, data.labels
    if isinstance(data, Unpaired):
        return data.a, data.b
    if isinstance(data, tuple) and len(data) == 2:
        return data
    raise TrainingError(
        f"Training data is an ImageSet, Pairs, or a pair (images, labels), and this is {type(data).__name__}: "
        'data.fashion_mnist("train") gives one.'
    )


def flip(x: Tensor) -> Tensor:
    """Each image is mirrored left to right with probability ½."""
    mirrored = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
    return torch.where(mirrored, x.flip(3), x)


@dataclass(frozen=True)
class Shift:
    """The whole batch moves by up to `pixels` in each direction; what comes in is `edge`, by default black (-1)."""

    pixels: int = 2
    edge: float = -1.0

    def __call__(self, x: Tensor) -> Tensor:
        padded = F.pad(x, [self.pixels] * 4, value=self.edge)
        down, right = torch.randint(2 * self.pixels + 1, (2,)).tolist()  # on the CPU: nothing waits for a GPU
        return padded[:, :, down : down + x.shape[2], right : right + x.shape[3]]


@dataclass(frozen=True)
class Jitter:
    """The pix2pix paper's: the batch is enlarged to `size` (286 for 256) and cut back to its own at a random place."""

    size: int = 286

    def __call__(self, x: Tensor) -> Tensor:
        larger = F.interpolate(x, size=(self.size, self.size), mode="bilinear", align_corners=False)
        down, right = (int(torch.randint(self.size - side + 1, ())) for side in x.shape[2:])  # on the CPU
        return larger[:, :, down : down + x.shape[2], right : right + x.shape[3]]


@dataclass(frozen=True)
class Tint:
    """Each image in other colours: its channels are mixed a little, and all of it is made darker or lighter.

    strength: the standard deviation of what is added to the mixing matrix, whose rows keep their sum 1, so that grey
    stays grey. What is shown can still be recognised, but less by its colour.
    """

    strength: float = 0.15

    def __call__(self, x: Tensor) -> Tensor:
        noise = self.strength * torch.randn(len(x), 3, 3, device=x.device)
        mixing = torch.eye(3, device=x.device) + noise - noise.mean(dim=2, keepdim=True)
        light = 0.5 * self.strength * torch.randn(len(x), 1, 1, 1, device=x.device)
        return (torch.einsum("nij,njhw->nihw", mixing, x) + light).clamp(-1, 1)


@dataclass(frozen=True)
class OneHue:
    """Some images in shades of a single colour, by how light they are: black stays black, and white white.

    share: of the images, for each by chance. Shapes are all that is left to recognise in them.
    """

    share: float = 0.2

    def __call__(self, x: Tensor) -> Tensor:
        colour = torch.rand(len(x), 3, 1, 1, device=x.device)
        low, high = colour.amin(dim=1, keepdim=True), colour.amax(dim=1, keepdim=True)
        colour = 0.1 + 0.8 * (colour - low) / (high - low).clamp(min=1e-3)
        light = 0.5 + 0.5 * torch.einsum("c,nchw->nhw", x.new_tensor((0.299, 0.587, 0.114)), x)[:, None]
        dark, pale = colour * (2 * light).clamp(max=1), (2 * light - 1).clamp(min=0)
        shades = 2 * (dark + (1 - dark) * pale) - 1
        return torch.where(torch.rand(len(x), 1, 1, 1, device=x.device) < self.share, shades, x)


@dataclass(frozen=True)
class Noise:
    """Some images with normal noise on every number, as in a photo taken in the dark; then cut off at -1 and 1.

    most: the largest standard deviation; each image's own is drawn evenly between 0 and that.   share: of each batch,
    its first images, the same ones that `Blur` takes: a batch is drawn by chance anyway, and noise that is not used
        would cost time.
    """

    most: float = 0.15
    share: float = 0.25

    def __call__(self, x: Tensor) -> Tensor:
        some, others = _parted(x, self.share)
        strength = self.most * torch.rand(len(some), 1, 1, 1, device=x.device)
        return torch.cat([(some + strength * torch.randn_like(some)).clamp(-1, 1), others])


@dataclass(frozen=True)
class Blur:
    """Some images a little out of focus: each mixed with the means of its 3×3 neighbourhoods, by a part drawn evenly.

    share: of each batch, its first images.
    """

    share: float = 0.25

    def __call__(self, x: Tensor) -> Tensor:
        some, others = _parted(x, self.share)
        soft = F.avg_pool2d(F.pad(some, [1] * 4, mode="replicate"), 3, stride=1)
        return torch.cat([torch.lerp(some, soft, torch.rand(len(some), 1, 1, 1, device=x.device)), others])


def _parted(x: Tensor, share: float) -> tuple[Tensor, Tensor]:
    count = round(share * len(x))
    return x[:count], x[count:]
