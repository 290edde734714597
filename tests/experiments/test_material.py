import cv2
import numpy as np
import pytest

from vostoolkit.data.export import write_labels
from vostoolkit.data.synthetic import demo_clip
from vostoolkit.errors import VideoError
from vostoolkit.experiments import open_material
from vostoolkit.frames import Video


def test_the_demo_clip_comes_with_its_masks():
    material = open_material("demo", max_frames=3)
    assert isinstance(material.video, Video)
    assert len(material.video) == len(list(material.video)) == 3
    assert np.array_equal(material.truth(2), demo_clip().labels(2))
    with pytest.raises(IndexError, match="only 3 frames"):
        material.video[3]


def test_a_folder_in_the_layout_of_davis_brings_its_annotations(tmp_path):
    (tmp_path / "JPEGImages").mkdir()
    labels = np.zeros((32, 48), np.uint8)
    labels[8:20, 8:20] = 1
    for frame in range(3):
        image = np.full((32, 48, 3), 60 * frame, np.uint8)
        cv2.imwrite(str(tmp_path / "JPEGImages" / f"{frame:05d}.jpg"), image)
    write_labels(tmp_path / "Annotations", 0, labels)
    material = open_material(tmp_path)
    assert len(material.video) == 3
    assert np.array_equal(material.truth(0), labels)
    assert material.truth(1) is None
    (tmp_path / "Annotations").rename(tmp_path / "elsewhere")
    assert open_material(tmp_path).truth is None


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(VideoError, match="nothing"):
        open_material(tmp_path / "nothing.mp4")
    with pytest.raises(ValueError, match="max_frames=0"):
        open_material("demo", max_frames=0)


def test_a_clip_of_a_data_set_by_name():
    material = open_material("short-00", dataset="synthetic", max_frames=3)
    assert len(material.video) == 3
    assert material.truth(0).any()
    with pytest.raises(VideoError, match="no clip 'bear'"):
        open_material("bear", dataset="synthetic")


def test_a_clip_of_a_data_set_begins_with_its_first_object(tmp_path):
    for frame in range(5):
        folder = tmp_path / "JPEGImages" / "late"
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f"{frame:05d}.jpg"), np.full((32, 48, 3), 50 * frame, np.uint8))
    labels = np.zeros((32, 48), np.uint8)
    write_labels(tmp_path / "Annotations" / "late", 1, labels)
    labels[8:20, 8:20] = 3
    write_labels(tmp_path / "Annotations" / "late", 2, labels)
    material = open_material("late", dataset="folder", root=tmp_path)
    assert (material.first, len(material.video)) == (2, 3)
    frame = material.video[0]
    assert (frame.index, frame.time_s, int(frame.image[0, 0, 0])) == (0, 0.0, 100)
    assert np.array_equal(material.truth(0), labels)
    assert material.truth(1) is None
    assert len(open_material("late", dataset="folder", root=tmp_path, max_frames=2).video) == 2
