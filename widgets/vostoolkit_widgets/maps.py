"""The maps that can lie over a frame: how unsure the method is, and what its stages found."""

from vostoolkit.arrays import Map, ObjectId
from vostoolkit.records import FrameRecord

UNCERTAINTY = "uncertainty"
"""The map of the method's own measure, which has another name."""
NO_MAP = "none"

STAGE_MAPS = {
    "probability": ("0", "1"),
    "region": ("outside", "inside"),
    "click field": ("low", "high"),
    "change": ("as before", "refined"),
}
"""What the two ends of a map's colours mean, by its name."""


def stage_maps(record: FrameRecord, object_id: ObjectId) -> dict[str, Map]:
    """What the stages of a frame found of an object, in [0, 1], by name; those that there are."""
    found: dict[str, Map] = {}
    if record.masks is not None and object_id in record.masks.objects:
        found["probability"] = record.masks.of(object_id)
    if record.uncertainty is not None and object_id in record.uncertainty.regions:
        found["region"] = record.uncertainty.regions[object_id].float()
    for pseudo in record.pseudo_clicks:
        if pseudo.click.object_id == object_id:
            found["click field"] = pseudo.product / pseudo.product.max().clamp_min(1e-9)
    for refinement in record.refinements:
        if refinement.object_id == object_id:
            found["change"] = (refinement.after - refinement.before).abs()
    return found
