"""The files of a run, written while it goes on: masks, film, trace and summary."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vostoolkit.arrays import Labels
from vostoolkit.data.export import write_labels, write_summary, write_trace
from vostoolkit.data.overlay import Marks, OverlayVideo
from vostoolkit.errors import SessionError
from vostoolkit.frames import Video
from vostoolkit.records import FrameRecord
from vostoolkit.session import Session

MASKS, FILM, TRACE, SUMMARY = "masks", "overlay.mp4", "trace.csv", "summary.json"


@dataclass(frozen=True, eq=False)
class _Finished:
    frame: int
    labels: Labels
    marks: Marks


class Recording:
    """Writes what a session finishes into a folder; whatever ends the run, that much is there.

    Call `take` for each finished frame (as the ``progress`` of `Session.play`; after a run in
    rounds, for each in turn), and `close` in the end. Masks are on disk as soon as their frame is
    finished. The files of an earlier recording in the same folder are removed.

    Raises:
        SessionError: the session runs on a live stream.
    """

    def __init__(self, session: Session, folder: str | Path) -> None:
        if not isinstance(session.video, Video):
            raise SessionError("a recording needs a video with numbered frames, not a live stream")
        self.folder = Path(folder)
        self.frames = 0
        self._session = session
        self._video = session.video
        self._start_s = time.perf_counter()
        self._waiting: _Finished | None = None
        _remove_earlier(self.folder)
        self._film = OverlayVideo(self.folder / FILM, self._video.size, self._video.fps)

    @property
    def frames_of_video(self) -> int:
        """How many frames there will be if nothing interrupts it."""
        return len(self._video)

    def take(self, frame: int) -> None:
        """Nothing; writes the mask of a finished frame, and into the film the frame before it.

        A finished frame that is corrected is taken again: its mask is replaced.
        """
        if self._session.round:
            finished = _Finished(frame, self._session.labels(frame), self._marks(frame))
        else:
            record = self._session.at(frame)
            if record.masks is None:
                return
            finished = _Finished(frame, record.masks.labels(), self._marks(frame, record))
        write_labels(self.folder / MASKS, frame, finished.labels)
        if self._waiting is not None and frame > self._waiting.frame:
            self._show(self._waiting)
        if self._waiting is None or frame > self._waiting.frame:
            self.frames += 1
        self._waiting = finished

    def close(self, facts: Mapping[str, object] | None = None) -> dict[str, object]:
        """The summary: the numbers of the run and the facts given; all files are finished."""
        if self._waiting is not None:
            self._show(self._waiting)
        self._film.close()
        write_trace(self.folder / TRACE, self._session.trace.frame)
        summary = {**self._numbers(), **(facts or {})}
        write_summary(self.folder / SUMMARY, summary)
        return summary

    def _marks(self, frame: int, record: FrameRecord | None = None) -> Marks:
        requests = record.requests if record else ()
        return Marks(
            asked=any(request.kind == "click" for request in requests),
            prompts=tuple(p for p in self._session.prompts if p.frame == frame),
            pseudo=tuple(click.click for click in record.pseudo_clicks) if record else (),
        )

    def _show(self, finished: _Finished) -> None:
        self._film.write(self._video[finished.frame], finished.labels, finished.marks)

    def _numbers(self) -> dict[str, object]:
        rows = [row for rows in self._session.trace.rows.values() for row in rows]
        session, later = self._session, [row for row in rows if row.frame > 0]
        seconds = time.perf_counter() - self._start_s
        return {
            "frames": self.frames,
            "frames_of_video": len(self._video),
            "height": self._video.size.height,
            "width": self._video.size.width,
            "objects": len({row.object for row in rows}),
            "asked": sum(row.asked for row in rows),
            "user_corrections": sum(row.corrected for row in later),
            "pseudo_corrections": sum(row.pseudo for row in rows),
            "seconds": seconds,
            "frames_per_second": self.frames / seconds,
            "interrupted": not (session.finished or (session.round and session.request)),
        }


def _remove_earlier(folder: Path) -> None:
    for name in (FILM, TRACE, SUMMARY):
        (folder / name).unlink(missing_ok=True)
    for mask in (folder / MASKS).glob("[0-9]*.png"):
        mask.unlink()
