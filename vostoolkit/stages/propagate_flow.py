"""Carrying masks forward with optical flow alone: a method without learning and without memory."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from jaxtyping import Float32, UInt8

from vostoolkit.arrays import ObjectId, Size, check_object_id
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.results import MemoryUpdate, Propagation, Tier
from vostoolkit.stages.baseline_state import joined
from vostoolkit.stages.xmem_state import check_memorised

_PRESET = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
_LEAST_SIDE = 16


@dataclass(frozen=True, eq=False)
class FlowState:
    """The last frame in grey and its masks; None before a frame was memorised."""

    size: Size
    frame: int | None = None
    grey: UInt8[np.ndarray, "h w"] | None = None
    masks: Masks | None = None


@dataclass(frozen=True)
class FlowPropagator:
    """Moves the last masks along with dense optical flow, frame after frame.

    It forgets at once: errors add up, and what was hidden doesn't come back. A bar that a learned
    network has to pass, and a way to see what memory is good for.

    Source: Kroeger et al., "Fast Optical Flow using Dense Inverse Search" (ECCV 2016), as in
    OpenCV.
    """

    def start(self, frame: Frame, objects: tuple[ObjectId, ...], /) -> FlowState:
        """The empty state for frames of this one's size."""
        for object_id in objects:
            check_object_id(object_id)
        return FlowState(frame.size)

    def propagate(self, frame: Frame, state: FlowState, /) -> tuple[Propagation, FlowState]:
        """The last masks where the flow takes them, and the state after it.

        Raises:
            ValueError: nothing was memorised yet, or the frame has another size.
        """
        if state.masks is None or state.grey is None:
            raise ValueError(f"frame {frame.index}: memorise a frame with an object first")
        if frame.size != state.size:
            raise ValueError(
                f"frame {frame.index} has {frame.size.width}x{frame.size.height} pixels, the run "
                f"started with {state.size.width}x{state.size.height}: give frames of one size"
            )
        grey = cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY)
        moved = _moved(state.masks.pmf.cpu().numpy(), _sources(grey, state.grey))
        pmf = torch.as_tensor(moved).to(state.masks.pmf)
        masks = Masks(pmf / pmf.sum(0), state.masks.objects)
        after = FlowState(state.size, frame.index, grey, masks)
        return Propagation(frame=frame.index, masks=masks), after

    def memorise(
        self,
        frame: Frame,
        masks: Masks,
        state: FlowState,
        /,
        *,
        tier: Tier | None,
        objects: tuple[ObjectId, ...] | None = None,
        reason: str = "",
    ) -> tuple[MemoryUpdate, FlowState]:
        """The state with these masks as the last ones; there is no memory to put them in.

        Raises:
            ValueError: objects that aren't in the masks, or masks of another size than the frame.
        """
        targets = masks.objects if objects is None else objects
        check_memorised(frame, masks, targets, tier)
        if tier != "permanent" or state.frame in (None, frame.index):
            grey = cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY)
            last = joined(masks, state.masks)
            state = replace(state, frame=frame.index, grey=grey, masks=last)
        update = MemoryUpdate(
            frame=frame.index,
            tier=tier,
            objects=targets,
            added=0,
            removed=0,
            sizes={},
            reason=reason,
        )
        return update, state


def _sources(
    now: UInt8[np.ndarray, "h w"], before: UInt8[np.ndarray, "h w"]
) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    """For each pixel of now, the x and the y in the frame before that it came from."""
    height, width = now.shape
    flow = np.zeros((height, width, 2), np.float32)
    if min(now.shape) >= _LEAST_SIDE and (now != before).any():
        flow = cv2.DISOpticalFlow.create(_PRESET).calc(now, before, flow)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return (x + flow[..., 0]).astype(np.float32), (y + flow[..., 1]).astype(np.float32)


def _moved(
    pmf: Float32[np.ndarray, "k h w"],
    sources: tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]],
) -> Float32[np.ndarray, "k h w"]:
    return np.stack(
        [cv2.remap(c, *sources, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for c in pmf]
    )
