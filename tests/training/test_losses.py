import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostoolkit.training.losses import (
    bootstrapped_cross_entropy,
    dice_loss,
    hard_share,
    mean_overlap,
    read_loss,
)


def test_cross_entropy_of_all_pixels_by_hand():
    logits = torch.log(torch.tensor([0.5, 0.25, 0.8, 0.9])).view(1, 1, 2, 2)
    logits = torch.cat([logits, torch.log1p(-logits.exp())], 1)
    labels = torch.zeros(1, 2, 2, dtype=torch.long)
    expected = -(math.log(0.5) + math.log(0.25) + math.log(0.8) + math.log(0.9)) / 4
    assert bootstrapped_cross_entropy(logits, labels, share=1.0).item() == pytest.approx(expected)
    hardest = -(math.log(0.5) + math.log(0.25)) / 2
    assert bootstrapped_cross_entropy(logits, labels, share=0.5).item() == pytest.approx(hardest)


@pytest.mark.parametrize("share", [0.0, 1.5])
def test_share_of_no_or_more_than_all_pixels(share):
    with pytest.raises(ValueError, match="fraction of pixels"):
        bootstrapped_cross_entropy(
            torch.zeros(1, 2, 1, 1), torch.zeros(1, 1, 1, dtype=torch.long), share=share
        )


def test_dice_by_hand():
    truth = torch.tensor([[1.0, 1.0, 0.0, 0.0]])
    assert dice_loss(truth, truth).item() == pytest.approx(0)
    assert dice_loss(1 - truth, truth).item() == pytest.approx(1 - 1 / 5)
    assert dice_loss(torch.zeros(1, 4), torch.zeros(1, 4)).item() == pytest.approx(0)
    half = torch.tensor([[0.5, 0.5, 0.0, 0.0]])
    assert dice_loss(half, truth).item() == pytest.approx(1 - (2 + 1) / (1 + 2 + 1))


def test_read_loss_counts_background_cells_a_quarter():
    read = torch.tensor([[[0.5, 0.5], [0.5, 0.5]]])
    truth = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    each = -math.log(0.5 + 1e-3)
    assert read_loss(read, truth).item() == pytest.approx((0.25 * each + each) / 2, rel=1e-5)


@given(st.floats(0, 1), st.floats(0, 1))
def test_hard_share_only_ever_falls(one, other):
    early, late = sorted((one, other))
    assert 0.35 <= hard_share(late) <= hard_share(early) <= 1.0
    assert hard_share(0.15) == 1.0
    assert hard_share(0.55) == pytest.approx(0.35)


def test_mean_overlap_by_hand():
    labels = torch.tensor([[[0, 1, 1, 1]]])
    logits = torch.nn.functional.one_hot(torch.tensor([[[1, 1, 1, 0]]]), 2).permute(0, 3, 1, 2)
    assert mean_overlap(logits.float(), labels, smallest=1) == pytest.approx(0.5)
    assert math.isnan(mean_overlap(logits.float(), labels))
