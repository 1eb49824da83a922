"""Puts back what a cell has changed outside of its own notebook, and says what it was.

    watch = Watch(exercises, shell)
    flags, remarks = watch.restore()      # after each cell and each check

A flag is a sign that a cell reached into the checker: replaced one of its functions, one of Python's or one of torch's
that it uses, or an exercise's points; looked through its frames; traced it. A remark is what may happen to anybody: a
default of torch's that was left changed.

What this cannot see: an answer is checked in the process that checks it. Whoever knows Python well can, from within
the function that is being checked, reach the checker's frames by way of a traceback, or write to any address with
ctypes, and no look at names finds that. It earns the points of one question, which `q1.solution()` gives at home for
nothing; of another student, of the instructor and of the gradebook there is nothing in the process.
"""

from __future__ import annotations

import builtins
import gc
import os
import signal
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from IPython.core.interactiveshell import InteractiveShell
from torch import nn

_OURS = ("learntools.core", "learntools.lessons", "learntools.grading")
_USED = {
    "torch": """as_tensor allclose autograd cat default_generator enable_grad equal from_numpy Generator
        get_default_device get_default_dtype get_num_threads get_rng_state inference_mode is_grad_enabled isfinite isinf
        isnan nan_to_num no_grad ones rand randint randn set_default_device set_default_dtype set_grad_enabled
        set_num_threads set_rng_state stack Tensor tensor zeros zeros_like""",
    "torch.autograd": "backward grad",
    "contextlib": "redirect_stderr redirect_stdout suppress",
    "copy": "copy deepcopy",
    "inspect": "cleandoc iscoroutine iscoroutinefunction isgenerator isroutine",
    "json": "dumps loads",
    "linecache": "getline",
    "math": "isfinite",
    "os": "_exit chdir close dup2 fork getcwd getpid kill makedirs read stat statvfs write",
    "random": "getstate seed setstate",
    "signal": "getitimer getsignal setitimer signal",
    "sys": "_getframe exc_info getrecursionlimit gettrace setrecursionlimit settrace",
    "textwrap": "dedent wrap",
    "time": "monotonic perf_counter sleep time",
    "traceback": "extract_tb",
}
_RECORDS = ("_hints_given", "_judged")  # what an exercise itself changes
_CACHED = ("__abstractmethods__", "__annotations__", "__dict__", "__doc__", "__weakref__", "_abc_impl")
_NOTED = ("gc.get_objects", "gc.get_referents", "gc.get_referrers", "sys._current_frames", "sys._getframe")
_LISTED = 6  # flags of one cell
_ABSENT = object()


class Watch:
    """What the checker relies on, as it was before any cell ran."""

    def __init__(self, exercises: Iterable[Any], shell: Any):
        self._builtins = dict(vars(builtins))
        self._early: list[str] = []
        self._modules = sys.modules
        ours = {name: module for name, module in sys.modules.items() if name.startswith(_OURS)}
        self._loaded = ours | {name: module for name, module in sys.modules.items() if name in _USED}
        self._spaces = [(name, vars(module), _relied_on(vars(module))) for name, module in ours.items()]
        for name, used in _USED.items():
            module = sys.modules[name]
            self._spaces.append((name, vars(module), {item: vars(module)[item] for item in used.split()}))
        found = {id(item): item for _, space, _ in self._spaces[: len(ours)] for item in space.values()}.values()
        classes = {item: True for item in found if isinstance(item, type) and item.__module__.startswith(_OURS)}
        classes |= {torch.Tensor: False, nn.Module: False, InteractiveShell: False, type(shell): False}
        self._classes = [(kind, whole, dict(vars(kind))) for kind, whole in classes.items()]
        self._objects = list(_objects(exercises))
        functions = [item for item in found if isinstance(item, types.FunctionType)]
        for _, whole, known in self._classes:
            functions += [item for item in known.values() if whole and isinstance(item, types.FunctionType)]
        functions += [item for _, _, known, _ in self._objects for item in known.values() if _is_function(item)]
        self._functions = [(item, _inside(item)) for item in functions]
        self._shell, self._own = shell, set(vars(shell))
        self._python = _Python()
        self._listener = _Listener(shell.user_ns)

    def builtins(self) -> list[str]:
        """Put back Python's builtins, first of all: what follows uses them."""
        _names("builtins.", builtins.__dict__, self._builtins, self._early, ("_",))
        return self._early

    def restore(self) -> tuple[list[str], list[str]]:
        """Put everything back: flags and remarks, in words."""
        flags = self.builtins()
        if sys.modules is not self._modules:
            sys.modules = self._modules
            flags.append("sys.modules was replaced")
        _names("sys.modules: ", self._modules, self._loaded, flags)
        for name, space, known in self._spaces:
            _names(f"{name}.", space, known, flags)
        for kind, whole, known in self._classes:
            flags += _class(kind, whole, known)
        for function, inside in self._functions:
            if not _same(_inside(function), inside):
                function.__code__, function.__defaults__, function.__kwdefaults__, *cells = inside
                for cell, value in zip(function.__closure__ or (), cells, strict=False):
                    cell.cell_contents = value
                flags.append(f"{function.__module__}.{function.__qualname__} was rewritten")
        for name, thing, known, copies in self._objects:
            flags += _object(name, thing, known, copies)
        for name in vars(self._shell).keys() - self._own:
            if _is_function(getattr(type(self._shell), name, None)):
                delattr(self._shell, name)
                flags.append(f"get_ipython().{name} was replaced")
        found, remarks = self._python.restore()
        flags += [*found, *self._listener.heard()]
        self._early = []
        flags = list(dict.fromkeys(flags))
        return flags[:_LISTED] + [f"{len(flags) - _LISTED} more things like that"] * (len(flags) > _LISTED), remarks


