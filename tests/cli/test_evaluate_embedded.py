"""The command that judges the networks that come along."""

from pathlib import Path

import pandas as pd
import pytest

from vostoolkit.__main__ import main


def test_one_clip_fills_the_whole_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "scores"
    assert main(["evaluate", "embedded", "--procedural", "1", "--out", str(out)]) == 0
    rows = pd.read_csv(out / "embedded.csv")
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(rows)
    overlaps = rows[rows["what"] == "mean J"].set_index("who")["value"]
    assert set(overlaps.index) == {"nano", "flow warp", "colour matcher"}
    assert overlaps.between(0.05, 1).all()
    clicked = rows[rows["what"] == "IoU after 3 clicks"].set_index("who")["value"]
    assert set(clicked.index) == {"click", "GrabCut"}
    assert clicked.between(0.05, 1).all()


def test_no_clips_or_no_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "embedded", "--procedural", "0"]) != 0
    assert "at least 1 clip" in capsys.readouterr().err
    assert main(["evaluate", "embedded", str(tmp_path)]) != 0
    assert "no clip to judge by" in capsys.readouterr().err
