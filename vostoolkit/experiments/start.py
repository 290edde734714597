"""The first frame of an experiment: a simulated person shows the objects."""

from dataclasses import replace
from itertools import chain

from vostoolkit.results import Request
from vostoolkit.session import Session
from vostoolkit.users.simulated import SimulatedUser
from vostoolkit.users.truth import Truth


def show_objects(session: Session, truth: Truth, *, clicks: int = 2) -> None:
    """Nothing; the session has that many clicks on each object of its first frame.

    The first click is in the middle of the object, each further one where the mask is most wrong,
    as a person goes on clicking until the mask is right. Where nothing is wrong, none follows.

    Raises:
        ValueError: less than one click, or a session that has its first clicks already.
    """
    if clicks < 1:
        raise ValueError(f"clicks={clicks}: give at least 1 click on each object")
    request = session.step()
    if not isinstance(request, Request):
        raise ValueError("the session has its first clicks already: give a new one")
    session.answer(*SimulatedUser(truth)(request))
    person = SimulatedUser(truth, aim="error")
    for _ in range(clicks - 1):
        session.run(until=request.frame)
        masks = session.masks
        if masks is None:
            return
        asked = (replace(request, kind="click", object_id=i, masks=masks) for i in masks.objects)
        session.answer(*chain.from_iterable(map(person, asked)))
