"""A part of a frame, magnified: what a panel shows, and where a pixel of the frame lies in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float

from vostoolkit.arrays import Image, Size
from vostoolkit.colours import ASK, Palette, Rgb, colour_of
from vostoolkit.geometry import to_mask
from vostoolkit.masks import Masks
from vostoolkit.pictures.layout import Picture
from vostoolkit.prompts import Box, Click, Drawing, Local, Prompt, Scribble, polygon

_NARROWEST = 0.75
_SMALLEST_SHARE = 0.3
_SMALLEST_SIDE = 48


@dataclass(frozen=True)
class View:
    """A rectangle of the frame in pixels, shown ``scale`` times as large."""

    left: int
    top: int
    width: int
    height: int
    scale: float

    @property
    def size(self) -> Size:
        """Height and width of the panel."""
        return Size(round(self.height * self.scale), round(self.width * self.scale))

    def image(self, image: Image) -> Picture:
        """This part of an image, at the panel's size."""
        shrinks = self.scale < 1
        return cv2.resize(
            self._part(image),
            self.size[::-1],
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
        )

    def map(self, values: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "panel_h panel_w"]:
        """This part of a map, at the panel's size."""
        part = np.ascontiguousarray(self._part(values), np.float32)
        return cv2.resize(part, self.size[::-1], interpolation=cv2.INTER_LINEAR)

    def mask(self, mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "panel_h panel_w"]:
        """This part of a mask, at the panel's size."""
        return self.map(mask.astype(np.float32)) >= 0.5

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a pixel of the frame lies in the panel, ``(x, y)``."""
        return (
            (x - self.left + 0.5) * self.scale - 0.5,
            (y - self.top + 0.5) * self.scale - 0.5,
        )

    def _part(self, array: np.ndarray) -> np.ndarray:
        return array[self.top : self.top + self.height, self.left : self.left + self.width]


def whole(size: Size, room: Size) -> View:
    """The whole frame, as large as there is room for."""
    scale = min(room.height / size.height, room.width / size.width)
    return View(0, 0, size.width, size.height, scale)


def around(size: Size, regions: Iterable[Bool[np.ndarray, "h w"]], room: Size) -> View:
    """What matters of a frame: the regions with a margin, as large as there is room for.

    The whole frame, where no region holds a pixel or where the crop would be nearly all of it.
    """
    covered = np.zeros(tuple(size), np.bool_)
    for region in regions:
        covered |= region
    if not covered.any():
        return whole(size, room)
    rows, columns = np.nonzero(covered)
    top, bottom = int(rows.min()), int(rows.max()) + 1
    left, right = int(columns.min()), int(columns.max()) + 1
    margin = 0.3 * max(bottom - top, right - left)
    smallest = max(_SMALLEST_SIDE, _SMALLEST_SHARE * min(size))
    tall = max(bottom - top + 2 * margin, smallest)
    wide = max(right - left + 2 * margin, _NARROWEST * tall)
    tall = max(tall, wide * room.height / room.width)
    if tall >= 0.85 * size.height and wide >= 0.7 * size.width:
        return whole(size, room)
    top, tall = _inside((top + bottom) / 2, tall, size.height)
    left, wide = _inside((left + right) / 2, wide, size.width)
    return View(left, top, wide, tall, min(room.height / tall, room.width / wide))


def grey(image: Picture) -> Picture:
    """The image without its colours, paler, as a ground to draw on."""
    light = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.repeat((64 + 0.7 * light).astype(np.uint8)[..., None], 3, axis=2)


def coloured(values: Float[np.ndarray, "h w"], palette: Palette, top: float) -> Picture:
    """A map in colours; 0 is the palette's first, ``top`` and above its last."""
    share = np.clip(values / top if top > 0 else np.zeros_like(values), 0, 1)
    return palette[np.round(255 * share).astype(np.uint8)]


def tinted(
    image: Picture, mask: Bool[np.ndarray, "h w"], colour: Rgb, strength: float = 0.45
) -> Picture:
    """The image with a mask laid over it."""
    mixed = image.copy()
    mixed[mask] = np.round((1 - strength) * image[mask] + strength * np.array(colour))
    return mixed


