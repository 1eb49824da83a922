"""What one frame of each explorer costs: from a page's question to the bytes of the answer, with the course's networks.

The way between browser and kernel is not in it. A frame should take less than 50 ms on two cores.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import torch

from learntools import data
from learntools.lessons.captioning.trained import pretrained as captioner
from learntools.lessons.conditional_gan.trained import pretrained as conditional
from learntools.lessons.cyclegan.trained import pretrained as translators
from learntools.lessons.pix2pix.trained import pretrained as colourist
from learntools.models.captioner import greedy
from learntools.models.dcgan import Generator
from learntools.viz import explorers
from learntools.viz.explorers.explorer import Explorer, packed

FRAMES = 40


def _explorers() -> dict[str, tuple[Explorer, list[dict[str, Any]]]]:
    """Each with two states that are asked for in turn."""
    both = translators()
    there, back = both.a_to_b, both.b_to_a
    emoji = data.to_float(data.emoji_styles("test", size=32).a[:20])
    scene = data.to_float(data.scenes.unseen_combinations(1).images())
    attention = greedy(captioner(), scene).attention[0]
    photos = torch.rand(3, 3, 256, 256) * 2 - 1
    words = ["word"] * min(8, len(attention))
    names = data.fashion_mnist("test").classes
    return {
        "convolution": (explorers.convolution_explorer(), [{"step": 3}, {"step": 9}]),
        "latent": (explorers.latent_explorer(Generator().eval()), [{"walk": 0.2}, {"walk": 0.7}]),
        "classes": (explorers.class_explorer(conditional(), names), [{"seed": 1}, {"seed": 2}]),
        "sketch": (explorers.sketch_pad(colourist()), [{}, {}]),
        "translation": (explorers.translation_explorer(there, back, emoji), [{"image": 1}, {"image": 2}]),
        "attention": (explorers.attention_viewer(scene[0], words, attention), [{"word": 0}, {"word": 1}]),
        "gan": (explorers.gan_game(), [{"run": 5}, {"run": 5}]),
        "before_after": (explorers.before_after(*photos), [{"line": 20}, {"line": 80}]),
    }


def measure() -> dict[str, Any]:
    """Median and largest milliseconds of a frame, warm, after the first five."""
    torch.manual_seed(0)
    found = {}
    for name, (explorer, states) in _explorers().items():
        times = []
        for number in range(FRAMES + 5):
            start = time.perf_counter()
            packed(explorer.frame(**states[number % 2]))
            times.append(1000 * (time.perf_counter() - start))
        found[name] = {"median_ms": statistics.median(times[5:]), "most_ms": max(times[5:])}
    return {"frames": found}


def table(found: dict[str, Any]) -> str:
    """The measurements as Markdown."""
    lines = ["| explorer | a frame, median | largest of 40 |", "|---|---|---|"]
    for name, item in found["frames"].items():
        lines.append(f"| {name} | {item['median_ms']:.1f} ms | {item['most_ms']:.1f} ms |")
    return "\n".join(lines)
