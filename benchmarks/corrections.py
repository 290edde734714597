"""What corrections are worth: Lazy-XMem with and without them, from one simulated click.

    python benchmarks/corrections.py CLIP...        (folders with JPEGImages and Annotations)

Mean J over all frames but the first. ``copied`` keeps the mask of the first click; ``alone`` never
asks or corrects; ``pseudo`` corrects itself only (the paper's dagger); ``lazy`` also asks, and
the simulated person clicks in the middle of the object as in the paper; ``error`` clicks in the
largest error instead.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch

import vostoolkit as vos
from vostoolkit.data.folder import GroundTruth, open_masks
from vostoolkit.metrics.overlap import ious

NEVER = 9.0
Aim = Literal["object", "error"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--preset", default="nano")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    lazy = vos.LazyXMem.preset(arguments.preset)
    alone = replace(lazy, decide=vos.EntropyJump(NEVER, NEVER, ask_when_lost=False))
    pseudo = replace(lazy, decide=replace(lazy.decide, tau_user=NEVER, ask_when_lost=False))
    print("clip          first  copied   alone  pseudo    lazy  asked pseudo   error  asked pseudo")
    for folder in arguments.clips:
        video = vos.open_video(folder)
        truth = open_masks(folder / "Annotations", video)
        session = played(alone, video, truth)
        first, copied = mean_j(session, truth, [0]), mean_j(session, truth, still=True)
        row = [first, copied, mean_j(session, truth)]
        row.append(mean_j(played(pseudo, video, truth), truth))
        line = f"{folder.name:12s}" + "".join(f"{x:8.3f}" for x in row)
        for aim in ("object", "error"):
            session = played(lazy, video, truth, aim=aim)
            rows = session.trace.frame
            asked, clicked = int(rows["asked"].sum()), int(rows["pseudo"].sum())
            line += f"{mean_j(session, truth):8.3f}{asked:7d}{clicked:7d}"
        print(line, flush=True)


def played(
    method: vos.LazyXMem, video: vos.Video, truth: GroundTruth, *, aim: Aim = "object"
) -> vos.Session:
    session = vos.Session(method, video)
    session.play(vos.SimulatedUser(truth, aim=aim))
    return session


def mean_j(
    session: vos.Session,
    truth: GroundTruth,
    frames: list[int] | None = None,
    *,
    still: bool = False,
) -> float:
    """Mean over frames and the objects of the first one; ``still`` takes the first masks."""
    objects = session.at(0).masks.objects
    scores = [
        list(ious(session.labels(0 if still else f), truth.labels(f), objects).values())
        for f in (frames or [f for f in truth.frames if f > 0])
    ]
    return float(np.mean(scores))


if __name__ == "__main__":
    main()
