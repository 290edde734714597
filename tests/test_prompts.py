"""What prompts cover of a frame, pixel by pixel."""

import numpy as np
import pytest

from vostoolkit.arrays import Size
from vostoolkit.errors import PromptError
from vostoolkit.prompts import Click, Local, Scribble, check_inside, polygon, rasterise

SIZE = Size(9, 12)
TRIANGLE = ((2.0, 1.0), (6.0, 1.0), (2.0, 5.0))


def test_a_scribble_of_one_point_is_a_dot_of_its_width():
    dot = rasterise([Scribble(0, 1, ((4.0, 3.0),), width=1)], SIZE, positive=True)
    assert np.argwhere(dot).tolist() == [[3, 4]]
    wide = rasterise([Scribble(0, 1, ((4.0, 3.0),), width=2)], SIZE, positive=True)
    assert sorted(np.argwhere(wide).tolist()) == [[2, 4], [3, 3], [3, 4], [3, 5], [4, 4]]
    assert not rasterise([Scribble(0, 1, ((4.0, 3.0),))], SIZE, positive=False).any()


def test_a_polygon_holds_its_inside_and_its_outline():
    rows, columns = np.indices(tuple(SIZE))
    expected = (columns >= 2) & (rows >= 1) & (columns + rows <= 7)
    np.testing.assert_array_equal(polygon(TRIANGLE, SIZE), expected)


def test_a_local_mark_is_about_its_marks_frame_and_object_and_lies_in_the_frame():
    local = Local(Click(3, 2, 4, 2), TRIANGLE)
    assert (local.frame, local.object_id) == (3, 2)
    check_inside([local], SIZE)
    with pytest.raises(PromptError, match=r"click at \(40, 2\)"):
        check_inside([Local(Click(3, 2, 40, 2), TRIANGLE)], SIZE)
    with pytest.raises(PromptError, match=r"region's corner at \(12, 5\)"):
        check_inside([Local(Click(3, 2, 4, 2), (*TRIANGLE, (12.0, 5.0)))], SIZE)
