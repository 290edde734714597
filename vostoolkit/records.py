"""What a run did at one frame: all its events, and a row of numbers for each object."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.masks import Masks
from vostoolkit.protocols import Event
from vostoolkit.results import (
    AcrossFrames,
    Checkpoint,
    Decision,
    Fusion,
    MemoryUpdate,
    Propagation,
    PseudoClick,
    Refinement,
    Request,
    StageResult,
    Uncertainty,
)

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class FrameRecord:
    """All events of one frame, in order.

    A branch that began at the frame's n-th checkpoint has its events from there on; ``unseen`` is
    the number of checkpoints before that.
    """

    frame: int
    events: tuple[Event, ...] = ()
    unseen: int = 0

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
        masks: Masks | None = None
        refined: list[Refinement] = []
        for event in reversed(self.events):
            if isinstance(event, Refinement):
                refined.append(event)
            elif isinstance(event, Checkpoint | Propagation | Fusion | Request):
                masks = event.masks
                if masks is not None:
                    break
        for event in reversed(refined):
            before = masks or Masks.empty(Size(*event.after.shape))
            masks = before.replaced(event.object_id, event.after)
        return masks

    @property
    def round(self) -> int:
        """The round that the masks are of; 0 without rounds, or before there are masks."""
        made = [event.round for event in self.events if isinstance(event, Propagation | Fusion)]
        return made[-1] if made else 0

    @property
    def corrected(self) -> frozenset[ObjectId]:
        """The objects that a person gave prompts on, as far as they have been used."""
        own = {r.object_id for r in self.refinements if r.by == "user"}
        across = (p for a in self._of(AcrossFrames) for p in a.prompts if p.frame == self.frame)
        return frozenset(own | {prompt.object_id for prompt in across})

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
    round: int = 0


def rows_of(record: FrameRecord) -> Iterable[Row]:
    """The numbers of one finished frame, a row per object."""
    uncertainty, decision, masks = record.uncertainty, record.decision, record.masks
    asked = {request.object_id for request in record.requests}
    pseudo = {click.click.object_id for click in record.pseudo_clicks}
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
            corrected=o in record.corrected,
            memory=o in stored,
            seconds=record.seconds,
            round=record.round,
        )


def _last(items: tuple[T, ...]) -> T | None:
    return items[-1] if items else None
