"""XMem's parts with seeded weights equal the published ones, tensor by tensor."""

import dataclasses

import numpy as np
import pytest
import torch
from golden.goldens import golden, manifest, near, same
from golden.xmem_runs import network

from vostoolkit.arrays import Size
from vostoolkit.frames import Frame
from vostoolkit.masks import soft_aggregate
from vostoolkit.memory.likeliest import top_weights
from vostoolkit.memory.read import places, read_frames, similarity
from vostoolkit.networks.xmem import XMEM, KeyFeatures, XMem
from vostoolkit.stages.fitting import fit_frame

FEATURE = 2e-4
PROBABILITY = 1e-4


@pytest.mark.parametrize("hidden_dim", [64, 0])
def test_state_dict_is_the_published_one(hidden_dim):
    name = "xmem_manifest.json" if hidden_dim else "xmem_hidden0_manifest.json"
    wanted = {key: tuple(shape) for key, shape in manifest(name)["shapes"].items()}
    with torch.device("meta"):
        made = XMem(dataclasses.replace(XMEM, hidden_dim=hidden_dim))
    assert {key: tuple(value.shape) for key, value in made.state_dict().items()} == wanted
    count = sum(parameter.numel() for parameter in made.parameters())
    buffers = ("running_mean", "running_var", "num_batches_tracked")
    assert count == sum(np.prod(s) for k, s in wanted.items() if not k.endswith(buffers))


@pytest.fixture(scope="module")
def low() -> dict[str, np.ndarray]:
    return golden("xmem_low.npz")


@pytest.fixture(scope="module")
def images(low) -> torch.Tensor:
    fit = fit_frame(Size(96, 128), None, multiple=16)
    return torch.cat([fit.image(image, torch.device("cpu")) for image in low["frames"]])


@pytest.fixture(scope="module")
def features(images) -> KeyFeatures:
    with torch.no_grad():
        return network().encode_key(images)


@pytest.fixture(scope="module")
def one_hot(low) -> torch.Tensor:
    labels = torch.from_numpy(low["labels"])
    return torch.stack([labels == 1, labels == 2], 1).float()


def at(features: KeyFeatures, t: int) -> KeyFeatures:
    fields = (getattr(features, f.name)[t : t + 1] for f in dataclasses.fields(features))
    return KeyFeatures(*fields)


def test_image(low, images):
    near(images[0, :, ::4, ::4], low["x0"], 1e-6)


@pytest.mark.parametrize("part", ["key", "shrinkage", "selection"])
def test_key(low, features, part):
    near(getattr(features, part), low[part], FEATURE)
    if part == "key":  # published: batch, channels, frames, height, width
        count, channels, height, width = features.key.shape
        same((1, channels, count, height, width), low["key_5d_shape"])


def test_features(low, features):
    near(features.deep[0], low["f16_0"], FEATURE)
    near(features.middle[0, ::2], low["f8_0"], FEATURE)
    near(features.shallow[0, ::8], low["f4_0"], FEATURE)


@torch.no_grad()
def test_value_and_deep_update(low, images, features, one_hot):
    hidden = torch.zeros(1, 2, 64, 6, 8)
    value, after = network().encode_value(images[:1], features.deep[:1], one_hot[:1], hidden)
    near(value, low["value0"], FEATURE)
    near(after, low["hidden0"], FEATURE)
    value, after = network().encode_value(
        images[:1], features.deep[:1], one_hot[:1, :1], hidden[:, :1]
    )
    near(value, low["value0_single"], FEATURE)
    near(after, low["hidden0_single"], FEATURE)
    before, soft = torch.from_numpy(low["hidden0"]), 0.9 * one_hot[1:2] + 0.03
    value, after = network().encode_value(images[1:2], features.deep[1:2], soft, before)
    near(value, low["value3"], FEATURE)
    near(after, low["hidden3"], FEATURE)


def memory(features: KeyFeatures) -> tuple[torch.Tensor, torch.Tensor]:
    key, shrinkage = places(features.key[:2]), places(features.shrinkage[:2])
    return key.flatten(0, 1), shrinkage.flatten()


