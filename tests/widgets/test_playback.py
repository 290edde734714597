"""Frames shown at their own speed, without a browser: a clock by hand, and real threads."""

import threading
import time

import pytest
from toys import NumberedStream, ToyMethod
from vostoolkit_widgets import Explorer
from vostoolkit_widgets.playback import Player
from widgets.explorer_hands import click, key, press, question

from vostoolkit.session import Session


def played(make_s: float, show_s: float, fps: float, frames: int) -> tuple[list[int], float]:
    """The frames that were shown, and how long it took; no frame is made that isn't shown."""
    ended, shown, made = threading.Event(), [], []

    def make(frame: int) -> int:
        time.sleep(make_s)
        made.append(frame)
        return frame * frame

    def show(frame: int, square: int) -> None:
        assert square == frame * frame
        shown.append(frame)
        time.sleep(show_s)

    start = time.monotonic()
    Player(make, show, ended.set, lambda error: None).play(5, 4 + frames, fps)
    assert ended.wait(20)
    assert made == shown
    return shown, time.monotonic() - start


def test_a_quick_machine_shows_every_frame_no_sooner_than_it_is_due():
    shown, took_s = played(0.0, 0.0, fps=40, frames=30)
    assert len(shown) > 25 and shown[0] == 5 and shown[-1] == 34
    assert 29 / 40 <= took_s < 3


@pytest.mark.parametrize(("make_s", "show_s"), [(0.05, 0.0), (0.0, 0.05)])
def test_a_slow_machine_or_page_leaves_frames_out_and_keeps_the_time(make_s, show_s):
    shown, took_s = played(make_s, show_s, fps=100, frames=60)
    assert shown == sorted(set(shown)) and shown[0] == 5 and shown[-1] == 64
    assert len(shown) < 30 and 0.59 <= took_s < 3


def test_the_clock_starts_when_the_first_frame_is_ready():
    ended, shown = threading.Event(), []

    def make(frame: int) -> None:
        time.sleep(0.3 if frame == 0 else 0.0)

    player = Player(make, lambda frame, _: shown.append(frame), ended.set, lambda error: None)
    player.play(0, 9, 40)
    assert ended.wait(10)
    assert 2 in shown and len(shown) > 6  # else the third would have been due long before


def test_what_fails_ends_it_and_is_told():
    told = []

    def make(frame: int) -> int:
        if frame == 2:
            raise OSError("the file is gone")
        return frame

    player = Player(make, lambda *_: None, lambda: told.append("ended"), told.append)
    player.play(0, 9, 50)
    end = time.monotonic() + 5
    while player.is_on and time.monotonic() < end:
        time.sleep(0.01)
    assert [str(one) for one in told] == ["the file is gone"]


def wait_until(explorer: Explorer, is_so) -> None:
    end = time.monotonic() + 10
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)
    assert explorer.settle(10) and is_so()


def test_the_explorer_watches_from_the_frame_it_shows_to_the_end(explorer):
    click(explorer, 3, 2)
    press(explorer, "run")
    shown, show = [], explorer._panel.canvas.project
    explorer._panel.canvas.project = lambda flat: (shown.append(explorer.frame), show(flat))
    explorer.frame = 1
    key(explorer, "p")
    wait_until(explorer, lambda: not explorer._watch.is_on)
    last = len(explorer.session.video) - 1
    assert explorer.frame == last
    assert shown == sorted(shown) and len(set(shown)) > last / 2
    key(explorer, "p")  # at the end it begins again
    wait_until(explorer, lambda: 0 < explorer.frame < last)
    assert not explorer._panel.actions.buttons["stop"].disabled
    key(explorer, " ")
    stopped, done = explorer.frame, explorer.session.history.done
    time.sleep(0.2)
    assert explorer.settle(10) and explorer.frame == stopped < last
    assert explorer.session.history.done == done  # the space bar stopped the film; nothing ran
    press(explorer, "watch")
    wait_until(explorer, lambda: explorer.frame > stopped)
    key(explorer, "ArrowLeft")  # whatever else is done stops it
    assert not explorer._watch.is_on


def test_a_live_stream_is_not_watched_again():
    explorer = Explorer(Session(ToyMethod(), NumberedStream(5)))
    assert explorer.settle(10)
    press(explorer, "watch")
    assert "live stream" in question(explorer) or "live stream" in error(explorer)
    explorer.close()


def error(explorer: Explorer) -> str:
    return explorer._panel.question._error.value
