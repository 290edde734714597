"""What an XMem run carries from frame to frame."""

from dataclasses import dataclass, field, replace
from typing import get_args

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import Map, ObjectId, Size
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks, soft_aggregate
from vostoolkit.memory.bank import TIERS, Memory
from vostoolkit.memory.bank import Tier as MemoryTier
from vostoolkit.memory.changes import Remembered
from vostoolkit.results import MemoryUpdate, Tier
from vostoolkit.stages.fitting import Fit, MaskResampling

_SURE = 1e-6
"""So near to 0 and 1 are all probabilities of a drawn mask; aggregation leaves 1e-7."""


@dataclass(frozen=True, eq=False)
class XMemState:
    """Everything a run carries from frame to frame; a value that is never written in place.

    ``hidden`` is the sensory memory after ``frame``, ``hidden_before`` that before it. ``previous``
    holds the last object probabilities at working size, ``shown`` the masks they were handed out
    as (None if they were changed since). Their channels are in the order of ``objects``.
    """

    size: Size
    objects: tuple[ObjectId, ...] = ()
    memory: Memory = field(default_factory=Memory)
    hidden: Float[Tensor, "n d i j"] | None = None
    hidden_before: Float[Tensor, "_ d i j"] | None = None
    previous: Float[Tensor, "_ y x"] | None = None
    shown: Masks | None = None
    frame: int | None = None
    deep_update: int | None = None

    def __repr__(self) -> str:
        return f"XMemState(frame={self.frame}, objects={self.objects}, {self.memory.sizes()})"


def check_memorised(
    frame: Frame, masks: Masks, objects: tuple[ObjectId, ...], tier: Tier | None = None
) -> None:
    """Nothing, if these objects of the masks can be memorised with the frame.

    Raises:
        ValueError: no such tier, objects that aren't in the masks, none for permanent memory, or
            masks of another size than the frame.
    """
    if tier not in (None, *get_args(Tier)):
        raise ValueError(f"tier {tier!r}: give {' or '.join(map(repr, get_args(Tier)))}, or None")
    if tier == "permanent" and not objects:
        raise ValueError(
            f"frame {frame.index}: no object for permanent memory; where none can be seen, say of "
            "which: Masks.empty(frame.size, objects)"
        )
    if missing := [o for o in objects if o not in masks.objects]:
        raise ValueError(f"objects {missing} aren't in the masks: they hold {masks.objects}")
    if masks.size != frame.size:
        raise ValueError(
            f"masks of {masks.size.width}x{masks.size.height} pixels on a frame of "
            f"{frame.size.width}x{frame.size.height}: give masks of the frame's size"
        )


def working_masks(
    masks: Masks,
    objects: tuple[ObjectId, ...],
    last: XMemState | None,
    fit: Fit,
    resampling: MaskResampling = "smooth",
) -> Float[Tensor, "n y x"]:
    """Object probabilities at working size, in the order of ``objects``.

    Masks that the last state has handed out aren't resampled: it still has them at working size.
    Objects that the masks don't hold keep their last probabilities, and all but those that were
    drawn keep them in the padding: nothing was said about what lies beyond the frame.
    """
    previous = last.previous if last else None
    known = last.objects if last else ()
    if last and previous is not None and masks is last.shown and objects == known:
        return previous
    pmf = masks.pmf if previous is None else masks.pmf.to(previous.device)
    given = fit.masks(pmf[1:], resampling)
    rows: list[Tensor] = []
    for o in objects:
        if o in masks.objects:
            rows.append(given[masks.objects.index(o)])
        elif previous is not None and o in known:
            rows.append(previous[known.index(o)])
        else:
            rows.append(torch.zeros(given.shape[1:], device=given.device))
    working = torch.stack(rows) if rows else given[:0]
    if previous is None or not any(fit.padding):
        return working
    undrawn = [o for o in known if o not in masks.objects or not _is_drawn(masks.of(o))]
    predicted = torch.zeros_like(working)
    for o in undrawn:
        predicted[objects.index(o)] = previous[known.index(o)]
    return _joined_at_the_border(working, predicted, fit)


def _is_drawn(mask: Map) -> bool:
    """Whether every pixel is surely in the mask or surely outside, as in no prediction."""
    return bool(((mask < _SURE) | (mask > 1 - _SURE)).all())


def _joined_at_the_border(
    inside: Float[Tensor, "n y x"], beyond: Float[Tensor, "n y x"], fit: Fit
) -> Float[Tensor, "n y x"]:
    """Masks of the frame, in a padding with what was predicted there of objects not drawn.

    Source: XMem's release, which merges drawn and predicted masks with their padding.
    """
    is_inside = functional.pad(torch.ones(*fit.working, device=inside.device), fit.padding) > 0
    return torch.where(is_inside, inside, torch.softmax(soft_aggregate(beyond), 0)[1:])


