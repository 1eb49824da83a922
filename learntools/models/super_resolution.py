"""Super-resolution by a residual network (Ledig et al. 2016, arXiv 1609.04802): SRResNet, and SRGAN's discriminator.

    G = SRResNet(blocks=16, width=64)          # the paper's: 1,547,350 numbers
    y = G(x)                                   # (N, 3, H, W) → (N, 3, 4H, 4W), in [-1, 1]
    D = Discriminator(size=96)                 # the paper's, for images of 96×96: 23,563,649 numbers
    logits = D(y)                              # (N, 1)

    x ─ conv ─┬─ block ─ … ─ block ─ conv ─ + ─ sub-pixel ×2 ─ sub-pixel ×2 ─ conv ─ y
              └──────────── skip ───────────┘

All the thinking is done at the small size, where it is cheap. Only then is the image enlarged, by convolutions whose
channels become pixels (Shi et al. 2016, arXiv 1609.05158).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from learntools.data.sharp_images import enlarge
from learntools.models.stages import Stages


class SRResNet(nn.Module):
    """Images (N, channels, H, W) in [-1, 1] → (N, channels, factor · H, factor · W).

    In eval mode what lies beyond [-1, 1] is cut off. In training it is not: a clipped pixel would have no gradient.

    Args:
        blocks: residual blocks.   width: channels inside.
        factor: a power of 2; each doubling is one sub-pixel convolution.
        norm: batch normalisation in the blocks, as in the paper. Lim et al. 2017 (arXiv 1707.02921) leave it out, which
            is faster and better.
        kernel: of the first and the last convolution; the paper's is 9.
        over: "bicubic" or "nearest": what comes out is added to that enlargement, so the network draws only what is
            missing. None, as in the paper, leaves all to the network.

    Raises ValueError for another `factor`.
    """

    def __init__(
        self,
        blocks: int = 16,
        width: int = 64,
        factor: int = 4,
        norm: bool = True,
        kernel: int = 9,
        over: str | None = None,
        channels: int = 3,
    ):
        super().__init__()
        if factor < 2 or factor & (factor - 1):
            raise ValueError(f"`factor` is a power of 2, such as 4, and not {factor}.")
        self.factor, self.over = factor, over
        self.first = nn.Sequential(nn.Conv2d(channels, width, kernel, padding=kernel // 2), nn.PReLU())
        trunk: list[nn.Module] = [ResidualBlock(width, norm) for _ in range(blocks)]
        trunk.append(nn.Conv2d(width, width, 3, padding=1, bias=not norm))
        if norm:
            trunk.append(nn.BatchNorm2d(width))
        self.trunk = nn.Sequential(*trunk)
        self.up = nn.Sequential(*(SubPixel(width) for _ in range(factor.bit_length() - 1)))
        self.last = nn.Conv2d(width, channels, kernel, padding=kernel // 2)
        if over is not None:  # it begins as the enlargement itself
            nn.init.zeros_(self.last.weight)
            nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def missing(self, x: Tensor) -> Tensor:
        """What the layers make of x, before it is added to anything: the same size as the result."""
        seen = self.first(x)
        return self.last(self.up(seen + self.trunk(seen)))

    def forward(self, x: Tensor) -> Tensor:
        y = self.missing(x)
        if self.over is not None:
            y = y + enlarge(x, self.factor, self.over)
        return y if self.training else y.clamp(-1, 1)


class ResidualBlock(nn.Module):
    """(N, width, H, W) → the same shape: x, plus what two convolutions find is missing (He et al. 2015, 1512.03385).

    As in SRResNet nothing follows the sum, so x itself passes through any number of blocks unchanged.
    """

    def __init__(self, width: int, norm: bool = True):
        super().__init__()

        def conv() -> list[nn.Module]:
            layer = nn.Conv2d(width, width, 3, padding=1, bias=not norm)
            return [layer, nn.BatchNorm2d(width)] if norm else [layer]

        self.body = nn.Sequential(*conv(), nn.PReLU(), *conv())

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class SubPixel(nn.Module):
    """(N, width, H, W) → (N, width, 2H, 2W): a convolution to 4 · width channels, of which each four become 2×2 pixels.

    It starts without a checkerboard: see `icnr`.
    """

    def __init__(self, width: int):
        super().__init__()
        self.conv = nn.Conv2d(width, 4 * width, 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)
        self.act = nn.PReLU()
        icnr(self.conv)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.shuffle(self.conv(x)))


@torch.no_grad()
def icnr(conv: nn.Conv2d, factor: int = 2) -> None:
    """Start a convolution before a pixel shuffle so that the factor² pixels of one place are equal, in place.

    Each four neighbouring output channels (for factor 2) become one 2×2 square. With random weights of their own they
    differ, and the same pattern stands on every square: a checkerboard. Initialised alike, the layer starts as
    nearest-neighbour enlargement (Aitken et al. 2017, arXiv 1707.02937: "initialised to convolution NN resize").
    """
    conv.weight.copy_(conv.weight[:: factor**2].repeat_interleave(factor**2, dim=0))
    if conv.bias is not None:
        conv.bias.copy_(conv.bias[:: factor**2].repeat_interleave(factor**2, dim=0))


class Discriminator(nn.Module):
    """Sharp or enlarged: images (N, channels, size, size) → logits (N, 1), as SRGAN's figure 4 has it.

    Eight convolutions of 3×3, every second one with stride 2, from `width` to 8 · width channels, then two dense
    layers. The paper's sigmoid is in the loss.

    Args:
        size: of the images, divisible by 16; the paper's crops are 96.
    """

    def __init__(self, size: int = 96, width: int = 64, channels: int = 3):
        super().__init__()

        def layer(i: int, o: int, stride: int) -> list[nn.Module]:
            return [nn.Conv2d(i, o, 3, stride, padding=1, bias=False), nn.BatchNorm2d(o), nn.LeakyReLU(0.2)]

        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.LeakyReLU(0.2)]
        widths = [width, width, 2 * width, 2 * width, 4 * width, 4 * width, 8 * width, 8 * width]
        for index in range(1, 8):
            layers += layer(widths[index - 1], widths[index], 2 if index % 2 else 1)
        dense = [nn.Linear(8 * width * (size // 16) ** 2, 16 * width), nn.LeakyReLU(0.2), nn.Linear(16 * width, 1)]
        self.net = nn.Sequential(*layers, nn.Flatten(), *dense)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


#: The features' standard deviation is about 10: this brings them, and a loss on them, to about 1.
SCALE = 0.1


class RecognitionFeatures(nn.Module):
    """What EfficientNet-Lite0 sees in an image: (N, 3, H, W) in [-1, 1] → (N, channels, H', W'), gradients let through.

    The network was trained on ImageNet to tell 1,000 things apart (`models.recognition`), its weights stay fixed.
    SRGAN takes a VGG-19 instead, whose weights do not ship with a package.

    Args:
        stages: how many of its seven stages are run. 1 gives 16 channels at half the size, 2 gives 24 at a quarter,
            3 gives 40 at an eighth. They are divided by 10, which makes their size about 1.

    Raises models.recognition.RecogniserError when the network cannot be had.
    """

    def __init__(self, stages: int = 2):
        super().__init__()
        self.net = Stages(stages)

    def forward(self, x: Tensor) -> Tensor:
        return SCALE * self.net(x)[-1]


__all__ = ["Discriminator", "RecognitionFeatures", "ResidualBlock", "SRResNet", "SubPixel", "icnr"]
