"""What the propagators without learning share."""

from vostoolkit.masks import Masks


def joined(masks: Masks, last: Masks | None) -> Masks:
    """The masks, with the last ones of objects that they don't hold."""
    for object_id in last.objects if last is not None else ():
        if last is not None and object_id not in masks.objects:
            masks = masks.replaced(object_id, last.of(object_id))
    return masks
