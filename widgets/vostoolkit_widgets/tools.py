"""What each tool makes of a press on the canvas: values in, a prompt out. No widget in here."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import cv2
import numpy as np
from jaxtyping import Bool

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.errors import PromptError
from vostoolkit.prompts import Box, Click, Drawing, Local, Scribble, polygon, rasterise
from vostoolkit_widgets.capture import Pointer
from vostoolkit_widgets.viewport import Point, Viewport

Tool: TypeAlias = Literal["click", "scribble", "box", "polygon", "brush", "eraser", "local"]
TOOLS: tuple[Tool, ...] = get_args(Tool)
OUTLINING: tuple[Tool, ...] = ("polygon", "local")
"""Tools with which an outline is drawn, corner by corner or in one go."""

SIGNED: tuple[Tool, ...] = ("click", "scribble", "polygon")
"""Tools with which "not it" can be said."""

Mark: TypeAlias = Click | Scribble | Box | Drawing
"""What the tools make."""

RESTING = 6.0
"""A press that moves less than this many canvas pixels is a click."""

_STEP = 0.5
"""Points of a stroke lie at least this many image pixels apart."""


@dataclass(frozen=True)
class Press:
    """A button that is held down: where it has been, in image pixels, and what for.

    ``last`` is where it is now, in canvas pixels. ``is_pan`` says that it moves the frame.
    """

    path: tuple[Point, ...]
    last: Point
    is_negative: bool = False
    is_pan: bool = False
    is_drag: bool = False


@dataclass(frozen=True)
class Pan:
    """The frame dragged by so many canvas pixels."""

    across: float
    down: float


@dataclass(frozen=True)
class Stroke:
    """A finished press: its path in image pixels, inside the image.

    ``is_drag`` says that it went further than a click does.
    """

    path: tuple[Point, ...]
    is_negative: bool = False
    is_drag: bool = False


@dataclass(frozen=True)
class Aim:
    """What a stroke is about; ``positive`` says whether its left button means "it"."""

    frame: int
    object_id: ObjectId
    positive: bool = True


def felt(
    press: Press | None, event: Pointer, *, tool: Tool, view: Viewport
) -> tuple[Press | None, Pan | Stroke | None]:
    """The press after an event, and what the event did.

    The middle button, or any with the space bar held, moves the frame; so does a drag of the click
    tool on an enlarged one.
    """
    if event.kind == "down":
        is_pan = event.button == 1 or event.space
        path = _inside(((event.x, event.y),), view)
        return Press(path, (event.x, event.y), event.is_negative, is_pan), None
    if press is None or event.kind == "cancel":
        return None, None
    moved = _moved(press, event, view)
    is_pan = moved.is_pan or (tool == "click" and moved.is_drag and view.zoom > 1)
    if event.kind == "move":
        if not is_pan:
            return moved, None
        pan = Pan(event.x - press.last[0], event.y - press.last[1])
        return replace(moved, is_pan=True), pan
    return None, None if is_pan else Stroke(moved.path, moved.is_negative, moved.is_drag)


def prompt_of(
    stroke: Stroke, tool: Tool, aim: Aim, *, width: float, mask: Bool[np.ndarray, "h w"]
) -> Mark | None:
    """What a stroke with a tool says of an object whose mask is given; None if nothing.

    What doesn't move is a click with the click, scribble and box tools; a drag with the click tool
    is a click where it began; a box can't be negative. Brush, eraser and polygon change the mask;
    brush and eraser do each other's work where the stroke is negative.
    """
    frame, object_id = aim.frame, aim.object_id
    positive = aim.positive and not stroke.is_negative
    if tool in ("brush", "eraser"):
        value = (tool == "brush") != stroke.is_negative
        return Drawing(frame, object_id, painted(mask, stroke.path, width=width, value=value))
    if tool == "polygon":
        inside = polygon(stroke.path, Size(*mask.shape))
        return Drawing(frame, object_id, np.where(inside, positive, mask))
    if tool == "click" or not stroke.is_drag:
        return Click(frame, object_id, *stroke.path[0], positive=positive)
    if tool == "scribble":
        return Scribble(frame, object_id, stroke.path, positive=positive, width=width)
    if not positive:
        return None
    (left, top), (right, bottom) = stroke.path[0], stroke.path[-1]
    return Box(
        frame, object_id, min(left, right), min(top, bottom), max(left, right), max(top, bottom)
    )


def confined(
    mark: Mark, region: tuple[Point, ...], mask: Bool[np.ndarray, "h w"]
) -> Drawing | Local:
    """What a mark says of a region only; the object's mask, given, stays elsewhere.

    Raises:
        PromptError: the mark lies outside the region.
    """
    size = Size(*mask.shape)
    inside = polygon(region, size)
    if isinstance(mark, Drawing):
        return Drawing(mark.frame, mark.object_id, np.where(inside, mark.mask, mask))
    if isinstance(mark, Box):
        left, top, right, bottom = mark.left, mark.top, mark.right, mark.bottom
        touched = polygon(((left, top), (right, top), (right, bottom), (left, bottom)), size)
    else:
        touched = rasterise([mark], size, positive=mark.positive)
    if not (touched & inside).any():
        raise PromptError(
            "that lies outside the region: mark something inside it, or take the region away (G)"
        )
    return Local(mark, region)


def painted(
    mask: Bool[np.ndarray, "h w"], path: Sequence[Point], *, width: float, value: bool
) -> Bool[np.ndarray, "h w"]:
    """Another mask, with this value wherever a round brush of a width in pixels was led."""
    around = np.ones(mask.shape, np.uint8)
    points = np.round(np.array([*path, path[-1]])).astype(np.int32)  # one point draws no line
    cv2.polylines(around, [points.reshape(-1, 1, 2)], False, 0)
    away = cv2.distanceTransform(around, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.where(np.asarray(away) < max(width / 2, 0.5), value, mask)


def _moved(press: Press, event: Pointer, view: Viewport) -> Press:
    points = (*event.path, (event.x, event.y))
    path = press.path
    for point in _inside(points, view):
        if math.dist(point, path[-1]) >= _STEP:
            path = (*path, point)
    start = view.to_canvas(*press.path[0])
    is_drag = press.is_drag or any(math.dist(start, point) >= RESTING for point in points)
    return replace(press, path=path, last=points[-1], is_drag=is_drag)


def _inside(points: Sequence[Point], view: Viewport) -> tuple[Point, ...]:
    return tuple(view.inside(*view.to_image(*point)) for point in points)
