"""Lines, discs and words as values, drawn alike on a canvas in the browser and on a picture."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal, TypeAlias

import cv2
import numpy as np
from ipycanvas import Canvas
from jaxtyping import Float, Int
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from vostoolkit.arrays import Image
from vostoolkit.colours import Rgb, css
from vostoolkit_widgets.viewport import Viewport

_PLAIN = str.maketrans({"Δ": "d", "τ": "t", "≥": ">=", "≤": "<=", "−": "-", "▲": ""})
"""For the font that comes with Pillow: what to write for signs that it doesn't have."""

_FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif"


@dataclass(frozen=True, eq=False)
class Line:
    """A line through points; closed, it ends where it began.

    ``breadth`` is what it is wider by in pixels of the image, so that zoom enlarges it.
    """

    points: Float[np.ndarray, "n 2"]
    colour: Rgb
    width: float = 1.0
    dash: tuple[float, ...] = ()
    closed: bool = False
    breadth: float = 0.0


@dataclass(frozen=True, eq=False)
class Area:
    """A filled polygon."""

    points: Float[np.ndarray, "n 2"]
    colour: Rgb
    alpha: float = 1.0


@dataclass(frozen=True)
class Disc:
    """A filled disc, or a ring where a width is given."""

    x: float
    y: float
    radius: float
    colour: Rgb
    width: float | None = None


@dataclass(frozen=True)
class Word:
    """A text in one line; ``align`` says which side of it is at ``x``, and ``y`` is its middle."""

    x: float
    y: float
    text: str
    colour: Rgb
    size: float = 12.0
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True, eq=False)
class Glyph:
    """A sign of fixed size: a line through offsets from its place, that zoom doesn't change."""

    x: float
    y: float
    offsets: Float[np.ndarray, "n 2"]
    colour: Rgb
    width: float = 2.0

    def line(self) -> Line:
        """The sign as a line."""
        return Line(self.offsets + np.array((self.x, self.y)), self.colour, self.width)


Shape: TypeAlias = Line | Area | Disc | Word | Glyph


def line(*points: tuple[float, float], colour: Rgb, width: float = 1.0) -> Line:
    """A line through the points given."""
    return Line(np.array(points, np.float64), colour, width)


def placed(shape: Shape, view: Viewport) -> Shape:
    """A shape with its place in image coordinates turned into canvas coordinates.

    Sizes stay, but for the breadth of lines.
    """
    if isinstance(shape, Line | Area):
        corner = np.array((view.left, view.top))
        points = (shape.points + 0.5 - corner) * np.array(view.scale)
        if isinstance(shape, Area):
            return replace(shape, points=points)
        width = shape.width + shape.breadth * view.scale[0]
        return replace(shape, points=points, width=width, breadth=0.0)
    x, y = view.to_canvas(shape.x, shape.y)
    return replace(shape, x=x, y=y)


def on_canvas(layer: Canvas, shapes: Iterable[Shape]) -> None:
    """Nothing; draws the shapes on a layer of an ipycanvas."""
    layer.line_cap = layer.line_join = "round"
    layer.text_baseline = "middle"
    for shape in shapes:
        _on_canvas(layer, shape)


def _on_canvas(layer: Canvas, shape: Shape) -> None:
    match shape:
        case Line():
            layer.stroke_style, layer.line_width = css(shape.colour), shape.width
            layer.set_line_dash(list(shape.dash))
            points = np.concatenate([shape.points, shape.points[:1]])
            layer.stroke_lines((points if shape.closed else shape.points).astype(np.float32))
        case Area():
            layer.fill_style, layer.global_alpha = css(shape.colour), shape.alpha
            layer.fill_polygon(shape.points.astype(np.float32))
            layer.global_alpha = 1.0
        case Disc():
            if shape.width is None:
                layer.fill_style = css(shape.colour)
                layer.fill_circle(shape.x, shape.y, shape.radius)
            else:
                layer.stroke_style, layer.line_width = css(shape.colour), shape.width
                layer.set_line_dash([])
                layer.stroke_circle(shape.x, shape.y, shape.radius)
        case Word():
            layer.fill_style, layer.text_align = css(shape.colour), shape.align
            layer.font = f"{shape.size:g}px {_FONT}"
            layer.fill_text(shape.text, shape.x, shape.y)
        case Glyph():
            _on_canvas(layer, shape.line())