def _names(label: str, space: dict[str, Any], known: dict[str, Any], flags: list[str], free: tuple = ()) -> None:
    """Of a module's names; uses none of Python's builtins itself, as these may be what was replaced."""
    for name, value in known.items():
        now = space.get(name, _ABSENT)
        if now is not value and name not in free:
            space[name] = value
            flags.append(f"{label}{name} was {'deleted' if now is _ABSENT else 'replaced'}")


def _relied_on(space: dict[str, Any]) -> dict[str, Any]:
    """A module's functions, classes and constants; its small records of its own may change."""
    return {
        name: value for name, value in space.items() if (callable(value) or name.isupper()) and name != "__builtins__"
    }


def _class(kind: type, whole: bool, known: dict[str, Any]) -> list[str]:
    """Of a class: what was replaced or deleted; what is new, where it hides something inherited, or the class is ours.

    whole: whether nothing at all may be added.
    """
    flags = []
    now = dict(vars(kind))
    for name, value in known.items():
        if now.get(name, _ABSENT) is not value and name not in _CACHED:
            setattr(kind, name, value)
            flags.append(f"{kind.__module__}.{kind.__name__}.{name} was replaced")
    if len(now) > len(known):
        for name in now.keys() - known.keys() - {*_CACHED}:
            if whole or any(name in vars(base) for base in kind.__mro__[1:]):
                delattr(kind, name)
                flags.append(f"{kind.__module__}.{kind.__name__}.{name} was replaced")
    return flags


_Known = tuple[str, Any, dict[str, Any], dict[str, Any]]


def _objects(exercises: Iterable[Any]) -> Iterator[_Known]:
    """The exercises, what they expect, and what references have been observed to do: (name, object, its attributes,
    copies of those that are lists or dictionaries)."""
    from learntools.core import assess

    for exercise in exercises:
        known = {name: value for name, value in vars(exercise).items() if name not in _RECORDS}
        yield exercise.name, exercise, known, _copies(known)
        for item in exercise.expect:
            yield f"{exercise.name}.expect", item, dict(vars(item)), {}
    kept = assess._kept or {}
    yield "learntools.core.assess", assess, {"_kept": assess._kept}, _copies({"_kept": assess._kept})
    for (_, question, what, _), observation in kept.items():
        if what.startswith("reference"):
            known = dict(vars(observation))
            yield f"{question}.observed", observation, known, _copies(known)


def _copies(known: dict[str, Any]) -> dict[str, Any]:
    return {name: value.copy() for name, value in known.items() if isinstance(value, list | dict)}


