"""Before and after in one frame, with a line between them that follows the hand.

before_after(covered[0], restored[0], pictures[0])
"""

from __future__ import annotations

from typing import Any

import torch

from learntools.viz.explorers.explorer import Explorer, Frame, side_by_side, within


def before_after(before: torch.Tensor, after: torch.Tensor, truth: torch.Tensor | None = None) -> Explorer:
    """Draw the line across with mouse, finger or arrow keys: left of it is what was, right of it what has become of it.

    Args:
        before, after: pictures (N, 3, H, W) or one (3, H, W), uint8 or in [-1, 1].
        truth: what should have become of them; the left side can show it instead, and the words measure against it.

    Raises:
        ValueError: they are no pictures, or not of one shape.
    """
    given = {"before": before, "after": after} | ({"truth": truth} if truth is not None else {})
    pictures = {name: _batch(name, images) for name, images in given.items()}
    shapes = {tuple(images.shape) for images in pictures.values()}
    if len(shapes) > 1:
        raise ValueError(f"{' and '.join(f'`{name}`' for name in given)} must have one shape, not {sorted(shapes)}.")
    count, _, _, width = pictures["before"].shape
    lefts = [name for name in pictures if name != "after"]

    def frame(state: dict[str, Any]) -> Frame:
        index = int(within(state["image"], 0, count - 1, "The image"))
        line = within(state["line"], 0, 100, "The line")
        if state["left"] not in lefts:
            raise ValueError(f"On the left can be {' or '.join(lefts)}, and not {state['left']!r}.")
        now = {name: images[index] for name, images in pictures.items()}
        column = round(line / 100 * width)
        shown = torch.cat([now[state["left"]][..., :column], now["after"][..., column:]], dim=2)
        which = f"Picture {index + 1} of {count}. " if count > 1 else ""
        words = f"{which}Left of the line: {state['left']}; right of it: after.{_measured(now)}"
        return {"image": shown, "line": line, "count": count, "lefts": lefts, "words": words}

    def still(state: dict[str, Any]) -> str:
        now = {name: images[int(state["image"])] for name, images in pictures.items()}
        return side_by_side(now, f"Side by side, from left to right: {', '.join(now)}.{_measured(now)}")

    return Explorer("before_after", "Before and after", {"image": 0, "line": 50, "left": "before"}, frame, still)


def _batch(name: str, images: Any) -> torch.Tensor:
    """Floats (N, 3, H, W) in [-1, 1]."""
    images = torch.as_tensor(images).detach().cpu()
    images = images[None] if images.ndim == 3 else images
    if images.ndim != 4 or not len(images) or images.shape[1] != 3:
        raise ValueError(f"`{name}` must be pictures (N, 3, H, W) or one (3, H, W), and this is {(*images.shape,)}.")
    return images.float() if images.is_floating_point() else images.float() / 127.5 - 1


def _measured(now: dict[str, torch.Tensor]) -> str:
    if "truth" not in now:
        return ""
    off = [float((now[name] - now["truth"]).abs().mean()) for name in ("before", "after")]
    return f" From the truth each value was off by {off[0]:.3f} on average, and now by {off[1]:.3f}."
