"""Distances and blends worked by hand; what fusing with a small network always keeps to."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from stages.stm import drawn, make, picture

from vostoolkit.errors import WeightsError
from vostoolkit.masks import Masks
from vostoolkit.networks.fusion import FusionConfig, FusionNetwork
from vostoolkit.protocols import Fuser
from vostoolkit.results import Correction
from vostoolkit.stages.fuse import DifferenceAwareFusion, LinearBlend


def correction(start: int = 2, until: int = 10) -> Correction:
    return Correction(picture(start), drawn(1), drawn(1, shift=10), until)


def pair(p: float, q: float) -> Masks:
    p_, q_ = torch.full((48, 70), p), torch.full((48, 70), q)
    return Masks(torch.stack([1 - p_ - q_, p_, q_]), (1, 2))


def fuser(**changes) -> DifferenceAwareFusion:
    stage = make()
    torch.manual_seed(4)
    return DifferenceAwareFusion(stage, FusionNetwork(FusionConfig(width=4)), **changes)


@pytest.mark.parametrize(
    ("frame", "expected"), [(4, (0.75, 0.25)), (6, (0.5, 0.5)), (9, (1 / 8, 7 / 8))]
)
def test_distances_of_equation_6(frame, expected):
    assert correction().weights(frame) == expected
    assert correction(10, 2).weights(frame) == expected[::-1]


@pytest.mark.parametrize("frame", [2, 10, 11, 0])
def test_a_frame_that_is_not_between_is_refused(frame):
    with pytest.raises(ValueError, match="isn't between the corrected frames 2 and 10"):
        correction().weights(frame)


def test_a_linear_blend_by_hand():
    fused = LinearBlend()(picture(4), pair(0.8, 0.0), pair(0.4, 0.4), correction())
    for object_id, expected in ((1, 0.75 * 0.4 + 0.25 * 0.8), (2, 0.75 * 0.4)):
        torch.testing.assert_close(fused.masks.of(object_id), torch.full((48, 70), expected))
    torch.testing.assert_close(fused.masks.pmf.sum(0), torch.ones(48, 70))
    assert fused.weights == (0.75, 0.25)


def test_an_object_that_was_not_there_before_comes_from_the_new_masks():
    old = Masks(pair(0.8, 0.0).pmf[:2], (1,))
    fused = LinearBlend()(picture(6), old, pair(0.4, 0.4), correction())
    torch.testing.assert_close(fused.masks.of(2), torch.full((48, 70), 0.2))


def test_an_object_that_is_gone_is_refused():
    new = Masks(pair(0.8, 0.0).pmf[:2], (1,))
    with pytest.raises(ValueError, match="all objects in the new"):
        LinearBlend()(picture(6), pair(0.4, 0.4), new, correction())


@pytest.mark.parametrize("fuse", [LinearBlend(), fuser()], ids=["linear", "learned"])
def test_a_frame_of_another_size_is_refused(fuse):
    with pytest.raises(ValueError, match=r"for frame 6 of \(32, 70\): give masks"):
        fuse(picture(6, (32, 70)), pair(0.4, 0.4), pair(0.4, 0.4), correction())


@given(st.integers(3, 9), st.floats(0, 1), st.floats(0, 1))
def test_blends_lie_between_and_sum_to_one(frame, p, q):
    old, new = pair(p / 2, 0.3), pair(q / 2, 0.1)
    fused = LinearBlend()(picture(frame), old, new, correction()).masks
    low, high = torch.minimum(old.pmf, new.pmf), torch.maximum(old.pmf, new.pmf)
    assert ((fused.pmf >= low - 1e-6) & (fused.pmf <= high + 1e-6)).all()
    torch.testing.assert_close(fused.pmf.sum(0), torch.ones(48, 70))


def test_fusing_keeps_what_it_was_given():
    fuse = fuser()
    assert isinstance(fuse, Fuser)
    old, new = drawn(1), drawn(1, shift=5)
    fused = fuse(picture(4), old, new, correction())
    assert (fused.old, fused.new, fused.weights) == (old, new, (0.75, 0.25))
    assert fused.masks.pmf.shape == (2, 48, 70)
    torch.testing.assert_close(fused.masks.pmf.sum(0), torch.ones(48, 70))
    for carried in (fused.added[1], fused.removed[1]):
        assert carried.shape == (48, 70)
        assert carried.min() >= 0 and carried.max() <= 1


def test_no_change_carries_nothing():
    unchanged = Correction(picture(2), drawn(1), drawn(1), until=10)
    fused = fuser()(picture(4), drawn(1), drawn(1), unchanged)
    assert not fused.added[1].any() and not fused.removed[1].any()


def test_a_change_everywhere_is_carried_everywhere():
    """Attention weights sum to 1, so a map of ones stays one (Eq. 5)."""
    nothing = Masks.empty(drawn(1).size, (1,))
    everything = nothing.replaced(1, torch.ones(48, 70))
    for top_k in (50, 3, None):
        change = Correction(picture(2), nothing, everything, until=10)
        fused = fuser(top_k=top_k)(picture(4), drawn(1), drawn(1), change)
        inside = fused.added[1][:, 8:-8]  # the grid's padding left and right changes nothing
        assert inside.min() > 0.5
        assert not fused.removed[1].any()


def test_one_correction_after_another_is_not_mistaken():
    fuse = fuser()
    first, second = correction(), Correction(picture(2), drawn(1, shift=10), drawn(1), until=10)
    forth = fuse(picture(4), drawn(1), drawn(1), first)
    back = fuse(picture(4), drawn(1), drawn(1), second)
    assert not torch.equal(forth.added[1], back.added[1])
    torch.testing.assert_close(fuse(picture(4), drawn(1), drawn(1), first).added[1], forth.added[1])


def test_a_wrong_checkpoint_is_refused_with_its_keys(tmp_path):
    torch.save(FusionNetwork(FusionConfig(width=4)).state_dict(), tmp_path / "small.pth")
    with pytest.raises(WeightsError, match=r"conv1\.0\.weight \(4, 9, 3, 3\) instead of"):
        DifferenceAwareFusion.published(make(), tmp_path / "small.pth")


def test_impossible_settings_are_refused():
    with pytest.raises(ValueError, match="top_k 0"):
        fuser(top_k=0)
    with pytest.raises(ValueError, match="width 0"):
        FusionConfig(width=0)
