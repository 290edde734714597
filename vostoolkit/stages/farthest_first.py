"""Choosing one after the other what lies farthest from everything that is there already."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Chosen:
    """Frames in the order they were chosen, and the score of each frame at each choice.

    The score is the distance to the nearest frame annotated or chosen before; nan where a frame
    couldn't be chosen. ``nearest`` is that nearest frame, for each choice.
    """

    frames: tuple[int, ...]
    nearest: tuple[int, ...]
    scores: Float[Tensor, "choices n"]


def farthest_first(
    distances_to: Callable[[int], Float[Tensor, " n"]],
    *,
    annotated: Sequence[int],
    count: int,
    is_open: Bool[Tensor, " n"],
) -> Chosen:
    """Up to ``count`` frames: each has the largest distance to its nearest annotated one.

    A chosen frame counts as annotated afterwards. Only ``is_open`` frames are chosen, none twice;
    of equally far ones the first.

    Source: XMem++ 3.3 and EVA-VOS, Eq. 1, which use the same rule with different distances.
    """
    order = list(annotated)
    distances = [distances_to(frame) for frame in order]
    is_open = is_open.clone()
    is_open[order] = False
    scores = [distances[0].new_zeros(0, len(is_open))]
    nearest: list[int] = []
    while len(nearest) < count and bool(is_open.any()):
        if nearest:
            distances.append(distances_to(order[-1]))
        least, places = torch.stack(distances).min(0)
        scores.append(torch.where(is_open, least, torch.nan)[None])
        best = int(torch.where(is_open, least, -torch.inf).argmax())
        nearest.append(order[int(places[best])])
        order.append(best)
        is_open[best] = False
    return Chosen(tuple(order[len(annotated) :]), tuple(nearest), torch.cat(scores))
