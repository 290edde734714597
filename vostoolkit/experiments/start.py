"""The first frame of an experiment: a simulated person shows the objects."""

from dataclasses import replace
from itertools import chain
from typing import Literal, TypeAlias

from vostoolkit.prompts import Drawing, Prompt
from vostoolkit.results import Request
from vostoolkit.session import Session
from vostoolkit.users.eva import EvaAnnotator, box_around
from vostoolkit.users.simulated import SimulatedUser
from vostoolkit.users.truth import Truth

First: TypeAlias = Literal["clicks", "boxes", "masks"]


def show_objects(
    session: Session, truth: Truth, *, first: First = "clicks", clicks: int = 2
) -> None:
    """Nothing; the session has been shown each object of its first frame.

    With ``first="clicks"`` by that many clicks on each: the first in the middle of the object, each
    further one where the mask is most wrong, as a person goes on clicking until the mask is right.
    Where nothing is wrong, none follows. ``"boxes"`` draws a box around each, ``"masks"`` the true
    masks.

    Raises:
        ValueError: less than one click, or a session that has its first prompts already.
    """
    if clicks < 1:
        raise ValueError(f"clicks={clicks}: give at least 1 click on each object")
    request = session.step()
    if not isinstance(request, Request):
        raise ValueError("the session has its first prompts already: give a new one")
    if first != "clicks":
        drawn = EvaAnnotator(truth, gives="mask")(request)
        session.answer(*map(_boxed, drawn) if first == "boxes" else drawn)
        return
    session.answer(*SimulatedUser(truth)(request))
    person = SimulatedUser(truth, aim="error")
    for _ in range(clicks - 1):
        session.run(until=request.frame)
        masks = session.masks
        if masks is None:
            return
        asked = (replace(request, kind="click", object_id=i, masks=masks) for i in masks.objects)
        session.answer(*chain.from_iterable(map(person, asked)))


def _boxed(prompt: Prompt) -> Prompt:
    if not isinstance(prompt, Drawing):
        return prompt
    return box_around(prompt.frame, prompt.object_id, prompt.mask)
