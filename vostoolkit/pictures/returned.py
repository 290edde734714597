"""Pictures of masks that were carried on and back, by two networks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vostoolkit.arrays import Image, Labels, Size
from vostoolkit.colours import WHITE, colour_of
from vostoolkit.metrics.overlap import iou
from vostoolkit.pictures.layout import Picture, column, framed, row, titled
from vostoolkit.pictures.view import View, around, outlined, tinted

_ROOM = Size(132, 214)


@dataclass(frozen=True, eq=False)
class ComingBack:
    """A frame and three labels of it: as a person gave them, as they came back before and after."""

    frame: int
    image: Image
    labels: tuple[Labels, Labels, Labels]


def returned_picture(frames: Sequence[ComingBack]) -> Picture:
    """A row for each frame, what a person gave dashed in all of it, with the IoU."""
    return framed(column([_row(one) for one in frames]))


def _row(one: ComingBack) -> Picture:
    given, before, after = one.labels
    view = around(Size(*given.shape), [labels > 0 for labels in one.labels], _ROOM)
    panels = [titled(_panel(one.image, given, given, view), f"frame {one.frame}, as given")]
    for name, labels in (("before", before), ("after", after)):
        overlaps = [iou(labels == o, given == o) for o in np.unique(given[given > 0]).tolist()]
        text = f"back {name}: IoU {np.mean(overlaps):.3f}"
        panels.append(titled(_panel(one.image, labels, given, view), text))
    return row(panels)


def _panel(image: Image, labels: Labels, given: Labels, view: View) -> Picture:
    panel = view.image(image)
    for object_id in np.unique(given[given > 0]).tolist():
        mask, colour = view.mask(labels == object_id), colour_of(object_id)
        panel = outlined(tinted(panel, mask, colour, 0.4), mask, colour)
        panel = outlined(panel, view.mask(given == object_id), WHITE, dashed=True)
    return panel
