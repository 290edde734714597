"""The plug points: one Protocol per stage. A plain function with the same call is a plug-in."""

from collections.abc import Callable, Generator, Sequence
from typing import ClassVar, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from vostoolkit.arrays import ObjectId
from vostoolkit.frames import Frame, Stream, Video
from vostoolkit.masks import Masks
from vostoolkit.prompts import Prompt
from vostoolkit.results import (
    AnnotationChoice,
    Checkpoint,
    Correction,
    Decision,
    FrameSelection,
    Fusion,
    LabelsOf,
    MemoryUpdate,
    Propagation,
    PseudoClick,
    Refinement,
    Request,
    StageResult,
    Tier,
    Uncertainty,
)

S = TypeVar("S")
Event: TypeAlias = StageResult | Request | Checkpoint


def place_of(event: Event) -> int:
    """Where an event stands in its run: its round, counted from 1, or without rounds its frame."""
    return event.round or event.frame


Run: TypeAlias = Generator[Event, tuple[Prompt, ...] | None, None]
"""A running method: what it yields, and the prompts it may be sent."""


@runtime_checkable
class Propagator(Protocol[S]):
    """Carries masks from frame to frame. Its state is a value: never written in place."""

    def start(self, frame: Frame, objects: tuple[ObjectId, ...], /) -> S:
        """The state before anything is memorised, for frames of this one's size."""
        ...

    def propagate(self, frame: Frame, state: S, /) -> tuple[Propagation, S]:
        """The masks of a frame read from memory, and the state after it."""
        ...

    def memorise(
        self,
        frame: Frame,
        masks: Masks,
        state: S,
        /,
        *,
        tier: Tier | None,
        objects: tuple[ObjectId, ...] | None = None,
        reason: str = "",
    ) -> tuple[MemoryUpdate, S]:
        """The state with this frame's masks as its last masks and, if a tier is named, in memory.

        ``tier`` None stores nothing: the masks only become the previous ones. ``objects`` None
        means all objects of the masks; objects that are new to the state are added.
        """
        ...


@runtime_checkable
class UncertaintyMeasure(Protocol):
    """How unsure a prediction is, per pixel and per object."""

    def __call__(self, predicted: Propagation, previous: Uncertainty | None, /) -> Uncertainty:
        """The uncertainty; ``previous`` is that of the last frame, for the jump."""
        ...


@runtime_checkable
class Decider(Protocol):
    """What to do about an uncertainty."""

    def __call__(self, uncertainty: Uncertainty, previous: Uncertainty | None, /) -> Decision:
        """The decision for each object."""
        ...


@runtime_checkable
class Prompter(Protocol):
    """Gives the click that a method gives itself."""

    def __call__(self, uncertainty: Uncertainty, object_id: ObjectId, /) -> PseudoClick:
        """The pseudo-click of one object."""
        ...


@runtime_checkable
class Refiner(Protocol):
    """Makes a mask from prompts."""

    def __call__(
        self,
        frame: Frame,
        object_id: ObjectId,
        prompts: tuple[Prompt, ...],
        masks: Masks | None,
        /,
    ) -> Refinement:
        """The refined mask of one object; ``masks`` is the prediction, None at the start."""
        ...


@runtime_checkable
class Fuser(Protocol):
    """Joins the masks before a correction with those propagated from it."""

    def __call__(self, frame: Frame, old: Masks, new: Masks, correction: Correction, /) -> Fusion:
        """The fused masks of a frame between two corrected ones."""
        ...


@runtime_checkable
class FrameSelector(Protocol):
    """Says which frames a person should annotate next."""

    def __call__(
        self,
        video: Video,
        labels: LabelsOf,
        /,
        *,
        annotated: Sequence[int],
        count: int,
        progress: Callable[[float], None] | None = None,
    ) -> FrameSelection:
        """Up to ``count`` frames, given the masks so far and the frames that are annotated.

        ``progress`` gets the share that is done; what it raises stops the work.
        """
        ...


@runtime_checkable
class AnnotationSelector(Protocol):
    """Says what to ask a person for."""

    def __call__(
        self, frame: Frame, object_id: ObjectId, masks: Masks | None, /
    ) -> AnnotationChoice:
        """The kind of annotation for one object of a frame, given the masks so far."""
        ...


@runtime_checkable
class User(Protocol):
    """Answers requests: a simulated person, or a function that asks a real one."""

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """The prompts for one request."""
        ...


@runtime_checkable
class Method(Protocol):
    """A published system: a generator that reads like its algorithm."""

    def run(self, video: Video | Stream, start: Checkpoint | None, /) -> Run:
        """The run from the beginning, or from a checkpoint (which it yields first)."""
        ...


@runtime_checkable
class RoundMethod(Method, Protocol):
    """A method that works on a whole video in rounds: its events have a ``round``, 1, 2, ….

    It asks with a `Request` of the kind "round", refines the frames that the prompts are on, yields
    a `Checkpoint` and asks again, until `Propagate` is among the prompts: then it carries them to
    the other frames, yields a `Checkpoint` and asks with the next round's `Request`.
    """

    in_rounds: ClassVar[Literal[True]]
