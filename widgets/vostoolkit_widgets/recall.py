"""What a frame of a session could read in memory, and how it read it for one object."""

from dataclasses import dataclass

from vostoolkit.arrays import ObjectId
from vostoolkit.errors import SessionError
from vostoolkit.frames import Frame
from vostoolkit.session import Session
from vostoolkit.stages.memory_view import MemoryView, memory_view
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.xmem_state import XMemState
from vostoolkit.stages.xmem_view import Origin, Reading


@dataclass(frozen=True, eq=False)
class Recall:
    """The memory before a frame, how the frame read it, and the reading as a Python expression."""

    memory: MemoryView
    reading: Reading
    code: str


def propagator_of(session: Session) -> XMemPropagator:
    """The propagator of a session's method.

    Raises:
        TypeError: it is another kind, which can't say what it reads.
    """
    found = getattr(session.method, "propagator", None)
    if isinstance(found, XMemPropagator):
        return found
    raise TypeError(
        f"the memory of {type(session.method).__name__} can't be looked into: its propagator is "
        f"{type(found).__name__}, and only XMemPropagator says what it reads"
    )


def recalled(session: Session, frame: int, object_id: ObjectId) -> Recall:
    """How a frame read an object's memory.

    Raises:
        SessionError: the frame before it isn't finished, or the object wasn't in memory.
        TypeError: the propagator can't say what it reads.
    """
    propagator = propagator_of(session)
    if frame < 1:
        raise SessionError(f"frame {frame} was given by a person: nothing was read for it")
    checkpoint = session.at(frame - 1).checkpoint
    held = None if checkpoint is None else checkpoint.state
    state = held if isinstance(held, XMemState) else getattr(held, "propagator", None)
    if not isinstance(state, XMemState):
        raise SessionError(f"frame {frame - 1} isn't finished: frame {frame} hasn't read anything")
    if object_id not in state.memory.objects:
        known = ", ".join(map(str, state.memory.objects)) or "none"
        raise SessionError(
            f"object {object_id} wasn't in memory before frame {frame}; there were {known}"
        )
    picture = Frame(frame, session.image(frame), frame / session.video.fps)
    before = f"session.at({frame - 1}).checkpoint.state" + ("" if state is held else ".propagator")
    return Recall(
        memory=memory_view(state, propagator.grid(state), session.image),
        reading=propagator.reading(picture, state, object_id=object_id),
        code=f"session.method.propagator.reading(session.video[{frame}], {before}, "
        f"object_id={object_id})",
    )


def origins_in_words(origins: tuple[Origin, ...], x: float, y: float) -> str:
    """Where a pixel was read from, the three heaviest in numbers."""
    shown = ", ".join(
        f"{origin.weight:.0%} frame {origin.frame} ({origin.tier}) at "
        f"({origin.x:.0f}, {origin.y:.0f})"
        for origin in origins[:3]
    )
    more = f", and {len(origins) - 3} more places" if len(origins) > 3 else ""
    return f"Pixel ({x:.0f}, {y:.0f}) was read from: {shown}{more}."
