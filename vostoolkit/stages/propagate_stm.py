"""Carrying masks with MiVOS's space-time memory network, forwards or backwards.

Source: Cheng, Tai and Tang, MiVOS (CVPR 2021), section 3.3.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import ObjectId, check_object_id
from vostoolkit.device import Precision
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks, soft_aggregate
from vostoolkit.memory.shelves import read_all
from vostoolkit.networks.stm import MIVOS, STRIDE, StmNetwork
from vostoolkit.results import MemoryUpdate, Propagation, Tier
from vostoolkit.stages.fitting import Fit, Resampling, fit_frame
from vostoolkit.stages.stm_engine import StmEngine
from vostoolkit.stages.stm_state import LastFrame, MemoryFrame, StmState
from vostoolkit.stages.xmem_state import check_memorised
from vostoolkit.weights import find_weights, load_weights


@dataclass(frozen=True, eq=False)
class StmPropagator:
    """Predicts masks from remembered frames; the defaults are the published ones.

    A frame is read from certain memory (tier "permanent": the frames a person has corrected), from
    working memory (every n-th frame, as the caller memorises them) and from the frame before it,
    whichever direction that lies in. Objects are read one by one.

    Args:
        network: any network of the kind; it's copied, folded for inference and moved.
        short_side: working size of the shorter side in pixels; None works at the frame's own.
        is_enlarging: whether smaller frames are enlarged to it.
        top_k: how many memory elements a place reads at most; None reads all.
        working_max: frames in working memory; the oldest are forgotten. None keeps all, as
            published: memory and time of a frame then grow with every memorised frame.
        device: None takes the best there is.

    Source: MiVOS, section 3.3 (top-k of 50, Eq. 1 to 3). Dot products are divided by the square
    root of the number of key channels, as in the release.
    """

    network: StmNetwork = field(repr=False)
    short_side: int | None = 480
    is_enlarging: bool = True
    resampling: Resampling = "antialias"
    top_k: int | None = 50
    working_max: int | None = None
    device: str | None = None
    precision: Precision = "auto"
    engine: StmEngine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.short_side is not None and self.short_side < STRIDE:
            raise ValueError(f"short side of {self.short_side} pixels: give {STRIDE} or more")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k {self.top_k}: a place must read at least one element")
        if self.working_max is not None and self.working_max < 1:
            raise ValueError(f"working_max {self.working_max}: give 1 or more, or None for all")
        engine = StmEngine(self.network, self.device, self.precision, self.resampling)
        object.__setattr__(self, "engine", engine)

    @classmethod
    def published(
        cls,
        weights: str | Path = "mivos-propagation",
        *,
        device: str | None = None,
        precision: Precision = "auto",
    ) -> "StmPropagator":
        """The published network, with a checkpoint that the person supplied (name or path).

        Raises:
            WeightsError: the checkpoint isn't there, or isn't one of this network.
        """
        find_weights(weights)  # before the network is built, which takes a while
        return cls(load_weights(StmNetwork(MIVOS), weights), device=device, precision=precision)

    def start(self, frame: Frame, objects: tuple[ObjectId, ...], /) -> StmState:
        """The empty state for frames of this one's size; objects come in when they're memorised."""
        for object_id in objects:
            check_object_id(object_id)
        return StmState(frame.size)

    @torch.no_grad()
    def propagate(self, frame: Frame, state: StmState, /) -> tuple[Propagation, StmState]:
        """The masks of a frame read from memory, and the state after it.

        Raises:
            ValueError: nothing was memorised yet, or the frame has another size.
        """
        if not state.objects:
            raise ValueError(f"frame {frame.index}: memorise a frame with an object first")
        fit = self.fit(frame, state)
        features = self.engine.encode_query(frame, fit)
        before = self._frame_before(state, fit)
        query = self.query_rows(frame, fit)
        parts: list[Tensor] = []
        for object_id in state.objects:
            key, value = state.of_object(object_id, before)
            parts.append(read_all(query, key, value[:, None], top_k=self.top_k)[0])
        readout = rearrange(torch.cat(parts, 1), "(i j) n v -> n v i j", i=features.key.shape[-2])
        pmf = torch.softmax(soft_aggregate(self.engine.decode(features, readout)), 0)
        masks = Masks(fit.back(pmf), state.objects)
        after = replace(state, last=LastFrame(frame, masks, pmf[1:]))
        return Propagation(frame=frame.index, masks=masks), after

    @torch.no_grad()
    def memorise(
        self,
        frame: Frame,
        masks: Masks,
        state: StmState,
        /,
        *,
        tier: Tier | None,
        objects: tuple[ObjectId, ...] | None = None,
        reason: str = "",
    ) -> tuple[MemoryUpdate, StmState]:
        """The state with a frame's masks as the last ones and, if a tier is named, in memory.

        What the tier held of this frame before is replaced (permanent memory also replaces it in
        working memory). With tier "permanent", a frame other than the last one goes into memory
        and changes nothing else; otherwise the state stands at the frame afterwards.

        Raises:
            ValueError: objects that aren't in the masks, or a frame or masks of another size.
        """
        targets = masks.objects if objects is None else objects
        check_memorised(frame, masks, targets, tier)
        fit = self.fit(frame, state)
        last, after = state.last, state
        if last is not None and masks is last.masks:
            working = last.working
        else:
            working = fit.masks(masks.pmf[1:].to(self.engine.device))
        if tier != "permanent" or last is None or last.frame.index == frame.index:
            after = replace(state, last=LastFrame(frame, masks, working))
        added = 0
        if tier is not None and targets:
            chunk = self._encoded(LastFrame(frame, masks, working), fit, tier).of_objects(targets)
            after = after.with_frame(chunk, working_max=self.working_max)
            added = len(chunk)
        sizes = after.sizes()
        update = MemoryUpdate(
            frame=frame.index,
            tier=tier,
            objects=targets,
            added=added,
            removed=sum(state.sizes().values()) + added - sum(sizes.values()),
            sizes=sizes,
            reason=reason,
        )
        return update, after

    def fit(self, frame: Frame, state: StmState | None = None) -> Fit:
        """How a frame is brought to working size.

        Raises:
            ValueError: a frame of another size than the run's.
        """
        if state is not None and frame.size != state.size:
            raise ValueError(
                f"frame {frame.index} has {frame.size.width}x{frame.size.height} pixels, the run "
                f"started with {state.size.width}x{state.size.height}: give frames of one size"
            )
        return fit_frame(
            frame.size, self.short_side, multiple=STRIDE, is_enlarging=self.is_enlarging
        )

    @torch.no_grad()
    def query_rows(self, frame: Frame, fit: Fit) -> Float[Tensor, "q k"]:
        """The frame's keys, one row a place, so that a product with memory keys is Eq. 1."""
        key = self.engine.encode_query(frame, fit).key[0].float()
        return rearrange(key, "k i j -> (i j) k") * key.shape[0] ** -0.5

    def _frame_before(self, state: StmState, fit: Fit) -> MemoryFrame | None:
        """The last frame as temporary memory of the objects that don't remember it otherwise."""
        last = state.last
        if last is None:
            return None
        objects = tuple(
            o
            for o in state.objects
            if o in last.masks.objects and not state.holds(last.frame.index, o)
        )
        return self._encoded(last, fit, None).of_objects(objects) if objects else None

    def _encoded(self, seen: LastFrame, fit: Fit, tier: Tier | None) -> MemoryFrame:
        key, value = self.engine.encode_memory(seen.frame, fit, seen.working)
        return MemoryFrame(seen.frame.index, tier, seen.masks.objects, key, value)
