"""How fast F is at 854 x 480, beside the published definition written down as it stands.

``literal_f`` is our own plain wording of DAVIS's definition, over whole frames with one dilation by
the full disc, as the official evaluation does it. It exists for this comparison only.
"""

import math
import time
from collections.abc import Callable

import cv2
import numpy as np

from vostoolkit.cli.console import say, table
from vostoolkit.geometry import Mask
from vostoolkit.metrics.boundary import f_measure

HEIGHT, WIDTH = 480, 854
ROUNDS = 7
CALLS = 20


def literal_f(predicted: Mask, truth: Mask) -> float:
    radius = math.ceil(0.008 * math.hypot(HEIGHT, WIDTH))
    reach = np.arange(-radius, radius + 1)
    disc = (reach**2 + reach[:, None] ** 2 <= radius**2).astype(np.uint8)
    ours, theirs = _literal_boundary(predicted), _literal_boundary(truth)
    near_ours = cv2.dilate(ours.astype(np.uint8), disc)
    near_theirs = cv2.dilate(theirs.astype(np.uint8), disc)
    precision = np.sum(ours * near_theirs) / np.sum(ours)
    recall = np.sum(theirs * near_ours) / np.sum(theirs)
    return float(2 * precision * recall / (precision + recall))


def _literal_boundary(mask: Mask) -> Mask:
    right, below, across = np.zeros_like(mask), np.zeros_like(mask), np.zeros_like(mask)
    right[:, :-1] = mask[:, 1:]
    below[:-1] = mask[1:]
    across[:-1, :-1] = mask[1:, 1:]
    edge = (mask ^ right) | (mask ^ below) | (mask ^ across)
    edge[-1] = mask[-1] ^ right[-1]
    edge[:, -1] = mask[:, -1] ^ below[:, -1]
    edge[-1, -1] = False
    return edge


def blob(radius: float, seed: int) -> Mask:
    """A star-shaped object with a wavy outline, in the middle of the frame."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    down, across = rows - HEIGHT / 2, (columns - WIDTH / 2) * HEIGHT / WIDTH
    angle = np.arctan2(down, across)
    waves = sum(
        random.normal(0, 0.05) * np.sin(n * angle + random.uniform(0, 6)) for n in range(2, 12)
    )
    return np.hypot(down, across) < radius * (1 + waves)


def _milliseconds(function: Callable[[Mask, Mask], float], predicted: Mask, truth: Mask) -> float:
    best = math.inf
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(CALLS):
            function(predicted, truth)
        best = min(best, (time.perf_counter() - start) / CALLS)
    return 1000 * best


def main() -> None:
    cv2.setNumThreads(1)
    rows = [("object", "share of frame", "F", "as published, ms", "ours, ms", "times as fast")]
    for name, radius in (("small", 40.0), ("middle", 100.0), ("large", 180.0), ("whole", 235.0)):
        truth, predicted = blob(radius, 1), np.roll(blob(radius, 2), 3, axis=1)
        if f_measure(predicted, truth) != literal_f(predicted, truth):
            raise AssertionError(f"{name}: the two don't agree")
        slow = _milliseconds(literal_f, predicted, truth)
        fast = _milliseconds(f_measure, predicted, truth)
        numbers = (f"{truth.mean():.3f}", f"{f_measure(predicted, truth):.4f}")
        rows.append((name, *numbers, f"{slow:.2f}", f"{fast:.2f}", f"{slow / fast:.1f}"))
    say(table(rows))


if __name__ == "__main__":
    main()
