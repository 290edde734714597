"""Lazy-XMem Eq. 4 and 5, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.masks import Masks
from vostoolkit.results import Propagation, Uncertainty
from vostoolkit.stages.pseudo_click import DistanceFieldClick
from vostoolkit.stages.uncertainty import MaskedEntropy


def uncertain(probability: np.ndarray) -> Uncertainty:
    p = torch.as_tensor(probability, dtype=torch.float32)
    masks = Masks(torch.stack([1 - p, p]), (1,))
    return MaskedEntropy()(Propagation(frame=3, masks=masks), None)


def square(side: int = 5, size: int = 9) -> np.ndarray:
    probability = np.zeros((size, size))
    start = (size - side) // 2
    probability[start : start + side, start : start + side] = 1
    return probability


def test_equation_4_measures_the_distance_to_the_boundary_from_either_side() -> None:
    result = DistanceFieldClick()(uncertain(square()), 1)
    # The boundary pixels of the 5x5 square are its outer ring, rows and columns 2 to 6.
    assert result.distance[4].tolist() == [2, 1, 0, 1, 2, 1, 0, 1, 2]
    assert float(result.distance[1, 1]) == pytest.approx(2**0.5)


def test_equation_5_takes_the_largest_product_of_distance_and_confidence() -> None:
    result = DistanceFieldClick()(uncertain(square()), 1)
    assert (result.frame, result.click.frame, result.click.object_id) == (3, 3, 1)
    assert (result.click.x, result.click.y, result.click.positive) == (4, 4, True)
    assert float(result.product[4, 4]) == 2
    assert float(result.product[0, 0]) == 0  # outside the dilated mask


def test_equation_5_prefers_where_the_method_is_sure() -> None:
    probability = square(7, 11)  # distance 3 in the centre (5, 5), 2 around it
    probability[5, 5] = 0.75  # entropy 0.81: 3 * 0.19 < 2
    result = DistanceFieldClick()(uncertain(probability), 1)
    assert float(result.weight[5, 5]) == pytest.approx(1 - 0.8112781, abs=1e-5)
    assert float(result.product[5, 5]) == pytest.approx(3 * (1 - 0.8112781), abs=1e-4)
    assert (result.click.x, result.click.y) == (4, 4)
    unweighted = DistanceFieldClick(weight="one")(uncertain(probability), 1)
    assert (unweighted.click.x, unweighted.click.y) == (5, 5)


def test_on_a_thin_object_only_the_mask_keeps_the_click_on_it() -> None:
    line = np.zeros((12, 40))
    line[6, 2:38] = 1  # every pixel is boundary: the field is 0 on the object, 1 beside it
    as_printed = DistanceFieldClick()(uncertain(line), 1)
    assert as_printed.click.y != 6
    on_mask = DistanceFieldClick(region="mask")(uncertain(line), 1)
    assert on_mask.click.y == 6


def test_a_weight_of_zero_leaves_the_choice_to_the_distance() -> None:
    result = DistanceFieldClick.released()(uncertain(square()), 1)
    assert (result.click.x, result.click.y) == (4, 4)
    assert float(result.product.abs().max()) == 0
    assert result.distance[4].tolist() == [0, 0, 1, 2, 3, 2, 1, 0, 0]


@given(st.integers(0, 10_000))
def test_the_click_lies_in_its_region_and_is_its_maximum(seed: int) -> None:
    noise = torch.randn(1, 1, 5, 6, generator=torch.Generator().manual_seed(seed))
    smooth = torch.nn.functional.interpolate(noise, size=(20, 24), mode="bicubic")
    uncertainty = uncertain(torch.sigmoid(6 * smooth)[0, 0].numpy())
    if uncertainty.lost:
        return
    result = DistanceFieldClick()(uncertainty, 1)
    x, y = int(result.click.x), int(result.click.y)
    assert bool(result.region[y, x])
    assert float(result.product[y, x]) == float(result.product.max())
    torch.testing.assert_close(result.product, result.distance * result.weight * result.region)


def test_a_lost_object_has_no_place_to_click() -> None:
    with pytest.raises(ValueError, match="object 1 is lost at frame 3"):
        DistanceFieldClick()(uncertain(np.zeros((4, 4))), 1)


def test_an_entropy_that_is_not_a_number_has_no_place_either() -> None:
    spoilt = uncertain(square())
    broken = replace(spoilt, entropy=spoilt.entropy.clone().index_fill_(0, torch.tensor(4), np.nan))
    with pytest.raises(ValueError, match="frame 3: the entropy is not a number"):
        DistanceFieldClick()(broken, 1)


@pytest.mark.parametrize("name", ["region", "weight", "boundary"])
def test_a_wrong_click_fails_when_it_is_built(name: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        DistanceFieldClick(**{name: "elsewhere"})  # pyright: ignore[reportArgumentType]
