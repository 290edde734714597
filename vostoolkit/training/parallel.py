"""Several processes that train one network: each draws its own clips, gradients are averaged."""

from __future__ import annotations

import torch
import torch.distributed as distributed
from torch import nn


def is_parallel() -> bool:
    """Whether this process trains together with others."""
    return distributed.is_available() and distributed.is_initialized()


def rank() -> int:
    """The number of this process, 0 for the one that writes files."""
    return distributed.get_rank() if is_parallel() else 0


def join(number: int, processes: int, port: int) -> None:
    """Meets the other processes of this machine."""
    distributed.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=number, world_size=processes
    )


def agreed(value: float) -> float:
    """The value of process 0, so that all stop at the same step."""
    if not is_parallel():
        return value
    shared = torch.tensor([value], dtype=torch.float64)
    distributed.broadcast(shared, 0)
    return float(shared[0])


def average_gradients(network: nn.Module) -> None:
    """Replaces every gradient by its mean over the processes, in one exchange."""
    if not is_parallel():
        return
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()
