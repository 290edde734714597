from dataclasses import replace

import torch

from vostoolkit.arrays import Size
from vostoolkit.geometry import Window
from vostoolkit.memory.bank import Group, Memory
from vostoolkit.memory.elements import Elements
from vostoolkit.networks.xmem import KeyFeatures
from vostoolkit.stages.xmem_reading import read_at, readout, worthwhile
from vostoolkit.stages.xmem_state import XMemState

KEY = torch.zeros(1, 4, 8, 12)


def last_masks(*corners: tuple[int, int]) -> torch.Tensor:
    """Each object fills one of 8 x 12 places of 8 pixels; without a corner it's out of sight."""
    masks = torch.zeros(2, 64, 96)
    for mask, (row, column) in zip(masks, corners, strict=False):
        mask[8 * row : 8 * row + 8, 8 * column : 8 * column + 8] = 0.9
    return masks


def begun(previous: torch.Tensor) -> XMemState:
    return XMemState(Size(64, 96), objects=(1, 2), previous=previous)


def test_near_objects_all_places_are_worthwhile_and_elsewhere_one_of_four():
    found = worthwhile(last_masks((0, 0), (0, 1)), KEY, 2)
    expected = torch.zeros(8, 12, dtype=torch.bool)
    expected[:7, :8] = True  # six places around columns 0 and 1
    expected[::2, ::2] = True
    assert torch.equal(found, expected)


def test_a_place_is_read_at_itself_or_where_its_row_and_column_are_even():
    at = read_at(begun(last_masks((0, 0), (0, 1))), KEY, 2).view(8, 12)
    assert at[3, 5] == 3 * 12 + 5
    assert at[3, 9] == 2 * 12 + 8
    assert at[7, 0] == 6 * 12
    assert at[6, 10] == 6 * 12 + 10


def test_everything_is_read_while_an_object_is_out_of_sight_or_nothing_is_spared():
    everywhere = torch.arange(96)
    assert torch.equal(read_at(begun(last_masks((0, 0))), KEY, 2), everywhere)
    assert torch.equal(read_at(begun(last_masks((0, 0), (0, 1))), KEY, 1), everywhere)


def remembered() -> tuple[XMemState, KeyFeatures]:
    """Two objects in memory in another order than the state's, and a frame to read at."""
    torch.manual_seed(2)
    count = 50
    elements = Elements(
        key=torch.randn(count, 4),
        shrinkage=torch.ones(count),
        selection=torch.rand(count, 4),
        value=torch.randn(count, 2, 3),
        frame=torch.zeros(count, dtype=torch.int32),
        place=torch.arange(count, dtype=torch.int32),
    )
    memory = Memory((Group((2, 1)).with_chunk(elements, "working"),))
    state = replace(begun(last_masks((0, 0), (0, 1))), memory=memory)
    maps = torch.randn(1, 4, 8, 12), torch.ones(1, 1, 8, 12), torch.rand(1, 4, 8, 12)
    return state, KeyFeatures(*maps, *(torch.zeros(1, 1, 8, 12) for _ in range(3)))


def test_what_is_read_goes_to_the_places_it_stands_for_in_the_order_of_the_objects():
    state, features = remembered()
    read, after = readout(features, state, top_k=5, every=2)
    query, selection = (x[0].flatten(1).T for x in (features.key, features.selection))
    whole, _ = state.memory.read(query, selection, 5)
    at = read_at(state, KEY, 2)
    expected = whole[at][:, [1, 0]].permute(1, 2, 0).unflatten(-1, (8, 12))
    torch.testing.assert_close(read, expected)
    assert float(after.groups[0].working.used.sum()) == len(at.unique())


def test_each_window_is_read_for_its_own_object_as_the_whole_would_be():
    state, features = remembered()
    whole, _ = readout(features, state, top_k=5, every=2)
    windows = Window(slice(0, 3), slice(2, 6)), Window(slice(5, 8), slice(7, 11))
    read, after = readout(features, state, windows=windows, top_k=5, every=2)
    for own, all_places, window in zip(read, whole, windows, strict=True):
        torch.testing.assert_close(own, all_places[:, *window])
    assert float(after.groups[0].working.used.sum()) < 2 * 3 * 4 + 1
