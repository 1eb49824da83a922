"""Which file of trained weights an answer reads: training is not repeated, so that file must have been handed in.

files_of(matched.cells, "q8")    # ["04_conditional_gan.safetensors"]
"""

from __future__ import annotations

import ast
import re

from learntools.grading.key import ANSWER, OWN
from learntools.grading.names import parsed
from learntools.grading.placed import Placed

SUFFIX = ".safetensors"


def files_of(cells: list[Placed], question: str) -> list[str]:
    """The names of the files that the filled answer cells of a question name, themselves or by a variable from above.

    An answer cell that was left as it was handed out reads nothing.
    """
    called: dict[str, list[str]] = {}  # variable → the files in the text that made it
    found: list[str] = []
    for item in cells:
        filled = item.question == question and item.role in (ANSWER, OWN) and item.changed
        looked_at = item.cell.kind == "code" and (filled or SUFFIX in item.cell.source)
        tree = parsed(item.cell.source) if looked_at else None
        if tree is None:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and (files := _written_in(node.value)):
                called |= {target.id: files for target in node.targets if isinstance(target, ast.Name)}
        if filled:
            found += _written_in(tree)
            used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            found += [file for name in sorted(used & set(called)) for file in called[name]]
    return list(dict.fromkeys(found))


def _written_in(tree: ast.AST) -> list[str]:
    """The names of weights that stand there as text, without their folders."""
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    names = [re.split(r"[/\\]", text)[-1] for text in texts if text.endswith(SUFFIX)]
    return [name for name in names if name != SUFFIX and name.isprintable()]
