"""What a memory holds, what a step did to it, and who reads what."""

import pytest
import torch
from stages.test_propagate_xmem import TINY, begun, drawn, make, picture

from vostoolkit.arrays import Size
from vostoolkit.memory.consolidate import Limits
from vostoolkit.pictures import picture as drawing
from vostoolkit.pictures import words
from vostoolkit.stages import xmem_state
from vostoolkit.stages.memory_view import memory_changes, memory_view

PLACES = 4 * 6


def image_of(frame: int):
    return picture(frame).image


@pytest.fixture(scope="module")
def stage():
    return make()


@pytest.fixture(scope="module")
def states(stage):
    """Before and after the memory update of frames 1 to 4; frame 9 is permanent."""
    state, pairs = begun(stage, 1), []
    _, state = stage.memorise(picture(9), drawn(1), state, tier="permanent")
    for index in range(1, 5):
        result, before = stage.propagate(picture(index), state)
        _, state = stage.memorise(picture(index), result.masks, before, tier="working")
        pairs.append((before, state))
    return pairs


def test_tiers_frames_and_sizes(stage, states):
    state = states[-1][1]
    view = memory_view(state, stage.grid(state))
    tiers = {tier.name: tier for tier in view.tiers}
    sizes = state.memory.sizes()
    assert {name: tier.elements for name, tier in tiers.items()} == sizes
    assert [held.frame for held in tiers["permanent"].frames] == [9]
    assert [held.frame for held in tiers["working"].frames] == [3, 4]
    assert sum(int(held.held.sum()) for held in tiers["long-term"].frames) == sizes["long-term"]
    # per element: key, selection and value of one object, shrinkage, frame and place, 4 bytes each
    width = 2 * 32 + 48 + 3
    assert tiers["permanent"].megabytes == pytest.approx(PLACES * width * 4 / 1e6)
    assert view.megabytes == pytest.approx(sum(tier.megabytes for tier in view.tiers))


def test_usage_is_where_the_elements_are(stage, states):
    state = states[-1][1]
    group = state.memory.groups[0]
    view = memory_view(state, stage.grid(state))
    working = next(tier for tier in view.tiers if tier.name == "working")
    usage = torch.cat([held.usage.flatten() for held in working.frames])
    torch.testing.assert_close(usage, group.working.usage())


def test_what_a_consolidation_kept_and_evicted(stage, states):
    grid = stage.grid(states[0][0])
    found = [memory_changes(*pair, grid) for pair in states]
    assert [len(changes) for changes in found] == [0, 1, 1, 1]
    change = found[1][0]
    assert change.compressed == (0,)  # a permanent frame is there: the first isn't pinned
    assert [held.frame for held in change.kept] == [0]
    assert int(change.kept[0].held.sum()) == 8
    before = states[1][0].memory.groups[0].working
    chosen = change.kept[0].usage[change.kept[0].held].sort()[0]
    torch.testing.assert_close(chosen, before.usage()[:PLACES].sort()[0][-8:])


def test_evicted_places_are_named():
    tight = make(limits=Limits(2, 3, 8, 12))
    state, changes = begun(tight, 1), []
    for index in range(1, 5):
        result, before = tight.propagate(picture(index), state)
        _, state = tight.memorise(picture(index), result.masks, before, tier="working")
        changes += memory_changes(before, state, tight.grid(state))
    counts = [sum(int(held.held.sum()) for held in change.evicted) for change in changes]
    assert counts == [0, 4, 8]  # to make room for 8 in 12
    assert {held.frame for held in changes[-1].evicted} <= {1, 2}


def test_shares_and_affinity_agree_with_origins(stage, states):
    state = states[-1][1]
    reading = stage.reading(picture(5), state, object_id=1)
    assert sum(reading.shares().values()) == pytest.approx(1, abs=1e-5)
    origin = reading.origins(35.0, 20.0)[0]
    affinity = reading.affinity(origin.tier, origin.frame, origin.x, origin.y)
    assert affinity.found
    assert (affinity.x, affinity.y) == (origin.x, origin.y)
    assert float(affinity.weight[20, 35]) == pytest.approx(origin.weight, abs=1e-5)
    assert not reading.affinity("permanent", 2, 35.0, 20.0).found


def test_a_group_with_other_objects_reads_its_own_memory():
    stage = make(TINY)
    _, state = stage.propagate(picture(1), begun(stage, 1))
    _, state = stage.memorise(picture(1), drawn(1, 2), state, tier="working", objects=(2,))
    shares = stage.reading(picture(2), state, object_id=2).shares()
    assert set(shares) == {("working", 1)}
    with pytest.raises(ValueError, match="object 3 isn't in memory"):
        stage.reading(picture(2), state, object_id=3)


def test_every_place_lies_where_it_says(stage, states):
    grid = stage.grid(states[0][0])
    assert grid.size == Size(4, 6)
    for place in range(PLACES):
        x, y = grid.centre(place)
        if -0.5 <= x < 69.5 and -0.5 <= y < 47.5:
            assert grid.place(x, y) == place
            values = torch.zeros(PLACES)
            values[place] = 1
            assert float(grid.on_frame(values)[round(y), round(x)]) > 0.5


@pytest.mark.parametrize("left_out", ["long-term", "working", "permanent", "sensory"])
def test_reading_without_one_memory(stage, states, left_out):
    state = states[-1][1]
    less = xmem_state.without(state, left_out)
    whole, part = (stage.propagate(picture(5), s)[0].masks.pmf for s in (state, less))
    assert not torch.equal(whole, part)
    assert state.memory.sizes()["working"] == 2 * PLACES


def test_reading_without_all_memory_is_refused(states):
    state = states[-1][1]
    with pytest.raises(ValueError, match=r"nothing is left of objects \[1\]"):
        xmem_state.without(state, "working", "long-term", "permanent")
    with pytest.raises(ValueError, match="no memory 'short': there are long-term"):
        xmem_state.without(state, "short")


def test_each_draws_itself(stage, states):
    before, after = states[-1]
    grid = stage.grid(after)
    affinity = stage.reading(picture(5), after, object_id=1).affinity("working", 3, 35.0, 20.0)
    results = [memory_view(after, grid, image_of), memory_changes(before, after, grid, image_of)[0]]
    for result in (*results, affinity, memory_view(after, grid)):
        assert drawing(result).std() > 10
        assert len(words(result)) >= 1
        assert "<img" in result._repr_html_()
