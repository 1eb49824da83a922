"""Two tiny players in the middle of a training, and what can be watched of them; for questions 6 and 7."""

from __future__ import annotations

import torch
from torch import nn


def players(seed: int) -> tuple[nn.Module, nn.Module]:
    """Two tiny networks in the middle of a training: gradients of the step before are still lying about."""
    torch.manual_seed(seed)
    G = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Unflatten(1, (1, 4, 4)))
    D = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
    return G, D


def leave_gradients(network: nn.Module) -> None:
    for value in network.parameters():
        value.grad = torch.full_like(value, 0.3)


def count_backward(network: nn.Module) -> list[int]:
    """A list that grows by one at each backward pass through the network."""
    runs: list[int] = []
    next(network.parameters()).register_hook(lambda gradient: runs.append(1))
    return runs


class Optimiser(torch.optim.SGD):
    """Plain gradient descent that counts its moves."""

    def __init__(self, network: nn.Module):
        super().__init__(network.parameters(), lr=0.5)
        self.moves = 0

    def step(self, closure=None):
        self.moves += 1
        return super().step(closure)


def state(*networks: nn.Module) -> list[tuple[bool, bool]]:
    """Train or eval mode, and whether the weights can learn."""
    return [(n.training, all(value.requires_grad for value in n.parameters())) for n in networks]


MOVE_WHY = "look again at which loss it is, of which scores, and at the order of the three calls"


def cleared_too_late(network, loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss
