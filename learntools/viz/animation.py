"""The samples of a training as a small GIF: how noise becomes clothes, in a few seconds.

    animation = Animation("my_training.gif", seconds=60)
    animation.keep(pixels, elapsed)     # whenever animation.due(elapsed)
    print(animation.write())

`LivePreview(seconds, animation="my_training.gif")` does all of this.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

FRAMES = 60
WIDTH = 320  # pixels
_AIM = 40  # frames, so that a training that lasts longer than it should need not be thinned at once
_EACH, _LAST = 150, 2000  # milliseconds that a frame stays; the last one is looked at


class Animation:
    """Frames, at most 60 and at most 320 pixels wide, of a training of about `seconds`.

    Raises:
        ValueError: `path` does not end in .gif, or its folder does not exist: said before the training, not after it.
    """

    def __init__(self, path: str | os.PathLike[str], seconds: float):
        self.path = Path(path).expanduser()
        if self.path.suffix.lower() != ".gif":
            raise ValueError(f"An animation is a GIF file: give a name that ends in .gif, not {str(path)!r}.")
        if not self.path.parent.is_dir():
            raise ValueError(f"There is no folder {self.path.parent} to write the animation into. Make it first.")
        self.frames: list[Any] = []
        self._gap = max(seconds / _AIM, 0.05)
        self._next = 0.0

    def due(self, elapsed: float) -> bool:
        """Whether it is time for another frame, `elapsed` seconds into the training."""
        return elapsed >= self._next

    def keep(self, pixels: Any, elapsed: float) -> None:
        """Keep a frame.

        Args:
            pixels: (H, W) or (H, W, 3) of uint8.
            elapsed: seconds of training so far.
        """
        from PIL import Image

        frame = Image.fromarray(pixels)
        size = self.frames[0].size if self.frames else frame.size
        if size[0] > WIDTH:
            size = WIDTH, max(1, round(size[1] * WIDTH / size[0]))
        self.frames.append(frame if frame.size == size else frame.resize(size, Image.Resampling.LANCZOS))
        if len(self.frames) > FRAMES:  # every other one goes, the first and the last stay
            self.frames = self.frames[::2]
            self._gap *= 2
        self._next = elapsed + self._gap

    def write(self) -> str:
        """Write the file, and say in one sentence where it is, or why it is not there."""
        if not self.frames:
            return f"There is nothing to animate, so {self.path} was not written."
        first, *others = self.frames
        durations = [_EACH] * len(others) + [_LAST]
        try:
            first.save(self.path, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
            size = self.path.stat().st_size
        except OSError as error:
            return f"The animation could not be written to {self.path}: {error.strerror or error}."
        return f"The animation is in {self.path}: {len(self.frames)} frames, {max(size // 1000, 1)} kB."
