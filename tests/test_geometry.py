"""Distance fields, dilation and components against brute force."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vostoolkit import geometry

masks = arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


def brute_force(mask: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Distance of each pixel of a grid to the nearest source point (row, column)."""
    rows, columns = np.indices(mask.shape)
    return np.min(
        [np.hypot(rows - row, columns - column) for row, column in sources], axis=0
    ).astype(np.float32)


@given(masks)
def test_distance_inside_counts_the_frames_border_as_outside(mask: np.ndarray) -> None:
    outside = np.argwhere(~np.pad(mask, 1)) - 1
    expected = np.where(mask, brute_force(mask, outside), 0)
    np.testing.assert_allclose(geometry.distance_inside(mask), expected, rtol=1e-6)


@given(masks)
def test_distance_to_boundary_is_that_of_equation_4(mask: np.ndarray) -> None:
    inner = np.pad(mask, 1)
    inside = inner[:-2, 1:-1] & inner[2:, 1:-1] & inner[1:-1, :-2] & inner[1:-1, 2:]
    edge = mask & ~inside
    np.testing.assert_array_equal(geometry.boundary(mask), edge)
    expected = brute_force(mask, np.argwhere(edge)) if mask.any() else np.zeros(mask.shape)
    np.testing.assert_allclose(geometry.distance_to_boundary(mask), expected, rtol=1e-6)


@given(masks, st.integers(0, 5))
def test_dilation_is_by_a_centred_disc(mask: np.ndarray, radius: int) -> None:
    expected = brute_force(mask, np.argwhere(mask)) <= radius if mask.any() else np.zeros_like(mask)
    np.testing.assert_array_equal(geometry.dilated(mask, radius), expected)


@given(masks)
def test_the_pole_is_in_the_mask_and_farthest_from_outside(mask: np.ndarray) -> None:
    point = geometry.pole(mask)
    if not mask.any():
        assert point is None
        return
    assert point is not None
    x, y = point
    field = geometry.distance_inside(mask)
    assert mask[y, x]
    assert field[y, x] == field.max()


@given(masks)
def test_window_holds_the_whole_mask_and_nothing_to_spare(mask: np.ndarray) -> None:
    window = geometry.window_of(mask)
    if not mask.any():
        assert window is None
        return
    assert window is not None
    cut = mask[window]
    assert cut.sum() == mask.sum()
    assert cut[0].any() and cut[-1].any() and cut[:, 0].any() and cut[:, -1].any()


def test_the_pole_of_a_ring_lies_on_the_ring() -> None:
    ring = np.zeros((21, 21), bool)
    ring[2:19, 2:19] = True
    ring[6:15, 6:15] = False
    x, y = geometry.pole(ring) or (-1, -1)
    assert ring[y, x]
    assert geometry.distance_inside(ring)[y, x] > 2


def test_a_pixel_dilated_by_one_is_a_cross() -> None:
    mask = np.zeros((3, 3), bool)
    mask[1, 1] = True
    assert geometry.dilated(mask, 1).astype(int).tolist() == [[0, 1, 0], [1, 1, 1], [0, 1, 0]]


def test_a_negative_radius_is_refused() -> None:
    with pytest.raises(ValueError, match="radius of -1"):
        geometry.dilated(np.ones((2, 2), bool), -1)


def test_components_touch_at_corners() -> None:
    mask = np.array([[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 1]], bool)
    numbers, count = geometry.components(mask)
    assert count == 2
    assert (numbers > 0).tolist() == mask.tolist()
    assert geometry.component_at(mask, 3.2, 0.8).astype(int).tolist() == [
        [0, 0, 0, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 1],
    ]
    assert not geometry.component_at(mask, 3, 0).any()


def test_masks_and_regions_convert_both_ways() -> None:
    mask = np.eye(3, dtype=bool)
    region = geometry.to_region(mask, like=torch.zeros(1))
    assert region.dtype == torch.bool
    np.testing.assert_array_equal(geometry.to_mask(region), mask)
