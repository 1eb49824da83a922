"""A lesson of two questions in a folder of its own, for the tests of what builds and runs lessons."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from learntools.authoring import Lesson
from learntools.core.exercise import Exercise

EXERCISES = '''
import torch
from learntools.core import close, exercise


@exercise(answer="double", points=2)
class q1:
    """Double every value."""
    hints = ["What does x + x give?", "2 * x"]
    reference = lambda x: 2 * x

    def scenario(rng):
        return {"x": rng.normal(4)}

    def observe(answer, s):
        return {"result": answer(s.x)}

    expect = [close("result")]
    mistakes = {
        "squared": (lambda x: x**2, "That is the square: two times x is x + x."),
        "halved": (lambda x: x / 2, "That is the half: multiply instead."),
    }


@exercise(answer="answer", points=1)
class q2:
    """Six times seven."""
    hints = ["It is more than forty.", "42"]
    reference = 42
    mistakes = {"added": (13, "You added where you should multiply.")}
'''

SCRIPT = '''\
# %% [markdown]
# # 01 · Tiny
# %%
import torch
from MODULE import q1, q2
# cat and dog
# %% answer="q1"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    twice = torch.add(x, x)
    return twice
    ### END SOLUTION
# %% check="q1"
q1.check()
# %% tags=["demo"]
print(q1.get()(torch.ones(2)))
# %% answer="q2"
### BEGIN SOLUTION: answer = ...
answer = 6 * 7
### END SOLUTION
# %% check="q2"
q2.check()
# %% [markdown]
# That was all.
'''


def tiny(folder: Path, script: str = SCRIPT, exercises: str = EXERCISES, name: str = "tiny_lesson") -> Lesson:
    """Write the lesson into `folder` (which a kernel then needs on its PYTHONPATH) and load its exercises."""
    (folder / "solutions").mkdir(parents=True, exist_ok=True)
    path = folder / "solutions" / "01_tiny.py"
    path.write_text(script.replace("MODULE", name), encoding="utf-8")
    module = folder / f"{name}.py"
    module.write_text(exercises, encoding="utf-8")
    return Lesson(name, path, _load(module))


def _load(path: Path) -> Sequence[Exercise]:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return [item for item in vars(module).values() if isinstance(item, Exercise)]
