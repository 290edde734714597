import pytest
from hypothesis import given
from hypothesis import strategies as st
from vostoolkit_widgets.viewport import Viewport, fitted

from vostoolkit.arrays import Size

sizes = st.builds(Size, st.integers(1, 3000), st.integers(1, 3000))
shares = st.floats(0, 1)


@given(sizes, sizes, st.floats(0.1, 40), st.tuples(shares, shares), st.tuples(shares, shares))
def test_a_point_comes_back_from_the_canvas(image, canvas, factor, at, point):
    middle = (at[0] * canvas.width, at[1] * canvas.height)
    view = Viewport(image, canvas).zoomed(factor, middle)
    x, y = point[0] * image.width - 0.5, point[1] * image.height - 0.5
    assert view.to_image(*view.to_canvas(x, y)) == pytest.approx((x, y), abs=1e-6)


@given(sizes, sizes, st.floats(1, 30), st.tuples(shares, shares))
def test_zoom_leaves_the_point_under_the_cursor_where_it_is(image, canvas, factor, at):
    view = Viewport(image, canvas)
    cursor = (at[0] * canvas.width, at[1] * canvas.height)
    assert view.zoomed(factor, cursor).to_image(*cursor) == pytest.approx(
        view.to_image(*cursor), abs=1e-6
    )


def test_pixel_centres_lie_at_integers():
    view = Viewport(Size(10, 20), Size(40, 80))
    assert view.to_canvas(0, 0) == (2, 2)
    assert view.to_canvas(19, 9) == (78, 38)
    assert view.to_image(0, 0) == (-0.5, -0.5)


def test_the_canvas_edge_is_still_in_the_image():
    view = Viewport(Size(10, 20), Size(40, 80))
    assert view.inside(*view.to_image(80, 40)) == (19, 9)
    assert view.inside(*view.to_image(0, 0)) == (0, 0)


def test_dragging_moves_the_image_but_not_off_the_canvas():
    view = Viewport(Size(10, 20), Size(40, 80)).zoomed(2, (0, 0))
    assert view.moved(-8, -8).to_canvas(5, 5) == (44 - 8, 44 - 8)
    assert view.moved(100, 100) == view
    far = view.moved(-1000, -1000)
    assert (far.left, far.top) == (10, 5)


@given(sizes, sizes)
def test_a_frame_fits_into_its_box_and_keeps_its_shape(image, within):
    size = fitted(image, within)
    assert size.height <= max(1, within.height) and size.width <= max(1, within.width)
    assert size.height >= within.height - 1 or size.width >= within.width - 1


def test_a_zoom_below_one_is_refused():
    with pytest.raises(ValueError, match=r"zoom 0\.5"):
        Viewport(Size(10, 20), Size(40, 80), zoom=0.5)
