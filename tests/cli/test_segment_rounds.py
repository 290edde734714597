"""The command for methods that work in rounds."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from methods.nearest import Nearest

from tests.cli.clips import labels, write_file, write_folder
from vostoolkit.__main__ import main
from vostoolkit.data.folder import open_masks
from vostoolkit.methods.presets import PRESETS


def segment(*arguments: object) -> int:
    return main(["segment", *map(str, arguments), "--device", "cpu"])


@pytest.mark.parametrize("method", ["mivos", "xmem++"])
def test_clicks_in_any_frames_are_one_round(tmp_path: Path, method: str):
    clip = write_file(tmp_path / "square.mp4", 6)
    out = tmp_path / "out"
    marks = ("--click", "26,28@4", "--click", "24,20@2")
    assert segment(clip, "--method", method, *marks, "--out", out) == 0
    masks = open_masks(out / "masks")
    assert masks.frames == tuple(range(6))
    for number in range(6):
        found, there = masks.labels(number) == 1, labels(number) == 1
        assert (found & there).sum() / (found | there).sum() > 0.5
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["frames"], summary["interrupted"], summary["method"]) == (6, False, method)
    trace = pd.read_csv(out / "trace.csv")
    assert trace["frame"].tolist() == list(range(6)) and set(trace["round"]) == {1}
    assert trace.query("corrected")["frame"].tolist() == [2, 4]


def test_a_sixth_method_needs_its_own_file_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(PRESETS, "nearest", Nearest.preset)
    clip = write_file(tmp_path / "square.mp4", 6)
    marks = ("--click", "20,28", "--click", "50,28@5")
    assert segment(clip, "--method", "nearest", *marks, "--out", tmp_path / "out") == 0
    masks = open_masks(tmp_path / "out" / "masks")
    assert [int(masks.labels(t)[0].argmax()) for t in range(6)] == [20, 20, 20, 50, 50, 50]


def test_one_who_knows_the_masks_corrects_the_worst_frame_in_each_round(tmp_path: Path):
    folder = write_folder(tmp_path / "clip", 5)
    more = ("--user", "scribbling", "--rounds", "2", "--out", tmp_path / "out")
    assert segment(folder, "--method", "mivos", *more) == 0
    trace = pd.read_csv(tmp_path / "out" / "trace.csv")
    assert trace["frame"].tolist() == list(range(5)) and set(trace["round"]) <= {1, 2}
    assert np.isfinite(trace["seconds"]).all()


def test_nothing_to_follow_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    clip = write_file(tmp_path / "square.mp4", 3)
    assert segment(clip, "--method", "mivos", "--out", tmp_path / "out") != 0
    assert "nothing to follow" in capsys.readouterr().err
