"""What a run of a submission's cells has said, put together cell by cell; of what was shown, what nbformat knows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

LONGEST_REASON = 300  # characters


@dataclass
class Run:
    """What one run of a submission's cells has said, cell by cell."""

    outputs: dict[int, list[Any]] = field(default_factory=dict)
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    stopped: dict[int, str] = field(default_factory=dict)  # by an exception, or the cell's clock
    remarks: dict[int, list[str]] = field(default_factory=dict)
    flags: dict[int, list[str]] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    running: list[int] = field(default_factory=list)  # cells that left threads or processes behind
    left: dict[str, int] = field(default_factory=lambda: {"threads": 0, "processes": 0})  # now
    at: int = -1  # the cell that began last
    began: float = 0.0
    end: dict[str, Any] = field(default_factory=lambda: {"end": "done"})

    @property
    def done(self) -> bool:
        return self.end["end"] == "done"

    def hear(self, event: dict[str, Any]) -> None:
        if "begin" in event:
            self.began = time.monotonic()
        if "end" in event:
            self.end = event
            self.seconds.setdefault(self.at, time.monotonic() - self.began)
            if event.get("forged"):
                self.flag(event["reason"])
        self.at = event.get("begin", self.at)
        if "flag" in event:
            self.flag(event["flag"])
        if "remark" in event:
            self.remarks.setdefault(self.at, []).append(event["remark"])
        if "cell" in event:
            self.seconds[self.at] = event["seconds"]
            self.outputs[self.at] = outputs(event.get("outputs"))
            if "stopped" in event:
                self.stopped[self.at] = str(event["stopped"])[:LONGEST_REASON]
            before, self.left = self.left, {word: int(event.get(word, 0)) for word in ("threads", "processes")}
            more = [word for word, count in before.items() if self.left[word] > count]
            if more:
                self.running.append(self.at)
                self.remarks.setdefault(self.at, []).append(f"left {' and '.join(more)} running until the end")
            if "verdict" in event:
                self.verdicts[event["verdict"]["question"]] = event["verdict"]

    def flag(self, words: str) -> None:
        known = self.flags.setdefault(self.at, [])
        known += [words] if words not in known else []


def update(last: Run, run: Run) -> None:
    """Let `last` know what a later run has said."""
    for name in ("outputs", "verdicts", "stopped", "remarks", "flags", "seconds"):
        getattr(last, name).update(getattr(run, name))


def outputs(said: Any) -> list[Any]:
    """Of what a cell is said to have shown, what nbformat knows."""
    found: list[Any] = []
    for item in said if isinstance(said, list) else ():
        kind = item.get("output_type") if isinstance(item, dict) else None
        if kind == "stream":
            found.append({"output_type": kind, "name": "stderr" if item.get("name") == "stderr" else "stdout"})
            found[-1]["text"] = str(item.get("text"))
        elif kind == "error":
            texts = {part: str(item.get(part)) for part in ("ename", "evalue")}
            lines = item.get("traceback")
            texts["traceback"] = [str(line) for line in lines] if isinstance(lines, list) else []  # type: ignore[assignment]
            found.append({"output_type": kind, **texts})
        elif kind in ("display_data", "execute_result") and isinstance(item.get("data"), dict):
            data = {str(mime): str(value) for mime, value in item["data"].items()}
            found.append({"output_type": kind, "data": data, "metadata": {}})
            found[-1] |= {"execution_count": None} if kind == "execute_result" else {}
    return found
