"""Convolution and transposed convolution from scratch, with the sums that give their sizes.

    convolve(image, kernel, stride=2)                # a picture shrinks, seen through a kernel
    convolve_transposed(image, kernel, stride=2)     # a picture grows, painted with a kernel

Written to be read: plain loops, one channel. They agree with `torch.nn.functional.conv2d` and `conv_transpose2d`, and
like those never turn the kernel round (mathematicians call that cross-correlation).
Sizes after Dumoulin and Visin (2016), *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285;
checkerboards after Odena, Dumoulin and Olah (2016), *Deconvolution and Checkerboard Artifacts*, Distill.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

#: Kernels with a name, as the lesson shows them.
KERNELS = {
    "blur": torch.ones(3, 3) / 9,
    "shift": torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 0, 0]]),
    "left to right": torch.tensor([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
    "top to bottom": torch.tensor([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]]),
    "outline": torch.tensor([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
}


def output_size(n, kernel, stride=1, padding=0):
    """How many places a kernel of `kernel` pixels finds on a line of `n`, moving by `stride`."""
    return (n + 2 * padding - kernel) // stride + 1


def convolve(image, kernel, stride=1, padding=0):
    """(H, W) and (h, w) → (H', W'): at each place, multiply window and kernel and add everything up."""
    image = F.pad(image, (padding, padding, padding, padding))
    h, w = kernel.shape
    rows = output_size(image.shape[0], h, stride)
    columns = output_size(image.shape[1], w, stride)
    output = image.new_zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            window = image[i * stride : i * stride + h, j * stride : j * stride + w]
            output[i, j] = (window * kernel).sum()
    return output


def grown_size(n, kernel, stride=1, padding=0):
    """How long a line of `n` pixels becomes in a transposed convolution: `output_size` read backwards."""
    return (n - 1) * stride + kernel - 2 * padding


def convolve_transposed(image, kernel, stride=1, padding=0):
    """(H, W) and (h, w) → (H', W'): each pixel paints a whole kernel, and where the paint overlaps it adds up."""
    h, w = kernel.shape
    rows = grown_size(image.shape[0], h, stride)
    columns = grown_size(image.shape[1], w, stride)
    canvas = image.new_zeros(rows, columns)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            canvas[i * stride : i * stride + h, j * stride : j * stride + w] += image[i, j] * kernel
    return canvas[padding : rows - padding, padding : columns - padding]


def convolution_matrix(kernel, height, width):
    """The matrix M with M @ image.flatten() == convolve(image, kernel).flatten(), for images (height, width).

    One row for each output pixel, one column for each image pixel.
    """
    h, w = kernel.shape
    rows, columns = output_size(height, h), output_size(width, w)
    matrix = kernel.new_zeros(rows * columns, height * width)
    for i in range(rows):
        for j in range(columns):
            weights = kernel.new_zeros(height, width)
            weights[i : i + h, j : j + w] = kernel
            matrix[i * columns + j] = weights.flatten()
    return matrix


def grow(images, weight):
    """(N, C, H, W) and (O, C, k, k) with odd k → (N, O, 2H, 2W): double every pixel, then convolve."""
    doubled = images.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    return F.conv2d(doubled, weight, padding=weight.shape[-1] // 2)


def paint_counts(size, kernel, stride):
    """(L, L): how often a transposed convolution of `size` × `size` pixels paints each pixel of its canvas."""
    return convolve_transposed(torch.ones(size, size), torch.ones(kernel, kernel), stride)


def checkerboard(images):
    """How strongly images (N, C, H, W), H and W even, alternate from one pixel to the next; 0 is not at all.

    The mean over images of the three patterns of period two (stripes down, stripes across, squares), joined as the
    square root of the sum of squares. Real clothes have a little of it too: compare with theirs.
    """
    down = images.new_tensor([1, -1]).repeat(images.shape[-2] // 2)[:, None]
    across = images.new_tensor([1, -1]).repeat(images.shape[-1] // 2)[None, :]
    strengths = [(images * pattern).mean((-2, -1)) for pattern in (down, across, down * across)]
    return torch.stack(strengths).square().sum(0).sqrt().mean().item()


class Upsampler(nn.Module):
    """Images (N, 1, H, W) → (N, 1, 4H, 4W) in two doublings.

    `double(inputs, outputs)` makes one doubling layer, such as `transposed(3)` or `resized`.
    """

    def __init__(self, double, width=16):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1),
            nn.ReLU(),
            double(width, width),
            nn.ReLU(),
            double(width, 1),
        )

    def forward(self, x):
        return self.layers(x)


def transposed(kernel):
    """A maker of doubling layers: transposed convolutions of stride 2 with this kernel size, 3 or 4."""

    def double(inputs, outputs):
        return nn.ConvTranspose2d(inputs, outputs, kernel, stride=2, padding=1, output_padding=kernel % 2)

    return double


def resized(inputs, outputs):
    """A doubling layer that repeats pixels and then convolves."""
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, padding=1))
