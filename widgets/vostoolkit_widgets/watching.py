"""The Explorer's film: a session's frames at the video's own speed, with what is known of them."""

import threading
import time
from collections.abc import Callable

from vostoolkit.errors import SessionError
from vostoolkit.frames import Video
from vostoolkit_widgets import wording
from vostoolkit_widgets.album import Album
from vostoolkit_widgets.driver import Driver
from vostoolkit_widgets.flattening import Flat, flattened
from vostoolkit_widgets.gaze import Gaze
from vostoolkit_widgets.panel import Panel
from vostoolkit_widgets.playback import Player
from vostoolkit_widgets.scene import Scene, scene_of
from vostoolkit_widgets.worker import Worker

_WORDS_PACE_S = 0.2
"""Cursor and place are shown so often; only the canvas gets every frame."""

_PATIENCE_S = 2.0
"""A desk that was closed never shows a frame that waits for it."""


class Watch:
    """Plays a session's frames on the panel, from the one that is shown to the last.

    Where the browser or the machine is too slow, frames are left out.
    Drawing is the work of ``desk``; ``changed`` is called on it when the film began or ended.
    """

    def __init__(
        self,
        gaze: Gaze,
        album: Album,
        panel: Panel,
        *,
        driver: Driver,
        desk: Worker,
        changed: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._gaze, self._album, self._panel = gaze, album, panel
        self._driver, self._session, self._desk = driver, driver.session, desk
        self._changed = changed
        self._player = Player(self._make, self._due, lambda: desk.post(self._end), failed)
        self._said_at = 0.0
        self.is_on = False
        """Whether it plays."""

    def feel(self, name: str) -> bool:
        """Whether a button or key was about the film alone; any stops it, "watch" begins it."""
        was_on = self.is_on
        self.stop()
        if name == "watch" and not was_on:
            self._start()
        elif not was_on or name not in ("watch", "space", "stop"):
            return False
        self._changed()
        return True

    def stop(self) -> None:
        """Nothing; the frame that is seen stays."""
        self.is_on = False
        self._player.stop()

    def glance(self) -> None:
        """Nothing; shows the frame that is looked at, and of all else only the place."""
        gaze, canvas = self._gaze, self._panel.canvas
        map_ = self._album.overlay(gaze.frame, gaze)
        canvas.show_still(self._album.still(self._scene(gaze.frame), map_))
        canvas.capture.pace()
        self._tell(gaze.frame)

    def _start(self) -> None:
        """Nothing; plays from the frame that is shown, at the end from the beginning.

        Raises:
            SessionError: the video is a live stream.
        """
        video, gaze = self._session.video, self._gaze
        if not isinstance(video, Video):
            raise SessionError(
                "a live stream can't be watched again, its frames are gone: record it to a file, "
                "and open that with open_video()"
            )
        self._driver.stop()
        last = len(video) - 1
        gaze.is_following, self.is_on = False, True
        self._player.play(gaze.frame if gaze.frame < last else 0, last, video.fps)

    def _end(self) -> None:
        self.is_on = False
        self._changed()

    def _make(self, frame: int) -> Flat:
        map_ = self._album.overlay(frame, self._gaze)
        image, look = self._session.image(frame), self._panel.canvas.look
        return flattened(image, self._scene(frame), map_, look)

    def _scene(self, frame: int) -> Scene:
        scene = scene_of(self._session, frame, self._driver.pending)
        return scene.without(self._gaze.hidden)

    def _due(self, frame: int, flat: Flat) -> None:
        """Nothing; comes back when it was shown, so that the next is made when there is need."""
        shown = threading.Event()
        self._desk.post(lambda: self._show(frame, flat, shown), instead_of="watched")
        shown.wait(_PATIENCE_S)

    def _show(self, frame: int, flat: Flat, shown: threading.Event) -> None:
        if self.is_on:
            self._gaze.frame = frame
            self._panel.canvas.project(flat)
            self._tell(frame)
        shown.set()

    def _tell(self, frame: int) -> None:
        panel, now = self._panel, time.monotonic()
        if now - self._said_at > _WORDS_PACE_S:
            self._said_at = now
            panel.actions.tell(wording.place(self._session, frame))
            if "timeline" in panel.parts:
                panel.timeline.cursor = frame
