"""XMem++'s frame suggestion: what looks least like all that is annotated already."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import Labels, Size
from vostoolkit.colours import DAVIS
from vostoolkit.device import Precision
from vostoolkit.frames import Frame, Video
from vostoolkit.memory.read import places
from vostoolkit.networks.blocks import shrunk
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.results import FrameSelection, LabelsOf
from vostoolkit.stages.dissimilarity import (
    Divisor,
    FrameKeys,
    Shrinking,
    composite_key,
    dissimilarity,
)
from vostoolkit.stages.farthest_first import farthest_first
from vostoolkit.stages.fitting import Fit, Resampling, fit_frame
from vostoolkit.stages.frame_selection import (
    Progress,
    check_selection,
    labels_for,
    reasons_for,
    selection,
    ticking,
)
from vostoolkit.stages.xmem_engine import XMemEngine
from vostoolkit.weights import load_xmem

Shading: TypeAlias = Literal["one", "palette"]
"""What a pixel on an object weighs: 1, or the strongest channel of its DAVIS colour over 255, as
the release reads masks from coloured pictures (0.5 for most objects)."""


@dataclass(frozen=True, eq=False)
class KeyDissimilarity:
    """Suggests frames whose keys differ most from those of all annotated frames.

    Args:
        network: any network of the XMem family; only its keys are used. It is copied.
        alpha: how much the objects count, from 0 (the whole frame) to 1 (only they).
        least_visible: share of the frame's pixels that must be on an object for it to be chosen.
        similarity: ``plain`` distances of keys, or ``xmem``'s with shrinkage and selection.
        divide_by: the number of places on the grid, or of pairs of places.
        mask_at: a grid cell takes the share that is on an object, or its first pixel (``nearest``).
        shading: what a pixel on an object weighs.

    The video is read once; then each annotated or chosen frame is compared with all others. Keys
    are kept in float16, where the network runs: 2 bytes a place and channel, so 207 kB for a frame
    of 480 x 864 pixels, and twice that with ``similarity="xmem"``.

    Source: XMem++ 3.3; the released code for 0.25 % and 0.5. The paper means plain distances, per
    place; how masks come to the grid it doesn't say. All objects count as one.
    """

    network: XMem = field(repr=False)
    alpha: float = 0.5
    least_visible: float = 0.0025
    similarity: Literal["plain", "xmem"] = "plain"
    divide_by: Divisor = "places"
    mask_at: Literal["area", "nearest"] = "area"
    shading: Shading = "one"
    short_side: int | None = 480
    is_enlarging: bool = True
    resampling: Resampling = "antialias"
    device: str | None = None
    precision: Precision = "auto"
    _engine: XMemEngine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.alpha <= 1 or not 0 <= self.least_visible <= 1:
            raise ValueError(
                f"alpha={self.alpha}, least_visible={self.least_visible}: give shares from 0 to 1"
            )
        engine = XMemEngine(self.network, self.device, self.precision, self.resampling)
        object.__setattr__(self, "_engine", engine)

    @classmethod
    def nano(cls, weights: str = "nano", *, device: str | None = None) -> "KeyDissimilarity":
        """With the embedded small network, for a CPU.

        Raises:
            WeightsError: weights were named that aren't there, or aren't of this network.
        """
        return cls(
            load_xmem(weights, NANO),
            short_side=256,
            is_enlarging=False,
            resampling="bytes",
            device=device,
        )

    @classmethod
    def published(cls, weights: str = "xmem", *, device: str | None = None) -> "KeyDissimilarity":
        """With XMem's published network, from a checkpoint that the person supplied.

        Raises:
            WeightsError: the checkpoint isn't there, or isn't one of this network.
        """
        return cls(load_xmem(weights), device=device)

    def released(self) -> "KeyDissimilarity":
        """The same with all that the released code does otherwise."""
        return replace(
            self, similarity="xmem", divide_by="pairs", mask_at="nearest", shading="palette"
        )

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
        total = len(video)
        tick = ticking(progress, total * (len(annotated) + min(count, total)))
        fit = fit_frame(
            video.size,
            self.short_side,
            multiple=self.network.config.stride,
            is_enlarging=self.is_enlarging,
        )
        keys: list[FrameKeys] = []
        is_open: list[bool] = []
        for frame in video:
            weight = object_weight(labels_for(frame, labels), self.shading)
            keys.append(self._keys(frame, fit, weight))
            is_open.append(is_visible(weight, self.least_visible))
            tick()

        def distances_to(chosen: int) -> Float[Tensor, " n"]:
            found: list[Tensor] = []
            for other in keys:
                found.append(dissimilarity(keys[chosen], other, divide_by=self.divide_by))
                tick()
            return torch.stack(found).cpu()

        chosen = farthest_first(
            distances_to, annotated=annotated, count=count, is_open=torch.tensor(is_open)
        )
        return selection(
            video,
            annotated,
            chosen.frames,
            chosen.scores,
            measure="dissimilarity",
            reasons=reasons_for(chosen, "dissimilarity"),
        )

    def _keys(self, frame: Frame, fit: Fit, weight: Float[Tensor, "h w"]) -> FrameKeys:
        _, features = self._engine.encode(frame, fit)
        grid = Size(*features.key.shape[-2:])
        weight = weight.to(features.key.device)
        if self.mask_at == "area":
            on_grid = shrunk(fit.masks(weight[None])[None], grid)
        else:
            on_grid = at_first_pixel(weight, grid)[None, None]
        key = composite_key(places(features.key)[0].float(), on_grid.flatten(), self.alpha)
        shrinking = None
        if self.similarity == "xmem":
            selection = places(features.selection)[0].half()
            shrinking = Shrinking(places(features.shrinkage)[0, :, 0], selection)
        return FrameKeys(key.half(), shrinking)


def object_weight(labels: Labels, shading: Shading) -> Float[Tensor, "h w"]:
    """What each pixel weighs as a part of an object, in [0, 1]; 0 on the background."""
    if shading == "one":
        return torch.from_numpy((labels > 0).astype(np.float32))
    strongest = DAVIS.max(1).astype(np.float32) / 255
    return torch.from_numpy(strongest[labels])


def is_visible(weight: Float[Tensor, "h w"], least: float) -> bool:
    """Whether at least this share of the pixels weighs a half or more."""
    return int((weight >= 0.5).sum()) / weight.numel() >= least


def at_first_pixel(weight: Float[Tensor, "h w"], grid: Size) -> Float[Tensor, "i j"]:
    """The weight at the upper left pixel of each cell of the grid."""
    return functional.interpolate(weight[None, None], size=list(grid), mode="nearest")[0, 0]
