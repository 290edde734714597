"""F by hand, and the properties that its fast form must share with the definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vostoolkit.arrays import Size
from vostoolkit.geometry import dilated
from vostoolkit.metrics.bit_planes import boundary_bits, dilated_bits, stride_for, unpacked
from vostoolkit.metrics.boundary import boundary_map, f_measure, tolerance_pixels

masks = arrays(np.bool_, (11, 13))


def square(left: int, size: int = 4) -> np.ndarray:
    mask = np.zeros((20, 30), bool)
    mask[8 : 8 + size, left : left + size] = True
    return mask


def test_the_boundary_lies_to_the_top_left() -> None:
    pixel = np.zeros((4, 4), bool)
    pixel[1, 1] = True
    assert np.argwhere(boundary_map(pixel)).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    last = np.zeros((4, 4), bool)
    last[3, 3] = True
    assert np.argwhere(boundary_map(last)).tolist() == [[2, 2], [2, 3], [3, 2]]


def test_a_mask_that_fills_the_frame_has_no_boundary() -> None:
    assert not boundary_map(np.ones((5, 6), bool)).any()
    assert f_measure(np.ones((20, 30), bool), np.ones((20, 30), bool)) == 1
    assert f_measure(np.ones((20, 30), bool), square(5)) == 0


def test_precision_and_recall_by_hand() -> None:
    # Both boundaries are rings of 16 pixels, 5 x 5; the predicted one lies 2 columns further right.
    # Within 1 pixel of a true one are 4 of the 5 at its top, 4 at its bottom, and 2 of the 3
    # between them on its left side; likewise the other way round.
    truth, predicted = square(5), square(7)
    assert boundary_map(truth).sum() == boundary_map(predicted).sum() == 16
    assert f_measure(predicted, truth, tolerance=1) == pytest.approx(10 / 16)
    assert f_measure(predicted, truth, tolerance=2) == 1


def test_harmonic_mean_by_hand() -> None:
    # 16 true pixels all found, 16 of 32 predicted ones have a partner: 2 * .5 * 1 / 1.5.
    truth = square(3)
    assert f_measure(truth | square(20), truth, tolerance=1) == pytest.approx(2 / 3)


def test_empty_masks() -> None:
    nothing = np.zeros((20, 30), bool)
    assert f_measure(nothing, nothing) == 1
    assert f_measure(nothing, square(3)) == f_measure(square(3), nothing) == 0


def test_a_void_region_inside_an_object_has_a_boundary() -> None:
    truth, void = square(3, size=8), square(5, size=4)
    assert f_measure(truth & ~void, truth, tolerance=1) < 1
    assert f_measure(truth & ~void, truth, void=void, tolerance=1) == 1


def test_tolerances() -> None:
    assert tolerance_pixels(Size(480, 854)) == 8  # 0.008 of 979.66 pixels is 7.84
    assert tolerance_pixels(Size(480, 854), 3) == 3
    with pytest.raises(ValueError, match="tolerance of 0"):
        f_measure(square(3), square(3), tolerance=0)


def test_sizes_must_agree() -> None:
    with pytest.raises((ValueError, TypeError)):  # under test, types catch it first
        f_measure(np.zeros((2, 2), bool), np.zeros((2, 3), bool))


@given(masks, st.integers(1, 6))
def test_bits_grow_as_masks_do(mask: np.ndarray, radius: int) -> None:
    stride = stride_for(mask.shape[1], radius)
    grown = dilated_bits(boundary_bits(mask, stride), radius, stride)
    expected = dilated(boundary_map(mask), radius)
    assert (unpacked(grown, Size(*mask.shape), stride) == expected).all()


@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 18))))
def test_the_boundary_is_its_definition(mask: np.ndarray) -> None:
    framed = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    differs = [
        mask ^ framed[dy : dy + len(mask), dx : dx + mask.shape[1]]
        for dy, dx in ((0, 1), (1, 0), (1, 1))
    ]
    assert (boundary_map(mask) == np.any(differs, axis=0)).all()


@given(masks, masks, st.integers(1, 4))
def test_f_is_the_definition_over_the_whole_frame(
    predicted: np.ndarray, truth: np.ndarray, radius: int
) -> None:
    ours, theirs = boundary_map(predicted), boundary_map(truth)
    found = f_measure(predicted, truth, tolerance=radius)
    assert found == pytest.approx(f_measure(truth, predicted, tolerance=radius))
    if ours.any() and theirs.any():
        precision = (ours & dilated(theirs, radius)).sum() / ours.sum()
        recall = (theirs & dilated(ours, radius)).sum() / theirs.sum()
        both = precision + recall
        assert found == pytest.approx(2 * precision * recall / both if both else 0)
    else:
        assert found == (not ours.any() and not theirs.any())


@given(masks, masks)
def test_a_larger_tolerance_is_never_harder(predicted: np.ndarray, truth: np.ndarray) -> None:
    values = [f_measure(predicted, truth, tolerance=t) for t in (0.01, 1, 2, 5, 50)]
    assert values == sorted(values)
