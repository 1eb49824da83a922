"""Which cells of a submission must run, so that every question can be judged.

    for item, needed in zip(matched.cells, runs(matched.cells)): ...

Answers and the learner's own cells run. Of what was handed out, demonstrations run only where a later cell needs a name
that they make, and cells that train never do: a class cannot be trained again, and what a learner has trained lies
beside the notebook as a file.
"""

from __future__ import annotations

from learntools.grading.key import ANSWER, CHECK, DEMO, OWN
from learntools.grading.names import EVERYTHING, names
from learntools.grading.placed import Placed


def runs(cells: list[Placed]) -> list[bool]:
    """For each cell whether it runs; a check always does."""
    wanted = {EVERYTHING}
    found = [False] * len(cells)
    for place in range(len(cells) - 1, -1, -1):
        item = cells[place]
        if item.role == CHECK:
            found[place] = True
            continue
        if item.cell.kind != "code":
            continue
        seen = names(item.cell.source)
        if item.role in (ANSWER, OWN):
            found[place] = bool(item.cell.source.strip())
        elif item.role == DEMO and item.original is not None:
            found[place] = item.original.runs and bool(seen.made & wanted)
        if found[place]:
            wanted |= seen.used
    return found
