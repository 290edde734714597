"""What adapting the embedded network to a clip is worth: as it says itself, and by the truth.

The person's frames are given as true masks, spread over the clip. J is the mean IoU over all other
frames, carried on from the first; so frames given later only teach.

    python benchmarks/adaptation.py path/to/chair path/to/tennis --given 1 3

A clip is a folder as `vostoolkit evaluate embedded` takes it.
"""

import argparse
import time
from collections.abc import Collection
from pathlib import Path
from statistics import fmean

import torch

import vostoolkit as vos
from vostoolkit.adaptation import Annotated, adapt
from vostoolkit.pictures import spread
from vostoolkit.training.judged import Judged, carried, real_clips


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--given", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    plain = vos.XMemPropagator.nano(device="cpu")
    for clip in (clip for folder in arguments.clips for clip in real_clips(folder)):
        by_frame = overlaps(plain, clip)
        for count in arguments.given:
            frames = spread(count, len(clip.video)) if count > 1 else (0,)
            start = time.process_time()
            known = [Annotated(f, clip.video[f].image, clip.truth(f)) for f in frames]
            adapted = adapt(plain, clip.video, known, steps=arguments.steps)
            seconds = time.process_time() - start
            after = overlaps(adapted.propagator, clip)
            print(
                f"{clip.name}, frames {frames}: J {mean(by_frame, frames):.3f} → "
                f"{mean(after, frames):.3f}; it says {adapted.gain}, worth it: "
                f"{adapted.gain.is_worth_it}; {seconds:.0f} s of CPU time",
                flush=True,
            )


def overlaps(propagator: vos.XMemPropagator, clip: Judged) -> dict[int, float]:
    """The mean IoU of a clip's objects in each frame, carried on from the first."""
    found: dict[int, list[float]] = {}
    for one in carried(propagator, clip):
        found.setdefault(one.frame, []).append(one.j)
    return {frame: fmean(values) for frame, values in found.items()}


def mean(by_frame: dict[int, float], left_out: Collection[int]) -> float:
    """The mean over frames that nobody gave."""
    return fmean(value for frame, value in by_frame.items() if frame not in left_out)


if __name__ == "__main__":
    main()
