"""The explorers without a browser: what each frame shows, and what is said to a page that asks for nonsense."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from learntools.models.convolution import KERNELS, convolve, convolve_transposed
from learntools.viz.explorers import (
    attention_viewer,
    before_after,
    class_explorer,
    convolution_explorer,
    gan_game,
    latent_explorer,
    sketch_pad,
    translation_explorer,
)
from learntools.viz.explorers.explorer import STILL, Explorer, packed
from learntools.viz.explorers.gan import REAL, Game
from learntools.viz.explorers.latent import between


def faces(z, y=None):
    """Stands for a generator: images whose pixels are the noise, shifted by the label."""
    images = z[:, :36].view(-1, 1, 6, 6) / 4
    return images if y is None else images + y.view(-1, 1, 1, 1) / 10


def halved(x):
    return x / 2


EXPLORERS = {
    "attention": lambda: attention_viewer(torch.zeros(3, 32, 32), ["a", "cat"], torch.eye(16)[:2]),
    "before_after": lambda: before_after(*torch.rand(3, 2, 3, 16, 24)),
    "classes": lambda: class_explorer(faces, ["Bag", "Boot"]),
    "convolution": convolution_explorer,
    "gan": gan_game,
    "latent": lambda: latent_explorer(faces),
    "sketch": lambda: sketch_pad(lambda x: -x),
    "translation": lambda: translation_explorer(halved, lambda x: 2 * x, torch.rand(4, 3, 8, 8)),
}


# What all have in common


@pytest.fixture(params=EXPLORERS)
def explorer(request) -> Explorer:
    return EXPLORERS[request.param]()


def test_its_name_is_that_of_its_page(explorer):
    assert EXPLORERS[explorer.name]().name == explorer.name


def test_a_notebook_gets_the_widget_and_a_picture_for_where_there_is_no_manager(explorer):
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert explorer.title in bundle["text/html"]
    drawn = re.search(
        r'<img alt="[^"]{20,}" src="data:image/png;base64|<table|<svg role="img" aria-label', bundle["text/html"]
    )
    assert drawn, bundle["text/html"][:300]
    assert "<script" not in bundle["text/html"]
    assert len(bundle["text/html"]) < 100_000
    assert repr(explorer).startswith(f"<{explorer.title}")


def test_a_still_picture_leaves_the_page_around_it_alone():
    """In a dark theme, white between the images would glare."""
    html = translation_explorer(halved, halved, torch.rand(1, 3, 8, 8)).still()
    content = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])
    alpha = np.asarray(Image.open(io.BytesIO(content)))[..., 3]
    side = 8 * round(STILL / 8)
    assert alpha.shape == (side, 3 * side + 16)
    assert [int(value) for value in alpha[0, [0, side - 1, side, side + 7, side + 8, -1]]] == [255, 255, 0, 0, 255, 255]


def test_every_frame_says_in_words_what_it_shows(explorer):
    assert len(explorer.frame()["words"]) > 10


def test_a_frame_of_the_same_state_is_the_same(explorer):
    one, other = packed(explorer.frame()), packed(explorer.frame())
    assert one == other


def test_what_cannot_be_set_is_refused_by_name(explorer):
    with pytest.raises(ValueError, match=r"'colour' cannot be set; \w+"):
        explorer.frame(colour=3)


class Page:
    """A browser's end of the line: what it was sent."""

    def __init__(self):
        self.sent = []

    def send(self, content, buffers=None):
        self.sent.append((content, buffers))


def asked(explorer, state, number=1):
    page = Page()
    explorer._answer(page, {"view": "v", "number": number, "state": state}, [])
    ((content, buffers),) = page.sent
    assert (content["view"], content["number"]) == ("v", number)
    return content, buffers


def test_a_page_gets_its_arrays_as_bytes_of_the_stated_shape(explorer):
    content, buffers = asked(explorer, {})
    size = {"uint8": 1, "float32": 4}
    for array, content_bytes in zip(content["arrays"], buffers or [], strict=True):
        count = size[array["kind"]]
        for length in array["shape"]:
            count *= length
        assert len(content_bytes) == count


