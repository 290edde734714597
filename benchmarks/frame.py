"""Where the time of one frame of Lazy-XMem goes at 480x854, and the floor below each part.

The whole loop without corrections: embedded networks, frames from an array, labels kept as PNG.
The floor of a part is its arithmetic (multiplications and additions as torch counts them) at the
rate of a large matrix product, or the bytes that it can't help reading and writing at the rate of a
copy, both measured in the same run.
"""

import argparse
import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

import vostoolkit as vos
from vostoolkit.data.synthetic import SyntheticClip, synthetic_clip
from vostoolkit.memory.bank import Memory
from vostoolkit.networks.xmem import XMem
from vostoolkit.stages.fitting import Fit, fit_frame
from vostoolkit.trace import Trace

SIZE = vos.Size(480, 854)
WARM_UP = 3
PARTS: dict[str, tuple[type, str]] = {
    "image in": (Fit, "image"),
    "image features": (XMem, "encode_key"),
    "memory read": (Memory, "read"),
    "decoder": (XMem, "decode"),
    "masks out": (Fit, "back"),
    "uncertainty": (vos.MaskedEntropy, "__call__"),
    "memory values": (XMem, "encode_value"),
    "trace, labels": (Trace, "observe"),
}


def moved(objects: int, short_side: int) -> dict[str, int]:
    """Bytes that the parts without arithmetic worth counting read and write per frame."""
    small, large = math.prod(fit_frame(SIZE, short_side, multiple=8).working), math.prod(SIZE)
    pmf = 4 * (1 + objects) * large
    return {
        "image in": 3 * large + 3 * 4 * small,
        "masks out": 4 * (1 + objects) * small + pmf,
        "uncertainty": pmf + (4 + objects) * large,
        "trace, labels": 2 * large,
    }


@dataclass
class Split:
    """Seconds (or arithmetic operations) spent in each part."""

    wall: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    cpu: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    operations: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def inner(*args: Any, **kwargs: Any) -> Any:
            wall, cpu = time.perf_counter(), time.process_time()
            result = call(*args, **kwargs)
            self.wall[name] += time.perf_counter() - wall
            self.cpu[name] += time.process_time() - cpu
            return result

        return inner

    def counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def inner(*args: Any, **kwargs: Any) -> Any:
            with FlopCounterMode(display=False) as counter:
                result = call(*args, **kwargs)
            self.operations[name] += counter.get_total_flops()
            return result

        return inner


@contextmanager
def replaced(
    wrap: Callable[[str, Callable[..., Any]], Callable[..., Any]],
) -> Generator[None, None, None]:
    """Each part's method wrapped, for a while."""
    originals = {name: getattr(owner, method) for name, (owner, method) in PARTS.items()}
    for name, (owner, method) in PARTS.items():
        setattr(owner, method, wrap(name, originals[name]))
    try:
        yield
    finally:
        for name, (owner, method) in PARTS.items():
            setattr(owner, method, originals[name])


def begun(clip: SyntheticClip, short_side: int) -> vos.Session:
    """A session behind its first frames; no jump of the entropy is ever large enough to ask."""
    never = vos.EntropyJump(tau_user=math.inf, tau_pseudo=math.inf, ask_when_lost=False)
    images = np.stack([frame.image for frame in clip.video])
    propagator = replace(vos.XMemPropagator.nano(device="cpu"), short_side=short_side)
    method = replace(vos.LazyXMem.preset("nano", device="cpu"), propagator=propagator, decide=never)
    session = vos.Session(method, vos.open_video(images))
    first = clip.labels(0)
    session.answer(*(vos.Drawing(0, int(o), first == o) for o in np.unique(first) if o))
    session.run(until=WARM_UP)
    return session


def floors() -> tuple[float, float]:
    """Operations and bytes per second of CPU time."""
    square, block = torch.rand(1536, 1536), torch.rand(2**22)
    target = torch.empty_like(block)
    product = quickest(lambda: square @ square)
    copy = quickest(lambda: target.copy_(block))
    return 2 * 1536**3 / product, 2 * 4 * 2**22 / copy


def quickest(call: Callable[[], object], repeats: int = 9) -> float:
    """Least CPU time in seconds."""
    taken: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return min(taken)


def measure(clip: SyntheticClip, objects: int, short_side: int) -> None:
    """Nothing; prints the table for one number of objects."""
    split, frames = Split(), len(clip.video) - 1 - WARM_UP
    session = begun(clip, short_side)
    with replaced(split.timed):
        wall, cpu = time.perf_counter(), time.process_time()
        session.run()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    session = begun(clip, short_side)
    with replaced(split.counted):
        session.run()
    rate, bandwidth = floors()
    print(
        f"\n{objects} objects, {frames} frames; {rate / 1e9:.0f} GFLOP and "
        f"{bandwidth / 1e9:.1f} GB per second of CPU time"
    )
    print(f"{'ms a frame':18}{'wall':>8}{'CPU':>8}{'floor':>8}")
    bytes_moved = moved(objects, short_side)
    for name in PARTS:
        least = split.operations[name] / frames / rate + bytes_moved.get(name, 0) / bandwidth
        times = (split.wall[name] / frames, split.cpu[name] / frames, least)
        print(f"{name:18}" + "".join(f"{1e3 * t:8.2f}" for t in times))
    rest = (wall - sum(split.wall.values())) / frames, (cpu - sum(split.cpu.values())) / frames
    print(f"{'everything else':18}" + "".join(f"{1e3 * t:8.2f}" for t in rest))
    print(
        f"{'whole':18}{1e3 * wall / frames:8.2f}{1e3 * cpu / frames:8.2f}"
        f"   {frames / wall:.1f} frames/s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=5)
    shipped = vos.XMemPropagator.nano(device="cpu").short_side
    parser.add_argument("--short-side", type=int, default=shipped, help="that nano works at")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{SIZE.height}x{SIZE.width} at {options.short_side}, {options.threads} threads")
    for objects in options.objects:
        clip = synthetic_clip(options.seed, frames=options.frames, size=SIZE, objects=objects)
        measure(clip, objects, options.short_side)


if __name__ == "__main__":
    main()
