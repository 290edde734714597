"""What an adaptation is worth, told without any ground truth."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

import numpy as np
import torch

from vostoolkit.adaptation.synthesis import Annotated, Synthesis, synthetic_batch
from vostoolkit.arrays import Labels
from vostoolkit.frames import Video
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou
from vostoolkit.networks.xmem import XMem
from vostoolkit.protocols import Propagator
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.training.learn_propagation import clip_forward
from vostoolkit.training.losses import mean_overlap

_EVERY = 5


@dataclass(frozen=True, eq=False)
class Returned:
    """What is left of an annotated frame's labels after they were carried on and back again.

    ``overlap`` is the mean IoU over its objects; nan where there is no other frame.
    """

    frame: int
    labels: Labels
    overlap: float


@dataclass(frozen=True)
class Measured:
    """One network's two numbers, both mean IoU in [0, 1]; the first is nan for a single frame.

    ``there_and_back`` compares an annotated mask with what is left of it after it was carried some
    frames on and back again, frame by frame in ``returned``; ``synthetic`` is on clips made of the
    annotated frames that no training saw.
    """

    there_and_back: float
    synthetic: float
    returned: tuple[Returned, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Gain:
    """The numbers of the network before and after adapting."""

    before: Measured
    after: Measured

    @property
    def is_worth_it(self) -> bool:
        """Whether carrying there and back got better, and made clips didn't get worse."""
        better = self.after.there_and_back > self.before.there_and_back
        return better and self.after.synthetic >= self.before.synthetic

    def __str__(self) -> str:
        before, after = self.before, self.after
        return (
            f"there and back {before.there_and_back:.2f} → {after.there_and_back:.2f}, "
            f"made clips {before.synthetic:.2f} → {after.synthetic:.2f}"
        )


def measure(
    propagator: XMemPropagator,
    video: Video,
    annotated: Sequence[Annotated],
    *,
    reach: int = 15,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Measured:
    """Both numbers of a propagator; ``reach`` is how many frames masks are carried on and back.

    ``progress`` gets the share that is done; what it raises stops the work.
    """
    returned: list[Returned] = []
    for number, one in enumerate(annotated):
        returned.append(there_and_back(propagator, video, one, reach=reach))
        if progress is not None:
            progress((number + 1) / (len(annotated) + 1))
    overlap = fmean(one.overlap for one in returned)
    return Measured(overlap, _on_made_clips(propagator.network, annotated, seed), tuple(returned))


def there_and_back(
    propagator: Propagator[Any], video: Video, annotated: Annotated, *, reach: int
) -> Returned:
    """What is left of annotated masks that were carried on and back, and the IoU with them.

    On the way back nothing is known but the masks that arrived. Where too few frames follow, the
    way leads to earlier ones first.
    """
    first = annotated.frame
    last = min(first + reach, len(video) - 1)
    if last - first < min(reach, first):
        last = first - min(reach, first)
    if last == first:
        return Returned(first, annotated.labels, float("nan"))
    step = 1 if last > first else -1
    objects = tuple(int(o) for o in np.unique(annotated.labels) if o)
    masks = Masks.from_labels(annotated.labels, objects)
    there = _carried(propagator, video, masks, range(first, last + step, step))
    back = _carried(propagator, video, there, range(last, first - step, -step)).labels()
    overlap = fmean(iou(back == o, annotated.labels == o) for o in objects)
    return Returned(first, back, overlap)


def _carried(propagator: Propagator[Any], video: Video, masks: Masks, frames: range) -> Masks:
    start = video[frames[0]]
    state = propagator.start(start, masks.objects)
    _, state = propagator.memorise(start, masks, state, tier="permanent")
    for number, index in enumerate(frames[1:], start=1):
        frame = video[index]
        predicted, state = propagator.propagate(frame, state)
        if number % _EVERY == 0:
            _, state = propagator.memorise(frame, predicted.masks, state, tier="working")
        masks = predicted.masks
    return masks


@torch.no_grad()
def _on_made_clips(network: XMem, annotated: Sequence[Annotated], seed: int) -> float:
    rng = np.random.default_rng([seed, 1])
    lively = replace(Synthesis(), liveliness=1.5)
    batch = synthetic_batch(rng, annotated, lively, clips=8, frames=5)
    device = next(network.parameters()).device
    last = clip_forward(copy.deepcopy(network).eval(), batch.to(device))[-1]
    return mean_overlap(last.logits, last.labels)
