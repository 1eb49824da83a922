"""Where the course runs: Kaggle, Colab, Jupyter or a terminal; which device, which precision, where files may go.

    from learntools import platforms
    device = platforms.device()
    with torch.autocast(device.type, platforms.precision(device)):
        ...
    print(platforms.summary())   # learntools 0.1.0 · Jupyter · CPU, 2 cores, bfloat16 · trainings take 1 to 3 minutes

Three environment variables are read: `LEARNTOOLS_HOME` moves the learner's record and the caches, `LEARNTOOLS_QUICK=1`
cuts every training to two seconds (to see that a notebook runs, not what it makes), and Kaggle's and Colab's own tell
those two apart. (A fourth, `LEARNTOOLS_INPUT`, is for the notebooks' set-up cell: where to look for wheels.)
"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

QUICK_SECONDS = 2.0
#: What the main training of a lesson takes, on any device: a faster one gets further in the same time.
TRAINING = "trainings take 1 to 3 minutes"
_NAMES = {"kaggle": "Kaggle", "colab": "Colab", "vscode": "VS Code", "jupyter": "Jupyter", "terminal": "terminal"}


def where() -> str:
    """`kaggle`, `colab`, `vscode`, `jupyter` (any other notebook), or `terminal` (no notebook at all)."""
    if "KAGGLE_KERNEL_RUN_TYPE" in os.environ or "KAGGLE_URL_BASE" in os.environ:
        return "kaggle"
    if "COLAB_RELEASE_TAG" in os.environ or "google.colab" in sys.modules:
        return "colab"
    shell = _shell()
    if shell is None:
        return "terminal"
    return "vscode" if "VSCODE_PID" in os.environ or "__vsc_ipynb_file__" in shell.user_ns else "jupyter"


def _shell() -> Any:
    """The notebook's IPython shell; `None` outside a notebook, IPython at a terminal included."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return shell if getattr(shell, "kernel", None) is not None else None


def home() -> Path:
    """The folder of the learner's record and the caches; it may not exist yet.

    `$LEARNTOOLS_HOME`, else `/kaggle/working/.learntools` on Kaggle (the one folder it keeps), else `~/.learntools`.
    """
    chosen = os.environ.get("LEARNTOOLS_HOME")
    if chosen:
        return Path(chosen).expanduser()
    return Path("/kaggle/working/.learntools") if where() == "kaggle" else Path.home() / ".learntools"


def device() -> torch.device:
    """The fastest device here: a CUDA GPU, Apple's GPU, else the CPU."""
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def precision(device: torch.device | str | None = None) -> torch.dtype:
    """The precision in which `device` (default: `device()`) trains fastest without losing the result.

    CUDA: bfloat16 from compute capability 8 on (Ampere), float16 before it (a T4), which needs loss scaling.
    CPU: bfloat16 where the processor multiplies it in hardware (AVX512-BF16 or AMX; a loss elsewhere), else float32.
    """
    import torch

    chosen = globals()["device"]() if device is None else torch.device(device)
    if chosen.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(chosen)[0] >= 8 else torch.float16
    if chosen.type == "cpu" and _cpu_has_bfloat16():
        return torch.bfloat16
    return torch.float32


