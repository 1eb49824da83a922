"""Every test keeps its own record of progress and its own cache, so that none touches the developer's."""

from __future__ import annotations

import os

# Tests run side by side, one to a core: threads of torch would only fight over them. Set before torch is imported, and
# inherited by the kernels that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib as mpl
import psutil
import pytest

mpl.use("Agg")


@pytest.fixture(autouse=True, scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEARNTOOLS_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("NBGRADER_EXECUTION", raising=False)
        yield


@pytest.fixture(autouse=True, scope="module")
def _no_kernel_is_left_running():
    """A kernel that imported torch holds half a gigabyte: forgotten ones have filled a machine before."""
    yield
    left = [child for child in psutil.Process().children() if "ipykernel_launcher" in " ".join(_command(child))]
    for child in left:
        child.kill()
    assert not left, f"{len(left)} kernels were started and not shut down"


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it has just ended
        return []
