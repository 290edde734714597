"""A refiner without a network: GrabCut from clicks, scribbles, a box and the present mask."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import torch
from jaxtyping import Float32, UInt8

from vostoolkit.arrays import Image, ObjectId, Size
from vostoolkit.frames import Frame
from vostoolkit.geometry import (
    Mask,
    component_at,
    components,
    dilated,
    distance_inside,
    to_mask,
    window_of,
)
from vostoolkit.masks import Masks
from vostoolkit.networks.click_maps import Window, points_of
from vostoolkit.prompts import Box, Prompt, rasterise
from vostoolkit.results import Refinement
from vostoolkit.stages.verdicts import Answer, Marks, UsePrevious, refine

_SEED_RADIUS = 2
_MOST_SEEDS = 8
_SOFTNESS = 0.8
_COLOUR_REACH = 60.0
_PLACE_REACH = 0.3
_CLICK_REACH = 0.1
_PREVIOUS_REACH = 0.15
_CORE = 0.15


@dataclass(frozen=True)
class GrabCutRefiner:
    """Separates an object by its colours, from wherever it was clicked on.

    It works at ``long_side`` pixels. Without a box or a present mask the object is first taken to
    be what is connected to a click and like it in colour. Of the result, the parts stay that hold a
    positive mark or part of the present mask. Good for plainly coloured objects only; it needs no
    weights.

    Source: Rother et al., "GrabCut", 2004; OpenCV's implementation.
    """

    long_side: int = 384
    iterations: int = 3
    use_previous: UsePrevious = "near"

    def __post_init__(self) -> None:
        if self.long_side < 32 or self.iterations < 1:
            raise ValueError(
                f"long_side={self.long_side}, iterations={self.iterations}: "
                "give at least 32 pixels and 1 iteration"
            )

    def __call__(
        self,
        frame: Frame,
        object_id: ObjectId,
        prompts: tuple[Prompt, ...],
        masks: Masks | None,
        /,
    ) -> Refinement:
        """The refined mask of one object.

        Raises:
            PromptError: prompts that don't fit the frame or each other.
        """

        def answer(marks: Marks) -> Answer:
            mask = grabcut_mask(
                frame.image, marks, long_side=self.long_side, iterations=self.iterations
            )
            return Answer(torch.as_tensor(mask))

        return refine(
            frame, object_id, prompts, masks, answer=answer, use_previous=self.use_previous
        )


def grabcut_mask(
    image: Image, marks: Marks, *, long_side: int = 384, iterations: int = 3
) -> Float32[np.ndarray, "h w"]:
    """The object's mask by its colours, from marks and perhaps a present mask; in [0, 1].

    It looks at the surroundings of the box or present mask alone, if there is one.
    """
    whole = Size(*image.shape[:2])
    window = _surroundings(marks, whole)
    part = image[window.slices]
    scale = long_side / max(part.shape[:2])
    size = Size(*(max(1, round(scale * length)) for length in part.shape[:2]))
    small = cv2.resize(part, size[::-1], interpolation=cv2.INTER_AREA)
    strokes = tuple(window.seen(stroke, scale) for stroke in marks.strokes)
    box = None if marks.box is None else window.seen_box(marks.box, scale)
    previous = None
    if marks.previous is not None:
        before = marks.previous[window.slices].float().cpu().numpy()
        previous = cv2.resize(before, size[::-1], interpolation=cv2.INTER_AREA) > 0.5
        previous = previous if previous.any() else None  # too small to be seen at this size
    positive = rasterise(strokes, size, positive=True)
    negative = rasterise(strokes, size, positive=False)
    guess = _guess(small, positive, box, previous)
    kept = _grabcut(small, _trimap(guess, positive, negative), iterations)
    if positive.any():
        kept = _parts(kept, positive if previous is None else positive | previous)
    soft = cv2.GaussianBlur(kept.astype(np.float32), (0, 0), _SOFTNESS)
    mask = np.zeros(tuple(whole), np.float32)
    mask[window.slices] = cv2.resize(soft, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return mask


class _Guess(NamedTuple):
    """Where the object probably is, surely is, and where it can be at all."""

    probable: Mask
    sure: Mask
    possible: Mask


def _surroundings(marks: Marks, size: Size) -> Window:
    """The box or present mask with as much again on each side; the frame if there is neither."""
    if marks.box is not None:
        box = marks.box
        left, top, right, bottom = box.left, box.top, box.right + 1, box.bottom + 1
    elif marks.previous is not None and (found := window_of(to_mask(marks.previous > 0.5))):
        points = [p for stroke in marks.strokes for p in points_of(stroke)]
        left = min(found.columns.start, *(x for x, _ in points))
        right = max(found.columns.stop, *(x + 1 for x, _ in points))
        top = min(found.rows.start, *(y for _, y in points))
        bottom = max(found.rows.stop, *(y + 1 for _, y in points))
    else:
        return Window(0, 0, size.width, size.height)
    margin = max(right - left, bottom - top, 16)
    return Window(
        max(0, int(left - margin)),
        max(0, int(top - margin)),
        min(size.width, int(right + margin)),
        min(size.height, int(bottom + margin)),
    )


def _guess(image: Image, positive: Mask, box: Box | None, previous: Mask | None) -> _Guess:
    size = Size(*image.shape[:2])
    possible = np.ones(tuple(size), np.bool_) if box is None else _inside(box, size)
    if previous is not None:
        extent = np.sqrt(previous.sum())
        core = distance_inside(previous) > _CORE * extent
        probable = previous | _alike(image, positive & ~previous)
        near = dilated(probable, max(3, round(_PREVIOUS_REACH * extent)))
        return _Guess(probable, core, possible & near)
    if box is not None:
        return _Guess(_ellipse(box, size), positive, possible)
    alike = _alike(image, positive)
    return _Guess(alike, positive, dilated(alike, round(_CLICK_REACH * min(size))))


def _trimap(guess: _Guess, positive: Mask, negative: Mask) -> UInt8[np.ndarray, "h w"]:
    """OpenCV's four classes: sure and probable background and object."""
    trimap = np.full(positive.shape, cv2.GC_PR_BGD, np.uint8)
    trimap[guess.probable] = cv2.GC_PR_FGD
    trimap[guess.sure] = cv2.GC_FGD
    trimap[~guess.possible] = cv2.GC_BGD
    trimap[dilated(positive, _SEED_RADIUS)] = cv2.GC_FGD
    trimap[dilated(negative, _SEED_RADIUS)] = cv2.GC_BGD
    if not np.isin(trimap, (cv2.GC_BGD, cv2.GC_PR_BGD)).any():  # GrabCut needs some background,
        trimap[[0, -1]] = cv2.GC_PR_BGD
    if not np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD)).any():  # and some object
        trimap[guess.possible] = cv2.GC_PR_FGD
    return trimap


