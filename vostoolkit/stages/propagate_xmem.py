"""Carrying masks forward with an XMem network and its memories.

Source: Cheng and Schwing, XMem (ECCV 2022); Lazy-XMem, section 3.1.
"""

from dataclasses import dataclass, field, replace

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import ObjectId, check_object_id
from vostoolkit.device import Precision
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks, soft_aggregate
from vostoolkit.memory.bank import Elements, Memory, sources
from vostoolkit.memory.consolidate import Limits, Remembered, remembered
from vostoolkit.memory.read import places, top_weights
from vostoolkit.networks.xmem import NANO, XMEM, KeyFeatures, XMem
from vostoolkit.results import MemoryUpdate, Propagation, Tier
from vostoolkit.stages import xmem_state
from vostoolkit.stages.fitting import Fit, Resampling, fit_frame
from vostoolkit.stages.xmem_engine import XMemEngine
from vostoolkit.stages.xmem_state import Origin, XMemState, grown
from vostoolkit.weights import load_xmem


@dataclass(frozen=True, eq=False)
class XMemPropagator:
    """Predicts masks from memory, and memorises them; the defaults are the published ones.

    Args:
        network: any network of the family; it's copied, folded for inference and moved.
        short_side: working size of the shorter side in pixels; None works at the frame's own.
        is_enlarging: whether smaller frames are enlarged to it, as the release does.
        top_k: how many memory elements a place reads at most; None reads all.
        limits: how much is remembered.
        deep_update_every: frames between updates of the sensory memory from memory values; a
            negative number makes them coincide with the memory frames.
        device: None takes the best there is.

    Source: XMem, section 4 (working size, memory sizes), section 3.3 (top-k).
    """

    network: XMem = field(repr=False)
    short_side: int | None = 480
    is_enlarging: bool = True
    resampling: Resampling = "antialias"
    top_k: int | None = 30
    limits: Limits = field(default_factory=Limits)
    deep_update_every: int = -1
    device: str | None = None
    precision: Precision = "auto"
    _engine: XMemEngine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.short_side is not None and self.short_side < self.network.config.stride:
            raise ValueError(f"short side of {self.short_side} pixels: give at least one stride")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k {self.top_k}: a place must read at least one element")
        engine = XMemEngine(self.network, self.device, self.precision, self.resampling)
        object.__setattr__(self, "_engine", engine)

    @classmethod
    def published(
        cls, weights: str = "xmem", *, device: str | None = None, precision: Precision = "auto"
    ) -> "XMemPropagator":
        """The published network, with a checkpoint that the person supplied (name or path).

        Raises:
            WeightsError: the checkpoint isn't there, or isn't one of this network.
        """
        return cls(load_xmem(weights, XMEM), device=device, precision=precision)

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
            short_side=256,
            is_enlarging=False,
            resampling="area",
            top_k=8,
            limits=Limits(working_min=2, working_max=3, prototypes=96, long_term_max=960),
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
        _, features = self._engine.encode(frame, fit)
        readout, memory = self._read(features, state)
        own, hidden = self._engine.decode(features, readout, state.hidden, state.previous)
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
    ) -> tuple[MemoryUpdate, XMemState]:
        """The state with a frame's masks as the last ones and, if a tier is named, in memory.

        What the tier held of this frame before is replaced (permanent memory also replaces it in
        working memory). With tier "permanent", a frame other than the last one goes into memory
        and changes nothing else; otherwise the state stands at the frame afterwards.

        Raises:
            ValueError: objects that aren't in the masks, or a frame or masks of another size.
        """
        targets = masks.objects if objects is None else objects
        xmem_state.check_memorised(frame, masks, targets)
        fit = self._fit(frame, state)
        stored = targets if tier is not None else ()
        order = (*state.objects, *(o for o in stored if o not in state.objects))
        is_aside = tier == "permanent" and state.frame not in (None, frame.index)
        working = xmem_state.working_masks(masks, order, None if is_aside else state, fit)
        if is_aside:
            after = replace(state, objects=order, previous=grown(state.previous, working))
        else:
            after = xmem_state.seen(frame, masks, state, objects=order, working=working)
        result = Remembered(state.memory)
        if tier is not None and stored:
            chunk, deep = self._encode_value(frame, fit, working, state)
            own = chunk.of_objects([order.index(o) for o in stored])
            result = remembered(state.memory, own, stored, tier=tier, limits=self.limits)
            after = replace(after, memory=result.memory)
            if deep is not None:
                after = self._deeply_updated(after, deep, () if is_aside else stored, frame)
        update = MemoryUpdate(
            frame=frame.index,
            tier=tier,
            objects=targets,
            added=result.added,
            removed=result.removed,
            sizes=result.memory.sizes(),
            reason=reason,
        )
        return update, after

    @torch.no_grad()
    def origins(
        self, frame: Frame, state: XMemState, /, *, object_id: ObjectId, x: float, y: float
    ) -> tuple[Origin, ...]:
        """Where a pixel of a frame is read from for an object, the heaviest first.

        ``state`` is the one before the frame; weights sum to 1. The pixel of an element is the
        centre of its grid cell.

        Raises:
            ValueError: the object isn't in memory, or the pixel isn't in the frame.
        """
        if object_id not in state.objects:
            raise ValueError(f"object {object_id} isn't in memory: it holds {state.objects}")
        if not (-0.5 <= x < frame.size.width - 0.5 and -0.5 <= y < frame.size.height - 0.5):
            raise ValueError(f"pixel ({x:g}, {y:g}) is outside the frame of {frame.size}")
        fit, stride = self._fit(frame, state), self.network.config.stride
        _, features = self._engine.encode(frame, fit)
        column, row = (int((p + 0.5) // stride) for p in fit.to_working(x, y))
        group = next(g for g in state.memory.groups if object_id in g.objects)
        key, selection = (f[0, :, row, column][None] for f in (features.key, features.selection))
        similar = group.similarity(key, selection)
        weights = top_weights(similar, self.top_k or similar.shape[-1])
        width = features.key.shape[-1]
        found: list[Origin] = []
        for source in sources(group, weights, 0):
            centre = (source.place % width + 0.5, source.place // width + 0.5)
            there = fit.from_working(*(stride * p - 0.5 for p in centre))
            found.append(Origin(source.tier, source.frame, *there, source.weight))
        return tuple(found)

    def _fit(self, frame: Frame, state: XMemState) -> Fit:
        if frame.size != state.size:
            raise ValueError(
                f"frame {frame.index} has {frame.size.width}x{frame.size.height} pixels, the run "
                f"started with {state.size.width}x{state.size.height}: give frames of one size"
            )
        return fit_frame(
            frame.size,
            self.short_side,
            multiple=self.network.config.stride,
            is_enlarging=self.is_enlarging,
        )

    def _read(
        self, features: KeyFeatures, state: XMemState
    ) -> tuple[Float[Tensor, "n v i j"], Memory]:
        """What the frame reads of each object, in the state's order, and the memory after it."""
        query, selection = places(features.key)[0], places(features.selection)[0]
        values: list[Tensor] = []
        memory = state.memory
        for i, group in enumerate(memory.groups):
            value, group = group.read(query, selection, self.top_k)
            values.append(value)
            memory = Memory((*memory.groups[:i], group, *memory.groups[i + 1 :]))
        value = torch.cat(values, 1)
        if memory.objects != state.objects:
            value = value[:, [memory.objects.index(o) for o in state.objects]]
        height = features.key.shape[-2]
        return rearrange(value, "(h w) n v -> n v h w", h=height), memory

    def _encode_value(
        self, frame: Frame, fit: Fit, working: Float[Tensor, "n y x"], state: XMemState
    ) -> tuple[Elements, Float[Tensor, "n d i j"] | None]:
        """The frame's memory elements for all objects, and the sensory memory updated by them."""
        hidden = self._hidden_before(frame, state, working)
        value, deep = self._engine.encode_value(frame, fit, working, hidden)
        _, features = self._engine.encode(frame, fit)
        value = rearrange(value, "n v h w -> (h w) n v").contiguous()
        count = len(value)
        elements = Elements(
            key=places(features.key)[0].float().contiguous(),
            shrinkage=places(features.shrinkage)[0, :, 0].float().contiguous(),
            selection=places(features.selection)[0].float().contiguous(),
            value=value,
            frame=torch.full((count,), frame.index, dtype=torch.int32, device=value.device),
            place=torch.arange(count, dtype=torch.int32, device=value.device),
        )
        return elements, deep

    def _hidden_before(
        self, frame: Frame, state: XMemState, working: Float[Tensor, "n y x"]
    ) -> Float[Tensor, "n d i j"] | None:
        """What a deep update starts from: the state before the frame's own, if it replaces that.

        Source: XMem (memory frames have the deep update only, unless it has a rhythm of its own).
        """
        config = self.network.config
        if not config.hidden_dim:
            return None
        is_replacing = self.deep_update_every < 0 and state.frame == frame.index
        hidden = state.hidden_before if is_replacing else state.hidden
        height, width = (side // config.stride for side in working.shape[1:])
        like = working.new_zeros(len(working), config.hidden_dim, height, width)
        return grown(hidden, like)

    def _deeply_updated(
        self,
        state: XMemState,
        deep: Float[Tensor, "n d i j"],
        objects: tuple[ObjectId, ...],
        frame: Frame,
    ) -> XMemState:
        """The state with the deep update of these objects, if one is due."""
        hidden, before = grown(state.hidden, deep), grown(state.hidden_before, deep)
        every, last = self.deep_update_every, state.deep_update
        is_due = every < 0 or last is None or frame.index - last >= every
        if is_due and objects:
            own = torch.tensor([o in objects for o in state.objects], device=deep.device)
            hidden = torch.where(own[:, None, None, None], deep, hidden)
            last = frame.index
        return replace(state, hidden=hidden, hidden_before=before, deep_update=last)
