import json
from dataclasses import asdict

import pytest

from vostoolkit.training.curve import curve_figure, read_curve, write_curve
from vostoolkit.training.loop import CurvePoint, Files


def test_steps_that_were_done_twice_count_once(tmp_path):
    written = [
        CurvePoint(25, 60.0, 0.1, 2.0, 0.3),
        CurvePoint(50, 120.0, 0.2, 1.5, 0.4),  # lost by a kill: the checkpoint was of step 30
        CurvePoint(55, 130.0, 0.2, 1.4, 0.5),
        CurvePoint(50, 110.0, 0.2, 1.6, 0.4),
        CurvePoint(75, 180.0, 0.3, 1.2, 0.6),
    ]
    files = Files(tmp_path)
    assert read_curve(files) == ()
    assert write_curve(files, "none") is None
    files.curve.write_text("".join(json.dumps(asdict(point)) + "\n" for point in written))
    points = read_curve(files)
    assert points == (written[0], written[3], written[4])
    loss, overlap = curve_figure(points, "a run").data
    assert list(loss.y) == [2.0, 1.6, 1.2]
    assert list(overlap.x) == pytest.approx([1.0, 110 / 60, 3.0])
    page = write_curve(files, "a run")
    assert page == tmp_path / "curve.html"
    assert "a run" in page.read_text()
