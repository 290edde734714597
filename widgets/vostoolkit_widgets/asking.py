"""Where and why a method asks: the least sure place of its object, in a picture and in words."""

from dataclasses import dataclass

import numpy as np

from vostoolkit.arrays import Image, Size
from vostoolkit.colours import UNCERTAINTY, drawn_in
from vostoolkit.geometry import to_mask
from vostoolkit.pictures import img
from vostoolkit.pictures.layout import Picture, row
from vostoolkit.pictures.view import around, coloured, ringed, segmented
from vostoolkit.results import Request
from vostoolkit.session import Session
from vostoolkit_widgets import wording
from vostoolkit_widgets.album import Album
from vostoolkit_widgets.driver import Driver
from vostoolkit_widgets.question import Asked
from vostoolkit_widgets.rounds import given_frames, suggestions

_ROOM = Size(72, 116)
_RING = 7
_OF_ROUNDS = ("accept", "propagate")
_VERDICTS = ("not it", "skip", "it is gone", "accept")


@dataclass(frozen=True)
class Place:
    """A pixel of the frame, and how unsure the method is there."""

    x: int
    y: int
    value: float


def least_sure(request: Request) -> Place | None:
    """The least sure place of the object that is asked about; None where nothing is known of it."""
    measured, object_id = request.uncertainty, request.object_id
    if measured is None or object_id is None or object_id not in measured.regions:
        return None
    region = to_mask(measured.regions[object_id])
    if not region.any():
        return None
    values = np.where(region, measured.entropy.cpu().numpy(), -1.0)
    y, x = np.unravel_index(int(values.argmax()), values.shape)
    return Place(int(x), int(y), float(values[y, x]))


def place_picture(request: Request, image: Image | None) -> Picture | None:
    """What matters of the frame and of the map, the least sure place ringed; None without one."""
    place, measured = least_sure(request), request.uncertainty
    if place is None or measured is None or request.object_id is None or image is None:
        return None
    view = around(measured.masks.size, [to_mask(measured.regions[request.object_id])], _ROOM)
    at = view.point(place.x, place.y)
    frame = segmented(view.image(image), measured.masks, view)
    map_ = coloured(view.map(measured.entropy.cpu().numpy()), UNCERTAINTY, 1.0)
    return row([ringed(panel, at, radius=_RING) for panel in (frame, map_)])


def asked(session: Session, driver: Driver, album: Album) -> Asked:
    """What to say now: what the method asks, how far it is, or what a person may do."""
    request = session.request
    if request is None:
        say = wording.progress(session, driver.rate) if driver.is_running else None
        return Asked(*(say or wording.invitation(session)))
    suggested = suggestions(request, given_frames(session))
    head, rest = wording.question(request, session.appearance.names, suggested)
    if request.object_id is None:
        answers = _OF_ROUNDS if request.kind == "round" else ()
        return Asked(head, rest, asks=True, answers=answers)
    place, measured, shown = least_sure(request), request.uncertainty, ""
    if place is not None and measured is not None:
        rest = f"Least sure at ({place.x}, {place.y}): {measured.measure} {place.value:.2f}. {rest}"
        with drawn_in(session.appearance.palette):
            drawn = place_picture(request, album.image(request.frame))
        shown = "" if drawn is None else img(drawn, "where it is least sure")
    return Asked(head, rest, asks=True, answers=_VERDICTS, picture=shown)
