"""Carrying masks forward by colour and place: every pixel takes the labels of alike ones."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import ObjectId, Size, check_object_id
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.results import MemoryUpdate, Propagation, Tier
from vostoolkit.stages.baseline_state import joined
from vostoolkit.stages.fitting import fit_frame
from vostoolkit.stages.xmem_state import check_memorised


@dataclass(frozen=True, eq=False)
class Seen:
    """One frame in memory: what its cells look like, and the masks it was stored with."""

    frame: int
    tier: Tier
    features: Float[Tensor, "cells d"]
    masks: Masks


@dataclass(frozen=True, eq=False)
class ColourState:
    """The frames in memory, oldest first, and the last frame with its masks."""

    size: Size
    memory: tuple[Seen, ...] = ()
    last: Seen | None = None


@dataclass(frozen=True)
class ColourPropagator:
    """Matches colour, texture and place of small cells with those of remembered frames.

    A cell is described by its mean colour (CIE Lab), the spread of its lightness and its place,
    each divided by the scale below; it takes the mean of the labels of all cells in memory,
    weighted by ``exp(-squared distance / 2)``. Nothing is learned.

    Args:
        short_side: cells along the short side of the picture.
        colour_scale: difference in colour, in units of Lab on bytes, that matters.
        place_scale: distance that matters, as a share of the short side.
        kept: frames of the working memory; permanent ones all stay.

    Source: the non-local matching of Hu et al., "VideoMatch" (ECCV 2018), with plain colour in
    place of its features.
    """

    short_side: int = 40
    colour_scale: float = 6.0
    place_scale: float = 0.05
    kept: int = 1

    def __post_init__(self) -> None:
        if self.short_side < 8 or self.colour_scale <= 0 or self.place_scale <= 0 or self.kept < 0:
            raise ValueError(f"{self}: give at least 8 cells, scales above 0 and kept from 0 on")

    def start(self, frame: Frame, objects: tuple[ObjectId, ...], /) -> ColourState:
        """The empty state for frames of this one's size."""
        for object_id in objects:
            check_object_id(object_id)
        return ColourState(frame.size)

    @torch.no_grad()
    def propagate(self, frame: Frame, state: ColourState, /) -> tuple[Propagation, ColourState]:
        """The masks that alike cells in memory have, and the state after it.

        Raises:
            ValueError: nothing was memorised yet, or the frame has another size.
        """
        if state.last is None:
            raise ValueError(f"frame {frame.index}: memorise a frame with an object first")
        if frame.size != state.size:
            raise ValueError(
                f"frame {frame.index} has {frame.size.width}x{frame.size.height} pixels, the run "
                f"started with {state.size.width}x{state.size.height}: give frames of one size"
            )
        features = self._features(frame)
        held = [*state.memory, *([state.last] if state.last.frame not in _frames(state) else [])]
        objects = state.last.masks.objects
        labels = torch.cat([self._cells(joined(s.masks, state.last.masks), objects) for s in held])
        grid = self._grid(frame.size)
        read = _read(features, torch.cat([s.features for s in held]), labels)
        pmf = functional.interpolate(
            read.T.reshape(1, -1, *grid), size=list(frame.size), mode="bilinear"
        )[0]
        masks = Masks(pmf / pmf.sum(0), objects)
        last = Seen(frame.index, "working", features, masks)
        return Propagation(frame=frame.index, masks=masks), replace(state, last=last)

    @torch.no_grad()
    def memorise(
        self,
        frame: Frame,
        masks: Masks,
        state: ColourState,
        /,
        *,
        tier: Tier | None,
        objects: tuple[ObjectId, ...] | None = None,
        reason: str = "",
    ) -> tuple[MemoryUpdate, ColourState]:
        """The state with these masks as the last ones and, if a tier is named, in memory.

        Raises:
            ValueError: objects that aren't in the masks, or masks of another size than the frame.
        """
        targets = masks.objects if objects is None else objects
        check_memorised(frame, masks, targets, tier)
        whole = joined(masks, state.last.masks if state.last else None)
        seen = Seen(frame.index, tier or "working", self._features(frame), whole)
        is_aside = tier == "permanent" and state.last and state.last.frame != frame.index
        last = state.last if is_aside else seen
        memory = state.memory
        if tier is not None:
            others = [s for s in memory if s.frame != frame.index]
            working = [s for s in (*others, seen) if s.tier != "permanent"]
            gone = working[: max(0, len(working) - self.kept)]
            memory = tuple(s for s in (*others, seen) if s not in gone)
        cells = len(seen.features)
        update = MemoryUpdate(
            frame=frame.index,
            tier=tier,
            objects=targets,
            added=cells * sum(s not in state.memory for s in memory),
            removed=cells * sum(s not in memory for s in state.memory),
            sizes=_sizes(memory),
            reason=reason,
        )
        return update, replace(state, memory=memory, last=last)

    def _grid(self, size: Size) -> Size:
        return fit_frame(size, self.short_side, multiple=1, is_enlarging=False).working

    def _features(self, frame: Frame) -> Float[Tensor, "cells d"]:
        grid = self._grid(frame.size)
        lab = cv2.cvtColor(frame.image, cv2.COLOR_RGB2LAB).astype(np.float32)
        colour = cv2.resize(lab, grid[::-1], interpolation=cv2.INTER_AREA)
        square = cv2.resize(lab[..., 0] ** 2, grid[::-1], interpolation=cv2.INTER_AREA)
        spread = np.sqrt(np.maximum(square - colour[..., 0] ** 2, 0))
        y, x = np.mgrid[0 : grid.height, 0 : grid.width] / (min(grid) * self.place_scale)
        parts = [colour / self.colour_scale, (spread / self.colour_scale)[..., None]]
        features = np.concatenate([*parts, x[..., None], y[..., None]], axis=-1)
        return torch.as_tensor(features.reshape(-1, 6).astype(np.float32))

    def _cells(self, masks: Masks, objects: tuple[ObjectId, ...]) -> Float[Tensor, "cells k"]:
        """Label shares of each cell, in the order of ``objects`` with the background first."""
        order = [0, *(1 + masks.objects.index(o) if o in masks.objects else -1 for o in objects)]
        empty = masks.pmf.new_zeros(1, *masks.size)
        pmf = torch.cat([masks.pmf, empty])[order]
        cells = functional.interpolate(
            pmf[None].cpu().float(), size=list(self._grid(masks.size)), mode="area"
        )[0]
        return cells.flatten(1).T


def _read(
    query: Float[Tensor, "q d"], key: Float[Tensor, "m d"], labels: Float[Tensor, "m k"]
) -> Float[Tensor, "q k"]:
    """Labels of the memory averaged with weights ``exp(-squared distance / 2)``."""
    bias = -0.5 * (key**2).sum(1, keepdim=True)
    query, key = torch.cat([query, torch.ones_like(query[:, :1])], 1), torch.cat([key, bias], 1)
    width = max(key.shape[1], labels.shape[1])  # the fast way needs vectors of one length
    q, k, v = (functional.pad(t, (0, width - t.shape[1]))[None, None] for t in (query, key, labels))
    read = functional.scaled_dot_product_attention(q, k, v, scale=1.0)
    return read[0, 0, :, : labels.shape[1]]


def _frames(state: ColourState) -> tuple[int, ...]:
    return tuple(seen.frame for seen in state.memory)


def _sizes(memory: tuple[Seen, ...]) -> dict[str, int]:
    tiers = {seen.tier for seen in memory}
    return {t: sum(len(s.features) for s in memory if s.tier == t) for t in sorted(tiers)}
