"""``vostoolkit evaluate embedded``: what the networks that come along can do and can't."""

import argparse
import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any, TypeAlias

import pandas as pd
import torch
from tqdm import tqdm

from vostoolkit.cli.console import complain, say, table
from vostoolkit.data.export import write_trace
from vostoolkit.methods.lazy_xmem import LazyXMem
from vostoolkit.pictures.html import encoded
from vostoolkit.protocols import Propagator, Refiner, UncertaintyMeasure
from vostoolkit.stages.propagate_colour import ColourPropagator
from vostoolkit.stages.propagate_flow import FlowPropagator
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.refine import ClickRefiner, GrabCutRefiner
from vostoolkit.training.cards import Evidence, clip_scores, write_card
from vostoolkit.training.judged import (
    LARGE,
    LONG,
    SMALL,
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
    ClickScores,
    click_scores,
    joined,
    procedural_targets,
    real_targets,
)
from vostoolkit.training.judged_kept import Kept, Key, weights_digest
from vostoolkit.training.judged_report import Row, write_report
from vostoolkit.training.sheets import carried_sheet, clicked_sheet
from vostoolkit.weights import WEIGHTS

DESCRIPTION = """\
Judge the embedded networks by clips with true masks: procedural ones that no training has seen and,
with CLIPS, real ones. Beside them the methods without learning that they have to beat. The whole
takes some minutes; fewer procedural clips are quicker. With --out, what is done is kept: the same
command goes on where it was stopped, and judges a network anew when its weights have changed.
Means over real clips are of those with masks of every frame; others stand beside them."""

EXAMPLES = """\
examples:
  vostoolkit evaluate embedded --procedural 3
  vostoolkit evaluate embedded DAVIS/bear DAVIS/camel --out scores/        (embedded.html)"""


_SHOWN = 12
Judge: TypeAlias = Callable[[Iterable[Judged]], list[Scored]]
_ALL = "all dense real"
_SPEED = "speed, with the split by stage: python benchmarks/frame.py"
_CLICK_GOALS = {1: 0.6, 3: 0.72, 5: 0.78}


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
    parser.add_argument(
        "--cards",
        type=Path,
        help="a folder for a card of each network: its facts, curve, scores and contact sheet "
        "(of procedural clips only)",
    )
    parser.add_argument("--out", type=Path, help="a folder for embedded.csv and embedded.html")


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
    kept = Kept(args.out and args.out / "parts")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rows = [*propagation_rows(real, kept, short=short, long=long)]
        rows += clicks_rows(real, kept, targets=short)
    finally:
        torch.set_num_threads(threads)
    if args.out is not None:
        write_trace(args.out / "embedded.csv", pd.DataFrame([vars(row) for row in rows]))
        page = write_report(rows, args.out / "embedded.html")
        complain(f"a page with pictures: {page}")
    if args.cards is not None:
        complain(f"cards: {', '.join(map(str, write_cards(rows, kept, args.cards, short, long)))}")
    if args.out is not None and real:
        complain(f"contact sheets, not to be published: {write_sheets(real, args.out / 'sheets')}")
    say(table([["measure", "by", "clips", "value", "target", "met"], *(r.cells() for r in rows)]))
    say(_SPEED)
    return 0


def write_cards(rows: list[Row], kept: Kept, folder: Path, short: int, long: int) -> list[Path]:
    """The cards of all embedded networks, with rows and what was kept of the first two."""
    key = ("nano", weights_digest("nano"))
    preset = LazyXMem.preset("nano")
    judge = partial(_judged, XMemPropagator.nano, preset.update.every, preset.uncertainty)
    brief, lasting = _held_out(kept, key, judge, short, long, LARGE)
    scored = [*brief, *lasting]
    shown = procedural_clips(min(short, _SHOWN), size=LARGE)
    carried_over = carried_sheet(XMemPropagator.nano(), shown, every=preset.update.every)
    scores = kept.clicks(
        ("click", weights_digest("click"), f"{short} procedural"),
        lambda: click_scores(ClickRefiner(), procedural_targets(short)),
    )
    clicked = clicked_sheet(ClickRefiner(), list(procedural_targets(min(short, _SHOWN))))
    third = {f"seed {seed}": curve[2] for seed, curve in enumerate(scores.clicked)}
    nano_rows = [row for row in rows if row.who in ("nano", "flow warp", "colour matcher")]
    click_rows = [row for row in rows if row.who in ("click", "GrabCut")]
    evidence = {
        "nano": Evidence(nano_rows, clip_scores(scored), carried_over),
        "click": Evidence(click_rows, third, clicked),
    }
    names = [name for name, weights in WEIGHTS.items() if weights.is_embedded]
    return [write_card(name, folder, evidence.get(name)) for name in names]


def write_sheets(real: list[Judged], folder: Path) -> Path:
    """The folder with a contact sheet of each real clip, carried and clicked."""
    folder.mkdir(parents=True, exist_ok=True)
    every = LazyXMem.preset("nano").update.every
    for clip in real:
        sheets = {
            "carried": carried_sheet(XMemPropagator.nano(), [clip], frames=8, every=every),
            "clicked": clicked_sheet(ClickRefiner(), list(real_targets(clip))),
        }
        for name, sheet in sheets.items():
            kind, data = encoded(sheet)
            (folder / f"{clip.name}-{name}.{kind}").write_bytes(data)
    return folder


