"""Quality against time, by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.metrics.curves import Curve, mean_curve
from vostoolkit.prompts import Absent, Click
from vostoolkit.users import cost_s

CURVE = Curve((10, 30, 50), (0.5, 0.7, 0.9))


def test_a_value_at_a_time_is_interpolated() -> None:
    assert CURVE.at(0) == 0
    assert CURVE.at(5) == pytest.approx(0.25)
    assert CURVE.at(20) == pytest.approx(0.6)
    assert CURVE.at() == 0.9  # at 60 s, after the last


def test_the_area_is_a_mean_over_time() -> None:
    # To 10 s: 2.5; to 30 s: 12 more; to 50 s: 16 more; to 100 s: 45 more.
    assert CURVE.area(100) == pytest.approx((2.5 + 12 + 16 + 45) / 100)
    assert CURVE.area(20) == pytest.approx((2.5 + 5.5) / 20)
    assert CURVE.area(10) == pytest.approx(0.25)


def test_a_quality_at_once_holds_from_the_start() -> None:
    drawn = Curve((0, 10), (0.8, 0.9))
    assert drawn.at(5) == pytest.approx(0.85)
    assert drawn.area(10) == pytest.approx(0.85)
    assert drawn.time_to(0.8) == 0


def test_the_time_to_a_quality() -> None:
    assert CURVE.time_to() == pytest.approx(45)
    assert CURVE.time_to(0.5) == 10
    assert math.isinf(CURVE.time_to(0.95))
    falling = Curve((10, 20, 30), (0.9, 0.3, 0.9))
    assert falling.time_to() == pytest.approx(8.5 / 0.9)  # on the way to the first 0.9


def test_annotation_time_adds_up() -> None:
    prompts = [(Click(0, 1, 2, 2),), (Absent(5, 1), Click(5, 2, 3, 3))]
    curve = Curve.of_costs(map(cost_s, prompts), (0.6, 0.7))
    assert curve.seconds == (2.5, 2.5 + 1 + 3 + 1.5)


def test_the_mean_of_curves_goes_by_interaction() -> None:
    found = mean_curve([CURVE, Curve((20,), (0.9,))])
    assert found.seconds == (15, 25, 35)
    assert found.quality == pytest.approx((0.7, 0.8, 0.9))


@pytest.mark.parametrize(
    ("seconds", "quality", "message"),
    [
        ((), (), "0 times and 0 qualities"),
        ((1.0,), (0.5, 0.6), "1 times and 2 qualities"),
        ((2.0, 1.0), (0.5, 0.6), "in order"),
        ((-1.0,), (0.5,), "in order"),
    ],
)
def test_wrong_curves_are_refused(
    seconds: tuple[float, ...], quality: tuple[float, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Curve(seconds, quality)


def test_limits_are_checked() -> None:
    with pytest.raises(ValueError, match="above 0"):
        CURVE.area(0)
    with pytest.raises(ValueError, match="no curves"):
        mean_curve([])


steps = st.lists(st.tuples(st.floats(0, 50), st.floats(0, 1)), min_size=1, max_size=6)


@given(steps, st.floats(1, 400))
def test_an_area_lies_between_0_and_the_best_quality(
    found: list[tuple[float, float]], limit: float
) -> None:
    costs, quality = zip(*found, strict=True)
    area = Curve.of_costs(costs, quality).area(limit)
    assert -1e-9 <= area <= max(quality) + 1e-9
