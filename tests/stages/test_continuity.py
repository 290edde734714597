import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.stages.continuity import continued


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
