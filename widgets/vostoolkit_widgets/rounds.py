"""A round in the Explorer: the frames that have prompts, where more would help, how far it is."""

import base64
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import cv2
import numpy as np

from vostoolkit.appearance import Appearance
from vostoolkit.arrays import ObjectId
from vostoolkit.frames import Video
from vostoolkit.prompts import Prompt, Propagate, Release, Skip
from vostoolkit.results import AnnotationChoice, Request
from vostoolkit.session import Session
from vostoolkit.trace import decode_labels
from vostoolkit_widgets import render
from vostoolkit_widgets.album import Album
from vostoolkit_widgets.assets import asset
from vostoolkit_widgets.bar import Bar

_WIDTH = 112
_MOST = 24
"""So many frames of a kind are shown, those that were given last."""


class RoundSheet(Bar):
    """Shows a session's round; says what was pressed: ``seek`` or ``let go`` a frame, ``stop``."""

    _esm = asset("elements.js") + asset("round.js")

    def __init__(self, pressed: Callable[[str, Any], None]) -> None:
        super().__init__(
            pressed,
            title="",
            pending=[],
            earlier=[],
            suggested=[],
            choices=[],
            doing="",
            share=None,
        )
        self._thumbs: dict[int, tuple[bytes | None, Appearance, str]] = {}

    def show_round(self, session: Session, album: Album, frame: int) -> None:
        """Nothing; shows the round that a session is in, and which frame is looked at."""
        number = session.round
        self.layout.display = None if number else "none"
        if not number:
            return
        given = given_frames(session)
        pending = {f: given[f] for f in given if f in pending_frames(session)}
        earlier = {f: given[f] for f in given if f not in pending}
        done = propagated(session)
        self.show(
            title=f"Round {number}",
            pending=self._cards(session, album, frame, what=pending),
            earlier=self._cards(session, album, frame, what=earlier),
            suggested=self._cards(session, album, frame, what=suggestions(session.request, given)),
            choices=[
                choice_in_words(choice, session.appearance.names)
                for choice in _choices(session)
                if choice.frame not in given
            ],
            doing="" if done is None else f"frame {session.frame}: {done[0]} of {done[1]} done",
            share=None if done is None else done[0] / max(done[1], 1),
        )

    def _cards(
        self, session: Session, album: Album, frame: int, *, what: Mapping[int, str]
    ) -> list[dict[str, Any]]:
        return [
            {
                "frame": number,
                "picture": self._thumb(session, album, number),
                "text": text,
                "shown": number == frame,
            }
            for number, text in list(what.items())[-_MOST:]
        ]

    def _thumb(self, session: Session, album: Album, frame: int) -> str:
        """A frame and its masks as a small picture, for the ``src`` of an image."""
        png, seen = session.trace.pictures.get(frame), session.appearance
        known = self._thumbs.get(frame)
        if known is None or known[:2] != (png, seen):
            image = album.image(frame)
            if image is None:
                return ""
            labels = None if png is None else decode_labels(png)
            whole = render.composed(image, labels, mask_opacity=0.8, palette=seen.palette)
            height = max(1, round(_WIDTH * whole.shape[0] / whole.shape[1]))
            small = cv2.resize(whole, (_WIDTH, height), interpolation=cv2.INTER_AREA)
            data = base64.b64encode(render.frame_jpeg(np.asarray(small))).decode()
            known = self._thumbs[frame] = png, seen, f"data:image/jpeg;base64,{data}"
        return known[2]


def given_frames(session: Session) -> dict[int, str]:
    """The frames that are a person's, in order, with what was given on each in words."""
    on: dict[int, list[Prompt]] = {}
    for prompt in session.prompts:
        if isinstance(prompt, Release):
            on[prompt.frame] = [p for p in on.get(prompt.frame, []) if not _is_same(p, prompt)]
        elif not isinstance(prompt, Propagate | Skip):
            on.setdefault(prompt.frame, []).append(prompt)
    names = session.appearance.names
    return {frame: in_words(on[frame], names) for frame in sorted(on) if on[frame]}


def pending_frames(session: Session) -> frozenset[int]:
    """The frames with prompts of the present round."""
    groups = session.history.answers.at(session.round)
    prompts = (prompt for group in groups for prompt in group)
    return frozenset(p.frame for p in prompts if not isinstance(p, Propagate | Release | Skip))


def suggestions(request: Request | None, given: Iterable[int]) -> dict[int, str]:
    """The frames where prompts would help most, in order, and why; none where nothing is asked."""
    if request is None or request.selection is None:
        return {}
    pairs = zip(request.selection.frames, request.selection.reasons, strict=False)
    return {frame: reason for frame, reason in pairs if frame not in given}


def propagated(session: Session) -> tuple[int, int] | None:
    """How many frames the round at work has made, and how many it will; None while it asks."""
    last, video = session.last, session.video
    is_asking = last is None or session.request is not None or last.round == session.round
    if is_asking or last is None or not isinstance(video, Video):
        return None
    given = given_frames(session)
    made = [f for f, number in session.trace.rounds.items() if number == last.round]
    return len([f for f in made if f not in given]), len(video) - len(given)


def in_words(prompts: Iterable[Prompt], names: Mapping[ObjectId, str]) -> str:
    """What was given on a frame: kinds and objects."""
    kinds = Counter((type(p).__name__.lower(), p.object_id) for p in prompts)
    return ", ".join(
        f"{count} {kind}{'s' if count > 1 else ''} on {names.get(object_id, object_id)}"
        for (kind, object_id), count in kinds.items()
    )


def choice_in_words(choice: AnnotationChoice, names: Mapping[ObjectId, str]) -> str:
    """What to give on an object, what it costs, and why."""
    object_ = names.get(choice.object_id, f"object {choice.object_id}")
    others = ", ".join(
        f"{kind} {cost:g} s" for kind, cost in choice.costs_s.items() if kind != choice.kind
    )
    why = f": {choice.reason}" if choice.reason else ""
    rest = f" (others: {others})" if others else ""
    return f"{object_}: {choice.kind}, {choice.cost_s:g} s{why}{rest}"


def _choices(session: Session) -> tuple[AnnotationChoice, ...]:
    return () if session.request is None else session.request.choices


def _is_same(prompt: Prompt, released: Release) -> bool:
    return prompt.object_id == released.object_id
