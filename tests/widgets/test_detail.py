"""Frames larger than what is sent: all their pixels once they can be seen and the hand rests."""

import io

import numpy as np
import pytest
from PIL import Image
from toys import NumberedVideo, ToyMethod
from vostoolkit_widgets import Explorer, render
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.stills import Still

from vostoolkit.arrays import Size
from vostoolkit.session import Session

LARGE = Size(1080, 1920)  # sent half as large, shown 680 pixels wide


def size_of(picture: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(picture)).size


def test_a_frame_is_coarse_once_its_sent_pixels_are_larger_than_the_screens():
    canvas, asked = FrameCanvas(LARGE), []
    canvas.on_coarse(lambda: asked.append(canvas.view.zoom))
    canvas.zoom(1.3)
    assert not canvas.is_coarse and asked == []
    canvas.zoom(1.5)  # 0.69 screen pixels for one of the frame, of which every second was sent
    assert canvas.is_coarse and asked == pytest.approx([1.95])
    canvas.show_detail(Still(b"frame", b"masks"))
    assert not canvas.is_coarse
    canvas.show_still(Still(b"next"))
    assert canvas.is_coarse and len(asked) == 2
    canvas.close()


def test_a_fine_screen_shows_more_at_once():
    canvas = FrameCanvas(LARGE)
    canvas._surface._refine(2.0)
    assert canvas.is_coarse
    canvas.close()


def test_what_is_sent_whole_is_never_coarse():
    canvas = FrameCanvas(Size(480, 854))
    canvas.zoom(8)
    assert not canvas.is_coarse
    canvas.close()


def test_the_explorer_shows_all_pixels_of_a_frame_that_rests_enlarged():
    explorer = Explorer(Session(ToyMethod(), NumberedVideo(3, LARGE)))
    canvas = explorer._panel.canvas
    assert size_of(canvas._still.frame) == (960, 540) and canvas._detail is None
    canvas.zoom(4)
    assert explorer.settle(10)
    assert size_of(canvas._detail.frame) == (1920, 1080)
    explorer.frame = 1
    assert explorer.settle(10) and canvas._detail is not None  # that of frame 1
    explorer.close()


def test_labels_and_outlines_are_whole_too():
    labels = np.zeros(tuple(LARGE), np.uint8)
    labels[501:510, 701:710] = 1
    assert size_of(render.labels_png(labels, largest=LARGE)) == (1920, 1080)
    corners = render.outlines(labels, LARGE)[1][0]
    assert corners.min(0).tolist() == [701, 501] and corners.max(0).tolist() == [709, 509]
