"""SAM-HQ, vit_tiny, with seeded weights: every array of the published network's golden.

The prompts of ``box`` and ``negpos`` aren't in the file; they were found by fitting coordinates to
the stored logits, which they reproduce to 1e-5.
"""

from typing import Any

import numpy as np
import pytest
import torch
from golden.goldens import golden, manifest, near, same, seeded_weights
from torch import nn

from vostoolkit.networks import sam_hq
from vostoolkit.networks.sam_hq import Embedding, SamMask, decode, encode
from vostoolkit.prompts import Box

ALLOWED = 2e-4
BOX = Box(0, 1, 50, 80, 155, 230)
NEGATIVE = (276.0, 132.0, False)


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    return golden("samhq_vit_tiny.npz")


@pytest.fixture(scope="module")
def network() -> nn.Module:
    made = sam_hq.build("vit_tiny")
    weights = seeded_weights("samhq_vit_tiny_manifest.json")
    held = made.state_dict()
    made.load_state_dict({key: value.reshape(held[key].shape) for key, value in weights.items()})
    return made


@pytest.fixture(scope="module")
def embedding(network: nn.Module, expected: dict[str, np.ndarray]) -> Embedding:
    return encode(network, expected["image"])


def test_keys_and_shapes_are_the_manifest_s(network: nn.Module) -> None:
    wanted = manifest("samhq_vit_tiny_manifest.json")["shapes"]
    held = {key: list(value.shape) for key, value in network.state_dict().items()}
    assert held == wanted
    count = sum(int(np.prod(shape)) for shape in wanted.values())
    assert sum(value.numel() for value in network.state_dict().values()) == count


def test_sizes_and_embedding(embedding: Embedding, expected: dict[str, np.ndarray]) -> None:
    same(np.array(embedding.size), expected["original_size"])
    same(np.array(embedding.scaled), expected["input_size"])
    same(np.array(len(embedding.intermediate)), expected["n_interm"])
    near(embedding.features[:, ::16], expected["embedding"], ALLOWED)
    near(embedding.intermediate[0][:, ::8, ::8, ::4], expected["interm0"], ALLOWED)


def asked(network: nn.Module, embedding: Embedding, expected: dict[str, Any], name: str) -> SamMask:
    """The mask of one of the golden's prompts."""
    positive = (*expected["point"][0].tolist(), bool(expected["label"][0]))
    both: dict[str, Any] = {"hq_token_only": False}
    if name == "box":
        return decode(network, embedding, [], box=BOX, **both)
    if name == "negpos":
        return decode(network, embedding, [positive, NEGATIVE], **both)
    if name == "maskin":
        previous = torch.as_tensor(np.asarray(expected["hq0_lowres"][0]))
        return decode(network, embedding, [positive], previous=previous, **both)
    options: dict[str, dict[str, Any]] = {
        "hq0": both,
        "hq1": {},
        "multi_hq0": {**both, "multimask": True},
    }
    return decode(network, embedding, [positive], **options[name])


@pytest.mark.parametrize("name", ["hq0", "hq1", "multi_hq0", "negpos", "box", "maskin"])
def test_masks(
    network: nn.Module, embedding: Embedding, expected: dict[str, np.ndarray], name: str
) -> None:
    result = asked(network, embedding, expected, name)
    step = 1 if name == "hq0" else 2
    near(result.low[None, ::step, ::step], expected[f"{name}_lowres"], ALLOWED)
    near(np.array([result.score]), expected[f"{name}_scores"], 1e-4)
    if name == "hq0":
        near(result.logits[None, ::4, ::4], expected["hq0_logits_ds"], ALLOWED)
    if name != "maskin":
        packed, shape = expected[f"{name}_mask_packed"], expected[f"{name}_mask_shape"]
        mask = (result.logits > 0).numpy()[None]
        same(np.array(mask.shape), shape)
        held = np.unpackbits(np.asarray(packed))[: mask.size].reshape(mask.shape)
        is_sure = (result.logits.abs() > ALLOWED).numpy()  # nearer to 0, rounding decides
        same(np.packbits(np.where(is_sure, mask, held)), packed)


def test_the_truth_lies_around_the_point_and_in_the_box(expected: dict[str, np.ndarray]) -> None:
    (x, y), truth = expected["point"][0], expected["gt"]
    assert truth[int(y), int(x)]
    rows, columns = np.nonzero(truth)
    assert BOX.left <= columns.min() and columns.max() <= BOX.right
    assert BOX.top <= rows.min() and rows.max() <= BOX.bottom
    assert not truth[int(NEGATIVE[1]), int(NEGATIVE[0])]
