"""What a session remembers of a run: results of the last frames, rows and labels of all."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import TypeVar

import cv2
import numpy as np
import pandas as pd

from vostoolkit.arrays import Labels, ObjectId
from vostoolkit.errors import SessionError
from vostoolkit.masks import Masks
from vostoolkit.protocols import Event
from vostoolkit.results import (
    Checkpoint,
    Decision,
    MemoryUpdate,
    Propagation,
    PseudoClick,
    Refinement,
    Request,
    StageResult,
    Uncertainty,
)

T = TypeVar("T")
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


@dataclass(frozen=True, eq=False)
class FrameRecord:
    """All events of one frame, in order."""

    frame: int
    events: tuple[Event, ...] = ()

    @property
    def propagation(self) -> Propagation | None:
        """The prediction; None at the first frame."""
        return _last(self._of(Propagation))

    @property
    def uncertainty(self) -> Uncertainty | None:
        """The uncertainty of the prediction."""
        return _last(self._of(Uncertainty))

    @property
    def decision(self) -> Decision | None:
        """What was decided; None at the first frame."""
        return _last(self._of(Decision))

    @property
    def pseudo_clicks(self) -> tuple[PseudoClick, ...]:
        """The clicks the method gave itself."""
        return self._of(PseudoClick)

    @property
    def refinements(self) -> tuple[Refinement, ...]:
        """The masks that were refined."""
        return self._of(Refinement)

    @property
    def updates(self) -> tuple[MemoryUpdate, ...]:
        """What the memory took in and gave up."""
        return self._of(MemoryUpdate)

    @property
    def requests(self) -> tuple[Request, ...]:
        """What the method asked."""
        return self._of(Request)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The end of the frame, once it is done."""
        return _last(self._of(Checkpoint))

    @property
    def masks(self) -> Masks | None:
        """The final masks, or while the frame is worked on the latest ones there are."""
        for event in reversed(self.events):
            match event:
                case Checkpoint(masks=masks) | Propagation(masks=masks):
                    return masks
                case Request(masks=masks) if masks is not None:
                    return masks
                case _:
                    pass
        return None

    @property
    def seconds(self) -> float:
        """Time spent in the stages of this frame."""
        return sum(event.seconds for event in self.events if isinstance(event, StageResult))

    def _of(self, kind: type[T]) -> tuple[T, ...]:
        return tuple(event for event in self.events if isinstance(event, kind))


@dataclass(frozen=True)
class Row:
    """One object at one frame, in numbers."""

    frame: int
    object: ObjectId
    score: float | None
    jump: float | None
    lost: bool
    action: str
    asked: bool
    pseudo: bool
    corrected: bool
    memory: bool
    seconds: float


@dataclass
class Trace:
    """The memory of a run. ``keep`` says how much."""

    keep: Keep = field(default_factory=Keep)
    records: OrderedDict[int, FrameRecord] = field(default_factory=OrderedDict[int, FrameRecord])
    rows: dict[int, tuple[Row, ...]] = field(default_factory=dict[int, tuple[Row, ...]])
    pictures: dict[int, bytes] = field(default_factory=dict[int, bytes])

    def observe(self, event: Event) -> None:
        """Nothing; takes in one event of the run."""
        record = self.records.get(event.frame, FrameRecord(event.frame))
        self.records[event.frame] = replace(record, events=(*record.events, event))
        self.records.move_to_end(event.frame)
        while len(self.records) > self.keep.results:
            self.records.popitem(last=False)
        if isinstance(event, Checkpoint):
            if self.keep.rows:
                self.rows[event.frame] = tuple(rows_of(self.records[event.frame]))
            if self.keep.labels:
                self.pictures[event.frame] = encode_labels(event.masks.labels())

    def forget_after(self, frame: int) -> None:
        """Nothing; drops what was seen of later frames."""
        self.records = OrderedDict((f, r) for f, r in self.records.items() if f <= frame)
        self.rows = {f: r for f, r in self.rows.items() if f <= frame}
        self.pictures = {f: p for f, p in self.pictures.items() if f <= frame}

    def cut(self, frame: int, checkpoints: int) -> None:
        """Nothing; drops what was seen of a frame after so many of its checkpoints."""
        if frame not in self.records:
            return
        events = self.records[frame].events
        ends = [index for index, event in enumerate(events, 1) if isinstance(event, Checkpoint)]
        self.records[frame] = FrameRecord(frame, events[: ends[checkpoints - 1]])

    @property
    def frame(self) -> pd.DataFrame:
        """One row per frame and object; see `Row` for the columns."""
        rows = [asdict(row) for f in sorted(self.rows) for row in self.rows[f]]
        return pd.DataFrame(rows, columns=list(Row.__dataclass_fields__))

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


def rows_of(record: FrameRecord) -> Iterable[Row]:
    """The numbers of one finished frame, a row per object."""
    uncertainty, decision, masks = record.uncertainty, record.decision, record.masks
    asked = {request.object_id for request in record.requests}
    pseudo = {click.click.object_id for click in record.pseudo_clicks}
    corrected = {r.object_id for r in record.refinements if r.by == "user"}
    stored = {o for update in record.updates if update.tier for o in update.objects}
    for o in masks.objects if masks else ():
        yield Row(
            frame=record.frame,
            object=o,
            score=uncertainty.score.get(o) if uncertainty else None,
            jump=uncertainty.jump.get(o) if uncertainty else None,
            lost=uncertainty is not None and o in uncertainty.lost,
            action=decision.action.get(o, "none") if decision else "none",
            asked=o in asked,
            pseudo=o in pseudo,
            corrected=o in corrected,
            memory=o in stored,
            seconds=record.seconds,
        )


def encode_labels(labels: Labels) -> bytes:
    """The labels as PNG."""
    return cv2.imencode(".png", labels)[1].tobytes()


def decode_labels(png: bytes) -> Labels:
    """The labels in a PNG."""
    return np.asarray(
        cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE), dtype=np.uint8
    )


def _last(items: tuple[T, ...]) -> T | None:
    return items[-1] if items else None