def propagation_rows(real: list[Judged], kept: Kept, *, short: int, long: int) -> Iterator[Row]:
    """Mean J of the bars and the embedded network, its drift, and what its uncertainty is worth.

    On each real clip the bars' better value is the network's target.
    """
    preset = LazyXMem.preset("nano")
    every = preset.update.every
    methods: dict[str, Callable[[], Propagator[Any]]] = {
        "flow warp": FlowPropagator,
        "colour matcher": ColourPropagator,
        "nano": XMemPropagator.nano,
    }
    bars: dict[str, float] = {}
    for name, make in methods.items():
        is_ours = name == "nano"
        key = (name, weights_digest(name) if is_ours else "")
        judge = partial(_judged, make, every, preset.uncertainty if is_ours else None)
        for size in (LARGE, SMALL):
            brief, lasting = _held_out(kept, key, judge, short, long, size)
            height, width = size
            where, mean = f"procedural, {width} x {height}", mean_overlap([*brief, *lasting])
            yield Row("mean J", name, where, mean, 0.78 if is_ours else None)
            if is_ours:
                yield from _lasting_rows(lasting, name, f"{long} long, {width} x {height}")
        found: dict[str, float] = {}
        for clip in real:
            scored = kept.scored((*key, "real", clip.name), lambda j=judge, c=clip: j([c]))
            found[clip.name] = mean_overlap(scored)
            yield Row(
                "mean J",
                name,
                clip.name,
                found[clip.name],
                bars.get(clip.name) if is_ours else None,
            )
        bars = {c: max(value, bars.get(c, 0.0)) for c, value in found.items()}
        if dense := [found[clip.name] for clip in real if clip.is_dense]:
            yield Row("mean J", name, _ALL, fmean(dense), 0.77 if is_ours else None)


def _held_out(
    kept: Kept, key: Key, judge: Judge, short: int, long: int, size: tuple[int, int]
) -> tuple[list[Scored], list[Scored]]:
    """The scores on short and on long procedural clips of a size."""
    brief = kept.scored(
        (*key, *size, "short", short), lambda: judge(procedural_clips(short, size=size))
    )
    lasting = kept.scored(
        (*key, *size, "long", long), lambda: judge(procedural_clips(long, LONG, size=size))
    )
    return brief, lasting


def _judged(
    make: Callable[[], Propagator[Any]],
    every: int,
    uncertainty: UncertaintyMeasure | None,
    clips: Iterable[Judged],
) -> list[Scored]:
    propagator = make()
    bar = tqdm(clips, type(propagator).__name__, unit="clip", leave=False)
    return [s for c in bar for s in carried(propagator, c, every=every, uncertainty=uncertainty)]


def _lasting_rows(scored: list[Scored], name: str, where: str) -> Iterator[Row]:
    yield Row("J lost from first to last third", name, where, drift(scored), 0.06, least=False)
    correlation = rank_correlation(scored)
    yield Row("Spearman of 1 - entropy and J", name, where, correlation, 0.6)
    yield Row("AUC of entropy for J < .5", name, where, failure_area(scored), 0.95)


def clicks_rows(real: list[Judged], kept: Kept, *, targets: int) -> Iterator[Row]:
    """IoU after clicks and scribbles, for GrabCut and for the click network.

    On each real clip GrabCut's value is the network's target.
    """
    refiners: dict[str, Callable[[], Refiner]] = {"GrabCut": GrabCutRefiner, "click": ClickRefiner}
    groups = {f"{targets} procedural": lambda: procedural_targets(targets)}
    groups |= {clip.name: partial(real_targets, clip) for clip in real}
    found: dict[tuple[str, str], ClickScores] = {}
    for where, draw in groups.items():
        for name, make in refiners.items():
            digest = weights_digest(name) if name == "click" else ""
            bar = partial(tqdm, desc=f"{name}, {where}", leave=False)
            found[name, where] = kept.clicks(
                (name, digest, where), lambda m=make, d=draw, b=bar: click_scores(m(), b(list(d())))
            )
    dense = [clip.name for clip in real if clip.is_dense]
    for name in refiners:
        if dense:
            found[name, _ALL] = joined(found[name, clip] for clip in dense)
    for where in (*groups, _ALL):
        for name in refiners:
            if (name, where) in found:
                bar = found["GrabCut", where] if name == "click" and where in dense else None
                yield from _click_rows(name, where, found[name, where], bar)


def _click_rows(
    name: str, where: str, scores: ClickScores, bar: ClickScores | None
) -> Iterator[Row]:
    is_judged = name == "click" and where == _ALL
    for clicks, goal in _CLICK_GOALS.items():
        target = goal if is_judged else bar.after(clicks) if bar else None
        yield Row(f"IoU after {clicks} clicks", name, where, scores.after(clicks), target)
    target = scores.after(3) if is_judged else None
    yield Row("IoU after a scribble", name, where, scores.after_scribble(), target)
    yield Row("IoU after the robot's scribbles", name, where, scores.after_robot(), target)
    yield Row("clicks that harm", name, where, scores.harmful(), 0.1 if is_judged else None, False)
