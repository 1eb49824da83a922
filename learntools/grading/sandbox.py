"""What the process that runs submissions may see: the system to read, and a disk in memory that is its own.

With bubblewrap (Linux; Debian's package `bubblewrap`) a submission sees, and can only read:

    /usr and what belongs to it, the environment of Python that grades, the package learntools, its shipped data

It can write to /tmp and /dev/shm, which are in memory, are nobody else's and are emptied after each submission. There
is no network, not even this machine's own, no course folder, no gradebook, no other submission, no /etc but the
dynamic linker's cache, no process but its own, and nothing of the instructor's files or environment variables. It has
no privileges, whoever runs the command.

Elsewhere only the limits of `child.Limits` hold, files beside the notebook are removed afterwards, and so are the
processes that it has left behind, unless they hid themselves; the command says so.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import site
import subprocess
import sys
import time
from pathlib import Path

IN_MEMORY = 384 * 2**20  # bytes that all files may take together: the server's own, a submission's, what it writes
_SO = "so submissions run with your own rights: limited in time and memory, but able to read your files and to use the"
NOT_INSTALLED = f"bubblewrap is not installed, {_SO} network. On Debian or Ubuntu: apt install bubblewrap"
FORBIDDEN = (
    "bubblewrap is installed, but may not make its sandbox here ({said}), "
    f"{_SO} network. The table in docs/instructors.md says how to allow it."
)

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives")
_WRITABLE = ("/tmp", "/dev/shm")
_MARK = "LEARNTOOLS_GRADER"  # the environment variable by which a grader's processes are known
_INSIDE = "LEARNTOOLS_SANDBOX"


def available() -> bool:
    """Whether bubblewrap is installed and may make its namespaces here."""
    return not trouble()


@functools.cache
def trouble() -> str:
    """Why there is no sandbox, and what that means, in a sentence; empty where there is one.

    A container may forbid it, and so does Ubuntu from 24.04 on by AppArmor.
    """
    if shutil.which("bwrap") is None:
        return NOT_INSTALLED
    try:
        tried = subprocess.run([*_namespaces(), *_mounts(), "true"], capture_output=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return FORBIDDEN.format(said="it did not answer within 20 seconds")
    except OSError as error:
        return FORBIDDEN.format(said=error.strerror)
    if tried.returncode == 0:
        return ""
    lines = tried.stderr.decode(errors="replace").strip().splitlines()
    return FORBIDDEN.format(said=lines[-1][:200] if lines else f"exit status {tried.returncode}")


def command(
    arguments: list[str], folder: Path, mark: str = "", isolated: bool = True
) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment that run `python ARGUMENTS`, in a sandbox if `isolated`.

    folder: an empty folder for its files, where there is no sandbox to have one in.   mark: see `end_marked`.
    """
    if isolated:
        home = "/tmp/home"
        program = [*_namespaces(), *_mounts(), "--dir", home, "--remount-ro", "/", "--chdir", home, sys.executable]
        return [*program, *arguments], _environment(home) | {_INSIDE: "1", _MARK: mark}
    return [sys.executable, *arguments], _environment(str(folder)) | {_MARK: mark}


def inside() -> bool:
    """Whether this process is in the sandbox."""
    return _INSIDE in os.environ


def private() -> tuple[str, ...]:
    """The folders that can be written in the sandbox, where this process is in it."""
    return _WRITABLE if inside() else ()


def end_marked(mark: str) -> None:
    """End the processes that a grader without a sandbox has left, known by their environment."""
    wanted = f"{_MARK}={mark}".encode()
    late = time.monotonic() + 10
    while time.monotonic() < late:
        found = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and wanted in _environ(entry)]
        if not found:
            return
        for process in found:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.01)


def _environ(process: str) -> list[bytes]:
    with contextlib.suppress(OSError):
        return Path("/proc", process, "environ").read_bytes().split(b"\0")
    return []


def remove(path: Path) -> None:
    """Delete a file or a folder, also one that was made unreadable."""
    if path.is_dir() and not path.is_symlink():
        for place, folders, _ in os.walk(path):
            for name in ("", *folders):
                with contextlib.suppress(OSError):
                    if not os.path.islink(one := os.path.join(place, name)):
                        os.chmod(one, 0o700)
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _namespaces() -> list[str]:
    names = ["bwrap", "--unshare-all", "--cap-drop", "ALL", "--die-with-parent", "--new-session"]
    return [*names, "--hostname", "class"]


def _mounts() -> list[str]:
    from learntools.data import files

    package = Path(__file__).resolve().parents[1]
    python = Path(os.path.realpath(sys.executable))
    base = Path(sys.base_prefix)
    readable = {Path(sys.prefix), base, base.resolve(), python, package, files.folder().resolve()}
    if site.ENABLE_USER_SITE:
        readable |= {Path(site.getusersitepackages())} & {Path(place) for place in sys.path}
    found: list[str] = []
    for name in _SYSTEM:
        if os.path.islink(name):
            found += ["--symlink", os.readlink(name), name]
        elif os.path.exists(name):
            found += ["--ro-bind", name, name]
    for place in sorted(readable):
        if place != Path("/usr") and not str(place).startswith("/usr/"):
            found += ["--ro-bind", str(place), str(place)]
    memory = ["--size", str(IN_MEMORY), "--tmpfs"]
    own = ["--proc", "/proc", "--dev", "/dev", *memory, "/dev/shm", "--remount-ro", "/dev", *memory, "/tmp"]
    return [*own, *found]  # in this order: what is readable may itself lie in /tmp


def _environment(home: str) -> dict[str, str]:
    """Nothing of the instructor's environment but where Python's own things lie."""
    from learntools.data import files

    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "LD_LIBRARY_PATH") if name in os.environ}
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    package = Path(__file__).resolve().parents[1]
    return {
        **kept,
        **one_thread,
        "PYTHONPATH": str(package.parent),  # the same learntools as here
        "PYTHONUSERBASE": site.getuserbase(),
        "LEARNTOOLS_DATA": str(files.folder().resolve()),
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), "/usr/local/bin", "/usr/bin", "/bin"]),
        "USER": "student",
        "HOME": home,
        "TMPDIR": home,
        "LEARNTOOLS_HOME": os.path.join(home, "learntools"),
        "LEARNTOOLS_QUICK": "1",
        "NBGRADER_EXECUTION": "autograde",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": os.path.join(home, "matplotlib"),
        "IPYTHONDIR": os.path.join(home, "ipython"),
        "MALLOC_ARENA_MAX": "2",
        "PYTHONBREAKPOINT": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }
