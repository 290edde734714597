"""Permanent memory (XMem++ 3.2): add, replace and remove by frame; passes in both directions."""

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from stages.test_propagate_xmem import TINY, drawn, make, picture

from vostoolkit.frames import Frame
from vostoolkit.masks import Masks
from vostoolkit.memory.consolidate import Limits
from vostoolkit.stages.propagate_xmem import XMemPropagator
from vostoolkit.stages.xmem_state import XMemState

STAGE = make(TINY)


def turned(index: int) -> Frame:
    """A frame that looks like none of the others."""
    frame = picture(index)
    return dataclasses.replace(frame, image=255 - frame.image[::-1])


def annotated(*frames: int, objects: tuple[int, ...] = (1, 2), stage=STAGE) -> XMemState:
    state = stage.start(picture(0), ())
    for index in frames:
        state = added(state, index, drawn(*objects), stage)
    return stage.restart(state)


def added(state: XMemState, index: int, masks: Masks, stage: XMemPropagator = STAGE) -> XMemState:
    return stage.memorise(picture(index), masks, state, tier="permanent")[1]


def pmf(state: XMemState, index: int = 3, stage: XMemPropagator = STAGE) -> torch.Tensor:
    return stage.propagate(picture(index), state)[0].masks.pmf


@settings(max_examples=8, deadline=None)
@given(st.permutations([0, 4, 9]))
def test_the_order_of_adding_does_not_matter(order):
    torch.testing.assert_close(pmf(annotated(*order)), pmf(annotated(0, 4, 9)), atol=1e-4, rtol=0)


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 12))
def test_added_and_removed_is_never_added(index):
    before = annotated(0)
    update, after = STAGE.forget(index, added(before, index, drawn(2, 1)))
    places = 2 * 3  # 32 x 46 pixels at stride 16
    assert (update.tier, update.added, update.removed) == ("permanent", 0, places)
    assert len(after.memory) == len(before.memory)
    torch.testing.assert_close(pmf(after), pmf(STAGE.restart(before)), atol=1e-6, rtol=0)


def test_replacing_is_removing_and_adding():
    other = drawn(2, 1)
    replaced = added(annotated(0, 4), 4, other)
    _, removed = STAGE.forget(4, annotated(0, 4))
    again = added(removed, 4, other)
    assert replaced.memory.groups[0].frames("permanent") == [0, 4]
    torch.testing.assert_close(pmf(replaced), pmf(again))
    assert not torch.allclose(pmf(replaced), pmf(annotated(0, 4)))


def test_older_states_are_untouched():
    state = annotated(0, 4)
    before = pmf(state)
    added(state, 4, drawn(2, 1))
    STAGE.forget(4, state)
    STAGE.restart(state)
    assert torch.equal(pmf(state), before)


def test_an_annotated_frame_is_reproduced_better_than_without():
    """The embedded network; the second frame looks like nothing in the first."""
    stage = XMemPropagator.nano(device="cpu")
    frame, masks = turned(9), drawn(1)
    shifted = Masks(torch.roll(masks.pmf, (20, 15), (1, 2)), (1,))
    state = stage.memorise(picture(0), masks, stage.start(frame, ()), tier="permanent")[1]
    _, both = stage.memorise(frame, shifted, state, tier="permanent")
    errors = [
        float(
            (stage.propagate(frame, stage.restart(s))[0].masks.of(1) - shifted.of(1)).abs().mean()
        )
        for s in (state, both)
    ]
    assert errors[1] < 0.5 * errors[0]


def test_it_is_never_compressed_and_counts_no_use():
    state, stage = annotated(0, 30), STAGE
    for index in range(1, 12):
        result, state = stage.propagate(picture(index), state)
        _, state = stage.memorise(picture(index), result.masks, state, tier="working")
    group = state.memory.groups[0]
    assert group.frames("permanent") == [0, 30]
    assert not group.permanent.used.any()
    assert group.long_term.chunks
    assert group.frames("working") == [10, 11]  # the first isn't kept: it was predicted


def test_without_long_term_memory_it_works_too():
    stage = make(TINY, limits=Limits(2, 3, 8, 32, is_consolidating=False))
    state = annotated(0, 30, stage=stage)
    for index in range(1, 8):
        result, state = stage.propagate(picture(index), state)
        _, state = stage.memorise(picture(index), result.masks, state, tier="working")
    sizes = state.memory.sizes()
    assert (sizes["working"], sizes["permanent"], sizes["long-term"]) == (42, 12, 0)


@pytest.mark.parametrize("every", [-1, 2])
def test_a_pass_backwards_is_a_pass_of_the_turned_video(every):
    stage = make(TINY, deep_update_every=every)
    ends = []
    for names in (range(5), range(10, 5, -1)):
        frames = [dataclasses.replace(picture(i), index=name) for i, name in enumerate(names)]
        _, state = stage.memorise(frames[0], drawn(1), stage.start(frames[0], ()), tier="permanent")
        for frame in frames[1:]:
            result, state = stage.propagate(frame, state)
            _, state = stage.memorise(frame, result.masks, state, tier="working")
        ends.append(result.masks.pmf)
    assert torch.equal(*ends)


def test_a_frame_of_some_objects_says_nothing_of_the_others():
    state = added(annotated(0), 4, drawn(1))
    held = {group.objects: group.frames("permanent") for group in state.memory.groups}
    assert held == {(1,): [0, 4], (2,): [0]}
    _, left = STAGE.forget(4, state)
    assert {tuple(g.frames("permanent")) for g in left.memory.groups} == {(0,)}


def test_a_frame_without_any_object_is_a_reference_too():
    nothing = Masks.empty(picture(0).size, (1, 2))
    state = added(annotated(0), 4, nothing)
    assert state.memory.groups[0].frames("permanent") == [0, 4]
    assert not torch.allclose(pmf(state, 4), pmf(annotated(0), 4))
    with pytest.raises(ValueError, match=r"say of which: Masks.empty\(frame.size, objects\)"):
        added(annotated(0), 4, Masks.empty(picture(0).size))


def test_met_in_a_pass_it_updates_the_sensory_memory_only():
    state = STAGE.propagate(picture(1), annotated(0, 2))[1]
    update, after = STAGE.memorise(picture(2), drawn(1, 2), state, tier=None)
    assert (update.added, after.frame) == (0, 2)
    assert after.memory is state.memory
    assert not torch.equal(after.hidden, state.hidden)
    elsewhere = STAGE.memorise(picture(3), drawn(1, 2), state, tier=None)[1]
    assert torch.equal(elsewhere.hidden, state.hidden)


def test_an_object_of_which_nothing_is_left_leaves():
    state = added(annotated(0, objects=(1,)), 4, drawn(2))
    _, left = STAGE.forget(4, state)
    assert left.objects == (1,)
    assert left.hidden.shape[0] == left.previous.shape[0] == 1
    torch.testing.assert_close(pmf(left), pmf(annotated(0, objects=(1,))))


def test_a_frame_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"frame 3 isn't in permanent memory, .* frames: 0, 4"):
        STAGE.forget(3, annotated(0, 4))


def test_a_tier_that_there_is_not_is_refused():
    state = annotated(0)
    with pytest.raises(ValueError, match="no memory tier 'permanet': there are long-term, "):
        STAGE.reading(picture(1), state, object_id=1).affinity("permanet", 0, 3, 3)
    with pytest.raises((ValueError, TypeError)):  # under test, types catch it first
        STAGE.forget(0, state, tier="permanet")
    with pytest.raises((ValueError, TypeError)):
        STAGE.memorise(picture(1), drawn(1), state, tier="permanet")
