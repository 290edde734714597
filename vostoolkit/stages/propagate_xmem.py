"""Carrying masks forward with an XMem network and its memories.

Source: Cheng and Schwing, XMem (ECCV 2022); Lazy-XMem, section 3.1.
"""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import ObjectId, Size, check_object_id
from vostoolkit.device import Precision
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks, soft_aggregate
from vostoolkit.memory.bank import Memory
from vostoolkit.memory.changes import Remembered, forgotten, remembered
from vostoolkit.memory.consolidate import Limits
from vostoolkit.memory.read import places
from vostoolkit.networks.xmem import NANO, KeyFeatures, XMem
from vostoolkit.results import MemoryUpdate, Propagation, Tier
from vostoolkit.stages import xmem_state
from vostoolkit.stages.continuity import continued, windows
from vostoolkit.stages.fitting import Fit, MaskResampling, Resampling, fit_frame
from vostoolkit.stages.xmem_engine import XMemEngine
from vostoolkit.stages.xmem_reading import read_at, readout
from vostoolkit.stages.xmem_state import XMemState, grown
from vostoolkit.stages.xmem_view import Grid, Origin, Reading
from vostoolkit.weights import load_xmem

Sensory: TypeAlias = Literal["update", "keep", "undo"]
"""What becomes of the sensory memory at a memorised frame."""


