"""Carrying the masks of all objects forward in one pass, with an AOT network.

This is IDPro's propagation too: its memory-update network is AOT's, its id-queried decoder reads
that memory, and its across-round memory is what ``memorise`` has stored of the annotated frames.

Source: Yang et al., AOT (NeurIPS 2021); IDPro, section III-C.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import ObjectId, check_object_id
from vostoolkit.device import Precision
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.networks.aot import AOT_B, AOT_NANO, AOT_S, AOT_T, Aot, AotConfig
from vostoolkit.results import MemoryUpdate, Propagation, Tier
from vostoolkit.stages.aot_engine import AotEngine, fit_grid
from vostoolkit.stages.aot_state import AotState, Group, StoredFrame
from vostoolkit.stages.fitting import Fit, Resampling
from vostoolkit.stages.identities import grouped, merged, one_hot
from vostoolkit.stages.xmem_state import check_memorised
from vostoolkit.weights import load_weights

_SAME_ODDS = 1e-3
_NO_SHARE = 1e-12
_PUBLISHED: dict[str, tuple[AotConfig, int | None]] = {
    "t": (AOT_T, None),
    "s": (AOT_S, None),
    "b": (AOT_B, None),
    "l": (AOT_B, 5),
}


@dataclass(frozen=True, eq=False)
class AotPropagator:
    """Predicts the masks of up to ten objects at once; more go in groups that share the features.

    Long-term memory holds the frames whose masks were given (drawn, clicked, corrected) and, with a
    ``memory_gap``, predicted ones. Short-term memory is the last frame. Without a gap nothing grows
    with the video; with one, long-term memory does, as published, unless ``most_stored`` ends it.

    Args:
        network: any network of the family; it's copied, folded for inference and moved.
        short_side: larger frames are shrunk to this shorter side; None works at the frame's own.
            Either way sides are rounded to what the network's grid needs.
        memory_gap: a predicted frame that is to be memorised is stored if all stored ones are at
            least so many frames away, on either side; None stores none, as AOT-T, S and B do.
        most_stored: how many predicted frames are kept, the oldest leave; None keeps all.
        device: None takes the best there is.

    Note:
        A frame's identities are one embedding, so objects of a frame can't be stored apart: where
        ``memorise`` names some of them, the frame is stored with all that are followed.

    Source: AOT, section 4.2 and its release (a gap of 5 for AOT-L).
    """

    network: Aot = field(repr=False)
    short_side: int | None = 480
    memory_gap: int | None = None
    most_stored: int | None = None
    resampling: Resampling = "antialias"
    device: str | None = None
    precision: Precision = "auto"
    _engine: AotEngine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("short_side", "memory_gap", "most_stored"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} {value}: give at least 1, or None")
        engine = AotEngine(self.network, self.device, self.precision, self.resampling)
        object.__setattr__(self, "_engine", engine)

    @classmethod
    def published(
        cls,
        weights: str | None = None,
        *,
        size: str = "t",
        device: str | None = None,
        precision: Precision = "auto",
    ) -> "AotPropagator":
        """The published network of a size, with a checkpoint that the person supplied.

        ``weights`` is a name or path; None takes the size's own, "aott" to "aotl". All four sizes
        have a MobileNetV2 encoder; checkpoints with other encoders don't fit.

        Raises:
            WeightsError: the checkpoint isn't there, or isn't one of this network.
            ValueError: no such size.
        """
        if size not in _PUBLISHED:
            raise ValueError(f"no AOT of size {size!r}: there are t, s, b and l")
        config, gap = _PUBLISHED[size]
        network = load_weights(Aot(config), weights or f"aot{size}")
        return cls(network, memory_gap=gap, device=device, precision=precision)

    @classmethod
    def nano(cls, weights: str = "aot-nano", *, device: str | None = None) -> "AotPropagator":
        """The small network that ``vostoolkit train aot-nano`` makes.

        Raises:
            WeightsError: the weights aren't there, or aren't of this network.
        """
        network = load_weights(Aot(AOT_NANO), weights)
        return cls(network, short_side=256, device=device)

    def start(self, frame: Frame, objects: tuple[ObjectId, ...], /) -> AotState:
        """The empty state for frames of this one's size; objects come in when they're memorised."""
        for object_id in objects:
            check_object_id(object_id)
        return AotState(frame.size)

    @torch.no_grad()
    def propagate(self, frame: Frame, state: AotState, /) -> tuple[Propagation, AotState]:
        """The masks of a frame read from memory, and the state after it.

        Raises:
            ValueError: nothing was memorised yet, or the frame has another size.
        """
        if state.masks is None:
            raise ValueError(f"frame {frame.index}: memorise a frame with an object first")
        fit = self._fit(frame, state)
        features = self._engine.encode(frame, fit)
        pmfs: list[Tensor] = []
        groups: list[Group] = []
        last = self._one_hots(state.masks, state.objects, fit)
        for (ids, known), group in zip(last, state.groups, strict=True):
            logits, tokens = self._engine.match(features, group, known)
            logits = functional.interpolate(
                logits[:, : 1 + len(ids)],
                size=list(frame.size),
                mode="bilinear",
                align_corners=self.network.config.align_corners,
            )
            pmfs.append(torch.softmax(logits[0], 0))
            groups.append(replace(group, last=tokens))
        masks = Masks(merged(pmfs), state.objects)
        after = replace(
            state, groups=tuple(groups), masks=masks, predicted=masks, frame=frame.index
        )
        return Propagation(frame=frame.index, masks=masks), after

    @torch.no_grad()
    def memorise(
        self,
        frame: Frame,
        masks: Masks,
        state: AotState,
        /,
        *,
        tier: Tier | None,
        objects: tuple[ObjectId, ...] | None = None,
        reason: str = "",
    ) -> tuple[MemoryUpdate, AotState]:
        """The state with this frame's masks as its last and, if a tier is named, in memory.

        If one of the ``objects`` was given a mask, the frame is a reference and always stored; with
        predicted ones it is stored as ``memory_gap`` says, or if the tier is "permanent". What
        memory held of this frame before is replaced. With tier "permanent", a frame other than the
        last goes into memory and changes nothing else.

        Raises:
            ValueError: objects that aren't in the masks, or a frame or masks of another size.
        """
        targets = masks.objects if objects is None else objects
        check_memorised(frame, masks, targets, tier)
        self._fit(frame, state)
        new = tuple(o for o in targets if o not in state.objects) if tier is not None else ()
        is_predicted = state.frame == frame.index and _are_predicted(
            masks, state.predicted, targets
        )
        after = replace(state, objects=(*state.objects, *new))
        if tier is None or not targets:
            tier, after = None, self._seen(frame, masks, state)
        elif not is_predicted:
            after = self._referred(frame, masks, after, tier=tier)
        elif tier == "permanent" or self._is_due(frame, state):
            after = self._stored(frame, masks, after, tier=tier)
        else:
            tier, after = None, replace(state, masks=masks)
            reason = "predicted, and no frame is due"
        return _update(state, after, frame.index, tier=tier, objects=targets, reason=reason), after

    def _seen(self, frame: Frame, masks: Masks, state: AotState) -> AotState:
        """The state at this frame with these masks, nothing stored."""
        if not state.groups:
            return state
        if state.frame != frame.index:
            _, state = self.propagate(frame, state)
        return replace(state, masks=masks)

    def _referred(self, frame: Frame, masks: Masks, state: AotState, *, tier: Tier) -> AotState:
        """The state with the frame stored as one whose masks are known."""
        fit = self._fit(frame, state)
        is_aside = tier == "permanent" and state.frame not in (None, frame.index)
        features, groups = self._engine.encode(frame, fit), list[Group]()
        for i, (_, known) in enumerate(self._one_hots(masks, state.objects, fit)):
            layers, tokens = self._engine.refer(features, known)
            group = state.groups[i] if i < len(state.groups) else Group((), tokens)
            stored = self._with(group.stored, StoredFrame(frame.index, tier, True, layers))
            groups.append(Group(stored, group.last if is_aside else tokens))
        after = replace(state, groups=tuple(groups))
        if is_aside:
            return after
        return replace(after, masks=masks, predicted=None, frame=frame.index)

    def _stored(self, frame: Frame, masks: Masks, state: AotState, *, tier: Tier) -> AotState:
        """The state with the frame stored as it was propagated."""
        groups: list[Group] = []
        known = self._one_hots(masks, state.objects, self._fit(frame, state))
        for (_, own), group in zip(known, state.groups, strict=True):
            layers = self._engine.remember(group.last, own)
            new = StoredFrame(frame.index, tier, False, layers)
            groups.append(replace(group, stored=self._with(group.stored, new)))
        return replace(state, groups=tuple(groups), masks=masks)

    def _with(self, stored: tuple[StoredFrame, ...], new: StoredFrame) -> tuple[StoredFrame, ...]:
        """The stored frames with a new one last; without it before, and without the oldest."""
        kept = [s for s in stored if s.frame != new.frame]
        kept.append(new)
        if self.most_stored is not None:
            leaving = [s for s in kept if s.tier == "working" and not s.is_reference]
            leaving = leaving[: max(0, len(leaving) - self.most_stored)]
            kept = [s for s in kept if s not in leaving]
        return tuple(kept)

    def _is_due(self, frame: Frame, state: AotState) -> bool:
        gap = self.memory_gap
        return gap is not None and all(abs(frame.index - t) >= gap for t in state.stored())

    def _one_hots(
        self, masks: Masks, objects: tuple[ObjectId, ...], fit: Fit
    ) -> Iterator[tuple[tuple[ObjectId, ...], Float[Tensor, "1 k y x"]]]:
        """The objects of each group, and their masks as the network takes them."""
        config = self.network.config
        for ids in grouped(objects, config.identities):
            yield ids, one_hot(masks, ids, config.classes, fit.working).to(self._engine.device)

    def _fit(self, frame: Frame, state: AotState) -> Fit:
        if frame.size != state.size:
            raise ValueError(
                f"frame {frame.index} has {frame.size.width}x{frame.size.height} pixels, the run "
                f"started with {state.size.width}x{state.size.height}: give frames of one size"
            )
        config = self.network.config
        return fit_grid(
            frame.size, self.short_side, align_corners=config.align_corners, stride=config.stride
        )


def _update(
    before: AotState,
    after: AotState,
    frame: int,
    *,
    tier: Tier | None,
    objects: tuple[ObjectId, ...],
    reason: str,
) -> MemoryUpdate:
    """What came into memory and left it between two states; with a tier, of all objects."""
    added = 0 if tier is None else after.stored_at(frame)
    return MemoryUpdate(
        frame=frame,
        tier=tier,
        objects=objects if tier is None else after.objects,
        added=added,
        removed=sum(before.sizes().values()) + added - sum(after.sizes().values()),
        sizes=after.sizes(),
        reason=reason,
    )


def _are_predicted(masks: Masks, predicted: Masks | None, objects: tuple[ObjectId, ...]) -> bool:
    """Whether none of the objects was given: their odds against the background are as predicted.

    A mask that is given for another object leaves the rest to them, in the same shares.
    """
    if predicted is None or not set(objects) <= set(predicted.objects):
        return False
    old = predicted.pmf.to(masks.pmf)
    return masks is predicted or all(
        torch.allclose(
            masks.of(o) * old[0],
            masks.pmf[0] * old[1 + predicted.objects.index(o)],
            rtol=_SAME_ODDS,
            atol=_NO_SHARE,
        )
        for o in objects
    )
