"""Lesson 01: what its text claims, and that its dangerous file is harmless."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
import torch

from learntools import data
from learntools.lessons import pretrained_networks as lesson
from learntools.lessons.pretrained_networks import cropping, predicting, weight_files
from learntools.models.recognition import classes, label, preprocess


def test_importing_the_lesson_draws_no_random_numbers_and_loads_nothing_heavy():
    code = (
        "import torch; state = torch.get_rng_state()\n"
        "import learntools.lessons.pretrained_networks as lesson, sys\n"
        "assert torch.equal(state, torch.get_rng_state())\n"
        "heavy = {'timm', 'torchvision', 'matplotlib', 'PIL', 'safetensors', 'learntools.metrics'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_answers_together_are_the_recogniser():
    """The learner's own way from a picture to its labels ends where `label` ends."""
    cat = data.photo("cat")
    batch = lesson.q2.reference(cat.permute(1, 2, 0))
    half = torch.full((3,), 0.5)
    x = lesson.q4.reference(lesson.q3.reference(batch, 256, 224), half, half)
    assert (x - preprocess(cat)).abs().max() <= 1.01 / 127.5  # bytes are rounded once on the way
    from learntools.models.recognition import efficientnet_lite0

    logits = lesson.q5.reference(efficientnet_lite0(), x)
    probabilities, places = lesson.q6.reference(logits, 3)
    found = label(cat, top=3)
    assert places[0].tolist() == [item.index for item in found]
    assert probabilities[0].tolist() == pytest.approx([item.probability for item in found], abs=0.03)
    assert lesson.q1.reference(logits[0], classes()) == found[0].name


def test_a_network_keeps_its_answer_to_itself_only_in_eval_mode():
    network = predicting._guesser(3).train()
    x = torch.rand(3, 3, 6, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(lesson.q5.reference(network, x), lesson.q5.reference(network, x))
    assert not torch.equal(network(x), network(x))


def test_the_command_in_the_file_runs_where_pickles_are_trusted_and_only_sets_a_flag(tmp_path):
    paths = weight_files._write(tmp_path, 1)
    weight_files.RAN.clear()
    with pytest.raises(pickle.UnpicklingError):
        torch.load(paths["command"], weights_only=True)
    assert not weight_files.RAN
    loaded = torch.load(paths["command"], weights_only=False)
    assert weight_files.RAN == [True]
    assert loaded["note"] == "harmless"
    weight_files.RAN.clear()


def test_the_file_from_another_gpu_can_only_be_read_with_a_word_on_where_to_put_it(tmp_path):
    paths = weight_files._write(tmp_path, 1)
    with pytest.raises(RuntimeError, match=r"(?i)cuda"):
        torch.load(paths["gpu"], weights_only=True)
    found = torch.load(paths["gpu"], map_location="cpu", weights_only=True)
    assert all(torch.equal(found[name], value) for name, value in weight_files._small(1).state_dict().items())


def test_a_check_of_weights_leaves_no_file_and_no_flag():
    before = weight_files.RAN[:]
    lesson.q7.assess(lesson.q7.reference)
    assert weight_files.RAN == before == []


@pytest.mark.parametrize("mode", ["nearest", "area", "bilinear", "bicubic"])
def test_any_way_of_resizing_passes_the_crop(mode):
    """The task hands out `resize`; whoever takes another one is right too."""

    def crop(x, short_side, size):
        height, width = x.shape[-2:]
        scale = short_side / min(height, width)
        shape = round(height * scale), round(width * scale)
        return cropping._middle(torch.nn.functional.interpolate(x, shape, mode=mode), size)

    for seed in range(5):
        assert lesson.q3.assess(crop, seeds=(seed,)).correct


def test_the_crop_knows_a_side_that_cutting_off_makes_too_short():
    assert int(55 * (58 / 55)) == 57
    assert lesson.q3.assess(cropping._cut_off).diagnosis == "cut off instead of rounded"


def test_the_tiny_classifier_says_in_which_mode_it_was_asked():
    network = predicting._guesser(3).train()
    assert predicting._mode(network) == "training"
    network.training = False
    assert predicting._mode(network) == "eval*"
    asked = ("asked", "training")
    assert predicting._while_asked([]) == ""
    assert predicting._while_asked([("told", "eval"), ("told", "training"), asked]) == "left"
    assert predicting._while_asked([asked, ("told", "eval")]) == "training"


def test_what_is_left_of_a_prefix_is_read_from_pytorchs_complaint():
    names = ["out.weight"]
    for left, said in ((".", ".out.weight"), ("module.", "module.out.weight"), ("", "last.weight")):
        assert weight_files._left_over(RuntimeError(f'Unexpected key(s) in state_dict: "{said}". '), names) == left
    assert weight_files._left_over(RuntimeError("something else"), names) == ""


def test_the_network_answers_whatever_it_is_shown():
    """What the lesson says of emoji: it is sometimes very sure, of things that are not among its names."""
    faces = data.emoji("twemoji", "test")
    sure = [label(x, top=1)[0].probability for x in faces.images[::4]]
    assert max(sure) > 0.5
    assert len(sure) == 63


def test_what_the_lesson_says_of_the_names():
    names = classes()
    assert len(names[151:269]) == 118
    assert (names[151], names[268]) == ("Chihuahua", "Mexican hairless")
    assert "zebra" in names
    assert "person" not in names
