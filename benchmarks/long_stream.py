"""Memory and time per frame of Lazy-XMem over a long stream; see the README beside this file."""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pandas as pd
import psutil

import vostoolkit as vos
from vostoolkit.arrays import Image
from vostoolkit.data.synthetic import SyntheticClip, synthetic_clip

CLIP_FRAMES = 60
MEBIBYTE = 2**20


def now() -> tuple[float, float]:
    """Wall and CPU time in seconds."""
    return time.perf_counter(), time.process_time()


@dataclass
class Watch:
    """Takes memory and time after each finished frame, and prints every block of frames."""

    block: int
    rows: list[tuple[int, float, float, float]] = field(default_factory=list)
    _process: psutil.Process = field(default_factory=psutil.Process)
    _since: tuple[float, float] = field(default_factory=now)

    def __call__(self, frame: int) -> None:
        wall, cpu = (1000 * (end - start) for start, end in zip(self._since, now(), strict=True))
        memory = self._process.memory_info().rss / MEBIBYTE
        self.rows.append((frame, memory, wall, cpu))
        if (frame + 1) % self.block == 0:
            _, memory, wall, cpu = map(median, zip(*self.rows[-self.block :], strict=True))
            print(f"{frame + 1:7d} {memory:12.0f} {wall:12.1f} {cpu:12.1f}", flush=True)
        self._since = now()

    def table(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows, columns=["frame", "memory_mib", "wall_ms", "cpu_ms"])


@dataclass(frozen=True)
class BackAndForth:
    """An endless walk over a clip: its pictures in order, then backwards, and again."""

    clip: SyntheticClip

    def place(self, frame: int) -> int:
        last = len(self.clip.video) - 1
        return last - abs(frame % (2 * last) - last)

    def images(self, frames: int) -> Iterator[Image]:
        for frame in range(frames):
            yield self.clip.video[self.place(frame)].image

    def labels(self, frame: int) -> Image:
        return self.clip.labels(self.place(frame))


def main() -> int:
    options = parse()
    width, height = (int(n) for n in options.size.split("x"))
    clip = synthetic_clip(
        options.seed, frames=CLIP_FRAMES, size=(height, width), objects=options.objects
    )
    walk = BackAndForth(clip)
    stream = vos.open_stream(walk.images(options.frames))
    session = vos.Session(
        vos.LazyXMem.preset("nano"), stream, keep=vos.Keep(results=1, labels=False, checkpoints=4)
    )
    print(f"{'frames':>7} {'memory, MiB':>12} {'ms a frame':>12} {'of CPU':>12}")
    watch = Watch(options.block)
    session.play(vos.SimulatedUser(walk.labels), progress=watch)
    return report(watch.table(), flat=options.flat, csv=options.csv)


def report(table: pd.DataFrame, *, flat: float, csv: Path | None) -> int:
    """1 if memory or time grew by more than the factor ``flat``, otherwise 0.

    Of wall and CPU time the one that grew less counts: the machine may have become busier.
    """
    third = len(table) // 3
    growth = table.iloc[-third:].median() / table.iloc[:third].median()
    print(
        f"last third / first third: memory {growth.memory_mib:.3f}, time {growth.wall_ms:.3f}, "
        f"CPU time {growth.cpu_ms:.3f}"
    )
    if csv:
        csv.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(csv, index=False)
    return int(max(growth.memory_mib, min(growth.wall_ms, growth.cpu_ms)) > flat)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=3000)
    parser.add_argument("--size", default="192x128", help="WIDTHxHEIGHT")
    parser.add_argument("--objects", type=int, default=1)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--block", type=int, default=250, help="print after this many frames")
    parser.add_argument("--flat", type=float, default=1.25, help="largest growth that passes")
    parser.add_argument("--csv", type=Path, help="also write every frame's numbers")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
