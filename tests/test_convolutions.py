"""Lesson 02: its references are right, its exercises are fair, and its figures show what they should."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from learntools.core.verdict import CORRECT, ERROR, INCORRECT, NOT_ATTEMPTED
from learntools.data import fashion_mnist, to_float
from learntools.lessons import convolutions as lesson
from learntools.models import convolution
from learntools.models.convolution import convolve, convolve_transposed, grown_size, output_size

EXERCISES = [
    lesson.q1,
    lesson.q2,
    lesson.q3,
    lesson.q4,
    lesson.q5,
    lesson.q6,
    lesson.q7,
    lesson.q8,
    lesson.q9,
    lesson.q10,
]
SIZES = list(itertools.product((1, 2, 3, 4), (1, 2, 3), (0, 1, 2)))  # kernel, stride, padding


def torch_conv(image, kernel, stride=1, padding=0):
    return F.conv2d(image[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0]


def torch_conv_transposed(image, kernel, stride=1, padding=0):
    return F.conv_transpose2d(image[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0]


# The references


@pytest.mark.parametrize(("kernel", "stride", "padding"), SIZES)
def test_convolution_and_its_size_agree_with_torch(kernel, stride, padding):
    for height, width in ((5, 8), (7, 6)):
        image, weights = torch.randn(height, width), torch.randn(kernel, kernel + 1)
        expected = torch_conv(image, weights, stride, padding)
        torch.testing.assert_close(convolve(image, weights, stride, padding), expected, rtol=1e-4, atol=1e-5)
        assert output_size(height, kernel, stride, padding) == expected.shape[0]
        assert output_size(width, kernel + 1, stride, padding) == expected.shape[1]


@pytest.mark.parametrize(("kernel", "stride", "padding"), SIZES)
def test_transposed_convolution_and_its_size_agree_with_torch(kernel, stride, padding):
    for height, width in ((5, 6), (7, 5)):
        image, weights = torch.randn(height, width), torch.randn(kernel, kernel + 1)
        expected = torch_conv_transposed(image, weights, stride, padding)
        torch.testing.assert_close(convolve_transposed(image, weights, stride, padding), expected, rtol=1e-4, atol=1e-5)
        assert grown_size(height, kernel, stride, padding) == expected.shape[0]
        assert grown_size(width, kernel + 1, stride, padding) == expected.shape[1]


@pytest.mark.parametrize(("kernel", "stride", "padding"), SIZES)
def test_the_two_are_adjoint(kernel, stride, padding):
    """Where the steps come out even; elsewhere the transposed convolution gives a smaller image."""
    height, width = (grown_size(n, kernel, stride, padding) for n in (5, 6))
    weights = torch.randn(kernel, kernel, dtype=torch.float64)
    x = torch.randn(height, width, dtype=torch.float64)
    seen = convolve(x, weights, stride, padding)
    y = torch.randn_like(seen)
    painted = convolve_transposed(y, weights, stride, padding)
    assert (seen * y).sum().item() == pytest.approx((x * painted).sum().item())


def test_the_matrix_is_the_convolution_and_its_transpose_the_transposed_one():
    kernel, image = torch.randn(2, 3), torch.randn(4, 6)
    matrix = convolution.convolution_matrix(kernel, 4, 6)
    torch.testing.assert_close((matrix @ image.flatten()).view(3, 4), convolve(image, kernel))
    y = torch.randn(3, 4)
    torch.testing.assert_close((matrix.T @ y.flatten()).view(4, 6), convolve_transposed(y, kernel))


def test_grow_doubles_and_leaves_no_pattern_on_an_even_image():
    even = torch.full((2, 3, 8, 6), 0.7)
    grown = convolution.grow(even, torch.randn(4, 3, 5, 5))
    assert grown.shape == (2, 4, 16, 12)
    assert convolution.checkerboard(grown[..., 2:-2, 2:-2]) < 1e-5


def test_checkerboard_measures_patterns_of_period_two():
    across = torch.tensor([1.0, -1.0]).repeat(4).expand(1, 1, 8, 8)
    assert convolution.checkerboard(across) == pytest.approx(1)
    assert convolution.checkerboard(0.5 * across.mT) == pytest.approx(0.5)
    assert convolution.checkerboard(torch.ones(3, 1, 8, 8)) == 0
    assert convolution.checkerboard(to_float(fashion_mnist("test").images[:200])) < 0.03


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (4, 2), (6, 3), (3, 1)])
def test_a_kernel_that_is_a_multiple_of_its_stride_paints_evenly(kernel, stride):
    inside = convolution.paint_counts(6, kernel, stride)[kernel:-kernel, kernel:-kernel]
    assert inside.unique().numel() == 1


@pytest.mark.parametrize(("kernel", "stride"), [(3, 2), (5, 2), (4, 3)])
def test_any_other_kernel_does_not(kernel, stride):
    inside = convolution.paint_counts(6, kernel, stride)[kernel:-kernel, kernel:-kernel]
    assert inside.unique().numel() > 1


def test_the_claim_of_the_lesson_about_early_training_holds():
    """After 20 steps both transposed convolutions show the pattern, and resizing does not."""
    x = to_float(fashion_mnist("train").images[: 20 * 32])
    real = to_float(fashion_mnist("test").images[:100])
    strength = []
    for doubling in (convolution.transposed(3), convolution.transposed(4), convolution.resized):
        torch.manual_seed(0)
        network = convolution.Upsampler(doubling)
        optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
        for batch in x.split(32):
            loss = F.mse_loss(network(F.avg_pool2d(batch, 4)), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            guess = network(F.avg_pool2d(real, 4))
        assert guess.shape == real.shape
        strength.append(convolution.checkerboard(guess))
    assert min(strength[:2]) > 5 * strength[2]


# The exercises

ids = [item.name for item in EXERCISES]


@pytest.mark.parametrize("item", EXERCISES, ids=ids)
def test_the_reference_passes_and_a_blank_is_not_attempted(item):
    verdict = item.assess(item.truth(), seeds=(11, 12, 13))
    assert verdict.outcome == CORRECT
    assert verdict.points == item.points
    assert verdict.seconds < 1
    assert item.assess(...).outcome == NOT_ATTEMPTED


@pytest.mark.parametrize(
    ("item", "label"),
    [(item, label) for item in EXERCISES for label in item.mistakes],
    ids=lambda v: getattr(v, "name", v),
)
def test_every_known_mistake_is_named(item, label):
    wrong, sentence = item.mistakes[label]
    for seeds in ((1, 2), (21, 22)):
        verdict = item.assess(wrong, seeds)
        assert verdict.outcome in (INCORRECT, ERROR)
        assert verdict.diagnosis == label
        assert verdict.points < item.points
        assert verdict.seconds < 1
    assert 15 <= len(sentence.split()) <= 60
    assert f"`{item.answer}`" in sentence


@pytest.mark.parametrize("item", EXERCISES, ids=ids)
def test_every_exercise_has_hints_mistakes_and_praise(item):
    assert len(item.hints) >= 2
    assert len(item.mistakes) >= 4
    assert item.praise
    assert item.task


def test_a_sentence_never_gives_the_number_away():
    for item, answer in ((lesson.q1, "600"), (lesson.q2, "300"), (lesson.q7, "1, 1, 2")):
        said = [*item.hints, *(sentence for _, sentence in item.mistakes.values())]
        assert not [text for text in said if answer in text]


# Answers that are right in another way


def counted(n, kernel, stride=1, padding=0):
    return len(range(0, n + 2 * padding - kernel + 1, stride))


def by_unfold(image, kernel, stride=1, padding=0):
    padded = F.pad(image, (padding,) * 4)
    windows = padded.unfold(0, kernel.shape[0], stride).unfold(1, kernel.shape[1], stride)
    return torch.einsum("ijhw,hw->ij", windows, kernel)


def by_numpy(image, kernel, stride=1, padding=0):
    padded, weights = np.pad(image.numpy().astype(float), padding), kernel.numpy()
    h, w = weights.shape
    rows, columns = (padded.shape[0] - h) // stride + 1, (padded.shape[1] - w) // stride + 1
    output = np.zeros((rows, columns))
    for i, j in np.ndindex(rows, columns):
        output[i, j] = np.sum(padded[i * stride : i * stride + h, j * stride : j * stride + w] * weights)
    return output


def by_four_loops(image, kernel, stride=1, padding=0):
    rows = (image.shape[0] + 2 * padding - kernel.shape[0]) // stride + 1
    columns = (image.shape[1] + 2 * padding - kernel.shape[1]) // stride + 1
    output = [[0.0] * columns for _ in range(rows)]
    for i, j in itertools.product(range(rows), range(columns)):
        for a, b in itertools.product(range(kernel.shape[0]), range(kernel.shape[1])):
            r, c = i * stride + a - padding, j * stride + b - padding
            if 0 <= r < image.shape[0] and 0 <= c < image.shape[1]:
                output[i][j] += float(image[r, c] * kernel[a, b])
    return output


def by_shifted_images(image, kernel, stride=1, padding=0):
    """One shifted copy of the image for each weight."""
    padded = F.pad(image, (padding,) * 4).double()
    h, w = kernel.shape
    rows, columns = padded.shape[0] - h + 1, padded.shape[1] - w + 1
    total = sum(kernel[a, b] * padded[a : a + rows, b : b + columns] for a, b in itertools.product(range(h), range(w)))
    return total[::stride, ::stride]


def by_module(image, kernel, stride=1, padding=0):
    layer = torch.nn.Conv2d(1, 1, tuple(kernel.shape), stride=stride, padding=padding, bias=False)
    layer.weight.data[0, 0] = kernel
    return layer(image[None, None])[0, 0]


def by_spreading(image, kernel, stride=1, padding=0):
    """Zeros between the pixels, then an ordinary convolution with the kernel turned round."""
    spread = image.new_zeros((image.shape[0] - 1) * stride + 1, (image.shape[1] - 1) * stride + 1)
    spread[::stride, ::stride] = image
    h, w = kernel.shape
    full = torch_conv(F.pad(spread, (w - 1, w - 1, h - 1, h - 1)), kernel.flip(0, 1))
    return full[padding : full.shape[0] - padding, padding : full.shape[1] - padding]


def by_gradient(image, kernel, stride=1, padding=0):
    h = (image.shape[0] - 1) * stride + kernel.shape[0] - 2 * padding
    w = (image.shape[1] - 1) * stride + kernel.shape[1] - 2 * padding
    x = torch.zeros(h, w, requires_grad=True)
    (torch_conv(x, kernel, stride, padding) * image).sum().backward()
    return x.grad


def by_fold(image, kernel, stride=1, padding=0):
    prints = kernel.flatten()[:, None] * image.flatten()[None]
    size = [(n - 1) * stride + k - 2 * padding for n, k in zip(image.shape, kernel.shape, strict=True)]
    return F.fold(prints[None], size, tuple(kernel.shape), stride=stride, padding=padding)[0, 0]


def by_numpy_painting(image, kernel, stride=1, padding=0):
    h, w = kernel.shape
    canvas = np.zeros(((image.shape[0] - 1) * stride + h, (image.shape[1] - 1) * stride + w))
    for (i, j), pixel in np.ndenumerate(image.numpy()):
        canvas[i * stride : i * stride + h, j * stride : j * stride + w] += pixel * kernel.numpy()
    return canvas[padding : len(canvas) - padding, padding : canvas.shape[1] - padding]


def by_paint_lists(image, kernel, stride=1, padding=0):
    rows, columns = ((n - 1) * stride + k for n, k in zip(image.shape, kernel.shape, strict=True))
    canvas = [[0.0] * columns for _ in range(rows)]
    for i, j in np.ndindex(*image.shape):
        for a, b in np.ndindex(*kernel.shape):
            canvas[i * stride + a][j * stride + b] += float(image[i, j] * kernel[a, b])
    return [row[padding : columns - padding] for row in canvas[padding : rows - padding]]


def matrix_by_columns(kernel, height, width):
    units = torch.eye(height * width).view(-1, 1, height, width)
    return F.conv2d(units, kernel[None, None]).flatten(1).T


def matrix_by_jacobian(kernel, height, width):
    return torch.autograd.functional.jacobian(
        lambda x: torch_conv(x.view(height, width), kernel).flatten(), torch.zeros(height * width)
    )


def matrix_by_index(kernel, height, width):
    h, w = kernel.shape
    columns = width - w + 1
    matrix = np.zeros(((height - h + 1) * columns, height * width))
    for i, j, a, b in np.ndindex(height - h + 1, columns, h, w):
        matrix[i * columns + j, (i + a) * width + j + b] = kernel[a, b]
    return matrix


def matrix_by_padding(kernel, height, width):
    rows, columns = height - kernel.shape[0] + 1, width - kernel.shape[1] + 1
    laid = [F.pad(kernel, (j, columns - 1 - j, i, rows - 1 - i)).flatten() for i in range(rows) for j in range(columns)]
    return torch.stack(laid).double()


def matrix_as_lists(kernel, height, width):
    return matrix_by_index(kernel, height, width).tolist()


def grow_by_index(images, weight):
    rows, columns = torch.arange(2 * images.shape[2]) // 2, torch.arange(2 * images.shape[3]) // 2
    return F.conv2d(images[:, :, rows][..., columns], weight, padding="same")


def grow_by_upsample(images, weight):
    doubled = torch.nn.Upsample(scale_factor=2)(images)
    k = weight.shape[-1] // 2
    return F.conv2d(F.pad(doubled, (k, k, k, k)), weight)


def grow_by_blocks(images, weight):
    blocks = F.conv_transpose2d(images, torch.ones(images.shape[1], 1, 2, 2), stride=2, groups=images.shape[1])
    return F.conv2d(blocks, weight, padding=(weight.shape[-1] - 1) // 2)


def grow_by_kron(images, weight):
    return F.conv2d(torch.kron(images, torch.ones(1, 1, 2, 2)), weight, padding=weight.shape[-1] // 2).double()


def grow_by_expanding(images, weight):
    n, c, h, w = images.shape
    doubled = images[:, :, :, None, :, None].expand(n, c, h, 2, w, 2).reshape(n, c, 2 * h, 2 * w)
    return F.conv2d(doubled, weight, padding=weight.shape[-1] // 2).numpy()


GRID = [[300, 300], [-300, -300]]
RIGHT = {
    "q1": [600, 600.0, torch.tensor(600), torch.tensor([[600.0]]), np.float64(600), np.array([600])],
    "q2": [
        torch.tensor(GRID),
        np.array(GRID, dtype=float),
        ((300.0, 300.0), (-300.0, -300.0)),
        [300, 300, -300, -300],
        [torch.tensor([300, 300]), torch.tensor([-300, -300])],
        torch_conv_transposed(torch.tensor([[200.0]]), torch.tensor([[1.5, 1.5], [-1.5, -1.5]]))[None, None],
    ],
    "q3": [
        counted,
        lambda n, kernel, stride=1, padding=0: math.floor((n + 2 * padding - kernel) / stride + 1),
        lambda n, kernel, stride=1, padding=0: int((n - kernel + padding + padding) / stride) + 1,
        lambda n, k, s=1, p=0: (n + 2 * p - k + s) // s,
        lambda n, kernel, stride=1, padding=0: torch.tensor((n + 2 * padding - kernel) // stride + 1),
        lambda n, kernel, stride=1, padding=0: F.conv1d(
            torch.zeros(1, 1, n), torch.zeros(1, 1, kernel), stride=stride, padding=padding
        ).numel(),
        lambda n, kernel, stride=1, padding=0: float(1 + (n + 2 * padding - kernel) // stride),
    ],
    "q4": [torch_conv, by_unfold, by_numpy, by_four_loops, by_shifted_images, by_module],
    "q5": ["left to right", "Left to right", " left to right ", "LEFT TO RIGHT", "left to right\n"],
    "q6": [
        lambda n, kernel, stride=1, padding=0: n * stride - stride + kernel - 2 * padding,
        lambda n, k, s=1, p=0: s * (n - 1) + k - p - p,
        lambda n, kernel, stride=1, padding=0: max(i * stride + kernel for i in range(n)) - 2 * padding,
        lambda n, kernel, stride=1, padding=0: float((n - 1) * stride - 2 * padding + (kernel - 1) + 1),
        lambda n, kernel, stride=1, padding=0: F.conv_transpose1d(
            torch.zeros(1, 1, n), torch.zeros(1, 1, kernel), stride=stride, padding=padding
        ).shape[-1],
    ],
    "q7": [
        (1, 1, 2, 1, 2, 1, 1),
        [1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 1.0],
        torch.tensor([1, 1, 2, 1, 2, 1, 1]),
        np.array([1, 1, 2, 1, 2, 1, 1]),
        np.convolve([1, 0, 1, 0, 1], [1, 1, 1]),
    ],
    "q8": [torch_conv_transposed, by_spreading, by_gradient, by_fold, by_numpy_painting, by_paint_lists],
    "q9": [matrix_by_columns, matrix_by_jacobian, matrix_by_index, matrix_by_padding, matrix_as_lists],
    "q10": [grow_by_index, grow_by_upsample, grow_by_blocks, grow_by_kron, grow_by_expanding],
}


@pytest.mark.parametrize(
    ("name", "number"), [(name, i) for name, answers in RIGHT.items() for i in range(len(answers))]
)
def test_a_right_answer_passes_however_it_is_written(name, number):
    verdict = getattr(lesson, name).assess(RIGHT[name][number], seeds=(1, 2, 31))
    assert verdict.correct, verdict.text()


# Answers that are wrong, in words of their own


def crop_with_negative_zero(image, kernel, stride=1, padding=0):
    """The trap that a hint warns of: with padding 0 the slice is empty."""
    return convolve_transposed(image, kernel, stride)[padding:-padding, padding:-padding]


def keep_the_largest(image, kernel, stride=1, padding=0):
    padded = F.pad(image, (padding,) * 4)
    windows = padded.unfold(0, kernel.shape[0], stride).unfold(1, kernel.shape[1], stride)
    return (windows * kernel).amax((-2, -1))


def one_loop_variable(image, kernel, stride=1, padding=0):
    output = torch.zeros(4, 6)
    for i in range(4):
        output[i, i] = (image[i : i + 3, i : i + 2] * kernel).sum()
    return output


WRONG = {
    "q1": [601, 1200, -300, "600", [600, 0], torch.tensor(float("nan")), 200.0, [[1.5, 1.5], [-1.5, -1.5]], 3],
    "q2": [
        GRID[::-1][:1],
        [300, -300],
        600,
        [[150, 150], [-150, -150]],
        [[300, 300], [-300, 300]],
        [[30, 30], [-30, -30]],
        "300, 300, -300, -300",
        torch.zeros(2, 2),
        [[1.5, 1.5], [-1.5, -1.5]],
    ],
    "q3": [
        lambda n, kernel, stride=1, padding=0: n,
        lambda n, kernel, stride=1, padding=0: n - kernel,
        lambda n, kernel, stride=1, padding=0: n // stride,
        lambda n, kernel, stride=1, padding=0: (n + 2 * padding) // stride - kernel + 1,
        lambda n, kernel, stride=1, padding=0: (n + 2 * padding + kernel) // stride + 1,
        lambda n, kernel, stride=1, padding=0: round((n + 2 * padding - kernel) / stride) + 2,
        lambda n, kernel, stride=1, padding=0: str((n + 2 * padding - kernel) // stride + 1),
        lambda n, kernel, stride=1, padding=0: (n, kernel),
        lambda n, kernel: n - kernel + 1,
        lambda n, kernel, stride=1, padding=0: print((n + 2 * padding - kernel) // stride + 1),
        grown_size,
    ],
    "q4": [
        lambda image, kernel, stride=1, padding=0: image,
        lambda image, kernel, stride=1, padding=0: torch_conv(image, kernel, stride, padding)[None, None],
        lambda image, kernel, stride=1, padding=0: -torch_conv(image, kernel, stride, padding),
        lambda image, kernel, stride=1, padding=0: torch_conv(image, kernel.flip(1), stride, padding),
        lambda image, kernel, stride=1, padding=0: torch_conv(image, kernel, stride, padding).flatten(),
        lambda image, kernel, stride=1, padding=0: torch_conv(image, kernel, padding + 1, stride - 1),
        lambda image, kernel, stride=1, padding=0: torch_conv(image, kernel, stride, padding).relu(),
        lambda image, kernel: torch_conv(image, kernel),
        lambda image, kernel, stride=1, padding=0: torch_conv(image, kernel, stride, padding) * float("nan"),
        convolve_transposed,
        keep_the_largest,
        one_loop_variable,
    ],
    "q5": ["right to left", "edges", 3, "Blur", "horizontal", ["left to right"], True, torch.zeros(3, 3), "sobel"],
    "q6": [
        lambda n, kernel, stride=1, padding=0: n,
        lambda n, kernel, stride=1, padding=0: n * stride,
        lambda n, kernel, stride=1, padding=0: n * kernel,
        lambda n, kernel, stride=1, padding=0: (n - 1) * stride + 1 - 2 * padding,
        lambda n, kernel, stride=1, padding=0: (n - 1) * (stride + kernel) - 2 * padding,
        lambda n, kernel, stride=1, padding=0: (n - 1 + 2 * padding) * stride + kernel,
        lambda n, kernel, stride=1, padding=0: (n + 1) * stride + kernel - 2 * padding,
        lambda n, kernel, stride=1, padding=0: [n, kernel],
        lambda n, kernel: n - 1 + kernel,
        lambda n, kernel, stride=1, padding=0: -((n - 1) * stride + kernel - 2 * padding),
    ],
    "q7": [
        [1, 1, 2, 1, 2, 1],
        [1, 1, 1, 2, 1, 1, 1],
        [3, 3, 3],
        3,
        "1121211",
        [1, 1, 2, 2, 2, 1, 1],
        torch.zeros(7),
        [2, 1, 2, 1, 2, 1, 2],
        [[1, 1, 2, 1, 2, 1, 1]],
        [0, 1, 2, 3, 4, 5, 6],
    ],
    "q8": [
        lambda image, kernel, stride=1, padding=0: image,
        lambda image, kernel, stride=1, padding=0: image.repeat_interleave(stride, 0).repeat_interleave(stride, 1),
        lambda image, kernel, stride=1, padding=0: -torch_conv_transposed(image, kernel, stride, padding),
        lambda image, kernel, stride=1, padding=0: torch_conv_transposed(image, kernel, stride, padding)[None],
        lambda image, kernel, stride=1, padding=0: torch_conv_transposed(image, kernel, stride, padding).clamp(0, 9),
        lambda image, kernel, stride=1, padding=0: torch.kron(image, kernel),
        lambda image, kernel, stride=1, padding=0: torch_conv_transposed(image, kernel, stride).mean(),
        lambda image, kernel, stride=1, padding=0: torch_conv_transposed(image, kernel.flip(1), stride, padding),
        lambda image, kernel, stride=1, padding=0: torch_conv_transposed(image, kernel, stride, padding).int(),
        lambda image, kernel: torch_conv_transposed(image, kernel),
        crop_with_negative_zero,
    ],
    "q9": [
        lambda kernel, height, width: kernel,
        lambda kernel, height, width: torch.eye(height * width),
        lambda kernel, height, width: matrix_by_columns(kernel, height, width).flatten(),
        lambda kernel, height, width: -matrix_by_columns(kernel, height, width),
        lambda kernel, height, width: matrix_by_columns(kernel, height, width).flip(0),
        lambda kernel, height, width: (matrix_by_columns(kernel, height, width) != 0).float(),
        lambda kernel, height, width: matrix_by_columns(kernel, height, width).to_sparse() / kernel.numel(),
        lambda kernel, height, width: matrix_by_columns(kernel, width, height),
        lambda kernel, height, width: matrix_by_columns(kernel.flip(1), height, width),
        lambda kernel: matrix_by_columns(kernel, 4, 5),
    ],
    "q10": [
        lambda images, weight: images,
        lambda images, weight: weight,
        lambda images, weight: convolution.grow(images, weight).mean(0),
        lambda images, weight: convolution.grow(images, weight.flip(-1, -2)),
        lambda images, weight: convolution.grow(images, weight).relu(),
        lambda images, weight: convolution.grow(images, weight) / weight[0].numel(),
        lambda images, weight: convolution.grow(convolution.grow(images, weight[:3]), weight),
        lambda images, weight: F.conv2d(images, weight, padding=weight.shape[-1] // 2),
        lambda images, weight: F.conv_transpose2d(images, weight, stride=2),
        lambda images, weight: F.interpolate(convolution.grow(images, weight), scale_factor=2),
    ],
}


@pytest.mark.parametrize(
    ("name", "number"), [(name, i) for name, answers in WRONG.items() for i in range(len(answers))]
)
def test_a_wrong_answer_is_refused_with_a_sentence_that_helps(name, number):
    item = getattr(lesson, name)
    verdict = item.assess(WRONG[name][number])
    assert verdict.outcome in (INCORRECT, ERROR), verdict.text()
    assert f"`{item.answer}" in verdict.message
    tells = "expected" in verdict.message or "none of the options" in verdict.message
    assert tells or len(verdict.message.split()) >= 15, verdict.text()


def test_every_exercise_is_tried_from_both_sides():
    for item in EXERCISES:
        assert len(RIGHT[item.name]) >= 5
        assert len(WRONG[item.name]) >= 8


@pytest.mark.parametrize(
    ("item", "answer", "label"),
    [
        (lesson.q3, lambda n, k, s=1, p=0: len(range(0, n + p - k + 1, s)), "padding at one end"),
        (lesson.q3, lambda n, k, s=1, p=0: -((k - n - 2 * p) // s) + 1, "rounded up"),
        (lesson.q4, lambda i, k, stride=1, padding=0: by_numpy(i, k.rot90(2), stride, padding), "kernel turned round"),
        (lesson.q4, lambda i, k, stride=1, padding=0: by_unfold(i, k, stride), "padding ignored"),
        (
            lesson.q8,
            lambda i, k, stride=1, padding=0: by_spreading(i, k.rot90(2), stride, padding),
            "kernel turned round",
        ),
        (lesson.q8, lambda i, k, stride=1, padding=0: by_fold(i, k, stride), "not cut"),
        (lesson.q9, lambda k, h, w: matrix_by_index(k, h, w).T, "transposed"),
        (lesson.q10, lambda x, w: F.conv2d(x.tile(1, 1, 2, 2), w, padding="same"), "tiled"),
    ],
)
def test_a_mistake_is_recognised_in_any_spelling(item, answer, label):
    assert item.assess(answer).diagnosis == label


def test_half_an_answer_earns_half_the_points():
    only_lines = lesson.q9.assess(
        lambda kernel, height, width: matrix_by_columns(kernel, height, width) * (1.0 if height == 1 else 2.0)
    )
    assert only_lines.points == lesson.q9.points / 2
    only_small_kernels = lesson.q10.assess(lesson.q10.mistakes["padding always 1"][0])
    assert 0 < only_small_kernels.points < lesson.q10.points


# The figures


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were shown, kept open to be looked at."""
    import matplotlib.pyplot as plt

    from learntools.viz import grids, images

    kept = []
    for module in (grids, images):
        monkeypatch.setattr(module, "show", lambda figure, alt: kept.append(figure))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield kept
    for figure in kept:
        plt.close(figure)


