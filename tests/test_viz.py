"""Every figure of the course carries an alternative text: in a real notebook, and in the page that is made from it."""

from __future__ import annotations

import html.parser
import importlib
import inspect
import sys
from pathlib import Path

import nbformat
import pytest
from contrast import ENOUGH, contrast, of_hex
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbconvert import HTMLExporter

import learntools.viz
from learntools.viz import canvas

SHORTEST = 20  # characters of an alternative text

SETUP = """
import torch
from types import SimpleNamespace
from learntools import viz
from learntools.viz import captions, conditional, cyclegan, gan, grids, images, live
from learntools.viz import object_removal, pix2pix, recognition, super_resolution, teaser, text_to_image

torch.manual_seed(0)
picture = torch.rand(3, 16, 16)
labels = [SimpleNamespace(name="tabby", probability=0.5), SimpleNamespace(name="lynx", probability=0.25)]
ring = torch.linspace(-3, 3, 30)
points = torch.stack([ring.cos(), ring.sin()], 1)
"""

#: A small call of each drawing function, and a few words that its alternative text must hold.
CALLS = {
    "captions.show_captioner": ("captions.show_captioner()", "64 places"),
    "captions.show_shift": ("captions.show_shift(['a', 'cat'])", "a → cat, cat → <end>"),
    "captions.show_places": ("captions.show_places(picture, torch.zeros(64, 192), (5, 1))", "row 5, column 1"),
    "captions.show_captions": (
        "captions.show_captions([picture] * 2, ['a dog', 'greedy\\nbeam'])",
        "1. a dog; 2. greedy, beam",
    ),
    "captions.show_attention": (
        "captions.show_attention(picture, ['a', 'cat'], torch.eye(64)[10:12])",
        "a (row 1, column 2, 100%), cat (row 1, column 3, 100%)",
    ),
    "conditional.show_conditional_game": ("conditional.show_conditional_game()", "the same label"),
    "conditional.show_projection": ("conditional.show_projection()", "3,136 features"),
    "conditional.show_rings": (
        "conditional.show_rings({'all to the right': (torch.tensor([[1.0, 0.1]] * 4), torch.tensor([0, 0, 0, 5]))})",
        "all to the right: 3 of 4 points",
    ),
    "cyclegan.show_two_games": ("cyclegan.show_two_games()", "D_b"),
    "cyclegan.show_two_loops": ("cyclegan.show_two_loops()", "F(G(a))"),
    "cyclegan.show_buffer": ("cyclegan.show_buffer()", "50 older fakes"),
    "cyclegan.show_flat": ("cyclegan.show_flat({'a': (points, ring), 'b': (points, None)})", "a: 30 points around"),
    "gan.show_gan_game": ("gan.show_gan_game()", "a fake of 28×28 pixels"),
    "gan.show_steps": ("gan.show_steps()", "detach"),
    "grids.show_grids": (
        "grids.show_grids({'image': torch.tensor([[1, -2], [3, 4]]), 'large': torch.arange(100).view(10, 10)}, '=')",
        "image: 2 by 2, 1 −2; 3 4. large: 10 by 10, values from 0 to 99.",
    ),
    "grids.show_convolution": (
        "grids.show_convolution(torch.eye(6), torch.ones(3, 3), at=(0, 1))",
        "A 6 by 6 image, a 3 by 3 kernel and the 4 by 4 output; the window at row 0, column 1 gives 2:",
    ),
    "grids.show_painting": (
        "grids.show_painting(torch.tensor([[2.0, 3.0]]), torch.ones(2, 2), stride=1)",
        "2 at row 0, column 0; 3 at row 0, column 1. The stamps add up to the canvas, 2 by 3, 2 5 3; 2 5 3; 2 of",
    ),
    "grids.show_places": ("grids.show_places(7, 3, stride=2, padding=1)", "4 places. They begin at 0, 2, 4, 6."),
    "grids.show_overlap": ("grids.show_overlap(3, 2, size=2)", "1, 1, 2, 1, 1 layers of paint"),
    "images.show_images": (
        "images.show_images(torch.zeros(4, 1, 8, 6), titles=['boot', 'two\\nlines'], columns=2, title='Clothes')",
        "Clothes. 4 grey images of 8 by 6 pixels, in 2 rows of 2: boot, two lines.",
    ),
    "text_to_image.show_stages": ("text_to_image.show_stages()", "a sketch of 16×16 pixels"),
    "text_to_image.show_three_pairs": ("text_to_image.show_three_pairs()", "with another's sentence: refuse"),
    "text_to_image.show_codes": (
        "text_to_image.show_codes({'a bus': (points[0], (0.2, 0.3)), 'a sun': (points[9], (0.1, 0.1))}, 20)",
        "2 sentences as codes of two numbers: a bus, a sun.",
    ),
    "object_removal.show_remover": ("object_removal.show_remover()", "a mask of its own"),
    "object_removal.show_fills": (
        "object_removal.show_fills({'as it is': {'fence': 0.44, 'object': 0.56}, 'G': {'fence': 0.1, 'object': 0.2}})",
        "as it is: fence 0.44, object 0.56; G: fence 0.10, object 0.20.",
    ),
    "pix2pix.show_u": ("pix2pix.show_u()", "skip connections"),
    "pix2pix.show_pairs_game": ("pix2pix.show_pairs_game()", "true partner y"),
    "pix2pix.show_patch": ("pix2pix.show_patch(picture, side=6)", "a square of 6 by 6 pixels"),
    "recognition.show_three_boxes": ("recognition.show_three_boxes()", "a describer, which gives a sentence"),
    "recognition.show_pipeline": ("recognition.show_pipeline()", "floats around 0 (question 4) → network"),
    "recognition.show_guesses": (
        "recognition.show_guesses([picture, picture], [labels, labels[:1]], titles=['a cat'])",
        "a cat: tabby 50%, lynx 25%; picture 2: tabby 50%",
    ),
    "recognition.show_crop": ("recognition.show_crop(torch.zeros(3, 512, 600))", "512 by 600 pixels"),
    "recognition.show_answers": (
        "recognition.show_answers(picture, labels, [picture] * 3, [picture] * 3, [picture] * 2, ['a cat', 'a dog'])",
        "“a cat” and “a dog”",
    ),
    "super_resolution.show_srresnet": ("super_resolution.show_srresnet()", "16 by 16 pixels"),
    "super_resolution.show_shuffle": ("super_resolution.show_shuffle()", "channel 0 at its upper left"),
    "super_resolution.show_trade_off": (
        "super_resolution.show_trade_off({'bicubic': (20.0, 0.5), 'SRGAN': (21.0, 0.25)}, [(21.0, 0.3), (21.0, 0.25)])",
        "bicubic: 20.00 dB, 0.500; SRGAN: 21.00 dB, 0.250. A line joins 2",
    ),
    "teaser.show_teaser": ("teaser.show_teaser('simple_gan')", "Forty small grey pictures of clothes"),
    "live.LivePreview": (
        "preview = live.LivePreview(0)\npreview.finish(lambda: torch.zeros(12, 1, 8, 8))",
        "A training at step 0 · 0 of 0 s: 12 samples.",
    ),
    "live.LiveFigure": (
        "live.LiveFigure().draw(torch.zeros(1, 3, 8, 8), {'D': ([0, 1], [2.0, 1.5])}, 'step 30')",
        "A training at step 30: 1 sample; the curves end at D 1.500.",
    ),
    "a text of one's own": (
        "viz.show_images(picture, alt='A square of noise\\nin many colours.')",
        "A square of noise in many colours.",
    ),
    "what HTML would take for its own": (
        "viz.show_images(picture, titles=['\"quoted\" <b>bold</b> & more'])",
        '"quoted" <b>bold</b> & more',
    ),
}


