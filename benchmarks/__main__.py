"""What opening a lesson and checking an answer cost: `make bench`.

Prints a Markdown table and writes `build/bench.json`. Imports are timed in fresh processes, against `import torch` in
the same round, and the medians of the paired differences are given; checks are medians of warm runs.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

from learntools import data
from learntools.lessons import exercises, names

ROUNDS = 7


def import_seconds(code: str) -> float:
    """Seconds that a fresh interpreter spends on `code`."""
    timed = f"import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)
    return float(done.stdout)


def opening_cost() -> dict[str, float]:
    """Median seconds that importing each lesson adds to `import torch`, over interleaved rounds."""
    added: dict[str, list[float]] = {name: [] for name in names()}
    import_seconds("import torch")  # warms the disk cache
    for _ in range(ROUNDS):
        base = import_seconds("import torch")
        for name, seconds in added.items():
            seconds.append(import_seconds(f"import torch, learntools.lessons.{name}") - base)
    return {name: statistics.median(seconds) for name, seconds in added.items()}


def check_cost() -> dict[str, float]:
    """Median milliseconds of a check of the reference, warm."""
    cost = {}
    for lesson in names():
        for item in exercises(lesson):
            answer = item.truth()
            item.assess(answer)
            times = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                item.assess(answer)
                times.append(time.perf_counter() - start)
            cost[f"{lesson} {item.name}"] = 1000 * statistics.median(times)
    return cost


def data_cost() -> float:
    """Median seconds to load Fashion-MNIST's training images from the cache, each time in a fresh process."""
    data.fashion_mnist("train")
    code = "import torch, learntools.data as d; t = time.perf_counter(); d.fashion_mnist('train')"  # restarts the clock
    return statistics.median(import_seconds(code) for _ in range(3))


def main() -> None:
    opening, checks, loading = opening_cost(), check_cost(), data_cost()
    machine = (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, torch {torch.__version__}"
    )
    print(f"On {machine}; medians of {ROUNDS} rounds.\n")
    print("| opening | added to `import torch` |\n|---|---|")
    for name, seconds in opening.items():
        print(f"| learntools.lessons.{name} | {seconds:.2f} s |")
    print("\n| check | time |\n|---|---|")
    for name, ms in checks.items():
        print(f"| {name} | {ms:.0f} ms |")
    print(f"\nFashion-MNIST's training images from the cache: {loading:.2f} s")
    target = Path("build")
    target.mkdir(exist_ok=True)
    result = {"machine": machine, "opening_s": opening, "check_ms": checks, "fashion_mnist_s": loading}
    (target / "bench.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
