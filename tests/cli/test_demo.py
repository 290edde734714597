import json
from pathlib import Path

import pytest

from tests.cli.clips import write_file, write_folder
from vostoolkit.__main__ import main


def test_the_notebook_is_run_into_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    clip, out = write_folder(tmp_path / "clip", 4), tmp_path / "out"
    assert main(["demo", str(clip), "--click", "22,28", "--out", str(out)]) == 0
    found = {path.name for path in out.iterdir()}
    assert found >= {"experiment.ipynb", "experiment.html", "overlay.mp4", "masks", "trace.csv"}
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["frames"], summary["interrupted"]) == (4, False)
    assert summary["J"] > 0.5
    said = capsys.readouterr().out
    assert "experiment.html" in said
    assert "frames_per_second" in said


@pytest.mark.parametrize(
    ("clicks", "message"),
    [
        ((), "say what to follow in the first frame: --click X,Y"),
        (("--click", "500,5"), "click at (500, 5) is outside the frame of 96x64"),
        (("--click", "here"), "click 'here': write X,Y in pixels"),
    ],
)
def test_what_is_wrong_is_said_before_the_notebook_starts(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    clicks: tuple[str, ...],
    message: str,
):
    clip = write_file(tmp_path / "clip.mp4", 3)
    assert main(["demo", str(clip), *clicks, "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith(f"vostoolkit: {message}")
    assert not (tmp_path / "out").exists()
