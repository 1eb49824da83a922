"""Trains the course's own weights, and writes each beside a card that says how, and how good it is.

    python data/train.py judge                  # first: it judges the others
    python data/train.py dcgan conditional_gan
    python data/train.py --check                # measure the shipped weights again, and compare with their cards

Training is seeded, so the same machine gives the same weights; another gives others, about as good. Afterwards the
checksums are written anew.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save

import build
from learntools.data import fashion_mnist, to_float
from learntools.metrics import Moments, frechet_distance, judge_features, luminance_of_folder
from learntools.metrics.judging import REFERENCE
from learntools.training import Recipe, Result, fit
from learntools.training.recipes import RECIPES, captioning, pix2pix, super_resolution

HERE = Path(__file__).resolve().parent
STEPS = {
    "judge": 1900,
    "dcgan": 5000,
    "conditional_gan": 6000,
    "pix2pix": 3000,
    "cyclegan": 1500,
    "captioning": 5000,
    "orders_judge": 18000,
    "super_resolution": 4000,
    "text_to_image": 4000,
    "object_removal": 4000,
}
HALF = (
    "pix2pix",
    "cyclegan",
    "captioning",
    "orders_judge",
    "super_resolution",
    "text_to_image",
    "object_removal",
)  # kept in 16 bits: they would be the largest files, and look the same
CLOTHES = ("Fashion-MNIST's 60,000 training images (MIT)", "ten kinds of clothes in 28×28 grey pixels", "MIT")
EMOJI = "CC BY-SA 4.0, as the drawings it learned from, which what it makes resembles"
SCENES = (
    "scenes of OpenMoji, line art and colour (CC BY-SA 4.0), Noto Emoji old and new (Apache-2.0), Fluent Emoji (MIT) "
    "and EmojiOne (CC BY 4.0), each seen once"
)
#: what each has seen: its data, the same in a few words, and the licence of the weights
SEEN = {
    "pix2pix": ("1,384 OpenMoji, line art and colour (CC BY-SA 4.0)", "OpenMoji's line art at 64×64", EMOJI),
    "cyclegan": (
        "1,384 Twemoji (CC BY 4.0) and OpenMoji (CC BY-SA 4.0), not as pairs",
        "two artists' emoji at 32×32",
        EMOJI,
    ),
    "captioning": (
        f"{SCENES}; on the first stages of EfficientNet-Lite0 (Apache-2.0), which are part of the weights and stay as "
        "ImageNet made them",
        "123 nouns in scenes of one to three emoji at 64×64, by five artists, on ImageNet's features,",
        "CC BY-SA 4.0, as some of the drawings it learned from",
    ),
    "orders_judge": (
        SCENES,
        "123 nouns in scenes of one to three emoji at 64×64, by five artists",
        "CC BY-SA 4.0, as some of the drawings it learned from",
    ),
    "super_resolution": (
        "1,384 emoji each by OpenMoji (CC BY-SA 4.0), Twemoji (CC BY 4.0) and Noto Emoji (Apache-2.0), and patches of "
        "seven photographs (CC0 or public domain)",
        "emoji and a few photographs, shrunk from 64×64 to 16×16 without noise,",
        "CC BY-SA 4.0, as some of the drawings it learned from",
    ),
    "text_to_image": (
        "orders without end of OpenMoji, tinted (CC BY-SA 4.0), each seen once",
        "24 nouns in their own colours and five tints, one or two of them at 64×64",
        EMOJI,
    ),
    "object_removal": (
        "emoji of the training split (OpenMoji CC BY-SA 4.0, Twemoji CC BY 4.0, Noto Emoji Apache-2.0) and pieces of "
        "seven photographs (CC0 or public domain), behind fences, scribbles and food emoji, each drawn once",
        "emoji and pieces of seven photographs at 64×64",
        "CC BY-SA 4.0, as some of the drawings it learned from",
    ),
}
#: networks that are kept beside the averaged one, in the same file, each tensor under `network.name`
BESIDE = {"super_resolution": ("srresnet",)}
SEED = 0
LONG = {
    "pix2pix": pix2pix,
    "captioning": captioning,
    "super_resolution": super_resolution,
}  # recipes that have a form for thousands of steps


@torch.no_grad()
def finish_judge(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The judge's tensors in the course's unit of features, and the training images' moments in that unit.

    Dividing the features by a number, and multiplying what the head makes of them by it, changes no answer: the last
    hidden layer is linear and a ReLU. The number makes the features' variance 1 on average over the training images.
    """
    train = to_float(fashion_mnist("train").images)
    spread = Moments.of(judge_features(train, network)).covariance.trace().item() / network.head.in_features
    last = network.body[-2]
    last.weight /= spread**0.5
    last.bias /= spread**0.5
    network.head.weight *= spread**0.5
    moments = Moments.of(judge_features(train, network))
    return {
        **network.state_dict(),
        **dict(zip(REFERENCE, (moments.mean, moments.covariance, torch.tensor(moments.count)), strict=True)),
    }


def floor(network: torch.nn.Module) -> float:
    """The Fréchet distance of the 10,000 real test images from the training images."""
    train, test = (Moments.of(judge_features(to_float(fashion_mnist(s).images), network)) for s in ("train", "test"))
    return frechet_distance(train, test)


def build_recipe(name: str) -> Recipe:
    """The recipe that the shipped weights are trained with."""
    return LONG[name](long=True) if name in LONG else RECIPES[name].build()


