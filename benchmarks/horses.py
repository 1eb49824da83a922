"""How far a small CycleGAN gets with horses and zebras on a CPU: `python -m benchmarks.horses FOLDER --steps 6000`.

FOLDER is CycleGAN's own horse2zebra, with trainA, trainB, testA and testB. Not a part of `make bench`: it asks for that
set and for hours. Ended early, it goes on where it was. Beside the figures a sheet of test horses is written, those
chosen by the files' order; look at it before you believe a figure.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from learntools import data
from learntools.metrics import kernel_distance, recognition_features
from learntools.models.cyclegan import ResNetGenerator, TwoWay
from learntools.models.pix2pix import PatchGAN
from learntools.training import Adam, CycleGAN, fit, flip
from learntools.training.recipes import translated

SHOWN = 10  # test horses on the sheet


def recipe(width: int, blocks: int) -> CycleGAN:
    """The paper's networks, narrower and with fewer blocks, and a judge of patches of a third of the image."""

    def generator() -> ResNetGenerator:
        return ResNetGenerator(width=width, blocks=blocks, upsample="resize", padding="zeros")

    adam = Adam(lr=1e-3, betas=(0.5, 0.99))
    return CycleGAN(
        generators=TwoWay(generator(), generator()),
        discriminators=TwoWay(*(PatchGAN(3, patch=34, width=32, spectral_norm=True) for _ in range(2))),
        identity_weight=1,
        generator_optimizer=adam,
        discriminator_optimizer=adam,
        batch_size=2,
        augment=[flip],
        name="horses",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--width", type=int, default=24)
    parser.add_argument("--blocks", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    out = Path("build/horses")
    out.mkdir(parents=True, exist_ok=True)
    train, test = (
        data.unpaired_folders(chosen.folder / f"{split}A", chosen.folder / f"{split}B", chosen.size)
        for split in ("train", "test")
    )
    torch.manual_seed(chosen.seed)
    trained = recipe(chosen.width, chosen.blocks)
    result = fit(trained, train, steps=chosen.steps, seed=chosen.seed, out=out, resume=True, show=False)

    horses, zebras = test.floats()
    both = result.networks["generators"]
    (striped,) = translated(both.a_to_b, horses)  # type: ignore[arg-type]
    (there_again,) = translated(both.b_to_a, striped)  # type: ignore[arg-type]
    truth = recognition_features(zebras)
    found = {
        "kernel_distance": kernel_distance(truth, recognition_features(striped)),
        "untranslated_kernel_distance": kernel_distance(truth, recognition_features(horses)),
        "cycle_l1": float((there_again - horses).abs().mean()),
        "changed_l1": float((striped - horses).abs().mean()),
        "steps": result.steps,
        "seconds": round(result.seconds),
        "size": chosen.size,
        "weights": sum(value.numel() for value in both.a_to_b.parameters()),  # type: ignore[union-attr]
    }
    _sheet(torch.cat([side[:: len(horses) // SHOWN][:SHOWN] for side in (horses, striped, there_again)]), out)
    (out / "horses.json").write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found))


def _sheet(images: torch.Tensor, out: Path) -> None:
    """Rows from above: horse, as a zebra, and back."""
    from PIL import Image

    rows = [torch.cat(list(data.to_uint8(row)), dim=2) for row in images.split(SHOWN)]
    Image.fromarray(torch.cat(rows, dim=1).permute(1, 2, 0).numpy()).save(out / "horses.png")


if __name__ == "__main__":
    main()
