"""How far apart two images look, and how good enlargements are: beside the truth, and beside plain interpolation.

    perceptual_distance(fake, real)                  # 0 for equal images; 0.48 for emoji enlarged bicubically
    sharpness(fake, real)                            # 1 as sharp as the truth, below 1 blurred
    judged_enlargements(fake, real)                  # {"psnr": …, "ssim": …, "perceptual_distance": …, "sharpness": …}
    luminance_psnr(fake, real, border=4)             # as papers on super-resolution measure

A blurred image does well in PSNR: it is wrong by a little everywhere. People, and networks that have learned to see,
mind the blur more. No method can be best at both (Blau and Michaeli 2018, arXiv 1711.06077).
"""

from __future__ import annotations

import functools
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.data.images import to_float, to_uint8
from learntools.data.pictures import picture
from learntools.data.sharp_images import enlarge, shrink
from learntools.metrics.kernel import AT_ONCE
from learntools.metrics.likeness import images_in_range, psnr, ssim
from learntools.models.stages import Stages

#: Smaller images are brought to this size before the network looks at them; larger ones stay as they are.
SIZE = 128
#: The network's stages that are compared: those at an eighth of the side and at a sixteenth.
STAGES = (2, 3, 4)


def perceptual_distance(x: Tensor, y: Tensor) -> float:
    """How different two images look to EfficientNet-Lite0, at least 0; the mean over the images.

    LPIPS's way (Zhang et al. 2018, arXiv 1801.03924), with another network and without weights learned from people: at
    each place the features are scaled to length 1, and the squared distance of the two is averaged over places and
    over three stages in the middle of the network. So these figures compare only with each other.

    SRGAN's training here looks at the network's second stage, which this distance leaves out: a generator is not
    judged by the very numbers that it was trained on, but by deeper ones of the same network.

    Args:
        x, y: (N, 3 or 1, H, W) in [-1, 1]; sides below 128 pixels are enlarged to it first.

    Raises ValueError as `images_in_range` does, and models.recognition.RecogniserError without the network.
    """
    images_in_range(x=x, y=y)
    network = _network(str(x.device))
    total = 0.0
    part = AT_ONCE.get(x.device.type, 64)
    with torch.no_grad():
        for a, b in zip(x.split(part), y.split(part), strict=True):
            both = [_features(side, network) for side in (a, b)]
            for first, second in zip(*both, strict=True):
                apart = (F.normalize(first, dim=1) - F.normalize(second, dim=1)).square().sum(dim=1)
                total += float(apart.mean(dim=(1, 2)).sum()) / len(STAGES)
    return total / len(x)


def sharpness(fake: Tensor, real: Tensor) -> float:
    """How strong the fakes' edges are, as a share of the truth's: 1 as sharp, below 1 blurred, above 1 noisy or harsh.

    The quotient of the mean squared differences between neighbouring pixels, over all images, its square root. It says
    nothing about whether the edges are in the right place. Raises ValueError as `images_in_range` does.
    """
    fake, real = images_in_range(fake=fake, real=real)

    def energy(x: Tensor) -> float:
        return float((x[..., 1:] - x[..., :-1]).square().sum() + (x[..., 1:, :] - x[..., :-1, :]).square().sum())

    return (energy(fake) / max(energy(real), 1e-12)) ** 0.5


def judged_enlargements(fake: Tensor, real: Tensor) -> dict[str, float]:
    """PSNR, SSIM, perceptual distance and sharpness of enlargements (N, 3, H, W) in [-1, 1] beside the truth."""
    return {
        "psnr": psnr(fake, real),
        "ssim": ssim(fake, real),
        "perceptual_distance": perceptual_distance(fake, real),
        "sharpness": sharpness(fake, real),
    }


def luminance(x: Tensor) -> Tensor:
    """Brightness as in television and in MATLAB's `rgb2ycbcr` (ITU-R BT.601): (N, 3, H, W) in [-1, 1] → (N, 1, H, W).

    Black is 16 and white is 235 of 255; the result is scaled to [-1, 1] as bytes are.
    """
    red, green, blue = ((x.double() + 1) / 2).unbind(dim=1)
    y = 16 + 65.481 * red + 128.553 * green + 24.966 * blue
    return (y / 127.5 - 1)[:, None]


def luminance_psnr(fake: Tensor, real: Tensor, border: int = 4) -> float:
    """PSNR in dB of the luminance alone, `border` pixels cut off all around: how papers on super-resolution measure.

    Both (N, 3, H, W) in [-1, 1]. Raises ValueError as `images_in_range` does.
    """
    fake, real = images_in_range(fake=fake, real=real)
    inner = (..., slice(border, fake.shape[2] - border), slice(border, fake.shape[3] - border))
    return psnr(luminance(fake)[inner], luminance(real)[inner])


def luminance_of_folder(folder: str | Path, network: nn.Module | None = None, factor: int = 4) -> dict[str, float]:
    """How well the pictures of a folder are enlarged again after being shrunk: name → `luminance_psnr` in dB.

    As in papers on Set5 and Set14: sides cut to multiples of `factor`, the result rounded to bytes, a border of
    `factor` pixels left out. A `network` of None is the bicubic enlargement. Raises DataError for a bad picture.
    """
    found = {}
    for path in sorted(Path(folder).glob("*.png")):
        whole = to_float(picture(path))[None]
        sharp = whole[:, :, : whole.shape[2] // factor * factor, : whole.shape[3] // factor * factor]
        small = shrink(sharp, factor)
        with torch.no_grad():
            made = enlarge(small, factor) if network is None else network(small)
        found[path.stem] = luminance_psnr(to_float(to_uint8(made)), sharp, border=factor)
    return found


@functools.lru_cache(maxsize=2)
def _network(device: str) -> nn.Module:
    return Stages(max(STAGES) + 1).to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _features(x: Tensor, network: nn.Module) -> list[Tensor]:
    """EfficientNet-Lite0's features (N, C, H', W') after each of `STAGES`."""
    x = x.float().expand(-1, 3, -1, -1)
    size = (max(SIZE, x.shape[2]), max(SIZE, x.shape[3]))
    if size != tuple(x.shape[2:]):
        x = F.interpolate(x, size=size, mode="bicubic", antialias=True).clamp(-1, 1)
    found = network(x)
    return [found[stage] for stage in STAGES]