def _object(name: str, thing: Any, known: dict[str, Any], copies: dict[str, Any]) -> list[str]:
    """Of an object that itself must not change, nor the lists and dictionaries that it holds."""
    flags = []
    now = vars(thing)
    for attribute, value in known.items():
        if now.get(attribute, _ABSENT) is not value:
            now[attribute] = value
            flags.append(f"{name}.{attribute} was changed")
    for attribute, copy in copies.items():
        held = known[attribute]
        if not _same(held, copy):
            held.clear()
            held.extend(copy) if isinstance(copy, list) else held.update(copy)
            flags.append(f"{name}.{attribute} was changed")
    if not isinstance(thing, types.ModuleType):
        for attribute in now.keys() - known.keys() - {*_RECORDS}:
            del now[attribute]
            flags.append(f"{name}.{attribute} was replaced")
    return flags


def _same(now: Any, copy: Any) -> bool:
    """Whether two lists, tuples or dictionaries hold the very same objects."""
    if len(now) != len(copy):
        return False
    if isinstance(copy, dict):
        return all(now.get(name, _ABSENT) is value for name, value in copy.items())
    return all(one is other for one, other in zip(now, copy, strict=True))


def _is_function(thing: Any) -> bool:
    return isinstance(thing, types.FunctionType)


def _inside(function: types.FunctionType) -> tuple[Any, ...]:
    """A function's code and the values that it holds."""
    cells = function.__closure__ or ()
    return (function.__code__, function.__defaults__, function.__kwdefaults__, *(_content(cell) for cell in cells))


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # still empty
        return _ABSENT


class _Python:
    """The state of Python and of torch that outlives a cell."""

    def __init__(self) -> None:
        self._environment = dict(os.environ)
        self._paths = [(held, list(held)) for held in (sys.path, sys.meta_path, sys.path_hooks)]
        self._limits = sys.getrecursionlimit(), sys.getswitchinterval()
        self._umask = os.umask(0o022)
        os.umask(self._umask)
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self._modes = torch._C._len_torch_function_stack()

    def restore(self) -> tuple[list[str], list[str]]:
        flags = []
        for name, get, put in (
            ("settrace", sys.gettrace, sys.settrace),
            ("setprofile", sys.getprofile, sys.setprofile),
        ):
            if get() is not None:
                put(None)
                flags.append(f"sys.{name} was left on")
        for name in ("NBGRADER_EXECUTION", "LEARNTOOLS_SEED", "LEARNTOOLS_QUICK", "LEARNTOOLS_HOME"):
            if os.environ.get(name) != self._environment.get(name):
                flags.append(f"the environment variable {name} was changed")
                os.environ.pop(name, None)
                os.environ.update({name: value for name, value in self._environment.items() if name not in os.environ})
        for held, entries in self._paths:
            held += [entry for entry in entries if entry not in held]
        if (sys.getrecursionlimit(), sys.getswitchinterval()) != self._limits:
            sys.setrecursionlimit(self._limits[0])
            sys.setswitchinterval(self._limits[1])
        os.umask(self._umask)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        gc.enable()
        return flags, self._torch(flags)

    def _torch(self, flags: list[str]) -> list[str]:
        remarks = []
        if torch.get_default_device().type != "cpu":
            torch.set_default_device(None)
            remarks.append("left torch's default device changed, and it was put back")
        while torch._C._len_torch_function_stack() > self._modes:
            torch._C._pop_torch_function_stack()
            flags.append("a mode that intercepts torch's functions was left on")
        if torch.get_default_dtype() is not torch.float32:
            torch.set_default_dtype(torch.float32)
            remarks.append("left torch's default dtype changed, and it was put back")
        if not torch.is_grad_enabled():
            torch.set_grad_enabled(True)
            remarks.append("left torch's gradients switched off, and they were put back on")
        if torch.get_num_threads() != 1:
            torch.set_num_threads(1)
        return remarks


class _Listener:
    """Hears, by Python's own audit events, when a notebook's code looks for the checker's objects and frames."""

    def __init__(self, notebook: dict[str, Any]):
        self._noted: set[str] = set()
        noted = self._noted

        def hear(event: str, args: tuple[Any, ...]) -> None:
            if event == "sys.addaudithook":
                noted.add(event)
                raise RuntimeError("no hooks while a notebook is graded")  # Python then leaves it out, in silence
            if event in _NOTED:
                try:
                    raise LookupError
                except LookupError as error:
                    caller = error.__traceback__.tb_frame.f_back  # type: ignore[union-attr]
                if caller is not None and caller.f_globals is notebook:
                    noted.add(event)

        sys.addaudithook(hear)

    def heard(self) -> list[str]:
        found = [f"{event} was called" for event in sorted(self._noted)]
        self._noted.clear()
        return found