def texts(figure):
    """Every text with its box on the page, in pixels."""
    figure.canvas.draw()
    found = [*figure.texts]
    for axes in figure.axes:
        found += [*axes.texts, axes.title]
    return [(text.get_text(), text.get_window_extent()) for text in found if text.get_text()]


def check_legible(figure):
    box = figure.bbox
    shown = texts(figure)
    for words, extent in shown:
        assert box.x0 <= extent.x0, words
        assert extent.x1 <= box.x1, words
        assert box.y0 <= extent.y0, words
        assert extent.y1 <= box.y1, words
        assert extent.height > 6, words
    return [words for words, _ in shown]


def draw_everything():
    from learntools.viz import grids

    kernel = torch.tensor([[1.5, 1.5], [-1.5, -1.5]])
    grids.show_grids({"image": torch.tensor([[200.0, 200], [0, 0]]), "kernel": kernel, "a long caption": 1}, "∗=")
    grids.show_convolution(torch.tensor([[200.0, 200], [0, 0]]), kernel)
    grids.show_convolution(torch.randint(0, 255, (4, 5)), torch.randn(3, 3), at=(1, 2), stride=1, padding=1)
    grids.show_painting(torch.tensor([[1.0, 2], [3, 4]]), kernel)
    grids.show_painting(torch.tensor([[200.0, -200.0]]), torch.ones(3, 3), stride=2, padding=1)
    grids.show_places(7, 3, stride=2, padding=1)
    grids.show_places(3, 3)
    grids.show_overlap(3, 2, size=3)
    grids.show_overlap(4, 2)


