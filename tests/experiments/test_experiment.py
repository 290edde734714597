"""The experiment notebook, from a clip on disk to its folder of results."""

import json
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from vostoolkit.data.export import write_labels
from vostoolkit.data.folder import read_labels
from vostoolkit.data.synthetic import synthetic_clip
from vostoolkit.errors import ExperimentError
from vostoolkit.experiments import notebook, run_notebook

FRAMES = 5


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    made = synthetic_clip(4, frames=FRAMES, size=(96, 144))
    (folder / "JPEGImages").mkdir()
    for frame in made.video:
        image = cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(folder / "JPEGImages" / f"{frame.index:05d}.jpg"), image)
        write_labels(folder / "Annotations", frame.index, made.labels(frame.index))
    return folder


def run(out, **parameters) -> dict:
    done = run_notebook(notebook("experiment"), out, parameters)
    assert done.stat().st_size < 2**20
    assert done.with_suffix(".html").read_text().count("data:image/") >= 2
    assert (out / "overlay.mp4").stat().st_size > 0
    return json.loads((out / "summary.json").read_text())


def test_a_clip_with_ground_truth_is_scored(clip, tmp_path):
    summary = run(tmp_path, clip=str(clip), tau_user=0.4, tau_pseudo=0.001)
    assert summary["frames"] == FRAMES
    for name in ("J", "R@0.1", "R@0.25", "R@0.5"):
        assert 0 <= summary[name] <= 1
    rows = pd.read_csv(tmp_path / "trace.csv")
    assert summary["pseudo_corrections"] == rows["pseudo"].sum()
    assert summary["user_corrections"] >= 0
    assert summary["frames_per_second"] > 0
    assert summary["device"]
    assert rows["iou"].notna().all()
    assert summary["J"] == pytest.approx(rows[rows["frame"] > 0]["iou"].mean())
    masks = sorted((tmp_path / "masks").glob("*.png"))
    assert len(masks) == FRAMES
    assert read_labels(masks[0]).shape == (96, 144)


def test_a_clip_without_ground_truth_needs_a_click_and_is_not_scored(clip, tmp_path):
    frames = str(clip / "JPEGImages")
    true = read_labels(clip / "Annotations" / "00000.png")
    y, x = (int(np.median(places)) for places in np.nonzero(true))
    (tmp_path / "alone").mkdir()
    (clip / "Annotations").rename(clip / "away")
    try:
        summary = run(tmp_path / "alone", clip=frames, clicks=[f"{x},{y}"], max_frames=3)
        with pytest.raises(ExperimentError, match="no prompts"):
            run_notebook(notebook("experiment"), tmp_path / "none", {"clip": frames})
    finally:
        (clip / "away").rename(clip / "Annotations")
    assert summary["frames"] == 3
    assert "J" not in summary
