"""The numbers of a run, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from vostoolkit.experiments import boundary_scores, correlation, workload


def rows_of(corrected: dict[int, list[int]], frames: int, asked: bool = True) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"frame": f, "object": o, "corrected": f in at, "asked": asked and f in at}
            for f in range(frames)
            for o, at in corrected.items()
        ]
    )


def test_the_work_of_a_person_is_counted_without_the_first_prompts() -> None:
    found = workload(rows_of({1: [0, 10], 2: [0]}, 40), frames=40, fps=10)
    assert found["NoI"] == 1
    assert found["called"] == 1
    # 10 and 30 frames for object 1, 40 for object 2, at 10 a second
    assert found["dI_s"] == pytest.approx((1 + 3 + 4) / 3)
    assert found["NDI"] == pytest.approx((1 + 2 / 40) + 1 / 40)
    assert found["NDI_mean"] == pytest.approx(found["NDI"] / 2)
    # shares 1/4 and 3/4: (10/16 - 1/2) / (1/2)
    assert found["unevenness"] == pytest.approx(0.25)


def test_nobody_called_is_one_interval_and_no_unevenness() -> None:
    found = workload(rows_of({1: [0]}, 20, asked=False), frames=20, fps=5)
    assert (found["NoI"], found["called"], found["dI_s"]) == (0, 0, 4.0)
    assert np.isnan(found["unevenness"])


def labels(columns: int) -> np.ndarray:
    held = np.zeros((40, 60), np.uint8)
    held[10:30, 10 : 10 + columns] = 1
    return held


def test_boundaries_leave_out_the_first_frame_and_frames_without_truth() -> None:
    rows = pd.DataFrame({"frame": [0, 1, 2], "object": [1, 1, 1]})
    predicted = {0: labels(1), 1: labels(20), 2: labels(3)}
    truth = {0: labels(20), 1: labels(20), 2: None}
    found = boundary_scores(rows, predicted.__getitem__, truth.__getitem__)
    assert (found["F"], found["J&F"], found["J_recall"]) == (1, 1, 1)
    assert boundary_scores(rows, predicted.__getitem__, lambda frame: None) == {}


def test_the_mean_of_j_and_f() -> None:
    rows = pd.DataFrame({"frame": [0, 1], "object": [1, 1]})
    found = boundary_scores(rows, lambda f: labels(20 if f else 1), lambda f: labels(10))
    assert found["J&F"] == pytest.approx((0.5 + found["F"]) / 2)
    assert 0 < found["F"] < 1


def test_an_uncertainty_that_knows_has_a_correlation_of_one() -> None:
    rows = pd.DataFrame(
        {
            "frame": [0, 1, 2, 3] * 2,
            "object": [1] * 4 + [2] * 4,
            "score": [0.0, 0.1, 0.2, 0.9, 0.0, 0.1, 0.2, 0.9],
            "iou": [0.0, 0.9, 0.8, 0.1, 0.0, 0.9, 0.8, 0.1],
            "lost": False,
        }
    )
    assert correlation(rows) == pytest.approx(1)
    backward = rows.assign(iou=1 - rows["iou"])
    assert correlation(backward) == pytest.approx(-1)
    half = rows.assign(iou=np.where(rows["object"] == 1, rows["iou"], 1 - rows["iou"]))
    assert correlation(half) == pytest.approx(0)
    assert np.isnan(correlation(rows.assign(iou=0.5)))
    absent = pd.DataFrame({"frame": [4], "object": 1, "score": 1.0, "iou": 1.0, "lost": True})
    assert correlation(pd.concat([rows, absent])) == pytest.approx(1)
    wrongly = correlation(pd.concat([rows, absent.assign(lost=False)]))
    assert wrongly < 1
