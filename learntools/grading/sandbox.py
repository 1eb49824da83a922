"""What the process that runs submissions may see: the system to read, and a folder in memory that is its own.

With bubblewrap (Linux; Debian's package `bubblewrap`) there is no network, no course folder, no gradebook, no other
submission and none of the instructor's files in there. Elsewhere only the limits of `child.Limits` hold, and the
command says so.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

IN_MEMORY = 256 * 2**20  # bytes that all files of a submission may take together
WARNING = (
    "bubblewrap is not at hand, so submissions run with your own rights: limited in time and memory, but able to read "
    "your files and to use the network. On Debian or Ubuntu: apt install bubblewrap"
)

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives")


@functools.cache
def available() -> bool:
    """Whether bubblewrap is installed and may make its namespaces here (a container may forbid it)."""
    if shutil.which("bwrap") is None:
        return False
    tried = subprocess.run([*_namespaces(), *_mounts(), "true"], capture_output=True, timeout=20, check=False)
    return tried.returncode == 0


def command(arguments: list[str], folder: Path) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment that run `python ARGUMENTS`, in a sandbox where there is one.

    folder: an empty folder for its files, where there is no sandbox to have one in.
    """
    if available():
        home = "/tmp/home"
        program = [*_namespaces(), *_mounts(), "--dir", home, "--chdir", home, sys.executable, *arguments]
        return program, _environment(home)
    return [sys.executable, *arguments], _environment(str(folder))


def _namespaces() -> list[str]:
    return ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--hostname", "class"]


def _mounts() -> list[str]:
    from learntools.data import files

    package = Path(__file__).resolve().parents[1]
    readable = {Path(sys.prefix), Path(sys.base_prefix), Path(os.path.realpath(sys.executable)).parents[1], package}
    readable |= {files.folder().resolve()}
    found: list[str] = []
    for name in _SYSTEM:
        if os.path.islink(name):
            found += ["--symlink", os.readlink(name), name]
        elif os.path.exists(name):
            found += ["--ro-bind", name, name]
    for place in sorted(readable):
        if not str(place).startswith("/usr/"):
            found += ["--ro-bind", str(place), str(place)]
    return [*found, "--proc", "/proc", "--dev", "/dev", "--size", str(IN_MEMORY), "--tmpfs", "/tmp"]


def _environment(home: str) -> dict[str, str]:
    """Nothing of the instructor's environment but where Python's own things lie."""
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "LD_LIBRARY_PATH") if name in os.environ}
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {
        **kept,
        **one_thread,
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": home,
        "TMPDIR": home,
        "LEARNTOOLS_HOME": os.path.join(home, "learntools"),
        "LEARNTOOLS_QUICK": "1",
        "NBGRADER_EXECUTION": "autograde",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": os.path.join(home, "matplotlib"),
        "IPYTHONDIR": os.path.join(home, "ipython"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }
