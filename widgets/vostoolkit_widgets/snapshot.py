"""What the Explorer shows as one picture, for where no widget can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from vostoolkit.arrays import Image
from vostoolkit.colours import ASK
from vostoolkit_widgets import render
from vostoolkit_widgets.canvas import FrameCanvas
from vostoolkit_widgets.chart import Curve, chart_of, cursor_shapes
from vostoolkit_widgets.levels import drawn
from vostoolkit_widgets.scene import Scene, marks_of
from vostoolkit_widgets.shapes import Word, on_picture, placed
from vostoolkit_widgets.stills import outline_shapes
from vostoolkit_widgets.viewport import Viewport

_PAPER, _INK = 255, (45, 45, 50)
_LINE = 34


def frame_picture(
    image: Image | None,
    scene: Scene,
    entropy: Float[np.ndarray, "h w"] | None,
    *,
    canvas: FrameCanvas,
) -> UInt8[np.ndarray, "canvas_h canvas_w 3"]:
    """A frame with its layers and marks as a canvas shows them, but never zoomed."""
    flat = render.composed(
        np.zeros((*canvas.view.image, 3), np.uint8) if image is None else image,
        scene.shown,
        entropy,
        mask_opacity=canvas.mask_opacity,
        map_opacity=canvas.map_opacity,
        palette=scene.appearance.palette,
    )
    view = Viewport(canvas.view.image, canvas.view.canvas)
    large = np.asarray(cv2.resize(flat, view.canvas[::-1], interpolation=cv2.INTER_AREA))
    shapes = (*outline_shapes(scene.shown, scene.appearance), *marks_of(scene))
    return on_picture(large, [placed(shape, view) for shape in shapes])


@dataclass(frozen=True, eq=False)
class Strip:
    """What a timeline shows."""

    length: int
    curves: Sequence[Curve]
    cursor: int


def timeline_picture(strip: Strip, thresholds: Mapping[str, float], *, width: int) -> Image:
    """A timeline on white paper."""
    chart = chart_of(strip.length, strip.curves, thresholds, width=width)
    paper = np.full((*chart.size, 3), _PAPER, np.uint8)
    shapes = drawn(chart, strip.curves, thresholds)
    return on_picture(paper, [*shapes, *cursor_shapes(chart, strip.cursor)])


def text_picture(text: str, width: int, *, asks: bool) -> Image:
    """A line of text on white paper, marked where it asks."""
    paper = np.full((_LINE, width, 3), _PAPER, np.uint8)
    if asks:
        paper[4:-4, :4] = ASK
    return on_picture(paper, [Word(14, _LINE / 2, text, _INK, 13)])


def stacked(
    pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]],
) -> UInt8[np.ndarray, "height width 3"]:
    """Pictures below each other on white paper, left sides in line."""
    width = max(picture.shape[1] for picture in pictures)
    rows = [
        np.pad(p, ((0, 8), (0, width - p.shape[1]), (0, 0)), constant_values=_PAPER)
        for p in pictures
    ]
    return np.concatenate(rows)