def _cpu_has_bfloat16() -> bool:
    import torch

    if not torch.backends.mkldnn.is_available():
        return False
    # Private, and named differently in some releases: without them ask the operating system.
    asks = [getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")]
    if all(asks):
        return any(ask() for ask in asks if ask)
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def cores() -> int:
    """How many CPU cores this process may use: what it is pinned to, and what its container is allowed."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        count = os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return max(1, min(count, int(quota) // int(period)))
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        return count


def share_cores() -> None:
    """Let waiting threads soon give way to other programs; call it before torch is imported, later it does nothing.

    The library that spreads torch's work over the cores (GNU OpenMP) otherwise spins for milliseconds while it waits.
    Not to spin at all costs time, too, for then a thread must be woken again and again. On 2 virtual cores a step of
    text-to-image took 116 ms with the library's own habit and 200 ms without spinning, but 535 and 240 ms when
    another program used one of the cores. In between, 3,000 turns lose little either way: a captioner's step took
    103 ms (97 and 127), and 216 ms (404 and 186) beside the other program.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")


def quick() -> bool:
    """Whether `LEARNTOOLS_QUICK` asks for a quick run."""
    return os.environ.get("LEARNTOOLS_QUICK", "") not in ("", "0")


def time_budget(seconds: float) -> float:
    """How many seconds a training cell may take: `seconds`, or 2 in a quick run."""
    return min(seconds, QUICK_SECONDS) if quick() else seconds


def hardware() -> str:
    """The device and its precision in words: `CPU, 2 cores, bfloat16`, `2 × Tesla T4, 15 GiB each, float16`."""
    import torch

    chosen = device()
    kind = str(precision(chosen)).removeprefix("torch.")
    if chosen.type == "cuda":
        count = torch.cuda.device_count()
        gpu = torch.cuda.get_device_properties(0)
        memory = f"{gpu.total_memory / 2**30:.0f} GiB"
        return f"{count} × {gpu.name}, {memory} each, {kind}" if count > 1 else f"{gpu.name}, {memory}, {kind}"
    name = "Apple GPU" if chosen.type == "mps" else "CPU"
    return f"{name}, {cores()} core{'s' * (cores() != 1)}, {kind}"


def summary() -> str:
    """One line: the version, the platform, the device and its precision, and how long a training takes."""
    from learntools import __version__

    budget = f"quick run: {QUICK_SECONDS:g} s of training at most" if quick() else TRAINING
    return " · ".join([f"learntools {__version__}", _NAMES[where()], hardware(), budget])


def prepare(notebook: str) -> None:
    """What every notebook does before anything else; prints a sentence only where there is something to do about it.

    Lets waiting threads give way, installs packages that are still missing, and compares notebook and package.

    Args:
        notebook: the first two numbers of the version that the notebook was built for, such as `0.1`.
    """
    share_cores()
    for sentence in (install_missing(), mismatch(notebook)):
        if sentence:
            print(sentence)


def mismatch(notebook: str) -> str:
    """One sentence on what to do where a notebook was built for another version than this one; else nothing.

    Only the first two numbers count, so `notebook` may be `0.1` or `0.1.2`.
    """
    from learntools import __version__

    wanted, present = ([int(part) for part in re.findall(r"\d+", text)[:2]] for text in (notebook, __version__))
    if wanted == present:
        return ""
    said = f"This notebook was made for learntools {notebook}, and {__version__} is installed here: "
    if wanted < present:
        return said + f"open the lesson's newer notebook, or install learntools {notebook} and restart the kernel."
    if where() == "kaggle":
        return said + "under Input, let the course's dataset be updated to its newest version, and restart the session."
    return said + "install the newer one (pip uninstall learntools, then run this cell again) and restart the kernel."


def missing() -> list[str]:
    """The packages that learntools needs and this Python lacks, with their floors, such as `timm>=1.0.11`.

    One that is there but too old is not listed: Colab and Kaggle hold some back on purpose (IPython, matplotlib), a
    running kernel has them loaded, and another torch would take minutes and may not fit the GPU's driver.
    """
    from importlib import metadata

    def lacks(requirement: str) -> bool:
        try:
            metadata.distribution(re.split(r"[^\w.-]", requirement)[0])
        except metadata.PackageNotFoundError:
            return True
        return False

    try:
        wanted = metadata.requires("learntools") or []
    except metadata.PackageNotFoundError:  # imported from a checkout that is not installed
        return []
    return [requirement for requirement in wanted if ";" not in requirement and lacks(requirement)]  # ";": an extra's


def install_missing() -> str:
    """Install what `missing` names, first from wheels beside the one that learntools came from, then from the network.

    Returns one sentence where something stays missing, else nothing.
    """
    wanted = missing()
    if not wanted:
        return ""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    folder = _wheels()
    for requirement in wanted if folder else ():  # one by one: a wheel that is not there must not stop another
        subprocess.run([*pip, "--no-index", "--find-links", str(folder), requirement], capture_output=True)
    importlib.invalidate_caches()
    if missing():
        subprocess.run([*pip, "--retries", "1", *missing()], capture_output=True)
        importlib.invalidate_caches()
    still = ", ".join(missing())
    cure = "turn the internet on and run this cell again; lessons that need none of it work without."
    return f"learntools needs {still}, which could not be installed: {cure}" if still else ""


def _wheels() -> Path | None:
    """The folder of the wheel that learntools was installed from (pip notes it down); `None` if it was no wheel."""
    from importlib import metadata
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        origin = json.loads(metadata.distribution("learntools").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return None
    address = urlsplit(origin.get("url", ""))
    file = Path(url2pathname(address.path))
    return file.parent if address.scheme == "file" and file.suffix == ".whl" else None
