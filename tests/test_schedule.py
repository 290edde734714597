"""Legs worked by hand, and what holds for all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.schedule import Leg, everywhere, forward, truncated, until_corrected


def test_walks_stop_before_the_nearest_corrected_frames():
    legs = until_corrected(12, 5, {0, 2, 9})
    assert legs == (Leg(5, (6, 7, 8), until=9), Leg(5, (4, 3), until=2))


def test_the_first_correction_reaches_both_ends():
    assert until_corrected(4, 1, set()) == (Leg(1, (2, 3)), Leg(1, (0,)))


def test_neighbours_leave_nothing_between():
    assert until_corrected(3, 1, {0, 2}) == ()


def test_forward_leaves_corrected_frames_as_they_are():
    assert forward(6, 1, {3}) == (Leg(1, (2, 4, 5)),)


def test_everywhere_goes_both_ways():
    assert everywhere(5, 2, {0, 4}) == (Leg(2, (3,)), Leg(2, (1,)))


def test_truncated_walks_go_halfway():
    legs = truncated(12, 8, {1, 4})
    assert legs == (
        Leg(1, (0,)),
        Leg(1, (2,)),
        Leg(4, (3,)),
        Leg(4, (5, 6)),
        Leg(8, (7,)),
        Leg(8, (9, 10, 11)),
    )


def test_memory_frames_are_counted_from_the_start():
    leg = until_corrected(12, 7, ())[1]
    assert [t for t in leg.frames if leg.is_memory_frame(t, 3)] == [4, 1]


@pytest.mark.parametrize("schedule", [until_corrected, forward, everywhere, truncated])
def test_a_frame_outside_the_video_is_refused(schedule):
    with pytest.raises(ValueError, match=r"\[7\] in a video of 5 frames"):
        schedule(5, 2, {7})


@st.composite
def rounds(draw):
    count = draw(st.integers(1, 30))
    frame = draw(st.integers(0, count - 1))
    return count, frame, draw(st.frozensets(st.integers(0, count - 1)))


@given(rounds(), st.sampled_from([until_corrected, forward, everywhere, truncated]))
def test_legs_partition_their_frames(given_round, schedule):
    count, frame, corrected = given_round
    legs = schedule(count, frame, corrected)
    frames = [t for leg in legs for t in leg.frames]
    free = set(range(count)) - corrected - {frame}
    assert len(frames) == len(set(frames))
    assert set(frames) <= free
    if schedule in (everywhere, truncated):
        assert set(frames) == free
    if schedule is forward:
        assert set(frames) == {t for t in free if t > frame}
    for leg in legs:
        distances = [abs(t - leg.start) for t in leg.frames]
        assert distances == sorted(distances)
        assert leg.start in corrected | {frame}
        assert len({t > leg.start for t in leg.frames}) == 1


@given(rounds())
def test_a_walk_ends_where_another_corrected_frame_is(given_round):
    count, frame, corrected = given_round
    for leg in until_corrected(count, frame, corrected):
        step = 1 if leg.frames[0] > frame else -1
        after = leg.frames[-1] + step
        assert leg.until == (after if 0 <= after < count else None)


@given(rounds())
def test_truncated_walks_start_at_the_nearest_corrected_frame(given_round):
    count, frame, corrected = given_round
    for leg in truncated(count, frame, corrected):
        for t in leg.frames:
            assert abs(t - leg.start) == min(abs(t - c) for c in corrected | {frame})
