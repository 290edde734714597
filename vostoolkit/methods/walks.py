"""Carrying annotated frames to others: what to begin with, and what IDPro and EVA-VOS do."""

from dataclasses import replace
from typing import Any, Protocol, TypeVar, runtime_checkable

from vostoolkit.frames import Frame, Video
from vostoolkit.masks import Masks
from vostoolkit.methods.rounds import Part, RoundState
from vostoolkit.protocols import Propagator
from vostoolkit.schedule import Schedule

S = TypeVar("S")


def annotated_memory(propagator: Propagator[S], video: Video, state: RoundState) -> Part[S]:
    """The propagator's state with all annotated frames in permanent memory, and nothing else."""
    order = sorted(state.accepted)
    memory = propagator.start(video[order[0]], ())
    for index in order:
        frame = video[index]
        masks = state.masks(frame)
        update, memory = propagator.memorise(
            frame, masks, memory, tier="permanent", reason="a person's masks"
        )
        yield replace(update, round=state.round)
    return memory


@runtime_checkable
class Restarting(Protocol[S]):
    """A propagator whose passes begin with permanent memory alone."""

    def restart(self, state: S, /) -> S:
        """The state before a new pass."""
        ...


def pass_from(propagator: Propagator[S], memory: S, frame: Frame, masks: Masks) -> S:
    """The state that stands at an annotated frame, to go on in either direction."""
    fresh = propagator.restart(memory) if isinstance(propagator, Restarting) else memory
    return propagator.memorise(frame, masks, fresh, tier=None)[1]


def carry(
    propagator: Propagator[Any],
    video: Video,
    state: RoundState,
    *,
    schedule: Schedule,
    every: int | None,
) -> Part[RoundState]:
    """The state with masks of all frames of the schedule's legs, predicted from all annotated ones.

    The legs are those from each frame that was corrected in this round, or from all if none was.
    Each leg begins with the annotated frames in permanent memory. With ``every`` = n its n-th,
    2 n-th, … frame goes into working memory too, until the leg ends.
    """
    memory = yield from annotated_memory(propagator, video, state)
    corrected = origins(state) or tuple(sorted(state.accepted))
    every_leg = (leg for frame in corrected for leg in schedule(len(video), frame, state.accepted))
    for leg in dict.fromkeys(every_leg):
        first = video[leg.start]
        walk = pass_from(propagator, memory, first, state.masks(first))
        for index in leg.frames:
            frame = video[index]
            predicted, walk = propagator.propagate(frame, walk)
            yield replace(predicted, round=state.round)
            state = state.made(index, predicted.masks)
            if every and leg.is_memory_frame(index, every):
                update, walk = propagator.memorise(
                    frame, predicted.masks, walk, tier="working", reason="every n-th frame"
                )
                yield replace(update, round=state.round)
    return state


def origins(state: RoundState) -> tuple[int, ...]:
    """The annotated frames that a round walks from: those it marked, and the released's neighbours.

    The masks of a released frame are predicted from the annotated frames next to it.
    """
    accepted = state.accepted
    after = {min((a for a in accepted if a > r), default=-1) for r in state.released}
    before = {max((a for a in accepted if a < r), default=-1) for r in state.released}
    return tuple(sorted({*state.before, *after, *before} - {-1}))


def check_every(every: int | None) -> None:
    """Nothing, if so many frames can lie between memory frames.

    Raises:
        ValueError: less than one.
    """
    if every is not None and every < 1:
        raise ValueError(f"every={every}: give at least 1 frame between memory frames")
