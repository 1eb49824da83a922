"""A check leaves no trace: `protect(answer)` puts everything back that running the answer may have changed.

That is the random state of Python, NumPy and torch; grad mode, default dtype and device, warning filters, working
directory; and the learner's own objects that the answer can reach (networks with their weights, buffers, gradients and
train or eval mode, tensors, arrays, optimisers, lists, dictionaries, random generators).
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import io
import os
import random
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch

Undo = Callable[[], object]
_MISSING = object()
DEEPEST = 4
LARGEST_COPY = 512 * 2**20
PATIENCE = 60.0  # seconds
_turn = threading.RLock()


@contextlib.contextmanager
def protect(answer: Any) -> Iterator[io.StringIO]:
    """Run the body quietly and undo its effects; yields what was printed.

    What is put back belongs to the whole process, so checks in several threads take turns. One that has waited for
    `PATIENCE` goes on nevertheless: the other may be waiting for it.
    """
    mine = _turn.acquire(timeout=PATIENCE)
    try:
        with _protected(answer) as printed:
            yield printed
    finally:
        if mine:
            _turn.release()


@contextlib.contextmanager
def _protected(answer: Any) -> Iterator[io.StringIO]:
    undo: list[Undo] = [*_random_state(), *_modes(), *learners_objects(answer)]
    printed = _Printed()
    real_input = builtins.input
    builtins.input = _no_input
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield printed
    finally:
        builtins.input = real_input
        failed: Exception | None = None
        for step in reversed(undo):
            try:
                step()
            except Exception as error:  # one thing that cannot be put back must not keep the others from it
                failed = failed or error
        if failed is not None:
            raise failed


class _Printed(io.StringIO):
    def close(self) -> None:
        """An answer may close what it prints to; what it has printed is still asked for."""


def _no_input(prompt: object = "") -> str:
    raise EOFError("input() waits for a person; take the value as an argument instead")


def seed_everything(seed: int) -> None:
    """Give Python, NumPy and torch one known random state (within `protect`, which puts the old one back)."""
    random.seed(seed)
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)


def _random_state() -> list[Undo]:
    undo: list[Undo] = [
        functools.partial(random.setstate, random.getstate()),
        functools.partial(torch.set_rng_state, torch.get_rng_state()),
    ]
    if torch.cuda.is_initialized():
        undo.append(functools.partial(torch.cuda.set_rng_state_all, torch.cuda.get_rng_state_all()))
    if "numpy" in sys.modules:
        numpy = sys.modules["numpy"]
        undo.append(functools.partial(numpy.random.set_state, numpy.random.get_state()))
        undo.append(functools.partial(lambda errors: numpy.seterr(**errors), numpy.geterr()))
    return undo


def _modes() -> list[Undo]:
    grad, anomaly = torch.is_grad_enabled(), torch.is_anomaly_enabled()
    dtype, threads, device = torch.get_default_dtype(), torch.get_num_threads(), torch.get_default_device()
    deterministic, folder = torch.are_deterministic_algorithms_enabled(), os.getcwd()
    environment = dict(os.environ)
    figures = _open_figures()
    torch.set_num_threads(1)  # scenarios are tiny: waking other threads costs more than they bring

    def undo() -> None:
        torch.set_grad_enabled(grad)
        if torch.is_anomaly_enabled() != anomaly:
            torch.autograd.set_detect_anomaly(anomaly)
        if torch.get_default_device() != device:
            torch.set_default_device(device)
        if torch.get_default_dtype() != dtype:
            torch.set_default_dtype(dtype)
        if torch.are_deterministic_algorithms_enabled() != deterministic:  # setting it imports the whole compiler
            torch.use_deterministic_algorithms(deterministic)
        torch.set_num_threads(threads)
        with contextlib.suppress(FileNotFoundError):  # the folder itself is gone
            if os.getcwd() != folder:
                os.chdir(folder)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        for figure in _open_figures() - figures:
            sys.modules["matplotlib.pyplot"].close(figure)

    return [undo]


def _open_figures() -> set[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot is not None else set()


def learners_objects(answer: Any) -> list[Undo]:
    """Snapshots of every object that the answer can reach by a name of the learner's, as steps that restore them."""
    walk = _Walk()
    walk.visit(answer, 0)
    return walk.undo


