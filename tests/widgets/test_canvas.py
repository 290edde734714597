"""Events in, drawing commands out; nothing here needs a browser."""

import json

import numpy as np
import pytest
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import Key, Pointer, Theme
from vostoolkit_widgets.shapes import Line
from vostoolkit_widgets.timeline import Timeline

from vostoolkit.arrays import Size


class Wire:
    """What an ipycanvas channel sends: commands and pictures, batch by batch."""

    def __init__(self, layers) -> None:
        self.batches: list[tuple[list, list[bytes]]] = []
        layers._channel._send_custom = lambda commands, buffers=(): self.batches.append(
            (json.loads(json.dumps(commands, default=str)), list(buffers))
        )

    def pictures(self) -> list[bytes]:
        return [
            b
            for _, buffers in self.batches
            for b in buffers
            if bytes(b[:2]) in (b"\xff\xd8", b"\x89P")
        ]


def canvas() -> tuple[FrameCanvas, Wire]:
    made = FrameCanvas(Size(60, 80))
    return made, Wire(made._surface.layers)


def connect(made) -> None:
    made._surface.layers.widget._canvases[-1]._handle_frontend_event(
        None, {"event": "client_ready"}, []
    )


def frame() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    labels = np.zeros((60, 80), np.uint8)
    labels[10:30, 10:40] = 1
    return np.zeros((60, 80, 3), np.uint8), labels, np.zeros((60, 80), np.float32)


def test_nothing_is_sent_before_a_page_is_there_and_everything_then():
    made, wire = canvas()
    made.show(*frame())
    assert not wire.batches
    connect(made)
    assert len(wire.batches) == 1 and len(wire.pictures()) == 3


def test_opacity_sends_no_picture():
    made, wire = canvas()
    connect(made)
    made.show(*frame())
    wire.batches.clear()
    made.mask_opacity = 0.2
    made.map_opacity = 0.7
    assert len(wire.batches) == 2 and not wire.pictures()


def test_only_what_changed_is_sent_again():
    made, wire = canvas()
    connect(made)
    image, labels, entropy = frame()
    made.show(image, labels, entropy)
    wire.batches.clear()
    labels = labels.copy()
    labels[40:50] = 2
    made.show(image, labels, entropy)
    assert len(wire.pictures()) == 1


def test_an_error_while_drawing_sends_nothing_and_leaves_the_canvas_usable():
    made, wire = canvas()
    connect(made)
    wire.batches.clear()
    with pytest.raises(RuntimeError), made._surface.layers.batch():
        made._surface.layers[0].fill_rect(0, 0, 5)
        raise RuntimeError
    assert not wire.batches
    made.redraw()
    assert len(wire.batches) == 1


def test_a_reloaded_page_is_drawn_from_the_beginning():
    made, wire = canvas()
    connect(made)
    made.show(*frame())
    wire.batches.clear()
    connect(made)
    assert len(wire.pictures()) == 3


def test_complete_events_replace_those_of_ipycanvas():
    made, _ = canvas()
    seen = []
    made.on_event(seen.append)
    press = {"event": "mouse_down", "x": 12.5, "y": 7.0}
    made._surface.layers.widget._canvases[-1]._handle_frontend_event(None, press, [])
    assert [event.kind for event in seen] == ["down", "up"]
    seen.clear()
    made.capture._received(None, {"type": "ready", "dark": True}, [])
    made._surface.layers.widget._canvases[-1]._handle_frontend_event(None, press, [])
    right = {"type": "pointer", "kind": "down", "x": 1.0, "y": 2.0, "button": 2}
    made.capture._received(None, right, [])
    made.capture._received(None, {"type": "key", "key": "s"}, [])
    assert seen == [Theme(True), Pointer("down", 1.0, 2.0, button=2), Key("s")]
    assert seen[1].is_negative


def test_the_wheel_zooms_without_sending_a_picture():
    made, wire = canvas()
    connect(made)
    made.show(*frame())
    wire.batches.clear()
    made.capture._received(None, {"type": "wheel", "x": 10.0, "y": 10.0, "delta": -300.0}, [])
    assert made.view.zoom > 1.2 and wire.batches and not wire.pictures()


def test_frames_of_another_size_are_refused():
    made, _ = canvas()
    with pytest.raises(ValueError, match="image of 10x12 pixels on a canvas for frames of 80x60"):
        made.show(np.zeros((12, 10, 3), np.uint8))


def test_drawing_waits_for_a_slow_page_but_not_for_none(monkeypatch):
    made, _ = canvas()
    sent = []
    made.capture.send = sent.append
    made.capture.pace()
    assert not sent
    made.capture._received(None, {"type": "ready", "dark": False}, [])
    monkeypatch.setattr("vostoolkit_widgets.capture._ECHO_TIMEOUT_S", 0.01)
    for _ in range(5):
        made.capture.pace()
    assert [message["number"] for message in sent] == [1, 2, 3, 4, 5]


def test_a_press_on_the_timeline_asks_for_its_frame_until_it_is_let_go():
    strip = Timeline(100)
    asked = []
    strip.on_seek(asked.append)
    strip.capture._received(None, {"type": "ready", "dark": False}, [])
    for kind, frame_ in (("down", 20), ("move", 30), ("up", 30), ("move", 50)):
        x = strip._chart.x(frame_)
        strip.capture._received(None, {"type": "pointer", "kind": kind, "x": x, "y": 4.0}, [])
    assert asked == [20, 30]
    strip.close()


def test_a_fine_screen_gets_more_canvas_pixels_and_the_same_places():
    made, wire = canvas()
    connect(made)
    made.show(*frame())
    wire.batches.clear()
    seen = []
    made.on_event(seen.append)
    made.capture._received(None, {"type": "ratio", "ratio": 2.0}, [])
    widget, size = made._surface.layers.widget, made.view.canvas
    assert (widget.width, widget.height) == (2 * size.width, 2 * size.height)
    assert widget.layout.max_width == f"{size.width}px"
    assert len(wire.pictures()) == 3  # all is drawn again
    assert made.capture.extent == [size.width, size.height] and not seen


def test_lines_with_a_breadth_grow_with_the_zoom():
    made, _ = canvas()
    thin = Line(np.zeros((2, 2)), (0, 0, 0), 2, breadth=3)
    assert made.placed([thin])[0].width == 2 + 3 * made.view.scale[0]
    made.zoom(2)
    assert made.view.zoom == 2 and made.capture.zoom == 2
    assert made.placed([thin])[0].width == 2 + 3 * made.view.scale[0]
