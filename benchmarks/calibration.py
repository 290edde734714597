"""How often Lazy-XMem asks, and which entropy is high, for the tables' rows that need to know.

Which falls of a predicted IoU are as rare as its requests and pseudo-clicks, too.

Prints what `experiments.CALIBRATIONS` holds for a preset: the share of an object's frames at which
``lazy-xmem`` asks, and the masked entropy that is exceeded as often.

    python benchmarks/calibration.py --clips 12 --frames 60

Clips have seeds from 600,000 on, which no training and no data set uses.
"""

import argparse
import math

import pandas as pd
import torch

import vostoolkit as vos
from vostoolkit import experiments
from vostoolkit.data.synthetic import synthetic_clip

FIRST_SEED = 600_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--preset", default="nano")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    method = vos.LazyXMem.preset(arguments.preset)
    lazy = experiments.table_row("lazy-xmem", method)
    never = experiments.Calibration(quality_user=math.inf, quality_pseudo=math.inf)
    rating = experiments.table_row("lazy-qdmn", method, calibration=never)
    rows, rated = (_played(row, arguments.clips, arguments.frames) for row in (lazy, rating))
    rate, clicks = rows["asked"].mean(), rows["pseudo"].mean()
    print(f"{len(rows)} frames of objects; asks at {rate:.4f}, clicks itself at {clicks:.4f}")
    for share in (0.01, 0.02, rate, 0.05, 0.1):
        print(f"score exceeded at {share:.4f}: {rows['score'].quantile(1 - share):.3f}")
    for what, share in (("user", rate), ("pseudo", rate + clicks)):
        print(f"quality_{what}: a fall by {rated['jump'].quantile(1 - share):.3f} or more")


def _played(row: vos.LazyXMem, clips: int, frames: int) -> pd.DataFrame:
    """The frames of all clips' objects, as a row of the tables has them."""
    found: list[pd.DataFrame] = []
    for seed in range(FIRST_SEED, FIRST_SEED + clips):
        clip = synthetic_clip(seed, frames=frames, size=(240, 320), objects=1 + seed % 4)
        session = vos.Session(row, clip.video)
        experiments.show_objects(session, clip.labels, clicks=1)
        session.play(vos.SimulatedUser(clip.labels))
        found.append(session.trace.frame.query("frame > 0"))
    return pd.concat(found)


if __name__ == "__main__":
    main()
