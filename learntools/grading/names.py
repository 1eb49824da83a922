"""Which names a cell makes and which it uses, read from its syntax; nothing is executed.

names("painted = [200 * w for w in weights]").bound     # {"painted"}
names("painted = [200 * w for w in weights]").used      # {"weights"}
"""

from __future__ import annotations

import ast
import functools
import hashlib
import re
import symtable
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 100_000  # characters of a cell that is looked into
MOST_MAGICS = 100_000  # times characters of a cell: IPython reads all of it again for each
EVERYTHING = "*"  # made by `from x import *` and `exec`

_NONE: frozenset[str] = frozenset()
_PYTHON_MAGICS = ("time", "timeit", "capture", "prun")  # what follows them is the cell's own code
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Names:
    """What a cell does with names.

    Attributes:
        made: bound at the cell's top level, changed there (`model.bias = b`, `values.append(3)`), or deleted.
        used: wanted from other cells, at once or when a function is called later.
        bound: given a value at the top level.
        blank: of these, the ones that are still `...`, or a function without a body.
    """

    made: frozenset[str] = _NONE
    used: frozenset[str] = _NONE
    bound: frozenset[str] = _NONE
    blank: frozenset[str] = _NONE


@functools.lru_cache(maxsize=1024)
def names(source: str) -> Names:
    """The names of a code cell; for one that is no Python, those that its text seems to bind."""
    tree = parsed(source)
    if tree is not None:
        try:
            return _found(tree, apart="%%timeit" in source[:80])
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # `nonlocal` in no function, or a sum of 999
            pass
    return _guessed(source, runs=tree is not None or len(source) > LONGEST)


def _guessed(source: str, runs: bool) -> Names:
    text = source[:LONGEST]
    seem = re.findall(r"^(?:(?:async\s+)?def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]*)?=(?!=)", text, re.M)
    bound = frozenset(one or other for one, other in seem)
    return Names(made=bound, used=frozenset(re.findall(r"[^\W\d]\w*", text)) if runs else _NONE, bound=bound)


def _found(tree: ast.Module, apart: bool) -> Names:
    """apart: the cell leaves none of its names behind, as after %%timeit."""
    here = list(_outside_functions(tree.body))
    values = [] if apart else list(_bindings(tree.body))
    declared = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    filled = {name for name, blank in values if not blank} | declared
    bound = {name for name, _ in values} | declared
    return Names(
        made=frozenset(bound | _changed(here)),
        used=frozenset(_used(tree) | declared | _in_magics(tree)),
        bound=frozenset(bound - {EVERYTHING}),
        blank=frozenset(bound - filled - {EVERYTHING}),
    )


@functools.lru_cache(maxsize=256)
def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell, its magics replaced; None where it is no Python."""
    if len(source) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a learner's "\d" is no concern of whoever grades
            try:
                return ast.parse(source)
            except SyntaxError:
                return ast.parse(_plain(source))
    except (SyntaxError, ValueError, RuntimeError, MemoryError):  # RecursionError is a RuntimeError
        return None


@functools.lru_cache(maxsize=1024)
def meaning(source: str) -> str:
    """The same for all texts that differ in layout and comments only; empty where nothing, or no Python, is left."""
    tree = parsed(source)
    try:
        found = ast.dump(tree) if tree is not None and tree.body else ""
        return hashlib.sha256(found.encode("utf-8", "surrogatepass")).hexdigest() if found else ""
    except (RecursionError, MemoryError):
        return ""


def _plain(source: str) -> str:
    """The text with Python in place of IPython's own syntax."""
    head = re.match(r"\s*%%(\w+)[^\n]*(?:\n|$)", source)
    if head:
        source = source[head.end() :] if head[1] in _PYTHON_MAGICS else ""
    source = re.sub(r"^([ \t]*)%time(?:it)?[ \t]+(?=[^-\s])", r"\1", source, flags=re.M)
    magics = len(re.findall(r"^[ \t]*[%!?]|\?[ \t]*$|=[ \t]*[!%]", source, re.M))
    if magics * len(source) > MOST_MAGICS:
        return re.sub(r"^([ \t]*)[%!][^\n]*|^([ \t]*)\S*\?+[ \t]*$", r"\1\2pass", source, flags=re.M)
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def _bindings(nodes: Sequence[ast.AST]) -> Iterator[tuple[str, bool]]:
    """Names that get a value at the level of these nodes, each with whether that is a blank."""
    for node in nodes:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node.name, _hollow(node.body)
            outside = [node.args] if isinstance(node, _FUNCTIONS) else [*node.bases, *node.keywords]
            yield from _bindings([*node.decorator_list, *outside])
        elif isinstance(node, ast.Lambda):
            yield from _bindings([node.args])
        elif isinstance(node, _COMPREHENSIONS):  # only := leaves it
            for inner in ast.walk(node):
                if isinstance(inner, ast.NamedExpr) and isinstance(inner.target, ast.Name):
                    yield inner.target.id, _is_blank(inner.value)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for item in node.names:
                yield item.asname or (item.name if isinstance(node, ast.ImportFrom) else item.name.split(".")[0]), False
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            if node.value is None:  # `x: int` binds nothing
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            blank = _is_blank(node.value)
            for target in targets:
                yield from ((name, blank) for name, _ in _bindings([target]))
            yield from _bindings([node.value])
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                yield node.id, False
        elif isinstance(node, ast.MatchAs | ast.MatchStar | ast.MatchMapping):
            name = node.rest if isinstance(node, ast.MatchMapping) else node.name
            if name:
                yield name, False
            yield from _bindings(list(ast.iter_child_nodes(node)))
        else:
            yield from _bindings(list(ast.iter_child_nodes(node)))


