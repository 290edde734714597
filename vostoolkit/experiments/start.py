"""A simulated person shows a session its objects: each in the frame where it is first seen."""

from dataclasses import dataclass, field
from itertools import chain
from typing import Literal, TypeAlias

import numpy as np

from vostoolkit.arrays import Labels, ObjectId
from vostoolkit.metrics.overlap import objects_in
from vostoolkit.prompts import Box, Click, Drawing, Prompt
from vostoolkit.protocols import User
from vostoolkit.results import Request
from vostoolkit.session import Session
from vostoolkit.users.davis_robot import ScribblingUser
from vostoolkit.users.eva import EvaAnnotator, box_around
from vostoolkit.users.simulated import SimulatedUser
from vostoolkit.users.truth import Truth, labels_of

First: TypeAlias = Literal["clicks", "scribbles", "boxes", "masks"]


@dataclass(eq=False)
class Newcomers:
    """Called with each finished frame, shows the objects that are seen there for the first time.

    Args:
        session: what is shown them.
        truth: knows what is there.
        person: how an object is shown; asked which objects to follow, as in the first frame. Clicks
            wait until the object covers more than `SimulatedUser`'s ``least_visible`` of the frame.
        clicks: so many times a person who clicks does so in the same frame.
    """

    session: Session
    truth: Truth
    person: User
    clicks: int = 1
    _frame: int = field(default=-1, init=False)
    _clicked: dict[ObjectId, int] = field(default_factory=dict[ObjectId, int], init=False)

    def __call__(self, frame: int) -> None:
        """Nothing; a frame where something was shown is worked on, and finished, once more."""
        labels = labels_of(self.truth, frame)
        if labels is None:
            return
        prompts = (*self._further(frame), *self._new(frame, labels))
        if prompts:
            self.session.answer(*prompts)

    def _new(self, frame: int, labels: Labels) -> tuple[Prompt, ...]:
        """The first prompts on objects that the session doesn't know."""
        masks = self.session.masks
        missing = [o for o in objects_in(labels) if masks is None or o not in masks.objects]
        if not missing:
            return ()
        least = SimulatedUser.least_visible * labels.size
        seen = [o for o in missing if np.count_nonzero(labels == o) > least]
        if masks is None:
            seen = seen or missing  # there is no beginning with nothing
        given = self.person(Request(frame=frame, kind="object", reason="first seen"))
        shown = tuple(
            p for p in given if p.object_id in (missing if isinstance(p, Drawing | Box) else seen)
        )
        self._frame, clicks = frame, (p for p in shown if isinstance(p, Click))
        self._clicked = {click.object_id: 1 for click in clicks}
        return shown

    def _further(self, frame: int) -> tuple[Prompt, ...]:
        """One more click on each object that was shown in this frame, where its mask is wrong."""
        if frame != self._frame:
            return ()
        self._clicked = {o: n + 1 for o, n in self._clicked.items() if n < self.clicks}
        masks, person = self.session.masks, SimulatedUser(self.truth, aim="error")
        asked = (
            Request(frame=frame, kind="click", object_id=o, masks=masks, reason="first seen")
            for o in self._clicked
        )
        return tuple(chain.from_iterable(map(person, asked)))


def show_objects(
    session: Session, truth: Truth, *, first: First = "clicks", clicks: int = 2
) -> Newcomers:
    """What to call with each finished frame, so that objects that come later are shown as well.

    The session has been shown each object of its first frame. With ``first="clicks"`` by that many
    clicks on each: the first in the middle of the object, each further one where the mask is most
    wrong, as a person goes on clicking until the mask is right. Where nothing is wrong, none
    follows. ``"scribbles"`` are those of DAVIS's robot, ``"boxes"`` are drawn around each, and
    ``"masks"`` are the true ones.

    Raises:
        ValueError: less than one click, a first frame without objects, or a session that has its
            first prompts already.
    """
    if clicks < 1:
        raise ValueError(f"clicks={clicks}: give at least 1 click on each object")
    request = session.step()
    if not isinstance(request, Request):
        raise ValueError("the session has its first prompts already: give a new one")
    newcomers = Newcomers(session, truth, _people(truth)[first], clicks)
    newcomers(request.frame)
    if not session.prompts:
        raise ValueError(
            f"the ground truth has no object in frame {request.frame}, where the run begins: give "
            "a video that begins with its objects"
        )
    for _ in range(clicks - 1 if first == "clicks" else 0):
        session.run(until=request.frame)
        newcomers(request.frame)
    return newcomers


def _people(truth: Truth) -> dict[First, User]:
    drawing = EvaAnnotator(truth, gives="mask")
    return {
        "clicks": SimulatedUser(truth),
        "scribbles": ScribblingUser(truth),
        "boxes": lambda request: tuple(map(_boxed, drawing(request))),
        "masks": drawing,
    }


def _boxed(prompt: Prompt) -> Prompt:
    if not isinstance(prompt, Drawing):
        return prompt
    return box_around(prompt.frame, prompt.object_id, prompt.mask)
