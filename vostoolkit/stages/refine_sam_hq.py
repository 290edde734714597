"""The paper's refiner: SAM-HQ from clicks (Lazy-XMem 3.3)."""

import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from torch import nn

from vostoolkit.arrays import Image, ObjectId
from vostoolkit.device import choose_device
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.click_maps import points_of
from vostoolkit.networks.sam_hq import Embedding, Point, SamSize, as_previous, build, decode, encode
from vostoolkit.prompts import Prompt, Scribble
from vostoolkit.results import Refinement
from vostoolkit.stages.verdicts import Answer, Marks, UsePrevious, refine
from vostoolkit.weights import find_weights, load_weights

_SCRIBBLE_POINTS = 5


class Embeddings:
    """The latest embeddings by the picture's bytes: several clicks on a frame encode it once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[tuple[int, ...], Embedding] = OrderedDict()

    def of(self, image: Image, network: nn.Module) -> Embedding:
        """The picture's embedding, computed if it isn't held."""
        key = (*image.shape, zlib.crc32(image.tobytes()), zlib.adler32(image.tobytes()))
        if key not in self._held:
            self._held[key] = encode(network, image)
        self._held.move_to_end(key)
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return self._held[key]


@dataclass(frozen=True)
class SamHqRefiner:
    """Makes masks with SAM-HQ, from a checkpoint that the person supplies.

    ``checkpoint`` is a file or a name of ``vostoolkit.weights``; by default the published one of
    the size. ``multimask`` takes the best of three masks for a single click without a present
    mask, which may mean a part or the whole. Embeddings of the last ``remembered`` pictures are
    kept. Scribbles become five points.

    Raises:
        WeightsError: the checkpoint isn't there, or belongs to another size.
        DeviceError: the device isn't there.
        ValueError: no such size.

    Source: Lazy-XMem 3.3; Appendix D (clicks only, the present mask isn't given); the released code
    (vit_l, HQ token only, best mask for clicks).
    """

    size: SamSize = "vit_l"
    checkpoint: str | Path | None = None
    device: str | None = None
    hq_token_only: bool = True
    multimask: bool = True
    use_previous: UsePrevious = "never"
    remembered: int = 2
    network: nn.Module = field(init=False, repr=False, compare=False)
    embeddings: Embeddings = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.remembered < 1:
            raise ValueError(f"remembered={self.remembered}: keep at least 1 picture's embedding")
        if self.size not in get_args(SamSize):
            sizes = ", ".join(get_args(SamSize))
            raise ValueError(f"no SAM-HQ of size {self.size!r}: there are {sizes}")
        checkpoint = self.checkpoint or f"sam-hq-{self.size.replace('_', '-')}"
        device = str(choose_device(self.device))
        object.__setattr__(self, "network", _network(self.size, str(checkpoint), device))
        object.__setattr__(self, "embeddings", Embeddings(self.remembered))

    def __call__(
        self,
        frame: Frame,
        object_id: ObjectId,
        prompts: tuple[Prompt, ...],
        masks: Masks | None,
        /,
    ) -> Refinement:
        """The refined mask of one object; its score is SAM-HQ's own estimate of the IoU.

        Raises:
            PromptError: prompts that don't fit the frame or each other.
        """

        def answer(marks: Marks) -> Answer:
            points = _points(marks)
            is_vague = len(points) == 1 and marks.box is None and marks.previous is None
            result = decode(
                self.network,
                self.embeddings.of(frame.image, self.network),
                points,
                box=marks.box,
                previous=None if marks.previous is None else as_previous(marks.previous),
                multimask=self.multimask and is_vague,
                hq_token_only=self.hq_token_only,
            )
            return Answer(torch.sigmoid(result.logits), result.score)

        return refine(
            frame, object_id, prompts, masks, answer=answer, use_previous=self.use_previous
        )


def _points(marks: Marks) -> list[Point]:
    points: list[Point] = []
    for stroke in marks.strokes:
        places = points_of(stroke)
        if isinstance(stroke, Scribble):
            chosen = np.linspace(0, len(places) - 1, min(len(places), _SCRIBBLE_POINTS))
            places = tuple(places[i] for i in chosen.round().astype(int).tolist())
        points.extend((x, y, stroke.positive) for x, y in places)
    return points


@lru_cache(maxsize=1)
def _network(size: SamSize, checkpoint: str, device: str) -> nn.Module:
    find_weights(checkpoint)  # before the network is built, which takes a while
    return load_weights(build(size), checkpoint).to(device)
