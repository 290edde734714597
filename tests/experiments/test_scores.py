import numpy as np
import pandas as pd
import pytest

from vostoolkit.errors import PromptError
from vostoolkit.experiments import clicks_at, scores, with_iou
from vostoolkit.prompts import Click


def labels(columns):
    found = np.zeros((4, 8), np.uint8)
    found[:, :columns] = 1
    found[:, 6:] = 2
    return found


def test_each_row_gets_its_iou_where_there_is_truth():
    rows = pd.DataFrame({"frame": [0, 0, 1, 1, 2, 2], "object": [1, 2, 1, 2, 1, 2]})
    predicted = {0: labels(4), 1: labels(2), 2: labels(1)}
    truth = {0: labels(4), 1: labels(4), 2: None}
    found = with_iou(rows, predicted.__getitem__, truth.__getitem__)["iou"]
    assert found[:4].tolist() == [1.0, 1.0, 0.5, 1.0]
    assert found[4:].isna().all()


def test_means_leave_out_the_first_frame_and_frames_without_truth():
    rows = pd.DataFrame(
        {
            "frame": [0, 1, 2, 3, 0, 1, 2, 3],
            "object": [1, 1, 1, 1, 2, 2, 2, 2],
            "iou": [1.0, 0.6, 0.2, np.nan, 1.0, 0.9, 0.3, np.nan],
        }
    )
    found = scores(rows)
    assert found["J"] == pytest.approx((0.4 + 0.6) / 2)
    assert [found[f"R@{t}"] for t in (0.1, 0.25, 0.5)] == [1.0, 0.75, 0.5]
    assert scores(rows.assign(iou=np.nan)) == {}


def test_clicks_are_written_with_or_without_their_object():
    assert clicks_at(["312,140", "2: 10.5,7"]) == (Click(0, 1, 312, 140), Click(0, 2, 10.5, 7))
    with pytest.raises(PromptError, match="'312;140'"):
        clicks_at(["312;140"])
