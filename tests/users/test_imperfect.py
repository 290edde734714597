"""An imperfect person: what goes wrong, how often, and always in the same way."""

import numpy as np
import pytest

from tests.toys import NumberedVideo, ToyMethod
from vostoolkit.arrays import Labels, Size
from vostoolkit.masks import Masks
from vostoolkit.prompts import Absent, Click, Skip
from vostoolkit.results import Request
from vostoolkit.session import Session
from vostoolkit.users import ImperfectUser, SimulatedUser
from vostoolkit.users.davis_robot import ScribblingUser
from vostoolkit.users.eva import EvaAnnotator

SIZE = Size(40, 60)


def truth(frame: int) -> Labels:
    """A square that moves right by a pixel a frame, and is gone from frame 50 on."""
    labels = np.zeros(SIZE, np.uint8)
    if frame < 50:
        labels[10:15, frame : frame + 5] = 1
    return labels


def asked(frame: int, object_id: int | None = 1) -> Request:
    kind = "object" if object_id is None else "click"
    return Request(frame=frame, kind=kind, object_id=object_id, masks=Masks.empty(SIZE))


def test_without_mistakes_it_answers_as_the_other_does() -> None:
    perfect = SimulatedUser(truth)
    for request in (asked(0, None), asked(3), asked(55)):
        assert ImperfectUser(perfect)(request) == perfect(request)


def test_clicks_miss_by_the_jitter_and_stay_inside() -> None:
    user = ImperfectUser(SimulatedUser(truth), jitter=3.0)
    clicks = [user(asked(frame))[0] for frame in range(50)]
    places = np.array([(c.x - (f + 2), c.y - 12) for f, c in enumerate(clicks)])
    assert 2 < places[5:].std() < 4
    wild = ImperfectUser(SimulatedUser(truth), jitter=500.0)
    for frame in range(20):
        (click,) = wild(asked(frame))
        assert 0 <= click.x <= 59
        assert 0 <= click.y <= 39
    assert wild(asked(55)) == (Absent(55, 1),)


def test_scribbles_are_moved_whole_and_boxes_side_by_side() -> None:
    (perfect,) = ScribblingUser(truth)(asked(20))
    (moved,) = ImperfectUser(ScribblingUser(truth), jitter=2.0)(asked(20))
    shift = np.array(moved.points) - np.array(perfect.points)
    assert np.ptp(shift, axis=0) == pytest.approx([0, 0], abs=1e-9)
    assert np.abs(shift).max() > 0.1
    sides = set()
    for frame in range(30):
        (box,) = ImperfectUser(EvaAnnotator(truth, gives="box"), jitter=4.0)(asked(frame))
        assert 0 <= box.left <= box.right <= 59
        assert 0 <= box.top <= box.bottom <= 39
        sides |= {box.left - frame, box.right - frame - 4}
    assert len(sides) > 50


def test_the_same_request_gets_the_same_mistake_whatever_came_before() -> None:
    one, other = (ImperfectUser(SimulatedUser(truth), 3.0, 0.5, seed=4) for _ in range(2))
    forward = [one(asked(frame)) for frame in range(30)]
    backward = [other(asked(frame)) for frame in reversed(range(30))]
    assert forward == backward[::-1]
    third = ImperfectUser(SimulatedUser(truth), 3.0, 0.5, seed=5)
    assert forward != [third(asked(frame)) for frame in range(30)]


def test_a_share_of_the_requests_is_missed_but_never_the_first() -> None:
    user = ImperfectUser(SimulatedUser(truth), misses=0.25)
    missed = [user(asked(frame)) == (Skip(frame, 1),) for frame in range(49)]
    assert 6 <= sum(missed) <= 20
    deaf = ImperfectUser(SimulatedUser(truth), misses=1)
    assert deaf(asked(4)) == (Skip(4, 1),)
    assert deaf(asked(0, None)) == (Click(0, 1, 2, 12),)


def test_a_late_answer_is_about_the_later_frame() -> None:
    user = ImperfectUser(SimulatedUser(truth), delay=7, last_frame=52)
    assert user(asked(3)) == (Skip(3, 1), Click(10, 1, 12, 12))
    assert user(asked(45)) == (Skip(45, 1), Absent(52, 1))
    assert user(asked(46)) == (Skip(46, 1),)


def test_in_a_session_the_late_answer_corrects_the_later_frame() -> None:
    def clicking(request: Request) -> tuple[Click, ...]:
        return (Click(request.frame, request.object_id or 1, 1, 1),)

    video = NumberedVideo(10)
    session = Session(ToyMethod(ask_every=4), video)
    session.play(ImperfectUser(clicking, delay=3, last_frame=9))
    given = [(type(p), p.frame) for p in session.prompts]
    assert given == [(Click, 0), (Skip, 4), (Click, 7), (Skip, 8)]
    assert session.finished


@pytest.mark.parametrize(
    ("mistakes", "message"),
    [
        ({"jitter": -1.0}, "jitter=-1.0"),
        ({"delay": -1}, "delay=-1"),
        ({"misses": 1.5}, "misses=1.5"),
    ],
)
def test_impossible_mistakes_are_refused(mistakes, message) -> None:
    with pytest.raises(ValueError, match=message):
        ImperfectUser(SimulatedUser(truth), **mistakes)


def test_jitter_needs_to_know_the_frame() -> None:
    blind = Request(frame=3, kind="click", object_id=1)
    with pytest.raises(ValueError, match="without masks and picture"):
        ImperfectUser(SimulatedUser(truth), jitter=1.0)(blind)
