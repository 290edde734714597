"""What a session remembers of a run: results of the last frames, rows and labels of all."""

from collections import OrderedDict
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
import pandas as pd

from vostoolkit.arrays import Labels, Size
from vostoolkit.errors import SessionError
from vostoolkit.masks import Masks
from vostoolkit.protocols import Event
from vostoolkit.records import FrameRecord, Row, rows_of
from vostoolkit.results import (
    AcrossFrames,
    Checkpoint,
    Fusion,
    MemoryUpdate,
    Propagation,
    Refinement,
    Request,
    StageResult,
)

MIN_CHECKPOINTS = 4
"""The first, the last two, and one between them."""


@dataclass(frozen=True)
class Keep:
    """What is kept of a run; everything else is computed again when it is asked for.

    ``results`` is the number of last frames whose stage results stay whole (about 8 MB each at
    480p); ``labels`` keeps the label map of every frame as PNG (some KB each); ``rows`` keeps the
    numbers of every frame; ``checkpoints`` is the number of points kept to go back to.
    """

    results: int = 8
    labels: bool = True
    rows: bool = True
    checkpoints: int = 12

    def __post_init__(self) -> None:
        if self.results < 1 or self.checkpoints < MIN_CHECKPOINTS:
            raise ValueError(
                f"Keep(results={self.results}, checkpoints={self.checkpoints}): keep at least the "
                f"results of 1 frame and {MIN_CHECKPOINTS} checkpoints"
            )


Rows: TypeAlias = dict[int, tuple[Row, ...]]


