"""Every test keeps its own record of progress and its own cache, so that none touches the developer's."""

from __future__ import annotations

import fcntl
import os
import pickle
import resource
import shutil
import signal
import sys
from pathlib import Path

# Tests run side by side, one to a core: threads of torch would only fight over them. Set before torch is imported, and
# inherited by the kernels that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib as mpl
import psutil
import pytest

mpl.use("Agg")

LIMITS = ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE")
SIGNALS = sorted(signal.valid_signals() & set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})


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


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory):
    """`shared(name, make)`: what `make(folder)` gives, made once for all the processes that tests run in."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def once(name, make):
        with (base / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            result = base / f"{name}.pickle"
            if not result.exists():
                (base / name).mkdir()
                made = pickle.dumps(make(base / name))
                result.write_bytes(made)
            return pickle.loads(result.read_bytes())

    return once


@pytest.fixture(scope="session")
def wheel(shared):
    """This package as a wheel with its data, built once."""

    def make(folder):
        from learntools.authoring import kaggle, root

        name, content = kaggle.built_wheel(root())
        (folder / name).write_bytes(content)
        return folder / name

    return shared("wheel", make)


@pytest.fixture(scope="session")
def installed(shared, wheel):
    """A machine of Kaggle's on which the course has been installed; it must stay as it is."""
    from machines import ready

    return shared("machine", lambda folder: ready(folder, wheel))


@pytest.fixture(autouse=True)
def _process():
    """A test that leaves the process limited, or deaf to a signal, is the one that fails: not one that comes later."""
    limits = {name: resource.getrlimit(getattr(resource, name)) for name in LIMITS}
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    left = []
    for name, before in limits.items():
        if (now := resource.getrlimit(getattr(resource, name))) != before:
            resource.setrlimit(getattr(resource, name), before)
            left.append(f"{name} is {now}, and was {before}")
    for number, before in handlers.items():
        if (now := signal.getsignal(number)) != before:
            signal.signal(number, before)
            left.append(f"the handler of {number.name} is {now}, and was {before}")
    assert not left, "; ".join(left)


@pytest.fixture(autouse=True)
def _no_figure_is_left_open():
    """Figures belong to the test that drew them: pyplot keeps them for the whole process."""
    _close_figures()  # those of fixtures that several tests share
    yield
    _close_figures()


def _close_figures() -> None:
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory):
    """A course with two lessons, as its instructor hands it out, and what was said while it was made."""
    from grading_course import make

    return make(tmp_path_factory.mktemp("term"))


@pytest.fixture
def course(made, tmp_path: Path):
    """A copy of it, in another place."""
    return Path(shutil.copytree(made.course, tmp_path / "moved"))
