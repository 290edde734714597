"""What methods in rounds share: asking, and refining annotated frames."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from vostoolkit.album import Album
from vostoolkit.answers import is_commit
from vostoolkit.errors import PromptError, SessionError
from vostoolkit.frames import Frame, Stream, Video, image_of
from vostoolkit.masks import Masks
from vostoolkit.methods.asking import ask, refine_all
from vostoolkit.prompts import Prompt, Propagate, Release, Skip
from vostoolkit.protocols import (
    AnnotationSelector,
    Event,
    FrameSelector,
    Refiner,
    Run,
)
from vostoolkit.results import (
    AnnotationChoice,
    Checkpoint,
    FrameSelection,
    Propagation,
    Request,
)

T = TypeVar("T")
Part: TypeAlias = Generator[Event, tuple[Prompt, ...] | None, T]
"""Part of a run: yields events, and returns something."""


@dataclass(frozen=True, eq=False)
class RoundState:
    """Where a run in rounds stands.

    ``accepted`` are the frames that a person annotated: their masks are a person's as a whole, and
    no walk changes them. ``before`` are those prompted in this round, with the masks they had.
    ``marks`` are the marks on each that no drawing has overruled. ``released`` lost that rank in
    this round. ``selection`` is why a frame was suggested for this round, at the last one's end.
    """

    round: int = 1
    album: Album = field(default_factory=Album)
    accepted: frozenset[int] = frozenset()
    before: Mapping[int, Masks] = field(default_factory=dict[int, Masks])
    marks: Mapping[int, tuple[Prompt, ...]] = field(default_factory=dict[int, tuple[Prompt, ...]])
    released: frozenset[int] = frozenset()
    selection: FrameSelection | None = None

    def masks(self, frame: Frame) -> Masks:
        """The masks of a frame, empty ones if it has none."""
        found = self.album.masks(frame.index)
        return Masks.empty(frame.size) if found is None else found

    def made(self, frame: int, masks: Masks) -> "RoundState":
        """The state with masks of a frame that nobody annotated."""
        return replace(self, album=self.album.added(frame, masks))

    def annotated(self, frame: Frame, masks: Masks, marks: tuple[Prompt, ...]) -> "RoundState":
        """The state with masks that a person gave."""
        before = {frame.index: self.masks(frame), **self.before}
        return replace(
            self.made(frame.index, masks),
            accepted=self.accepted | {frame.index},
            before=before,
            marks={**self.marks, frame.index: marks},
            released=self.released - {frame.index},
        )

    def without(self, frame: int) -> "RoundState":
        """The state in which a frame is no longer a person's."""
        if frame not in self.accepted:
            raise PromptError(f"frame {frame} isn't annotated: release one of {self.listed}")
        return replace(
            self,
            accepted=self.accepted - {frame},
            before={f: masks for f, masks in self.before.items() if f != frame},
            marks={f: marks for f, marks in self.marks.items() if f != frame},
            released=self.released | {frame},
        )

    def next(self) -> "RoundState":
        """The state at the beginning of the next round."""
        return replace(self, round=self.round + 1, before={}, released=frozenset(), selection=None)

    @property
    def listed(self) -> str:
        """The annotated frames in words."""
        return ", ".join(map(str, sorted(self.accepted))) or "none"


@runtime_checkable
class Stages(Protocol):
    """What a method in rounds brings along; the rest is `InRounds`'s."""

    @property
    def refine(self) -> Refiner:
        """Makes masks from prompts."""
        ...

    @property
    def suggest(self) -> FrameSelector | None:
        """Says which frame to annotate next, once all have masks."""
        ...

    @property
    def choose(self) -> AnnotationSelector | None:
        """Says what to give there, for each object."""
        ...

    def interact(
        self, video: Video, state: RoundState, prompts: tuple[Prompt, ...], /
    ) -> Part[RoundState]:
        """The state with masks of the frames that prompts are on."""
        ...

    def propagate(self, video: Video, state: RoundState, /) -> Part[RoundState]:
        """The state with those of all others, once a person says so."""
        ...