NONSENSE = {
    "attention": ({"word": "cat"}, "The word must be a number from 0 to 1"),
    "before_after": ({"left": "after"}, "On the left can be before or truth, and not 'after'"),
    "classes": ({"spread": None}, "The spread must be a number from 0 to 2"),
    "convolution": ({"kernel": [[1, "x"]]}, "A number of the kernel must be a number"),
    "gan": ({"real": "spiral"}, "The real points are ring, moons, line, and not 'spiral'"),
    "latent": ({"walk": float("nan")}, "The walk must be a number from 0 to 1"),
    "sketch": ({"lines": "no base64"}, "A drawing is 64×64 bytes in base64"),
    "translation": ({"trips": []}, "The number of round trips must be a number from 1 to 3"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_page_that_asks_for_nonsense_gets_a_sentence_and_the_state_stays(name):
    state, sentence = NONSENSE[name]
    explorer = EXPLORERS[name]()
    before = dict(explorer.state)
    content, buffers = asked(explorer, state)
    assert content["error"].startswith(sentence)
    assert buffers is None
    assert explorer.state == before


def test_what_a_learners_network_raises_is_said_and_not_thrown():
    def broken(z):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied") if working else None

    working = []
    explorer = latent_explorer(lambda z: broken(z) or faces(z))
    working.append(True)
    content, _ = asked(explorer, {})
    assert content["error"] == "This could not be drawn: RuntimeError: mat1 and mat2 shapes cannot be multiplied"


def test_the_course_opens_without_the_widgets_library():
    code = "import sys, learntools.viz.explorers; print({'anywidget', 'ipywidgets', 'IPython'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


# Each for itself


def test_the_convolution_is_the_courses_own_and_appears_place_by_place():
    image, kernel = torch.arange(20.0).view(4, 5), torch.tensor([[1.0, 0], [0, -2]])
    explorer = convolution_explorer(image, kernel)
    frame = explorer.frame(step=5)
    assert frame["cell"] == {"grid": "right", "row": 1, "column": 1}
    assert frame["window"] == {"grid": "left", "row": 1, "column": 1, "rows": 2, "columns": 2}
    assert frame["words"] == "Place 6 of 12: 6·1 + 12·(−2) = −18"
    whole = [[float(text.replace("−", "-")) for text in row] for row in explorer.frame(step=11)["right"]]
    assert torch.equal(torch.tensor(whole), convolve(image, kernel))
    assert [text != "" for row in frame["right"] for text in row] == [True] * 6 + [False] * 6
    assert explorer.frame(step=99)["step"] == 11


def test_the_transposed_convolution_paints_pixel_by_pixel():
    image = torch.tensor([[1.0, 2], [3, 4]])
    explorer = convolution_explorer(image, KERNELS["blur"][:2, :2])
    steps = [explorer.frame(mode="transposed", stride=2, step=step)["right"] for step in range(4)]
    numbers = [torch.tensor([[float(text) for text in row] for row in rows]) for rows in steps]
    expected = convolve_transposed(image, KERNELS["blur"][:2, :2], stride=2)
    assert torch.allclose(numbers[-1], expected, atol=1e-3)
    assert [int((one != 0).sum()) for one in numbers] == [4, 8, 12, 16]


@pytest.mark.parametrize(
    ("image", "kernel", "sentence"),
    [
        ("text", None, r"`image` must be a grid of numbers"),
        (torch.zeros(3, 9, 9), None, r"`image` must have shape \(H, W\) with up to 8 numbers a side, not \(3, 9, 9\)"),
        (None, torch.zeros(4, 4), r"`kernel` must have shape \(H, W\) with up to 3 numbers a side, not \(4, 4\)"),
        (torch.zeros(2, 2), torch.zeros(3, 3), r"The kernel \(3, 3\) does not fit into the image \(2, 2\)"),
    ],
)
def test_grids_that_do_not_fit_are_refused(image, kernel, sentence):
    with pytest.raises(ValueError, match=sentence):
        convolution_explorer(image, kernel)


def test_a_walk_begins_and_ends_at_its_noises_and_keeps_their_length():
    start, end = torch.randn(2, 500, generator=torch.Generator().manual_seed(0))
    path = between(start, end, torch.linspace(0, 1, 5))
    assert torch.allclose(path[0], start, atol=1e-5)
    assert torch.allclose(path[-1], end, atol=1e-5)
    assert path.norm(dim=1).min() > 0.95 * min(start.norm(), end.norm())


def test_pushing_a_number_moves_that_pixel_alone():
    explorer = latent_explorer(faces)
    before = explorer.frame()["image"]
    after = explorer.frame(pushes=[0, 2, 0, 0])["image"]
    moved = (after - before).flatten()
    assert moved[1] == pytest.approx(0.5)
    assert moved.count_nonzero() == 1


def test_every_class_gets_the_same_noise():
    frame = class_explorer(faces, ["a", "b", "c"]).frame(seed=3)
    rows = frame["grid"].view(1, 3, 6, -1)
    assert torch.allclose(rows[:, 1] - rows[:, 0], torch.full_like(rows[:, 0], 0.1), atol=1e-6)
    flat = class_explorer(faces, ["a", "b"]).frame(spread=0)["grid"]
    assert flat[:, :6].unique().numel() == 1


def test_the_generator_gets_the_drawing_as_it_was_trained_black_on_white():
    seen = []

    def generator(x):
        seen.append(x)
        return x

    pad = sketch_pad(generator)
    sheet = torch.full((64, 64), 255, dtype=torch.uint8)
    sheet[10:12, 5:50] = 0
    frame = pad.frame(lines=base64.b64encode(sheet.numpy().tobytes()).decode())
    assert seen[-1].shape == (1, 3, 64, 64)
    assert (seen[-1].min(), seen[-1].max()) == (-1, 1)
    assert int((seen[-1][0, 0] < 0).sum()) == 90
    assert torch.equal(frame["lines"][0], sheet)
    assert "as you draw" in frame["words"]
    start = torch.ones(3, 64, 64)
    start[:, 3] = -1
    assert int((sketch_pad(generator, start).frame()["lines"] == 0).sum()) == 64
    with pytest.raises(ValueError, match=r"`start` must be one image \(3, 64, 64\), and this is \(64, 64\)"):
        sketch_pad(generator, start[0])


def test_the_round_trip_is_measured():
    images = torch.full((2, 3, 8, 8), 0.8)
    frame = translation_explorer(halved, halved, images, names=("horse", "zebra")).frame()
    assert frame["words"] == "Image 1 of 2. The way back misses each value by 0.600 on average."
    assert frame["names"] == ["horse", "as zebra", "back to horse"]
    again = translation_explorer(halved, halved, images).frame(trips=2, image=1)
    assert "misses each value by 0.750 on average after 2 round trips" in again["words"]
    with pytest.raises(ValueError, match=r"at least one image, not \(0, 3, 8, 8\)"):
        translation_explorer(halved, halved, images[:0])


def test_the_heat_lies_where_the_network_looked():
    image = torch.full((3, 32, 32), 255, dtype=torch.uint8)
    viewer = attention_viewer(image, ["a", "cat"], torch.eye(16)[[0, 15]])
    first, second = viewer.frame(word=0), viewer.frame(word=1)
    assert "“cat”: most at row 4, column 4 of 4×4, 100% of all." in second["words"]
    green = [one["image"][1] for one in (first, second)]
    assert green[0][:8, :8].mean() + 0.5 < green[0][16:, 16:].min()
    assert green[1][24:, 24:].mean() + 0.5 < green[1][:16, :16].min()
    with pytest.raises(ValueError, match=r"a row for each of the 3 words"):
        attention_viewer(image, ["a", "b", "c"], torch.eye(16)[:2])


def test_the_line_parts_before_from_after_and_the_truth_measures_both():
    before, after = torch.full((3, 8, 20), -0.5), torch.full((3, 8, 20), 127, dtype=torch.uint8)
    split = before_after(before, after, torch.zeros(3, 8, 20))
    image = split.frame(line=25)["image"]
    assert image.shape == (3, 8, 20)
    assert [int((image[0] < -0.4).sum(dim=1).unique()), float(image[0, 0, 5])] == [5, pytest.approx(-1 / 255)]
    assert "each value was off by 0.500 on average, and now by 0.004" in split.frame()["words"]
    assert split.frame(left="truth", line=100)["image"].abs().max() == 0
    assert split.frame(line=-3)["line"] == 0
    alone = before_after(before, after)
    assert alone.frame()["words"] == "Left of the line: before; right of it: after."
    assert "Side by side, from left to right: before, after." in alone.still()
    assert before_after(*torch.rand(2, 3, 3, 8, 8)).frame(image=2)["words"].startswith("Picture 3 of 3.")


@pytest.mark.parametrize(
    ("pictures", "sentence"),
    [
        ((torch.zeros(8, 8), torch.zeros(8, 8)), r"`before` must be pictures .* and this is \(8, 8\)"),
        ((torch.zeros(3, 8, 8), torch.zeros(3, 8, 9)), r"`before` and `after` must have one shape"),
        ((torch.zeros(2, 3, 8, 8), torch.zeros(2, 3, 8, 8), torch.zeros(1, 8, 8)), r"`truth` must be pictures"),
    ],
)
def test_pictures_that_do_not_belong_together_are_refused(pictures, sentence):
    with pytest.raises(ValueError, match=sentence):
        before_after(*pictures)


def distance(game: Game) -> float:
    """From each point of one kind to the nearest of the other, both ways."""
    with torch.no_grad():
        all_pairs = torch.cdist(game.generator(game.fixed), game.shown)
    return float(all_pairs.min(dim=1).values.mean() + all_pairs.min(dim=0).values.mean())


@pytest.mark.parametrize("real", REAL)
def test_the_generator_of_the_game_finds_the_real_points(real):
    game = Game(real, seed=1)
    before = distance(game)
    for _ in range(600):
        game.step(1e-3, 1e-3)
    assert distance(game) < 0.3 * before


def test_the_game_plays_only_when_asked_and_starts_again():
    game = gan_game(seed=2)
    first = packed(game.frame())
    assert packed(game.frame()) == first
    assert game.frame(run=5)["words"].startswith("5 steps.")
    assert game.frame(run=10**9)["words"].startswith("25 steps.")
    assert packed(game.frame(run=0, round=1)) == first
    assert game.frame(run=1, rate_d=-5, real="line")["words"].startswith("1 step.")


def test_the_game_leaves_the_notebooks_own_chance_alone():
    torch.manual_seed(7)
    gan_game().frame(run=3)
    mine = torch.rand(3)
    torch.manual_seed(7)
    assert torch.equal(mine, torch.rand(3))
