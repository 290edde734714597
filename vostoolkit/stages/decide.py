"""When to ask a person, and when to correct oneself (Lazy-XMem 3.4)."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from vostoolkit.arrays import ObjectId
from vostoolkit.results import Action, Decision, Uncertainty


@dataclass(frozen=True)
class EntropyJump:
    """Asks where an object's masked entropy jumps by tau_user, pseudo-corrects from tau_pseudo on.

    ``ask_when_lost`` asks once when an object's mask becomes empty; a lost object never gets a
    pseudo-click. ``comparison="above"`` compares strictly, as released: a jump of exactly tau_user
    then does nothing at all. ``score_user`` and ``score_pseudo``, off by default, are thresholds on
    the masked entropy itself, alone or beside the jump.

    Source: Lazy-XMem 3.4, Appendix B (thresholds) and Table S2 (the score as trigger).
    Note: asking about lost objects is ours; neither the paper nor the release does.
    """

    tau_user: float = 0.5
    tau_pseudo: float = 0.2
    score_user: float | None = None
    score_pseudo: float | None = None
    comparison: Literal["at_least", "above"] = "at_least"
    ask_when_lost: bool = True

    def __post_init__(self) -> None:
        pairs = (("tau", self.tau_pseudo, self.tau_user),)
        if self.score_user is not None and self.score_pseudo is not None:
            pairs += (("score", self.score_pseudo, self.score_user),)
        for name, pseudo, user in pairs:
            if math.isnan(pseudo) or math.isnan(user) or pseudo > user:
                raise ValueError(
                    f"{name}_pseudo={pseudo} and {name}_user={user}: the threshold for asking a "
                    "person must be the higher one, or equal"
                )
        if self.comparison not in ("at_least", "above"):
            raise ValueError(f"comparison={self.comparison!r}: give 'at_least' or 'above'")

    @staticmethod
    def released() -> "EntropyJump":
        """The rule of the released code, with the thresholds of its run script."""
        return EntropyJump(comparison="above", ask_when_lost=False)

    def __call__(self, uncertainty: Uncertainty, previous: Uncertainty | None, /) -> Decision:
        """The decision for each object; ``previous`` tells which objects were lost already.

        Raises:
            ValueError: a score that isn't a number, so that nothing can be decided by it.
        """
        if broken := [o for o, score in uncertainty.score.items() if math.isnan(score)]:
            raise ValueError(
                f"frame {uncertainty.frame}: the uncertainty of object {broken[0]} is not a "
                "number, as the network's masks aren't: check its weights, or take "
                "precision='float32'"
            )
        lost_before = previous.lost if previous is not None else frozenset[ObjectId]()
        objects = uncertainty.masks.objects
        verdicts = {
            o: self._lost(was_lost=o in lost_before)
            if self.ask_when_lost and o in uncertainty.lost
            else self._judge(
                uncertainty.jump.get(o), uncertainty.score[o], is_lost=o in uncertainty.lost
            )
            for o in objects
        }
        taus = {
            "tau_user": self.tau_user,
            "tau_pseudo": self.tau_pseudo,
            "score_user": self.score_user,
            "score_pseudo": self.score_pseudo,
        }
        return Decision(
            frame=uncertainty.frame,
            round=uncertainty.round,
            action={o: verdicts[o].action for o in objects},
            reason={o: verdicts[o].reason for o in objects},
            thresholds={n: t for n, t in taus.items() if t is not None and math.isfinite(t)},
            value={o: verdicts[o].value for o in objects},
        )

    def _lost(self, *, was_lost: bool) -> "_Verdict":
        if was_lost:
            return _Verdict("none", "still lost: asked before", None)
        return _Verdict("user", "lost: the predicted mask is empty", None)

    def action(self, jump: float | None, score: float, *, is_lost: bool = False) -> Action:
        """What to do about an object by its numbers alone; not whether losing it is asked about."""
        return self._judge(jump, score, is_lost=is_lost).action

    def _judge(self, jump: float | None, score: float, *, is_lost: bool) -> "_Verdict":
        signals = (
            _Signal("ΔS", "τ", jump, self.tau_pseudo, self.tau_user),
            _Signal("S", "τ^S", score, self.score_pseudo, self.score_user),
        )
        for signal in signals:
            if self._reaches(signal.value, signal.user):
                return _Verdict("user", signal.words(self._sign, "user"), jump)
        for signal in signals:
            is_below_user = signal.user is None or (signal.value or 0) < signal.user
            if is_below_user and self._reaches(signal.value, signal.pseudo):
                words = signal.words(self._sign, "pseudo")
                if is_lost:
                    return _Verdict("none", f"{words}, but lost: nowhere to click", jump)
                return _Verdict("pseudo", words, jump)
        if jump is None:
            return _Verdict("none", "no earlier score to compare with", None)
        if jump < self.tau_pseudo:
            return _Verdict("none", signals[0].words("<", "pseudo"), jump)
        equalled = "user" if jump >= self.tau_user else "pseudo"  # and "above" wants more
        return _Verdict("none", signals[0].words("=", equalled), jump)

    def _reaches(self, value: float | None, threshold: float | None) -> bool:
        if value is None or threshold is None:
            return False
        return value >= threshold if self.comparison == "at_least" else value > threshold

    @property
    def _sign(self) -> str:
        return "≥" if self.comparison == "at_least" else ">"


class _Verdict(NamedTuple):
    action: Action
    reason: str
    value: float | None


class _Signal(NamedTuple):
    """A number and its two thresholds."""

    name: str
    symbol: str
    value: float | None
    pseudo: float | None
    user: float | None

    def words(self, sign: str, which: Literal["user", "pseudo"]) -> str:
        threshold = self.user if which == "user" else self.pseudo
        return f"{self.name} {self.value:+.2f} {sign} {self.symbol}_{which[0]} {threshold:.2f}"
