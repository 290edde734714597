"""Curves, lines and strokes by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.arrays import Size
from vostoolkit.prompts import Scribble
from vostoolkit.strokes import (
    Stroke,
    bezier,
    line_pixels,
    stroke_map,
    stroke_through,
    to_scribble,
)

points = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=2, max_size=5)


def test_a_quadratic_curve_runs_from_the_last_point_to_the_first() -> None:
    curve = bezier(np.array([[0.0, 0], [2, 4], [4, 0]]), 5)
    assert np.allclose(curve, [[4, 0], [3, 1.5], [2, 2], [1, 1.5], [0, 0]])


def test_one_point_is_a_curve_too() -> None:
    assert bezier(np.array([[3.0, 4]]), 3).tolist() == [[3, 4]] * 3


def test_a_path_of_thousands_of_points_doesnt_overflow() -> None:
    path = np.stack([np.linspace(0, 1919, 3000), np.full(3000, 7.0)], axis=1)
    curve = bezier(path, 11)
    assert np.allclose(curve[:, 0], np.linspace(1919, 0, 11))
    assert np.allclose(curve[:, 1], 7)


def test_lines_by_hand() -> None:
    assert line_pixels(np.array([[0, 0], [3, 1]])).tolist() == [[0, 0], [1, 0], [2, 1], [3, 1]]
    # A half goes away from the start, whichever way the line runs.
    assert line_pixels(np.array([[0, 0], [2, 1]])).tolist() == [[0, 0], [1, 1], [2, 1]]
    assert line_pixels(np.array([[2, 1], [0, 0]])).tolist() == [[2, 1], [1, 0], [0, 0]]
    assert line_pixels(np.array([[5, 5]])).tolist() == [[5, 5]]
    assert line_pixels(np.array([[5, 5], [5, 5]])).tolist() == [[5, 5]]


@given(points)
def test_lines_have_no_gaps_and_hold_their_points(corners: list[tuple[int, int]]) -> None:
    line = line_pixels(np.array(corners, np.int64))
    assert np.abs(np.diff(line, axis=0)).max(initial=0) <= 1
    assert {tuple(corner) for corner in corners} <= {tuple(p) for p in line.tolist()}


def test_strokes_are_shares_of_the_frame_and_lose_a_pixel_on_the_way() -> None:
    size = Size(10, 20)
    stroke = stroke_through(np.array([[19.0, 9], [10, 9]]), 1, size, points=2)
    assert stroke.points.tolist() == [[0.5, 0.9], [0.95, 0.9]]
    assert stroke.pixels(size)[[0, -1]].tolist() == [[9, 8], [18, 8]]


def test_the_last_stroke_wins_where_two_cross() -> None:
    across = Stroke(1, np.array([[0, 0.5], [1, 0.5]]))
    down = Stroke(0, np.array([[0.5, 0], [0.5, 1]]))
    labels = stroke_map([across, down], Size(3, 5))
    assert labels.tolist() == [[-1, -1, 0, -1, -1], [1, 1, 0, 1, 1], [-1, -1, 0, -1, -1]]


def test_a_stroke_becomes_a_prompt() -> None:
    path = np.array([[19.0, 9], [10, 9]])
    stroke = stroke_through(path, 1, Size(10, 20), points=4)
    prompt = to_scribble(stroke, Size(10, 20), 4, 2, positive=False)
    points = ((10, 9), (13, 9), (16, 9), (19, 9))
    assert prompt == Scribble(4, 2, points, positive=False, width=3)
    still = Stroke(2, np.array([[0.0, 0], [0, 0], [1, 1]]))
    assert to_scribble(still, Size(2, 2), 4, 2).points == ((0, 0), (1, 1))


@pytest.mark.parametrize("path", [np.zeros((0, 2)), np.array([[0.5, 1.2]]), np.array([[-0.1, 0]])])
def test_points_outside_the_frame_are_refused(path: np.ndarray) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        Stroke(1, path)
