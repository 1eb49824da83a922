"""Every test keeps its own record of progress and its own cache, so that none touches the developer's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

# Tests run side by side, one to a core: threads of torch would only fight over them. Set before torch is imported, and
# inherited by the kernels that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib as mpl
import pytest

mpl.use("Agg")


@pytest.fixture(autouse=True, scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEARNTOOLS_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("NBGRADER_EXECUTION", raising=False)
        yield


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory):
    """A course with two lessons, as its instructor hands it out, and what was said while it was made."""
    from grading_course import make

    return make(tmp_path_factory.mktemp("term"))


@pytest.fixture
def course(made, tmp_path: Path):
    """A copy of it, in another place."""
    return Path(shutil.copytree(made.course, tmp_path / "moved"))
