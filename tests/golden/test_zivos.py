"""IoU and success of each frame equal those of the released analysis of Lazy-XMem's runs."""

import numpy as np
import pytest
from golden.goldens import golden, near, same

from vostoolkit.metrics.overlap import iou_table, objects_in
from vostoolkit.metrics.robustness import robustness


@pytest.fixture(scope="module")
def released() -> dict[str, np.ndarray]:
    return golden("zivos_metrics.npz")


@pytest.fixture(scope="module")
def overlaps(released) -> np.ndarray:
    truth, predicted = (dict(enumerate(np.array(released[name]))) for name in ("gt", "pred"))
    return iou_table(predicted, truth, (1,))


def test_overlap(released, overlaps):
    near(overlaps[:, 0], released["t_iou_success"][:, 1], 1e-12)


def test_success_is_what_robustness_counts(released, overlaps):
    success = released["t_iou_success"][:, 2]
    # The release leaves frames with an IoU above 0 and below the bound without a verdict.
    judged = ~np.isnan(success)
    assert ((overlaps[~judged] > 0) & (overlaps[~judged] <= released["lower_bound"])).all()
    bound = float(released["lower_bound"])
    held = [robustness(row[None], bound) for row in overlaps[judged]]
    same(held, success[judged])


def test_cases_of_presence(released):
    letters = {(True, True): "A", (True, False): "C", (False, True): "D", (False, False): "E"}
    pairs = zip(np.array(released["gt"]), np.array(released["pred"]), strict=True)
    same([letters[1 in objects_in(t), 1 in objects_in(p)] for t, p in pairs], released["case"])