class InRounds:
    """A method in rounds: it has `Stages`' fields, and says how masks get to the other frames."""

    in_rounds: ClassVar[Literal[True]] = True

    def run(self: Stages, video: Video | Stream, start: Checkpoint | None, /) -> Run:
        """The run from the beginning, or from a checkpoint (which it yields first).

        Raises:
            SessionError: a live stream.
            PromptError: nothing is annotated that could be propagated.
        """
        if not isinstance(video, Video):
            raise SessionError("a method in rounds needs the whole video: record the stream first")
        state: RoundState = start.state if start else RoundState()
        if start:
            yield start
        while True:
            request = yield from _question(video, state, self.choose)
            prompts = yield from ask(request)
            marks = tuple(p for p in prompts if not isinstance(p, Propagate | Skip))
            state, number = (yield from self.interact(video, state, marks)), state.round
            if is_commit(prompts):
                if not state.accepted:
                    raise PromptError("nothing to propagate: mark an object on any frame first")
                state = (yield from self.propagate(video, state)).next()
                if self.suggest:
                    state = yield from _suggestion(self.suggest, video, state)
            at = video[marks[-1].frame if marks else request.frame]
            yield Checkpoint(
                frame=at.index,
                round=number,
                masks=state.masks(at),
                state=state,
                album=state.album.pictures,
            )

    def interact(
        self: Stages, video: Video, state: RoundState, prompts: tuple[Prompt, ...], /
    ) -> Part[RoundState]:
        """The state with masks of the prompted frames; nothing else changes."""
        return refine_frames(self.refine, video, state, prompts)


def refine_frames(
    refine: Refiner, video: Video, state: RoundState, prompts: tuple[Prompt, ...]
) -> Part[RoundState]:
    """The state with each prompted frame's masks refined, frame by frame."""
    for index in dict.fromkeys(p.frame for p in prompts if isinstance(p, Release)):
        state = state.without(index)
    given = tuple(prompt for prompt in prompts if not isinstance(prompt, Release))
    for index in sorted({prompt.frame for prompt in given}):
        frame, own = video[index], tuple(p for p in given if p.frame == index)
        earlier = state.marks.get(index, ())
        found = yield from refine_all(
            refine, frame, state.masks(frame), own, earlier, round=state.round
        )
        state = state.annotated(frame, found.masks, found.marks)
        yield shown(frame, state)
    return state


def shown(frame: Frame, state: RoundState) -> Event:
    """What says that a frame's masks are a person's now."""
    masks = state.masks(frame)
    return Propagation(frame=frame.index, round=state.round, masks=masks, is_given=True)


def _suggestion(suggest: FrameSelector, video: Video, state: RoundState) -> Part[RoundState]:
    """The state with the frame to annotate in its round, which the round before it yields."""
    found = suggest(
        video,
        lambda frame: state.album.labels(frame, video.size),
        annotated=sorted(state.accepted),
        count=1,
    )
    yield replace(found, round=state.round - 1)
    return replace(state, selection=replace(found, round=state.round, image_of=None))


def _question(video: Video, state: RoundState, choose: AnnotationSelector | None) -> Part[Request]:
    frame, reason = max(state.before, default=max(state.accepted, default=0)), ""
    selection = state.selection
    if selection is None or state.accepted.issuperset(selection.frames):
        selection = None  # what was suggested is done
    else:
        selection = replace(selection, image_of=partial(image_of, video))
        frame, reason = selection.frames[0], selection.reasons[0]
    masks = state.album.masks(frame)
    choices: list[AnnotationChoice] = []
    if choose and masks:
        for object_id in masks.objects:
            choices.append(replace(choose(video[frame], object_id, masks), round=state.round))
            yield choices[-1]
    return Request(
        frame=frame,
        round=state.round,
        kind="round",
        reason=reason or "mark what is wrong on any frame, then propagate",
        masks=masks,
        selection=selection,
        choices=tuple(choices),
    )