def drawing_functions() -> set[str]:
    """Every public function of learntools/viz/*.py that shows something, whatever it is called, and every class."""
    found = set()
    for file in Path(learntools.viz.__file__).parent.glob("[a-z]*.py"):
        module = importlib.import_module(f"learntools.viz.{file.stem}")
        for name, item in vars(module).items():
            if name.startswith("_") or getattr(item, "__module__", "") != module.__name__ or file.stem == "canvas":
                continue
            methods = vars(item).values() if inspect.isclass(item) else [item]
            uses = {used for method in methods for used in getattr(getattr(method, "__code__", None), "co_names", ())}
            if uses & {"show", "publish", "display", "savefig", "_draw"}:
                found.add(f"{file.stem}.{name}")
    return found


class Images(html.parser.HTMLParser):
    """The alternative texts of the pictures of a page, in order."""

    def __init__(self, page):
        super().__init__()
        self.alts = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.alts.append(dict(attrs).get("alt"))


def execute(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    NotebookClient(notebook, km=manager, timeout=120).execute(cleanup_kc=True)
    return notebook


@pytest.fixture(scope="module")
def notebook():
    """All the calls in one kernel, one to a cell; its first cell is the setup."""
    return execute(SETUP, *(call for call, _ in CALLS.values()))


@pytest.fixture(scope="module")
def outputs(notebook):
    return dict(zip(CALLS, [cell.outputs for cell in notebook.cells[1:]], strict=True))


def test_every_drawing_function_is_tried_here():
    """A new one must be added to `CALLS`, so that none shows a figure without a text."""
    of_its_own = {"a text of one's own", "what HTML would take for its own"}
    assert drawing_functions() == set(CALLS) - of_its_own


@pytest.mark.parametrize("colour", ["INK", "FAINT", "BLUE", "ORANGE"])
def test_every_colour_of_a_figures_words_is_easy_to_read_on_its_paper(colour):
    """The paper is opaque, so that it is the same in a dark theme."""
    assert contrast(of_hex(getattr(canvas, colour)), of_hex(canvas.PAPER)) >= ENOUGH


@pytest.mark.parametrize("name", CALLS)
def test_every_figure_of_the_course_carries_an_alternative_text(outputs, name):
    (output,) = outputs[name]
    assert output.data["image/png"].startswith("iVBORw0KGgo")
    alt = output.metadata["image/png"]["alt"]
    assert len(alt) >= SHORTEST
    assert CALLS[name][1] in alt
    assert "\n" not in alt
    assert Images(output.data["text/html"]).alts == [alt]
    assert output.data["text/plain"] == alt


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
def test_the_page_of_a_notebook_reads_the_texts_out(notebook, outputs, template):
    page, _ = HTMLExporter(template_name=template).from_notebook_node(notebook)
    assert Images(page).alts == [output.metadata["image/png"]["alt"] for (output,) in outputs.values()]


def test_a_figure_of_the_learners_own_comes_where_it_was_drawn_and_once():
    drawn = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nviz.show_images(picture)\nplt.plot([3, 4])"
    shown = execute(SETUP, drawn).cells[1].outputs
    pictures = [output for output in shown if "image/png" in output.get("data", {})]
    assert ["alt" in output.metadata.get("image/png", {}) for output in pictures] == [False, True, False]


def test_sharper_figures_keep_their_size_and_their_text():
    sharp = "%config InlineBackend.figure_formats = ['retina']\nviz.show_images(picture)"
    (output,) = execute(SETUP, sharp).cells[1].outputs
    size = output.metadata["image/png"]
    assert size["alt"] == "One colour image of 16 by 16 pixels."
    assert f'width="{size["width"]}"' in output.data["text/html"]
    assert size["width"] < 300


def test_where_there_is_no_screen_nothing_is_shown_and_nothing_said(capfd):
    import matplotlib.pyplot as plt
    import torch

    from learntools.viz.gan import show_steps
    from learntools.viz.live import LiveFigure

    show_steps()
    LiveFigure().draw(torch.zeros(1, 1, 4, 4), {}, "step 1")
    assert plt.get_fignums() == []
    assert capfd.readouterr() == ("", "")
