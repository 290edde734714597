"""What there is to fuse, with clips whose frames don't move; a few steps learn."""

import numpy as np
import pytest
import torch

from vostoolkit.networks.click import ClickNetwork
from vostoolkit.networks.fusion import FusionConfig, FusionNetwork
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.training.augment import Batch
from vostoolkit.training.held_out import held_out_scores
from vostoolkit.training.learn_fusion import LearnFusion, fused_logits, fusion_pair
from vostoolkit.training.loop import Budget, Optimisation, fit, start
from vostoolkit.training.pool import Pool
from vostoolkit.weights import load_weights

CPU = torch.device("cpu")
QUICK = Optimisation(learning_rate=5e-3, warmup_steps=2)


@pytest.fixture(scope="module")
def nano() -> XMem:
    return load_weights(XMem(NANO), "nano").eval()


@pytest.fixture
def network() -> FusionNetwork:
    torch.manual_seed(0)
    return FusionNetwork(FusionConfig(width=4))


@pytest.fixture(scope="module")
def still() -> Batch:
    """A bright square on dark noise in four equal frames."""
    labels = torch.zeros(1, 4, 64, 64, dtype=torch.long)
    labels[:, :, 16:40, 16:40] = 1
    noise = torch.rand(1, 1, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 0.2
    images = noise.expand(1, 4, 3, 64, 64).clone()
    images[:, :, 0] += 0.8 * (labels > 0)
    return Batch(images, labels)


def test_a_correct_start_leaves_nothing_to_add_or_remove(nano: XMem, still: Batch) -> None:
    pair = fusion_pair(nano, still, still, 1)
    assert pair.distances == pytest.approx((1 / 3, 2 / 3))
    assert float(pair.difference[0, 0].mean()) < 0.02
    assert torch.equal(pair.labels, still.labels[:, 1])


def test_what_was_missed_is_added_where_it_is(nano: XMem, still: Batch) -> None:
    """The old masks miss the square's right half; the change is seen there from between."""
    given = still.labels.clone()
    given[:, 0, :, 28:] = 0
    forgetful = Batch(still.images, given)
    pair = fusion_pair(nano, still, forgetful, 2)
    added, removed = pair.difference[0, 0]
    missed = torch.zeros(64, 64, dtype=torch.bool)
    missed[16:40, 28:40] = True
    assert float(added.sum()) > 3 * float(removed.sum())
    assert float(added[missed].mean()) > 3 * float(added[still.labels[0, 0] == 0].mean())


def test_objects_are_fused_one_by_one(nano: XMem, network: FusionNetwork, still: Batch) -> None:
    pair = fusion_pair(nano, still, still, 1)
    logits = fused_logits(network.eval(), pair)
    assert logits.shape == (1, 2, 64, 64) and bool(torch.isfinite(logits).all())


def test_some_steps_lower_the_loss(nano: XMem, network: FusionNetwork, pool: Pool) -> None:
    step = LearnFusion(pool, CPU, nano, clips=2, frames=3)

    def mean_loss() -> float:
        losses = [step(network, np.random.default_rng(seed), 0.0).total for seed in range(4)]
        return float(torch.stack(losses).mean().detach())

    before = mean_loss()
    fit(start(network, QUICK), step, budget=Budget(steps=20), optimisation=QUICK, seed=0)
    assert mean_loss() < 0.8 * before


def test_a_step_is_equal_for_one_seed(nano: XMem, network: FusionNetwork, pool: Pool) -> None:
    step = LearnFusion(pool, CPU, nano, clips=2, frames=3)
    one, again, other = (
        float(step(network, np.random.default_rng(seed), 0.0).total.detach()) for seed in (1, 1, 2)
    )
    assert one == again != other


def test_the_card_compares_with_no_fusion_and_a_linear_blend(network: FusionNetwork) -> None:
    scores = held_out_scores(network.eval(), clips=1)
    assert [s.what.split(", ")[1] for s in scores] == [
        "not fused",
        "blended linearly",
        "fused by the network",
    ]
    assert all(0 <= s.value <= 1 for s in scores)


def test_a_click_network_cannot_fuse(nano: XMem, pool: Pool) -> None:
    with pytest.raises(TypeError, match="give a FusionNetwork"):
        step = LearnFusion(pool, CPU, nano)
        step(ClickNetwork((8, 8, 8, 8, 8)), np.random.default_rng(0), 0.0)
