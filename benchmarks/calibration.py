"""How often Lazy-XMem asks, and which entropy is high, for the tables' rows that need to know.

Prints what `experiments.CALIBRATIONS` holds for a preset: the share of an object's frames at which
``lazy-xmem`` asks, and the masked entropy that is exceeded as often.

    python benchmarks/calibration.py --clips 12 --frames 60

Clips have seeds from 600,000 on, which no training and no data set uses.
"""

import argparse

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
    lazy = experiments.table_row("lazy-xmem", vos.LazyXMem.preset(arguments.preset))
    found: list[pd.DataFrame] = []
    for seed in range(FIRST_SEED, FIRST_SEED + arguments.clips):
        clip = synthetic_clip(seed, frames=arguments.frames, size=(240, 320), objects=1 + seed % 4)
        session = vos.Session(lazy, clip.video)
        experiments.show_objects(session, clip.labels, clicks=1)
        session.play(vos.SimulatedUser(clip.labels))
        found.append(session.trace.frame.query("frame > 0"))
    rows = pd.concat(found)
    rate = rows["asked"].mean()
    print(f"{len(rows)} frames of objects; asks at {rate:.4f}")
    for share in (0.01, 0.02, rate, 0.05, 0.1):
        print(f"score exceeded at {share:.4f}: {rows['score'].quantile(1 - share):.3f}")


if __name__ == "__main__":
    main()