def test_no_text_of_a_diagram_is_clipped_or_tiny(drawn):
    draw_everything()
    assert len(drawn) == 9
    for figure in drawn:
        check_legible(figure)


def test_a_diagram_shows_the_right_numbers(drawn):
    from learntools.viz import grids

    grids.show_convolution(torch.tensor([[200.0, 200], [0, 0]]), torch.tensor([[1.5, 1.5], [-1.5, -1.5]]))
    words = check_legible(drawn[0])
    assert "600" in words
    assert "200 × 1.5 + 200 × 1.5 + 0 × (−1.5) + 0 × (−1.5) = 600" in words
    grids.show_places(8, 3, stride=2)
    assert "8 pixels, kernel 3, stride 2, padding 0: 3 places" in check_legible(drawn[1])


def test_a_painting_of_too_many_pixels_says_so():
    from learntools.viz import grids

    with pytest.raises(ValueError, match="at most 4 pixels"):
        grids.show_painting(torch.ones(3, 3), torch.ones(2, 2))


@pytest.mark.parametrize(
    "images",
    [
        torch.randint(0, 256, (12, 1, 28, 28), dtype=torch.uint8),
        torch.rand(3, 3, 16, 16) * 4 - 2,
        torch.rand(5, 8, 8).bfloat16(),
        torch.rand(8, 8, requires_grad=True),
        [torch.rand(3, 10, 20), torch.zeros(8, 8), np.zeros((1, 4, 4), dtype=np.uint8)],
        np.full((2, 1, 4, 4), np.nan),
    ],
    ids=["bytes", "colour", "half precision", "one with a gradient", "a list", "nan"],
)
def test_show_images_takes_images_of_every_kind(drawn, images):
    from learntools.viz import show_images

    assert show_images(images, titles=["one", "a second\nline"], columns=4, title="A title that is rather long") is None
    words = check_legible(drawn[0])
    assert "one" in words
    for axes in drawn[0].axes:
        assert axes.images[0].get_interpolation() == "nearest"
        assert axes.images[0].get_array().dtype == np.uint8


