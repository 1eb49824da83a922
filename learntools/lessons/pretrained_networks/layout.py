"""Questions 2 and 8: from a picture as files hold it to a batch as networks take it, and back."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, shape, true


def to_batch(pixels):
    """Pixels (H, W, 3) → a batch of one picture, (1, 3, H, W), with the same values."""
    return pixels.permute(2, 0, 1).unsqueeze(0)


@exercise(answer="to_batch", points=1)
class q2:
    """Channels to the front, and a batch around it."""

    hints = [
        "`pixels.permute(...)` takes the three dimensions in a new order. Their numbers are 0 (rows), 1 (columns) and "
        "2 (channels): in which order should they come?",
        "Then a dimension of size 1 must be put in front of all others: `.unsqueeze(0)`, or `[None]`.",
    ]
    reference = to_batch
    praise = "One picture in the batch, three channels, and each of them with its rows and columns as they were."

    def scenario(rng: Any):
        return {
            "pixels": rng.integers(0, 256, 4, 5, 3).to(torch.uint8),
            "tall": rng.integers(0, 256, 6, 4, 3).to(torch.uint8),
        }

    def observe(answer: Any, s: Any):
        return {"batch": answer(s.pixels), "tall": answer(s.tall)}

    expect = [
        shape("batch", (1, 3, 4, 5), why="batch, channels, rows, columns", label="the batch"),
        close("batch", rtol=0, atol=0, label="the batch"),
        close("tall", share=0, rtol=0, atol=0, label="the batch made of a picture that is higher than wide"),
    ]
    mistakes = {
        "reshaped": (
            lambda pixels: pixels.reshape(1, 3, *pixels.shape[:2]),
            "`to_batch` has the right shape, but the numbers stand in other places: reshaping cuts the row of all "
            "numbers into new pieces, and mixes colours and places. You want to reorder dimensions instead.",
        ),
        "lying on its side": (
            lambda pixels: pixels.permute(2, 1, 0)[None],
            "`to_batch` brings the channels to the front, and swaps rows and columns on the way: the picture lies on "
            "its side. Rows should still come before columns.",
        ),
        "no batch": (
            lambda pixels: pixels.permute(2, 0, 1),
            "`to_batch` has the channels in front, but there is no batch yet. Networks take several pictures at once; "
            "this is a batch of one, so a dimension is missing.",
        ),
        "channels last": (
            lambda pixels: pixels[None],
            "`to_batch` makes a batch and leaves the channels at the end, as files have them. A network of PyTorch "
            "would take the rows for channels: reorder the dimensions too.",
        ),
        "batch at the end": (
            lambda pixels: pixels.permute(2, 0, 1)[..., None],
            "`to_batch` puts the new dimension at the end, so the network would see three grey pictures. The batch "
            "comes first of all.",
        ),
        "blue first": (
            lambda pixels: pixels.flip(2).permute(2, 0, 1)[None],
            "`to_batch` also turns the order of the colours round, so that red becomes blue. Some libraries do store "
            "them so, but these pixels are red, green, blue already.",
        ),
        "columns first": (
            lambda pixels: pixels.permute(1, 2, 0)[None],
            "`to_batch` brings the columns to the front. `permute` is told where each new dimension comes *from*: the "
            "first of the new ones should be the channels.",
        ),
        "halved": (
            lambda pixels: pixels.permute(2, 0, 1)[None] / 255,
            "`to_batch` also divides the values. Only the order of the dimensions should change here; the values have "
            "a question of their own.",
        ),
    }


def to_picture(y):
    """A network's picture (1, 3, H, W), floats in [-1, 1] → bytes (H, W, 3), rounded, clipped at both ends."""
    return ((y[0] + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0)


def _bytes(x):
    return x.round().clamp(0, 255).to(torch.uint8)


def _last(y):
    return y[0].permute(1, 2, 0)


@exercise(answer="to_picture", points=2)
class q8:
    """From what a network gives, in [-1, 1], back to the bytes of a picture."""

    hints = [
        "Walk the way back. The values: add what was taken away, then stretch, so that -1 becomes 0 and 1 becomes 255. "
        "Then `.round()`, `.clamp(0, 255)` and `.to(torch.uint8)`.",
        "The dimensions: `y[0]` takes the one picture out of its batch, and `permute` moves the channels from the "
        "front to the end.",
    ]
    reference = to_picture
    praise = "Rounded, clipped, bytes, and the channels at the end: any program can show or save that."

    def scenario(rng: Any):
        # Never near the middle between two bytes, so that any order of the arithmetic rounds alike.
        steps = rng.integers(1, 255, 1, 3, 4, 5) + rng.uniform(1, 3, 4, 5, low=-0.4, high=0.4)
        y = steps / 127.5 - 1
        y[0, 0, 0, :2] = torch.tensor([-1.0, 1.0])
        beyond = rng.uniform(1, 3, 3, 2, low=1.05, high=1.4) * torch.where(rng.uniform(1, 3, 3, 2) < 0.5, -1.0, 1.0)
        beyond[0, 0, 0, :2] = torch.tensor([-1.2, 1.3])
        return {"y": y, "beyond": beyond}

    def observe(answer: Any, s: Any):
        result = answer(s.y)
        dtype = str(getattr(result, "dtype", "")).removeprefix("torch.")
        return {
            "picture": result,
            "beyond": answer(s.beyond),
            "bytes": dtype == "uint8",
            "family": dtype.rstrip("0123456789"),  # int, uint, float or none
        }

    expect = [
        shape("picture", (4, 5, 3), why="rows, columns, channels", label="the picture"),
        close("picture", share=2, rtol=0, atol=1e-3, label="the picture"),
        close("beyond", share=1, rtol=0, atol=1e-3, label="the picture made of values outside of [-1, 1]"),
        true("bytes", share=1, why="the result must be of the type `torch.uint8`, which is what a byte is called"),
    ]
    mistakes = {
        "reshaped": (
            lambda y: _bytes((y + 1) * 127.5).reshape(*y.shape[2:], 3),
            "`to_picture` has the right shape, but reshaping does not move the channels to the end: it cuts the same "
            "row of numbers into other pieces, and the picture becomes confetti. Reorder the dimensions.",
        ),
        "channels first": (
            lambda y: _bytes((y[0] + 1) * 127.5),
            "`to_picture` leaves the channels in front, as the network has them. Programs that show pictures want "
            "rows, columns, channels: move the first dimension to the end.",
        ),
        "still a batch": (
            lambda y: _bytes((y.permute(0, 2, 3, 1) + 1) * 127.5),
            "`to_picture` gives back a batch of one picture. Take the picture out of it: a file holds rows, columns "
            "and channels, and no batch.",
        ),
        "lying on its side": (
            lambda y: _bytes((y[0].permute(2, 1, 0) + 1) * 127.5),
            "`to_picture` moves the channels to the end and swaps rows and columns, so the picture lies on its side. "
            "Rows come first, then columns.",
        ),
        "as if from 0 to 1": (
            lambda y: _bytes(_last(y) * 255),
            "`to_picture` treats the values as if they ran from 0 to 1, so that everything darker than mid-grey "
            "becomes black. Here black is -1: what must be added first?",
        ),
        "steps in the wrong order": (
            lambda y: _bytes(_last(y) * 127.5 + 1),
            "`to_picture` stretches first and adds 1 afterwards, so 1 is but a single step of grey. Undo the steps in "
            "the opposite order: what was done last comes first.",
        ),
        "not rounded": (
            lambda y: ((_last(y) + 1) * 127.5).clamp(0, 255).to(torch.uint8),
            "`to_picture` cuts off what stands behind the point, so half of the pixels come out one step too dark: "
            "199.8 becomes 199. Go to the nearest whole number first.",
        ),
        "not clipped": (
            lambda y: ((_last(y) + 1) * 127.5).round().to(torch.int64).to(torch.uint8),
            "`to_picture` lets values beyond the ends run over: a byte that passes 255 starts again at 0, so the "
            "brightest white turns black. Hold them between 0 and 255 before you make bytes.",
        ),
        "still floats": (
            lambda y: ((_last(y) + 1) * 127.5).round().clamp(0, 255),
            "`to_picture` has the right numbers, but they are floats. A picture is stored as bytes: which type is that "
            "in torch?",
        ),
        "other whole numbers": (
            lambda y: ((_last(y) + 1) * 127.5).round().clamp(0, 255).to(torch.int64),
            "`to_picture` has the right numbers, and whole ones, but in a type with more room than they need. A "
            "picture is stored as bytes, from 0 to 255 without a sign: which type is that in torch?",
        ),
        "own black and white": (
            lambda y: _bytes((_last(y) - y.min()) / (y.max() - y.min()) * 255),
            "`to_picture` stretches each picture from its own darkest to its own brightest value, so a dull one "
            "changes its looks. Black is always -1 and white always 1.",
        ),
    }
