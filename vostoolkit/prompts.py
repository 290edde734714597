"""What a person gives: clicks, scribbles, boxes, drawn masks, and some words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from jaxtyping import Bool

from vostoolkit.arrays import Size, check_object_id
from vostoolkit.errors import PromptError


@dataclass(frozen=True, slots=True)
class Click:
    """One point on (positive) or off (negative) an object, in image pixels."""

    frame: int
    object_id: int
    x: float
    y: float
    positive: bool = True

    def __post_init__(self) -> None:
        _check(self.frame, self.object_id)
        if not np.isfinite((self.x, self.y)).all():
            raise PromptError(f"click at ({self.x}, {self.y}): give finite pixel coordinates")


@dataclass(frozen=True, slots=True)
class Scribble:
    """A stroke on (positive) or off (negative) an object: points ``(x, y)``, width in pixels."""

    frame: int
    object_id: int
    points: tuple[tuple[float, float], ...]
    positive: bool = True
    width: float = 5.0

    def __post_init__(self) -> None:
        _check(self.frame, self.object_id)
        if not self.points:
            raise PromptError("a scribble without points: give at least one (x, y)")
        if self.width <= 0:
            raise PromptError(f"a scribble of width {self.width}: give a width above 0")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle around an object, corners included, in image pixels."""

    frame: int
    object_id: int
    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        _check(self.frame, self.object_id)
        if self.right < self.left or self.bottom < self.top:
            raise PromptError(
                f"box ({self.left}, {self.top}, {self.right}, {self.bottom}) is empty: "
                "give left <= right and top <= bottom"
            )


@dataclass(frozen=True, eq=False, slots=True)
class Drawing:
    """A whole mask of one object, as drawn or imported: True on the object."""

    frame: int
    object_id: int
    mask: Bool[np.ndarray, "h w"]

    def __post_init__(self) -> None:
        _check(self.frame, self.object_id)
        if self.mask.ndim != 2 or self.mask.dtype != np.bool_:
            raise PromptError(
                f"a drawing of shape {self.mask.shape} and type {self.mask.dtype}: "
                "give a boolean array [height, width]"
            )


@dataclass(frozen=True, slots=True)
class Absent:
    """The verdict that the object isn't in the frame: its mask becomes empty."""

    frame: int
    object_id: int

    def __post_init__(self) -> None:
        _check(self.frame, self.object_id)


@dataclass(frozen=True, slots=True)
class Skip:
    """The verdict that nothing should be corrected: the prediction stays."""

    frame: int
    object_id: int

    def __post_init__(self) -> None:
        _check(self.frame, self.object_id)


@dataclass(frozen=True, slots=True)
class Release:
    """The word that a frame of a run in rounds is no longer a person's: it's predicted again."""

    frame: int
    object_id: int

    def __post_init__(self) -> None:
        _check(self.frame, self.object_id)


@dataclass(frozen=True, slots=True)
class Propagate:
    """The word that a round is complete: its prompts are carried to the other frames.

    ``frame`` and ``object_id`` are those that were looked at; they change nothing.
    """

    frame: int = 0
    object_id: int = 1

    def __post_init__(self) -> None:
        _check(self.frame, self.object_id)


@dataclass(frozen=True, slots=True)
class Local:
    """A mark that counts inside a region only; ``region`` is a polygon of ``(x, y)`` in pixels.

    The mask stays as it is elsewhere. `LocalControl` says how.
    """

    mark: Click | Scribble | Box | Absent
    region: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if len(self.region) < 3:
            raise PromptError(f"a region of {len(self.region)} corners: give at least three (x, y)")

    @property
    def frame(self) -> int:
        """The mark's frame."""
        return self.mark.frame

    @property
    def object_id(self) -> int:
        """The mark's object."""
        return self.mark.object_id


Prompt: TypeAlias = Click | Scribble | Box | Drawing | Absent | Skip | Release | Propagate | Local


def check_inside(prompts: Iterable[Prompt], size: Size) -> None:
    """Nothing, if every prompt lies in a frame of this size.

    Raises:
        PromptError: a point outside the frame, or a drawing of another size.
    """
    for prompt in prompts:
        match prompt:
            case Click(x=x, y=y):
                _check_points("click", ((x, y),), size)
            case Scribble(points=points):
                _check_points("scribble", points, size)
            case Box(left=left, top=top, right=right, bottom=bottom):
                _check_points("box corner", ((left, top), (right, bottom)), size)
            case Drawing(mask=mask):
                if mask.shape != tuple(size):
                    raise PromptError(
                        f"a drawing of {mask.shape[1]}x{mask.shape[0]} pixels on a frame of "
                        f"{size.width}x{size.height}: give a mask of the frame's size"
                    )
            case Local(mark=mark, region=region):
                check_inside((mark,), size)
                _check_points("region's corner", region, size)
            case Absent() | Skip() | Release() | Propagate():
                pass


def rasterise(prompts: Iterable[Prompt], size: Size, *, positive: bool) -> Bool[np.ndarray, "h w"]:
    """The pixels that clicks and scribbles of one sign touch."""
    canvas = np.zeros(tuple(size), np.uint8)
    for prompt in prompts:
        if isinstance(prompt, Click) and prompt.positive == positive:
            canvas[
                min(max(round(prompt.y), 0), size.height - 1),
                min(max(round(prompt.x), 0), size.width - 1),
            ] = 1
        elif isinstance(prompt, Scribble) and prompt.positive == positive:
            own = prompt.points * 2 if len(prompt.points) == 1 else prompt.points
            points = np.round(np.array(own)).astype(np.int32).reshape(-1, 1, 2)
            cv2.polylines(canvas, [points], False, 1, max(1, round(prompt.width)))
    return canvas.astype(np.bool_)


def polygon(points: Sequence[tuple[float, float]], size: Size) -> Bool[np.ndarray, "h w"]:
    """The pixels inside a closed outline, those on it included."""
    canvas = np.zeros(tuple(size), np.uint8)
    corners = np.round(np.array(points)).astype(np.int32).reshape(-1, 1, 2)
    cv2.fillPoly(canvas, [corners], 1)
    return canvas.astype(np.bool_)


def _check(frame: int, object_id: int) -> None:
    if frame < 0:
        raise PromptError(f"frame {frame}: frames are counted from 0")
    check_object_id(object_id)


def _check_points(what: str, points: Iterable[tuple[float, float]], size: Size) -> None:
    for x, y in points:
        if not (-0.5 <= x < size.width - 0.5 and -0.5 <= y < size.height - 0.5):
            raise PromptError(
                f"{what} at ({x:g}, {y:g}) is outside the frame of {size.width}x{size.height} "
                f"pixels: x must be 0 to {size.width - 1} and y 0 to {size.height - 1}"
            )
