"""Four tiny players in the middle of a training; for questions 3 to 5 and 7.

They are called as a learner's are: G(a), F(b), D_a(a), D_b(b). Images are (N, 3, 5, 6), and no two networks are alike.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import gradients
from learntools.losses import least_squares_discriminator_loss, least_squares_generator_loss


class Translator(nn.Module):
    """Images (N, 3, H, W) → images of the same size."""

    def __init__(self, width: int):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.Tanh(), nn.Conv2d(width, 3, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def judge(width: int) -> nn.Module:
    """Images (N, 3, H, W) → scores (N, 1, H - 2, W - 2), one for each patch."""
    return nn.Sequential(nn.Conv2d(3, width, 3), nn.LeakyReLU(0.2), nn.Conv2d(width, 1, 1))


def players(seed: int) -> tuple[nn.Module, nn.Module, nn.Module, nn.Module]:
    """G, F, D_a and D_b with weights from this seed."""
    torch.manual_seed(seed)
    return Translator(5), Translator(4), judge(4), judge(5)


def l1(x: Tensor, y: Tensor) -> Tensor:
    return (x - y).abs().mean()


def there_and_back(G, F, a, b):
    return l1(F(G(a)), a) + l1(G(F(b)), b)


def left_alone(G, F, a, b):
    return l1(G(b), b) + l1(F(a), a)


adversarial = least_squares_generator_loss
refuse = least_squares_discriminator_loss


def clean(*networks: nn.Module) -> bool:
    """Whether no backward pass has left anything in these networks."""
    return all(gradients(network) is None for network in networks)


def slope(loss: Any, network: nn.Module) -> Tensor | None:
    """The gradient of a loss by all weights of a network as one vector, `None` where it depends on none of them."""
    if not isinstance(loss, Tensor) or not loss.requires_grad:
        return None
    found = torch.autograd.grad(loss.sum(), list(network.parameters()), retain_graph=True, allow_unused=True)
    if all(value is None for value in found):
        return None
    pairs = zip(found, network.parameters(), strict=True)
    return torch.cat([(torch.zeros_like(weight) if value is None else value).flatten() for value, weight in pairs])
