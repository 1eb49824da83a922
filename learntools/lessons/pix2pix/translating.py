"""Question 7: which parts of G are in train mode at test time? Judged by what changes from call to call."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import close, exercise, true


def translate(G, x):
    """G's translation of x, with dropout on and everything else as for use; G is left in the mode it was in."""
    was = G.training
    G.eval()
    for module in G.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    y = G(x)
    G.train(was)
    return y


def network(seed: int, dropout: bool = True) -> nn.Module:
    """A tiny G in the middle of its training: its norms have seen some images."""
    torch.manual_seed(seed)
    inner = nn.Sequential(
        nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), *([nn.Dropout(0.5)] if dropout else []), nn.ReLU()
    )
    G = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.LeakyReLU(0.2), inner, nn.Conv2d(4, 3, 1))
    with torch.no_grad():
        for _ in range(20):
            G(1.5 * torch.randn(4, 3, 6, 5) + 0.5)
    return G


def _with(G, x, *, dropout=True, norm=False, back=True, run=None):
    """`translate` with dropout and norms in these modes."""
    was = G.training
    G.eval()
    for module in G.modules():
        if isinstance(module, nn.Dropout):
            module.train(dropout)
        if isinstance(module, nn.BatchNorm2d):
            module.train(norm)
    y = (run or (lambda x: G(x)))(x)
    if back:
        G.train(was)
    return y


def _always_back_to_train(G, x):
    y = _with(G, x, back=False)
    G.train()
    return y


def _everything_on(G, x):
    was = G.training
    G.train()
    y = G(x)
    G.train(was)
    return y


def _removed(G, x):
    """Dropout's modules are told never to drop, for good."""
    for module in G.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return _with(G, x)


def _calls(answer: Any, G: nn.Module, x: Tensor, seed: int) -> Any:
    torch.manual_seed(seed)
    return answer(G, x)


def _watch(answer: Any, s: Any, training: bool) -> dict[str, Any]:
    """What `answer` does with a G that is in this mode, and in which mode it leaves it."""
    G = network(s.seed).train(training)
    buffers = [value.clone() for value in G.buffers()]
    one, again = _calls(answer, G, s.x, 1), _calls(answer, G, s.x, 2)
    left = [module.training for module in G.modules()]
    G.train(training)
    among = [_calls(answer, G, torch.cat([s.x[:1], rest]), 3) for rest in (s.x[1:], s.others)]
    tensors = all(isinstance(value, Tensor) and value.shape == s.x.shape for value in (one, again, *among))
    return {
        "varies": tensors and not torch.allclose(one, again),
        "alone": tensors and torch.allclose(among[0][0], among[1][0], atol=1e-5),
        "statistics": all(torch.equal(a, b) for a, b in zip(buffers, G.buffers(), strict=True)),
        "as_found": left == [training] * len(left),
        "left": left,
        "drops": [module.p for module in G.modules() if isinstance(module, nn.Dropout)],
    }


@exercise(answer="translate", points=3, pure=False)
class q7:
    """Translate with dropout on and the norms at rest."""

    hints = [
        "`G.eval()` puts every part of G into eval mode. Then a single kind of part goes back into train mode: "
        "`G.modules()` gives them all, one by one.",
        "`isinstance(module, nn.Dropout)` finds the ones to switch on, with `module.train()`. Before all that, keep "
        "`G.training`; at the end `G.train(...)` puts it back.",
    ]
    reference = translate
    praise = "Dropout gives the chance, the norms keep to what they learned, and G is as you found it."

    def scenario(rng: Any):
        return {"x": rng.images(3, 3, 6, 5), "others": rng.images(2, 3, 6, 5), "seed": rng.seed()}

    def observe(answer: Any, s: Any):
        training, resting = (_watch(answer, s, mode) for mode in (True, False))
        both = {name: training[name] and resting[name] for name in ("varies", "alone", "statistics", "as_found")}
        return both | {
            "calm": answer(network(s.seed, dropout=False), s.x),
            "rested": answer(network(s.seed, dropout=False).eval(), s.x),
            "drops": training["drops"],
            "left": training["left"] + resting["left"],
        }

    expect = [
        true("varies", share=2.5, why="with dropout on, two translations of the same `x` differ"),
        true("alone", share=1, why="an image's translation must not depend on the other images of the batch"),
        true("statistics", share=0.5, why="the norms must not learn from the images that they are used on"),
        close("calm", share=1, label="the translation by a network without dropout"),
        close("rested", share=0.5, label="the translation by a network without dropout, found in eval mode"),
        true("as_found", share=1.5, why="every part of G must be left in the mode in which it was found"),
        close("drops", share=0, label="how often dropout drops", why="the layers must stay as they are"),
    ]
    mistakes = {
        "as it was found": (
            lambda G, x: G(x),
            "`translate` uses G in whatever mode it happens to be. In train mode the norms take their statistics from "
            "the batch, so an image changes with its neighbours. Say which mode each kind of part should be in.",
        ),
        "all in train mode": (
            _everything_on,
            "`translate` puts all of G into train mode, as the paper does with single images. With several, each is "
            "normalised by its neighbours, and the norms go on learning: only dropout should be on.",
        ),
        "all in eval mode": (
            lambda G, x: _with(G, x, dropout=False),
            "When `translate` runs G, no dropout is on, so the same drawing always gets the same colours. Was it never "
            "switched on, switched off again by a later line, or does it sit deeper inside than you looked?",
        ),
        "the wrong kind": (
            lambda G, x: _with(G, x, dropout=False, norm=True),
            "`translate` leaves the norms in train mode and switches dropout off: just the other way round. Which of "
            "the two should bring chance, and which should rest?",
        ),
        "left in eval mode": (
            lambda G, x: _with(G, x, back=False),
            "`translate` gives the right images, but G stays in the modes into which you have put it. A training that "
            "goes on afterwards would have its norms at rest. Note the mode first, and put it back.",
        ),
        "always back to train": (
            _always_back_to_train,
            "`translate` ends with G in train mode, whatever it was in before. A G that was in eval mode comes back "
            "changed: note the mode before you touch it.",
        ),
        "noise on the result": (
            lambda G, x: _with(G, x, dropout=False) + 0.1 * torch.randn_like(x),
            "`translate` scatters noise over the finished image. Chance should come from within, where G decides what "
            "to paint: from its dropout layers.",
        ),
        "noise on the drawing": (
            lambda G, x: _with(G, x + 0.1 * torch.randn_like(x), dropout=False),
            "`translate` blurs the drawing itself with noise, which G then tries to colour. Leave `x` as it is; chance "
            "should come from G's dropout layers.",
        ),
        "dropout on the drawing": (
            lambda G, x: _with(G, nn.functional.dropout(x, 0.5, training=True), dropout=False),
            "`translate` drops pixels of the drawing, and leaves G's own dropout off. The layers are in G already: "
            "switch those on, and give them the drawing as it is.",
        ),
        "dropout taken out": (
            _removed,
            "`translate` sets the probability of G's dropout layers to 0, for good: G has lost its chance, here and in "
            "the training that follows. Leave the layers as they are and choose their mode.",
        ),
    }
