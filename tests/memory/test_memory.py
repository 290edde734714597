"""Memory states are values: adding, reading and splitting never change older ones."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vostoolkit.memory.bank import Elements, Group, Memory, Tier
from vostoolkit.memory.changes import remembered
from vostoolkit.memory.consolidate import Limits, consolidated, evicted, prototypes
from vostoolkit.memory.shelves import shelved

GRID = 6
LIMITS = Limits(working_min=2, working_max=4, prototypes=5, long_term_max=12)


def chunk(frame: int, objects: int = 1) -> Elements:
    made = torch.Generator().manual_seed(frame)
    return Elements(
        key=torch.randn(GRID, 4, generator=made),
        shrinkage=1 + torch.rand(GRID, generator=made),
        selection=torch.rand(GRID, 4, generator=made),
        value=torch.randn(GRID, objects, 3, generator=made),
        frame=torch.full((GRID,), frame, dtype=torch.int32),
        place=torch.arange(GRID, dtype=torch.int32),
    )


def frames(tier: Tier) -> list[int]:
    return [int(held.frame[0]) for held in tier.chunks]


def tensors(memory: Memory) -> list[torch.Tensor]:
    found = []
    for group in memory.groups:
        for tier in group.tiers:
            found += [tier.used, tier.lived]
            for held in tier.chunks:
                found += [held.key, held.shrinkage, held.value, held.frame]
    return found


def add(memory: Memory, frame: int, objects: tuple[int, ...] = (1,), tier="working") -> Memory:
    made = chunk(frame, len(objects))
    return remembered(memory, made, objects, tier=tier, limits=LIMITS).memory


def read(memory: Memory, frame: int) -> Memory:
    query = chunk(frame + 1000)
    groups = [group.read(query.key, query.selection, 4)[1] for group in memory.groups]
    return Memory(tuple(groups))


class TestValues:
    def test_later_writes_never_disturb_earlier_states(self):
        memory, states, copies = Memory(), [], []
        for frame in range(30):
            memory = read(add(memory, frame, (1, 2) if frame % 3 else (1,)), frame)
            states.append(memory)
            copies.append(copy.deepcopy(tensors(memory)))
        for state, kept in zip(states, copies, strict=True):
            assert all(torch.equal(a, b) for a, b in zip(tensors(state), kept, strict=True))

    def test_going_on_from_an_old_state_gives_the_same_again(self):
        start = read(add(Memory(), 0), 0)
        runs = []
        for _ in range(2):
            memory = start
            for frame in range(1, 15):
                memory = read(add(memory, frame), frame)
            runs.append(tensors(memory))
        assert all(torch.equal(a, b) for a, b in zip(*runs, strict=True))

    def test_saves_as_plain_tensors(self, tmp_path):
        memory = read(add(add(Memory(), 0), 1), 1)
        torch.save(memory, tmp_path / "memory.pt")
        with torch.serialization.safe_globals([Memory, Group, Tier, Elements]):
            loaded = torch.load(tmp_path / "memory.pt", weights_only=True)
        pairs = zip(tensors(memory), tensors(loaded), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)


class TestLimits:
    @settings(max_examples=20)
    @given(st.integers(1, 60))
    def test_memory_stays_within_its_limits(self, count):
        memory = Memory()
        for frame in range(count):
            memory = read(add(memory, frame), frame)
        group = memory.groups[0]
        assert len(group.working.chunks) < LIMITS.working_max
        assert len(group.long_term) <= LIMITS.long_term_max
        assert len(group.long_term.chunks) <= 2 * LIMITS.long_term_max // LIMITS.prototypes + 1

    def test_the_first_frame_and_the_newest_stay(self):
        memory = Memory()
        for frame in range(9):
            memory = read(add(memory, frame), frame)
        assert frames(memory.groups[0].working)[0] == 0
        assert frames(memory.groups[0].working)[-1] == 8

    def test_without_consolidation_every_frame_stays(self):
        limits = Limits(working_min=2, working_max=4, is_consolidating=False)
        memory = Memory()
        for frame in range(9):
            memory = remembered(memory, chunk(frame), (1,), tier="working", limits=limits).memory
        assert frames(memory.groups[0].working) == list(range(9))

    def test_prototypes_are_the_most_used_elements_and_keep_their_origin(self):
        tier = Tier().with_chunk(chunk(3)).with_chunk(chunk(4))
        usage = torch.zeros(2 * GRID)
        usage[[2, GRID + 5]] = torch.tensor([0.5, 0.9])
        made = prototypes(tier.read(usage), 2)
        assert made.frame.tolist() == [4, 3]
        assert made.place.tolist() == [5, 2]
        assert torch.equal(made.key, torch.stack([chunk(4).key[5], chunk(3).key[2]]))

    def test_prototypes_of_equal_elements_are_that_element(self):
        held = chunk(0)
        same = held.at(torch.zeros(GRID, dtype=torch.int64))
        made = prototypes(Tier().with_chunk(same).read(torch.ones(GRID)), 3)
        torch.testing.assert_close(made.value, same.value[:3])
        torch.testing.assert_close(made.shrinkage, same.shrinkage[:3])

    def test_the_least_used_are_evicted(self):
        tier = Tier().with_chunk(chunk(0)).read(torch.tensor([0.1, 0.6, 0.2, 0.5, 0.3, 0.4]))
        assert evicted(tier, 3).chunks[0].place.tolist() == [1, 3, 5]
        assert evicted(tier, GRID) is tier

    def test_of_equally_used_elements_the_newest_stay(self):
        tier = Tier().with_chunk(chunk(0)).with_chunk(chunk(1))
        kept = evicted(tier, GRID)
        assert frames(kept) == [1]
        assert len(kept) == GRID

    def test_a_group_with_room_is_left_as_it_is(self):
        group = Group((1,)).with_chunk(chunk(0), "working")
        assert consolidated(group, LIMITS) is group

    @pytest.mark.parametrize("wrong", [{"working_min": 10}, {"working_min": 0}, {"prototypes": 0}])
    def test_impossible_limits_are_refused(self, wrong):
        with pytest.raises(ValueError, match="give 1 <="):
            Limits(**wrong)


class TestTiers:
    def test_a_frame_is_stored_once(self):
        memory = add(add(add(Memory(), 0), 5), 5)
        assert frames(memory.groups[0].working) == [0, 5]

    def test_permanent_replaces_working(self):
        memory = add(add(add(Memory(), 0), 5), 5, tier="permanent")
        assert frames(memory.groups[0].working) == [0]
        assert frames(memory.groups[0].permanent) == [5]

    def test_permanent_memory_is_never_consolidated(self):
        memory = Memory()
        for frame in range(12):
            memory = add(memory, frame, tier="permanent")
        assert frames(memory.groups[0].permanent) == list(range(12))

    def test_usage_counts_what_was_read_since_it_came(self):
        tier = Tier().with_chunk(chunk(0)).read(torch.full((GRID,), 2.0))
        assert tier.usage().tolist() == [2.0] * GRID
        tier = tier.with_chunk(chunk(1)).read(torch.full((2 * GRID,), 1.0))
        assert tier.usage().tolist() == [1.5] * GRID + [1.0] * GRID

    def test_counts_of_what_came_and_went(self):
        memory = Memory()
        for frame in range(3):
            memory = add(memory, frame)
        result = remembered(memory, chunk(3), (1,), tier="working", limits=LIMITS)
        assert result.added == GRID
        assert result.removed == 2 * GRID - LIMITS.prototypes
        assert len(result.memory) == len(memory) + result.added - result.removed


class TestGroups:
    def test_a_new_object_opens_a_group(self):
        memory = add(add(Memory(), 0, (1,)), 4, (1, 2))
        assert [group.objects for group in memory.groups] == [(1,), (2,)]
        assert [frames(group.working) for group in memory.groups] == [[0, 4], [4]]
        assert torch.equal(memory.groups[1].working.chunks[0].value, chunk(4, 2).value[:, 1:])

    def test_memorising_some_objects_splits_their_group(self):
        memory = add(add(Memory(), 0, (1, 2, 3)), 4, (3, 1))
        assert [group.objects for group in memory.groups] == [(1, 3), (2,)]
        first, second = memory.groups
        assert torch.equal(first.working.chunks[0].value, chunk(0, 3).value[:, [0, 2]])
        assert torch.equal(first.working.chunks[1].value, chunk(4, 2).value[:, [1, 0]])
        assert frames(second.working) == [0]

    @pytest.mark.parametrize("top_k", [None, 4])
    def test_groups_that_share_frames_read_as_each_alone(self, top_k):
        memory = add(add(add(Memory(), 0, (1, 2, 3)), 4, (3, 1)), 7, (1, 2, 3))
        memory = add(memory, 9, (5,))
        query = chunk(99)
        together, counted = memory.read(query.key, query.selection, top_k)
        alone = [group.read(query.key, query.selection, top_k) for group in memory.groups]
        torch.testing.assert_close(together, torch.cat([value for value, _ in alone], 1))
        for group, (_, own) in zip(counted.groups, alone, strict=True):
            torch.testing.assert_close(group.working.used, own.working.used)

    def test_similarities_to_shared_frames_are_computed_once(self):
        memory = add(add(add(Memory(), 0, (1, 2)), 4, (2,)), 7, (1, 2))
        rows, shelves = shelved([group.chunks for group in memory.groups])
        assert len(rows) == 3 * GRID
        assert sorted(len(shelf.value) for shelf in shelves) == [2 * GRID, 3 * GRID]

    def test_a_split_changes_no_reading(self):
        memory = add(Memory(), 0, (1, 2))
        query = chunk(99)
        whole, _ = memory.groups[0].read(query.key, query.selection, 4)
        parts = [g.read(query.key, query.selection, 4)[0] for g in memory.split((2,)).groups]
        torch.testing.assert_close(torch.cat(parts, 1)[:, [1, 0]], whole)
