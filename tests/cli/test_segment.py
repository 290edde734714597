import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.clips import SIZE, labels, write_file, write_folder
from vostoolkit.__main__ import main
from vostoolkit.data.export import write_labels
from vostoolkit.data.folder import open_masks
from vostoolkit.video import open_video

ON_IT = "22,28"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("clip") / "square.mp4", 6)


def segment(*arguments: object) -> int:
    return main(["segment", *map(str, arguments), "--device", "cpu"])


def summary_in(folder: Path) -> dict:
    return json.loads((folder / "summary.json").read_text())


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return (one & other).sum() / (one | other).sum()


def test_everything_is_left_in_the_folder(clip: Path, tmp_path: Path):
    assert segment(clip, "--click", ON_IT, "--out", tmp_path) == 0
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {"masks", "overlay.mp4", "trace.csv", "summary.json"}
    masks = open_masks(tmp_path / "masks")
    assert masks.frames == tuple(range(6))
    for number in range(6):
        found_there = masks.labels(number)
        assert found_there is not None
        assert overlap(found_there == 1, labels(number) == 1) > 0.5
    film = open_video(tmp_path / "overlay.mp4")
    assert (len(film), film.size) == (6, SIZE)
    trace = pd.read_csv(tmp_path / "trace.csv")
    assert trace["frame"].tolist() == list(range(6))
    summary = summary_in(tmp_path)
    assert (summary["frames"], summary["interrupted"], summary["objects"]) == (6, False, 1)
    assert summary["frames_per_second"] > 0


def test_a_second_run_replaces_the_first(clip: Path, tmp_path: Path):
    write_labels(tmp_path / "masks", 99, labels(0))
    (tmp_path / "masks" / "notes.txt").write_text("mine")
    assert segment(clip, "--click", ON_IT, "--out", tmp_path) == 0
    assert not (tmp_path / "masks" / "00099.png").exists()
    assert (tmp_path / "masks" / "notes.txt").exists()


def test_boxes_masks_and_several_objects(clip: Path, tmp_path: Path):
    write_labels(tmp_path, 0, labels(0))
    marks = ("--mask", tmp_path / "00000.png", "--box", "7:60,45,80,60", "--not", "7:22,28")
    assert segment(clip, *marks, "--click", "9:70,10@3", "--out", tmp_path / "out") == 0
    trace = pd.read_csv(tmp_path / "out" / "trace.csv")
    assert trace.groupby("frame")["object"].apply(list).tolist() == 3 * [[1, 7]] + 3 * [[1, 7, 9]]


@pytest.mark.parametrize("user", ["simulated", "scribbling"])
def test_a_simulated_user_shows_the_object_and_answers(user: str, tmp_path: Path):
    folder = write_folder(tmp_path / "clip", 5)
    assert segment(folder, "--user", user, "--out", tmp_path / "out") == 0
    first = open_masks(tmp_path / "out" / "masks").labels(0)
    assert first is not None
    assert overlap(first == 1, labels(0) == 1) > 0.5
    assert summary_in(tmp_path / "out")["user"] == user


def test_a_simulated_user_shows_an_object_that_comes_later(tmp_path: Path):
    folder = write_folder(tmp_path / "clip", 4)
    for number in (2, 3):
        both = labels(number)
        both[44:60, 60:90] = 5
        write_labels(folder / "Annotations", number, both)
    assert segment(folder, "--user", "simulated", "--out", tmp_path / "out") == 0
    trace = pd.read_csv(tmp_path / "out" / "trace.csv")
    assert trace[trace["object"] == 5]["frame"].tolist() == [2, 3]


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ((), "nothing to follow in the first frame: point at it with --click"),
        (("--click", "500,10"), r"click at \(500, 10\) is outside the frame of 96x64"),
        (("--click", "0:5,5"), "object id 0 is not usable: give an integer from 1 to 255"),
        (
            ("--click", "5,5", "--not", "5,9@99"),
            "a prompt on frame 99: the video has frames 0",
        ),
        (("--mask", "nothing.png"), "the mask nothing.png can't be read"),
        (("--user", "simulated"), "give a folder that holds JPEGImages and Annotations"),
        (("--click", "5,5@2"), "nothing to follow in the first frame"),
        (("--click", "5,5", "--device", "cuda:7"), "device 'cuda:7' isn't there"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_in_one_line(
    clip: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    marks: tuple[str, ...],
    message: str,
):
    device = () if "--device" in marks else ("--device", "cpu")
    code = main(["segment", str(clip), *marks, *device, "--out", str(tmp_path / "out")])
    (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("vostoolkit:")]
    assert code == 2
    assert re.search(message, line), line


def test_a_mask_of_another_size(clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_labels(tmp_path, 0, np.ones((5, 5), np.uint8))
    assert segment(clip, "--mask", tmp_path / "00000.png", "--out", tmp_path / "out") == 2
    assert "a drawing of 5x5 pixels on a frame of 96x64" in capsys.readouterr().err


def test_a_click_in_another_form(clip: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        segment(clip, "--click", "here", "--out", "out")
    assert "'here' is not X,Y; for object 2 write 2:X,Y" in capsys.readouterr().err


def test_a_frame_that_breaks_loses_nothing_before_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = write_folder(tmp_path / "clip", 6)
    (folder / "JPEGImages" / "00003.jpg").write_text("broken")
    assert segment(folder, "--click", ON_IT, "--out", tmp_path / "out") == 2
    assert "00003.jpg is not a picture" in capsys.readouterr().err
    assert open_masks(tmp_path / "out" / "masks").frames == (0, 1, 2)
    assert len(open_video(tmp_path / "out" / "overlay.mp4")) == 3
    assert summary_in(tmp_path / "out")["interrupted"] is True


def test_ctrl_c_keeps_what_is_finished(tmp_path: Path):
    clip, out = write_file(tmp_path / "long.mp4", 60), tmp_path / "out"
    command = ["-m", "vostoolkit", "segment", clip, "--click", ON_IT, "--out", out]
    process = subprocess.Popen(
        [sys.executable, *map(str, command), "--device", "cpu"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        deadline = time.monotonic() + 120
        while not (out / "masks" / "00004.png").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "what is finished is kept" in said
    assert "Traceback" not in said
    summary = summary_in(out)
    assert summary["interrupted"] is True
    done = summary["frames"]
    assert 5 <= done < 60
    masks = open_masks(out / "masks")
    assert masks.frames == tuple(range(done))
    assert all(masks.labels(number) is not None for number in masks.frames)
    assert len(open_video(out / "overlay.mp4")) == done
    assert len(pd.read_csv(out / "trace.csv")) == done
