"""Lesson 02: convolutions, from four numbers by hand to growing a picture without a checkerboard.

from learntools.lessons.convolutions import q1
q1.check()
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F

from learntools.core import close, exercise
from learntools.models import convolution


def whole(rng, *shape):
    """Small whole numbers: a difference can be worked out by hand."""
    return rng.integers(-9, 10, *shape).float()


def halves(rng, *shape):
    """Multiples of one half, none of them zero: an answer that cuts off decimals is found out."""
    return rng.integers(0, 9, *shape) - 4.5


@exercise(answer="one_number", points=1)
class q1:
    """The convolution of [[200, 200], [0, 0]] with [[1.5, 1.5], [-1.5, -1.5]]."""

    hints = [
        "Lay the kernel on the image, cell on cell. Each pair of numbers that lie on each other is multiplied.",
        "That gives four products: two of 200 and 1.5, and two of 0 and −1.5. What is left is to add them up.",
    ]
    reference = 600
    expect = [
        close("one_number", why="four pixels meet four weights, that makes four products, and the answer is their sum")
    ]
    praise = "Multiply cell by cell, then add: that is all a convolution does, at every place of an image."
    mistakes = {
        "one product": (
            300,
            "`one_number` holds a single product. There are two bright pixels in the image, and each of them meets "
            "a weight of its own: multiply all four pairs, then add all four results.",
        ),
        "mean": (
            150,
            "`one_number` is the mean of the four products. A convolution adds them up and does not divide: "
            "the weights in the kernel alone decide how large the result becomes.",
        ),
        "turned round": (
            -600,
            "The size of `one_number` is right and its sign is not. The kernel stays as it is written, neither turned "
            "nor mirrored: its upper row, the positive one, lies on the upper row of the image.",
        ),
        "rows and columns swapped": (
            0,
            "`one_number` comes to nothing when rows and columns of the kernel are swapped, or when pixels and weights "
            "are added up before they are multiplied. Multiply cell by cell first: upper left with upper left.",
        ),
        "pixels added": (
            400,
            "`one_number` adds up the pixels as they are. Before you add, multiply each pixel by the weight "
            "of the kernel that lies on it: some pixels count more than others, and some count negatively.",
        ),
        "not added up": (
            [[300, 300], [0, 0]],
            "Your four products are right, and `one_number` is still a grid of them. The last step of a convolution "
            "turns the whole window into a single number: add the four up.",
        ),
    }


@exercise(answer="painted", points=1)
class q2:
    """One pixel of 200, painted through the kernel [[1.5, 1.5], [-1.5, -1.5]]: a grid of two rows and two columns."""

    hints = [
        "Now one number becomes four: one for each weight of the kernel.",
        "Each cell of `painted` is the pixel, 200, times the weight at the same place of the kernel.",
    ]
    reference = [[300, 300], [-300, -300]]
    also = [[300, 300, -300, -300], [[[[300, 300], [-300, -300]]]]]
    expect = [
        close("painted", why="each of the four cells holds the pixel times the weight of that place, sign included")
    ]
    praise = (
        "One pixel in, a whole kernel out, scaled by the pixel: a transposed convolution paints where the other looks."
    )
    mistakes = {
        "added up": (
            0,
            "`painted` is one number: you added the four products up, as in a convolution. Here nothing is added; "
            "each product stays in its own cell, so that one pixel becomes a grid.",
        ),
        "turned round": (
            [[-300, -300], [300, 300]],
            "The rows of `painted` stand upside down. The kernel is neither turned nor mirrored when it paints: "
            "its upper row makes the upper row of the result.",
        ),
        "rows and columns swapped": (
            [[300, -300], [300, -300]],
            "Rows and columns of `painted` are swapped. 'Transposed' is said of the whole operation and not of the "
            "kernel: every weight paints at its own place, upper row to upper row.",
        ),
        "signs lost": (
            [[300, 300], [300, 300]],
            "The sizes in `painted` are right, but the lower row has lost its sign: the weights there are negative, "
            "and so is a positive pixel multiplied by them.",
        ),
        "added to the weights": (
            [[201.5, 201.5], [198.5, 198.5]],
            "In `painted` the pixel was added to each weight. Paint works like a stamp whose strength is the pixel: "
            "multiply the pixel by each weight instead.",
        ),
        "only the bright weights": (
            [[300, 300], [0, 0]],
            "The lower row of `painted` is empty, as it was in the image of the first exercise. Here a single pixel "
            "meets all four weights, so the lower row gets paint too: multiply there as well.",
        ),
    }


@exercise(answer="output_size", points=1)
class q3:
    """How many pixels a convolution gives along one side."""

    hints = [
        "Without stride and padding: the kernel's first pixel can stand at 0, 1, 2, … as long as its last one is still "
        "on the image. Count the places for n = 4 and kernel = 3.",
        "Padding makes the line longer first, at both ends. Then the kernel has `n + 2 * padding - kernel` pixels of "
        "room to move.",
        "In that room it takes steps of `stride`, whole ones only (`//` rounds down), and the place where it starts "
        "counts as well.",
    ]
    reference = convolution.output_size
    praise = "Room to move, divided by the step and rounded down, plus the place where it starts."

    def scenario(rng: Any):
        n = rng.integer(20, 40)
        return {
            "plain": [(n, 3), (n, 5), (n + 3, 1)],
            "strided": [(n, 2, 2), (n + 1, 2, 2), (n, 4, 3), (n + 1, 4, 3), (n + 2, 4, 3)],
            "padded": [(n, 3, 1, 1), (n, 4, 2, 1), (n + 1, 4, 2, 1), (n, 5, 3, 2), (n + 1, 5, 3, 2)],
        }

    def observe(answer: Any, s: Any):
        return {
            field: {f"output_size{case}": answer(*case) for case in cases} for field, cases in sorted(vars(s).items())
        }

    expect = [
        close("plain", share=0.4, label="the size"),
        close("strided", share=0.3, label="the size"),
        close("padded", share=0.3, label="the size"),
    ]
    mistakes = {
        "padding at one end": (
            lambda n, kernel, stride=1, padding=0: (n + padding - kernel) // stride + 1,
            "`output_size` is right until there is padding. Padding goes on both ends of the line: left and right, "
            "or top and bottom. How much longer does that make the line?",
        ),
        "padding forgotten": (
            lambda n, kernel, stride=1, padding=0: (n - kernel) // stride + 1,
            "`output_size` gives the same number with and without padding. The zeros around the image make room for "
            "more places: lengthen the line by the padding, at both ends, before you count.",
        ),
        "padding taken away": (
            lambda n, kernel, stride=1, padding=0: (n - 2 * padding - kernel) // stride + 1,
            "In `output_size` padding makes the result smaller. Padding puts zeros around the image, so there is more "
            "room for the kernel: it should lengthen the line.",
        ),
        "start not counted": (
            lambda n, kernel, stride=1, padding=0: (n + 2 * padding - kernel) // stride,
            "`output_size` is one too small: it counts the steps that the kernel takes and not the places where it "
            "stands. Try the smallest case by hand: a kernel of 3 on a line of 3 fits once.",
        ),
        "one added before dividing": (
            lambda n, kernel, stride=1, padding=0: (n + 2 * padding - kernel + 1) // stride,
            "`output_size` is right for a stride of 1 only: you count the start before dividing, so it is divided too. "
            "First find how many whole steps fit, then count the place where the kernel starts.",
        ),
        "rounded up": (
            lambda n, kernel, stride=1, padding=0: math.ceil((n + 2 * padding - kernel) / stride) + 1,
            "`output_size` rounds up where the last step does not fit. The kernel never stands halfway over the edge: "
            "a place that does not fit wholly is left out, so round down.",
        ),
        "not rounded": (
            lambda n, kernel, stride=1, padding=0: (n + 2 * padding - kernel) / stride + 1,
            "`output_size` gives fractions of a pixel where the steps do not come out even. Only whole steps count, "
            "and Python has a division that rounds down to a whole number.",
        ),
        "stride forgotten": (
            lambda n, kernel, stride=1, padding=0: n + 2 * padding - kernel + 1,
            "`output_size` takes no notice of `stride`. With a stride of 2 the kernel visits every second place only: "
            "divide the room that it has to move by the length of a step.",
        ),
        "stride and padding swapped": (
            lambda n, kernel, stride=1, padding=0: (n + 2 * stride - kernel) // padding + 1,
            "`output_size` divides by `padding`, which is 0 unless somebody asks for it. Stride and padding have "
            "changed places: padding lengthens the line, and stride is the length of a step.",
        ),
    }


def _stride_for_the_size_alone(image, kernel, stride=1, padding=0):
    rows = convolution.output_size(image.shape[0], kernel.shape[0], stride, padding)
    columns = convolution.output_size(image.shape[1], kernel.shape[1], stride, padding)
    return convolution.convolve(image, kernel, 1, padding)[:rows, :columns]


def _one_product_too_few(image, kernel, stride=1, padding=0):
    shorter = kernel.clone()
    shorter[-1], shorter[:, -1] = 0, 0
    return convolution.convolve(image, shorter, stride, padding)


@exercise(answer="convolve", points=2)
class q4:
    """Convolution of one image (H, W) with one kernel (h, w), from scratch; the kernel is not turned round."""

    hints = [
        "Two loops: one over the rows of the output, one over its columns. How many of each, you worked out before; "
        "note that image and kernel need not be square.",
        "The window that belongs to output pixel (i, j) begins at row `i * stride` and column `j * stride`, and is as "
        "large as the kernel.",
        "`F.pad(image, (left, right, top, bottom))` puts zeros around an image. Do it first, and forget about padding "
        "from there on.",
        "Inside the loops: cut the window out with a slice in each direction, multiply it by the kernel cell by cell "
        "(`*`), and put the sum of it all into `output[i, j]`.",
    ]
    reference = convolution.convolve
    praise = "That is all there is inside `F.conv2d`; the rest is doing it fast, and over many channels."

    def scenario(rng: Any):
        return {"image": whole(rng, 6, 7), "kernel": halves(rng, 3, 2)}

    def observe(answer: Any, s: Any):
        return {
            "plain": answer(s.image, s.kernel),
            "strided": answer(s.image, s.kernel, stride=2),
            "padded": answer(s.image, s.kernel, padding=1),
        }

    expect = [
        close("plain", share=1, label="`convolve(image, kernel)`"),
        close("strided", share=0.5, label="`convolve(image, kernel, stride=2)`"),
        close("padded", share=0.5, label="`convolve(image, kernel, padding=1)`"),
    ]
    mistakes = {
        "kernel turned round": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve(image, kernel.flip(0, 1), stride, padding),
            "`convolve` turns the kernel round before using it. Mathematicians do that; neural networks do not, and "
            "neither does this lesson: lay the kernel on the window exactly as it is written.",
        ),
        "mean": (
            lambda image, kernel, stride=1, padding=0: (
                convolution.convolve(image, kernel, stride, padding) / kernel.numel()
            ),
            "`convolve` takes the mean of the products, so every value is too small by the number of weights in the "
            "kernel. A convolution adds the products up and does not divide.",
        ),
        "stride ignored": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve(image, kernel, 1, padding),
            "`convolve` is right for a stride of 1, and gives the same for a stride of 2. The window should jump: "
            "use `stride` where you say at which row and column it begins, and in the size of the output.",
        ),
        "stride for the size alone": (
            _stride_for_the_size_alone,
            "With a stride of 2 the output of `convolve` has the right size, but the windows still move by one pixel. "
            "Where does the window of output pixel (i, j) begin? Not at row i and column j.",
        ),
        "stride down only": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve(image, kernel, 1, padding)[::stride],
            "`convolve` uses `stride` for the rows but not for the columns. The window jumps in both directions: "
            "treat columns just as you treat rows, in the size and in the slice.",
        ),
        "padding ignored": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve(image, kernel, stride),
            "`convolve` takes no notice of `padding`. Put that many rows and columns of zeros around the image before "
            "anything else; `F.pad` does it in one line, and the rest of your code stays as it is.",
        ),
        "padding at one end": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve(
                F.pad(image, (padding, 0, padding, 0)), kernel, stride
            ),
            "`convolve` pads the top and the left of the image only. Zeros belong on all four sides: `F.pad` wants "
            "four numbers, in the order left, right, top, bottom.",
        ),
        "edge repeated": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve(
                F.pad(image[None, None], (padding,) * 4, mode="replicate")[0, 0], kernel, stride
            ),
            "`convolve` pads with copies of the outermost pixels. That is sometimes a good idea, but here padding "
            "means zeros: surround the image with cells that hold 0.",
        ),
        "last place missed": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve(image, kernel, stride, padding)[:-1, :-1],
            "The output of `convolve` lacks its last row and its last column. A loop ends one place too early: count "
            "the places where the kernel fits, the one where it starts included.",
        ),
        "kernel cut short": (
            _one_product_too_few,
            "`convolve` leaves the last row and column of the kernel out of the sum. A slice or a `range` in Python "
            "stops before its end: as many cells must be covered as the kernel has.",
        ),
        "whole numbers": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve(image, kernel, stride, padding).int(),
            "The values of `convolve` have lost their decimals: the output holds whole numbers only, so everything "
            "put into it is cut off. Make the output with floats, as `torch.zeros(rows, columns)` does.",
        ),
        "rows and columns swapped": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve(image, kernel, stride, padding).T,
            "The output of `convolve` lies on its side: rows and columns are swapped. The first index of a tensor is "
            "the row, counted downwards, and the second the column.",
        ),
        "matrix product": (
            lambda image, kernel, stride=1, padding=0: (image[: kernel.shape[0], : kernel.shape[1]] @ kernel).sum(),
            "`convolve` multiplies window and kernel with `@`, which is the product of matrices: rows times columns. "
            "Here each pixel meets the one weight that lies on it, and that is `*`.",
        ),
        "kernel taken as square": (
            lambda image, kernel, stride=1, padding=0: image[: kernel.shape[0], : kernel.shape[0]] * kernel,
            "`convolve` cuts a square window, but this kernel has more rows than columns, so the two do not fit. "
            "Use the kernel's height for the rows of the window and its width for the columns.",
        ),
    }


@exercise(answer="mystery_kernel", points=1)
class q5:
    """Which kernel made the picture."""

    hints = [
        "Look at the left and at the right side of the trousers: is one bright and the other dark? What about top and "
        "bottom?",
        "A kernel gives 0, mid-grey here, wherever the pixels under its positive and its negative weights are alike. "
        "In the picture the inside of a trouser leg is nearly grey, and so is its upper edge.",
    ]
    reference = "left to right"
    options = {
        "blur": "With `mystery_kernel` as the blur, every pixel would be the mean of its neighbours: still a picture "
        "of trousers, only softer. This picture shows sides and forgets the cloth. Look for weights that can "
        "cancel each other.",
        "shift": "With `mystery_kernel` as the shift, each pixel would be a copy of its left neighbour: the same "
        "trousers, one pixel further to the right, nothing lost. Here the even areas have gone grey, so "
        "the weights must add up to zero.",
        "left to right": "Its weights are negative on the left and positive on the right, so it answers where the "
        "image grows brighter from left to right, and negatively where it grows darker.",
        "top to bottom": "With `mystery_kernel` as top to bottom, upper and lower edges would stand out: the waistband "
        "bright and the hems dark. In the picture those are nearly grey, and the upright sides "
        "are strong. Which kernel compares columns?",
        "outline": "With `mystery_kernel` as the outline, every edge would look alike, in whichever direction it runs. "
        "Here the left side of a leg is bright and the right side dark: this kernel can tell left from right.",
    }


hidden_kernel = convolution.KERNELS[q5.reference]


@exercise(answer="grown_size", points=1)
class q6:
    """How many pixels a transposed convolution gives along one side."""

    hints = [
        "Draw it: the first pixel paints `kernel` cells, from 0 on. Where does the second pixel begin to paint, and "
        "where the last?",
        "The last of n pixels begins n − 1 steps after the first, and a step is `stride` cells. From there on it "
        "paints one whole kernel.",
        "In the end `padding` cells are cut off, at both ends: what the convolution put on, its transpose takes away.",
    ]
    reference = convolution.grown_size
    praise = "It is the size formula of the convolution read backwards: what shrank by steps grows by the same steps."

    def scenario(rng: Any):
        n = rng.integer(5, 15)
        return {
            "plain": [(n, 3), (n + 2, 5), (n, 1)],
            "strided": [(n, 2, 2), (n, 3, 2), (n + 1, 5, 3), (n, 2, 3)],
            "padded": [(n, 3, 1, 1), (n, 4, 2, 1), (n + 1, 7, 3, 2)],
        }

    def observe(answer: Any, s: Any):
        return {
            field: {f"grown_size{case}": answer(*case) for case in cases} for field, cases in sorted(vars(s).items())
        }

    expect = [
        close("plain", share=0.4, label="the size"),
        close("strided", share=0.3, label="the size"),
        close("padded", share=0.3, label="the size"),
    ]
    mistakes = {
        "one step too many": (
            lambda n, kernel, stride=1, padding=0: n * stride + kernel - 2 * padding,
            "`grown_size` takes one step too many. Between n pixels there are fewer than n steps: try n = 1, where "
            "the single pixel paints one kernel and nothing else.",
        ),
        "kernel forgotten": (
            lambda n, kernel, stride=1, padding=0: n * stride - 2 * padding,
            "`grown_size` does not depend on `kernel`. The last pixel paints as far as its kernel reaches, beyond its "
            "own step: try n = 1, where one pixel paints one kernel.",
        ),
        "padding added": (
            lambda n, kernel, stride=1, padding=0: (n - 1) * stride + kernel + 2 * padding,
            "`grown_size` grows with `padding`. In a transposed convolution padding works the other way round: after "
            "painting, that many cells are cut off at each end, so the line becomes shorter.",
        ),
        "padding at one end": (
            lambda n, kernel, stride=1, padding=0: (n - 1) * stride + kernel - padding,
            "`grown_size` cuts the padding off at one end only. The convolution put zeros on the left and on the "
            "right, so its transpose removes cells on both sides.",
        ),
        "padding forgotten": (
            lambda n, kernel, stride=1, padding=0: (n - 1) * stride + kernel,
            "`grown_size` is right until there is padding, and then takes no notice of it. After painting, that many "
            "cells are cut off at both ends of the line.",
        ),
        "stride forgotten": (
            lambda n, kernel, stride=1, padding=0: n - 1 + kernel - 2 * padding,
            "`grown_size` is the same for every stride. Here the stride says how far apart two neighbouring pixels "
            "paint: multiply the number of steps between first and last pixel by it.",
        ),
        "the convolution's size": (
            convolution.output_size,
            "`grown_size` gives the size after an ordinary convolution, which shrinks. Read that formula backwards: "
            "you know the number of places, and look for the line on which they stood.",
        ),
        "divided by the stride": (
            lambda n, kernel, stride=1, padding=0: (n - 1) // stride + kernel - 2 * padding,
            "`grown_size` divides by `stride`. That is how a convolution shrinks an image; its transpose takes the "
            "same steps in order to grow one, so multiply.",
        ),
    }


def paint_three_pixels():
    """What really happens: three pixels of 1, painted with the kernel [1, 1, 1] at a stride of 2."""
    return F.conv_transpose1d(torch.ones(1, 1, 3), torch.ones(1, 1, 3), stride=2).int().flatten().tolist()


@exercise(answer="touches", points=1)
class q7:
    """Prediction: three pixels of 1 are painted with the kernel [1, 1, 1], two cells apart; the seven cells."""

    hints = [
        "Draw seven empty cells. The first pixel adds 1 to cells 0, 1 and 2. Where does the second pixel start, if the "
        "stride is 2?",
        "The pixels start at the cells 0, 2 and 4, and each adds 1 to three cells in a row. Count for each cell how "
        "often it was reached.",
    ]
    outcome = paint_three_pixels
    expect = [close("touches", why="count for each of the seven cells how many of the three prints reach it")]
    praise = "Where two kernels overlap the paint lies twice as thick, though every pixel was the same."
    mistakes = {
        "no overlap counted": (
            [1, 1, 1, 1, 1, 1, 1],
            "`touches` says that every cell is painted once. The kernel is three cells long and moves by two, so "
            "neighbouring pixels share a cell: there both add their paint.",
        ),
        "side by side": (
            [1, 1, 1, 1, 1, 1, 1, 1, 1],
            "`touches` puts the three kernels side by side, as if the stride were 3. With a stride of 2 the second "
            "pixel begins in the last cell that the first one paints: there are seven cells.",
        ),
        "stride of one": (
            [1, 2, 3, 2, 1],
            "`touches` is what a stride of 1 would give. With a stride of 2 neighbouring pixels start two cells apart: "
            "draw the second kernel one cell further on, and the third one two.",
        ),
        "doubled in the wrong cells": (
            [1, 2, 1, 2, 1, 2, 1],
            "The pattern of `touches` is right, but it begins in the wrong place. The second cell of the line lies "
            "in the middle of the first kernel, and the second pixel begins only one cell after it.",
        ),
        "doubled everywhere inside": (
            [1, 2, 2, 2, 2, 2, 1],
            "`touches` has two layers of paint everywhere inside. Draw the three kernels below each other: the cell in "
            "the middle of each of them is reached by no other.",
        ),
        "zeros between": (
            [1, 0, 1, 0, 1, 0, 0],
            "`touches` shows where the pixels start, and not what they paint. Each of them adds 1 to three "
            "cells, its own and the next two: fill those in as well.",
        ),
    }


def _overwritten(image, kernel, stride=1, padding=0):
    h, w = kernel.shape
    rows = convolution.grown_size(image.shape[0], h, stride)
    columns = convolution.grown_size(image.shape[1], w, stride)
    canvas = image.new_zeros(rows, columns)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            canvas[i * stride : i * stride + h, j * stride : j * stride + w] = image[i, j] * kernel
    return canvas[padding : rows - padding, padding : columns - padding]


def _averaged(image, kernel, stride=1, padding=0):
    counts = convolution.convolve_transposed(torch.ones_like(image), torch.ones_like(kernel), stride, padding)
    return convolution.convolve_transposed(image, kernel, stride, padding) / counts.clamp(min=1)


def _cut_at_the_end(image, kernel, stride=1, padding=0):
    canvas = convolution.convolve_transposed(image, kernel, stride)
    return canvas[: canvas.shape[0] - 2 * padding, : canvas.shape[1] - 2 * padding]


def _cut_at_one_side(image, kernel, stride=1, padding=0):
    return convolution.convolve_transposed(image, kernel, stride)[padding:, padding:]


@exercise(answer="convolve_transposed", points=2)
class q8:
    """Transposed convolution of one image (H, W) with one kernel (h, w), from scratch, by painting."""

    hints = [
        "Start with an empty canvas of zeros, large enough for everything (`grown_size` without padding), and loop "
        "over the pixels of the image.",
        "Pixel (i, j) paints a part of the canvas as large as the kernel, which begins at row `i * stride` and column "
        "`j * stride`.",
        "Paint adds up: the part of the canvas becomes what was there plus the pixel times the kernel.",
        "Cut off `padding` rows and columns on all four sides at the very end. Beware of slices such as `[1:-1]` when "
        "padding is 0: `[0:-0]` is empty.",
    ]
    reference = convolution.convolve_transposed
    praise = "You scatter where a convolution gathers, over the same places with the same weights."

    def scenario(rng: Any):
        return {"image": whole(rng, 3, 4), "kernel": halves(rng, 2, 3)}

    def observe(answer: Any, s: Any):
        return {
            "plain": answer(s.image, s.kernel),
            "strided": answer(s.image, s.kernel, stride=2),
            "padded": answer(s.image, s.kernel, stride=2, padding=1),
        }

    expect = [
        close("plain", share=1, label="`convolve_transposed(image, kernel)`"),
        close("strided", share=0.5, label="`convolve_transposed(image, kernel, stride=2)`"),
        close("padded", share=0.5, label="`convolve_transposed(image, kernel, stride=2, padding=1)`"),
    ]
    mistakes = {
        "overwritten": (
            _overwritten,
            "`convolve_transposed` paints over what was there: where two kernels overlap, only the last one is left. "
            "Paint adds up, so each pixel must add its part to the canvas instead of replacing it.",
        ),
        "averaged": (
            _averaged,
            "`convolve_transposed` divides by the number of layers where kernels overlap. That would be a fair repair "
            "of the uneven paint, but the transposed convolution itself only adds: leave the sums as they are.",
        ),
        "kernel turned round": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve_transposed(
                image, kernel.flip(0, 1), stride, padding
            ),
            "`convolve_transposed` turns the kernel round before it paints. The kernel's upper left weight belongs to "
            "the upper left cell of the part that a pixel paints: use the kernel as it is.",
        ),
        "stride ignored": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve_transposed(image, kernel, 1, padding),
            "`convolve_transposed` is right for a stride of 1, and then takes no notice of `stride`. Neighbouring "
            "pixels should paint that many cells apart: use it in the size of the canvas and in the place.",
        ),
        "not cut": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve_transposed(image, kernel, stride),
            "`convolve_transposed` returns the whole canvas and takes no notice of `padding`. As the last step, "
            "cut that many rows and columns off on all four sides.",
        ),
        "padded instead of cut": (
            lambda image, kernel, stride=1, padding=0: F.pad(
                convolution.convolve_transposed(image, kernel, stride), (padding,) * 4
            ),
            "`convolve_transposed` puts zeros around the canvas. Here padding works the other way round: "
            "when everything is painted, cut that many rows and columns off on all four sides.",
        ),
        "image padded first": (
            lambda image, kernel, stride=1, padding=0: convolution.convolve_transposed(
                F.pad(image, (padding,) * 4), kernel, stride
            ),
            "`convolve_transposed` pads the image before it paints, as a convolution does. In the transpose, padding "
            "comes last and takes away: paint everything first, then cut the canvas on all four sides.",
        ),
        "cut at one side": (
            _cut_at_one_side,
            "`convolve_transposed` cuts the padding off at the top and on the left only. The convolution had put zeros "
            "on all four sides: cut the bottom and the right too.",
        ),
        "cut at the end": (
            _cut_at_the_end,
            "`convolve_transposed` returns the right size but the wrong part of the canvas: everything was cut off at "
            "the bottom and on the right. Take half of it from the top and from the left.",
        ),
        "canvas too large": (
            lambda image, kernel, stride=1, padding=0: F.pad(
                convolution.convolve_transposed(image, kernel, stride, padding), (0, stride, 0, stride)
            ),
            "The canvas of `convolve_transposed` has empty rows and columns at its end: it leaves room for one more "
            "step than there is. Use your `grown_size` for its height and its width.",
        ),
        "rows and columns swapped": (
            lambda image, kernel, stride=1, padding=0: (
                convolution.convolve_transposed(image, kernel, stride, padding).T
            ),
            "The result of `convolve_transposed` lies on its side: rows and columns are swapped. 'Transposed' is said "
            "of the operation as a whole; neither kernel nor canvas is turned.",
        ),
        "an ordinary convolution": (
            convolution.convolve,
            "`convolve_transposed` gathers, as an ordinary convolution does, so the image shrinks. Turn the roles "
            "round: loop over the pixels of the image, and let each of them paint a kernel on a larger canvas.",
        ),
    }


def _matrix(kernel, height, width, start):
    """A convolution's matrix with each row's kernel placed at `start(i, j)` cells from the row's beginning."""
    h, w = kernel.shape
    rows, columns = convolution.output_size(height, h), convolution.output_size(width, w)
    matrix = kernel.new_zeros(rows * columns, height * width)
    for i in range(rows):
        for j in range(columns):
            for a in range(h):
                for b in range(w):
                    matrix[i * columns + j, start(i, j, a, b, columns)] = kernel[a, b]
    return matrix


