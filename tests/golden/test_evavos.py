"""EVA-VOS's quality network and its simulated annotator equal the published ones."""

import numpy as np
import pytest
import torch
from golden.goldens import golden, manifest, near, same, seeded_weights

from vostoolkit.arrays import Size
from vostoolkit.networks.quality import QualityNetwork, quality_class
from vostoolkit.stages.fitting import fit_frame

FEATURE = 2e-4


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    return golden("evavos.npz")


@pytest.fixture(scope="module")
def network() -> QualityNetwork:
    made = QualityNetwork().eval()
    made.load_state_dict(seeded_weights("evavos_qnet_manifest.json"))
    return made


@pytest.fixture(scope="module")
def features(expected, network) -> torch.Tensor:
    fit = fit_frame(Size(224, 224), None, multiple=1)
    images = torch.cat([fit.image(image, torch.device("cpu")) for image in expected["frames224"]])
    masks = torch.from_numpy(expected["masks224"])[:, None].float()
    with torch.no_grad():
        return network.features(images, masks)


def test_state_dict_is_the_published_one():
    wanted = manifest("evavos_qnet_manifest.json")["shapes"]
    made = QualityNetwork().state_dict()
    assert {key: list(value.shape) for key, value in made.items()} == wanted
    count = sum(parameter.numel() for parameter in QualityNetwork().parameters())
    buffers = ("running_mean", "running_var", "num_batches_tracked")
    assert count == sum(np.prod(s) for k, s in wanted.items() if not k.endswith(buffers))


def test_features_and_their_distances(expected, features):
    near(features, expected["features"], FEATURE)
    near(torch.cdist(features, features), expected["feature_l2"], FEATURE)


@torch.no_grad()
def test_quality(expected, network, features):
    logits = network.out_layer(features)
    near(logits, expected["logits"], FEATURE)
    same(quality_class(logits), expected["pred_quality"])
