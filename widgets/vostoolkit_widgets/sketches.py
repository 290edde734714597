"""What is seen on the canvas of what isn't a prompt yet: a region, an open outline, a cursor."""

from collections.abc import Sequence

import numpy as np

from vostoolkit.arrays import Size
from vostoolkit.colours import BLACK, WHITE, rgb
from vostoolkit_widgets.capture import Ink
from vostoolkit_widgets.shapes import Area, Disc, Glyph, Line, Shape
from vostoolkit_widgets.viewport import Point

_DASH = (6.0, 5.0)
_SHADE = 0.5
_ARM = 13.0


def region_shapes(region: Sequence[Point], size: Size) -> list[Shape]:
    """A region in which marks count: the rest of the frame is shaded, its border dashed."""
    if not region:
        return []
    inner = np.array(region, np.float64)
    ends = (-0.5, size.width - 0.5), (-0.5, size.height - 0.5)
    outer = np.array([(ends[0][i], ends[1][j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))])
    if _turns_right(inner) == _turns_right(outer):  # a hole runs the other way round
        inner = inner[::-1]
    rest = np.concatenate([outer, outer[:1], inner, inner[:1], outer[:1]])
    return [Area(rest, BLACK, _SHADE), *region_border(region)]


def region_border(region: Sequence[Point]) -> list[Shape]:
    """The border of a region, dashed in black and white."""
    points = np.array(region, np.float64)
    return [
        Line(points, BLACK, 3.0, closed=True),
        Line(points, WHITE, 1.6, dash=_DASH, closed=True),
    ]


def open_shapes(corners: Sequence[Point], ink: Ink) -> list[Shape]:
    """An outline that isn't closed yet; its first corner, which closes it, is a ring."""
    if not corners:
        return []
    points, colour = np.array(corners, np.float64), rgb(ink.colour)
    shapes: list[Shape] = []
    if len(points) > 1:
        shapes = [Line(points, BLACK, 4.0), Line(points, colour, 2.0)]
    for x, y in corners[1:]:
        shapes += [Disc(x, y, 4, BLACK), Disc(x, y, 3, colour)]
    x, y = corners[0]
    return [*shapes, Disc(x, y, 7, BLACK, 4.5), Disc(x, y, 7, WHITE, 2.5)]


def path_shapes(path: Sequence[Point], ink: Ink, scale: float) -> list[Shape]:
    """What the cursor that keys move has drawn; the ink's width is in canvas pixels."""
    if not path or ink.shape == "none" or len(ink.colour) > len("#rrggbb"):  # clear
        return []
    points, colour = np.array(path, np.float64), rgb(ink.colour)
    if ink.shape == "box":
        (left, top), (right, bottom) = points[0], points[-1]
        points = np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])
        return [Line(points, BLACK, 4.0), Line(points, colour, 2.0)]
    return [Line(points, colour, 0.0, breadth=max(ink.width, 2.0) / scale)]


def cursor_shapes(x: float, y: float, *, is_down: bool) -> list[Shape]:
    """The cursor that keys move: cross-hairs, with a ring while it draws."""
    arms = [((-_ARM, 0), (-4, 0)), ((4, 0), (_ARM, 0)), ((0, -_ARM), (0, -4)), ((0, 4), (0, _ARM))]
    lines = [np.array(arm, np.float64) for arm in arms]
    shapes: list[Shape] = [Glyph(x, y, line, BLACK, 5.0) for line in lines]
    shapes += [Glyph(x, y, line, WHITE, 2.0) for line in lines]
    if is_down:
        shapes += [Disc(x, y, 6, BLACK, 4.0), Disc(x, y, 6, WHITE, 2.0)]
    return shapes


def _turns_right(points: np.ndarray) -> bool:
    """Whether a closed outline runs clockwise, as seen on the screen."""
    x, y = points.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) > 0
