import dataclasses

import pytest
import torch

from vostoolkit.networks.folding import folded
from vostoolkit.networks.xmem import NANO, XMEM, XMem, XMemConfig

SMALL_SENSORY = dataclasses.replace(NANO, hidden_dim=6, stride=16)


def inputs(config: XMemConfig, *, batch: int = 2, objects: int = 3):
    image, masks = torch.rand(batch, 3, 32, 64), torch.rand(batch, objects, 32, 64)
    size = (32 // config.stride, 64 // config.stride)
    hidden = torch.rand(batch, objects, config.hidden_dim, *size) if config.hidden_dim else None
    return image, masks, hidden


def test_nano_is_under_a_million_parameters():
    assert sum(p.numel() for p in XMem(NANO).parameters()) == 563_642


@pytest.mark.parametrize("config", [NANO, SMALL_SENSORY])
def test_shapes_and_gradients(config):
    network = XMem(config)
    image, masks, hidden = inputs(config)
    features = network.encode_key(image)
    value, deep = network.encode_value(image, features.deep, masks, hidden)
    logits, after = network.decode(features, value, hidden, masks)
    assert logits.shape == masks.shape
    assert value.shape[:3] == (2, 3, config.value_dim)
    assert (deep is None) == (after is None) == (config.hidden_dim == 0)
    total = logits.square().sum() + features.shrinkage.sum() + features.selection.sum()
    if deep is not None and after is not None:
        total = total + deep.sum() + after.sum()
    (total + features.key.sum()).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


@pytest.mark.parametrize("config", [NANO, SMALL_SENSORY])
def test_objects_and_batches_do_not_mix(config):
    network = XMem(config).eval()
    image, masks, hidden = inputs(config)
    with torch.no_grad():
        features = network.encode_key(image)
        value, _ = network.encode_value(image, features.deep, masks, hidden)
        logits, _ = network.decode(features, value, hidden, masks)
        one = network.encode_key(image[1:])
        own = [None if hidden is None else hidden[1:, 2:]]
        alone, _ = network.decode(one, value[1:, 2:], own[0], masks[1:, 2:])
    torch.testing.assert_close(alone[0, 0], logits[1, 2], atol=1e-4, rtol=1e-4)


def test_shrinkage_and_selection_are_in_range():
    features = XMem(NANO).encode_key(torch.randn(1, 3, 32, 32))
    assert features.shrinkage.min() >= 1
    assert features.selection.min() > 0
    assert features.selection.max() < 1


@pytest.mark.parametrize("config", [NANO, SMALL_SENSORY])
def test_folding_changes_rounding_only(config):
    network = XMem(config)
    image, masks, hidden = inputs(config)
    for _ in range(3):  # gives the batch norms something to fold
        network.encode_value(image, network.encode_key(image).deep, masks, hidden)
    fast, network = folded(network), network.eval()
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in fast.modules())
    with torch.no_grad():
        pair = []
        for n in (network, fast):
            features = n.encode_key(image)
            value, _ = n.encode_value(image, features.deep, masks, hidden)
            pair.append(n.decode(features, value, hidden, masks)[0])
    torch.testing.assert_close(*pair, atol=1e-4, rtol=1e-4)


def test_a_hidden_state_is_given_if_and_only_if_there_is_one():
    image, masks, _ = inputs(NANO)
    network = XMem(NANO)
    deep = network.encode_key(image).deep
    with pytest.raises(ValueError, match="hidden state given for a network with hidden_dim 0"):
        network.encode_value(image, deep, masks, torch.rand(2, 3, 4, 4, 8))


def test_nano_needs_the_previous_masks():
    image, masks, _ = inputs(NANO)
    network = XMem(NANO)
    features = network.encode_key(image)
    value, _ = network.encode_value(image, features.deep, masks)
    with pytest.raises(ValueError, match="give previous"):
        network.decode(features, value)


@pytest.mark.parametrize("wrong", [{"stride": 4}, {"key_dim": 0}, {"hidden_dim": -1}])
def test_impossible_sizes_are_refused(wrong):
    with pytest.raises(ValueError, match=r"stride 8 or 16|must be positive"):
        dataclasses.replace(XMEM, **wrong)
