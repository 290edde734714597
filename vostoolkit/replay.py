"""What a run did before, computed again beside it."""

from collections.abc import Iterator

from vostoolkit.errors import SessionError
from vostoolkit.protocols import Event, place_of
from vostoolkit.records import FrameRecord
from vostoolkit.runner import Runner
from vostoolkit.trace import Keep, Trace


def record_of(runner: Runner, frame: int) -> FrameRecord:
    """All results of one frame, in rounds those since its last prediction.

    What is no longer kept is computed again.

    Raises:
        SessionError: the frame hasn't been reached, or is a live stream's and no longer kept.
    """
    kept, made = runner.trace.records.get(frame), runner.trace.rounds.get(frame)
    if kept and (made is None or kept.round):
        return kept
    if runner.in_rounds and made is None:
        raise SessionError(
            f"frame {frame} has no masks yet: give prompts on it, or on others and Propagate()"
        )
    if made is None and not 0 <= frame <= runner.cursor.place:
        raise SessionError(
            f"frame {frame} hasn't been reached: session.run(until={frame}) gets there"
        )
    place = frame if made is None else made
    beside = _beside(runner, only=frame)
    beside.store.drop_from(place)
    if made is not None and runner.last and place == place_of(runner.last):  # at work there
        beside.seek(runner.cursor)
    else:
        beside.go_to_end_of(place)
    record = beside.trace.records.get(frame)
    if record is None:
        raise SessionError(
            f"this branch begins behind {runner.named(place)}: ask the session that it came from"
        )
    return record


def replayed(runner: Runner, place: int) -> Runner:
    """Another runner at the end of a frame or round of this one's run."""
    beside = _beside(runner)
    beside.go_to_end_of(place)
    return beside


def again(runner: Runner) -> Iterator[Event]:
    """The events of a run from its beginning to where it stands now, computed again beside it.

    Raises:
        SessionError: a branch, of which what came before isn't known, or a live stream.
    """
    runner.check_can_go_back()
    if runner.origin is not None:
        raise SessionError(
            "this is a branch: the session that it came from has the probabilities of its beginning"
        )
    beside, end = _beside(runner), runner.cursor
    beside.store.drop_from(-1)
    while beside.cursor < end:
        yield beside.advance()


def _beside(runner: Runner, only: int | None = None) -> Runner:
    trace = Trace(Keep(results=1, labels=False, rows=False), only=only)
    beside = Runner(runner.method, runner.video, store=runner.store.copy(), trace=trace)
    beside.origin, beside.answers = runner.origin, runner.answers
    return beside