def card(name: str, result: Result, measured: dict[str, float], size: int) -> str:
    """The model card, in Markdown; its figures are read back by --check."""
    recipe, call = build_recipe(name), f"{name}(long=True)" if name in LONG else name
    numbers = "\n".join(f"| {key.replace('_', ' ')} | {value:.4f} |" for key, value in measured.items())
    networks = ", ".join(f"`{type(net).__name__}`" for net in recipe.networks.values())
    count = sum(value.numel() for value in next(iter(result.networks.values())).parameters())
    settings = "; ".join(f"{key}: lr {a.lr:g}, betas {a.betas}" for key, a in recipe.optimizers.items())
    data, seen, licence = SEEN.get(name, CLOTHES)
    bits = 16 if name in HALF else 32
    kept = f"the average of the {recipe.averaged[0]}'s weights, {size / 1e6:.1f} MB in {bits} bits"
    return f"""# {name}

{RECIPES[name].about.capitalize()}: what `learntools train {name}` trains (`learntools.training.recipes.{call}`).

| | |
|---|---|
| networks | {networks} |
| kept here | {kept} |
| weights | {count:,} |
| data | {data} |
| training | {result.steps:,} steps of {recipe.batch_size} images, seed {SEED}, {result.plan.precision} |
| Adam | {settings} |
| machine | {result.plan.reasons[0]}, torch {torch.__version__.partition("+")[0]}, Python {platform.python_version()} |

| measured | |
|---|---|
{numbers}

For teaching. It has seen {seen} and nothing else. Licence: {licence}.
"""


def on_luminance(folder: Path, methods: dict[str, torch.nn.Module | None]) -> dict[str, float]:
    """The mean luminance PSNR of a folder's pictures, shrunk and enlarged again, by each of these methods."""
    found = {}
    for how, network in methods.items():
        values = luminance_of_folder(folder, network).values()
        found[f"{folder.name.lower()} {how} luminance psnr"] = sum(values) / len(values)
    return found


def train(name: str, benchmarks: Sequence[Path] = ()) -> None:
    torch.manual_seed(SEED)
    named = RECIPES[name]
    recipe = build_recipe(name)
    out = HERE.parent / "build" / "weights" / name
    result = fit(recipe, named.data(), steps=STEPS[name], seed=SEED, out=out, resume=True)
    if result.stopped:
        sys.exit(result.stopped)
    network = result.networks[recipe.averaged[0]].cpu()
    beside = {other: result.networks[other].cpu() for other in BESIDE.get(name, ())}
    if name in HALF:
        for one in (network, *beside.values()):
            one.half().float()  # measured is what is kept
    measured = named.measure({**result.networks, recipe.averaged[0]: network})
    for folder in benchmarks:
        measured |= on_luminance(folder, {"bicubic": None, "srresnet": beside["srresnet"], "srgan": network})
    tensors = network.state_dict()
    if beside:
        networks = {recipe.averaged[0]: network, **beside}
        tensors = {f"{one}.{key}": value for one, net in networks.items() for key, value in net.state_dict().items()}
    if name == "judge":
        tensors = finish_judge(network)
        measured["frechet_floor"] = floor(network)
    kept = {key: value.detach().contiguous() for key, value in tensors.items()}
    if name in HALF:
        kept = {key: value.half() if value.is_floating_point() else value for key, value in kept.items()}
    content = save(kept)
    folder = HERE / "weights"
    build.write(folder / f"{name}.safetensors", content)
    build.write(folder / f"{name}.md", card(name, result, measured, len(content)).encode())
    build.write_checksums(HERE)
    print(json.dumps(measured))


def check(name: str) -> list[str]:
    """Where the shipped weights do not give the figures of their card."""
    from learntools.data import weights

    recipe = RECIPES[name].build()
    kept = {key: value for key, value in weights(name).items() if key not in REFERENCE}
    networks = {one: recipe.networks[one] for one in (recipe.averaged[0], *BESIDE.get(name, ()))}
    for one, network in networks.items():
        prefix = f"{one}." if name in BESIDE else ""
        network.load_state_dict({k.removeprefix(prefix): v for k, v in kept.items() if k.startswith(prefix)})
        network.eval()
    measured = RECIPES[name].measure(networks)
    text = (HERE / "weights" / f"{name}.md").read_text(encoding="utf-8")
    stated = {
        key.replace(" ", "_"): float(value) for key, value in re.findall(r"\| ([a-z0-9 ]+) \| (-?\d+\.\d{4}) \|", text)
    }
    return [
        f"{name}: {key} is {value:.4f}, and the card says {stated.get(key)}"
        for key, value in measured.items()
        if abs(value - stated.get(key, -1)) > max(0.02 * abs(value), 0.002)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*STEPS, []], help="what to train")
    parser.add_argument("--benchmarks", nargs="*", type=Path, default=[], help="folders Set5 and Set14, for the card")
    parser.add_argument("--check", action="store_true", help="measure the shipped weights again, train nothing")
    arguments = parser.parse_args()
    if arguments.check:
        problems = [problem for name in STEPS for problem in check(name)]
        print("\n".join(problems) or "The weights are as good as their cards say.")
        sys.exit(bool(problems))
    for name in arguments.names:
        train(name, arguments.benchmarks if name == "super_resolution" else ())


if __name__ == "__main__":
    main()
