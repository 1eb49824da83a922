"""Unpaired image-to-image translation using cycle-consistent adversarial networks (Zhu et al. 2017, arXiv 1703.10593).

G = ResNetGenerator(width=64, blocks=9)        # the paper's, for 256×256: 11,378,179 numbers
D = PatchGAN(channels=3, patch=70, norm=instance_norm)     # the paper's: 2,764,737 numbers
both = TwoWay(a_to_b=G, b_to_a=F)
fake_b, fake_a = both(a, b)                    # G(a), F(b)
G = Zoomed(G, matching_zoom(all_a, all_b))     # where one style draws larger than the other

x ─ 7×7 ─ halve ─ halve ─ block × 9 ─ double ─ double ─ 7×7 ─ tanh
                          └ x + conv(ReLU(conv(x)))
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from learntools.models.pix2pix import Norm, instance_norm, start_small


class ResidualBlock(nn.Module):
    """x + f(x), with two 3×3 convolutions in f (He et al. 2016, arXiv 1512.03385; Johnson et al. 2016)."""

    def __init__(self, channels: int, norm: Norm = instance_norm, padding: Literal["reflect", "zeros"] = "reflect"):
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(channels, channels, kernel_size=3, padding=1, padding_mode=padding),
            norm(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel_size=3, padding=1, padding_mode=padding),
            norm(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.change(x)


class ResNetGenerator(nn.Module):
    """An image (N, C, H, W) in [-1, 1] → another of the same size in [-1, 1]; H and W divisible by 4.

    Args:
        channels: of the images.
        width: channels at full size; a half has twice, a quarter four times as many.
        blocks: residual blocks at a quarter of the size. The paper has 9 for 256×256 and 6 for 128×128.
        upsample: "transposed" convolutions as in the paper, or "resize" (Odena et al. 2016): nearest neighbours and
            then a convolution, which leaves no checkerboard.
        edge: side of the first and the last kernel; the paper's is 7.
        norm: instance normalisation as in the paper, or for example `nn.BatchNorm2d`.
        padding: "reflect" as in the paper, or "zeros", which tells the network where the edge is, and costs less.

    Raises ValueError for another `upsample`, and in `forward` for a size that is not divisible by 4.
    """

    def __init__(
        self,
        channels: int = 3,
        width: int = 64,
        blocks: int = 9,
        upsample: str = "transposed",
        edge: int = 7,
        norm: Norm = instance_norm,
        padding: Literal["reflect", "zeros"] = "reflect",
    ):
        super().__init__()
        if upsample not in ("transposed", "resize"):
            raise ValueError(f"`upsample` is 'transposed' or 'resize', and not {upsample!r}.")

        def halve(i: int, o: int) -> list[nn.Module]:
            return [nn.Conv2d(i, o, kernel_size=3, stride=2, padding=1), norm(o), nn.ReLU()]

        def double(i: int, o: int) -> list[nn.Module]:
            if upsample == "transposed":
                layer = [nn.ConvTranspose2d(i, o, kernel_size=3, stride=2, padding=1, output_padding=1)]
            else:
                layer = [nn.Upsample(scale_factor=2), nn.Conv2d(i, o, 3, padding=1, padding_mode=padding)]
            return [*layer, norm(o), nn.ReLU()]

        def at_the_edge(i: int, o: int) -> nn.Conv2d:
            return nn.Conv2d(i, o, edge, padding=edge // 2, padding_mode=padding)

        self.net = nn.Sequential(
            at_the_edge(channels, width),
            norm(width),
            nn.ReLU(),
            *halve(width, 2 * width),
            *halve(2 * width, 4 * width),
            *(ResidualBlock(4 * width, norm, padding) for _ in range(blocks)),
            *double(4 * width, 2 * width),
            *double(2 * width, width),
            at_the_edge(width, channels),
            nn.Tanh(),
        )
        self.apply(start_small)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2] % 4 or x.shape[3] % 4:
            raise ValueError(
                f"A ResNet generator takes sides divisible by 4, and these are {x.shape[2]}×{x.shape[3]}: resize them."
            )
        return self.net(x)


class TwoWay(nn.Module):
    """Two networks that work on two domains at once: (a, b) → (a_to_b(a), b_to_a(b)).

    Both generators of a CycleGAN move in one step, and so do both discriminators; so each two are one network here.
    """

    def __init__(self, a_to_b: nn.Module, b_to_a: nn.Module):
        super().__init__()
        self.a_to_b, self.b_to_a = a_to_b, b_to_a

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        return self.a_to_b(a), self.b_to_a(b)

    def repaint(self, b: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        """What each makes of images that are in its target style already, for the identity loss: (G(b), F(a)).

        A `Zoomed` network only paints here: such images have their size already too.
        """
        to_b, to_a = (net.paint if isinstance(net, Zoomed) else net for net in (self.a_to_b, self.b_to_a))
        return to_b(b), to_a(a)


class Zoomed(nn.Module):
    """A generator that first draws everything larger or smaller, always by the same factor, and then paints.

    A CycleGAN learns colours and textures well, and geometric changes hardly ever (Zhu et al. 2017, section 6, who
    suspect the generators' form). A move of one generator alone also spoils the round trip. The one change that two
    sets need as a whole, `matching_zoom` finds without pairs.

    Args:
        paint: the generator proper, images → images of the same size.
        factor: above 1 larger, and what passes the edge is cut off; below 1 smaller, with a frame around it. It is kept
            among the weights.
        edge: the value of that frame; 1 is white.

    Raises ValueError when `factor` is not a number above 0.
    """

    factor: Tensor

    def __init__(self, paint: nn.Module, factor: float = 1.0, edge: float = 1.0):
        super().__init__()
        self.paint, self.edge = paint, edge
        self.register_buffer("factor", torch.tensor(_positive(factor)))

    def forward(self, x: Tensor) -> Tensor:
        return self.paint(zoomed(x, self.factor, self.edge))


def zoomed(x: Tensor, factor: float | Tensor, edge: float = 1.0) -> Tensor:
    """Images (N, C, H, W) drawn `factor` times as large about their middle, in a frame of value `edge` if smaller.

    Sampled bilinearly, as in a spatial transformer (Jaderberg et al. 2015, arXiv 1506.02025, section 3), of which this
    is the case with one number.
    """
    with torch.autocast(x.device.type, enabled=False):  # places need all their digits
        middle = torch.eye(2, 3, device=x.device) / factor
        grid = functional.affine_grid(middle.expand(len(x), 2, 3), list(x.shape), align_corners=False)
        return (functional.grid_sample(x.float() - edge, grid, align_corners=False) + edge).to(x.dtype)


@torch.no_grad()
def covered(x: Tensor, edge: float = 1.0) -> Tensor:
    """How much of its square each image (N, C, H, W) draws on: the share of pixels that differ from `edge`, (N,).

    A pixel counts if any of its channels is more than 0.1 off, a twentieth of the range from -1 to 1.
    """
    return ((x - edge).abs().amax(dim=1) > 0.1).float().mean(dim=(1, 2))


def matching_zoom(a: Tensor, b: Tensor, edge: float = 1.0) -> float:
    """How much larger or smaller a must be drawn, so that it covers as much of its square as b does, on average.

    No pairs are needed, and the sets may differ in number. A drawing twice as large covers four times as much: so it
    is the root of the ratio of the two mean shares (`covered`). The inverse leads from b to a.

    Args:
        a, b: two sets of images (N, C, H, W) and (M, C, H, W).
        edge: what is around what is drawn; 1 is white.

    Raises ValueError where one of the sets holds nothing but `edge`.
    """
    share_a, share_b = (float(covered(x, edge).mean()) for x in (a, b))
    if not share_a or not share_b:
        raise ValueError(f"Images without anything but {edge} on them have no size: is `edge` what is around yours?")
    return (share_b / share_a) ** 0.5


def _positive(factor: float) -> float:
    if not factor > 0:
        raise ValueError(f"`factor` is {factor}, and drawing larger or smaller takes a number above 0.")
    return float(factor)
