"""A cursor moved by keys: it gives the prompts that a pointer gives, with every tool."""

import pytest
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Ink, Key, Pointer
from vostoolkit_widgets.hands import KEYS, Hands
from vostoolkit_widgets.tools import Stroke
from widgets.explorer_hands import click, key, say
from widgets.explorer_hands import press as press_button

from vostoolkit.arrays import Size
from vostoolkit.prompts import Click


@pytest.fixture
def hands():
    canvas = FrameCanvas(Size(48, 68))  # shown ten times as large
    strokes, pressed = [], []
    made = Hands(canvas, strokes.append, pressed.append)
    yield made, canvas, strokes, pressed
    canvas.close()


def press(hands, *keys, shift=False):
    for name in keys:
        hands.feel(Key(name, shift=shift))


def test_arrows_move_it_and_enter_clicks_there(hands):
    own, canvas, strokes, pressed = hands
    press(own, "k")
    assert (own.cursor.x, own.cursor.y) == (33.5, 23.5)
    press(own, "ArrowRight", "ArrowRight", "ArrowUp")  # 1.2 pixels each
    press(own, "ArrowDown", shift=True)  # a tenth of one
    assert (own.cursor.x, own.cursor.y) == pytest.approx((35.9, 22.4))
    assert canvas.capture.spoken == "36, 22" and canvas._sketch
    press(own, "Enter")
    press(own, "Enter", shift=True)
    (yes, no) = strokes
    assert yes.path[0] == pytest.approx((35.9, 22.4)) and not yes.is_negative and no.is_negative
    assert not pressed  # the arrows showed no other frame


def test_it_stays_in_the_frame_and_what_is_enlarged_follows_it(hands):
    own, canvas, _, _ = hands
    canvas.zoom(4, (0, 0))
    press(own, "k")
    left = canvas.view.left
    press(own, *["ArrowRight"] * 40)
    assert canvas.view.left > left
    x, y = canvas.view.to_canvas(own.cursor.x, own.cursor.y)
    assert -0.01 <= x <= 680.01 and 0 <= y <= 480
    press(own, *["ArrowRight"] * 300)
    assert own.cursor.x == 67


def test_with_a_drawing_tool_enter_begins_and_ends_the_stroke(hands):
    own, _, strokes, _ = hands
    own.take("scribble", Ink("line", "#00ff00", width=4.0))
    press(own, "k", "Enter", "ArrowRight", "ArrowRight")
    assert own.cursor.is_down and not strokes
    press(own, "Enter")
    (stroke,) = strokes
    assert stroke.is_drag and stroke.path[-1] == pytest.approx((35.9, 23.5))
    press(own, "Enter", "ArrowUp", "Escape")  # given up, the cursor stays
    assert len(strokes) == 1 and own.cursor is not None and not own.cursor.is_down
    press(own, "Escape")
    assert own.cursor is None


def test_corners_of_an_outline_can_be_set_by_keys(hands):
    own, _, strokes, _ = hands
    own.take("polygon", Ink("line", "#00ff00"))
    press(own, "k", "Enter", *["ArrowRight"] * 5, "Enter", *["ArrowDown"] * 5, "Enter", "Enter")
    assert len(strokes[0].path) == 3 and not own.outline.is_open


def test_its_keys_are_free_while_it_is_off_and_tab_always(hands):
    own, canvas, _, pressed = hands
    assert not {"ArrowUp", "Enter", "Escape"} & set(canvas.capture.hotkeys)
    press(own, "k")
    assert {"ArrowUp", "Enter", "Escape"} <= set(canvas.capture.hotkeys)
    assert "Tab" not in canvas.capture.hotkeys
    press(own, "k", "ArrowRight")
    assert set(canvas.capture.hotkeys) == set(KEYS) and pressed == ["on"]


def test_a_mouse_can_be_used_beside_it(hands):
    own, _, strokes, _ = hands
    press(own, "k")
    for kind in ("down", "up"):
        own.feel(Pointer(kind, 55.0, 55.0))
    assert strokes == [Stroke(((5.0, 5.0),))]


def test_an_object_is_clicked_on_without_a_mouse(explorer):
    key(explorer, "k")
    key(explorer, "Enter")
    assert explorer.session.prompts == (Click(0, 1, 3.5, 2.5),)


def test_a_screen_reader_is_told_what_is_asked_once_and_what_went_wrong(explorer):
    spoken = []
    capture = explorer._panel.canvas.capture
    capture.observe(lambda change: spoken.append(change["new"]), "spoken")
    click(explorer, 3, 2)
    press_button(explorer, "run")
    assert explorer.session.request is not None
    explorer.refresh()
    explorer.refresh()
    assert explorer.settle(10) and sum("at frame 4" in words for words in spoken) == 1
    say(explorer, "objects", "colour", [1, "red"])
    assert "give it as #rrggbb" in capture.spoken
