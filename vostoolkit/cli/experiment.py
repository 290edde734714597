"""``vostoolkit experiment``: grids of notebooks, and reports of what they gave."""

import argparse
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vostoolkit.cli.command import Command
from vostoolkit.cli.console import complain, say, table
from vostoolkit.errors import ExperimentError

_DESCRIPTION = """\
Run the project's notebooks with many combinations of parameters, each in a process of its own, and
report what they gave. The same command goes on where an interrupted or killed one stopped."""

_EXAMPLES = """\
examples:
  vostoolkit experiment run grid.toml --out out/grid --jobs 2
  vostoolkit experiment run examples/grids/lazy-xmem-table-1.toml --set dataset=lvos-v1 \\
      --set root=/data/LVOS --set preset=paper
  vostoolkit experiment status out/grid
  vostoolkit experiment report out/grid
  vostoolkit experiment report out/grid --by user,tau_user --values J,R@0.5"""

_USUAL = ("J&F", "J", "R@0.5", "NoI", "person_s")


def _options(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="run|status|report", required=True)
    running = actions.add_parser("run", help="run what a grid asks for and isn't done yet")
    running.add_argument("grid", type=Path, metavar="GRID.toml")
    running.add_argument("--out", type=Path, help="the folder; out/GRID if left out")
    running.add_argument("--jobs", type=int, help="how many at once; half the processors")
    running.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, or 'local' to start one here"
    )
    running.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another value for a parameter of the grid; repeatable",
    )
    running.set_defaults(run=_run)
    telling = actions.add_parser("status", help="what is done and what failed, also meanwhile")
    telling.add_argument("out", type=Path, metavar="FOLDER")
    telling.set_defaults(run=_status)
    reporting = actions.add_parser(
        "report", help="tables and figures as HTML, Markdown, LaTeX, CSV"
    )
    reporting.add_argument("out", type=Path, metavar="FOLDER")
    reporting.add_argument(
        "--by", help="parameters, with commas: a row for each; those that vary if left out"
    )
    reporting.add_argument(
        "--values", help="numbers, with commas: J,R@0.5; the usual ones if left out"
    )
    reporting.add_argument("--over", default="clip", help="the parameter that is averaged over")
    reporting.set_defaults(run=_report)


def _run(args: argparse.Namespace) -> int:
    from vostoolkit.experiments.experiment import read_grid, varied
    from vostoolkit.experiments.grid import Progress, run_grid

    experiments = read_grid(args.grid, dict(map(_changed, args.set)))
    out = args.out or Path("out") / args.grid.stem
    start = time.monotonic()
    ended: list[bool] = []
    names = varied([experiment.parameters for experiment in experiments])

    def watch(progress: Progress) -> None:
        ended.append(progress.outcome.error is None)
        left = (time.monotonic() - start) / len(ended) * (progress.total - progress.done)
        name = _named(progress.outcome.experiment.parameters, names)
        verdict = "done" if ended[-1] else "FAILED"
        say(f"{progress.done}/{progress.total}  {name}  {verdict}  about {left / 60:.0f} min left")
        if progress.outcome.error:
            complain(progress.outcome.error)

    say(f"{len(experiments)} experiments into {out}")
    run_grid(experiments, out, jobs=args.jobs, scheduler=args.scheduler, watch=watch)
    failed = ended.count(False)
    say(f"{len(experiments) - failed} of {len(experiments)} done")
    say(f"tables and figures: vostoolkit experiment report {out}")
    return 2 if failed else 0


def _named(parameters: Mapping[str, object], names: Sequence[str]) -> str:
    """What tells an experiment from the others of its grid."""
    return ", ".join(str(parameters.get(name, "–")) for name in names) or "the only one"


def _changed(text: str) -> tuple[str, Any]:
    """A parameter and its value, which is TOML, or else a text as it stands."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise ExperimentError(f"--set {text}: write NAME=VALUE")
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value


def _status(args: argparse.Namespace) -> int:
    from vostoolkit.experiments.experiment import varied

    store = _store(args.out)
    rows, parameters = store.table().to_dict("records"), store.parameters()
    names = varied(parameters)
    lines = [
        (str(row["id"]), _named(own, names), f"{row['seconds']:.0f}", _verdict(row["error"]))
        for row, own in zip(rows, parameters, strict=True)
    ]
    say(table([("ID", ", ".join(names).upper(), "SECONDS", "RESULT"), *lines]))
    return 0


def _verdict(error: str) -> str:
    return error.partition("\n")[0] or "done"


def _report(args: argparse.Namespace) -> int:
    from vostoolkit.experiments.experiment import varied
    from vostoolkit.experiments.report import write_report

    store = _store(args.out)
    rows = store.table()
    usual = [name for name in varied(store.parameters()) if name not in (args.over, "seed")]
    by = args.by.split(",") if args.by else usual
    values = args.values.split(",") if args.values else [v for v in _USUAL if v in rows]
    if not by or not values:
        raise ExperimentError(
            f"what to report? Name parameters (--by) and numbers (--values): there are "
            f"{', '.join(map(str, rows))}"
        )
    page = write_report(rows, args.out, by, values, over=args.over)
    say((args.out / "report.md").read_text(encoding="utf-8"))
    say(f"{page}, and report.md, report.tex, report.csv and results.csv beside it")
    return 0


def _store(out: Path):
    from vostoolkit.experiments.grid import RESULTS
    from vostoolkit.experiments.store import Store

    if not (out / RESULTS).is_file():
        raise ExperimentError(f"no {RESULTS} in {out}: run a grid into that folder first")
    return Store(out / RESULTS)


COMMAND = Command(
    "experiment",
    "run grids of notebooks, and report what they gave",
    _DESCRIPTION,
    _run,
    _options,
    _EXAMPLES,
)
