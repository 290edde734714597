"""Where a pixel of the image lies on the canvas, and back; with zoom and pan."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from vostoolkit.arrays import Size

Point: TypeAlias = tuple[float, float]

LARGEST_ZOOM = 32.0


@dataclass(frozen=True)
class Viewport:
    """The part of an image that a canvas shows.

    Image points have pixel centres at integers, so an image spans -0.5 to width - 0.5; canvas
    points are in canvas pixels from its top left corner. ``left`` and ``top`` are the image's edge
    coordinates (0 to width) at that corner.
    """

    image: Size
    canvas: Size
    zoom: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def __post_init__(self) -> None:
        if min(*self.image, *self.canvas) < 1 or not 1 <= self.zoom <= LARGEST_ZOOM:
            raise ValueError(
                f"a viewport of an image {tuple(self.image)} on a canvas {tuple(self.canvas)} with "
                f"zoom {self.zoom}: give sizes above 0 and a zoom from 1 to {LARGEST_ZOOM:g}"
            )

    @property
    def scale(self) -> Point:
        """Canvas pixels per image pixel, horizontally and vertically."""
        return (
            self.zoom * self.canvas.width / self.image.width,
            self.zoom * self.canvas.height / self.image.height,
        )

    def to_canvas(self, x: float, y: float) -> Point:
        """The canvas point of an image point."""
        across, down = self.scale
        return (x + 0.5 - self.left) * across, (y + 0.5 - self.top) * down

    def to_image(self, x: float, y: float) -> Point:
        """The image point of a canvas point; it may lie outside the image."""
        across, down = self.scale
        return x / across + self.left - 0.5, y / down + self.top - 0.5

    def seen_in(self, other: "Viewport") -> tuple[float, float, float, float]:
        """Where what this shows lies on the canvas of another viewport of the same image.

        Left, top, width and height, in shares of that canvas.
        """
        left, share = other.zoom * (self.left - other.left), other.zoom / self.zoom
        top = other.zoom * (self.top - other.top)
        return left / self.image.width, top / self.image.height, share, share

    def inside(self, x: float, y: float) -> Point:
        """The nearest point to an image point that lies between the centres of edge pixels."""
        return (
            min(max(x, 0.0), self.image.width - 1.0),
            min(max(y, 0.0), self.image.height - 1.0),
        )

    def zoomed(self, factor: float, at: Point) -> "Viewport":
        """The viewport enlarged by a factor; the image stays where it is under a canvas point."""
        zoom = min(max(self.zoom * factor, 1.0), LARGEST_ZOOM)
        x, y = self.to_image(*at)
        other = replace(self, zoom=zoom)
        across, down = other.scale
        return other._held(x + 0.5 - at[0] / across, y + 0.5 - at[1] / down)

    def moved(self, across: float, down: float) -> "Viewport":
        """The viewport after the image was dragged by so many canvas pixels."""
        return self._held(self.left - across / self.scale[0], self.top - down / self.scale[1])

    def _held(self, left: float, top: float) -> "Viewport":
        """The viewport at this corner, or as near as the image's edges allow."""
        return replace(
            self,
            left=min(max(left, 0.0), self.image.width * (1 - 1 / self.zoom)),
            top=min(max(top, 0.0), self.image.height * (1 - 1 / self.zoom)),
        )


def fitted(image: Size, within: Size) -> Size:
    """The largest size of the image's shape that fits into a box; at least one pixel."""
    scale = min(within.width / image.width, within.height / image.height)
    return Size(max(1, round(image.height * scale)), max(1, round(image.width * scale)))
