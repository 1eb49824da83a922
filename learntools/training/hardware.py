"""What a training runs on, and how: device, precision, memory layout, compilation; chosen by what is here.

plan = choose()                      # or choose(device="cpu", precision="fp32", channels_last=False)
print(plan)                          # CPU, 2 cores · bf16: in this processor's hardware · …
"""

from __future__ import annotations

import platform
from dataclasses import dataclass

import torch

from learntools import platforms
from learntools.data.images import DataError, find_device

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class TrainingError(Exception):
    """A training cannot be done as asked. The message is one sentence or two: what is wrong, and what to do."""


@dataclass(frozen=True)
class Plan:
    """What was chosen, with the reason of each choice in words.

    device: where networks and data live.   precision: "fp32", "bf16" or "fp16" (float16 with loss scaling).
    channels_last: whether images are laid out pixel by pixel.   compiled: whether torch.compile is used.
    """

    device: torch.device
    precision: str
    channels_last: bool
    compiled: bool
    reasons: tuple[str, ...]

    @property
    def dtype(self) -> torch.dtype:
        return PRECISIONS[self.precision]

    @property
    def memory_format(self) -> torch.memory_format:
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def __str__(self) -> str:
        return " · ".join(self.reasons)


def choose(
    device: str | torch.device | None = None,
    precision: str | None = None,
    channels_last: bool | None = None,
    compiled: bool | None = None,
    prefers_channels_last: bool = False,
) -> Plan:
    """A plan for this machine; what is given is taken as it is, what is None is chosen.

    Args:
        device: "cpu", "cuda", "cuda:1", "mps"; by default the fastest that is here.
        precision: "fp32", "bf16" or "fp16". By default the one the hardware is made for: bf16 on GPUs from Ampere on
            and on CPUs with AVX512-BF16 or AMX, fp16 with loss scaling on older GPUs, else fp32.
        channels_last: by default wherever 16-bit convolutions want it, and for networks that prefer it.
        compiled: by default not: compiling takes 20 seconds or more, and a minute of training never earns them back.
        prefers_channels_last: whether these networks are faster so on an x86 CPU in 32 bits (`Recipe.channels_last`).

    Raises:
        TrainingError: there is no such device or precision, or the device cannot train in it.
    """
    try:
        there = platforms.device() if device is None else find_device(device)
    except DataError as error:
        raise TrainingError(str(error)) from None
    short, why_short = _precision(there, precision)
    faster = prefers_channels_last and there.type == "cpu" and platform.machine().lower() in ("x86_64", "amd64")
    last = short != "fp32" or faster if channels_last is None else channels_last
    where = _name(there) + ("" if device is None else " (asked for)")
    layout = "channels_last" if last else "contiguous"
    why_layout = _why_layout(last, short, channels_last)
    compile_it = bool(compiled)
    why_compiled = "compiled (asked for)" if compile_it else "not compiled"
    if compiled is None:
        why_compiled += ": too slow to start"
    return Plan(there, short, last, compile_it, (where, f"{short}{why_short}", f"{layout}{why_layout}", why_compiled))


def _precision(device: torch.device, asked: str | None) -> tuple[str, str]:
    """The precision and its reason, in words that follow it."""
    if asked is None:
        found = platforms.precision(device)
        name = next(short for short, dtype in PRECISIONS.items() if dtype == found)
        kind = "processor" if device.type == "cpu" else "GPU"
        reasons = {
            "bf16": f": in this {kind}'s hardware",
            "fp16": ", losses scaled: this GPU has no bf16",
            "fp32": f": this {kind} is no faster with less",
        }
        return name, reasons[name]
    if asked not in PRECISIONS:
        raise TrainingError(f"There is no precision {asked!r}: choose from {', '.join(PRECISIONS)}.")
    if asked == "fp16" and device.type != "cuda":
        raise TrainingError(
            f"float16 needs a CUDA GPU, which scales its losses, and this is {_name(device)}: choose bf16 or fp32."
        )
    return asked, " (asked for)"


def _why_layout(last: bool, short: str, asked: bool | None) -> str:
    """The reason of the layout, in words that follow it."""
    if asked is not None:
        return " (asked for)"
    return "" if not last else ": suits 16 bits" if short != "fp32" else ": faster for these networks"


def _name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    count = platforms.cores()
    return f"CPU, {count} core{'s' * (count != 1)}"
