"""J by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vostoolkit.metrics.overlap import iou, iou_table, ious

masks = arrays(np.bool_, (4, 5))


def test_half_of_two_pixels_each() -> None:
    predicted = np.array([[1, 1, 0]], bool)
    truth = np.array([[0, 1, 1]], bool)
    assert iou(predicted, truth) == pytest.approx(1 / 3)


def test_two_empty_masks_agree() -> None:
    nothing = np.zeros((2, 2), bool)
    assert iou(nothing, nothing) == 1
    assert iou(nothing, ~nothing) == 0


def test_void_pixels_count_for_nothing() -> None:
    predicted = np.array([[1, 1, 1]], np.uint8)
    truth = np.array([[1, 0, 255]], np.uint8)
    assert ious(predicted, truth) == {1: 0.5}
    assert ious(predicted, truth, void=None) == {1: pytest.approx(1 / 3), 255: 0}


def test_objects_may_be_named() -> None:
    labels = np.array([[0, 2]], np.uint8)
    assert ious(labels, labels) == {2: 1}
    assert ious(labels, labels, (1, 2)) == {1: 1, 2: 1}


def test_a_table_has_the_annotated_frames_only() -> None:
    predicted = {frame: np.full((2, 2), frame % 2, np.uint8) for frame in range(4)}
    truth = {3: np.ones((2, 2), np.uint8), 0: np.ones((2, 2), np.uint8)}
    assert iou_table(predicted, truth, (1,)).tolist() == [[0], [1]]
    assert iou_table({}, {}, (1, 2)).shape == (0, 2)
    with pytest.raises(ValueError, match="no masks for frame 3"):
        iou_table({0: predicted[0]}, truth, (1,))


def test_sizes_must_agree() -> None:
    with pytest.raises((ValueError, TypeError)):  # under test, types catch it first
        iou(np.zeros((2, 2), bool), np.zeros((2, 3), bool))


@given(masks, masks)
def test_iou_is_symmetric_and_1_only_for_equal_masks(a: np.ndarray, b: np.ndarray) -> None:
    assert iou(a, b) == iou(b, a)
    assert 0 <= iou(a, b) <= 1
    assert (iou(a, b) == 1) == np.array_equal(a, b)


@given(masks, masks, st.booleans())
def test_void_everywhere_leaves_nothing_to_disagree(
    a: np.ndarray, b: np.ndarray, flip: bool
) -> None:
    assert iou(a, b ^ flip, void=np.ones_like(a)) == 1
