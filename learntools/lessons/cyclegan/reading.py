"""What two generators make of held-out emoji, in one word, measured on true pairs; for question 8.

The pairs serve for judging only: no training of this lesson ever sees which emoji belong together. No discriminator
judges here.

Five figures, each with what doing nothing gets on the 252 held-out pairs:
    outlines   share of a drawing's edges with something nearly black at most a pixel away: 0.09 in a, 0.84 in b
    round trip mean absolute difference of F(G(a)) to a, and of G(F(b)) to b, averaged; copying: 0
    near       mean absolute difference of G(a) to the same emoji by the other artist, divided by that of a; copying: 1
    filled     share of the square that G draws on: 0.61 in a, 0.33 in b; only asked for what is not near
    colour     saturation of what is drawn in G(a), divided by that in b; copying: 1.5

No single one would do. A copy makes perfect round trips, black scribbles look like outlines, and what is only drawn
smaller is nearer to the other artist's than one that is painted, too (0.59, blurred 0.59). Plain white is near enough
as well (0.77); it has no outlines. Nor does thickening whatever is dark outline anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.nn import functional

from learntools.models.cyclegan import zoomed

OUTLINES = 0.2  # at least this share of the edges in G(a); and
CLEARED = 0.3  # at most this share of those in F(b)
ROUND_TRIP = 0.22  # at most
NEAR = 0.85  # at most
COPIED, WHITE = 0.15, 0.1  # untrained: as near to what went in, at some size (0.10), and hardly anything is white
FULL = 0.45  # at most this share of the square is drawn on; in a 0.61, in b 0.33
COLOUR = (0.6, 1.6)  # at least, and at most: a's own is 1.5

TRANSLATED = "translated"


@dataclass(frozen=True)
class Reading:
    """The word by which results are compared, the sentence that a learner reads, and the figures."""

    word: str
    sentence: str
    near: float = float("nan")
    round_trip: float = float("nan")
    outlines: float = float("nan")
    left: float = float("nan")
    colour: float = float("nan")


def reading(made: Any, truth: Any) -> Reading:
    """The reading of what an answer made, beside the true images.

    Args:
        made: {"fake_b", "fake_a", "cycled_a", "cycled_b"}, images (N, 3, 32, 32).
        truth: {"a", "b"}, the pairs, of which `made` was made.
    """
    images = [made[key] for key in ("fake_b", "fake_a", "cycled_a", "cycled_b")]
    a, b = truth["a"], truth["b"]
    if not all(isinstance(x, Tensor) and x.shape == a.shape for x in images):
        return Reading("no images", "are no images of the right size")
    if not all(bool(x.isfinite().all()) for x in images):
        return Reading("not a number", "are not numbers everywhere")
    low, high = min(float(x.min()) for x in images), max(float(x.max()) for x in images)
    if low < -1.01 or high > 1.01:
        return Reading("out of range", f"run from {low:.3g} to {high:.3g}, expected from -1 to 1")
    if low >= 0:
        return Reading("from 0 to 1", f"run from {low:.3g} to {high:.3g}, expected from -1 to 1")
    fake_b, fake_a, cycled_a, cycled_b = images
    near = l1(fake_b, b) / l1(a, b)
    round_trip = (l1(cycled_a, a) + l1(cycled_b, b)) / 2
    figures = near, round_trip, outlined(fake_b), outlined(fake_a), saturation(fake_b) / saturation(b)
    filled = share(drawn(fake_b))
    if l1(fake_b, a) < 0.02 and l1(fake_a, b) < 0.02:
        return Reading("copies", "are the same images that went in", *figures)
    if _untrained(fake_b, a) or _untrained(fake_a, b):
        return Reading("untrained", "are nearly the images that went in", *figures)
    if share(fake_b.amin(dim=1) > 0.8) < 0.05:  # a third of every style's pixels is white and more
        return Reading("no emoji", "have hardly a white pixel, and emoji stand on white", *figures)
    if filled > 1.1 * share(drawn(a)) and share(drawn(fake_a)) < 0.9 * share(drawn(b)):
        said = "of a are drawn larger, and those of b smaller: it should be the other way"
        return Reading("exchanged", said, *figures)
    return Reading(*_words(*figures, filled), *figures)


def _untrained(fake: Tensor, x: Tensor) -> bool:
    """Whether nothing became white, as by a new network, and the rest is as it was, or only drawn at another size."""
    if share(fake.amin(dim=1) > 0.97) > WHITE:
        return False
    return any(l1(fake, zoomed(x, 1.04**step)) < COPIED for step in range(-13, 14))  # from 0.60 to 1.67


def _words(
    near: float, round_trip: float, outlines: float, left: float, colour: float, filled: float
) -> tuple[str, str]:
    if round_trip > ROUND_TRIP:
        return "lost", f"cannot be turned back: a round trip misses by {round_trip:.2f}, expected at most {ROUND_TRIP}"
    if near > NEAR and filled > FULL:
        return "not zoomed", f"fill {filled:.0%} of the square, and b leaves a margin: expected at most {FULL:.0%}"
    if outlines < OUTLINES:
        return "no outlines", f"have black at {outlines:.0%} of G's edges only, expected at least {OUTLINES:.0%}"
    if left > CLEARED:
        return "outlines left", f"still have black at {left:.0%} of F's edges, expected at most {CLEARED:.0%}"
    if near > NEAR:
        said = f"are {near:.2f} times as far from b's drawings as a's drawings are, expected at most {NEAR}"
        return "not near", said
    if not COLOUR[0] <= colour <= COLOUR[1]:
        bounds = f"expected {COLOUR[0]:.0%} to {COLOUR[1]:.0%}"
        return "other colours", f"have {colour:.0%} of the colour that the other artist uses, {bounds}"
    return TRANSLATED, f"are {near:.2f} times as far from b's drawings as a's drawings are"


def l1(x: Tensor, y: Tensor) -> float:
    """The mean absolute difference."""
    return float((x - y).abs().mean())


def drawn(x: Tensor) -> Tensor:
    """Where something is drawn: pixels (N, H, W) that are not nearly white."""
    return x.amin(dim=1) < 0.8


def outlined(x: Tensor) -> float:
    """The share of the edges, drawn pixels with an empty one beside them, that are nearly black, or beside what is.

    Nearly black is below -0.4 in all three colours. Without any edge the share is 0.
    """
    edges = drawn(x) & _grown(~drawn(x))
    return float((edges & _grown(x.amax(dim=1) < -0.4)).sum() / edges.sum().clamp(min=1))


def _grown(here: Tensor) -> Tensor:
    """Booleans (N, H, W) → true also in the eight neighbours of what is."""
    return functional.max_pool2d(here[:, None].float(), kernel_size=3, stride=1, padding=1)[:, 0] > 0


def share(here: Tensor) -> float:
    """The share of booleans that are true."""
    return float(here.float().mean())


def saturation(x: Tensor) -> float:
    """The mean distance between the strongest and the weakest of a pixel's three colours, in what is drawn."""
    there = drawn(x).float()
    return float(((x.amax(dim=1) - x.amin(dim=1)) * there).sum() / there.sum().clamp(min=1))
