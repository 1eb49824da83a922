"""Kaggle's and Colab's machines, simulated: their variables, their packages, no network; real pip, a real kernel.

    kaggle = machine(folder, KAGGLE)
    install_kaggles_own(kaggle)                    # the unrelated package of our name
    kaggle.attach(*wheels)                         # a read-only dataset under `LEARNTOOLS_INPUT`
    kaggle.execute(notebook)

A machine is a virtual environment of its own. It sees every package of this one through links, except learntools and
what a test takes away, so that pip may install and uninstall there and nothing is downloaded. What its Python asks for
outside of the machine is refused, and noted in `asked`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from learntools.authoring import kaggle, setup_cell

KAGGLE = {"KAGGLE_KERNEL_RUN_TYPE": "Interactive", "KAGGLE_URL_BASE": "https://www.kaggle.com"}
COLAB = {"COLAB_RELEASE_TAG": "release-colab_20260101-060000_RC00", "COLAB_GPU": ""}
#: Imported before anything else by every Python of a machine.
NO_NETWORK = """
import sys

def refuse(event, args):
    if event not in ("socket.connect", "socket.getaddrinfo"):
        return
    host = args[0] if event == "socket.getaddrinfo" else args[1][0] if isinstance(args[1], tuple) else None
    if isinstance(host, str) and host not in ("127.0.0.1", "localhost", "::1", "0.0.0.0"):
        with open({asked!r}, "a") as file:
            file.write(host + "\\n")
        raise OSError(f"there is no network here, and {{host}} was asked for")

sys.addaudithook(refuse)
"""


@dataclass
class Machine:
    """A simulated machine: its Python, its packages, where datasets are attached, where notebooks run.

    `asked` lists the hosts that something on it has tried to reach.
    """

    python: Path
    site: Path
    attached: Path
    working: Path
    environment: dict[str, str]

    @property
    def asked(self) -> list[str]:
        file = self.site / "asked.txt"
        return file.read_text().split() if file.exists() else []

    def attach(self, *files: Path) -> None:
        """Kaggle's layout of today; the folders are read-only."""
        folder = self.attached / "datasets" / "somebody" / "models-that-create-learntools"
        folder.mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder)
        for place in (folder, *folder.parents[:3]):
            place.chmod(0o555)

    def run(self, program: str) -> subprocess.CompletedProcess[str]:
        """The program in a fresh Python, without a notebook around it."""
        command = [self.python, "-c", program]
        return subprocess.run(command, cwd=self.working, env=self.environment, capture_output=True, text=True)

    def execute(self, notebook: nbformat.NotebookNode) -> None:
        """The notebook in a real kernel of this machine's Python; a cell that raises ends it."""
        manager = KernelManager(kernel_name="python3")
        launch = [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
        manager.kernel_spec.argv[:] = launch
        NotebookClient(notebook, km=manager, timeout=300).execute(
            cwd=str(self.working), env=self.environment, cleanup_kc=True
        )


def machine(folder: Path, variables: Mapping[str, str], without: Sequence[str] = ()) -> Machine:
    """A new machine in `folder`, with the `variables` of its host; `without` names packages that it lacks."""
    place = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    site = place / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    left_out = ("learntools", "_editable_impl_learntools", "__pycache__", *(n.replace("-", "_") for n in without))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(left_out):
            (site / entry.name).symlink_to(entry)
    (site / "no_network.py").write_text(NO_NETWORK.format(asked=str(site / "asked.txt")))
    (site / "no_network.pth").write_text("import no_network\n")
    for name in ("working", "input", "home"):
        (folder / name).mkdir()
    return Machine(
        place / "bin" / "python",
        site,
        folder / "input",
        folder / "working",
        {
            "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "IPYTHONDIR": str(folder / "home" / "ipython"),
            "LEARNTOOLS_HOME": str(folder / "home" / "learntools"),
            "LEARNTOOLS_INPUT": str(folder / "input"),
            "LEARNTOOLS_QUICK": "1",
            "OMP_NUM_THREADS": "1",
            # pip is to fail at once: nobody listens there
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "https_proxy": "http://127.0.0.1:9",
            **variables,
        },
    )


def install_kaggles_own(on: Machine, number: str = "0.3.4") -> None:
    """What Kaggle's machines carry under our name: other modules, another version."""
    info = f"learntools-{number}.dist-info"
    files = {
        "learntools/__init__.py": f"__version__ = {number!r}\n",
        "learntools/core/__init__.py": "from learntools.core.problem import Problem\n",
        "learntools/core/problem.py": "class Problem:\n    pass\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: learntools\nVersion: {number}\n",
        f"{info}/INSTALLER": "pip\n",
    }
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    for name, text in (files | {f"{info}/RECORD": record}).items():
        (on.site / name).parent.mkdir(parents=True, exist_ok=True)
        (on.site / name).write_text(text)


def ready(folder: Path, wheel: Path) -> Machine:
    """A machine of Kaggle's after a notebook's first cell, which has put the course in the place of their package."""
    given = [wheel]
    for name, content in map(kaggle.packed_again, kaggle.NOT_ON_KAGGLE):
        given.append(folder / name)
        given[-1].write_bytes(content)
    made = machine(folder, KAGGLE, without=kaggle.NOT_ON_KAGGLE)
    install_kaggles_own(made)
    made.attach(*given)
    result = made.run(setup_cell.source())
    assert "· Kaggle ·" in result.stdout, result.stderr
    return made
