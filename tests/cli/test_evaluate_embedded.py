"""The command that judges the networks that come along."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from vostoolkit.__main__ import main
from vostoolkit.cli import evaluate_embedded
from vostoolkit.data.synthetic.clip import synthetic_clip
from vostoolkit.training.judged import Judged, Scored
from vostoolkit.training.judged_kept import Kept
from vostoolkit.training.judged_report import Row


def test_one_clip_fills_the_whole_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "scores"
    monkeypatch.setattr(evaluate_embedded, "LONG", 24)
    assert main(["evaluate", "embedded", "--procedural", "1", "--out", str(out)]) == 0
    rows = pd.read_csv(out / "embedded.csv")
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) == 2 + len(rows)
    assert "benchmarks/frame.py" in shown
    page = (out / "embedded.html").read_text()
    assert page.count("<tr") == 1 + len(rows)
    assert "Plotly.newPlot" in page
    overlaps = rows[rows["what"] == "mean J"].set_index("who")["value"]
    assert set(overlaps.index) == {"nano", "flow warp", "colour matcher"}
    assert overlaps.between(0.05, 1).all()
    clicked = rows[rows["what"] == "IoU after 3 clicks"].set_index("who")["value"]
    assert set(clicked.index) == {"click", "GrabCut"}
    assert clicked.between(0.05, 1).all()
    for work in ("carried", "click_scores"):
        monkeypatch.delattr(evaluate_embedded, work)  # nothing is judged again
    assert main(["evaluate", "embedded", "--procedural", "1", "--out", str(out)]) == 0
    assert capsys.readouterr().out == shown


def test_real_clips_are_held_against_what_does_not_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate_embedded, "LONG", 24)
    made = synthetic_clip(3, frames=4)
    clip = Judged("dense", made.video, made.labels, made.objects)
    sparse = replace(clip, name="sparse", is_dense=False)
    rows = list(evaluate_embedded.propagation_rows([clip, sparse], Kept(None), short=1, long=1))
    found = {(row.who, row.where): row for row in rows if row.what == "mean J"}
    bar = max(found["flow warp", "dense"].value, found["colour matcher", "dense"].value)
    assert found["nano", "dense"].target == bar
    assert found["nano", "all dense real"].value == found["nano", "dense"].value


def test_no_clips_or_no_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "embedded", "--procedural", "0"]) != 0
    assert "at least 1 clip" in capsys.readouterr().err
    assert main(["evaluate", "embedded", str(tmp_path)]) != 0
    assert "no clip to judge by" in capsys.readouterr().err


def test_changed_weights_or_a_kill_leave_no_old_part(tmp_path: Path) -> None:
    kept, counted = Kept(tmp_path), []

    def compute() -> list[Scored]:
        counted.append(1)
        return [Scored("a", 1, 1, 0.5, 0.25)]

    assert kept.scored(("nano", "aaaa"), compute) == kept.scored(("nano", "aaaa"), compute)
    assert len(counted) == 1
    kept.scored(("nano", "bbbb"), compute)
    assert len(counted) == 2


def test_rows_say_whether_a_target_is_met() -> None:
    assert Row("a", "b", "c", 0.5, 0.5).is_met
    assert not Row("a", "b", "c", 0.5, 0.4, least=False).is_met
    assert Row("a", "b", "c", 0.5).is_met is None
