"""Objects as numbered identities: in groups as large as a network's bank, and merged again.

Which id an object has doesn't matter: the first ten that were followed share the first group.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.masks import Masks

_SMALLEST_PROBABILITY = 1e-5


def grouped(objects: tuple[ObjectId, ...], most: int) -> tuple[tuple[ObjectId, ...], ...]:
    """The objects in their order, at most so many in a group."""
    return tuple(objects[start : start + most] for start in range(0, len(objects), most))


def one_hot(
    masks: Masks, group: tuple[ObjectId, ...], classes: int, size: Size
) -> Float[Tensor, "1 k y x"]:
    """The background and the likeliest object at each pixel, at another size (nearest pixel).

    Channel ``i + 1`` is ``group[i]``; what isn't in the group is background.

    Source: AOT's release propagates hard masks, and sees other groups as background.
    """
    slots = [0, *(1 + group.index(o) if o in group else 0 for o in masks.objects)]
    labels = torch.tensor(slots, device=masks.pmf.device)[masks.likeliest.long()]
    labels = functional.interpolate(labels[None, None].float(), size=list(size), mode="nearest")
    return (labels == torch.arange(classes, device=labels.device)[:, None, None]).float()


def merged(groups: Sequence[Float[Tensor, "_ h w"]]) -> Float[Tensor, "k h w"]:
    """One pmf over background and all objects from those of groups that know nothing of another.

    The background is what is background to every group. One group stays as it is.

    Source: AOT's release.
    """
    if len(groups) == 1:
        return groups[0]
    background = torch.stack([pmf[0] for pmf in groups]).prod(0, keepdim=True)
    p = torch.cat([background, *(pmf[1:] for pmf in groups)])
    return torch.softmax(torch.logit(p.clamp(_SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)), 0)
