"""`make bench`: what things cost, and how good the results are; tables in Markdown, and everything in build/bench.json.

python -m benchmarks                     # all of it: about an hour on two cores
python -m benchmarks opening steps       # parts
"""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path

import torch

from benchmarks import ablations, explorers, grading, opening, quality, steps
from learntools import platforms

PARTS = {
    "opening": opening,
    "steps": steps,
    "explorers": explorers,
    "quality": quality,
    "ablations": ablations,
    "grading": grading,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=[], help=f"some of {', '.join(PARTS)}; all by default")
    chosen = parser.parse_args().parts or list(PARTS)
    unknown = set(chosen) - set(PARTS)
    if unknown:
        parser.error(f"There is no part {', '.join(sorted(unknown))}: choose from {', '.join(PARTS)}.")
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    machine = f"{platforms.hardware()}, {_processor()}, {versions}"
    print(f"{machine}\n")
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    target = folder / "bench.json"
    result = json.loads(target.read_text()) if target.exists() else {}
    for name in chosen:
        found = PARTS[name].measure()
        print(PARTS[name].table(found) + "\n", flush=True)
        result |= {name: {"machine": machine, **found}}
        target.write_text(json.dumps(result, indent=2) + "\n")


def _processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
