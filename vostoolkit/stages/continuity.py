"""Objects move on from where they were: parts that appear far from the last mask are dropped."""

import numpy as np
from jaxtyping import Float
from torch import Tensor

from vostoolkit.geometry import Mask, components, dilated, to_mask, to_region


def continued(
    own: Float[Tensor, "n y x"], previous: Float[Tensor, "m y x"] | None, reach: float | None
) -> Float[Tensor, "n y x"]:
    """Each object's probabilities, 0 in what doesn't go on from its last mask.

    A connected part of the mask goes on from it if it comes nearer than `reach` times the short
    side. Where no part does, or there was none, all stay: the object came back. A reach of
    None changes nothing.

    Source: ours; a memory that is read anywhere also finds what only looks like the object.
    """
    if previous is None or reach is None:
        return own
    radius = round(reach * min(own.shape[-2:]))
    out = own.clone()
    for number, last in enumerate(previous):
        near = dilated(to_mask(last > 0.5), radius)
        out[number] *= to_region(_going_on(to_mask(own[number] > 0.5), near), like=own)
    return out


def _going_on(mask: Mask, near: Mask) -> Mask:
    """The pixels near the last mask, and the parts of this one that reach there."""
    parts, count = components(mask)
    goes_on = np.bincount(parts[near], minlength=count + 1) > 0
    goes_on[0] = False
    return goes_on[parts] | near if goes_on.any() else np.ones_like(mask)
