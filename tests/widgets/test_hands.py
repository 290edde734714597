import pytest
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Key, Pointer
from vostoolkit_widgets.hands import KEYS, Hands
from vostoolkit_widgets.tools import Stroke

from vostoolkit.arrays import Size


@pytest.fixture
def hands():
    canvas = FrameCanvas(Size(48, 68))  # shown ten times as large
    strokes, pressed = [], []
    yield Hands(canvas, strokes.append, pressed.append), canvas, strokes, pressed
    canvas.close()


def feel(hands: Hands, *events: tuple[str, float, float], button: int = 0) -> None:
    for kind, x, y in events:
        hands.feel(Pointer(kind, x, y, button=button))


def test_dragging_an_enlarged_frame_moves_it_and_clicks_nothing(hands):
    own, canvas, strokes, _ = hands
    canvas.zoom(2, (340, 240))
    left = canvas.view.left
    feel(own, ("down", 300.0, 200.0), ("move", 280.0, 200.0), ("up", 280.0, 200.0))
    assert not strokes and canvas.view.left == pytest.approx(left + 1)
    feel(own, ("down", 0.0, 0.0), ("up", 2.0, 0.0))
    assert len(strokes) == 1


@pytest.mark.parametrize("how", [{"button": 1}, {"space": True}])
def test_the_middle_button_and_the_space_bar_move_the_frame_with_any_tool(hands, how):
    own, canvas, strokes, _ = hands
    canvas.zoom(2, (340, 240))
    left, own.tool = canvas.view.left, "brush"
    for kind, x in (("down", 300.0), ("move", 290.0), ("move", 280.0), ("up", 280.0)):
        own.feel(Pointer(kind, x, 200.0, **how))
    assert not strokes and canvas.view.left == pytest.approx(left + 1)


def test_the_page_keeps_the_ink_of_a_stroke_until_it_is_understood(hands):
    own, canvas, _, _ = hands
    own.feel(Pointer("down", 5.0, 5.0, stroke=7))
    assert canvas.capture.stroke == 0
    own.feel(Pointer("up", 5.0, 5.0, stroke=7))
    assert canvas.capture.stroke == 7


def test_a_stroke_is_told_once_it_ends(hands):
    own, _, strokes, _ = hands
    own.tool = "scribble"
    feel(own, ("down", 105.0, 205.0), ("move", 205.0, 205.0))
    assert not strokes
    feel(own, ("up", 205.0, 205.0))
    assert strokes == [Stroke(((10.0, 20.0), (20.0, 20.0)), is_drag=True)]


def test_shift_makes_arrows_jump_to_questions_and_z_redo(hands):
    own, _, _, pressed = hands
    keys = [("ArrowRight", False), ("ArrowRight", True), ("3", False), (" ", False)]
    for key, shift in [*keys, ("z", False), ("z", True), ("Control+z", True), ("b", True)]:
        own.feel(Key(key, shift=shift))
    assert pressed == ["on", "next request", "3", "space", "undo", "redo", "redo", "brush"]


def test_no_key_leaves_the_canvas_unable_to_be_left():
    assert not {"Tab", "Escape", "Enter", "Shift", "Control+s"} & set(KEYS)
