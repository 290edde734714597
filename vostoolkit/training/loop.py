"""The training loop: cosine schedule, averaged weights, checkpoints, a curve on disk."""

from __future__ import annotations

import copy
import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from vostoolkit.training.parallel import agreed, average_gradients, rank

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Loss:
    """What one step gives: the loss to minimise and the mean J of the training prediction."""

    total: Tensor
    overlap: float


@runtime_checkable
class Learner(Protocol):
    """Draws its own batch from `rng` and returns the loss; `progress` runs from 0 to 1.

    One that moves the weights several times for one batch, as PPO does, gives its losses in turn:
    each is asked for when the weights have followed the one before.
    """

    def __call__(
        self, network: nn.Module, rng: np.random.Generator, progress: float, /
    ) -> Loss | Iterator[Loss]:
        """The loss of one step, or the losses of its parts."""
        ...


@dataclass(frozen=True)
class Optimisation:
    """How the weights move; the values of the study behind the embedded networks."""

    learning_rate: float = 1.5e-3
    warmup_steps: int = 100
    weight_decay: float = 1e-3
    clip_norm: float = 3.0
    average: float = 0.995


@dataclass(frozen=True)
class Budget:
    """When training ends: after `steps`, or after `minutes` of training time.

    Only with `steps` is a run the same on every machine, since the schedule follows the budget.

    Raises:
        ValueError: not exactly one of both is given, or it is not positive.
    """

    steps: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.steps, self.minutes) if value is not None]
        if len(given) != 1 or given[0] <= 0:
            raise ValueError(f"{self}: give either steps or minutes, above 0")

    def progress(self, step: int, seconds: float) -> float:
        """How much of the budget is used, in [0, 1]."""
        if self.steps is not None:
            return min(1.0, step / self.steps)
        return min(1.0, seconds / (60 * (self.minutes or 1)))


@dataclass(frozen=True)
class CurvePoint:
    """Means since the last point of the curve."""

    step: int
    seconds: float
    progress: float
    loss: float
    overlap: float


@dataclass(eq=False)
class Trained:
    """The state of a run: networks, optimiser, and how far it is."""

    network: nn.Module
    average: nn.Module
    optimiser: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Files:
    """Where a run keeps its checkpoint and its curve, and how often it writes them."""

    folder: Path
    checkpoint_every_s: float = 60.0
    curve_every: int = 25

    @property
    def checkpoint(self) -> Path:
        """The last checkpoint, replaced in one move so that a kill never leaves half of one."""
        return self.folder / "checkpoint.pt"

    @property
    def curve(self) -> Path:
        """One JSON object a line."""
        return self.folder / "curve.jsonl"


def start(network: nn.Module, optimisation: Optimisation) -> Trained:
    """A run at step 0; biases and normalisation are not decayed."""
    wide = [p for p in network.parameters() if p.ndim > 1]
    flat = [p for p in network.parameters() if p.ndim <= 1]
    groups = [
        {"params": wide, "weight_decay": optimisation.weight_decay},
        {"params": flat, "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=optimisation.learning_rate, betas=(0.9, 0.99))
    return Trained(network, copy.deepcopy(network).eval(), optimiser)


def save(run: Trained, path: Path) -> None:
    """Writes everything a run needs to go on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "network": run.network.state_dict(),
            "average": run.average.state_dict(),
            "optimiser": run.optimiser.state_dict(),
            "step": run.step,
            "seconds": run.seconds,
        },
        partial,
    )
    partial.replace(path)


def restore(run: Trained, path: Path) -> None:
    """Fills a fresh run with a checkpoint."""
    held = torch.load(path, map_location="cpu", weights_only=True)
    run.network.load_state_dict(held["network"])
    run.average.load_state_dict(held["average"])
    run.optimiser.load_state_dict(held["optimiser"])
    run.step, run.seconds = int(held["step"]), float(held["seconds"])


def fit(
    run: Trained,
    learner: Learner,
    *,
    budget: Budget,
    optimisation: Optimisation,
    seed: int,
    files: Files | None = None,
    watch: Callable[[CurvePoint], None] | None = None,
) -> Trained:
    """The run at the end of its budget.

    The batch of step `n` depends on `seed`, `n` and the number of the process alone, so a resumed
    run equals a straight one. Of several processes only the first should be given `files`.
    """
    recent: list[tuple[float, float]] = []
    saved = run.seconds
    while (progress := agreed(budget.progress(run.step, run.seconds))) < 1:
        began = time.perf_counter()
        recent.append(_one_step(run, learner, optimisation, progress, seed))
        run.seconds += time.perf_counter() - began
        if len(recent) == (files.curve_every if files else 25):
            point = _point(run, progress, recent)
            recent = []
            _record(point, files)
            if watch is not None:
                watch(point)
        if files is not None and run.seconds - saved >= files.checkpoint_every_s:
            save(run, files.checkpoint)
            saved = run.seconds
    if files is not None:
        save(run, files.checkpoint)
    return run


def _one_step(
    run: Trained, learner: Learner, optimisation: Optimisation, progress: float, seed: int
) -> tuple[float, float]:
    warm = min(1.0, (run.step + 1) / max(1, optimisation.warmup_steps))
    cosine = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress))
    for group in run.optimiser.param_groups:
        group["lr"] = optimisation.learning_rate * warm * cosine
    run.network.train()
    rng = np.random.default_rng([seed, run.step, rank()])
    found = learner(run.network, rng, progress)
    seen: list[tuple[float, float]] = []
    for loss in (found,) if isinstance(found, Loss) else found:
        run.optimiser.zero_grad(set_to_none=True)
        loss.total.backward()
        average_gradients(run.network)
        nn.utils.clip_grad_norm_(run.network.parameters(), optimisation.clip_norm)
        run.optimiser.step()
        seen.append((float(loss.total.detach()), loss.overlap))
    run.step += 1
    _follow(run.average, run.network, min(optimisation.average, run.step / (9 + run.step)))
    total, overlap = np.nanmean(np.array(seen), axis=0)
    return float(total), float(overlap)


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, inertia: float) -> None:
    for ours, theirs in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if ours.dtype.is_floating_point:
            ours.lerp_(theirs, 1 - inertia)
        else:
            ours.copy_(theirs)


def _point(run: Trained, progress: float, recent: list[tuple[float, float]]) -> CurvePoint:
    loss, overlap = np.nanmean(np.array(recent), axis=0)
    return CurvePoint(run.step, run.seconds, progress, float(loss), float(overlap))


def _record(point: CurvePoint, files: Files | None) -> None:
    _log.info("step %d: loss %.3f, J %.3f", point.step, point.loss, point.overlap)
    if files is not None:
        files.folder.mkdir(parents=True, exist_ok=True)
        with files.curve.open("a") as curve:
            curve.write(json.dumps(asdict(point)) + "\n")