@dataclass
class Trace:
    """The memory of a run. ``keep`` says how much, ``only`` which frame's results at most.

    All is by frame. In rounds it is what is known of a frame now: ``rounds`` says which round made
    its masks, and a prediction of a later round begins its record anew; of the replies on it since,
    it has the last, and of each object the last refinement.
    """

    keep: Keep = field(default_factory=Keep)
    only: int | None = None
    records: OrderedDict[int, FrameRecord] = field(default_factory=OrderedDict[int, FrameRecord])
    rows: Rows = field(default_factory=dict[int, tuple[Row, ...]])
    pictures: dict[int, bytes] = field(default_factory=dict[int, bytes])
    rounds: dict[int, int] = field(default_factory=dict[int, int])
    past: dict[tuple[int, int], tuple[Rows, dict[int, int]]] = field(
        default_factory=dict[tuple[int, int], tuple[Rows, dict[int, int]]]
    )
    """Rows and rounds at the last checkpoint of each round so far, by round and its number there:
    a run goes on from no other."""

    def observe(self, event: Event) -> None:
        """Nothing; takes in one event of the run."""
        if isinstance(event, Checkpoint) and not event.round:
            self._overtake(event.frame)
        frames = [f.index for f in event.frames] if isinstance(event, AcrossFrames) else ()
        for frame in frames or (event.frame,):
            self._record(frame, event)
        if event.round:
            self._observe_round(event)
        elif isinstance(event, Checkpoint):
            self._number(event.frame)
            self._picture(event.frame, event.masks)

    def _record(self, frame: int, event: Event) -> None:
        if self.only not in (None, frame):
            return
        record = self.records.get(frame, FrameRecord(frame))
        is_predicted = isinstance(event, Propagation) and not event.is_given
        if is_predicted and any(other.round < event.round for other in record.events):
            record = FrameRecord(frame)
        kept = record.events
        if event.round and (what := _overruling(event)):
            kept = tuple(other for other in kept if _overruling(other) != what)
        self.records[frame] = replace(record, events=(*kept, event))
        self.records.move_to_end(frame)
        while len(self.records) > self.keep.results:
            self.records.popitem(last=False)

    def _overtake(self, frame: int) -> None:
        """Nothing; lets go of states and masks behind a frame's corrections, but for the last."""
        if record := self.records.get(frame):
            ends = [n for n, event in enumerate(record.events, 1) if isinstance(event, Checkpoint)]
            end = ends[-1] if ends else 0
            events = (*map(_overtaken, record.events[:end]), *record.events[end:])
            self.records[frame] = replace(record, events=events)

    def _observe_round(self, event: Event) -> None:
        if isinstance(event, Checkpoint):
            number = 1 + max((n for of, n in self.past if of == event.round), default=0)
            self.past = {point: seen for point, seen in self.past.items() if point[0] < event.round}
            self.past[event.round, number] = dict(self.rows), dict(self.rounds)
            self.pictures = dict(event.album) if self.keep.labels else {}
        elif isinstance(event, Propagation | Fusion):
            self.rounds[event.frame] = event.round
            self._picture(event.frame, event.masks)
        if isinstance(event, StageResult) and event.frame in self.rounds:
            self._number(event.frame)

    def _number(self, frame: int) -> None:
        record = self.records.get(frame)
        if not self.keep.rows or record is None or record.masks is None:
            return
        if record.round == self.rounds.get(frame, 0):  # or it is what was asked about old masks
            self.rows[frame] = tuple(rows_of(record))

    def _picture(self, frame: int, masks: Masks) -> None:
        if self.keep.labels:
            self.pictures[frame] = encode_labels(masks.labels())

    def go_back_to(self, checkpoint: Checkpoint, number: int) -> None:
        """Nothing; drops what was seen after a checkpoint, the n-th of its frame or round."""
        if not checkpoint.round:
            self.forget_after(checkpoint.frame)
            self.cut(checkpoint, number)
            return
        point = checkpoint.round, number
        rows, rounds = self.past.get(point, ({}, {}))
        self.rows, self.rounds = dict(rows), dict(rounds)
        self.pictures = dict(checkpoint.album) if self.keep.labels else {}
        self.past = {other: seen for other, seen in self.past.items() if other <= point}
        self.records.clear()

    def forget_after(self, frame: int) -> None:
        """Nothing; drops what was seen of later frames."""
        self.records = OrderedDict((f, r) for f, r in self.records.items() if f <= frame)
        self.rows = {f: r for f, r in self.rows.items() if f <= frame}
        self.pictures = {f: p for f, p in self.pictures.items() if f <= frame}
        self.rounds = {f: r for f, r in self.rounds.items() if f <= frame}
        self.past = {point: seen for point, seen in self.past.items() if point[0] <= frame}

    def keep_last(self) -> None:
        """Nothing; drops the results of all frames but the one that was last at work."""
        self.records = OrderedDict(list(self.records.items())[-1:])

    def cut(self, checkpoint: Checkpoint, number: int) -> None:
        """Nothing; drops what was seen of a frame after a checkpoint, the n-th of the frame."""
        frame = checkpoint.frame
        if self.only not in (None, frame):
            return
        self._picture(frame, checkpoint.masks)
        if (record := self.records.get(frame)) is None or record.unseen >= number:
            self.records[frame] = FrameRecord(frame, (checkpoint,), unseen=number - 1)
            return
        ends = [at for at, event in enumerate(record.events) if isinstance(event, Checkpoint)]
        end = ends[number - record.unseen - 1]
        last = replace(record.events[end], state=checkpoint.state, masks=checkpoint.masks)
        self.records[frame] = replace(record, events=(*record.events[:end], last))

    @property
    def frame(self) -> pd.DataFrame:
        """One row per frame and object; see `Row` for the columns, ``round`` only in rounds."""
        rows = [asdict(row) for f in sorted(self.rows) for row in self.rows[f]]
        table = pd.DataFrame(rows, columns=list(Row.__dataclass_fields__))
        has_rounds = any(row["round"] for row in rows)
        return table if has_rounds else table.drop(columns="round")

    @property
    def frames(self) -> tuple[int, ...]:
        """The finished frames whose labels are kept."""
        return tuple(sorted(self.pictures))

    def labels(self, frame: int) -> Labels:
        """The final labels of a finished frame.

        Raises:
            SessionError: the frame isn't finished, or labels aren't kept.
        """
        if frame not in self.pictures:
            done = f"{min(self.pictures)} to {max(self.pictures)}" if self.pictures else "none"
            raise SessionError(
                f"no labels of frame {frame}: finished and kept are {done}; "
                f"session.run(until={frame}) computes them (Keep(labels=True) keeps them)"
            )
        return decode_labels(self.pictures[frame])


def _overruling(event: Event) -> tuple[object, ...]:
    """The same for two events of a frame if the later overrules the other; empty if it can't."""
    if isinstance(event, Refinement):
        return (Refinement, event.object_id)
    is_reply = isinstance(event, AcrossFrames | Checkpoint | Request | MemoryUpdate)
    is_reply = is_reply or (isinstance(event, Propagation) and event.is_given)
    return (type(event),) if is_reply else ()


def _overtaken(event: Event) -> Event:
    """An event before a frame's last correction, without the masks of all objects at that time."""
    match event:
        case Checkpoint():
            return replace(event, state=None, masks=_no_masks(event.masks.size))
        case Request():
            return replace(event, masks=None)
        case Refinement() if event.before.untyped_storage().nbytes() > event.before.nbytes:
            return replace(event, before=event.before.clone())  # it was a part of all masks
        case _:
            return event


@cache
def _no_masks(size: Size) -> Masks:
    return Masks.empty(size)


def encode_labels(labels: Labels) -> bytes:
    """The labels as PNG."""
    return cv2.imencode(".png", labels)[1].tobytes()


def decode_labels(png: bytes) -> Labels:
    """The labels in a PNG."""
    return np.asarray(
        cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE), dtype=np.uint8
    )
