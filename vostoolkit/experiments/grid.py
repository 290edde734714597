"""Many experiments side by side, on this machine or on a Dask cluster."""

import contextlib
import os
import shutil
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vostoolkit.errors import ExperimentError
from vostoolkit.experiments.experiment import Experiment
from vostoolkit.experiments.launch import Launcher
from vostoolkit.experiments.store import Outcome, Store
from vostoolkit.locks import only_one

RESULTS = "results.sqlite"
LOCAL_CLUSTER = "local"


@dataclass(frozen=True)
class Progress:
    """How far a grid is: what has just ended, how many have, and how many there are."""

    outcome: Outcome
    done: int
    total: int


def run_grid(
    experiments: Sequence[Experiment],
    out: str | Path,
    *,
    jobs: int | None = None,
    scheduler: str | None = None,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> Store:
    """The outcomes of all experiments; those that are in ``out`` already aren't run again.

    Each runs in a process of its own. ``out`` then holds ``results.sqlite``, and ``finished/ID`` or
    ``failed/ID`` with the executed notebook. A run that was interrupted or killed goes on with the
    same call; what was half done is done again. A process that something else kills is started
    again, failed experiments at the next call.

    Args:
        experiments: as from ``read_grid``.
        out: a folder, for a cluster one that all its machines see under this name.
        jobs: how many at once on this machine; None: one for two processors.
        scheduler: the address of a Dask scheduler, or ``"local"`` for a Dask cluster of ``jobs``
            workers here; None does without Dask.
        watch: called after each experiment.

    Raises:
        ExperimentError: another process is running a grid into this folder, or Dask is missing.
        ValueError: less than one job.
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs={jobs}: give at least 1")
    out = Path(out).resolve()
    store = Store(out / RESULTS)
    busy = ExperimentError(
        f"another process is running experiments into {out}: wait for it, or give another folder"
    )
    with only_one(out / ".lock", busy):
        finished = store.finished()
        left = [e for e in experiments if e.id not in finished]
        done, total = len(experiments) - len(left), len(experiments)
        processors = os.cpu_count() or 1
        jobs = min(jobs or max(1, processors // 2), max(1, len(left)))
        launcher = Launcher(out, threads=None if scheduler else max(1, processors // jobs))
        with _executor(jobs, scheduler) as executor:
            try:
                for future in as_completed([executor.submit(launcher, e) for e in left]):
                    outcome = future.result()
                    store.add(outcome)
                    done += 1
                    watch(Progress(outcome, done, total))
            except BaseException:
                launcher.stop()
                executor.shutdown(wait=False, cancel_futures=True)
                raise
        shutil.rmtree(out / "partial", ignore_errors=True)  # of runs that were killed
    return store


@contextlib.contextmanager
def _executor(jobs: int, scheduler: str | None) -> Generator[Executor]:
    if scheduler is None:
        with ThreadPoolExecutor(jobs) as threads:
            yield threads
        return
    try:
        import distributed  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise ExperimentError(
            "a scheduler needs Dask: pip install 'vostoolkit[dask]', or run without --scheduler"
        ) from error
    package: Any = distributed
    with contextlib.ExitStack() as stack:
        address = scheduler
        if scheduler == LOCAL_CLUSTER:
            cluster = package.LocalCluster(
                n_workers=jobs, threads_per_worker=1, dashboard_address=None
            )
            address = stack.enter_context(cluster)
        client = stack.enter_context(package.Client(address))
        yield stack.enter_context(client.get_executor(pure=False))
