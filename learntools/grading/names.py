"""Which names a cell makes and which it uses, read from its syntax; nothing is executed."""

from __future__ import annotations

import ast
import builtins
import functools
import re
import symtable
from dataclasses import dataclass

_BUILTIN = frozenset(dir(builtins))


@dataclass(frozen=True)
class Names:
    """made: bound at the cell's top level, or changed there.   used: read anywhere, before or after."""

    made: frozenset[str]
    used: frozenset[str]


NOTHING = Names(frozenset(), frozenset())


@functools.lru_cache(maxsize=4096)
def names(source: str) -> Names:
    """The names of a code cell; for one that is no Python, those that its text seems to bind."""
    tree = parsed(source)
    if tree is None:
        return Names(frozenset(re.findall(r"^(?:def\s+|class\s+)?(\w+)\s*(?:=(?!=)|\(|:)", source, re.M)), frozenset())
    table = symtable.symtable(ast.unparse(tree), "cell", "exec")
    made = {item.get_name() for item in table.get_symbols() if item.is_assigned() or item.is_imported()}
    for node in tree.body:
        made |= _changed(node)
    return Names(frozenset(made), frozenset(_used(table) - _BUILTIN))


def _used(table: symtable.SymbolTable) -> set[str]:
    """The names that a cell reads from outside: those of its top level, and the globals of its functions."""
    top = table.get_type() == "module"
    used = {item.get_name() for item in table.get_symbols() if item.is_referenced() and (top or item.is_global())}
    return used.union(*(_used(inner) for inner in table.get_children()))


def _changed(node: ast.stmt) -> set[str]:
    """Objects that a statement changes: `model` of `model.weight = w`, `model.eval()` and `values[0] = 1`."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return set()
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute | ast.Subscript) and isinstance(inner.ctx, ast.Store):
            found |= _root(inner)
        elif isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call):
            found |= _root(inner.value.func)
    return found


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a cell, its magics replaced; None where it is no Python."""
    try:
        return ast.parse(_plain(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _plain(source: str) -> str:
    if source.lstrip().startswith("%%"):
        source = source.partition("\n")[2]
    if not re.search(r"^\s*[%!?]|\?\s*$|=\s*[!%]", source, re.M):
        return source
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def _root(node: ast.expr) -> set[str]:
    """`model` of `model.layers[0].weight`; nothing of a plain call."""
    attribute = isinstance(node, ast.Attribute | ast.Subscript)
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if attribute and isinstance(node, ast.Name) else set()
