"""The picture of an ensemble's prediction: the mean, and how many members agree on each object."""

import numpy as np

from vostoolkit.arrays import Image, ObjectId, Size
from vostoolkit.colours import UNCERTAINTY, colour_of
from vostoolkit.pictures.layout import Picture, framed, row, titled, with_scale
from vostoolkit.pictures.stages import picture
from vostoolkit.pictures.view import View, around, coloured, grey, outlined
from vostoolkit.results import EnsemblePropagation

_ROOM = {1: Size(240, 440), 2: Size(220, 340), 3: Size(190, 262)}
_GROUND = 150


@picture.register
def _(result: EnsemblePropagation, image: Image | None = None) -> Picture:
    masks, count = result.masks, len(result.members)
    shown = masks.objects[: max(_ROOM)]
    votes = {o: _votes(result, o) for o in masks.objects}
    regions = {o: masks.region(o).cpu().numpy() for o in masks.objects}
    room = _ROOM[max(1, len(shown))]
    view = around(masks.size, [vote > 0 for vote in votes.values()], room)
    ground = np.full((*masks.size, 3), _GROUND, np.uint8) if image is None else image
    mean = view.image(ground)
    for object_id, region in regions.items():
        mean = outlined(mean, view.mask(region), colour_of(object_id))
    panels = [titled(mean, f"frame {result.frame}: mean of {count}")]
    for object_id in shown:
        panel = _doubt(view, grey(ground), votes[object_id])
        panel = outlined(panel, view.mask(regions[object_id]), colour_of(object_id), dashed=True)
        scale = with_scale(panel, UNCERTAINTY, "members agree", "half against half")
        panels.append(titled(scale, f"object {object_id}, {count} votes"))
    return framed(row(panels))


def _votes(result: EnsemblePropagation, object_id: ObjectId) -> np.ndarray:
    """The share of members for whom each pixel is likeliest this object's."""
    channel = 1 + result.masks.objects.index(object_id)
    return (result.members.max(1)[1] == channel).float().mean(0).cpu().numpy()


def _doubt(view: View, ground: Picture, votes: np.ndarray) -> Picture:
    """How evenly the members are split, over the picture where they are split at all."""
    split = view.map(1 - np.abs(2 * votes - 1))
    panel = coloured(split, UNCERTAINTY, 1)
    return np.where((split > 0)[..., None], panel, view.image(ground))
