"""Small instruments for writing `observe`: gradients, who moved, what is in a network.

None of them raises because of what a learner's answer returned: a loss that is not connected to an input has the
gradient `None`, and that is an observation like any other.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def leaf(value: torch.Tensor) -> torch.Tensor:
    """A copy of `value` that collects a gradient."""
    return value.detach().clone().requires_grad_()


def grad(output: Any, source: torch.Tensor) -> torch.Tensor | None:
    """d sum(output) / d source, or `None` where the output does not depend on the source (or is no tensor)."""
    if not isinstance(output, torch.Tensor) or not output.requires_grad:
        return None
    (result,) = torch.autograd.grad(output.sum(), source, retain_graph=True, allow_unused=True)
    return result


def weights(network: nn.Module) -> dict[str, torch.Tensor]:
    """A copy of every parameter, by name."""
    return {name: value.detach().clone() for name, value in network.named_parameters()}


def moved(before: dict[str, torch.Tensor], network: nn.Module) -> bool:
    """Whether any parameter differs from the copy that `weights` took."""
    return any(not torch.equal(before[name], value) for name, value in network.named_parameters() if name in before)


def travel(before: dict[str, torch.Tensor], network: nn.Module) -> torch.Tensor:
    """Every parameter's change since `weights`, as one flat vector."""
    parts = [(value.detach() - before[name]).flatten() for name, value in network.named_parameters() if name in before]
    return torch.cat(parts) if parts else torch.zeros(0)


def gradients(network: nn.Module) -> torch.Tensor | None:
    """The `.grad` of every parameter as one flat vector (zeros where one has none), `None` where none has any."""
    if all(value.grad is None for value in network.parameters()):
        return None
    return torch.cat(
        [(torch.zeros_like(v) if v.grad is None else v.grad).detach().flatten() for v in network.parameters()]
    )


def layers(network: nn.Module) -> list[str]:
    """The class names of the network's leaves, in order of registration."""
    return [type(module).__name__ for module in network.modules() if not any(module.children())]
