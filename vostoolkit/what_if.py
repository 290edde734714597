"""What other thresholds would have asked, counted on the numbers that a run has left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from vostoolkit.arrays import ObjectId
from vostoolkit.records import Row
from vostoolkit.results import Action
from vostoolkit.stages.decide import EntropyJump

Place: TypeAlias = tuple[int, ObjectId]
"""A frame and an object in it."""


@dataclass(frozen=True)
class WhatIf:
    """Where a person would be asked, and where the method would click itself.

    ``asked`` counts an object at a frame, so one answer for two objects counts twice.
    """

    asked: frozenset[Place]
    pseudo: frozenset[Place]

    def differs_at(self, other: "WhatIf") -> int | None:
        """The first frame at which the two decide differently about an object; None: nowhere."""
        places = (self.asked ^ other.asked) | (self.pseudo ^ other.pseudo)
        return min((frame for frame, _ in places), default=None)


def what_if(rows: Mapping[int, Sequence[Row]], rule: EntropyJump) -> WhatIf:
    """What the rule decides about the numbers of a finished run; `as_decided` is what was decided.

    The numbers are those of the run as it was. They hold exactly up to the first frame at which the
    rule decides otherwise (`WhatIf.differs_at`); a click there would have changed the masks, and
    with them all later numbers. Whether losing an object is asked about depends on no threshold:
    that stays as it was. Nothing is decided at the first frame, which a person gives.
    """
    decided: list[tuple[Place, Action]] = []
    for row in _decided(rows):
        if (row.lost and rule.ask_when_lost) or row.score is None:
            action: Action = "user" if row.action == "user" else "none"
        else:
            action = rule.action(row.jump, row.score, is_lost=row.lost)
        decided.append(((row.frame, row.object), action))
    return _parted(decided)


def as_decided(rows: Mapping[int, Sequence[Row]]) -> WhatIf:
    """What the run itself decided, counted in the same way."""
    return _parted([((row.frame, row.object), row.action) for row in _decided(rows)])


def _decided(rows: Mapping[int, Sequence[Row]]) -> list[Row]:
    """The rows at which a decision was taken."""
    first = min(rows, default=0)
    return [row for frame, own in rows.items() if frame != first for row in own]


def _parted(decided: Sequence[tuple[Place, str]]) -> WhatIf:
    return WhatIf(
        asked=frozenset(place for place, action in decided if action == "user"),
        pseudo=frozenset(place for place, action in decided if action == "pseudo"),
    )
