"""Known mistakes of trained networks: the course's own network, with what goes in or comes out changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from learntools.lessons.remembered import handed_out, remembered


def changed(trained: handed_out[Any]) -> Callable[..., nn.Module]:
    """A maker of networks that give the trained one's images, changed on the way.

    The maker takes `after`, (images, input) → other images, and `before`, input → another input. A diagnosis asks every
    known mistake for the same images: the trained network makes them once.
    """
    made = remembered(lambda x: trained.kept()(x), kept=8)

    class Changed(nn.Module):
        def __init__(
            self,
            after: Callable[[Tensor, Tensor], Tensor] = lambda y, x: y,
            before: Callable[[Tensor], Tensor] = lambda x: x,
        ):
            super().__init__()
            self.after, self.before = after, before

        def forward(self, x: Tensor) -> Tensor:
            return self.after(made(self.before(x)), x)

    return Changed
