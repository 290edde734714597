"""What annotations of some frames achieved: the table that an annotation policy learns from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from vostoolkit.arrays import Image, Labels, ObjectId
from vostoolkit.frames import Frame
from vostoolkit.geometry import to_mask
from vostoolkit.masks import Masks
from vostoolkit.metrics.overlap import iou, objects_in
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.prompts import Prompt, Skip
from vostoolkit.protocols import Propagator, Refiner
from vostoolkit.stages.picture_features import PictureFeatures
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.refine import ClickRefiner
from vostoolkit.stages.select_annotation import NANO_SIDE
from vostoolkit.stages.select_frame_quality import squared
from vostoolkit.training.judged import Judged, carried_labels
from vostoolkit.training.pool import Pool
from vostoolkit.users.eva import EvaAnnotator
from vostoolkit.video import VideoArray
from vostoolkit.weights import load_weights

_SMALLEST = 20


@dataclass(frozen=True, eq=False)
class Outcomes:
    """One row for each object in some frames, one column for each annotation with clicks so far.

    Column 0 is what was propagated, column g the mask after g times three clicks. Whoever draws the
    mask instead, after any number of clicks, has quality 1. ``embeddings`` are what the policy
    knows of the pictures.
    """

    embeddings: Float[Tensor, "n c 1 1"]
    masks: Float[Tensor, "n columns side side"]
    quality: Float[Tensor, "n columns"]

    def __len__(self) -> int:
        return len(self.quality)

    def to(self, device: torch.device) -> Outcomes:
        """The table on another device."""
        return Outcomes(*(x.to(device) for x in (self.embeddings, self.masks, self.quality)))

    @property
    def steps(self) -> int:
        """How often an episode can ask at most."""
        return self.quality.shape[1] - 1


@dataclass(frozen=True, eq=False)
class Simulation:
    """Carries the first frame's true masks on, and clicks in some frames what is wrong there."""

    propagator: Propagator[Any]
    refine: Refiner
    embed: Callable[[Image], Float[Tensor, "1 c y x"]]
    steps: int = 3
    frames: int = 2

    @classmethod
    def nano(cls) -> Simulation:
        """With the embedded networks, on the CPU."""
        embed = PictureFeatures(load_weights(XMem(NANO), "nano"), device="cpu")
        return cls(XMemPropagator.nano(device="cpu"), ClickRefiner(device="cpu"), embed)

    def __call__(self, clips: Iterable[Judged], rng: np.random.Generator) -> Outcomes:
        """The table of ``frames`` frames of each clip, drawn by chance."""
        shown = tqdm(clips, desc="simulated clicks", unit=" clips", leave=False)
        rows = [row for clip in shown for row in self._rows(clip, rng)]
        embeddings, masks, quality = zip(*rows, strict=True)
        return Outcomes(torch.cat(embeddings), torch.stack(masks), torch.tensor(quality))

    def _rows(
        self, clip: Judged, rng: np.random.Generator
    ) -> Iterator[tuple[Tensor, Tensor, list[float]]]:
        known = dict(carried_labels(self.propagator, clip))
        for index in sorted(rng.choice(range(1, len(known)), self.frames, replace=False).tolist()):
            truth, frame = clip.truth(index), clip.video[index]
            if truth is None:
                continue
            pooled = self.embed(frame.image).mean((2, 3), keepdim=True)
            for object_id in clip.objects:
                if int((truth == object_id).sum()) >= _SMALLEST:
                    masks = Masks.from_labels(known[index], clip.objects)
                    yield pooled, *self._chain(frame, object_id, masks, truth)

    def _chain(
        self, frame: Frame, object_id: ObjectId, masks: Masks, truth: Labels
    ) -> tuple[Float[Tensor, "columns side side"], list[float]]:
        """The object's masks before and after each annotation with clicks, and their quality."""
        annotator = EvaAnnotator(lambda _: truth, "clicks")
        own = truth == object_id
        seen = [to_mask(masks.region(object_id))]
        given: tuple[Prompt, ...] = ()
        for _ in range(self.steps):
            found = annotator.annotated(frame.index, object_id, seen[-1], own)
            if not any(isinstance(prompt, Skip) for prompt in found):
                given = (*given, *found)
                after = self.refine(frame, object_id, given, masks).after
                masks = masks.replaced(object_id, after)
            seen.append(to_mask(masks.region(object_id)))
        cpu = torch.device("cpu")
        squares = [squared(frame.image, mask, NANO_SIDE, cpu)[1][0, 0] for mask in seen]
        return torch.stack(squares), [iou(mask, own) for mask in seen]


def pooled_clips(pool: Pool, count: int) -> Iterator[Judged]:
    """The first clips of a pool that have an object in their first moment, in order."""
    for number in range(min(count, len(pool.labels))):
        labels = np.asarray(pool.labels[number])
        if objects := tuple(objects_in(labels[0])):
            video = VideoArray(np.asarray(pool.images[number]))
            yield Judged(f"clip {number}", video, labels.__getitem__, objects)
