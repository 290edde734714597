"""Pasted clips and hard identities by hand; a few steps learn, a seed decides everything."""

import numpy as np
import pytest
import torch

from vostoolkit.networks.aot import Aot, AotConfig
from vostoolkit.networks.aot_encoder import KeyEncoderConfig
from vostoolkit.networks.click import ClickNetwork
from vostoolkit.networks.xmem import NANO, XMem
from vostoolkit.training.augment import Batch
from vostoolkit.training.held_out import held_out_scores
from vostoolkit.training.learn_identities import (
    LearnIdentities,
    clip_logits,
    on_encoder_of,
    pasted,
)
from vostoolkit.training.learn_propagation import Rung
from vostoolkit.training.loop import Budget, Optimisation, fit, start
from vostoolkit.training.pool import Pool
from vostoolkit.weights import load_weights

CPU = torch.device("cpu")
QUICK = Optimisation(learning_rate=5e-3, warmup_steps=2)


@pytest.fixture
def network(tiny) -> Aot:
    torch.manual_seed(0)
    config = AotConfig(
        width=32,
        heads=2,
        hidden=32,
        reach=1,
        identities=4,
        align_corners=False,
        encoder=KeyEncoderConfig(tiny),
    )
    return Aot(config)


def learner(pool: Pool) -> LearnIdentities:
    return LearnIdentities(pool, CPU, ladder=(Rung(0.0, 2, 2),))


def test_objects_pasted_over_a_clip_keep_labels_of_their_own() -> None:
    images = torch.zeros(2, 1, 3, 1, 4)
    images[1] = 1.0
    labels = torch.tensor([[[[1, 1, 2, 0]]], [[[0, 1, 2, 0]]]])
    found = pasted(Batch(images, labels), 2)
    assert found.labels.tolist() == [[[[1, 3, 4, 0]]]]
    assert found.images[0, 0, 0].tolist() == [[0, 1, 1, 0]]
    alone = pasted(Batch(images, labels), 1)
    assert torch.equal(alone.labels, labels)


def test_channels_say_which_identity_an_object_has(network: Aot, pool: Pool) -> None:
    """The same clip with other identities has other logits; with the same ones, equal ones."""
    images = torch.as_tensor(np.asarray(pool.images[:1, :2])).permute(0, 1, 4, 2, 3) / 255
    batch = Batch(images, torch.as_tensor(np.asarray(pool.labels[:1, :2])).long())
    network.eval()
    one, again, other = (
        clip_logits(network, batch, torch.tensor(channels))[0]
        for channels in ([0, 1, 2], [0, 1, 2], [0, 4, 3])
    )
    assert one.shape == (1, 3, 32, 32)
    assert torch.equal(one, again) and not torch.allclose(one, other)


def test_some_steps_lower_the_loss(network: Aot, pool: Pool) -> None:
    step = learner(pool)

    def mean_loss() -> float:
        network.train()
        losses = [step(network, np.random.default_rng(seed), 0.0).total for seed in range(4)]
        return float(torch.stack(losses).mean().detach())

    before = mean_loss()
    fit(start(network, QUICK), step, budget=Budget(steps=15), optimisation=QUICK, seed=0)
    assert mean_loss() < 0.8 * before


def test_a_step_is_equal_for_one_seed(network: Aot, pool: Pool) -> None:
    step = learner(pool)
    one, again, other = (
        float(step(network, np.random.default_rng(seed), 0.0).total.detach()) for seed in (1, 1, 2)
    )
    assert one == again != other


def test_training_starts_from_the_encoder_of_the_embedded_network() -> None:
    nano = load_weights(XMem(NANO), "nano")
    ours = on_encoder_of(nano).encoder.state_dict()
    for key, value in nano.key_encoder.state_dict().items():
        assert torch.equal(ours[f"key_encoder.{key}"], value)


def test_every_identity_has_a_code_of_its_own_at_the_start() -> None:
    """Codes of equally long, orthogonal channels: a full patch is told from every other."""
    network = on_encoder_of(load_weights(XMem(NANO), "nano"))
    classes, stride = network.config.classes, network.config.stride
    patches = torch.eye(classes)[:, :, None, None].expand(-1, -1, stride, stride)
    codes = network.identify(patches)[:, 0] - network.patch_wise_id_bank.bias
    expected = network.config.width * torch.eye(classes)
    torch.testing.assert_close(codes @ codes.mT, expected, atol=1e-3, rtol=1e-4)


def test_weights_are_scored_by_what_they_propagate(network: Aot) -> None:
    scores = held_out_scores(network.eval(), clips=1)
    assert all(0 <= score.value <= 1 for score in scores)
    assert scores[-1].what == "the same by the embedded XMem"
    assert scores[-1].value > scores[1].value


def test_a_click_network_has_no_identities(pool: Pool) -> None:
    with pytest.raises(TypeError, match="give an Aot"):
        learner(pool)(ClickNetwork((8, 8, 8, 8, 8)), np.random.default_rng(0), 0.0)
