"""What an AOT run carries from frame to frame."""

from dataclasses import dataclass

from vostoolkit.arrays import ObjectId, Size
from vostoolkit.masks import Masks
from vostoolkit.networks.aot_transformer import Layers, Tokens
from vostoolkit.results import Tier


@dataclass(frozen=True, eq=False)
class StoredFrame:
    """A frame in long-term memory: its tokens, and whether its masks were given."""

    frame: int
    tier: Tier
    is_reference: bool
    layers: Layers

    @property
    def places(self) -> int:
        """Memory elements: the places of its grid."""
        return self.layers[0].key.shape[1]


@dataclass(frozen=True, eq=False)
class Group:
    """What is remembered for up to ten objects: long-term frames, and the last frame's tokens.

    The last frame's tokens are kept without identities, so that its masks can still be corrected.
    """

    stored: tuple[StoredFrame, ...]
    last: Layers

    def long_term(self) -> Layers:
        """All stored frames' tokens, one after the other."""
        blocks = zip(*(stored.layers for stored in self.stored), strict=True)
        return tuple(Tokens.joined(frames) for frames in blocks)


@dataclass(frozen=True, eq=False)
class AotState:
    """Everything a run carries from frame to frame; a value that is never written in place.

    ``masks`` are those of ``frame``; ``predicted`` is what was propagated there, None if its masks
    were given. Groups hold ``objects`` in order, each as many as the bank has identities.
    """

    size: Size
    objects: tuple[ObjectId, ...] = ()
    groups: tuple[Group, ...] = ()
    masks: Masks | None = None
    predicted: Masks | None = None
    frame: int | None = None

    def stored(self) -> tuple[int, ...]:
        """The numbers of the frames in long-term memory, in the order they came in."""
        return tuple(dict.fromkeys(s.frame for group in self.groups for s in group.stored))

    def stored_at(self, frame: int) -> int:
        """How many memory elements of a frame are in long-term memory."""
        return sum(s.places for group in self.groups for s in group.stored if s.frame == frame)

    def sizes(self) -> dict[str, int]:
        """Memory elements in each tier, in all groups."""
        stored = [s for group in self.groups for s in group.stored]
        tiers: tuple[Tier, ...] = ("permanent", "working")
        return {tier: sum(s.places for s in stored if s.tier == tier) for tier in tiers}
