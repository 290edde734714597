"""A method and a video small enough to work out by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import torch

from vostoolkit.arrays import Size
from vostoolkit.frames import Frame, Stream, Video
from vostoolkit.masks import Masks
from vostoolkit.methods.asking import ask, frames_from
from vostoolkit.prompts import Click, Prompt, Propagate
from vostoolkit.protocols import Run
from vostoolkit.results import Checkpoint, Propagation, Refinement, Request
from vostoolkit.session import Session
from vostoolkit.trace import Keep, encode_labels

SIZE = Size(6, 8)


@dataclass
class NumberedVideo:
    """Frames whose pixels all hold their number."""

    length: int = 10
    size: Size = SIZE
    fps: float = 10.0

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int, /) -> Frame:
        return Frame(index, np.full((*self.size, 3), index, np.uint8), index / self.fps)

    def __iter__(self) -> Iterator[Frame]:
        return (self[i] for i in range(self.length))


class NumberedStream:
    """The same, forward only."""

    size = SIZE
    fps = 10.0

    def __init__(self, length: int = 10) -> None:
        self._frames = iter(NumberedVideo(length))

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        return next(self._frames)


@dataclass(frozen=True)
class ToyMethod:
    """Its state is one number, mixed with each frame's number and each click's x.

    Asks at frame 0 and at every ``ask_every``-th frame; the mask's left ``number % 8`` columns are
    the object.
    """

    ask_every: int = 4
    factor: int = 31

    def run(self, video: Video | Stream, start: Checkpoint | None, /) -> Run:
        number = start.state if start else 0
        index = start.frame if start else -1
        if start:
            number = yield from self._corrected(start.frame, number)
        for frame in frames_from(video, index + 1):
            number = (number * self.factor + frame.index) % 1009
            yield Propagation(frame=frame.index, masks=_masks(number))
            if frame.index % self.ask_every == 0:
                object_id = None if frame.index == 0 else 1
                kind = "object" if frame.index == 0 else "click"
                prompts = yield from ask(Request(frame=frame.index, kind=kind, object_id=object_id))
                number = _mixed(number, prompts)
                yield _refinement(frame.index, number, prompts)
            number = yield from self._corrected(frame.index, number)

    def _corrected(self, frame: int, number: int):
        while prompts := (yield Checkpoint(frame=frame, masks=_masks(number), state=number)):
            number = _mixed(number, prompts)
            yield _refinement(frame, number, prompts)
        return number


def _mixed(number: int, prompts: tuple[Prompt, ...]) -> int:
    for prompt in prompts:
        number = (number * 7 + int(prompt.x if isinstance(prompt, Click) else 5)) % 1009
    return number


def _refinement(frame: int, number: int, prompts: tuple[Prompt, ...]) -> Refinement:
    mask = _masks(number).of(1)
    return Refinement(frame=frame, object_id=1, prompts=prompts, before=mask, after=mask)


def _masks(number: int) -> Masks:
    labels = np.zeros(SIZE, np.uint8)
    labels[:, : number % 8] = 1
    pmf = Masks.from_labels(labels, (1,)).pmf
    return Masks(pmf * 0.9 + torch.tensor([0.1, 0.0])[:, None, None], (1,))


def numbers(video_length: int, method: ToyMethod, clicks: dict[int, list[float]]) -> list[int]:
    """The state after each frame, worked out without generators or sessions."""
    number, out = 0, []
    for frame in range(video_length):
        number = (number * method.factor + frame) % 1009
        for x in clicks.get(frame, []):
            number = (number * 7 + int(x)) % 1009
        out.append(number)
    return out


def click(frame: int, x: float = 3, object_id: int = 1) -> Click:
    return Click(frame, object_id, x, 2)


def user(request: Request) -> tuple[Click, ...]:
    return (click(request.frame),)


def states(session: Session, first: int = 0) -> list[int]:
    """The state after each finished frame, each computed again from a checkpoint."""
    return [session.at(f).checkpoint.state for f in session.trace.frames if f >= first]


def revise(session: Session, action: str, index: int, place: int) -> bool:
    """Whether the action was one that changes what was done until a place, and could be done."""
    if action == "undo" and session.history.done:
        session.undo(1 + index % session.history.done)
    elif action == "redo" and session.history.undone:
        session.redo()
    elif action == "forget" and any(prompt.object_id == 2 for prompt in session.prompts):
        session.forget(2)
    elif action == "rewind" and place > 1:
        session.rewind(place - 2)
    elif action == "rest":
        session.rest()
    else:
        return False
    return True


def played(length: int = 10, **keep: int) -> Session:
    session = Session(ToyMethod(), NumberedVideo(length), keep=Keep(**keep))
    session.play(user)
    return session


@dataclass(frozen=True)
class ToyRounds:
    """Its state is a number for each frame that has masks; the mask's left columns are the object.

    A click mixes its x into its frame's number; a round then gives every frame without clicks the
    number of the nearest with clicks, mixed with its own and the round's.
    """

    in_rounds: ClassVar[Literal[True]] = True
    factor: int = 31

    def run(self, video: Video | Stream, start: Checkpoint | None, /) -> Run:
        assert isinstance(video, Video)
        number, found, clicked = start.state if start else (1, {}, frozenset())
        while True:
            if start:
                yield start
            at = max(clicked, default=0)
            masks = _masks(found[at]) if at in found else None
            prompts = yield Request(frame=at, kind="round", round=number, masks=masks)
            marks = [p for p in prompts if isinstance(p, Click)]
            for click_ in marks:
                before = found.get(click_.frame, 0)
                found = {**found, click_.frame: _mixed(before, (click_,))}
                clicked |= {click_.frame}
                refined = _refinement(click_.frame, found[click_.frame], (click_,))
                yield replace(refined, round=number)
                yield self._made(number, click_.frame, found, is_given=True)
            last = marks[-1].frame if marks else max(clicked)
            if any(isinstance(p, Propagate) for p in prompts):
                for frame in sorted(set(range(len(video))) - clicked):
                    found = {**found, frame: self.carried(found, clicked, frame, number)}
                    yield self._made(number, frame, found)
            album = {frame: encode_labels(_masks(n).labels()) for frame, n in found.items()}
            is_over = any(isinstance(p, Propagate) for p in prompts)
            state = number + is_over, found, clicked
            start = Checkpoint(
                frame=last, round=number, masks=_masks(found[last]), state=state, album=album
            )
            number += is_over

    def carried(self, found: dict[int, int], clicked: frozenset[int], frame: int, number: int):
        """The number of a frame without clicks after a round."""
        nearest = min(clicked, key=lambda other: (abs(other - frame), other))
        return (found[nearest] * self.factor + frame + number) % 1009

    def _made(self, number: int, frame: int, found: dict[int, int], is_given: bool = False):
        masks = _masks(found[frame])
        return Propagation(frame=frame, round=number, masks=masks, is_given=is_given)


def numbers_after(
    length: int, method: ToyRounds, rounds: list[list[Click]], *, is_open: bool = False
) -> dict[int, int]:
    """The numbers of all frames after rounds of clicks, the last of them not carried if open."""
    found: dict[int, int] = {}
    clicked: frozenset[int] = frozenset()
    for number, clicks in enumerate(rounds, start=1):
        for click_ in clicks:
            found[click_.frame] = (found.get(click_.frame, 0) * 7 + int(click_.x)) % 1009
            clicked |= {click_.frame}
        if clicked and not (is_open and number == len(rounds)):
            for frame in set(range(length)) - clicked:
                found[frame] = method.carried(found, clicked, frame, number)
    return found
