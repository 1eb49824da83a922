"""A Jupyter kernel of one very Python, whatever the kernels installed on the machine are called."""

from __future__ import annotations

import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager


class _OnePython(KernelSpecManager):
    python = sys.executable

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        # Without the level, newer kernels warn on every start that the loopback connection is not encrypted.
        command = [self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


def kernel_of(python: str | Path = sys.executable) -> AsyncKernelManager:
    """A manager for one kernel, not started yet; of the Python that runs this by default."""
    specs = _OnePython()
    specs.python = str(python)
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
