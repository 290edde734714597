"""Lazy-XMem 4.2 and Eq. 7 by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.metrics.workload import (
    Interactions,
    corrections,
    dispersion,
    mean_interval_s,
    unevenness,
)


def run(*frames: int, length: int = 10, fps: float = 2.0) -> Interactions:
    return Interactions(frames, length, fps)


def test_distances_by_hand() -> None:
    assert run(3, 4, 8).distances() == (3, 1, 4, 2)
    assert run(3, 4, 8).distances("left out") == (1, 4)
    assert run().distances() == (10,)
    assert run().distances("left out") == ()


def test_corrections_are_counted_once_per_frame_and_object() -> None:
    assert corrections([run(3, 3, 4), run(3), run()]) == 3


def test_the_interval_counts_start_and_end() -> None:
    assert mean_interval_s([run()]) == 5  # 10 frames, 2 a second
    assert mean_interval_s([run(5)]) == 2.5
    assert mean_interval_s([run(5), run()]) == pytest.approx((2.5 + 2.5 + 5) / 3)
    assert math.isnan(mean_interval_s([]))


def test_equation_7_by_hand() -> None:
    # F = 4, corrections at 1 and 3: distances 1, 2, 1. Cumulative counts over i = 1..4: 2, 3, 3, 3.
    assert dispersion([run(1, 3, length=4)]) == pytest.approx(11 / 4)
    # Without the ends: one distance of 2; cumulative 0, 1, 1, 1.
    assert dispersion([run(1, 3, length=4)], ends="left out") == pytest.approx(3 / 4)


def test_objects_are_summed_as_printed_or_averaged_as_published() -> None:
    objects = [run(1, 3, length=4), run(length=4)]  # 11/4 and 1/4
    assert dispersion(objects) == pytest.approx(3)
    assert dispersion(objects, over_objects="mean") == pytest.approx(1.5)
    assert dispersion([]) == 0


@given(st.sets(st.integers(1, 599), max_size=20))
def test_with_its_ends_equation_7_doesnt_see_where_corrections_lie(frames: set[int]) -> None:
    count = len(frames)
    expected = count + (count + 1) / 600
    assert dispersion([Interactions(sorted(frames), 600, 6)]) == pytest.approx(expected)


def test_unevenness_by_hand() -> None:
    assert unevenness([run(5)]) == 0
    assert unevenness([run(1)]) == pytest.approx((0.01 + 0.81 - 1 / 2) / (1 / 2))
    # Parts of 1, 1 and 8 tenths.
    assert unevenness([run(1, 2)]) == pytest.approx((0.66 - 1 / 3) / (2 / 3))
    assert unevenness([run(5), run(1), run()]) == pytest.approx(0.32)
    assert math.isnan(unevenness([run(), run(0)]))


@given(st.integers(1, 20))
def test_bunched_corrections_are_less_even_where_equation_7_sees_no_difference(count: int) -> None:
    spread = Interactions([i * 600 // (count + 1) for i in range(1, count + 1)], 600, 6)
    bunched = Interactions(range(1, count + 1), 600, 6)
    assert unevenness([spread]) < 0.001 < 0.5 < unevenness([bunched]) <= 1
    assert dispersion([spread]) == pytest.approx(dispersion([bunched]))


def test_corrections_outside_the_run_are_refused() -> None:
    with pytest.raises(ValueError, match="frame 10 of a run of 10"):
        run(10)
    with pytest.raises(ValueError, match="0 frames"):
        run(length=0)
