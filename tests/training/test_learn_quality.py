"""The IoU of masks by hand; spoiled masks are bad ones; a step is equal for one seed."""

import numpy as np
import pytest
import torch

from vostoolkit.networks.xmem import NANO, XMem, XMemConfig
from vostoolkit.training.held_out import held_out_scores
from vostoolkit.training.learn_quality import (
    LearnQuality,
    on_encoders_of,
    overlaps,
)
from vostoolkit.training.pool import Pool
from vostoolkit.weights import load_weights


@pytest.fixture(scope="module")
def pool() -> Pool:
    """Squares of one colour that wander over noise of another."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 80, (3, 4, 64, 64, 3), dtype=np.uint8)
    labels = np.zeros((3, 4, 64, 64), np.uint8)
    for clip in range(3):
        for stamp in range(4):
            place = 8 + 6 * stamp + 3 * clip
            labels[clip, stamp, place : place + 22, 10:34] = 1
            labels[clip, stamp, 30:50, 40:60] = 2
    images[labels == 1] = (200, 60, 40)
    images[labels == 2] = (40, 90, 220)
    return Pool(images, labels)


def test_overlaps_by_hand() -> None:
    masks = torch.zeros(1, 3, 4, 4)
    masks[0, 0, :2] = 0.9
    masks[0, 1, :, :2] = 0.6
    truth = torch.zeros(1, 3, 4, 4, dtype=torch.bool)
    truth[0, 0, :2] = truth[0, 1, :, 1:3] = truth[0, 2, 0] = True
    quality, is_there = overlaps(masks, truth)
    assert quality[0].tolist() == pytest.approx([1, 4 / 12, 0])
    assert is_there[0].tolist() == [True, True, False]


def test_spoiled_masks_spread_the_qualities(pool: Pool) -> None:
    nano = load_weights(XMem(NANO), "nano").eval()
    means: list[float] = []
    for share in (0.0, 1.0):
        learner = LearnQuality(pool, torch.device("cpu"), nano, clips=3, spoiled_share=share)
        network = on_encoders_of(nano)
        rng = np.random.default_rng(1)
        seen: list[torch.Tensor] = []
        network.register_forward_hook(lambda _m, given, _out, seen=seen: seen.append(given[1]))
        loss = learner(network, rng, 0.0)
        assert 0 < float(loss.total.detach()) < 1 and 0 < loss.overlap < 1
        means.append(float(((seen[0] > 0.01) & (seen[0] < 0.99)).float().mean()))
    assert means[1] == 0 < means[0]  # spoiled masks are hard, predicted ones soft


def test_a_step_is_equal_for_one_seed(pool: Pool) -> None:
    nano = load_weights(XMem(NANO), "nano").eval()
    learner = LearnQuality(pool, torch.device("cpu"), nano, clips=3)
    torch.manual_seed(4)
    network = on_encoders_of(nano)
    one, again, other = (
        float(learner(network, np.random.default_rng(seed), 0.0).total.detach())
        for seed in (1, 1, 2)
    )
    assert one == again != other


def test_the_card_compares_with_the_entropy_and_with_chance() -> None:
    torch.manual_seed(4)
    network = on_encoders_of(load_weights(XMem(NANO), "nano")).eval()
    scores = {score.what: score.value for score in held_out_scores(network, clips=1)}
    assert len(scores) == 8
    assert 0 < scores["mean absolute error of predicted J"] < 1
    assert 0 < scores["mean J after drawing frame 0 and the suggested frame"] <= 1


def test_encoders_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="other sizes"):
        on_encoders_of(XMem(XMemConfig(key_dim=8, hidden_dim=0)))
