"""Question 1: from what a network speaks, [-1, 1], back to bytes."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, shape, true


def to_bytes(x):
    """Floats in [-1, 1] → bytes 0…255, rounded, and clipped at both ends."""
    return ((x + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def _uint8(x: torch.Tensor) -> torch.Tensor:
    return x.round().clamp(0, 255).to(torch.uint8)


@exercise(answer="to_bytes", points=1)
class q1:
    """Turn images in [-1, 1] into bytes from 0 to 255."""

    hints = [
        "The way there was: divide by 127.5, then take 1 away. Walk it backwards, the last step first.",
        "Three things remain: `.round()` to the nearest whole number, `.clamp(0, 255)` for what lies outside, and "
        "`.to(torch.uint8)` at the very end.",
    ]
    reference = to_bytes
    praise = "Black is 0, white is 255, and what lies beyond stays at the end that it has passed."

    def scenario(rng: Any):
        # Never near the middle between two bytes, so that any order of the arithmetic rounds alike.
        steps = rng.integers(1, 255, 2, 3, 4, 5) + rng.uniform(2, 3, 4, 5, low=-0.4, high=0.4)
        x = steps / 127.5 - 1
        x[0, 0, 0, :2] = torch.tensor([-1.0, 1.0])
        beyond = rng.uniform(1, 3, 2, 3, low=1.05, high=1.4) * torch.where(rng.uniform(1, 3, 2, 3) < 0.5, -1.0, 1.0)
        beyond[0, 0, 0, :2] = torch.tensor([-1.2, 1.3])
        return {"x": x, "dull": x[1:] * 0.4 + 0.1 / 127.5, "beyond": beyond}

    def observe(answer: Any, s: Any):
        result = answer(s.x)
        return {
            "result": result,
            "dull": answer(s.dull),
            "beyond": answer(s.beyond),
            "bytes": str(getattr(result, "dtype", "")) == "torch.uint8",
        }

    expect = [
        shape("result", (2, 3, 4, 5), why="one value for each pixel", label="the result"),
        close("result", share=2, rtol=0, atol=1e-3, label="the result"),
        close("beyond", rtol=0, atol=1e-3, label="the result for values outside of [-1, 1]"),
        true("bytes", share=1.5, why="the result must be of the type `torch.uint8`, which is what a byte is called"),
    ]
    mistakes = {
        "not rounded": (
            lambda x: ((x + 1) * 127.5).clamp(0, 255).to(torch.uint8),
            "`to_bytes` cuts off what stands behind the point, so half of the pixels come out one step too dark: 199.8 "
            "becomes 199. Go to the nearest whole number before you make bytes.",
        ),
        "not clipped": (
            lambda x: ((x + 1) * 127.5).round().to(torch.int64).to(torch.uint8),
            "`to_bytes` lets values beyond the ends run over: a byte that passes 255 starts again at 0, so the "
            "brightest white turns black. Hold the values between 0 and 255 first.",
        ),
        "as if from 0 to 1": (
            lambda x: _uint8(x * 255),
            "`to_bytes` treats `x` as if it ran from 0 to 1, so everything darker than mid-grey ends up black. Here "
            "black is -1: what must be added before you stretch?",
        ),
        "twice too steep": (
            lambda x: _uint8((x + 1) * 255),
            "`to_bytes` starts at the right end, but is too steep: mid-grey is white already. From -1 to 1 is a "
            "stretch of 2, not of 1.",
        ),
        "half of 256": (
            lambda x: _uint8((x + 1) * 128),
            "`to_bytes` stretches by half of 256, but the largest byte is 255. The error is small and grows towards "
            "the bright end, where the clipping hides it at 1 itself: 0.99 should become 254.",
        ),
        "the way there": (
            lambda x: x / 127.5 - 1,
            "`to_bytes` goes the way there once more, so all that comes out lies near -1. What undoes a division, and "
            "which of the two steps must be undone first?",
        ),
        "steps in the wrong order": (
            lambda x: _uint8(x * 127.5 + 1),
            "`to_bytes` multiplies first and adds 1 afterwards, so 1 is but a single step of grey, and half of each "
            "image is black. The step that came last must be undone first.",
        ),
        "still floats": (
            lambda x: ((x + 1) * 127.5).round().clamp(0, 255),
            "`to_bytes` gives the right numbers, but they are still floats. A picture file and `data.to_float` want "
            "bytes: which type is that in torch?",
        ),
        "own black and white": (
            lambda x: _uint8((x - x.min()) / (x.max() - x.min()) * 255),
            "`to_bytes` stretches each batch from its own darkest to its own brightest value. A dull image must stay "
            "dull: use the same fixed numbers for every batch.",
        ),
        "clipped at 0 and 1": (
            lambda x: _uint8((x.clamp(0, 1) + 1) * 127.5),
            "`to_bytes` clips while the values still run from -1 to 1, and at the wrong ends: all that is darker than "
            "mid-grey becomes mid-grey. Clip after stretching, or at -1 and 1.",
        ),
    }
