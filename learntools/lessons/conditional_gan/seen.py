"""What can be seen of a conditional network from outside, in words, so that any architecture will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import WrongKind
from learntools.core.plain import name as called
from learntools.lessons.simple_gan import networks

Build = Callable[[], nn.Module]


def shape_in_words(value: Tensor) -> str:
    return " × ".join(map(str, value.shape)) if value.ndim else "a single number"


def call(network: nn.Module, x: Tensor, y: Tensor) -> Any:
    """What the network gives back; WrongKind where its `forward` does not take two arguments."""
    try:
        return network(x, y)
    except TypeError as error:
        if "forward()" in str(error) and "argument" in str(error):
            raise WrongKind(
                "does not take two arguments. The players of this lesson are called with the labels too: the line of "
                "`forward` needs a `self`, the noise or the images, and `y`."
            ) from None
        raise


def output(network: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """The network's answer; WrongKind where it is nothing that could be trained."""
    value = call(network, x, y)
    if not isinstance(value, Tensor):
        raise WrongKind(
            f"gives back {called(value)} where a tensor is expected. Look at the last line of its `forward`: is there "
            "a `return`, and of one tensor?"
        )
    if not value.requires_grad:
        raise WrongKind(
            "gives back values that no weight can learn from: the way back to the weights is cut. Rounding, comparing, "
            "`argmax`, `.detach()` and `.data` all do that."
        )
    return value


def learns(network: nn.Module) -> bool:
    """Whether a backward pass has reached every weight."""
    found = [value.grad is not None for value in network.parameters()]
    return len(found) > 0 and all(found)


def value_range(build: Build, x: Tensor, y: Tensor, rounds: int) -> str:
    """The range of the values over a few fresh networks, with usual and with huge weights and inputs."""
    return networks.value_range(lambda: _At(build(), y), x, rounds)


class _At(nn.Module):
    """The network with its label held fixed."""

    def __init__(self, network: nn.Module, y: Tensor):
        super().__init__()
        self.network, self.y = network, y

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x, self.y)


def reaction(network: nn.Module, x: Tensor, y: Tensor, other_x: Tensor) -> dict[str, Any]:
    """What changes when one row of the input does, or one label; the network is in eval mode.

    Returns:
        input, label: whether a row's result follows its own input, and its own label.
        alone: whether no other row's result follows.
        repeats: whether the same call gives the same result again.
        labels: how many of the ten labels give a result of their own.
        code: whether a label is a mere name: a "number" would go on beyond 9.
    """
    with torch.no_grad():
        before, again = network(x, y), network(x, y)
        if before.ndim == 0 or len(before) != len(x):
            return {"input": False, "label": False, "alone": False, "repeats": True, "labels": 0, "code": ""}
        input_changes = _rows(before, network(torch.cat([other_x[:1], x[1:]]), y))
        label_changes = [_rows(before, network(x, _relabelled(y, row))) for row in (0, 3)]
        ten = network(x[:1].repeat_interleave(10, dim=0), torch.arange(10)).reshape(10, -1)
    alone = input_changes[1:].any() or label_changes[0][1:].any() or label_changes[1][[0, 1, 2, 4, 5]].any()
    different = [not any(torch.allclose(ten[i], ten[j], atol=1e-6) for j in range(i)) for i in range(10)]
    return {
        "input": bool(input_changes[0]),
        "label": bool(label_changes[1][3]),
        "alone": not bool(alone),
        "repeats": torch.allclose(before, again, atol=1e-6),
        "labels": sum(different),
        "code": _code(network, x) if label_changes[1][3] else "nothing",
    }


def _relabelled(y: Tensor, row: int) -> Tensor:
    """The same labels, but for one."""
    changed = y.clone()
    changed[row] = (changed[row] + 1) % 10
    return changed


def _rows(before: Tensor, after: Tensor) -> Tensor:
    return ~torch.isclose(before, after, atol=1e-6).reshape(len(before), -1).all(dim=1)


def _code(network: nn.Module, x: Tensor) -> str:
    """Labels that do not exist have no meaning to a code, and are refused; to a number they are just larger."""
    try:
        with torch.no_grad():
            first, second = (network(x, torch.full((len(x),), label)) for label in (57, 58))
    except Exception:  # whichever way the learner's network refuses
        return "a name"
    return "a name" if torch.allclose(first, second, atol=1e-6) else "a number"
