import numpy as np
import pytest

from vostoolkit.arrays import Size
from vostoolkit.colours import ASK, UNCERTAINTY
from vostoolkit.pictures import picture
from vostoolkit.pictures.stages import ADDED, REMOVED
from vostoolkit.pictures.view import around, coloured, ringed, whole
from vostoolkit.results import Decision, MemoryUpdate, PseudoClick, Refinement, StageResult

from .conftest import SIZE, SPOT


def near(image, colour, tolerance=40):
    return (np.abs(image.astype(int) - colour).max(axis=2)) <= tolerance


def test_every_result_has_a_picture_with_and_without_its_frame(example):
    for result in example.results:
        for image in (example.image, None):
            drawn = picture(result, image)
            assert drawn.dtype == np.uint8
            assert drawn.ndim == 3
            assert 100 <= drawn.shape[0] <= 400
            assert 300 <= drawn.shape[1] <= 1300
            assert drawn.std() > 10, type(result).__name__


def test_the_frame_is_seen_where_it_is_given(example):
    for result in example.results:
        same = np.array_equal(picture(result, example.image), picture(result))
        assert same == isinstance(result, Decision | MemoryUpdate), type(result).__name__


def test_the_ring_is_centred_on_the_argmax_of_the_product(example):
    result = example.of(PseudoClick)
    view = around(Size(*SIZE), [result.region.numpy()], Size(190, 262))
    panel = coloured(view.map(result.product.numpy()), UNCERTAINTY, 6.0)
    y, x = np.nonzero(near(ringed(panel, view.point(*SPOT)), ASK, 10))
    assert (x.min() + x.max()) / 2 == pytest.approx(view.point(*SPOT)[0], abs=1)
    assert (y.min() + y.max()) / 2 == pytest.approx(view.point(*SPOT)[1], abs=1)
    peak = np.unravel_index(view.map(result.product.numpy()).argmax(), view.size)
    assert peak[::-1] == pytest.approx(view.point(*SPOT), abs=view.scale)


def test_a_refinement_shows_what_came_and_what_went(example):
    drawn = picture(example.of(Refinement))
    legend = 12 * 12
    assert near(drawn, ADDED, 45).sum() > 2 * legend
    assert near(drawn, REMOVED, 45).sum() > 2 * legend


def test_an_image_of_another_frame_size_is_refused(example):
    with pytest.raises(ValueError, match="160x90"):
        picture(example.results[0], np.zeros((40, 40, 3), np.uint8))


def test_a_new_kind_of_result_says_how_to_get_a_picture():
    class Mood(StageResult):
        pass

    with pytest.raises(TypeError, match="no picture for Mood"):
        picture(Mood(frame=0))


def test_a_view_maps_pixel_centres():
    view = whole(Size(10, 20), Size(100, 1000))
    assert view.size == (100, 200)
    assert view.point(-0.5, -0.5) == (-0.5, -0.5)
    assert view.point(19.5, 9.5) == (199.5, 99.5)


def test_a_crop_holds_its_region_and_stays_in_the_frame():
    region = np.zeros((480, 854), np.bool_)
    region[440:478, 800:850] = True
    view = around(Size(480, 854), [region], Size(240, 440))
    assert view.left >= 0
    assert view.top + view.height <= 480
    assert view.left + view.width <= 854
    assert region[view.top :, view.left :].sum() == region.sum()
    assert view.width < 854
