"""The first code cell of every notebook: it finds learntools, or installs it, and says in one line where you are.

It is text, as it runs where learntools may be missing. It does only what must be done before learntools can be
imported; the rest is `platforms.prepare`. The only public name that it adds to the notebook is `platforms`.

Packages that learntools needs are installed by `prepare`, and only those that are not there at all. Left to pip, the
IPython of Colab (7.34, on purpose) would be replaced under the kernel that runs on it.

The notebook carries the first two numbers of the version that it was built for. They change when notebook and package
must change together; a third number is for what needs no new notebook. So the built notebooks stay the same from commit
to commit, and a learner is told only of differences that matter.
"""

from __future__ import annotations

from learntools import __version__

_CELL = """\
# Set-up. Where learntools is missing (Kaggle, Colab), this installs it first, which takes up to a minute.
def _set_up(address="{address}"):
    import importlib.util, os, pathlib, subprocess, sys

    def found():  # Kaggle carries an older, unrelated package of the same name, which has no lessons.
        spec = importlib.util.find_spec("learntools")
        places = spec and spec.submodule_search_locations or ()
        return any((pathlib.Path(place) / "lessons").is_dir() for place in places)

    if not hasattr(sys.modules.get("learntools"), "progress"):  # It may even have been imported already.
        for name in [name for name in sys.modules if name.partition(".")[0] == "learntools"]:
            del sys.modules[name]
    if found():
        return
    here, given = pathlib.Path.cwd(), pathlib.Path(os.environ.get("LEARNTOOLS_INPUT", "/kaggle/input"))
    sources = [folder for folder in (here, *here.parents) if (folder / "learntools" / "lessons").is_dir()]
    wheels = [file for depth in range(5) for file in sorted(given.glob("*/" * depth + "learntools-*.whl"))]
    sources += sorted(wheels, key=lambda file: not file.name.startswith("learntools-{version}."))
    sources += ["git+" + address] if address else []
    cure = "on Kaggle, add the course's dataset under Input; elsewhere, in a terminal: pip install PATH_OF_THE_CHECKOUT"
    if not sources:
        raise ModuleNotFoundError("learntools is not installed here: " + cure)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "uninstall", "--yes", "learntools"], capture_output=True)
    for source in sources:
        done = subprocess.run([*pip, "install", "--no-deps", source], capture_output=True, text=True)
        importlib.invalidate_caches()
        if done.returncode == 0 and found():
            return
    raise RuntimeError(f"learntools could not be installed: turn the internet on; or, {{cure}}\\n{{done.stderr}}")


_set_up()
from learntools import platforms

platforms.prepare(notebook="{version}")
print(platforms.summary())"""

#: Folded away in JupyterLab and on Kaggle: a learner need not read it.
FOLDED = {"jupyter": {"source_hidden": True}, "_kg_hide-input": True}


def source(repository: str = "") -> str:
    """The cell's source, for a course that is published at `repository` (empty: it is not)."""
    return _CELL.format(address=repository, version=".".join(__version__.split(".")[:2]))
