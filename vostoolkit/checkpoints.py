"""Points of a run, and the few of them from which it can go on."""

from dataclasses import dataclass, field, replace

from vostoolkit.protocols import Event, place_of
from vostoolkit.results import Checkpoint


@dataclass(frozen=True, order=True, slots=True)
class Cursor:
    """A point of a run: after how many events behind which checkpoint.

    ``place`` is the last finished frame, or the round that the last checkpoint was in (-1 before
    the first), ``visit`` counts its checkpoints (each correction of a finished frame adds one),
    ``offset`` counts the events since.
    """

    place: int = -1
    visit: int = 0
    offset: int = 0

    def after(self, event: Event) -> "Cursor":
        """The point after one more event."""
        if not isinstance(event, Checkpoint):
            return replace(self, offset=self.offset + 1)
        place = place_of(event)
        return Cursor(place, self.visit + 1 if place == self.place else 1)


@dataclass(frozen=True, eq=False)
class Saved:
    """A checkpoint, where it stands, and which groups of its place had been used."""

    cursor: Cursor
    checkpoint: Checkpoint
    used: frozenset[int] = frozenset()


@dataclass
class CheckpointStore:
    """At most ``limit`` checkpoints, spread over the run: the spacing doubles when it is full."""

    limit: int
    saved: dict[int, Saved] = field(default_factory=dict[int, Saved])
    spacing: int = 1

    def add(self, item: Saved) -> None:
        """Nothing; keeps the item, and thins the older ones if there are too many."""
        newest = item.cursor.place
        self.saved[newest] = item
        while len(self.saved) > self.limit:
            keep = {p for p in self.saved if p % self.spacing == 0} | {newest, newest - 1}
            self.saved = {p: s for p, s in self.saved.items() if p in keep}
            if len(self.saved) > self.limit:
                self.spacing *= 2

    def drop_from(self, place: int) -> None:
        """Nothing; forgets the checkpoints of this place and of later ones."""
        self.saved = {p: s for p, s in self.saved.items() if p < place}

    def keep_last(self) -> None:
        """Nothing; forgets all but the last two, from which the last place is done as a whole."""
        self.saved = {place: self.saved[place] for place in sorted(self.saved)[-2:]}

    def copy(self) -> "CheckpointStore":
        """Another store with the same checkpoints."""
        return CheckpointStore(self.limit, dict(self.saved), self.spacing)

    def nearest(self, target: Cursor) -> Saved | None:
        """The last checkpoint at or before a point, or None."""
        reachable = [s for s in self.saved.values() if s.cursor <= target]
        return max(reachable, key=lambda s: s.cursor, default=None)
