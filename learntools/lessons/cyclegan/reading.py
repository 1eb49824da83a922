"""What two generators make of held-out emoji, in one word, measured on true pairs; for question 8.

The pairs serve for judging only: no training of this lesson ever sees which emoji belong together. No discriminator
judges here.

Four figures, each with what doing nothing gets on the 252 held-out pairs:
    outlines   share of nearly black pixels: 0.016 in a, 0.082 in b, whose artist draws black outlines
    round trip mean absolute difference of F(G(a)) to a, and of G(F(b)) to b, averaged; copying: 0
    near       mean absolute difference of G(a) to the same emoji by the other artist, divided by that of a; copying: 1
    colour     saturation of G(a), divided by that of b; copying: 1.4

No single one would do. A copy makes perfect round trips, black scribbles look like outlines, and what is pale or
blurred is as near to the other artist's drawing as a copy (1.05 to 1.09): being near only refuses what is far off.
Thickening whatever is dark passes all but the last: it blackens thin lines, and makes everything else too colourful.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

OUTLINES = 0.024  # at least this share of nearly black pixels in G(a); and
CLEARED = 0.04  # at most this share left in F(b)
ROUND_TRIP = 0.22  # at most
NEAR = 1.2  # at most
COLOUR = (0.6, 1.5)  # at least, and at most

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
    figures = near, round_trip, dark(fake_b), dark(fake_a), saturation(fake_b) / saturation(b)
    if l1(fake_b, a) < 0.02 and l1(fake_a, b) < 0.02:
        return Reading("copies", "are the same images that went in", *figures)
    if float((fake_b.amin(dim=1) > 0.8).float().mean()) < 0.05:  # a third of every style's pixels is white and more
        return Reading("no emoji", "have hardly a white pixel, and emoji stand on white", *figures)
    if dark(fake_b) < 0.8 * dark(a) and dark(fake_a) > dark(b):
        return Reading("exchanged", "of a lose their dark lines, and those of b gain some: it should be the other way")
    return Reading(*_words(*figures), *figures)


def _words(near: float, round_trip: float, outlines: float, left: float, colour: float) -> tuple[str, str]:
    if round_trip > ROUND_TRIP:
        return "lost", f"cannot be turned back: a round trip ends {round_trip:.2f} away, expected at most {ROUND_TRIP}"
    if outlines < OUTLINES:
        said = f"have too few outlines: {outlines:.1%} of the pixels of G(a) are nearly black, expected {OUTLINES:.1%}"
        return "no outlines", said
    if left > CLEARED:
        said = (
            f"keep too many outlines: {left:.1%} of the pixels of F(b) are nearly black, expected {CLEARED:.0%} at most"
        )
        return "outlines left", said
    if near > NEAR:
        said = f"are {near:.2f} times as far from the other artist's as no translation, expected at most {NEAR}"
        return "not near", said
    if not COLOUR[0] <= colour <= COLOUR[1]:
        bounds = f"expected {COLOUR[0]:.0%} to {COLOUR[1]:.0%}"
        return "other colours", f"have {colour:.0%} of the colour that the other artist uses, {bounds}"
    return TRANSLATED, f"are {near:.2f} times as far from the other artist's as no translation"


def l1(x: Tensor, y: Tensor) -> float:
    """The mean absolute difference."""
    return float((x - y).abs().mean())


def dark(x: Tensor) -> float:
    """The share of nearly black pixels: below -0.4 in all three colours."""
    return float((x.amax(dim=1) < -0.4).float().mean())


def saturation(x: Tensor) -> float:
    """The mean distance between the strongest and the weakest of a pixel's three colours."""
    return float((x.amax(dim=1) - x.amin(dim=1)).mean())
