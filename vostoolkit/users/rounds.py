"""A simulated person for methods in rounds: annotates some frames, has them propagated, looks."""

from collections.abc import Iterator
from dataclasses import dataclass

from vostoolkit.frames import Video
from vostoolkit.masks import Masks
from vostoolkit.prompts import Prompt, Propagate, Skip
from vostoolkit.protocols import FrameSelector, User
from vostoolkit.results import Request
from vostoolkit.session import Session


@dataclass(frozen=True, eq=False)
class RoundUser:
    """Answers each round's request with annotations of some frames and `Propagate`.

    Args:
        session: what is looked at.
        person: how an object is annotated; it is asked about each object of a frame.
        where: chooses the frames of later rounds, such as `WorstFrame`, which sees the truth; None
            takes the one that the method suggests.
        rounds: so many, then it is content; it is so as well where nothing is left to correct.
        first: the frames of the first round.
        count: frames in each later round.
        tries: so often each object is annotated in a round, each time with the result in sight.

    Source: the DAVIS interactive challenge (first frame given, then the worst of all).
    """

    session: Session
    person: User
    where: FrameSelector | None = None
    rounds: int = 3
    first: tuple[int, ...] = (0,)
    count: int = 1
    tries: int = 1

    def __post_init__(self) -> None:
        if min(self.rounds, self.count, self.tries) < 1 or not self.first:
            raise ValueError(
                f"rounds={self.rounds}, count={self.count}, tries={self.tries}, "
                f"first={self.first}: give at least one"
            )

    def __call__(self, request: Request, /) -> tuple[Prompt, ...]:
        """The prompts for one request; none if it is content."""
        if request.round > self.rounds:
            return ()
        before = self.session.history.answers.at(request.round)
        frames = sorted({prompt.frame for group in before for prompt in group})
        given = [p for frame in frames or self._frames(request) for p in self._about(frame)]
        if given and len(before) + 1 < self.tries:
            return tuple(given)
        return (*given, Propagate(request.frame)) if given or before else ()

    def _frames(self, request: Request) -> tuple[int, ...]:
        if request.round == 1:
            return self.first
        video = self.session.video
        if self.where is None or not isinstance(video, Video):
            return (request.frame,)
        annotated = sorted({p.frame for p in self.session.prompts if not isinstance(p, Propagate)})
        return self.where(video, self.session.labels, annotated=annotated, count=self.count).frames

    def _about(self, frame: int) -> Iterator[Prompt]:
        """The annotations of a frame: of known objects what is wrong, of new ones what is there."""
        known = {p.object_id for p in self.session.prompts if not isinstance(p, Propagate)}
        there = self.person(Request(frame=frame, kind="object"))
        masks = None
        if frame in self.session.trace.pictures:
            masks = Masks.from_labels(self.session.labels(frame))
        for object_id in sorted(known):
            asked = Request(frame=frame, kind="click", object_id=object_id, masks=masks)
            yield from (p for p in self.person(asked) if not isinstance(p, Skip))
        yield from (p for p in there if p.object_id not in known and not isinstance(p, Skip))
