"""Which thresholds suit a preset's networks: jumps of the masked entropy on procedural clips.

The paper chose its thresholds for XMem on LVOS's training videos, where they ask at about 1 % of
the frames. Other networks have other entropies, so a preset gets its own: this prints, for
candidate thresholds, how often they would be reached and how good the masks are there.

    python benchmarks/thresholds.py --clips 24 --frames 60

Clips have seeds from 700,000 on: neither those of training (from 1,000,000) nor of the scores
(from 0).
"""

import argparse
from dataclasses import replace

import numpy as np
import torch

import vostoolkit as vos
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.metrics.overlap import iou

FIRST_SEED = 700_000
QUANTILES = (0.5, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--preset", default="nano")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    quiet = vos.EntropyJump(9, 9, ask_when_lost=False)
    preset = vos.LazyXMem.preset(arguments.preset)
    method = replace(preset, decide=quiet)
    runs = [one_run(method, FIRST_SEED + i, arguments.frames) for i in range(arguments.clips)]
    score, jump, overlap, drop = (np.concatenate(part) for part in zip(*runs, strict=True))
    print(f"{len(jump)} frames; mean J {overlap.mean():.3f}")
    print("quantile   " + "  ".join(f"{q:6.3f}" for q in QUANTILES))
    print("score S    " + "  ".join(f"{x:6.3f}" for x in np.quantile(score, QUANTILES)))
    print("jump dS    " + "  ".join(f"{x:6.3f}" for x in np.quantile(jump, QUANTILES)))
    print("\n tau   reached at   mean J there   mean J elsewhere   mean change of J there")
    own = (preset.decide.tau_pseudo, preset.decide.tau_user)
    for tau in sorted({*np.quantile(jump, QUANTILES[1:]), *own}):
        at = jump >= tau
        print(
            f"{tau:5.3f}   {at.mean():8.2%}   {overlap[at].mean():12.3f}   "
            f"{overlap[~at].mean():14.3f}   {drop[at].mean():+18.3f}"
        )


def one_run(method: vos.LazyXMem, seed: int, frames: int) -> tuple[np.ndarray, ...]:
    """Score, jump, J and its change at each frame of one clip with one object."""
    clip = synthetic_clip(seed, frames=frames, size=(256, 384), objects=1)
    session = vos.Session(method, clip.video)
    session.answer(vos.Drawing(0, 1, clip.labels(0) == 1))
    session.run()
    rows = session.trace.frame
    overlap = np.array([iou(session.labels(f) == 1, clip.labels(f) == 1) for f in range(frames)])
    return (
        rows["score"].to_numpy(float)[1:],
        rows["jump"].to_numpy(float)[1:],
        overlap[1:],
        np.diff(overlap),
    )


if __name__ == "__main__":
    main()
