from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.video.numbered import number_shown, picture
from vostoolkit.arrays import Size
from vostoolkit.errors import VideoError
from vostoolkit.frames import Video
from vostoolkit.video import VideoFolder, open_video


def write(folder: Path, numbers: range, name: str = "{}.png") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        assert cv2.imwrite(str(folder / name.format(number)), picture(number)[..., ::-1])
    return folder


@pytest.mark.parametrize("name", ["{}.png", "{:05d}.jpg", "shot 2 frame_{}.webp", "{}.JPEG"])
def test_frames_are_sorted_by_number(tmp_path: Path, name: str):
    video = open_video(write(tmp_path, range(12), name))
    assert isinstance(video, Video)
    assert [number_shown(f.image) for f in video] == list(range(12))
    assert video[6].time_s == pytest.approx(6 / 24)


def test_the_layout_of_davis_is_known(tmp_path: Path):
    write(tmp_path / "JPEGImages", range(3), "{:05d}.jpg")
    (tmp_path / "Annotations").mkdir()
    for given in (tmp_path, tmp_path / "JPEGImages"):
        video = open_video(given, fps=10)
        assert isinstance(video, VideoFolder)
        assert (len(video), video.fps) == (3, 10)
        assert video.names == ("00000", "00001", "00002")
        assert video.mask_folder == tmp_path / "Annotations"


def test_pictures_come_in_rgb_whatever_they_hold(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "0.png"), np.full((4, 6, 3), (0, 0, 200), np.uint8))
    cv2.imwrite(str(tmp_path / "1.png"), np.full((4, 6), 77, np.uint8))
    cv2.imwrite(str(tmp_path / "2.png"), np.full((4, 6, 4), (10, 20, 30, 0), np.uint8))
    cv2.imwrite(str(tmp_path / "3.png"), np.full((4, 6), 77 * 256, np.uint16))
    corners = [f.image[0, 0].tolist() for f in open_video(tmp_path)]
    assert corners == [[200, 0, 0], [77, 77, 77], [30, 20, 10], [77, 77, 77]]


def test_other_files_are_passed_over(tmp_path: Path):
    write(tmp_path, range(2))
    (tmp_path / "meta.json").write_text("{}")
    (tmp_path / "._0.png").write_bytes(b"from a Mac")
    assert len(open_video(tmp_path)) == 2


def test_a_folder_without_frames(tmp_path: Path):
    with pytest.raises(VideoError, match=r"holds no frames: give a folder of \.jpg"):
        open_video(tmp_path)


def test_frames_and_masks_in_one_folder(tmp_path: Path):
    write(tmp_path, range(3), "{}.jpg")
    write(tmp_path, range(2), "{}.png")
    with pytest.raises(VideoError, match=r"3 \.jpg and 2 \.png pictures: which are the frames"):
        open_video(tmp_path)


def test_frames_of_another_size(tmp_path: Path):
    write(tmp_path, range(3))
    cv2.imwrite(str(tmp_path / "1.png"), np.zeros((9, 7), np.uint8))
    video = open_video(tmp_path)
    assert video[2].size == Size(64, 160)
    with pytest.raises(VideoError, match=r"frame 1, .*1\.png, is 7x9, but frame 0 is 160x64"):
        video[1]


@pytest.mark.parametrize("name", ["{}.png", "{}.jpg", "{}.webp"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.7])
def test_a_picture_that_is_cut_off(tmp_path: Path, name: str, share: float):
    write(tmp_path, range(3), name)
    file = tmp_path / name.format(1)
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    video = open_video(tmp_path)
    with pytest.raises(VideoError, match=f"{file.name} is not a"):
        video[1]


def test_text_named_as_a_picture(tmp_path: Path):
    (tmp_path / "0.jpg").write_text("a note")
    with pytest.raises(VideoError, match=r"0\.jpg is not a picture"):
        open_video(tmp_path)
