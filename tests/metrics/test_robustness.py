"""Lazy-XMem Eq. 6 by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vostoolkit.metrics.overlap import iou_table
from vostoolkit.metrics.robustness import THRESHOLDS, robustness

NAN = float("nan")


def test_equation_6_is_a_mean_of_means() -> None:
    table = np.array([[0.1, NAN], [0.05, NAN], [0.5, 0.24], [0.25, 0.25]])
    assert robustness(table, 0.25) == pytest.approx((2 / 4 + 1 / 2) / 2)
    assert robustness(table, 0.1) == pytest.approx((3 / 4 + 2 / 2) / 2)


def test_absence_counts_if_it_was_predicted() -> None:
    empty, full = np.zeros((2, 2), np.uint8), np.ones((2, 2), np.uint8)
    truth = {0: full, 1: empty, 2: empty}
    table = iou_table({0: full, 1: empty, 2: full}, truth, (1,))
    assert robustness(table, 0.5) == pytest.approx(2 / 3)
    present = np.array([[True], [False], [False]])
    assert robustness(table, 0.5, present=present) == 1


def test_objects_that_are_never_there_are_left_out() -> None:
    table = np.array([[1.0, NAN], [0.0, NAN]])
    assert robustness(table, 0.1) == 0.5
    assert np.isnan(robustness(np.full((2, 1), NAN), 0.1))
    assert np.isnan(robustness(np.zeros((0, 0)), 0.1))


@pytest.mark.parametrize("threshold", [0, 1.5, NAN])
def test_a_threshold_must_be_an_overlap(threshold: float) -> None:
    with pytest.raises(ValueError, match="give an IoU"):
        robustness(np.ones((1, 1)), threshold)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.floats(0, 1))
)
def test_a_higher_threshold_is_never_easier(table: np.ndarray) -> None:
    values = [robustness(table, threshold) for threshold in THRESHOLDS]
    assert values == sorted(values, reverse=True)
    assert all(0 <= value <= 1 for value in values)
