"""Question 2: the enlargement that costs nothing, plus what the network finds is missing in it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from learntools.core import close, exercise, gradients, shape, true
from learntools.data import enlarge


def enlarged(network, x):
    """Bicubic enlargement plus what the network adds."""
    return enlarge(x) + network(x)


def _torchs_own(network, x):
    """torch's other bicubic kernel, a little harder."""
    return F.interpolate(x, scale_factor=4, mode="bicubic", align_corners=False) + network(x)


class Adds(nn.Module):
    """Images (N, 3, H, W), of any size → something four times as large, of about the size of what is missing."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3 * 16, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return 0.7 * F.pixel_shuffle(self.conv(x), 4)


def adds(seed: int) -> Adds:
    torch.manual_seed(seed)
    return Adds()


def _smaller(y: Tensor) -> Tensor:
    return F.interpolate(y, scale_factor=0.25, mode="area")


@exercise(answer="enlarged", points=2)
class q2:
    """A bicubic enlargement, plus what a network adds to it."""

    hints = [
        "Two images of the same size, one from `data.enlarge`, one from the network. Both start from the same `x`.",
        "Nothing else is needed: no limits, no weights. It fits on one line.",
    ]
    reference = enlarged
    also = [_torchs_own]
    praise = "The enlargement carries the colours, and the network is left with the edges."

    def scenario(rng: Any):
        x = rng.images(2, 3, 4, 5)
        x[:, :, 1:3, 1:3] = 1.0  # white next to something else: bicubic shoots beyond 1 there
        return {"x": x, "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        network = adds(s.seed)
        y = answer(network, s.x)
        mode_kept = all(module.training for module in network.modules())
        learns = isinstance(y, Tensor) and y.requires_grad
        if learns:
            y.square().sum().backward()
        found = gradients(network)
        return {"y": y, "learns": learns and found is not None, "d_network": found, "mode_kept": mode_kept}

    expect = [
        shape("y", (2, 3, 16, 20), why="four times as large as `x`", label="the result"),
        close("y", share=2, label="the result"),
        true("learns", share=0, why="the network must get a gradient, or it cannot learn what is missing"),
        close("d_network", share=1, label="the gradient of the network's weights"),
        true("mode_kept", share=0, why="the network must stay in the mode that it came in"),
    ]
    mistakes = {
        "network alone": (
            lambda network, x: network(x),
            "`enlarged` is what the network makes, and nothing else. Then it must draw the whole image, colours and "
            "all, when an enlargement that costs nothing is nearly right already. Add the two.",
        ),
        "enlargement alone": (
            lambda network, x: enlarge(x),
            "`enlarged` is the bicubic enlargement, and the network is never asked. It should say what is missing in "
            "that: add what it gives for `x`.",
        ),
        "nearest": (
            lambda network, x: enlarge(x, how="nearest") + network(x),
            "`enlarged` starts from large square pixels. The network would first have to smooth the steps away; the "
            "bicubic enlargement, which `data.enlarge` gives by itself, is nearer to the truth.",
        ),
        "bilinear": (
            lambda network, x: F.interpolate(x, scale_factor=4, mode="bilinear", align_corners=False) + network(x),
            "`enlarged` starts from a bilinear enlargement, which is blurred more than it must be. Take the bicubic "
            "one: `data.enlarge` gives it.",
        ),
        "subtracted": (
            lambda network, x: enlarge(x) - network(x),
            "`enlarged` takes away what the network gives. It could learn to give the opposite, but the course's "
            "networks say what is missing: what is missing is added.",
        ),
        "averaged": (
            lambda network, x: (enlarge(x) + network(x)) / 2,
            "`enlarged` halves the sum, so the enlargement comes at half its strength, pale and grey. What the network "
            "adds goes on top of the whole enlargement.",
        ),
        "multiplied": (
            lambda network, x: enlarge(x) * network(x),
            "`enlarged` multiplies the two. A network that gives 0, because nothing is missing, would then wipe the "
            "image out. Which operation leaves the image as it is in that case?",
        ),
        "cut off": (
            lambda network, x: (enlarge(x) + network(x)).clamp(-1, 1),
            "`enlarged` cuts the values off at -1 and 1. For looking that is fine, but a pixel that has been cut off "
            "has no gradient, so the network never learns about it. Leave that for the end.",
        ),
        "enlargement cut off": (
            lambda network, x: enlarge(x).clamp(-1, 1) + network(x),
            "`enlarged` cuts the enlargement off before it adds. Here the sum of both is asked for as it comes; limits "
            "have their place at the very end, when an image is shown.",
        ),
        "through a tanh": (
            lambda network, x: torch.tanh(enlarge(x) + network(x)),
            "`enlarged` sends the sum through a tanh. White paper, 1, then comes out as 0.76, and the network spends "
            "its strength on undoing that. The bare sum is what is wanted.",
        ),
        "enlarged before the network": (
            lambda network, x: enlarge(x) + _smaller(network(enlarge(x))),
            "`enlarged` gives the network the enlargement to look at. It then works on sixteen times as many pixels, "
            "which is slow; it is made to see the small `x` itself.",
        ),
        "network's result enlarged": (
            lambda network, x: enlarge(_smaller(network(x))) + enlarge(x),
            "`enlarged` shrinks what the network gives and enlarges it again, so its fine detail is lost. It has the "
            "right size as it comes.",
        ),
        "eval mode": (
            lambda network, x: enlarge(x) + network.eval()(x),
            "`enlarged` sets the network to eval mode and leaves it there, so that whoever trains it afterwards trains "
            "another network than they think. The mode is not yours to choose here: just call `network(x)`.",
        ),
        "network cut off": (
            lambda network, x: enlarge(x) + network(x).detach(),
            "`enlarged` gives the right image, but what the network adds is detached: no gradient finds its way back, "
            "and the network never learns. Nothing is to be cut off here.",
        ),
    }
