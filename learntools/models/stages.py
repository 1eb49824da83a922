"""The first stages of EfficientNet-Lite0, as something to build upon: they have learned on ImageNet what to look for.

    stages = Stages()
    eighth, sixteenth = stages(x)[2], stages(x)[4]     # x (N, 3, 96, 96) in [-1, 1] → (N, 40, 12, 12), (N, 112, 6, 6)

Their weights are fixed, so each norm is a fixed scale and shift for every channel, and can be multiplied into the
convolution before it. At 96×96 on 2 cores a batch of 64 then takes 85 ms where timm's takes 99, and nothing is left
that train mode would change.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_weights

#: of each stage: kernel, stride, channels within a block for each one that comes in, channels out, blocks
_PLAN = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
CHANNELS = tuple(channels for *_, channels, _ in _PLAN)  # of each stage's features


class Stages(nn.Module):
    """Images (N, 3, H, W) in [-1, 1] → the features of each of the first stages.

    Those of stage i are (N, CHANNELS[i], H', W'); the sides are 1/2, 1/4, 1/8, 1/16, 1/16, 1/32 and 1/32 of the
    image's. The weights stay as they are; gradients pass through to x.

    Args:
        count: how many stages, 1 to 7.
        trained: with ImageNet's weights; False leaves them unset, for a state dict to fill.

    Raises models.recognition.RecogniserError when the trained network cannot be had here.
    """

    def __init__(self, count: int = 5, trained: bool = True):
        super().__init__()
        self.stem = _Convolution(3, 32, 3, 2)
        stages, inside = [], 32
        for kernel, stride, wider, outside, repeated in _PLAN[:count]:
            blocks: list[nn.Module] = []
            for i in range(repeated):
                blocks.append(_Block(inside, outside, kernel, 1 if i else stride, wider))
                inside = outside
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        if trained:
            self._take_over()
        self.requires_grad_(False)

    @torch.no_grad()
    def _take_over(self) -> None:
        """The trained network's weights, each with the norm that follows it."""
        from learntools.models.recognition import efficientnet_lite0

        network: Any = efficientnet_lite0()
        theirs = nn.ModuleList([network.conv_stem, network.bn1, network.blocks]).modules()
        layers = [module for module in theirs if isinstance(module, (nn.Conv2d, nn.BatchNorm2d))]
        ours = [module for module in self.modules() if isinstance(module, nn.Conv2d)]
        for mine, convolution, norm in zip(ours, layers[::2], layers[1::2], strict=False):
            weight, bias = fuse_conv_bn_weights(
                convolution.weight,
                None,
                norm.running_mean,  # type: ignore[arg-type]
                norm.running_var,  # type: ignore[arg-type]
                norm.eps,  # type: ignore[arg-type]
                norm.weight,
                norm.bias,
            )
            mine.weight.copy_(weight)
            mine.bias.copy_(bias)  # type: ignore[union-attr]

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x.contiguous(memory_format=torch.channels_last))  # on a CPU 85 ms so, and 150 otherwise
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found


class _Convolution(nn.Module):
    """A convolution, its norm already multiplied into it, and ReLU6 unless `plain`."""

    def __init__(
        self, inside: int, outside: int, kernel: int = 1, stride: int = 1, groups: int = 1, plain: bool = False
    ):
        super().__init__()
        edge = kernel // 2 if stride == 1 else 0
        self.convolution = nn.utils.skip_init(  # draws no random numbers: no seed notices
            nn.Conv2d, inside, outside, kernel, stride, edge, groups=groups
        )
        self.kernel, self.stride, self.plain = kernel, stride, plain

    def forward(self, x: Tensor) -> Tensor:
        if self.stride > 1:
            across, down = (_edges(side, self.kernel, self.stride) for side in (x.shape[3], x.shape[2]))
            x = F.pad(x, (*across, *down))
        x = self.convolution(x)
        return x if self.plain else F.relu6(x)


class _Block(nn.Module):
    """Wider, each channel by itself over the places, narrow again; where the shape stays, x is added (Sandler 2018)."""

    def __init__(self, inside: int, outside: int, kernel: int, stride: int, wider: int):
        super().__init__()
        middle = inside * wider
        first = [_Convolution(inside, middle)] if wider > 1 else []
        depthwise = _Convolution(middle, middle, kernel, stride, groups=middle)
        self.body = nn.Sequential(*first, depthwise, _Convolution(middle, outside, plain=True))
        self.added = stride == 1 and inside == outside

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.added else self.body(x)


def _edges(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and after, as TensorFlow pads: the odd one comes after."""
    total = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2