def test_show_images_names_rows_on_the_left_of_their_images(monkeypatch):
    from learntools.viz import images

    kept = []
    monkeypatch.setattr(images, "show", lambda figure, alt: kept.append((figure, alt)))
    images.show_images(torch.zeros(4, 1, 8, 8), columns=2, size=0.8, rows=["drawing", "truth", "no row of that name"])
    ((figure, alt),) = kept
    assert alt == "4 grey images of 8 by 8 pixels, in 2 rows of 2 (drawing, truth)."
    figure.draw_without_rendering()
    named = {text.get_text(): text.get_window_extent() for text in figure.texts}
    assert set(named) == {"drawing", "truth"}
    boxes = [axes.get_window_extent() for axes in figure.axes]
    for row, name in enumerate(named):
        for box in boxes[2 * row : 2 * row + 2]:
            assert named[name].x1 < box.x0
            assert box.y0 < (named[name].y0 + named[name].y1) / 2 < box.y1


def test_show_images_keeps_black_black_and_white_white(drawn):
    from learntools.viz import show_images

    show_images([torch.tensor([[-1.0, 0.0, 1.0]]), torch.tensor([[0, 128, 255]], dtype=torch.uint8)])
    for axes in drawn[0].axes:
        assert axes.images[0].get_array().tolist() == [[0, 128, 255]]


def test_show_images_says_what_an_image_is():
    from learntools.viz import show_images

    with pytest.raises(ValueError, match=r"1 or 3 channels.*\(2, 4, 4\)"):
        show_images([torch.zeros(2, 4, 4)])
    with pytest.raises(ValueError, match="no images"):
        show_images([])


def test_showing_leaves_no_figure_open_and_says_nothing(capfd):
    import matplotlib.pyplot as plt

    from learntools.viz import show_images

    before = plt.get_fignums()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        show_images(torch.zeros(2, 1, 4, 4))
    assert plt.get_fignums() == before
    assert capfd.readouterr() == ("", "")