class _Walk:
    """Follows an answer's globals, closures, defaults and attributes, and remembers each object found once."""

    def __init__(self) -> None:
        self.undo: list[Undo] = []
        self._seen: dict[int, Any] = {}  # holds the objects too, so that an id is not used again meanwhile

    def visit(self, value: Any, depth: int) -> None:
        if depth > DEEPEST or id(value) in self._seen or isinstance(value, (types.ModuleType, str, int, float)):
            return
        self._seen[id(value)] = value
        if isinstance(value, torch.nn.Module):
            self._module(value)
        elif isinstance(value, torch.Tensor):
            self.undo.append(_tensor(value))
        elif isinstance(value, torch.optim.Optimizer):
            self._optimiser(value, depth)
        elif isinstance(value, torch.Generator):
            self.undo.append(functools.partial(value.set_state, value.get_state()))
        elif isinstance(value, random.Random):
            self.undo.append(functools.partial(value.setstate, value.getstate()))
        elif type(value).__module__.partition(".")[0] == "numpy":
            self._numpy(value)
        elif isinstance(value, (list, dict, set, bytearray)):
            self._container(value, depth)
        elif isinstance(value, functools.partial):
            for part in (value.func, *value.args, *value.keywords.values()):
                self.visit(part, depth + 1)
        elif isinstance(value, types.MethodType):
            self.visit(value.__self__, depth + 1)
            self.visit(value.__func__, depth)
        elif isinstance(value, types.FunctionType):
            self._function(value, depth)
        elif isinstance(value, type):
            for item in vars(value).values():
                item = getattr(item, "__func__", item)
                if isinstance(item, types.FunctionType):
                    self.visit(item, depth)
        elif _learners(type(value)):
            self.visit(type(value), depth + 1)
            self._container(vars(value), depth) if hasattr(value, "__dict__") else None

    def _function(self, function: types.FunctionType, depth: int) -> None:
        if not _learners(function):
            return
        names = _names(function.__code__)
        space = function.__globals__
        before = {name: space.get(name, _MISSING) for name in names}
        self.undo.append(functools.partial(_rebind, space, before))
        for found in before.values():
            self.visit(found, depth + 1)
        for cell in function.__closure__ or ():
            with contextlib.suppress(ValueError):  # an empty cell
                self.undo.append(functools.partial(setattr, cell, "cell_contents", cell.cell_contents))
                self.visit(cell.cell_contents, depth + 1)
        for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            self.visit(default, depth + 1)

    def _module(self, network: torch.nn.Module) -> None:
        for module in network.modules():
            self._seen[id(module)] = module
            attributes = {
                name: dict(value) if isinstance(value, dict) else value for name, value in vars(module).items()
            }
            self.undo.append(functools.partial(_restore_module, module, attributes))
        for tensor in (*network.parameters(), *network.buffers()):
            if id(tensor) not in self._seen:
                self._seen[id(tensor)] = tensor
                self.undo.append(_tensor(tensor))

    def _optimiser(self, optimiser: torch.optim.Optimizer, depth: int) -> None:
        groups = [dict(group) for group in optimiser.param_groups]
        state = {key: dict(value) for key, value in optimiser.state.items()}

        def undo() -> None:
            for group, old in zip(optimiser.param_groups, groups, strict=False):
                group.clear()
                group.update(old)
            del optimiser.param_groups[len(groups) :]
            optimiser.state.clear()
            optimiser.state.update(state)

        self.undo.append(undo)
        for group in groups:
            for tensor in group["params"]:
                self.visit(tensor, depth)
        for entry in state.values():
            for value in entry.values():
                self.visit(value, depth)

    def _numpy(self, value: Any) -> None:
        numpy = sys.modules["numpy"]
        if isinstance(value, numpy.ndarray) and value.nbytes <= LARGEST_COPY and value.flags.writeable:
            self.undo.append(functools.partial(numpy.copyto, value, value.copy()))
        elif isinstance(value, numpy.random.Generator):
            bits = value.bit_generator
            self.undo.append(functools.partial(setattr, bits, "state", bits.state))
        elif isinstance(value, numpy.random.RandomState):
            self.undo.append(functools.partial(value.set_state, value.get_state()))

    def _container(self, value: Any, depth: int) -> None:
        if len(value) > 100_000:
            return
        copy = value.copy()

        def undo() -> None:
            if isinstance(value, (list, bytearray)):
                value[:] = copy
            else:
                value.clear()
                value.update(copy)

        self.undo.append(undo)
        if len(copy) <= 1_000:
            for item in copy.values() if isinstance(copy, dict) else copy:
                self.visit(item, depth + 1)


