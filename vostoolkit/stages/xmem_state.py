"""What an XMem run carries from frame to frame."""

from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.memory.bank import Memory
from vostoolkit.stages.fitting import Fit


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


@dataclass(frozen=True, slots=True)
class Origin:
    """A memory element that a pixel was read from: its tier, frame and pixel, and its weight."""

    tier: str
    frame: int
    x: float
    y: float
    weight: float


def check_memorised(frame: Frame, masks: Masks, objects: tuple[ObjectId, ...]) -> None:
    """Nothing, if these objects of the masks can be memorised with the frame.

    Raises:
        ValueError: objects that aren't in the masks, or masks of another size than the frame.
    """
    if missing := [o for o in objects if o not in masks.objects]:
        raise ValueError(f"objects {missing} aren't in the masks: they hold {masks.objects}")
    if masks.size != frame.size:
        raise ValueError(
            f"masks of {masks.size.width}x{masks.size.height} pixels on a frame of "
            f"{frame.size.width}x{frame.size.height}: give masks of the frame's size"
        )


def working_masks(
    masks: Masks, objects: tuple[ObjectId, ...], last: XMemState | None, fit: Fit
) -> Float[Tensor, "n y x"]:
    """Object probabilities at working size, in the order of ``objects``.

    Masks that the last state has handed out aren't resampled: it still has them at working size.
    Objects that the masks don't hold keep their last probabilities.
    """
    previous = last.previous if last else None
    known = last.objects if last else ()
    if last and previous is not None and masks is last.shown and objects == known:
        return previous
    given = fit.masks(masks.pmf[1:])
    rows: list[Tensor] = []
    for o in objects:
        if o in masks.objects:
            rows.append(given[masks.objects.index(o)])
        elif previous is not None and o in known:
            rows.append(previous[known.index(o)])
        else:
            rows.append(torch.zeros(given.shape[1:], device=given.device))
    return torch.stack(rows) if rows else given[:0]


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
