import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

from tests.video.numbered import HEIGHT, WIDTH, number_shown, picture, uneven
from vostoolkit.arrays import Size
from vostoolkit.data.mp4 import Mp4Writer
from vostoolkit.video import open_video

SIZE = Size(HEIGHT, WIDTH)

ENDLESS = """
import sys
from itertools import count
from pathlib import Path
from tests.video.numbered import HEIGHT, WIDTH, picture
from vostoolkit.arrays import Size
from vostoolkit.data.mp4 import Mp4Writer

writer = Mp4Writer(Path(sys.argv[1]), Size(HEIGHT, WIDTH), 10)
for number in count():
    writer.write(picture(number % 1000), number / 10)
    print(number, flush=True)
"""


def write(path: Path, count: int, size: Size = SIZE) -> Path:
    with Mp4Writer(path, size, 24) as writer:
        for number in range(count):
            writer.write(np.resize(picture(number), (*size, 3)), number / 24)
    return path


def test_pictures_and_times_come_back(tmp_path: Path):
    times = np.array(uneven(60)) / 600
    with Mp4Writer(tmp_path / "a.mp4", SIZE, 24) as writer:
        for number, time_s in enumerate(times):
            writer.write(picture(number), float(time_s))
    frames = list(open_video(tmp_path / "a.mp4"))
    assert [number_shown(f.image) for f in frames] == list(range(60))
    assert [f.time_s for f in frames] == pytest.approx(times, abs=1e-3)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.mp4"]


def test_browsers_play_it(tmp_path: Path):
    path = write(tmp_path / "a.mp4", 30)
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
    data = path.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")
    assert b"moof" not in data


def test_colours_are_kept(tmp_path: Path):
    with Mp4Writer(tmp_path / "a.mp4", SIZE, 24) as writer:
        writer.write(np.full((*SIZE, 3), (213, 94, 0), np.uint8), 0.0)
    shown = open_video(tmp_path / "a.mp4")[0].image.reshape(-1, 3).mean(0)
    assert shown == pytest.approx([213, 94, 0], abs=4)


def test_odd_sizes_are_made_even(tmp_path: Path):
    assert open_video(write(tmp_path / "a.mp4", 3, Size(33, 51))).size == Size(34, 52)


def test_a_picture_of_another_size(tmp_path: Path):
    with (
        Mp4Writer(tmp_path / "a.mp4", SIZE, 24) as writer,
        pytest.raises(ValueError, match="a picture of 8x6 for a video of 160x64"),
    ):
        writer.write(np.zeros((6, 8, 3), np.uint8), 0.0)


def test_without_pictures_there_is_no_file(tmp_path: Path):
    Mp4Writer(tmp_path / "a.mp4", SIZE, 24).close()
    assert not list(tmp_path.iterdir())


def test_a_killed_writer_leaves_a_playable_file(tmp_path: Path):
    path = tmp_path / "a.mp4"
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 120:
                break
        process.kill()
    time.sleep(0.1)
    video = open_video(path)
    assert len(video) >= 50
    assert [number_shown(f.image) for f in video] == list(range(len(video)))
