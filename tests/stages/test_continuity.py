import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.arrays import Size
from vostoolkit.geometry import Window
from vostoolkit.stages.continuity import continued, windows


def probabilities(*rectangles: tuple[int, int, int, int]) -> torch.Tensor:
    """.9 in rectangles (left, top, right, bottom) of a picture of 20 x 40 pixels, else .1."""
    found = torch.full((1, 20, 40), 0.1)
    for left, top, right, bottom in rectangles:
        found[0, top:bottom, left:right] = 0.9
    return found


def test_a_part_far_from_the_last_mask_is_dropped_and_a_near_one_stays():
    before = probabilities((2, 5, 8, 12))
    now = probabilities((3, 5, 9, 12), (11, 6, 13, 8), (30, 5, 36, 12))
    after = continued(now, before, 0.2)  # 4 of 20 pixels, one cell: up to column 11
    assert torch.equal(after[0, :, :16] > 0.5, now[0, :, :16] > 0.5)
    assert not after[0, :, 16:].any()


def test_a_part_that_reaches_near_goes_on_to_its_far_end():
    before, now = probabilities((0, 5, 4, 12)), probabilities((2, 8, 40, 9))
    assert torch.equal(continued(now, before, 0.1) > 0.5, now > 0.5)


def test_who_was_gone_or_is_elsewhere_as_a_whole_came_back():
    elsewhere = probabilities((30, 5, 36, 12))
    assert torch.equal(continued(elsewhere, probabilities((2, 5, 8, 12)), 0.1), elsewhere)
    assert torch.equal(continued(elsewhere, probabilities(), 0.1), elsewhere)
    assert torch.equal(continued(elsewhere, None, 0.1), elsewhere)


def test_objects_that_are_new_stay_as_they_are():
    now = torch.cat([probabilities((3, 5, 9, 12)), probabilities((30, 5, 36, 12))])
    after = continued(now, probabilities((2, 5, 8, 12)), 0.1)
    assert torch.equal(after[1], now[1])


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_nothing_is_added_and_what_overlaps_the_last_mask_stays(seed, reach):
    rng = np.random.default_rng(seed)
    now, before = torch.as_tensor(rng.random((2, 2, 9, 12)), dtype=torch.float32)
    given_ = now.clone()
    after = continued(now, before, reach)
    assert torch.equal(now, given_)
    assert (after <= now).all()
    overlap = (now > 0.5) & (before > 0.5)
    assert torch.equal(after[overlap], now[overlap])


GRID = Size(20, 40)


def window(top: int, bottom: int, left: int, right: int) -> Window:
    return Window(slice(top, bottom), slice(left, right))


def test_each_object_is_sought_within_reach_in_windows_of_one_size():
    """A reach of 2 places and two more; the larger object says how large the windows are."""
    before = torch.cat([probabilities((2, 5, 8, 12)), probabilities((36, 16, 38, 17))])
    found = windows(before, 0.1, GRID)
    assert found == (window(1, 16, 0, 12), window(5, 20, 28, 40))


def test_who_may_be_anywhere_has_no_window():
    before = probabilities((2, 5, 8, 12))
    gone = torch.cat([before, probabilities()])
    assert windows(None, 0.1, GRID) is None
    assert windows(before, None, GRID) is None
    assert windows(gone, 0.1, GRID) is None
    assert windows(probabilities((2, 2, 38, 18)), 0.1, GRID) is None


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.4))
def test_windows_lie_in_the_grid_and_hold_all_within_reach(seed, reach):
    rng = np.random.default_rng(seed)
    before = torch.zeros(2, 20, 40)
    for mask in before:
        top, left = rng.integers(0, 20), rng.integers(0, 40)
        mask[top : top + 5, left : left + 5] = 1
    found = windows(before, reach, GRID)
    for own, mask in zip(found or (), before, strict=bool(found)):
        rows, columns = (torch.arange(n) for n in GRID)
        inside = torch.zeros(tuple(GRID), dtype=torch.bool)
        inside[own] = True
        assert inside.sum() == np.prod([s.stop - s.start for s in own])
        for y, x in mask.nonzero():
            near = torch.maximum((rows - y).abs()[:, None], (columns - x).abs()) <= reach * 20
            assert inside[near].all()
