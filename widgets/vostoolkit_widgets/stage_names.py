"""The stages by name, in the order in which a run goes through them."""

from collections.abc import Iterable

from vostoolkit.records import FrameRecord
from vostoolkit.results import (
    AcrossFrames,
    AnnotationChoice,
    Decision,
    FrameSelection,
    Fusion,
    MemoryUpdate,
    Propagation,
    PseudoClick,
    Refinement,
    StageResult,
    Uncertainty,
)

ONLINE: tuple[tuple[str, type[StageResult]], ...] = (
    ("propagation", Propagation),
    ("uncertainty", Uncertainty),
    ("decision", Decision),
    ("click", PseudoClick),
    ("refinement", Refinement),
    ("memory", MemoryUpdate),
)
ROUNDS: tuple[tuple[str, type[StageResult]], ...] = (
    ("selection", FrameSelection),
    ("choice", AnnotationChoice),
    ("interaction", AcrossFrames),
    ("fusion", Fusion),
)


def name_of(result: StageResult) -> str:
    """The name of a result's stage; of one that isn't known, its class."""
    known = (name for name, kind in (*ONLINE, *ROUNDS) if isinstance(result, kind))
    return next(known, type(result).__name__.lower())


def explained(record: FrameRecord) -> StageResult | None:
    """The result to explain a frame by: the latest; of a finished frame what was decided."""
    results = [event for event in record.events if isinstance(event, StageResult)]
    if record.checkpoint is not None and record.events[-1] is record.checkpoint:
        return record.decision or (results[-1] if results else None)
    return results[-1] if results else None


def chain(results: Iterable[StageResult], *, in_rounds: bool) -> tuple[str, ...]:
    """The stages to choose from at a frame: those it has; online those it may have as well."""
    seen = dict.fromkeys(name_of(result) for result in results)
    if in_rounds:
        return tuple(seen)
    names = [name for name, _ in ONLINE]
    return (*names, *(name for name in seen if name not in names))
