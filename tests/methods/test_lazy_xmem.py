"""Lazy-XMem whole: real networks with seeded weights, a scripted uncertainty, counts by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.memory.consolidate import Limits
from vostoolkit.methods.lazy_xmem import LazyXMem
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.prompts import Absent, Click, Drawing, Prompt, Skip
from vostoolkit.protocols import Event
from vostoolkit.results import (
    Checkpoint,
    Decision,
    MemoryUpdate,
    Propagation,
    Refinement,
    Request,
    Uncertainty,
)
from vostoolkit.session import Session
from vostoolkit.stages.decide import EntropyJump
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.refine_grabcut import GrabCutRefiner
from vostoolkit.stages.uncertainty import MaskedEntropy
from vostoolkit.stages.update import MemoryRule

CLIP = synthetic_clip(3, frames=10, size=(64, 96), objects=2)
USER_AT, PSEUDO_AT, UNSURE_AT = 3, 6, 5


def scripted(predicted: Propagation, previous: Uncertainty | None) -> Uncertainty:
    """The real measure, with the score of object 1 set by hand at three frames."""
    measured = MaskedEntropy()(predicted, previous)
    score = dict.fromkeys(predicted.masks.objects, 0.1)
    jump: dict[int, float | None] = dict.fromkeys(predicted.masks.objects, 0.0)
    if predicted.frame == USER_AT:
        jump[1] = 0.7
    if predicted.frame == PSEUDO_AT:
        jump[1] = 0.3
    if predicted.frame == UNSURE_AT:
        score[1] = 0.9
    return replace(measured, score=score, jump=jump, lost=frozenset())


def method() -> LazyXMem:
    torch.manual_seed(1)
    network = XMem(replace(NANO, key_widths=(8, 8, 8), decoder_widths=(8, 8, 8)))
    limits = Limits(working_min=2, working_max=3, prototypes=8, long_term_max=40)
    propagator = XMemPropagator(network, short_side=None, limits=limits, device="cpu")
    return LazyXMem(propagator, GrabCutRefiner(), scripted, EntropyJump(ask_when_lost=False))


def drawing(frame: int, object_id: int) -> Drawing:
    return Drawing(frame, object_id, CLIP.labels(frame) == object_id)


def user(request: Request) -> tuple[Prompt, ...]:
    objects = (1, 2) if request.object_id is None else (request.object_id,)
    return tuple(drawing(request.frame, o) for o in objects)


def session() -> Session:
    return Session(method(), CLIP.video)


def kinds(events: tuple[Event, ...]) -> list[type]:
    return [type(event) for event in events]


@pytest.fixture(scope="module")
def played() -> Session:
    out = session()
    out.play(user)
    return out


def same(a: Session, b: Session, frames: range = range(10)) -> bool:
    return all((a.at(f).masks.pmf == b.at(f).masks.pmf).all() for f in frames)


def test_an_ordinary_frame_passes_through_the_stages_in_order(played: Session):
    assert kinds(played.at(1).events) == [
        Propagation, Uncertainty, Decision, MemoryUpdate, Checkpoint,
    ]  # fmt: skip
    (update,) = played.at(1).updates
    assert (update.tier, update.reason) == (None, "not due")


def test_the_first_frame_asks_refines_and_memorises(played: Session):
    first = played.at(0)
    assert kinds(first.events) == [
        Request, Refinement, Refinement, Uncertainty, MemoryUpdate, Checkpoint,
    ]  # fmt: skip
    assert first.updates[0].tier == "working" and first.updates[0].objects == (1, 2)
    assert np.array_equal(played.labels(0), np.where(CLIP.labels(0) <= 2, CLIP.labels(0), 0))


def test_a_jump_over_tau_user_asks_once_and_the_answer_goes_into_memory(played: Session):
    asked = [f for f in range(1, 10) if played.at(f).requests]
    assert asked == [USER_AT]
    frame = played.at(USER_AT)
    assert [r.object_id for r in frame.requests] == [1]
    assert [r.by for r in frame.refinements] == ["user"]
    assert (played.labels(USER_AT) == 1)[CLIP.labels(USER_AT) == 1].all()
    assert [(u.tier, u.objects, u.reason) for u in frame.updates] == [
        ("working", (1, 2), "corrected")
    ]


def test_a_jump_between_the_thresholds_is_corrected_by_the_method_itself(played: Session):
    frame = played.at(PSEUDO_AT)
    assert frame.requests == () and len(frame.pseudo_clicks) == 1
    assert [r.by for r in frame.refinements] == ["pseudo"]
    assert frame.refinements[0].prompts == (frame.pseudo_clicks[0].click,)
    assert all(update.tier is None for update in frame.updates)


def test_memory_is_written_on_schedule_and_not_while_unsure():
    clean = Session(replace(method(), decide=EntropyJump(9, 9, ask_when_lost=False)), CLIP.video)
    clean.play(user)
    stored = {f: [(u.tier, u.objects) for u in clean.at(f).updates if u.tier] for f in range(10)}
    assert {f for f in stored if stored[f]} == {0, 5}
    assert stored[5] == [("working", (2,))], "object 1 is unsure at frame 5, object 2 is not"


def test_undo_then_step_is_bit_equal():
    run = session()
    while run.frame != 4:
        if run.request:
            run.answer(*user(run.request))
        before = run.step()
    run.undo()
    again = run.step()
    assert type(again) is type(before) and (again.masks.pmf == before.masks.pmf).all()


def test_a_branch_with_another_threshold_differs_and_leaves_the_first_alone(played: Session):
    before = [played.at(f).masks.pmf.clone() for f in range(10)]
    branch = played.branch(USER_AT, decide=EntropyJump(9, 9, ask_when_lost=False))
    branch.play(user)
    assert branch.at(USER_AT).requests == ()
    assert not np.array_equal(branch.labels(USER_AT), played.labels(USER_AT))
    assert all((played.at(f).masks.pmf == before[f]).all() for f in range(10))


def test_a_saved_session_goes_on_exactly(tmp_path: Path, played: Session):
    first = session()
    while first.frame != 4:
        if first.request:
            first.answer(*user(first.request))
        first.step()
    first.save(tmp_path)
    resumed = Session.load(tmp_path, method(), CLIP.video)
    resumed.play(user)
    assert same(resumed, played, range(4, 10))
    assert all(np.array_equal(resumed.labels(f), played.labels(f)) for f in range(10))


def test_an_unasked_correction_replaces_what_the_frame_had_stored(played: Session):
    run = session()
    run.answer(drawing(0, 1), drawing(0, 2))
    run.answer(drawing(0, 2))  # the first frame is stored once, not twice
    run.answer(drawing(5, 2))
    run.play(user)
    frame = run.at(5)
    assert kinds(frame.events).count(Checkpoint) == 2
    assert [(u.tier, u.objects, u.reason) for u in frame.updates] == [
        (None, (1, 2), "not due"),
        ("working", (2,), "corrected"),
        (None, (1,), "unsure: S 0.90 > tau_m 0.8"),
    ]
    assert run.at(0).updates[-1].sizes == played.at(0).updates[-1].sizes


def test_an_object_that_is_added_later_is_followed_from_there():
    run = session()
    run.answer(drawing(0, 1))
    run.answer(drawing(4, 2))
    run.play(lambda request: (Skip(request.frame, request.object_id or 1),))
    assert run.at(3).masks.objects == (1,)
    assert all(run.at(f).masks.objects == (1, 2) for f in (4, 5, 9))


def test_absent_empties_the_mask_and_skip_leaves_it():
    run = session()
    run.answer(drawing(0, 1))
    run.run(until=Request)
    run.answer(Absent(USER_AT, 1))
    run.run(until=USER_AT)
    assert not (run.labels(USER_AT) == 1).any()
    other = session()
    other.answer(drawing(0, 1))
    other.run(until=Request)
    predicted = other.at(USER_AT).propagation.masks.labels()
    other.answer(Skip(USER_AT, 1))
    other.run(until=USER_AT)
    assert np.array_equal(other.labels(USER_AT), predicted)


def test_a_second_click_on_a_frame_is_seen_together_with_the_first():
    seen: list[tuple[Prompt, ...]] = []

    def watching(frame, object_id, prompts, masks, /):
        seen.append(prompts)
        return GrabCutRefiner()(frame, object_id, prompts, masks)

    run = Session(replace(method(), refine=watching), CLIP.video)
    run.answer(drawing(0, 1))
    run.run(until=1)
    first, second = Click(1, 1, 40, 30), Click(1, 1, 50, 30)
    run.answer(first)
    run.run(until=lambda event: isinstance(event, Checkpoint))
    run.answer(second)
    run.run(until=lambda event: isinstance(event, Checkpoint))
    assert seen[1:] == [(first,), (first, second)]


def test_an_unknown_preset_or_profile_is_refused_by_name():
    with pytest.raises(ValueError, match=r"no preset 'huge': there are 'nano', 'paper'"):
        LazyXMem.preset("huge")
    with pytest.raises(ValueError, match="no profile 'draft'"):
        LazyXMem.preset("nano", profile="draft")


def test_an_object_that_was_found_again_and_lost_again_is_asked_about_again():
    def losing(predicted: Propagation, previous: Uncertainty | None) -> Uncertainty:
        seen = scripted(predicted, previous)
        return replace(seen, lost=frozenset({1}) if predicted.frame in (2, 3) else frozenset())

    asking = replace(method(), uncertainty=losing, decide=EntropyJump(9, 9))
    found, left = Session(asking, CLIP.video), Session(asking, CLIP.video)
    found.answer(drawing(0, 1))
    found.run(until=2)
    found.answer(drawing(2, 1))
    assert isinstance(found.run(until=3), Request) and found.frame == 3
    left.answer(drawing(0, 1))
    left.run(until=2)
    left.answer(Absent(2, 1))
    left.run(until=3)
    assert left.at(3).requests == ()


def unsure(predicted: Propagation, previous: Uncertainty | None) -> Uncertainty:
    seen = scripted(predicted, previous)
    return replace(seen, score=dict.fromkeys(predicted.masks.objects, 0.95))


@pytest.mark.parametrize("rule", [MemoryRule(), MemoryRule.released()])
def test_the_first_masks_are_stored_however_unsure(rule: MemoryRule):
    run = Session(replace(method(), uncertainty=unsure, update=rule), CLIP.video)
    run.answer(drawing(0, 1), drawing(0, 2))
    run.run(until=0)
    run.answer(drawing(0, 2))
    run.run(until=2)
    assert [(u.tier, u.objects) for u in run.at(0).updates] == [("working", (1, 2))] * 2
    assert run.at(2).masks.objects == (1, 2)


def test_a_run_goes_on_though_nothing_was_found_at_the_first_click():
    run = Session(method(), CLIP.video)
    run.answer(Absent(0, 1))
    run.run(until=1)
    run.answer(drawing(1, 1))
    run.run(until=2)
    assert (run.labels(1) == 1).any() and run.at(2).masks.objects == (1,)


def test_without_idu_an_object_that_is_added_later_is_followed_all_the_same():
    rule = MemoryRule(interaction_driven=False)
    run = Session(replace(method(), update=rule), CLIP.video)
    run.answer(drawing(0, 1), drawing(4, 2), drawing(6, 1))
    run.play(lambda request: (Skip(request.frame, request.object_id or 1),))
    assert [(u.tier, u.objects, u.reason) for u in run.at(4).updates[-2:]] == [
        ("working", (2,), "first mask"),
        (None, (1,), "not due"),
    ]
    assert all(run.at(f).masks.objects == (1, 2) for f in (4, 5, 9))
    assert run.at(6).updates[-1].tier is None
