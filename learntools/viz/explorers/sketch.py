"""A sheet to draw on, and beside it what a translation network makes of the drawing while it grows.

sketch_pad(G)                          # G: line art (1, 3, 64, 64) in [-1, 1], black on white → a coloured image
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import torch

from learntools.viz.explorers.explorer import Explorer, Frame, applied


def sketch_pad(
    generator: Callable[[torch.Tensor], torch.Tensor], start: torch.Tensor | None = None, size: int = 64
) -> Explorer:
    """Draw lines with mouse, finger, pen or arrow keys, and see them coloured.

    Args:
        generator: line art (1, 3, size, size) in [-1, 1], black on white → images of that shape; in eval mode.
        start: line art to begin with, (3, size, size) or (1, size, size), uint8 or in [-1, 1]; a blank sheet if None.
        size: pixels along a side of what the network reads.

    Raises:
        ValueError: `start` has another shape.
    """
    first = _sheet(start, size)

    def frame(state: dict[str, Any]) -> Frame:
        lines = _lines(state["lines"], size) if state["lines"] else first
        x = (lines.float() / 127.5 - 1).expand(3, size, size)
        coloured = applied(generator, x[None])[0]
        blank = bool((lines > 250).all())
        words = "Draw closed outlines with few lines: a face, an apple, a house." if blank else "Coloured as you draw."
        return {"lines": lines, "coloured": coloured, "words": words}

    return Explorer("sketch", "Draw, and see it coloured", {"lines": ""}, frame)


def _sheet(start: torch.Tensor | None, size: int) -> torch.Tensor:
    """uint8 (1, size, size)"""
    if start is None:
        return torch.full((1, size, size), 255, dtype=torch.uint8)
    start = torch.as_tensor(start).detach().cpu()
    if start.ndim != 3 or start.shape[0] not in (1, 3) or start.shape[1:] != (size, size):
        raise ValueError(f"`start` must be one image (3, {size}, {size}), and this is {(*start.shape,)}.")
    if start.is_floating_point():
        start = start.clamp(-1, 1).add(1).mul(127.5).round()
    return start.float().mean(dim=0, keepdim=True).round().to(torch.uint8)


def _lines(text: Any, size: int) -> torch.Tensor:
    """What the page has drawn: one byte a pixel, row by row, in base64 → uint8 (1, size, size)."""
    try:
        content = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        content = b""
    if len(content) != size * size:
        raise ValueError(f"A drawing is {size}×{size} bytes in base64.")
    return torch.frombuffer(bytearray(content), dtype=torch.uint8).view(1, size, size)
