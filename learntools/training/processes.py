"""One process or several, on Hugging Face Accelerate: who leads, and how all of them stay of one mind.

A training under `accelerate launch --num_processes 2` runs the same program twice, each on a GPU of its own, with its
own batches. Before each move the gradients are averaged, so the weights stay equal; rank 0 keeps the time, shows and
saves. The networks are not wrapped in DistributedDataParallel, which does not bear two networks that take turns with
frozen weights.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from learntools.training.hardware import Plan, TrainingError

TALK_EVERY = 10  # steps between two words about the time, which all processes must wait for


class Team:
    """The processes of one training; most often only this one."""

    def __init__(self, accelerator: Any):
        self.accelerator = accelerator
        self.device: torch.device = accelerator.device
        self.rank: int = accelerator.process_index
        self.size: int = accelerator.num_processes
        self.leads: bool = accelerator.is_main_process
        self._said: float | None = None

    def optimizer(self, optimizer: torch.optim.Optimizer) -> Any:
        """The optimiser, aware of loss scaling."""
        return self.accelerator.prepare_optimizer(optimizer, device_placement=False)

    def backward(self, loss: Tensor) -> None:
        """Gradients of the loss, scaled where the precision needs that."""
        self.accelerator.backward(loss)

    def agree_on(self, network: nn.Module) -> None:
        """Every process takes rank 0's weights."""
        if self.size > 1:
            for value in [*network.parameters(), *network.buffers()]:
                torch.distributed.broadcast(value.data, src=0)

    def share_gradients(self, network: nn.Module) -> None:
        """Average the network's gradients over the processes, all in one message."""
        if self.size > 1:
            gradients = [value.grad for value in network.parameters() if value.grad is not None]
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            torch.distributed.all_reduce(flat)
            for gradient, part in zip(
                gradients, flat.div_(self.size).split([g.numel() for g in gradients]), strict=True
            ):
                gradient.copy_(part.view_as(gradient))

    def mean(self, numbers: Tensor) -> Tensor:
        """The mean of a few numbers over the processes."""
        if self.size > 1:
            torch.distributed.all_reduce(numbers)
            numbers /= self.size
        return numbers

    def same(self, number: float, step: int = 0) -> float:
        """Rank 0's number, asked for every few steps and remembered between."""
        if self.size == 1:
            return number
        if self._said is None or step % TALK_EVERY == 0:
            word = torch.tensor([number], device=self.device, dtype=torch.float64)
            torch.distributed.broadcast(word, src=0)
            self._said = float(word)
        return self._said

    def same_yes(self, answer: bool, step: int = 0) -> bool:
        """Rank 0's yes or no; between the words of every few steps always no."""
        if self.size == 1:
            return answer
        if step % TALK_EVERY:
            return False
        word = torch.tensor([float(answer)], device=self.device)
        torch.distributed.broadcast(word, src=0)
        return bool(word)

    def gathered(self, thing: Any) -> list[Any]:
        """What each process has, by rank."""
        if self.size == 1:
            return [thing]
        everything: list[Any] = [None] * self.size
        torch.distributed.all_gather_object(everything, thing)
        return everything

    def scaler_state(self) -> dict[str, Any]:
        scaler = self.accelerator.scaler
        return scaler.state_dict() if scaler is not None else {}

    def load_scaler(self, state: dict[str, Any]) -> None:
        if self.accelerator.scaler is not None and state:
            self.accelerator.scaler.load_state_dict(state)


@contextmanager
def team(plan: Plan) -> Iterator[Team]:
    """The processes that `accelerate launch` started, or this one alone."""
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    alone = int(os.environ.get("WORLD_SIZE", "1")) == 1
    # Accelerate chooses once in a process; in a notebook one training may follow another, on another device.
    AcceleratorState._reset_state(reset_partial_state=alone)
    before = os.environ.get("ACCELERATE_TORCH_DEVICE")
    if alone and plan.device.index is not None:
        os.environ["ACCELERATE_TORCH_DEVICE"] = str(plan.device)
    precision = {"fp32": "no"}.get(plan.precision, plan.precision)
    try:
        yield Team(Accelerator(mixed_precision=precision, cpu=plan.device.type == "cpu"))
    finally:
        if before is None:
            os.environ.pop("ACCELERATE_TORCH_DEVICE", None)
        else:
            os.environ["ACCELERATE_TORCH_DEVICE"] = before
        AcceleratorState._reset_state(reset_partial_state=alone)


@contextmanager
def prepared(crew: Team, plan: Plan, networks: dict[str, nn.Module]) -> Iterator[None]:
    """Within, the networks compute in the plan's precision and give float32; afterwards they are as they were.

    Each call is an autocast region of its own: within one, the 16-bit copies of the weights are kept, and would be
    stale after the first optimiser step.
    """
    before = {name: {key: vars(net)[key] for key in _PREPARED if key in vars(net)} for name, net in networks.items()}
    try:
        for network in networks.values():
            vars(network).pop("_is_accelerate_prepared", None)
            crew.accelerator.prepare_model(network, device_placement=False, evaluation_mode=True)
            if plan.compiled:
                network.compile()
        yield
    finally:
        for name, network in networks.items():
            for key in _PREPARED:
                vars(network).pop(key, None)
            vars(network).update(before[name])


#: what Accelerate and `compile` leave in a module
_PREPARED = ("forward", "_original_forward", "_compiled_call_impl", "_is_accelerate_prepared")


def launch(function: Callable[[], Any], processes: int | None = None) -> Any:
    """Call a function of a notebook once on each GPU, in processes of their own; on one device, call it here.

        def work():
            fit(conditional_gan(), data.fashion_mnist("train"), steps=5000, out="runs/two")

        launch(work)                     # from a terminal instead: accelerate launch --num_processes 2 script.py

    What the processes train stays in them, so let `fit` write to `out` and read the weights from there.

    Args:
        function: builds the recipe and calls `fit`, both inside; it takes nothing.
        processes: how many; by default as many as there are GPUs.

    Raises:
        TrainingError: there are fewer GPUs, or this notebook has used one already, which forbids sharing them out.
    """
    gpus = torch.cuda.device_count()
    count = processes or max(gpus, 1)
    if count == 1:
        return function()
    if count > gpus:
        raise TrainingError(f"There are {gpus} GPUs for {count} processes: leave `processes` out to use what is here.")
    if torch.cuda.is_initialized():
        raise TrainingError(
            "This notebook has used a GPU already, and then processes cannot share them: restart the kernel, and "
            "call `launch` before anything else touches one."
        )
    from accelerate import notebook_launcher

    return notebook_launcher(function, num_processes=count)
