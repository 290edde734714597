"""What there is to see of one frame of a session, at this moment."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool

from vostoolkit.appearance import PLAIN, Appearance
from vostoolkit.arrays import Labels, ObjectId, Size
from vostoolkit.colours import BLACK, WHITE, Rgb, ink_on
from vostoolkit.prompts import Box, Click, Drawing, Local, Prompt, Scribble
from vostoolkit.records import Row, rows_of
from vostoolkit.results import Request
from vostoolkit.session import Session
from vostoolkit.trace import decode_labels
from vostoolkit_widgets.shapes import Disc, Glyph, Line, Shape
from vostoolkit_widgets.sketches import region_border

_ACROSS = np.array([[-4.0, 0.0], [4.0, 0.0]])
_DOWN = np.array([[0.0, -4.0], [0.0, 4.0]])


@dataclass(frozen=True, eq=False)
class Scene:
    """One frame: its masks, the prompts on it, and the results that are kept of it.

    ``labels`` is None where the frame hasn't been reached. ``drawn`` are the drawings that are not
    in them yet.
    """

    frame: int
    size: Size
    labels: Labels | None = None
    prompts: tuple[Prompt, ...] = ()
    pseudo: tuple[Click, ...] = ()
    request: Request | None = None
    drawn: tuple[Drawing, ...] = ()
    appearance: Appearance = PLAIN

    @cached_property
    def shown(self) -> Labels | None:
        """The labels with the drawings that are not in them yet."""
        if not self.drawn:
            return self.labels
        labels = np.zeros(self.size, np.uint8) if self.labels is None else self.labels.copy()
        for drawing in self.drawn:
            labels[(labels == drawing.object_id) & ~drawing.mask] = 0
            labels[drawing.mask] = drawing.object_id
        return labels

    def without(self, hidden: Collection[ObjectId]) -> "Scene":
        """The scene with nothing of these objects to be seen."""
        if not hidden:
            return self
        labels = self.shown
        if labels is not None:
            labels = np.where(np.isin(labels, list(hidden)), 0, labels).astype(np.uint8)
        return replace(
            self,
            labels=labels,
            drawn=(),
            prompts=tuple(p for p in self.prompts if p.object_id not in hidden),
            pseudo=tuple(c for c in self.pseudo if c.object_id not in hidden),
        )

    def mask(self, object_id: ObjectId) -> Bool[np.ndarray, "h w"]:
        """Where an object is shown."""
        return np.zeros(self.size, np.bool_) if self.shown is None else self.shown == object_id


def scene_of(session: Session, frame: int, pending: Iterable[Prompt] = ()) -> Scene:
    """What a session has to show of a frame, without computing anything again.

    ``pending`` are prompts of which its masks know nothing yet.
    """
    record = session.trace.records.get(frame)
    request, size = session.request, session.video.size
    prompts = tuple(prompt for prompt in session.prompts if prompt.frame == frame)
    waiting = tuple(prompt for prompt in pending if prompt.frame == frame)
    picture = session.trace.pictures.get(frame)
    if record is None and picture is None:  # nothing that was given here has been used
        waiting = (*prompts, *(prompt for prompt in waiting if prompt not in prompts))
    prompts = (*prompts, *(prompt for prompt in waiting if prompt not in prompts))
    drawn = tuple(prompt for prompt in waiting if isinstance(prompt, Drawing))
    if record is None:
        labels = None if picture is None else decode_labels(picture)
        return Scene(frame, size, labels, prompts, drawn=drawn, appearance=session.appearance)
    masks = record.masks
    return Scene(
        frame=frame,
        size=size,
        drawn=drawn,
        labels=None if masks is None else masks.labels(),
        prompts=prompts,
        pseudo=tuple(event.click for event in record.pseudo_clicks),
        request=request if request is not None and request.frame == frame else None,
        appearance=session.appearance,
    )


def rows_so_far(session: Session) -> dict[int, tuple[Row, ...]]:
    """The numbers of the finished frames, and of the one at work as far as they are known."""
    rows = dict(session.trace.rows)
    record = None if session.frame is None else session.trace.records.get(session.frame)
    if record is not None and record.frame not in rows:
        rows[record.frame] = tuple(rows_of(record))
    return rows


def marks_of(scene: Scene) -> list[Shape]:
    """The prompts of a scene as shapes in image coordinates."""
    shapes: list[Shape] = []
    for prompt in scene.prompts:
        shapes += _mark(prompt, scene.appearance.colour(prompt.object_id))
    for click in scene.pseudo:
        shapes += _diamond(click)
    return shapes


def objects_of(session: Session, scene: Scene) -> tuple[ObjectId, ...]:
    """The objects of a session by id: those with masks on the frame, and those with prompts."""
    found = {int(o) for o in np.unique(scene.shown) if o} if scene.shown is not None else set()
    found |= {prompt.object_id for prompt in session.prompts}
    for rows in list(session.trace.rows.values())[-1:]:
        found |= {row.object for row in rows}
    return tuple(sorted(found))


def asked_frames(session: Session) -> set[int]:
    """The frames at which the method asked, the waiting request included."""
    rows = rows_so_far(session)
    return {frame for frame in rows if any(row.asked for row in rows[frame])}


def _mark(prompt: Prompt, colour: Rgb) -> list[Shape]:
    match prompt:
        case Click(x=x, y=y, positive=positive):
            arms = (_ACROSS, _DOWN) if positive else (_ACROSS,)
            own = colour if positive else WHITE
            return [
                Disc(x, y, 9, BLACK),
                Disc(x, y, 7.5, own),
                *(Glyph(x, y, arm, ink_on(own), 2.5) for arm in arms),
            ]
        case Scribble(points=points, positive=positive, width=width):
            path = np.array(points, np.float64)
            own = colour if positive else WHITE
            return [Line(path, BLACK, 2.5, breadth=width), Line(path, own, 0, breadth=width)]
        case Box():
            left, top, right, bottom = prompt.left, prompt.top, prompt.right, prompt.bottom
            corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
            return [
                Line(corners, BLACK, 4, closed=True),
                Line(corners, colour, 2, closed=True),
            ]
        case Local(mark=mark, region=region):
            return [*region_border(region), *_mark(mark, colour)]
        case _:
            return []


def _diamond(click: Click) -> list[Shape]:
    offsets = np.array([[0, -8], [8, 0], [0, 8], [-8, 0], [0, -8]], np.float64)
    return [
        Glyph(click.x, click.y, offsets, BLACK, 5),
        Glyph(click.x, click.y, offsets, WHITE, 2.5),
        Disc(click.x, click.y, 2, WHITE),
    ]
