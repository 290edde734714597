"""Lazy-XMem 3.4: who corrects what, and why in words."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.arrays import Size
from vostoolkit.masks import Masks
from vostoolkit.results import Decision, Uncertainty
from vostoolkit.stages.decide import EntropyJump


def uncertain(jump: float | None, *, score: float = 0.3, lost: bool = False) -> Uncertainty:
    return Uncertainty(
        frame=4,
        masks=Masks.empty(Size(2, 2), (1,)),
        entropy=torch.zeros(2, 2),
        regions={1: torch.zeros(2, 2, dtype=torch.bool)},
        score={1: score},
        jump={1: jump},
        lost=frozenset({1} if lost else ()),
    )


def decided(rule: EntropyJump, jump: float | None, *, score: float = 0.3) -> Decision:
    return rule(uncertain(jump, score=score), None)


@pytest.mark.parametrize(
    ("jump", "action", "reason"),
    [
        (0.6, "user", "ΔS +0.60 ≥ τ_u 0.50"),
        (0.5, "user", "ΔS +0.50 ≥ τ_u 0.50"),
        (0.23, "pseudo", "ΔS +0.23 ≥ τ_p 0.20"),
        (0.2, "pseudo", "ΔS +0.20 ≥ τ_p 0.20"),
        (0.1, "none", "ΔS +0.10 < τ_p 0.20"),
        (-0.7, "none", "ΔS -0.70 < τ_p 0.20"),
        (None, "none", "no earlier score to compare with"),
    ],
)
def test_the_papers_thresholds(jump: float | None, action: str, reason: str) -> None:
    decision = decided(EntropyJump(), jump)
    assert decision.frame == 4
    assert decision.action == {1: action}
    assert decision.reason == {1: reason}
    assert decision.value == {1: jump}
    assert decision.thresholds == {"tau_user": 0.5, "tau_pseudo": 0.2}


@pytest.mark.parametrize(
    ("jump", "action"), [(0.51, "user"), (0.5, "none"), (0.21, "pseudo"), (0.2, "none")]
)
def test_the_release_compares_strictly(jump: float, action: str) -> None:
    decision = decided(EntropyJump.released(), jump)
    assert decision.action == {1: action}
    assert ("=" in decision.reason[1]) == (action == "none")


def test_a_score_that_is_no_number_is_not_taken_for_certain() -> None:
    with pytest.raises(ValueError, match="frame 4: the uncertainty of object 1 is not a number"):
        decided(EntropyJump(), None, score=float("nan"))


def test_a_lost_object_is_asked_for_once() -> None:
    rule = EntropyJump()
    first = rule(uncertain(0.0, lost=True), uncertain(0.0))
    second = rule(uncertain(0.0, lost=True), uncertain(0.0, lost=True))
    assert first.objects("user") == (1,)
    assert first.reason[1] == "lost: the predicted mask is empty"
    assert first.value == {1: None}
    assert second.objects("none") == (1,)


def test_an_object_lost_again_is_asked_for_again() -> None:
    assert EntropyJump()(uncertain(0.0, lost=True), uncertain(0.0)).action[1] == "user"


def test_without_the_rule_a_lost_object_gets_no_pseudo_click() -> None:
    rule = EntropyJump(ask_when_lost=False)
    decision = rule(uncertain(0.3, lost=True), None)
    assert decision.action == {1: "none"}
    assert "nowhere to click" in decision.reason[1]
    assert rule(uncertain(0.6, lost=True), None).action == {1: "user"}


def test_the_score_can_be_the_trigger_too() -> None:
    rule = EntropyJump(score_user=0.8, score_pseudo=0.6)
    assert decided(rule, 0.0, score=0.9).reason == {1: "S +0.90 ≥ τ^S_u 0.80"}
    assert decided(rule, None, score=0.7).action == {1: "pseudo"}
    assert decided(rule, 0.9, score=0.7).action == {1: "user"}


def test_an_infinite_threshold_switches_off() -> None:
    decision = decided(EntropyJump(tau_user=float("inf")), 0.99)
    assert decision.action == {1: "pseudo"}
    assert decision.thresholds == {"tau_pseudo": 0.2}


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_jump_never_gets_a_weaker_action(jump: float, more: float, tau: float) -> None:
    rule, rank = EntropyJump(tau_user=tau, tau_pseudo=tau / 2), ("none", "pseudo", "user")
    actions = [decided(rule, value).action[1] for value in (jump, jump + more)]
    assert rank.index(actions[0]) <= rank.index(actions[1])


@pytest.mark.parametrize(
    "fields",
    [
        {"tau_user": 0.1, "tau_pseudo": 0.2},
        {"tau_user": float("nan")},
        {"score_user": 0.1, "score_pseudo": 0.2},
        {"comparison": ">="},
    ],
)
def test_a_wrong_rule_fails_when_it_is_built(fields: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        EntropyJump(**fields)  # pyright: ignore[reportArgumentType]
