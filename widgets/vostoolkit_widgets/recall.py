"""What a frame of a session could read in memory, and how it read it for one object."""

from dataclasses import dataclass

from vostoolkit.arrays import ObjectId
from vostoolkit.errors import SessionError
from vostoolkit.frames import Frame, Video
from vostoolkit.methods.rounds import RoundState
from vostoolkit.methods.walks import annotated_memory
from vostoolkit.results import Checkpoint
from vostoolkit.session import Session
from vostoolkit.stages.memory_view import MemoryView, memory_view
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.xmem_state import XMemState
from vostoolkit.stages.xmem_view import Origin, Reading


@dataclass(frozen=True, eq=False)
class Recall:
    """The memory before a frame, how the frame read it, and the reading as a Python expression.

    ``note`` says what is left out. In rounds that is what a walk remembers on its way, which isn't
    kept: permanent memory, of the frames that a person annotated, is there.
    """

    memory: MemoryView
    reading: Reading
    code: str
    note: str = ""


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
    if getattr(session.method, "in_rounds", False):
        state, note = _of_rounds(session, propagator)
        code = f"vostoolkit_widgets.recalled(session, {frame}, {object_id}).reading"
    else:
        state, path = _before(session, frame)
        video, note = f"session.video[{frame}]", ""
        code = f"session.method.propagator.reading({video}, {path}, object_id={object_id})"
    if object_id not in state.memory.objects:
        known = ", ".join(map(str, state.memory.objects)) or "none"
        raise SessionError(
            f"object {object_id} wasn't in memory before frame {frame}; there were {known}"
        )
    picture = Frame(frame, session.image(frame), frame / session.video.fps)
    return Recall(
        memory=memory_view(state, propagator.grid(state), session.image),
        reading=propagator.reading(picture, state, object_id=object_id),
        code=code,
        note=note,
    )


def _before(session: Session, frame: int) -> tuple[XMemState, str]:
    """The propagator's state before a frame, and where it is in Python."""
    if frame < 1:
        raise SessionError(f"frame {frame} was given by a person: nothing was read for it")
    checkpoint = session.at(frame - 1).checkpoint
    held = None if checkpoint is None else checkpoint.state
    state = held if isinstance(held, XMemState) else getattr(held, "propagator", None)
    if not isinstance(state, XMemState):
        raise SessionError(f"frame {frame - 1} isn't finished: frame {frame} hasn't read anything")
    path = f"session.at({frame - 1}).checkpoint.state"
    return state, path if state is held else f"{path}.propagator"


def _of_rounds(session: Session, propagator: XMemPropagator) -> tuple[XMemState, str]:
    """Permanent memory as the last round that is complete has it, and what it holds."""
    events = [event for record in session.trace.records.values() for event in record.events]
    ends = [e for e in events if isinstance(e, Checkpoint) and isinstance(e.state, RoundState)]
    if not ends or not isinstance(session.video, Video):
        raise SessionError("no frame is annotated yet: nothing is in memory")
    last: RoundState = max(ends, key=lambda end: (end.round, len(end.state.accepted))).state
    making = annotated_memory(propagator, session.video, last)
    while True:
        try:
            next(making)
        except StopIteration as end:
            return end.value, f"Permanent memory alone, of the annotated frames {last.listed}. "


def origins_in_words(origins: tuple[Origin, ...], x: float, y: float) -> str:
    """Where a pixel was read from, the three heaviest in numbers."""
    shown = ", ".join(
        f"{origin.weight:.0%} frame {origin.frame} ({origin.tier}) at "
        f"({origin.x:.0f}, {origin.y:.0f})"
        for origin in origins[:3]
    )
    more = f", and {len(origins) - 3} more places" if len(origins) > 3 else ""
    return f"Pixel ({x:.0f}, {y:.0f}) was read from: {shown}{more}."
