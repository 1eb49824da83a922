"""Question 3: everything that a model needs to live again, in one file."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import torch

from learntools.core import close, equal, exercise, true
from learntools.lessons.your_own_application.small import build, trained


def save(network, settings, file):
    """Write the network's tensors and, as JSON in the metadata, its settings into one safetensors file."""
    from safetensors.torch import save_file

    tensors = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    save_file(tensors, file, metadata={"settings": json.dumps(settings)})


def _save(network, settings, file, *, tensors=None, metadata=None, change=lambda value: value):
    from safetensors.torch import save_file

    found = network.state_dict() if tensors is None else tensors
    found = {name: change(value.detach().cpu()).contiguous() for name, value in found.items()}
    save_file(found, file, metadata={"settings": json.dumps(settings)} if metadata is None else metadata)


def _not_contiguous(network, settings, file):
    from safetensors.torch import save_file

    save_file(network.state_dict(), file, metadata={"settings": json.dumps(settings)})


def _pickled(network, settings, file):
    torch.save({"weights": network.state_dict(), "settings": settings}, file)


def _in_eval_mode(network, settings, file):
    save(network.eval(), settings, file)


def _rounded(value):
    return value.half() if value.is_floating_point() else value


def _read(file: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]] | None:
    """Tensors and metadata of a safetensors file; None where it is none."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(file), framework="pt") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}, opened.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError):
        return None


def _settings(metadata: dict[str, str]) -> Any:
    try:
        return json.loads(metadata["settings"])
    except (KeyError, ValueError):
        return metadata.get("settings", sorted(metadata))


@exercise(answer="save", points=2, pure=False)
class q3:
    """Save a network and its settings in one safetensors file."""

    hints = [
        "Three things are needed: all tensors by name (weights and buffers), the settings as a text, and `save_file`, "
        "which takes both. Which method of a network gives all its tensors?",
        "`network.state_dict()` has them. Give each `.cpu().contiguous()`, and hand `save_file` the dictionary, the "
        'file, and `metadata={"settings": …}` with what `json.dumps` makes of the settings.',
    ]
    reference = save
    praise = "Whoever gets this file, you in a year included, can build the very same network from it."

    def scenario(rng: Any):
        return {"seed": rng.seed(), "width": rng.integer(5, 9), "kind": rng.pick(("pairs", "two styles"))}

    def observe(answer: Any, s: Any):
        network = trained(s.seed, s.width)
        wanted = {name: value.clone() for name, value in network.state_dict().items()}
        settings = {"kind": s.kind, "width": s.width}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.safetensors"
            answer(network, settings, file)
            found, exists = _read(file), file.is_file()
        if found is None:
            return {"written": False, "exists": exists, "names": [], "tensors": {}, "settings": "", "untouched": True}
        tensors, metadata = found
        same = all(torch.equal(value, wanted[name]) for name, value in network.state_dict().items())
        return {
            "written": True,
            "exists": exists,
            "names": sorted(tensors),
            "tensors": {name: tensors[name] for name in sorted(tensors)},
            "types": [str(tensors[name].dtype) for name in sorted(tensors)],
            "settings": _settings(metadata),
            "untouched": same
            and network.training
            and network.state_dict().keys() == build(s.width).state_dict().keys(),
        }

    expect = [
        true("exists", share=0, why="there must be a file at the place that `file` names"),
        true("written", share=0, why="it must be a safetensors file"),
        equal("names", share=1, label="the names of the tensors in the file"),
        close("tensors", share=0, rtol=0, atol=0, label="what the file holds"),
        equal("types", share=0, label="the tensors' types"),
        equal("settings", share=1, label="the settings in the file"),
        true("untouched", share=0, why="saving must leave the network as it was, and in its mode"),
    ]
    mistakes = {
        "parameters only": (
            lambda network, settings, file: _save(network, settings, file, tensors=dict(network.named_parameters())),
            "`save` keeps the parameters and forgets the buffers: the mean and spread that batch normalisation has "
            "collected. In eval mode the network that comes back would use those of a new one. Save its whole state.",
        ),
        "16 bits": (
            lambda network, settings, file: _save(network, settings, file, change=_rounded),
            "`save` rounds to 16 bits. The file is half as large, and what comes back makes nearly the same images, "
            "but not the very same. Save the numbers as they are.",
        ),
        "no settings": (
            lambda network, settings, file: _save(network, settings, file, metadata={}),
            "`save` writes the tensors alone. In a year nobody knows the size and the kind of network that they fit: "
            "put the settings into the file's metadata.",
        ),
        "no JSON": (
            lambda network, settings, file: _save(network, settings, file, metadata={"settings": str(settings)}),
            "`save` writes the settings as Python prints them, with single quotes, which no JSON reader takes. The "
            "module `json` has a function that makes a text of a dictionary.",
        ),
        "one by one": (
            lambda network, settings, file: _save(
                network, settings, file, metadata={name: str(value) for name, value in settings.items()}
            ),
            "`save` puts each setting into the metadata by itself, as a text, so 64 comes back as a word and not as a "
            'number. Make one JSON text of them all, under the key "settings".',
        ),
        "not contiguous": (
            _not_contiguous,
            "`save` hands over tensors that lie in memory in another order than their shape says, as a training may "
            "leave them, and safetensors refuses those. Lay each out in a row first: tensors have a method for it.",
        ),
        "pickle": (
            _pickled,
            "`save` writes with `torch.save`, whose files can run code when they are opened, so others will not want "
            "to open yours. Use `save_file` of safetensors, which holds tensors and texts only.",
        ),
        "prefix": (
            lambda network, settings, file: _save(
                network, settings, file, tensors={f"network.{k}": v for k, v in network.state_dict().items()}
            ),
            "`save` gives the tensors new names. `load_state_dict` looks for the names that the network itself uses: "
            "keep those of its state as they are.",
        ),
        "nothing written": (
            lambda network, settings, file: {name: value.cpu() for name, value in network.state_dict().items()},
            "`save` collects the tensors and writes nothing: after the session they are gone. Hand them to "
            "`save_file`, with the file's name and the metadata.",
        ),
        "eval mode": (
            _in_eval_mode,
            "`save` leaves the network in eval mode, so a training that goes on after it would no longer update its "
            "statistics. The mode is no part of the file: leave it alone.",
        ),
    }
