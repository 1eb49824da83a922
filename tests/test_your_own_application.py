"""The closing page: with folders of every kind it trains, saves, and brings the very same network back."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from learntools import data
from learntools.authoring import lesson as lesson_named
from learntools.lessons import your_own_application as lesson
from learntools.lessons.your_own_application.example import write_example
from learntools.lessons.your_own_application.files import settings_in
from learntools.lessons.your_own_application.networks import KINDS, new_network
from learntools.training import fit

SCRIPT = lesson_named("your_own_application").script
GROUP_OUT, GROUP_IN = "dog", "cat"  # by the rule of question 1


def plain(folder: Path, names: list[str], width: int = 40) -> None:
    """Images of one colour each."""
    folder.mkdir(parents=True)
    for i, name in enumerate(names):
        Image.new("RGB", (width, 40), (40 * i % 255, 90, 255 - 30 * i % 255)).save(folder / name)


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Runs the page with other settings, as a learner changes them, with a training of two steps."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEARNTOOLS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(
        "learntools.training.fit", lambda *a, seconds, **options: fit(*a, steps=2, show=False, **options)
    )

    def run(**settings):
        source = SCRIPT.read_text(encoding="utf-8")
        for name, value in settings.items():
            source, count = re.subn(rf"^{name} = .*$", f"{name} = {value!r}", source, flags=re.MULTILINE)
            assert count == 1, name
        namespace = {"__name__": "__main__"}
        exec(compile(source, str(SCRIPT), "exec"), namespace)
        return namespace

    return run


def brought_back(found: dict) -> None:
    """The network in the file is the trained one, to the last bit, in eval mode, and the settings are beside it."""
    trained, back = found["result"].networks[found["name_of_it"]], found["back"]
    assert back is not trained
    assert found["same"]
    assert not any(module.training for module in back.modules())
    for name, value in back.state_dict().items():
        assert torch.equal(value, trained.state_dict()[name].cpu()), name
    assert set(load_file(found["FILE"])) == set(back.state_dict())
    assert settings_in(found["FILE"]) == found["settings"]


def test_untouched_it_writes_an_example_and_runs(page, tmp_path):
    found = page()
    assert len(list((tmp_path / "example_pairs" / "colour").glob("*.png"))) == 200
    assert (len(found["train"]), len(found["test"])) == (163, 37)
    assert not {n.split("--")[0] for n in (found["everything"].names[i] for i in found["learn"])} & {
        n.split("--")[0] for n in (found["everything"].names[i] for i in found["out"])
    }
    assert found["made"].shape == (37, 3, 32, 32)
    brought_back(found)


def test_two_folders_of_the_same_names_become_pairs_and_groups_stay_together(page, tmp_path):
    names = [f"{GROUP_OUT}--{i}.png" for i in range(4)] + [f"{GROUP_IN}--{i}.png" for i in range(9)]
    plain(tmp_path / "a", names)
    plain(tmp_path / "b", names)
    found = page(KIND="pairs", FOLDER_A="a", FOLDER_B="b", SIZE=64, PICTURE="a/cat--3.png")
    assert isinstance(found["train"], data.Pairs)
    groups = [{found["everything"].names[i].split("--")[0] for i in found[side]} for side in ("learn", "out")]
    assert groups[0] != groups[1]
    assert sum(map(len, groups)) == 2
    assert found["mine"].shape == (1, 3, 64, 64)
    brought_back(found)


def test_files_with_both_sides_become_pairs(page, tmp_path):
    plain(tmp_path / "both", [f"{i}.jpg" for i in range(9)], width=80)
    found = page(KIND="side by side", FOLDER_A="both", LIMIT=6)
    assert len(found["everything"]) == 6
    assert len(found["learn"]) + len(found["out"]) == 6
    assert found["out"]
    brought_back(found)


def test_two_styles_need_no_pairs(page, tmp_path):
    plain(tmp_path / "summer", [f"s{i}.png" for i in range(14)])
    plain(tmp_path / "winter", [f"w{i}.png" for i in range(7)])
    found = page(KIND="two styles", FOLDER_A="summer", FOLDER_B="winter")
    assert len(found["train"].a) + len(found["test"].a) == 14
    assert len(found["train"].b) + len(found["test"].b) == 7
    brought_back(found)


def test_a_caption_file_becomes_a_captioner_with_its_words_in_the_file(page, tmp_path):
    names = [f"{i}.png" for i in range(10)]
    plain(tmp_path / "photos", names)
    lines = ["image,caption", *(f"{name},a {'red' if i % 2 else 'blue'} wall" for i, name in enumerate(names))]
    (tmp_path / "captions.csv").write_text("\n".join(lines), encoding="utf-8")
    found = page(KIND="captions", FOLDER_A="photos", CAPTIONS="captions.csv")
    assert isinstance(found["made"][0], str)
    assert set(settings_in(found["FILE"])["words"][4:]) == {"a", "red", "blue", "wall"}
    brought_back(found)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"FOLDER_A": "nowhere", "FOLDER_B": "here"}, "There is no folder nowhere: correct the path"),
        ({"KIND": "two styles", "FOLDER_A": "empty", "FOLDER_B": "empty"}, "There are no images right in empty"),
        ({"KIND": "translate"}, "KIND is 'pairs', 'side by side', 'two styles' or 'captions'"),
        ({"SIZE": 50}, "SIZE is 32, 64, 128 or 256, not 50"),
        ({"KIND": "captions", "FOLDER_A": "empty", "CAPTIONS": "none.csv"}, "There is no captions file none.csv"),
    ],
)
def test_what_is_wrong_with_a_setting_is_said_in_a_sentence(page, tmp_path, settings, sentence):
    (tmp_path / "empty").mkdir()
    with pytest.raises(data.DataError, match=sentence):
        page(**settings)


def test_the_examples_are_what_the_loaders_read_without_a_warning(tmp_path, recwarn):
    a, b = write_example("pairs", tmp_path / "pairs", 30)
    pairs = data.paired_folders(a, b, 64)
    assert len(pairs) == 30
    assert (pairs.b[:, 0] == pairs.b[:, 1]).all()  # outlines are black and white
    assert not (pairs.a[:, 0] == pairs.a[:, 1]).all()
    assert all("--" in name for name in pairs.names)
    both, _ = write_example("side by side", tmp_path / "both", 30)
    assert torch.equal(data.paired_folder(both, 64).a, pairs.a)
    styles = data.unpaired_folders(*write_example("two styles", tmp_path / "styles", 30), 32)
    assert not set(styles.names_a) & set(styles.names_b)
    scenes = data.captioned_folder(*write_example("captions", tmp_path / "captions", 30), 64)
    assert (len(scenes), len(scenes.captions[0])) == (30, 2)
    assert not recwarn.list


def test_the_whole_collection_has_names_without_twins(tmp_path):
    a, _ = write_example("pairs", tmp_path, 5000)
    assert len(list(Path(a).iterdir())) == len(data.emoji("line"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [32, 64])
def test_a_network_of_each_kind_fits_its_size(kind, size):
    words = (*data.vocabulary.SPECIAL, "a", "cat")
    network = new_network(kind, size, words if kind == "captions" else ()).eval()
    x = torch.zeros(2, 3, size, size)
    if kind == "captions":
        assert network(x, torch.tensor([[1, 4], [1, 5]])).shape == (2, 2, 6)
    elif kind == "two styles":
        assert [y.shape for y in network(x, x)] == [x.shape, x.shape]
    else:
        assert network(x).shape == x.shape


def test_a_file_without_settings_is_named(tmp_path):
    with pytest.raises(data.DataError, match="There is no file"):
        settings_in(tmp_path / "none.safetensors")
    save_file({"a": torch.zeros(2)}, tmp_path / "bare.safetensors")
    with pytest.raises(data.DataError, match="no settings beside them"):
        settings_in(tmp_path / "bare.safetensors")
    (tmp_path / "torn.safetensors").write_bytes(b"\x07")
    with pytest.raises(data.DataError, match="not a whole safetensors file"):
        settings_in(tmp_path / "torn.safetensors")


def test_the_split_keeps_variants_together_and_is_about_one_in_five():
    names = data.emoji("line").names
    out = [lesson.q1.reference(name) for name in names]
    assert 0.16 < sum(out) / len(out) < 0.24
    for name in names[:50]:
        assert len({lesson.q1.reference(f"{name}--{i}") for i in range(5)} | {lesson.q1.reference(name)}) == 1
    assert lesson.q1.reference(GROUP_OUT) != lesson.q1.reference(GROUP_IN)


def test_importing_the_lesson_draws_no_random_numbers_and_stays_cheap():
    code = (
        "import torch; state = torch.get_rng_state()\n"
        "import learntools.lessons.your_own_application as lesson, sys\n"
        "assert torch.equal(state, torch.get_rng_state())\n"
        "assert not {'safetensors', 'matplotlib', 'PIL', 'learntools.metrics'} & set(sys.modules)\n"
        "assert 'learntools.training' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
