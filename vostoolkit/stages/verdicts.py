"""What holds for every refiner: verdicts, drawn masks, clicks that only take away, checks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import torch

from vostoolkit.arrays import Map, ObjectId
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame
from vostoolkit.geometry import Mask, component_at, distance_inside, pole, to_mask
from vostoolkit.masks import Masks
from vostoolkit.networks.click_maps import points_of
from vostoolkit.prompts import (
    Absent,
    Box,
    Click,
    Drawing,
    Local,
    Prompt,
    Scribble,
    check_inside,
)
from vostoolkit.results import Refinement

UsePrevious: TypeAlias = Literal["never", "near", "always"]

_REACH = 0.5
_CORE = 0.9


class Answer(NamedTuple):
    """A mask with probabilities in [0, 1], and how good the network thinks it is."""

    mask: Map
    score: float | None = None


@dataclass(frozen=True, eq=False)
class Marks:
    """The clicks, scribbles and box on one object, and the mask to start from, if any."""

    strokes: tuple[Click | Scribble, ...]
    box: Box | None
    previous: Map | None


def refine(
    frame: Frame,
    object_id: ObjectId,
    prompts: tuple[Prompt, ...],
    masks: Masks | None,
    *,
    answer: Callable[[Marks], Answer],
    use_previous: UsePrevious,
    take_away: Literal["carve", "answer"] = "carve",
) -> Refinement:
    """The mask of one object after its prompts; ``answer`` makes one from marks.

    A drawing is the mask itself; Absent empties it; Skip, or no prompt at all, leaves it. Negative
    clicks or scribbles alone can only take away from the present mask: ``take_away`` says whether
    by geometry (see ``carved``) or by ``answer``, which then gets the mask. Everything else goes to
    ``answer``, with the present mask if ``use_previous`` says so: ``"near"`` gives it unless a
    positive mark is so far from it that the object must be elsewhere.

    Raises:
        PromptError: a prompt outside the frame, of another frame or object, or a verdict together
            with marks.
        ValueError: masks of another size than the frame, or no such ``use_previous``.
    """
    if use_previous not in get_args(UsePrevious):
        rules = ", ".join(map(repr, get_args(UsePrevious)))
        raise ValueError(f"use_previous={use_previous!r}: give one of {rules}")
    _check(frame, object_id, prompts)
    before = _present(frame, object_id, masks)
    verdicts = [p for p in prompts if isinstance(p, Absent | Drawing)]
    strokes = tuple(p for p in prompts if isinstance(p, Click | Scribble))
    boxes = [p for p in prompts if isinstance(p, Box)]
    if verdicts:
        if strokes or boxes:
            raise PromptError(
                f"frame {frame.index}, object {object_id}: a drawn mask or 'absent' together with "
                "clicks; give one or the other, then correct the result"
            )
        result = Answer(_verdict(verdicts[-1], before))
    elif not strokes and not boxes:
        result = Answer(before)
    elif not boxes and not any(stroke.positive for stroke in strokes):
        if take_away == "carve" or not bool((before > 0.5).any()):
            result = Answer(carved(before, strokes))
        else:
            result = answer(Marks(strokes, None, before))
            result = Answer(torch.minimum(result.mask.to(before), before), result.score)
    else:
        previous = before if _is_trusted(before, strokes, use_previous) else None
        result = answer(Marks(strokes, boxes[-1] if boxes else None, previous))
    return Refinement(
        frame=frame.index,
        object_id=object_id,
        prompts=prompts,
        before=before,
        after=result.mask.to(before).clamp(0, 1),
        score=result.score,
    )


def carved(before: Map, strokes: tuple[Click | Scribble, ...]) -> Map:
    """The mask without what negative marks point at.

    A mark in the middle of a connected part (nine tenths as deep as its deepest place, or deeper)
    says that all of the part is wrong and removes it. A mark elsewhere removes what is nearer to
    the mark than to the part's deepest place: a lobe that leaked out. One outside the mask changes
    nothing.
    """
    mask = to_mask(before > 0.5)
    removed = np.zeros_like(mask)
    for stroke in strokes:
        for x, y in points_of(stroke):
            part = component_at(mask & ~removed, x, y)
            if part.any():
                removed |= _pointed_at(part, x, y)
    if not removed.any():
        return before
    return torch.where(torch.as_tensor(removed, device=before.device), 0.0, before)


def _pointed_at(part: Mask, x: float, y: float) -> Mask:
    depth = distance_inside(part)
    deepest = pole(part)
    if deepest is None or depth[_pixel(part, x, y)] >= _CORE * depth.max():
        return part
    rows, columns = np.indices(part.shape)
    to_mark = (columns - x) ** 2 + (rows - y) ** 2
    to_pole = (columns - deepest[0]) ** 2 + (rows - deepest[1]) ** 2
    return part & (to_mark < to_pole)


def _is_trusted(before: Map, strokes: tuple[Click | Scribble, ...], rule: UsePrevious) -> bool:
    mask = to_mask(before > 0.5)
    if rule == "never" or not mask.any():
        return False
    if rule == "always":
        return True
    rows, columns = np.nonzero(mask)
    reach = _REACH * np.sqrt(len(rows))
    points = [p for stroke in strokes if stroke.positive for p in points_of(stroke)]
    return all(np.hypot(columns - x, rows - y).min() <= reach for x, y in points)


def _present(frame: Frame, object_id: ObjectId, masks: Masks | None) -> Map:
    if masks is None:
        return torch.zeros(tuple(frame.size))
    if masks.size != frame.size:
        raise ValueError(
            f"masks of {tuple(masks.size)} for frame {frame.index} of {tuple(frame.size)}: "
            "give masks of the frame's height and width"
        )
    if object_id not in masks.objects:
        return torch.zeros_like(masks.pmf[0])
    return masks.of(object_id)


def _verdict(verdict: Absent | Drawing, before: Map) -> Map:
    if isinstance(verdict, Absent):
        return torch.zeros_like(before)
    return torch.as_tensor(verdict.mask, dtype=before.dtype, device=before.device)


def _check(frame: Frame, object_id: ObjectId, prompts: tuple[Prompt, ...]) -> None:
    for prompt in prompts:
        if prompt.frame != frame.index or prompt.object_id != object_id:
            raise PromptError(
                f"a prompt for frame {prompt.frame}, object {prompt.object_id} came with frame "
                f"{frame.index}, object {object_id}: give each object its own prompts"
            )
        if isinstance(prompt, Local):
            raise PromptError(
                f"frame {frame.index}, object {object_id}: a mark in a region came to a refiner "
                "that takes the whole frame; wrap it in LocalControl"
            )
    check_inside(prompts, frame.size)


def _pixel(mask: Mask, x: float, y: float) -> tuple[int, int]:
    height, width = mask.shape
    return min(max(round(y), 0), height - 1), min(max(round(x), 0), width - 1)
