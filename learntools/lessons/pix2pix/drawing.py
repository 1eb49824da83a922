"""From a drawing to what the generator expects: black lines of an emoji's thickness on white, 64×64.

line_art("my_drawing.jpg")      # a photograph, scan or screenshot of lines → uint8 (1, 3, 64, 64)
line_art(sketch())              # the same from a face drawn by code
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

FINE = 256  # pixels, at which lines are cleaned
THICK = 6.0  # pixels of these, how thick OpenMoji's lines are
MARGIN = 0.06  # of the side, left white all around


def line_art(picture: Any) -> Tensor:
    """A drawing, as a file or a PIL image of any size → uint8 (1, 3, 64, 64), black lines on white.

    Paper that is unevenly lit becomes white, light lines on dark are turned round, the drawing is cut out and centred,
    and its lines are made as thick as an emoji's. Raises ValueError where there is nothing drawn.
    """
    ink = _ink(_opened(picture))
    rows, columns = ink.any(dim=1).nonzero().flatten(), ink.any(dim=0).nonzero().flatten()
    if not len(rows):
        raise ValueError("There is nothing drawn on this picture: is it all of one colour?")
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].float()
    side = max(ink.shape)
    pad = int(MARGIN * side) + 1
    left, top = (side - ink.shape[1]) // 2 + pad, (side - ink.shape[0]) // 2 + pad
    whole = side + 2 * pad
    square = F.pad(ink, [left, whole - left - ink.shape[1], top, whole - top - ink.shape[0]])[None, None]
    fine = (F.interpolate(square, size=(FINE, FINE), mode="area") > 0.3).float()
    lines = F.avg_pool2d(_of_one_thickness(fine), FINE // 64)
    return (255 * (1 - lines)).round().to(torch.uint8).expand(1, 3, 64, 64).clone()


def sketch() -> Any:
    """A face with a hat, drawn with lines: what to colour when there is no drawing at hand. A PIL image."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (512, 512), "white")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((90, 130, 422, 462), outline="black", width=13)
    for x in (200, 312):
        pen.ellipse((x - 16, 236, x + 16, 284), fill="black")
    pen.arc((170, 260, 342, 400), 20, 160, fill="black", width=13)
    pen.line((70, 160, 442, 160), fill="black", width=13)
    pen.line([(130, 160), (160, 50), (352, 50), (382, 160)], fill="black", width=13, joint="curve")
    return picture


def _opened(picture: Any) -> Tensor:
    """Grey values (H, W) from 0 to 1, no side longer than 1,024 pixels, transparent parts white."""
    import numpy as np
    from PIL import Image, ImageOps

    image: Any = Image.open(picture) if isinstance(picture, (str, Path)) else picture
    image = ImageOps.exif_transpose(image).convert("RGBA")
    image.thumbnail((1024, 1024))
    paper = Image.new("RGBA", image.size, "white")
    return torch.from_numpy(np.array(Image.alpha_composite(paper, image).convert("L"))).float() / 255


def _ink(grey: Tensor) -> Tensor:
    """Where something is drawn, (H, W): darker than the paper around it, whatever the light."""
    if float(grey.median()) < 0.4:
        grey = 1 - grey  # light lines on dark
    window = max(min(grey.shape) // 8, 3) | 1
    paper = F.max_pool2d(grey[None, None], window, stride=1, padding=window // 2)
    paper = F.avg_pool2d(paper, window, stride=1, padding=window // 2, count_include_pad=False)[0, 0]
    darkness = (paper - grey).clamp(min=0) / paper.clamp(min=0.1)
    return darkness > max(0.15, 0.4 * float(darkness.max()))


def _of_one_thickness(lines: Tensor) -> Tensor:
    """Lines (1, 1, H, W) of 0 and 1, made thicker or thinner until they are about `THICK` pixels wide."""
    for _ in range(12):
        inner = -F.max_pool2d(-lines, 3, stride=1, padding=1)
        edge = float((lines - inner).sum())
        thickness = 2 * float(lines.sum()) / max(edge, 1.0)  # a line has two edges
        if thickness > THICK + 2 and float(inner.sum()) > 0.3 * float(lines.sum()):
            lines = inner
        elif thickness < THICK - 2:
            lines = F.max_pool2d(lines, 3, stride=1, padding=1)
        else:
            break
    return lines