def on_picture(image: Image, shapes: Iterable[Shape]) -> Image:
    """The picture with the shapes drawn on it, smooth at their edges."""
    fine = 2
    picture = PillowImage.fromarray(image).convert("RGBA")
    size = (image.shape[1] * fine, image.shape[0] * fine)
    layer = PillowImage.new("RGBA", size, (0, 0, 0, 0))
    for shape in shapes:
        if isinstance(shape, Area):  # drawing replaces pixels: what is translucent is blended
            own = PillowImage.new("RGBA", size, (0, 0, 0, 0))
            _on_picture(ImageDraw.Draw(own), shape, fine)
            layer = PillowImage.alpha_composite(layer, own)
        else:
            _on_picture(ImageDraw.Draw(layer), shape, fine)
    small = layer.resize(picture.size, PillowImage.Resampling.BOX)
    return np.array(PillowImage.alpha_composite(picture, small).convert("RGB"))


def on_film(image: Image, shapes: Iterable[Shape], fine: float) -> Image:
    """The picture with lines, discs and glyphs drawn on it, ten times as fast as `on_picture`.

    ``fine`` is its pixels for one of the shapes'.
    """
    out = image.copy()
    for shape in shapes:
        match shape.line() if isinstance(shape, Glyph) else shape:
            case Line(points, colour, width, dash, closed):
                path = np.concatenate([points, points[:1]]) if closed else points
                pieces = [_sixteenths(piece, fine) for piece in _dashes(path, list(dash))]
                cv2.polylines(out, pieces, False, colour, _thick(width * fine), cv2.LINE_AA, 4)
            case Disc(x, y, radius, colour, width):
                (middle,) = _sixteenths(np.array([[x, y]], np.float64), fine).tolist()
                thick = -1 if width is None else _thick(width * fine)
                cv2.circle(out, middle, round(16 * radius * fine), colour, thick, cv2.LINE_AA, 4)
            case _:
                pass
    return out


def _thick(width: float) -> int:
    """What OpenCV calls a smooth line of about this width: its 2 is 3.5 pixels wide, its 4 5.5."""
    return 2 * max(0, round((width - 1.5) / 2)) or 1


def _sixteenths(points: Float[np.ndarray, "n 2"], fine: float) -> Int[np.ndarray, "n 2"]:
    """Points in sixteenths of a pixel, whose middle is a whole number."""
    return np.round((points * fine - 0.5) * 16).astype(np.int32)


def _on_picture(draw: ImageDraw.ImageDraw, shape: Shape, fine: int) -> None:
    match shape:
        case Line():
            points = np.concatenate([shape.points, shape.points[:1]])
            points = (points if shape.closed else shape.points) * fine
            width = max(1, round(shape.width * fine))
            for piece in _dashes(points, [d * fine for d in shape.dash]):
                draw.line([(x, y) for x, y in piece], shape.colour, width, joint="curve")
        case Area():
            fill = (*shape.colour, round(255 * shape.alpha))
            draw.polygon([(x * fine, y * fine) for x, y in shape.points], fill)
        case Disc():
            radius = shape.radius + (shape.width or 0) / 2
            box = [(shape.x - radius) * fine, (shape.y - radius) * fine]
            box += [(shape.x + radius) * fine, (shape.y + radius) * fine]
            if shape.width is None:
                draw.ellipse(box, fill=shape.colour)
            else:
                draw.ellipse(box, outline=shape.colour, width=max(1, round(shape.width * fine)))
        case Word():
            anchor = {"left": "lm", "center": "mm", "right": "rm"}[shape.align]
            at, text = (shape.x * fine, shape.y * fine), shape.text.translate(_PLAIN)
            draw.text(at, text, shape.colour, _font(round(shape.size * fine)), anchor=anchor)
        case Glyph():
            _on_picture(draw, shape.line(), fine)


def _dashes(points: Float[np.ndarray, "n 2"], dash: list[float]) -> list[Float[np.ndarray, "m 2"]]:
    """The visible pieces of a line; the line itself without dashes."""
    if not dash or len(points) < 2:
        return [points]
    pieces: list[np.ndarray] = []
    on, off = dash[0], dash[-1]
    for start, end in pairwise(points):
        length = float(np.hypot(*(end - start)))
        for begin in np.arange(0, length, on + off):
            stop = min(begin + on, length)
            pieces.append(np.stack([start + (end - start) * t / length for t in (begin, stop)]))
    return pieces


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
