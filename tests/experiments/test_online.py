"""The online protocol by hand: a toy method, stated seconds, and a clock."""

import pytest

from tests.toys import NumberedVideo, ToyMethod
from vostoolkit.experiments import Clock, LiveVideo, Online
from vostoolkit.prompts import Click, Prompt, Skip
from vostoolkit.results import Propagation, Refinement, Request

VIDEO = NumberedVideo(10)


def clicking(request: Request) -> tuple[Prompt, ...]:
    return (Click(request.frame, request.object_id or 1, 1, 1),)


def begin(session) -> None:
    session.step()
    session.answer(Click(0, 1, 1, 1))


class TestLiveVideo:
    def test_whoever_is_in_time_gets_every_frame_when_it_is_shown(self) -> None:
        clock = Clock()
        live = LiveVideo(VIDEO, 10, clock)
        times = [(frame.index, round(clock.now_s, 6)) for frame in live]
        assert times == [(n, n / 10) for n in range(10)]

    def test_who_is_late_gets_the_newest_frame_and_in_the_end_the_last(self) -> None:
        clock = Clock()
        live = LiveVideo(VIDEO, 10, clock)
        taken = []
        for frame in live:
            taken.append(frame.index)
            clock.now_s += 0.25
        # taken at 0, 0.25, 0.5, 0.75 and, when the video is over, 1.0 seconds
        assert taken == [0, 2, 5, 7, 9]

    def test_a_rate_of_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="fps=0"):
            LiveVideo(VIDEO, 0, Clock())


def played(online: Online, ask_every: int = 100, user=clicking):
    return online.play(ToyMethod(ask_every=ask_every), VIDEO, user, begin)


def test_a_method_in_time_drops_nothing() -> None:
    run = played(Online(fps=10, stage_s={Propagation: 0.05}))
    assert run.processed == tuple(range(10))
    numbers = run.numbers()
    assert numbers["dropped"] == 0
    assert numbers["latency_s"] == pytest.approx(0.05)


def test_a_late_method_drops_frames_and_shows_its_last_masks() -> None:
    run = played(Online(fps=10, stage_s={Propagation: 0.25}))
    # frame 1 is waited for; done at 0.35, 0.6, 0.85 and 1.1
    assert run.processed == (0, 1, 3, 6, 8, 9)
    assert run.numbers()["dropped"] == pytest.approx(0.4)
    assert run.done_s[3] == pytest.approx(0.6)
    assert run.numbers()["latency_max_s"] == pytest.approx(1.35 - 0.9)
    assert (run.labels(5) == run.session.labels(3)).all()
    assert (run.labels(8) == run.session.labels(8)).all()


def test_a_slower_video_gives_it_time() -> None:
    assert played(Online(fps=2, stage_s={Propagation: 0.25})).numbers()["dropped"] == 0


def test_a_method_that_waits_for_a_person_misses_what_happens_meanwhile() -> None:
    online = Online(fps=10, stage_s={}, reaction_s=0.1, meanwhile="wait")
    run = played(online, ask_every=3)
    # asked at frame 3: 0.1 s to react, 1 s to turn to the frame, 1.5 s to click: the end
    assert run.processed == (0, 1, 2, 3, 9)
    assert run.done_s[3] == pytest.approx(0.3 + 2.6)


def test_a_method_that_goes_on_gets_the_answer_for_the_frame_then_shown() -> None:
    online = Online(fps=1, stage_s={Propagation: 0.1, Refinement: 0.2}, reaction_s=0.0)
    run = played(online, ask_every=3)
    assert run.processed == tuple(range(10))
    # asked at 3.1 s, answered 2.5 s later: frame 6 is the first that is done after 5.6 s.
    # frame 6 asks again meanwhile, which the same answer serves; frame 9's answer is too late
    given = [(type(p), p.frame) for p in run.session.prompts]
    assert given == [(Click, 0), (Skip, 3), (Skip, 6), (Click, 6), (Skip, 9)]
    # 0.1 s to propagate, and 0.2 twice: the toy refines after a Skip too
    assert run.done_s[6] == pytest.approx(6.5)


def test_who_skips_costs_no_time() -> None:
    online = Online(fps=10, stage_s={}, meanwhile="wait")
    run = played(online, ask_every=3, user=lambda r: (Skip(r.frame, r.object_id or 1),))
    assert run.processed == tuple(range(10))


def test_measured_seconds_are_those_of_the_stages() -> None:
    run = played(Online(fps=10))
    assert run.processed == tuple(range(10))
    assert 0 < run.numbers()["latency_s"] < 0.1


def test_nobody_answers_before_being_asked() -> None:
    with pytest.raises(ValueError, match=r"reaction_s=-1\.0"):
        Online(reaction_s=-1.0)
