"""Refining inside a box only, with any refiner (MiVOS 3.2, local control)."""

from dataclasses import dataclass, replace

import torch

from vostoolkit.arrays import Map, ObjectId, Size
from vostoolkit.errors import PromptError
from vostoolkit.frames import Frame
from vostoolkit.geometry import Window
from vostoolkit.masks import Masks
from vostoolkit.prompts import Absent, Box, Click, Drawing, Prompt, Scribble, Skip, check_inside
from vostoolkit.protocols import Refiner
from vostoolkit.results import Refinement

Point = tuple[float, float]


@dataclass(frozen=True)
class LocalControl:
    """Hands what lies in a box to a refiner, and puts its answer back without the rim.

    The last box among the prompts is the place. Without a box, or with nothing but boxes, the
    refiner gets everything as it is. Inside the box a drawing counts as far as it lies there, and
    "absent" means absent there.

    Args:
        refine: any refiner.
        rim: pixels along the box that keep the mask they had, since a refiner errs at the border of
            its picture. Where the box ends at the frame's border there is no rim.

    Source: MiVOS, section 3.2 and figure 4; the release (3 pixels).
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
        """The mask of one object, changed inside the box only.

        Raises:
            PromptError: prompts outside the frame, no mark in the box, or a box with nothing
                inside its rim.
        """
        boxes = [p for p in prompts if isinstance(p, Box)]
        others = tuple(p for p in prompts if not isinstance(p, Box))
        if not boxes or all(isinstance(p, Skip) for p in others):
            return self.refine(frame, object_id, prompts, masks)
        check_inside(prompts, frame.size)
        window = _window(boxes[-1], frame.size)
        inner = self._inside(window, frame.size)
        marks = tuple(mark for p in others if (mark := _moved(p, window)) is not None)
        if not marks:
            raise PromptError(
                f"frame {frame.index}, object {object_id}: no mark lies in the box; put one there"
            )
        part = Frame(frame.index, frame.image[window], frame.time_s)
        own = None
        if masks is not None:
            own = Masks(masks.pmf[:, window.rows, window.columns], masks.objects)
        found = self.refine(part, object_id, marks, own)
        before = _present(masks, object_id, frame.size)
        after = before.clone()
        shifted = tuple(
            slice(i.start - w.start, i.stop - w.start) for i, w in zip(inner, window, strict=True)
        )
        after[inner] = found.after[shifted].to(before)
        return replace(found, prompts=prompts, before=before, after=after)

    def _inside(self, window: Window, size: Size) -> Window:
        """The window without its rim."""
        sides = (
            slice(
                side.start + (self.rim if side.start > 0 else 0),
                side.stop - (self.rim if side.stop < length else 0),
            )
            for side, length in zip(window, size, strict=True)
        )
        inner = Window(*sides)
        if any(side.start >= side.stop for side in inner):
            raise PromptError(
                f"a box of {window.columns.stop - window.columns.start}x"
                f"{window.rows.stop - window.rows.start} pixels with a rim of {self.rim} has "
                "nothing inside: draw a larger one"
            )
        return inner


def _window(box: Box, size: Size) -> Window:
    left, top = max(round(box.left), 0), max(round(box.top), 0)
    right, bottom = min(round(box.right) + 1, size.width), min(round(box.bottom) + 1, size.height)
    return Window(slice(top, bottom), slice(left, right))


def _moved(prompt: Prompt, window: Window) -> Prompt | None:
    """The prompt in pixels of the window; None if it lies outside."""
    match prompt:
        case Click(x=x, y=y):
            kept = _kept(((x, y),), window)
            return replace(prompt, x=kept[0][0], y=kept[0][1]) if kept else None
        case Scribble(points=points):
            kept = _kept(points, window)
            return replace(prompt, points=kept) if kept else None
        case Drawing(mask=mask):
            return replace(prompt, mask=mask[window])
        case Absent() | Skip() | Box():
            return prompt


def _kept(points: tuple[Point, ...], window: Window) -> tuple[Point, ...]:
    """The points in the window, in its pixels."""
    rows, columns = window
    return tuple(
        (x - columns.start, y - rows.start)
        for x, y in points
        if columns.start <= x + 0.5 < columns.stop and rows.start <= y + 0.5 < rows.stop
    )


def _present(masks: Masks | None, object_id: ObjectId, size: Size) -> Map:
    if masks is None or object_id not in masks.objects:
        return torch.zeros(tuple(size), device=None if masks is None else masks.pmf.device)
    return masks.of(object_id)