def query(features: KeyFeatures) -> tuple[torch.Tensor, torch.Tensor]:
    return places(features.key[2:])[0], places(features.selection[2:])[0]


def test_similarity(low, features):
    (key, shrinkage), (wanted, selection) = memory(features), query(features)
    near(similarity(key, shrinkage, wanted, selection).T[None], low["similarity"], FEATURE)
    near(similarity(key, shrinkage, wanted, None).T[None], low["similarity_noqe"], FEATURE)
    near(similarity(key, None, wanted, selection).T[None], low["similarity_noms"], FEATURE)


def test_affinity_and_usage(low, features):
    similar = similarity(*memory(features), *query(features))
    weights = top_weights(similar, 30)
    near(weights.dense().T[None], low["affinity_top30"], PROBABILITY)
    near(weights.usage()[None], low["usage_top30"], PROBABILITY)
    near(torch.softmax(similar, -1).T[None], low["affinity_full"], PROBABILITY)


def values(low) -> torch.Tensor:
    """Two frames' values [2, n, v, h, w]: of frame 0 and of the second memory frame."""
    return torch.from_numpy(np.concatenate([low["value0"], low["value3"]]))


def test_readout(low, features):
    weights = top_weights(similarity(*memory(features), *query(features)), 30)
    value = values(low).flatten(3).permute(0, 3, 1, 2).flatten(0, 1)
    read = weights.read(value).permute(1, 2, 0)
    near(read.reshape(2, 512, 6, 8), low["readout_top30"], FEATURE)
    dense = torch.einsum("qm,mnv->nvq", weights.dense(), value)
    near(dense.reshape(2, 512, 6, 8), low["readout_top30"], FEATURE)


def test_full_readout_of_training(low, features):
    keys = [at(features, 0), at(features, 1)]
    read, weights = read_frames(keys, list(values(low)[:, None]), at(features, 2))
    near(read, low["read_memory_train"], FEATURE)
    near(weights.mT, low["affinity_full"], PROBABILITY)


@torch.no_grad()
def test_decoding(low, features):
    readout = torch.from_numpy(low["readout_top30"])[None]
    hidden = torch.from_numpy(low["hidden3"])
    logits, after = network().decode(at(features, 2), readout, hidden)
    near(after, low["seg_hidden"], FEATURE)
    joint = soft_aggregate(torch.sigmoid(logits))
    near(joint, low["seg_logits"], FEATURE)
    pmf = torch.softmax(joint, 1)
    near(pmf, low["seg_prob"], PROBABILITY)
    near(pmf[:, 1:, ::4, ::4], low["seg_prob_nobg"], PROBABILITY)


def test_soft_aggregation(low, one_hot):
    given = torch.from_numpy(low["aggregate_in"])
    near(torch.softmax(soft_aggregate(given), 0), low["aggregate_out"], 1e-6)
    aggregated = torch.softmax(soft_aggregate(one_hot[0]), 0)
    near(aggregated[:, ::4, ::4], low["aggregate_onehot_out"], 1e-6)


@pytest.mark.parametrize("size", [(90, 140), (96, 128), (97, 129), (100, 131)])
def test_padding(low, size):
    fit = fit_frame(Size(*size), None, multiple=16)
    same(fit.padding, low[f"pad_{size[0]}_{size[1]}"])
    pmf = torch.rand(2, *size)
    assert torch.equal(fit.back(fit.masks(pmf)), pmf)


@pytest.mark.parametrize(("resampling", "name"), [("antialias", "true"), ("plain", "false")])
def test_resizing_after_normalisation(resampling, name):
    expected = golden("xmem_preprocess.npz")
    frame = Frame(0, expected["frame"], 0.0)
    fit = fit_frame(frame.size, 96, multiple=1)
    image = fit.image(frame.image, torch.device("cpu"), resampling)[0]
    near(image, expected[f"resized_antialias_{name}"], 1e-5)


def test_masks_resized_as_labels():
    expected = golden("xmem_preprocess.npz")
    labels = torch.from_numpy(expected["label"])
    fit = fit_frame(Size(*labels.shape), 96, multiple=1)
    drawn = torch.stack([labels == 1, labels == 2]).float()
    same(fit.masks(drawn, "nearest"), expected["mask_resized"])
