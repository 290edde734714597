"""Carrying annotated frames to all others: what IDPro and EVA-VOS do with a round."""

from dataclasses import replace
from typing import Any

from vostoolkit.frames import Video
from vostoolkit.methods.rounds import Part, RoundState, annotated_memory, pass_from
from vostoolkit.protocols import Propagator
from vostoolkit.schedule import Schedule


def carry(
    propagator: Propagator[Any],
    video: Video,
    state: RoundState,
    *,
    schedule: Schedule,
    every: int | None,
) -> Part[RoundState]:
    """The state with masks of all frames of the schedule's legs, predicted from all annotated ones.

    Each leg begins with the annotated frames in permanent memory. With ``every`` = n its n-th,
    2 n-th, … frame goes into working memory too, until the leg ends.
    """
    memory = yield from annotated_memory(propagator, video, state)
    latest = max(state.before, default=max(state.accepted))
    for leg in schedule(len(video), latest, state.accepted):
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


def check_every(every: int | None) -> None:
    """Nothing, if so many frames can lie between memory frames.

    Raises:
        ValueError: less than one.
    """
    if every is not None and every < 1:
        raise ValueError(f"every={every}: give at least 1 frame between memory frames, or None")
