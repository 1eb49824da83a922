"""Where the course runs, and what it finds there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from learntools import __version__, platforms

HINTS = ("KAGGLE_KERNEL_RUN_TYPE", "KAGGLE_URL_BASE", "COLAB_RELEASE_TAG", "LEARNTOOLS_HOME", "LEARNTOOLS_QUICK")


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    for name in HINTS:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_importing_it_does_not_import_torch():
    code = "import sys; import learntools.platforms; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_kaggle_colab_and_a_terminal_are_told_apart(bare):
    assert platforms.where() == "terminal"
    bare.setenv("COLAB_RELEASE_TAG", "release-colab")
    assert platforms.where() == "colab"
    bare.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    assert platforms.where() == "kaggle"


def test_home_is_where_the_environment_says_else_where_the_platform_keeps_files(bare, tmp_path):
    assert platforms.home() == Path.home() / ".learntools"
    bare.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    assert platforms.home() == Path("/kaggle/working/.learntools")
    bare.setenv("LEARNTOOLS_HOME", str(tmp_path))
    assert platforms.home() == tmp_path
    bare.setenv("LEARNTOOLS_HOME", "~/elsewhere")
    assert platforms.home() == Path.home() / "elsewhere"


def test_a_quick_run_cuts_training_to_two_seconds_and_never_lengthens_it(bare):
    assert platforms.time_budget(60) == 60
    bare.setenv("LEARNTOOLS_QUICK", "0")
    assert platforms.time_budget(60) == 60
    bare.setenv("LEARNTOOLS_QUICK", "1")
    assert platforms.time_budget(60) == 2
    assert platforms.time_budget(1) == 1


def test_the_cpu_gets_bfloat16_only_where_it_multiplies_it_in_hardware():
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        pytest.skip("asks Linux what the processor can do")
    flags = cpuinfo.read_text()
    able = "avx512_bf16" in flags or "amx_bf16" in flags
    assert platforms.precision("cpu") == (torch.bfloat16 if able else torch.float32)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_gpu_is_used_and_gets_the_precision_it_can():
    assert platforms.device().type == "cuda"
    modern = torch.cuda.get_device_capability()[0] >= 8
    assert platforms.precision() == (torch.bfloat16 if modern else torch.float16)
    assert torch.cuda.get_device_name() in platforms.summary()


def test_the_chosen_device_trains_in_the_chosen_precision():
    device = platforms.device()
    network = torch.nn.Linear(8, 8).to(device)
    kind = platforms.precision()
    with torch.autocast(device.type, kind, enabled=kind != torch.float32):
        result = network(torch.ones(2, 8, device=device))
    assert result.dtype == kind
    result.float().sum().backward()


def test_the_summary_is_one_true_line(bare):
    line = platforms.summary()
    assert line.startswith(f"learntools {__version__} · terminal · ")
    assert str(platforms.precision()).removeprefix("torch.") in line
    assert "\n" not in line
    assert line.endswith(" · trainings take 1 to 3 minutes")
    bare.setenv("LEARNTOOLS_QUICK", "1")
    assert platforms.summary().endswith("quick run: 2 s of training at most")


def test_the_minutes_in_the_summary_are_those_of_the_lessons():
    """Of the longest training in each lesson; a lesson may have a short one beside it."""
    scripts = sorted((Path(__file__).parents[1] / "solutions").glob("*.py"))
    found = [re.findall(r"time_budget\((\d+)\)", script.read_text()) for script in scripts]
    longest = [max(int(seconds) for seconds in budgets) for budgets in found if budgets]
    low, high = (int(number) * 60 for number in re.findall(r"\d+", platforms.TRAINING))
    assert len(longest) >= 5
    assert low <= min(longest)
    assert max(longest) <= high


# Notebook and package


def test_versions_that_differ_only_in_the_third_number_belong_together(monkeypatch):
    for version, notebook in (("0.1.0", "0.1"), ("0.1.7", "0.1"), ("0.1.0", "0.1.3"), ("1.20.0rc1", "1.20")):
        monkeypatch.setattr("learntools.__version__", version)
        assert platforms.mismatch(notebook) == ""


def test_a_notebook_of_another_version_is_told_what_to_do_in_one_sentence(bare):
    bare.setattr("learntools.__version__", "0.10.1")
    older, newer = platforms.mismatch("0.9"), platforms.mismatch("0.11")
    assert older == (
        "This notebook was made for learntools 0.9, and 0.10.1 is installed here: "
        "open the lesson's newer notebook, or install learntools 0.9 and restart the kernel."
    )
    assert "run this cell again" in newer
    bare.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    assert "the course's dataset" in platforms.mismatch("0.11")
    for said in (older, newer, platforms.mismatch("0.11")):
        assert re.findall(r"[.!?](?:\s|$)", said) == ["."]


def test_a_notebook_that_fits_is_prepared_without_a_word_and_another_with_one_line(bare, capsys):
    bare.setattr("learntools.__version__", "0.1.0")
    bare.setenv("GOMP_SPINCOUNT", "7")
    platforms.prepare(notebook="0.1")
    assert capsys.readouterr() == ("", "")
    platforms.prepare(notebook="9.9")
    said, wrong = capsys.readouterr()
    assert said.splitlines() == [platforms.mismatch("9.9")]
    assert wrong == ""
    assert platforms.os.environ["GOMP_SPINCOUNT"] == "7"


def test_nothing_is_missing_where_the_project_is_installed():
    assert platforms.missing() == []


def test_no_more_cores_are_claimed_than_this_process_may_use():
    assert 1 <= platforms.cores() <= len(__import__("os").sched_getaffinity(0))
