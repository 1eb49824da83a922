"""Lesson 11, the template: with folders of every kind it trains, saves, and brings the very same network back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from learntools import data
from learntools.authoring import lesson as lesson_named
from learntools.lessons import your_own_application as lesson

SCRIPT = lesson_named("your_own_application").script


def plain(folder: Path, names: list[str], width: int = 40) -> Path:
    """Images of one colour each."""
    folder.mkdir(parents=True)
    for i, name in enumerate(names):
        Image.new("RGB", (width, 40), (40 * i % 255, 90, 255 - 30 * i % 255)).save(folder / name)
    return folder


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Runs the page with other settings, as a learner changes them, with a training of four steps."""
    monkeypatch.chdir(tmp_path)
    fit = lesson_fit()
    monkeypatch.setattr(
        "learntools.training.fit", lambda *a, seconds, **options: fit(*a, steps=4, show=False, **options)
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


def lesson_fit():
    from learntools.training import fit

    return fit


def brought_back(found: dict) -> None:
    """The network is the trained one, to the last bit, and is used in eval mode."""
    trained, network = found["trained"].eval(), found["network"]
    assert trained is not network
    assert not any(module.training for module in network.modules())
    for name, value in network.state_dict().items():
        assert torch.equal(value, trained.state_dict()[name].cpu()), name
    assert set(load_file(found["FILE"])) == set(network.state_dict())


def test_untouched_it_turns_lesson_05_round(page):
    found = page()
    assert torch.equal(found["mine"].a, data.emoji_pairs("train", 32).b)
    assert (len(found["train"]), len(found["test"])) == (1246, 138)
    assert found["made"].shape == (8, 3, 32, 32)
    brought_back(found)
    with torch.no_grad():
        assert torch.equal(found["trained"](data.to_float(found["inputs"])), found["made"])


def test_two_folders_of_the_same_names_become_pairs(page, tmp_path):
    names = [f"{i}.png" for i in range(12)]
    plain(tmp_path / "a", names)
    plain(tmp_path / "b", names)
    found = page(KIND="pairs", FOLDER_A="a", FOLDER_B="b", PICTURE="a/3.png")
    assert isinstance(found["train"], data.Pairs)
    assert (len(found["train"]), len(found["test"])) == (11, 1)
    assert found["picture"].shape == (1, 3, 32, 32)
    brought_back(found)


def test_files_with_both_sides_become_pairs_at_another_size(page, tmp_path):
    plain(tmp_path / "both", [f"{i}.jpg" for i in range(9)], width=80)
    found = page(KIND="side by side", FOLDER_A="both", SIZE=64, LIMIT=6)
    assert len(found["mine"]) == 6
    assert found["made"].shape[1:] == (3, 64, 64)
    brought_back(found)


def test_two_kinds_of_images_need_no_pairs(page, tmp_path):
    plain(tmp_path / "summer", [f"s{i}.png" for i in range(14)])
    plain(tmp_path / "winter", [f"w{i}.png" for i in range(7)])
    found = page(KIND="two kinds", FOLDER_A="summer", FOLDER_B="winter")
    assert (len(found["train"].a), len(found["train"].b)) == (13, 6)
    assert (len(found["test"].a), len(found["test"].b)) == (1, 1)
    brought_back(found)


def test_a_caption_file_becomes_a_captioner(page, tmp_path):
    names = [f"{i}.png" for i in range(10)]
    plain(tmp_path / "photos", names)
    lines = ["image,caption", *(f"{name},a {'red' if i % 2 else 'blue'} wall" for i, name in enumerate(names))]
    (tmp_path / "captions.csv").write_text("\n".join(lines), encoding="utf-8")
    found = page(KIND="captions", FOLDER_A="photos", CAPTIONS="captions.csv")
    assert found["SIZE"] == 64
    assert isinstance(found["made"][0], str)
    assert Path("11_my_network.txt").read_text(encoding="utf-8").split()[4:] == list(found["words"].words[4:])
    brought_back(found)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"KIND": "pairs", "FOLDER_A": "nowhere", "FOLDER_B": "here"}, "There is no folder nowhere: correct the path"),
        ({"KIND": "two kinds", "FOLDER_A": "empty", "FOLDER_B": "empty"}, "There are no images right in empty"),
        ({"KIND": "translate"}, "KIND is 'example', 'side by side', 'pairs', 'two kinds' or 'captions'"),
    ],
)
def test_what_is_wrong_with_a_setting_is_said_in_a_sentence(page, tmp_path, settings, sentence):
    (tmp_path / "empty").mkdir()
    with pytest.raises(data.DataError, match=sentence):
        page(**settings)


def test_the_solutions_of_the_page_are_the_references():
    train, held_out = lesson.q1.reference(1384, 0.1, 1)
    assert len(held_out) == 138
    assert sorted(train + held_out) == list(range(1384))
