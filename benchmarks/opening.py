"""What opening a lesson, checking an answer and loading the data cost.

Imports are timed in fresh processes, against `import torch` in the same round, and the medians of the paired
differences are given; checks are medians of warm runs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import Any

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


def measure() -> dict[str, Any]:
    """Everything in this file, in seconds, and checks in milliseconds."""
    return {"opening_s": opening_cost(), "check_ms": check_cost(), "fashion_mnist_s": data_cost()}


def table(found: dict[str, Any]) -> str:
    """The measurements as Markdown."""
    lines = ["| opening | added to `import torch` |", "|---|---|"]
    lines += [f"| learntools.lessons.{name} | {seconds:.2f} s |" for name, seconds in found["opening_s"].items()]
    lines += ["", "| check | time |", "|---|---|"]
    lines += [f"| {name} | {ms:.0f} ms |" for name, ms in found["check_ms"].items()]
    lines += ["", f"Fashion-MNIST's training images from the cache: {found['fashion_mnist_s']:.2f} s"]
    return "\n".join(lines)
