"""Asking a person at random, to see what it is worth to ask at the right time."""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from vostoolkit.arrays import ObjectId
from vostoolkit.protocols import Decider
from vostoolkit.results import Action, Decision, Uncertainty
from vostoolkit.stages.decide import EntropyJump

_PUBLISHED_RATE = 335 / 30_876


@dataclass(frozen=True, eq=False)
class RandomCalls:
    """Asks about each object at random frames; all else is another rule's.

    At each frame an object is asked about with probability ``rate``, so the intervals between two
    calls are random, 1 / ``rate`` frames in the mean. The draw follows from ``seed``, the frame and
    the object alone, so a replay is equal. What ``otherwise`` decides stands where nobody is asked,
    but for its own calls, which are dropped.

    Raises:
        ValueError: a rate outside 0 to 1, or a negative seed.

    Source: Lazy-XMem 5.2 and Table 1, Rand-Lazy-XMem ("user corrections at random intervals").
    Note: the paper gives no distribution. The default rate is its 335 calls in 30,876 frames, which
    counts a frame once for all its objects. That pseudo-corrections stay on is our reading.
    """

    rate: float = _PUBLISHED_RATE
    seed: int = 0
    otherwise: Decider = field(
        default_factory=lambda: EntropyJump(tau_user=math.inf, ask_when_lost=False)
    )

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError(f"rate={self.rate}: give a share of the frames, 0 to 1")
        if self.seed < 0:
            raise ValueError(f"seed={self.seed}: give 0 or more")

    def __call__(self, uncertainty: Uncertainty, previous: Uncertainty | None, /) -> Decision:
        """The decision for each object."""
        other = self.otherwise(uncertainty, previous)
        action: dict[ObjectId, Action] = dict(other.action)
        reason = dict(other.reason)
        for object_id in uncertainty.masks.objects:
            if self._calls(uncertainty.frame, object_id):
                action[object_id] = "user"
                reason[object_id] = f"at random, {self.rate:.2%} of the frames"
            elif action[object_id] == "user":
                action[object_id] = "none"
                reason[object_id] = "only asked at random"
        return replace(other, action=action, reason=reason)

    def _calls(self, frame: int, object_id: ObjectId) -> bool:
        return np.random.default_rng((self.seed, frame, object_id)).random() < self.rate
