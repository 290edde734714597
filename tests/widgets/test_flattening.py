"""Frames with all that lies over them in one picture, as a film shows them."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PillowImage
from vostoolkit_widgets import render
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.capture import _FILM_WINDOW
from vostoolkit_widgets.flattening import Flat, Look, flattened, seen
from vostoolkit_widgets.scene import Scene
from vostoolkit_widgets.shapes import Disc, Glyph, Line, on_film, on_picture
from vostoolkit_widgets.viewport import Viewport
from widgets.test_canvas import Wire, connect, frame

from vostoolkit.arrays import Size
from vostoolkit.prompts import Click

SIZE = Size(60, 80)
shares = st.floats(0, 1)


def look(view: Viewport, *, fine: float = 1.0, is_outlined: bool = False) -> Look:
    return Look(view, fine, 0.35, 0.6, is_outlined=is_outlined)


def decoded(flat: Flat) -> np.ndarray:
    return np.array(PillowImage.open(io.BytesIO(flat.jpeg)).convert("RGB")).astype(int)


def test_masks_and_map_lie_over_the_frame_as_in_a_snapshot():
    image, labels, entropy = frame()
    entropy[30:50, 40:70] = 0.8
    flat = flattened(image, Scene(0, SIZE, labels), render.entropy_png(entropy), look(whole()))
    expected = render.composed(image, labels, entropy, mask_opacity=0.35, map_opacity=0.6)
    away = np.abs(decoded(flat) - expected).mean(-1)
    assert np.median(away) < 2 and away.mean() < 4  # a JPEG, and a map of fewer pixels


def test_outlines_and_marks_are_drawn_where_they_are():
    image, labels, _ = frame()
    scene = Scene(0, SIZE, labels, prompts=(Click(0, 1, 60, 50),))
    plain = decoded(flattened(image, scene, None, look(whole())))
    outlined = decoded(flattened(image, scene, None, look(whole(), is_outlined=True)))
    assert plain[50, 54:67].max() > 80  # the disc of the click
    changed = np.argwhere(np.abs(plain - outlined).max(-1) > 40)
    assert changed.min(0) == pytest.approx((10, 10), abs=2)
    assert changed.max(0) == pytest.approx((29, 39), abs=2)


@pytest.mark.parametrize("fine", [1.0, 2.0])
def test_what_is_enlarged_is_each_pixel_so_many_times(fine):
    labels = np.random.default_rng(0).integers(0, 9, SIZE).astype(np.uint8)
    view = Viewport(SIZE, SIZE, zoom=4, left=20, top=15)
    times = round(4 * fine)
    part = labels[15:30, 20:40].repeat(times, 0).repeat(times, 1)
    assert np.array_equal(seen(labels, look(view, fine=fine)), part)


def test_a_map_of_fewer_pixels_lies_where_the_frame_does():
    small = np.zeros((15, 20), np.float32)
    small[5, 10] = 1.0  # stands for rows 20 to 23, columns 40 to 43
    view = Viewport(SIZE, SIZE, zoom=4, left=36, top=16)
    rows, columns = np.nonzero(seen(small, look(view)) > 0.7)
    assert rows.mean() / 4 + 16 == pytest.approx(21.9, abs=0.3)
    assert columns.mean() / 4 + 36 == pytest.approx(41.9, abs=0.3)


@given(st.floats(1, 20), st.tuples(shares, shares), st.floats(1, 20), st.tuples(shares, shares))
def test_a_picture_of_one_view_is_put_where_another_shows_the_same(zoom, at, other_zoom, other_at):
    size = Size(100, 200)
    one, other = (
        Viewport(size, size).zoomed(z, (x * 200, y * 100))
        for z, (x, y) in ((zoom, at), (other_zoom, other_at))
    )
    left, top, width, height = one.seen_in(other)
    for share in (0.0, 0.3, 1.0):
        point = one.to_image(share * 200, share * 100)
        placed = (200 * (left + share * width), 100 * (top + share * height))
        assert placed == pytest.approx(other.to_canvas(*point), abs=1e-6)


def test_quick_shapes_are_those_of_a_fine_picture():
    paper = np.full((60, 90, 3), 255, np.uint8)
    square = np.array([[10.0, 10.0], [40.0, 10.0], [40.0, 45.0], [10.0, 45.0]])
    shapes = [
        Line(square, (200, 0, 0), 3, closed=True),
        Line(np.array([[50.0, 5.0], [85.0, 5.0]]), (0, 0, 200), 2, dash=(5, 5)),
        Disc(65, 30, 9, (0, 120, 0)),
        Disc(65, 30, 14, (0, 0, 0), width=2),
        Glyph(65, 50, np.array([[-4.0, 0.0], [4.0, 0.0]]), (0, 0, 0), 2),
    ]
    away = np.abs(on_film(paper, shapes, 1.0).astype(int) - on_picture(paper, shapes)).max(-1)
    assert (away > 128).mean() < 0.03 and (paper == 255).all()


def test_while_a_film_is_shown_nothing_else_is_drawn():
    made, wire, sent = projecting()
    made.show(*frame())
    wire.batches.clear()
    made.project(Flat(b"a picture", made.view))
    made.mask_opacity = 0.8
    made.zoom(2)
    made.project(Flat(b"another", Viewport(SIZE, made.view.canvas)))
    assert not wire.batches
    assert [buffers for _, buffers in sent] == [[b"a picture"], [b"another"]]
    assert [message["place"] for message, _ in sent] == [(0, 0, 1, 1), (-0.5, -0.5, 2, 2)]
    made.show_still(made._still)
    assert sent[-1] == ({"type": "cut"}, [])  # what the page has yet to draw it never does
    assert len(wire.batches) == 1 and not wire.pictures()  # those of the frame are still there


def test_a_page_that_was_opened_during_a_film_gets_all_at_its_end():
    made, wire, _ = projecting()
    made.show(*frame())
    still = made._still
    made.project(Flat(b"a picture", made.view))
    connect(made)
    wire.batches.clear()
    made.show_still(still)
    assert len(wire.pictures()) == 3


def test_a_film_waits_for_a_page_that_lags_behind(monkeypatch):
    monkeypatch.setattr("vostoolkit_widgets.capture._ECHO_TIMEOUT_S", 0.05)
    made, _, sent = projecting()
    for _ in range(_FILM_WINDOW):
        made.project(Flat(b"", made.view))
    numbers = [message["number"] for message, _ in sent]
    made.capture._received(None, {"type": "pong", "number": numbers[0]}, [])
    made.project(Flat(b"", made.view))  # at once
    assert made.capture._sent - made.capture._seen == _FILM_WINDOW
    made.project(Flat(b"", made.view))  # after the page was given up
    assert made.capture._sent - made.capture._seen == 1
    assert [message["number"] for message, _ in sent if message["is_echoed"]] == [5, 10]
    made.capture.cut()
    assert made.capture._sent == made.capture._seen  # nothing waits for what was cut


def whole() -> Viewport:
    return Viewport(SIZE, SIZE)


def projecting() -> tuple[FrameCanvas, Wire, list]:
    """A canvas on a page, what is drawn on it, and the messages that the page gets."""
    made, sent = FrameCanvas(SIZE), []
    wire = Wire(made._surface.layers)
    connect(made)
    made.capture._received(None, {"type": "ready", "dark": False}, [])
    made.capture.send = lambda message, buffers=(): sent.append((message, list(buffers)))
    return made, wire, sent
