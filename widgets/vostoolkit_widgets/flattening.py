"""A frame with all that lies over it in one picture, as a film shows it.

One picture instead of three, at the canvas's own size, takes a page a third of the time.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Shaped

from vostoolkit.arrays import Image, Size
from vostoolkit_widgets import render
from vostoolkit_widgets.album import map_values
from vostoolkit_widgets.scene import Scene, marks_of
from vostoolkit_widgets.shapes import on_film, placed
from vostoolkit_widgets.stills import outline_shapes
from vostoolkit_widgets.viewport import Viewport


@dataclass(frozen=True)
class Look:
    """How a canvas shows frames: which part of them, and how opaque what lies over them.

    ``fine`` is the canvas's pixels for one of the page's.
    """

    view: Viewport
    fine: float
    mask_opacity: float
    map_opacity: float
    is_outlined: bool

    @property
    def size(self) -> Size:
        """In the canvas's own pixels."""
        height, width = self.view.canvas
        return Size(round(height * self.fine), round(width * self.fine))


@dataclass(frozen=True, eq=False)
class Flat:
    """A JPEG of what a canvas shows, and where it looks."""

    jpeg: bytes
    view: Viewport


def flattened(image: Image, scene: Scene, map_: bytes | None, look: Look) -> Flat:
    """A frame with its masks, its uncertainty map (a PNG of `render`'s), outlines and marks."""
    labels = scene.shown
    values = None if map_ is None else map_values(map_, render.map_size(scene.size))
    flat = render.composed(
        seen(image, look),
        None if labels is None else seen(labels, look),
        None if values is None else seen(values, look),
        mask_opacity=look.mask_opacity,
        map_opacity=look.map_opacity,
        palette=scene.appearance.palette,
    )
    outlines = outline_shapes(labels, scene.appearance) if look.is_outlined else []
    shapes = [placed(shape, look.view) for shape in (*outlines, *marks_of(scene))]
    return Flat(render.frame_jpeg(on_film(flat, shapes, look.fine), look.size), look.view)


def seen(array: Shaped[np.ndarray, "h w *c"], look: Look) -> Shaped[np.ndarray, "seen_h seen_w *c"]:
    """The part of a frame that is seen, at the canvas's size; labels stay labels.

    The array covers the whole frame, be it larger or smaller than that.
    """
    size, view = look.size, look.view
    is_labels = array.ndim == 2 and array.dtype == np.uint8
    smooth = cv2.INTER_NEAREST if is_labels else cv2.INTER_LINEAR
    if view.zoom > 1:
        scale = np.array(array.shape[1::-1]) / view.image[::-1]
        step = scale / view.scale / look.fine
        corner = np.array((view.left, view.top)) * scale + step / 2 - 0.5
        matrix = np.array([[step[0], 0, corner[0]], [0, step[1], corner[1]]])
        return np.asarray(
            cv2.warpAffine(
                array,
                matrix,
                size[::-1],
                flags=smooth | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )
    while not is_labels and array.shape[0] >= 2 * size.height:  # so that nothing is left out
        half = (array.shape[1] // 2, array.shape[0] // 2)
        array = np.asarray(cv2.resize(array, half, interpolation=cv2.INTER_AREA))
    return np.asarray(cv2.resize(array, size[::-1], interpolation=smooth))
