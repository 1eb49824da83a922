"""The picture that changes while a model trains: one output however often it is drawn, and an animation on request."""

from __future__ import annotations

import itertools
import re
import sys

import nbformat
import numpy as np
import pytest
import torch
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from PIL import Image, ImageSequence
from torch import nn

from learntools.training import GAN, TrainingError, fit
from learntools.training.display import latest
from learntools.viz.animation import FRAMES, WIDTH, Animation
from learntools.viz.live import LivePreview, _figure

TRAINING = """
import time
import torch
from learntools.viz.live import LivePreview, _figure

torch.manual_seed(0)
images = torch.rand(40, 1, 28, 28) * 2 - 1
preview = LivePreview(2.0, every=0.05, animation="training.gif")
drawn = 0

def samples():
    global drawn
    drawn += 1
    return images.roll(drawn, 0)

while preview.running():
    time.sleep(0.002)
    preview.update(samples, D=torch.tensor(1.5), G=preview.step / 10)
preview.finish(samples)
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training that is drawn very often, in a real kernel: its notebook, and the folder that it ran in."""
    folder = tmp_path_factory.mktemp("training")
    cells = [nbformat.v4.new_code_cell(source) for source in (TRAINING, "print(drawn, preview.step)")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    NotebookClient(notebook, km=manager, timeout=120, resources={"metadata": {"path": str(folder)}}).execute(
        cleanup_kc=True
    )
    return notebook, folder


def test_a_training_is_one_output_however_often_it_is_drawn(trained):
    notebook, _ = trained
    drawn, _ = map(int, notebook.cells[1].outputs[0].text.split())
    pictures = [output for output in notebook.cells[0].outputs if output.output_type == "display_data"]
    assert drawn > 5
    assert len(pictures) == 1
    assert len(nbformat.writes(notebook)) < 1_000_000


def test_the_alternative_text_says_step_and_latest_values(trained):
    notebook, _ = trained
    steps = int(notebook.cells[1].outputs[0].text.split()[1])
    (picture,) = [output for output in notebook.cells[0].outputs if output.output_type == "display_data"]
    alt = picture.metadata["image/png"]["alt"]
    assert alt.startswith(f"A training at step {steps:,} · 2 of 2 s: 40 samples; the curves end at D 1.500, G ")
    latest = float(alt.rpartition(" G ")[2].removesuffix("."))
    assert latest == pytest.approx(steps / 10, rel=0.1)  # the curve is smoothed over a sixtieth of its steps
    assert f'alt="{alt}"' in picture.data["text/html"]


def test_the_animation_is_written_and_said_in_one_line(trained):
    notebook, folder = trained
    said = "".join(output.text for output in notebook.cells[0].outputs if output.output_type == "stream")
    (line,) = said.splitlines()
    assert line.startswith("The animation is in training.gif: ")
    with Image.open(folder / "training.gif") as made:
        frames = [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(made)]
        assert made.width <= WIDTH
    assert 5 < len(frames) <= FRAMES
    assert f"{len(frames)} frames" in line
    assert all((one != other).any() for one, other in itertools.pairwise(frames))


FITTED = """
import torch
from torch import nn
from learntools.data import ImageSet
from learntools.training import GAN, fit

torch.manual_seed(0)
images = ImageSet(torch.randint(0, 255, (64, 1, 8, 8), dtype=torch.uint8), torch.arange(64) % 2, ("a", "b"))
G = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8)))
D = nn.Sequential(nn.Flatten(), nn.Linear(64, 1))
looked = 0

def metrics(networks):
    global looked
    looked += 1
    return {"coverage": 100.0 + looked}

recipe = GAN(G, D, latent=4, batch_size=16)
result = fit(recipe, images, seconds=4.2, metrics=metrics, metrics_every=1.5, animation="fitted.gif", device="cpu")
"""


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """What `training.fit` shows in a real kernel, and the folder that it ran in."""
    folder = tmp_path_factory.mktemp("fitted")
    cells = [nbformat.v4.new_code_cell(source) for source in (FITTED, "print(looked)")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    NotebookClient(notebook, km=manager, timeout=120, resources={"metadata": {"path": str(folder)}}).execute(
        cleanup_kc=True
    )
    return notebook, folder


def test_fit_leaves_one_picture_with_losses_and_metrics_and_two_lines(fitted):
    notebook, _ = fitted
    outputs = notebook.cells[0].outputs
    (picture,) = [output for output in outputs if "image/png" in output.get("data", {})]
    looked = int(notebook.cells[1].outputs[0].text)
    assert looked >= 2
    alt = picture.metadata["image/png"]["alt"]
    assert re.search(rf"end at discriminator [-\d.]+, generator [-\d.]+, coverage {100 + looked}\.000\.$", alt)
    said = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    plan, done, film = said.splitlines()
    assert "CPU" in plan
    assert re.search(rf"steps in 4 s, .* · coverage {100 + looked}\.000$", done)
    assert film.startswith("The animation is in fitted.gif: ")
    assert len(nbformat.writes(notebook)) < 1_000_000
    assert "of training" not in nbformat.writes(notebook)  # the bar has gone, from a saved page too


def test_fit_writes_its_samples_as_an_animation(fitted):
    with Image.open(fitted[1] / "fitted.gif") as made:
        assert 3 <= sum(1 for _ in ImageSequence.Iterator(made)) <= FRAMES


def test_a_metric_has_a_scale_of_its_own_and_stays_until_it_is_measured_again():
    history = [{"step": s, "seconds": s, "G": 1.0} for s in range(4)]
    history[1]["coverage"] = 250.0
    assert latest(history) == {"G": 1.0, "coverage": 250.0}
    curves, metrics = {"G": ([0.0, 3.0], [1.0, 1.0])}, {"coverage": ([1.0], [250.0])}
    _, losses, below = _figure(torch.zeros(10, 1, 8, 8), curves, "step 3", metrics).axes
    assert losses.get_ylim()[1] < 2
    assert below.get_title(loc="left") == "coverage 250.000"
    assert below.get_ylim()[0] > 200


def test_an_animation_of_fit_that_cannot_be_is_said_before_anything_is_trained():
    with pytest.raises(TrainingError, match=r"give a name that ends in \.gif, not 'film\.mp4'"):
        fit(GAN(nn.Linear(4, 4), nn.Linear(4, 1), latent=4), None, seconds=1, animation="film.mp4")


def train(seconds=0.3, **options):
    preview = LivePreview(seconds, every=0.1, **options)
    calls = 0

    def samples():
        nonlocal calls
        calls += 1
        return torch.full((3, 1, 8, 8), calls / 100)

    while preview.running():
        preview.update(samples, loss=1.0)
    preview.finish(samples)
    return calls


def test_there_is_no_animation_unless_it_is_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    train()
    assert list(tmp_path.iterdir()) == []
    assert "animation" not in capsys.readouterr().out


def test_an_animation_has_at_most_sixty_small_frames_from_first_to_last(tmp_path):
    animation = Animation(tmp_path / "long.gif", seconds=10)
    asked = 0
    for moment in range(2000):  # two hundred seconds, twenty times as long as it said
        if animation.due(moment / 10):
            asked += 1
            animation.keep(np.full((100, 1000, 3), moment % 256, dtype=np.uint8), moment / 10)
        assert len(animation.frames) <= FRAMES
    assert asked < 400
    animation.keep(np.full((100, 1000, 3), 77, dtype=np.uint8), 200.0)
    assert "frames" in animation.write()
    with Image.open(tmp_path / "long.gif") as made:
        shades = [int(np.asarray(frame.convert("L")).mean()) for frame in ImageSequence.Iterator(made)]
        assert made.size == (320, 32)
    assert len(shades) == len(animation.frames)
    assert (shades[0], shades[-1]) == (0, 77)


def test_frames_of_another_size_and_colour_are_fitted_to_the_first(tmp_path):
    animation = Animation(tmp_path / "mixed.gif", seconds=1)
    animation.keep(np.zeros((20, 30), dtype=np.uint8), 0.0)
    animation.keep(np.full((40, 40, 3), 200, dtype=np.uint8), 0.5)
    animation.write()
    with Image.open(tmp_path / "mixed.gif") as made:
        assert [frame.size for frame in ImageSequence.Iterator(made)] == [(30, 20)] * 2


def test_a_file_that_cannot_be_written_is_said_before_the_training_where_it_can_be(tmp_path):
    with pytest.raises(ValueError, match=r"give a name that ends in \.gif, not 'training\.mp4'"):
        LivePreview(1, animation="training.mp4")
    with pytest.raises(ValueError, match=r"There is no folder .*nowhere"):
        LivePreview(1, animation=tmp_path / "nowhere" / "training.gif")


def test_a_training_does_not_end_in_an_error_because_of_its_animation(tmp_path, capsys):
    (tmp_path / "taken.gif").mkdir()
    train(animation=tmp_path / "taken.gif")
    assert "The animation could not be written to" in capsys.readouterr().out
