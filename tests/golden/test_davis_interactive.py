"""Metrics, strokes and the scribble robot equal those of DAVIS's interactive challenge."""

import numpy as np
import pytest
from golden.goldens import golden, near, same

from vostoolkit.arrays import Size
from vostoolkit.metrics.evaluation import Evaluation, evaluate
from vostoolkit.strokes import bezier, line_pixels, stroke_map
from vostoolkit.users import ScribbleRobot

EXACT = 1e-12
AS_FLOAT32 = 1e-7
ROBOT = ScribbleRobot()


@pytest.fixture(scope="module")
def davis() -> dict[str, np.ndarray]:
    return golden("davisinteractive.npz")


@pytest.fixture(scope="module")
def evaluation(davis) -> Evaluation:
    pairs = zip(range(12), np.array(davis["pred"]), np.array(davis["gt"]), strict=True)
    return evaluate(pairs)


def by_frame(evaluation: Evaluation, measure: str) -> np.ndarray:
    return evaluation.frames.pivot(index="frame", columns="object", values=measure).to_numpy()


def test_metrics(davis, evaluation):
    near(by_frame(evaluation, "J"), davis["jaccard"], EXACT)
    near(by_frame(evaluation, "F"), davis["f"], EXACT)
    near(by_frame(evaluation, "J").mean(1), davis["jaccard_avg"], EXACT)
    near(by_frame(evaluation, "F").mean(1), davis["f_avg"], EXACT)


def test_an_object_that_is_never_there_may_be_counted(davis):
    """Asked for three objects where there are two, the release gives the third 1 everywhere."""
    pairs = zip(range(12), np.array(davis["pred"]), np.array(davis["gt"]), strict=True)
    near(by_frame(evaluate(pairs, objects=(1, 2, 3)), "J"), davis["jaccard_nb3"], EXACT)


def test_curves_and_lines(davis):
    near(bezier(np.array(davis["bez_in"]), 1000), davis["bezier1000"], EXACT)
    near(bezier(np.array(davis["bez_in"]), 50), davis["bezier50"], EXACT)
    same(line_pixels(np.array(davis["bez_in"]).astype(np.int64)), davis["bresenham"])


@pytest.mark.parametrize("case", ["full", "obj1_f2"])
def test_errors_and_skeletons(davis, case):
    truth, predicted = np.array(davis["gt"]), np.array(davis["pred"])
    if case == "obj1_f2":
        same((truth[2] == 1) & (predicted[2] != 1), davis["err_obj1_f2"])
    same(ROBOT.skeleton(np.array(davis[f"err_{case}"])), davis[f"skel_{case}"])


def drawn(davis, case: str) -> tuple[int, np.ndarray, np.ndarray]:
    """The frame of a case, its prediction and its truth."""
    predicted, truth = np.array(davis["pred"]), np.array(davis["gt"])
    return {
        "worst": (7, predicted[7], truth[7]),
        "frame2": (2, predicted[2], truth[2]),
        "empty_pred": (0, np.zeros_like(truth[0]), truth[0]),
        "perfect": (2, truth[2], truth[2]),
        "big_frame3": (3, np.array(davis["big_pred3"]), np.array(davis["big_gt3"])),
    }[case]


CASES = ["worst", "frame2", "empty_pred", "perfect", "big_frame3"]


@pytest.mark.parametrize("case", CASES)
def test_the_robot_draws_the_same_strokes(davis, case):
    frame, predicted, truth = drawn(davis, case)
    strokes = ROBOT.strokes(predicted, truth)
    found = [(frame, stroke.label, len(stroke.points)) for stroke in strokes]
    same(np.array(found, np.int64).reshape(-1, 3), davis[f"rob_{case}_meta"])
    paths = np.concatenate([np.zeros((0, 2)), *(stroke.points for stroke in strokes)])
    near(paths, davis[f"rob_{case}_paths"], AS_FLOAT32)


@pytest.mark.parametrize("case", CASES)
def test_strokes_cover_the_same_pixels(davis, case):
    frame, predicted, truth = drawn(davis, case)
    size = Size(*davis[f"rob_{case}_mask"].shape[1:])
    maps = np.stack([stroke_map((), size)] * 12)
    maps[frame] = stroke_map(ROBOT.strokes(predicted, truth), size)
    same(maps, davis[f"rob_{case}_mask"])


def test_the_worst_frame_is_the_released_choice(davis, evaluation):
    same(evaluation.worst_frame("J"), davis["rob_worst_meta"][0, 0])
