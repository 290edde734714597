"""The command that compares folders of masks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vostoolkit.__main__ import main
from vostoolkit.data.export import write_labels

SHARED = Path(__file__).parents[3] / "shared"


def labels(left: int, *, object_id: int = 1, void: bool = False) -> np.ndarray:
    held = np.zeros((20, 30), np.uint8)
    held[5:10, left : left + 10] = object_id
    if void:
        held[:, 20:] = 255
    return held


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A sequence ``a`` of which frame 1 is half wrong, and a perfect ``b`` of object 2."""
    for frame in range(3):
        write_labels(tmp_path / "truth" / "a", frame, labels(5))
        write_labels(tmp_path / "mine" / "a", frame, labels(10 if frame == 1 else 5))
        write_labels(tmp_path / "truth" / "b", frame, labels(5, object_id=2, void=True))
        write_labels(tmp_path / "mine" / "b", frame, labels(5, object_id=2))
    return tmp_path / "mine", tmp_path / "truth"


def said(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_help_shows_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["evaluate"], ["evaluate", "folder"]):
        with pytest.raises(SystemExit, match="0"):
            main([*command, "--help"])
        out = capsys.readouterr().out
        assert out.startswith(" ".join(("usage: vostoolkit", *command)))
        assert max(map(len, out.splitlines())) <= 100


def test_a_tree_has_a_row_for_each_object_and_the_mean(folders, capsys) -> None:
    mine, truth = map(str, folders)
    assert main(["evaluate", "folder", mine, truth]) == 0
    heads, a, b, mean = said(capsys)
    assert heads[:3] == ["sequence", "object", "J&F"]
    assert a[:2] == ["a", "1"] and b[:3] == ["b", "2", "1.0000"]
    assert a[3] == f"{(1 + 1 / 3 + 1) / 3:.4f}"  # half of 50 pixels moved: 25 of 75
    assert a[4] == f"{2 / 3:.4f}"
    assert mean[:3] == ["mean", "of", "2"]
    assert float(mean[4]) == pytest.approx((float(a[3]) + 1) / 2, abs=1e-4)


def test_conventions_are_options(folders, capsys) -> None:
    mine, truth = folders
    assert main(["evaluate", "folder", str(mine / "a"), str(truth), "--skip-ends"]) == 0
    assert said(capsys)[1][3] == f"{1 / 3:.4f}"
    write_labels(mine / "b", 1, labels(12, object_id=2))  # 15 of 50 pixels right, 10 on void
    for void, expected in (("left-out", 15 / 75), ("background", 15 / 85)):
        main(["evaluate", "folder", str(mine / "b"), str(truth / "b"), "--void", void])
        assert said(capsys)[1][3] == f"{(2 + expected) / 3:.4f}"


def test_tables_are_written(folders, tmp_path: Path, capsys) -> None:
    mine, truth = map(str, folders)
    names = tmp_path / "val.txt"
    names.write_text("a\nb\n")
    out = tmp_path / "scores"
    main(["evaluate", "folder", mine, truth, "--sequences", str(names), "--out", str(out)])
    frames = pd.read_csv(out / "per_frame.csv")
    assert list(frames.columns) == ["sequence", "frame", "object", "J", "F"]
    assert frames[frames["sequence"] == "a"]["J"].tolist() == pytest.approx([1, 1 / 3, 1])
    summary = pd.read_csv(out / "summary.csv")
    assert summary["sequence"].tolist() == ["a", "b"]
    assert summary["J mean"].tolist() == pytest.approx([7 / 9, 1])
    assert len(said(capsys)) == 4


def test_wrong_input_is_one_line(folders, tmp_path: Path, capsys) -> None:
    mine, truth = folders
    write_labels(tmp_path / "nothing", 0, np.zeros((20, 30), np.uint8))
    cases = [
        ([str(tmp_path / "nowhere"), str(truth)], "no folder"),
        ([str(tmp_path / "nothing"), str(tmp_path / "nothing")], "nothing to score"),
        ([str(mine / "a"), str(truth / "b")], "object 1 is predicted in frame 0"),
        ([str(mine), str(truth), "--objects", "one"], "write ids such as 1,2"),
        ([str(mine), str(truth), "--sequences", ","], "names none"),
        ([str(mine), str(truth), "--sequences", "c"], "no masks of the sequence c"),
    ]
    for arguments, message in cases:
        assert main(["evaluate", "folder", *arguments]) == 2
        complaint = capsys.readouterr().err.strip().splitlines()[-1]
        assert complaint.startswith("vostoolkit: ") and message in complaint


def test_other_pictures_are_refused_before_a_bar_is_drawn(folders, tmp_path: Path, capsys) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "explorer.png").write_bytes((folders[0] / "a/00000.png").read_bytes())
    assert main(["evaluate", "folder", str(tmp_path / "pictures"), str(folders[1] / "a")]) == 2
    (complaint,) = capsys.readouterr().err.strip().splitlines()
    assert "pictures isn't a folder of masks: " in complaint and "Give either two" in complaint


def test_objects_may_be_named(folders, capsys) -> None:
    mine, truth = folders
    write_labels(mine / "a", 0, labels(5, object_id=7))
    assert main(["evaluate", "folder", str(mine / "a"), str(truth)]) == 2
    options = ["--objects", "1", "--both-empty", "left-out", "--tolerance", "1", "--released-decay"]
    assert main(["evaluate", "folder", str(mine / "a"), str(truth), *options]) == 0
    assert said(capsys)[1][:2] == ["a", "1"]


def test_the_official_numbers_of_real_predictions(capsys) -> None:
    predictions = SHARED / "goldens" / "davis_metric_check" / "car-shadow_osvos"
    if not predictions.is_dir():
        pytest.skip("the predictions are not in ../shared/goldens")
    truth = SHARED / "data" / "car-shadow"
    options = ["--skip-ends", "--void", "background"]
    assert main(["evaluate", "folder", str(predictions), str(truth), *options]) == 0
    numbers = ["0.9229", "0.9284", "1.0000", "0.1103", "0.9174", "1.0000", "0.1697"]
    assert said(capsys)[1][2:] == numbers
