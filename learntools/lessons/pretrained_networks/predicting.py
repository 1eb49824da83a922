"""Question 5: ask a network without changing it: eval mode, no graph, and everything as it was found."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import close, exercise, true


def predict(network, x):
    """The network's logits for x, in eval mode and without a graph; its mode is as before afterwards."""
    was_training = network.training
    network.eval()
    with torch.no_grad():
        logits = network(x)
    network.train(was_training)
    return logits


class _Log(list):
    """What a network noted; a copy of the network writes into the same one."""

    def __deepcopy__(self, memo: Any) -> _Log:
        return self


class Guesser(nn.Module):
    """A tiny classifier with the two layers that behave differently in training: batch norm and dropout."""

    def __init__(self):
        super().__init__()
        self.look = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Dropout(0.5))
        self.head = nn.Linear(6, 4)
        self.calls = _Log()  # per call: were gradients on?
        self.modes = _Log()  # modes that it was told, and per call, the mode that it was in

    def train(self, mode: bool = True) -> Guesser:
        self.modes.append(("told", "training" if mode else "eval"))
        super().train(mode)
        return self

    def forward(self, x: Tensor) -> Tensor:
        self.calls.append(torch.is_grad_enabled())
        self.modes.append(("asked", _mode(self)))
        return self.head(self.look(x).mean(dim=(2, 3)))


def _mode(network: nn.Module) -> str:
    """`training` or `eval`; where the layers are not all of one mode, the network's own flag with a star."""
    own = "training" if network.training else "eval"
    return own if all(layer.training == network.training for layer in network.modules()) else f"{own}*"


def _while_asked(log: list[tuple[str, str]]) -> str:
    """The mode at the first call; `left` where it was eval mode and had been left again."""
    place = next((i for i, (what, _) in enumerate(log) if what == "asked"), None)
    if place is None:
        return ""
    mode = log[place][1]
    return "left" if mode == "training" and ("told", "eval") in log[:place] else mode


def _guesser(seed: int) -> Guesser:
    torch.manual_seed(seed)
    network = Guesser()
    norm: Any = network.look[1]
    with torch.no_grad():  # as after a training: far from what a single batch would give
        norm.running_mean.normal_(0, 0.5)
        norm.running_var.uniform_(0.3, 2)
    return network


def _state(network: nn.Module) -> list[Tensor]:
    return [value.detach().clone() for value in network.state_dict().values()]


def _same(before: list[Tensor], network: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(before, network.state_dict().values(), strict=True))


def _predict(network, x, *, eval_mode=True, grad=False, back="as found", after=lambda logits: logits):
    """`predict` with one thing done differently."""
    was_training = network.training
    if eval_mode:
        network.eval()
    with torch.set_grad_enabled(grad):
        logits = network(x)
    if back == "as found":
        network.train(was_training)
    elif back == "train":
        network.train()
    return after(logits)


def _grad_off(network, x):
    torch.set_grad_enabled(False)
    return _predict(network, x)


def _frozen(network, x):
    network.requires_grad_(False)
    return _predict(network, x, grad=True)


def _too_soon(network, x):
    was_training = network.training
    network.eval()
    network.train(was_training)
    return _predict(network, x, eval_mode=False)


def _flag_back(network, x):
    was_training = network.training
    logits = _predict(network, x, back="never")
    network.training = was_training
    return logits


def _flag_alone(network, x):
    was_training = network.training
    network.training = False
    logits = _predict(network, x, eval_mode=False, back="never")
    network.training = was_training
    return logits


