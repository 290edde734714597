"""Disagreement of members: numbers worked by hand, and properties that hold for any members."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.arrays import Size
from vostoolkit.masks import Masks
from vostoolkit.results import EnsemblePropagation, Propagation
from vostoolkit.stages.masked_average import MaskedAverage
from vostoolkit.stages.propagate_ensemble import combined
from vostoolkit.stages.uncertainty import MaskedEntropy, normalised_entropy
from vostoolkit.stages.uncertainty_ensemble import (
    EpistemicVariance,
    MutualInformation,
    epistemic_variance,
    mutual_information,
)

MEASURES = (EpistemicVariance(), MutualInformation())
LN2 = math.log(2)


def pmfs(*object_probability: list[float]) -> torch.Tensor:
    """Members of one row each: the object's probability at each pixel."""
    p = torch.tensor(object_probability)[:, None, None]
    return torch.cat([1 - p, p], 1)


def predicted(members: torch.Tensor, frame: int = 1) -> EnsemblePropagation:
    objects = tuple(range(1, members.shape[1]))
    return combined([Masks(pmf, objects) for pmf in members], frame)


def drawn(count: int, classes: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.softmax(3 * torch.randn(count, classes, 6, 7, generator=generator), 1)


def test_entropy_of_the_mean_by_hand() -> None:
    # Means 1/2, 1/2 and 3/4; the entropy of a quarter is 2 - 3/4 log2 3 bits.
    result = MaskedEntropy()(predicted(pmfs([1.0, 0.5, 1.0], [0.0, 0.5, 0.5])), None)
    expected = [1, 1, 2 - 0.75 * math.log2(3)]
    assert result.entropy[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_mutual_information_by_hand() -> None:
    # Sure and opposite: all entropy is disagreement. Both unsure alike: none is. Sure, and even:
    # 2 - 3/4 log2 3 bits less the mean of 0 and 1 bit.
    information = mutual_information(pmfs([1.0, 0.5, 1.0], [0.0, 0.5, 0.5]))
    expected = [1, 0, 1.5 - 0.75 * math.log2(3)]
    assert information[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_variance_by_hand() -> None:
    # 1/4 for each of two classes; none; (1/4)² for each of two classes.
    variance = epistemic_variance(pmfs([1.0, 0.5, 1.0], [0.0, 0.5, 0.5]))
    assert variance[0].tolist() == pytest.approx([0.5, 0, 0.125], abs=1e-6)


def test_three_sure_members_of_three_classes() -> None:
    members = torch.eye(3)[:, :, None, None]
    assert mutual_information(members)[0, 0] == pytest.approx(1)
    assert epistemic_variance(members)[0, 0] == pytest.approx(1 - 1 / 3)
    two = torch.eye(3)[:2, :, None, None]
    assert mutual_information(two)[0, 0] == pytest.approx(LN2 / math.log(3))
    assert epistemic_variance(two)[0, 0] == pytest.approx(1 - 1 / 2)


@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 999))
def test_disagreement_is_in_range_and_below_the_entropy_of_the_mean(
    count: int, classes: int, seed: int
) -> None:
    members = drawn(count, classes, seed)
    information, variance = mutual_information(members), epistemic_variance(members)
    assert float(information.min()) >= 0 and float(variance.min()) >= 0
    assert bool((information <= normalised_entropy(members.mean(0)) + 1e-6).all())
    assert float(information.max()) <= math.log(count) / math.log(classes) + 1e-6
    assert float(variance.max()) <= 1 - 1 / min(count, classes) + 1e-6


@given(st.integers(2, 5), st.integers(2, 4), st.integers(0, 999))
def test_equal_members_do_not_disagree(count: int, classes: int, seed: int) -> None:
    members = drawn(1, classes, seed).expand(count, -1, -1, -1)
    assert float(mutual_information(members).max()) < 1e-6
    assert float(epistemic_variance(members).max()) < 1e-12


@given(st.permutations(range(4)), st.integers(0, 999))
def test_the_order_of_members_changes_nothing(order: list[int], seed: int) -> None:
    members = drawn(4, 3, seed)
    for measure in MEASURES:
        one = measure(predicted(members), None)
        other = measure(predicted(members[order]), None)
        torch.testing.assert_close(one.entropy, other.entropy, atol=1e-6, rtol=0)
        assert one.score == pytest.approx(other.score, abs=1e-6)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: type(m).__name__)
def test_region_lost_objects_and_jump_are_those_of_the_masked_entropy(
    measure: MaskedAverage,
) -> None:
    prediction = predicted(drawn(3, 4, 5))
    entropy, own = MaskedEntropy()(prediction, None), measure(prediction, None)
    assert own.lost == entropy.lost and own.jump == entropy.jump
    assert own.measure != entropy.measure
    for o, region in entropy.regions.items():
        assert torch.equal(own.regions[o], region)
        assert own.score[o] == pytest.approx(float(own.entropy[region].mean()), abs=1e-6)
    later = measure(predicted(drawn(3, 4, 6), frame=2), own)
    assert later.jump[1] == pytest.approx(later.score[1] - own.score[1])


def test_an_empty_mask_is_lost() -> None:
    result = EpistemicVariance()(predicted(pmfs([0.1, 0.2], [0.3, 0.4])), None)
    assert result.lost == {1} and result.score == {1: 1.0}


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: type(m).__name__)
def test_a_single_prediction_is_refused_unless_a_person_gave_it(measure: MaskedAverage) -> None:
    masks = Masks.from_labels(np.ones((4, 4), np.uint8))
    with pytest.raises(ValueError, match=r"DropoutPropagator\.nano\(\)"):
        measure(Propagation(frame=7, masks=masks), None)
    first = measure(Propagation(frame=0, masks=masks, is_given=True), None)
    assert first.score == {1: 0.0} and not first.entropy.any()


def test_without_objects_there_is_no_uncertainty() -> None:
    empty = combined([Masks.empty(Size(2, 3))] * 2, 0)
    assert not EpistemicVariance()(empty, None).entropy.any()


def test_members_are_put_in_one_order() -> None:
    first = Masks(drawn(1, 3, 0)[0], (4, 9))
    swapped = Masks(first.pmf[[0, 2, 1]], (9, 4))
    both = combined([first, swapped], 3)
    assert both.masks.objects == (4, 9) and both.frame == 3
    assert torch.equal(both.members[0], both.members[1])
    with pytest.raises(ValueError, match="the same objects"):
        combined([first, Masks(first.pmf, (4, 5))], 3)
