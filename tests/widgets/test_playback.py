"""Frames shown at their own speed, without a browser: a clock by hand, and real threads."""

import threading
import time

import pytest
from toys import NumberedStream, ToyMethod
from vostoolkit_widgets import Explorer
from vostoolkit_widgets.playback import AHEAD, Player, Reel
from widgets.explorer_hands import click, key, press, question

from vostoolkit.session import Session


def test_frames_are_due_at_the_videos_speed_from_the_first_that_is_ready():
    clock = [100.0]
    reel = Reel[str](first=5, last=20, fps=10, now=lambda: clock[0])
    assert reel.due() == 5 and reel.take() is None
    clock[0] = 130.0  # however long the first takes to make
    reel.add(5, "five")
    assert reel.take() == (5, "five")
    clock[0] += 0.39
    assert reel.due() == 8
    reel.add(6, "six")
    reel.add(7, "seven")
    reel.add(9, "nine")
    assert reel.wait_s(9) == pytest.approx(0.01)
    assert reel.take() == (7, "seven")  # the sixth came too late
    assert reel.take() is None
    clock[0] += 0.02
    assert reel.take() == (9, "nine")
    clock[0] += 1000
    assert reel.due() == 20


def played(make_s: float, show_s: float, fps: float, frames: int) -> tuple[list[int], float, int]:
    """The frames that were shown, how long it took, and the most that were made ahead."""
    ended, shown, made, ahead = threading.Event(), [], [], [0]

    def make(frame: int) -> int:
        time.sleep(make_s)
        made.append(frame)
        ahead[0] = max(ahead[0], len(made) - len(shown))
        return frame * frame

    def show(frame: int, square: int) -> None:
        assert square == frame * frame
        shown.append(frame)
        time.sleep(show_s)

    start = time.monotonic()
    Player(make, show, ended.set, lambda error: None).play(0, frames - 1, fps)
    assert ended.wait(20)
    return shown, time.monotonic() - start, ahead[0]


def test_a_quick_machine_shows_every_frame_and_prepares_no_more_than_it_may():
    shown, took_s, ahead = played(0.0, 0.0, fps=40, frames=30)
    assert shown == list(range(30))
    assert 29 / 40 <= took_s < 3
    assert ahead <= AHEAD + 2


@pytest.mark.parametrize(("make_s", "show_s"), [(0.05, 0.0), (0.0, 0.05)])
def test_a_slow_machine_leaves_frames_out_and_keeps_the_time(make_s, show_s):
    shown, took_s, _ = played(make_s, show_s, fps=100, frames=60)
    assert shown == sorted(set(shown)) and shown[-1] == 59
    assert len(shown) < 30 and took_s < 3


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
