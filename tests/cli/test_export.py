import json
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.cli.clips import labels, write_file
from vostoolkit.__main__ import main
from vostoolkit.data.export import write_labels


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    for number in range(4):
        write_labels(tmp_path / "work" / "masks", number, labels(number))
    return tmp_path / "work"


def test_masks_become_coco_yolo_and_a_film(masks: Path, tmp_path: Path, capsys):
    clip, out = write_file(tmp_path / "square.mp4", 4), tmp_path / "out"
    arguments = ["export", masks, "--video", clip, "--name", "1=square", "--out", out]
    assert main([*map(str, arguments), "--format", "coco", "yolo", "overlay"]) == 0
    coco = json.loads((out / "coco.json").read_text())
    assert coco["categories"] == [{"id": 1, "name": "square"}]
    assert [a["bbox"] for a in coco["annotations"]] == [[10 + n, 16, 24, 24] for n in range(4)]
    line = (out / "yolo" / "labels" / "00000.txt").read_text().split()
    corners = np.array(line[1:], float).reshape(-1, 2) * (96, 64) - 0.5
    assert np.allclose(sorted(map(tuple, corners)), [(10, 16), (10, 39), (33, 16), (33, 39)])
    assert str(out / "overlay.mp4") in capsys.readouterr().out
    assert main(["export", str(masks), "--format", "coco", "--out", str(out)]) == 2
    assert "holds coco.json already" in capsys.readouterr().err
    again = ["export", str(masks), "--format", "coco", "--out", str(out), "--overwrite"]
    assert main(again) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "overlay"), "overlay needs the frames: give the video too"),
        (("--format", "coco", "--name", "fly"), "'fly' is not OBJECT=NAME, such as 1=fly"),
        (("--format", "soft"), "invalid choice: 'soft'"),
    ],
)
def test_wrong_input_is_told(masks: Path, tmp_path: Path, capsys, arguments, message):
    try:
        code = main(["export", str(masks), "--out", str(tmp_path / "out"), *arguments])
    except SystemExit as error:
        code = error.code
    assert code == 2 and message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_ctrl_c_leaves_nothing_half_written(masks: Path, tmp_path: Path, capsys):
    for number in range(4, 600):
        write_labels(masks / "masks", number, labels(number % 4))
    out = tmp_path / "out"

    def interrupt() -> None:
        while not list(out.glob(".unfinished*/masks/00003.png")):
            time.sleep(0.001)
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    assert main(["export", str(masks), "--format", "palette", "--out", str(out)]) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert list(out.iterdir()) == []
