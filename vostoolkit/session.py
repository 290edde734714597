"""A method at work on a video: step, answer, look back, undo, branch, save and go on."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from vostoolkit import storage
from vostoolkit.answers import Answers, check_prompts
from vostoolkit.appearance import Appearance
from vostoolkit.arrays import Image, Labels, ObjectId
from vostoolkit.checkpoints import CheckpointStore
from vostoolkit.errors import SessionError
from vostoolkit.frames import RememberedStream, Stream, Video, image_of
from vostoolkit.history import History
from vostoolkit.masks import Masks
from vostoolkit.prompts import Prompt, Skip
from vostoolkit.protocols import Event, Method, User
from vostoolkit.records import FrameRecord
from vostoolkit.replay import again, fork, record_of
from vostoolkit.results import Checkpoint, Propagation, Request
from vostoolkit.runner import Runner, Until, condition
from vostoolkit.trace import Keep, Trace
from vostoolkit.turns import in_turn


class Session:
    """Advances a method stage by stage and keeps what a person needs to look at, change and repeat.

    The person's prompts are the only input: everything else follows from them, the method and the
    video, so any earlier point can be reached again exactly.

    Example:
        >>> session = Session(LazyXMem.preset("nano"), open_video("juggle.mp4"))
        >>> session.answer(Click(frame=0, object_id=1, x=350, y=95))
        >>> session.run(until=Request)
    """

    def __init__(self, method: Method, video: Video | Stream, *, keep: Keep | None = None) -> None:
        self.method = method
        self.trace = Trace(keep := keep or Keep())
        self.video = video if isinstance(video, Video) else RememberedStream(video, keep.results)
        store = CheckpointStore(keep.checkpoints)
        self._runner = Runner(method, self.video, store=store, trace=self.trace)
        self.turn = threading.RLock()
        """Held while a thread looks where the session stands and moves it on."""
        self.watchers: list[Callable[[], None]] = []
        """Called after each change, while the turn is held; for what keeps a session's work."""
        self.history = History(self._runner)

    # -- where it stands ---------------------------------------------------------------------------

    @property
    def frame(self) -> int | None:
        """The frame that is worked on, or was last; None before the first step."""
        return self._runner.last.frame if self._runner.last else None

    @property
    def round(self) -> int:
        """The round that prompts given now belong to; 0 if the method doesn't work in rounds."""
        return self._runner.round

    @property
    def request(self) -> Request | None:
        """The request that waits for an answer."""
        return self._runner.waiting

    @property
    def finished(self) -> bool:
        """Whether the last frame is done; in rounds there can always be one more."""
        return self._runner.finished

    @property
    def last(self) -> Event | None:
        """The latest event."""
        return self._runner.last

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """All that a person gave, by frame, or by round, and in the order given."""
        return tuple(self._runner.answers)

    @property
    def masks(self) -> Masks | None:
        """The latest masks of the frame that is worked on."""
        if isinstance(self.last, Checkpoint | Request) and self.last.masks is not None:
            return self.last.masks
        return None if self.frame is None else self.at(self.frame).masks

    @property
    def appearance(self) -> Appearance:
        """What objects are called and which colours they have; it can be set, and that undone."""
        return self.history.appearance

    @appearance.setter
    @in_turn
    def appearance(self, appearance: Appearance) -> None:
        self.history.describe(appearance)

    # -- going on ----------------------------------------------------------------------------------

    @in_turn
    def step(self) -> Event:
        """The result of the next stage, or the request or checkpoint that comes next.

        Raises:
            SessionError: a request waits for an answer, or the video is at its end.
        """
        return self.history.step()

    def run(self, until: Until = None) -> Event | None:
        """The event at which it stopped: the one asked for, an unanswered request, or the last.

        ``until`` is a class of events, a frame number (stop when that frame is done, with all the
        prompts on it; in rounds a round's), a function of an event, or None.
        """
        is_there = condition(until)
        while True:
            with self.turn:
                if self.finished or self.request is not None or self._runner.is_behind(until):
                    return self.last
                event = self.step()
            if is_there(event):
                return event

    def play(self, user: User, progress: Callable[[int], None] | None = None) -> None:
        """Nothing; runs to the end, ``user`` answers; ``progress`` gets each finished frame.

        In rounds it ends where the user gives no prompts, or skips; ``progress`` gets frames as
        their masks are made.
        """
        while not self.finished:
            if self.request is not None:
                prompts = user(self.request)
                if self.round and all(isinstance(prompt, Skip) for prompt in prompts):
                    return
                self.answer(*prompts)
            event = self.step()
            is_new = not self._runner.ended  # a stream's end is only seen by trying
            if progress and is_new and isinstance(event, Propagation if self.round else Checkpoint):
                progress(event.frame)

    # -- what a person does ------------------------------------------------------------------------

    @in_turn
    def answer(self, *prompts: Prompt) -> None:
        """Nothing; takes prompts for the waiting request, or for any frame without being asked.

        A prompt for a finished frame takes the run back to the end of that frame and corrects it
        there; one for a later frame is applied when the run gets there. An object id that is new
        adds an object. In rounds, prompts on any frames belong to the present round.

        Raises:
            PromptError: no prompts, or a prompt outside the frame or the video.
            SessionError: a finished frame of a live stream, or a stream that is at its end.
        """
        check_prompts(prompts, self.video)
        if not isinstance(self.video, Video) and self.finished:
            raise SessionError("the live stream is at its end: no frame can be corrected any more")
        self.history.answer(prompts)

    @in_turn
    def forget(self, object_id: ObjectId) -> None:
        """Nothing; takes back all prompts on an object, as if it had never been given.

        The run goes back to before the first of them. Prompts on other objects stay, and are
        applied again when the run gets there; `undo` brings the object back.

        Raises:
            SessionError: no prompt was given on it, or the video is a live stream.
        """
        self.history.forget(object_id)

    @in_turn
    def undo(self, count: int = 1) -> None:
        """Nothing; takes back the last steps and answers, or names and colours given.

        Raises:
            SessionError: there aren't so many, or one is a step of a live stream.
        """
        self.history.back(count)

    @in_turn
    def redo(self) -> None:
        """Nothing; does again the step or answer that was taken back last.

        Raises:
            SessionError: nothing was taken back, or something else was done since.
        """
        self.history.forth()

    @in_turn
    def rewind(self, frame: int) -> None:
        """Nothing; goes back to the end of a finished frame (-1: before the first).

        Prompts of later frames stay and are applied again when the run gets there. In rounds,
        ``frame`` is a round, and 0 before the first.

        Raises:
            SessionError: the frame isn't finished yet, or the video is a live stream.
        """
        self.history.rewind(frame)

    @in_turn
    def branch(self, frame: int, **changes: Any) -> "Session":
        """A new session that does frame ``frame`` and all later ones with changed stages.

        ``changes`` are fields of the method. What came before is shared, this session is untouched,
        and prompts from ``frame`` (in rounds a round) on are left out, but those of the first.

        Raises:
            SessionError: the frame lies ahead of the run, or the video is a live stream.
            TypeError: the method has no such field.
        """
        other = self._with(changes)
        fork(self._runner, other._runner, frame)
        return other

    def anew(self, **changes: Any) -> "Session":
        """A new session that will do it all again, with all prompts and with changed stages.

        Raises:
            SessionError: the video is a live stream.
        """
        self._runner.check_can_go_back()
        other = self._with(changes)
        other._runner.answers = self._runner.answers
        return other

    def _with(self, changes: dict[str, Any]) -> "Session":
        """A new session of this video, with changed stages."""
        made = Session(replace(cast(Any, self.method), **changes), self.video, keep=self.trace.keep)
        made.history.appearance = self.appearance
        return made

    def rest(self) -> None:
        """Nothing; keeps of what can be computed again only the end, until more is asked for."""
        with self.turn:
            self._runner.rest()

    # -- looking back ------------------------------------------------------------------------------

    def at(self, frame: int) -> FrameRecord:
        """All results of one frame; computed again if they are no longer kept.

        Raises:
            SessionError: the frame hasn't been reached, or is a live stream's and no longer kept.
        """
        return record_of(self._runner, frame)

    def labels(self, frame: int) -> Labels:
        """The final labels of a finished frame."""
        return self.trace.labels(frame)

    def image(self, frame: int) -> Image:
        """The picture of a frame.

        Raises:
            SessionError: a live stream's frame that is no longer kept.
        """
        return image_of(self.video, frame)

    def events(self) -> Iterator[Event]:
        """All events up to where it stands, computed again from the beginning."""
        return again(self._runner)

    def save(self, folder: str | Path) -> Path:
        """The folder, with all that is needed to go on exactly: prompts, labels, numbers, state."""
        with self.turn:
            return storage.save(Path(folder), self.trace, self._runner, self.appearance)

    @in_turn
    def restore(
        self, folder: str | Path, answers: Answers | None = None, method: Method | None = None
    ) -> None:
        """Nothing; a new session goes on at the point where the one in a folder was saved.

        With other ``answers`` it stands where these change nothing yet; it goes on with ``method``.

        Raises:
            SessionError: none there, one of another video or method, or this one has begun.
        """
        if self.last is not None or self.prompts:
            raise SessionError(f"{folder} can't be restored into a session that has begun")
        self.method = self._runner.method = method or self.method
        self.history.appearance = storage.restore(Path(folder), self.trace, self._runner, answers)

    @staticmethod
    def load(
        folder: str | Path, method: Method, video: Video, *, keep: Keep | None = None
    ) -> "Session":
        """The session saved in a folder, at the point where it was saved.

        Raises:
            SessionError: no session there, or one of another video or method.
        """
        session = Session(method, video, keep=keep)
        session.restore(folder)
        return session
