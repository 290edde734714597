"""Milliseconds that each stage of Lazy-XMem but the network takes at 480x854, and both refiners."""

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch

import vostoolkit as vos
from vostoolkit.geometry import distance_inside, pole, to_mask
from vostoolkit.metrics.overlap import ious
from vostoolkit.results import Propagation
from vostoolkit.stages.uncertainty import normalised_entropy

SIZE = vos.Size(480, 854)


def blobs(count: int) -> vos.Masks:
    """Soft discs on noise: ``count`` objects of about 20,000 pixels."""
    rows, columns = np.indices(SIZE)
    noise = np.random.default_rng(0).normal(0, 0.5, (count, *SIZE))
    centres = [(240, 854 * (i + 1) / (count + 1)) for i in range(count)]
    fields = [(80 - np.hypot(rows - y, columns - x)) / 6 for y, x in centres]
    logits = torch.as_tensor(np.stack(fields) + noise, dtype=torch.float32)
    pmf = torch.softmax(torch.cat([torch.zeros(1, *SIZE), logits]), 0)
    return vos.Masks(pmf, tuple(range(1, count + 1)))


def milliseconds(call: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median wall and CPU time."""
    call()
    taken: list[tuple[float, float]] = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return 1e3 * median(t[0] for t in taken), 1e3 * median(t[1] for t in taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    masks = blobs(arguments.objects)
    measure, decide, click = vos.MaskedEntropy(), vos.EntropyJump(), vos.DistanceFieldClick()
    uncertainty = measure(Propagation(frame=0, masks=masks), None)
    image = np.random.default_rng(1).integers(0, 255, (*SIZE, 3), np.uint8)
    frame, labels = vos.Frame(0, image, 0.0), masks.labels()
    mask = to_mask(masks.region(1))
    x, y = pole(mask) or (0, 0)
    prompts = (vos.Click(0, 1, x, y),)
    grabcut, network = vos.GrabCutRefiner(), vos.ClickRefiner(device="cpu")
    calls: dict[str, Callable[[], object]] = {
        "entropy (Eq. 2)": lambda: normalised_entropy(masks.pmf),
        "uncertainty (Eq. 2, 3)": lambda: measure(Propagation(frame=1, masks=masks), uncertainty),
        "decision": lambda: decide(uncertainty, uncertainty),
        "pseudo-click (Eq. 4, 5)": lambda: click(uncertainty, 1),
        "distance field": lambda: distance_inside(mask),
        "J of all objects": lambda: ious(labels, labels),
        "refine, click network": lambda: network(frame, 1, prompts, masks),
        "refine, GrabCut": lambda: grabcut(frame, 1, prompts, masks),
    }
    print(f"{SIZE.height}x{SIZE.width}, {arguments.objects} objects, {arguments.threads} threads")
    print(f"{'stage':26}{'wall ms':>9}{'CPU ms':>9}")
    for name, call in calls.items():
        wall, cpu = milliseconds(call, arguments.repeats)
        print(f"{name:26}{wall:9.2f}{cpu:9.2f}")


if __name__ == "__main__":
    main()
