"""How well each uncertainty tells how good the masks are, and what Monte Carlo dropout costs.

For every clip, the rank correlation of one minus the uncertainty with the true IoU over the frames,
as in the paper's Figure 3; here on procedural clips with the embedded network.

    python benchmarks/uncertainty.py --clips 12 --frames 60
    python benchmarks/uncertainty.py --quality quality.safetensors   # of: train quality-nano
    python benchmarks/uncertainty.py --only-time                     # at 640x360, 5 passes

Clips have seeds from 700,000 on, as in benchmarks/thresholds.py: no network has seen them.
"""

import argparse
import time
from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import torch

import vostoolkit as vos
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.metrics.overlap import iou
from vostoolkit.protocols import UncertaintyMeasure
from vostoolkit.results import Propagation
from vostoolkit.stages.propagate_ensemble import DropoutPropagator
from vostoolkit.stages.uncertainty_ensemble import EpistemicVariance, MutualInformation
from vostoolkit.stages.uncertainty_quality import QualityScore

FIRST_SEED = 700_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--quality", help="weights of a quality assessment module")
    parser.add_argument("--only-time", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    dropout = replace(DropoutPropagator.nano(), passes=arguments.passes)
    plain = vos.XMemPropagator.nano()
    if arguments.only_time:
        clip = synthetic_clip(FIRST_SEED, frames=12, size=(360, 640), objects=1)
        for name, propagator in (("one pass", plain), (f"{arguments.passes} passes more", dropout)):
            print(f"{name:15} {seconds_a_frame(propagator, clip):.3f} s a frame at 640x360")
        return
    measures: dict[str, UncertaintyMeasure] = {"S_R": vos.MaskedEntropy()}
    if arguments.quality:
        measures["QAM"] = QualityScore.load(arguments.quality)
    spread = {"M-S_R": vos.MaskedEntropy(), "M-I_R": MutualInformation()}
    spread["M-V_R"] = EpistemicVariance()
    found: list[dict[str, float]] = []
    for seed in range(FIRST_SEED, FIRST_SEED + arguments.clips):
        clip = synthetic_clip(seed, frames=arguments.frames, size=(256, 384), objects=1)
        found.append(correlations(plain, measures, clip) | correlations(dropout, spread, clip))
    table = pd.DataFrame(found)
    print(table.describe().loc[["count", "25%", "50%", "75%", "mean"]].round(3).to_string())


def correlations(
    propagator: Any, measures: Mapping[str, UncertaintyMeasure], clip: Any
) -> dict[str, float]:
    """Spearman's coefficient of each measure on a clip with one object, and the mean IoU."""
    rows: list[dict[str, float]] = []
    for frame, predicted in propagated(propagator, clip):
        row = {name: -measure(predicted, None).score[1] for name, measure in measures.items()}
        truth = clip.labels(frame) == 1
        rows.append(row | {"J": iou(predicted.masks.labels() == 1, truth)})
    table = pd.DataFrame(rows)
    ranks = table.rank().corr()["J"]
    return {name: float(ranks[name]) for name in measures} | {"J": float(table["J"].mean())}


def propagated(propagator: Any, clip: Any) -> list[tuple[int, Propagation]]:
    """Predictions from the first frame's true mask, every fifth memorised; no corrections."""
    first = clip.video[0]
    masks = vos.Masks.from_labels(np.where(clip.labels(0) == 1, 1, 0).astype(np.uint8), (1,))
    state = propagator.start(first, (1,))
    _, state = propagator.memorise(first, masks, state, tier="working")
    found: list[tuple[int, Propagation]] = []
    for index in range(1, len(clip.video)):
        frame = clip.video[index]
        predicted, state = propagator.propagate(frame, state)
        tier = "working" if index % 5 == 0 else None
        _, state = propagator.memorise(frame, predicted.masks, state, tier=tier)
        found.append((index, replace(predicted, image_of=lambda i: clip.video[i].image)))
    return found


def seconds_a_frame(propagator: Any, clip: Any) -> float:
    """Median seconds to propagate and measure one frame."""
    taken: list[float] = []
    measure = vos.MaskedEntropy()
    masks = vos.Masks.from_labels(np.where(clip.labels(0) == 1, 1, 0).astype(np.uint8), (1,))
    state = propagator.start(clip.video[0], (1,))
    _, state = propagator.memorise(clip.video[0], masks, state, tier="working")
    for index in range(1, len(clip.video)):
        frame = clip.video[index]
        started = time.perf_counter()
        predicted, state = propagator.propagate(frame, state)
        measure(predicted, None)
        taken.append(time.perf_counter() - started)
    return median(taken)


if __name__ == "__main__":
    main()
