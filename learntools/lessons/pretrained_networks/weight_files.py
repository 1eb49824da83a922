"""Question 7: weights from a file, safely: names that fit, any device, and nothing that is run.

The file that holds a command only sets a flag, `RAN`, when it is carried out.
"""

from __future__ import annotations

import functools
import io
import pickle
import re
import tempfile
import zipfile
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from learntools.core import close, exercise, true

PREFIX = "module."
#: No machine has so many GPUs.
ELSEWHERE = b"cuda:63"
#: What a broken or foreign file makes PyTorch and Python raise; anything else is a slip in the answer itself.
REFUSALS = (RuntimeError, KeyError, ValueError, pickle.UnpicklingError, EOFError)

RAN: list[bool] = []


def load_weights(network, file):
    """Put the weights of a file into the network, and give the network back."""
    weights = torch.load(file, map_location="cpu", weights_only=True)
    weights = {name.removeprefix("module."): value for name, value in weights.items()}
    network.load_state_dict(weights)
    return network


def set_flag() -> str:
    """What the command in the file does: nothing but show that it was carried out."""
    RAN.append(True)
    return "harmless"


class Command:
    """Reading a pickle of this carries out `set_flag`."""

    def __reduce__(self) -> tuple[Any, tuple]:
        return set_flag, ()


class Small(nn.Module):
    """A network whose names are a trap for those who cut "module." wherever it stands."""

    def __init__(self):
        super().__init__()
        self.submodule = nn.Linear(3, 4)
        self.down, self.norm, self.out = nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 4)


def _small(seed: int) -> Small:
    torch.manual_seed(seed)
    network = Small()
    with torch.no_grad():
        for value in network.state_dict().values():
            value.copy_(torch.rand(value.shape) * 9 - 4)
    return network


def _flat(network: nn.Module) -> Tensor:
    return torch.cat([value.detach().float().flatten() for value in network.state_dict().values()])


@functools.lru_cache(maxsize=4)
def _contents(seed: int) -> dict[str, bytes]:
    """The files: an ordinary one, two special ones, one that is not of this network, and one with a command."""
    weights = _small(seed).state_dict()
    saved = {
        "plain": OrderedDict(reversed(weights.items())),  # names count, places do not
        "prefixed": OrderedDict((PREFIX + name, value) for name, value in weights.items()),
        "other": OrderedDict((name.replace("out.", "last."), value) for name, value in weights.items()),
        "command": {**weights, "note": Command()},
    }
    return {name: _bytes(value) for name, value in saved.items()} | {"gpu": _as_from_a_gpu(_bytes(weights))}


def _bytes(weights: Any) -> bytes:
    file = io.BytesIO()
    torch.save(weights, file)
    return file.getvalue()


