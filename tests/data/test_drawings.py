"""Masks from files and arrays: what they say, and what is refused in plain words."""

import io

import numpy as np
import pytest
from PIL import Image

from vostoolkit.arrays import Size
from vostoolkit.colours import DAVIS
from vostoolkit.data.drawings import read_drawings
from vostoolkit.data.export import palette_png
from vostoolkit.errors import PromptError

SIZE = Size(4, 6)
LABELS = np.array([[0, 1, 1, 0, 0, 0], [0, 1, 1, 0, 0, 12], [0] * 6, [12] * 6], np.uint8)


def png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    "source",
    [
        LABELS,
        LABELS.astype(np.int64),
        palette_png(LABELS),
        png(LABELS),
        npy(LABELS),
        png(DAVIS[LABELS]),
        png(np.dstack([DAVIS[LABELS], np.full(SIZE, 255, np.uint8)])),
    ],
)
def test_each_object_of_a_mask_is_a_drawing(source):
    drawings = read_drawings(source, frame=7, size=SIZE, object_id=3)
    assert [(d.frame, d.object_id) for d in drawings] == [(7, 1), (7, 12)]
    for drawing in drawings:
        np.testing.assert_array_equal(drawing.mask, drawing.object_id == LABELS)


@pytest.mark.parametrize("kind", [lambda m: m, lambda m: npy(m), lambda m: png(m * np.uint8(255))])
def test_a_mask_of_one_object_is_that_of_the_object_in_hand(kind):
    (drawing,) = read_drawings(kind(LABELS == 1), frame=0, size=SIZE, object_id=3)
    assert drawing.object_id == 3
    np.testing.assert_array_equal(drawing.mask, LABELS == 1)


def test_a_file_is_read_by_its_path(tmp_path):
    (tmp_path / "00007.png").write_bytes(palette_png(LABELS))
    assert len(read_drawings(tmp_path / "00007.png", frame=7, size=SIZE)) == 2
    with pytest.raises(PromptError, match=r"no mask at .*nowhere\.png: No such file"):
        read_drawings(str(tmp_path / "nowhere.png"), frame=7, size=SIZE)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (LABELS[:, :5], "a mask of 5x4 pixels for frames of 6x4: give one of the frames' size"),
        (np.zeros(SIZE, np.uint8), "a mask without objects: .* give Absent"),
        (LABELS.astype(np.uint16) * 40, "pixels from 0 to 480: objects are numbered from 1 to 255"),
        (LABELS.astype(np.int8) - 1, "pixels from -1 to 11"),
        (LABELS.astype(np.float32), "of shape .* and type float32: give whole numbers"),
        (np.full((*SIZE, 3), 7, np.uint8), r"a colour picture with \(7, 7, 7\)"),
        (b"hello", "the file is no picture and no array: give a PNG or .npy file"),
    ],
)
def test_what_is_no_mask_is_refused_with_what_to_do(source, words):
    with pytest.raises(PromptError, match=words):
        read_drawings(source, frame=0, size=SIZE)
