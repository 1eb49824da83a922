"""Question 1: something in front of a picture."""

from __future__ import annotations

from typing import Any

import torch

from learntools.core import close, exercise, shape


def paste(picture, colour, alpha):
    """Where alpha is 1 the colour, where it is 0 the picture, and in between a mixture."""
    return picture * (1 - alpha) + colour * alpha


@exercise(answer="paste", points=1)
class q1:
    """Put a cover in front of a picture."""

    hints = [
        "Where `alpha` is 1 only the colour must be left, and where it is 0 only the picture. At a soft edge, where it "
        "is 0.25, the result is a quarter colour and three quarters picture.",
        "Two products, added up: `colour` times `alpha`, and `picture` times what is left, which is `1 - alpha`.",
    ]
    reference = paste
    praise = "Covered where alpha is 1, untouched where it is 0, and mixed along soft edges."

    def scenario(rng: Any):
        alpha = rng.uniform(2, 1, 5, 7)
        alpha[:, :, 1], alpha[:, :, 3] = 0.0, 1.0
        return {"picture": rng.images(2, 3, 5, 7), "colour": rng.images(2, 3, 5, 7), "alpha": alpha}

    def observe(answer: Any, s: Any):
        return {"result": answer(s.picture, s.colour, s.alpha)}

    expect = [
        shape("result", (2, 3, 5, 7), label="the result", why="a picture of the same size"),
        close("result", label="the result", why="look at alpha 0, at alpha 1, and at what is in between"),
    ]
    mistakes = {
        "the other way round": (
            lambda picture, colour, alpha: picture * alpha + colour * (1 - alpha),
            "`paste` shows the picture where the cover should be, and the cover everywhere else. `alpha` says how much "
            "is hidden: which of the two should have it as its factor?",
        ),
        "laid on top": (
            lambda picture, colour, alpha: picture + colour * alpha,
            "`paste` adds the cover to the picture, as light is added to light: what is behind shines through, and the "
            "values leave [-1, 1]. What must happen to the picture where it is hidden?",
        ),
        "the cover alone": (
            lambda picture, colour, alpha: colour * alpha,
            "`paste` shows the cover on grey: where `alpha` is 0 the picture should be seen, and it is missing. Which "
            "share of the picture is left beside a share `alpha` of colour?",
        ),
        "the hole alone": (
            lambda picture, colour, alpha: picture * (1 - alpha),
            "`paste` cuts the hole into the picture and leaves it empty. The second half of the work is missing: the "
            "colour, in just the share that was cut out.",
        ),
        "all or nothing": (
            lambda picture, colour, alpha: torch.where(alpha > 0.5, colour, picture),
            "`paste` takes either the colour or the picture, so soft edges become hard steps. Between 0 and 1 `alpha` "
            "is a share: mix the two.",
        ),
        "whatever is touched": (
            lambda picture, colour, alpha: torch.where(alpha > 0, colour, picture),
            "`paste` hides every pixel that the cover only touches, and so makes each wire thicker. Where `alpha` is a "
            "quarter, three quarters of the picture are still to be seen.",
        ),
        "half and half": (
            lambda picture, colour, alpha: torch.where(alpha > 0, (picture + colour) / 2, picture),
            "`paste` mixes both in equal parts wherever there is a cover. How much of each is to be seen says `alpha`, "
            "pixel by pixel.",
        ),
        "clipped at 0": (
            lambda picture, colour, alpha: (picture * (1 - alpha) + colour * alpha).clamp(0, 1),
            "`paste` mixes rightly, and then clips everything below 0. In this course black is -1: all that was darker "
            "than mid-grey is lost. A mixture of two values in range needs no clipping.",
        ),
    }
