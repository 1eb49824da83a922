"""A Jupyter kernel of the very Python that runs this, whatever the kernels installed on the machine are called."""

from __future__ import annotations

import sys

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager


class _ThisPython(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        # Without the level, newer kernels warn on every start that the loopback connection is not encrypted.
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


def this_python() -> AsyncKernelManager:
    """A manager for one kernel, not started yet."""
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=_ThisPython())