@exercise(answer="predict", points=3)
class q5:
    """A network's logits, asked for without teaching it anything."""

    hints = [
        "Three things around one call: `network.eval()` before it, `with torch.no_grad():` around it, and the mode as "
        "it was after it. `network.training` says whether the network is in training mode.",
        "Remember `network.training` in a variable before you change the mode. `network.train(True)` and "
        "`network.train(False)` set either mode.",
    ]
    reference = predict
    praise = "The same answer each time, no memory spent on gradients, and the network as you found it."

    def scenario(rng: Any):
        return {"x": rng.images(3, 3, 6, 5), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        learning, resting = _guesser(s.seed).train(), _guesser(s.seed).eval()
        before = _state(learning)
        learning.modes.clear()
        logits = answer(learning, s.x)
        on = torch.is_grad_enabled()
        with torch.enable_grad():
            rested = answer(resting, s.x)
        asked = len(learning.calls) > 0 and len(resting.calls) > 0
        tied = any(isinstance(value, Tensor) and value.requires_grad for value in (logits, rested))
        return {
            "logits": logits,
            "rested": rested,
            "statistics": asked and _same(before, learning),
            "tied": tied,
            "while asked": _while_asked(learning.modes),
            "afterwards": _mode(learning),
            "no graph": asked and not tied and not any(learning.calls),
            "still training": asked and all(module.training for module in learning.modules()),
            "still resting": asked and not any(module.training for module in resting.modules()),
            "can learn": asked and all(p.requires_grad for p in learning.parameters()),
            "grad mode": on,
        }

    expect = [
        close("logits", share=2.5, label="what comes out of a network that was in training mode"),
        close("rested", share=1.5, label="what comes out of a network that was in eval mode"),
        true("statistics", share=0.5, why="asking must not change what the network has remembered of its training"),
        true("no graph", share=1.5, why="nothing may be noted down for gradients while the network runs"),
        true(
            "still training",
            share=0.75,
            why="a network that was in training mode must be in it again, and all layers in it",
        ),
        true(
            "still resting",
            share=0.75,
            why="a network that was in eval mode must be in it afterwards, and all layers in it",
        ),
        true("can learn", share=0, why="the network's weights must be as able to learn as before"),
        true("grad mode", share=0, why="gradients must be on again after the call, for whoever trains next"),
    ]
    mistakes = {
        "just called": (
            lambda network, x: network(x),
            "`predict` calls the network as a training would: dropout throws numbers away, batch norm learns from your "
            "picture, and a graph is kept. Both the mode and the gradients need a word.",
        ),
        "no eval mode": (
            lambda network, x: _predict(network, x, eval_mode=False),
            "`predict` spares the gradients, but the network may still be in training mode: then dropout makes the "
            "answer a matter of luck, and batch norm learns from your picture. Which method switches the mode?",
        ),
        "with a graph": (
            lambda network, x: _predict(network, x, grad=True),
            "`predict` minds the mode, but while the network runs, PyTorch notes everything down for gradients that "
            "nobody will ask for. `torch.no_grad()` on a line of its own does nothing: it needs `with` before it, and "
            "the call indented below it.",
        ),
        "cut off afterwards": (
            lambda network, x: _predict(network, x, grad=True, after=lambda logits: logits.detach()),
            "`predict` lets PyTorch build the whole graph and throws it away afterwards. The memory is needed all the "
            "same: switch gradients off *while* the network runs.",
        ),
        "eval mode and nothing else": (
            lambda network, x: _predict(network, x, grad=True, back="never"),
            "`predict` switches to eval mode and leaves it at that: a graph is kept, and a network that was being "
            "trained would go on in the wrong mode. Two things are missing.",
        ),
        "left in eval mode": (
            lambda network, x: _predict(network, x, back="never"),
            "`predict` leaves the network in eval mode. If you ask in the middle of a training, the rest of it runs "
            "without dropout. Remember the mode before you change it, and set it back.",
        ),
        "only its own flag set back": (
            _flag_back,
            "`predict` sets back `training` of the network alone, while every layer in it has a flag of its own. "
            "`eval()` has changed all of them, and dropout stays off: `network.train(...)` reaches all again.",
        ),
        "only its own flag": (
            _flag_alone,
            "`predict` sets `training` of the network alone, and the layers in it, dropout and batch norm among them, "
            "go on in training mode. `network.eval()` reaches every layer.",
        ),
        "back too soon": (
            _too_soon,
            "`predict` does switch to eval mode, and leaves it again before the network is asked. Set the mode back "
            "after the call: keep the logits in a variable, and return them last.",
        ),
        "always back to training": (
            lambda network, x: _predict(network, x, back="train"),
            "`predict` always ends in training mode, so a network that was finished and in eval mode is so no more, "
            "and the next answer is a matter of luck. Set back the mode that you found.",
        ),
        "gradients off for good": (
            _grad_off,
            "`predict` switches gradients off and never on again, so whatever is trained next learns nothing. `with` "
            "switches something off for the lines below it only.",
        ),
        "weights frozen": (
            _frozen,
            "`predict` freezes the network's weights to save the graph, and they stay frozen: no training will move "
            "them. Leave the weights alone, and switch gradients off around the call.",
        ),
        "probabilities": (
            lambda network, x: _predict(network, x, after=lambda logits: logits.softmax(dim=1)),
            "`predict` gives probabilities. That comes later, and would be done twice then: return the logits as they "
            "come out of the network.",
        ),
        "the best class only": (
            lambda network, x: _predict(network, x, after=lambda logits: logits.argmax(dim=1)),
            "`predict` gives only the place of the highest logit. How sure the network is, and what comes second, is "
            "lost: return all logits as they are.",
        ),
    }
