"""A frame with all that is shown over it, as the browser gets it."""

from collections.abc import Iterable
from dataclasses import dataclass

from vostoolkit.appearance import PLAIN, Appearance
from vostoolkit.arrays import Labels, Size
from vostoolkit_widgets import render
from vostoolkit_widgets.shapes import Line, Shape

_HALO = (20, 20, 24)


@dataclass(frozen=True, eq=False)
class Still:
    """Pictures as JPEG and PNG, None where there is none; shapes in image coordinates."""

    frame: bytes | None = None
    masks: bytes | None = None
    map: bytes | None = None
    outlines: tuple[Line, ...] = ()
    marks: tuple[Shape, ...] = ()

    @property
    def pictures(self) -> tuple[bytes | None, bytes | None, bytes | None]:
        """Frame, masks and map, as they lie over each other."""
        return self.frame, self.masks, self.map


def still_of(
    frame: bytes | None,
    labels: Labels | None,
    map_: bytes | None,
    marks: Iterable[Shape] = (),
    *,
    appearance: Appearance = PLAIN,
    largest: Size = render.LARGEST,
) -> Still:
    """A still of a frame and a map that `render` encoded, and of labels, which are encoded here."""
    masks = None if labels is None else render.labels_png(labels, appearance.palette, largest)
    lines = outline_shapes(labels, appearance, largest)
    return Still(frame, masks, map_, tuple(lines), tuple(marks))


def outline_shapes(
    labels: Labels | None, appearance: Appearance = PLAIN, largest: Size = render.LARGEST
) -> list[Line]:
    """The outlines of all objects, in image coordinates; dark below, so that they always show."""
    found = {} if labels is None else render.outlines(labels, largest)
    lines: list[Line] = []
    for object_id, contours in found.items():
        colour = appearance.colour(object_id)
        for under, width in ((_HALO, 3.0), (colour, 1.6)):
            lines += [Line(contour, under, width, closed=True) for contour in contours]
    return lines
