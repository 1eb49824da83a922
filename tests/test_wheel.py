"""A plain `pip install` of the repository works offline: the wheel carries the lessons, the data and the command."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The wheel, unpacked as pip would lay it."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def python(site: Path, code: str, home: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site), "LEARNTOOLS_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], cwd=home, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_data_is_found_and_whole_in_an_installed_package(installed, tmp_path):
    code = (
        "import learntools, learntools.data as d; print(learntools.__file__);"
        "print(len(d.fashion_mnist('test')), len(d.emoji('noto', 'test')), len(d.photos()), d.verify())"
    )
    where, counts = python(installed, code, tmp_path).splitlines()
    assert Path(where).is_relative_to(installed)
    assert counts == "10000 252 9 []"


def test_the_lessons_check_answers_in_an_installed_package(installed, tmp_path):
    code = "from learntools.lessons.welcome import q1; pixels_per_image = 784; q1.check()"
    assert "q1 · correct" in python(installed, code, tmp_path)


def test_the_wheel_says_under_which_licences_it_comes(installed):
    licences = {path.name for path in next(installed.glob("learntools-*.dist-info")).rglob("licenses/**/*")}
    assert {"LICENSE", "CC-BY-SA-4.0.txt", "CC-BY-4.0.txt", "Apache-2.0.txt"} <= licences
