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
    record = _computed(runner, frame, place)
    if record is None:
        raise SessionError(
            f"this branch begins behind {runner.named(place)}: ask the session that it came from"
        )
    return record


def _computed(runner: Runner, frame: int, place: int) -> FrameRecord | None:
    """A frame's results at a place, of the run or of what it was branched from; None of neither."""
    if runner.past and runner.origin and place < runner.origin.cursor.place:
        return _computed(runner.past, frame, place)
    beside = _beside(runner, only=frame)
    beside.store.drop_from(place)
    if runner.in_rounds and runner.last and place == place_of(runner.last):  # at work there
        beside.seek(runner.cursor)
    else:
        beside.go_to_end_of(place)
    record = beside.trace.records.get(frame)
    return _computed(runner.past, frame, place) if record is None and runner.past else record


def replayed(runner: Runner, place: int) -> Runner:
    """Another runner at the end of a frame or round of this one's run."""
    beside = _beside(runner)
    beside.go_to_end_of(place)
    return beside


def fork(runner: Runner, other: Runner, place: int) -> None:
    """Nothing; another runner, which hasn't begun, stands at the end of the place before.

    What came before is shared; of the answers from there on only those of the first place are.

    Raises:
        SessionError: the place lies ahead of the run, or the video is a live stream.
    """
    first, last = runner.first, max(runner.first, runner.cursor.place + 1)
    if not first <= place <= last:
        raise SessionError(f"branch at {runner.named(place)}: give one from {first} to {last}")
    past = replayed(runner, place - 1)
    other.origin = past.store.nearest(past.cursor) or past.origin
    other.answers = runner.answers.before(max(place, first + 1))
    known = past.trace.past | runner.trace.past
    other.trace.past = {p: seen for p, seen in known.items() if p[0] < place}
    other.go_to_end_of(place - 1)
    if runner.in_rounds:  # there a checkpoint is small
        past.past, other.past = runner.past, past
        return
    trace = runner.trace
    seen = [t.records[place - 1] for t in (past.trace, trace) if place - 1 in t.records]
    if seen:
        other.trace.records[place - 1] = min(seen, key=lambda record: record.unseen)
    other.trace.rows = {f: rows for f, rows in trace.rows.items() if f < place}
    other.trace.pictures = {f: png for f, png in trace.pictures.items() if f < place}


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
