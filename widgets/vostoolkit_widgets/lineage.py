"""Which session came before and after the one that is shown, so that taking another is undone."""

from collections import deque

from vostoolkit.history import Point
from vostoolkit.session import Session

DEPTH = 3
"""Undo leads back over so many sessions."""


class Lineage:
    """The sessions that were shown, in the order in which one took another's place.

    A session goes back to the one before it once nothing is left to undo that was done since it was
    taken, and on to the one after it while it stands as it did. Only the last few are kept, and
    at rest: what they showed but at their end is computed again when they are back.
    """

    def __init__(self) -> None:
        self._before: deque[tuple[Session, int]] = deque(maxlen=DEPTH)
        self._after: list[tuple[Session, Point]] = []

    def take(self, old: Session, new: Session) -> None:
        """Nothing; a session takes another's place."""
        old.rest()
        self._before.append((old, new.history.done))
        self._after.clear()

    def can(self, name: str, session: Session) -> bool:
        """Whether "undo" or "redo" leads to another session."""
        history = session.history
        if name == "undo":
            return bool(self._before) and history.done <= self._before[-1][1]
        return name == "redo" and bool(self._after) and history.now == self._after[-1][1]

    def turn(self, name: str, session: Session) -> Session:
        """The session before or after this one, which `can` says there is."""
        session.rest()
        if name == "undo":
            before, _ = self._before.pop()
            self._after.append((session, before.history.now))
            return before
        after, _ = self._after.pop()
        self._before.append((session, after.history.done))
        return after
