"""The click a method gives itself: deep in the object and where it is sure (Lazy-XMem 3.4)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from vostoolkit.arrays import Map, ObjectId, Region
from vostoolkit.geometry import Field, distance_inside, distance_to_boundary, to_mask
from vostoolkit.prompts import Click
from vostoolkit.results import PseudoClick, Uncertainty


@dataclass(frozen=True)
class DistanceFieldClick:
    """Clicks where distance to the mask's boundary times confidence is largest.

    ``region`` is where the click may lie: the dilated mask, or the mask itself. ``weight`` is the
    confidence 1 - S, ``"one"`` (the distance alone), or ``"zero"`` (what the released call passes
    by mistake: then the distance decides). ``boundary`` is the mask's outermost pixels, whose
    distance is 0 and from which the field rises on either side, or ``"outside"``: the distance to
    the nearest pixel outside, nothing beyond the mask.

    Where several pixels have the same product the farther one wins, then the first in reading
    order.

    Source: Lazy-XMem, Eq. 4 and 5.
    Note: as printed, the field grows outwards too, so on an object thinner than its dilation the
    click can fall beside it; ``region="mask"`` rules that out, as the release does.
    """

    region: Literal["dilated", "mask"] = "dilated"
    weight: Literal["confidence", "one", "zero"] = "confidence"
    boundary: Literal["own", "outside"] = "own"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("region", self.region, ("dilated", "mask")),
            ("weight", self.weight, ("confidence", "one", "zero")),
            ("boundary", self.boundary, ("own", "outside")),
        ):
            if value not in known:
                raise ValueError(f"{name}={value!r}: give one of {', '.join(map(repr, known))}")

    @staticmethod
    def released() -> "DistanceFieldClick":
        """The click of the released code as it is called, its weight of 0 included."""
        return DistanceFieldClick(region="mask", weight="zero", boundary="outside")

    def __call__(self, uncertainty: Uncertainty, object_id: ObjectId, /) -> PseudoClick:
        """The click of one object, with distance, weight and their product over the whole frame.

        Raises:
            ValueError: the object's mask is empty, so that there is no place to click on, or the
                entropy isn't a number somewhere.
        """
        own = uncertainty.masks.region(object_id)
        region = uncertainty.regions[object_id] if self.region == "dilated" else own
        if not bool(region.any()):
            raise ValueError(
                f"object {object_id} is lost at frame {uncertainty.frame}: its mask is empty, "
                "so there is no place for a pseudo-click; ask a person"
            )
        field = distance_to_boundary if self.boundary == "own" else distance_inside
        distance = torch.as_tensor(field(to_mask(own)), device=region.device)
        weight = self._weight(uncertainty.entropy)
        product = distance * weight * region
        if bool(product.isnan().any()):
            raise ValueError(
                f"frame {uncertainty.frame}: the entropy is not a number in places, as the "
                "network's masks aren't: check its weights, or take precision='float32'"
            )
        x, y = _highest(product, distance, region)
        return PseudoClick(
            frame=uncertainty.frame,
            round=uncertainty.round,
            click=Click(uncertainty.frame, object_id, x, y),
            region=region,
            distance=distance,
            weight=weight,
            product=product,
        )

    def _weight(self, entropy: Map) -> Float32[Tensor, "h w"]:
        if self.weight == "confidence":
            return (1 - entropy).float()
        constant = 1.0 if self.weight == "one" else 0.0
        return torch.full_like(entropy, constant, dtype=torch.float32)


def _highest(product: Map, distance: Map, region: Region) -> tuple[int, int]:
    """The place (x, y) in the region with the largest product, then the largest distance."""
    inside = to_mask(region)
    best = _masked(product, inside)
    best = best == best.max()
    field = _masked(distance, inside & best)
    row, column = np.unravel_index(int(np.argmax(field)), field.shape)
    return int(column), int(row)


def _masked(values: Map, inside: np.ndarray) -> Field:
    return np.where(inside, values.cpu().numpy(), np.float32(-1))