@dataclass(frozen=True, eq=False)
class XMemPropagator:
    """Predicts masks from memory, and memorises them; the defaults are the published ones.

    Args:
        network: any network of the family; it's copied, folded for inference and moved.
        short_side: working size of the shorter side in pixels; None works at the frame's own.
        is_enlarging: whether smaller frames are enlarged to it, as the release does.
        mask_resampling: "nearest" takes drawn masks to the working size as the release does.
        top_k: how many memory elements a place reads at most; None reads all.
        limits: how much is remembered.
        reach: how far from its last mask a part of an object may appear, as a share of the short
            side (``continued``); None lets it appear anywhere. A network without a sensory memory
            then looks at what is within reach alone.
        deep_update_every: frames between updates of the sensory memory from memory values; a
            negative number makes them coincide with the memory frames.
        device: None takes the best there is.

    Source: XMem, Eq. 1 and 2 (reading), section 4 (sizes), section 3.3 (top-k).
    """

    network: XMem = field(repr=False)
    short_side: int | None = 480
    is_enlarging: bool = True
    resampling: Resampling = "antialias"
    mask_resampling: MaskResampling = "smooth"
    top_k: int | None = 30
    limits: Limits = field(default_factory=Limits)
    reach: float | None = None
    deep_update_every: int = -1
    device: str | None = None
    precision: Precision = "auto"
    engine: XMemEngine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.short_side is not None and self.short_side < self.network.config.stride:
            raise ValueError(f"short side of {self.short_side} pixels: give at least one stride")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k {self.top_k}: a place must read at least one element")
        engine = XMemEngine(self.network, self.device, self.precision, self.resampling)
        object.__setattr__(self, "engine", engine)

    @classmethod
    def published(
        cls, weights: str = "xmem", *, device: str | None = None, precision: Precision = "auto"
    ) -> "XMemPropagator":
        """The published network, with a checkpoint that the person supplied (name or path).

        Raises:
            WeightsError: the checkpoint isn't there, or isn't one of this network.
        """
        return cls(load_xmem(weights), device=device, precision=precision)

    @classmethod
    def nano(
        cls, weights: str = "nano", *, device: str | None = None, precision: Precision = "auto"
    ) -> "XMemPropagator":
        """The embedded small network, with a small memory: for a CPU.

        Raises:
            WeightsError: weights were named that aren't there, or aren't of this network.
        """
        return cls(
            load_xmem(weights, NANO),
            short_side=288,
            is_enlarging=False,
            resampling="bytes",
            top_k=8,
            limits=Limits(2, 3, prototypes=96, long_term_max=960, background_every=2),
            reach=0.2,
            device=device,
            precision=precision,
        )

    def start(self, frame: Frame, objects: tuple[ObjectId, ...], /) -> XMemState:
        """The empty state for frames of this one's size; objects come in when they're memorised."""
        for object_id in objects:
            check_object_id(object_id)
        return XMemState(frame.size)

    @torch.no_grad()
    def propagate(self, frame: Frame, state: XMemState, /) -> tuple[Propagation, XMemState]:
        """The masks of a frame read from memory, and the state after it.

        Raises:
            ValueError: nothing was memorised yet, or the frame has another size.
        """
        if not state.objects:
            raise ValueError(f"frame {frame.index}: memorise a frame with an object first")
        fit = self._fit(frame, state)
        _, features = self.engine.encode(frame, fit)
        own, hidden, memory = self._own(features, state)
        pmf = torch.softmax(soft_aggregate(own), 0)
        masks = Masks(fit.back(pmf), state.objects)
        after = replace(
            state,
            memory=memory,
            hidden=hidden,
            hidden_before=state.hidden,
            previous=pmf[1:],
            shown=masks,
            frame=frame.index,
        )
        return Propagation(frame=frame.index, masks=masks), after

    @torch.no_grad()
    def memorise(
        self,
        frame: Frame,
        masks: Masks,
        state: XMemState,
        /,
        *,
        tier: Tier | None,
        objects: tuple[ObjectId, ...] | None = None,
        reason: str = "",
        sensory: Sensory = "update",
    ) -> tuple[MemoryUpdate, XMemState]:
        """The state with a frame's masks as the last ones and, if a tier is named, in memory.

        What the tier held of this frame before is replaced (permanent memory also replaces it in
        working memory). With tier "permanent", a frame other than the last one and the first of all
        goes into memory and changes nothing else; otherwise the state stands at the frame
        afterwards. Where only some objects are given, the others count as absent. With tier None
        a frame that permanent memory holds updates the sensory memory, as stored ones do: that's
        how a pass meets a frame that was annotated before.

        Lazy-XMem's release differs in what becomes of the sensory memory: it "keep"s what the frame
        was propagated with when a frame is stored off schedule, and "undo"es that when one on
        schedule is refused. Ours is always an "update" where a frame is stored.

        Raises:
            ValueError: no or unknown objects, or a frame or masks of another size.
        """
        targets = masks.objects if objects is None else objects
        xmem_state.check_memorised(frame, masks, targets, tier)
        fit = self._fit(frame, state)
        stored = targets if tier is not None else ()
        order = (*state.objects, *(o for o in stored if o not in state.objects))
        is_aside = tier == "permanent" and bool(state.objects) and state.frame != frame.index
        last = None if is_aside else state
        working = xmem_state.working_masks(masks, order, last, fit, self.mask_resampling)
        if is_aside:
            after = replace(state, objects=order, previous=grown(state.previous, working))
        else:
            after = xmem_state.seen(frame, masks, state, objects=order, working=working)
        result = Remembered(state.memory)
        updated = stored or state.memory.permanent_objects(frame.index, targets)
        if updated:
            every = self.deep_update_every
            hidden = xmem_state.updated_from(state, frame.index, every=every)
            sparing = self.limits.background_every
            chunk, deep = self.engine.elements(frame, fit, working, hidden, sparing)
            if tier is not None:
                own = chunk.of_objects([order.index(o) for o in stored])
                result = remembered(state.memory, own, stored, tier=tier, limits=self.limits)
                after = replace(after, memory=result.memory)
            if deep is not None:
                due = () if is_aside or sensory != "update" else updated
                after = xmem_state.deeply_updated(after, deep, due, frame.index, every=every)
        if sensory == "undo" and state.frame == frame.index:
            after = replace(after, hidden=state.hidden_before)
        return xmem_state.update_of(frame.index, tier, targets, result, reason), after

    def forget(
        self,
        frame: int,
        state: XMemState,
        /,
        *,
        tier: Tier = "permanent",
        objects: tuple[ObjectId, ...] | None = None,
    ) -> tuple[MemoryUpdate, XMemState]:
        """The state without what a frame left in a memory tier; None means all objects.

        Objects of which no memory is left at all leave the state.

        Raises:
            ValueError: the tier holds nothing of this frame for any of the objects.
        """
        targets = state.objects if objects is None else objects
        result = forgotten(state.memory, frame, targets, tier=tier, limits=self.limits)
        update = xmem_state.update_of(frame, tier, targets, result, "removed")
        return update, xmem_state.reduced(replace(state, memory=result.memory))

    def restart(self, state: XMemState, /) -> XMemState:
        """The state before a new pass, from any frame in either direction of time.

        Permanent memory stays; working, long-term and sensory memory are emptied. Objects without
        permanent memory leave.
        """
        return xmem_state.before_a_pass(state)

    @torch.no_grad()
    def reading(self, frame: Frame, state: XMemState, /, *, object_id: ObjectId) -> Reading:
        """How a frame reads an object's memory; ``state`` is the one before the frame.

        Raises:
            ValueError: the object isn't in memory, or the frame has another size.
        """
        fit = self._fit(frame, state)
        _, features = self.engine.encode(frame, fit)
        at = read_at(state, features.key, self.limits.background_every)
        return Reading(
            frame=frame.index,
            object_id=object_id,
            group=state.memory.group(object_id),
            grid=self.grid(state),
            query=places(features.key)[0][at],
            selection=places(features.selection)[0][at],
            top_k=self.top_k,
        )

    def origins(
        self, frame: Frame, state: XMemState, /, *, object_id: ObjectId, x: float, y: float
    ) -> tuple[Origin, ...]:
        """Where a pixel of a frame is read from for an object, the heaviest first.

        ``state`` is the one before the frame; weights sum to 1.

        Raises:
            ValueError: the object isn't in memory, or the pixel isn't in the frame.
        """
        return self.reading(frame, state, object_id=object_id).origins(x, y)

    def grid(self, state: XMemState) -> Grid:
        """The places of the state's frames."""
        return Grid(self._fit_size(state.size), self.network.config.stride)

    def _fit(self, frame: Frame, state: XMemState) -> Fit:
        if frame.size != state.size:
            raise ValueError(
                f"frame {frame.index} has {frame.size.width}x{frame.size.height} pixels, the run "
                f"started with {state.size.width}x{state.size.height}: give frames of one size"
            )
        return self._fit_size(frame.size)

    def _fit_size(self, size: Size) -> Fit:
        return fit_frame(
            size,
            self.short_side,
            multiple=self.network.config.stride,
            is_enlarging=self.is_enlarging,
        )

    def _own(
        self, features: KeyFeatures, state: XMemState
    ) -> tuple[Float[Tensor, "n y x"], Float[Tensor, "n d i j"] | None, Memory]:
        """Each object's own probabilities as far as it may have moved, and the memories."""
        every, last = self.limits.background_every, state.previous
        grid = Size(*features.key.shape[-2:])
        seen = windows(last, self.reach, grid) if state.hidden is None else None
        read, memory = readout(features, state, windows=seen, top_k=self.top_k, every=every)
        if last is None or seen is None:
            own, hidden = self.engine.decode(features, read, state.hidden, last)
        else:
            own, hidden = self.engine.decode_in(seen, features, read, last), None
        return continued(own, last, self.reach), hidden, memory
