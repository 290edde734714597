"""The online protocol: a video that doesn't wait, a method that may be late, a person who is.

The clock is simulated, so a run takes as long as its method needs and no longer.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import pandas as pd

from vostoolkit.arrays import Labels, ObjectId, Size
from vostoolkit.experiments.scores import with_iou
from vostoolkit.frames import Frame, Video
from vostoolkit.prompts import Skip
from vostoolkit.protocols import Event, Method, User
from vostoolkit.results import Checkpoint, Request, StageResult
from vostoolkit.session import Session
from vostoolkit.users.costs import cost_s

StageSeconds: TypeAlias = Mapping[type[StageResult], float]
_ROUNDING_S = 1e-9


@dataclass
class Clock:
    """Seconds since the first frame."""

    now_s: float = 0.0


class LiveVideo:
    """A video as a stream: whoever takes a frame gets the newest one that has been shown by then.

    Frame n is shown at n / ``fps`` seconds of the clock; taking one before it is shown waits for
    it. The last frame can be taken however late it is.

    Raises:
        ValueError: a frame rate that isn't positive.
    """

    def __init__(self, video: Video, fps: float, clock: Clock) -> None:
        if not fps > 0:
            raise ValueError(f"fps={fps}: give a frame rate above 0")
        self._video = video
        self._fps = fps
        self._clock = clock
        self._last = -1

    @property
    def size(self) -> Size:
        """Height and width of every frame."""
        return self._video.size

    @property
    def fps(self) -> float:
        """Frames per second at which it is shown."""
        return self._fps

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        end = len(self._video) - 1
        if self._last >= end:
            raise StopIteration
        shown = math.floor((self._clock.now_s + _ROUNDING_S) * self._fps)
        self._last = min(max(shown, self._last + 1), end)
        self._clock.now_s = max(self._clock.now_s, self._last / self._fps)
        return self._video[self._last]


@dataclass(frozen=True, eq=False)
class LiveRun:
    """A finished online run: its session, and when each processed frame was done.

    A frame that was dropped shows the masks of the last processed one before it.
    """

    session: Session
    frames: int
    fps: float
    done_s: Mapping[int, float]

    @property
    def processed(self) -> tuple[int, ...]:
        """The numbers of the frames that were processed."""
        return tuple(sorted(self.done_s))

    def labels(self, frame: int) -> Labels:
        """The labels of any frame of the video."""
        return self.session.labels(self.processed[bisect_right(self.processed, frame) - 1])

    def rows(self, truth: Callable[[int], Labels | None]) -> pd.DataFrame:
        """Frame, object and ``iou`` of every frame since each object was shown, for `scores`."""
        first: dict[ObjectId, int] = {}
        for frame, rows in sorted(self.session.trace.rows.items()):
            first = {row.object: frame for row in rows} | first
        every = [(frame, o) for o, f in sorted(first.items()) for frame in range(f, self.frames)]
        return with_iou(pd.DataFrame(every, columns=["frame", "object"]), self.labels, truth)

    def numbers(self) -> dict[str, float]:
        """Frame rate, share of dropped frames, and how late masks were, in seconds.

        A mask's latency counts from when its frame was shown until all corrections of it were done.
        """
        late = [done - frame / self.fps for frame, done in self.done_s.items() if frame > 0]
        return {
            "fps": self.fps,
            "processed": float(len(self.done_s)),
            "dropped": 1 - len(self.done_s) / self.frames,
            "latency_s": sum(late) / len(late) if late else 0.0,
            "latency_max_s": max(late, default=0.0),
        }


@dataclass(frozen=True)
class Online:
    """How fast a video runs, what each stage takes, and how a person answers.

    Args:
        fps: frames per second; None for the video's own.
        stage_s: seconds for each kind of result, 0 for those not named; None for what the stages
            were measured to take here.
        reaction_s: seconds before a person begins to answer; the answer itself then takes what
            `users.cost_s` says.
        meanwhile: while a person answers, the method goes on and the answer corrects the frame that
            is then shown (``"go on"``), or it waits, and frames are dropped (``"wait"``).

    Note: the paper evaluates on a video that waits. The protocol is ours. The clock starts when the
    first frame is done: a person shows the objects on a still picture.
    """

    fps: float | None = None
    stage_s: StageSeconds | None = None
    reaction_s: float = 0.5
    meanwhile: Literal["go on", "wait"] = "go on"

    def __post_init__(self) -> None:
        if self.meanwhile not in ("go on", "wait"):
            raise ValueError(f"meanwhile={self.meanwhile!r}: give 'go on' or 'wait'")
        if self.reaction_s < 0:
            raise ValueError(f"reaction_s={self.reaction_s}: give 0 or more")

    def play(
        self,
        method: Method,
        video: Video,
        user: User,
        start: Callable[[Session], Callable[[int], None] | None],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> LiveRun:
        """The finished run.

        ``start`` shows the session its objects, and may return what shows it those that come later,
        as `show_objects` does; it costs no time. ``progress`` gets the frames that are done.
        """
        clock = Clock()
        live = LiveVideo(video, self.fps or video.fps, clock)
        session = Session(method, live)
        newcomers = start(session)
        first = session.run(until=0)
        run = _Run(self, session, user, clock, newcomers)
        if isinstance(first, Checkpoint):
            run.done_s[first.frame] = clock.now_s
        while not session.finished:
            run.step(progress)
        return LiveRun(session, len(video), live.fps, run.done_s)


@dataclass(frozen=True)
class _Answer:
    """What a person is about to answer, and when."""

    request: Request
    due_s: float


@dataclass(eq=False)
class _Run:
    """A run under way."""

    online: Online
    session: Session
    user: User
    clock: Clock
    newcomers: Callable[[int], None] | None = None
    done_s: dict[int, float] = field(default_factory=dict[int, float])
    answers: dict[ObjectId, _Answer] = field(default_factory=dict[ObjectId, _Answer])

    def step(self, progress: Callable[[int], None] | None) -> None:
        """Nothing; one event, with what a person does about it."""
        if self.session.request is not None:
            self._ask(self.session.request)
        event = self.session.step()
        if self.session.finished:  # a stream's end is only seen by trying
            return
        self.clock.now_s += self._seconds(event)
        if isinstance(event, Checkpoint):
            self.done_s[event.frame] = self.clock.now_s
            if progress:
                progress(event.frame)
            if self.newcomers:
                self.newcomers(event.frame)
            self._answer(event)

    def _seconds(self, event: Event) -> float:
        if not isinstance(event, StageResult):
            return 0.0
        stated = self.online.stage_s
        if stated is None:
            return event.seconds
        return next((s for kind, s in stated.items() if isinstance(event, kind)), 0.0)

    def _ask(self, request: Request) -> None:
        prompts = self.user(request)
        seconds = self.online.reaction_s + cost_s(prompts)
        is_skipped = all(isinstance(prompt, Skip) for prompt in prompts)
        object_id = request.object_id
        if self.online.meanwhile == "wait" or is_skipped or object_id is None:
            self.clock.now_s += 0.0 if is_skipped else seconds
            self.session.answer(*prompts)
            return
        self.answers.setdefault(object_id, _Answer(request, self.clock.now_s + seconds))
        self.session.answer(Skip(request.frame, object_id))

    def _answer(self, done: Checkpoint) -> None:
        """Nothing; answers that are due correct the frame that is shown."""
        for object_id, answer in sorted(self.answers.items()):
            if answer.due_s > self.clock.now_s:
                continue
            del self.answers[object_id]
            masks = done.masks
            prompts = self.user(replace(answer.request, frame=done.frame, masks=masks))
            if not all(isinstance(prompt, Skip) for prompt in prompts):
                self.session.answer(*prompts)
