"""The first code cell of every notebook: it finds learntools, or installs it, and says in one line where you are.

It is text, as it runs where learntools may be missing. The only public name it adds to the notebook is `platforms`.
"""

from __future__ import annotations

_CELL = """\
# Set-up: silent where learntools is installed. Elsewhere (Kaggle, Colab) it installs it first.
def _set_up(address="{address}"):
    import importlib.util, pathlib, subprocess, sys

    # Kaggle carries an older, unrelated package of the same name, which has no lessons.
    if importlib.util.find_spec("learntools") and importlib.util.find_spec("learntools.lessons"):
        return
    folders = [pathlib.Path.cwd(), *pathlib.Path.cwd().parents]
    checkout = next((str(folder) for folder in folders if (folder / "learntools" / "lessons").is_dir()), None)
    if not (checkout or address):
        raise ModuleNotFoundError("learntools is not installed here. In a terminal: pip install PATH_OF_THE_CHECKOUT")
    print("Installing learntools; this happens once.")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "uninstall", "--yes", "learntools"], capture_output=True)
    subprocess.run([*pip, "install", checkout or "git+" + address], check=True)
    for name in [name for name in sys.modules if name.partition(".")[0] == "learntools"]:
        del sys.modules[name]
    importlib.invalidate_caches()


_set_up()
from learntools import platforms

platforms.share_cores()
print(platforms.summary())"""

#: Folded away in JupyterLab and on Kaggle: a learner need not read it.
FOLDED = {"jupyter": {"source_hidden": True}, "_kg_hide-input": True}


def source(repository: str = "") -> str:
    """The cell's source, for a course that is published at `repository` (empty: it is not)."""
    return _CELL.format(address=repository)
