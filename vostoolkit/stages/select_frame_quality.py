"""EVA-VOS's frame selection: farthest in the features of its quality network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import Size
from vostoolkit.device import choose_device
from vostoolkit.frames import Video
from vostoolkit.geometry import Mask
from vostoolkit.networks.folding import folded
from vostoolkit.networks.quality import QualityNetwork
from vostoolkit.networks.quality_aware import QUALITY_AWARE_NANO, QualityAware
from vostoolkit.results import FrameSelection, LabelsOf
from vostoolkit.stages.farthest_first import farthest_first
from vostoolkit.stages.fitting import Fit
from vostoolkit.stages.frame_selection import (
    Progress,
    check_selection,
    labels_for,
    reasons_for,
    selection,
    ticking,
)
from vostoolkit.weights import load_weights


@dataclass(frozen=True, eq=False)
class QualityDistance:
    """Suggests the frame whose features lie farthest from those of the nearest annotated frame.

    ``side`` is that of the square which pictures and masks are scaled to. The network's features
    know one mask: that of ``object_id``, or of all objects together if none is named.

    Source: EVA-VOS, section 2.2 and Eq. 1 (its videos have one object). How frames become squares
    isn't said; the aspect ratio is lost here.
    """

    network: QualityNetwork | QualityAware = field(repr=False)
    side: int = 224
    object_id: int | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        if self.side < 32:
            raise ValueError(f"side={self.side}: the network halves 5 times, give at least 32")
        fast = folded(self.network).to(choose_device(self.device))
        object.__setattr__(self, "network", fast)

    @classmethod
    def published(
        cls, weights: str | Path = "eva-quality", *, device: str | None = None
    ) -> "QualityDistance":
        """With EVA-VOS's published network, from a checkpoint that the person supplied.

        Raises:
            WeightsError: the checkpoint isn't there, or isn't one of this network.
        """
        return cls(load_weights(QualityNetwork(), weights), device=device)

    @classmethod
    def nano(
        cls, weights: str | Path = "quality-nano", *, device: str | None = None
    ) -> "QualityDistance":
        """With the small network that ``vostoolkit train quality-nano`` makes.

        It is QDMN's module on the embedded encoders, which rates a mask of a frame as EVA-VOS's
        network does, so that one small network serves both.

        Raises:
            WeightsError: the weights aren't there, or aren't of this network.
        """
        network = load_weights(QualityAware(QUALITY_AWARE_NANO), weights)
        return cls(network, side=128, device=device)

    @torch.no_grad()
    def __call__(
        self,
        video: Video,
        labels: LabelsOf,
        /,
        *,
        annotated: Sequence[int],
        count: int,
        progress: Progress | None = None,
    ) -> FrameSelection:
        """Up to ``count`` frames, given the masks so far and the frames that are annotated.

        Raises:
            ValueError: no annotated frame, one outside the video, or labels of another size.
        """
        annotated = check_selection(video, annotated, count)
        tick = ticking(progress, len(video))
        features: list[Tensor] = []
        for frame in video:
            found = labels_for(frame, labels)
            mask = found > 0 if self.object_id is None else found == self.object_id
            features.append(self.network.features(*squared(frame.image, mask, self.side, self._at)))
            tick()
        every = torch.cat(features).cpu()

        def distances_to(chosen: int) -> Float[Tensor, " n"]:
            return (every - every[chosen]).norm(dim=1)

        chosen = farthest_first(
            distances_to,
            annotated=annotated,
            count=count,
            is_open=torch.ones(len(every), dtype=torch.bool),
        )
        return selection(
            video,
            annotated,
            chosen.frames,
            chosen.scores,
            measure="distance",
            reasons=reasons_for(chosen, "distance"),
        )

    @property
    def _at(self) -> torch.device:
        return next(self.network.parameters()).device


def squared(
    image: np.ndarray, mask: Mask, side: int, device: torch.device
) -> tuple[Float[Tensor, "1 3 s s"], Float[Tensor, "1 1 s s"]]:
    """A picture and a mask as EVA-VOS's networks take them: scaled to a square, the mask 0 or 1."""
    square = Size(side, side)
    fit = Fit(Size(*mask.shape), square, (0, 0, 0, 0))
    scaled = cv2.resize(mask.astype(np.uint8), square, interpolation=cv2.INTER_NEAREST)
    on_object = torch.from_numpy(scaled).float().to(device)[None, None]
    return fit.image(image, device), on_object
