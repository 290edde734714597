"""Pointer events in, prompts out: each tool, and properties that hold for any press."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vostoolkit_widgets.capture import Pointer
from vostoolkit_widgets.tools import TOOLS, Aim, Pan, Stroke, felt, painted, prompt_of
from vostoolkit_widgets.viewport import Viewport

from vostoolkit.arrays import Size
from vostoolkit.prompts import Box, Click, Drawing, Scribble, check_inside

SIZE = Size(48, 68)
VIEW = Viewport(SIZE, Size(480, 680))  # ten canvas pixels for one of the image
EMPTY = np.zeros(SIZE, np.bool_)


def drawn(*places: tuple[float, float], tool="scribble", view=VIEW, end="up", **more):
    """What a press along canvas points does: pans and at most one stroke."""
    press, done = None, []
    first, *others = places
    events = [("down", first), *(("move", place) for place in others), (end, places[-1])]
    for kind, (x, y) in events:
        press, what = felt(press, Pointer(kind, x, y, **more), tool=tool, view=view)
        done += [] if what is None else [what]
    return done


def prompt(*places, tool="scribble", positive=True, mask=EMPTY, width=3.0, **more):
    (stroke,) = drawn(*places, tool=tool, **more)
    return prompt_of(stroke, tool, Aim(4, 2, positive), width=width, mask=mask)


def test_a_click_is_where_it_began_in_image_pixels():
    assert prompt((105, 205), (130, 205), tool="click") == Click(4, 2, 10.0, 20.0)
    assert prompt((680, 480), tool="click") == Click(4, 2, 67.0, 47.0)  # the very edge is inside


@pytest.mark.parametrize(
    ("how", "positive", "expected"),
    [
        ({}, True, True),
        ({"button": 2}, True, False),
        ({"alt": True}, True, False),
        ({}, False, False),
        ({"button": 2}, False, False),
    ],
)
@pytest.mark.parametrize("tool", ["click", "scribble"])
def test_right_button_alt_and_not_it_are_negative(tool, how, positive, expected):
    assert prompt((105, 205), (305, 205), tool=tool, positive=positive, **how).positive == expected


def test_a_scribble_goes_where_the_pointer_went():
    path = ((10.0, 20.0), (20.0, 20.0), (20.0, 30.0))
    given_ = prompt((105, 205), (205, 205), (205, 305), width=7.0)
    assert given_ == Scribble(4, 2, path, width=7.0)


def test_the_points_between_two_events_are_kept():
    press, _ = felt(None, Pointer("down", 5.0, 5.0), tool="scribble", view=VIEW)
    passed = Pointer("move", 405.0, 5.0, path=((105.0, 5.0), (205.0, 105.0)))
    press, _ = felt(press, passed, tool="scribble", view=VIEW)
    assert press.path == ((0.0, 0.0), (10.0, 0.0), (20.0, 10.0), (40.0, 0.0))


def test_a_box_has_its_corners_in_order_whatever_the_direction():
    expected = Box(4, 2, 10.0, 10.0, 30.0, 20.0)
    assert prompt((105, 105), (305, 205), tool="box") == expected
    assert prompt((305, 205), (105, 105), tool="box") == expected
    assert prompt((305, 205), (105, 105), tool="box", button=2) is None  # nothing is a box's not-it


@pytest.mark.parametrize("tool", ["scribble", "box"])
def test_a_press_that_rests_is_a_click(tool):
    assert prompt((105, 205), (107, 205), tool=tool) == Click(4, 2, 10.0, 20.0)


def test_the_brush_adds_and_the_eraser_takes_away_and_right_is_the_other_one():
    row = prompt((105, 205), (305, 205), tool="brush")
    assert isinstance(row, Drawing)
    assert row.mask[19:22, 10:31].all() and row.mask.sum() == 3 * 23  # and its ends
    bare = prompt((205, 205), tool="eraser", mask=row.mask)
    assert not bare.mask[19:22, 19:22].any() and bare.mask[20, 12]
    again = prompt((105, 205), (305, 205), tool="eraser", mask=bare.mask, button=2)
    np.testing.assert_array_equal(again.mask, row.mask)
    none = prompt((105, 205), (305, 205), tool="brush", mask=row.mask, alt=True)
    assert not none.mask.any()


def test_painting_leaves_the_mask_it_began_with():
    mask = EMPTY.copy()
    painted(mask, [(3.0, 3.0)], width=5, value=True)
    assert not mask.any()


@pytest.mark.parametrize("width", [1, 2, 3, 8, 21])
def test_a_dot_is_as_wide_as_the_brush(width):
    dot = painted(EMPTY, [(30.0, 24.0)], width=width, value=True)
    across = dot.any(0).sum()
    assert abs(across - width) <= 1 and dot[24, 30]


def test_a_cancelled_press_is_nothing_and_the_next_one_counts():
    assert drawn((100, 100), (200, 100), end="cancel") == []
    assert felt(None, Pointer("up", 5.0, 5.0), tool="click", view=VIEW) == (None, None)
    assert felt(None, Pointer("move", 5.0, 5.0), tool="brush", view=VIEW) == (None, None)


def test_a_stroke_is_drawn_on_an_enlarged_frame_where_a_click_tool_would_move_it():
    near = VIEW.zoomed(2, (0, 0))
    assert drawn((0, 0), (100, 0), tool="click", view=near) == [Pan(100, 0)]
    (stroke,) = drawn((10, 10), (110, 10), view=near)
    assert stroke == Stroke(((0.0, 0.0), (5.0, 0.0)), is_drag=True)


places = st.lists(st.tuples(st.floats(-50, 730), st.floats(-50, 530)), min_size=1, max_size=12)
views = st.builds(
    lambda zoom, x, y: VIEW.zoomed(zoom, (x, y)),
    st.floats(1, 32),
    st.floats(0, 680),
    st.floats(0, 480),
)


@given(places, views, st.sampled_from(TOOLS), st.booleans(), st.booleans())
def test_any_press_ends_in_at_most_one_prompt_that_a_session_takes(
    path, view, tool, positive, right
):
    done = drawn(*path, tool=tool, view=view, button=2 if right else 0)
    strokes = [one for one in done if isinstance(one, Stroke)]
    assert len(strokes) + any(isinstance(one, Pan) for one in done) == 1
    for stroke in strokes:
        made = prompt_of(stroke, tool, Aim(0, 1, positive), width=4.0, mask=EMPTY)
        if made is not None:
            check_inside([made], SIZE)


@given(st.lists(st.sampled_from(["down", "move", "up", "cancel"]), max_size=20))
def test_in_any_order_of_events_a_stroke_needs_a_press_and_its_end(kinds):
    press, held = None, False
    for kind in kinds:
        press, done = felt(press, Pointer(kind, 100.0, 100.0), tool="scribble", view=VIEW)
        assert isinstance(done, Stroke) == (kind == "up" and held)
        held = kind == "down" or (held and kind == "move")
        assert (press is not None) == held
