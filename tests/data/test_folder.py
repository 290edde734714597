from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from vostoolkit.arrays import Size
from vostoolkit.data.export import write_labels
from vostoolkit.data.folder import open_masks, read_labels
from vostoolkit.errors import VideoError
from vostoolkit.video import open_video

SHARED = Path(__file__).parents[3] / "shared" / "data"


def labels(number: int) -> np.ndarray:
    result = np.zeros((6, 8), np.uint8)
    result[1:3, 2:5] = number
    result[5] = 255
    return result


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Frames 10 to 14, masks of the frames 10 and 13."""
    (tmp_path / "JPEGImages").mkdir()
    for name in range(10, 15):
        cv2.imwrite(str(tmp_path / "JPEGImages" / f"{name:05d}.jpg"), np.zeros((6, 8, 3), np.uint8))
    for name in (10, 13):
        write_labels(tmp_path / "Annotations", name, labels(name % 9))
    return tmp_path


def test_masks_belong_to_the_frames_of_their_name(clip: Path):
    truth = open_masks(clip, open_video(clip))
    assert truth.frames == (0, 3)
    assert truth.size == Size(6, 8)
    assert truth.objects == (1, 4)
    assert truth.labels(1) is None


def test_without_the_frames_the_name_is_the_number(clip: Path):
    assert open_masks(clip / "Annotations").frames == (10, 13)
    with pytest.raises(VideoError, match=r"00010\.png: the video has frames 0 to 2 only"):
        open_masks(clip, open_video(np.zeros((3, 6, 8, 3), np.uint8)))


def test_void_is_no_object(clip: Path):
    given = open_masks(clip).labels(10)
    assert given is not None
    assert np.unique(given).tolist() == [0, 1, 255]
    assert open_masks(clip, void=None).objects == (1, 4, 255)


def test_masks_of_another_size(clip: Path):
    with pytest.raises(VideoError, match=r"00010\.png is 8x6, but the frames are 6x8"):
        open_masks(clip, open_video(np.zeros((20, 8, 6, 3), np.uint8)))


def test_a_mask_without_a_frame(clip: Path):
    write_labels(clip / "Annotations", 99, labels(1))
    with pytest.raises(VideoError, match=r"00099\.png belongs to no frame"):
        open_masks(clip, open_video(clip))


def test_a_folder_without_masks(tmp_path: Path):
    with pytest.raises(VideoError, match="holds no masks"):
        open_masks(tmp_path)


@pytest.mark.parametrize("mode", ["L", "1"])
def test_white_on_black_is_object_1(tmp_path: Path, mode: str):
    picture = Pillow.fromarray(np.array([[0, 255], [255, 0]], np.uint8)).convert(mode)
    picture.save(tmp_path / "0.png")
    assert read_labels(tmp_path / "0.png").tolist() == [[0, 1], [1, 0]]


def test_grey_values_are_object_ids(tmp_path: Path):
    Pillow.fromarray(np.array([[0, 1], [2, 255]], np.uint8)).save(tmp_path / "0.png")
    assert read_labels(tmp_path / "0.png").tolist() == [[0, 1], [2, 255]]


def test_a_colour_picture_is_no_mask(tmp_path: Path):
    Pillow.new("RGB", (2, 2)).save(tmp_path / "0.png")
    with pytest.raises(VideoError, match="mode RGB: give palette or grey"):
        open_masks(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_damaged_mask(clip: Path, share: float):
    file = clip / "Annotations" / "00010.png"
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with pytest.raises(VideoError, match=r"the mask .*00010\.png can't be read"):
        open_masks(clip)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared clips are not here")
def test_masks_of_a_real_clip():
    truth = open_masks(SHARED / "caps", open_video(SHARED / "caps"))
    assert truth.frames == (0, 14, 33, 43, 66)
    assert truth.objects == (1, 2)
    instances = open_masks(SHARED / "tennis" / "Annotations_instances")
    assert (instances.frames, instances.objects) == ((18, 19), (1, 2))
