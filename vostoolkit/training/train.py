"""Training with one call: from a recipe's name to a checkpoint on disk."""

from __future__ import annotations

import json
import platform
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.multiprocessing.spawn import spawn

from vostoolkit.training.curve import write_curve
from vostoolkit.training.loop import Budget, CurvePoint, Files, Trained, fit, restore, start
from vostoolkit.training.parallel import join
from vostoolkit.training.pool import PoolPlan, open_pool
from vostoolkit.training.recipes import RECIPES, Recipe
from vostoolkit.weights import load_weights

Watch = Callable[[CurvePoint], None]


@dataclass(frozen=True)
class RunFacts:
    """What a card says about a run, kept beside its checkpoint; `note` is free for a person.

    `began_with` names the weights that it went on from, empty for random ones.
    """

    recipe: str
    seed: int
    processes: int
    device: str
    machine: str
    note: str = ""
    began_with: str = ""


@dataclass(frozen=True)
class _Job:
    recipe: str
    budget: Budget
    device: str
    out: Path
    seed: int
    processes: int
    port: int
    plan: PoolPlan | None
    weights: str | Path | None


def train(
    recipe_name: str,
    *,
    minutes: float | None = None,
    steps: int | None = None,
    device: str = "cpu",
    resume: bool = True,
    out: Path | str | None = None,
    seed: int = 0,
    processes: int = 1,
    plan: PoolPlan | None = None,
    weights: str | Path | None = None,
    watch: Watch | None = None,
) -> Path:
    """The folder with checkpoint and curve (`curve.html`) of a training, `runs/NAME` by default.

    Trains for `steps` or `minutes` (the recipe's own minutes if neither is given), on one thread
    in each of `processes` processes. With `resume` a run that was interrupted goes on where its
    last checkpoint is; without it, it starts afresh, from random weights or from `weights`, a name
    or a file. `plan` replaces the recipe's pool of clips.
    `watch` is called with every point of the curve (in this process only if `processes` is 1).

    Raises:
        ValueError: an unknown recipe, both minutes and steps, or less than one process.
        WeightsError: weights that aren't there, or are of another network.
    """
    recipe = find_recipe(recipe_name)
    if processes < 1 or (processes > 1 and device != "cpu"):
        raise ValueError(f"{processes} processes on {device}: give 1, or several on the cpu")
    if minutes is None and steps is None:
        minutes = recipe.minutes
    folder = Path(out) if out is not None else Path("runs") / recipe_name
    files = Files(folder)
    if not resume:
        files.checkpoint.unlink(missing_ok=True)
        files.curve.unlink(missing_ok=True)
    job = _Job(
        recipe_name,
        Budget(steps, minutes),
        device,
        folder,
        seed,
        processes,
        _free_port(),
        plan,
        weights,
    )
    if weights is not None:
        load_weights(recipe.network(), weights)  # refused before any clip is drawn
    open_pool(plan or recipe.plan, workers=max(processes, 2))
    _note(job)
    try:
        if processes == 1:
            _work(0, job, watch)
        else:
            spawn(_work, args=(job,), nprocs=processes)
    finally:  # also after Ctrl-C
        write_curve(files, f"{recipe_name}, seed {seed}")
    return folder


def find_recipe(name: str) -> Recipe:
    """The recipe of this name.

    Raises:
        ValueError: there is none; the message lists those there are.
    """
    if name not in RECIPES:
        raise ValueError(f"no recipe {name!r}: choose one of {', '.join(sorted(RECIPES))}")
    return RECIPES[name]()


def facts_of(folder: Path) -> RunFacts:
    """What was noted when the run in this folder was started."""
    noted: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return RunFacts(**noted)


def resumed(
    recipe: Recipe,
    files: Files,
    *,
    seed: int,
    device: str,
    weights: str | Path | None = None,
) -> Trained:
    """The run in this folder as far as it is; at step 0 with fresh or the given weights if none."""
    torch.manual_seed(seed)
    network = recipe.network()
    if weights is not None and not files.checkpoint.is_file():
        load_weights(network, weights)
    run = start(network.to(device), recipe.optimisation)
    if files.checkpoint.is_file():
        restore(run, files.checkpoint)
    return run


def _work(number: int, job: _Job, watch: Watch | None = None) -> None:
    recipe, files = find_recipe(job.recipe), Files(job.out)
    if job.processes > 1:
        join(number, job.processes, job.port)
    pool = open_pool(job.plan or recipe.plan)
    with _one_thread():
        fit(
            resumed(recipe, files, seed=job.seed, device=job.device, weights=job.weights),
            recipe.learner(pool, torch.device(job.device)),
            budget=job.budget,
            optimisation=recipe.optimisation,
            seed=job.seed,
            files=files if number == 0 else None,
            watch=watch,
        )


@contextmanager
def _one_thread() -> Generator[None]:
    """On so small networks two threads are slower than one wherever anything else runs."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _note(job: _Job) -> None:
    job.out.mkdir(parents=True, exist_ok=True)
    noted = {
        "recipe": job.recipe,
        "seed": job.seed,
        "processes": job.processes,
        "device": job.device,
        "machine": f"{platform.machine()}, one thread a process, torch {torch.__version__}",
        "began_with": "" if job.weights is None else Path(job.weights).name,
    }
    (job.out / "run.json").write_text(json.dumps(noted, indent=2))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
