"""Lazy-XMem Eq. 2 and 3, worked by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.arrays import Size
from vostoolkit.masks import Masks
from vostoolkit.results import Propagation
from vostoolkit.stages.uncertainty import MaskedEntropy, normalised_entropy


def predicted(pmf: torch.Tensor, frame: int = 0) -> Propagation:
    return Propagation(frame=frame, masks=Masks(pmf, tuple(range(1, pmf.shape[0]))))


def one_object(probability: np.ndarray) -> torch.Tensor:
    p = torch.as_tensor(probability, dtype=torch.float32)
    return torch.stack([1 - p, p])


def test_equation_2_by_hand() -> None:
    pmf = torch.tensor([[[1.0, 0.5, 0.75]], [[0.0, 0.5, 0.25]]])
    quarter = (0.75 * math.log(4 / 3) + 0.25 * math.log(4)) / math.log(2)
    entropy = normalised_entropy(pmf)
    assert entropy[0, 0] == 0
    assert entropy[0].tolist() == pytest.approx([0, 1, quarter], abs=1e-6)


def test_equation_2_divides_by_the_number_of_classes() -> None:
    pmf = torch.tensor([1 / 3, 1 / 3, 1 / 3, 0.5, 0.5, 0.0]).reshape(2, 3).T.reshape(3, 1, 2)
    expected = [1, math.log(2) / math.log(3)]
    assert normalised_entropy(pmf)[0].tolist() == pytest.approx(expected, abs=1e-6)


@given(st.integers(2, 6), st.integers(0, 1000), st.floats(0.1, 50))
def test_entropy_is_in_0_to_1_and_leaves_the_pmf_alone(k: int, seed: int, sharp: float) -> None:
    logits = torch.randn(k, 4, 5, generator=torch.Generator().manual_seed(seed))
    pmf = torch.softmax(sharp * logits, 0)
    before = pmf.clone()
    entropy = normalised_entropy(pmf)
    assert torch.equal(pmf, before)
    assert float(entropy.min()) >= 0 and float(entropy.max()) <= 1
    torch.testing.assert_close(entropy, torch.special.entr(pmf).sum(0) / math.log(k))


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="has 1 class"):
        normalised_entropy(torch.ones(1, 2, 2))


def plus_region() -> torch.Tensor:
    """One pixel of the object in a 5x5 frame; its four neighbours are half sure."""
    probability = np.zeros((5, 5))
    probability[2, 2] = 1
    for y, x in ((1, 2), (3, 2), (2, 1), (2, 3)):
        probability[y, x] = 0.5
    return one_object(probability)


def test_equation_3_is_the_mean_over_the_dilated_mask() -> None:
    # A tie goes to the background, so M is one pixel and its dilation a cross of five: (0 + 4) / 5.
    result = MaskedEntropy()(predicted(plus_region()), None)
    assert int(result.regions[1].sum()) == 5
    assert result.score[1] == pytest.approx(0.8)
    assert result.jump == {1: None}
    assert result.lost == frozenset()


def test_divided_by_the_mask_the_score_may_exceed_1() -> None:
    result = MaskedEntropy(divide_by="mask")(predicted(plus_region()), None)
    assert result.score[1] == pytest.approx(4)


def test_without_dilation_the_region_is_the_mask() -> None:
    result = MaskedEntropy(dilation=0)(predicted(plus_region()), None)
    assert result.regions[1].nonzero().tolist() == [[2, 2]]
    assert result.score[1] == 0


def test_dilation_grows_with_the_object_and_is_centred() -> None:
    mask = np.zeros((100, 100), bool)
    mask[30:70, 30:70] = True  # 1,600 pixels: a disc of side sqrt(80) = 8.9, radius 4
    grown = MaskedEntropy().grown(mask)
    rows, columns = np.nonzero(grown)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (26, 73, 26, 73)
    assert np.array_equal(grown, grown[::-1]) and np.array_equal(grown, grown.T)


def test_the_jump_is_the_difference_to_the_last_frame() -> None:
    measure = MaskedEntropy()
    first = measure(predicted(one_object(np.full((4, 4), 1.0))), None)
    second = measure(predicted(plus_region(), 1), first)
    assert second.frame == 1
    assert second.jump[1] == pytest.approx(0.8)


def test_a_new_object_has_no_jump() -> None:
    measure = MaskedEntropy()
    first = measure(predicted(plus_region()), None)
    more = Masks(torch.softmax(torch.randn(3, 5, 5), 0), (1, 7))
    assert measure(Propagation(frame=1, masks=more), first).jump[7] is None


def test_an_empty_mask_is_lost_and_not_certain() -> None:
    empty = predicted(one_object(np.zeros((3, 3))))
    assert MaskedEntropy()(empty, None).lost == {1}
    assert MaskedEntropy()(empty, None).score[1] == 1
    assert MaskedEntropy.released()(empty, None).score[1] == 0


def test_without_objects_there_is_no_uncertainty() -> None:
    result = MaskedEntropy()(Propagation(frame=0, masks=Masks.empty(Size(2, 3))), None)
    assert not result.score
    assert result.entropy.tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    "fields",
    [
        {"dilation": -0.1},
        {"divide_by": "object"},
        {"kernel": "odd"},
        {"empty_score": math.nan},
    ],
)
def test_a_wrong_measure_fails_when_it_is_built(fields: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        MaskedEntropy(**fields)  # pyright: ignore[reportArgumentType]
