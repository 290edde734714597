"""The picture of a fusion: old and new masks, what the correction changed, and what became."""

import numpy as np
from jaxtyping import Float

from vostoolkit.arrays import Image, Size
from vostoolkit.geometry import to_mask
from vostoolkit.pictures.layout import Picture, blank, framed, row, titled, with_legend
from vostoolkit.pictures.stages import ADDED, REMOVED, picture
from vostoolkit.pictures.view import View, around, grey, segmented
from vostoolkit.pictures.words import words
from vostoolkit.results import Fusion

_ROOM = Size(190, 262)
_GROUND = (150, 150, 156)


@picture.register
def _(result: Fusion, image: Image | None = None) -> Picture:
    size = result.masks.size
    image = blank(*size, _GROUND) if image is None else image
    sides = (result.old, result.new, result.masks)
    view = around(size, [to_mask(m.region(o)) for m in sides for o in m.objects], _ROOM)
    ground, (near, far) = view.image(image), result.weights
    panels = [
        titled(segmented(ground, result.old, view), f"frame {result.frame}: old ({far:.2f})"),
        titled(segmented(ground, result.new, view), f"new ({near:.2f})"),
    ]
    if result.added:
        panels.append(_changes(result, grey(ground), view))
    panels.append(titled(segmented(ground, result.masks, view), "fused"))
    return framed(row(panels, [*[None] * (len(panels) - 2), "arrow"]))


@words.register
def _(result: Fusion) -> tuple[str, ...]:
    near, far = result.weights
    lines = [f"nearness: {near:.2f} to the correction, {far:.2f} to the other corrected frame"]
    counts = [m.labels() for m in (result.old, result.new, result.masks)]
    for o in result.masks.objects:
        old, new, fused = (int((labels == o).sum()) for labels in counts)
        lines.append(f"object {o}: {old:,} pixels before, {new:,} propagated, {fused:,} fused")
    return tuple(lines)


def _changes(result: Fusion, ground: Picture, view: View) -> Picture:
    """The correction as it arrives at the frame; the strongest place has the full colour."""
    maps = [
        view.map(np.max([m.detach().cpu().numpy() for m in side.values()], axis=0))
        for side in (result.added, result.removed)
    ]
    top = max(float(m.max()) for m in maps)
    panel = ground.astype(np.float32)
    for values, colour in zip(maps, (ADDED, REMOVED), strict=True):
        share: Float[np.ndarray, "h w"] = values / top if top > 0 else values
        panel += share[..., None] * (np.array(colour, np.float32) - panel)
    shown = with_legend(panel.round().astype(np.uint8), {"added": ADDED, "removed": REMOVED})
    return titled(shown, f"correction, up to {top:.2f}")
