"""A propagator and a refiner without networks, small enough to say what each frame must hold."""

from dataclasses import dataclass

import torch

from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.results import MemoryUpdate, Propagation, Refinement


@dataclass(frozen=True, eq=False)
class Held:
    """The last masks, and the frames and masks in permanent memory."""

    masks: Masks | None = None
    permanent: tuple[int, ...] = ()
    working: tuple[int, ...] = ()


class Copying:
    """Predicts the last frame's masks, a little less surely; it has no network to be wrong."""

    def start(self, frame: Frame, objects: tuple[int, ...], /) -> Held:
        return Held()

    def propagate(self, frame: Frame, state: Held, /) -> tuple[Propagation, Held]:
        assert state.masks is not None
        even = torch.full_like(state.masks.pmf, 1 / len(state.masks.pmf))
        masks = Masks(0.9 * state.masks.pmf + 0.1 * even, state.masks.objects)
        return Propagation(frame=frame.index, masks=masks), Held(masks, state.permanent)

    def memorise(self, frame, masks, state, /, *, tier, objects=None, reason=""):
        permanent = (*state.permanent, *((frame.index,) if tier == "permanent" else ()))
        update = MemoryUpdate(
            frame=frame.index,
            tier=tier,
            objects=masks.objects,
            added=1,
            removed=0,
            sizes={"permanent": len(permanent)},
            reason=reason,
        )
        return update, Held(masks, permanent)


def drawn(frame, object_id, prompts, masks, /) -> Refinement:
    """Takes drawings as they are; the mask of a click is the image's columns from its x on."""
    last = prompts[-1]
    after = torch.zeros(tuple(frame.size))
    if hasattr(last, "mask"):
        after = torch.from_numpy(last.mask).float()
    elif hasattr(last, "x"):
        after[:, round(last.x) :] = 1
    known = masks is not None and object_id in masks.objects
    before = masks.of(object_id) if known else torch.zeros(tuple(frame.size))
    return Refinement(
        frame=frame.index, object_id=object_id, prompts=prompts, before=before, after=after
    )
