"""How well masks are fused on procedural clips that no training has seen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vostoolkit.data.synthetic.clip import SyntheticClip
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou
from vostoolkit.networks.fusion import FusionNetwork
from vostoolkit.protocols import Fuser
from vostoolkit.results import Correction
from vostoolkit.stages.fuse import DifferenceAwareFusion, LinearBlend
from vostoolkit.stages.propagate_xmem import XMemPropagator

_SMALLEST = 20


def fused_overlaps(network: FusionNetwork, clips: Iterable[SyntheticClip]) -> NDArray[np.float64]:
    """Mean J between two annotated ends: not fused, blended linearly, and fused by the network.

    The embedded network carries the first frame's true masks to the end; there a person draws the
    true ones, which are carried back.
    """
    propagator = XMemPropagator.nano(device="cpu")
    learned = DifferenceAwareFusion(propagator, network, top_k=None)
    found = [_overlaps(propagator, clip, (LinearBlend(), learned)) for clip in clips]
    return np.nanmean(np.array(found), axis=0)


def _overlaps(
    propagator: XMemPropagator, clip: SyntheticClip, fusers: tuple[Fuser, ...]
) -> list[float]:
    last = len(clip.video) - 1
    old = _carried(propagator, clip, range(last + 1))
    new = _carried(propagator, clip, range(last, 0, -1))
    correction = Correction(clip.video[last], old[last], new[last], until=0)
    scores: list[list[float]] = []
    for index in range(1, last):
        frame = clip.video[index]
        fused = (f(frame, old[index], new[index], correction).masks for f in fusers)
        scores.append([_overlap(masks, clip, index) for masks in (new[index], *fused)])
    return np.nanmean(np.array(scores), axis=0).tolist()


def _carried(propagator: XMemPropagator, clip: SyntheticClip, order: range) -> dict[int, Masks]:
    """The masks of frames in this order, from the true ones of the first; every fifth is stored."""
    first = clip.video[order[0]]
    found = {first.index: clip.masks(first.index)}
    state = propagator.start(first, clip.objects)
    _, state = propagator.memorise(first, found[first.index], state, tier="permanent")
    for step, index in enumerate(order[1:], start=1):
        frame = clip.video[index]
        predicted, state = propagator.propagate(frame, state)
        if step % 5 == 0:
            _, state = propagator.memorise(frame, predicted.masks, state, tier="working")
        found[index] = predicted.masks
    return found


def _overlap(masks: Masks, clip: SyntheticClip, index: int) -> float:
    """Mean J of the objects that have at least 20 pixels; nan if none has."""
    truth, ours = clip.labels(index), masks.labels()
    seen = [o for o in clip.objects if int((truth == o).sum()) >= _SMALLEST]
    return float(np.mean([iou(ours == o, truth == o) for o in seen])) if seen else float("nan")
