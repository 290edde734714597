"""EVA-VOS's quality network and its simulated annotator equal the published ones."""

import numpy as np
import pytest
import torch
from golden.goldens import golden, manifest, near, same, seeded_weights

from vostoolkit.arrays import Size
from vostoolkit.metrics.boundary import f_measure
from vostoolkit.metrics.overlap import iou
from vostoolkit.networks.quality import QualityNetwork, quality_class
from vostoolkit.stages.fitting import fit_frame
from vostoolkit.users.eva import EvaAnnotator, Gives, box_around

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


CASES = "shift empty_pred perfect other_object over under occluded ring_missing two_fn two_fp"


@pytest.mark.parametrize("case", CASES.split())
def test_clicks_and_box_of_the_released_annotator(expected, case):
    def equal(gives: Gives, variant: str, given: float | None = None) -> None:
        annotator = EvaAnnotator.released(lambda _: truth, gives)
        places = annotator.clicks(predicted, truth, iou=given)
        wanted = expected[f"{case}_{variant}_xy"]
        same(np.array([place[:2] for place in places]).reshape(wanted.shape), wanted)
        if (name := f"{case}_{variant}_lab") in expected:
            same(np.array([place.positive for place in places], int), expected[name])

    predicted, truth = (np.array(expected[f"{case}_{which}"]) for which in ("pred", "gt"))
    for given in (None, 0.05, 0.5):
        equal("click", f"interact_iou{given}", given)
    equal("middle", "middle")
    equal("clicks", "three")
    equal("spread", "threepos")
    box = box_around(0, 1, truth)
    same([[box.left, box.top, box.right, box.bottom]], expected[f"{case}_bbox"])


def test_overlap(expected):
    """The release works in float32 and adds 1e-6 to both areas; F is that of DAVIS."""
    names = expected["case_names"].tolist()
    assert names == CASES.split()
    pairs = [(expected[f"{name}_pred"], expected[f"{name}_gt"]) for name in names]
    near([iou(*pair) for pair in pairs], expected["iou_smooth"], 1e-7)
    near([f_measure(*pair) for pair in pairs], expected["f_measure"], 1e-12)
    nothing = np.zeros((96, 128), np.bool_)
    near(iou(nothing, nothing), expected["iou_empty_empty"], 0)