def _learners(thing: Any) -> bool:
    """Whether a function or class was written by the learner: not part of an installed or built-in module."""
    name = getattr(thing, "__module__", None) or ""
    if name.partition(".")[0] in ("learntools", "torch", "torchvision", "numpy", "builtins"):
        return False
    return not installed(getattr(sys.modules.get(name), "__file__", None) or "")


def installed(file: str) -> bool:
    """Whether a source file belongs to Python or to an installed package (`dist-packages` on Colab and Debian)."""
    standard = os.path.dirname(os.__file__) + os.sep
    return file.startswith(standard) or "site-packages" in file or "dist-packages" in file


def _names(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


def _rebind(space: dict[str, Any], before: dict[str, Any]) -> None:
    for name, value in before.items():
        if value is _MISSING:
            space.pop(name, None)
        elif space.get(name, _MISSING) is not value:
            space[name] = value


def _restore_module(module: torch.nn.Module, attributes: dict[str, Any]) -> None:
    current = vars(module)
    for name in set(current) - set(attributes):
        del current[name]
    for name, value in attributes.items():
        if isinstance(value, dict) and isinstance(current.get(name), dict):
            now = current[name]
            if list(now) != list(value) or any(now[key] is not value[key] for key in value):
                now.clear()
                now.update(value)
        else:
            current[name] = value


def _tensor(tensor: torch.Tensor) -> Undo:
    """Restores values only where they changed, so that a graph that is still waiting for `backward` stays valid."""
    small = tensor.numel() * tensor.element_size() <= LARGEST_COPY and not tensor.is_meta
    try:
        values = tensor.detach().clone() if small else None
    except (RuntimeError, NotImplementedError):  # a kind of tensor that cannot be copied
        values = None
    grad = tensor.grad if tensor.is_leaf else None
    grad_values = grad.detach().clone() if grad is not None else None
    requires_grad, leaf = tensor.requires_grad, tensor.is_leaf

    def undo() -> None:
        with torch.no_grad():
            if values is not None:
                if tensor.shape != values.shape or tensor.dtype != values.dtype:
                    tensor.data = values
                elif not torch.equal(tensor, values) and not _same_nans(tensor, values):
                    tensor.data.copy_(values)
            if leaf:
                if grad is not None and grad_values is not None and not torch.equal(grad, grad_values):
                    grad.copy_(grad_values)
                if tensor.grad is not grad:
                    tensor.grad = grad
                if tensor.is_leaf and tensor.requires_grad != requires_grad:
                    tensor.requires_grad_(requires_grad)

    return undo


def _same_nans(a: torch.Tensor, b: torch.Tensor) -> bool:
    return a.is_floating_point() and torch.equal(torch.nan_to_num(a), torch.nan_to_num(b))
