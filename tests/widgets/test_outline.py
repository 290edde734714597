"""Outlines corner by corner and in one go: which strokes close them, and what keys do."""

import pytest
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Ink, Key, Pointer
from vostoolkit_widgets.hands import Hands
from vostoolkit_widgets.outline import Outline
from vostoolkit_widgets.tools import Stroke
from vostoolkit_widgets.viewport import Viewport

from vostoolkit.arrays import Size

VIEW = Viewport(Size(48, 68), Size(480, 680))  # ten canvas pixels for one of the image
CORNERS = ((5.0, 5.0), (25.0, 5.0), (5.0, 30.0))


def clicked(*places, outline=Outline()):  # noqa: B008 - a value
    whole = None
    for place in places:
        outline, whole = outline.added(Stroke((place,)), VIEW)
    return outline, whole


@pytest.mark.parametrize("last", [(5.5, 5.5), (5.0, 30.3)])
def test_a_click_on_the_first_corner_or_again_on_the_last_closes(last):
    assert clicked(*CORNERS)[1] is None
    assert clicked(*CORNERS, last) == (Outline(), Stroke(CORNERS, is_drag=True))


def test_an_outline_of_two_corners_cannot_be_closed():
    outline, whole = clicked(*CORNERS[:2], CORNERS[0])
    assert whole is None and outline.corners == CORNERS[:2]
    assert outline.closed() == (outline, None)
    assert outline.shortened().shortened() == Outline()


def test_a_line_in_one_go_is_the_whole_and_a_part_where_corners_were():
    line = Stroke(CORNERS, is_negative=True, is_drag=True)
    assert Outline().added(line, VIEW) == (Outline(), line)
    outline, whole = clicked((60, 40))[0].added(line, VIEW)
    assert whole is None and outline.corners == ((60, 40), *CORNERS)
    assert outline.closed()[1] == Stroke(outline.corners, is_drag=True)


@pytest.fixture
def hands():
    canvas = FrameCanvas(Size(48, 68))
    strokes, pressed = [], []
    made = Hands(canvas, strokes.append, pressed.append)
    made.take("polygon", Ink("line", "#00ff00"))
    yield made, canvas, strokes, pressed
    canvas.close()


def click(hands, x, y, **more):
    for kind in ("down", "up"):
        hands.feel(Pointer(kind, 10 * x + 5, 10 * y + 5, **more))


def test_keys_of_an_open_outline_are_the_canvas_own_only_while_it_is_open(hands):
    own, canvas, strokes, _ = hands
    assert not {"Enter", "Escape", "Backspace"} & set(canvas.capture.hotkeys)
    for corner in CORNERS:
        click(own, *corner)
    assert {"Enter", "Escape", "Backspace"} <= set(canvas.capture.hotkeys)
    assert canvas.capture.ink["anchor"] == (55.0, 305.0) and canvas._sketch
    own.feel(Key("Backspace"))
    own.feel(Key("Enter"))
    assert not strokes and len(own.outline.corners) == 2
    click(own, 9, 9)
    own.feel(Key("Enter"))
    assert strokes == [Stroke((*CORNERS[:2], (9.0, 9.0)), is_drag=True)]
    assert not {"Enter", "Escape", "Backspace"} & set(canvas.capture.hotkeys)
    assert canvas.capture.ink["anchor"] is None and not canvas._sketch


def test_escape_and_another_tool_drop_an_outline(hands):
    own, _, strokes, pressed = hands
    click(own, 5, 5)
    own.feel(Key("Escape"))
    assert not own.outline.is_open
    click(own, 5, 5)
    own.take("brush", Ink())
    assert not own.outline.is_open and not strokes
    own.feel(Key("Enter"))  # of no use to the canvas then
    assert not pressed


def test_an_outline_that_began_with_the_right_button_takes_away(hands):
    own, _, strokes, _ = hands
    click(own, *CORNERS[0], button=2)
    click(own, *CORNERS[1])
    click(own, *CORNERS[2])
    own.feel(Key("Enter"))
    assert strokes[0].is_negative