@exercise(answer="convolution_matrix", points=2)
class q9:
    """The matrix that does the same as a convolution (stride 1, no padding) with this kernel."""

    hints = [
        "One row of the matrix belongs to one output pixel, and says how much each pixel of the image counts for it. "
        "Most pixels do not count at all.",
        "For output pixel (i, j): take an image of zeros and lay the kernel on it, with its upper left corner at row i "
        "and column j. Flattened, that image is the row.",
        "The row of output pixel (i, j) has the number `i * columns + j`, where `columns` is how many output pixels "
        "lie side by side.",
    ]
    reference = convolution.convolution_matrix
    praise = "A convolution is a large matrix that is mostly zeros, with the same few weights in every row."

    def scenario(rng: Any):
        return {"line": halves(rng, 1, 2), "kernel": halves(rng, 2, 3)}

    def observe(answer: Any, s: Any):
        return {"line": answer(s.line, 1, 5), "image": answer(s.kernel, 4, 6)}

    expect = [
        close("line", share=1, label="the matrix for a kernel (1, 2) on an image (1, 5)"),
        close("image", share=1, label="the matrix for a kernel (2, 3) on an image (4, 6)"),
    ]
    mistakes = {
        "transposed": (
            lambda kernel, height, width: convolution.convolution_matrix(kernel, height, width).T,
            "`convolution_matrix` returns the transposed matrix: its rows belong to pixels of the image. Each row "
            "should belong to one output pixel, so that matrix times image gives the output.",
        ),
        "kernel turned round": (
            lambda kernel, height, width: convolution.convolution_matrix(kernel.flip(0, 1), height, width),
            "`convolution_matrix` holds the kernel turned round, last weight first. In this lesson the kernel stays as "
            "it is written: its first weight belongs to the first pixel of the window.",
        ),
        "kernel rows side by side": (
            lambda kernel, height, width: _matrix(
                kernel, height, width, lambda i, j, a, b, columns: i * width + j + a * kernel.shape[1] + b
            ),
            "In `convolution_matrix` the rows of the kernel follow each other without a gap. In the flattened image "
            "the pixel below lies one whole image row further on: lay the kernel on an image first, then flatten that.",
        ),
        "no jump at the end of a row": (
            lambda kernel, height, width: _matrix(
                kernel, height, width, lambda i, j, a, b, columns: i * columns + j + a * width + b
            ),
            "`convolution_matrix` moves the kernel by one cell from each row to the next, even where a new output row "
            "begins. There the window must jump to the beginning of the next image row: place it by (i, j), not by "
            "count.",
        ),
        "windows not flattened": (
            lambda kernel, height, width: convolution.convolution_matrix(kernel, height, width).unflatten(
                1, (height, width)
            ),
            "`convolution_matrix` has one small image for each output pixel, so it has three dimensions. You are "
            "nearly there: flatten each of these images into one row of the matrix.",
        ),
        "one row for each image pixel": (
            lambda kernel, height, width: F.pad(
                convolution.convolution_matrix(kernel, height, width),
                (0, 0, 0, height * width - len(convolution.convolution_matrix(kernel, height, width))),
            ),
            "`convolution_matrix` has as many rows as the image has pixels, and the last ones are empty. The output is "
            "smaller than the image: make one row for each place where the kernel fits.",
        ),
        "the output in columns": (
            lambda kernel, height, width: (
                convolution.convolution_matrix(kernel, height, width)
                .unflatten(0, (height - kernel.shape[0] + 1, width - kernel.shape[1] + 1))
                .transpose(0, 1)
                .flatten(0, 1)
            ),
            "The rows of `convolution_matrix` are right but stand in another order: you number output pixels column by "
            "column. `flatten` goes row by row, so let the column index run fastest.",
        ),
    }


