"""Rand-Lazy-XMem: random calls, as often as asked for, the rest as another rule decides."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from vostoolkit.arrays import Size
from vostoolkit.masks import Masks
from vostoolkit.protocols import Decider
from vostoolkit.results import Uncertainty
from vostoolkit.stages.decide import EntropyJump
from vostoolkit.stages.decide_random import RandomCalls


def uncertain(frame: int, jump: float = 0.0) -> Uncertainty:
    objects = (1, 2)
    return Uncertainty(
        frame=frame,
        masks=Masks.empty(Size(2, 2), objects),
        entropy=torch.zeros(2, 2),
        regions={o: torch.zeros(2, 2, dtype=torch.bool) for o in objects},
        score=dict.fromkeys(objects, 0.3),
        jump=dict.fromkeys(objects, jump),
    )


def called(rule: RandomCalls, object_id: int, frames: int = 2000) -> list[int]:
    return [f for f in range(frames) if rule(uncertain(f), None).action[object_id] == "user"]


def test_it_asks_at_the_rate_and_at_other_frames_for_each_object() -> None:
    rule = RandomCalls(0.1, seed=3)
    assert isinstance(rule, Decider)
    first, second = called(rule, 1), called(rule, 2)
    assert 150 < len(first) < 250
    assert 150 < len(second) < 250
    assert first != second
    gaps = np.diff(first)
    assert gaps.min() < 5 < gaps.max()
    assert 8 < gaps.mean() < 12.5


def test_the_same_seed_repeats_itself_and_another_does_not() -> None:
    assert called(RandomCalls(0.1), 1, 100) == called(RandomCalls(0.1), 1, 100)
    assert called(RandomCalls(0.1), 1, 100) != called(RandomCalls(0.1, seed=1), 1, 100)


def test_nothing_else_of_the_other_rule_changes() -> None:
    decision = RandomCalls(0.0)(uncertain(4, jump=0.3), None)
    assert dict(decision.action) == {1: "pseudo", 2: "pseudo"}
    assert decision.thresholds == {"tau_pseudo": 0.2}
    assert decision.reason[1] == "ΔS +0.30 ≥ τ_p 0.20"
    always = RandomCalls(1.0)(uncertain(4, jump=0.3), None)
    assert dict(always.action) == {1: "user", 2: "user"}
    assert always.reason[1] == "at random, 100.00% of the frames"


def test_the_other_rules_calls_are_dropped() -> None:
    decision = RandomCalls(0.0, otherwise=EntropyJump())(uncertain(4, jump=0.9), None)
    assert dict(decision.action) == {1: "none", 2: "none"}


def test_the_default_is_the_papers_rate() -> None:
    assert RandomCalls().rate == pytest.approx(0.01085, abs=1e-5)
    inner = RandomCalls().otherwise
    assert isinstance(inner, EntropyJump)
    assert math.isinf(inner.tau_user)


@pytest.mark.parametrize("wrong", [{"rate": 1.1}, {"rate": -0.1}, {"seed": -1}])
def test_bad_arguments_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match="give"):
        dataclasses.replace(RandomCalls(), **wrong)