def _as_from_a_gpu(content: bytes) -> bytes:
    """The file that a machine with many GPUs would have written; it differs in the name of the device."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as ours, zipfile.ZipFile(target, "w") as theirs:
        for entry in ours.namelist():
            part = ours.read(entry)
            if entry.endswith("/data.pkl"):
                part = part.replace(b"X\x03\x00\x00\x00cpu", b"X\x07\x00\x00\x00" + ELSEWHERE)
            theirs.writestr(entry, part)
    return target.getvalue()


def _write(folder: Path, seed: int) -> dict[str, Path]:
    """The files by name, written into the folder."""
    paths = {name: folder / f"{name}.pt" for name in _contents(seed)}
    for name, content in _contents(seed).items():
        paths[name].write_bytes(content)
    return paths


def _load(network, file, *, safe=True, where: Any = "cpu", strict=True, name=lambda name: name.removeprefix("module.")):
    """`load_weights` with one thing done differently."""
    weights = torch.load(file, map_location=where, weights_only=safe)
    network.load_state_dict({name(key): value for key, value in weights.items()}, strict=strict)
    return network


def _by_place(network, file):
    weights = torch.load(file, map_location="cpu", weights_only=True)
    network.load_state_dict(dict(zip(network.state_dict(), weights.values(), strict=True)))
    return network


def _quiet(network, file):
    try:
        return _load(network, file)
    except Exception:
        return network


def _unpickled(network, file):
    with open(file, "rb") as opened:
        weights = pickle.load(opened)
    network.load_state_dict(weights)
    return network


def _read_only(network, file):
    torch.load(file, map_location="cpu", weights_only=True)
    return network


def _told(network, file):
    weights = torch.load(file, map_location="cpu", weights_only=True)
    return network.load_state_dict({name.removeprefix(PREFIX): value for name, value in weights.items()})


def _dictionary(network, file):
    weights = torch.load(file, map_location="cpu", weights_only=True)
    weights = {name.removeprefix(PREFIX): value for name, value in weights.items()}
    network.load_state_dict(weights)
    return weights


def _only_read(network, file):
    weights = torch.load(file, map_location="cpu", weights_only=True)
    return {name.removeprefix(PREFIX): value for name, value in weights.items()}


def _no_return(network, file):
    _load(network, file)


def _given_back(result: Any) -> str:
    """In a word, what the answer returned."""
    if isinstance(result, nn.Module):
        return "network"
    return "nothing" if result is None else "dictionary" if isinstance(result, dict) else "something else"


def _left_over(error: Exception, names: Iterable[str]) -> str:
    """What was left of the prefix, where PyTorch complains of the first name: a dot, all of it, or nothing."""
    found = re.search(r'Unexpected key\(s\) in state_dict: "([^"]*)"', str(error))
    rest = next((found[1].removesuffix(name) for name in names if found and found[1].endswith(name)), "")
    return rest if rest in (".", PREFIX) else ""


@exercise(answer="load_weights", points=3, pure=False)
class q7:
    """Weights from somebody else's file, into your network."""

    hints = [
        "`torch.load(file, map_location=..., weights_only=...)` gives a dictionary. The first option says where the "
        "tensors should go, whatever device they come from, and the second one that nothing else may be in the file.",
        "Make a new dictionary, name by name, in which `module.` is gone where a name *begins* with it: "
        "`name.removeprefix(...)` does that and leaves other names alone.",
        "`network.load_state_dict(weights)` complains by itself when names do not fit. That is what you want: leave it "
        "as strict as it is.",
    ]
    reference = load_weights
    praise = "Any device, with prefix or without, and a file with something else in it is refused."

    def scenario(rng: Any):
        return {"seed": rng.seed() // 2}

    def observe(answer: Any, s: Any):
        RAN.clear()
        found: dict[str, Tensor] = {}
        refused: dict[str, str] = {}
        returned: dict[str, str] = {}
        left_over = ""
        with tempfile.TemporaryDirectory() as folder:
            for name, path in _write(Path(folder), s.seed).items():
                network = _small(s.seed + 1)
                refused[name] = ""
                try:
                    result = answer(network, path)
                    returned[name] = _given_back(result)
                    network = result if isinstance(result, nn.Module) else network
                except Exception as error:
                    if name not in ("other", "command") and not isinstance(error, REFUSALS):
                        raise
                    refused[name] = type(error).__name__
                    if name == "prefixed":
                        left_over = _left_over(error, network.state_dict())
                found[name] = _flat(network)
        changed = not torch.equal(found["plain"], _flat(_small(s.seed + 1)))
        return {
            "plain": found["plain"],
            "prefixed": found["prefixed"],
            "gpu": found["gpu"],
            "refuses": changed and refused["other"] != "",
            "safe": changed and not RAN,
            "errors": {name: refused[name] for name in ("plain", "prefixed", "gpu")},
            "complains": refused["command"] != "",
            "returned": returned.get("plain", ""),
            "returns": all(what == "network" for what in returned.values()),
            "left over": left_over,
        }

    expect = [
        close("plain", share=1, label="what the network holds after an ordinary file was read"),
        close(
            "prefixed",
            share=1.5,
            label="what the network holds after a file with `module.` before each name was read",
        ),
        close("gpu", share=1, label="what the network holds after a file from a machine with another GPU was read"),
        true("refuses", share=1, why="a file whose names do not fit the network must end in an error, not in silence"),
        true("safe", share=1.5, why="a file that holds a command must be refused, and the command not carried out"),
        true("returns", share=0, why="the network itself must be given back, for whoever goes on with it"),
    ]
    mistakes = {
        "runs what is in the file": (
            lambda network, file: _load(network, file, safe=False),
            "`load_weights` carries out whatever command somebody has put into the file; this time it only set a flag. "
            "Tell `torch.load` that you want weights and nothing else.",
        ),
        "prefix left": (
            lambda network, file: _load(network, file, name=lambda name: name),
            "`load_weights` fails on a file from a training on several GPUs, where each name begins with `module.`. "
            "Make a dictionary with the names that your network has.",
        ),
        "one letter short": (
            lambda network, file: _load(network, file, name=lambda name: name.removeprefix("module")),
            "`load_weights` takes `module` away and leaves the dot behind it, so the names begin with a dot and do not "
            "fit. The prefix has seven letters, and the dot is one of them.",
        ),
        "one letter short, off every name": (
            lambda network, file: _load(network, file, name=lambda name: name[6:]),
            "`load_weights` cuts six letters off every name. The prefix with its dot has seven, and a name without it "
            "should stay whole: look first what a name begins with.",
        ),
        "prefix cut everywhere": (
            lambda network, file: _load(network, file, name=lambda name: name.replace("module.", "")),
            "`load_weights` cuts `module.` out of the middle of names too: `submodule.weight` becomes `subweight`. Cut "
            "it only where a name begins with it.",
        ),
        "prefix expected": (
            lambda network, file: _load(network, file, name=lambda name: name[7:]),
            "`load_weights` reads only files in which every name has the prefix, and fails on an ordinary one. Is "
            "something cut off every name, or the network wrapped? Look first what a name begins with.",
        ),
        "just loaded": (
            lambda network, file: _load(network, file, where=None, name=lambda name: name),
            "`load_weights` reads an ordinary file well. Two things are missing: names that begin with `module.` do "
            "not fit, and tensors from a GPU want to go back to it. The text above has a word for each.",
        ),
        "opened with pickle": (
            _unpickled,
            "`load_weights` cannot read these files: PyTorch's format is a packed folder with a pickle in it. And a "
            "bare pickle would run whatever is in it. There is a function of torch that does it safely.",
        ),
        "letters stripped": (
            lambda network, file: _load(network, file, name=lambda name: name.lstrip("module.")),
            "`load_weights` uses `lstrip`, which takes a set of letters and strips any of them: `down` loses its first "
            "two. There is a method of strings that removes a whole prefix.",
        ),
        "where it was": (
            lambda network, file: _load(network, file, where=None),
            "`load_weights` wants to put the tensors on the GPU that they came from, and fails where there is none. "
            "`torch.load` can be told where they should go instead.",
        ),
        "not strict": (
            lambda network, file: _load(network, file, strict=False),
            "`load_weights` accepts a file of another network and says nothing: the layers that found no weights keep "
            "random ones. Let names that do not fit raise an error.",
        ),
        "prefix waved through": (
            lambda network, file: _load(network, file, strict=False, name=lambda name: name),
            "`load_weights` silences the error about names with `strict=False`. Then of a file with prefixes nothing "
            "is loaded at all, and nobody notices. Mend the names instead.",
        ),
        "by place": (
            _by_place,
            "`load_weights` deals the tensors out in the order of the file, whatever their names are. Where the order "
            "differs, the weights end up in the wrong layers: names say where each belongs.",
        ),
        "errors swallowed": (
            _quiet,
            "`load_weights` catches every error and goes on with random weights, so nobody learns that the file was "
            "the wrong one. An error that is shown is better than a network that knows nothing.",
        ),
        "nothing returned": (
            _no_return,
            "`load_weights` puts the weights into the network, and then gives back None: it ends without a `return`. "
            "Whoever calls it wants to go on with the network, so hand that back.",
        ),
        "the report returned": (
            _told,
            "`load_weights` returns what `load_state_dict` says, which is only a report on the names. The weights are "
            "in the network by then: return the network itself, on a line of its own.",
        ),
        "the dictionary returned": (
            _dictionary,
            "`load_weights` puts the weights into the network and returns the dictionary, which can answer nothing. "
            "The network is what is asked for: return that.",
        ),
        "the dictionary alone": (
            _only_read,
            "`load_weights` reads the file, mends the names and returns the dictionary; the network has none of it. "
            "Which method of the network takes a dictionary of weights? Then return the network.",
        ),
        "read and dropped": (
            _read_only,
            "`load_weights` reads the file and never puts the weights into the network. Which method of the network "
            "takes a dictionary of weights?",
        ),
    }