def _zeros_between(images, weight):
    spread = images.new_zeros(*images.shape[:2], 2 * images.shape[2], 2 * images.shape[3])
    spread[:, :, ::2, ::2] = images
    return F.conv2d(spread, weight, padding=weight.shape[-1] // 2)


def _doubled(images, mode):
    return F.interpolate(images, scale_factor=2, mode=mode)


@exercise(answer="grow", points=2)
class q10:
    """Double the size of a batch (N, C, H, W): repeat every pixel two by two, then convolve, keeping the size."""

    hints = [
        "Two steps. First each pixel becomes a block of two by two equal pixels; then `F.conv2d` smooths the blocks "
        "with weights that can be learnt.",
        "`images.repeat_interleave(2, dim=2)` repeats every row; `F.interpolate(images, scale_factor=2)` does rows "
        "and columns at once.",
        "The convolution must not shrink the image: for a kernel of size 3 that takes a padding of 1, for 5 a padding "
        "of 2. `weight.shape[-1]` tells the size.",
    ]
    reference = convolution.grow
    praise = "Away from the border every output pixel now gets all the weights, so there is no board to be seen."

    def scenario(rng: Any):
        return {
            "images": whole(rng, 2, 3, 4, 5),
            "weight": halves(rng, 4, 3, 3, 3),
            "large": halves(rng, 2, 3, 5, 5),
        }

    def observe(answer: Any, s: Any):
        return {"three": answer(s.images, s.weight), "five": answer(s.images, s.large)}

    expect = [
        close("three", share=1.5, label="`grow` with a kernel of size 3"),
        close("five", share=0.5, label="`grow` with a kernel of size 5"),
    ]
    mistakes = {
        "no padding": (
            lambda images, weight: F.conv2d(_doubled(images, "nearest"), weight),
            "The result of `grow` is smaller than twice the image: the convolution eats the border. Give it enough "
            "padding that the size stays as it is, half the kernel on each side.",
        ),
        "padding always 1": (
            lambda images, weight: F.conv2d(_doubled(images, "nearest"), weight, padding=1),
            "`grow` is right for a kernel of size 3 and shrinks the image for larger ones: the padding is fixed at 1. "
            "Work it out from the size of `weight`, so that the kernel's centre can reach every pixel.",
        ),
        "convolved first": (
            lambda images, weight: _doubled(F.conv2d(images, weight, padding=weight.shape[-1] // 2), "nearest"),
            "`grow` convolves first and repeats the pixels afterwards, so the result still consists of blocks. Change "
            "the order: repeat first, and let the convolution smooth the blocks.",
        ),
        "tiled": (
            lambda images, weight: F.conv2d(images.repeat(1, 1, 2, 2), weight, padding=weight.shape[-1] // 2),
            "`grow` puts four copies of the whole image beside each other: that is what `repeat` does. Here each "
            "single pixel should become a block of two by two: look for `repeat_interleave` or `F.interpolate`.",
        ),
        "zeros between": (
            _zeros_between,
            "`grow` puts zeros between the pixels before it convolves. That is a transposed convolution in disguise, "
            "checkerboard included: repeat each pixel instead of leaving gaps.",
        ),
        "smooth resizing": (
            lambda images, weight: F.conv2d(_doubled(images, "bilinear"), weight, padding=weight.shape[-1] // 2),
            "`grow` blends neighbouring pixels while it resizes. That works well too, but the task asks for plain "
            "repetition, so that the convolution alone decides how to blend: use the mode `nearest`.",
        ),
        "only wider": (
            lambda images, weight: F.conv2d(images.repeat_interleave(2, 3), weight, padding=weight.shape[-1] // 2),
            "`grow` makes the images wider but not taller. Rows are dimension 2 of (N, C, H, W) and columns are "
            "dimension 3: repeat along both of them.",
        ),
        "only taller": (
            lambda images, weight: F.conv2d(images.repeat_interleave(2, 2), weight, padding=weight.shape[-1] // 2),
            "`grow` makes the images taller but not wider. Rows are dimension 2 of (N, C, H, W) and columns are "
            "dimension 3: repeat along both of them.",
        ),
        "not convolved": (
            lambda images, weight: _doubled(images, "nearest"),
            "`grow` repeats the pixels and stops there, so `weight` is never used. Send the doubled images through "
            "`F.conv2d` with it: that second step is where something can be learnt.",
        ),
        "batch lost": (
            lambda images, weight: convolution.grow(images, weight)[0],
            "`grow` returns the first image only. A batch goes in and a batch comes out: keep the dimension N in front "
            "instead of picking one image with an index.",
        ),
        "stride kept": (
            lambda images, weight: F.conv2d(
                _doubled(images, "nearest"), weight, stride=2, padding=weight.shape[-1] // 2
            ),
            "`grow` doubles the images and then convolves with a stride of 2, which halves them again. Leave the "
            "stride at 1: the size should stay doubled.",
        ),
    }


__all__ = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10"]
