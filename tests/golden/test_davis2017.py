"""J, F and statistics equal the official code of DAVIS 2017."""

import numpy as np
import pandas as pd
import pytest
from golden.goldens import SHARED, Golden, golden, golden_path, near, same

from vostoolkit.arrays import Size
from vostoolkit.colours import DAVIS
from vostoolkit.data.folder import read_labels
from vostoolkit.geometry import dilated
from vostoolkit.metrics.boundary import boundary_map, f_measure, tolerance_pixels
from vostoolkit.metrics.evaluation import Conventions, Evaluation, evaluate
from vostoolkit.metrics.overlap import iou
from vostoolkit.metrics.statistics import statistics

EXACT = 1e-12


@pytest.fixture(scope="module")
def davis() -> dict[str, np.ndarray]:
    return golden("davis2017_eval.npz")


@pytest.fixture(scope="module")
def pairs(davis) -> list[tuple[np.ndarray, np.ndarray]]:
    return [
        (np.array(p > 0), np.array(t > 0)) for p, t in zip(davis["pred"], davis["gt"], strict=True)
    ]


def test_region_similarity(davis, pairs):
    void = np.array(davis["void"] > 0)
    near([iou(p, t) for p, t in pairs], davis["J"], EXACT)
    near([iou(p, t) for p, t in pairs], davis["J_batched"], EXACT)
    near([iou(p, t, void=void) for p, t in pairs], davis["J_void"], EXACT)
    near([iou(p, t, void=np.ones_like(void)) for p, t in pairs], davis["J_voidall"], EXACT)


def test_contour_accuracy(davis, pairs):
    void = np.array(davis["void"] > 0)
    near([f_measure(p, t) for p, t in pairs], davis["F"], EXACT)
    near([f_measure(p, t) for p, t in pairs], davis["F_batched"], EXACT)
    near([f_measure(p, t, void=void) for p, t in pairs], davis["F_void"], EXACT)
    near([f_measure(p, t, void=np.ones_like(void)) for p, t in pairs], davis["F_voidall"], EXACT)


@pytest.mark.parametrize("tolerance", ["0.008", "0.004", "0.02", "1", "3"])
def test_tolerances(davis, pairs, tolerance):
    found = [f_measure(p, t, tolerance=float(tolerance)) for p, t in pairs]
    near(found, davis[f"F_th_{tolerance}"], EXACT)


def test_boundaries_and_discs(davis, pairs):
    same([boundary_map(truth) for _, truth in pairs], davis["seg2bmap"])
    sizes = [Size(int(h), int(w)) for h, w in davis["bound_sizes"]]
    same([tolerance_pixels(size) for size in sizes], davis["bound_pix"])
    for radius in (1, 2, 3, 4, 8, 18):
        point = np.zeros((2 * radius + 1,) * 2, np.bool_)
        point[radius, radius] = True
        same(dilated(point, radius), davis[f"disk_{radius}"])


def test_another_scene(davis):
    pairs = list(zip(davis["scene_pd_213"] > 0, davis["scene_gt_213"] > 0, strict=True))
    near([iou(p, t) for p, t in pairs], davis["scene_213_J"], EXACT)
    near([f_measure(np.array(p), np.array(t)) for p, t in pairs], davis["scene_213_F"], EXACT)


def test_any_label_is_the_object(davis, pairs):
    labels = np.where(pairs[0][1], 2, 0).astype(np.uint8)
    near(iou(labels == 2, pairs[0][0]), davis["label2_J"], EXACT)
    near(f_measure(labels == 2, pairs[0][0]), davis["label2_F"], EXACT)


def test_mean_recall_and_decay_with_its_long_sequence_bug(davis):
    sequences = np.split(davis["stat_in"], np.cumsum(davis["stat_n"])[:-1])
    found = [statistics(np.array(values), bins="released") for values in sequences]
    near(found, davis["stat_MRD"], EXACT)
    near(statistics(np.array(davis["stat_nan_in"])), davis["stat_nan_MRD"], EXACT)


def semi_supervised(davis, object_id: int, *, predicted: bool = True) -> Evaluation:
    """One object of the golden's clip, predicted by its truth moved by so many rows and columns.

    One by one, because the moved masks overlap.
    """
    truth = np.array(davis["semi_gt_labels"])
    moved = np.roll(truth == object_id, tuple(davis["semi_pr_roll"][object_id - 1]), (1, 2))
    labels = np.where(moved & predicted, object_id, 0).astype(np.uint8)
    pairs = zip(range(len(truth)), labels, truth, strict=True)
    return evaluate(pairs, objects=(object_id,), conventions=Conventions.davis2017())


@pytest.mark.parametrize("measure", ["J", "F"])
def test_semi_supervised_protocol(davis, measure):
    both = [semi_supervised(davis, object_id) for object_id in (1, 2)]
    missing = [both[0], semi_supervised(davis, 2, predicted=False)]
    near([e.frames[measure] for e in both], davis[f"semi_{measure}"], EXACT)
    near([e.frames[measure] for e in missing], davis[f"semi_missing_obj_{measure}"], EXACT)
    columns = [f"{measure} {name}" for name in ("mean", "recall", "decay")]
    summed = [e.summary()[columns].to_numpy()[0] for e in both]
    near(summed, davis[f"semi_{measure}MRD"], EXACT)


def test_palette(davis):
    same(DAVIS, davis["palette"])


CHECK = "davis_metric_check"
CASES = [
    ("car-shadow", "car-shadow_osvos", "car-shadow/Annotations", "left out"),
    ("void excluded", "tennis_void_shift_dx12_dy9", "tennis/Annotations_instances", "left out"),
    ("as background", "tennis_void_shift_dx12_dy9", "tennis/Annotations_instances", "background"),
]


def real(predictions: str, truth: str, conventions: Conventions) -> Evaluation:
    files = sorted((golden_path(f"{CHECK}/per_frame.csv").parent / predictions).glob("*.png"))
    folder = SHARED.parent / "data" / truth
    if not folder.is_dir():
        pytest.skip(f"the ground truth {truth} is not in ../shared/data")
    pairs = ((i, read_labels(f), read_labels(folder / f.name)) for i, f in enumerate(files))
    return evaluate(pairs, conventions=conventions)


def table(name: str, values: pd.DataFrame, column: str) -> np.ndarray:
    array = values.to_numpy(np.float64).view(Golden)
    array.origin = (f"{CHECK}/{name}", column)
    return array


@pytest.mark.parametrize(("case", "predictions", "truth", "void"), CASES)
def test_real_predictions_frame_by_frame(case, predictions, truth, void):
    rows = pd.read_csv(golden_path(f"{CHECK}/per_frame.csv"))
    expected = rows[rows["case"].str.contains(case)]
    found = real(predictions, truth, Conventions(void=void)).frames
    assert found[["object", "frame"]].to_numpy().tolist() == (
        expected[["object", "frame"]].to_numpy().tolist()
    )
    # The table has six decimals.
    near(found[["J", "F"]], table("per_frame.csv", expected[["J", "F"]], f"J, F: {case}"), 5.1e-7)


def test_real_predictions_summed_up():
    expected = pd.read_csv(golden_path(f"{CHECK}/summary.csv"))
    found = real(*CASES[0][1:3], Conventions.davis2017()).summary()
    names = [f"{m} {s}" for m in ("J", "F") for s in ("mean", "recall", "decay")] + ["J&F"]
    columns = [f"{m}-{s}" for m in ("J", "F") for s in ("Mean", "Recall", "Decay")] + ["J&F"]
    # The table has four decimals.
    near(found[names], table("summary.csv", expected[columns], "all columns"), 5.1e-5)
