"""Which masks go into memory: uncertainty- and interaction-driven updates (Lazy-XMem 3.5)."""

from dataclasses import dataclass
from typing import Literal

from vostoolkit.arrays import ObjectId
from vostoolkit.results import Tier, Uncertainty


@dataclass(frozen=True)
class MemoryPlan:
    """Objects whose masks go to one tier (None: not into memory), and why."""

    tier: Tier | None
    objects: tuple[ObjectId, ...]
    reason: str


@dataclass(frozen=True)
class MemoryRule:
    """Plans the memory of one frame: every n-th frame, unless unsure, and after corrections.

    ``uncertainty_driven`` (UDU) refuses objects whose score is above ``tau_memory``;
    ``interaction_driven`` (IDU) stores a frame that a person corrected, on or off schedule;
    ``pseudo_driven`` does so after pseudo-corrections, and otherwise an object that got one isn't
    stored. ``scope="frame"`` lets one refused object refuse the whole frame. With ``retry`` a frame
    of which all objects are refused doesn't count: a due one is tried again at the next, another
    one postpones the schedule. Both are as released. An object's first mask is always stored:
    without it there is nothing to follow. ``corrected_tier="permanent"`` keeps what a person
    corrected for good, as XMem++ does.

    Source: Lazy-XMem 3.5 and Table 2; ``every`` from XMem.
    """

    every: int = 5
    tau_memory: float = 0.8
    uncertainty_driven: bool = True
    interaction_driven: bool = True
    pseudo_driven: bool = False
    scope: Literal["object", "frame"] = "object"
    retry: bool = False
    corrected_tier: Literal["working", "permanent"] = "working"

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"every={self.every}: store every n-th frame, n at least 1")

    @staticmethod
    def released() -> "MemoryRule":
        """The rule of the released code."""
        return MemoryRule(scope="frame", retry=True)

    def __call__(
        self,
        objects: tuple[ObjectId, ...],
        uncertainty: Uncertainty,
        since: int,
        /,
        *,
        corrected: frozenset[ObjectId],
        pseudo_corrected: frozenset[ObjectId],
        new: frozenset[ObjectId] = frozenset(),
    ) -> tuple[tuple[MemoryPlan, ...], int]:
        """The plans, which together name each of the objects once, and the new ``since``.

        ``since`` counts the frames since the last scheduled memory frame, this one included.
        """
        asked_for = self.interaction_driven and bool(corrected)
        asked_for |= self.pseudo_driven and bool(pseudo_corrected)
        refused = {
            o: why
            for o in objects
            if o not in new and (why := self._refusal(o, uncertainty, corrected, pseudo_corrected))
        }
        others = [o for o in objects if o not in new]
        if refused and self.scope == "frame" and not asked_for:
            refused = {o: refused.get(o, "another object is unsure") for o in others}
        is_discounted = self.retry and bool(refused) and len(refused) == len(objects)
        if since < self.every and not asked_for:
            plans = _plans(objects, dict.fromkeys(others, "not due"), "first mask")
            return plans, since - is_discounted
        reason = "corrected" if asked_for else f"every {self.every} frames"
        for_good = corrected if self.corrected_tier == "permanent" else frozenset[ObjectId]()
        plans = _plans(objects, refused, reason, for_good)
        return plans, (since - 1 if is_discounted else 0)

    def _refusal(
        self,
        object_id: ObjectId,
        uncertainty: Uncertainty,
        corrected: frozenset[ObjectId],
        pseudo_corrected: frozenset[ObjectId],
    ) -> str | None:
        if object_id in corrected:
            return None if self.interaction_driven else "corrected, and IDU is off"
        if object_id in pseudo_corrected:
            return None if self.pseudo_driven else "pseudo-corrected"
        score = uncertainty.score.get(object_id, 0.0)
        if self.uncertainty_driven and score > self.tau_memory:
            return f"unsure: S {score:.2f} > tau_m {self.tau_memory:g}"
        return None


def _plans(
    objects: tuple[ObjectId, ...],
    refused: dict[ObjectId, str],
    reason: str,
    for_good: frozenset[ObjectId] = frozenset(),
) -> tuple[MemoryPlan, ...]:
    stored = [o for o in objects if o not in refused]
    by_tier: dict[Tier, tuple[ObjectId, ...]] = {
        "permanent": tuple(o for o in stored if o in for_good),
        "working": tuple(o for o in stored if o not in for_good),
    }
    plans = [MemoryPlan(tier, own, reason) for tier, own in by_tier.items() if own]
    for why in dict.fromkeys(refused.values()):
        plans.append(MemoryPlan(None, tuple(o for o in refused if refused[o] == why), why))
    return tuple(plans)