def outlined(
    image: Picture, mask: Bool[np.ndarray, "h w"], colour: Rgb, *, dashed: bool = False
) -> Picture:
    """The image with a mask's contour, on a dark edge so that it shows on any ground."""
    drawn = np.ascontiguousarray(image)
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    lines = [line for contour in contours for line in (_dashes(contour) if dashed else [contour])]
    drawn = drawn.copy()
    cv2.polylines(drawn, lines, not dashed, (16, 16, 20), 3 if dashed else 4, cv2.LINE_AA)
    cv2.polylines(drawn, lines, not dashed, colour, 2, cv2.LINE_AA)
    return drawn


def segmented(image: Picture, masks: Masks, view: View) -> Picture:
    """The panel with every object tinted and outlined in its colour; masks of the frame's size."""
    panel = image
    regions = [(colour_of(o), view.mask(to_mask(masks.region(o)))) for o in masks.objects]
    for colour, region in regions:
        panel = tinted(panel, region, colour, 0.25)
    for colour, region in regions:
        panel = outlined(panel, region, colour)
    return panel


def ringed(image: Picture, at: tuple[float, float], colour: Rgb = ASK, radius: int = 10) -> Picture:
    """The image with a ring around one point."""
    drawn = image.copy()
    centre = (round(at[0]), round(at[1]))
    cv2.circle(drawn, centre, radius, (255, 255, 255), 5, cv2.LINE_AA)
    cv2.circle(drawn, centre, radius, colour, 3, cv2.LINE_AA)
    return drawn


def marked(image: Picture, prompts: Sequence[Prompt], view: View) -> Picture:
    """The panel with what a person gave: plus and minus discs, strokes, boxes, a drawn outline."""
    drawn = image.copy()
    for prompt in prompts:
        match prompt:
            case Click(x=x, y=y, positive=positive):
                _disc(drawn, view.point(x, y), positive)
            case Scribble(points=points, positive=positive, width=width):
                line = np.round([view.point(*point) for point in points]).astype(np.int32)
                thickness = max(2, round(width * view.scale))
                cv2.polylines(drawn, [line], False, _sign_colour(positive), thickness, cv2.LINE_AA)
            case Box(left=left, top=top, right=right, bottom=bottom):
                corners = np.round([view.point(left, top), view.point(right, bottom)])
                start, end = corners.astype(int).tolist()
                cv2.rectangle(drawn, start, end, ASK, 2, cv2.LINE_AA)
            case Drawing(mask=mask):
                drawn = outlined(drawn, view.mask(mask), ASK)
            case Local(mark=mark, region=region):
                corners = [view.point(*corner) for corner in region]
                inside = polygon(corners, Size(*drawn.shape[:2]))
                drawn = outlined(drawn, inside, ASK, dashed=True)
                drawn = marked(drawn, (mark,), view)
            case _:
                pass
    return drawn


def _disc(image: Picture, at: tuple[float, float], positive: bool) -> None:
    """Paints a disc with a plus or a minus into ``image``."""
    x, y = round(at[0]), round(at[1])
    cv2.circle(image, (x, y), 10, (255, 255, 255), -1, cv2.LINE_AA)
    cv2.circle(image, (x, y), 8, _sign_colour(positive), -1, cv2.LINE_AA)
    cv2.line(image, (x - 4, y), (x + 4, y), (255, 255, 255), 2, cv2.LINE_AA)
    if positive:
        cv2.line(image, (x, y - 4), (x, y + 4), (255, 255, 255), 2, cv2.LINE_AA)


def _sign_colour(positive: bool) -> Rgb:
    return ASK if positive else (32, 32, 36)


def _dashes(contour: np.ndarray, length: int = 9) -> list[np.ndarray]:
    return [contour[start : start + length] for start in range(0, len(contour), 2 * length)]


def _inside(middle: float, length: float, limit: int) -> tuple[int, int]:
    """Start and length of an interval about ``middle``, shifted and cut to fit 0 … limit."""
    whole_length = min(round(length), limit)
    return min(max(round(middle - length / 2), 0), limit - whole_length), whole_length
