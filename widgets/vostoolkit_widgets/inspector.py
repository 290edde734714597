"""What each stage found at one frame: its picture and numbers, where it comes from, as Python."""

import base64
from collections.abc import Callable
from typing import Any

from vostoolkit.appearance import PLAIN, Appearance
from vostoolkit.arrays import Image
from vostoolkit.colours import drawn_in
from vostoolkit.errors import VostoolkitError
from vostoolkit.pictures import encoded, picture, words
from vostoolkit.pictures.layout import Picture
from vostoolkit.records import FrameRecord
from vostoolkit.results import StageResult
from vostoolkit.session import Session
from vostoolkit_widgets import wording
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar
from vostoolkit_widgets.bundle import bundle_of
from vostoolkit_widgets.closing import close_all
from vostoolkit_widgets.sources import code_of, source_of
from vostoolkit_widgets.stage_names import chain, explained, name_of


class Inspector:
    """Shows the stages of a frame, one at a time; `widget` is displayed.

    The stage that is shown follows the run until one is chosen. ``later`` gets what a press sets
    off, to do it on another thread; without it that is done at once.

    Example:
        >>> inspector = Inspector(session, frame=37)
        >>> inspector.choose("uncertainty")
        >>> inspector.widget
    """

    def __init__(
        self,
        session: Session,
        frame: int | None = None,
        *,
        later: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._session = session
        self._frame = session.frame or 0 if frame is None else frame
        self._later = later or (lambda job: job())
        self._stage, self._turn = "", 0
        self._again: FrameRecord | None = None
        self._drawn: tuple[StageResult | None, Appearance, str] = (None, PLAIN, "")
        self.widget = _Card(lambda name, value: self._later(lambda: self._pressed(name, value)))
        self.show(self._frame)

    @property
    def frame(self) -> int:
        """The frame that is looked into; setting it looks into another."""
        return self._frame

    @frame.setter
    def frame(self, frame: int) -> None:
        self.show(frame)

    @property
    def result(self) -> StageResult | None:
        """The result that is shown."""
        own = self._own()
        return own[self._turn % len(own)] if own else None

    def choose(self, stage: str) -> None:
        """Nothing; shows this stage from now on, by its name; "" follows the run again."""
        self._stage, self._turn = stage, 0
        self.show(self._frame)

    def show(self, frame: int, *, session: Session | None = None, has_time: bool = True) -> None:
        """Nothing; shows a frame, with a picture where there is time to draw it."""
        if session is not None and session is not self._session:
            self._session, self._again = session, None
        if frame != self._frame:
            self._frame, self._turn = frame, 0
        record, own, result = self._record, self._own(), self.result
        name = self._stage if result is None else name_of(result)
        self.widget.show(
            frame=frame,
            stages=self._tabs(),
            now=name,
            pinned=self._stage,
            place=[self._turn % len(own) + 1 if own else 0, len(own)],
            lines=list(self._lines(result)),
            picture=self._picture(result) if has_time or self._stage else "",
            alt=f"{name} at frame {frame}",
            source="" if result is None else source_of(result, self._session.method),
            seconds=_seconds(result, record),
            code="" if result is None or record is None else code_of(result, record),
            can_compute=record is None and frame in self._session.trace.rows,
        )

    def close(self) -> None:
        """Nothing; takes it out of the page."""
        close_all(self.widget)

    def __repr__(self) -> str:
        return f"Inspector(frame={self._frame})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The widget; the result's picture beside it for pages that have no kernel."""
        shown = None if self.result is None else self._painted(self.result)
        return bundle_of(self.widget, repr(self), shown)

    @property
    def _record(self) -> FrameRecord | None:
        """The frame's record, or that which was computed again."""
        again = self._again if self._again and self._again.frame == self._frame else None
        return self._session.trace.records.get(self._frame, again)

    def _pressed(self, name: str, value: Any) -> None:
        match name:
            case "stage":
                self.choose("" if value == self._stage else str(value))
            case "turn":
                self._turn += int(value)
                self.show(self._frame)
            case _:
                self._compute()

    def _compute(self) -> None:
        """Nothing; computes the stages of a frame again whose results are no longer kept."""
        try:
            self._again = self._session.at(self._frame)
            self.show(self._frame)
        except VostoolkitError as error:
            self.widget.show(lines=[str(error)], can_compute=False)

    def _results(self) -> list[StageResult]:
        events = () if self._record is None else self._record.events
        return [event for event in events if isinstance(event, StageResult)]

    def _own(self) -> list[StageResult]:
        """The results of the stage that is shown."""
        if self._stage:
            return [result for result in self._results() if name_of(result) == self._stage]
        shown = None if self._record is None else explained(self._record)
        return [] if shown is None else [shown]

    def _tabs(self) -> list[list[Any]]:
        """Each stage with the number of its results, and how long they took together."""
        results = self._results()
        in_rounds = getattr(self._session.method, "in_rounds", False)
        tabs: list[list[Any]] = []
        for name in chain(results, in_rounds=in_rounds):
            took = [result.seconds for result in results if name_of(result) == name]
            tabs.append([name, len(took), duration(sum(took)) if took else ""])
        return tabs

    def _lines(self, result: StageResult | None) -> tuple[str, ...]:
        if result is not None:
            return words(result)
        if self._stage and self._record is not None:
            return (f"frame {self._frame} has no {self._stage}",)
        return wording.numbers(self._session, self._frame)

    def _picture(self, result: StageResult | None) -> str:
        """The picture of a result as the address of an image; drawn once in the same colours."""
        if result is None:
            return ""
        drawn, colours, address = self._drawn
        if drawn is not result or colours != self._session.appearance:
            colours = self._session.appearance
            kind, data = encoded(self._painted(result))
            address = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
            self._drawn = result, colours, address
        return address

    def _painted(self, result: StageResult) -> Picture:
        """The picture of a result, objects in the colours that they have everywhere."""
        with drawn_in(self._session.appearance.palette):
            return picture(result, self._image())

    def _image(self) -> Image | None:
        try:
            return self._session.image(self._frame)
        except VostoolkitError:  # a live stream has forgotten it
            return None


class _Card(Bar):
    """The stages as tabs, and the result of one."""

    _esm = asset("elements.js") + asset("inspector.js")


def duration(seconds: float) -> str:
    """A time in milliseconds, or from one second on in seconds."""
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _seconds(result: StageResult | None, record: FrameRecord | None) -> str:
    if result is None or record is None:
        return ""
    return f"{duration(result.seconds)} of {duration(record.seconds)} in this frame"
