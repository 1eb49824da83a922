"""The house's own rules: who imports whom, what is declared where, and that nothing of the workshop leaks out."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "learntools"

#: room → the rooms that it may import (besides itself).
MAY_IMPORT = {
    "core": set(),
    "losses": set(),
    "models": {"losses", "data"},
    "platforms": set(),
    "data": {"platforms"},
    "metrics": {"models", "data"},
    "viz": {"models", "losses", "data", "metrics", "platforms"},
    "training": {"models", "losses", "data", "metrics", "viz", "platforms"},
    "lessons": {"core", "models", "losses", "metrics", "data"},
    "grading": {"core", "lessons", "platforms", "data", "authoring"},
    "authoring": {"core", "lessons", "platforms", "data"},
    "scorecard": {"core", "lessons", "authoring"},
    "cli": {"core", "lessons", "authoring", "grading", "training", "data", "platforms", "scorecard"},
    "__init__": {"core", "lessons"},
}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "learntools"
                else [node.module]
            )
        rooms |= {name.split(".")[1] for name in names if name.startswith("learntools.")}
    return {name for name in rooms if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_room_imports_only_what_it_may(path):
    allowed = MAY_IMPORT[room(path)] | {room(path)}
    assert imported_rooms(path) <= allowed


def test_nothing_imports_the_command_line():
    others = [path for path in PACKAGE.rglob("*.py") if path.name != "cli.py"]
    assert not [path for path in others if "cli" in imported_rooms(path)]


def requirements(group: dict) -> dict[str, str]:
    found = {}
    for line in group:
        name, _, floor = line.partition(">=")
        found[name.split("[")[0].lower()] = floor
    return found


def declared() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    everything = list(project["dependencies"])
    for group in project["optional-dependencies"].values():
        everything += group
    return requirements(everything)


#: names that conda-forge spells differently
CONDA = {"torch": "pytorch", "matplotlib": "matplotlib-base", "dask": "dask-core"}


def test_the_conda_environment_is_the_same_as_the_projects():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    conda = requirements([item for item in environment["dependencies"] if isinstance(item, str)])
    conda.pop("pip")
    (pip,) = [item["pip"] for item in environment["dependencies"] if isinstance(item, dict)]
    conda |= requirements([line for line in pip if not line.startswith("--")])  # what conda-forge does not have
    assert conda.pop("python") == "3.11"
    assert conda == {CONDA.get(name, name): floor for name, floor in declared().items()}


def test_every_dependency_has_a_floor_and_a_pin_for_ci():
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    for name, floor in declared().items():
        assert floor, f"{name} has no floor"
        assert name in pins, f"{name} is not pinned in constraints.txt"

        def number(version):
            return [int(part) for part in re.findall(r"\d+", version)[:2]]

        assert number(pins[name]) >= number(floor), f"{name}: the pin is below the floor"


def test_every_import_of_the_package_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    spelled = {"pillow": "PIL", "ipython": "IPython", "pyyaml": "yaml"}
    groups = {name: requirements(items) for name, items in project["optional-dependencies"].items()}
    core = requirements(project["dependencies"])
    known = {spelled.get(name, name) for group in (core, *groups.values()) for name in group} | {"learntools"}
    # what comes with a declared package and is its public face
    known |= {"jupyter_client", "traitlets"}
    used = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                used.add(node.module.split(".")[0])
    assert used - known - set(sys.stdlib_module_names) - {"__future__"} == set()


def test_the_readme_fits_on_a_screen_and_names_the_two_commands():
    text = (ROOT / "README.md").read_text()
    assert "make lab" in text
    assert "make test" in text
    assert len(text.splitlines()) <= 70


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def test_no_path_of_one_machine_is_written_anywhere():
    pattern = re.compile(rb"/(work|root|home)/[a-z]")
    for path in tracked():
        if path.suffix in (".py", ".md", ".ipynb", ".toml", ".yml", ".txt", ".csv") and path != Path(__file__):
            assert not pattern.search(path.read_bytes()), path


def test_nothing_tracked_is_larger_than_it_must_be():
    for path in tracked():
        limit = 27_000_000 if "FashionMNIST" in path.parts else 5_000_000
        assert path.stat().st_size < limit, path
