"""Image-to-image translation with conditional adversarial networks (Isola et al. 2017, arXiv 1611.07004).

    G = UNet(width=64, depth=8)                   # the paper's, for 256×256: 54,413,955 numbers
    D = PatchGAN(channels=6, patch=70)            # the paper's, for input and output side by side: 2,768,705 numbers
    y = G(x)                                      # (N, 3, H, W) in [-1, 1], of the same size as x
    logits = D(torch.cat([x, y], dim=1))          # (N, 1, H', W'), one for each overlapping patch of 70×70 pixels

    x ─ down ─────────────────────────────── skip ─ up ─ y
          └─ down ──────────────── skip ─ up ─┘
                └─ down ─ … ─ up ─┘

Each level of the U halves the sides. What the way down has seen at some size is laid beside what the way up has made
at the same size (the skip connections), so outlines need not squeeze through the bottom.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm as with_spectral_norm

Norm = Callable[[int], nn.Module]

#: The side of the square that one logit of a PatchGAN sees, and how many convolutions of stride 2 give it.
PATCHES = {16: 1, 34: 2, 70: 3, 142: 4, 286: 5}


def instance_norm(channels: int) -> nn.Module:
    """Each channel of each image to mean 0 and variance 1 (Ulyanov et al. 2016, arXiv 1607.08022), nothing learned."""
    return nn.InstanceNorm2d(channels)


class UNet(nn.Module):
    """An image (N, C, H, W) in [-1, 1] → another of the same size (N, out_channels, H, W) in [-1, 1].

    H and W must be divisible by 2 to the power of `depth`; 2^depth is the smallest size, which the bottom sees as one
    pixel.

    Args:
        channels, out_channels: of the input and of the output.
        width: channels of the first level; each level has twice those of the one above, up to 8 × width.
        depth: levels. The paper's has 8, for 256×256.
        skips: without them it is the paper's encoder-decoder.
        dropout: so many levels of the way up, beginning with the one above the innermost, drop half of their numbers
            in training; the paper has 3 and leaves it on at test time, as its only source of chance.
        norm: batch normalisation as in the paper, or for example `instance_norm`.
        upsample: "transposed" convolutions as in the paper, or "resize" (Odena et al. 2016): nearest neighbours and
            then a convolution, which leaves no checkerboard.
        residual: adds the input to the output, before the tanh: tanh(net(x) + artanh(0.95 x)). An untrained network is
            then nearly a copy, and only learns the change, as a residual block does (He et al. 2016).

    Raises ValueError for depth < 2, another `upsample`, and `residual` with more or fewer channels out than in; and in
    `forward` for a size that cannot be halved so often.
    """

    def __init__(
        self,
        channels: int = 3,
        out_channels: int = 3,
        width: int = 64,
        depth: int = 8,
        skips: bool = True,
        dropout: int = 3,
        norm: Norm = nn.BatchNorm2d,
        upsample: str = "transposed",
        residual: bool = False,
    ):
        super().__init__()
        if residual and channels != out_channels:
            raise ValueError(f"A residual adds {channels} channels to {out_channels}: make them as many, or say False.")
        if depth < 2:
            raise ValueError(f"A U-Net needs a depth of 2 or more, and this is {depth}.")
        if upsample not in ("transposed", "resize"):
            raise ValueError(f"`upsample` is 'transposed' or 'resize', and not {upsample!r}.")
        self.depth, self.skips, self.residual = depth, skips, residual
        widths = [width * min(2**level, 8) for level in range(depth)]
        bias = norm is not nn.BatchNorm2d  # a batch norm has a bias of its own

        def halve(i: int, o: int) -> nn.Conv2d:
            return nn.Conv2d(i, o, kernel_size=4, stride=2, padding=1, bias=bias)

        def double(i: int, o: int, bias: bool = bias) -> nn.Module:
            if upsample == "resize":
                return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(i, o, 3, padding=1, bias=bias))
            return nn.ConvTranspose2d(i, o, kernel_size=4, stride=2, padding=1, bias=bias)

        # way down: no norm on the raw image, nor at the bottom, where one pixel would be normalised to nothing
        self.down = nn.ModuleList([halve(channels, widths[0])])
        for level in range(1, depth):
            layers = [nn.LeakyReLU(0.2), halve(widths[level - 1], widths[level])]
            self.down.append(nn.Sequential(*layers, *([norm(widths[level])] if level < depth - 1 else [])))

        # way up, from the bottom: what comes from below, and beside it the skip
        self.up = nn.ModuleList()
        for level in reversed(range(1, depth)):
            below = widths[level] * (2 if skips and level < depth - 1 else 1)
            layers = [nn.ReLU(), double(below, widths[level - 1]), norm(widths[level - 1])]
            if depth - 2 - dropout < level < depth - 1:
                layers.append(nn.Dropout(0.5))
            self.up.append(nn.Sequential(*layers))
        last = double(widths[0] * (2 if skips else 1), out_channels, bias=True)
        self.up.append(nn.Sequential(nn.ReLU(), last, *([] if residual else [nn.Tanh()])))
        self.apply(start_small)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2] % 2**self.depth or x.shape[3] % 2**self.depth:
            raise ValueError(
                f"A U-Net of depth {self.depth} takes sides divisible by {2**self.depth}, and these are "
                f"{x.shape[2]}×{x.shape[3]}: resize the images or choose another depth."
            )
        begun, seen = x, []
        for down in self.down:
            x = down(x)
            seen.append(x)
        x = self.up[0](seen.pop())
        for up in self.up[1:]:
            x = up(torch.cat([seen.pop(), x], dim=1) if self.skips else x)
        return torch.tanh(x + torch.atanh(0.95 * begun.clamp(-1, 1))) if self.residual else x


class PatchGAN(nn.Module):
    """Real or fake, for each of many overlapping patches: images (N, C, H, W) → logits (N, 1, H', W').

    It is convolutional throughout, so one logit sees `patch` × `patch` pixels wherever it stands. A conditional one
    gets the input and the output side by side, as 6 channels.

    Args:
        channels: of the images.
        patch: the receptive field: 1 (each pixel by itself), 16, 34, 70 (the paper's best), 142 or 286.
        width: channels of the first layer; each later one has twice as many, up to 8 × width.
        norm: on the hidden layers but the first. Batch normalisation wants real and fake images in separate batches.
        spectral_norm: bound each layer's gain (Miyato et al. 2018, arXiv 1802.05957) and use no other norm.

    Raises ValueError for another `patch`.
    """

    def __init__(
        self,
        channels: int = 6,
        patch: int = 70,
        width: int = 64,
        norm: Norm = nn.BatchNorm2d,
        spectral_norm: bool = False,
    ):
        super().__init__()
        if patch != 1 and patch not in PATCHES:
            known = ", ".join(map(str, [1, *PATCHES]))
            raise ValueError(f"No stack of these layers sees {patch}×{patch} pixels: choose `patch` from {known}.")
        bounded = with_spectral_norm if spectral_norm else lambda layer: layer

        def layer(i: int, o: int, stride: int, plain: bool = False) -> list[nn.Module]:
            kernel, padding = (1, 0) if patch == 1 else (4, 1)
            normed = not (plain or spectral_norm)
            bias = not normed or norm is not nn.BatchNorm2d
            layers: list[nn.Module] = [bounded(nn.Conv2d(i, o, kernel, stride, padding, bias=bias))]
            if normed:
                layers.append(norm(o))
            return [*layers, nn.LeakyReLU(0.2)]

        if patch == 1:
            layers = [*layer(channels, width, 1, plain=True), *layer(width, 2 * width, 1)]
            last = nn.Conv2d(2 * width, 1, kernel_size=1)
        else:
            halvings = PATCHES[patch]
            widths = [width * min(2**i, 8) for i in range(halvings + 1)]
            layers = layer(channels, widths[0], 2, plain=True)
            for i in range(1, halvings + 1):
                layers += layer(widths[i - 1], widths[i], 2 if i < halvings else 1)
            last = nn.Conv2d(widths[-1], 1, kernel_size=4, padding=1)
        self.net = nn.Sequential(*layers, last)
        self.net.apply(start_small)
        self.net[-1] = bounded(self.net[-1])

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def receptive_field(network: nn.Module) -> int:
    """The side of the square of input pixels that one output of a stack of convolutions depends on.

    Counted from the end, a layer turns r into (r - 1) · stride + kernel (Araujo et al. 2019, Distill). The network's
    convolutions must follow one another, as in `PatchGAN`, and be square.
    """
    r = 1
    for conv in reversed([module for module in network.modules() if isinstance(module, nn.Conv2d)]):
        r = (r - 1) * conv.stride[0] + conv.dilation[0] * (conv.kernel_size[0] - 1) + 1
    return r


def start_small(module: nn.Module) -> None:
    """The papers' start: weights from N(0, 0.02²), of norms N(1, 0.02²), biases 0."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)) and not hasattr(module, "parametrizations"):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