def _hollow(body: Sequence[ast.stmt]) -> bool:
    """Whether the body of a function or a class holds nothing but its docstring and blanks."""

    def empty(node: ast.stmt) -> bool:
        if isinstance(node, ast.Raise):
            return "NotImplementedError" in ast.dump(node)
        return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr | ast.Return) and _is_blank(node.value))

    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    rest = body[1:] if documented and isinstance(body[0].value.value, str) else body  # type: ignore[union-attr]
    return all(empty(node) for node in rest)


def _is_blank(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Tuple | ast.List) and value.elts:
        return all(_is_blank(item) for item in value.elts)
    return isinstance(value, ast.Constant) and value.value is ...


def _used(tree: ast.Module) -> set[str]:
    """The names that a cell wants from others: read before it binds them, or by functions and never bound here."""
    have: set[str] = set()
    used: set[str] = set()
    later: set[str] = set()
    for node in tree.body:
        reads = _read(symtable.symtable(ast.unparse(node), "cell", "exec")) | _read_first([*_outside_functions([node])])
        targets = [node.target] if isinstance(node, ast.For) else node.items if isinstance(node, ast.With) else []
        reads -= {name for name, _ in _bindings(targets)}
        if isinstance(node, _FUNCTIONS):
            later |= reads
        else:
            used |= reads - have
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)):
            have |= {name for name, _ in _bindings([node])}
    return used | (later - have)


def _read(table: symtable.SymbolTable) -> set[str]:
    """The names that are read at the top level, and as globals of functions."""
    top = table.get_type() == "module"
    found = {item.get_name() for item in table.get_symbols() if item.is_referenced() and (top or item.is_global())}
    return found.union(*(_read(inner) for inner in table.get_children()))


def _read_first(here: Sequence[ast.AST]) -> set[str]:
    """What `total += 1` and `del total` need to be there, which Python's own table does not count as read."""
    found: set[str] = set()
    for node in here:
        targets = [node.target] if isinstance(node, ast.AugAssign) else []
        targets = node.targets if isinstance(node, ast.Delete) else targets
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def _in_magics(tree: ast.Module) -> set[str]:
    """Names in what is given to IPython as text: `folder` of `!ls {folder}`, and `fit` of `%prun fit(x)`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if isinstance(of, ast.Call) and isinstance(of.func, ast.Name) and of.func.id == "get_ipython":
                texts = [str(item.value) for item in node.args if isinstance(item, ast.Constant)]
                if texts[:1] not in (["prun"], ["pinfo"], ["pinfo2"], ["memit"]):
                    texts = re.findall(r"\{[^{}]*\}|\$\w+", " ".join(texts))
                found |= {word for text in texts for word in re.findall(r"[^\W\d]\w*", text)}
    return found


def _changed(here: Sequence[ast.AST]) -> set[str]:
    """Objects that a cell changes: `model` of `model.weight = w`, `model.eval()`, `values[0] = 1` and `del values`."""
    found: set[str] = set()
    for node in here:
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            found |= _root(node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            found.add(node.id)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found |= _root(node.value.func)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "exec":
            found.add(EVERYTHING)
    return found


def _outside_functions(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Every node that runs when the cell does."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)


def _root(node: ast.expr) -> set[str]:
    """`model` of `model.layers[0].weight` and of `model.layers.pop()`; nothing of a plain call."""
    attribute = isinstance(node, ast.Attribute | ast.Subscript)
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if attribute and isinstance(node, ast.Name) else set()
