"""How like the truth is an image: pixel by pixel, in structure, and in how colourful it is.

    l1(fake, real)                   # 0.116 for the shipped pix2pix, on a scale of 0 to 2
    ssim(fake, real), psnr(fake, real)
    saturation_ratio(fake, real)     # 1 as colourful as the truth, 0 grey

All take images (N, C, H, W) in [-1, 1], fake[i] for real[i], compute in float64 on the CPU and give one float. They
need pairs; for two sets without pairs see `kernel_distance`. A blurred image does well in l1 and psnr: look as well.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

#: Below this value (the largest of red, green and blue, 0 to 1) a pixel counts as black, which has no colour.
DARK = 0.2
#: Above this saturation a pixel of the truth counts as coloured in.
COLOURED = 0.1


def images_in_range(**images: Tensor) -> list[Tensor]:
    """The images in float64 on the CPU, once they are seen to be alike. The keywords name them in the message.

    Raises ValueError unless all are (N, C, H, W), of one shape, not empty, and in [-1, 1].
    """
    found = []
    for name, x in images.items():
        first = next(iter(images.values()))
        if not isinstance(x, Tensor) or x.ndim != 4 or not x.numel():
            shape = tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
            raise ValueError(f"`{name}` should be images (N, C, H, W), at least one, and is {shape}.")
        if x.shape != first.shape:
            raise ValueError(
                f"`{name}` is {tuple(x.shape)} and `{next(iter(images))}` is {tuple(first.shape)}: they are compared "
                "image by image, so give them the same shape."
            )
        low, high = float(x.detach().min()), float(x.detach().max())
        if not x.is_floating_point() or not (low >= -1.001 and high <= 1.001):
            raise ValueError(f"`{name}` should be floats in [-1, 1], and is {x.dtype} from {low:.4g} to {high:.4g}.")
        found.append(x.detach().cpu().double())
    return found


def l1(x: Tensor, y: Tensor) -> float:
    """Mean absolute difference, 0 to 2 (2 is black for white). Raises ValueError as `images_in_range` does."""
    x, y = images_in_range(x=x, y=y)
    return float((x - y).abs().mean())


def psnr(x: Tensor, y: Tensor) -> float:
    """Peak signal-to-noise ratio in dB, the mean over the images; inf if an image is equal to its truth.

    For one image 10 log₁₀(2² / mean squared difference), 2 being the range of [-1, 1]. All channels count alike: papers
    on super-resolution take luminance only, after cutting the borders off.
    Raises ValueError as `images_in_range` does.
    """
    x, y = images_in_range(x=x, y=y)
    return float((10 * torch.log10(4 / (x - y).square().mean(dim=(1, 2, 3)))).mean())


def ssim(x: Tensor, y: Tensor) -> float:
    """Structural similarity (Wang et al. 2004, doi 10.1109/TIP.2003.819861), at most 1, for equal images.

    With means m, variances v and covariance c under a Gaussian window (11×11, sigma 1.5), at every place where the
    window lies wholly inside the image: (2 mₓ m_y + C₁)(2 c + C₂) / ((mₓ² + m_y² + C₁)(vₓ + v_y + C₂)). The constants
    are C₁ = (0.01·2)² and C₂ = (0.03·2)², 2 being the range. Mean over places, channels and images.

    It is that of x + 1 and y + 1, since the paper's light is 0 for black: with means of either sign an image and its
    negative would look alike. scikit-image gives the same; torchmetrics adds the borders, mirrored, to the mean.
    Raises ValueError as `images_in_range` does, and for images of fewer than 11 pixels in height or width.
    """
    x, y = images_in_range(x=x, y=y)
    if min(x.shape[2:]) < 11:
        raise ValueError(f"SSIM looks through a window of 11×11 pixels, and these images are {tuple(x.shape[2:])}.")
    x, y = x + 1, y + 1
    mean_x, mean_y = _window_mean(x), _window_mean(y)
    variance_x = _window_mean(x * x) - mean_x.square()
    variance_y = _window_mean(y * y) - mean_y.square()
    covariance = _window_mean(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2
    brightness = (2 * mean_x * mean_y + c1) / (mean_x.square() + mean_y.square() + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return float((brightness * structure).mean())


def _window_mean(x: Tensor) -> Tensor:
    """Means under the Gaussian window, (N, C, H, W) → (N, C, H - 10, W - 10): the window is a column times a row."""
    weights = torch.exp(-torch.arange(-5, 6).double().square() / (2 * 1.5**2))
    weights = weights / weights.sum()

    def sliding(size: int) -> Tensor:  # each row of this matrix is the window at one place
        return sum(
            (torch.eye(size, dtype=x.dtype)[k : k + size - 10] * w for k, w in enumerate(weights)), x.new_zeros(())
        )

    return sliding(x.shape[2]) @ x @ sliding(x.shape[3]).T  # conv2d takes several times as long in float64


def saturation(x: Tensor) -> Tensor:
    """HSV saturation of each pixel, images (N, 3 or 1, H, W) in [-1, 1] → (N, H, W) in [0, 1]; 0 for one channel.

    With red, green and blue in 0 to 1 it is (largest - smallest) / largest. A pixel whose largest is below 0.2 counts
    as black and has 0: there the quotient is noise, and (2, 0, 0) of 255 would be as colourful as fire-engine red.
    Raises ValueError as `images_in_range` does, and for another number of channels.
    """
    (x,) = images_in_range(x=x)
    if x.shape[1] not in (1, 3):
        raise ValueError(f"Saturation needs images of 3 channels (red, green, blue) or 1, and these have {x.shape[1]}.")
    colours = ((x + 1) / 2).clamp(0, 1)
    value = colours.amax(dim=1)
    return torch.where(value < DARK, 0.0, (value - colours.amin(dim=1)) / value.clamp_min(DARK))


def saturation_ratio(fake: Tensor, real: Tensor) -> float:
    """How colourful the fakes are where the truth is coloured in: 1 as the truth, 0 grey, above 1 garish.

    The place is chosen by the truth alone: its pixels of saturation above 0.1, so neither white paper, black lines nor
    grey. It is the sum of the fakes' saturation over these pixels of all images, divided by the sum of the truth's;
    `saturation` says what that is. nan if the truth has no such pixel. Colour elsewhere neither helps nor harms, and a
    wrong hue counts as much as the right one: read it beside l1.
    Raises ValueError as `images_in_range` does, and for another number of channels than 3 or 1.
    """
    fake, real = images_in_range(fake=fake, real=real)
    wanted = saturation(real)
    place = wanted > COLOURED
    if not place.any():
        return math.nan
    return float(saturation(fake)[place].sum() / wanted[place].sum())
