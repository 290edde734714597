import io

import numpy as np
import pytest
from PIL import Image as PillowImage
from vostoolkit_widgets import render

from vostoolkit.arrays import Size
from vostoolkit.colours import OKABE_ITO, UNCERTAINTY


def decoded(data: bytes) -> np.ndarray:
    return np.array(PillowImage.open(io.BytesIO(data)).convert("RGBA"))


def two_objects() -> np.ndarray:
    labels = np.zeros((30, 40), np.uint8)
    labels[5:15, 5:20] = 1
    labels[10:25, 22:38] = 7
    return labels


def test_masks_are_opaque_in_the_objects_colours_and_clear_elsewhere():
    labels = two_objects()
    picture = decoded(render.labels_png(labels))
    assert np.array_equal(picture[..., 3], np.where(labels > 0, 255, 0))
    assert tuple(picture[10, 10, :3]) == tuple(OKABE_ITO[1])
    assert tuple(picture[20, 30, :3]) == tuple(OKABE_ITO[7])


def test_a_frame_survives_its_way_to_the_browser():
    rows, columns = np.mgrid[:60, :80]
    image = np.stack([rows * 4, columns * 3, rows + columns], -1).astype(np.uint8)
    picture = decoded(render.frame_jpeg(image))
    assert np.abs(picture[..., :3].astype(int) - image).mean() < 3


@pytest.mark.parametrize("size", [Size(1080, 1920), Size(2000, 500)])
def test_large_frames_are_sent_no_larger_than_they_are_shown(size):
    shown = render.shown_size(size)
    assert shown.height <= 720 and shown.width <= 960
    picture = decoded(render.frame_jpeg(np.zeros((*size, 3), np.uint8)))
    assert picture.shape[:2] == tuple(shown)
    assert decoded(render.labels_png(np.ones(tuple(size), np.uint8))).shape[:2] == tuple(shown)


def test_a_map_at_480p_is_sent_at_a_quarter():
    assert render.map_size(Size(480, 854)) == (120, 213)
    assert render.map_size(Size(96, 128)) == (96, 128)


def test_a_sure_pixel_of_the_map_is_clear_and_an_unsure_one_is_not():
    entropy = np.zeros((480, 854), np.float32)
    entropy[:, 427:] = 1
    picture = decoded(render.entropy_png(entropy))
    assert picture[60, 10, 3] == 0
    assert tuple(picture[60, 200]) == (*UNCERTAINTY[255], 255)


def test_outlines_go_around_each_object_and_its_holes():
    labels = two_objects()
    labels[12:14, 26:30] = 0
    found = render.outlines(labels)
    assert sorted(found) == [1, 7]
    (square,) = found[1]
    assert square.min(0).tolist() == [5, 5] and square.max(0).tolist() == [19, 14]
    assert len(found[7]) == 2


def test_the_composed_picture_is_that_of_the_canvas():
    image = np.full((30, 40, 3), 100, np.uint8)
    picture = render.composed(image, two_objects(), mask_opacity=0.5)
    assert np.array_equal(picture[0, 0], (100, 100, 100))
    assert np.allclose(picture[10, 10], (100 + OKABE_ITO[1].astype(int)) / 2, atol=1)
    entropy = np.ones((30, 40), np.float32)
    covered = render.composed(image, None, entropy, map_opacity=1)
    assert np.array_equal(covered[3, 3], UNCERTAINTY[255])


def test_a_small_png_is_small_and_still_the_picture():
    noise = np.random.default_rng(0).integers(0, 255, (400, 1000, 3), np.uint8)
    picture = decoded(render.small_png(noise, width=500))
    assert picture.shape[:2] == (200, 500)


def test_outlines_of_a_large_frame_lie_where_they_are_shown():
    labels = np.zeros((1080, 1920), np.uint8)
    labels[400:600, 800:1200] = 3
    (contour,) = render.outlines(labels)[3]
    assert np.abs(contour.min(0) - (800, 400)).max() <= 1
    assert np.abs(contour.max(0) - (1199, 599)).max() <= 1
