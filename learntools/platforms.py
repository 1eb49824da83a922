"""Where the course runs: Kaggle, Colab, Jupyter or a terminal; which device, which precision, where files may go.

    from learntools import platforms
    device = platforms.device()
    with torch.autocast(device.type, platforms.precision(device)):
        ...
    print(platforms.summary())   # learntools 0.1.0 · Jupyter · CPU, 2 cores, bfloat16

Three environment variables are read: `LEARNTOOLS_HOME` moves the learner's record and the caches, `LEARNTOOLS_QUICK=1`
cuts every training to two seconds (to see that a notebook runs, not what it makes), and Kaggle's and Colab's own tell
those two apart.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

QUICK_SECONDS = 2.0
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
    """Let waiting threads give way to other programs; to be called before torch is imported, later it does nothing.

    The library that spreads torch's work over the cores (GNU OpenMP) otherwise spins while it waits. On two cores of
    which a browser uses one, a GAN step then took 1,461 ms instead of 215; on an idle machine there is no difference.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "0")


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
    """One line: the version, the platform, the device and its precision."""
    from learntools import __version__

    parts = [f"learntools {__version__}", _NAMES[where()], hardware()]
    if quick():
        parts.append(f"quick run: {QUICK_SECONDS:g} s of training at most")
    return " · ".join(parts)
