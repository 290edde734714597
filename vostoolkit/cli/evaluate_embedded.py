"""``vostoolkit evaluate embedded``: what the networks that come along can do and can't."""

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd
import torch
from tqdm import tqdm

from vostoolkit.cli.console import say, table
from vostoolkit.data.export import write_trace
from vostoolkit.methods.lazy_xmem import LazyXMem
from vostoolkit.protocols import Propagator, Refiner
from vostoolkit.stages.propagate_colour import ColourPropagator
from vostoolkit.stages.propagate_flow import FlowPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.refine import ClickRefiner, GrabCutRefiner
from vostoolkit.training.judged import (
    LONG,
    Judged,
    Scored,
    carried,
    drift,
    failure_area,
    mean_overlap,
    procedural_clips,
    rank_correlation,
    real_clips,
)
from vostoolkit.training.judged_clicks import (
    click_scores,
    procedural_targets,
    real_targets,
)

DESCRIPTION = """\
Judge the embedded networks by clips with true masks: procedural ones that no training has seen and,
with CLIPS, real ones. Beside them the methods without learning that they have to beat. The whole
takes some minutes; fewer procedural clips are quicker."""

EXAMPLES = """\
examples:
  vostoolkit evaluate embedded --procedural 3
  vostoolkit evaluate embedded DAVIS/bear DAVIS/camel --out scores/        (embedded.csv)"""


_ALL = "all real"
_CLICK_GOALS = {1: 0.6, 3: 0.72, 5: 0.78}


@dataclass(frozen=True)
class Row:
    """A line of the table; ``where`` names the clips, ``least`` is False for an upper bound."""

    what: str
    who: str
    where: str
    value: float
    target: float | None = None
    least: bool = True

    def cells(self) -> list[str]:
        """The line as it is shown."""
        met, sign = "", ""
        if self.target is not None:
            good = self.value >= self.target if self.least else self.value <= self.target
            sign, met = (">=" if self.least else "<="), ("yes" if good else "no")
        target = "" if self.target is None else f"{sign} {self.target:.2f}"
        return [self.what, self.who, self.where, f"{self.value:.3f}", target, met]


def options(parser: argparse.ArgumentParser) -> None:
    """Nothing; the parser knows the options."""
    parser.set_defaults(run=run)
    parser.add_argument(
        "clips",
        nargs="*",
        type=Path,
        metavar="CLIPS",
        help="folders of a real clip, or of clips: JPEGImages and Annotations",
    )
    parser.add_argument(
        "--procedural",
        type=int,
        default=30,
        metavar="N",
        help="that many procedural clips, a third as many long ones, and that many pictures to "
        "click on (default: 30)",
    )
    parser.add_argument("--out", type=Path, help="a folder for embedded.csv")


def run(args: argparse.Namespace) -> int:
    """The exit code.

    Raises:
        VostoolkitError: a folder without clips that have true masks.
        ValueError: fewer than one procedural clip.
    """
    if args.procedural < 1:
        raise ValueError(f"--procedural {args.procedural}: give at least 1 clip")
    real = [clip for folder in args.clips for clip in real_clips(folder)]
    short, long = args.procedural, math.ceil(args.procedural / 3)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rows = [*propagation_rows(real, short=short, long=long)]
        rows += clicks_rows(real, targets=short)
    finally:
        torch.set_num_threads(threads)
    if args.out is not None:
        write_trace(args.out / "embedded.csv", pd.DataFrame([vars(row) for row in rows]))
    say(table([["measure", "by", "clips", "value", "target", "met"], *(r.cells() for r in rows)]))
    return 0


def propagation_rows(real: list[Judged], *, short: int, long: int) -> Iterator[Row]:
    """Mean J of the embedded network and the bars, drift, and what its uncertainty is worth."""
    preset = LazyXMem.preset("nano")
    every = preset.update.every
    methods: dict[str, Propagator[Any]] = {
        "nano": XMemPropagator.nano(),
        "flow warp": FlowPropagator(),
        "colour matcher": ColourPropagator(),
    }
    for name, propagator in methods.items():
        is_ours = name == "nano"
        measure = preset.uncertainty if is_ours else None
        groups = ((short, procedural_clips(short)), (long, procedural_clips(long, LONG)))
        brief, lasting = (
            [
                scored
                for clip in tqdm(clips, name, count, leave=False)
                for scored in carried(propagator, clip, every=every, uncertainty=measure)
            ]
            for count, clips in groups
        )
        where, mean = f"{short} procedural, {long} long", mean_overlap([*brief, *lasting])
        yield Row("mean J", name, where, mean, 0.78 if is_ours else None)
        if is_ours:
            yield from _lasting_rows(lasting, name, f"{long} long")
        found = {clip.name: mean_overlap(carried(propagator, clip, every=every)) for clip in real}
        yield from (Row("mean J", name, clip, value) for clip, value in found.items())
        if found:
            yield Row("mean J", name, _ALL, fmean(found.values()), 0.77 if is_ours else None)


def _lasting_rows(scored: list[Scored], name: str, where: str) -> Iterator[Row]:
    yield Row("J lost from first to last third", name, where, drift(scored), 0.06, least=False)
    correlation = rank_correlation(scored)
    yield Row("Spearman of 1 - entropy and J", name, where, correlation, 0.6)
    yield Row("AUC of entropy for J < .5", name, where, failure_area(scored), 0.95)


def clicks_rows(real: list[Judged], *, targets: int) -> Iterator[Row]:
    """IoU after clicks and a scribble, for the click network and for GrabCut."""
    refiners: dict[str, Refiner] = {"click": ClickRefiner(), "GrabCut": GrabCutRefiner()}
    groups = {f"{targets} procedural": list(procedural_targets(targets))}
    groups |= {clip.name: list(real_targets(clip)) for clip in real}
    if real:
        groups[_ALL] = [target for clip in real for target in groups[clip.name]]
    for where, held in groups.items():
        for name, refiner in refiners.items():
            scores = click_scores(refiner, tqdm(held, f"{name}, {where}", leave=False))
            is_judged = name == "click" and where == _ALL
            for clicks, goal in _CLICK_GOALS.items():
                goal = goal if is_judged else None
                yield Row(f"IoU after {clicks} clicks", name, where, scores.after(clicks), goal)
            goal = scores.after(3) if is_judged else None
            yield Row("IoU after a scribble", name, where, scores.after_scribble(), goal)
            harmful = scores.harmful()
            yield Row("clicks that harm", name, where, harmful, 0.1 if is_judged else None, False)
