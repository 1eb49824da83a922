"""Find the learner's answer by its name: in the notebook, else where the check was called from."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


def find(name: str, caller: FrameType) -> Any:
    """The object that `name` stands for, or `MISSING`."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    places = [shell.user_ns] if shell is not None else []
    for place in (*places, caller.f_locals, caller.f_globals):
        if name in place:
            return place[name]
    return MISSING
