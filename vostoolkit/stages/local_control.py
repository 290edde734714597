"""Refining inside a region only, with any refiner (MiVOS 3.2, local control)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import torch

from vostoolkit.arrays import Map, ObjectId, Size
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame
from vostoolkit.geometry import Mask, Window, to_region, window_of
from vostoolkit.masks import Masks
from vostoolkit.prompts import (
    Absent,
    Box,
    Click,
    Local,
    Prompt,
    Scribble,
    check_inside,
    polygon,
)
from vostoolkit.protocols import Refiner
from vostoolkit.results import Refinement

Point = tuple[float, float]


def with_regions(refine: Refiner) -> "LocalControl":
    """The refiner, for marks in a region too."""
    return refine if isinstance(refine, LocalControl) else LocalControl(refine)


@dataclass(frozen=True)
class LocalControl:
    """Hands a region's rectangle to a refiner, and puts its answer back inside the region.

    Marks of which none is local go to the refiner as they are. Marks, and the mask that is there,
    count as far as they lie in the rectangle; "absent" means absent in the region.

    Args:
        refine: any refiner.
        rim: pixels along the rectangle that keep the mask they had, since a refiner errs at the
            border of its picture. Where the rectangle ends at the frame's border there is no rim.

    Source: MiVOS, section 3.2 and figure 4; the release (3 pixels). Note: there, the region is a
    rectangle; here it may be any polygon.
    """

    refine: Refiner
    rim: int = 3

    def __post_init__(self) -> None:
        if self.rim < 0:
            raise ValueError(f"a rim of {self.rim} pixels: give 0 or more")

    def __call__(
        self,
        frame: Frame,
        object_id: ObjectId,
        prompts: tuple[Prompt, ...],
        masks: Masks | None,
        /,
    ) -> Refinement:
        """The mask of one object, changed inside the region only.

        Raises:
            PromptError: prompts outside the frame, marks of several regions or of one and none, no
                mark in the region, or a region with nothing inside its rim.
        """
        local = [prompt for prompt in prompts if isinstance(prompt, Local)]
        if not local:
            return self.refine(frame, object_id, prompts, masks)
        if len(local) < len(prompts) or len({prompt.region for prompt in local}) > 1:
            raise PromptError(
                f"frame {frame.index}, object {object_id}: marks in a region together with marks "
                "elsewhere; give one or the other, then correct the result"
            )
        check_inside(prompts, frame.size)
        region = polygon(local[0].region, frame.size)
        window = window_of(region)
        if window is None or not (inside := region & self._away_from_rim(window, region)).any():
            raise PromptError(
                f"a region of {int(region.sum())} pixels with a rim of {self.rim} has nothing "
                "inside: draw a larger one"
            )
        marks = tuple(mark for prompt in local for mark in _moved(prompt.mark, window))
        if not marks:
            raise PromptError(
                f"frame {frame.index}, object {object_id}: no mark lies in the region; put one "
                "there"
            )
        part = Frame(frame.index, frame.image[window], frame.time_s)
        own = None
        if masks is not None:
            own = Masks(masks.pmf[:, window.rows, window.columns], masks.objects)
        found = self.refine(part, object_id, marks, own)
        before = _present(masks, object_id, frame.size)
        after = before.clone()
        changed = to_region(inside[window], like=before)
        after[window] = torch.where(changed, found.after.to(before), before[window])
        return replace(found, prompts=prompts, before=before, after=after)

    def _away_from_rim(self, window: Window, region: Mask) -> Mask:
        """What lies in the window without its rim."""
        inner = tuple(
            slice(
                side.start + (self.rim if side.start > 0 else 0),
                side.stop - (self.rim if side.stop < length else 0),
            )
            for side, length in zip(window, region.shape, strict=True)
        )
        away = region.copy()
        away[:] = False
        away[inner] = True
        return away


def _moved(mark: Click | Scribble | Box | Absent, window: Window) -> Iterable[Prompt]:
    """The mark in pixels of the window: what of it lies there."""
    left, top = window.columns.start, window.rows.start
    width, height = window.columns.stop - left, window.rows.stop - top
    match mark:
        case Click(x=x, y=y):
            if -0.5 <= x - left < width - 0.5 and -0.5 <= y - top < height - 0.5:
                yield replace(mark, x=x - left, y=y - top)
        case Scribble(points=points):
            moved = [(x - left, y - top) for x, y in points]
            for piece in _pieces(moved, Size(height, width)):
                yield replace(mark, points=piece)
        case Box():
            right, bottom = min(mark.right - left, width - 1), min(mark.bottom - top, height - 1)
            left, top = max(mark.left - left, 0), max(mark.top - top, 0)
            if left <= right and top <= bottom:
                yield replace(mark, left=left, top=top, right=right, bottom=bottom)
        case Absent():
            yield mark


def _pieces(points: list[Point], size: Size) -> list[tuple[Point, ...]]:
    """The parts of a line that lie in a picture: one more each time it comes back."""
    pieces: list[tuple[Point, ...]] = []
    for start, end in pairwise(points * 2 if len(points) == 1 else points):
        clipped = _clipped(start, end, size)
        if clipped is None:
            continue
        if pieces and pieces[-1][-1] == clipped[0]:
            pieces[-1] += clipped[1:]
        else:
            pieces.append(clipped)
    return pieces


def _clipped(start: Point, end: Point, size: Size) -> tuple[Point, Point] | None:
    """The part of a straight line between the centres of a picture's edge pixels.

    Source: the parametric clipping of Liang and Barsky (1984).
    """
    first, last = 0.0, 1.0
    for a, b, length in ((start[0], end[0], size.width), (start[1], end[1], size.height)):
        if a == b:
            if not 0 <= a <= length - 1:
                return None
            continue
        enters, leaves = sorted((-a / (b - a), (length - 1 - a) / (b - a)))
        first, last = max(first, enters), min(last, leaves)
    if first > last:
        return None
    (x, y), (right, bottom) = start, end

    def at(share: float) -> Point:
        return x + share * (right - x), y + share * (bottom - y)

    return start if first == 0 else at(first), end if last == 1 else at(last)


def _present(masks: Masks | None, object_id: ObjectId, size: Size) -> Map:
    if masks is None or object_id not in masks.objects:
        return torch.zeros(tuple(size), device=None if masks is None else masks.pmf.device)
    return masks.of(object_id)
