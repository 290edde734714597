from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.video.numbered import number_shown, picture, steady, write_numbered
from vostoolkit.errors import VideoError
from vostoolkit.video import open_video

FAST_START = {"movflags": "faststart"}


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    return path


def test_missing_file(tmp_path: Path):
    with pytest.raises(VideoError, match=r"there is no file .*no\.mp4: give a video"):
        open_video(tmp_path / "no.mp4")


@pytest.mark.parametrize("content", ["frames go here, later\n" * 50, ""])
@pytest.mark.parametrize("name", ["notes.mp4", "notes.txt", "notes.mkv"])
def test_text_named_as_a_video(tmp_path: Path, name: str, content: str):
    (tmp_path / name).write_text(content)
    with pytest.raises(VideoError, match=r"notes\.\w+ (can't be read as a|holds no) video"):
        open_video(tmp_path / name)


def test_one_picture_is_no_video(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "one.jpg"), picture(1))
    with pytest.raises(VideoError, match="holds no video"):
        open_video(tmp_path / "one.jpg")


def test_a_file_cut_off_before_its_table_cannot_be_opened(tmp_path: Path):
    path = cut(write_numbered(tmp_path / "a.mp4", steady(60)), 0.7)
    with pytest.raises(VideoError, match=r"a\.mp4 can't be read as a video .*cut off"):
        open_video(path)


@pytest.mark.parametrize("share", [0.4, 0.6, 0.95])
@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv", "cut.ts"])
def test_what_is_left_of_a_file_that_was_cut_off_is_usable(tmp_path: Path, name: str, share: float):
    is_mp4 = name.endswith("mp4")
    path = write_numbered(
        tmp_path / name,
        steady(100),
        options={"g": "12", "bf": "2"},
        container_options=FAST_START if is_mp4 else None,
    )
    video = open_video(cut(path, share))
    assert 5 < len(video) < 100
    good = len(video) if is_mp4 else len(video) - 4
    assert [number_shown(video[i].image) for i in range(good)] == list(range(good))


def test_damage_in_the_middle_loses_only_what_it_hit(tmp_path: Path):
    path = write_numbered(
        tmp_path / "a.mp4",
        steady(100),
        options={"g": "20", "bf": "0"},
        container_options=FAST_START,
    )
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 300] = bytes(300)
    path.write_bytes(data)
    video = open_video(path)
    assert len(video) == 100
    shown: dict[int, int] = {}
    for index in range(100):
        try:
            shown[index] = number_shown(video[index].image)
        except VideoError as error:
            assert f"frame {index} of" in str(error)
            assert "damaged" in str(error)
    assert all(shown[i] == i for i in (*range(20), *range(80, 100)))


def test_a_file_has_its_own_clock(tmp_path: Path):
    with pytest.raises(ValueError, match="own frame times"):
        open_video(write_numbered(tmp_path / "a.mp4", steady(3)), fps=10)


def test_another_type():
    with pytest.raises(TypeError):
        open_video([np.zeros((4, 4, 3), np.uint8)])  # type: ignore[arg-type]
