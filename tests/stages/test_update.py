"""Memory updates, Lazy-XMem 3.5: every case by hand."""

import pytest
import torch

from vostoolkit.arrays import Size
from vostoolkit.masks import Masks
from vostoolkit.results import Uncertainty
from vostoolkit.stages.update import MemoryPlan, MemoryRule

NOBODY = frozenset[int]()


def uncertainty(**scores: float) -> Uncertainty:
    score = {int(name[1:]): value for name, value in scores.items()}
    masks = Masks.empty(Size(4, 4), score)
    return Uncertainty(
        frame=7, masks=masks, entropy=torch.zeros(4, 4), regions={}, score=score, jump={}
    )


def plan(rule: MemoryRule, since: int, corrected=NOBODY, pseudo=NOBODY, **scores: float):
    seen = uncertainty(**scores)
    return rule(seen.masks.objects, seen, since, corrected=corrected, pseudo_corrected=pseudo)


def test_every_fifth_frame_is_stored_and_the_clock_starts_again():
    assert plan(MemoryRule(), 4, o1=0.1) == ((MemoryPlan(None, (1,), "not due"),), 4)
    assert plan(MemoryRule(), 5, o1=0.1) == ((MemoryPlan("working", (1,), "every 5 frames"),), 0)


def test_udu_refuses_an_unsure_object_above_the_threshold_only():
    plans, since = plan(MemoryRule(), 5, o1=0.8, o2=0.81)
    assert plans[0] == MemoryPlan("working", (1,), "every 5 frames")
    assert plans[1] == MemoryPlan(None, (2,), "unsure: S 0.81 > tau_m 0.8")
    assert since == 0
    assert plan(MemoryRule(uncertainty_driven=False), 5, o2=0.9)[0][0].tier == "working"


def test_idu_stores_a_corrected_frame_off_schedule_and_though_unsure():
    plans, since = plan(MemoryRule(), 2, corrected=frozenset({1}), o1=0.95, o2=0.1)
    assert plans == (MemoryPlan("working", (1, 2), "corrected"),)
    assert since == 0
    off = MemoryRule(interaction_driven=False)
    assert plan(off, 2, corrected=frozenset({1}), o1=0.95)[0][0].tier is None
    (refused,), _ = plan(off, 5, corrected=frozenset({1}), o1=0.1)
    assert refused == MemoryPlan(None, (1,), "corrected, and IDU is off")


def test_what_a_person_corrected_can_be_kept_for_good():
    rule = MemoryRule(corrected_tier="permanent")
    plans, _ = plan(rule, 2, corrected=frozenset({1}), o1=0.95, o2=0.1)
    kept = MemoryPlan("permanent", (1,), "corrected"), MemoryPlan("working", (2,), "corrected")
    assert plans == kept
    assert plan(rule, 5, o1=0.1)[0] == (MemoryPlan("working", (1,), "every 5 frames"),)


def test_a_pseudo_correction_is_stored_only_with_pseudo_idu():
    (refused,), _ = plan(MemoryRule(), 5, pseudo=frozenset({1}), o1=0.1)
    assert refused == MemoryPlan(None, (1,), "pseudo-corrected")
    (stored,), _ = plan(MemoryRule(pseudo_driven=True), 2, pseudo=frozenset({1}), o1=0.1)
    assert stored == MemoryPlan("working", (1,), "corrected")


def test_released_one_unsure_object_refuses_the_frame_and_it_is_tried_again():
    plans, since = plan(MemoryRule.released(), 5, o1=0.1, o2=0.9)
    assert [p.tier for p in plans] == [None, None]
    assert {o for p in plans for o in p.objects} == {1, 2}
    assert since == 4  # the next frame is the fifth again


def test_released_a_refused_frame_that_is_not_due_postpones_the_schedule():
    assert plan(MemoryRule.released(), 3, o1=0.9, o2=0.1)[1] == 2
    assert plan(MemoryRule.released(), 3, o1=0.1, o2=0.1)[1] == 3
    assert plan(MemoryRule(scope="frame"), 3, o1=0.9, o2=0.1)[1] == 3


@pytest.mark.parametrize("every", [0, -1])
def test_a_schedule_of_no_frames_is_refused(every: int):
    with pytest.raises(ValueError, match="at least 1"):
        MemoryRule(every=every)
