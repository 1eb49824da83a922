"""Question 4: a fresh network from the file alone, which gives the very same images."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import nn

from learntools.core import close, equal, exercise, true
from learntools.lessons.your_own_application.files import settings_in
from learntools.lessons.your_own_application.saving import save
from learntools.lessons.your_own_application.small import build as small
from learntools.lessons.your_own_application.small import trained


def load(file, build):
    """The network in a file: built with the settings that it holds, with all its tensors, in eval mode."""
    from safetensors.torch import load_file

    network = build(**settings_in(file))
    network.load_state_dict(load_file(file))
    return network.eval()


def _load(file, build, *, keep=lambda name: True, change=lambda value: value):
    from safetensors.torch import load_file

    network = build(**settings_in(file))
    tensors = {name: change(value) for name, value in load_file(file).items() if keep(name)}
    network.load_state_dict(tensors, strict=False)
    return network.eval()


def _still_training(file, build):
    return load(file, build).train()


def _own_settings(file, build):
    from safetensors.torch import load_file

    network = build()
    network.load_state_dict(load_file(file))
    return network.eval()


def _tensors(file, build):
    from safetensors.torch import load_file

    return load_file(file)


def _keys(file, build):
    from safetensors.torch import load_file

    return build(**settings_in(file)).eval().load_state_dict(load_file(file))


@exercise(answer="load", points=2)
class q4:
    """Bring a network back from its file, as it was."""

    hints = [
        "Three steps: build a network with the settings in the file, give it the tensors in the file, and say that it "
        "is to be used, not trained. What does the function return?",
        "`settings_in(file)` is a dictionary, and `build(**…)` takes it. `load_file(file)` reads the tensors for "
        "`load_state_dict`. Then set eval mode, and return the network itself.",
    ]
    reference = load
    praise = "Built from the file alone, and the images are the same to the last bit."

    def scenario(rng: Any):
        return {"x": rng.images(3, 3, 5, 7), "seed": rng.seed(), "width": rng.integer(5, 9)}

    def observe(answer: Any, s: Any):
        network = trained(s.seed, s.width)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.safetensors"
            save(network, {"width": s.width}, file)
            torch.manual_seed(s.seed + 1)
            found = answer(file, small)
        if not isinstance(found, nn.Module):
            return {"given": type(found).__name__, "output": None, "state": None, "rest": True}
        with torch.no_grad():
            output = found(s.x)
        return {
            "given": "a network",
            "output": output,
            "state": {name: value.double() for name, value in sorted(found.state_dict().items())},
            "rest": not any(module.training for module in found.modules()),
        }

    expect = [
        equal("given", share=0, label="what comes back"),
        true("rest", share=1, why="dropout and batch normalisation must be in eval mode"),
        close("state", share=0, rtol=0, atol=0, label="the state of the network that comes back"),
        close("output", share=2, rtol=1e-5, atol=1e-6, label="what it makes of three images"),
    ]
    mistakes = {
        "nothing loaded": (
            lambda file, build: _load(file, build, keep=lambda name: False),
            "`load` gives back a new network with random weights: nothing of the file has arrived in it. If you load "
            "with `strict=False`, names that do not fit are passed over in silence; without it you would be told.",
        ),
        "buffers left out": (
            lambda file, build: _load(file, build, keep=lambda name: "running" not in name and "num" not in name),
            "`load` brings the weights back but not what batch normalisation has collected, its running mean and "
            "spread. Take every tensor in the file, and let nothing that is missing pass.",
        ),
        "still training": (
            _still_training,
            "`load` gives back a network in train mode: dropout rolls dice, and each image changes with those beside "
            "it. One call says that it is to be used from now on.",
        ),
        "settings not used": (
            _own_settings,
            "`load` builds a network with settings of its own, and the file's tensors do not fit into it. The file "
            "says which settings it was made with: ask it, and build with those.",
        ),
        "tensors": (
            _tensors,
            "`load` gives back the tensors by name, which cannot translate anything by themselves. They have to go "
            "into a network that is built for them, and that network is what to return.",
        ),
        "what load_state_dict gives": (
            _keys,
            "`load` returns what `load_state_dict` returns, a report on missing names. The network has its weights by "
            "then; return the network, on a line of its own.",
        ),
        "rounded": (
            lambda file, build: _load(
                file, build, change=lambda value: value.half().float() if value.is_floating_point() else value
            ),
            "`load` rounds the tensors to 16 bits on the way, so the images come out nearly the same, and not the very "
            "same. Take them as they stand in the file.",
        ),
    }
