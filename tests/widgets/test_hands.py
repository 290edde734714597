import pytest
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Key, Pointer
from vostoolkit_widgets.hands import Hands

from vostoolkit.arrays import Size


@pytest.fixture
def hands():
    canvas = FrameCanvas(Size(48, 68))  # shown ten times as large
    clicks, pressed = [], []
    yield (
        Hands(canvas, lambda *click: clicks.append(click), pressed.append),
        canvas,
        clicks,
        pressed,
    )
    canvas.close()


def feel(hands: Hands, *events: tuple[str, float, float], button: int = 0) -> None:
    for kind, x, y in events:
        hands.feel(Pointer(kind, x, y, button=button))


def test_a_click_is_where_it_began_in_image_pixels(hands):
    own, _, clicks, _ = hands
    feel(own, ("down", 105.0, 205.0), ("move", 130.0, 205.0), ("up", 130.0, 205.0))
    assert clicks == [(10.0, 20.0, False)]


def test_a_click_at_the_very_edge_is_in_the_image(hands):
    own, _, clicks, _ = hands
    feel(own, ("down", 680.0, 480.0), ("up", 680.0, 480.0))
    assert clicks == [(67.0, 47.0, False)]


def test_the_middle_button_and_a_cancelled_press_are_no_clicks(hands):
    own, _, clicks, _ = hands
    feel(own, ("down", 100.0, 100.0), ("up", 100.0, 100.0), button=1)
    feel(own, ("down", 100.0, 100.0), ("cancel", 100.0, 100.0), ("up", 100.0, 100.0))
    assert not clicks


def test_dragging_an_enlarged_frame_moves_it_and_clicks_nothing(hands):
    own, canvas, clicks, _ = hands
    canvas.view = canvas.view.zoomed(2, (340, 240))
    left = canvas.view.left
    feel(own, ("down", 300.0, 200.0), ("move", 280.0, 200.0), ("up", 280.0, 200.0))
    assert not clicks and canvas.view.left == pytest.approx(left + 1)
    feel(own, ("down", 0.0, 0.0), ("up", 2.0, 0.0))
    assert len(clicks) == 1


def test_shift_makes_arrows_jump_to_questions(hands):
    own, _, _, pressed = hands
    for key in (Key("ArrowRight"), Key("ArrowRight", shift=True), Key("3"), Key(" ")):
        own.feel(key)
    assert pressed == ["on", "next request", "3", "space"]