def _alike(image: Image, positive: Mask) -> Mask:
    """What is near a positive mark, like it in colour and connected to it."""
    smooth = cv2.bilateralFilter(image, 7, 40, 7)
    lab = cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB).astype(np.float32)
    rows, columns = np.indices(positive.shape)
    places = np.argwhere(positive).tolist()
    alike = np.zeros(positive.shape, np.bool_)
    for row, column in places[:: max(1, len(places) // _MOST_SEEDS)]:
        seed = lab[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].mean((0, 1))
        colour = np.linalg.norm(lab - seed, axis=-1) / _COLOUR_REACH
        place = np.hypot(rows - row, columns - column) / (_PLACE_REACH * min(positive.shape))
        alike |= component_at(colour + place < 1, column, row)
    return alike


def _ellipse(box: Box, size: Size) -> Mask:
    """The ellipse that fills a box: its corners are rarely part of the object."""
    canvas = np.zeros(tuple(size), np.uint8)
    centre = (round((box.left + box.right) / 2), round((box.top + box.bottom) / 2))
    axes = (round((box.right - box.left) / 2), round((box.bottom - box.top) / 2))
    cv2.ellipse(canvas, centre, axes, 0, 0, 360, (1,), -1)
    return canvas.astype(np.bool_)


def _grabcut(image: Image, trimap: UInt8[np.ndarray, "h w"], iterations: int) -> Mask:
    is_object = np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if not is_object.any() or is_object.all():
        return is_object  # nothing to separate
    cv2.setRNGSeed(0)  # its clustering draws random numbers; the same prompts give the same mask
    models = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(image[..., ::-1])
    cut, _, _ = cv2.grabCut(
        bgr, trimap.copy(), (0, 0, 0, 0), *models, iterations, cv2.GC_INIT_WITH_MASK
    )
    return np.isin(cut, (cv2.GC_FGD, cv2.GC_PR_FGD))


def _parts(mask: Mask, wanted: Mask) -> Mask:
    """The connected parts that meet what is wanted; the deepest one if none does."""
    numbers, count = components(mask)
    if count == 0:
        return mask
    chosen = np.unique(numbers[mask & wanted])
    if not len(chosen):
        chosen = [numbers.flat[int(np.argmax(distance_inside(mask)))]]
    return np.isin(numbers, chosen) & mask


def _inside(box: Box, size: Size) -> Mask:
    inside = np.zeros(tuple(size), np.bool_)
    rows = slice(max(round(box.top), 0), round(box.bottom) + 1)
    inside[rows, max(round(box.left), 0) : round(box.right) + 1] = True
    return inside
