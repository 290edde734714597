"""Does a grid of 24 runs end complete, and without duplicates, whatever is killed meanwhile?

Once the whole command is killed twice (SIGKILL) in the middle and called again; once it runs on a
Dask cluster of two workers, of which one is killed. Both must end with the same 24 results.

    python benchmarks/killed_grid.py --out out/killed-grid

The runs are Lazy-XMem's Table 2 on three clips, two frames of each. Exits with 1 if anything is
missing, double or different.
"""

import argparse
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
from distributed import LocalCluster

from vostoolkit.experiments import Experiment, read_grid, run_grid

GRID = Path(__file__).resolve().parent.parent / "examples" / "grids" / "lazy-xmem-table-2.toml"
CHANGES = {"clip": ["short-00", "short-04", "short-08"], "max_frames": 2}
RUNS = 24
KILLED_AT = (6, 14)

Numbers = dict[tuple[str, str], float]


def finished(out: Path) -> int:
    return len(list(out.glob("finished/*")))


def half_done(out: Path) -> int:
    return len(list(out.glob("partial/*")))


def killed_twice(out: Path, jobs: int) -> None:
    """Nothing; the grid was run by the command line, killed in the middle and called again."""
    command = [sys.executable, "-m", "vostoolkit", "experiment", "run", str(GRID)]
    command += ["--out", str(out), "--jobs", str(jobs)]
    for name, value in CHANGES.items():
        command += ["--set", f"{name}={value}"]
    for least in KILLED_AT:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while finished(out) < least or not half_done(out):
            if process.poll() is not None:
                raise SystemExit(f"it ended with code {process.returncode} before it was killed")
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        print(f"  SIGKILL with {finished(out)} runs finished and {half_done(out)} half done")
    subprocess.run(command, check=True)


def on_a_cluster(out: Path, experiments: tuple[Experiment, ...]) -> None:
    """Nothing; two Dask workers have run the grid, and one of them was killed."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:

        def kill() -> None:
            while finished(out) < KILLED_AT[0] or not half_done(out):
                time.sleep(0.02)
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            print(f"  SIGKILL of a worker with {finished(out)} runs finished")

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        run_grid(experiments, out, scheduler=cluster.scheduler_address)
        killer.join()


def audited(out: Path, experiments: tuple[Experiment, ...]) -> Numbers:
    """The numbers in the database, once everything is there that should be, and nothing else."""
    wanted = {experiment.id for experiment in experiments}
    with sqlite3.connect(out / "results.sqlite") as file:
        stored = [row[0] for row in file.execute("SELECT id FROM experiments WHERE error IS NULL")]
        rows = file.execute("SELECT id, name, value FROM results").fetchall()
    folders = {path.name for path in out.glob("finished/*")}
    whole = [
        path
        for path in out.glob("finished/*/experiment.ipynb")
        if all(c.execution_count for c in nbformat.read(path, 4).cells if c.cell_type == "code")
        and path.with_name("summary.json").is_file()
    ]
    numbers = {(row[0], row[1]): row[2] for row in rows if row[1] in ("J", "F", "J&F", "NoI")}
    print(
        f"  {len(stored)} results in the database ({len(set(stored))} different), "
        f"{len(folders)} folders, {len(whole)} executed notebooks, {half_done(out)} half done; "
        f"{len(numbers)} scores"
    )
    is_right = len(stored) == len(whole) == RUNS and set(stored) == folders == wanted
    if not is_right or half_done(out) or len(numbers) != 4 * RUNS:
        raise SystemExit(f"not exactly {RUNS} complete results")
    return numbers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("out/killed-grid"))
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    experiments = read_grid(GRID, CHANGES)
    alone, cluster = arguments.out.resolve() / "alone", arguments.out.resolve() / "cluster"
    print(f"{len(experiments)} runs, killed twice")
    killed_twice(alone, arguments.jobs)
    first = audited(alone, experiments)
    print(f"{len(experiments)} runs on two Dask workers, one killed")
    on_a_cluster(cluster, experiments)
    if audited(cluster, experiments) != first:
        raise SystemExit("the two have different scores")
    print("the same scores both times")


if __name__ == "__main__":
    main()
