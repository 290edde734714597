"""Masks of all objects in one frame, as probabilities."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import Labels, Map, ObjectId, Pmf, Size, check_object_id

_SMALLEST_PROBABILITY = 1e-7
_NO_SHARE = 1e-30
"""So little that others can't share a pixel by it; a sure object leaves them 1e-14."""


def soft_aggregate(objects: Float[Tensor, "*batch n h w"]) -> Float[Tensor, "*batch k h w"]:
    """Logits of background and objects from independent object probabilities, ``k = n + 1``.

    The background is what no object claims, ``prod(1 - p)``; a softmax of the logits is the pmf.

    Source: XMem's soft aggregation (also STM, MiVOS).
    """
    background = torch.prod(1 - objects, dim=-3, keepdim=True)
    p = torch.cat([background, objects], dim=-3).clamp(
        _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY
    )
    return torch.log(p / (1 - p))


@dataclass(frozen=True, eq=False)
class Masks:
    """The pmf ``[k, h, w]`` over background and objects; channel ``i + 1`` is ``objects[i]``.

    Raises:
        ValueError: channels and objects don't match, or an id is unusable or doubled.
    """

    pmf: Pmf
    objects: tuple[ObjectId, ...]

    def __post_init__(self) -> None:
        for object_id in self.objects:
            check_object_id(object_id)
        if len(set(self.objects)) != len(self.objects):
            raise ValueError(f"object ids {self.objects} hold one id twice")
        if self.pmf.ndim != 3 or self.pmf.shape[0] != 1 + len(self.objects):
            raise ValueError(
                f"a pmf of shape {tuple(self.pmf.shape)} for {len(self.objects)} objects: "
                f"expected [{1 + len(self.objects)}, h, w] with the background first"
            )

    def __getstate__(self) -> dict[str, object]:
        """What is saved: nothing that can be computed again."""
        return {"pmf": self.pmf, "objects": self.objects}

    @property
    def size(self) -> Size:
        """Height and width."""
        return Size(*self.pmf.shape[1:])

    def of(self, object_id: ObjectId) -> Map:
        """Probability of one object at each pixel, in [0, 1]."""
        return self.pmf[self._channel(object_id)]

    @cached_property
    def likeliest(self) -> UInt8[Tensor, "h w"]:
        """The channel of the likeliest class at each pixel, the first of equally likely ones."""
        best, channel = self.pmf[0], torch.zeros_like(self.pmf[0], dtype=torch.uint8)
        for index, p in enumerate(self.pmf[1:], start=1):  # several times faster than argmax
            torch.maximum(channel, (p > best).view(torch.uint8) * index, out=channel)
            best = torch.maximum(best, p)
        return channel

    def region(self, object_id: ObjectId) -> "Tensor":
        """Boolean ``[h, w]``: the pixels where this object is the likeliest class."""
        return self.likeliest == self._channel(object_id)

    def labels(self) -> Labels:
        """The likeliest class at each pixel, as object ids; 0 is the background."""
        ids = np.zeros(256, np.uint8)
        ids[1 : 1 + len(self.objects)] = self.objects
        return cv2.LUT(self.likeliest.cpu().numpy(), ids)

    def replaced(self, object_id: ObjectId, probability: Map) -> "Masks":
        """The masks with one object's probability given; the others share what it leaves.

        An object that isn't there yet is added as the last.

        Raises:
            ValueError: the map's size is not that of the masks.
        """
        if tuple(probability.shape) != tuple(self.size):
            raise ValueError(
                f"a mask of shape {tuple(probability.shape)} for masks of {tuple(self.size)}: "
                "give a map of the frame's height and width"
            )
        given = probability.to(self.pmf).clamp(0, 1)
        if object_id not in self.objects:
            pmf, objects = torch.cat([self.pmf, given[None]]), (*self.objects, object_id)
        else:
            pmf, objects = self.pmf.clone(), self.objects
        channel = 1 + objects.index(object_id)
        pmf[channel] = 0
        rest = pmf.sum(0)
        is_shared = rest > _NO_SHARE
        pmf = pmf * torch.where(is_shared, (1 - given) / rest.clamp_min(_NO_SHARE), 0.0)
        pmf[0] += torch.where(is_shared, 0.0, 1 - given)
        pmf[channel] = given
        return Masks(pmf, objects)

    def without(self, object_id: ObjectId) -> "Masks":
        """The masks with one object taken out; its probability goes to the background."""
        channel = self._channel(object_id)
        pmf = torch.cat([self.pmf[:channel], self.pmf[channel + 1 :]])
        pmf[0] += self.pmf[channel]
        return Masks(pmf, tuple(o for o in self.objects if o != object_id))

    def resized(self, size: Size) -> "Masks":
        """The masks at another size, bilinear; itself if the size is the same."""
        if tuple(size) == tuple(self.size):
            return self
        pmf = functional.interpolate(
            self.pmf[None], size=tuple(size), mode="bilinear", align_corners=False
        )[0]
        return Masks(pmf, self.objects)

    @staticmethod
    def empty(size: Size, objects: Iterable[ObjectId] = (), device: str = "cpu") -> "Masks":
        """Masks in which every pixel is surely background."""
        objects = tuple(objects)
        pmf = torch.zeros(1 + len(objects), *size, device=device)
        pmf[0] = 1
        return Masks(pmf, objects)

    @staticmethod
    def from_labels(labels: Labels, objects: Iterable[ObjectId] | None = None) -> "Masks":
        """Masks with probability 0 or 1; the objects are the labels found if none are given."""
        found = tuple(int(i) for i in np.unique(labels) if i)
        objects = found if objects is None else tuple(objects)
        if missing := set(found) - set(objects):
            raise ValueError(f"labels hold objects {sorted(missing)} that are not in {objects}")
        tensor = torch.from_numpy(np.ascontiguousarray(labels))
        return Masks(torch.stack([tensor == i for i in (0, *objects)]).float(), objects)

    def _channel(self, object_id: ObjectId) -> int:
        if object_id not in self.objects:
            raise ValueError(f"object {object_id} is not in these masks: they hold {self.objects}")
        return 1 + self.objects.index(object_id)
