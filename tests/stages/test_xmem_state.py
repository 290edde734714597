"""Masks at the working size of XMem, by hand."""

import numpy as np
import pytest
import torch

from vostoolkit.arrays import Size
from vostoolkit.masks import Masks
from vostoolkit.stages.fitting import fit_frame
from vostoolkit.stages.xmem_state import XMemState, working_masks

SIZE = Size(14, 14)
FIT = fit_frame(SIZE, None, multiple=16)  # one pixel of padding on each side
PREDICTED = 0.3


def propagated() -> XMemState:
    """Object 1 was predicted everywhere, in the padding too."""
    return XMemState(SIZE, objects=(1,), previous=torch.full((1, 16, 16), PREDICTED), frame=4)


def with_drawn_second(first: torch.Tensor) -> Masks:
    second = torch.zeros(1, *SIZE)
    second[:, 2:6] = 1
    first = first * (1 - second)
    return Masks(torch.cat([1 - first - second, first, second]), (1, 2))


def test_predictions_go_on_in_the_padding_where_others_are_drawn():
    masks = with_drawn_second(torch.full((1, *SIZE), PREDICTED))
    working = working_masks(masks, (1, 2), propagated(), FIT)
    assert torch.equal(working[:, 1:-1, 1:-1], masks.pmf[1:])
    odds = 0.3 / 0.7  # of object 1; the background's are 0.7 / 0.3
    assert working[0, 0].numpy() == pytest.approx(np.full(16, odds / (odds + 1 / odds)), rel=1e-5)
    assert float(working[1, 0].max()) < 1e-6


def test_drawn_masks_end_at_the_frame():
    drawn = with_drawn_second(torch.ones(1, *SIZE))
    working = working_masks(drawn, (1, 2), propagated(), FIT)
    assert float(working[:, 0].max()) < 1e-6
    assert torch.equal(working[:, 1:-1, 1:-1], drawn.pmf[1:])
