"""What the releases do to a memory, by hand."""

import pytest
import torch
from memory.test_memory import GRID, chunk

from vostoolkit.memory.bank import Group, Memory
from vostoolkit.memory.changes import forgotten, remembered
from vostoolkit.memory.consolidate import Limits

SLOTS = Limits(permanent="slot")
TOGETHER = Limits(2, 4, 5, 40, groups="together")


def stored(memory: Memory, frame: int, objects=(1, 2), tier="permanent", limits=SLOTS) -> Memory:
    made = chunk(frame, len(objects))
    return remembered(memory, made, objects, tier=tier, limits=limits).memory


def three() -> Memory:
    return stored(stored(stored(Memory(), 0), 5), 9)


def test_slots_of_all_but_the_first_are_one_too_low():
    assert three().groups[0].slots == ((0, 0), (5, 0), (9, 1))


def test_replacing_overwrites_the_slot_with_the_first_objects_values():
    permanent = stored(three(), 9).groups[0].permanent
    assert permanent.frames() == [0, 9]
    assert len(permanent) == 3 * GRID
    values = permanent.chunks[0].value[GRID : 2 * GRID]
    assert torch.equal(values[:, 1], chunk(9, 2).value[:, 0])


def test_removing_starts_at_the_element_of_the_slots_number():
    left = forgotten(three(), 9, (1, 2), tier="permanent", limits=SLOTS).memory
    permanent = left.groups[0].permanent.chunks[0]
    assert permanent.frame.tolist() == [0] + [5] * (GRID - 1) + [9] * GRID
    assert left.groups[0].slots == ((0, 0), (5, 0))


def grown_together(first: int, last: int) -> Memory:
    """Object 1 from frame 0 on, object 2 from another; every frame is stored and read."""
    memory = Memory()
    for frame in range(last + 1):
        objects = (1, 2) if frame >= first else (1,)
        memory = stored(memory, frame, objects, "working", TOGETHER)
        query = chunk(frame + 100)
        memory = memory.read(query.key, query.selection, 4)[1]
    return memory


@pytest.mark.parametrize(("first", "values"), [(3, [3]), (2, [2, 3]), (1, [1, 3])])
def test_a_younger_object_is_cut_where_the_oldest_is(first, values):
    oldest, younger = grown_together(first, 3).groups
    assert oldest.frames("working") == [0, 3]
    assert younger.frames("working") == values
    keys = torch.cat([held.key for held in oldest.working.chunks[2 - len(values) :]])
    assert torch.equal(torch.cat([held.key for held in younger.working.chunks]), keys)
    assert not younger.long_term.chunks  # one frame or none to compress is lost


def test_with_two_frames_it_gets_the_prototypes_it_knows():
    limits = Limits(2, 5, 8, 40, groups="together")
    memory = Memory()
    for frame in range(5):
        objects = (1, 2) if frame >= 1 else (1,)
        memory = stored(memory, frame, objects, "working", limits)
        query = chunk(frame + 100)
        memory = memory.read(query.key, query.selection, 4)[1]
    oldest, younger = memory.groups
    assert oldest.frames("working") == [0, 4]
    chosen, held = oldest.long_term.chunks[0], younger.long_term.chunks[0]
    known = chosen.frame >= 2  # of its frames 1 to 4 it keeps 1 and 4, and 2 and 3 are compressed
    assert held.frame.tolist() == chosen.frame[known].tolist()
    assert torch.equal(held.key, chosen.key[len(chosen) - len(held) :])


def test_one_group_alone_is_the_same_either_way():
    ends = []
    for limits in (TOGETHER, Limits(2, 4, 5, 40)):
        memory = Memory((Group((1,)),))
        for frame in range(9):
            memory = stored(memory, frame, (1,), "working", limits)
        ends.append(torch.cat([held.value for held in memory.groups[0].long_term.chunks]))
    assert torch.equal(*ends)


@pytest.mark.parametrize(
    "wrong", [{"background_every": 0}, {"background_every": 2, "groups": "together"}]
)
def test_only_ours_leaves_out_some_of_the_background(wrong):
    assert Limits(background_every=2).background_every == 2
    with pytest.raises(ValueError, match="whole frames"):
        Limits(**wrong)


@pytest.mark.parametrize("wrong", [{"groups": "alone"}, {"permanent": "place"}])
def test_other_names_are_refused(wrong):
    with pytest.raises((ValueError, TypeError), match=r"give|groups|permanent"):
        Limits(**wrong)
