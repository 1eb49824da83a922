"""Question 5: the sentence's code at every place of the image."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from learntools.core import close, exercise, grad, leaf, shape


def beside(maps, code):
    """Maps (N, C, H, W) and codes (N, F) → (N, C + F, H, W), each sentence's code at every place of its own maps."""
    planes = code[:, :, None, None].expand(-1, -1, *maps.shape[2:])
    return torch.cat([maps, planes], dim=1)


def _planes(maps, code):
    return code[:, :, None, None].expand(-1, -1, *maps.shape[2:])


def _corner(maps, code):
    planes = torch.zeros_like(_planes(maps, code))
    planes[:, :, 0, 0] = code
    return torch.cat([maps, planes], dim=1)


def _poured(maps, code):
    """The code's numbers poured over the places, row by row, until each plane is full."""
    n, f = code.shape
    h, w = maps.shape[2:]
    return torch.cat([maps, code.repeat(1, h * w).view(n, f, h, w)], dim=1)


def _mixed_up(maps, code):
    """The repeated codes are cut across the batch."""
    n, f = code.shape
    h, w = maps.shape[2:]
    return torch.cat([maps, code.repeat(h * w, 1).view(n, f, h, w)], dim=1)


@exercise(answer="beside", points=2)
class q5:
    """Lay a sentence's code beside the image's channels, at every place."""

    hints = [
        "A code (N, F) is to become planes (N, F, H, W), each of one value. Two dimensions are missing: "
        "`code[:, :, None, None]` adds them, with 1 place each.",
        "`.expand(-1, -1, H, W)` repeats what has 1 place without copying it; -1 leaves a dimension as it is. Then "
        "`torch.cat` lays the two side by side: along which dimension?",
    ]
    reference = beside
    praise = "Wherever a convolution looks, it sees the picture and the sentence at once."

    def scenario(rng: Any):
        return {"maps": rng.images(3, 2, 4, 5), "code": rng.normal(3, 4), "tall": rng.images(2, 3, 6, 2)}

    def observe(answer: Any, s: Any):
        maps, code = leaf(s.maps), leaf(s.code)
        result = answer(maps, code)
        weights = torch.linspace(0.5, 2, result.numel()).view_as(result) if isinstance(result, torch.Tensor) else None
        weighted = result * weights if weights is not None else result
        return {
            "result": result,
            "tall": answer(s.tall, s.code[:2]),
            "d_maps": grad(weighted, maps),
            "d_code": grad(weighted, code),
        }

    expect = [
        shape("result", (3, 6, 4, 5), why="the maps' 2 channels and the code's 4 numbers", label="the result"),
        close("result", share=2, label="the result"),
        close("tall", share=0.5, label="the result for maps of another size"),
        close("d_maps", share=0.5, label="the gradient that comes back to the maps"),
        close("d_code", share=1, label="the gradient that comes back to the code"),
    ]
    mistakes = {
        "code first": (
            lambda maps, code: torch.cat([_planes(maps, code), maps], dim=1),
            "`beside` lays the right two things side by side, but the code comes first. Weights go by place, so the "
            "order matters to whoever reads on: the maps first, then the code.",
        ),
        "along the batch": (
            lambda maps, code: torch.cat([maps, _planes(maps, code)[:, : maps.shape[1]]], dim=0),
            "`beside` puts the codes below the maps, as if they were more images, so the batch grows. They belong to "
            "the channels: which dimension is that in (N, C, H, W)?",
        ),
        "added": (
            lambda maps, code: maps + code.mean(dim=1)[:, None, None, None],
            "`beside` mixes the code into the maps, where nobody can tell the two apart. Keep all numbers of both, "
            "side by side, as more channels.",
        ),
        "one corner": (
            _corner,
            "`beside` puts the code into one place only, and zeros everywhere else. A convolution that looks at the "
            "middle would never hear of the sentence: repeat the code at every place.",
        ),
        "poured over the places": (
            _poured,
            "In `beside` the numbers of the code are poured over the places, so each place has another one. `view` "
            "and `repeat` do not know what belongs together: every place needs the whole code, one number in each "
            "channel.",
        ),
        "sentences mixed up": (
            _mixed_up,
            "`beside` repeats the codes, but then cuts them apart in the wrong places, so an image has numbers of "
            "other sentences in it. Add two dimensions to `code` before you repeat it.",
        ),
        "the first sentence for all": (
            lambda maps, code: torch.cat([maps, _planes(maps, code[:1].expand_as(code))], dim=1),
            "`beside` lays the code of the first sentence beside every image. Each image has a sentence of its own: "
            "keep the batch dimension of `code`.",
        ),
        "the wrong partner": (
            lambda maps, code: torch.cat([maps, _planes(maps, code.flip(0))], dim=1),
            "`beside` lays each code beside some other sentence's image. Code number i belongs to image number i: "
            "leave the order of the batch as it is.",
        ),
        "code alone": (
            _planes,
            "`beside` gives the repeated code alone, and the maps are lost. Both are needed: the picture so far, and "
            "what the sentence says about it.",
        ),
        "scaled down": (
            lambda maps, code: torch.cat([maps, _planes(maps, code) / (maps.shape[2] * maps.shape[3])], dim=1),
            "`beside` spreads the code thinly, divided by the number of places. Repeating is not sharing out: each "
            "place gets the whole value.",
        ),
        "as a picture": (
            lambda maps, code: torch.cat(
                [maps, F.interpolate(code[:, None, None], maps.shape[2:], mode="nearest").expand(-1, 4, -1, -1)], dim=1
            ),
            "`beside` stretches the code over the width of the image, like a picture of one row. Its numbers are "
            "channels, not places: each becomes a plane with the same value everywhere.",
        ),
        "cut off": (
            lambda maps, code: beside(maps, code.detach()),
            "`beside` shows the right numbers, but cuts the code off from the sentence, so the text encoder would "
            "learn nothing. Leave out what breaks the graph: `detach`, `.data`, or a new tensor made from its values.",
        ),
    }
