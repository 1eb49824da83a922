"""Which cells of a submission must run, so that every question can be judged.

    for step in plan(matched): ...

Answers and the learner's own cells run. Of what was handed out, demonstrations run only where a later cell needs a name
that they make, and cells that train never do: a class cannot be trained again, and what a learner has trained lies
beside the notebook as a file.
"""

from __future__ import annotations

from learntools.grading.key import ANSWER, CHECK, DEMO, NEVER_RUN
from learntools.grading.matching import OWN, Placed
from learntools.grading.names import names

SETUP = "setup"  # the id of the cell that installs the course where it is missing


def runs(cells: list[Placed]) -> list[bool]:
    """For each cell whether it runs; a check always does."""
    wanted: set[str] = set()
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
            skipped = item.original.id == SETUP or NEVER_RUN & set(item.original.tags)
            found[place] = not skipped and bool(seen.made & wanted)
        if found[place]:
            wanted |= seen.used
    return found