def seen(
    frame: Frame,
    masks: Masks,
    state: XMemState,
    /,
    *,
    objects: tuple[ObjectId, ...],
    working: Float[Tensor, "n y x"],
) -> XMemState:
    """The state at this frame, with these objects and these masks as its last."""
    if not objects:
        return state
    shown = masks if masks.objects == objects else None
    return replace(state, objects=objects, previous=working, shown=shown, frame=frame.index)


def grown(
    x: Float[Tensor, "m a b ..."] | None, like: Float[Tensor, "n a b ..."]
) -> Float[Tensor, "n a b ..."]:
    """The rows given, and zeros for objects that have none yet; shaped ``like``."""
    if x is None:
        return torch.zeros_like(like)
    return torch.cat([x, torch.zeros_like(like[len(x) :])]) if len(x) < len(like) else x


def updated_from(state: XMemState, frame: int, /, *, every: int) -> Float[Tensor, "_ d i j"] | None:
    """What a deep update starts from: the state before the frame's own, if it replaces that.

    Source: XMem (memory frames have the deep update only, unless it has a rhythm of its own).
    """
    is_replacing = every < 0 and state.frame == frame
    return state.hidden_before if is_replacing else state.hidden


def deeply_updated(
    state: XMemState,
    deep: Float[Tensor, "n d i j"],
    objects: tuple[ObjectId, ...],
    frame: int,
    /,
    *,
    every: int,
) -> XMemState:
    """The state with the deep update of these objects' sensory memory, if one is due."""
    hidden, before = grown(state.hidden, deep), grown(state.hidden_before, deep)
    last = state.deep_update
    is_due = every < 0 or last is None or abs(frame - last) >= every
    if is_due and objects:
        own = torch.tensor([o in objects for o in state.objects], device=deep.device)
        hidden = torch.where(own[:, None, None, None], deep, hidden)
        last = frame
    return replace(state, hidden=hidden, hidden_before=before, deep_update=last)


def reduced(state: XMemState) -> XMemState:
    """The state without the objects that its memory holds nothing of."""
    kept = [i for i, o in enumerate(state.objects) if o in state.memory.objects]
    if len(kept) == len(state.objects):
        return state

    def rows(x: Tensor | None) -> Tensor | None:
        return x[[i for i in kept if i < len(x)]] if x is not None else None

    return replace(
        state,
        objects=tuple(state.objects[i] for i in kept),
        hidden=rows(state.hidden),
        hidden_before=rows(state.hidden_before),
        previous=rows(state.previous),
        shown=None,
    )


def before_a_pass(state: XMemState) -> XMemState:
    """The state in which a pass may start at any frame: permanent memory, and nothing else.

    Objects without permanent memory leave it.
    """
    groups = [replace(g, working=MemoryTier(), long_term=MemoryTier()) for g in state.memory.groups]
    memory = Memory(tuple(group for group in groups if len(group)))
    return replace(
        without_sensory(reduced(replace(state, memory=memory))), frame=None, deep_update=None
    )


def without(state: XMemState, *tiers: str) -> XMemState:
    """The state with some memories emptied, to see what they're for.

    ``tiers`` are "long-term", "working", "permanent" and "sensory" (which includes the last masks).

    Raises:
        ValueError: no such memory, or nothing is left to read of some object.
    """
    names = (*TIERS, "sensory")
    if unknown := [name for name in tiers if name not in names]:
        raise ValueError(f"no memory {unknown[0]!r}: there are {', '.join(names)}")
    memory = Memory(tuple(group.without_tiers(tiers) for group in state.memory.groups))
    if bare := [o for group in memory.groups if not len(group) for o in group.objects]:
        raise ValueError(f"without {', '.join(tiers)} memory nothing is left of objects {bare}")
    state = replace(state, memory=memory)
    return without_sensory(state) if "sensory" in tiers else state


def without_sensory(state: XMemState) -> XMemState:
    """The state with sensory memory and last masks of zeros."""

    def zeros(x: Tensor | None) -> Tensor | None:
        return torch.zeros_like(x) if x is not None else None

    return replace(
        state,
        hidden=zeros(state.hidden),
        hidden_before=zeros(state.hidden_before),
        previous=zeros(state.previous),
        shown=None,
    )


def update_of(
    frame: int, tier: Tier | None, objects: tuple[ObjectId, ...], result: Remembered, reason: str
) -> MemoryUpdate:
    """What a change of the memory looks like from outside."""
    return MemoryUpdate(
        frame=frame,
        tier=tier,
        objects=objects,
        added=result.added,
        removed=result.removed,
        sizes=result.memory.sizes(),
        reason=reason,
    )
